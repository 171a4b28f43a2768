import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import * as Orders from "../src/trading/Orders.ts"
import { Machine } from "./support/datedExchange.ts"
import {
  asOf,
  dated,
  exists,
  intent,
  journaled,
  list,
  lists,
  mine,
  order,
  order_id,
  others,
  placing,
  play,
  refused,
  ticker,
  timestamp
} from "./support/placing.ts"
import { layer, type Reply, type Sent } from "./support/scripted.ts"

const old = "GET /historical/orders"

const request = Result.getOrThrow(intent.request)

/** Attempts between 0 and 30 seconds, by the exchange's clock. */
const placement: Orders.Placement = {
  client_order_id: mine,
  ticker,
  placedAtMillis: 0,
  lastAttemptMillis: 30_000,
  window: { fromMillis: 0, untilMillis: 90_000 }
}

/** A placement that a journal holds, with nothing about the exchange's clock. */
const byHand: Orders.Placement = { client_order_id: mine, ticker, placedAtMillis: 0, lastAttemptMillis: 0 }

/** One that no list shows, at a time of this machine: every further reading comes too late. */
const absent = (
  what: Orders.Placement,
  as_of: Reply,
  atMillis: number
): Effect.Effect<Orders.Settlement, never, never> =>
  Effect.map(play(Orders.settle(what, { within: 50 }), [as_of, lists(), lists()], { atMillis }), ({ result }) =>
    Result.getOrThrow(result)
  )

const queryOf = ({ target }: Sent): URLSearchParams => new URLSearchParams(target.split("?")[1])

describe("settle", () => {
  it.effect("finds an order among the live ones, or among the old", () =>
    Effect.gen(function* () {
      const live = yield* play(Orders.settle(placement), [asOf(0), lists(order)])
      assert.deepInclude(Result.getOrThrow(live.result), { _tag: "Accepted", learned: "list", order_id })
      const aged = yield* play(Orders.settle(placement), [asOf(0), lists(), lists({ ...order, status: "executed" })])
      assert.deepStrictEqual(aged.paths, [timestamp, list, old])
      assert.deepInclude(Result.getOrThrow(aged.result), { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("passes over the other orders of the market", () =>
    Effect.gen(function* () {
      const another = { ...order, client_order_id: "another", order_id: mine }
      const { result } = yield* play(Orders.settle(placement), [asOf(0), lists(another, order)])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "Accepted", order_id })
      const none = yield* play(Orders.settle(placement), [asOf(90_001), lists(another), lists()], { atMillis: 100_000 })
      assert.strictEqual(Result.getOrThrow(none.result)._tag, "NotPlaced")
    })
  )

  it.effect("finds an order on a later page", () =>
    Effect.gen(function* () {
      const first: Reply = { status: 200, body: { orders: [], cursor: "more" } }
      const { paths, result } = yield* play(Orders.settle(placement), [asOf(0), first, lists(order)])
      assert.deepStrictEqual(paths, [timestamp, list, list])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "Accepted", learned: "list", order_id })
    })
  )

  it.effect("says NotPlaced once the exchange refuses the last signature", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* absent(placement, asOf(90_001), 100_000), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:30.001Z"
      })
      assert.deepInclude(yield* absent(placement, asOf(90_000), 100_000), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:01:30.000Z"
      })
    })
  )

  it.effect("says NotPlaced of a window that is one moment", () =>
    Effect.gen(function* () {
      const moment = { ...placement, window: { fromMillis: 90_000, untilMillis: 90_000 } }
      assert.strictEqual((yield* absent(moment, asOf(90_001), 100_000))._tag, "NotPlaced")
    })
  )

  it.effect("reads no page after the one that shows the order", () =>
    Effect.gen(function* () {
      const page: Reply = { status: 200, body: { orders: [order], cursor: "more" } }
      const { paths } = yield* play(Orders.settle(placement), [asOf(0), page])
      assert.deepStrictEqual(paths, [timestamp, list])
    })
  )

  it.effect("does not conclude from lists that could not be read whole", () =>
    Effect.gen(function* () {
      const broken = refused(400, "bad_request")
      for (const pages of [
        [lists(), broken],
        [broken, lists()]
      ]) {
        const early = Orders.settle(placement, { within: 50 })
        const { result } = yield* play(early, [asOf(100_000), ...pages], { atMillis: 100_000 })
        assert.deepInclude(Result.getOrThrow(result), { _tag: "Unknown", notListedAsOf: undefined })
      }
    })
  )

  it.effect("does not conclude where the exchange does not say how fresh the lists are", () =>
    Effect.gen(function* () {
      for (const as_of of [refused(400, "no"), { status: 200, body: { as_of_time: "2026-13-45T00:00:00Z" } }]) {
        assert.deepInclude(yield* absent(placement, as_of, 100_000), { _tag: "Unknown", notListedAsOf: undefined })
      }
    })
  )

  it.effect("reads lists of which nobody says how fresh they are, and keeps what it knew of earlier ones", () =>
    Effect.gen(function* () {
      const silent = [refused(400, "no"), lists(), lists()]
      const found = yield* play(Orders.settle(placement), [...silent, refused(400, "no"), lists(order)])
      assert.strictEqual(Result.getOrThrow(found.result)._tag, "Accepted")
      const never = yield* play(Orders.settle(placement, { within: 150 }), [asOf(0), lists(), lists(), ...silent])
      assert.deepInclude(Result.getOrThrow(never.result), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:00:00.000Z"
      })
    })
  )

  it.effect("never says NotPlaced of an order that the exchange called a duplicate, also in another process", () =>
    Effect.gen(function* () {
      const { outcome } = yield* placing([exists, asOf(0), lists()], intent, { within: 50 })
      assert.deepInclude(outcome, { _tag: "Unknown", exists: true })
      for (const what of [outcome, journaled(outcome)]) {
        assert.deepInclude(yield* absent(what, asOf(3_600_000), 3_600_000), { _tag: "Unknown", exists: true })
      }
    })
  )

  it.effect("never says NotPlaced of an order that was answered as placed", () =>
    Effect.gen(function* () {
      const broken: Reply = { status: 201, text: "<html>" }
      const { outcome } = yield* placing([broken, asOf(0), lists()], intent, { within: 50 }, { atMillis: 0 })
      assert.deepInclude(outcome, { _tag: "Unknown", exists: true })
      assert.strictEqual((yield* absent(journaled(outcome), asOf(3_600_000), 3_600_000))._tag, "Unknown")
      // Where the success has an error in its body, it is none.
      const error: Reply = { status: 201, body: { error: { code: "deprecated_v1_order_endpoint" } } }
      const none = yield* placing([error, asOf(0), lists()], intent, { within: 50 }, { atMillis: 0 })
      assert.deepInclude(none.outcome, { _tag: "Unknown", exists: false })
      assert.strictEqual((yield* absent(journaled(none.outcome), asOf(3_600_000), 3_600_000))._tag, "NotPlaced")
    })
  )

  it.effect("keeps what an Unknown says where it stays Unknown", () =>
    Effect.gen(function* () {
      const { outcome } = yield* placing([exists, asOf(0), lists()], intent, { within: 50 })
      const again = yield* absent(outcome, asOf(0), 0)
      assert.deepStrictEqual(again, { ...(outcome as Orders.Unknown), lastAttemptMillis: outcome.lastAttemptMillis! })
      // An error that was written as JSON is no error any more.
      assert.deepInclude(yield* absent(journaled(outcome), asOf(0), 0), { _tag: "Unknown", error: undefined })
    })
  )

  it.effect(
    "reads lists from a minute before the exchange can have taken the order, and whole where nobody knows",
    () =>
      Effect.gen(function* () {
        const since = (placements: ReadonlyArray<Orders.Placement>) =>
          Effect.map(
            play(Orders.settleAll(placements, { within: 50 }), [asOf(0), lists(), lists()], { atMillis: 1_000_000 }),
            ({ sent }) => [queryOf(sent[1]!).get("min_ts"), queryOf(sent[2]!).get("min_ts")]
          )
        const from = (fromMillis: number) => ({ ...placement, window: { fromMillis, untilMillis: 900_000 } })
        assert.deepStrictEqual(yield* since([from(600_999)]), ["540", "540"])
        assert.deepStrictEqual(yield* since([from(700_000), from(600_000), from(800_000)]), ["540", "540"])
        assert.deepStrictEqual(yield* since([from(30_000)]), ["0", "0"])
        assert.deepStrictEqual(yield* since([from(700_000), { ...placement, window: undefined }]), [null, null])
      })
  )

  it.effect("believes no list to be fresher than the exchange's own time", () =>
    Effect.gen(function* () {
      // By its date the exchange's clock is at most at 91 seconds here.
      assert.deepInclude(yield* absent(placement, dated(asOf(3_600_000), 90_000), 90_000), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:31.000Z"
      })
      // Where it is as fresh as that, the exchange's own text stays.
      const whole: Reply = { status: 200, body: { as_of_time: "1970-01-01T00:01:31Z" } }
      assert.deepInclude(yield* absent(placement, dated(whole, 90_000), 90_000), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:31Z"
      })
      assert.deepInclude(yield* absent(placement, dated(asOf(3_600_000), 89_000), 89_000), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:01:30.000Z"
      })
      // Without a date it is within a minute of this machine's.
      assert.deepInclude(yield* absent(placement, asOf(3_600_000), 30_001), {
        _tag: "NotPlaced",
        notListedAsOf: "1970-01-01T00:01:30.001Z"
      })
      assert.deepInclude(yield* absent(placement, asOf(3_600_000), 30_000), {
        _tag: "Unknown",
        notListedAsOf: "1970-01-01T00:01:30.000Z"
      })
    })
  )

  it.effect(
    "allows for a minute between the clocks, and for the minute of a signature, where a journal has no window",
    () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* absent(byHand, asOf(120_001), 130_000))._tag, "NotPlaced")
        assert.strictEqual((yield* absent(byHand, asOf(120_000), 130_000))._tag, "Unknown")
        // An exchange that is known to be five minutes ahead: 301 seconds at most.
        assert.strictEqual((yield* absent(byHand, dated(asOf(361_001), 400_000), 100_000))._tag, "NotPlaced")
        assert.strictEqual((yield* absent(byHand, dated(asOf(361_000), 400_000), 100_000))._tag, "Unknown")
      })
  )

  it.effect("counts from its own beginning where a journal has no last attempt", () =>
    Effect.gen(function* () {
      const { lastAttemptMillis: _, ...begun } = byHand
      // The exchange's clock is at most at 131 seconds here, and a signature can have been a minute ahead.
      assert.strictEqual((yield* absent(begun, dated(asOf(130_000), 130_000), 130_000))._tag, "Unknown")
      const settlement = yield* Effect.gen(function* () {
        yield* TestClock.setTime(130_000)
        const fiber = yield* Effect.forkChild(Orders.settle(begun))
        yield* TestClock.adjust("5 minutes")
        return yield* Fiber.join(fiber)
      }).pipe(
        Effect.provide(
          layer(
            [
              dated(asOf(130_000), 130_000),
              lists(),
              lists(),
              { ...dated(asOf(250_000), 260_000), delayMillis: 130_000 },
              lists(),
              lists(),
              // That answer came 300 ms after its date's second began.
              dated(asOf(250_701), 260_000),
              lists(),
              lists()
            ],
            { policy: { attemptTimeout: "Infinity", totalTimeout: "Infinity" } }
          )
        )
      )
      assert.deepInclude(settlement, { _tag: "NotPlaced", notListedAsOf: "1970-01-01T00:04:10.701Z" })
    })
  )

  it.effect("says by the exchange's clock when it began, where it stays Unknown without a last attempt", () =>
    Effect.gen(function* () {
      const { lastAttemptMillis: _, ...begun } = byHand
      const settlement = yield* absent(begun, dated(asOf(0), 430_000), 130_000)
      assert.deepInclude(settlement, { _tag: "Unknown", lastAttemptMillis: 431_000 })
    })
  )

  for (const [why, what] of [
    ["this machine's clock was set while the order was sent", { ...placement, clockChanged: true }],
    ["the last attempt is before the first", { ...placement, placedAtMillis: 30_001 }],
    ["the last attempt is before the first, in a journal", { ...byHand, placedAtMillis: 1 }],
    ["the window ends before it begins", { ...placement, window: { fromMillis: 90_001, untilMillis: 90_000 } }],
    ["the last attempt is later than now at the exchange", { ...byHand, lastAttemptMillis: 3_660_001 }]
  ] as const) {
    it.effect(`never says NotPlaced where ${why}`, () =>
      Effect.gen(function* () {
        for (const one of [what, journaled(what)]) {
          // Ten hours later by the exchange's clock.
          assert.strictEqual((yield* absent(one, asOf(36_000_000), 3_600_000))._tag, "Unknown")
        }
      })
    )
  }

  it.effect("says NotPlaced of a last attempt that was just now when it began", () =>
    Effect.gen(function* () {
      // The exchange's clock is at most a second ahead.
      const { result } = yield* play(
        Orders.settle({ ...byHand, lastAttemptMillis: 3_601_000 }),
        [
          dated(asOf(3_600_000), 3_600_000),
          lists(),
          lists(),
          { ...dated(asOf(3_721_001), 3_722_000), delayMillis: 122_000 },
          lists(),
          lists()
        ],
        { atMillis: 3_600_000, options: { policy: { attemptTimeout: "Infinity", totalTimeout: "Infinity" } } }
      )
      assert.strictEqual(Result.getOrThrow(result)._tag, "NotPlaced")
    })
  )

  it.effect("never says NotPlaced of a last attempt that is later than the beginning, however long it looks", () =>
    Effect.gen(function* () {
      const { result } = yield* play(
        Orders.settle({ ...byHand, lastAttemptMillis: 3_601_001 }, { within: 122_150 }),
        [
          dated(asOf(3_600_000), 3_600_000),
          lists(),
          lists(),
          { ...dated(asOf(3_722_000), 3_722_000), delayMillis: 122_000 },
          lists(),
          lists()
        ],
        { atMillis: 3_600_000, options: { policy: { attemptTimeout: "Infinity", totalTimeout: "Infinity" } } }
      )
      assert.deepInclude(Result.getOrThrow(result), { _tag: "Unknown", notListedAsOf: "1970-01-01T01:02:02.000Z" })
    })
  )

  it.effect("looks for three minutes by default", () =>
    Effect.gen(function* () {
      const within = (millis: number) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(Orders.settle(placement))
          yield* TestClock.adjust(millis)
          const ended = fiber.pollUnsafe() !== undefined
          yield* Fiber.interrupt(fiber)
          return ended
        }).pipe(
          Effect.provide(
            layer([{ ...asOf(0), delayMillis: 600_000 }], {
              policy: { attemptTimeout: "1 hour", totalTimeout: "1 hour" }
            })
          )
        )
      assert.deepStrictEqual([yield* within(179_999), yield* within(180_000)], [false, true])
    })
  )

  it.effect("still finds the order where the last attempt is later than now", () =>
    Effect.gen(function* () {
      const ahead = { ...byHand, lastAttemptMillis: 3_661_001 }
      const { result } = yield* play(
        Orders.settle(ahead),
        [
          dated(asOf(3_600_000), 3_600_000),
          lists(),
          lists(),
          { ...dated(asOf(3_722_000), 3_722_000), delayMillis: 122_000 },
          lists(order)
        ],
        { atMillis: 3_600_000, options: { policy: { attemptTimeout: "Infinity", totalTimeout: "Infinity" } } }
      )
      assert.strictEqual(Result.getOrThrow(result)._tag, "Accepted")
    })
  )

  it.effect("concludes nothing from a clock that is set while it looks, before an answer has a date", () =>
    Effect.gen(function* () {
      const machine = new Machine()
      const settling = Effect.gen(function* () {
        yield* TestClock.setTime(10_000)
        const fiber = yield* Effect.forkChild(Orders.settle(placement, { within: "5 seconds" }))
        yield* TestClock.adjust("1 second")
        machine.aheadMillis = 3_600_000
        yield* TestClock.adjust("1 minute")
        return yield* Fiber.join(fiber)
      })
      const slow = { ...asOf(3_600_000), delayMillis: 2_000 }
      const settlement = yield* settling.pipe(
        machine.run,
        Effect.provide(layer([slow, lists(), lists(), { ...asOf(3_600_000), delayMillis: 60_000 }]))
      )
      assert.deepInclude(settlement, { _tag: "Unknown", notListedAsOf: undefined })
      // Once an answer has a date, it does not matter what the clock showed before.
      machine.aheadMillis = 0
      const measured = yield* settling.pipe(
        machine.run,
        Effect.provide(layer([slow, lists(), lists(), dated(asOf(3_600_000), 3_612_000), lists(), lists()]))
      )
      assert.strictEqual(measured._tag, "NotPlaced")
    })
  )

  it.effect("is Unknown where another order has the id, and shows in what that differs", () =>
    Effect.gen(function* () {
      const asked = { ...placement, request }
      for (const [difference, other] of others) {
        for (const what of [asked, journaled(asked)]) {
          const { paths, result } = yield* play(Orders.settle(what), [asOf(100_000), lists(other), lists()], {
            atMillis: 100_000
          })
          assert.deepStrictEqual(paths, [timestamp, list, old])
          assert.deepInclude(Result.getOrThrow(result), {
            _tag: "Unknown",
            mismatch: { order: other as Orders.Order, differs: [difference] }
          })
        }
        // A journal that holds no more has the id and the market to go by.
        const bare = yield* play(
          Orders.settle(placement),
          [asOf(100_000), lists(other), ...(difference === "ticker" ? [lists()] : [])],
          { atMillis: 100_000 }
        )
        assert.strictEqual(Result.getOrThrow(bare.result)._tag, difference === "ticker" ? "Unknown" : "Accepted")
      }
    })
  )

  it.effect("agrees with place about an order that is not what was asked for", () =>
    Effect.gen(function* () {
      for (const [difference, other] of others) {
        const { outcome } = yield* placing([exists, asOf(1), lists(other)])
        assert.strictEqual(outcome._tag, difference === "side" ? "Rejected" : "Unknown")
        const { result } = yield* play(Orders.settle(journaled(outcome)), [asOf(1), lists(other), lists()])
        assert.strictEqual(Result.getOrThrow(result)._tag, "Unknown", difference)
      }
    })
  )

  it.effect("recognises the order that is meant, however its numbers are written", () =>
    Effect.gen(function* () {
      const asked = { ...placement, request: { ...request, subaccount: 0 } }
      const capped = { ...asked, request: { ...request, reduce_only: true } }
      for (const [what, shown, tag] of [
        [asked, { ...order, yes_price_dollars: "0.56", subaccount_number: null }, "Accepted"],
        [asked, { ...order, subaccount_number: 0 }, "Accepted"],
        [{ ...asked, request: { ...request, subaccount: 3 } }, { ...order, subaccount_number: 3 }, "Accepted"],
        [{ ...asked, request: { ...request, subaccount: 3 } }, order, "Unknown"],
        [capped, order, "Accepted"],
        // The exchange caps an order that may only reduce by what is held.
        [capped, { ...order, initial_count_fp: "4.00" }, "Accepted"],
        [capped, { ...order, initial_count_fp: "10.01" }, "Unknown"],
        [asked, { ...order, initial_count_fp: "4.00" }, "Unknown"],
        // What no order can have been asked for with is nobody's.
        [{ ...asked, request: { ...request, price: "much" as "0.56" } }, order, "Unknown"],
        [{ ...asked, request: { ...request, count: "many" as "10" } }, order, "Unknown"]
      ] as const) {
        const { result } = yield* play(Orders.settle(what), [
          asOf(0),
          lists(shown),
          ...(tag === "Accepted" ? [] : [lists()])
        ])
        assert.strictEqual(Result.getOrThrow(result)._tag, tag, JSON.stringify([what.request, shown]))
      }
    })
  )

  it.effect("finds the order that is meant behind another one of its id", () =>
    Effect.gen(function* () {
      const asked = { ...placement, request }
      const [, other] = others[3]!
      const page: Reply = { status: 200, body: { orders: [other], cursor: "more" } }
      const behind = yield* play(Orders.settle(asked), [asOf(0), page, lists(order)])
      assert.deepInclude(Result.getOrThrow(behind.result), { _tag: "Accepted", order_id })
      const aged = yield* play(Orders.settle(asked), [asOf(0), lists(other), lists(order)])
      assert.deepInclude(Result.getOrThrow(aged.result), { _tag: "Accepted", order_id })
      // A page that could not be read may have it.
      const unread = yield* play(
        Orders.settle(asked),
        [asOf(0), page, refused(400, "no"), lists(), asOf(40_000), page, lists(order)],
        { atMillis: 40_000 }
      )
      assert.deepStrictEqual(unread.paths, [timestamp, list, list, old, timestamp, list, list])
      assert.deepInclude(Result.getOrThrow(unread.result), { _tag: "Accepted", order_id })
    })
  )

  it.effect("is not held up by another placement that can never be decided", () =>
    Effect.gen(function* () {
      const never = { ...byHand, client_order_id: "never", lastAttemptMillis: 36_000_000 }
      const { result } = yield* play(
        Orders.settleAll([never, placement], { within: 150 }),
        [asOf(29_000), lists(), lists(), asOf(31_000), lists(order), lists()],
        { atMillis: 31_000 }
      )
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["Unknown", "Accepted"]
      )
    })
  )

  it.effect("fails for what is not a placement, as its types do", () =>
    Effect.gen(function* () {
      for (const [what, pointer] of [
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
        const wrong = what as Orders.Placement // as untyped code gives it
        const one = yield* play(Effect.flip(Orders.settle(wrong)), [])
        assert.isNotEmpty(Result.getOrThrow(one.result).reason)
        assert.deepInclude(Result.getOrThrow(one.result), {
          _tag: "InvalidRequest",
          operation: "Orders.settle",
          pointer
        })
        const many = yield* play(Effect.flip(Orders.settleAll([placement, wrong])), [])
        assert.deepInclude(Result.getOrThrow(many.result), {
          _tag: "InvalidRequest",
          operation: "Orders.settleAll",
          pointer: `/1${pointer}`
        })
      }
      const noList = placement as unknown as ReadonlyArray<Orders.Placement> // as untyped code gives it
      const { result } = yield* play(Effect.flip(Orders.settleAll(noList)), [])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "InvalidRequest", pointer: "" })
      assert.include(Result.getOrThrow(result).message, "not an array")
    })
  )
})

describe("settleAll", () => {
  it.effect("does not take an order of another market for one with the same id", () =>
    Effect.gen(function* () {
      const elsewhere = { ...placement, ticker: "ANOTHER" }
      const { result } = yield* play(
        Orders.settleAll([placement, elsewhere]),
        [asOf(100_000), lists(order), lists(), lists()],
        { atMillis: 100_000 }
      )
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["Accepted", "NotPlaced"]
      )
    })
  )

  it.effect("settles many with the same reads", () =>
    Effect.gen(function* () {
      const wanted = ["a", "b", "c"].map((client_order_id) => ({ ...placement, client_order_id }))
      const { paths, result } = yield* play(
        Orders.settleAll(wanted),
        [asOf(100_000), lists({ ...order, client_order_id: "b" }), lists({ ...order, client_order_id: "c" })],
        { atMillis: 100_000 }
      )
      assert.strictEqual(paths.length, 3)
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["NotPlaced", "Accepted", "Accepted"]
      )
    })
  )

  it.effect("settles two placements of one id, each by what was asked for", () =>
    Effect.gen(function* () {
      const other = { ...placement, request: { ...request, price: "0.50" as const } }
      const { result } = yield* play(Orders.settleAll([other, { ...placement, request }]), [
        asOf(0),
        lists(order),
        lists()
      ])
      assert.deepStrictEqual(
        Result.getOrThrow(result).map(({ _tag }) => _tag),
        ["Unknown", "Accepted"]
      )
    })
  )

  it.effect("reads nothing for no placements", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(Result.getOrThrow((yield* play(Orders.settleAll([]), [])).result), [])
    })
  )
})
