import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import type * as Kalshi from "../../src/Kalshi.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import { type Budget, Exchange as Metered, layer, limitsOf, provideExchange } from "../support/exchange.ts"
import { batch, order } from "../support/orders.ts"
import { concurrently, indexes, runFor } from "../support/run.ts"

/** Advances the clock in steps of one second. In one large step, a call that starts late would time out at once. */
const passTime = (seconds: number) => Effect.forEach(indexes(seconds), () => TestClock.adjust("1 second"))

const runForSeconds = <A, E, R>(seconds: number, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* passTime(seconds)
    return yield* Fiber.join(fiber)
  })

const withoutLimits = (request: string) => (request.includes("/account/") ? { status: 403, body: {} } : undefined)

describe("RateLimits before the budget is known", () => {
  for (const count of [1_000, 10_000]) {
    it.effect(`never rejects ${count} concurrent calls that the actual budget can serve`, () =>
      Effect.gen(function* () {
        const huge = { rate: 1e6, capacity: 1e6 }
        yield* Effect.gen(function* () {
          const read = OrderGroups.get({ order_group_id: "g" })
          const results = yield* runForSeconds(
            30,
            concurrently(count, () => Effect.result(read))
          )
          assert.isTrue(results.every(Result.isSuccess))
          assert.strictEqual((yield* Metered).refused(), 0)
        }).pipe(provideExchange({ read: huge, write: huge, transitMillis: () => 50 }, { limits: {} }))
      })
    )
  }

  it.effect("keeps calls waiting while it fetches the budget, and then applies the budget", () =>
    Effect.gen(function* () {
      const read = Effect.result(OrderGroups.get({ order_group_id: "g" }))
      const fiber = yield* Effect.forkChild(concurrently(1_000, () => read))
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      yield* passTime(31)
      const results = yield* Fiber.join(fiber)
      const refused = results.filter(Result.isFailure)
      // 200 tokens per second serve 600 calls in 30 seconds. The full bucket serves the request for the account's
      // limits and 19 more calls.
      assert.closeTo(results.length - refused.length, 600, 25)
      assert.isTrue(refused.every(({ failure }) => failure._tag === "LimitExceeded"))
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange({ transitMillis: (n) => (n < 40 ? 1_000 : 0) }, { limits: { latency: 2_000 } }))
  )

  it.effect("does not treat orders as lost if the request for the account's limits is lost", () =>
    Effect.gen(function* () {
      const ids = indexes(11).map((i) => `id-${i}`)
      const intents = ids.map((client_order_id) =>
        Orders.buyYes({ ticker: "T", count: "1", yes_price: "0.50", client_order_id })
      )
      const outcomes = yield* runForSeconds(60, Orders.placeAll(intents))
      assert.deepStrictEqual(
        outcomes.map(({ _tag }) => _tag),
        ids.map(() => "Rejected")
      )
    }).pipe(
      provideExchange(
        {
          write: { rate: 1e6, capacity: 1e6 },
          respond: (request) => {
            if (request.includes("/account/")) return { status: 504, body: {} }
            if (!request.includes("batched")) return undefined
            const refused = { error: { code: "invalid_parameters", message: "no" } }
            return {
              status: 201,
              body: { orders: indexes(11).map((i) => ({ client_order_id: `id-${i}`, ...refused })) }
            }
          }
        },
        { limits: {} }
      )
    )
  )

  it.effect("limits a call's wait for the budget to maxWait", () =>
    Effect.gen(function* () {
      const read = OrderGroups.get({ order_group_id: "g" }).pipe(
        Effect.provideService(RateLimits.Overrides, { maxWait: "2 seconds" })
      )
      const results = yield* runFor(
        "2 seconds",
        concurrently(200, () => Effect.result(read))
      )
      assert.isTrue(results.some(Result.isFailure))
    }).pipe(
      provideExchange({
        respond: (r) => (r.includes("/account/") ? "EHANG" : undefined),
        transitMillis: (n) => (n === 10 || n === 11 ? 60_000 : 0)
      })
    )
  )
})

describe("Orders.cancel", () => {
  const cancels = (count: number) =>
    concurrently(count, (i) => Effect.result(Orders.cancel({ order_id: `o${i}`, exchange_index: 0 })))

  it.effect("is never rejected while the budget is unknown", () =>
    Effect.gen(function* () {
      const results = yield* runForSeconds(60, cancels(3_000))
      assert.isTrue(results.every(Result.isSuccess))
    }).pipe(
      // The actual budget is large, and the account's limits cannot be fetched.
      provideExchange({ write: { rate: 1e6, capacity: 1e6 }, respond: withoutLimits }, { limits: {} })
    )
  )

  it.effect("with maxWait: 0 is sent while the budget is unknown", () =>
    Effect.gen(function* () {
      const results = yield* cancels(60)
      assert.isTrue(results.every(Result.isSuccess))
    }).pipe(
      Effect.provideService(RateLimits.Overrides, { maxWait: 0 }),
      provideExchange({ write: { rate: 1e6, capacity: 1e6 }, respond: withoutLimits }, { limits: {} })
    )
  )

  it.effect("waits for the budget for at most half of its total timeout", () =>
    Effect.gen(function* () {
      const results = yield* runForSeconds(15, cancels(2_000))
      assert.isTrue(results.every(Result.isSuccess))
    }).pipe(
      provideExchange({
        write: { rate: 1e6, capacity: 1e6 },
        transitMillis: (n) => (n === 25 || n === 26 ? 60_000 : 0)
      })
    )
  )

  it.effect("is rejected if the account's budget cannot serve it in time", () =>
    Effect.gen(function* () {
      const results = yield* runForSeconds(60, cancels(2_000))
      const sent = results.filter(Result.isSuccess).length
      // The full bucket serves 50 cancels. The refill serves 50 cancels per second for 30 seconds.
      assert.closeTo(sent, 1_550, 10)
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange())
  )
})

describe("a fetched budget", () => {
  /** The exchange reports these budgets one after another, and then always the last one. */
  const changing = (reported: ReadonlyArray<Budget>, actual: Budget, options: Partial<Kalshi.Options> = {}) =>
    Layer.suspend(() => {
      let requests = 0
      return layer(
        {
          write: actual,
          respond: (request) => {
            if (request !== "GET /account/limits") return undefined
            const budget = reported[Math.min(requests++, reported.length - 1)]!
            return { status: 200, body: limitsOf({ rate: 200, capacity: 200 }, budget) }
          }
        },
        { limits: { latency: 0 }, ...options }
      )
    })
  const small: Budget = { rate: 100, capacity: 100 }
  const large: Budget = { rate: 400, capacity: 400 }

  it.effect("is fetched again if it is too small for a batch", () =>
    Effect.gen(function* () {
      const first = yield* Effect.flip(Orders.batchCreate(batch(20)))
      assert.strictEqual(first._tag, "LimitExceeded")
      yield* TestClock.adjust("11 seconds")
      yield* Orders.batchCreate(batch(20))
      assert.strictEqual((yield* Metered).calls().length, 1)
    }).pipe(Effect.provide(changing([small, large], large)))
  )

  it.effect("is not fetched again within five seconds, although it rejects large batches", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 5; i++) {
        assert.strictEqual((yield* Effect.flip(Orders.batchCreate(batch(20))))._tag, "LimitExceeded")
        yield* TestClock.adjust("1 second")
      }
      const fetches = (yield* Metered).arrived.filter(({ request }) => request === "GET /account/limits")
      assert.strictEqual(fetches.length, 1)
    }).pipe(Effect.provide(changing([small], small)))
  )

  it.effect("rejects no batch after an attempt to fetch it again failed", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(Orders.batchCreate(batch(20))))._tag, "LimitExceeded")
      yield* TestClock.adjust("11 seconds")
      yield* runForSeconds(60, Orders.batchCreate(batch(20)))
    }).pipe(
      Effect.provide(
        Layer.suspend(() => {
          let requests = 0
          return layer(
            {
              write: large,
              respond: (request) => {
                if (request !== "GET /account/limits") return undefined
                return requests++ === 0 ? { status: 200, body: limitsOf(small, small) } : { status: 503, body: {} }
              }
            },
            { limits: { latency: 0 } }
          )
        })
      )
    )
  )

  it.effect("is fetched again after it caused the rejection of a call", () =>
    Effect.gen(function* () {
      const refused = Effect.flip(concurrently(30, () => Orders.create(order("o")))).pipe(
        Effect.provideService(RateLimits.Overrides, { maxWait: 0 })
      )
      yield* refused
      yield* TestClock.adjust("11 seconds")
      yield* refused
      yield* TestClock.adjust(0)
      assert.isBelow(yield* RateLimits.waitFor(Orders.batchCreate, batch(30)), Number.POSITIVE_INFINITY)
    }).pipe(Effect.provide(changing([small, large], large)))
  )

  it.effect("is fetched at once even if the read bucket is empty", () =>
    Effect.gen(function* () {
      const read = Effect.result(OrderGroups.get({ order_group_id: "refused" }))
      const fiber = yield* Effect.forkChild(read)
      yield* TestClock.adjust("1 second")
      const fetched = (yield* Metered).arrived.find(({ request }) => request === "GET /account/limits")
      assert.strictEqual(fetched?.sentMillis, 0)
      yield* Fiber.interrupt(fiber)
    }).pipe(
      Effect.provide(
        layer(
          { respond: (_, mark) => (mark === "refused" ? { status: 429, body: {} } : undefined) },
          // The 429 emptied the read bucket. With this share, it serves the next request only after 50 seconds.
          { limits: { latency: 0, share: 0.001 } }
        )
      )
    )
  )

  for (const capacity of [1, 9]) {
    it.effect(`is ignored if its capacity (${capacity}) is below the cost of one request`, () =>
      Effect.gen(function* () {
        yield* runForSeconds(
          20,
          concurrently(20, () => Orders.create(order("o")))
        )
        yield* Orders.cancel({ order_id: "o", exchange_index: 0 })
      }).pipe(Effect.provide(changing([{ rate: 100, capacity }], small)))
    )
  }
})
