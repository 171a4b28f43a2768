/**
 * Helpers for tests of pending orders.
 *
 * @module
 */
import type { Exchange } from "../support/exchange.ts"

/** The record that a command leaves if it is killed. */
export const recordOf = ({ account, sandbox }: Exchange, ticker: string, id: string) => ({
  version: 1,
  environment: sandbox.url,
  rest_url: sandbox.environment.restUrl,
  key_id: account.keyId,
  client_order_id: id,
  ticker,
  request: {
    ticker,
    client_order_id: id,
    side: "bid",
    count: "1",
    price: "0.10",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross"
  },
  placedAtMillis: Date.now() - 400_000,
  process_id: 2 ** 22 + 1, // belongs to no process: above the largest id
  host: "this"
})
