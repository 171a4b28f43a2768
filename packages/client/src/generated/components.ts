import * as Schema from "effect/Schema"
import { Count, CountInput, Dollars, DollarsInput } from "../FixedPoint.ts"
import { closed, DateTimeString, integerFrom, open, type Open } from "../internal/wire.ts"

export type BookSide = "bid" | "ask"
export const BookSide: Schema.Codec<BookSide> = /*#__PURE__*/ closed(["bid", "ask"])

export interface CancelOrderV2Response {
  readonly order_id: string
  readonly client_order_id?: string
  readonly reduced_by: Count
  /** Unix milliseconds. */
  readonly ts_ms: number
}
export const CancelOrderV2Response: Schema.Codec<CancelOrderV2Response> = /*#__PURE__*/ Schema.Struct({
  order_id: Schema.String,
  client_order_id: /*#__PURE__*/ Schema.optionalKey(Schema.String),
  reduced_by: Count,
  ts_ms: Schema.Int
})

export interface CreateOrderGroupRequest {
  readonly subaccount?: number
  readonly contracts_limit?: number
  readonly contracts_limit_fp?: CountInput | null
  readonly exchange_index?: number
}
export const CreateOrderGroupRequest: Schema.Codec<CreateOrderGroupRequest> = /*#__PURE__*/ Schema.Struct({
  subaccount: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ integerFrom(0)),
  contracts_limit: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ integerFrom(1)),
  contracts_limit_fp: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(CountInput)),
  exchange_index: /*#__PURE__*/ Schema.optionalKey(Schema.Int)
})

export interface CreateOrderGroupResponse {
  readonly order_group_id: string
  readonly subaccount: number
  readonly exchange_index?: number
}
export const CreateOrderGroupResponse: Schema.Codec<CreateOrderGroupResponse> = /*#__PURE__*/ Schema.Struct({
  order_group_id: Schema.String,
  subaccount: /*#__PURE__*/ integerFrom(0),
  exchange_index: /*#__PURE__*/ Schema.optionalKey(Schema.Int)
})

export interface CreateOrderV2Request {
  readonly ticker: string
  readonly client_order_id?: string
  readonly side: BookSide
  readonly count: CountInput
  readonly price: DollarsInput
  /** Unix seconds. */
  readonly expiration_time?: number
  readonly time_in_force: "fill_or_kill" | "good_till_canceled" | "immediate_or_cancel"
  readonly post_only?: boolean
  readonly self_trade_prevention_type: SelfTradePreventionType
  readonly cancel_order_on_pause?: boolean
  readonly reduce_only?: boolean
  readonly subaccount?: number
  readonly order_group_id?: string
  readonly exchange_index?: number
}
export const CreateOrderV2Request: Schema.Codec<CreateOrderV2Request> = /*#__PURE__*/ Schema.Struct({
  ticker: Schema.String,
  client_order_id: /*#__PURE__*/ Schema.optionalKey(Schema.String),
  side: BookSide,
  count: CountInput,
  price: DollarsInput,
  expiration_time: /*#__PURE__*/ Schema.optionalKey(Schema.Int),
  time_in_force: /*#__PURE__*/ closed(["fill_or_kill", "good_till_canceled", "immediate_or_cancel"]),
  post_only: /*#__PURE__*/ Schema.optionalKey(Schema.Boolean),
  self_trade_prevention_type: /*#__PURE__*/ closed(["taker_at_cross", "maker"]),
  cancel_order_on_pause: /*#__PURE__*/ Schema.optionalKey(Schema.Boolean),
  reduce_only: /*#__PURE__*/ Schema.optionalKey(Schema.Boolean),
  subaccount: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ integerFrom(0)),
  order_group_id: /*#__PURE__*/ Schema.optionalKey(Schema.String),
  exchange_index: /*#__PURE__*/ Schema.optionalKey(Schema.Int)
})

export interface CreateOrderV2Response {
  readonly order_id: string
  readonly client_order_id?: string
  readonly fill_count: Count
  readonly remaining_count: Count
  readonly average_fill_price?: Dollars
  readonly average_fee_paid?: Dollars
  /** Unix milliseconds. */
  readonly ts_ms: number
}
export const CreateOrderV2Response: Schema.Codec<CreateOrderV2Response> = /*#__PURE__*/ Schema.Struct({
  order_id: Schema.String,
  client_order_id: /*#__PURE__*/ Schema.optionalKey(Schema.String),
  fill_count: Count,
  remaining_count: Count,
  average_fill_price: /*#__PURE__*/ Schema.optionalKey(Dollars),
  average_fee_paid: /*#__PURE__*/ Schema.optionalKey(Dollars),
  ts_ms: Schema.Int
})

export interface EmptyResponse {}
export const EmptyResponse: Schema.Codec<EmptyResponse> = /*#__PURE__*/ Schema.Record(Schema.String, Schema.Unknown)

export interface ExchangeIndexStatus {
  readonly exchange_index: number
  readonly description: string
  readonly exchange_active: boolean
  readonly trading_active: boolean
  readonly intra_exchange_transfers_active: boolean
}
export const ExchangeIndexStatus: Schema.Codec<ExchangeIndexStatus> = /*#__PURE__*/ Schema.Struct({
  exchange_index: Schema.Int,
  description: Schema.String,
  exchange_active: Schema.Boolean,
  trading_active: Schema.Boolean,
  intra_exchange_transfers_active: Schema.Boolean
})

export interface ExchangeStatus {
  readonly exchange_active: boolean
  readonly trading_active: boolean
  readonly intra_exchange_transfers_active?: boolean
  readonly exchange_estimated_resume_time?: string | null
  readonly exchange_index_statuses?: ReadonlyArray<ExchangeIndexStatus>
}
export const ExchangeStatus: Schema.Codec<ExchangeStatus> = /*#__PURE__*/ Schema.Struct({
  exchange_active: Schema.Boolean,
  trading_active: Schema.Boolean,
  intra_exchange_transfers_active: /*#__PURE__*/ Schema.optionalKey(Schema.Boolean),
  exchange_estimated_resume_time: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(DateTimeString)),
  exchange_index_statuses: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.Array(ExchangeIndexStatus))
})

export interface GetOrderGroupResponse {
  readonly is_auto_cancel_enabled: boolean
  readonly contracts_limit_fp?: Count
  readonly orders: ReadonlyArray<string>
  readonly exchange_index?: number
}
export const GetOrderGroupResponse: Schema.Codec<GetOrderGroupResponse> = /*#__PURE__*/ Schema.Struct({
  is_auto_cancel_enabled: Schema.Boolean,
  contracts_limit_fp: /*#__PURE__*/ Schema.optionalKey(Count),
  orders: /*#__PURE__*/ Schema.Array(Schema.String),
  exchange_index: /*#__PURE__*/ Schema.optionalKey(Schema.Int)
})

export interface GetOrderGroupsResponse {
  readonly order_groups?: ReadonlyArray<OrderGroup>
}

export interface GetOrderResponse {
  readonly order: Order
}

export interface GetOrdersResponse {
  readonly orders: ReadonlyArray<Order>
  readonly cursor: string
}

export interface Order {
  readonly order_id: string
  readonly user_id: string
  readonly client_order_id: string
  readonly ticker: string
  /** @deprecated */
  readonly side?: Open<"yes" | "no">
  /** @deprecated */
  readonly action?: Open<"buy" | "sell">
  readonly outcome_side: Open<"yes" | "no">
  readonly book_side: Open<BookSide>
  readonly type: Open<"limit" | "market">
  readonly status: OrderStatus
  readonly yes_price_dollars: Dollars
  readonly no_price_dollars: Dollars
  readonly fill_count_fp: Count
  readonly remaining_count_fp: Count
  readonly initial_count_fp: Count
  readonly taker_fill_cost_dollars: Dollars
  readonly maker_fill_cost_dollars: Dollars
  readonly taker_fees_dollars: Dollars
  readonly maker_fees_dollars: Dollars
  readonly expiration_time?: string | null
  readonly created_time?: string | null
  readonly last_update_time?: string | null
  readonly self_trade_prevention_type?: Open<SelfTradePreventionType> | null
  readonly order_group_id?: string | null
  readonly cancel_order_on_pause?: boolean
  readonly subaccount_number?: number | null
  readonly exchange_index?: number
}
export const Order: Schema.Codec<Order> = /*#__PURE__*/ Schema.Struct({
  order_id: Schema.String,
  user_id: Schema.String,
  client_order_id: Schema.String,
  ticker: Schema.String,
  side: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ open(["yes", "no"])),
  action: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ open(["buy", "sell"])),
  outcome_side: /*#__PURE__*/ open(["yes", "no"]),
  book_side: /*#__PURE__*/ open(["bid", "ask"]),
  type: /*#__PURE__*/ open(["limit", "market"]),
  status: /*#__PURE__*/ open(["resting", "canceled", "executed"]),
  yes_price_dollars: Dollars,
  no_price_dollars: Dollars,
  fill_count_fp: Count,
  remaining_count_fp: Count,
  initial_count_fp: Count,
  taker_fill_cost_dollars: Dollars,
  maker_fill_cost_dollars: Dollars,
  taker_fees_dollars: Dollars,
  maker_fees_dollars: Dollars,
  expiration_time: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(DateTimeString)),
  created_time: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(DateTimeString)),
  last_update_time: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(DateTimeString)),
  self_trade_prevention_type: /*#__PURE__*/ Schema.optionalKey(
    /*#__PURE__*/ Schema.NullOr(/*#__PURE__*/ open(["taker_at_cross", "maker"]))
  ),
  order_group_id: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(Schema.String)),
  cancel_order_on_pause: /*#__PURE__*/ Schema.optionalKey(Schema.Boolean),
  subaccount_number: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(Schema.Int)),
  exchange_index: /*#__PURE__*/ Schema.optionalKey(Schema.Int)
})
export const GetOrderResponse: Schema.Codec<GetOrderResponse> = /*#__PURE__*/ Schema.Struct({ order: Order })
export const GetOrdersResponse: Schema.Codec<GetOrdersResponse> = /*#__PURE__*/ Schema.Struct({
  orders: /*#__PURE__*/ Schema.Array(Order),
  cursor: Schema.String
})

export interface OrderGroup {
  readonly id: string
  readonly contracts_limit_fp?: Count
  readonly is_auto_cancel_enabled: boolean
  readonly exchange_index?: number
}
export const OrderGroup: Schema.Codec<OrderGroup> = /*#__PURE__*/ Schema.Struct({
  id: Schema.String,
  contracts_limit_fp: /*#__PURE__*/ Schema.optionalKey(Count),
  is_auto_cancel_enabled: Schema.Boolean,
  exchange_index: /*#__PURE__*/ Schema.optionalKey(Schema.Int)
})
export const GetOrderGroupsResponse: Schema.Codec<GetOrderGroupsResponse> = /*#__PURE__*/ Schema.Struct({
  order_groups: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.Array(OrderGroup))
})

export type OrderStatus = Open<"resting" | "canceled" | "executed">

export type SelfTradePreventionType = "taker_at_cross" | "maker"

export interface UpdateOrderGroupLimitRequest {
  readonly contracts_limit?: number
  readonly contracts_limit_fp?: CountInput | null
}
export const UpdateOrderGroupLimitRequest: Schema.Codec<UpdateOrderGroupLimitRequest> = /*#__PURE__*/ Schema.Struct({
  contracts_limit: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ integerFrom(1)),
  contracts_limit_fp: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(CountInput))
})
