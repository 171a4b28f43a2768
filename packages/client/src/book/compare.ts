/**
 * Compares a REST book with the states of a live book.
 *
 * @module
 */
import type { OrderbookCountFp } from "../generated/responses.ts"
import type { Count, Dollars } from "../money/FixedPoint.ts"
import type { Book, Side } from "./Book.ts"
import * as safeUnits from "./safeUnits.ts"
import { type Level, oneDollar, printCount, printPrice } from "./side.ts"

/** A level that has different sizes in the live book and in the REST book. The size of an absent level is `"0.00"`. */
export interface Difference {
  readonly side: Side
  /** The price of YES. */
  readonly price: Dollars
  /** The contracts in the live book. */
  readonly live: Count
  /** The contracts in the REST book. */
  readonly rest: Count
}

/** Hundredths of contracts, by the price of YES in micro-dollars. */
type Sizes = ReadonlyMap<number, number>

type RestLevels = OrderbookCountFp["yes_dollars"]

/** Returns the sizes of levels. Undefined if a price or a count is not a decimal, or has too many decimals. */
const sizesOf = (
  levels: Iterable<readonly [price: string, count: string]>,
  yesPriceOf: (micros: number) => number
): Sizes | undefined => {
  const sizes = new Map<number, number>()
  for (const [price, count] of levels) {
    const [micros, size] = [safeUnits.parse(price, 6), safeUnits.parse(count, 2)]
    if (micros === undefined || size === undefined) return undefined
    sizes.set(yesPriceOf(micros), size)
  }
  return sizes
}

const toPair = ({ count, price }: Level) => [price, count] as const

const itself = (micros: number): number => micros

/** Converts the price of a bid for NO to a price of YES. */
const complement = (micros: number): number => oneDollar - micros

/** `lists` contains the levels of the side in each state, newest first. */
const compareSide = (side: Side, rest: Sizes, lists: Iterable<ReadonlyArray<Level>>): ReadonlyArray<Difference> => {
  let newest: Sizes | undefined
  let suspects: ReadonlyArray<number> = []
  for (const list of lists) {
    // The conversion succeeds, because the live book printed its prices and counts from integers.
    const state = sizesOf(list.map(toPair), itself) ?? new Map<number, number>()
    if (newest === undefined) suspects = [...new Set([...rest.keys(), ...state.keys()])]
    newest ??= state
    suspects = suspects.filter((price) => (state.get(price) ?? 0) !== (rest.get(price) ?? 0))
    if (suspects.length === 0) return []
  }
  return suspects
    .toSorted((left, right) => (side === "bid" ? right - left : left - right))
    .map((price) => ({
      side,
      price: printPrice(price),
      live: printCount(newest?.get(price) ?? 0),
      rest: printCount(rest.get(price) ?? 0)
    }))
}

/**
 * Returns the levels whose size in the REST book differs from their size in every state: bids, then asks, best first.
 * Undefined if a price or a count in the REST book is invalid or has too many decimals.
 */
export const compare = (
  { no_dollars, yes_dollars }: { readonly no_dollars: RestLevels; readonly yes_dollars: RestLevels },
  states: ReadonlyArray<Book>
): ReadonlyArray<Difference> | undefined => {
  const rest = { bid: sizesOf(yes_dollars, itself), ask: sizesOf(no_dollars, complement) }
  if (rest.bid === undefined || rest.ask === undefined) return undefined
  const newestFirst = states.toReversed()
  // If a side did not change between two states, both states have the same list.
  const bids = new Set(newestFirst.map((book) => book.bids))
  const asks = new Set(newestFirst.map((book) => book.asks))
  return [...compareSide("bid", rest.bid, bids), ...compareSide("ask", rest.ask, asks)]
}
