/**
 * The options of a live account, and their validation.
 *
 * @module
 */
import { InvalidRequest } from "../Errors.ts"
import type { AccountOptions } from "./AccountState.ts"

/** Options of a live account. */
export interface Options extends Omit<AccountOptions, "nowMillis" | "onChange"> {
  /** The number of independent connections that receive the messages, from 1 to 8. Default: 1. */
  readonly lines?: number | undefined
  /**
   * The interval in milliseconds at which all lists are read again, even if no message was lost. Infinity turns this
   * off. Default: 60,000.
   */
  readonly verifyMillis?: number | undefined
  /**
   * The maximum number of events that wait for a consumer. One more event ends the stream with `Lagging`. Default:
   * 65,536.
   */
  readonly bufferSize?: number | undefined
}

const maxSubaccount = 63

export const faultIn = (options: Options): InvalidRequest | undefined => {
  const { subaccounts = [0] } = options
  const invalid = (pointer: string, reason: string) =>
    new InvalidRequest({ operation: "AccountFeed.make", pointer, reason })
  const isSubaccount = (value: number) => Number.isInteger(value) && value >= 0 && value <= maxSubaccount
  if (!(Array.isArray(subaccounts) && subaccounts.length > 0 && subaccounts.every(isSubaccount))) {
    return invalid("/subaccounts", `expected at least one integer, each from 0 to ${maxSubaccount}`)
  }
  for (const name of ["maxClosedOrders", "maxFills", "bufferSize"] as const) {
    const value = options[name] ?? 1
    if (!(Number.isInteger(value) && value >= 1)) return invalid(`/${name}`, "expected an integer of at least 1")
  }
  for (const name of ["lagMillis", "overlapMillis", "readTimeoutMillis", "verifyMillis"] as const) {
    const value = options[name] ?? 1
    const isUnlimited = name === "verifyMillis" && value === Number.POSITIVE_INFINITY
    if (!isUnlimited && !(Number.isFinite(value) && value > 0))
      return invalid(`/${name}`, `expected a positive${name === "verifyMillis" ? "" : ", finite"} number`)
  }
  const { fillsFromMillis = 0 } = options
  return Number.isFinite(fillsFromMillis) ? undefined : invalid("/fillsFromMillis", "expected a time in milliseconds")
}
