/**
 * What may be done with each operation's requests, by the document's methods and ids: written apart from the client's
 * descriptors, which are held against it by what the client does.
 */
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import { isArray, isObject, memberOf, objectOf, type Json, type JsonObject } from "../judge/JsonSchema.ts"

/**
 * Whether a request may be sent again after its answer was lost: always, where it carries an id of the caller's own on
 * every item, or not at all.
 */
export type SendingClass = "idempotent" | "keyed" | "never"

/** A list of ids, each with the reason why it stands there. */
type Reasons = Readonly<Record<string, string>>

/** Sets a value or ends a state, so that a second one finds what the first has made; besides GET and DELETE by id. */
const settles: Reasons = {
  UpdateOrderGroupLimit: "sets the limit",
  TriggerOrderGroup: "a triggered group stays triggered",
  UpdateSubaccountNetting: "sets the switch",
  UpdateFCMSubtraderBlockedCategories: "sets the list",
  UpdateFCMEventContractDailyCap: "sets the cap",
  DeleteFCMEventContractDailyCap: "removes the one cap that its query names",
  SetTargetBalanceAllocation: "sets the target",
  BatchCancelOrdersV2: "a cancelled order stays cancelled",
  CreateRFQBatchQuote: "replaces the one quote that the maker has on the batch",
  ConfirmRFQBatchQuote: "a quote is confirmed once"
}

/** Known to the exchange by an id of the caller's own: the member that holds it. */
const keys: Reasons = {
  AcceptRFQBatch: "client_order_id",
  CreateOrderV2: "client_order_id",
  CreateRFQBatch: "client_batch_id",
  BatchCreateOrdersV2: "client_order_id",
  ApplySubaccountTransfer: "client_transfer_id",
  IntraExchangeInstanceTransfer: "client_transfer_id"
}

/** The class of an operation. */
export const of = ({ id, method, path }: ReferenceDocument.Operation): SendingClass => {
  if (Object.hasOwn(keys, id)) return "keyed"
  if (Object.hasOwn(settles, id)) return "idempotent"
  // Deleting everything that there is deletes, the second time, what came in between.
  return method === "GET" || (method === "DELETE" && path.endsWith("}")) ? "idempotent" : "never"
}

/** The ids that the lists name, for a test to look up. */
export const listed: ReadonlyArray<string> = [...Object.keys(settles), ...Object.keys(keys)]

const itemsOf = (input: JsonObject): ReadonlyArray<Json> => {
  const orders = memberOf(input, "orders")
  return isArray(orders) ? orders : [input]
}

/** The ids of the caller's own in an input or a body: one for each item, undefined where it has none. */
export const idsOf = ({ id }: ReferenceDocument.Operation, input: JsonObject): ReadonlyArray<string | undefined> => {
  const key = keys[id]
  if (key === undefined) return []
  return itemsOf(input).map((item) => {
    const value = memberOf(item, key)
    return typeof value === "string" && value !== "" ? value : undefined
  })
}

/** Whether every item of it has an id. */
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

/**
 * The inputs that differ in what matters here: of a keyed operation with an id, with an empty one, without one where the
 * document lets it be left out; of a batch also with an id on the first item alone.
 */
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
  const single = (id: string | undefined): JsonObject => change(input, key, id) as JsonObject // of an object, an object
  const optional = operation.id !== "ApplySubaccountTransfer"
  return [single("0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"), ...(optional ? [single(undefined)] : [])]
}

/** Tokens that are not 10, by the exchange's guide to rate limits and the list that demo answered in July 2026. */
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

/** What one request costs, in tokens. */
export const costOf = ({ id }: ReferenceDocument.Operation, input: JsonObject): number => {
  const orders = memberOf(input, "orders")
  return (costs[id] ?? 10) * (isArray(orders) ? Math.max(1, orders.length) : 1)
}
