/**
 * The lifecycle of a market, from its opening to its settlement, and pauses of the exchange.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Command, Outcome } from "../Commands.ts"
import { closeBatchesOf } from "../communications/batches/closing.ts"
import { recordQuote } from "../candles/quotes.ts"
import { closeRfqsOf } from "../communications/closing.ts"
import type { EventBody, MarketStatus, Refusal } from "../Entities.ts"
import { dollar, parsePrice } from "../decimal.ts"
import { cancelMarket } from "../orders/ending.ts"
import { statusOf, toMarket } from "./marketView.ts"
import { settlePosition } from "../money/ledger.ts"
import { invalidParameters, invalidTime, refusal } from "../refusals.ts"
import { schedule, unschedule } from "../schedule.ts"
import { isShard } from "../shards.ts"
import { isTime } from "../times.ts"
import type { MarketState, State } from "../state.ts"

const logChange = (
  state: State,
  market: MarketState,
  change: (EventBody & { readonly type: "market" })["change"]
): void => {
  market.updatedMillis = state.nowMillis
  state.emit?.({ type: "market", change, ticker: market.ticker, market: toMarket(state, market) })
}

const checkStatus = (state: State, market: MarketState, statuses: ReadonlyArray<MarketStatus>): Refusal | undefined => {
  const status = statusOf(state, market)
  return statuses.includes(status) ? undefined : refusal("conflict", "market_status", `the market is ${status}`)
}

const step = (
  state: State,
  market: MarketState,
  from: ReadonlyArray<MarketStatus>,
  run: () => void
): Result.Result<void, Refusal> => {
  const refused = checkStatus(state, market, from)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  run()
  return Result.void
}

/** Pauses a market. Resting orders stay in the book, except those with `cancelOnPause`. */
export const pause = (state: State, market: MarketState): Result.Result<void, Refusal> =>
  step(state, market, ["initialized", "active"], () => {
    market.paused = true
    cancelMarket(state, market, "paused", state.nowMillis, (order) => order.cancelOnPause)
    logChange(state, market, "paused")
  })

/** Ends a pause. Documented: all orders that rested during the pause are canceled. */
export const reactivate = (state: State, market: MarketState): Result.Result<void, Refusal> => {
  const { nowMillis } = state
  return market.paused
    ? step(state, market, ["initialized", "inactive"], () => {
        market.paused = false
        cancelMarket(state, market, "marketReactivated", nowMillis)
        logChange(state, market, "reactivated")
      })
    : Result.fail(refusal("conflict", "market_status", "the market is not paused"))
}

/** Changes the closing time. A time in the future reopens a closed market that is not determined. */
export const setClose = (state: State, market: MarketState, closeMillis: number): Result.Result<void, Refusal> => {
  if (closeMillis !== Infinity && !isTime(closeMillis)) {
    return Result.fail(invalidTime)
  }
  const from: ReadonlyArray<MarketStatus> = ["initialized", "active", "inactive"]
  return market.openMillis < closeMillis
    ? step(state, market, closeMillis > state.nowMillis ? [...from, "closed"] : from, () => {
        market.closeMillis = Math.max(closeMillis, state.nowMillis)
        logChange(state, market, "closeChanged")
        if (market.closeMillis <= state.nowMillis) {
          close(state, market)
        } else if (market.closeMillis === Infinity) {
          unschedule(state, { close: market })
        } else {
          schedule(state, market.closeMillis, { close: market })
        }
      })
    : Result.fail(invalidParameters("a market must open before it closes"))
}

/** Opens a market. A market that was paused before its opening stays paused. */
export const open = (state: State, market: MarketState): void => logChange(state, market, "opened")

export const close = (state: State, market: MarketState): void => {
  unschedule(state, { close: market })
  cancelMarket(state, market, "marketClosed", state.nowMillis)
  closeRfqsOf(state, market)
  closeBatchesOf(state, market)
  logChange(state, market, "closed")
}

/**
 * Determines the result of a market. If the market is not closed, it closes. A disputed market gets a new result. If
 * the value is below the market's floor, the market settles at the floor, and the result is `scalar`.
 */
export const determine = (state: State, market: MarketState, outcome: Outcome): Result.Result<void, Refusal> => {
  const stated = valueOf(outcome)
  if (stated === undefined || stated < 0 || stated > dollar) {
    return Result.fail(invalidParameters("a scalar value must be dollars from 0.00 to 1.00"))
  }
  const value = Math.max(stated, market.settlementFloor ?? 0)
  return step(state, market, ["initialized", "active", "inactive", "closed", "disputed"], () => {
    if (market.result === undefined && state.nowMillis < market.closeMillis) {
      // A market that is determined before it opens never opens.
      unschedule(state, { open: market })
      market.openMillis = Math.min(market.openMillis, state.nowMillis)
      market.closeMillis = state.nowMillis
      close(state, market)
    }
    market.challenge = market.result === undefined ? undefined : "amended"
    market.result = typeof outcome === "string" && value === stated ? outcome : "scalar"
    market.settlementValue = value
    schedule(state, state.nowMillis + market.settlementTimerSeconds * 1_000, { settle: market })
    logChange(state, market, "determined")
  })
}

const valueOf = (outcome: Outcome): number | undefined =>
  outcome === "yes" ? dollar : outcome === "no" ? 0 : parsePrice(outcome.scalar)

/** Disputes a result. The market does not settle until it is determined again. */
export const dispute = (state: State, market: MarketState): Result.Result<void, Refusal> =>
  step(state, market, ["determined", "amended"], () => {
    market.challenge = "disputed"
    unschedule(state, { settle: market })
    logChange(state, market, "disputed")
  })

export const settle = (state: State, market: MarketState): Result.Result<void, Refusal> =>
  step(state, market, ["determined", "amended"], () => {
    unschedule(state, { settle: market })
    recordQuote(state.actionClock, market)
    market.settledMillis = state.nowMillis
    market.openInterest = 0
    for (const position of market.positions) {
      const settlement = settlePosition(state, position)
      if (settlement !== undefined) {
        state.emit?.({ type: "settlement", settlement })
      }
    }
    logChange(state, market, "settled")
  })

export const setActive = (state: State, active: Command<"setActive">): Result.Result<void, Refusal> => {
  if (active.exchangeIndex !== undefined && !isShard(active.exchangeIndex)) {
    return Result.fail(invalidParameters("the shard must be 0 to 3"))
  }
  for (const shard of state.exchangeActive.keys()) {
    if (active.exchangeIndex === undefined || active.exchangeIndex === shard) {
      state.exchangeActive[shard] = active.exchange ?? state.exchangeActive[shard]!
      state.tradingActive[shard] = active.trading ?? state.tradingActive[shard]!
      const [exchangeActive, tradingActive] = [state.exchangeActive[shard], state.tradingActive[shard]]
      state.emit?.({ type: "status", exchangeIndex: shard, exchangeActive, tradingActive })
    }
  }
  for (const market of state.markets.values()) {
    if (!state.exchangeActive[market.exchangeIndex] || !state.tradingActive[market.exchangeIndex]) {
      cancelMarket(state, market, "paused", state.nowMillis, (order) => order.cancelOnPause)
    }
  }
  return Result.void
}

/** Sets the clocks (counters of book changes) back. Documented: only exchange maintenance does this. */
export const restartClocks = (state: State): Result.Result<void, Refusal> => {
  state.clock = Math.min(state.clock, 1)
  for (const market of state.markets.values()) {
    market.clock = Math.min(market.clock, 1)
  }
  state.emit?.({ type: "maintenance" })
  return Result.void
}
