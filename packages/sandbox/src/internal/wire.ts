/**
 * What the exchange holds, as the client's types have it on the wire.
 *
 * @module
 */
import type { CreateOrderV2Response, Order as WireOrder } from "@kalshi-effect/client/Orders"
import type { GetOrderGroupResponse, OrderGroup as WireGroup } from "@kalshi-effect/client/OrderGroups"
import type { Count, Dollars } from "@kalshi-effect/client/FixedPoint"
import type { Order, OrderGroup } from "../Exchange.ts"
import { divideHalfUp, dollar, printCount, printMicros, printPrice } from "./decimal.ts"

// The three printers write exactly the forms that the brands stand for.
export const count = (hundredths: number): Count => printCount(hundredths) as Count
const price = (tenThousandths: number): Dollars => printPrice(tenThousandths) as Dollars
const dollars = (micros: number): Dollars => printMicros(micros) as Dollars

/** RFC 3339, without zeros at the end of the fraction. */
const time = (millis: number): string => new Date(millis).toISOString().replace(/\.?0+Z$/, "Z")

export const toOrder = (order: Order): WireOrder => ({
  order_id: order.orderId,
  user_id: order.accountId,
  client_order_id: order.clientOrderId ?? "",
  ticker: order.ticker,
  side: order.side === "bid" ? "yes" : "no",
  action: "buy",
  outcome_side: order.side === "bid" ? "yes" : "no",
  book_side: order.side,
  type: "limit",
  status: order.status,
  yes_price_dollars: price(order.price),
  no_price_dollars: price(dollar - order.price),
  fill_count_fp: count(order.fillCount),
  remaining_count_fp: count(order.remainingCount),
  initial_count_fp: count(order.initialCount),
  taker_fill_cost_dollars: dollars(order.takerCostMicros),
  maker_fill_cost_dollars: dollars(order.makerCostMicros),
  taker_fees_dollars: dollars(order.takerFeesMicros),
  maker_fees_dollars: dollars(order.makerFeesMicros),
  ...(order.expirationMillis === undefined ? undefined : { expiration_time: time(order.expirationMillis) }),
  created_time: time(order.createdMillis),
  last_update_time: time(order.updatedMillis),
  self_trade_prevention_type: order.selfTradePrevention,
  ...(order.orderGroupId === undefined ? undefined : { order_group_id: order.orderGroupId }),
  cancel_order_on_pause: order.cancelOnPause,
  subaccount_number: order.subaccount,
  exchange_index: order.exchangeIndex
})

/** What a new order is answered with. Averages are of its own fills, rounded half up to the micro-dollar. */
export const toCreated = (order: Order, nowMillis: number): CreateOrderV2Response => ({
  order_id: order.orderId,
  ...(order.clientOrderId === undefined ? undefined : { client_order_id: order.clientOrderId }),
  fill_count: count(order.fillCount),
  remaining_count: count(order.remainingCount),
  ...(order.fillCount === 0
    ? undefined
    : {
        average_fill_price: average(yesCost(order), order.fillCount),
        average_fee_paid: average(order.takerFeesMicros, order.fillCount)
      }),
  ts_ms: nowMillis
})

/** What its fills come to at the price of YES, which is what an order's price is. */
const yesCost = (order: Order): number =>
  order.side === "bid" ? order.takerCostMicros : order.fillCount * dollar - order.takerCostMicros

const average = (micros: number, hundredths: number): Dollars => dollars(divideHalfUp(micros * 100, hundredths))

export const toGroup = (group: OrderGroup): GetOrderGroupResponse => ({
  is_auto_cancel_enabled: group.isAutoCancelEnabled,
  contracts_limit_fp: count(group.limit),
  orders: group.orderIds,
  exchange_index: group.exchangeIndex
})

export const toListedGroup = (group: OrderGroup): WireGroup => ({
  id: group.groupId,
  is_auto_cancel_enabled: group.isAutoCancelEnabled,
  contracts_limit_fp: count(group.limit),
  exchange_index: group.exchangeIndex
})
