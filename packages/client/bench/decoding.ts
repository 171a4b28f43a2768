/**
 * Measures how long pages of 200 markets, orders, fills and trades take to decode, relative to `JSON.parse` of the same
 * bytes.
 */
import * as Result from "effect/Result"
import * as Answer from "../src/rest/Answer.ts"
import * as Markets from "../src/rest/Markets.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as Portfolio from "../src/rest/Portfolio.ts"

const size = 200
const rounds = 1000

const id = (index: number): string => `3b23c1c7-f4ef-4f0d-8b9a-${index.toString(16).padStart(12, "0")}`
const ticker = (index: number): string => `KXEXAMPLE-26NOV22-T${50 + index}`
const dollars = (index: number): string => `0.${String((index * 37) % 100).padStart(2, "0")}00`
const count = (index: number): string => `${index * 3}.50`
const time = (index: number): string => `2026-11-22T14:30:${String(index % 60).padStart(2, "0")}.12345Z`

const market = (index: number) => ({
  ticker: ticker(index),
  event_ticker: "KXEXAMPLE-26NOV22",
  market_type: "binary",
  title: `Will the example be above ${50 + index} on November 22, 2026?`,
  yes_sub_title: `${50 + index} or above`,
  no_sub_title: `${50 + index} or above`,
  created_time: time(index),
  updated_time: time(index + 1),
  open_time: time(index + 2),
  close_time: time(index + 3),
  expiration_time: time(index + 4),
  expected_expiration_time: time(index + 5),
  latest_expiration_time: time(index + 6),
  settlement_timer_seconds: 1800,
  status: "active",
  yes_bid_dollars: dollars(index),
  yes_bid_size_fp: count(index),
  yes_ask_dollars: dollars(index + 1),
  yes_ask_size_fp: count(index + 1),
  no_bid_dollars: dollars(index + 2),
  no_ask_dollars: dollars(index + 3),
  last_price_dollars: dollars(index + 4),
  previous_yes_bid_dollars: dollars(index + 5),
  previous_yes_ask_dollars: dollars(index + 6),
  previous_price_dollars: dollars(index + 7),
  volume_fp: count(index + 2),
  volume_24h_fp: count(index + 3),
  open_interest_fp: count(index + 4),
  notional_value_dollars: "1.0000",
  result: "",
  can_close_early: true,
  expiration_value: "",
  rules_primary: `If the example published for November 22, 2026 is above ${50 + index}, then the market resolves to Yes.`,
  rules_secondary: "The example is the one that its publisher reports first; later corrections change nothing.",
  price_level_structure: "tapered_deci_cent",
  price_ranges: [
    { start: "0.0000", end: "0.1000", step: "0.0010" },
    { start: "0.1000", end: "0.9000", step: "0.0100" },
    { start: "0.9000", end: "1.0000", step: "0.0010" }
  ],
  strike_type: "greater",
  floor_strike: 50 + index,
  settlement_bounds_type: "default",
  exchange_index: 0
})

const order = (index: number) => ({
  order_id: id(index),
  user_id: "8c35ecb3-328f-4f52-8c7c-0f4b9862f8d1",
  client_order_id: `intent-${index}`,
  ticker: ticker(index),
  outcome_side: "yes",
  book_side: "bid",
  type: "limit",
  status: "resting",
  yes_price_dollars: dollars(index),
  no_price_dollars: dollars(index + 1),
  fill_count_fp: "0.00",
  remaining_count_fp: count(index),
  initial_count_fp: count(index),
  taker_fill_cost_dollars: "0.000000",
  maker_fill_cost_dollars: "0.000000",
  taker_fees_dollars: "0.000000",
  maker_fees_dollars: "0.000000",
  expiration_time: null,
  created_time: time(index),
  last_update_time: time(index),
  self_trade_prevention_type: "taker_at_cross",
  order_group_id: null,
  cancel_order_on_pause: false,
  subaccount_number: 0,
  exchange_index: 0
})

const fill = (index: number) => ({
  fill_id: id(index),
  trade_id: id(index),
  order_id: id(index + 1),
  ticker: ticker(index),
  market_ticker: ticker(index),
  side: "yes",
  action: "buy",
  outcome_side: "yes",
  book_side: "bid",
  count_fp: count(index),
  yes_price_dollars: dollars(index),
  no_price_dollars: dollars(index + 1),
  is_taker: true,
  fee_cost: "0.017500",
  created_time: time(index),
  subaccount_number: 0,
  ts: 1_795_357_800 + index,
  exchange_index: 0
})

const trade = (index: number) => ({
  trade_id: id(index),
  ticker: ticker(index),
  count_fp: count(index),
  yes_price_dollars: dollars(index),
  no_price_dollars: dollars(index + 1),
  taker_side: "yes",
  taker_outcome_side: "yes",
  taker_book_side: "bid",
  created_time: time(index),
  is_block_trade: false
})

const page = (list: string, item: (index: number) => unknown): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ [list]: Array.from({ length: size }, (_, index) => item(index)), cursor: "" })
  )

type Decode = (answer: Answer.Answer) => Result.Result<unknown, unknown>

interface Subject {
  readonly list: string
  readonly body: Uint8Array
  readonly decoder: (compiledDecoding: boolean) => Decode
}

const subjects: ReadonlyArray<Subject> = [
  {
    list: "markets",
    body: page("markets", market),
    decoder: (compiledDecoding) => Answer.decoder(Markets.list, { compiledDecoding })
  },
  {
    list: "orders",
    body: page("orders", order),
    decoder: (compiledDecoding) => Answer.decoder(Orders.list, { compiledDecoding })
  },
  {
    list: "fills",
    body: page("fills", fill),
    decoder: (compiledDecoding) => Answer.decoder(Portfolio.fills, { compiledDecoding })
  },
  {
    list: "trades",
    body: page("trades", trade),
    decoder: (compiledDecoding) => Answer.decoder(Markets.trades, { compiledDecoding })
  }
]

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

interface Contender {
  readonly subject: Subject
  readonly name: string
  readonly run: () => void
  best: number
}

const contendersOf = (subject: Subject): ReadonlyArray<Contender> => {
  const { body, decoder, list } = subject
  const contender = (name: string, run: () => void): Contender => ({
    subject,
    name,
    run,
    best: Number.POSITIVE_INFINITY
  })
  const decoding = (name: string, compiledDecoding: boolean): Contender => {
    const decode = decoder(compiledDecoding)
    const answer = { status: 200, body }
    const decoded = decode(answer)
    if (Result.isFailure(decoded)) throw new Error(`the page of ${list} must decode: ${String(decoded.failure)}`)
    return contender(name, () => void decode(answer))
  }
  return [
    contender("bytes → text → JSON.parse", () => void JSON.parse(utf8.decode(body))),
    decoding("the whole response, interpreted", false),
    decoding("the whole response, compiled", true)
  ]
}

const contenders = subjects.flatMap(contendersOf)
for (let round = 0; round < rounds; round++) {
  for (const contender of contenders) {
    const start = performance.now()
    contender.run()
    contender.best = Math.min(contender.best, (performance.now() - start) * 1000)
  }
}

for (const subject of subjects) {
  const [parsing, ...decodings] = contenders.filter((contender) => contender.subject === subject)
  console.log(`${size} ${subject.list}, ${subject.body.length} bytes, best of ${rounds} interleaved rounds`)
  for (const { best, name } of [parsing!, ...decodings]) {
    console.log(
      `  ${name.padEnd(32)} ${best.toFixed(0).padStart(5)} µs   ${(best / parsing!.best).toFixed(2)} × parsing`
    )
  }
}
