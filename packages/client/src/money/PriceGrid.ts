/**
 * The prices that can be ordered on a market, from its `price_ranges`.
 *
 * **Details**
 *
 * The ranges are the authority, not the label in `price_level_structure`. Both ends of a range are prices of it, when
 * they lie on its steps and between 0 and 1 dollar. The published structures with finer edges name one and the same price
 * as the end of a range and the start of the next: such a shared end is one price. Sources: market recorded in demo, July
 * 2026; the published guide to fixed-point representation, August 2026.
 *
 * **Gotchas**
 *
 * - The prices 0 and 1 are never on the grid, although the published ranges begin and end at them: the recorded
 *   `linear_cent` market has one range from `0.0000` to `1.0000` by `0.0100`. The exchange refuses an order at either
 *   price with 400 `invalid_price` (a trader's report, 2026). A market prints the empty side of its book as 0 or 1.
 * - Each market has its own grid, and a market's grid can change while it trades.
 * - An order off the grid is refused; in July 2026 demo took quotes off the grid when they were created.
 *
 * **Example** (A price of your own model)
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
import { divideUp } from "./scaled.ts"

export type { PriceRange } from "../generated/responses.ts"

/** Prices from `start` to `last` by `step`, in micro-dollars; `rank` prices of the grid lie below `start`. */
interface Run {
  readonly start: bigint
  readonly last: bigint
  readonly step: bigint
  readonly rank: bigint
}

/** The prices that can be ordered. Made by {@link make}; it holds plain values, so you can keep and share it. */
export interface PriceGrid {
  /** Ascending; no two have more than an end in common. */
  readonly runs: ReadonlyArray<Run>
}

/** Price ranges that make no grid. */
export class InvalidPriceGrid
  extends /*#__PURE__*/ Data.TaggedError("InvalidPriceGrid")<{
    readonly reason: string
  }>
{
  override get message(): string {
    return `The price ranges make no grid: ${this.reason}.`
  }
}

const oneDollar = 1_000_000n

/**
 * Reads the price ranges of a market or of a multivariate collection, in whatever order they come.
 *
 * **Details**
 *
 * Fails with {@link InvalidPriceGrid} where there is no range (the list can be null on the wire), where a range leaves
 * 0 to 1 dollar, ends before it starts or has no step, where two ranges overlap by more than an end, since nothing says
 * which step would hold, and where no price lies between 0 and 1. Between ranges that leave a gap there is no price.
 */
export const make = (
  ranges: ReadonlyArray<PriceRange> | null | undefined
): Result.Result<PriceGrid, InvalidPriceGrid> => {
  if (ranges === null || ranges === undefined || ranges.length === 0) return invalid("there is none")
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
    if (step <= 0n) return invalid(`${name} has no step`)
    if (start < previousEnd) return invalid(`${name} overlaps another`)
    previousEnd = end
    const top = end - ((end - start) % step)
    // No order can be at 0 or at 1: a run ends a step before them.
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

const holds = (run: Run, micros: bigint): boolean =>
  micros >= run.start && micros <= run.last && (micros - run.start) % run.step === 0n

/** Whether an order can have this price: it is a step of a range, and lies between 0 and 1 dollar. */
export const isOnGrid: {
  (price: Dollars): (grid: PriceGrid) => boolean
  (grid: PriceGrid, price: Dollars): boolean
} = /*#__PURE__*/ dual(2, (grid: PriceGrid, price: Dollars): boolean => {
  const micros = toMicros(price)
  return grid.runs.some((run) => holds(run, micros))
})

/**
 * The highest price of the grid that is not above `price`: itself when it is on the grid, none below all of them. Never 0
 * or 1.
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
 * The lowest price of the grid that is not below `price`: itself when it is on the grid, none above all of them. Never 0 or
 * 1.
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

/** How many prices of the grid lie below one that is on it. */
const rankOf = (grid: PriceGrid, price: Dollars): bigint | undefined => {
  const micros = toMicros(price)
  const run = grid.runs.find((run) => holds(run, micros))
  return run === undefined ? undefined : run.rank + (micros - run.start) / run.step
}

/**
 * How many ticks up the grid `to` lies from `from`; negative where it lies below. None where either is off the grid.
 *
 * **Gotchas**
 *
 * Ticks of one market can differ in size: on a combo, one tick is `$0.0001` below `$0.01` and `$0.001` above it.
 */
export const ticksBetween: {
  (from: Dollars, to: Dollars): (grid: PriceGrid) => Option.Option<number>
  (grid: PriceGrid, from: Dollars, to: Dollars): Option.Option<number>
} = /*#__PURE__*/ dual(3, (grid: PriceGrid, from: Dollars, to: Dollars): Option.Option<number> => {
  const low = rankOf(grid, from)
  const high = rankOf(grid, to)
  // A count of ticks, no money: a dollar has at most a million of them.
  return low === undefined || high === undefined ? Option.none() : Option.some(Number(high - low))
})

/**
 * The price that lies `ticks` up the grid from `price`, or down where negative. None where `price` is off the grid, the
 * grid ends before, or `ticks` is no whole number.
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

/** Every price of the grid, ascending. Lazy, and can be iterated again. */
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
