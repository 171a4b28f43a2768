/**
 * The history of a market's best prices and open interest, in periods of a minute. A period is recorded only if one of
 * these values changed in it. If there are too many periods, the older ones are merged.
 *
 * @module
 */
import { dollar } from "../decimal.ts"
import { countWhile } from "../pages.ts"

/** The best prices of a period. An empty side has a bid of zero, or an ask of one dollar. */
export interface QuotePeriod {
  /** Inclusive, in minutes since 1970. */
  readonly endMinute: number
  /**
   * Low and high are taken from the prices after each change. They do not include the price at the start, which is the
   * previous period's close.
   */
  bidLow: number
  bidHigh: number
  bidClose: number
  askLow: number
  askHigh: number
  askClose: number
  /** At the end of the period. */
  openInterest: number
}

export const minuteMillis = 60_000

/** Returns the number of the minute that contains a time. A minute includes its end, but not its start. */
export const minuteOf = (atMillis: number): number => Math.ceil(atMillis / minuteMillis)

export const noQuotes: Readonly<QuotePeriod> = {
  endMinute: -Infinity,
  bidLow: 0,
  bidHigh: 0,
  bidClose: 0,
  askLow: dollar,
  askHigh: dollar,
  askClose: dollar,
  openInterest: 0
}

interface QuotedMarket {
  readonly book: Readonly<Record<"bid" | "ask", { readonly bestPrice: number | undefined }>>
  readonly openInterest: number
  readonly settledMillis: number | undefined
  readonly touchedMillis: number
  readonly clock: number
  readonly quotes: Array<QuotePeriod>
}

/** If a market has more periods, the older ones are merged: see {@link shorten}. */
const maxPeriods = 20_000

/** The lengths of merged periods, in minutes: an hour and a day. */
const mergedMinutes = [60, 1_440]

/**
 * Must be called before a market's book changes. Records the best prices after the market's previous action. Records
 * nothing if the current action has already changed the book: prices between two changes of one action cannot be
 * observed. `actionClock` is the market's new clock if the current action changes the book.
 */
export const recordQuote = (actionClock: number, market: QuotedMarket): void => {
  if (market.clock !== actionClock && addTo(market.quotes, market) && market.quotes.length > maxPeriods) {
    shorten(market.quotes, maxPeriods)
  }
}

/**
 * Returns the periods that end after the minute, the last period before them, and changes that are not recorded yet.
 */
export const quotesAfter = (market: QuotedMarket, minute: number): ReadonlyArray<QuotePeriod> => {
  const before = countWhile(market.quotes.length, (index) => market.quotes[index]!.endMinute <= minute)
  const quotes = market.quotes.slice(Math.max(0, before - 1))
  const last = quotes.pop()
  if (last !== undefined) {
    quotes.push({ ...last })
  }
  addTo(quotes, market)
  return quotes
}

/** Adds a period or extends the last one, if a value changed. Returns whether it added one. Ignores settled markets. */
const addTo = (quotes: Array<QuotePeriod>, market: QuotedMarket): boolean => {
  const { book, openInterest, settledMillis, touchedMillis } = market
  const last = quotes.length === 0 ? undefined : quotes[quotes.length - 1]
  const { askClose, bidClose, endMinute: lastMinute, openInterest: lastInterest } = last ?? noQuotes
  const bid = book.bid.bestPrice ?? 0
  const ask = book.ask.bestPrice ?? dollar
  const isUnchanged = bid === bidClose && ask === askClose && openInterest === lastInterest
  if (isUnchanged || settledMillis !== undefined) {
    return false
  }
  const endMinute = minuteOf(touchedMillis)
  if (last === undefined || lastMinute !== endMinute) {
    const prices = { bidLow: bid, bidHigh: bid, bidClose: bid, askLow: ask, askHigh: ask, askClose: ask }
    quotes.push({ endMinute, ...prices, openInterest })
    return true
  }
  last.bidLow = Math.min(last.bidLow, bid)
  last.bidHigh = Math.max(last.bidHigh, bid)
  last.bidClose = bid
  last.askLow = Math.min(last.askLow, ask)
  last.askHigh = Math.max(last.askHigh, ask)
  last.askClose = ask
  last.openInterest = openInterest
  return false
}

const merge = (first: QuotePeriod, second: QuotePeriod, endMinute: number): QuotePeriod => ({
  endMinute,
  bidLow: Math.min(first.bidLow, second.bidLow),
  bidHigh: Math.max(first.bidHigh, second.bidHigh),
  bidClose: second.bidClose,
  askLow: Math.min(first.askLow, second.askLow),
  askHigh: Math.max(first.askHigh, second.askHigh),
  askClose: second.askClose,
  openInterest: second.openInterest
})

/**
 * Merges the older half of the periods into hours. If more than three quarters of `max` periods remain, merges the
 * older half into days.
 */
export const shorten = (quotes: Array<QuotePeriod>, max: number): void => {
  for (const minutes of mergedMinutes) {
    const older = quotes.length - max / 2
    // Only whole hours and days are merged, so that the periods stay in order.
    const untilMinute = Math.floor(quotes[older - 1]!.endMinute / minutes) * minutes
    const merged: Array<QuotePeriod> = []
    let count = 0
    for (; quotes[count]!.endMinute <= untilMinute; count++) {
      const quote = quotes[count]!
      const endMinute = Math.ceil(quote.endMinute / minutes) * minutes
      const last = merged.at(-1)
      if (last?.endMinute === endMinute) {
        merged[merged.length - 1] = merge(last, quote, endMinute)
      } else {
        merged.push({ ...quote, endMinute })
      }
    }
    quotes.splice(0, count, ...merged)
    if (quotes.length <= (max * 3) / 4) {
      return
    }
  }
}
