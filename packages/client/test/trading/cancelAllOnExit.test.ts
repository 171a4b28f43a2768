import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Logger, References, Result, Schedule } from "effect"
import { KalshiWrite } from "../../src/Capability.ts"
import * as Errors from "../../src/Errors.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import {
  asOf,
  batchCreated,
  buy,
  clientOrderId,
  counts,
  create,
  createBatch,
  created,
  createResponse,
  duplicate,
  intent,
  journaled,
  list,
  listed,
  lost,
  mismatches,
  once,
  order,
  order_id,
  playOnExit,
  reportOf,
  errorReply,
  ticker,
  timestamp,
  unreachable
} from "../support/placing.ts"
import { play } from "../support/calls.ts"
import { type Reply, type Sent, signer } from "../support/scripted.ts"

describe("Orders.cancelAllOnExit", () => {
  const target = `DELETE /portfolio/events/orders/${order_id}`
  const canceled: Reply = { status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } }

  const run = playOnExit
  const resting = Orders.place(intent)

  for (const [how, program] of [
    ["success", resting],
    ["failure", Effect.andThen(resting, Effect.fail("failed"))],
    ["defect", Effect.andThen(resting, Effect.die("died"))],
    ["interruption", Effect.andThen(resting, Effect.never)]
  ] as const) {
    it.effect(`cancels resting orders after ${how}`, () =>
      Effect.gen(function* () {
        const { paths, report } = yield* run(
          Effect.asVoid(program as Effect.Effect<unknown, unknown, Orders.Capabilities>),
          [created, canceled]
        )
        assert.deepStrictEqual(paths, [create, target])
        assert.deepStrictEqual(counts(report), [1, 0])
      })
    )
  }

  it.effect("ignores orders that were filled, rejected or canceled", () =>
    Effect.gen(function* () {
      const filled: Reply = { status: 201, body: { ...createResponse, fill_count: "10.00", remaining_count: "0.00" } }
      assert.deepStrictEqual((yield* run(resting, [filled])).paths, [create])
      assert.deepStrictEqual((yield* run(resting, [errorReply(400, "invalid_order")])).paths, [create])
      const early = Effect.andThen(resting, Orders.ensureCanceled({ order_id, ticker }))
      assert.deepStrictEqual((yield* run(early, [created, canceled])).paths, [create, target])
    })
  )

  it.effect("looks up and cancels an order whose placement was interrupted in flight", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 8_000 }
      const { exit, paths, report } = yield* run(resting, [slow, asOf(60_000), listed(order), canceled])
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(paths, [create, timestamp, list, target])
      assert.deepStrictEqual(report?.left, [])
    })
  )

  it.effect("waits for a placement that runs in another fiber", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 3_000 }
      const program = Effect.andThen(Effect.forkDetach(resting), Effect.sleep(1))
      assert.deepStrictEqual((yield* run(program, [slow, canceled])).paths, [create, target])
    })
  )

  it.effect("rejects new orders after the scope has closed", () =>
    Effect.gen(function* () {
      const program = Effect.forkDetach(Effect.delay(Effect.flip(resting), 100))
      const { exit, paths } = yield* run(program, [])
      const error = yield* Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("the program failed"))
      assert.deepInclude(error, { _tag: "InvalidRequest", operation: "Orders.place", pointer: "" })
      assert.include(error.message, "is closed")
      assert.deepStrictEqual(paths, [])
    })
  )

  it.effect("stops the retries of a pending call after half of `within`", () =>
    Effect.gen(function* () {
      const patient = Effect.provideService(resting, SendPolicy.Overrides, {
        retry: Schedule.spaced("20 seconds"),
        totalTimeout: "1 minute"
      })
      const program = Effect.andThen(Effect.forkDetach(patient), (fiber) => Effect.as(Effect.sleep(1), fiber))
      const { exit, paths, report } = yield* run(program, [unreachable, asOf(60_000), listed()], {
        within: "4 seconds"
      })
      assert.deepStrictEqual(paths, [create, timestamp, list])
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id }) => client_order_id),
        [clientOrderId]
      )
      const outcome = yield* Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("the program failed"))
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: clientOrderId, lastAttemptMillis: 2_001 })
    })
  )

  it.effect("looks up an order whose response was lost, even while a cancel is pending", () =>
    Effect.gen(function* () {
      const other = buy({ client_order_id: "other" })
      const program = Effect.andThen(resting, Orders.place(other, { within: 50 }))
      const { report } = yield* run(program, [
        created,
        lost,
        lost,
        lost,
        lost,
        asOf(-60_000),
        listed(),
        { ...canceled, delayMillis: 600_000 },
        asOf(60_000),
        listed({ ...order, client_order_id: "other", order_id: "found" }),
        { status: 200, body: { order_id: "found", reduced_by: "10.00", ts_ms: 1 } }
      ])
      assert.deepStrictEqual(
        [report?.ended.map(({ order_id }) => order_id), report?.left.map(({ order_id }) => order_id)],
        [["found"], [order_id]]
      )
    })
  )

  it.effect("looks up a lost order even if a later order in its market got a response", () =>
    Effect.gen(function* () {
      const other = buy({ client_order_id: "other" })
      const { report } = yield* run(
        Effect.andThen(Orders.place(other, { within: 50 }), resting),
        [lost, asOf(60_000), listed(), created, canceled, asOf(60_000), listed()],
        once
      )
      assert.deepStrictEqual(
        [report?.ended.map(({ order_id }) => order_id), report?.left.map(({ client_order_id }) => client_order_id)],
        [[order_id], ["other"]]
      )
    })
  )

  it.effect("cancels again if the program's cancel did not succeed", () =>
    Effect.gen(function* () {
      const early = Effect.andThen(resting, Orders.ensureCanceled({ order_id, ticker }, { within: 50 }))
      const stillRests: Reply = { status: 200, body: { order } }
      const { paths, report } = yield* run(early, [created, errorReply(404, "not_found"), stillRests, canceled])
      assert.deepStrictEqual(paths, [create, target, `GET /portfolio/orders/${order_id}`, target])
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("cancels again if the cancel got 404 but the order still rests", () =>
    Effect.gen(function* () {
      const slow = { ...asOf(60_000), delayMillis: 8_000 }
      const { report } = yield* run(resting, [
        created,
        errorReply(404, "not_found"),
        { status: 200, body: { order } },
        slow,
        canceled
      ])
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("reports why the cancel of an order in `left` failed, even if a search found the order", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(resting, Orders.place(intent, { within: 50 }))
      const { report } = yield* run(
        program,
        [created, lost, asOf(-60_000), listed(), errorReply(401, "authentication_error"), asOf(60_000), listed(order)],
        once
      )
      assert.deepStrictEqual(
        report?.left.map(({ order_id }) => order_id),
        [order_id]
      )
      assert.include(report?.left[0]?.reason, "authentication_error")
    })
  )

  it.effect("cancels a lost order only once if it was placed again with its id", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Orders.place(intent, { within: 50 }), resting)
      const replies = [lost, lost, lost, lost, asOf(-60_000), listed(), created, canceled]
      const { report } = yield* run(program, replies)
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("waits for both of two calls with the same id", () =>
    Effect.gen(function* () {
      const twice = Effect.all([Effect.forkDetach(resting), Effect.forkDetach(resting)])
      const replies = [errorReply(400, "invalid_order"), { ...created, delayMillis: 3_000 }, canceled]
      const { paths, report } = yield* run(Effect.andThen(twice, Effect.sleep(1)), replies)
      assert.deepStrictEqual(paths, [create, create, target])
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("uses the policy of the layer, not the overrides of the program", () =>
    Effect.gen(function* () {
      const program = Effect.provideService(reportOf(resting), SendPolicy.Overrides, { attemptTimeout: "1 second" })
      const { value } = yield* play(program, [created, { ...canceled, delayMillis: 2_000 }])
      assert.deepStrictEqual(counts(value), [1, 0])
    })
  )

  it.effect("retries a cancel after 429", () =>
    Effect.gen(function* () {
      const tooMany: Reply = { status: 429, body: { error: "too many requests" } }
      const refusals = Array.from({ length: 5 }, () => tooMany)
      const passing = yield* run(resting, [created, ...refusals, canceled])
      assert.deepStrictEqual(counts(passing.report), [1, 0])
    })
  )

  it.effect("reports in `left` the orders that may still rest, and why", () =>
    Effect.gen(function* () {
      const unknown = Effect.andThen(
        resting,
        Orders.place(Orders.buyNo({ ticker, count: "1", no_price: "0.1", client_order_id: "lost" }))
      )
      const replies = [created, lost, lost, lost, lost, asOf(60_000), listed()]
      const rejected = errorReply(401, "authentication_error")
      const { report } = yield* run(unknown, [...replies, rejected, asOf(60_000), listed()])
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id, order_id }) => [client_order_id, order_id]),
        [
          [clientOrderId, order_id],
          ["lost", undefined]
        ]
      )
      assert.include(report?.left[1]?.reason, "no list of orders as of 1970-01-01T00:01:00.000Z shows it")
      const stuck = { ...canceled, delayMillis: 600_000 }
      const bounded = yield* run(resting, [created, stuck], { within: "2 seconds" })
      assert.include(bounded.report?.left[0]?.reason, "closing took longer than 2000 ms")
    })
  )

  const cancels = (order_id: string) => `DELETE /portfolio/events/orders/${order_id}`
  const canceledAs = (order_id: string): Reply => ({ status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } })

  it.effect("cancels an order if the response lacks the remaining count", () =>
    Effect.gen(function* () {
      const cut: Reply = { status: 201, text: JSON.stringify({ order_id, client_order_id: clientOrderId }) }
      assert.deepStrictEqual((yield* run(resting, [cut, canceled])).paths, [create, target])
      const item: Reply = batchCreated({ order_id, client_order_id: clientOrderId })
      const { paths } = yield* run(Orders.placeAll([intent]), [item, canceled])
      assert.deepStrictEqual(paths, [createBatch, target])
    })
  )

  it.effect("does not cancel orders that cannot rest", () =>
    Effect.gen(function* () {
      const cut: Reply = { status: 201, text: JSON.stringify({ order_id, client_order_id: clientOrderId }) }
      for (const time_in_force of ["immediate_or_cancel", "fill_or_kill"] as const) {
        const brief = buy({ time_in_force })
        assert.deepStrictEqual((yield* run(Orders.place(brief), [cut])).paths, [create])
      }
    })
  )

  it.effect("finds and cancels an order whose placement failed with a defect", () =>
    Effect.gen(function* () {
      const died: Reply = { fault: "the HTTP client is broken", dies: true }
      const found = yield* run(resting, [died, asOf(60_000), listed(order), canceled])
      assert.isTrue(Exit.hasDies(found.exit))
      assert.deepStrictEqual(found.paths, [create, timestamp, list, target])
      assert.deepStrictEqual(counts(found.report), [1, 0])
      const { report } = yield* run(resting, [died, asOf(60_000), listed()])
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id, exists, order_id }) => [client_order_id, order_id, exists]),
        [[clientOrderId, undefined, false]]
      )
    })
  )

  it.effect("keeps looking for an order that the exchange reported as a duplicate", () =>
    Effect.gen(function* () {
      const program = Orders.place(intent, { within: 50 })
      const { report } = yield* run(program, [
        duplicate,
        asOf(50_000),
        listed(),
        asOf(50_000),
        listed(),
        asOf(50_500),
        listed(order),
        canceled
      ])
      assert.deepStrictEqual(counts(report), [1, 0])
      const { report: gone } = yield* run(
        program,
        [duplicate, asOf(60_000), listed(), errorReply(400, "no"), listed()],
        {
          within: 100
        }
      )
      assert.deepInclude(gone?.left[0], { client_order_id: clientOrderId, order_id: undefined, exists: true })
      assert.include(gone?.left[0]?.reason, "no list of orders could be read")
    })
  )

  for (const [difference, other] of mismatches) {
    it.effect(`reports but does not cancel an order that differs in ${difference}`, () =>
      Effect.gen(function* () {
        for (const first of [lost, duplicate]) {
          const { paths, report } = yield* run(
            Orders.place(intent, { within: 50 }),
            // Only the second list shows the order.
            [first, asOf(60_000), listed(), asOf(60_000), listed(other)],
            once
          )
          assert.deepStrictEqual(paths, [create, timestamp, list, timestamp, list])
          assert.deepStrictEqual(report?.ended, [])
          const [left] = report?.left ?? []
          assert.deepInclude(left, { client_order_id: clientOrderId, order_id: undefined })
          assert.include(left?.reason, `differs in ${difference}`)
          assert.include(left?.reason, order_id)
        }
      })
    )
  }

  it.effect("reports every difference of an order with the same id", () =>
    Effect.gen(function* () {
      const other = { ...order, ticker: "ANOTHER", initial_count_fp: "1000.00" }
      const { report } = yield* run(
        Orders.place(intent, { within: 50 }),
        [lost, asOf(60_000), listed(), asOf(60_000), listed(other)],
        once
      )
      assert.include(report?.left[0]?.reason, "it differs in ticker, count")
    })
  )

  it.effect("reports each order in `left` as a placement for Orders.settle", () =>
    Effect.gen(function* () {
      const { report } = yield* run(
        Orders.place(intent, { within: 50 }),
        [lost, asOf(60_000), listed(), asOf(60_000), listed()],
        once
      )
      const left = report?.left[0]
      if (left?.client_order_id === undefined) return assert.fail("no order with an id was left")
      assert.deepInclude(left, {
        placedAtMillis: 0,
        lastAttemptMillis: 0,
        clockChanged: false,
        window: { fromMillis: -60_000, untilMillis: 60_000 },
        request: Result.getOrThrow(intent.request)
      })
      const settle = Orders.settle(journaled(left))
      const { value } = yield* play(settle, [asOf(60_001), listed(), listed()], { atMillis: 3_600_000 })
      assert.strictEqual(value._tag, "NotPlaced")
    })
  )

  it.effect("does not match one listed order to two calls", () =>
    Effect.gen(function* () {
      const second = buy({ client_order_id: "second" })
      const { paths, report } = yield* run(Effect.andThen(resting, Orders.place(second)), [
        created,
        { status: 201, body: { ...createResponse, client_order_id: "second" } },
        asOf(60_000),
        listed({ ...order, client_order_id: "second", order_id: "another" }),
        canceled,
        canceledAs("another")
      ])
      assert.deepStrictEqual(paths, [create, create, timestamp, list, target, cancels("another")])
      assert.deepStrictEqual(counts(report), [2, 0])
      // Two equal calls with one id place one order.
      const again = yield* run(Effect.andThen(resting, resting), [created, created, canceled])
      assert.deepStrictEqual(again.paths, [create, create, target])
    })
  )

  it.effect("finds the order of either of two calls with the same id", () =>
    Effect.gen(function* () {
      const dearer = buy({ yes_price: "0.57" })
      for (const calls of [
        [intent, dearer],
        [dearer, intent]
      ]) {
        const program = Effect.forEach(calls, (call) => Orders.place(call, { within: 50 }))
        const notFound = [lost, asOf(60_000), listed()]
        const found = [asOf(60_000), listed(order), canceled]
        const { report } = yield* run(program, [...notFound, ...notFound, ...found], once)
        assert.deepStrictEqual(counts(report), [1, 0])
      }
    })
  )

  it.effect("distinguishes orders that have the same id in two markets", () =>
    Effect.gen(function* () {
      const elsewhere = buy({ ticker: "ELSE" })
      const program = Effect.forEach([intent, elsewhere], (call) => Orders.place(call, { within: 50 }))
      const replies = [lost, asOf(60_000), listed(), lost, asOf(60_000), listed()]
      const end = [asOf(60_000), listed(order), listed(), canceled]
      const { report } = yield* run(program, [...replies, ...end], once)
      assert.deepStrictEqual(
        report?.left.map(({ ticker }) => ticker),
        ["ELSE"]
      )
      // A response to one call does not show whether the other call placed its order.
      const placed = yield* run(
        program,
        [lost, asOf(60_000), listed(), created, canceled, asOf(60_000), listed()],
        once
      )
      assert.deepStrictEqual(
        placed.report?.left.map(({ ticker }) => ticker),
        [ticker]
      )
    })
  )

  const body = { message: "no" }
  const shared = { operation: "Orders.cancel", attempts: 1 }
  const responseFields = { ...shared, body, afterLostAnswer: false }
  const unsentFields = { ...shared, requestSent: "no", reason: "no" } as const
  for (const [error, isRetryable] of [
    [new Errors.TooManyRequests({ ...responseFields, retryAfterMillis: undefined }), true],
    [new Errors.TransportError({ ...unsentFields, code: "ENOTFOUND" }), true],
    [new Errors.RequestTimeout({ ...unsentFields, limit: "total", timeoutMillis: 1 }), true],
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
    [new Errors.Unauthorized({ ...responseFields, explanation: undefined }), false],
    [new Errors.InvalidRequest({ operation: "Orders.cancel", pointer: "", reason: "no" }), false]
  ] as const) {
    it.effect(`${isRetryable ? "cancels again after" : "leaves an order whose cancel failed with"} ${error._tag}`, () =>
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
          return yield* Effect.provideService(reportOf(resting), KalshiWrite, failing)
        })
        const { value: report } = yield* play(program, isRetryable ? [created, canceled] : [created])
        assert.deepStrictEqual(counts(report), isRetryable ? [1, 0] : [0, 1])
        assert.deepStrictEqual(
          failsAt.map((millis) => millis - failsAt[0]!),
          isRetryable ? [0, 500] : [0]
        )
        if (!isRetryable) assert.strictEqual(report.left[0]?.reason, error.message)
      })
    )
  }

  it.effect("cancels up to sixteen orders at once", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 17 }, (_, index) => `order-${index}`)
      const intents = ids.map((client_order_id) => buy({ client_order_id }))
      const orders = ids.map((client_order_id) => ({ ...createResponse, client_order_id, order_id: client_order_id }))
      const { report, sent } = yield* run(Orders.placeAll(intents), [
        { status: 201, body: { orders } },
        ...ids.map((order_id) => ({ ...canceledAs(order_id), delayMillis: 1_000 }))
      ])
      assert.deepStrictEqual(counts(report), [17, 0])
      const times = sent.slice(1).map(({ atMillis }) => atMillis - sent[0]!.atMillis)
      assert.deepStrictEqual(times, [...Array.from({ length: 16 }, () => 0), 1_000])
    })
  )

  it.effect("takes at most ten seconds by default, and at most half of that for lookups", () =>
    Effect.gen(function* () {
      const endedAfter = (
        program: Effect.Effect<unknown, unknown, Orders.Capabilities>,
        replies: ReadonlyArray<Reply>
      ) =>
        Effect.gen(function* () {
          const timed = Effect.flatMap(Effect.exit(program), () => Clock.currentTimeMillis)
          const scoped = Effect.provide(timed, Orders.cancelAllOnExit({ onExit: () => Effect.void }))
          const policy = { ...once.policy, attemptTimeout: "5 minutes" } as const
          const { endedMillis, value } = yield* play(scoped, replies, { policy })
          return endedMillis - value
        })
      const stuck = { ...canceled, delayMillis: 600_000 }
      assert.strictEqual(yield* endedAfter(resting, [created, stuck]), 10_000)
      const looking = [lost, asOf(60_000), listed(), { ...asOf(60_000), delayMillis: 600_000 }]
      assert.strictEqual(yield* endedAfter(resting, looking), 5_000)
      // The wait for a call that is still in flight also takes at most half.
      const slow = Effect.andThen(Effect.forkDetach(resting), Effect.sleep(1))
      const sending = [{ ...created, delayMillis: 60_000 }, asOf(60_000), listed()]
      assert.strictEqual(yield* endedAfter(slow, sending), 5_000)
    })
  )

  it.effect("logs a warning for every order in `left` if there is no onExit", () =>
    Effect.gen(function* () {
      const messages: Array<unknown> = []
      const annotations: Record<string, unknown> = {}
      const logger = Logger.make(({ fiber, message }) => {
        messages.push(message)
        Object.assign(annotations, fiber.getRef(References.CurrentLogAnnotations))
      })
      yield* play(Effect.provide(resting, Layer.provideMerge(Orders.cancelAllOnExit(), Logger.layer([logger]))), [
        created,
        errorReply(401, "authentication_error")
      ])
      assert.deepStrictEqual(messages, [["an order may still rest although its scope is closed"]])
      assert.deepInclude(annotations, { client_order_id: clientOrderId, order_id, ticker })
      assert.include(annotations["reason"], "authentication_error")
    })
  )

  it.effect("cancels a known order at once, and the orders of pending calls as soon as all calls have ended", () =>
    Effect.gen(function* () {
      const call = (client_order_id: string) => Orders.place(buy({ client_order_id }))
      const replyTo = (client_order_id: string, delayMillis: number): Reply => ({
        status: 201,
        body: { ...createResponse, client_order_id, order_id: client_order_id },
        delayMillis
      })
      const times = (sent: ReadonlyArray<Sent>) =>
        sent
          .filter(({ method }) => method === "DELETE")
          .map(({ atMillis, target }) => [target.split(/[/?]/)[6], atMillis])
      const alone = Effect.andThen(Effect.forkDetach(call("a"), { startImmediately: true }), Effect.sleep(1))
      const one = yield* run(alone, [replyTo("a", 3_000), canceledAs("a")])
      assert.deepStrictEqual(times(one.sent), [["a", 3_000]])
      const after = Effect.andThen(
        call("a"),
        Effect.andThen(Effect.forkDetach(call("b"), { startImmediately: true }), Effect.sleep(1))
      )
      const second = yield* run(after, [replyTo("a", 1), replyTo("b", 3_000), canceledAs("a"), canceledAs("b")])
      assert.deepStrictEqual(times(second.sent), [
        ["a", 2],
        ["b", 3_001]
      ])
      const both = Effect.andThen(
        Effect.forEach(["a", "b"], (id) => Effect.forkDetach(call(id), { startImmediately: true })),
        Effect.sleep(1)
      )
      const two = yield* run(both, [replyTo("a", 1_000), replyTo("b", 3_000), canceledAs("a"), canceledAs("b")])
      assert.deepStrictEqual(times(two.sent), [
        ["a", 3_000],
        ["b", 3_000]
      ])
    })
  )

  it.effect("looks up the order of a call that cannot be interrupted", () =>
    Effect.gen(function* () {
      const elsewhere = Orders.place(buy({ ticker: "ELSE" }))
      const third = Orders.place(buy({ client_order_id: "third" }))
      const program = Effect.gen(function* () {
        const writes = yield* KalshiWrite
        const send: typeof writes.send = (...call) => Effect.uninterruptible(writes.send(...call))
        for (const call of [resting, elsewhere, third]) {
          const stubborn = Effect.provideService(call, KalshiWrite, KalshiWrite.of({ ...writes, send }))
          yield* Effect.forkDetach(stubborn, { startImmediately: true })
        }
      })
      const stuck: Reply = { ...lost, delayMillis: 9_000 }
      const { report } = yield* run(program, [stuck, stuck, stuck, asOf(50_000), listed(order), listed(), canceled], {
        ...once,
        within: "4 seconds"
      })
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
        // The lookup starts after half of `within`.
        [
          [clientOrderId, undefined, "ELSE", 2_000],
          ["third", undefined, ticker, 2_000]
        ]
      )
      assert.include(report?.left[0]?.reason, "no list of orders as of 1970-01-01T00:00:50.000Z shows it")
    })
  )

  it.effect("sends no retry of a call while it looks up the call's order", () =>
    Effect.gen(function* () {
      const patient = Effect.provideService(resting, SendPolicy.Overrides, { retry: Schedule.spaced("2500 millis") })
      const program = Effect.forkDetach(patient, { startImmediately: true })
      const slow = { ...asOf(60_000), delayMillis: 1_000 }
      const { paths } = yield* run(program, [unreachable, slow, listed()], { within: "4 seconds" })
      assert.deepStrictEqual(paths, [create, timestamp, list])
    })
  )

  it.effect("abandons an unfinished call if `within` is 0", () =>
    Effect.gen(function* () {
      const program = Effect.forkDetach(resting, { startImmediately: true })
      const { exit, report } = yield* run(
        program,
        [
          { ...created, delayMillis: 8_000 },
          { ...asOf(0), delayMillis: 8_000 }
        ],
        { within: 0 }
      )
      const outcome = yield* Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("the program failed"))
      assert.deepInclude(outcome, { _tag: "Unknown", client_order_id: clientOrderId, error: undefined })
      assert.deepInclude(report?.left[0], { client_order_id: clientOrderId, order_id: undefined })
    })
  )

  it.effect("does not look up an order that was not sent", () =>
    Effect.gen(function* () {
      const { paths, report } = yield* run(Effect.exit(resting), [unreachable], once)
      assert.deepStrictEqual([paths, report], [[create], { ended: [], left: [] }])
    })
  )

  it.effect(
    "reports the time of the interruption as the latest time at which a placement can have been attempted",
    () =>
      Effect.gen(function* () {
        const slow: Reply = { ...created, delayMillis: 8_000 }
        const { report } = yield* run(resting, [slow, asOf(60_000), listed()])
        assert.deepInclude(report?.left[0], {
          client_order_id: clientOrderId,
          placedAtMillis: 0,
          lastAttemptMillis: 5_000
        })
      })
  )

  it.effect("reports no time window for an order that was never signed", () =>
    Effect.gen(function* () {
      const stuck = { ...signer(), sign: (text: string) => (/POST/.test(text) ? Effect.never : signer().sign(text)) }
      const { report } = yield* run(resting, [asOf(60_000), listed()], { signer: stuck })
      assert.deepInclude(report?.left[0], { client_order_id: clientOrderId, clockChanged: false, window: undefined })
    })
  )

  it.effect("cancels with urgent priority", () =>
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
