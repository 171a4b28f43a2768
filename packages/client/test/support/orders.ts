/** Inputs that create orders. */
import type * as Orders from "../../src/trading/Orders.ts"

/** An order on shard 0. */
export const order = (client_order_id: string): Orders.CreateInput => ({
  ticker: "TICK-1",
  client_order_id,
  side: "bid",
  count: "1",
  price: "0.50",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  exchange_index: 0
})

/** A batch of orders on shard 0. */
export const batch = (size: number): Orders.BatchCreateInput => ({
  orders: Array.from({ length: size }, (_, i) => order(`b${i}`))
})
