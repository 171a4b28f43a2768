/**
 * Measures how long a request takes to encode (copy, check and print the input), relative to `JSON.stringify` of the
 * same input.
 */
import * as Result from "effect/Result"
import * as encode from "../src/sending/encode.ts"
import * as Orders from "../src/trading/Orders.ts"

const order = {
  ticker: "KXEXAMPLE-26NOV22-T50",
  client_order_id: "intent-1",
  side: "bid",
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  post_only: true,
  cancel_order_on_pause: false,
  subaccount: 3,
  order_group_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e",
  expiration_time: 1_795_000_000
} as const

const cases = [
  ["an order of 12 fields", Orders.create.descriptor, order],
  ["a batch of 20 orders", Orders.batchCreate.descriptor, { orders: Array.from({ length: 20 }, () => order) }],
  ["the query of a list", Orders.list.descriptor, { ticker: order.ticker, status: "resting", limit: 100 }]
] as const

const calls = 2_000

const micros = (run: () => unknown): number => {
  const start = performance.now()
  for (let call = 0; call < calls; call++) run()
  return ((performance.now() - start) * 1000) / calls
}

console.log("best of 50 rounds")
for (const [name, descriptor, input] of cases) {
  const prepared = encode.prepare(descriptor)
  if (Result.isFailure(prepared(input))) throw new Error("the input must be valid")
  let [encoding, text] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < 50; round++) {
    encoding = Math.min(
      encoding,
      micros(() => prepared(input))
    )
    text = Math.min(
      text,
      micros(() => JSON.stringify(input))
    )
  }
  console.log(
    `${name.padEnd(22)} ${encoding.toFixed(2).padStart(6)} µs   ${(encoding / text).toFixed(1)} × JSON.stringify (${text.toFixed(2)} µs)`
  )
}
