/**
 * Decoding a page of 200 orders: interpreted and compiled, beside `JSON.parse` of the same text, in one run. Prints the
 * best of many rounds and the ratios; nothing here is a test.
 */
import * as Result from "effect/Result"
import * as Answer from "../src/Answer.ts"
import * as Orders from "../src/Orders.ts"

const order = {
  order_id: "3b23c1c7-f4ef-4f0d-8b9a-9e53c61f1a0d",
  user_id: "8c35ecb3-328f-4f52-8c7c-0f4b9862f8d1",
  client_order_id: "intent-1",
  ticker: "KXEXAMPLE-26NOV22-T50",
  outcome_side: "yes",
  book_side: "bid",
  type: "limit",
  status: "resting",
  yes_price_dollars: "0.5000",
  no_price_dollars: "0.5000",
  fill_count_fp: "0.00",
  remaining_count_fp: "10.00",
  initial_count_fp: "10.00",
  taker_fill_cost_dollars: "0.000000",
  maker_fill_cost_dollars: "0.000000",
  taker_fees_dollars: "0.000000",
  maker_fees_dollars: "0.000000",
  expiration_time: null,
  created_time: "2026-11-22T14:30:00.12345Z",
  last_update_time: "2026-11-22T14:30:00.12345Z",
  self_trade_prevention_type: "taker_at_cross",
  order_group_id: null,
  cancel_order_on_pause: false,
  subaccount_number: 0,
  exchange_index: 0
}
const body = new TextEncoder().encode(JSON.stringify({ orders: Array.from({ length: 200 }, () => order), cursor: "" }))
const utf8 = new TextDecoder()

const bestMicros = (run: () => void): number => {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 300; round++) {
    const start = performance.now()
    run()
    best = Math.min(best, (performance.now() - start) * 1000)
  }
  return best
}

const decoding = (compiledDecoding: boolean): number => {
  const decode = Answer.decoder(Orders.list, { compiledDecoding })
  const answer = { status: 200, body }
  if (Result.isFailure(decode(answer))) throw new Error("the page must decode")
  return bestMicros(() => void decode(answer))
}

// What has been compiled stays compiled: interpreted first.
const figures = [
  ["bytes → text → JSON.parse", bestMicros(() => void JSON.parse(utf8.decode(body)))],
  ["the whole answer, interpreted", decoding(false)],
  ["the whole answer, compiled", decoding(true)]
] as const

console.log(`200 orders, ${body.length} bytes, best of 300`)
for (const [name, micros] of figures) {
  console.log(
    `${name.padEnd(32)} ${micros.toFixed(0).padStart(5)} µs   ${(micros / figures[0][1]).toFixed(2)} × parsing`
  )
}
