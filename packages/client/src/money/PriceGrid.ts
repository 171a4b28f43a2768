/**
 * The valid order prices of a market, from its `price_ranges`.
 *
 * **Details**
 *
 * The ranges are authoritative, not the label in `price_level_structure`. Both ends of a range belong to the range if
 * they are on its steps, above 0 and below 1 dollar. In the published structures with finer steps near 0 and 1, the end
 * of one range is the start of the next range. Such a shared end counts once. Sources: a market recorded in demo, July
 * 2026; the published guide to fixed-point representation, August 2026.
 *
 * **Gotchas**
 *
 * - The prices 0 and 1 are never on the grid, although the published ranges start and end at them. For example, the
 *   recorded `linear_cent` market has one range from `0.0000` to `1.0000` by `0.0100`. The exchange refuses an order at
 *   either price with 400 `invalid_price` (a trader's report, 2026). If a side of the book is empty, the market shows a
 *   price of 0 or 1 for this side.
 * - Each market has its own grid. The grid can change while the market trades.
 * - The exchange refuses orders off the grid. In July 2026, demo accepted new quotes off the grid.
 *
 * **Example** (A price from your own model)
 *
 * ```ts
 * import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
 * import * as PriceGrid from "@kalshi-effect/client/PriceGrid"
 * import * as Result from "effect/Result"
 *
 * const grid = Result.getOrThrow(PriceGrid.make(market.price_ranges)) // 0.0000 to 1.0000 by 0.0100
 * PriceGrid.nearestBelow(grid, FixedPoint.dollarsUnsafe("0.4271")) // => Option.some("0.42"), to buy at
 * PriceGrid.nearestAbove(grid, FixedPoint.dollarsUnsafe("0.4271")) // => Option.some("0.43"), to sell at
 * ```
 *
 * @module
 */
import * as Data from "effect/Data"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type Dollars, fromMicros, toMicros } from "./FixedPoint.ts"
import type { PriceRange } from "../generated/responses.ts"
import { divideUp, oneDollar } from "./scaled.ts"

export type { PriceRange } from "../generated/responses.ts"

/** Prices from `start` to `last` by `step`, in micro-dollars. `rank` is the number of grid prices below `start`. */
interface Run {
  readonly start: bigint
  readonly last: bigint
  readonly step: bigint
  readonly rank: bigint
}

/** The valid order prices of a market, made by {@link make}. A grid is plain data, so you can keep and share it. */
export interface PriceGrid {
  /** The runs, in ascending order. Adjacent runs share at most one price. */
  readonly runs: ReadonlyArray<Run>
}

/** The price ranges do not form a grid. */
export class InvalidPriceGrid
  extends /*#__PURE__*/ Data.TaggedError("InvalidPriceGrid")<{
    readonly reason: string
  }>
{
  override get message(): string {
    return `The price ranges do not form a grid: ${this.reason}.`
  }
}

/**
 * Makes a grid from the price ranges of a market or a multivariate collection, in any order.
 *
 * **Details**
 *
 * A gap between ranges has no prices. Fails with {@link InvalidPriceGrid} if
 *
 * - the list is empty or null (it can be null on the wire)
 * - a range is not within 0 to 1 dollar, ends before it starts, or has a step that is not positive
 * - two ranges overlap in more than a shared end, because their steps would conflict
 * - no price lies between 0 and 1 dollar
 */
export const make = (
  ranges: ReadonlyArray<PriceRange> | null | undefined
): Result.Result<PriceGrid, InvalidPriceGrid> => {
  if (ranges === null || ranges === undefined || ranges.length === 0) return invalid("there are no ranges")
  const sorted = ranges
    .map((range) => ({ range, start: toMicros(range.start), end: toMicros(range.end), step: toMicros(range.step) }))
    .sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -1 : 1))
  const runs: Array<Run> = []
  let previousEnd = -1n
  let rank = 0n
  for (const { end, range, start, step } of sorted) {
    const name = `${range.start} to ${range.end} by ${range.step}`
    if (start < 0n || end > oneDollar) return invalid(`${name} is not within 0 to 1 dollar`)
    if (end < start) return invalid(`${name} ends before it starts`)
    if (step <= 0n) return invalid(`${name} has no positive step`)
    if (start < previousEnd) return invalid(`${name} overlaps another range`)
    previousEnd = end
    const top = end - ((end - start) % step)
    // The exchange refuses orders at 0 and 1, so the run leaves them out.
    const first = start === 0n ? step : start
    const last = top === oneDollar ? top - step : top
    if (last < first) continue
    const before = runs.at(-1)
    if (before !== undefined && before.last === first) rank -= 1n
    runs.push({ start: first, last, step, rank })
    rank += (last - first) / step + 1n
  }
  return runs.length === 0 ? invalid("no price lies between 0 and 1 dollar") : Result.succeed({ runs })
}

const invalid = (reason: string) => Result.fail(new InvalidPriceGrid({ reason }))

const contains = (run: Run, micros: bigint): boolean =>
  micros >= run.start && micros <= run.last && (micros - run.start) % run.step === 0n

/** Whether an order can have this price: the price is on a step of a range, above 0 and below 1 dollar. */
export const isOnGrid: {
  (price: Dollars): (grid: PriceGrid) => boolean
  (grid: PriceGrid, price: Dollars): boolean
} = /*#__PURE__*/ dual(2, (grid: PriceGrid, price: Dollars): boolean => {
  const micros = toMicros(price)
  return grid.runs.some((run) => contains(run, micros))
})

/**
 * Returns the highest grid price that is not above `price`: `price` itself if it is on the grid. None if `price` is
 * below the grid.
 */
export const nearestBelow: {
  (price: Dollars): (grid: PriceGrid) => Option.Option<Dollars>
  (grid: PriceGrid, price: Dollars): Option.Option<Dollars>
} = /*#__PURE__*/ dual(2, (grid: PriceGrid, price: Dollars): Option.Option<Dollars> => {
  const micros = toMicros(price)
  const run = grid.runs.findLast(({ start }) => start <= micros)
  if (run === undefined) return Option.none()
  const within = micros < run.last ? micros : run.last
  return Option.some(fromMicros(within - ((within - run.start) % run.step)))
})

/**
 * Returns the lowest grid price that is not below `price`: `price` itself if it is on the grid. None if `price` is
 * above the grid.
 */
export const nearestAbove: {
  (price: Dollars): (grid: PriceGrid) => Option.Option<Dollars>
  (grid: PriceGrid, price: Dollars): Option.Option<Dollars>
} = /*#__PURE__*/ dual(2, (grid: PriceGrid, price: Dollars): Option.Option<Dollars> => {
  const micros = toMicros(price)
  const run = grid.runs.find(({ last }) => last >= micros)
  if (run === undefined) return Option.none()
  const steps = micros > run.start ? divideUp(micros - run.start, run.step) : 0n
  return Option.some(fromMicros(run.start + steps * run.step))
})

/** Returns the number of grid prices below `price`, or undefined if `price` is off the grid. */
const rankOf = (grid: PriceGrid, price: Dollars): bigint | undefined => {
  const micros = toMicros(price)
  const run = grid.runs.find((run) => contains(run, micros))
  return run === undefined ? undefined : run.rank + (micros - run.start) / run.step
}

/**
 * Returns the number of ticks from `from` up to `to`. The number is negative if `to` is lower than `from`. None if
 * either price is off the grid.
 *
 * **Gotchas**
 *
 * The ticks of one market can have different sizes. On a combo (a market that combines several markets), a tick is
 * `$0.0001` below `$0.01` and `$0.001` above it.
 */
export const ticksBetween: {
  (from: Dollars, to: Dollars): (grid: PriceGrid) => Option.Option<number>
  (grid: PriceGrid, from: Dollars, to: Dollars): Option.Option<number>
} = /*#__PURE__*/ dual(3, (grid: PriceGrid, from: Dollars, to: Dollars): Option.Option<number> => {
  const low = rankOf(grid, from)
  const high = rankOf(grid, to)
  // A number is safe here: it counts ticks, not money, and a dollar has at most a million ticks.
  return low === undefined || high === undefined ? Option.none() : Option.some(Number(high - low))
})

/**
 * Returns the price `ticks` ticks above `price`, or below `price` if `ticks` is negative. None if `price` is off the
 * grid, if the result would be beyond the grid, or if `ticks` is not an integer.
 *
 * **Example** (One tick better than the best bid)
 *
 * ```ts
 * shift(grid, dollarsUnsafe("0.42"), 1) // => Option.some("0.43")
 * ```
 */
export const shift: {
  (price: Dollars, ticks: number): (grid: PriceGrid) => Option.Option<Dollars>
  (grid: PriceGrid, price: Dollars, ticks: number): Option.Option<Dollars>
} = /*#__PURE__*/ dual(3, (grid: PriceGrid, price: Dollars, ticks: number): Option.Option<Dollars> => {
  const from = rankOf(grid, price)
  if (from === undefined || !Number.isSafeInteger(ticks)) return Option.none()
  const rank = from + BigInt(ticks)
  const run = grid.runs.findLast((run) => run.rank <= rank)
  if (run === undefined) return Option.none()
  const micros = run.start + (rank - run.rank) * run.step
  return micros <= run.last ? Option.some(fromMicros(micros)) : Option.none()
})

/** Returns all prices of the grid, in ascending order. The iterable is lazy and can be iterated more than once. */
export const prices = (grid: PriceGrid): Iterable<Dollars> => ({
  *[Symbol.iterator]() {
    let above = -1n
    for (const { last, start, step } of grid.runs) {
      for (let micros = start; micros <= last; micros += step) {
        if (micros > above) yield fromMicros(micros)
      }
      above = last
    }
  }
})
