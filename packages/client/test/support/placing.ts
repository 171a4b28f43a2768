/** Scripted exchanges for placing orders: replies, and how to play a call against them. */
import { Effect, Fiber, Result, Schedule } from "effect"
import { TestClock } from "effect/testing"
import type * as Kalshi from "../../src/Kalshi.ts"
import * as Orders from "../../src/trading/Orders.ts"
import { layer, type Reply, Script, type Sent } from "./scripted.ts"

export const ticker = "KXHIGHNY-26NOV23-T50"
export const order_id = "ff9ce2b8-34ce-4cdb-8485-ea2647041e9f"
export const mine = "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa"
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export const intent = Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: mine })

export const answer = { order_id, client_order_id: mine, fill_count: "0.00", remaining_count: "10.00", ts_ms: 1 }
export const created: Reply = { status: 201, body: answer }
export const lost: Reply = { fault: "ECONNRESET", syscall: "read" }
export const refused = (status: number, code: string): Reply => ({ status, body: { error: { code, message: code } } })
export const exists = refused(409, "order_already_exists")
export const unreachable: Reply = { fault: "ECONNREFUSED" }

export const order = {
  order_id,
  user_id: "u",
  client_order_id: mine,
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

export const asOf = (millis: number): Reply => ({ status: 200, body: { as_of_time: new Date(millis).toISOString() } })
export const dated = (reply: Reply, millis: number): Reply => ({
  ...reply,
  headers: { date: new Date(millis).toUTCString() }
})
export const lists = (...orders: ReadonlyArray<object>): Reply => ({ status: 200, body: { orders, cursor: "" } })

/** Where a scripted play begins, and what its client is like. */
export interface Setting {
  /** What this machine's clock shows at the beginning, in Unix milliseconds. Default: 0. */
  readonly atMillis?: number
  readonly options?: Partial<Kalshi.Options>
}

/** Runs to the end on virtual time, and gives the outcome with what was sent. */
export const play = <A, E, R>(effect: Effect.Effect<A, E, R>, replies: ReadonlyArray<Reply>, setting: Setting = {}) =>
  Effect.gen(function* () {
    if (setting.atMillis !== undefined) yield* TestClock.setTime(setting.atMillis)
    const fiber = yield* Effect.forkChild(Effect.result(effect))
    yield* TestClock.adjust("5 minutes")
    const result = yield* Fiber.join(fiber)
    const { sent } = yield* Script
    return { result, sent, paths: sent.map(pathOf) }
  }).pipe(Effect.provide(layer(replies, setting.options)))

export const pathOf = ({ method, target }: Sent): string =>
  `${method} ${target.replace("/trade-api/v2", "").replace(/\?.*/, "")}`

export const create = "POST /portfolio/events/orders"
export const timestamp = "GET /exchange/user_data_timestamp"
export const list = "GET /portfolio/orders"

/** What became of one order. */
export const placing = (
  replies: ReadonlyArray<Reply>,
  what: Orders.OrderIntent = intent,
  options?: Orders.PlaceOptions,
  setting?: Setting
) =>
  Effect.map(play(Orders.place(what, options), replies, setting), ({ result, ...rest }) => ({
    ...rest,
    outcome: Result.getOrThrow(result)
  }))

/** A client that sends every request once. */
export const once: Setting = { options: { policy: { retry: Schedule.recurs(0) } } }

/** The orders that have the id and are not the one that is meant, and in what they differ from it. */
export const others: ReadonlyArray<readonly [Orders.Difference, object]> = [
  ["ticker", { ...order, ticker: "ANOTHER" }],
  ["subaccount", { ...order, subaccount_number: 3 }],
  ["side", { ...order, book_side: "ask", outcome_side: "no" }],
  ["price", { ...order, yes_price_dollars: "0.5500", no_price_dollars: "0.4500" }],
  ["count", { ...order, initial_count_fp: "1000.00" }]
]

/** As a journal keeps a placement. */
export const journaled = (placement: Orders.Placement): Orders.Placement => JSON.parse(JSON.stringify(placement))
