import { assert, describe, it } from "@effect/vitest"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { Effect, Schedule } from "effect"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import { play, queryOf, type Setting } from "../support/calls.ts"
import {
  asOf,
  buy,
  clientOrderId,
  dated,
  errorReply,
  listed,
  lost,
  order,
  order_id,
  reportOf,
  ticker,
  timestamp
} from "../support/placing.ts"
import { type Reply, signer } from "../support/scripted.ts"

const target = { order_id, ticker }
const cancelPath = `DELETE /portfolio/events/orders/${order_id}`
const readPath = `GET /portfolio/orders/${order_id}`
const notFound = errorReply(404, "not_found")
const unresolved: Reply = { fault: "ENOTFOUND" }
const canceled: Reply = { status: 200, body: { order_id, reduced_by: "6.00", ts_ms: 1 } }
const stale = asOf(-86_400_000)
const is = (status: string): Reply => ({ status: 200, body: { order: { ...order, status } } })

describe("Orders.ensureCanceled", () => {
  it.effect("sends the market's ticker, and returns the canceled count", () =>
    Effect.gen(function* () {
      const { sent, value } = yield* play(Orders.ensureCanceled(target), [canceled])
      assert.deepStrictEqual(value, {
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
    it.effect(`returns ${tag} for an order with status ${status}`, () =>
      Effect.gen(function* () {
        const { paths, value } = yield* play(Orders.ensureCanceled(target), [notFound, is(status)])
        assert.deepStrictEqual(paths, [cancelPath, readPath])
        assert.strictEqual(value._tag, tag)
      })
    )
  }

  it.effect("ignores a response about another order, and reads the order that was to be canceled", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: clientOrderId, reduced_by: "6.00", ts_ms: 1 } }
      const { paths, value } = yield* play(Orders.ensureCanceled(target), [other, is("canceled")])
      assert.deepStrictEqual(paths, [cancelPath, readPath])
      assert.strictEqual(value._tag, "AlreadyCanceled")
    })
  )

  it.effect("sends the market's ticker if exchange_index is -1", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(Orders.ensureCanceled({ ...target, exchange_index: -1 }), [canceled])
      const query = queryOf(sent[0]!)
      assert.deepStrictEqual([query.get("market_ticker"), query.get("exchange_index")], [ticker, null])
    })
  )

  it.effect("sets afterLostAnswer if a cancel that got no response may have succeeded", () =>
    Effect.gen(function* () {
      const { value } = yield* play(Orders.ensureCanceled(target), [lost, notFound, is("canceled")])
      assert.deepInclude(value, { _tag: "AlreadyCanceled", afterLostAnswer: true })
      const all = yield* play(Orders.ensureCanceled(target), [lost, lost, lost, lost, is("canceled")])
      assert.deepInclude(all.value, { _tag: "AlreadyCanceled", afterLostAnswer: true })
    })
  )

  it.effect("cancels again if the cancel gets 404 but the order still rests", () =>
    Effect.gen(function* () {
      const { paths, value } = yield* play(Orders.ensureCanceled(target), [notFound, is("resting"), asOf(1), canceled])
      assert.deepStrictEqual(paths, [cancelPath, readPath, timestamp, cancelPath])
      assert.strictEqual(value._tag, "Canceled")
    })
  )

  it.effect("returns NoSuchOrder only if reads newer than the call do not find the order", () =>
    Effect.gen(function* () {
      const { paths, value } = yield* play(Orders.ensureCanceled(target), [
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
      assert.strictEqual(value._tag, "NoSuchOrder")
    })
  )

  it.effect("returns MayRest if the order still rests at the time limit", () =>
    Effect.gen(function* () {
      const { value } = yield* play(Orders.ensureCanceled(target, { within: 50 }), [notFound, is("resting")])
      assert.strictEqual(value._tag, "MayRest")
    })
  )

  it.effect("fails with the error of a rejected cancel", () =>
    Effect.gen(function* () {
      const { error } = yield* play(Orders.ensureCanceled(target), [errorReply(401, "authentication_error")])
      assert.strictEqual(error._tag, "Unauthorized")
    })
  )

  /**
   * Cancels without retries. Each round sends a cancel and reads the order. After a failed cancel, the next rounds
   * start with `GET /exchange/user_data_timestamp`.
   */
  const cancel = (
    replies: ReadonlyArray<Reply>,
    {
      target: canceledOrder = target,
      within,
      ...setting
    }: Setting & Orders.CancelOptions & { readonly target?: Orders.CancelTarget } = {}
  ) =>
    play(Orders.ensureCanceled(canceledOrder, { within }), replies, {
      policy: { retry: SendPolicy.noRetry },
      ...setting
    })

  /** Permits three rounds. */
  const within = 350

  const mayRest = (cancellation: Orders.Cancellation): Orders.MayRest =>
    cancellation._tag === "MayRest" ? cancellation : assert.fail(cancellation._tag)

  const methods = (sent: ReadonlyArray<{ readonly method: string; readonly target: string }>) =>
    sent.map(({ method, target }) => (target.includes("user_data_timestamp") ? "TIME" : method))

  const losses: ReadonlyArray<readonly [how: string, reply: Reply]> = [
    ["whose connection broke", lost],
    ["that timed out", { ...canceled, delayMillis: 15_000 }],
    ["whose response does not decode", { status: 200, body: {} }],
    ...[408, 500, 502, 503, 504, 520, 524, 598].map(
      (status) => [`that failed with status ${status}`, { status, text: "" }] as const
    ),
    ...[202, 204, 302].map((status) => [`that failed with status ${status}`, { status, text: "" }] as const)
  ]

  for (const [how, loss] of losses) {
    it.effect(`after a cancel ${how}, reports that a cancel may have been sent`, () =>
      Effect.gen(function* () {
        const { sent, value } = yield* cancel(
          [loss, unresolved, stale, unresolved, unresolved, stale, unresolved, unresolved],
          { within }
        )
        assert.deepStrictEqual(methods(sent), ["DELETE", "GET", "TIME", "DELETE", "GET", "TIME", "DELETE", "GET"])
        const { error } = mayRest(value)
        assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", code: "ENOTFOUND" })
        assert.notInclude(String(error?.message), "did not carry out")
        assert.include(String(error?.message), "was lost")
      })
    )

    it.effect(`after a cancel ${how}, sets afterLostAnswer on a later rejection`, () =>
      Effect.gen(function* () {
        for (const [status, tag] of [
          [401, "Unauthorized"],
          [403, "UnexpectedStatus"],
          [404, "NotFound"],
          [429, "TooManyRequests"]
        ] as const) {
          const rejected = errorReply(status, "some_code")
          const replies = [loss, notFound, stale, rejected, unresolved, stale, rejected, unresolved]
          const { error } = mayRest((yield* cancel(replies, { within })).value)
          if (error === undefined || !("carriedOut" in error))
            return assert.fail(`no HTTP error after status ${status}`)
          assert.strictEqual(error._tag, tag)
          assert.deepStrictEqual([error.status, error.afterLostAnswer, error.carriedOut], [status, true, "maybe"])
        }
      })
    )
  }

  it.effect("reports a lost attempt of a cancel even if the other attempts were not lost", () =>
    Effect.gen(function* () {
      const policy = { retry: Schedule.recurs(1) }
      const replies = [lost, unresolved, unresolved, unresolved, stale, unresolved, unresolved, unresolved, unresolved]
      const { error } = mayRest((yield* cancel(replies, { within: 150, policy })).value)
      assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", code: "ENOTFOUND" })
      const denied = [lost, errorReply(401, "some_code"), notFound, stale, errorReply(401, "some_code"), notFound]
      const last = mayRest((yield* cancel(denied, { within: 150, policy })).value)
      assert.deepInclude(last.error, { _tag: "Unauthorized", afterLostAnswer: true })
    })
  )

  it.effect("reports a lost attempt even if a later cancel cannot be signed", () =>
    Effect.gen(function* () {
      let signs = 2
      const flaky: NonNullable<Setting["signer"]> = {
        ...signer(),
        sign: (text) =>
          signs-- > 0 ? signer().sign(text) : Effect.fail(new SigningError({ description: "the KMS declined" }))
      }
      const unsigned = mayRest((yield* cancel([lost, unresolved, stale, stale], { within, signer: flaky })).value)
      assert.deepInclude(unsigned.error, { _tag: "TransportError", requestSent: "maybe", attempts: 1 })
      assert.include(String(unsigned.error?.message), "the KMS declined")
    })
  )

  it.effect("reports to cancelAllOnExit that a cancel may have been sent", () =>
    Effect.gen(function* () {
      const round = [stale, unresolved, unresolved]
      const placed = { status: 201, body: { order_id, fill_count: "0.00", remaining_count: "10.00", ts_ms: 1 } }
      const { value } = yield* play(
        reportOf(Orders.place(buy({ client_order_id: undefined })), { within: "1 second" }),
        [placed, unresolved, lost, unresolved, ...round, ...round, ...round],
        { policy: { retry: SendPolicy.noRetry } }
      )
      const { left } = value
      assert.deepStrictEqual(
        left.map(({ order_id }) => order_id),
        [order_id]
      )
      assert.notInclude(left[0]!.reason, "did not carry out")
    })
  )

  it.effect("finds the effect of a lost cancel even if later cancels could not be sent", () =>
    Effect.gen(function* () {
      const { value } = yield* cancel([
        lost,
        unresolved,
        stale,
        unresolved,
        unresolved,
        stale,
        unresolved,
        is("canceled")
      ])
      assert.deepInclude(value, { _tag: "AlreadyCanceled", afterLostAnswer: true })
      const executed = yield* cancel([lost, unresolved, stale, errorReply(401, "some_code"), is("executed")])
      assert.strictEqual(executed.value._tag, "Executed")
    })
  )

  it.effect("fails at once if the exchange has certainly executed no cancel", () =>
    Effect.gen(function* () {
      for (const [reply, tag] of [
        [unresolved, "TransportError"],
        [errorReply(401, "some_code"), "Unauthorized"],
        [errorReply(403, "some_code"), "UnexpectedStatus"],
        [errorReply(425, "some_code"), "UnexpectedStatus"],
        [errorReply(429, "some_code"), "TooManyRequests"]
      ] as const) {
        for (const before of [[], [notFound, is("resting"), stale]]) {
          const { error } = yield* cancel([...before, reply])
          assert.strictEqual(error._tag, tag)
          if ("afterLostAnswer" in error) assert.isFalse(error.afterLostAnswer)
          if ("requestSent" in error) assert.strictEqual(error.requestSent, "no")
        }
      }
    })
  )

  it.effect("does not set afterLostAnswer if no response was lost", () =>
    Effect.gen(function* () {
      const { value } = yield* cancel([notFound, is("canceled")])
      assert.deepInclude(value, { _tag: "AlreadyCanceled", afterLostAnswer: false })
    })
  )

  it.effect("treats a cancel in flight at the time limit as lost", () =>
    Effect.gen(function* () {
      const replies: ReadonlyArray<Reply> = [notFound, is("resting"), stale, { ...canceled, delayMillis: 5_000 }]
      const { error, order: last } = mayRest((yield* cancel(replies, { within })).value)
      assert.deepInclude(error, { _tag: "NotFound", afterLostAnswer: true })
      assert.strictEqual(last?.status, "resting")
    })
  )

  it.effect("does not set afterLostAnswer on a 404 if every cancel got a response", () =>
    Effect.gen(function* () {
      const replies = [notFound, is("resting"), stale, notFound, is("resting")]
      const { error } = mayRest((yield* cancel(replies, { within: 150 })).value)
      assert.deepInclude(error, { _tag: "NotFound", afterLostAnswer: false })
    })
  )

  it.effect("treats a response about another order as a cancel that may have been executed", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: "o", reduced_by: "5.50", ts_ms: 1 } }
      const { sent, value } = yield* cancel(
        [other, unresolved, unresolved, unresolved, stale, unresolved, unresolved],
        { within }
      )
      assert.deepStrictEqual(methods(sent), ["DELETE", "GET", "DELETE", "GET", "TIME", "DELETE", "GET"])
      assert.deepInclude(mayRest(value).error, { _tag: "TransportError", requestSent: "maybe" })
    })
  )

  it.effect("returns NoSuchOrder only if a round gets 404 for both the cancel and a fresh read", () =>
    Effect.gen(function* () {
      const fresh = asOf(Date.UTC(2026, 9, 8))
      const other: Reply = { status: 200, body: { order_id: "o", reduced_by: "5.50", ts_ms: 1 } }
      for (const round of [
        [fresh, notFound, unresolved],
        [fresh, notFound, { status: 503 }],
        [fresh, other, notFound],
        [fresh, { status: 502 }, notFound],
        [unresolved, notFound, notFound],
        [{ status: 200, body: { as_of_time: "soon" } }, notFound, notFound]
      ] as const) {
        mayRest((yield* cancel([notFound, notFound, ...round], { within: 150 })).value)
      }
      const { value } = yield* cancel([notFound, notFound, fresh, notFound, notFound])
      assert.strictEqual(value._tag, "NoSuchOrder")
    })
  )

  it.effect("uses the exchange's clock even if the local clock is set during the call", () =>
    Effect.gen(function* () {
      const startMillis = 36_000_000
      const { value } = yield* play(
        Effect.andThen(Orders.list(), Orders.ensureCanceled(target, { within: 150 })),
        [
          dated(listed(), startMillis + 10_000),
          { ...notFound, delayMillis: 10 },
          notFound,
          asOf(startMillis + 9_000),
          notFound,
          notFound
        ],
        { atMillis: startMillis, clockSteps: [[1, -5_000]] }
      )
      assert.strictEqual(value._tag, "MayRest")
    })
  )

  for (const [how, exchange_index, query] of [
    ["by its market if its shard is unknown", undefined, `?market_ticker=${ticker}`],
    ["by its market if exchange_index is -1", -1, `?market_ticker=${ticker}`],
    ["on shard 0 by its exchange_index", 0, "?exchange_index=0"],
    ["on shard 2 by its exchange_index", 2, "?exchange_index=2"]
  ] as const) {
    it.effect(`cancels an order ${how}`, () =>
      Effect.gen(function* () {
        const { sent } = yield* cancel([canceled], { target: { ...target, exchange_index } })
        assert.strictEqual(sent[0]!.target, `/trade-api/v2/portfolio/events/orders/${order_id}${query}`)
      })
    )
  }

  it.effect("cancels in the subaccount of an Accepted outcome or of a listed order", () =>
    Effect.gen(function* () {
      for (const [fields, subaccount] of [
        [{ subaccount: 3 }, "3"],
        [{ subaccount: 0 }, "0"],
        [{ subaccount_number: 4 }, "4"],
        [{ subaccount: 0, subaccount_number: 4 }, "0"],
        [{ subaccount_number: null }, null],
        [{}, null]
      ] as const) {
        const { sent } = yield* cancel([canceled], { target: { ...target, exchange_index: 1, ...fields } })
        assert.strictEqual(queryOf(sent[0]!).get("subaccount"), subaccount)
      }
    })
  )

  it.effect("returns NoSuchOrder only from reads newer than the call, even if the local clock was set", () =>
    Effect.gen(function* () {
      const atMillis = 36_000_000
      // The local clock is one hour behind at first, and is then set to the right time.
      const clocks = { aheadMillis: -3_600_000, clockSteps: [[1, 0]] } as const
      for (const [listMillis, expected] of [
        [atMillis - 60_000, "MayRest"],
        [atMillis + 60_000, "NoSuchOrder"]
      ] as const) {
        const replies = [{ ...notFound, delayMillis: 10 }, notFound, asOf(listMillis), notFound, notFound]
        const { value } = yield* cancel(replies, { ...clocks, atMillis, within: 150 })
        assert.strictEqual(value._tag, expected)
      }
    })
  )

  it.effect("returns NoSuchOrder only from reads newer than the call, by the exchange's clock if that is ahead", () =>
    Effect.gen(function* () {
      const startMillis = 36_000_000
      for (const [skewMillis, asOfMillis, expected] of [
        [undefined, 0, "MayRest"],
        [undefined, 1, "NoSuchOrder"],
        [10_000, 10_500, "MayRest"],
        [10_000, 11_001, "NoSuchOrder"],
        // If the exchange's clock is behind, the reads must be newer than the call by the local clock.
        [-10_000, -1_000, "MayRest"],
        [-10_000, 1, "NoSuchOrder"]
      ] as const) {
        const none = skewMillis === undefined ? notFound : dated(notFound, startMillis + skewMillis)
        const replies = [none, none, asOf(startMillis + asOfMillis), none, none]
        const { value } = yield* cancel(replies, { atMillis: startMillis, within: 150 })
        assert.strictEqual(value._tag, expected, `${skewMillis} ${asOfMillis}`)
      }
    })
  )

  it.effect("reports no error after a response about another order", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: "another", reduced_by: "5.50", ts_ms: 1 } }
      const { value } = yield* cancel([other, is("resting"), { ...canceled, delayMillis: 5_000 }], { within })
      assert.deepInclude(mayRest(value), { error: undefined })
    })
  )

  it.effect("reports the attempts of the last cancel if an earlier cancel was lost", () =>
    Effect.gen(function* () {
      const replies = [
        lost,
        lost,
        is("resting"),
        stale,
        unresolved,
        unresolved,
        is("resting"),
        { ...stale, delayMillis: 5_000 }
      ]
      const { value } = yield* cancel(replies, { within, policy: { retry: Schedule.recurs(1) } })
      assert.deepInclude(mayRest(value).error, { _tag: "TransportError", requestSent: "maybe", attempts: 2 })
    })
  )

  it.effect("increases the wait between rounds up to one second", () =>
    Effect.gen(function* () {
      const round: ReadonlyArray<Reply> = [stale, notFound, is("resting")]
      const rounds = [1, 2, 3, 4, 5, 6, 7].flatMap(() => round)
      const { sent } = yield* cancel([notFound, is("resting"), ...rounds, stale, canceled])
      const cancels = sent.filter(({ method }) => method === "DELETE").map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(
        cancels.slice(1).map((atMillis, i) => atMillis - cancels[i]!),
        [100, 100, 200, 400, 800, 1_000, 1_000, 1_000]
      )
    })
  )

  it.effect("stops after five seconds by default", () =>
    Effect.gen(function* () {
      const round: ReadonlyArray<Reply> = [stale, notFound, is("resting")]
      const rounds = [1, 2, 3, 4, 5, 6, 7, 8].flatMap(() => round)
      const { sent } = yield* cancel([notFound, is("resting"), ...rounds])
      assert.strictEqual(sent.at(-1)!.atMillis, 4_600)
    })
  )
})

describe("Orders.ensureCanceled from untyped code", () => {
  it.effect("rejects a value without an order_id, or without a ticker or shard", () =>
    Effect.gen(function* () {
      for (const value of [
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
        const invalid = value as Orders.CancelTarget // untyped callers can pass any value
        const { error, paths } = yield* play(Orders.ensureCanceled(invalid), [])
        assert.deepInclude(error, { _tag: "InvalidRequest", operation: "Orders.ensureCanceled", pointer: "" })
        assert.isNotEmpty(error._tag === "InvalidRequest" && error.reason)
        assert.deepStrictEqual(paths, [])
      }
      for (const exchange_index of [0, 1]) {
        const onShard = { order_id, exchange_index } as Orders.CancelTarget // untyped callers can omit the market
        const { value } = yield* play(Orders.ensureCanceled(onShard), [canceled])
        assert.strictEqual(value._tag, "Canceled")
      }
    })
  )
})
