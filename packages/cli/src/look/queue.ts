/**
 * The queue positions of resting orders: the number of contracts ahead of each order, by price and then by time.
 *
 * @module
 */
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"

/** The exchange sends no position for an order that has just ended. */
export interface QueuedOrder extends Orders.Order {
  readonly queue_position_fp?: Orders.OrderQueuePosition["queue_position_fp"] | undefined
}

/** The maximum number of markets in a request, because its URL must not become too long. */
const marketsAtOnce = 100

const subaccountOf = ({ subaccount_number }: Orders.Order): number => subaccount_number ?? 0

export const withQueuePositions = Effect.fnUntraced(function* (orders: ReadonlyArray<Orders.Order>) {
  const ahead = new Map<string, QueuedOrder["queue_position_fp"]>()
  for (const subaccount of new Set(orders.map(subaccountOf))) {
    const rows = orders.filter((order) => subaccountOf(order) === subaccount)
    const tickers = [...new Set(rows.map(({ ticker }) => ticker))]
    for (let start = 0; start < tickers.length; start += marketsAtOnce) {
      const market_tickers = tickers.slice(start, start + marketsAtOnce).join(",")
      const { queue_positions } = yield* Orders.queuePositions({ subaccount, market_tickers })
      for (const { order_id, queue_position_fp } of queue_positions) ahead.set(order_id, queue_position_fp)
    }
  }
  return orders.map((order): QueuedOrder => ({ ...order, queue_position_fp: ahead.get(order.order_id) }))
})
