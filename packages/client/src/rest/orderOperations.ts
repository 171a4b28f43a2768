/**
 * The operations of orders: one function for each request of the exchange's API.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  AmendOrderV2Input as AmendInput,
  BatchCancelOrdersV2Input as BatchCancelInput,
  BatchCreateOrdersV2Input as BatchCreateInput,
  CancelAllOrdersInput as CancelAllInput,
  CancelOrderV2Input as CancelInput,
  CreateOrderV2Input as CreateInput,
  DecreaseOrderV2Input as DecreaseInput,
  GetOrderInput as GetInput,
  GetOrderQueuePositionInput as QueuePositionInput,
  GetOrderQueuePositionsInput as QueuePositionsInput,
  GetOrdersInput as ListInput
} from "../generated/inputs.ts"
export type {
  BatchCancelOrdersV2RequestOrdersItem,
  BookSide,
  CreateOrderV2Request,
  SelfTradePreventionType
} from "../generated/requests.ts"
export type {
  AmendOrderV2Response,
  BatchCancelOrdersV2Response,
  BatchCancelOrdersV2ResponseOrdersItem,
  BatchCreateOrdersV2Response,
  BatchCreateOrdersV2ResponseOrdersItem,
  CancelOrderV2Response,
  CreateOrderV2Response,
  DecreaseOrderV2Response,
  ErrorResponse,
  GetOrderQueuePositionResponse,
  GetOrderQueuePositionsResponse,
  GetOrderResponse,
  GetOrdersResponse,
  Order,
  OrderQueuePosition,
  OrderStatus
} from "../generated/responses.ts"

/**
 * Lists orders, a page at a time.
 *
 * **Gotchas**
 *
 * - The last page has `cursor: ""`.
 * - A new order may be missing for a moment: reads lag behind writes.
 * - Resting orders stay in the list at any age. Canceled and executed orders before the cutoff of `Historical.cutoff`
 *   are only in `Historical.orders`. Source: the OpenAPI document of October 26, 2026.
 * - There is no filter by `client_order_id`: list by ticker and time, and search the response.
 */
export const list: Pages.Paged<
  Inputs.GetOrdersInput,
  Responses.GetOrdersResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "orders"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetOrders",
  name: "Orders.list",
  method: "GET",
  path: "/portfolio/orders",
  query: Parameters.GetOrdersQuery,
  success: { status: 200, body: Responses.GetOrdersResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["orders"] }
})

/**
 * Reads one order.
 *
 * **Gotchas**
 *
 * Demo has returned 404 for about half a second after an order was placed.
 */
export const get: Operation.Operation<
  Inputs.GetOrderInput,
  Responses.GetOrderResponse,
  Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetOrder",
  name: "Orders.get",
  method: "GET",
  path: "/portfolio/orders/{order_id}",
  pathParameters: Parameters.GetOrderPath,
  success: { status: 200, body: Responses.GetOrderResponse },
  errors: [Unauthorized, NotFound],
  access: "read",
  retry: "idempotent",
  limits: { cost: 2 }
})

/** Reads how many contracts are ahead of a resting order, by price and then by time. */
export const queuePosition: Operation.Operation<
  Inputs.GetOrderQueuePositionInput,
  Responses.GetOrderQueuePositionResponse,
  Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetOrderQueuePosition",
  name: "Orders.queuePosition",
  method: "GET",
  path: "/portfolio/orders/{order_id}/queue_position",
  pathParameters: Parameters.GetOrderQueuePositionPath,
  success: { status: 200, body: Responses.GetOrderQueuePositionResponse },
  errors: [Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/**
 * Reads how many contracts are ahead of each resting order of some markets or of an event, in one response without
 * pages.
 */
export const queuePositions: Operation.Operation<
  Inputs.GetOrderQueuePositionsInput,
  Responses.GetOrderQueuePositionsResponse,
  BadRequest | Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetOrderQueuePositions",
  name: "Orders.queuePositions",
  method: "GET",
  path: "/portfolio/orders/queue_positions",
  query: Parameters.GetOrderQueuePositionsQuery,
  success: { status: 200, body: Responses.GetOrderQueuePositionsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent"
})

/**
 * Places an order.
 *
 * **Details**
 *
 * The client retries this operation after a lost response only if the request has a `client_order_id`. Without it, a
 * repeat could place a second order. A `Conflict` with `afterLostAnswer` most likely means that an earlier attempt
 * placed the order. The error does not contain the order: find it with {@link list}.
 *
 * **Gotchas**
 *
 * - `average_fill_price` and `average_fee_paid` are absent if nothing filled at once. `average_fee_paid` is per
 *   contract. Source: the OpenAPI document of October 26, 2026.
 * - The exchange has returned 404 `market_not_found` for an unknown ticker. The OpenAPI document does not declare 404,
 *   so the error is an `UnexpectedStatus`.
 * - `body.details` of the error contains the reason of a refusal. `code` is often just `invalid_order`. Source: error
 *   bodies recorded in demo, 2025–2026.
 *
 * **Example** (Ten YES contracts at 56 cents, resting until canceled)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 *
 * const placed = Orders.create({
 *   ticker: "KXHIGHNY-26NOV23-T50",
 *   client_order_id: "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa",
 *   side: "bid",
 *   count: "10",
 *   price: "0.56",
 *   time_in_force: "good_till_canceled",
 *   self_trade_prevention_type: "taker_at_cross"
 * })
 * ```
 */
export const create: Operation.Operation<
  Inputs.CreateOrderV2Input,
  Responses.CreateOrderV2Response,
  BadRequest | Unauthorized | Forbidden | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateOrderV2",
  name: "Orders.create",
  method: "POST",
  path: "/portfolio/events/orders",
  body: Requests.CreateOrderV2Request,
  success: { status: 201, body: Responses.CreateOrderV2Response },
  errors: [BadRequest, Unauthorized, Forbidden, Conflict],
  access: "write",
  retry: "keyed",
  key: { field: "client_order_id" },
  limits: { writeBucket: "order" }
})

/**
 * Places several orders in one request. A successful response means that the exchange accepted the batch. It may still
 * have refused orders: the item of a refused order has an `error`.
 *
 * **Details**
 *
 * The client retries this operation after a lost response only if every order has a `client_order_id`. After a lost
 * response, the error `order_already_exists` of an item most likely means that an earlier attempt placed the order.
 *
 * **Gotchas**
 *
 * - Check the `error` of every item. In a refused item, `order_id` and the counts may be absent or null. Match items to
 *   your orders by `client_order_id`, because no publication promises that the response keeps the sequence of the
 *   request. Source: the OpenAPI document of October 26, 2026.
 * - A batch costs 10 tokens per order, from the account's common write bucket. If the cost of the batch exceeds the
 *   capacity of the bucket, the exchange returns 429. Source: the rate-limit guide of October 2026.
 *
 * **Example** (Selecting the refused orders with their errors)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 *
 * const refused = (orders: ReadonlyArray<Orders.CreateInput>) =>
 *   Effect.map(Orders.batchCreate({ orders }), (response) =>
 *     response.orders.flatMap(({ client_order_id, error }) => (error ? [{ client_order_id, error }] : []))
 *   )
 * ```
 */
export const batchCreate: Operation.Operation<
  Inputs.BatchCreateOrdersV2Input,
  Responses.BatchCreateOrdersV2Response,
  BadRequest | Unauthorized | Forbidden,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "BatchCreateOrdersV2",
  name: "Orders.batchCreate",
  method: "POST",
  path: "/portfolio/events/orders/batched",
  body: Requests.BatchCreateOrdersV2Request,
  success: { status: 201, body: Responses.BatchCreateOrdersV2Response },
  errors: [BadRequest, Unauthorized, Forbidden],
  access: "write",
  retry: "keyed",
  key: { list: "orders", field: "client_order_id" },
  limits: { costPer: "item" }
})

/**
 * Changes the price, the count or the expiry of a resting order.
 *
 * **Details**
 *
 * With another price or a larger count, the order loses its position in the queue. With a smaller count, or only
 * another expiry, it keeps the position.
 *
 * **Gotchas**
 *
 * - `count` is the total, not the resting part: with 4 of 10 filled, `"10"` leaves 6 resting and `"6"` leaves 2.
 *   Source: the OpenAPI document of October 26, 2026.
 * - `fill_count`, `remaining_count` and the averages of the response are null or absent if the amendment did not change
 *   them. Since September 3, 2026, `remaining_count` is the count that rests after matching. Source: changelog.
 * - The client does not retry this operation after a lost response. The order may have filled in the meantime, and a
 *   repeat could make it lose its position in the queue again. Read the order to see the result.
 *
 * **Example** (Amending an order so that six contracts rest)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 *
 * const order = { order_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e", ticker: "KXHIGHNY-26NOV23-T50", side: "bid" } as const
 * // Four contracts have filled, so the total of ten leaves six resting.
 * const amended = Orders.amend({ ...order, price: "0.55", count: "10" })
 * ```
 */
export const amend: Operation.Operation<
  Inputs.AmendOrderV2Input,
  Responses.AmendOrderV2Response,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "AmendOrderV2",
  name: "Orders.amend",
  method: "POST",
  path: "/portfolio/events/orders/{order_id}/amend",
  pathParameters: Parameters.AmendOrderV2Path,
  query: Parameters.AmendOrderV2Query,
  body: Requests.AmendOrderV2Request,
  success: { status: 200, body: Responses.AmendOrderV2Response },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "write",
  retry: "never",
  limits: { writeBucket: "order" }
})

const hasOneReduction: Operation.Rule<Inputs.DecreaseOrderV2Input> = ({ reduce_by, reduce_to }) => {
  const [by, to] = [reduce_by ?? undefined, reduce_to ?? undefined]
  if (by === undefined && to === undefined) return { pointer: "", reason: "pass reduce_by or reduce_to" }
  return by !== undefined && to !== undefined
    ? { pointer: "/reduce_to", reason: "pass reduce_by or reduce_to, not both" }
    : undefined
}

/**
 * Decreases the size of a resting order.
 *
 * **Gotchas**
 *
 * - The input must contain exactly one of `reduce_by` and `reduce_to`. Otherwise the call fails with an
 *   `InvalidRequest`, and the client sends nothing.
 * - If `market_ticker` and `exchange_index` are both absent, the exchange searches only shard 0.
 * - The client does not retry this operation after a lost response, because a second `reduce_by` would decrease the
 *   order twice. Read the order to see the result.
 */
export const decrease: Operation.Operation<
  Inputs.DecreaseOrderV2Input,
  Responses.DecreaseOrderV2Response,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "DecreaseOrderV2",
  name: "Orders.decrease",
  method: "POST",
  path: "/portfolio/events/orders/{order_id}/decrease",
  pathParameters: Parameters.DecreaseOrderV2Path,
  query: Parameters.DecreaseOrderV2Query,
  body: Requests.DecreaseOrderV2Request,
  rules: [hasOneReduction],
  success: { status: 200, body: Responses.DecreaseOrderV2Response },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "never",
  limits: { writeBucket: "order" }
})

/**
 * Cancels the resting part of an order. `reduced_by` is the canceled count.
 *
 * **Gotchas**
 *
 * - If `market_ticker` and `exchange_index` are both absent, the exchange searches only shard 0, and returns 404 for a
 *   resting order on another shard. Source: the OpenAPI document of October 26, 2026.
 * - The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means that
 *   an earlier attempt canceled the order.
 */
export const cancel: Operation.Operation<
  Inputs.CancelOrderV2Input,
  Responses.CancelOrderV2Response,
  Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CancelOrderV2",
  name: "Orders.cancel",
  method: "DELETE",
  path: "/portfolio/events/orders/{order_id}",
  pathParameters: Parameters.CancelOrderV2Path,
  query: Parameters.CancelOrderV2Query,
  success: { status: 200, body: Responses.CancelOrderV2Response },
  errors: [Unauthorized, NotFound],
  access: "write",
  retry: "idempotent",
  limits: { writeBucket: "order", cost: 2, urgent: true }
})

/**
 * Cancels several orders in one request. A successful response means that the exchange accepted the batch. If an order
 * was not canceled, its item in the response has an `error`, and `reduced_by` is zero.
 *
 * **Gotchas**
 *
 * - The client retries this operation after a lost response. If an earlier attempt canceled an order, the item of this
 *   order has an error such as `not_found`.
 * - A batch costs 2 tokens per order, from the account's common write bucket. If the cost of the batch exceeds the
 *   capacity of the bucket, the exchange returns 429. Source: the endpoint costs recorded in demo, July 2026, and the
 *   rate-limit guide of October 2026.
 */
export const batchCancel: Operation.Operation<
  Inputs.BatchCancelOrdersV2Input,
  Responses.BatchCancelOrdersV2Response,
  BadRequest | Unauthorized | Forbidden,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "BatchCancelOrdersV2",
  name: "Orders.batchCancel",
  method: "DELETE",
  path: "/portfolio/events/orders/batched",
  body: Requests.BatchCancelOrdersV2Request,
  success: { status: 200, body: Responses.BatchCancelOrdersV2Response },
  errors: [BadRequest, Unauthorized, Forbidden],
  access: "write",
  retry: "idempotent",
  limits: { cost: 2, costPer: "item", urgent: true }
})

/**
 * Cancels the resting orders on all shards: the orders of `subaccount`, or of the primary account and all subaccounts
 * if `subaccount` is not set. The response is empty.
 *
 * **When to use**
 *
 * Use it as an emergency brake. If you want to place orders within the next minute, cancel by id or by order group
 * instead.
 *
 * **Gotchas**
 *
 * - The exchange may also cancel orders that you place within the following minute. Source: the OpenAPI document of
 *   October 26, 2026.
 * - This operation is only for direct members, whose account has no broker.
 * - The client does not retry this operation after a lost response, because a repeat would also cancel orders that you
 *   placed after the first attempt.
 */
export const cancelAll: Operation.Operation<Inputs.CancelAllOrdersInput, void, Unauthorized, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "CancelAllOrders",
    name: "Orders.cancelAll",
    method: "DELETE",
    path: "/portfolio/events/orders",
    query: Parameters.CancelAllOrdersQuery,
    success: { status: 204, body: undefined },
    errors: [Unauthorized],
    access: "write",
    retry: "never",
    limits: { cost: 2, urgent: true }
  })
