/**
 * Defines which requests may be retried, by method, path and operation id, and what a request costs. These rules are
 * independent of the client's descriptors, because the suite compares the client's behavior with these rules.
 *
 * @module
 */
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import { isArray, isObject, memberOf, objectOf, type Json, type JsonObject } from "../judge/JsonSchema.ts"

/**
 * Whether a request may be retried after its response was lost:
 *
 * - `idempotent`: always.
 * - `keyed`: only if every item has a client-supplied id.
 * - `never`: never.
 */
export type SendingClass = "idempotent" | "keyed" | "never"

type TextById = Readonly<Record<string, string>>

/**
 * The value is the reason why a repeat has no further effect. Every GET, and every DELETE whose path ends with an id,
 * is idempotent too.
 */
const idempotent: TextById = {
  UpdateOrderGroupLimit: "sets the limit",
  TriggerOrderGroup: "a triggered group stays triggered",
  UpdateSubaccountNetting: "sets the switch",
  UpdateFCMSubtraderBlockedCategories: "sets the list",
  UpdateFCMEventContractDailyCap: "sets the cap",
  DeleteFCMEventContractDailyCap: "removes the cap that the query identifies",
  SetTargetBalanceAllocation: "sets the target",
  BatchCancelOrdersV2: "a canceled order stays canceled",
  CreateRFQBatchQuote: "replaces the maker's only quote on the batch",
  ConfirmRFQBatchQuote: "a quote is confirmed once"
}

/** For each keyed operation, the member with the client-supplied id. */
const keys: TextById = {
  AcceptRFQBatch: "client_order_id",
  CreateOrderV2: "client_order_id",
  CreateRFQBatch: "client_batch_id",
  BatchCreateOrdersV2: "client_order_id",
  ApplySubaccountTransfer: "client_transfer_id",
  IntraExchangeInstanceTransfer: "client_transfer_id"
}

export const of = ({ id, method, path }: ReferenceDocument.Operation): SendingClass => {
  if (Object.hasOwn(keys, id)) return "keyed"
  if (Object.hasOwn(idempotent, id)) return "idempotent"
  // A repeated delete-all also deletes entities that were created in between.
  return method === "GET" || (method === "DELETE" && path.endsWith("}")) ? "idempotent" : "never"
}

export const listed: ReadonlyArray<string> = [...Object.keys(idempotent), ...Object.keys(keys)]

const itemsOf = (input: JsonObject): ReadonlyArray<Json> => {
  const orders = memberOf(input, "orders")
  return isArray(orders) ? orders : [input]
}

/**
 * The client-supplied id of each item of an input or a body: undefined for an item whose id is absent or empty. An
 * empty list for an operation that is not keyed.
 */
export const idsOf = ({ id }: ReferenceDocument.Operation, input: JsonObject): ReadonlyArray<string | undefined> => {
  const key = keys[id]
  if (key === undefined) return []
  return itemsOf(input).map((item) => {
    const value = memberOf(item, key)
    return typeof value === "string" && value !== "" ? value : undefined
  })
}

export const isKeyed = (operation: ReferenceDocument.Operation, input: JsonObject): boolean => {
  const ids = idsOf(operation, input)
  return ids.length > 0 && ids.every((id) => id !== undefined)
}

const change = (item: Json, key: string, value: string | undefined): Json =>
  isObject(item)
    ? objectOf([
        ...Object.entries(item).filter(([name]) => name !== key),
        ...(value === undefined ? [] : [[key, value] as const])
      ])
    : item

/** Returns variants of an input: requests that may be retried after a lost response, and requests that may not. */
export const variants = (operation: ReferenceDocument.Operation, input: JsonObject): ReadonlyArray<JsonObject> => {
  const key = keys[operation.id]
  if (key === undefined) return [input]
  const orders = memberOf(input, "orders")
  if (isArray(orders)) {
    const [order = {}] = orders
    const batch = (ids: ReadonlyArray<string | undefined>): JsonObject =>
      objectOf([
        ...Object.entries(input).filter(([name]) => name !== "orders"),
        ["orders", ids.map((id) => change(order, key, id))]
      ])
    return [batch(["mine-1", "mine-2"]), batch(["mine-1", undefined]), batch(["mine-1", ""]), batch([undefined])]
  }
  // `change` maps an object to an object.
  const single = (id: string | undefined): JsonObject => change(input, key, id) as JsonObject
  const optional = operation.id !== "ApplySubaccountTransfer"
  return [single("0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"), ...(optional ? [single(undefined)] : [])]
}

/**
 * The costs that differ from 10 tokens, for one request or for one order of a batch. Source: the exchange's guide to
 * rate limits, and the list that demo returned in July 2026.
 */
const costs: Readonly<Record<string, number>> = {
  CancelOrderV2: 2,
  BatchCancelOrdersV2: 2,
  CancelAllOrders: 2,
  GetOrder: 2,
  CreateQuote: 2,
  GetQuote: 2,
  DeleteQuote: 2,
  DeleteRFQQuote: 2,
  UpgradeAccountApiUsageLevel: 30
}

/** The cost of a request, in tokens. */
export const costOf = ({ id }: ReferenceDocument.Operation, input: JsonObject): number => {
  const orders = memberOf(input, "orders")
  return (costs[id] ?? 10) * (isArray(orders) ? Math.max(1, orders.length) : 1)
}
