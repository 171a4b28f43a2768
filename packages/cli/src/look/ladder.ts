/**
 * An order book as a ladder: asks above bids.
 *
 * @module
 */
import type { OrderbookCountFp, PriceLevelDollarsCountFp } from "@kalshi-effect/client/Markets"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import { fourDecimals } from "./columns.ts"

/** A price level. All prices are prices of YES. */
export interface Level {
  readonly side: "bid" | "ask"
  readonly price: string
  readonly count: FixedPoint.Count
  /** The contracts at this price and at all better prices. */
  readonly total: FixedPoint.Count
}

/** The levels of a market from the highest to the lowest price. */
export interface Ladder {
  readonly asks: ReadonlyArray<Level>
  readonly bids: ReadonlyArray<Level>
  /** The best ask minus the best bid. Undefined if a side is empty. */
  readonly spread: string | undefined
  /** The number of levels that the depth limit hides. */
  readonly hidden: number
}

const oneDollar = 1_000_000n

const printPrice = (micros: bigint): string => fourDecimals(FixedPoint.fromMicros(micros))

const microsOf = ({ price }: Level): bigint => FixedPoint.toMicros(FixedPoint.dollarsUnsafe(price))

/** A side of the book, best level first. The exchange sends the best level last. */
const sideOf = (side: Level["side"], levels: ReadonlyArray<PriceLevelDollarsCountFp>): ReadonlyArray<Level> => {
  let total = 0n
  return levels.toReversed().map(([price, count]) => {
    total += FixedPoint.toHundredths(count)
    const micros = FixedPoint.toMicros(price)
    return {
      side,
      // A bid for NO is an ask for YES at one dollar minus its price.
      price: printPrice(side === "bid" ? micros : oneDollar - micros),
      count,
      total: FixedPoint.fromHundredths(total)
    }
  })
}

export const ladder = (
  { no_dollars, yes_dollars }: OrderbookCountFp,
  depth: number = Number.POSITIVE_INFINITY
): Ladder => {
  const asks = sideOf("ask", no_dollars)
  const bids = sideOf("bid", yes_dollars)
  const [ask, bid] = [asks[0], bids[0]]
  const shown = { asks: asks.slice(0, depth).toReversed(), bids: bids.slice(0, depth) }
  return {
    ...shown,
    spread: ask === undefined || bid === undefined ? undefined : printPrice(microsOf(ask) - microsOf(bid)),
    hidden: asks.length + bids.length - shown.asks.length - shown.bids.length
  }
}
