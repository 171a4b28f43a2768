import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Result, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as FixedPoint from "../src/FixedPoint.ts"
import * as Orders from "../src/Orders.ts"
import * as PriceGrid from "../src/PriceGrid.ts"
import * as SendPolicy from "../src/SendPolicy.ts"
import { hold, write } from "./support/money.ts"
import { layer, type Reply, Script, type Sent } from "./support/scripted.ts"

const ticker = "KXHIGHNY-26NOV23-T50"
const order_id = "ff9ce2b8-34ce-4cdb-8485-ea2647041e9f"
const mine = "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa"
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const intent = Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: mine })

const answer = { order_id, client_order_id: mine, fill_count: "0.00", remaining_count: "10.00", ts_ms: 1 }
const created: Reply = { status: 201, body: answer }
const lost: Reply = { fault: "ECONNRESET", syscall: "read" }
const refused = (status: number, code: string): Reply => ({ status, body: { error: { code, message: code } } })
const exists = refused(409, "order_already_exists")
const unreachable: Reply = { fault: "ECONNREFUSED" }

const order = {
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

const asOf = (millis: number): Reply => ({ status: 200, body: { as_of_time: new Date(millis).toISOString() } })
const dated = (reply: Reply, millis: number): Reply => ({
  ...reply,
  headers: { date: new Date(millis).toUTCString() }
})
const lists = (...orders: ReadonlyArray<object>): Reply => ({ status: 200, body: { orders, cursor: "" } })

/** Runs to the end on virtual time, and gives the outcome with what was sent. */
const play = <A, E, R>(effect: Effect.Effect<A, E, R>, replies: ReadonlyArray<Reply>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.result(effect))
    yield* TestClock.adjust("5 minutes")
    const result = yield* Fiber.join(fiber)
    const { sent } = yield* Script
    return { result, sent, paths: sent.map(pathOf) }
  }).pipe(Effect.provide(layer(replies)))

const pathOf = ({ method, target }: Sent): string =>
  `${method} ${target.replace("/trade-api/v2", "").replace(/\?.*/, "")}`

const create = "POST /portfolio/events/orders"
const timestamp = "GET /exchange/user_data_timestamp"
const list = "GET /portfolio/orders"

const requestOf = (intent: Orders.OrderIntent): Readonly<Record<string, unknown>> => ({
  ...Result.getOrThrow(intent.request)
})

const wrong = (intent: Orders.OrderIntent): string =>
  Result.match(intent.request, {
    onFailure: ({ pointer, reason }) => `${pointer}: ${reason}`,
    onSuccess: () => assert.fail("it is a proper request")
  })

/** What became of one order. */
const placing = (replies: ReadonlyArray<Reply>, what: Orders.OrderIntent = intent, options?: Orders.PlaceOptions) =>
  Effect.map(play(Orders.place(what, options), replies), ({ result, ...rest }) => ({
    ...rest,
    outcome: Result.getOrThrow(result)
  }))

describe("buyYes, sellYes, buyNo and sellNo", () => {
  it("say side and price as the book of YES has them", () => {
    const size = { ticker, count: "10" } as const
    for (const [intent, side, price] of [
      [Orders.buyYes({ ...size, yes_price: "0.56" }), "bid", "0.56"],
      [Orders.sellYes({ ...size, yes_price: "0.56" }), "ask", "0.56"],
      [Orders.buyNo({ ...size, no_price: "0.56" }), "ask", "0.44"],
      [Orders.sellNo({ ...size, no_price: "0.56" }), "bid", "0.44"]
    ] as const) {
      assert.deepStrictEqual([requestOf(intent).side, requestOf(intent).price], [side, price])
    }
  })

  it("rest until cancelled, and end where they meet an own order, unless told otherwise", () => {
    assert.deepStrictEqual(
      { ...requestOf(Orders.buyNo({ ticker, count: "2.5", no_price: "0.4", order_group_id: "g" })) },
      {
        ticker,
        side: "ask",
        price: FixedPoint.dollarsUnsafe("0.60"),
        count: "2.5",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        order_group_id: "g"
      }
    )
    const ioc = Orders.sellYes({
      ticker,
      count: "1",
      yes_price: "0.01",
      time_in_force: "immediate_or_cancel",
      reduce_only: true
    })
    assert.deepInclude(requestOf(ioc), { time_in_force: "immediate_or_cancel", reduce_only: true })
  })

  it("do not compile with the price of the other outcome", () => {
    const no = Orders.noPrice(FixedPoint.dollarsUnsafe("0.44"))
    // @ts-expect-error: a price of NO is no price of YES
    Orders.buyYes({ ticker, count: "1", yes_price: no })
    // @ts-expect-error: an amount says of no outcome that it is its price
    Orders.buyYes({ ticker, count: "1", yes_price: FixedPoint.dollarsUnsafe("0.44") })
    // @ts-expect-error: NO has a price of its own
    const lax = Orders.buyNo({ ticker, count: "1", yes_price: "0.44" })
    assert.include(requestOf(lax), { side: "ask", price: "0.44" })
    // @ts-expect-error: a request that was written by hand is no intent
    void (() => Orders.place({ request: requestOf(intent) }))
    assert.strictEqual(requestOf(Orders.buyNo({ ticker, count: "1", no_price: no })).price, "0.56")
  })

  it("refuse a price off the market's grid, and name the nearest in the words of the caller", () => {
    const d = FixedPoint.dollarsUnsafe
    const grid = Result.getOrThrow(
      PriceGrid.make([
        { start: d("0"), end: d("0.10"), step: d("0.001") },
        { start: d("0.10"), end: d("1"), step: d("0.01") }
      ])
    )
    const size = { ticker, count: "1", grid } as const
    assert.strictEqual(requestOf(Orders.buyYes({ ...size, yes_price: "0.055" })).price, "0.055")
    assert.strictEqual(
      wrong(Orders.buyYes({ ...size, yes_price: "0.425" })),
      "/yes_price: 0.425 is not a price that the market takes; the nearest are 0.42 and 0.43"
    )
    assert.strictEqual(
      wrong(Orders.buyNo({ ...size, no_price: "0.425" })),
      "/no_price: 0.425 is not a price that the market takes; the nearest are 0.43 and 0.42"
    )
    assert.strictEqual(requestOf(Orders.buyNo({ ...size, no_price: "0.945" })).price, "0.055")
  })

  it("refuse what is no price", () => {
    assert.include(wrong(Orders.buyYes({ ticker, count: "1", yes_price: "1.01" })), "/yes_price: ")
    assert.include(wrong(Orders.sellNo({ ticker, count: "1", no_price: "5e-1" })), "/no_price: ")
    assert.include(
      wrong(Orders.sellNo({ ticker, count: "1", no_price: "0.5", client_order_id: "" })),
      "/client_order_id"
    )
  })

  it("are two by two the same orders, at prices that make one dollar", () => {
    hold(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (tenThousandths) => {
        const yes = Orders.yesPrice(FixedPoint.dollarsUnsafe(write(BigInt(tenThousandths), 4)))
        const no = Orders.noPrice(Result.getOrThrow(FixedPoint.complement(yes)))
        const size = { ticker, count: "1" } as const
        const same = (one: Orders.OrderIntent, other: Orders.OrderIntent) =>
          assert.deepStrictEqual({ ...requestOf(one) }, { ...requestOf(other) })
        same(Orders.buyYes({ ...size, yes_price: yes }), Orders.sellNo({ ...size, no_price: no }))
        same(Orders.sellYes({ ...size, yes_price: yes }), Orders.buyNo({ ...size, no_price: no }))
      })
    )
  })
})

describe("closePosition", () => {
  const position = (held: string) => ({ ticker, position_fp: FixedPoint.countUnsafe(held), exchange_index: 2 })

  it("sells what is held, at once and no more than that", () => {
    assert.deepStrictEqual(
      { ...requestOf(Orders.closePosition(position("7.50"), { yes_price: "0.30" })) },
      {
        ticker,
        side: "ask",
        price: FixedPoint.dollarsUnsafe("0.30"),
        count: FixedPoint.countUnsafe("7.50"),
        time_in_force: "immediate_or_cancel",
        self_trade_prevention_type: "taker_at_cross",
        reduce_only: true,
        exchange_index: 2
      }
    )
    const no = requestOf(Orders.closePosition(position("-7.50"), { no_price: "0.30", count: "2" }))
    assert.deepInclude(no, { side: "bid", price: "0.70", count: "2", reduce_only: true })
  })

  it("takes the price of either outcome", () => {
    const no = requestOf(Orders.closePosition(position("-1"), { yes_price: "0.70" }))
    assert.deepInclude(no, { side: "bid", price: "0.70" })
  })

  it("has nothing to do with no position", () => {
    assert.include(wrong(Orders.closePosition(position("0"), { yes_price: "0.30" })), "nothing to close")
  })
})

describe("place", () => {
  it.effect("sends one order with an id of its own, and says that it was accepted", () =>
    Effect.gen(function* () {
      const { client_order_id: _, ...anonymous } = answer
      const { outcome, sent } = yield* placing(
        [{ status: 201, body: anonymous }],
        Orders.buyNo({ ticker, count: "10", no_price: "0.44" })
      )
      const body = JSON.parse(sent[0]!.body!)
      assert.match(body.client_order_id, uuid)
      assert.deepInclude(body, { ticker, side: "ask", price: "0.56", count: "10" })
      assert.deepInclude(outcome, {
        _tag: "Accepted",
        learned: "answer",
        order_id,
        client_order_id: body.client_order_id,
        remaining_count: FixedPoint.countUnsafe("10")
      })
    })
  )

  it.effect("repeats an order whose answer was lost under the same id", () =>
    Effect.gen(function* () {
      const anonymous = Orders.buyYes({ ticker, count: "1", yes_price: "0.5" })
      const { client_order_id: _, ...body } = answer
      const { outcome, sent } = yield* placing([lost, { status: 503, body: {} }, { status: 201, body }], anonymous)
      const ids = sent.map(({ body }) => JSON.parse(body!).client_order_id as string)
      assert.strictEqual(outcome._tag, "Accepted")
      assert.deepStrictEqual(ids, [ids[0], ids[0], ids[0]])
    })
  )

  it.effect("looks for the order where the exchange says that it has the id already", () =>
    Effect.gen(function* () {
      const { outcome, paths, sent } = yield* placing([lost, exists, asOf(1), lists({ ...order, status: "executed" })])
      assert.deepStrictEqual(paths, [create, create, timestamp, list])
      assert.deepInclude(outcome, {
        _tag: "Accepted",
        learned: "list",
        order_id,
        fill_count: FixedPoint.countUnsafe("4")
      })
      const query = new URLSearchParams(sent[3]!.target.split("?")[1])
      assert.deepStrictEqual([query.get("ticker"), query.get("limit")], [ticker, "1000"])
    })
  )

  it.effect("waits for lists that are fresher than the last attempt", () =>
    Effect.gen(function* () {
      const { outcome, paths } = yield* placing([
        exists,
        asOf(-60_000),
        lists(),
        asOf(-60_000),
        asOf(-60_000),
        asOf(1_000),
        lists(order)
      ])
      assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, timestamp, timestamp, list])
      assert.deepInclude(outcome, { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("never takes absence for a refusal, however fresh the lists are", () =>
    Effect.gen(function* () {
      // The repeat was refused; what the first attempt did is not known, and it may still be on its way.
      const after = [lost, refused(400, "insufficient_balance"), asOf(3_600_000), lists()]
      const { outcome } = yield* placing(after)
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: mine, notListedAsOf: "1970-01-01T01:00:00.000Z" })
      assert.strictEqual(outcome._tag === "Unknown" && outcome.error?._tag, "BadRequest")
      const unanswered = [lost, lost, lost, lost, asOf(3_600_000), lists()]
      assert.strictEqual((yield* placing(unanswered)).outcome._tag, "Unknown")
    })
  )

  it.effect("looks no longer than it is told, also where reading fails", () =>
    Effect.gen(function* () {
      const outcome = yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Orders.place(intent, { within: "1 second" }))
        yield* TestClock.adjust("1 second")
        return yield* Fiber.join(fiber)
      }).pipe(Effect.provide(layer([exists, { fault: "ECONNREFUSED", delayMillis: 5_000 }])))
      assert.deepInclude(outcome, { _tag: "Unknown", notListedAsOf: undefined })
    })
  )

  for (const [status, code] of [
    [400, "invalid_order"],
    [401, "authentication_error"],
    [403, "permission_denied"],
    [404, "market_not_found"],
    [409, "trading_is_paused"],
    [409, "fill_or_kill_insufficient_resting_volume"]
  ] as const) {
    it.effect(`is rejected by a ${status} ${code} when no answer was lost, and looks for it when one was`, () =>
      Effect.gen(function* () {
        const { outcome, paths } = yield* placing([refused(status, code)])
        assert.deepStrictEqual([outcome._tag, paths], ["Rejected", [create]])
        assert.strictEqual(outcome._tag === "Rejected" && outcome.error.code, code)
        const after = yield* placing([lost, refused(status, code), asOf(1), lists(order)])
        assert.deepInclude(after.outcome, { _tag: "Accepted", order_id })
      })
    )
  }

  it.effect("is rejected when all its attempts were too many", () =>
    Effect.gen(function* () {
      const tooMany: Reply = { status: 429, body: { error: "too many requests" } }
      const { outcome } = yield* placing([tooMany, tooMany, tooMany, tooMany])
      assert.strictEqual(outcome._tag === "Rejected" && outcome.error._tag, "TooManyRequests")
    })
  )

  it.effect("is rejected by a conflict when another order has the id", () =>
    Effect.gen(function* () {
      const opposite = { ...order, book_side: "ask" }
      assert.strictEqual((yield* placing([exists, asOf(1), lists(opposite)])).outcome._tag, "Rejected")
      assert.strictEqual((yield* placing([lost, exists, asOf(1), lists(opposite)])).outcome._tag, "Unknown")
    })
  )

  it.effect("does not tell an order that was amended since from another's: then nobody can say", () =>
    Effect.gen(function* () {
      const amended = { ...order, yes_price_dollars: "0.5500" }
      assert.strictEqual((yield* placing([exists, asOf(1), lists(amended)])).outcome._tag, "Unknown")
      assert.strictEqual((yield* placing([lost, exists, asOf(1), lists(amended)])).outcome._tag, "Unknown")
    })
  )

  it.effect("takes a conflict of a new kind for one about the id, unless the id is fresh", () =>
    Effect.gen(function* () {
      const strange = refused(409, "duplicate_client_id")
      assert.strictEqual((yield* placing([strange, asOf(1), lists(order)])).outcome._tag, "Accepted")
      const fresh = Orders.buyYes({ ticker, count: "10", yes_price: "0.56" })
      assert.strictEqual((yield* placing([strange], fresh)).outcome._tag, "Rejected")
    })
  )

  for (const [name, text] of [
    ["cut short", JSON.stringify(answer).slice(0, 120)],
    ["with nonsense at its end", JSON.stringify(answer).replace('"0.00"', '"\ufffd\ufffd')],
    ["with a field of another type", JSON.stringify({ ...answer, fill_count: 0 })],
    ["without a field", JSON.stringify({ order_id, client_order_id: mine })]
  ] as const) {
    it.effect(`still has the order's id of a success that does not decode: ${name}`, () =>
      Effect.gen(function* () {
        const { outcome } = yield* placing([{ status: 201, text }])
        assert.deepInclude(outcome, { _tag: "Accepted", learned: "salvage", order_id, remaining_count: undefined })
      })
    )
  }

  for (const [name, text] of [
    ["is cut short itself", JSON.stringify(answer).slice(0, 40)],
    ["is of another order", JSON.stringify({ ...answer, fill_count: 0, client_order_id: "another" })],
    ["is there twice", `{"order_id":"${order_id}","order_id":"${mine}",`],
    ["lies deeper", JSON.stringify({ order: answer })],
    ["is no id", JSON.stringify({ ...answer, order_id: "\ufffd\ufffd", fill_count: 0 })],
    ["stands beside an error", JSON.stringify({ ...answer, error: { code: "deprecated_v1_order_endpoint" } })],
    ["is nowhere", "<html>"]
  ] as const) {
    it.effect(`looks for the order of a success that does not decode and whose id ${name}`, () =>
      Effect.gen(function* () {
        const { outcome, paths } = yield* placing([{ status: 201, text }, asOf(1), lists(order)])
        assert.deepStrictEqual(paths, [create, timestamp, list])
        assert.deepInclude(outcome, { _tag: "Accepted", learned: "list", order_id })
      })
    )
  }

  it.effect("does not believe an answer about another order", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 201, body: { ...answer, order_id: mine, client_order_id: "another" } }
      const { outcome } = yield* placing([other, asOf(1), lists(order)])
      assert.deepInclude(outcome, { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("fails where nothing was sent, and says why", () =>
    Effect.gen(function* () {
      const unsent = yield* play(Orders.place(intent), [unreachable, unreachable, unreachable, unreachable])
      assert.strictEqual(unsent.result._tag === "Failure" && unsent.result.failure._tag, "TransportError")
      const bad = Orders.buyYes({ ticker, count: "1", yes_price: "1.5" })
      const invalid = yield* play(Orders.place(bad), [])
      assert.strictEqual(invalid.result._tag === "Failure" && invalid.result.failure._tag, "InvalidRequest")
      const fine = Orders.buyYes({ ticker, count: "1", yes_price: "0.12345" })
      const finer = yield* play(Orders.place(fine), [])
      assert.strictEqual(finer.result._tag === "Failure" && finer.result.failure._tag, "InvalidRequest")
    })
  )
})

describe("place, at its bounds", () => {
  it.effect("looks for ever where it is told to", () =>
    Effect.gen(function* () {
      const { outcome } = yield* placing([exists, asOf(1), lists(), asOf(60_000), lists(order)], intent, {
        within: "Infinity"
      })
      assert.deepInclude(outcome, { _tag: "Accepted", learned: "list" })
    })
  )

  it.effect("knows no shard of an order that the exchange was asked to route", () =>
    Effect.gen(function* () {
      const routed = Orders.buyYes({
        ticker,
        count: "10",
        yes_price: "0.56",
        client_order_id: mine,
        exchange_index: -1
      })
      const { outcome } = yield* placing([created], routed)
      assert.deepInclude(outcome, { _tag: "Accepted", exchange_index: undefined })
      const broken = yield* placing([{ status: 201, text: JSON.stringify({ order_id }) }], routed)
      assert.deepInclude(broken.outcome, { _tag: "Accepted", learned: "salvage", exchange_index: undefined })
    })
  )
})

describe("placeAll", () => {
  const three = ["a", "b", "c"].map((client_order_id) =>
    Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id })
  )
  const item = (client_order_id: string) => ({ ...answer, client_order_id, order_id: client_order_id })
  const error = (code: string) => ({ error: { code, message: code } })

  it.effect("says of each order what became of it, whatever the order of the answer", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.placeAll(three), [
        {
          status: 201,
          body: { orders: [item("c"), { client_order_id: "a", ...error("invalid_order") }, item("b")] }
        }
      ])
      const outcomes = Result.getOrThrow(result)
      assert.deepStrictEqual(
        outcomes.map((outcome) => [
          outcome._tag,
          outcome._tag === "Accepted" ? outcome.order_id : outcome.client_order_id
        ]),
        [
          ["Rejected", "a"],
          ["Accepted", "b"],
          ["Accepted", "c"]
        ]
      )
    })
  )

  it.effect("looks with one reading for all that were lost, and for those that are there already", () =>
    Effect.gen(function* () {
      const { paths, result } = yield* play(Orders.placeAll(three), [
        lost,
        {
          status: 201,
          body: {
            orders: [
              { client_order_id: "a", ...error("order_already_exists") },
              { client_order_id: "b", ...error("insufficient_balance") },
              item("c")
            ]
          }
        },
        asOf(60_000),
        lists({ ...order, client_order_id: "a", order_id: "found" })
      ])
      const batch = `${create}/batched`
      assert.deepStrictEqual(paths, [batch, batch, timestamp, list])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        // The first attempt may have been carried out, whatever the repeat says of b.
        ["Accepted", "Unknown", "Accepted"]
      )
    })
  )

  it.effect("looks for an order that its answer does not name, or names twice", () =>
    Effect.gen(function* () {
      const body = { orders: [item("a"), item("b"), { ...item("b"), order_id: "d" }] }
      const found = [lists({ ...order, client_order_id: "b" }, { ...order, client_order_id: "c" })]
      const { result } = yield* play(Orders.placeAll(three), [{ status: 201, body }, asOf(1), ...found])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map((outcome) => outcome._tag === "Accepted" && outcome.learned),
        ["answer", "list", "list"]
      )
    })
  )

  it.effect("takes no id of a broken answer for that of each of its orders", () =>
    Effect.gen(function* () {
      const found = lists(
        ...["a", "b", "c"].map((client_order_id) => ({ ...order, client_order_id, order_id: client_order_id }))
      )
      const { result } = yield* play(Orders.placeAll(three), [{ status: 201, body: { order_id } }, asOf(1), found])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map((outcome) => outcome._tag === "Accepted" && outcome.order_id),
        ["a", "b", "c"]
      )
    })
  )

  it.effect("is rejected by an item without a code, or with whatever code, where the id is fresh", () =>
    Effect.gen(function* () {
      const fresh = Orders.buyYes({ ticker, count: "10", yes_price: "0.56" })
      const fixed = SecureRandom.make((size) => new Uint8Array(size))
      const client_order_id = "00000000-0000-4000-8000-000000000000"
      for (const error of [{ message: "no" }, { code: "market_does_not_exist", message: "no" }]) {
        const reply = { status: 201, body: { orders: [{ client_order_id, error }] } }
        const made = Effect.provideService(Orders.placeAll([fresh]), SecureRandom.SecureRandom, fixed)
        const { paths, result } = yield* play(made, [reply])
        assert.deepStrictEqual([Result.getOrThrow(result)[0]?._tag, paths.length], ["Rejected", 1])
      }
      // Of an id of the caller's own nobody can say what it was used for before.
      const own = yield* play(Orders.placeAll([intent], { within: 50 }), [
        { status: 201, body: { orders: [{ client_order_id: mine, error: { message: "no" } }] } },
        asOf(1),
        lists()
      ])
      assert.strictEqual(Result.getOrThrow(own.result)[0]?._tag, "Unknown")
    })
  )

  it.effect("sends nothing of a batch that is wrong in part, and nothing at all for no intents", () =>
    Effect.gen(function* () {
      const bad = Orders.buyYes({ ticker, count: "1", yes_price: "1.5" })
      const invalid = yield* play(Orders.placeAll([intent, bad]), [])
      assert.strictEqual(
        Result.isFailure(invalid.result) && "pointer" in invalid.result.failure && invalid.result.failure.pointer,
        "/1/yes_price"
      )
      const twice = yield* play(Orders.placeAll([intent, intent]), [])
      assert.isTrue(Result.isFailure(twice.result))
      assert.deepStrictEqual(Result.getOrThrow((yield* play(Orders.placeAll([]), [])).result), [])
    })
  )
})

describe("settle", () => {
  const journaled: Orders.Placement = { client_order_id: mine, ticker, placedAtMillis: 0, lastAttemptMillis: 30_000 }

  it.effect("finds an order among the live ones, or among the old", () =>
    Effect.gen(function* () {
      const live = yield* play(Orders.settle(journaled), [asOf(0), lists(order)])
      assert.deepInclude(Result.getOrThrow(live.result), { _tag: "Accepted", learned: "list", order_id })
      const old = yield* play(Orders.settle(journaled), [asOf(0), lists(), lists({ ...order, status: "executed" })])
      assert.deepStrictEqual(old.paths, [timestamp, list, "GET /historical/orders"])
      assert.deepInclude(Result.getOrThrow(old.result), { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("finds an order on a later page", () =>
    Effect.gen(function* () {
      const first: Reply = { status: 200, body: { orders: [], cursor: "more" } }
      const { paths, result } = yield* play(Orders.settle(journaled), [asOf(0), first, lists(order)])
      assert.deepStrictEqual(paths, [timestamp, list, list])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("says that none was placed once nothing can be on its way any more", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.settle(journaled), [asOf(90_001), lists(), lists()])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "NotPlaced", notListedAsOf: "1970-01-01T00:01:30.001Z" })
    })
  )

  it.effect("says that nobody knows before", () =>
    Effect.gen(function* () {
      const early = Orders.settle(journaled, { within: 50 })
      const { result } = yield* play(early, [asOf(90_000), lists(), lists()])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "Unknown", notListedAsOf: "1970-01-01T00:01:30.000Z" })
    })
  )

  it.effect("does not conclude from lists that could not be read whole", () =>
    Effect.gen(function* () {
      const broken = refused(400, "bad_request")
      const early = Orders.settle(journaled, { within: 50 })
      const { result } = yield* play(early, [asOf(3_600_000), lists(), broken])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "Unknown", notListedAsOf: undefined })
    })
  )

  it.effect("never says that none was placed of what the exchange called a duplicate", () =>
    Effect.gen(function* () {
      const unknown = yield* placing([exists, asOf(3_600_000), lists()], intent, { within: 50 })
      assert.strictEqual(unknown.outcome._tag, "Unknown")
      const { result } = yield* play(Orders.settle(unknown.outcome, { within: 50 }), [
        asOf(3_600_000),
        lists(),
        lists()
      ])
      assert.strictEqual(Result.getOrThrow(result)._tag, "Unknown")
    })
  )

  it.effect("never says that none was placed of what was answered as placed", () =>
    Effect.gen(function* () {
      const broken: Reply = { status: 201, text: "<html>" }
      const unknown = yield* placing([broken, asOf(3_600_000), lists()], intent, { within: 50 })
      assert.strictEqual(unknown.outcome._tag, "Unknown")
      const settled = yield* play(Orders.settle(unknown.outcome, { within: 50 }), [asOf(3_600_000), lists(), lists()])
      assert.strictEqual(Result.getOrThrow(settled.result)._tag, "Unknown")
      // But where the success was an error in its body, it was none.
      const error: Reply = { status: 201, body: { error: { code: "deprecated_v1_order_endpoint" } } }
      const refused = yield* placing([error, asOf(3_600_000), lists()], intent, { within: 50 })
      const none = yield* play(Orders.settle(refused.outcome), [asOf(3_600_000), lists(), lists()])
      assert.strictEqual(Result.getOrThrow(none.result)._tag, "NotPlaced")
    })
  )

  it.effect("looks as far back as the exchange's clock is behind, also before anything has measured that", () =>
    Effect.gen(function* () {
      // Placed at 600 s by this clock, which is 300 s by the exchange's: its list begins there.
      yield* TestClock.adjust("17 minutes")
      const placed = { client_order_id: mine, ticker, placedAtMillis: 600_000, lastAttemptMillis: 600_500 }
      const { sent } = yield* play(Orders.settle(placed, { within: 50 }), [
        dated(asOf(715_000), 720_000),
        dated(lists(order), 720_000)
      ])
      const since = Number(new URLSearchParams(sent[1]!.target.split("?")[1]).get("min_ts"))
      assert.isAtMost(since, 300)
    })
  )

  it.effect("goes on looking where the exchange's clock is ahead by more than was known at first", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("35 seconds")
      const { result } = yield* play(Orders.settle(journaled), [
        dated(asOf(335_000), 335_000),
        lists(),
        lists(),
        dated(asOf(400_000), 335_000),
        lists(),
        lists()
      ])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "NotPlaced", notListedAsOf: "1970-01-01T00:06:40.000Z" })
    })
  )

  it.effect("does not take an order of another market for one with the same id", () =>
    Effect.gen(function* () {
      const elsewhere = { ...journaled, ticker: "ANOTHER" }
      const { result } = yield* play(Orders.settleAll([journaled, elsewhere]), [
        asOf(3_600_000),
        lists(order),
        lists(),
        lists()
      ])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["Accepted", "NotPlaced"]
      )
    })
  )

  it.effect("settles many with the same reads", () =>
    Effect.gen(function* () {
      const wanted = ["a", "b", "c"].map((client_order_id) => ({ ...journaled, client_order_id }))
      const { paths, result } = yield* play(Orders.settleAll(wanted), [
        asOf(3_600_000),
        lists({ ...order, client_order_id: "b" }),
        lists({ ...order, client_order_id: "c" })
      ])
      assert.strictEqual(paths.length, 3)
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["NotPlaced", "Accepted", "Accepted"]
      )
    })
  )
})

describe("ensureCanceled", () => {
  const target = { order_id, ticker }
  const cancel = `DELETE /portfolio/events/orders/${order_id}`
  const read = `GET /portfolio/orders/${order_id}`
  const notFound = refused(404, "not_found")
  const is = (status: string): Reply => ({ status: 200, body: { order: { ...order, status } } })
  const canceled: Reply = { status: 200, body: { order_id, reduced_by: "6.00", ts_ms: 1 } }

  it.effect("cancels on the market's shard, and says how much rested", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* play(Orders.ensureCanceled(target), [canceled])
      assert.deepStrictEqual(Result.getOrThrow(result), {
        _tag: "Canceled",
        order_id,
        reduced_by: FixedPoint.countUnsafe("6"),
        ts_ms: 1
      })
      assert.include(sent[0]!.target, `market_ticker=${ticker}`)
    })
  )

  for (const [status, tag] of [
    ["canceled", "AlreadyCanceled"],
    ["executed", "Executed"]
  ] as const) {
    it.effect(`says ${tag} of an order that is ${status}`, () =>
      Effect.gen(function* () {
        const { paths, result } = yield* play(Orders.ensureCanceled(target), [notFound, is(status)])
        assert.deepStrictEqual(paths, [cancel, read])
        assert.strictEqual(Result.getOrThrow(result)._tag, tag)
      })
    )
  }

  it.effect("believes no answer about another order, and reads its own", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: mine, reduced_by: "6.00", ts_ms: 1 } }
      const { paths, result } = yield* play(Orders.ensureCanceled(target), [other, is("canceled")])
      assert.deepStrictEqual(paths, [cancel, read])
      assert.strictEqual(Result.getOrThrow(result)._tag, "AlreadyCanceled")
    })
  )

  it.effect("finds the shard by the market where the exchange was asked to route the order", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(Orders.ensureCanceled({ ...target, exchange_index: -1 }), [canceled])
      const query = new URLSearchParams(sent[0]!.target.split("?")[1])
      assert.deepStrictEqual([query.get("market_ticker"), query.get("exchange_index")], [ticker, null])
    })
  )

  it.effect("says when it was most likely this call that cancelled", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.ensureCanceled(target), [lost, notFound, is("canceled")])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "AlreadyCanceled", afterLostAnswer: true })
      const all = yield* play(Orders.ensureCanceled(target), [lost, lost, lost, lost, is("canceled")])
      assert.deepInclude(Result.getOrThrow(all.result), { _tag: "AlreadyCanceled", afterLostAnswer: true })
    })
  )

  it.effect("cancels again what is not found and seems to rest", () =>
    Effect.gen(function* () {
      const { paths, result } = yield* play(Orders.ensureCanceled(target), [notFound, is("resting"), asOf(1), canceled])
      assert.deepStrictEqual(paths, [cancel, read, timestamp, cancel])
      assert.strictEqual(Result.getOrThrow(result)._tag, "Canceled")
    })
  )

  it.effect("says that there is no such order once the reads are fresh enough to show one", () =>
    Effect.gen(function* () {
      const { paths, result } = yield* play(Orders.ensureCanceled(target), [
        notFound,
        notFound,
        asOf(-60_000),
        notFound,
        notFound,
        asOf(3_600_000),
        notFound,
        notFound
      ])
      assert.strictEqual(paths.length, 8)
      assert.strictEqual(Result.getOrThrow(result)._tag, "NoSuchOrder")
    })
  )

  it.effect("does not say that it is gone while nobody knows", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.ensureCanceled(target, { within: 50 }), [notFound, is("resting")])
      assert.strictEqual(Result.getOrThrow(result)._tag, "MayRest")
    })
  )

  it.effect("fails as a cancel does where it had an answer", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.ensureCanceled(target), [refused(401, "authentication_error")])
      assert.strictEqual(Result.isFailure(result) && result.failure._tag, "Unauthorized")
    })
  )
})

describe("cancelAllOnExit", () => {
  const target = `DELETE /portfolio/events/orders/${order_id}`
  const canceled: Reply = { status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } }

  /** Runs a program under the layer on virtual time: its exit, the report, and what was sent. */
  const under = <A, E>(
    program: Effect.Effect<A, E, Orders.Capabilities>,
    replies: ReadonlyArray<Reply>,
    options: Orders.ExitOptions = {}
  ) =>
    Effect.gen(function* () {
      const reports: Array<Orders.ExitReport> = []
      const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
      const scoped = Effect.provide(program, Orders.cancelAllOnExit({ onExit, ...options }))
      const fiber = yield* Effect.forkChild(scoped)
      yield* TestClock.adjust("5 seconds")
      yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("5 minutes")
      const exit = yield* Fiber.await(fiber)
      const { sent } = yield* Script
      assert.isAtMost(reports.length, 1)
      return { exit, report: reports[0], sent, paths: sent.map(pathOf) }
    }).pipe(Effect.provide(layer(replies)))

  const resting = Orders.place(intent)

  for (const [how, program] of [
    ["success", resting],
    ["failure", Effect.andThen(resting, Effect.fail("failed"))],
    ["defect", Effect.andThen(resting, Effect.die("died"))],
    ["interruption", Effect.andThen(resting, Effect.never)]
  ] as const) {
    it.effect(`cancels what rests after ${how}`, () =>
      Effect.gen(function* () {
        const { paths, report } = yield* under(
          Effect.asVoid(program as Effect.Effect<unknown, unknown, Orders.Capabilities>),
          [created, canceled]
        )
        assert.deepStrictEqual(paths, [create, target])
        assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
      })
    )
  }

  it.effect("has nothing to do with what rests no more, was refused, or was cancelled before", () =>
    Effect.gen(function* () {
      const filled: Reply = { status: 201, body: { ...answer, fill_count: "10.00", remaining_count: "0.00" } }
      assert.deepStrictEqual((yield* under(resting, [filled])).paths, [create])
      assert.deepStrictEqual((yield* under(resting, [refused(400, "invalid_order")])).paths, [create])
      const early = Effect.andThen(resting, Orders.ensureCanceled({ order_id, ticker }))
      assert.deepStrictEqual((yield* under(early, [created, canceled])).paths, [create, target])
    })
  )

  it.effect("finds and cancels an order whose placing was interrupted on its way", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 8_000 }
      const { exit, paths, report } = yield* under(resting, [slow, asOf(60_000), lists(order), canceled])
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(paths, [create, timestamp, list, target])
      assert.deepStrictEqual(report?.left, [])
    })
  )

  it.effect("waits for an order that another fiber is placing", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 3_000 }
      const program = Effect.andThen(Effect.forkDetach(resting), Effect.sleep(1))
      assert.deepStrictEqual((yield* under(program, [slow, canceled])).paths, [create, target])
    })
  )

  it.effect("places nothing more under it", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const later = yield* Effect.forkDetach(Effect.delay(Effect.flip(resting), 100))
        return later
      })
      const { exit, paths } = yield* under(program, [])
      const error = yield* Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("it failed"))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.deepStrictEqual(paths, [])
    })
  )

  it.effect("sends nothing after its end of what was waiting to be sent", () =>
    Effect.gen(function* () {
      const patient = Effect.provideService(resting, SendPolicy.Overrides, {
        retry: Schedule.spaced("20 seconds"),
        totalTimeout: "1 minute"
      })
      const program = Effect.andThen(Effect.forkDetach(patient), (fiber) => Effect.as(Effect.sleep(1), fiber))
      const { exit, paths, report } = yield* under(program, [unreachable, asOf(60_000), lists()], {
        within: "4 seconds"
      })
      assert.deepStrictEqual(paths, [create, timestamp, list])
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id }) => client_order_id),
        [mine]
      )
      const outcome = yield* Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("it failed"))
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: mine })
    })
  )

  it.effect("looks for what was lost while an order cannot be cancelled", () =>
    Effect.gen(function* () {
      const other = Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: "other" })
      const program = Effect.andThen(resting, Orders.place(other, { within: 50 }))
      const { report } = yield* under(program, [
        created,
        lost,
        lost,
        lost,
        lost,
        asOf(-60_000),
        lists(),
        { ...canceled, delayMillis: 600_000 },
        asOf(60_000),
        lists({ ...order, client_order_id: "other", order_id: "found" }),
        { status: 200, body: { order_id: "found", reduced_by: "10.00", ts_ms: 1 } }
      ])
      assert.deepStrictEqual(
        [report?.ended.map(({ order_id }) => order_id), report?.left.map(({ order_id }) => order_id)],
        [["found"], [order_id]]
      )
    })
  )

  it.effect("cancels an order once that was lost and then placed again under its id", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Orders.place(intent, { within: 50 }), resting)
      const replies = [lost, lost, lost, lost, asOf(-60_000), lists(), created, canceled]
      const { report } = yield* under(program, replies)
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
    })
  )

  it.effect("waits for each of two calls under one id", () =>
    Effect.gen(function* () {
      const twice = Effect.all([Effect.forkDetach(resting), Effect.forkDetach(resting)])
      const replies = [refused(400, "invalid_order"), { ...created, delayMillis: 3_000 }, canceled]
      const { paths, report } = yield* under(Effect.andThen(twice, Effect.sleep(1)), replies)
      assert.deepStrictEqual(paths, [create, create, target])
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
    })
  )

  it.effect("goes by the layer's policy at its end, and not by what its program asked for its own calls", () =>
    Effect.gen(function* () {
      const reports: Array<Orders.ExitReport> = []
      const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
      const hasty = { attemptTimeout: "1 second" } as const
      yield* play(
        resting.pipe(
          Effect.provide(Orders.cancelAllOnExit({ onExit })),
          Effect.provideService(SendPolicy.Overrides, hasty)
        ),
        [created, { ...canceled, delayMillis: 2_000 }]
      )
      assert.deepStrictEqual([reports[0]?.ended.length, reports[0]?.left.length], [1, 0])
    })
  )

  it.effect("tries as long as it may where a cancel was refused for the moment", () =>
    Effect.gen(function* () {
      const tooMany: Reply = { status: 429, body: { error: "too many requests" } }
      const refusals = Array.from({ length: 5 }, () => tooMany)
      const passing = yield* under(resting, [created, ...refusals, canceled])
      assert.deepStrictEqual([passing.report?.ended.length, passing.report?.left.length], [1, 0])
    })
  )

  it.effect("reports what may rest still, in a bounded time", () =>
    Effect.gen(function* () {
      const unknown = Effect.andThen(
        resting,
        Orders.place(Orders.buyNo({ ticker, count: "1", no_price: "0.1", client_order_id: "lost" }))
      )
      const answers = [created, lost, lost, lost, lost, asOf(60_000), lists()]
      const denied = refused(401, "authentication_error")
      const { report } = yield* under(unknown, [...answers, denied, asOf(60_000), lists()])
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id, order_id }) => [client_order_id, order_id]),
        [
          [mine, order_id],
          ["lost", undefined]
        ]
      )
      assert.include(report?.left[1]?.reason, "no list as of 1970-01-01T00:01:00.000Z shows it")
      const stuck = { ...canceled, delayMillis: 600_000 }
      const bounded = yield* under(resting, [created, stuck], { within: "2 seconds" })
      assert.include(bounded.report?.left[0]?.reason, "not enough time (2000 ms)")
    })
  )
})

describe("an intent with two prices", () => {
  it("is refused, as its types refuse it already", () => {
    const { request } = Orders.buyYes({ ticker, count: "1", yes_price: "0.56", no_price: "0.44" } as never) // on purpose
    assert.isTrue(Result.isFailure(request))
  })
})
