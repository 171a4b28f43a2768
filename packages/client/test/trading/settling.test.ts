import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as Orders from "../../src/trading/Orders.ts"
import { play, queryOf } from "../support/calls.ts"
import {
  asOf,
  clientOrderId,
  dated,
  duplicate,
  intent,
  journaled,
  list,
  listed,
  mismatches,
  order,
  order_id,
  place,
  errorReply,
  tagsOf,
  ticker,
  timestamp
} from "../support/placing.ts"
import type { Reply } from "../support/scripted.ts"

const historical = "GET /historical/orders"

const request = Result.getOrThrow(intent.request)

/** The client made its attempts in the first 30 seconds. The exchange may have accepted the order during `window`. */
const placement: Orders.Placement = {
  client_order_id: clientOrderId,
  ticker,
  placedAtMillis: 0,
  lastAttemptMillis: 30_000,
  window: { fromMillis: 0, untilMillis: 90_000 }
}

/** A placement without a window, as an older journal contains it. */
const withoutWindow: Orders.Placement = {
  client_order_id: clientOrderId,
  ticker,
  placedAtMillis: 0,
  lastAttemptMillis: 0
}

/** Settles a placement that no list contains. The time limit permits one round of reads. */
const settleUnlisted = (placement: Orders.Placement, asOfReply: Reply, atMillis: number) =>
  Effect.map(
    play(Orders.settle(placement, { within: 50 }), [asOfReply, listed(), listed()], { atMillis }),
    ({ value }) => value
  )

/** For tests whose responses take minutes. */
const noTimeouts = { attemptTimeout: "Infinity", totalTimeout: "Infinity" } as const

describe("Orders.settle", () => {
  it.effect("finds a live or a historical order", () =>
    Effect.gen(function* () {
      const live = yield* play(Orders.settle(placement), [asOf(0), listed(order)])
      assert.deepInclude(live.value, { _tag: "Accepted", source: "list", order_id })
      const found = yield* play(Orders.settle(placement), [asOf(0), listed(), listed({ ...order, status: "executed" })])
      assert.deepStrictEqual(found.paths, [timestamp, list, historical])
      assert.deepInclude(found.value, { _tag: "Accepted", source: "list", order_id })
    })
  )

  it.effect("ignores other orders of the market", () =>
    Effect.gen(function* () {
      const another = { ...order, client_order_id: "another", order_id: clientOrderId }
      const { value } = yield* play(Orders.settle(placement), [asOf(0), listed(another, order)])
      assert.deepInclude(value, { _tag: "Accepted", order_id })
      const none = yield* play(Orders.settle(placement), [asOf(90_001), listed(another), listed()], {
        atMillis: 100_000
      })
      assert.strictEqual(none.value._tag, "NotPlaced")
    })
  )

  it.effect("finds an order on a later page", () =>
    Effect.gen(function* () {
      const first: Reply = { status: 200, body: { orders: [], cursor: "more" } }
      const { paths, value } = yield* play(Orders.settle(placement), [asOf(0), first, listed(order)])
      assert.deepStrictEqual(paths, [timestamp, list, list])
      assert.deepInclude(value, { _tag: "Accepted", source: "list", order_id })
    })
  )

  it.effect("returns NotPlaced once the lists are newer than the window", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* settleUnlisted(placement, asOf(90_001), 100_000), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:30.001Z"
      })
      assert.deepInclude(yield* settleUnlisted(placement, asOf(90_000), 100_000), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:01:30.000Z"
      })
    })
  )

  it.effect("returns NotPlaced for a window of zero length", () =>
    Effect.gen(function* () {
      const zeroLength = { ...placement, window: { fromMillis: 90_000, untilMillis: 90_000 } }
      assert.strictEqual((yield* settleUnlisted(zeroLength, asOf(90_001), 100_000))._tag, "NotPlaced")
    })
  )

  it.effect("stops reading at the page that contains the order", () =>
    Effect.gen(function* () {
      const page: Reply = { status: 200, body: { orders: [order], cursor: "more" } }
      const { paths } = yield* play(Orders.settle(placement), [asOf(0), page])
      assert.deepStrictEqual(paths, [timestamp, list])
    })
  )

  it.effect("returns Unknown if a list cannot be read to its end", () =>
    Effect.gen(function* () {
      const failing = errorReply(400, "bad_request")
      for (const pages of [
        [listed(), failing],
        [failing, listed()]
      ]) {
        const settle = Orders.settle(placement, { within: 50 })
        const { value } = yield* play(settle, [asOf(100_000), ...pages], { atMillis: 100_000 })
        assert.deepInclude(value, { _tag: "Unknown", notListedAsOf: undefined })
      }
    })
  )

  it.effect("returns Unknown if the lists' as_of_time is missing or invalid", () =>
    Effect.gen(function* () {
      for (const as_of of [errorReply(400, "no"), { status: 200, body: { as_of_time: "2026-13-45T00:00:00Z" } }]) {
        assert.deepInclude(yield* settleUnlisted(placement, as_of, 100_000), {
          _tag: "Unknown",
          notListedAsOf: undefined
        })
      }
    })
  )

  it.effect("searches lists whose as_of_time cannot be read, and reports the as_of_time of earlier lists", () =>
    Effect.gen(function* () {
      const undatedRound = [errorReply(400, "no"), listed(), listed()]
      const found = yield* play(Orders.settle(placement), [...undatedRound, errorReply(400, "no"), listed(order)])
      assert.strictEqual(found.value._tag, "Accepted")
      const never = yield* play(Orders.settle(placement, { within: 150 }), [
        asOf(0),
        listed(),
        listed(),
        ...undatedRound
      ])
      assert.deepInclude(never.value, {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:00:00.000Z"
      })
    })
  )

  it.effect("never returns NotPlaced after a duplicate error, even for a placement from a journal", () =>
    Effect.gen(function* () {
      const { outcome } = yield* place([duplicate, asOf(0), listed()], { within: 50 })
      assert.deepInclude(outcome, { _tag: "Unknown", exists: true })
      for (const unknown of [outcome, journaled(outcome)]) {
        assert.deepInclude(yield* settleUnlisted(unknown, asOf(3_600_000), 3_600_000), {
          _tag: "Unknown",
          exists: true
        })
      }
    })
  )

  it.effect("never returns NotPlaced after a success status without an error in the body", () =>
    Effect.gen(function* () {
      const failing: Reply = { status: 201, text: "<html>" }
      const { outcome } = yield* place([failing, asOf(0), listed()], { within: 50 })
      assert.deepInclude(outcome, { _tag: "Unknown", exists: true })
      assert.strictEqual((yield* settleUnlisted(journaled(outcome), asOf(3_600_000), 3_600_000))._tag, "Unknown")
      // A response with a success status and an error in its body is a failure.
      const error: Reply = { status: 201, body: { error: { code: "deprecated_v1_order_endpoint" } } }
      const none = yield* place([error, asOf(0), listed()], { within: 50 })
      assert.deepInclude(none.outcome, { _tag: "Unknown", exists: false })
      assert.strictEqual((yield* settleUnlisted(journaled(none.outcome), asOf(3_600_000), 3_600_000))._tag, "NotPlaced")
    })
  )

  it.effect("keeps the fields of an Unknown outcome that it cannot settle", () =>
    Effect.gen(function* () {
      const { outcome } = yield* place([duplicate, asOf(0), listed()], { within: 50 })
      const again = yield* settleUnlisted(outcome, asOf(0), 0)
      assert.deepStrictEqual(again, { ...(outcome as Orders.Unknown), lastAttemptMillis: outcome.lastAttemptMillis! })
      // A journal does not contain the error of an outcome.
      assert.deepInclude(yield* settleUnlisted(journaled(outcome), asOf(0), 0), { _tag: "Unknown", error: undefined })
    })
  )

  it.effect("lists orders from one minute before the earliest window, or all orders if a window is missing", () =>
    Effect.gen(function* () {
      const since = (placements: ReadonlyArray<Orders.Placement>) =>
        Effect.map(
          play(Orders.settleAll(placements, { within: 50 }), [asOf(0), listed(), listed()], { atMillis: 1_000_000 }),
          ({ sent }) => [queryOf(sent[1]!).get("min_ts"), queryOf(sent[2]!).get("min_ts")]
        )
      const from = (fromMillis: number) => ({ ...placement, window: { fromMillis, untilMillis: 900_000 } })
      assert.deepStrictEqual(yield* since([from(600_999)]), ["540", "540"])
      assert.deepStrictEqual(yield* since([from(700_000), from(600_000), from(800_000)]), ["540", "540"])
      assert.deepStrictEqual(yield* since([from(30_000)]), ["0", "0"])
      assert.deepStrictEqual(yield* since([from(700_000), { ...placement, window: undefined }]), [null, null])
    })
  )

  it.effect("reports an as_of_time that is at most the time of the exchange's clock", () =>
    Effect.gen(function* () {
      // According to the date header, the exchange's clock shows 90 to 91 seconds.
      assert.deepInclude(yield* settleUnlisted(placement, dated(asOf(3_600_000), 90_000), 90_000), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:31.000Z"
      })
      // An as_of_time that is not later than the clock is reported unchanged.
      const whole: Reply = { status: 200, body: { as_of_time: "1970-01-01T00:01:31Z" } }
      assert.deepInclude(yield* settleUnlisted(placement, dated(whole, 90_000), 90_000), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:31Z"
      })
      assert.deepInclude(yield* settleUnlisted(placement, dated(asOf(3_600_000), 89_000), 89_000), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:01:30.000Z"
      })
      // Without a date header, the client assumes that the exchange's clock is within a minute of the local clock.
      assert.deepInclude(yield* settleUnlisted(placement, asOf(3_600_000), 30_001), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:30.001Z"
      })
      assert.deepInclude(yield* settleUnlisted(placement, asOf(3_600_000), 30_000), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:01:30.000Z"
      })
    })
  )

  it.effect("assumes that a missing window ended one minute plus the clocks' difference after the last attempt", () =>
    Effect.gen(function* () {
      // Without a date header, the clocks may differ by one minute. A signature can be one minute ahead.
      assert.strictEqual((yield* settleUnlisted(withoutWindow, asOf(120_001), 130_000))._tag, "NotPlaced")
      assert.strictEqual((yield* settleUnlisted(withoutWindow, asOf(120_000), 130_000))._tag, "Unknown")
      // The exchange's clock is 300 to 301 seconds ahead of the local clock.
      assert.strictEqual(
        (yield* settleUnlisted(withoutWindow, dated(asOf(361_001), 400_000), 100_000))._tag,
        "NotPlaced"
      )
      assert.strictEqual((yield* settleUnlisted(withoutWindow, dated(asOf(361_000), 400_000), 100_000))._tag, "Unknown")
    })
  )

  it.effect("if a placement has no last attempt, uses the start of settle instead", () =>
    Effect.gen(function* () {
      const { lastAttemptMillis: _, ...started } = withoutWindow
      // The exchange's clock shows at most 131 seconds, and a signature can be one minute ahead.
      assert.strictEqual((yield* settleUnlisted(started, dated(asOf(130_000), 130_000), 130_000))._tag, "Unknown")
      const { value } = yield* play(
        Orders.settle(started),
        [
          dated(asOf(130_000), 130_000),
          listed(),
          listed(),
          { ...dated(asOf(250_000), 260_000), delayMillis: 130_000 },
          listed(),
          listed(),
          // The previous response arrived 300 ms after the time in its date header.
          dated(asOf(250_701), 260_000),
          listed(),
          listed()
        ],
        { atMillis: 130_000, policy: noTimeouts }
      )
      assert.deepInclude(value, { _tag: "NotPlaced", notListedAsOf: "1970-01-01T00:04:10.701Z" })
    })
  )

  it.effect("if a placement has no last attempt, reports the start of settle by the exchange's clock instead", () =>
    Effect.gen(function* () {
      const { lastAttemptMillis: _, ...started } = withoutWindow
      const settlement = yield* settleUnlisted(started, dated(asOf(0), 430_000), 130_000)
      assert.deepInclude(settlement, { _tag: "Unknown", lastAttemptMillis: 431_000 })
    })
  )

  for (const [why, unsettled] of [
    ["the local clock was set during the call", { ...placement, clockChanged: true }],
    ["the last attempt is before the first", { ...placement, placedAtMillis: 30_001 }],
    ["the last attempt is before the first, in a journal", { ...withoutWindow, placedAtMillis: 1 }],
    ["the window ends before it starts", { ...placement, window: { fromMillis: 90_001, untilMillis: 90_000 } }],
    ["the last attempt is later than the exchange's clock", { ...withoutWindow, lastAttemptMillis: 3_660_001 }]
  ] as const) {
    it.effect(`never returns NotPlaced if ${why}`, () =>
      Effect.gen(function* () {
        for (const one of [unsettled, journaled(unsettled)]) {
          // The reported as_of_time is ten hours after the first attempt.
          assert.strictEqual((yield* settleUnlisted(one, asOf(36_000_000), 3_600_000))._tag, "Unknown")
        }
      })
    )
  }

  it.effect("returns NotPlaced if the last attempt may have been before the start of settle", () =>
    Effect.gen(function* () {
      // The exchange's clock is at most one second ahead of the local clock.
      const { value } = yield* play(
        Orders.settle({ ...withoutWindow, lastAttemptMillis: 3_601_000 }),
        [
          dated(asOf(3_600_000), 3_600_000),
          listed(),
          listed(),
          { ...dated(asOf(3_721_001), 3_722_000), delayMillis: 122_000 },
          listed(),
          listed()
        ],
        { atMillis: 3_600_000, policy: noTimeouts }
      )
      assert.strictEqual(value._tag, "NotPlaced")
    })
  )

  it.effect("never returns NotPlaced if the last attempt was certainly after the start of settle", () =>
    Effect.gen(function* () {
      const { value } = yield* play(
        Orders.settle({ ...withoutWindow, lastAttemptMillis: 3_601_001 }, { within: 122_150 }),
        [
          dated(asOf(3_600_000), 3_600_000),
          listed(),
          listed(),
          { ...dated(asOf(3_722_000), 3_722_000), delayMillis: 122_000 },
          listed(),
          listed()
        ],
        { atMillis: 3_600_000, policy: noTimeouts }
      )
      assert.deepInclude(value, { _tag: "Unknown", notListedAsOf: "1970-01-01T01:02:02.000Z" })
    })
  )

  it.effect("searches for three minutes by default", () =>
    Effect.gen(function* () {
      const policy = { attemptTimeout: "1 hour", totalTimeout: "1 hour" } as const
      const { endedMillis } = yield* play(Orders.settle(placement), [{ ...asOf(0), delayMillis: 600_000 }], { policy })
      assert.strictEqual(endedMillis, 180_000)
    })
  )

  it.effect("finds the order even if the last attempt is in the future", () =>
    Effect.gen(function* () {
      const ahead = { ...withoutWindow, lastAttemptMillis: 3_661_001 }
      const { value } = yield* play(
        Orders.settle(ahead),
        [
          dated(asOf(3_600_000), 3_600_000),
          listed(),
          listed(),
          { ...dated(asOf(3_722_000), 3_722_000), delayMillis: 122_000 },
          listed(order)
        ],
        { atMillis: 3_600_000, policy: noTimeouts }
      )
      assert.strictEqual(value._tag, "Accepted")
    })
  )

  it.effect("returns Unknown after the local clock was set, unless a response has a date", () =>
    Effect.gen(function* () {
      const slow = { ...asOf(3_600_000), delayMillis: 2_000 }
      const settle = (...replies: ReadonlyArray<Reply>) =>
        play(Orders.settle(placement, { within: "5 seconds" }), [slow, listed(), listed(), ...replies], {
          atMillis: 10_000,
          clockSteps: [[1_000, 3_600_000]]
        })
      const undated = yield* settle({ ...asOf(3_600_000), delayMillis: 60_000 })
      assert.deepInclude(undated.value, { _tag: "Unknown", notListedAsOf: undefined })
      // With a date header, the client does not need the local clock.
      const measured = yield* settle(dated(asOf(3_600_000), 3_612_000), listed(), listed())
      assert.strictEqual(measured.value._tag, "NotPlaced")
    })
  )

  it.effect("returns Unknown with the differences if another order has the placement's id", () =>
    Effect.gen(function* () {
      const withRequest = { ...placement, request }
      for (const [difference, other] of mismatches) {
        for (const one of [withRequest, journaled(withRequest)]) {
          const { paths, value } = yield* play(Orders.settle(one), [asOf(100_000), listed(other), listed()], {
            atMillis: 100_000
          })
          assert.deepStrictEqual(paths, [timestamp, list, historical])
          assert.deepInclude(value, {
            _tag: "Unknown",
            mismatch: { order: other as Orders.Order, differs: [difference] }
          })
        }
        // For a placement without a request, the client compares only the id and the market.
        const bare = yield* play(
          Orders.settle(placement),
          [asOf(100_000), listed(other), ...(difference === "ticker" ? [listed()] : [])],
          { atMillis: 100_000 }
        )
        assert.strictEqual(bare.value._tag, difference === "ticker" ? "Unknown" : "Accepted")
      }
    })
  )

  it.effect(
    "returns Unknown if the listed order differs from the request, even after Orders.place returned Rejected",
    () =>
      Effect.gen(function* () {
        for (const [difference, other] of mismatches) {
          const { outcome } = yield* place([duplicate, asOf(1), listed(other)])
          assert.strictEqual(outcome._tag, difference === "side" ? "Rejected" : "Unknown")
          const { value } = yield* play(Orders.settle(journaled(outcome)), [asOf(1), listed(other), listed()])
          assert.strictEqual(value._tag, "Unknown", difference)
        }
      })
  )

  it.effect("compares numbers by value, not as strings", () =>
    Effect.gen(function* () {
      const withRequest = { ...placement, request: { ...request, subaccount: 0 } }
      const capped = { ...withRequest, request: { ...request, reduce_only: true } }
      for (const [requested, shown, tag] of [
        [withRequest, { ...order, yes_price_dollars: "0.56", subaccount_number: null }, "Accepted"],
        [withRequest, { ...order, subaccount_number: 0 }, "Accepted"],
        [{ ...withRequest, request: { ...request, subaccount: 3 } }, { ...order, subaccount_number: 3 }, "Accepted"],
        [{ ...withRequest, request: { ...request, subaccount: 3 } }, order, "Unknown"],
        [capped, order, "Accepted"],
        // The exchange caps a reduce_only order at the position.
        [capped, { ...order, initial_count_fp: "4.00" }, "Accepted"],
        [capped, { ...order, initial_count_fp: "10.01" }, "Unknown"],
        [withRequest, { ...order, initial_count_fp: "4.00" }, "Unknown"],
        [{ ...withRequest, request: { ...request, price: "much" as "0.56" } }, order, "Unknown"],
        [{ ...withRequest, request: { ...request, count: "many" as "10" } }, order, "Unknown"]
      ] as const) {
        const { value } = yield* play(Orders.settle(requested), [
          asOf(0),
          listed(shown),
          ...(tag === "Accepted" ? [] : [listed()])
        ])
        assert.strictEqual(value._tag, tag, JSON.stringify([requested.request, shown]))
      }
    })
  )

  it.effect("finds the matching order even if an earlier listed order has the same id", () =>
    Effect.gen(function* () {
      const withRequest = { ...placement, request }
      const [, other] = mismatches[3]!
      const page: Reply = { status: 200, body: { orders: [other], cursor: "more" } }
      const behind = yield* play(Orders.settle(withRequest), [asOf(0), page, listed(order)])
      assert.deepInclude(behind.value, { _tag: "Accepted", order_id })
      const found = yield* play(Orders.settle(withRequest), [asOf(0), listed(other), listed(order)])
      assert.deepInclude(found.value, { _tag: "Accepted", order_id })
      // An unread page can contain the order.
      const unread = yield* play(
        Orders.settle(withRequest),
        [asOf(0), page, errorReply(400, "no"), listed(), asOf(40_000), page, listed(order)],
        { atMillis: 40_000 }
      )
      assert.deepStrictEqual(unread.paths, [timestamp, list, list, historical, timestamp, list, list])
      assert.deepInclude(unread.value, { _tag: "Accepted", order_id })
    })
  )

  it.effect("settles one of two placements even if it can never settle the other", () =>
    Effect.gen(function* () {
      const never = { ...withoutWindow, client_order_id: "never", lastAttemptMillis: 36_000_000 }
      const { value } = yield* play(
        Orders.settleAll([never, placement], { within: 150 }),
        [asOf(29_000), listed(), listed(), asOf(31_000), listed(order), listed()],
        { atMillis: 31_000 }
      )
      assert.deepStrictEqual(tagsOf(value), ["Unknown", "Accepted"])
    })
  )

  it.effect("rejects values that are not placements", () =>
    Effect.gen(function* () {
      for (const [input, pointer] of [
        [undefined, ""],
        [null, ""],
        ["id", ""],
        [{}, "/client_order_id"],
        [{ ...placement, client_order_id: "" }, "/client_order_id"],
        [{ ...placement, client_order_id: 5 }, "/client_order_id"],
        [{ ...placement, ticker: "" }, "/ticker"],
        [{ ...placement, ticker: undefined }, "/ticker"],
        [{ ...placement, placedAtMillis: null }, "/placedAtMillis"],
        [{ ...placement, placedAtMillis: Number.NaN }, "/placedAtMillis"],
        [{ ...placement, placedAtMillis: "0" }, "/placedAtMillis"],
        [{ ...placement, lastAttemptMillis: null }, "/lastAttemptMillis"],
        [{ ...placement, lastAttemptMillis: Number.POSITIVE_INFINITY }, "/lastAttemptMillis"],
        [{ ...placement, request: null }, "/request"],
        [{ ...placement, request: "buy" }, "/request"],
        [{ ...placement, window: null }, "/window"],
        [{ ...placement, window: { fromMillis: 0 } }, "/window"],
        [{ ...placement, window: { fromMillis: null, untilMillis: 0 } }, "/window"]
      ] as const) {
        const invalid = input as Orders.Placement // untyped callers can pass any value
        const one = yield* play(Orders.settle(invalid), [])
        assert.isNotEmpty(one.error.reason)
        assert.deepInclude(one.error, {
          _tag: "InvalidRequest",
          operation: "Orders.settle",
          pointer
        })
        const many = yield* play(Orders.settleAll([placement, invalid]), [])
        assert.deepInclude(many.error, {
          _tag: "InvalidRequest",
          operation: "Orders.settleAll",
          pointer: `/1${pointer}`
        })
      }
      const noList = placement as unknown as ReadonlyArray<Orders.Placement> // untyped callers can pass any value
      const { error } = yield* play(Orders.settleAll(noList), [])
      assert.deepInclude(error, { _tag: "InvalidRequest", pointer: "" })
      assert.include(error.message, "not an array")
    })
  )
})

describe("Orders.settleAll", () => {
  it.effect("does not match an order that has the placement's id in another market", () =>
    Effect.gen(function* () {
      const onOtherMarket = { ...placement, ticker: "ANOTHER" }
      const { value } = yield* play(
        Orders.settleAll([placement, onOtherMarket]),
        [asOf(100_000), listed(order), listed(), listed()],
        { atMillis: 100_000 }
      )
      assert.deepStrictEqual(tagsOf(value), ["Accepted", "NotPlaced"])
    })
  )

  it.effect("settles many placements with one search", () =>
    Effect.gen(function* () {
      const placements = ["a", "b", "c"].map((client_order_id) => ({ ...placement, client_order_id }))
      const { paths, value } = yield* play(
        Orders.settleAll(placements),
        [asOf(100_000), listed({ ...order, client_order_id: "b" }), listed({ ...order, client_order_id: "c" })],
        { atMillis: 100_000 }
      )
      assert.strictEqual(paths.length, 3)
      assert.deepStrictEqual(tagsOf(value), ["NotPlaced", "Accepted", "Accepted"])
    })
  )

  it.effect("distinguishes two placements with the same id by their requests", () =>
    Effect.gen(function* () {
      const other = { ...placement, request: { ...request, price: "0.50" as const } }
      const { value } = yield* play(Orders.settleAll([other, { ...placement, request }]), [
        asOf(0),
        listed(order),
        listed()
      ])
      assert.deepStrictEqual(tagsOf(value), ["Unknown", "Accepted"])
    })
  )

  it.effect("sends nothing for an empty list", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* play(Orders.settleAll([]), [])).value, [])
    })
  )
})
