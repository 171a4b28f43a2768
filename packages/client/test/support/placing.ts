/** Intents, replies, outcomes and reports for tests that place orders. */
import { assert } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as Orders from "../../src/trading/Orders.ts"
import { play, type Setting } from "./calls.ts"
import type { Reply } from "./scripted.ts"

export const ticker = "KXHIGHNY-26NOV23-T50"
export const order_id = "ff9ce2b8-34ce-4cdb-8485-ea2647041e9f"
export const clientOrderId = "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa"
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Buys 10 YES contracts at $0.56. */
export const buy = (input: Partial<Orders.YesInput> = {}): Orders.OrderIntent =>
  Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: clientOrderId, ...input })

export const intent = buy()

export const createResponse = {
  order_id,
  client_order_id: clientOrderId,
  fill_count: "0.00",
  remaining_count: "10.00",
  ts_ms: 1
}
export const created: Reply = { status: 201, body: createResponse }
export const lost: Reply = { fault: "ECONNRESET", syscall: "read" }
export const errorReply = (status: number, code: string): Reply => ({
  status,
  body: { error: { code, message: code } }
})
export const duplicate = errorReply(409, "order_already_exists")
export const unreachable: Reply = { fault: "ECONNREFUSED" }

export const order = {
  order_id,
  user_id: "u",
  client_order_id: clientOrderId,
  ticker,
  outcome_side: "yes",
  book_side: "bid",
  type: "limit",
  status: "resting",
  yes_price_dollars: "0.5600",
  no_price_dollars: "0.4400",
  fill_count_fp: "4.00",
  remaining_count_fp: "6.00",
  initial_count_fp: "10.00",
  taker_fill_cost_dollars: "0.000000",
  maker_fill_cost_dollars: "2.240000",
  taker_fees_dollars: "0.000000",
  maker_fees_dollars: "0.000000"
}

export const batchCreated = (...orders: ReadonlyArray<object>): Reply => ({ status: 201, body: { orders } })
/** A reply to `GET /exchange/user_data_timestamp`: lists of orders show the state at `millis`. */
export const asOf = (millis: number): Reply => ({ status: 200, body: { as_of_time: new Date(millis).toISOString() } })
export const dated = (reply: Reply, millis: number): Reply => ({
  ...reply,
  headers: { date: new Date(millis).toUTCString() }
})
/** The last page of a list. */
export const listed = (...orders: ReadonlyArray<object>): Reply => ({ status: 200, body: { orders, cursor: "" } })

export const create = "POST /portfolio/events/orders"
export const createBatch = `${create}/batched`
export const timestamp = "GET /exchange/user_data_timestamp"
export const list = "GET /portfolio/orders"

/** A policy without retries. */
export const once: Setting = { policy: { retry: Schedule.recurs(0) } }

export const place = (
  replies: ReadonlyArray<Reply>,
  {
    intent: placed = intent,
    within,
    ...setting
  }: Setting & Orders.PlaceOptions & { readonly intent?: Orders.OrderIntent } = {}
) =>
  Effect.map(play(Orders.place(placed, { within }), replies, setting), ({ paths, sent, value }) => ({
    outcome: value,
    paths,
    sent
  }))

export const reportOf = <E, R extends Orders.Capabilities>(
  program: Effect.Effect<unknown, E, R>,
  options?: Orders.ExitOptions
) =>
  Effect.suspend(() => {
    const reports: Array<Orders.ExitReport> = []
    const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
    return program.pipe(
      Effect.provide(Orders.cancelAllOnExit({ onExit, ...options })),
      Effect.andThen(Effect.sync(() => reports[0] ?? assert.fail("there was no report")))
    )
  })

/** Plays a program with `cancelAllOnExit`, and by default interrupts it after 5 seconds. */
export const playOnExit = <A, E>(
  program: Effect.Effect<A, E, Orders.Capabilities>,
  replies: ReadonlyArray<Reply>,
  options: Orders.ExitOptions & Setting = {}
) =>
  Effect.gen(function* () {
    const { within, ...setting } = options
    const reports: Array<Orders.ExitReport> = []
    const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
    const scoped = Effect.provide(program, Orders.cancelAllOnExit({ onExit, within }))
    const { exit, paths, sent } = yield* play(scoped, replies, { interruptAfterMillis: 5_000, ...setting })
    assert.isAtMost(reports.length, 1)
    return { exit, paths, sent, report: reports[0] }
  })

export const counts = (report: Orders.ExitReport | undefined) => [report?.ended.length, report?.left.length]

/** Orders that differ from `intent` in one field, with the name of the field. */
export const mismatches: ReadonlyArray<readonly [Orders.Difference, object]> = [
  ["ticker", { ...order, ticker: "ANOTHER" }],
  ["subaccount", { ...order, subaccount_number: 3 }],
  ["side", { ...order, book_side: "ask", outcome_side: "no" }],
  ["price", { ...order, yes_price_dollars: "0.5500", no_price_dollars: "0.4500" }],
  ["count", { ...order, initial_count_fp: "1000.00" }]
]

export const journaled = (placement: Orders.Placement): Orders.Placement => JSON.parse(JSON.stringify(placement))

export const tagsOf = (outcomes: ReadonlyArray<{ readonly _tag: string }>): ReadonlyArray<string> =>
  outcomes.map(({ _tag }) => _tag)
