/**
 * The best prices of a market now and a day ago, and its volume of the last day.
 *
 * @module
 */
import { recordQuote } from "../candles/quotes.ts"
import type { TopOfBook } from "../Entities.ts"
import type { MarketState, State } from "../state.ts"

const hour = 3_600_000
const day = 24 * hour

const emptyBook: TopOfBook = { bid: 0, bidCount: 0, ask: 0, askCount: 0, lastPrice: 0 }

export const topOfBookOf = ({ book, lastPrice }: MarketState): TopOfBook => {
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

/**
 * Records a market's quotes and, if the last record is an hour old, the top of its book. Must be called before the
 * market's book or last price changes.
 */
export const touch = (state: State, market: MarketState): void => {
  recordQuote(state.actionClock, market)
  const { marks, touchedMillis } = market
  const last = marks.at(-1)
  market.touchedMillis = state.nowMillis
  if (last !== undefined && state.nowMillis - last.atMillis < hour) {
    return
  }
  marks.push({ atMillis: touchedMillis, topOfBook: topOfBookOf(market) })
  while (marks.length > 1 && marks[1]!.atMillis <= state.nowMillis - day) {
    marks.shift()
  }
}

/** The returned top of the book can be up to an hour older than a day. */
export const topOfBookADayAgo = (state: State, market: MarketState): TopOfBook => {
  const then = state.nowMillis - day
  if (market.createdMillis > then) {
    return emptyBook
  }
  return market.touchedMillis <= then
    ? topOfBookOf(market)
    : (market.marks.findLast(({ atMillis }) => atMillis <= then)?.topOfBook ?? emptyBook)
}

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
