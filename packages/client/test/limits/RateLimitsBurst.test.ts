import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import type { Limiter } from "../../src/sending/connection.ts"
import * as Environment from "../../src/Environment.ts"
import * as Errors from "../../src/Errors.ts"
import * as limits from "../../src/limits/limiter.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import type * as RateLimits from "../../src/limits/RateLimits.ts"
import { type Budget, limitsOf } from "../support/exchange.ts"
import { concurrently, indexes, runFor } from "../support/run.ts"
import { respondJson, serve, transports } from "../support/server.ts"

const limiterOf = (budget: Budget, options: RateLimits.Options = {}) =>
  limits.make(options, "test", "key", () => {}, {
    limits: Effect.succeed(limitsOf(budget, budget)),
    endpointCosts: Effect.succeed({ default_cost: 10, endpoint_costs: [] })
  })

const descriptor = OrderGroups.get.descriptor

interface Started {
  readonly index: number
  readonly atMillis: number
}

/** Each call records when it started. */
const caller = (limiter: Limiter, maxMillis = Number.POSITIVE_INFINITY) => {
  const started: Array<Started> = []
  const call = (index: number) =>
    limiter.limit(
      { descriptor, input: { order_group_id: "g" }, maxMillis, wasSent: () => true, onWait: () => {} },
      Effect.clockWith((clock) =>
        Effect.sync(() => void started.push({ index, atMillis: Number(clock.monotonicTimeNanosUnsafe()) / 1e6 }))
      )
    )
  return { started, call }
}

/** A budget for a thousand calls per millisecond, because a call costs ten tokens. */
const fast: Budget = { rate: 10_000_000, capacity: 20_000 }

describe("limits.make", () => {
  for (const count of [1, 10, 1_000, 10_000, 100_000]) {
    it.effect(`runs a burst of ${count} calls in the order of arrival`, () =>
      Effect.gen(function* () {
        const { call, started } = caller(yield* limiterOf(fast, { latency: 0 }))
        yield* runFor("1 second", concurrently(count, call))
        assert.strictEqual(started.length, count)
        assert.isTrue(started.every(({ index }, place) => index === place))
      }).pipe(Effect.scoped)
    )
  }

  it.live("runs a burst of 100,000 calls on the real clock", () =>
    Effect.gen(function* () {
      const { call, started } = caller(yield* limiterOf(fast))
      yield* concurrently(100_000, call)
      assert.strictEqual(started.length, 100_000)
    }).pipe(Effect.scoped)
  )

  const orders: ReadonlyArray<readonly [name: string, order: (count: number) => ReadonlyArray<number>]> = [
    ["first to last", indexes],
    ["last to first", (count) => indexes(count).reverse()],
    ["every other call first", (count) => [...indexes(count)].sort((a, b) => (a % 2) - (b % 2) || a - b)],
    [
      "from the middle outward",
      (count) => indexes(count).sort((a, b) => Math.abs(a - count / 2) - Math.abs(b - count / 2))
    ]
  ]
  for (const [name, orderOf] of orders) {
    for (const count of name === "first to last" ? [10, 1_000, 100_000] : [10, 1_000, 10_000]) {
      it.effect(`frees the places and tokens of ${count} calls that are interrupted ${name}`, () =>
        Effect.gen(function* () {
          const slow: Budget = { rate: 20, capacity: 200 }
          const limiter = yield* limiterOf(slow, { latency: 0 })
          const { call, started } = caller(limiter)
          const fibers = yield* Effect.forEach(indexes(count + 20), (index) => Effect.forkChild(call(index)))
          yield* TestClock.adjust(0)
          const sent = started.length
          for (const index of orderOf(count)) yield* Fiber.interrupt(fibers[index + 20]!)
          yield* TestClock.adjust("1 hour")
          assert.strictEqual(started.length, Math.max(sent, 20))
          assert.strictEqual(yield* limiter.waitFor(descriptor, { order_group_id: "g" }), 0)
        }).pipe(Effect.scoped)
      )
    }
  }

  it.effect("rejects every call that it cannot serve within the maximum wait", () =>
    Effect.gen(function* () {
      const limiter = yield* limiterOf({ rate: 1e-3, capacity: 100 }, { latency: 0 })
      const { call, started } = caller(limiter, 5_000)
      const results = yield* runFor(
        "5 seconds",
        concurrently(10_000, (index) => Effect.result(call(index)))
      )
      const refused = results.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
      assert.strictEqual(refused.length + started.length, 10_000)
      assert.isTrue(refused.every((error) => error instanceof Errors.LimitExceeded && error.waitMillis! > 0))
    }).pipe(Effect.scoped)
  )

  for (const [name, transport] of transports) {
    it.live(`serves 600 concurrent calls over ${name}, signed with Ed25519`, () =>
      Effect.gen(function* () {
        const budget = { rate: 1e9, capacity: 1e9 }
        const server = yield* serve(({ target }, response) => {
          const body = target.endsWith("/account/limits")
            ? limitsOf(budget, budget)
            : target.endsWith("/account/endpoint_costs")
              ? { default_cost: 10, endpoint_costs: [] }
              : { is_auto_cancel_enabled: false, orders: [] }
          respondJson(response, 200, JSON.stringify(body))
        })
        const key = yield* ApiKey.generate({ keyId: "burst", kind: "ed25519" })
        const environment = Result.getOrThrow(Environment.fromUrl(server.url))
        const all = concurrently(600, () => Effect.result(OrderGroups.get({ order_group_id: "g" })))
        const results = yield* Effect.provide(
          all,
          // The timeouts are long because the machine is possibly busy.
          Kalshi.layer({
            environment,
            signer: Signer.fromApiKey(key),
            policy: { attemptTimeout: "1 minute", totalTimeout: "2 minutes" }
          }).pipe(Layer.provide(transport))
        )
        const failures = results.flatMap((result) => (Result.isFailure(result) ? [result.failure.message] : []))
        assert.deepStrictEqual(failures, [])
      }).pipe(Effect.scoped)
    )
  }
})
