/**
 * The best prices of a market, now and a day ago, and the trading since.
 *
 * @module
 */
import type { Quote } from "../Entities.ts"
import type { MarketState, State } from "../state.ts"

const hour = 3_600_000
const day = 24 * hour

const none: Quote = { bid: 0, bidCount: 0, ask: 0, askCount: 0, lastPrice: 0 }

export const quoteOf = ({ book, lastPrice }: MarketState): Quote => {
  const bid = book.bid.best()
  const ask = book.ask.best()
  return {
    bid: bid?.price ?? 0,
    bidCount: bid?.count ?? 0,
    ask: ask?.price ?? 0,
    askCount: ask?.count ?? 0,
    lastPrice
  }
}

/** Notes that a market's book or last price is about to change: once an hour, keeps the quote since the last change. */
export const touch = (state: State, market: MarketState): void => {
  const { marks, touchedMillis } = market
  const last = marks.at(-1)
  market.touchedMillis = state.nowMillis
  if (last !== undefined && state.nowMillis - last.atMillis < hour) {
    return
  }
  marks.push({ atMillis: touchedMillis, quote: quoteOf(market) })
  while (marks.length > 1 && marks[1]!.atMillis <= state.nowMillis - day) {
    marks.shift()
  }
}

/** The quote of a day ago, to the hour. */
export const quoteADayAgo = (state: State, market: MarketState): Quote => {
  const then = state.nowMillis - day
  if (market.createdMillis > then) {
    return none
  }
  return market.touchedMillis <= then
    ? quoteOf(market)
    : (market.marks.findLast(({ atMillis }) => atMillis <= then)?.quote ?? none)
}

/** Contracts traded in the last 24 hours. */
export const volumeOfADay = (state: State, market: MarketState): number => {
  const { trades } = market
  for (;;) {
    const oldest = trades[market.oldTrades]
    if (oldest === undefined || oldest.atMillis > state.nowMillis - day) {
      return market.dayVolume
    }
    market.dayVolume -= oldest.count
    market.oldTrades++
  }
}
