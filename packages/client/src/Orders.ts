/**
 * Orders: place, read and cancel.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "./Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "./Errors.ts"
import * as Parameters from "./generated/parameters.ts"
import * as Requests from "./generated/requests.ts"
import * as Responses from "./generated/responses.ts"
import * as Operation from "./Operation.ts"

export type { BookSide, SelfTradePreventionType } from "./generated/requests.ts"
export type {
  CancelOrderV2Response,
  CreateOrderV2Response,
  GetOrderResponse,
  GetOrdersResponse,
  Order,
  OrderStatus
} from "./generated/responses.ts"

/** Input of {@link list}. */
export interface ListInput {
  readonly ticker?: string | undefined
  /** Up to 10 event tickers, joined by commas on the wire. */
  readonly event_ticker?: string | undefined
  /** Unix seconds. */
  readonly min_ts?: number | undefined
  /** Unix seconds. */
  readonly max_ts?: number | undefined
  readonly status?: string | undefined
  /** 1 to 1,000; 100 when left out. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
  /** 0 the primary, 1–63 a subaccount; all of them when left out. */
  readonly subaccount?: number | undefined
  readonly exchange_index?: number | undefined
}

/**
 * Lists orders, newest first, a page at a time.
 *
 * **Gotchas**
 *
 * - The end of the pages is `cursor: ""`.
 * - An order placed a moment ago may be missing: reads lag writes.
 */
export const list: Operation.Operation<ListInput, Responses.GetOrdersResponse, BadRequest | Unauthorized, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetOrders",
    name: "Orders.list",
    method: "GET",
    path: "/portfolio/orders",
    query: Parameters.GetOrdersQuery,
    success: { status: 200, body: Responses.GetOrdersResponse },
    errors: [BadRequest, Unauthorized],
    access: "read",
    retry: "idempotent",
    bucket: "read"
  })

/** Input of {@link get}. */
export interface GetInput {
  readonly order_id: string
}

/**
 * Reads one order.
 *
 * **Gotchas**
 *
 * Right after it was placed, demo has answered 404 for about half a second.
 */
export const get: Operation.Operation<GetInput, Responses.GetOrderResponse, Unauthorized | NotFound, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetOrder",
    name: "Orders.get",
    method: "GET",
    path: "/portfolio/orders/{order_id}",
    pathParameters: Parameters.GetOrderPath,
    success: { status: 200, body: Responses.GetOrderResponse },
    errors: [Unauthorized, NotFound],
    access: "read",
    retry: "idempotent",
    bucket: "read",
    cost: 2
  })

/** Input of {@link create}. */
export interface CreateInput {
  readonly ticker: string
  /** Your own id for the intent: the exchange answers 409 to a second order with it. */
  readonly client_order_id?: string | undefined
  /** Always of the YES book: `bid` buys YES; `ask` sells YES, which is buying NO at one dollar less the price. */
  readonly side: Requests.BookSide
  /** Contracts, in steps of 0.01. */
  readonly count: Requests.CreateOrderV2Request["count"]
  /** Dollars per contract, always of YES; must be on the market's price grid. */
  readonly price: Requests.CreateOrderV2Request["price"]
  /** Unix seconds; only with `good_till_canceled`. */
  readonly expiration_time?: number | undefined
  readonly time_in_force: Requests.CreateOrderV2Request["time_in_force"]
  readonly post_only?: boolean | undefined
  readonly self_trade_prevention_type: Requests.SelfTradePreventionType
  readonly cancel_order_on_pause?: boolean | undefined
  readonly reduce_only?: boolean | undefined
  /** 0 the primary (the default), 1–63 a subaccount. */
  readonly subaccount?: number | undefined
  readonly order_group_id?: string | undefined
  /** The market's shard; found by `ticker` when left out, which bills every shard's write bucket. */
  readonly exchange_index?: number | undefined
}

/**
 * Places an order.
 *
 * **Gotchas**
 *
 * - Repeated after a lost answer only when it carries a `client_order_id`; without one a repeat could double it.
 * - A `Conflict` with `afterLostAnswer` is most likely the echo of an order that was accepted.
 * - `average_fill_price` and `average_fee_paid` are absent when nothing filled at once.
 */
export const create: Operation.Operation<
  CreateInput,
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
  bucket: "write"
})

/** Input of {@link cancel}. */
export interface CancelInput {
  readonly order_id: string
  /** 0 the primary (the default), 1–63 a subaccount. */
  readonly subaccount?: number | undefined
  /** The order's shard. */
  readonly exchange_index?: number | undefined
  /** Finds the shard when `exchange_index` is left out. */
  readonly market_ticker?: string | undefined
}

/**
 * Cancels an order.
 *
 * **Gotchas**
 *
 * - Without `market_ticker` or `exchange_index` the exchange looks on shard 0 alone and answers 404 for a live order
 *   elsewhere.
 * - Repeated after a lost answer; a `NotFound` with `afterLostAnswer` is then most likely the echo of the first.
 */
export const cancel: Operation.Operation<
  CancelInput,
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
  bucket: "write",
  cost: 2
})
