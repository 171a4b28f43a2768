/**
 * Candlesticks: the prices and the trading of a market in periods that end at multiples of their length since 1970.
 * Without `withLatestBefore`, a period has a candlestick only if the market traded in it, or if its best bid, its best
 * ask or its open interest changed.
 *
 * @module
 */
import type { Trade } from "../Entities.ts"
import { countWhile } from "../pages.ts"
import { minuteMillis, minuteOf, noQuotes, type QuotePeriod } from "./quotes.ts"

/**
 * Selects the candlesticks whose ends are from `startSeconds` to `endSeconds`, both inclusive. The candlestick that
 * `withLatestBefore` adds is that of the first period, even if this period ends after `endSeconds`.
 */
export interface CandleRange {
  readonly startSeconds: number
  readonly endSeconds: number
  /** The length of a period. */
  readonly minutes: number
  /** See {@link candlesOf}. */
  readonly withLatestBefore: boolean
}

export interface Prices {
  readonly open: number
  readonly low: number
  readonly high: number
  readonly close: number
}

export interface Candle {
  /** Inclusive. */
  readonly endSeconds: number
  /** Zero if there is no bid. */
  readonly bid: Prices
  /** One dollar if there is no ask. */
  readonly ask: Prices
  /** The mean is weighted by contracts and rounded down. Undefined without trades. */
  readonly price: (Prices & { readonly mean: number }) | undefined
  /** The price of the last trade before the period. */
  readonly previous: number | undefined
  readonly volume: number
  /** At the end of the period. */
  readonly openInterest: number
}

export const firstMinuteOf = ({ minutes, startSeconds }: CandleRange): number =>
  (Math.ceil(startSeconds / (minutes * 60)) - 1) * minutes

/**
 * Returns candlesticks, oldest first. `quotes` must include the last quote before the first period. With
 * `withLatestBefore`, the first period always has a candlestick if the market had quotes or trades before this period.
 * If nothing happened in the first period, its candlestick repeats the last prices before the period.
 */
export const candlesOf = (
  quotes: ReadonlyArray<QuotePeriod>,
  trades: ReadonlyArray<Trade>,
  range: CandleRange
): ReadonlyArray<Candle> => {
  const { minutes } = range
  const seconds = minutes * 60
  const firstMinute = firstMinuteOf(range)
  const lastEnd = Math.floor(range.endSeconds / seconds) * minutes
  const candles: Array<Candle> = []
  let quote = countWhile(quotes.length, (index) => quotes[index]!.endMinute <= firstMinute)
  let trade = countWhile(trades.length, (index) => minuteOf(trades[index]!.atMillis) <= firstMinute)
  const isFollowing = quote > 0 || trade > 0
  const nextMinute = (): number =>
    Math.min(quotes[quote]?.endMinute ?? Infinity, trade < trades.length ? minuteOf(trades[trade]!.atMillis) : Infinity)
  if (range.withLatestBefore && isFollowing && nextMinute() > Math.min(firstMinute + minutes, lastEnd)) {
    candles.push(toCandle(quotes, quote, quote, trades, trade, trade, firstMinute + minutes))
  }
  for (let minute = nextMinute(); minute <= lastEnd; minute = nextMinute()) {
    const endMinute = Math.ceil(minute / minutes) * minutes
    const [firstQuote, firstTrade] = [quote, trade]
    while (quote < quotes.length && quotes[quote]!.endMinute <= endMinute) {
      quote++
    }
    while (trade < trades.length && trades[trade]!.atMillis <= endMinute * minuteMillis) {
      trade++
    }
    candles.push(toCandle(quotes, firstQuote, quote, trades, firstTrade, trade, endMinute))
  }
  return candles
}

/** Makes a candlestick from ranges of quotes and trades. The range ends are exclusive. */
const toCandle = (
  quotes: ReadonlyArray<QuotePeriod>,
  firstQuote: number,
  endQuote: number,
  trades: ReadonlyArray<Trade>,
  firstTrade: number,
  endTrade: number,
  endMinute: number
): Candle => {
  const before = quotes[firstQuote - 1] ?? noQuotes
  const last = quotes[endQuote - 1] ?? noQuotes
  let [bidLow, bidHigh, askLow, askHigh] = [before.bidClose, before.bidClose, before.askClose, before.askClose]
  for (let index = firstQuote; index < endQuote; index++) {
    const quote = quotes[index]!
    bidLow = Math.min(bidLow, quote.bidLow)
    bidHigh = Math.max(bidHigh, quote.bidHigh)
    askLow = Math.min(askLow, quote.askLow)
    askHigh = Math.max(askHigh, quote.askHigh)
  }
  return {
    endSeconds: endMinute * 60,
    bid: { open: before.bidClose, low: bidLow, high: bidHigh, close: last.bidClose },
    ask: { open: before.askClose, low: askLow, high: askHigh, close: last.askClose },
    ...traded(trades, firstTrade, endTrade),
    previous: trades[firstTrade - 1]?.price,
    openInterest: last.openInterest
  }
}

/**
 * A sum above this value continues as a bigint, so that it never exceeds the safe integers. With the default
 * `maxOrderContracts`, one trade adds at most 10¹³.
 */
const maxSum = 2 ** 52

const traded = (trades: ReadonlyArray<Trade>, first: number, end: number): Pick<Candle, "price" | "volume"> => {
  if (first === end) {
    return { price: undefined, volume: 0 }
  }
  let [low, high, volume, sum, moved] = [Infinity, -Infinity, 0, 0, 0n]
  for (let index = first; index < end; index++) {
    const { count, price } = trades[index]!
    low = Math.min(low, price)
    high = Math.max(high, price)
    volume += count
    sum += count * price
    if (sum > maxSum) {
      moved += BigInt(sum)
      sum = 0
    }
  }
  const mean = Number((moved + BigInt(sum)) / BigInt(volume))
  return { price: { open: trades[first]!.price, low, high, close: trades[end - 1]!.price, mean }, volume }
}
