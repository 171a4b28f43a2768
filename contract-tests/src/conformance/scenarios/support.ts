/**
 * Helpers for scenarios: orders, the exchange's state, and results of drivers.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import type { Order } from "@kalshi-effect/sandbox/Entities"
import * as Effect from "effect/Effect"
import { type Finding, found, nothing, type ReportedError, type Result, type Stage, ticker } from "../Scenario.ts"

export const clientOrderId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`

export const orderInput = (n: number, fields: Readonly<Record<string, unknown>> = {}) => ({
  ticker,
  side: "bid",
  count: "3.00",
  price: "0.4000",
  client_order_id: clientOrderId(n),
  ...fields
})

export const createPath = "/portfolio/events/orders"
export const listPath = "/portfolio/orders"

/** The orders of an account of the client, oldest first. */
export const ordersOf = ({ accounts, operator }: Stage, account = 0): Effect.Effect<ReadonlyArray<Order>> =>
  Effect.map(operator.view, (view) => {
    const listed = view.listOrders(accounts[account]!.accountId, { limit: 1_000 })
    return listed._tag === "Success" ? [...listed.success.items].reverse() : []
  })

/** The operator places an order for the client, so the client sends no request. */
export const place = (stage: Stage, n: number): Effect.Effect<Order, Sandbox.SandboxError> =>
  stage.operator.placeOrder(stage.accounts[0]!.accountId, {
    ticker,
    side: "bid",
    count: "10",
    price: "0.40",
    clientOrderId: clientOrderId(n)
  })

export const errorIn = (result: Result | undefined): ReportedError | undefined =>
  result !== undefined && "error" in result ? result.error : undefined

export const valueIn = (result: Result | undefined): Readonly<Record<string, unknown>> | undefined =>
  result !== undefined && "value" in result ? result.value : undefined

export const textIn = (result: Result | undefined, field: string): string | undefined => {
  const value = valueIn(result)?.[field]
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined
}

export const textsIn = (result: Result | undefined, field: string): ReadonlyArray<string> | undefined => {
  const value = valueIn(result)?.[field]
  return Array.isArray(value) ? value.map(String) : undefined
}

export const nameOf = ({ kind, status }: ReportedError): string =>
  `${kind ?? "an error"}${status == null ? "" : ` (status ${status})`}`

/** Converts a decimal to millionths. Undefined for another text, and for a fraction of a millionth. */
export const micros = (text: string): bigint | undefined => {
  const parts = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text)
  const fraction = (parts?.[3] ?? "").replace(/0+$/, "")
  if (parts === null || fraction.length > 6) return undefined
  const value = BigInt(parts[2]! + fraction.padEnd(6, "0"))
  return parts[1] === "-" ? -value : value
}

export const isSameDecimal = (text: string | undefined, expected: string): boolean =>
  text !== undefined && micros(text) !== undefined && micros(text) === micros(expected)

export const mustSucceed = (call: string, result: Result | undefined): ReadonlyArray<Finding> => {
  const error = errorIn(result)
  return error === undefined ? nothing : found("lost", `${call} fails with ${nameOf(error)}`)
}

export const mustFail = (text: string, result: Result | undefined): ReadonlyArray<Finding> =>
  valueIn(result) === undefined ? nothing : found("accepted wrongly", text)
