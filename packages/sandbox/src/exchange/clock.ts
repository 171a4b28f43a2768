/**
 * The time, and the timers that fire as the time advances.
 *
 * @module
 */
import { publishBest } from "./communications/batches/bestQuotes.ts"
import { lapseBatch } from "./communications/batches/closing.ts"
import { executeBatch } from "./communications/batches/execution.ts"
import { discount } from "./communications/batches/quoting.ts"
import { executeQuote } from "./communications/execution.ts"
import * as quotes from "./communications/quotes.ts"
import { cancel } from "./orders/ending.ts"
import { beginAction } from "./orders/resting.ts"
import { applyEventFee, applySeriesFee } from "./markets/feeChanges.ts"
import { close, open, settle } from "./markets/lifecycle.ts"
import type { State, Timer } from "./state.ts"
import { reportChanges } from "./money/ledger.ts"
import { arrive, spread } from "./money/transfers.ts"

export const advance = (state: State, nowMillis: number): void => {
  for (let due = state.timers.take(nowMillis); due !== undefined; due = state.timers.take(nowMillis)) {
    state.nowMillis = Math.max(state.nowMillis, due.atMillis)
    beginAction(state)
    run(state, due.value, due.atMillis)
    reportChanges(state)
  }
  state.nowMillis = Math.max(state.nowMillis, nowMillis)
}

const run = (state: State, timer: Timer, atMillis: number): void => {
  if ("expire" in timer) {
    cancel(state, timer.expire, "expired", atMillis)
  } else if ("open" in timer) {
    open(state, timer.open)
  } else if ("close" in timer) {
    close(state, timer.close)
  } else if ("settle" in timer) {
    settle(state, timer.settle)
  } else if ("lapse" in timer) {
    quotes.lapse(state, timer.lapse)
  } else if ("executeQuote" in timer) {
    executeQuote(state, timer.executeQuote)
  } else if ("lapseBatch" in timer) {
    lapseBatch(state, timer.lapseBatch)
  } else if ("executeBatch" in timer) {
    executeBatch(state, timer.executeBatch)
  } else if ("publishBest" in timer) {
    publishBest(state, timer.publishBest)
  } else if ("discount" in timer) {
    discount(state, timer.discount)
  } else if ("seriesFee" in timer) {
    applySeriesFee(state, timer.seriesFee)
  } else if ("eventFee" in timer) {
    applyEventFee(state, timer.eventFee)
  } else if ("arrive" in timer) {
    arrive(state, timer.account, timer.arrive)
  } else {
    spread(state, timer.spread)
  }
}
