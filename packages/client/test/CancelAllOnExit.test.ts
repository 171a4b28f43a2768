import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Logger, References, Result, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { KalshiWrite } from "../src/Capability.ts"
import * as Errors from "../src/Errors.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as RateLimits from "../src/limits/RateLimits.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import {
  answer,
  asOf,
  create,
  created,
  exists,
  intent,
  journaled,
  list,
  lists,
  lost,
  mine,
  once,
  order,
  order_id,
  others,
  pathOf,
  play,
  refused,
  ticker,
  timestamp,
  unreachable
} from "./support/placing.ts"
import { layer, type Reply, Script, type Sent, signer } from "./support/scripted.ts"

describe("cancelAllOnExit", () => {
  const target = `DELETE /portfolio/events/orders/${order_id}`
  const canceled: Reply = { status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } }

  /** Runs a program under the layer on virtual time: its exit, the report, and what was sent. */
  const under = <A, E>(
    program: Effect.Effect<A, E, Orders.Capabilities>,
    replies: ReadonlyArray<Reply>,
    options: Orders.ExitOptions = {},
    setting = {}
  ) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(0)
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
    }).pipe(Effect.provide(layer(replies, setting)))

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
      assert.deepInclude(error, { _tag: "InvalidRequest", operation: "Orders.place", pointer: "" })
      assert.include(error.message, "is closed")
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
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: mine, lastAttemptMillis: 2_001 })
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

  it.effect("looks for what was lost after another order of its market was placed", () =>
    Effect.gen(function* () {
      const other = Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: "other" })
      const { report } = yield* under(
        Effect.andThen(Orders.place(other, { within: 50 }), resting),
        [lost, asOf(60_000), lists(), created, canceled, asOf(60_000), lists()],
        {},
        once.options
      )
      assert.deepStrictEqual(
        [report?.ended.map(({ order_id }) => order_id), report?.left.map(({ client_order_id }) => client_order_id)],
        [[order_id], ["other"]]
      )
    })
  )

  it.effect("cancels at its end what a cancel before could not end", () =>
    Effect.gen(function* () {
      const early = Effect.andThen(resting, Orders.ensureCanceled({ order_id, ticker }, { within: 50 }))
      const stillRests: Reply = { status: 200, body: { order } }
      const { paths, report } = yield* under(early, [created, refused(404, "not_found"), stillRests, canceled])
      assert.deepStrictEqual(paths, [create, target, `GET /portfolio/orders/${order_id}`, target])
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
    })
  )

  it.effect("looks for the state of an order as long as it may", () =>
    Effect.gen(function* () {
      const slow = { ...asOf(60_000), delayMillis: 8_000 }
      const { report } = yield* under(resting, [
        created,
        refused(404, "not_found"),
        { status: 200, body: { order } },
        slow,
        canceled
      ])
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
    })
  )

  it.effect("says why an order is left that was also found under a lost call of its id", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(resting, Orders.place(intent, { within: 50 }))
      const { report } = yield* under(
        program,
        [created, lost, asOf(-60_000), lists(), refused(401, "authentication_error"), asOf(60_000), lists(order)],
        {},
        once.options
      )
      assert.deepStrictEqual(
        report?.left.map(({ order_id }) => order_id),
        [order_id]
      )
      assert.include(report?.left[0]?.reason, "authentication_error")
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
      assert.include(report?.left[1]?.reason, "no list of orders as of 1970-01-01T00:01:00.000Z shows it")
      const stuck = { ...canceled, delayMillis: 600_000 }
      const bounded = yield* under(resting, [created, stuck], { within: "2 seconds" })
      assert.include(bounded.report?.left[0]?.reason, "closing took longer than 2000 ms")
    })
  )

  const cancels = (order_id: string) => `DELETE /portfolio/events/orders/${order_id}`
  const canceledAs = (order_id: string): Reply => ({ status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } })

  it.effect("cancels an order whose answer does not say how much of it remains", () =>
    Effect.gen(function* () {
      const cut: Reply = { status: 201, text: JSON.stringify({ order_id, client_order_id: mine }) }
      assert.deepStrictEqual((yield* under(resting, [cut, canceled])).paths, [create, target])
      const item: Reply = { status: 201, body: { orders: [{ order_id, client_order_id: mine }] } }
      const { paths } = yield* under(Orders.placeAll([intent]), [item, canceled])
      assert.deepStrictEqual(paths, [`${create}/batched`, target])
    })
  )

  it.effect("does not cancel what cannot rest", () =>
    Effect.gen(function* () {
      const cut: Reply = { status: 201, text: JSON.stringify({ order_id, client_order_id: mine }) }
      for (const time_in_force of ["immediate_or_cancel", "fill_or_kill"] as const) {
        const brief = Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: mine, time_in_force })
        assert.deepStrictEqual((yield* under(Orders.place(brief), [cut])).paths, [create])
      }
    })
  )

  it.effect("does not cancel orders of Orders.create, which it does not cover", () =>
    Effect.gen(function* () {
      const program = Orders.create(Result.getOrThrow(intent.request))
      const { paths, report } = yield* under(program, [created])
      assert.deepStrictEqual([paths, report], [[create], { ended: [], left: [] }])
    })
  )

  it.effect("finds and cancels an order whose placing died", () =>
    Effect.gen(function* () {
      const died: Reply = { fault: "the HTTP client is broken", dies: true }
      const found = yield* under(resting, [died, asOf(60_000), lists(order), canceled])
      assert.isTrue(Exit.hasDies(found.exit))
      assert.deepStrictEqual(found.paths, [create, timestamp, list, target])
      assert.deepStrictEqual([found.report?.ended.length, found.report?.left.length], [1, 0])
      const { report } = yield* under(resting, [died, asOf(60_000), lists()])
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id, exists, order_id }) => [client_order_id, order_id, exists]),
        [[mine, undefined, false]]
      )
    })
  )

  it.effect("looks for an order that the exchange said to exist, also where the lists are fresh", () =>
    Effect.gen(function* () {
      const program = Orders.place(intent, { within: 50 })
      const { report } = yield* under(program, [
        exists,
        asOf(50_000),
        lists(),
        asOf(50_000),
        lists(),
        asOf(50_500),
        lists(order),
        canceled
      ])
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
      const { report: gone } = yield* under(program, [exists, asOf(60_000), lists(), refused(400, "no"), lists()], {
        within: 100
      })
      assert.deepInclude(gone?.left[0], { client_order_id: mine, order_id: undefined, exists: true })
      assert.include(gone?.left[0]?.reason, "no list of orders could be read")
    })
  )

  for (const [difference, other] of others) {
    it.effect(`leaves an order under its id that has another ${difference}, and says so`, () =>
      Effect.gen(function* () {
        for (const first of [lost, exists]) {
          const { paths, report } = yield* under(
            Orders.place(intent, { within: 50 }),
            // It is listed only at the end.
            [first, asOf(60_000), lists(), asOf(60_000), lists(other)],
            {},
            once.options
          )
          assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, list])
          assert.deepStrictEqual(report?.ended, [])
          const [left] = report?.left ?? []
          assert.deepInclude(left, { client_order_id: mine, order_id: undefined })
          assert.include(left?.reason, `its ${difference}`)
          assert.include(left?.reason, order_id)
        }
      })
    )
  }

  it.effect("names all in which an order under its id differs", () =>
    Effect.gen(function* () {
      const other = { ...order, ticker: "ANOTHER", initial_count_fp: "1000.00" }
      const { report } = yield* under(
        Orders.place(intent, { within: 50 }),
        [lost, asOf(60_000), lists(), asOf(60_000), lists(other)],
        {},
        once.options
      )
      assert.include(report?.left[0]?.reason, "its ticker, count differs")
    })
  )

  it.effect("reports what is left so that it can be settled later, from a journal too", () =>
    Effect.gen(function* () {
      const { report } = yield* under(
        Orders.place(intent, { within: 50 }),
        [lost, asOf(60_000), lists(), asOf(60_000), lists()],
        {},
        once.options
      )
      const left = report?.left[0] ?? assert.fail("it is left")
      assert.deepInclude(left, {
        placedAtMillis: 0,
        lastAttemptMillis: 0,
        clockChanged: false,
        window: { fromMillis: -60_000, untilMillis: 60_000 },
        request: Result.getOrThrow(intent.request)
      })
      const settle = Orders.settle(journaled(left))
      const { result } = yield* play(settle, [asOf(60_001), lists(), lists()], { atMillis: 3_600_000 })
      assert.strictEqual(Result.getOrThrow(result)._tag, "NotPlaced")
    })
  )

  it.effect("does not take one order for those of two calls", () =>
    Effect.gen(function* () {
      const second = Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: "second" })
      const { paths, report } = yield* under(Effect.andThen(resting, Orders.place(second)), [
        created,
        { status: 201, body: { ...answer, client_order_id: "second" } },
        asOf(60_000),
        lists({ ...order, client_order_id: "second", order_id: "another" }),
        canceled,
        canceledAs("another")
      ])
      assert.deepStrictEqual(paths, [create, create, timestamp, list, target, cancels("another")])
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [2, 0])
      // The same call again under its id is another matter: its order is its own.
      const again = yield* under(Effect.andThen(resting, resting), [created, created, canceled])
      assert.deepStrictEqual(again.paths, [create, create, target])
    })
  )

  it.effect("finds the order of either of two calls under one id that asked for different things", () =>
    Effect.gen(function* () {
      const dearer = Orders.buyYes({ ticker, count: "10", yes_price: "0.57", client_order_id: mine })
      for (const calls of [
        [intent, dearer],
        [dearer, intent]
      ]) {
        const program = Effect.forEach(calls, (call) => Orders.place(call, { within: 50 }))
        const replies = [lost, asOf(60_000), lists(), lost, asOf(60_000), lists(), asOf(60_000), lists(order), canceled]
        const { report } = yield* under(program, replies, {}, once.options)
        assert.deepStrictEqual([report?.ended.length, report?.left.length], [1, 0])
      }
    })
  )

  it.effect("keeps orders of two markets apart that have one id", () =>
    Effect.gen(function* () {
      const elsewhere = Orders.buyYes({ ticker: "ELSE", count: "10", yes_price: "0.56", client_order_id: mine })
      const program = Effect.forEach([intent, elsewhere], (call) => Orders.place(call, { within: 50 }))
      const replies = [lost, asOf(60_000), lists(), lost, asOf(60_000), lists()]
      const end = [asOf(60_000), lists(order), lists(), canceled]
      const { report } = yield* under(program, [...replies, ...end], {}, once.options)
      assert.deepStrictEqual(
        report?.left.map(({ ticker }) => ticker),
        ["ELSE"]
      )
      // An answer to one says nothing of the other either.
      const answered = yield* under(
        program,
        [lost, asOf(60_000), lists(), created, canceled, asOf(60_000), lists()],
        {},
        once.options
      )
      assert.deepStrictEqual(
        answered.report?.left.map(({ ticker }) => ticker),
        [ticker]
      )
    })
  )

  const body = { message: "no" }
  const shared = { operation: "Orders.cancel", attempts: 1 }
  const said = { ...shared, body, afterLostAnswer: false }
  const sent = { ...shared, requestSent: "no", reason: "no" } as const
  for (const [error, isPassing] of [
    [new Errors.TooManyRequests({ ...said, retryAfterMillis: undefined }), true],
    [new Errors.TransportError({ ...sent, code: "ENOTFOUND" }), true],
    [new Errors.RequestTimeout({ ...sent, limit: "total", timeoutMillis: 1 }), true],
    [
      new Errors.LimitExceeded({
        operation: "Orders.cancel",
        bucket: "write",
        cost: 2,
        capacity: 1,
        waitMillis: 1,
        maxWaitMillis: 0
      }),
      true
    ],
    [new Errors.Unauthorized({ ...said, explanation: undefined }), false],
    [new Errors.InvalidRequest({ operation: "Orders.cancel", pointer: "", reason: "no" }), false]
  ] as const) {
    it.effect(`${isPassing ? "cancels again after" : "leaves an order whose cancel failed with"} ${error._tag}`, () =>
      Effect.gen(function* () {
        const failsAt: Array<number> = []
        const program = Effect.gen(function* () {
          const writes = yield* KalshiWrite
          const failing = KalshiWrite.of({
            ...writes,
            send: (descriptor, input) =>
              descriptor.name === "Orders.cancel" && failsAt.length < 2
                ? Effect.flatMap(Clock.currentTimeMillis, (millis) => {
                    failsAt.push(millis)
                    return Effect.fail(error)
                  })
                : writes.send(descriptor, input)
          })
          const reports: Array<Orders.ExitReport> = []
          const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
          yield* resting.pipe(
            Effect.provide(Orders.cancelAllOnExit({ onExit })),
            Effect.provideService(KalshiWrite, failing)
          )
          return reports[0]!
        })
        const { result } = yield* play(program, isPassing ? [created, canceled] : [created])
        const report = Result.getOrThrow(result)
        assert.deepStrictEqual([report.ended.length, report.left.length], isPassing ? [1, 0] : [0, 1])
        assert.deepStrictEqual(
          failsAt.map((millis) => millis - failsAt[0]!),
          isPassing ? [0, 500] : [0]
        )
        if (!isPassing) assert.strictEqual(report.left[0]?.reason, error.message)
      })
    )
  }

  it.effect("cancels sixteen orders at once, and then the others", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 17 }, (_, index) => `order-${index}`)
      const intents = ids.map((client_order_id) =>
        Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id })
      )
      const orders = ids.map((client_order_id) => ({ ...answer, client_order_id, order_id: client_order_id }))
      const { report, sent } = yield* under(Orders.placeAll(intents), [
        { status: 201, body: { orders } },
        ...ids.map((order_id) => ({ ...canceledAs(order_id), delayMillis: 1_000 }))
      ])
      assert.deepStrictEqual([report?.ended.length, report?.left.length], [17, 0])
      const times = sent.slice(1).map(({ atMillis }) => atMillis - sent[0]!.atMillis)
      assert.deepStrictEqual(times, [...Array.from({ length: 16 }, () => 0), 1_000])
    })
  )

  it.effect("takes at most ten seconds by default, and half of that to look", () =>
    Effect.gen(function* () {
      const endedAfter = (
        program: Effect.Effect<unknown, unknown, Orders.Capabilities>,
        replies: ReadonlyArray<Reply>
      ) =>
        Effect.gen(function* () {
          yield* TestClock.setTime(0)
          const times: Array<number> = []
          const onExit = () => Effect.map(Clock.currentTimeMillis, (millis) => void times.push(millis))
          const timed = Effect.flatMap(Effect.exit(program), () => Clock.currentTimeMillis)
          const fiber = yield* Effect.forkChild(Effect.provide(timed, Orders.cancelAllOnExit({ onExit })))
          yield* TestClock.adjust("5 minutes")
          return times[0]! - (yield* Fiber.join(fiber))
        }).pipe(Effect.provide(layer(replies, { policy: { retry: Schedule.recurs(0), attemptTimeout: "5 minutes" } })))
      const stuck = { ...canceled, delayMillis: 600_000 }
      assert.strictEqual(yield* endedAfter(resting, [created, stuck]), 10_000)
      const looking = [lost, asOf(60_000), lists(), { ...asOf(60_000), delayMillis: 600_000 }]
      assert.strictEqual(yield* endedAfter(resting, looking), 5_000)
      // It waits as long for a call that has not ended, and then looks.
      const slow = Effect.andThen(Effect.forkDetach(resting), Effect.sleep(1))
      const sending = [{ ...created, delayMillis: 60_000 }, asOf(60_000), lists()]
      assert.strictEqual(yield* endedAfter(slow, sending), 5_000)
    })
  )

  it.effect("logs a warning about every order that is left, without onExit", () =>
    Effect.gen(function* () {
      const messages: Array<unknown> = []
      const annotations: Record<string, unknown> = {}
      const logger = Logger.make(({ fiber, message }) => {
        messages.push(message)
        Object.assign(annotations, fiber.getRef(References.CurrentLogAnnotations))
      })
      yield* play(Effect.provide(resting, Layer.provideMerge(Orders.cancelAllOnExit(), Logger.layer([logger]))), [
        created,
        refused(401, "authentication_error")
      ])
      assert.deepStrictEqual(messages, [["an order may still rest although its scope is closed"]])
      assert.deepInclude(annotations, { client_order_id: mine, order_id, ticker })
      assert.include(annotations["reason"], "authentication_error")
    })
  )

  it.effect("cancels as soon as all calls have ended, those that ended before included", () =>
    Effect.gen(function* () {
      const call = (client_order_id: string) =>
        Orders.place(Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id }))
      const answers = (client_order_id: string, delayMillis: number): Reply => ({
        status: 201,
        body: { ...answer, client_order_id, order_id: client_order_id },
        delayMillis
      })
      const times = (sent: ReadonlyArray<Sent>) =>
        sent
          .filter(({ method }) => method === "DELETE")
          .map(({ atMillis, target }) => [target.split(/[/?]/)[6], atMillis])
      const alone = Effect.andThen(Effect.forkDetach(call("a"), { startImmediately: true }), Effect.sleep(1))
      const one = yield* under(alone, [answers("a", 3_000), canceledAs("a")])
      assert.deepStrictEqual(times(one.sent), [["a", 3_000]])
      const after = Effect.andThen(
        call("a"),
        Effect.andThen(Effect.forkDetach(call("b"), { startImmediately: true }), Effect.sleep(1))
      )
      const second = yield* under(after, [answers("a", 1), answers("b", 3_000), canceledAs("a"), canceledAs("b")])
      assert.deepStrictEqual(times(second.sent), [
        ["a", 2],
        ["b", 3_001]
      ])
      const both = Effect.andThen(
        Effect.forEach(["a", "b"], (id) => Effect.forkDetach(call(id), { startImmediately: true })),
        Effect.sleep(1)
      )
      const two = yield* under(both, [answers("a", 1_000), answers("b", 3_000), canceledAs("a"), canceledAs("b")])
      assert.deepStrictEqual(times(two.sent), [
        ["a", 3_000],
        ["b", 3_000]
      ])
    })
  )

  it.effect("looks for the order of a call that cannot be interrupted", () =>
    Effect.gen(function* () {
      const elsewhere = Orders.place(
        Orders.buyYes({ ticker: "ELSE", count: "10", yes_price: "0.56", client_order_id: mine })
      )
      const third = Orders.place(Orders.buyYes({ ticker, count: "10", yes_price: "0.56", client_order_id: "third" }))
      const program = Effect.gen(function* () {
        const writes = yield* KalshiWrite
        const send: typeof writes.send = (...call) => Effect.uninterruptible(writes.send(...call))
        for (const call of [resting, elsewhere, third]) {
          const stubborn = Effect.provideService(call, KalshiWrite, KalshiWrite.of({ ...writes, send }))
          yield* Effect.forkDetach(stubborn, { startImmediately: true })
        }
      })
      const stuck: Reply = { fault: "ECONNRESET", syscall: "read", delayMillis: 9_000 }
      const { report } = yield* under(
        program,
        [stuck, stuck, stuck, asOf(50_000), lists(order), lists(), canceled],
        { within: "4 seconds" },
        once.options
      )
      assert.deepStrictEqual(
        report?.ended.map(({ order_id }) => order_id),
        [order_id]
      )
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id, lastAttemptMillis, order_id, ticker }) => [
          client_order_id,
          order_id,
          ticker,
          lastAttemptMillis
        ]),
        // It was looked for when half of the time had gone by.
        [
          [mine, undefined, "ELSE", 2_000],
          ["third", undefined, ticker, 2_000]
        ]
      )
      assert.include(report?.left[0]?.reason, "no list of orders as of 1970-01-01T00:00:50.000Z shows it")
    })
  )

  it.effect("sends no repeat of an order while it looks for it", () =>
    Effect.gen(function* () {
      const patient = Effect.provideService(resting, SendPolicy.Overrides, { retry: Schedule.spaced("2500 millis") })
      const program = Effect.forkDetach(patient, { startImmediately: true })
      const slow = { ...asOf(60_000), delayMillis: 1_000 }
      const { paths } = yield* under(program, [unreachable, slow, lists()], { within: "4 seconds" })
      assert.deepStrictEqual(paths, [create, timestamp, list])
    })
  )

  it.effect("abandons a call that has not ended where it has no time at all", () =>
    Effect.gen(function* () {
      const program = Effect.forkDetach(resting, { startImmediately: true })
      const { exit, report } = yield* under(
        program,
        [
          { ...created, delayMillis: 8_000 },
          { ...asOf(0), delayMillis: 8_000 }
        ],
        { within: 0 }
      )
      const outcome = yield* Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("it failed"))
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: mine, error: undefined })
      assert.deepInclude(report?.left[0], { client_order_id: mine, order_id: undefined })
    })
  )

  it.effect("does not look for an order of which nothing was sent", () =>
    Effect.gen(function* () {
      const { paths, report } = yield* under(Effect.exit(resting), [unreachable], {}, once.options)
      assert.deepStrictEqual([paths, report], [[create], { ended: [], left: [] }])
    })
  )

  it.effect("reports until when an order can have been sent whose placing was interrupted", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 8_000 }
      const { report } = yield* under(resting, [slow, asOf(60_000), lists()])
      assert.deepInclude(report?.left[0], { client_order_id: mine, placedAtMillis: 0, lastAttemptMillis: 5_000 })
    })
  )

  it.effect("does not say when the exchange can have taken an order that was never signed", () =>
    Effect.gen(function* () {
      const stuck = { ...signer(), sign: (text: string) => (/POST/.test(text) ? Effect.never : signer().sign(text)) }
      const { report } = yield* under(resting, [asOf(60_000), lists()], {}, { signer: stuck })
      assert.deepInclude(report?.left[0], { client_order_id: mine, clockChanged: false, window: undefined })
    })
  )

  it.effect("takes its tokens before other calls", () =>
    Effect.gen(function* () {
      const urgent: Array<boolean | undefined> = []
      const program = Effect.gen(function* () {
        const writes = yield* KalshiWrite
        const watched = KalshiWrite.of({
          ...writes,
          send: (descriptor, input) =>
            Effect.flatMap(RateLimits.Overrides, (overrides) => {
              urgent.push(overrides.urgent)
              return writes.send(descriptor, input)
            })
        })
        yield* Effect.provideService(Effect.provide(resting, Orders.cancelAllOnExit()), KalshiWrite, watched)
      })
      yield* play(program, [created, canceled])
      assert.deepStrictEqual(urgent, [undefined, true])
    })
  )
})
