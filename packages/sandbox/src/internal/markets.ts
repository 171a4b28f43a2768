/**
 * Making markets.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateMarket, Refusal } from "../Exchange.ts"
import { Book } from "./book.ts"
import { dollar, parsePrice } from "./decimal.ts"
import { invalidParameters, type MarketState, refusal, shards, type State } from "./state.ts"

const everyCent: NonNullable<CreateMarket["priceRanges"]> = [{ start: "0.00", end: "1.00", step: "0.01" }]

/** Makes a market, whose resting orders will be cancelled when it closes. */
export const create = (state: State, input: CreateMarket): Result.Result<MarketState, Refusal> => {
  const { closeMillis = Infinity, exchangeIndex = 0, makerFeeRate = 0, openMillis = state.nowMillis, ticker } = input
  const { takerFeeRate = 700 } = input
  if (state.markets.has(ticker)) {
    return Result.fail(refusal("conflict", "market_already_exists"))
  }
  if (ticker === "" || !isIn(exchangeIndex, shards - 1) || !isIn(takerFeeRate, 10_000) || !isIn(makerFeeRate, 10_000)) {
    return Result.fail(invalidParameters("a market has a ticker, a shard from 0 to 3, and fee rates from 0 to 10,000"))
  }
  if (!(openMillis < closeMillis)) {
    return Result.fail(invalidParameters("a market opens before it closes"))
  }
  return Result.map(readGrid(input.priceRanges), (grid) => {
    const market: MarketState = {
      ticker,
      eventTicker: input.eventTicker ?? ticker.replace(/-[^-]*$/, ""),
      exchangeIndex,
      openMillis,
      closeMillis,
      takerFeeRate,
      makerFeeRate,
      grid,
      book: new Book()
    }
    state.markets.set(ticker, market)
    if (closeMillis !== Infinity) {
      state.timers.add(closeMillis, { close: market })
    }
    return market
  })
}

const isIn = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most

/** Reads price ranges: each begins and ends on its own steps, between $0 and $1, and none is finer than $0.0001. */
const readGrid = (ranges: CreateMarket["priceRanges"] = everyCent): Result.Result<MarketState["grid"], Refusal> => {
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
