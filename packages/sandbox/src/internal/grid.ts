/**
 * Price levels of a market.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateMarket, Refusal } from "../Exchange.ts"
import { dollar, parsePrice } from "./decimal.ts"
import { invalidParameters, type MarketState } from "./state.ts"

const everyCent: NonNullable<CreateMarket["priceRanges"]> = [{ start: "0.00", end: "1.00", step: "0.01" }]

/** Reads price ranges: each begins and ends on its own steps, between $0 and $1, and none is finer than $0.0001. */
export const readGrid = (
  ranges: CreateMarket["priceRanges"] = everyCent
): Result.Result<MarketState["grid"], Refusal> => {
  const grid: Array<MarketState["grid"][number]> = []
  for (const range of ranges) {
    const [start, end, step] = [parsePrice(range.start), parsePrice(range.end), parsePrice(range.step)]
    if (
      start === undefined ||
      end === undefined ||
      step === undefined ||
      step === 0 ||
      start >= end ||
      end > dollar ||
      (end - start) % step !== 0
    ) {
      return Result.fail(
        invalidParameters(`the price range ${range.start} to ${range.end} by ${range.step} is not one`)
      )
    }
    grid.push({ start, end, step })
  }
  return Result.succeed(grid)
}
