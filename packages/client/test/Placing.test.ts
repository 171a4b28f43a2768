import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { KalshiRead, KalshiWrite } from "../src/Capability.ts"
import * as Errors from "../src/Errors.ts"
import * as FixedPoint from "../src/money/FixedPoint.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as PriceGrid from "../src/money/PriceGrid.ts"
import * as RateLimits from "../src/limits/RateLimits.ts"
import { Machine } from "./support/datedExchange.ts"
import { hold, write } from "./support/money.ts"
import {
  answer,
  asOf,
  create,
  created,
  dated,
  exists,
  intent,
  list,
  lists,
  lost,
  mine,
  once,
  order,
  order_id,
  others,
  placing,
  play,
  refused,
  ticker,
  timestamp,
  unreachable,
  uuid
} from "./support/placing.ts"
import { layer, type Reply, Script } from "./support/scripted.ts"

const requestOf = (intent: Orders.OrderIntent): Readonly<Record<string, unknown>> => ({
  ...Result.getOrThrow(intent.request)
})

/** The id that is made where the random bytes are all zero. */
const fixedId = "00000000-0000-4000-8000-000000000000"

const withFixedId = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(
    effect,
    SecureRandom.SecureRandom,
    SecureRandom.make((size) => new Uint8Array(size))
  )

const wrong = (intent: Orders.OrderIntent): string =>
  Result.match(intent.request, {
    onFailure: ({ pointer, reason }) => `${pointer}: ${reason}`,
    onSuccess: () => assert.fail("it is a proper request")
  })

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
      "/yes_price: 0.425 is not on the market's price grid; the nearest prices are 0.42 and 0.43"
    )
    assert.strictEqual(
      wrong(Orders.buyNo({ ...size, no_price: "0.425" })),
      "/no_price: 0.425 is not on the market's price grid; the nearest prices are 0.43 and 0.42"
    )
    assert.strictEqual(requestOf(Orders.buyNo({ ...size, no_price: "0.945" })).price, "0.055")
  })

  it("say what they were made to do", () => {
    const size = { ticker, count: "1" } as const
    for (const [intent, action, outcome] of [
      [Orders.buyYes({ ...size, yes_price: "0.56" }), "buy", "yes"],
      [Orders.sellYes({ ...size, yes_price: "0.56" }), "sell", "yes"],
      [Orders.buyNo({ ...size, no_price: "0.56" }), "buy", "no"],
      [Orders.sellNo({ ...size, no_price: "0.56" }), "sell", "no"]
    ] as const) {
      assert.deepInclude(intent, { action, outcome })
    }
  })

  it("refuse what is no price", () => {
    assert.include(wrong(Orders.buyYes({ ticker, count: "1", yes_price: "1.01" })), "/yes_price: ")
    assert.include(wrong(Orders.sellNo({ ticker, count: "1", no_price: "5e-1" })), "/no_price: ")
    assert.match(
      wrong(Orders.sellNo({ ticker, count: "1", no_price: "0.5", client_order_id: "" })),
      /^\/client_order_id: ./
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

describe("buyYes, sellYes, buyNo, sellNo and closePosition, called from untyped code", () => {
  it("make an intent that says what is wrong, and do not throw", () => {
    for (const input of [undefined, null, "KXHIGHNY-26NOV23-T50", 10]) {
      for (const make of [Orders.buyYes, Orders.sellYes, Orders.buyNo, Orders.sellNo]) {
        assert.match(wrong(make(input as never)), /^: the input is not an object/) // as untyped code gives it
      }
      assert.include(wrong(Orders.closePosition(input as never, { yes_price: "0.5" })), "position")
      const position = { ticker, position_fp: FixedPoint.countUnsafe("1"), exchange_index: 0 }
      assert.match(wrong(Orders.closePosition(position, input as never)), /^: .*yes_price and no_price/)
    }
    assert.include(wrong(Orders.buyYes({ ticker, count: "1", yes_price: 0.56 as never })), "/yes_price: ")
    assert.include(wrong(Orders.buyNo({ ticker, count: "1", no_price: {} as never })), "/no_price: ")
    assert.include(
      wrong(Orders.closePosition({ ticker, position_fp: 5 } as never, { yes_price: "0.5" })),
      "position_fp"
    )
    assert.match(wrong(Orders.closePosition({ ticker } as never, { yes_price: "0.5" })), /^\/position_fp: ./)
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

  it("sells all of a position in NO as of one in YES", () => {
    const no = Orders.closePosition(position("-7.50"), { no_price: "0.30" })
    assert.deepInclude(no, { action: "sell", outcome: "no" })
    assert.deepInclude(requestOf(no), { side: "bid", price: "0.70", count: FixedPoint.countUnsafe("7.50") })
  })

  it("takes the price of either outcome", () => {
    const no = requestOf(Orders.closePosition(position("-1"), { yes_price: "0.70" }))
    assert.deepInclude(no, { side: "bid", price: "0.70" })
  })

  it("has nothing to do with no position", () => {
    const none = Orders.closePosition(position("0"), { yes_price: "0.30" })
    assert.match(wrong(none), /^: the position is 0.00; there is nothing to close/)
    assert.deepInclude(none, { action: "sell", outcome: "yes" })
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
        // By exactly as much as the last attempt is not enough.
        asOf(0),
        asOf(1),
        lists(order)
      ])
      assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, timestamp, timestamp, list])
      assert.deepInclude(outcome, { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("never takes absence for a refusal, however fresh the lists are", () =>
    Effect.gen(function* () {
      // The repeat was refused; what the first attempt did is not known, and it may still be on its way.
      const after = [lost, refused(400, "insufficient_balance"), asOf(3_610_000), lists()]
      const late = { atMillis: 3_600_000 }
      const { outcome } = yield* placing(after, intent, undefined, late)
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: mine, notListedAsOf: "1970-01-01T01:00:10.000Z" })
      assert.strictEqual(outcome._tag === "Unknown" && outcome.error?._tag, "BadRequest")
      const unanswered = [lost, lost, lost, lost, asOf(3_630_000), lists()]
      assert.strictEqual((yield* placing(unanswered, intent, undefined, late)).outcome._tag, "Unknown")
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
    [409, "exchange_is_paused"],
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

  it.effect("looks for the order after a conflict with a code that is not known, also where the id is fresh", () =>
    Effect.gen(function* () {
      for (const code of ["duplicate_client_id", "something_new"]) {
        const strange = refused(409, code)
        assert.strictEqual((yield* placing([strange, asOf(1), lists(order)])).outcome._tag, "Accepted")
        const fresh = Orders.buyYes({ ticker, count: "10", yes_price: "0.56" })
        const { result } = yield* play(withFixedId(Orders.place(fresh)), [
          strange,
          asOf(1),
          lists({ ...order, client_order_id: fixedId })
        ])
        assert.deepInclude(Result.getOrThrow(result), { _tag: "Accepted", learned: "list", order_id })
      }
    })
  )

  it.effect(
    "is Unknown after a conflict with a code that is not known, which only one about an order says to exist",
    () =>
      Effect.gen(function* () {
        for (const [reply, says] of [
          [refused(409, "duplicate_client_id"), true],
          [{ status: 409, text: "" }, true],
          [refused(409, "something_new"), false]
        ] as const) {
          const { outcome } = yield* placing([reply, asOf(1), lists()], intent, { within: 50 })
          assert.deepInclude(outcome, { _tag: "Unknown", exists: says })
        }
      })
  )

  for (const [difference, other] of others) {
    it.effect(`does not take an order with another ${difference} for the one that is meant`, () =>
      Effect.gen(function* () {
        const mismatch = { order: other as Orders.Order, differs: [difference] }
        const { outcome, paths } = yield* placing([exists, asOf(1), lists(other)])
        assert.deepStrictEqual(paths, [create, timestamp, list])
        if (difference !== "side") assert.deepInclude(outcome, { _tag: "Unknown", exists: true, mismatch })
        const after = yield* placing([lost, exists, asOf(1), lists(other)])
        assert.deepInclude(after.outcome, { _tag: "Unknown", exists: true, mismatch })
        const batch = yield* play(Orders.placeAll([intent]), [
          lost,
          { status: 201, body: { orders: [{ client_order_id: mine, error: { code: "order_already_exists" } }] } },
          asOf(1),
          lists(other)
        ])
        assert.deepInclude(Result.getOrThrow(batch.result)[0], { _tag: "Unknown", exists: true, mismatch })
      })
    )
  }

  for (const [how, error] of [
    ["by its code", { code: "order_already_exists", message: "no" }],
    ["by another code", { code: "duplicate_client_order_id", message: "no" }],
    ["by its message", { code: "invalid_order", message: "Order already exists" }],
    ["by its details", { code: "invalid_order", message: "no", details: "client order id already in use" }]
  ] as const) {
    it.effect(`looks for the order where a refusal says ${how} that it exists, whatever its status`, () =>
      Effect.gen(function* () {
        for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 520]) {
          const reply = { status, body: { error } }
          const found = yield* placing([reply, asOf(1), lists(order)], intent, undefined, once)
          assert.deepStrictEqual(found.paths, [create, timestamp, list], String(status))
          assert.deepInclude(found.outcome, { _tag: "Accepted", learned: "list", order_id })
          const { outcome } = yield* placing([reply, asOf(1), lists()], intent, { within: 50 }, once)
          assert.deepInclude(outcome, { _tag: "Unknown", exists: true })
        }
        // In a batch it is about one of the orders, and nobody can say which.
        const batch = yield* play(
          Orders.placeAll([intent]),
          [{ status: 400, body: { error } }, asOf(1), lists(order)],
          once
        )
        assert.deepInclude(Result.getOrThrow(batch.result)[0], { _tag: "Accepted", learned: "list" })
      })
    )
  }

  it.effect("recognises the words of an error about an existing order", () =>
    Effect.gen(function* () {
      for (const code of [
        "already_exist",
        "client_order_id already in use",
        "ALREADY_PLACED",
        "already taken",
        "already_used",
        "duplicated",
        "order_exists",
        "order id exists",
        "order_id_in_use",
        "order_id taken"
      ]) {
        const { paths } = yield* placing([refused(400, code), asOf(1), lists(order)])
        assert.strictEqual(paths.length, 3, code)
      }
    })
  )

  it.effect(
    "is rejected where a refusal says that something else does not exist, or that a market has closed already",
    () =>
      Effect.gen(function* () {
        for (const error of [
          { code: "market_does_not_exist", message: "the market does not exist" },
          { code: "invalid_order", message: "order group does not exist" },
          { code: "MARKET_INACTIVE", message: "the market is already closed" }
        ]) {
          const { outcome, paths } = yield* placing([{ status: 400, body: { error } }])
          assert.deepStrictEqual([outcome._tag, paths], ["Rejected", [create]])
        }
      })
  )

  it.effect("is rejected by the statuses of a request that was not carried out, and by no other", () =>
    Effect.gen(function* () {
      const refusals = new Set([400, 401, 402, 403, 404, 405, 406, 410, 411, 412, 413, 414, 415, 422, 425, 429])
      for (let status = 200; status < 600; status++) {
        // Success has its own tests; a redirect has no body.
        if (status === 201 || status === 409 || (status > 201 && status < 400)) continue
        const isRefusal = refusals.has(status)
        const replies = isRefusal ? [] : [asOf(1), lists(order)]
        const { outcome, paths } = yield* placing([refused(status, "no"), ...replies], intent, undefined, once)
        assert.strictEqual(outcome._tag, isRefusal ? "Rejected" : "Accepted", String(status))
        assert.strictEqual(paths.length, isRefusal ? 1 : 3)
      }
    })
  )

  it.effect("knows that an order exists whose create was answered with another success", () =>
    Effect.gen(function* () {
      for (const [status, says] of [
        [199, false],
        [200, true],
        [299, true],
        [300, false],
        [408, false]
      ] as const) {
        const { outcome } = yield* placing([{ status, body: {} }, asOf(1), lists()], intent, { within: 50 }, once)
        assert.deepInclude(outcome, { _tag: "Unknown", exists: says }, String(status))
        // Of a batch it says of none of its orders that it was placed.
        const batch = yield* play(
          Orders.placeAll([intent], { within: 50 }),
          [{ status, body: {} }, asOf(1), lists()],
          once
        )
        assert.deepInclude(Result.getOrThrow(batch.result)[0], { _tag: "Unknown", exists: false }, String(status))
      }
    })
  )

  for (const [name, text] of [
    ["cut short", JSON.stringify(answer).slice(0, 120)],
    ["with nonsense at its end", JSON.stringify(answer).replace('"0.00"', '"\ufffd\ufffd')],
    ["with a field of another type", JSON.stringify({ ...answer, fill_count: 0 })],
    ["without a field", JSON.stringify({ order_id, client_order_id: mine })],
    ["with more behind its end", `${JSON.stringify({ order_id, client_order_id: mine })}"order_id":"${mine}",`],
    ["with an error that is null", JSON.stringify({ ...answer, error: null, fill_count: 0 })],
    ["with a client_order_id that is null", JSON.stringify({ ...answer, client_order_id: null, fill_count: 0 })],
    [
      "behind values of every other kind",
      `{"a":true,"b":false,"c":null,"d":-10.05e-1,"e":0,"f":90,"order_id":"${order_id}",`
    ]
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
    ["stands beside an error, cut short", `{"order_id":"${order_id}","error":"no",`],
    ["stands beside an error that is an object, cut short", `{"order_id":"${order_id}","error":{"code":"x"`],
    ["stands beside an error after a list, cut short", `{"order_id":"${order_id}","fills":[],"error":{"code":"x"`],
    ["is longer than an id", `{"order_id":"${order_id}0",`],
    ["begins before an id", `{"order_id":"0${order_id}",`],
    ["stands in what is no object", `[ "order_id":"${order_id}", {`],
    ["stands behind what is no JSON", `{"fee":1.2.3,"order_id":"${order_id}",`],
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
      const never = yield* placing([other, asOf(1), lists()], intent, { within: 50 })
      assert.deepInclude(never.outcome, { _tag: "Unknown", exists: true })
      assert.deepInclude(never.outcome._tag === "Unknown" && never.outcome.error, {
        _tag: "ContractError",
        operation: "Orders.create",
        pointer: "/client_order_id",
        rawBody: ""
      })
      assert.match(never.outcome._tag === "Unknown" ? never.outcome.error!.message : "", /another order/)
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

  const unsent = { operation: "Orders.create", requestSent: "no", attempts: 1 } as const
  for (const error of [
    new Errors.LimitExceeded({
      operation: "Orders.create",
      bucket: "write",
      cost: 10,
      capacity: 1,
      waitMillis: undefined,
      maxWaitMillis: 0
    }),
    new SigningError({ description: "the key is gone" }),
    new Errors.NotSent({
      operation: "Orders.create",
      intent: {
        number: 1,
        atMillis: 0,
        operation: "Orders.create",
        operationId: "CreateOrderV2",
        method: "POST",
        path: "/portfolio/events/orders",
        body: {},
        cost: undefined
      }
    }),
    new Errors.RequestTimeout({ ...unsent, limit: "total", timeoutMillis: 1 })
  ]) {
    it.effect(`fails with the ${error._tag} of an order that was not sent`, () =>
      Effect.gen(function* () {
        const writes = yield* KalshiWrite
        const failing = KalshiWrite.of({ ...writes, send: () => Effect.fail(error) })
        for (const call of [Effect.asVoid(Orders.place(intent)), Effect.asVoid(Orders.placeAll([intent]))]) {
          assert.strictEqual(yield* Effect.flip(Effect.provideService(call, KalshiWrite, failing)), error)
        }
      }).pipe(Effect.provide(layer([])))
    )
  }

  it.effect("does not believe an answer without the id of an order", () =>
    Effect.gen(function* () {
      const empty: Reply = { status: 201, body: { ...answer, order_id: "" } }
      const { outcome } = yield* placing([empty, asOf(1), lists(order)])
      assert.deepInclude(outcome, { _tag: "Accepted", learned: "list", order_id })
      const never = yield* placing([empty, asOf(1), lists()], intent, { within: 50 })
      assert.deepInclude(never.outcome, { _tag: "Unknown", exists: true })
      const error = never.outcome._tag === "Unknown" && never.outcome.error
      assert.deepInclude(error, { _tag: "ContractError", pointer: "/order_id" })
      assert.isNotEmpty(error && error._tag === "ContractError" && error.reason)
    })
  )

  it.effect("fails for what is not an intent, as its types do, and says how to make one", () =>
    Effect.gen(function* () {
      for (const what of [undefined, null, "buy", 1, {}, { ticker, side: "bid" }, { request: {} }, { request: null }]) {
        const wrong = what as unknown as Orders.OrderIntent // as untyped code gives it
        const { paths, result } = yield* play(Effect.flip(Orders.place(wrong)), [])
        const error = Result.getOrThrow(result)
        assert.deepInclude(error, { _tag: "InvalidRequest", operation: "Orders.place", pointer: "" })
        assert.include(error.message, "Orders.buyYes, sellYes, buyNo, sellNo or closePosition")
        const batch = yield* play(Effect.flip(Orders.placeAll([intent, wrong])), [])
        const second = Result.getOrThrow(batch.result)
        assert.deepInclude(second, { _tag: "InvalidRequest", operation: "Orders.placeAll", pointer: "/1" })
        assert.include(second.message, "Orders.buyYes")
        assert.deepStrictEqual([paths, batch.paths], [[], []])
      }
      const noList = intent as unknown as ReadonlyArray<Orders.OrderIntent> // as untyped code gives it
      const { result } = yield* play(Effect.flip(Orders.placeAll(noList)), [])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "InvalidRequest", pointer: "" })
      assert.include(Result.getOrThrow(result).message, "not an array")
    })
  )
})

describe("place, about the time of its attempts", () => {
  const atMillis = 10_000_000

  it.effect("says in which minutes the exchange can have taken the order, by the timestamps of its signatures", () =>
    Effect.gen(function* () {
      const { outcome, sent } = yield* placing(
        [lost, lost, lost, lost, asOf(0), lists()],
        intent,
        { within: 50 },
        { atMillis }
      )
      const signed = sent
        .filter(({ method }) => method === "POST")
        .map(({ headers }) => Number(headers["kalshi-access-timestamp"]))
      assert.deepInclude(outcome, {
        _tag: "Unknown",
        placedAtMillis: atMillis,
        lastAttemptMillis: signed[3]!,
        clockChanged: false,
        // Nothing has measured the exchange's clock: it is at most a minute behind.
        window: { fromMillis: atMillis - 60_000, untilMillis: signed[3]! + 60_000 }
      })
    })
  )

  it.effect("knows from the dates of answers when it began by the exchange's clock", () =>
    Effect.gen(function* () {
      const { outcome } = yield* placing(
        [dated({ status: 500, body: {} }, atMillis + 5_000), asOf(0), lists()],
        intent,
        { within: 50 },
        { ...once, atMillis }
      )
      assert.deepInclude(outcome, {
        _tag: "Unknown",
        window: { fromMillis: atMillis + 5_000, untilMillis: atMillis + 60_000 }
      })
    })
  )

  it.effect("takes the last attempt to be no earlier than its signature, which a corrected clock may have made", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Effect.exit(Orders.list()), Orders.place(intent, { within: 50 }))
      const replies = [dated(lists(), atMillis + 300_000), lost, asOf(0), lists()]
      const { result } = yield* play(program, replies, {
        atMillis,
        options: { ...once.options, correctClockSkew: true }
      })
      // The middle of the second that the date stands for.
      assert.deepInclude(Result.getOrThrow(result), {
        _tag: "Unknown",
        placedAtMillis: atMillis,
        lastAttemptMillis: atMillis + 300_500,
        window: { fromMillis: atMillis + 300_000, untilMillis: atMillis + 360_500 }
      })
    })
  )

  /** Loses two answers, each after 2 seconds, while the wall clock is set before each second. */
  const whileSet = (aheadMillis: ReadonlyArray<number>) => {
    const machine = new Machine()
    return Effect.gen(function* () {
      yield* TestClock.setTime(atMillis)
      const fiber = yield* Effect.forkChild(Orders.place(intent, { within: 50 }))
      for (const millis of aheadMillis) {
        machine.aheadMillis = millis
        yield* TestClock.adjust("1 second")
      }
      yield* TestClock.adjust("1 minute")
      return yield* Fiber.join(fiber)
    }).pipe(
      machine.run,
      Effect.provide(
        layer([{ ...lost, delayMillis: 2_000 }, { ...lost, delayMillis: 2_000 }, asOf(0), lists()], {
          policy: { retry: Schedule.recurs(1) }
        })
      )
    )
  }

  for (const [how, aheadMillis] of [
    ["back", [0, -3_600_000]],
    ["forward", [0, 3_600_000]],
    ["forward for one attempt, and back", [0, 120_000, 120_000, 0]],
    ["by a quarter of a second and more", [0, 251]]
  ] as const) {
    it.effect(`records that this machine's clock was set ${how} during the call`, () =>
      Effect.gen(function* () {
        const outcome = yield* whileSet(aheadMillis)
        assert.deepInclude(outcome, { _tag: "Unknown", clockChanged: true, window: undefined })
        assert.isAtLeast(outcome.lastAttemptMillis!, atMillis + 4_000, "by a clock that nobody sets")
      })
    )
  }

  it.effect("ignores a clock that is slewed", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* whileSet([0, 100, 250]), {
        _tag: "Unknown",
        clockChanged: false,
        lastAttemptMillis: atMillis + 4_000
      })
    })
  )

  it.effect("records a clock that was set while it looked for the order", () =>
    Effect.gen(function* () {
      const machine = new Machine()
      const outcome = yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Orders.place(intent, { within: "1 second" }))
        yield* TestClock.adjust("100 millis")
        machine.aheadMillis = 1_000
        yield* TestClock.adjust("1 minute")
        return yield* Fiber.join(fiber)
      }).pipe(machine.run, Effect.provide(layer([lost, { ...asOf(0), delayMillis: 5_000 }], once.options)))
      assert.deepInclude(outcome, { _tag: "Unknown", clockChanged: true, window: undefined })
    })
  )

  it.effect("looks from a minute before its beginning, by the exchange's clock", () =>
    Effect.gen(function* () {
      const since = (replies: ReadonlyArray<Reply>) =>
        Effect.map(placing(replies, intent, { within: 50 }, { ...once, atMillis }), ({ sent }) =>
          new URLSearchParams(sent[2]!.target.split("?")[1]).get("min_ts")
        )
      // Not measured: a minute for the clocks, and one for the clock that dates orders.
      assert.strictEqual(yield* since([lost, asOf(0), lists()]), "9880")
      assert.strictEqual(yield* since([lost, dated(asOf(0), atMillis - 300_000), lists()]), "9640")
    })
  )

  it.effect("looks through all orders of the market where this machine's clock was set", () =>
    Effect.gen(function* () {
      const machine = new Machine()
      const sent = yield* Effect.gen(function* () {
        yield* TestClock.setTime(atMillis)
        const fiber = yield* Effect.forkChild(Orders.place(intent, { within: 50 }))
        yield* TestClock.adjust("1 second")
        machine.aheadMillis = 1_000
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(fiber)
        return (yield* Script).sent
      }).pipe(machine.run, Effect.provide(layer([{ ...lost, delayMillis: 2_000 }, asOf(0), lists()], once.options)))
      assert.isNull(new URLSearchParams(sent[2]!.target.split("?")[1]).get("min_ts"))
    })
  )

  it.effect("ends its search once the lists are two seconds past the last attempt, which proves nothing", () =>
    Effect.gen(function* () {
      const late = { ...lost, delayMillis: 1_000 }
      const { outcome, paths } = yield* placing(
        [late, asOf(2_900), lists(), asOf(3_000), asOf(3_001), lists()],
        intent,
        undefined,
        { ...once, atMillis: 0 }
      )
      assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, timestamp, list])
      assert.deepInclude(outcome, { _tag: "Unknown", notListedAsOf: "1970-01-01T00:00:03.001Z" })
    })
  )

  it.effect("counts those two seconds by the exchange's clock", () =>
    Effect.gen(function* () {
      // It is nine to ten seconds ahead by its first date, so that the last attempt was at ten seconds at the latest.
      const { outcome } = yield* placing(
        [
          lost,
          dated(asOf(0), 9_000),
          lists(),
          { ...dated(asOf(12_000), 11_000), delayMillis: 2_000 },
          lists(),
          dated(asOf(12_001), 12_000),
          lists()
        ],
        intent,
        undefined,
        { ...once, atMillis: 0 }
      )
      assert.deepInclude(outcome, { _tag: "Unknown", notListedAsOf: "1970-01-01T00:00:12.001Z" })
    })
  )

  it.effect("reads the lists again once they are fresher, by more and more, up to ten seconds", () =>
    Effect.gen(function* () {
      const replies: Array<Reply> = [exists, asOf(101_000), lists()]
      let before = 101_000
      for (const gap of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
        replies.push(asOf(before + gap - 1), asOf(before + gap), lists())
        before += gap
      }
      const { outcome, paths } = yield* placing(
        [...replies.slice(0, -1), lists(order)],
        intent,
        { within: "1 minute" },
        { atMillis: 100_000 }
      )
      assert.strictEqual(outcome._tag, "Accepted")
      const rounds = Array.from({ length: 7 }, () => [timestamp, timestamp, list])
      assert.deepStrictEqual(paths, [create, timestamp, list, ...rounds.flat()])
    })
  )

  it.effect("looks for ten seconds by default", () =>
    Effect.gen(function* () {
      const stuck = { ...asOf(0), delayMillis: 20_000 }
      const within = (adjust: "9999 millis" | "10001 millis") =>
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(Orders.place(intent))
          yield* TestClock.adjust(adjust)
          const ended = fiber.pollUnsafe() !== undefined
          yield* Fiber.interrupt(fiber)
          return ended
        }).pipe(
          Effect.provide(layer([lost, stuck], { policy: { ...once.options?.policy, attemptTimeout: "1 minute" } }))
        )
      assert.deepStrictEqual([yield* within("9999 millis"), yield* within("10001 millis")], [false, true])
    })
  )

  it.effect("asks how fresh the lists are less and less often, up to once a second", () =>
    Effect.gen(function* () {
      const stale = Array.from({ length: 7 }, () => asOf(0))
      const { sent } = yield* placing(
        [exists, asOf(0), lists(), ...stale.slice(1)],
        intent,
        { within: 4_000 },
        { atMillis: 0 }
      )
      const times = sent.filter(({ target }) => target.includes("user_data")).map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(times, [0, 100, 300, 700, 1_500, 2_500, 3_500])
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

describe("place, about where an order is", () => {
  it.effect("says the shard and the subaccount that the intent or the list names", () =>
    Effect.gen(function* () {
      const input = { ticker, count: "10", yes_price: "0.56", client_order_id: mine } as const
      for (const [exchange_index, subaccount] of [
        [0, 0],
        [1, 3],
        [undefined, undefined]
      ] as const) {
        const placed = yield* placing([created], Orders.buyYes({ ...input, exchange_index, subaccount }))
        assert.deepInclude(placed.outcome, { _tag: "Accepted", exchange_index, subaccount })
      }
      const there = Orders.buyYes({ ...input, subaccount: 3 })
      const shown = { ...order, exchange_index: 2, subaccount_number: 3 }
      const found = yield* placing([exists, asOf(1), lists(shown)], there)
      assert.deepInclude(found.outcome, { _tag: "Accepted", exchange_index: 2, subaccount: 3 })
      const bare = yield* placing([exists, asOf(1), lists({ ...order, subaccount_number: null })])
      assert.deepInclude(bare.outcome, { _tag: "Accepted", exchange_index: undefined, subaccount: undefined })
    })
  )

  it.effect("takes its tokens before other calls while it looks for an order", () =>
    Effect.gen(function* () {
      const urgent: Array<boolean | undefined> = []
      const program = Effect.gen(function* () {
        const reads = yield* KalshiRead
        const watched = KalshiRead.of({
          ...reads,
          send: (descriptor, input) =>
            Effect.flatMap(RateLimits.Overrides, (overrides) => {
              urgent.push(overrides.urgent)
              return reads.send(descriptor, input)
            })
        })
        return yield* Effect.provideService(Orders.place(intent), KalshiRead, watched)
      })
      const { result } = yield* play(program, [exists, asOf(1), lists(order)])
      assert.strictEqual(Result.getOrThrow(result)._tag, "Accepted")
      assert.deepStrictEqual(urgent, [true])
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

  it.effect("keeps the refusal of one order where another one is not found", () =>
    Effect.gen(function* () {
      const refusal = { code: "insufficient_balance", details: "too little" }
      const body = {
        orders: [
          { client_order_id: "a", error: refusal },
          { client_order_id: "b", ...error("order_already_exists") },
          item("c")
        ]
      }
      const { result } = yield* play(Orders.placeAll(three, { within: 50 }), [{ status: 201, body }, asOf(1), lists()])
      const [refused, taken, placed] = Result.getOrThrow(result)
      assert.strictEqual(refused?._tag, "Rejected")
      assert.deepInclude(refused?._tag === "Rejected" && refused.error, {
        _tag: "ItemRefused",
        operation: "Orders.batchCreate",
        code: "insufficient_balance",
        body: refusal
      })
      assert.match(refused?._tag === "Rejected" ? refused.error.message : "", /: insufficient_balance: too little$/)
      assert.deepInclude(taken, { _tag: "Unknown", exists: true })
      assert.strictEqual(placed?._tag, "Accepted")
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
      const never = yield* play(Orders.placeAll(three, { within: 50 }), [{ status: 201, body }, asOf(1), lists()])
      const [, twice, missing] = Result.getOrThrow(never.result)
      assert.deepInclude(twice, { _tag: "Unknown", exists: true })
      assert.deepInclude(missing, { _tag: "Unknown", exists: false })
      const error = missing?._tag === "Unknown" ? missing.error : undefined
      assert.deepInclude(error, {
        _tag: "ContractError",
        operation: "Orders.batchCreate",
        status: 201,
        pointer: "/orders",
        reason: "0 items have the client_order_id c",
        attempts: 1
      })
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
      const never = yield* play(Orders.placeAll(three, { within: 50 }), [
        { status: 201, body: { order_id } },
        asOf(1),
        lists()
      ])
      for (const outcome of Result.getOrThrow(never.result)) {
        assert.deepInclude(outcome, { _tag: "Unknown", exists: false })
      }
    })
  )

  it.effect("gives what an item says of its order", () =>
    Effect.gen(function* () {
      const says = {
        fill_count: FixedPoint.countUnsafe("4"),
        remaining_count: FixedPoint.countUnsafe("6"),
        average_fill_price: FixedPoint.dollarsUnsafe("0.555"),
        average_fee_paid: FixedPoint.dollarsUnsafe("0.0125"),
        ts_ms: 5
      }
      const { result } = yield* play(Orders.placeAll([intent]), [
        { status: 201, body: { orders: [{ ...says, client_order_id: mine, order_id }] } }
      ])
      assert.deepInclude(Result.getOrThrow(result)[0], { ...says, _tag: "Accepted", learned: "answer" })
      const silent = Object.fromEntries(Object.keys(says).map((name) => [name, null]))
      const less = yield* play(Orders.placeAll([intent]), [
        { status: 201, body: { orders: [{ ...silent, client_order_id: mine, order_id }] } }
      ])
      assert.deepInclude(Result.getOrThrow(less.result)[0], {
        _tag: "Accepted",
        fill_count: undefined,
        remaining_count: undefined,
        average_fill_price: undefined,
        average_fee_paid: undefined,
        ts_ms: undefined
      })
    })
  )

  it.effect("is rejected by an item without a code, or with whatever code, where the id is fresh", () =>
    Effect.gen(function* () {
      const fresh = Orders.buyYes({ ticker, count: "10", yes_price: "0.56" })
      const client_order_id = fixedId
      for (const error of [{ message: "no" }, { code: "market_does_not_exist", message: "no" }]) {
        const reply = { status: 201, body: { orders: [{ client_order_id, error }] } }
        const { paths, result } = yield* play(withFixedId(Orders.placeAll([fresh])), [reply])
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

  it.effect("looks for an order whose item has an error, and shows an order all the same", () =>
    Effect.gen(function* () {
      const refusal = { client_order_id: mine, ...error("insufficient_balance") }
      for (const [item, says] of [
        [{ ...refusal, order_id }, true],
        [{ ...refusal, fill_count: "0.01" }, true],
        [{ ...refusal, order_id: "", remaining_count: "10.00" }, true]
      ] as const) {
        const body = { orders: [item] }
        const found = yield* play(Orders.placeAll([intent]), [{ status: 201, body }, asOf(1), lists(order)])
        assert.deepInclude(Result.getOrThrow(found.result)[0], { _tag: "Accepted", learned: "list", order_id })
        const { result } = yield* play(Orders.placeAll([intent], { within: 50 }), [
          { status: 201, body },
          asOf(1),
          lists()
        ])
        assert.deepInclude(Result.getOrThrow(result)[0], { _tag: "Unknown", exists: says })
      }
      // A refused item can have an empty id, and counts of nothing.
      const plain = { ...refusal, order_id: "", fill_count: "0.00", remaining_count: null }
      const { paths, result } = yield* play(Orders.placeAll([intent]), [{ status: 201, body: { orders: [plain] } }])
      assert.deepStrictEqual([Result.getOrThrow(result)[0]?._tag, paths.length], ["Rejected", 1])
    })
  )

  it.effect("looks for an order whose item has neither an error nor an id", () =>
    Effect.gen(function* () {
      for (const [item, says] of [
        [{ client_order_id: mine }, false],
        [{ client_order_id: mine, order_id: "", error: null }, false],
        [{ client_order_id: mine, remaining_count: "10.00" }, true]
      ] as const) {
        const reply: Reply = { status: 201, body: { orders: [item] } }
        const { result } = yield* play(Orders.placeAll([intent]), [reply, asOf(1), lists(order)])
        assert.deepInclude(Result.getOrThrow(result)[0], { _tag: "Accepted", learned: "list", order_id })
        const never = yield* play(Orders.placeAll([intent], { within: 50 }), [reply, asOf(1), lists()])
        const [outcome] = Result.getOrThrow(never.result)
        assert.deepInclude(outcome, { _tag: "Unknown", exists: says })
        const error = outcome?._tag === "Unknown" && outcome.error
        assert.deepInclude(error, { _tag: "ContractError", pointer: "/orders" })
        assert.include(error && error.message, mine)
      }
    })
  )

  for (const [how, error] of [
    ["by its code", { code: "order_already_exists" }],
    ["by its message", { code: "invalid_order", message: "duplicate client_order_id" }],
    ["by its details", { details: "order exists" }]
  ] as const) {
    it.effect(`looks for an order whose item says ${how} that it exists, also where the id is fresh`, () =>
      Effect.gen(function* () {
        const fresh = Orders.buyYes({ ticker, count: "10", yes_price: "0.56" })
        const body = { orders: [{ client_order_id: fixedId, error }] }
        const found = yield* play(withFixedId(Orders.placeAll([fresh])), [
          { status: 201, body },
          asOf(1),
          lists({ ...order, client_order_id: fixedId })
        ])
        assert.deepInclude(Result.getOrThrow(found.result)[0], { _tag: "Accepted", learned: "list", order_id })
      })
    )
  }

  it.effect("does not take one order for that of two intents", () =>
    Effect.gen(function* () {
      const body = { orders: [item("a"), { ...item("b"), order_id: "a" }, item("c")] }
      const found = lists({ ...order, client_order_id: "b", order_id: "a" })
      const { paths, result } = yield* play(Orders.placeAll(three, { within: 50 }), [
        { status: 201, body },
        asOf(1),
        found
      ])
      assert.deepStrictEqual(paths, [`${create}/batched`, timestamp, list])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map((outcome) => [
          outcome._tag,
          outcome._tag === "Accepted" ? outcome.order_id : outcome._tag === "Unknown" && outcome.exists
        ]),
        [
          ["Unknown", true],
          ["Accepted", "a"],
          ["Accepted", "c"]
        ]
      )
    })
  )

  it.effect("believes a list about whose an order is, and not the answer", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.placeAll(three), [
        { status: 201, body: { orders: [item("a"), item("c")] } },
        asOf(1),
        lists({ ...order, client_order_id: "b", order_id: "a" })
      ])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["Unknown", "Accepted", "Accepted"]
      )
      const [outcome] = Result.getOrThrow(result)
      assert.deepInclude(outcome, { exists: true, notListedAsOf: undefined })
      const error = outcome?._tag === "Unknown" && outcome.error
      assert.deepInclude(error, { _tag: "ContractError", pointer: "/order_id" })
      assert.isNotEmpty(error && error._tag === "ContractError" && error.reason)
    })
  )

  it.effect("says of each of its orders what was asked for, and when", () =>
    Effect.gen(function* () {
      const { result } = yield* play(Orders.placeAll(three, { within: 50 }), [lost, asOf(0), lists()], once)
      for (const [index, outcome] of Result.getOrThrow(result).entries()) {
        assert.deepInclude(outcome, {
          _tag: "Unknown",
          request: Result.getOrThrow(three[index]!.request),
          window: { fromMillis: -60_000, untilMillis: 60_000 }
        })
      }
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
      const twice = yield* play(Effect.flip(Orders.placeAll([intent, intent])), [])
      assert.deepInclude(Result.getOrThrow(twice.result), { _tag: "InvalidRequest", pointer: "" })
      assert.include(Result.getOrThrow(twice.result).message, "the same client_order_id")
      assert.deepStrictEqual(Result.getOrThrow((yield* play(Orders.placeAll([]), [])).result), [])
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

describe("an intent with two prices", () => {
  it("is refused, as its types refuse it already", () => {
    const { request } = Orders.buyYes({ ticker, count: "1", yes_price: "0.56", no_price: "0.44" } as never) // on purpose
    assert.isTrue(Result.isFailure(request))
  })
})

describe("ensureCanceled, called from untyped code", () => {
  it.effect("fails for what is not an order, or is on a shard that nobody names", () =>
    Effect.gen(function* () {
      for (const what of [
        undefined,
        null,
        order_id,
        {},
        { order_id: "", ticker },
        { order_id: 5, ticker },
        { ticker },
        { order_id },
        { order_id, ticker: "" },
        { order_id, exchange_index: -1 }
      ]) {
        const wrong = what as Orders.CancelTarget // as untyped code gives it
        const { paths, result } = yield* play(Effect.flip(Orders.ensureCanceled(wrong)), [])
        const error = Result.getOrThrow(result)
        assert.deepInclude(error, { _tag: "InvalidRequest", operation: "Orders.ensureCanceled", pointer: "" })
        assert.isNotEmpty(error._tag === "InvalidRequest" && error.reason)
        assert.deepStrictEqual(paths, [])
      }
      const canceled: Reply = { status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } }
      for (const exchange_index of [0, 1]) {
        const onShard = { order_id, exchange_index } as Orders.CancelTarget // without its market
        const { result } = yield* play(Orders.ensureCanceled(onShard), [canceled])
        assert.strictEqual(Result.getOrThrow(result)._tag, "Canceled")
      }
    })
  )
})
