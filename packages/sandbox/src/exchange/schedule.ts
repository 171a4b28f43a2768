/**
 * Schedules the timers of the exchange. A timer has an effect on a subject, such as the expiry of an order. Each effect
 * on a subject has at most one timer.
 *
 * @module
 */
import type { State, Timer } from "./state.ts"

export const describeTimer = (timer: Timer) => {
  if ("expire" in timer) {
    return { what: "expire", of: timer.expire.orderId } as const
  }
  if ("open" in timer) {
    return { what: "open", of: timer.open.ticker } as const
  }
  if ("close" in timer) {
    return { what: "close", of: timer.close.ticker } as const
  }
  if ("settle" in timer) {
    return { what: "settle", of: timer.settle.ticker } as const
  }
  if ("lapse" in timer) {
    return { what: "lapse", of: timer.lapse.quoteId } as const
  }
  if ("executeQuote" in timer) {
    return { what: "executeQuote", of: timer.executeQuote.quoteId } as const
  }
  if ("lapseBatch" in timer) {
    return { what: "lapseBatch", of: timer.lapseBatch.batchId } as const
  }
  if ("executeBatch" in timer) {
    return { what: "executeBatch", of: timer.executeBatch.batchId } as const
  }
  if ("publishBest" in timer) {
    return { what: "publishBest", of: timer.publishBest.batchId } as const
  }
  if ("discount" in timer) {
    return { what: "discount", of: timer.discount.batchQuoteId } as const
  }
  if ("seriesFee" in timer) {
    return { what: "seriesFee", of: timer.seriesFee.changeId } as const
  }
  if ("eventFee" in timer) {
    return { what: "eventFee", of: timer.eventFee.changeId } as const
  }
  return "arrive" in timer
    ? ({ what: "arrive", of: timer.arrive.transferId, accountId: timer.account.accountId } as const)
    : ({ what: "spread", of: timer.spread.accountId } as const)
}

const keyOf = (timer: Timer): string => {
  const { of, what } = describeTimer(timer)
  return `${what} ${of}`
}

/** Adds a timer, which replaces a timer with the same effect on the same subject. */
export const schedule = (state: State, atMillis: number, timer: Timer): void =>
  state.timers.add(atMillis, timer, keyOf(timer))

export const unschedule = (state: State, timer: Timer): void => state.timers.delete(keyOf(timer))
