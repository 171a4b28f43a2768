/**
 * Converts the orders, fills and positions of the feed and of REST to the same types.
 *
 * @module
 */
import type * as Feed from "../generated/feed.ts"
import type * as Responses from "../generated/responses.ts"
import type { Count, Dollars } from "../money/FixedPoint.ts"

/**
 * An order of the account. Its members have the exchange's names and values, except `subaccount` and `updatedMillis`.
 */
export interface AccountOrder {
  readonly order_id: string
  readonly client_order_id: string
  readonly ticker: string
  /** 0 is the primary account. */
  readonly subaccount: number
  readonly book_side: Feed.UserOrder["book_side"]
  readonly outcome_side: Responses.Order["outcome_side"]
  readonly status: Feed.UserOrder["status"]
  readonly yes_price_dollars: Dollars
  readonly initial_count_fp: Count
  readonly fill_count_fp: Count
  readonly remaining_count_fp: Count
  readonly maker_fees_dollars: Dollars
  readonly maker_fill_cost_dollars: Dollars
  readonly taker_fees_dollars: Dollars
  readonly taker_fill_cost_dollars: Dollars
  readonly order_group_id: string | undefined
  readonly exchange_index: number | undefined
  /**
   * When the exchange last changed the order, in Unix milliseconds of the exchange's clock. Without such a time, the
   * time of the order's creation. Undefined if the exchange sends neither.
   */
  readonly updatedMillis: number | undefined
}

/** A fill of the account. */
export interface AccountFill {
  /** Both orders of a trade have the same `trade_id`: only `trade_id` and `order_id` together identify a fill. */
  readonly trade_id: string
  readonly order_id: string
  /** Known only from messages: REST does not send this id. */
  readonly client_order_id: string | undefined
  readonly market_ticker: string
  /** 0 is the primary account. */
  readonly subaccount: number
  readonly book_side: Feed.Fill["book_side"]
  readonly outcome_side: Responses.Fill["outcome_side"]
  readonly count_fp: Count
  readonly yes_price_dollars: Dollars
  readonly fee_cost: Dollars
  readonly is_taker: boolean
  /** The time of the fill, in Unix milliseconds of the exchange's clock. 0 if the exchange sends no time. */
  readonly filledMillis: number
}

/** A position in one market, with the members that both the feed and REST send. */
export interface AccountPosition {
  readonly market_ticker: string
  /** 0 is the primary account. */
  readonly subaccount: number
  /** Positive for YES contracts, negative for NO contracts. */
  readonly position_fp: Count
  readonly realized_pnl_dollars: Dollars
  readonly fees_paid_dollars: Dollars
}

/** Converts a time of REST to Unix milliseconds. Drops fractions of a millisecond, as the feed does. */
const millisOf = (text: string | null | undefined): number | undefined => {
  const millis = Date.parse(text ?? "")
  return Number.isNaN(millis) ? undefined : millis
}

type SharedOrder = Pick<Responses.Order & Feed.UserOrder, Exclude<keyof AccountOrder, OwnOfOrder>>
type OwnOfOrder = "subaccount" | "updatedMillis" | "order_group_id" | "exchange_index" | "outcome_side" | "status"

const sharedOf = (order: SharedOrder): SharedOrder => ({
  order_id: order.order_id,
  client_order_id: order.client_order_id,
  ticker: order.ticker,
  book_side: order.book_side,
  yes_price_dollars: order.yes_price_dollars,
  initial_count_fp: order.initial_count_fp,
  fill_count_fp: order.fill_count_fp,
  remaining_count_fp: order.remaining_count_fp,
  maker_fees_dollars: order.maker_fees_dollars,
  maker_fill_cost_dollars: order.maker_fill_cost_dollars,
  taker_fees_dollars: order.taker_fees_dollars,
  taker_fill_cost_dollars: order.taker_fill_cost_dollars
})

const orderOf = (order: Feed.UserOrder | Responses.Order, updatedMillis: number | undefined): AccountOrder =>
  Object.freeze({
    ...sharedOf(order),
    subaccount: order.subaccount_number ?? 0,
    outcome_side: order.outcome_side,
    status: order.status,
    order_group_id: order.order_group_id ?? undefined,
    exchange_index: order.exchange_index,
    updatedMillis
  })

export const orderOfFeed = (order: Feed.UserOrder): AccountOrder =>
  orderOf(order, order.last_updated_ts_ms ?? millisOf(order.last_update_time) ?? order.created_ts_ms ?? undefined)

export const orderOfRest = (order: Responses.Order): AccountOrder =>
  orderOf(order, millisOf(order.last_update_time) ?? millisOf(order.created_time))

export const fillOfFeed = (fill: Feed.Fill): AccountFill =>
  Object.freeze({
    trade_id: fill.trade_id,
    order_id: fill.order_id,
    client_order_id: fill.client_order_id,
    market_ticker: fill.market_ticker,
    subaccount: fill.subaccount ?? 0,
    book_side: fill.book_side,
    outcome_side: fill.outcome_side,
    count_fp: fill.count_fp,
    yes_price_dollars: fill.yes_price_dollars,
    fee_cost: fill.fee_cost,
    is_taker: fill.is_taker,
    filledMillis: fill.ts_ms
  })

export const fillOfRest = (fill: Responses.Fill): AccountFill =>
  Object.freeze({
    trade_id: fill.trade_id,
    order_id: fill.order_id,
    client_order_id: undefined,
    market_ticker: fill.market_ticker,
    subaccount: fill.subaccount_number ?? 0,
    book_side: fill.book_side,
    outcome_side: fill.outcome_side,
    count_fp: fill.count_fp,
    yes_price_dollars: fill.yes_price_dollars,
    fee_cost: fill.fee_cost,
    is_taker: fill.is_taker,
    filledMillis: millisOf(fill.created_time) ?? (fill.ts ?? 0) * 1_000
  })

export const positionOfFeed = (position: Feed.MarketPosition): AccountPosition =>
  Object.freeze({
    market_ticker: position.market_ticker,
    subaccount: position.subaccount ?? 0,
    position_fp: position.position_fp,
    realized_pnl_dollars: position.realized_pnl_dollars,
    fees_paid_dollars: position.fees_paid_dollars
  })

export const positionOfRest = (position: Responses.MarketPosition, subaccount: number): AccountPosition =>
  Object.freeze({
    market_ticker: position.ticker,
    subaccount,
    position_fp: position.position_fp,
    realized_pnl_dollars: position.realized_pnl_dollars,
    fees_paid_dollars: position.fees_paid_dollars
  })

export const positionUpdatedMillis = (position: Responses.MarketPosition): number =>
  millisOf(position.last_updated_ts) ?? Number.NEGATIVE_INFINITY

export const isSame = <Row extends object>(self: Row, that: Row): boolean => {
  for (const key in that) if (self[key] !== that[key]) return false
  return true
}
