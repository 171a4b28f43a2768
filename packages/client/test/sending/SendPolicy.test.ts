import { assert, describe, it } from "@effect/vitest"
import { Clock, type Duration, Effect, Fiber, Random, Schedule } from "effect"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { TestClock } from "effect/testing"
import * as Exchange from "../../src/rest/Exchange.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import * as calls from "../support/calls.ts"
import { errorOf, runFor } from "../support/run.ts"
import { isSigned, layer, type Reply, Script, signer } from "../support/scripted.ts"

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
const group: Reply = { status: 200, body: { is_auto_cancel_enabled: false, orders: [] } }
const created: Reply = { status: 201, body: { order_group_id: id, subaccount: 0 } }
const placed: Reply = { status: 201, body: { order_id: "o-1", fill_count: "0.00", remaining_count: "1.00", ts_ms: 1 } }

const order: Orders.CreateInput = {
  ticker: "TICK-1",
  side: "bid",
  count: "1",
  price: "0.50",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
}

const withId = Orders.create({ ...order, client_order_id: "mine" })

const play = <A, E, R>(
  call: Effect.Effect<A, E, R>,
  replies: ReadonlyArray<Reply>,
  policy: Partial<SendPolicy.SendPolicy> = {},
  by = signer()
) =>
  Effect.gen(function* () {
    const result = yield* runFor("5 minutes", Effect.result(call))
    const { sent } = yield* Script
    return { result, sent }
  }).pipe(Effect.provide(layer(replies, { policy, signer: by })))

const failureOf = <A, E, R>(...input: Parameters<typeof play<A, E, R>>) =>
  Effect.map(play(...input), ({ result }) => errorOf(result))

const get = OrderGroups.get({ order_group_id: id })
const createGroup = OrderGroups.create({ contracts_limit: 1 })

describe("SendPolicy.retry", () => {
  const lost: ReadonlyArray<Reply> = [
    { fault: "ECONNRESET", syscall: "read" },
    { status: 500, body: {} },
    { status: 502, text: "" },
    { status: 503, body: {} },
    { status: 504, body: {} },
    // These responses come from a proxy in front of the exchange. The proxy may have forwarded the request.
    ...[408, 501, 520, 521, 522, 523, 524, 525, 526, 527, 530, 598, 599].map((status) => ({
      status,
      text: "<html>no response in time</html>"
    }))
  ]

  for (const reply of lost) {
    const name = "fault" in reply ? reply.fault : String(reply.status)

    it.effect(`repeats an idempotent operation after ${name}`, () =>
      Effect.gen(function* () {
        const { result, sent } = yield* play(get, [reply, reply, group])
        assert.strictEqual(result._tag, "Success")
        assert.strictEqual(sent.length, 3)
      })
    )

    it.effect(`does not repeat an operation with retry "never" after ${name}`, () =>
      Effect.gen(function* () {
        const { result, sent } = yield* play(createGroup, [reply])
        assert.strictEqual(result._tag, "Failure")
        assert.strictEqual(sent.length, 1)
      })
    )

    it.effect(`repeats an order after ${name} only if it has a client_order_id, and then with the same id`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* play(Orders.create(order), [reply])).sent.length, 1)
        assert.strictEqual((yield* play(Orders.create({ ...order, client_order_id: "" }), [reply])).sent.length, 1)
        const { sent } = yield* play(withId, [reply, placed])
        assert.deepStrictEqual(
          sent.map(({ body }) => JSON.parse(body!).client_order_id),
          ["mine", "mine"]
        )
      })
    )
  }

  for (const reply of [
    { fault: "ECONNREFUSED" },
    { fault: "ENOTFOUND" },
    { status: 429, body: { error: "too many requests" } },
    { status: 425, text: "too early" }
  ]) {
    it.effect(
      `repeats an operation with retry "never" after ${reply.fault ?? reply.status}, because it was not carried out`,
      () =>
        Effect.gen(function* () {
          const { result, sent } = yield* play(createGroup, [reply as Reply, created])
          assert.strictEqual(result._tag, "Success")
          assert.strictEqual(sent.length, 2)
        })
    )
  }

  it.effect("does not repeat after a permanent failure, such as 400, 404 or an invalid body", () =>
    Effect.gen(function* () {
      for (const status of [400, 401, 403, 404, 407, 409, 418, 424, 426, 499, 302, 304, 204, 206]) {
        assert.strictEqual((yield* play(get, [{ status, body: {} }])).sent.length, 1, `status ${status}`)
      }
      assert.strictEqual((yield* play(get, [{ status: 200, text: "no JSON" }])).sent.length, 1)
    })
  )

  it.effect("repeats at once if neither the schedule nor the response asks for a delay", () =>
    Effect.gen(function* () {
      for (const reply of [{ status: 503 }, { fault: "ECONNREFUSED" }]) {
        const { sent } = yield* play(get, [reply, group], { retry: Schedule.recurs(1) })
        assert.deepStrictEqual(
          sent.map(({ atMillis }) => atMillis - sent[0]!.atMillis),
          [0, 0]
        )
      }
    })
  )

  it.effect(
    "does not repeat after the transport's own errors: a response too large, or an HTTP client that repeats requests",
    () =>
      Effect.gen(function* () {
        for (const code of ["ERR_BODY_TOO_LARGE", "ERR_HTTP_CLIENT_REPEATS"]) {
          assert.strictEqual((yield* play(get, [{ fault: code, syscall: "read" }])).sent.length, 1, code)
          // If the exchange's error body contains such a code, the client still repeats.
          assert.strictEqual(
            (yield* play(get, [{ status: 503, body: { error: { code } } }, group])).sent.length,
            2,
            code
          )
        }
      })
  )

  it.effect("waits while the schedule takes time to decide", () =>
    Effect.gen(function* () {
      const retry = Schedule.modifyDelay(Schedule.recurs(1), () => Effect.delay(Effect.succeed(5), "1 second"))
      const { sent } = yield* play(get, [{ status: 503 }, group], { retry })
      assert.strictEqual(sent[1]!.atMillis - sent[0]!.atMillis, 1_005)
    })
  )

  it.effect("repeats after a 401 that blames the timestamp, but not after a 403", () =>
    Effect.gen(function* () {
      const body = { error: { code: "header_timestamp_expired", message: "unauthorized" } }
      assert.strictEqual((yield* play(get, [{ status: 401, body }, group])).sent.length, 2)
      assert.strictEqual((yield* play(get, [{ status: 403, body }])).sent.length, 1)
    })
  )

  it.effect("repeats an order within a minute of the attempt that lost its response", () =>
    Effect.gen(function* () {
      for (const [seconds, attempts] of [
        [60, 2],
        [61, 1]
      ] as const) {
        const policy = { retry: Schedule.spaced(`${seconds} seconds`), totalTimeout: "1 hour" } as const
        const { sent } = yield* play(withId, [{ status: 503 }, placed].slice(0, attempts), policy)
        assert.strictEqual(sent.length, attempts)
      }
    })
  )

  it.effect("ends at the total timeout if the schedule hangs", () =>
    Effect.gen(function* () {
      const retry = Schedule.modifyDelay(Schedule.recurs(3), () => Effect.never)
      const { endedMillis, error } = yield* calls.play(get, [{ ...group, delayMillis: 60_000 }], {
        policy: { retry, totalTimeout: "1 second" }
      })
      assert.deepInclude(error, { _tag: "RequestTimeout", limit: "total" })
      assert.strictEqual(endedMillis, 1_000)
    })
  )
})

describe("TransportError of an established connection", () => {
  it.effect("means that the request may have been sent, even with a code such as ECONNREFUSED", () =>
    Effect.gen(function* () {
      for (const fault of ["ENETUNREACH", "EHOSTUNREACH", "ECONNREFUSED", "EADDRNOTAVAIL"]) {
        const { result, sent } = yield* play(Orders.create(order), [{ fault, syscall: "read" }])
        assert.strictEqual(sent.length, 1, fault)
        const failure = errorOf(result)
        assert.isTrue(failure._tag === "TransportError" && failure.requestSent === "maybe", fault)
        assert.isTrue(failure._tag === "TransportError" && failure.reason === `read ${fault}`, fault)
      }
    })
  )
})

describe("TransportError of a host with several addresses", () => {
  const refused = { fault: "ECONNREFUSED", syscall: "connect" }

  it.effect("means that nothing was sent if every address refused the connection", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* play(Orders.create(order), [{ ...refused, others: [refused] }, placed])
      assert.deepStrictEqual([result._tag, sent.length], ["Success", 2])
    })
  )

  it.effect("means that the request may have been sent if one address failed in another way", () =>
    Effect.gen(function* () {
      const reset = { fault: "ECONNRESET", syscall: "read" }
      for (const reply of [
        { ...refused, others: [reset] },
        { ...reset, others: [refused] }
      ]) {
        const { result, sent } = yield* play(Orders.create(order), [reply])
        assert.strictEqual(sent.length, 1)
        const failure = errorOf(result)
        assert.isTrue(failure._tag === "TransportError" && failure.requestSent === "maybe")
      }
    })
  )
})

describe("an attempt", () => {
  it.effect("is signed with the time at which it is sent", () =>
    Effect.gen(function* () {
      // Ed25519 is deterministic, so two signatures with the same timestamp are equal.
      const unavailable: Reply = { status: 503, delayMillis: 1 }
      const { sent } = yield* play(get, [unavailable, unavailable, group])
      assert.strictEqual(new Set(sent.map(({ headers }) => headers["kalshi-access-signature"])).size, 3)
      for (const { atMillis, headers } of sent) assert.strictEqual(headers["kalshi-access-timestamp"], String(atMillis))
      assert.isAbove(sent[2]!.atMillis, sent[0]!.atMillis)
    })
  )

  it.effect("signs the path without its query", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(OrderGroups.list({ subaccount: 7 }), [{ status: 200, body: {} }])
      assert.isTrue(isSigned(sent[0]!, "GET", "/trade-api/v2/portfolio/order_groups"))
      assert.strictEqual(sent[0]!.headers["kalshi-access-key"], "key-a")
    })
  )

  it.effect("has the header accept: application/json", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(get, [group])
      assert.strictEqual(sent[0]!.headers["accept"], "application/json")
    })
  )

  it.effect("is unsigned if the operation is public", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(Exchange.status(), [
        { status: 200, body: { exchange_active: true, trading_active: true } }
      ])
      assert.deepStrictEqual(
        Object.keys(sent[0]!.headers).filter((name) => name.startsWith("kalshi")),
        []
      )
    })
  )
})

describe("the default policy", () => {
  it.effect("makes four attempts", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* play(get, [{ status: 503 }, { status: 503 }, { status: 503 }, { status: 503 }])
      assert.strictEqual(sent.length, 4)
      assert.deepInclude(errorOf(result), { _tag: "ServiceUnavailable", attempts: 4 })
    })
  )

  it.effect("waits a random share of 250 ms, 500 ms and 1 s", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(get, [{ status: 503 }, { status: 503 }, { status: 503 }, group])
      const waits = sent.slice(1).map(({ atMillis }, i) => atMillis - sent[i]!.atMillis)
      for (const [i, limit] of [250, 500, 1000].entries()) assert.isAtMost(waits[i]!, limit)
      assert.isAtLeast(new Set(waits).size, 2)
    }).pipe(Random.withSeed("jitter"))
  )

  it.effect("waits for Retry-After if that is longer than the policy's own wait", () =>
    Effect.gen(function* () {
      const { sent } = yield* play(get, [{ status: 429, headers: { "retry-after": "7" } }, group])
      assert.strictEqual(sent[1]!.atMillis - sent[0]!.atMillis, 7000)
    })
  )

  it.effect("gives up at once if Retry-After exceeds the total timeout", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* play(get, [{ status: 429, headers: { "retry-after": "31" } }])
      assert.strictEqual(sent.length, 1)
      assert.strictEqual(errorOf(result)._tag, "TooManyRequests")
    })
  )

  it.effect("stops an attempt after 10 s and the call after 30 s", () =>
    Effect.gen(function* () {
      const stalled: Reply = { ...group, delayMillis: 60_000 }
      const { result, sent } = yield* play(get, [stalled, stalled, stalled])
      const failure = errorOf(result)
      if (failure._tag !== "RequestTimeout") return assert.fail(failure._tag)
      assert.strictEqual(failure.limit, "total")
      assert.strictEqual(failure.timeoutMillis, 30_000)
      assert.strictEqual(sent.length, 3)
      assert.isBelow(sent[2]!.atMillis, 30_000)
    })
  )

  it.effect("sends a request if one millisecond of the total timeout is left", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* play(get, [group], { totalTimeout: 1 })
      assert.deepStrictEqual([result._tag, sent.length], ["Success", 1])
    })
  )

  it.effect("reports the total timeout if it ends together with the attempt's timeout", () =>
    Effect.gen(function* () {
      const policy = { attemptTimeout: "5 seconds", totalTimeout: "5 seconds" } as const
      const error = yield* failureOf(get, [{ ...group, delayMillis: 60_000 }], policy)
      assert.deepInclude(error, { _tag: "RequestTimeout", limit: "total", timeoutMillis: 5_000 })
    })
  )

  it.effect("names the timeout that was exceeded", () =>
    Effect.gen(function* () {
      const { message } = yield* failureOf(createGroup, [{ ...created, delayMillis: 60_000 }])
      assert.strictEqual(
        message,
        "OrderGroups.create timed out after 10000 ms (limit per attempt); the exchange may have carried out the request"
      )
    })
  )
})

describe("SendPolicy.Overrides", () => {
  it.effect("overrides the layer's policy, which overrides the defaults", () =>
    Effect.gen(function* () {
      const layered = { retry: Schedule.recurs(1) }
      assert.strictEqual((yield* play(get, [{ status: 503 }, { status: 503 }], layered)).sent.length, 2)
      const none = Effect.provideService(get, SendPolicy.Overrides, { retry: SendPolicy.noRetry })
      assert.strictEqual((yield* play(none, [{ status: 503 }], layered)).sent.length, 1)
    })
  )

  it.effect('cannot make an operation with retry "never" repeat after a 503', () =>
    Effect.gen(function* () {
      const retried = Effect.provideService(createGroup, SendPolicy.Overrides, {
        retry: Schedule.recurs(9)
      })
      assert.strictEqual((yield* play(retried, [{ status: 503 }])).sent.length, 1)
    })
  )
})

describe("SendPolicy", () => {
  const sentUnder = (policy: object) => play(get, [], policy)

  it.effect("fails with InvalidRequest if it is invalid, before anything is sent", () =>
    Effect.gen(function* () {
      for (const [policy, member] of [
        [{ attemptTimeout: 0 }, "attemptTimeout"],
        [{ attemptTimeout: -1 }, "attemptTimeout"],
        [{ attemptTimeout: Number.NaN }, "attemptTimeout"],
        [{ attemptTimeout: "10 secs" }, "attemptTimeout"],
        [{ totalTimeout: 0 }, "totalTimeout"],
        [{ maxBodyBytes: Number.NaN }, "maxBodyBytes"],
        [{ maxBodyBytes: 0 }, "maxBodyBytes"],
        [{ retry: "often" }, "retry"]
      ] as const) {
        const { result, sent } = yield* sentUnder(policy)
        assert.strictEqual(sent.length, 0)
        if (result._tag === "Success" || result.failure._tag !== "InvalidRequest") return assert.fail(member)
        assert.include(result.failure.message, `SendPolicy.${member}`)
      }
    })
  )

  it.effect("fails with InvalidRequest if it is invalid, even for an operation that takes no input", () =>
    Effect.gen(function* () {
      const call = Exchange.status().pipe(
        Effect.as("succeeded"),
        // Compiles only if the type of the operation includes the error.
        Effect.catchTag("InvalidRequest", (error) => Effect.succeed(error.reason)),
        Effect.provideService(SendPolicy.Overrides, { attemptTimeout: 0 })
      )
      const { result, sent } = yield* play(call, [])
      assert.strictEqual(sent.length, 0)
      if (result._tag === "Failure") return assert.fail(String(result.failure))
      assert.include(result.success, "SendPolicy.attemptTimeout")
    })
  )

  it.effect("treats an undefined option as missing", () =>
    Effect.gen(function* () {
      const policy: object = { retry: undefined, attemptTimeout: undefined, maxBodyBytes: undefined }
      assert.strictEqual((yield* play(get, [{ status: 503 }, group], policy)).sent.length, 2)
    })
  )

  it.effect("lets the exchange's error through if the schedule dies, throws or hangs", () =>
    Effect.gen(function* () {
      const throws = (): Effect.Effect<[number, Duration.Duration]> => {
        throw new Error("a fault of the policy")
      }
      for (const retry of [
        Schedule.fromStep<unknown, unknown, never, never, never, never>(Effect.succeed(throws)),
        Schedule.fromStep<unknown, unknown, never, never, never, never>(Effect.die(new Error("a fault of the policy"))),
        Schedule.modifyDelay(Schedule.recurs(3), () => Effect.die(new Error("a fault of the policy"))),
        Schedule.modifyDelay(Schedule.recurs(3), () => Effect.never)
      ]) {
        const { result, sent } = yield* play(get, [{ status: 503 }], { retry })
        assert.strictEqual(sent.length, 1)
        assert.strictEqual(errorOf(result)._tag, "ServiceUnavailable")
      }
    })
  )

  it.effect("repeats no order more than a minute after the attempt that lost its response", () =>
    Effect.gen(function* () {
      const longTimeout = { retry: Schedule.spaced("50 seconds"), totalTimeout: "1 hour" } as const
      const { sent } = yield* play(withId, [{ status: 503 }, { status: 503 }], longTimeout)
      assert.strictEqual(sent.length, 2)
      // The minute starts when the order is sent, even if its response is lost much later.
      const slow = {
        retry: Schedule.spaced("20 seconds"),
        attemptTimeout: "50 seconds",
        totalTimeout: "1 hour"
      } as const
      const waited = yield* play(withId, [{ status: 503, delayMillis: 100_000 }], slow)
      assert.strictEqual(waited.sent.length, 1)
      // A read can be retried at any time.
      const reads = yield* play(get, [{ status: 503 }, { status: 503 }, { status: 503 }, group], longTimeout)
      assert.strictEqual(reads.sent.length, 4)
    })
  )

  it.effect("measures the total timeout on the monotonic clock", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      let setForward = 0
      const wall: Clock.Clock = Object.assign(Object.create(clock), {
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + (setForward += 3_600_000)
      })
      const { sent } = yield* play(
        Effect.provideService(get, Clock.Clock, wall),
        [{ status: 503 }, { status: 503 }, { status: 503 }],
        { retry: Schedule.spaced("10 seconds") }
      )
      assert.strictEqual(sent.length, 3)
    })
  )
})

describe("a call", () => {
  it.effect("sends nothing while its signer hangs, so afterLostAnswer stays false", () => {
    let stalls = 1
    const slow = { ...signer(), sign: (text: string) => (stalls-- > 0 ? Effect.never : signer().sign(text)) }
    const exists: Reply = { status: 409, body: { error: { code: "order_already_exists" } } }
    return Effect.gen(function* () {
      const error = yield* failureOf(withId, [exists], {}, slow)
      assert.isTrue(error._tag === "Conflict" && !error.afterLostAnswer && error.attempts === 1)
    })
  })

  it.effect('fails with RequestTimeout and requestSent "no" if its signer never completes', () =>
    Effect.gen(function* () {
      const error = yield* failureOf(Orders.create(order), [], {}, { ...signer(), sign: () => Effect.never })
      assert.isTrue(error._tag === "RequestTimeout" && error.requestSent === "no" && error.attempts === 0)
      assert.include(error.message, "did not carry out")
    })
  )

  it.effect("fails with SigningError if its signer throws", () =>
    Effect.gen(function* () {
      const sign = () => {
        throw new Error("a fault of the signer")
      }
      assert.strictEqual((yield* failureOf(get, [], {}, { ...signer(), sign }))._tag, "SigningError")
    })
  )
})

describe("a call with a slow signer", () => {
  it.effect("repeats no order more than a minute after the attempt that lost its response", () => {
    let signed = 0
    const slow = {
      ...signer(),
      sign: (text: string) => Effect.andThen(Effect.sleep(signed++ === 0 ? 0 : 8_000), signer().sign(text))
    }
    const policy = { retry: Schedule.spaced("55 seconds"), totalTimeout: "1 hour" } as const
    return Effect.gen(function* () {
      const { result, sent } = yield* play(withId, [{ fault: "ECONNRESET", syscall: "read" }], policy, slow)
      const error = errorOf(result)
      assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", attempts: 1 })
      assert.include(error.message, "may no longer recognize the client-supplied id")
      assert.strictEqual(sent.length, 1)
    })
  })
})

describe("the error of a call", () => {
  const lostThen = (then: Reply) =>
    failureOf(withId, [{ fault: "ECONNRESET", syscall: "read" }, then], { retry: Schedule.recurs(1) })

  it.effect("sets afterLostAnswer after a lost response, because the first attempt may have succeeded", () =>
    Effect.gen(function* () {
      for (const status of [400, 401, 403, 408, 409, 425, 429, 500, 502, 503, 504, 418, 520]) {
        const error = yield* lostThen({ status, body: { error: { code: "insufficient_balance" } } })
        if (!("afterLostAnswer" in error)) return assert.fail(error._tag)
        assert.isTrue(error.afterLostAnswer, `status ${status}`)
        assert.strictEqual(error.carriedOut, "maybe", `status ${status}`)
        assert.match(error.message, /was lost/)
      }
    })
  )

  it.effect('keeps requestSent "maybe" after a lost response if the connection of the retry is refused', () =>
    Effect.gen(function* () {
      const error = yield* lostThen({ fault: "ECONNREFUSED" })
      assert.isTrue(error._tag === "TransportError" && error.requestSent === "maybe")
      assert.notInclude(error.message, "did not carry out")
    })
  )

  it.effect("is a TransportError, not a SigningError, if a retry after a lost response cannot be signed", () => {
    let works = 1
    const declined = new SigningError({ description: "the KMS declined" })
    const failingSecondTime = {
      ...signer(),
      sign: (text: string) => (works-- > 0 ? signer().sign(text) : Effect.fail(declined))
    }
    return Effect.gen(function* () {
      const error = yield* failureOf(withId, [{ fault: "ECONNRESET", syscall: "read" }], {}, failingSecondTime)
      assert.isTrue(error._tag === "TransportError" && error.requestSent === "maybe")
      assert.include(error.message, "the KMS declined")
    })
  })

  const notFound: Reply = { status: 404, body: { code: "not_found" } }
  const exists: Reply = { status: 409, body: { error: { code: "order_already_exists" } } }

  it.effect("sets afterLostAnswer in a 404 for a delete whose first response was lost", () =>
    Effect.gen(function* () {
      const replies: ReadonlyArray<Reply> = [{ fault: "ECONNRESET", syscall: "read" }, notFound]
      const failure = yield* failureOf(OrderGroups.delete({ order_group_id: id }), replies)
      assert.isTrue(failure._tag === "NotFound" && failure.afterLostAnswer)
      assert.include(failure.message, "most likely that attempt succeeded")
    })
  )

  it.effect("sets afterLostAnswer in a 409 for a create whose first response was lost", () =>
    Effect.gen(function* () {
      for (const status of [408, 500, 504, 520, 524, 598]) {
        const error = yield* failureOf(withId, [{ status }, exists])
        assert.isTrue(error._tag === "Conflict" && error.afterLostAnswer)
      }
    })
  )

  it.effect("does not set afterLostAnswer on a first attempt, or after a refused connection, 429 or 425", () =>
    Effect.gen(function* () {
      for (const before of [[], [{ fault: "ECONNREFUSED" }], [{ status: 429 }], [{ status: 425 }]] as ReadonlyArray<
        ReadonlyArray<Reply>
      >) {
        const error = yield* failureOf(OrderGroups.delete({ order_group_id: id }), [...before, notFound])
        assert.isTrue(error._tag === "NotFound" && !error.afterLostAnswer)
      }
    })
  )
})

describe("an interruption", () => {
  it.effect("prevents the retry for which the call waits", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(get)
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Script).sent.length, 1)
    }).pipe(Effect.provide(layer([{ status: 503 }])))
  )
})

describe("SendPolicy.resolve", () => {
  it("has the documented defaults", () => {
    const resolved = SendPolicy.resolve({})
    assert.deepInclude(resolved as object, {
      retry: SendPolicy.defaultRetry,
      attemptMillis: 10_000,
      totalMillis: 30_000,
      maxBodyBytes: 67_108_864
    })
  })

  it("accepts timeouts of half a millisecond, and a body limit of one byte", () => {
    const policy = { attemptTimeout: "500 micros", totalTimeout: "500 micros", maxBodyBytes: 1 } as const
    assert.deepInclude(SendPolicy.resolve(policy) as object, { attemptMillis: 0.5, totalMillis: 0.5, maxBodyBytes: 1 })
  })
})
