import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { KalshiRead, KalshiWrite } from "../../src/Capability.ts"
import * as Errors from "../../src/Errors.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import { play, queryOf } from "../support/calls.ts"
import {
  asOf,
  batchCreated,
  buy,
  clientOrderId,
  create,
  createBatch,
  created,
  createResponse,
  dated,
  duplicate,
  intent,
  list,
  listed,
  lost,
  mismatches,
  once,
  order,
  order_id,
  place,
  errorReply,
  tagsOf,
  ticker,
  timestamp,
  unreachable,
  uuid
} from "../support/placing.ts"
import { layer, type Reply } from "../support/scripted.ts"

/** The generated client_order_id if all random bytes are zero. */
const fixedId = "00000000-0000-4000-8000-000000000000"

const withFixedId = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(
    effect,
    SecureRandom.SecureRandom,
    SecureRandom.make((size) => new Uint8Array(size))
  )

describe("Orders.place", () => {
  it.effect("sends one order with a generated id and returns Accepted", () =>
    Effect.gen(function* () {
      const { client_order_id: _, ...anonymous } = createResponse
      const { outcome, sent } = yield* place([{ status: 201, body: anonymous }], {
        intent: Orders.buyNo({ ticker, count: "10", no_price: "0.44" })
      })
      const body = JSON.parse(sent[0]!.body!)
      assert.match(body.client_order_id, uuid)
      assert.deepInclude(body, { ticker, side: "ask", price: "0.56", count: "10" })
      assert.deepInclude(outcome, {
        _tag: "Accepted",
        source: "response",
        order_id,
        client_order_id: body.client_order_id,
        remaining_count: FixedPoint.countUnsafe("10")
      })
    })
  )

  it.effect("retries under the same id after a lost response", () =>
    Effect.gen(function* () {
      const anonymous = Orders.buyYes({ ticker, count: "1", yes_price: "0.5" })
      const { client_order_id: _, ...body } = createResponse
      const { outcome, sent } = yield* place([lost, { status: 503, body: {} }, { status: 201, body }], {
        intent: anonymous
      })
      const ids = sent.map(({ body }) => JSON.parse(body!).client_order_id as string)
      assert.strictEqual(outcome._tag, "Accepted")
      assert.deepStrictEqual(ids, [ids[0], ids[0], ids[0]])
    })
  )

  it.effect("looks the order up after order_already_exists", () =>
    Effect.gen(function* () {
      const { outcome, paths, sent } = yield* place([
        lost,
        duplicate,
        asOf(1),
        listed({ ...order, status: "executed" })
      ])
      assert.deepStrictEqual(paths, [create, create, timestamp, list])
      assert.deepInclude(outcome, {
        _tag: "Accepted",
        source: "list",
        order_id,
        fill_count: FixedPoint.countUnsafe("4")
      })
      const query = queryOf(sent[3]!)
      assert.deepStrictEqual([query.get("ticker"), query.get("limit")], [ticker, "1000"])
    })
  )

  it.effect("waits until the lists are newer than the last attempt", () =>
    Effect.gen(function* () {
      const { outcome, paths } = yield* place([
        duplicate,
        asOf(-60_000),
        listed(),
        asOf(-60_000),
        asOf(0),
        asOf(1),
        listed(order)
      ])
      assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, timestamp, timestamp, list])
      assert.deepInclude(outcome, { _tag: "Accepted", source: "list", order_id })
    })
  )

  it.effect("returns Unknown if a response was lost and no list shows the order", () =>
    Effect.gen(function* () {
      // The retry was rejected, but the first attempt can still arrive.
      const after = [lost, errorReply(400, "insufficient_balance"), asOf(3_610_000), listed()]
      const late = { atMillis: 3_600_000 }
      const { outcome } = yield* place(after, late)
      assert.deepInclude(outcome, {
        _tag: "Unknown",
        client_order_id: clientOrderId,
        notListedAsOf: "1970-01-01T01:00:10.000Z"
      })
      assert.strictEqual(outcome._tag === "Unknown" && outcome.error?._tag, "BadRequest")
      const unanswered = [lost, lost, lost, lost, asOf(3_630_000), listed()]
      assert.strictEqual((yield* place(unanswered, late)).outcome._tag, "Unknown")
    })
  )

  it.effect("stops searching after `within`, even if reads fail", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...unreachable, delayMillis: 5_000 }
      const { outcome } = yield* place([duplicate, slow], { within: "1 second" })
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
    it.effect(`returns Rejected on ${status} ${code}, but not after a lost response`, () =>
      Effect.gen(function* () {
        const { outcome, paths } = yield* place([errorReply(status, code)])
        assert.deepStrictEqual([outcome._tag, paths], ["Rejected", [create]])
        assert.strictEqual(outcome._tag === "Rejected" && outcome.error.code, code)
        const after = yield* place([lost, errorReply(status, code), asOf(1), listed(order)])
        assert.deepInclude(after.outcome, { _tag: "Accepted", order_id })
      })
    )
  }

  it.effect("returns Rejected if every attempt gets 429", () =>
    Effect.gen(function* () {
      const tooMany: Reply = { status: 429, body: { error: "too many requests" } }
      const { outcome } = yield* place([tooMany, tooMany, tooMany, tooMany])
      assert.strictEqual(outcome._tag === "Rejected" && outcome.error._tag, "TooManyRequests")
    })
  )

  it.effect("does not return Accepted if the client_order_id belongs to an order of the opposite side", () =>
    Effect.gen(function* () {
      const opposite = { ...order, book_side: "ask" }
      assert.strictEqual((yield* place([duplicate, asOf(1), listed(opposite)])).outcome._tag, "Rejected")
      assert.strictEqual((yield* place([lost, duplicate, asOf(1), listed(opposite)])).outcome._tag, "Unknown")
    })
  )

  it.effect("returns Unknown if the listed order differs only in price (possibly amended)", () =>
    Effect.gen(function* () {
      const amended = { ...order, yes_price_dollars: "0.5500" }
      assert.strictEqual((yield* place([duplicate, asOf(1), listed(amended)])).outcome._tag, "Unknown")
      assert.strictEqual((yield* place([lost, duplicate, asOf(1), listed(amended)])).outcome._tag, "Unknown")
    })
  )

  it.effect("looks the order up after an unknown conflict code, even with a generated id", () =>
    Effect.gen(function* () {
      for (const code of ["duplicate_client_id", "something_new"]) {
        const conflict = errorReply(409, code)
        assert.strictEqual((yield* place([conflict, asOf(1), listed(order)])).outcome._tag, "Accepted")
        const withoutId = buy({ client_order_id: undefined })
        const { value } = yield* play(withFixedId(Orders.place(withoutId)), [
          conflict,
          asOf(1),
          listed({ ...order, client_order_id: fixedId })
        ])
        assert.deepInclude(value, { _tag: "Accepted", source: "list", order_id })
      }
    })
  )

  it.effect("sets `exists` after a conflict only if the code or an empty body indicates a duplicate", () =>
    Effect.gen(function* () {
      for (const [reply, exists] of [
        [errorReply(409, "duplicate_client_id"), true],
        [{ status: 409, text: "" }, true],
        [errorReply(409, "something_new"), false]
      ] as const) {
        const { outcome } = yield* place([reply, asOf(1), listed()], { within: 50 })
        assert.deepInclude(outcome, { _tag: "Unknown", exists })
      }
    })
  )

  for (const [difference, other] of mismatches) {
    it.effect(`does not accept a listed order with a different ${difference}`, () =>
      Effect.gen(function* () {
        const mismatch = { order: other as Orders.Order, differs: [difference] }
        const { outcome, paths } = yield* place([duplicate, asOf(1), listed(other)])
        assert.deepStrictEqual(paths, [create, timestamp, list])
        if (difference !== "side") assert.deepInclude(outcome, { _tag: "Unknown", exists: true, mismatch })
        const after = yield* place([lost, duplicate, asOf(1), listed(other)])
        assert.deepInclude(after.outcome, { _tag: "Unknown", exists: true, mismatch })
        const batch = yield* play(Orders.placeAll([intent]), [
          lost,
          batchCreated({ client_order_id: clientOrderId, error: { code: "order_already_exists" } }),
          asOf(1),
          listed(other)
        ])
        assert.deepInclude(batch.value[0], { _tag: "Unknown", exists: true, mismatch })
      })
    )
  }

  for (const [how, error] of [
    ["by its code", { code: "order_already_exists", message: "no" }],
    ["by another code", { code: "duplicate_client_order_id", message: "no" }],
    ["by its message", { code: "invalid_order", message: "Order already exists" }],
    ["by its details", { code: "invalid_order", message: "no", details: "client order id already in use" }]
  ] as const) {
    it.effect(`looks the order up if an error reports a duplicate ${how}, with each of twelve statuses`, () =>
      Effect.gen(function* () {
        for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 520]) {
          const reply = { status, body: { error } }
          const found = yield* place([reply, asOf(1), listed(order)], once)
          assert.deepStrictEqual(found.paths, [create, timestamp, list], String(status))
          assert.deepInclude(found.outcome, { _tag: "Accepted", source: "list", order_id })
          const { outcome } = yield* place([reply, asOf(1), listed()], { ...once, within: 50 })
          assert.deepInclude(outcome, { _tag: "Unknown", exists: true })
        }
        // The error of a whole batch does not name the order.
        const batch = yield* play(
          Orders.placeAll([intent]),
          [{ status: 400, body: { error } }, asOf(1), listed(order)],
          once
        )
        assert.deepInclude(batch.value[0], { _tag: "Accepted", source: "list" })
      })
    )
  }

  it.effect("recognizes duplicate errors by their words", () =>
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
        const { paths } = yield* place([errorReply(400, code), asOf(1), listed(order)])
        assert.strictEqual(paths.length, 3, code)
      }
    })
  )

  it.effect("returns Rejected if an error reports something missing or a closed market", () =>
    Effect.gen(function* () {
      for (const error of [
        { code: "market_does_not_exist", message: "the market does not exist" },
        { code: "invalid_order", message: "order group does not exist" },
        { code: "MARKET_INACTIVE", message: "the market is already closed" }
      ]) {
        const { outcome, paths } = yield* place([{ status: 400, body: { error } }])
        assert.deepStrictEqual([outcome._tag, paths], ["Rejected", [create]])
      }
    })
  )

  it.effect("returns Rejected only for statuses that mean that the request was not carried out", () =>
    Effect.gen(function* () {
      const rejections = new Set([400, 401, 402, 403, 404, 405, 406, 410, 411, 412, 413, 414, 415, 422, 425, 429])
      for (let status = 200; status < 600; status++) {
        if (status === 201 || status === 409 || (status > 201 && status < 400)) continue
        const isRejection = rejections.has(status)
        const replies = isRejection ? [] : [asOf(1), listed(order)]
        const { outcome, paths } = yield* place([errorReply(status, "no"), ...replies], once)
        assert.strictEqual(outcome._tag, isRejection ? "Rejected" : "Accepted", String(status))
        assert.strictEqual(paths.length, isRejection ? 1 : 3)
      }
    })
  )

  it.effect("sets `exists` after an unexpected 2xx status of Orders.create", () =>
    Effect.gen(function* () {
      for (const [status, exists] of [
        [199, false],
        [200, true],
        [299, true],
        [300, false],
        [408, false]
      ] as const) {
        const { outcome } = yield* place([{ status, body: {} }, asOf(1), listed()], { ...once, within: 50 })
        assert.deepInclude(outcome, { _tag: "Unknown", exists }, String(status))
        // A batch's status does not show whether one of its orders exists.
        const batch = yield* play(
          Orders.placeAll([intent], { within: 50 }),
          [{ status, body: {} }, asOf(1), listed()],
          once
        )
        assert.deepInclude(batch.value[0], { _tag: "Unknown", exists: false }, String(status))
      }
    })
  )

  for (const [name, text] of [
    ["truncated", JSON.stringify(createResponse).slice(0, 120)],
    ["with invalid bytes at the end", JSON.stringify(createResponse).replace('"0.00"', '"\ufffd\ufffd')],
    ["with a field of the wrong type", JSON.stringify({ ...createResponse, fill_count: 0 })],
    ["with a missing field", JSON.stringify({ order_id, client_order_id: clientOrderId })],
    [
      "with text after its end",
      `${JSON.stringify({ order_id, client_order_id: clientOrderId })}"order_id":"${clientOrderId}",`
    ],
    ["with a null error", JSON.stringify({ ...createResponse, error: null, fill_count: 0 })],
    ["with a null client_order_id", JSON.stringify({ ...createResponse, client_order_id: null, fill_count: 0 })],
    [
      "with the id after values of other types",
      `{"a":true,"b":false,"c":null,"d":-10.05e-1,"e":0,"f":90,"order_id":"${order_id}",`
    ]
  ] as const) {
    it.effect(`reads the order id from a successful response that does not decode: ${name}`, () =>
      Effect.gen(function* () {
        const { outcome } = yield* place([{ status: 201, text }])
        assert.deepInclude(outcome, {
          _tag: "Accepted",
          source: "undecodedResponse",
          order_id,
          remaining_count: undefined
        })
      })
    )
  }

  for (const [name, text] of [
    ["is truncated", JSON.stringify(createResponse).slice(0, 40)],
    ["belongs to another order", JSON.stringify({ ...createResponse, fill_count: 0, client_order_id: "another" })],
    ["appears twice", `{"order_id":"${order_id}","order_id":"${clientOrderId}",`],
    [
      "is next to two client order ids",
      `{"client_order_id":"${clientOrderId}","client_order_id":"another","order_id":"${order_id}",`
    ],
    ["is nested", JSON.stringify({ order: createResponse })],
    ["is not a UUID", JSON.stringify({ ...createResponse, order_id: "\ufffd\ufffd", fill_count: 0 })],
    ["is next to an error", JSON.stringify({ ...createResponse, error: { code: "deprecated_v1_order_endpoint" } })],
    ["is next to an error, truncated", `{"order_id":"${order_id}","error":"no",`],
    ["is next to an error object, truncated", `{"order_id":"${order_id}","error":{"code":"x"`],
    ["is next to an error after a list, truncated", `{"order_id":"${order_id}","fills":[],"error":{"code":"x"`],
    ["has a suffix", `{"order_id":"${order_id}0",`],
    ["has a prefix", `{"order_id":"0${order_id}",`],
    ["is not in an object", `[ "order_id":"${order_id}", {`],
    ["follows invalid JSON", `{"fee":1.2.3,"order_id":"${order_id}",`],
    ["is missing", "<html>"]
  ] as const) {
    it.effect(`looks the order up after an undecodable success response if the order id ${name}`, () =>
      Effect.gen(function* () {
        const { outcome, paths } = yield* place([{ status: 201, text }, asOf(1), listed(order)])
        assert.deepStrictEqual(paths, [create, timestamp, list])
        assert.deepInclude(outcome, { _tag: "Accepted", source: "list", order_id })
      })
    )
  }

  it.effect("ignores a successful response with another client_order_id", () =>
    Effect.gen(function* () {
      const other: Reply = {
        status: 201,
        body: { ...createResponse, order_id: clientOrderId, client_order_id: "another" }
      }
      const { outcome } = yield* place([other, asOf(1), listed(order)])
      assert.deepInclude(outcome, { _tag: "Accepted", source: "list", order_id })
      const never = yield* place([other, asOf(1), listed()], { within: 50 })
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

  it.effect("fails if nothing was sent", () =>
    Effect.gen(function* () {
      const unsent = yield* play(Orders.place(intent), [unreachable, unreachable, unreachable, unreachable])
      assert.strictEqual(unsent.error._tag, "TransportError")
      for (const yes_price of ["1.5", "0.12345"] as const) {
        const { error } = yield* play(Orders.place(buy({ yes_price })), [])
        assert.strictEqual(error._tag, "InvalidRequest")
      }
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
    it.effect(`fails with ${error._tag} if the order was not sent`, () =>
      Effect.gen(function* () {
        const writes = yield* KalshiWrite
        const failing = KalshiWrite.of({ ...writes, send: () => Effect.fail(error) })
        for (const call of [Effect.asVoid(Orders.place(intent)), Effect.asVoid(Orders.placeAll([intent]))]) {
          assert.strictEqual(yield* Effect.flip(Effect.provideService(call, KalshiWrite, failing)), error)
        }
      }).pipe(Effect.provide(layer([])))
    )
  }

  it.effect("ignores a successful response with an empty order id", () =>
    Effect.gen(function* () {
      const empty: Reply = { status: 201, body: { ...createResponse, order_id: "" } }
      const { outcome } = yield* place([empty, asOf(1), listed(order)])
      assert.deepInclude(outcome, { _tag: "Accepted", source: "list", order_id })
      const never = yield* place([empty, asOf(1), listed()], { within: 50 })
      assert.deepInclude(never.outcome, { _tag: "Unknown", exists: true })
      const error = never.outcome._tag === "Unknown" && never.outcome.error
      assert.deepInclude(error, { _tag: "ContractError", pointer: "/order_id" })
      assert.isNotEmpty(error && error._tag === "ContractError" && error.reason)
    })
  )

  it.effect("rejects values that are not intents and explains how to make an intent", () =>
    Effect.gen(function* () {
      const plain = { ticker, side: "bid" }
      for (const input of [undefined, null, "buy", 1, {}, plain, { request: {} }, { request: null }]) {
        const invalid = input as unknown as Orders.OrderIntent // untyped callers can pass any value
        const { error, paths } = yield* play(Orders.place(invalid), [])
        assert.deepInclude(error, { _tag: "InvalidRequest", operation: "Orders.place", pointer: "" })
        assert.include(error.message, "Orders.buyYes, sellYes, buyNo, sellNo or closePosition")
        const batch = yield* play(Orders.placeAll([intent, invalid]), [])
        assert.deepInclude(batch.error, { _tag: "InvalidRequest", operation: "Orders.placeAll", pointer: "/1" })
        assert.include(batch.error.message, "Orders.buyYes")
        assert.deepStrictEqual([paths, batch.paths], [[], []])
      }
      const noList = intent as unknown as ReadonlyArray<Orders.OrderIntent> // untyped callers can pass any value
      const { error } = yield* play(Orders.placeAll(noList), [])
      assert.deepInclude(error, { _tag: "InvalidRequest", pointer: "" })
      assert.include(error.message, "not an array")
    })
  )
})

describe("Orders.place: attempt times", () => {
  const atMillis = 10_000_000

  it.effect("computes from the signed timestamps when the exchange may have accepted the order", () =>
    Effect.gen(function* () {
      const { outcome, sent } = yield* place([lost, lost, lost, lost, asOf(0), listed()], { atMillis, within: 50 })
      const signed = sent
        .filter(({ method }) => method === "POST")
        .map(({ headers }) => Number(headers["kalshi-access-timestamp"]))
      assert.deepInclude(outcome, {
        _tag: "Unknown",
        placedAtMillis: atMillis,
        lastAttemptMillis: signed[3]!,
        clockChanged: false,
        // The client has not measured the exchange's clock, so it allows for a difference of one minute.
        window: { fromMillis: atMillis - 60_000, untilMillis: signed[3]! + 60_000 }
      })
    })
  )

  it.effect("starts the window at the date of a response", () =>
    Effect.gen(function* () {
      const { outcome } = yield* place([dated({ status: 500, body: {} }, atMillis + 5_000), asOf(0), listed()], {
        ...once,
        atMillis,
        within: 50
      })
      assert.deepInclude(outcome, {
        _tag: "Unknown",
        window: { fromMillis: atMillis + 5_000, untilMillis: atMillis + 60_000 }
      })
    })
  )

  it.effect("takes the last attempt's time from its signature if `correctClockSkew` is on", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Effect.exit(Orders.list()), Orders.place(intent, { within: 50 }))
      const replies = [dated(listed(), atMillis + 300_000), lost, asOf(0), listed()]
      const { value } = yield* play(program, replies, { ...once, atMillis, correctClockSkew: true })
      // The client takes a date header to mean the middle of its second.
      assert.deepInclude(value, {
        _tag: "Unknown",
        placedAtMillis: atMillis,
        lastAttemptMillis: atMillis + 300_500,
        window: { fromMillis: atMillis + 300_000, untilMillis: atMillis + 360_500 }
      })
    })
  )

  /** Loses two responses, each after 2 seconds. Each second, the wall clock gets the next lead of `aheadMillis`. */
  const loseTwo = (...aheadMillis: ReadonlyArray<number>) =>
    Effect.map(
      place([{ ...lost, delayMillis: 2_000 }, { ...lost, delayMillis: 2_000 }, asOf(0), listed()], {
        atMillis,
        clockSteps: aheadMillis.map((millis) => [1_000, millis]),
        policy: { retry: Schedule.recurs(1) },
        within: 50
      }),
      ({ outcome }) => outcome
    )

  for (const [how, aheadMillis] of [
    ["back", [-3_600_000]],
    ["forward", [3_600_000]],
    ["forward for one attempt, and back", [120_000, 120_000, 0]],
    ["by more than a quarter of a second", [251]]
  ] as const) {
    it.effect(`records that the local clock was set ${how} during the call`, () =>
      Effect.gen(function* () {
        const outcome = yield* loseTwo(...aheadMillis)
        assert.deepInclude(outcome, { _tag: "Unknown", clockChanged: true, window: undefined })
        assert.isAtLeast(outcome.lastAttemptMillis!, atMillis + 4_000, "measured by the monotonic clock")
      })
    )
  }

  it.effect("ignores a clock that is adjusted gradually", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* loseTwo(100, 250), {
        _tag: "Unknown",
        clockChanged: false,
        lastAttemptMillis: atMillis + 4_000
      })
    })
  )

  it.effect("records a clock change during the search", () =>
    Effect.gen(function* () {
      const { outcome } = yield* place([lost, { ...asOf(0), delayMillis: 5_000 }], {
        ...once,
        clockSteps: [[100, 1_000]],
        within: "1 second"
      })
      assert.deepInclude(outcome, { _tag: "Unknown", clockChanged: true, window: undefined })
    })
  )

  it.effect("searches for orders from one minute before the window, by the exchange's clock", () =>
    Effect.gen(function* () {
      const since = (replies: ReadonlyArray<Reply>) =>
        Effect.map(place(replies, { ...once, atMillis, within: 50 }), ({ sent }) => queryOf(sent[2]!).get("min_ts"))
      // Without a date header, the window begins one minute before the first attempt.
      assert.strictEqual(yield* since([lost, asOf(0), listed()]), "9880")
      assert.strictEqual(yield* since([lost, dated(asOf(0), atMillis - 300_000), listed()]), "9640")
    })
  )

  it.effect("searches all orders of the market if the local clock was set", () =>
    Effect.gen(function* () {
      const { sent } = yield* place([{ ...lost, delayMillis: 2_000 }, asOf(0), listed()], {
        ...once,
        atMillis,
        clockSteps: [[1_000, 1_000]],
        within: 50
      })
      assert.isNull(queryOf(sent[2]!).get("min_ts"))
    })
  )

  it.effect("returns Unknown once the lists are more than two seconds newer than the last attempt", () =>
    Effect.gen(function* () {
      const late = { ...lost, delayMillis: 1_000 }
      const { outcome, paths } = yield* place([late, asOf(2_900), listed(), asOf(3_000), asOf(3_001), listed()], once)
      assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, timestamp, list])
      assert.deepInclude(outcome, { _tag: "Unknown", notListedAsOf: "1970-01-01T00:00:03.001Z" })
    })
  )

  it.effect("measures the two seconds after the last attempt by the exchange's clock", () =>
    Effect.gen(function* () {
      // The date header means a time from nine to ten seconds. So the last attempt was at ten seconds or earlier.
      const { outcome } = yield* place(
        [
          lost,
          dated(asOf(0), 9_000),
          listed(),
          { ...dated(asOf(12_000), 11_000), delayMillis: 2_000 },
          listed(),
          dated(asOf(12_001), 12_000),
          listed()
        ],
        once
      )
      assert.deepInclude(outcome, { _tag: "Unknown", notListedAsOf: "1970-01-01T00:00:12.001Z" })
    })
  )

  it.effect("rereads the list each time its as_of_time has advanced by a growing step of up to ten seconds", () =>
    Effect.gen(function* () {
      const replies: Array<Reply> = [duplicate, asOf(101_000), listed()]
      let before = 101_000
      for (const gap of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
        replies.push(asOf(before + gap - 1), asOf(before + gap), listed())
        before += gap
      }
      const { outcome, paths } = yield* place([...replies.slice(0, -1), listed(order)], {
        atMillis: 100_000,
        within: "1 minute"
      })
      assert.strictEqual(outcome._tag, "Accepted")
      const rounds = Array.from({ length: 7 }, () => [timestamp, timestamp, list])
      assert.deepStrictEqual(paths, [create, timestamp, list, ...rounds.flat()])
    })
  )

  it.effect("searches for ten seconds by default", () =>
    Effect.gen(function* () {
      const policy = { ...once.policy, attemptTimeout: "1 minute" } as const
      const slow = { ...asOf(0), delayMillis: 20_000 }
      const { endedMillis } = yield* play(Orders.place(intent), [lost, slow], { policy })
      assert.strictEqual(endedMillis, 10_000)
    })
  )

  it.effect("polls the as_of_time of the lists at growing intervals of up to one second", () =>
    Effect.gen(function* () {
      const stale = Array.from({ length: 7 }, () => asOf(0))
      const { sent } = yield* place([duplicate, asOf(0), listed(), ...stale.slice(1)], { within: 4_000 })
      const times = sent.filter(({ target }) => target.includes("user_data")).map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(times, [0, 100, 300, 700, 1_500, 2_500, 3_500])
    })
  )
})

describe("Orders.place: limits", () => {
  it.effect("searches without a time limit if `within` is Infinity", () =>
    Effect.gen(function* () {
      const { outcome } = yield* place([duplicate, asOf(1), listed(), asOf(60_000), listed(order)], {
        within: "Infinity"
      })
      assert.deepInclude(outcome, { _tag: "Accepted", source: "list" })
    })
  )

  it.effect("searches with urgent priority", () =>
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
      const { value } = yield* play(program, [duplicate, asOf(1), listed(order)])
      assert.strictEqual(value._tag, "Accepted")
      assert.deepStrictEqual(urgent, [true])
    })
  )
})

describe("Orders.place: shard and subaccount", () => {
  it.effect("reports the shard and subaccount of the intent or of the listed order", () =>
    Effect.gen(function* () {
      for (const [exchange_index, subaccount] of [
        [0, 0],
        [1, 3],
        [undefined, undefined]
      ] as const) {
        const placed = yield* place([created], { intent: buy({ exchange_index, subaccount }) })
        assert.deepInclude(placed.outcome, { _tag: "Accepted", exchange_index, subaccount })
      }
      const withSubaccount = buy({ subaccount: 3 })
      const shown = { ...order, exchange_index: 2, subaccount_number: 3 }
      const found = yield* place([duplicate, asOf(1), listed(shown)], { intent: withSubaccount })
      assert.deepInclude(found.outcome, { _tag: "Accepted", exchange_index: 2, subaccount: 3 })
      const bare = yield* place([duplicate, asOf(1), listed({ ...order, subaccount_number: null })])
      assert.deepInclude(bare.outcome, { _tag: "Accepted", exchange_index: undefined, subaccount: undefined })
    })
  )

  it.effect("reports no shard for an order that the exchange routes", () =>
    Effect.gen(function* () {
      const routed = buy({ exchange_index: -1 })
      const { outcome } = yield* place([created], { intent: routed })
      assert.deepInclude(outcome, { _tag: "Accepted", exchange_index: undefined })
      const undecoded = yield* place([{ status: 201, text: JSON.stringify({ order_id }) }], { intent: routed })
      assert.deepInclude(undecoded.outcome, {
        _tag: "Accepted",
        source: "undecodedResponse",
        exchange_index: undefined
      })
    })
  )
})

describe("Orders.placeAll", () => {
  const three = ["a", "b", "c"].map((client_order_id) => buy({ client_order_id }))
  const item = (client_order_id: string) => ({ ...createResponse, client_order_id, order_id: client_order_id })
  const error = (code: string) => ({ error: { code, message: code } })

  it.effect("matches items to intents by client_order_id, not by index", () =>
    Effect.gen(function* () {
      const { value } = yield* play(Orders.placeAll(three), [
        batchCreated(item("c"), { client_order_id: "a", ...error("invalid_order") }, item("b"))
      ])
      assert.deepStrictEqual(
        value.map((outcome) => [
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

  it.effect("looks up lost orders and duplicates in one search", () =>
    Effect.gen(function* () {
      const { paths, value } = yield* play(Orders.placeAll(three), [
        lost,
        batchCreated(
          { client_order_id: "a", ...error("order_already_exists") },
          { client_order_id: "b", ...error("insufficient_balance") },
          item("c")
        ),
        asOf(60_000),
        listed({ ...order, client_order_id: "a", order_id: "found" })
      ])
      assert.deepStrictEqual(paths, [createBatch, createBatch, timestamp, list])
      assert.deepStrictEqual(
        tagsOf(value),
        // The retry rejected b, but the first attempt may have placed it.
        ["Accepted", "Unknown", "Accepted"]
      )
    })
  )

  it.effect("returns Rejected for one order even if another order is not found", () =>
    Effect.gen(function* () {
      const itemError = { code: "insufficient_balance", details: "too little" }
      const reply = batchCreated(
        { client_order_id: "a", error: itemError },
        { client_order_id: "b", ...error("order_already_exists") },
        item("c")
      )
      const { value } = yield* play(Orders.placeAll(three, { within: 50 }), [reply, asOf(1), listed()])
      const [rejected, duplicated, accepted] = value
      assert.strictEqual(rejected?._tag, "Rejected")
      assert.deepInclude(rejected?._tag === "Rejected" && rejected.error, {
        _tag: "ItemRefused",
        operation: "Orders.batchCreate",
        code: "insufficient_balance",
        body: itemError
      })
      assert.match(rejected?._tag === "Rejected" ? rejected.error.message : "", /: insufficient_balance: too little$/)
      assert.deepInclude(duplicated, { _tag: "Unknown", exists: true })
      assert.strictEqual(accepted?._tag, "Accepted")
    })
  )

  it.effect("looks up orders that the response omits or repeats", () =>
    Effect.gen(function* () {
      const reply = batchCreated(item("a"), item("b"), { ...item("b"), order_id: "d" })
      const found = listed({ ...order, client_order_id: "b" }, { ...order, client_order_id: "c" })
      const { value } = yield* play(Orders.placeAll(three), [reply, asOf(1), found])
      assert.deepStrictEqual(
        value.map((outcome) => outcome._tag === "Accepted" && outcome.source),
        ["response", "list", "list"]
      )
      const never = yield* play(Orders.placeAll(three, { within: 50 }), [reply, asOf(1), listed()])
      const [, twice, missing] = never.value
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

  it.effect("does not read an order id from a batch response that does not decode", () =>
    Effect.gen(function* () {
      const found = listed(
        ...["a", "b", "c"].map((client_order_id) => ({ ...order, client_order_id, order_id: client_order_id }))
      )
      const { value } = yield* play(Orders.placeAll(three), [{ status: 201, body: { order_id } }, asOf(1), found])
      assert.deepStrictEqual(
        value.map((outcome) => outcome._tag === "Accepted" && outcome.order_id),
        ["a", "b", "c"]
      )
      const never = yield* play(Orders.placeAll(three, { within: 50 }), [
        { status: 201, body: { order_id } },
        asOf(1),
        listed()
      ])
      for (const outcome of never.value) {
        assert.deepInclude(outcome, { _tag: "Unknown", exists: false })
      }
    })
  )

  it.effect("returns the counts, the averages and the time of an item", () =>
    Effect.gen(function* () {
      const details = {
        fill_count: FixedPoint.countUnsafe("4"),
        remaining_count: FixedPoint.countUnsafe("6"),
        average_fill_price: FixedPoint.dollarsUnsafe("0.555"),
        average_fee_paid: FixedPoint.dollarsUnsafe("0.0125"),
        ts_ms: 5
      }
      const { value } = yield* play(Orders.placeAll([intent]), [
        batchCreated({ ...details, client_order_id: clientOrderId, order_id })
      ])
      assert.deepInclude(value[0], { ...details, _tag: "Accepted", source: "response" })
      const nulls = Object.fromEntries(Object.keys(details).map((name) => [name, null]))
      const less = yield* play(Orders.placeAll([intent]), [
        batchCreated({ ...nulls, client_order_id: clientOrderId, order_id })
      ])
      assert.deepInclude(less.value[0], {
        _tag: "Accepted",
        fill_count: undefined,
        remaining_count: undefined,
        average_fill_price: undefined,
        average_fee_paid: undefined,
        ts_ms: undefined
      })
    })
  )

  it.effect("returns Rejected for an item error that reports no duplicate, if the id was generated", () =>
    Effect.gen(function* () {
      const withoutId = buy({ client_order_id: undefined })
      const client_order_id = fixedId
      for (const error of [{ message: "no" }, { code: "market_does_not_exist", message: "no" }]) {
        const reply = batchCreated({ client_order_id, error })
        const { paths, value } = yield* play(withFixedId(Orders.placeAll([withoutId])), [reply])
        assert.deepStrictEqual([value[0]?._tag, paths.length], ["Rejected", 1])
      }
      // The caller chose this id, and may have used it before.
      const own = yield* play(Orders.placeAll([intent], { within: 50 }), [
        batchCreated({ client_order_id: clientOrderId, error: { message: "no" } }),
        asOf(1),
        listed()
      ])
      assert.strictEqual(own.value[0]?._tag, "Unknown")
    })
  )

  it.effect("looks up an order whose item has both an error and order details", () =>
    Effect.gen(function* () {
      const itemError = { client_order_id: clientOrderId, ...error("insufficient_balance") }
      for (const [item, exists] of [
        [{ ...itemError, order_id }, true],
        [{ ...itemError, fill_count: "0.01" }, true],
        [{ ...itemError, order_id: "", remaining_count: "10.00" }, true]
      ] as const) {
        const reply = batchCreated(item)
        const found = yield* play(Orders.placeAll([intent]), [reply, asOf(1), listed(order)])
        assert.deepInclude(found.value[0], { _tag: "Accepted", source: "list", order_id })
        const { value } = yield* play(Orders.placeAll([intent], { within: 50 }), [reply, asOf(1), listed()])
        assert.deepInclude(value[0], { _tag: "Unknown", exists })
      }
      // A rejected item can have an empty id and zero counts.
      const plain = { ...itemError, order_id: "", fill_count: "0.00", remaining_count: null }
      const { paths, value } = yield* play(Orders.placeAll([intent]), [batchCreated(plain)])
      assert.deepStrictEqual([value[0]?._tag, paths.length], ["Rejected", 1])
    })
  )

  it.effect("looks up an order whose item has neither an error nor an id", () =>
    Effect.gen(function* () {
      for (const [item, exists] of [
        [{ client_order_id: clientOrderId }, false],
        [{ client_order_id: clientOrderId, order_id: "", error: null }, false],
        [{ client_order_id: clientOrderId, remaining_count: "10.00" }, true]
      ] as const) {
        const reply: Reply = batchCreated(item)
        const { value } = yield* play(Orders.placeAll([intent]), [reply, asOf(1), listed(order)])
        assert.deepInclude(value[0], { _tag: "Accepted", source: "list", order_id })
        const never = yield* play(Orders.placeAll([intent], { within: 50 }), [reply, asOf(1), listed()])
        const [outcome] = never.value
        assert.deepInclude(outcome, { _tag: "Unknown", exists })
        const error = outcome?._tag === "Unknown" && outcome.error
        assert.deepInclude(error, { _tag: "ContractError", pointer: "/orders" })
        assert.include(error && error.message, clientOrderId)
      }
    })
  )

  for (const [how, error] of [
    ["by its code", { code: "order_already_exists" }],
    ["by its message", { code: "invalid_order", message: "duplicate client_order_id" }],
    ["by its details", { details: "order exists" }]
  ] as const) {
    it.effect(`looks up an order that is reported as a duplicate ${how}, even if its id was generated`, () =>
      Effect.gen(function* () {
        const withoutId = buy({ client_order_id: undefined })
        const found = yield* play(withFixedId(Orders.placeAll([withoutId])), [
          batchCreated({ client_order_id: fixedId, error }),
          asOf(1),
          listed({ ...order, client_order_id: fixedId })
        ])
        assert.deepInclude(found.value[0], { _tag: "Accepted", source: "list", order_id })
      })
    )
  }

  it.effect("does not match one order_id to two intents", () =>
    Effect.gen(function* () {
      const reply = batchCreated(item("a"), { ...item("b"), order_id: "a" }, item("c"))
      const found = listed({ ...order, client_order_id: "b", order_id: "a" })
      const { paths, value } = yield* play(Orders.placeAll(three, { within: 50 }), [reply, asOf(1), found])
      assert.deepStrictEqual(paths, [createBatch, timestamp, list])
      assert.deepStrictEqual(
        value.map((outcome) => [
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

  it.effect("trusts the list if the response gives an intent the order of another intent", () =>
    Effect.gen(function* () {
      const { value } = yield* play(Orders.placeAll(three), [
        batchCreated(item("a"), item("c")),
        asOf(1),
        listed({ ...order, client_order_id: "b", order_id: "a" })
      ])
      assert.deepStrictEqual(tagsOf(value), ["Unknown", "Accepted", "Accepted"])
      const [outcome] = value
      assert.deepInclude(outcome, { exists: true, notListedAsOf: undefined })
      const error = outcome?._tag === "Unknown" && outcome.error
      assert.deepInclude(error, { _tag: "ContractError", pointer: "/order_id" })
      assert.isNotEmpty(error && error._tag === "ContractError" && error.reason)
    })
  )

  it.effect("returns the request and the window of each Unknown order", () =>
    Effect.gen(function* () {
      const { value } = yield* play(Orders.placeAll(three, { within: 50 }), [lost, asOf(0), listed()], once)
      for (const [index, outcome] of value.entries()) {
        assert.deepInclude(outcome, {
          _tag: "Unknown",
          request: Result.getOrThrow(three[index]!.request),
          window: { fromMillis: -60_000, untilMillis: 60_000 }
        })
      }
    })
  )

  it.effect("returns Rejected if the client_order_id belongs to an order of the opposite side", () =>
    Effect.gen(function* () {
      const error = { code: "order_already_exists", message: "order_already_exists" }
      const item = batchCreated({ client_order_id: clientOrderId, error })
      const { value } = yield* play(Orders.placeAll([intent]), [item, asOf(1), listed({ ...order, book_side: "ask" })])
      assert.strictEqual(value[0]?._tag, "Rejected")
    })
  )

  it.effect("returns Unknown for an error with a success status, but Rejected for a 422", () =>
    Effect.gen(function* () {
      for (const [code, exists] of [
        ["order_already_exists", true],
        ["internal_error", false]
      ] as const) {
        const reply = { status: 201, body: { error: { code, message: code } } }
        const { value } = yield* play(Orders.placeAll([intent], { within: 50 }), [reply, asOf(1), listed()])
        assert.deepInclude(value[0], { _tag: "Unknown", exists })
      }
      const { value } = yield* play(Orders.placeAll([intent]), [errorReply(422, "invalid")])
      assert.strictEqual(value[0]?._tag, "Rejected")
    })
  )

  it.effect("sends nothing for an invalid intent, a repeated id or an empty list", () =>
    Effect.gen(function* () {
      const bad = Orders.buyYes({ ticker, count: "1", yes_price: "1.5" })
      const invalid = yield* play(Orders.placeAll([intent, bad]), [])
      assert.deepInclude(invalid.error, { pointer: "/1/yes_price" })
      const twice = yield* play(Orders.placeAll([intent, intent]), [])
      assert.deepInclude(twice.error, { _tag: "InvalidRequest", pointer: "" })
      assert.include(twice.error.message, "the same client_order_id")
      assert.deepStrictEqual((yield* play(Orders.placeAll([]), [])).value, [])
    })
  )
})
