import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Tracer } from "effect"
import type { Bill } from "../../src/limits/billing.ts"
import { isLearningCall, LearnedLimits, type Options, outsideSpan } from "../../src/limits/learned.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import { begin, Recorded } from "../../src/sending/attemptTimes.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import * as Orders from "../../src/trading/Orders.ts"
import { limitsOf, recordedCosts } from "../support/exchange.ts"
import { start } from "../support/run.ts"

const limits = limitsOf({ rate: 600, capacity: 400 }, { rate: 500, capacity: 300 })

const bill = (items: number): Bill => ({
  descriptor: Orders.create.descriptor,
  buckets: { kind: "write", names: ["write"] },
  items
})

const make = (options: Partial<Omit<Options, "facts">> & Partial<Options["facts"]> = {}) =>
  Effect.map(Effect.scope, (scope) => {
    const {
      endpointCosts = Effect.succeed(recordedCosts),
      limits: reported = Effect.succeed(limits),
      ...rest
    } = options
    const counts = { limits: 0, endpointCosts: 0, ended: 0 }
    const counted = <A>(name: keyof typeof counts, effect: Effect.Effect<A, unknown>) =>
      Effect.andThen(
        Effect.sync(() => void counts[name]++),
        effect
      )
    const learned: LearnedLimits = new LearnedLimits({
      share: 1,
      refreshMillis: 60_000,
      scope,
      facts: {
        endpointCosts: counted("endpointCosts", endpointCosts),
        limits: counted("limits", reported as Options["facts"]["limits"])
      },
      onEnd: () => {
        assert.isFalse(learned.isLearning)
        counts.ended++
      },
      ...rest
    })
    return { counts, learned }
  })

const learn = ({ learned }: { readonly learned: LearnedLimits }, nowMillis = 0) =>
  Effect.andThen(learned.learn(nowMillis), learned.ended)

describe("LearnedLimits", () => {
  it.effect("starts with the documented budgets and costs", () =>
    Effect.gen(function* () {
      const { learned } = yield* make()
      assert.deepStrictEqual(learned.budget("read"), { refillRate: 199.8, capacity: 200 })
      assert.deepStrictEqual(learned.budget("write"), { refillRate: 99.9, capacity: 100 })
      assert.strictEqual(learned.costOf(bill(3)), 30)
      assert.deepStrictEqual([learned.isTooLarge(bill(10)), learned.isTooLarge(bill(11))], [false, true])
      assert.deepStrictEqual([learned.isLearned, learned.isCertain, learned.isLearning], [false, false, false])
    }).pipe(Effect.scoped)
  )

  it.effect("uses the reported budgets and costs", () =>
    Effect.gen(function* () {
      const made = yield* make({ endpointCosts: Effect.succeed({ ...recordedCosts, default_cost: 20 }) })
      const { counts, learned } = made
      const before = learned.budget("read")
      yield* learn(made)
      assert.notStrictEqual(learned.budget("read"), before)
      assert.deepStrictEqual(learned.budget("read"), { refillRate: 600 * 0.999, capacity: 400 })
      assert.deepStrictEqual(learned.budget("write"), { refillRate: 500 * 0.999, capacity: 300 })
      assert.strictEqual(learned.costOf(bill(3)), 60)
      assert.deepStrictEqual([learned.isLearned, learned.isCertain, learned.isLearning], [true, true, false])
      assert.deepStrictEqual(counts, { limits: 1, endpointCosts: 1, ended: 1 })
    }).pipe(Effect.scoped)
  )

  it.effect("uses its share of a budget, or the cost of one request if that is more", () =>
    Effect.gen(function* () {
      const half = yield* make({ share: 0.5 })
      assert.deepStrictEqual(half.learned.budget("write"), { refillRate: 50 * 0.999, capacity: 50 })
      const tiny = yield* make({ share: 0.01, endpointCosts: Effect.succeed({ ...recordedCosts, default_cost: 20 }) })
      assert.deepStrictEqual(tiny.learned.budget("write"), { refillRate: 0.999, capacity: 10 })
      yield* learn(tiny)
      assert.deepStrictEqual(tiny.learned.budget("write"), { refillRate: 5 * 0.999, capacity: 20 })
    }).pipe(Effect.scoped)
  )

  it.effect("requests the budgets and the costs concurrently, and waits ten seconds between attempts", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { counts, learned } = yield* make({ endpointCosts: Effect.as(Deferred.await(gate), recordedCosts) })
      yield* learned.ended
      yield* learned.learn(0)
      assert.isTrue(learned.isLearning)
      assert.deepStrictEqual(counts, { limits: 1, endpointCosts: 1, ended: 0 })
      yield* learned.learn(20_000)
      const ended = yield* start(learned.ended)
      assert.isUndefined(ended.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(ended)
      assert.deepStrictEqual(counts, { limits: 1, endpointCosts: 1, ended: 1 })
      for (const [nowMillis, times] of [
        [9_999, 1],
        [10_000, 2],
        [19_999, 2],
        [20_000, 3]
      ] as const) {
        yield* learned.learn(nowMillis)
        yield* learned.ended
        assert.strictEqual(counts.limits, times, `at ${nowMillis}`)
      }
    }).pipe(Effect.scoped)
  )

  const { write } = limits
  const implausible: ReadonlyArray<readonly [what: string, budget: typeof write]> = [
    ["a capacity of 0", { ...write, bucket_capacity: 0 }],
    ["a capacity below the cost of a request", { ...write, bucket_capacity: 9 }],
    ["an infinite capacity", { ...write, bucket_capacity: Number.POSITIVE_INFINITY }],
    ["a rate of 0", { ...write, refill_rate: 0 }],
    ["a negative rate", { ...write, refill_rate: -1 }],
    ["an infinite rate", { ...write, refill_rate: Number.POSITIVE_INFINITY }]
  ]
  for (const kind of ["read", "write"] as const) {
    for (const [what, budget] of implausible) {
      it.effect(`ignores the reported budgets if the ${kind} bucket has ${what}`, () =>
        Effect.gen(function* () {
          const made = yield* make({ limits: Effect.succeed({ ...limits, [kind]: budget }) })
          yield* learn(made)
          assert.deepStrictEqual([made.learned.isLearned, made.learned.isCertain], [false, false])
          assert.deepStrictEqual(made.learned.budget("write"), { refillRate: 99.9, capacity: 100 })
        }).pipe(Effect.scoped)
      )
    }
  }

  it.effect("accepts a capacity for just one request, but not a capacity of 0", () =>
    Effect.gen(function* () {
      const one = yield* make({ limits: Effect.succeed({ ...limits, write: { ...write, bucket_capacity: 10 } }) })
      yield* learn(one)
      assert.isTrue(one.learned.isCertain)
      const endpointCosts = Effect.succeed({ ...recordedCosts, default_cost: 0 })
      for (const [bucket_capacity, isCertain] of [
        [0, false],
        [1, true]
      ] as const) {
        const reported = Effect.succeed({ ...limits, write: { bucket_capacity, refill_rate: 0.5 } })
        const free = yield* make({ endpointCosts, limits: reported })
        yield* learn(free)
        assert.strictEqual(free.learned.isCertain, isCertain)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("keeps the fetched budgets if a later fetch fails, but sets isCertain to false", () =>
    Effect.gen(function* () {
      let isDown = false
      const made = yield* make({
        limits: Effect.suspend(() => (isDown ? Effect.fail("down") : Effect.succeed(limits)))
      })
      yield* learn(made)
      isDown = true
      yield* learn(made, 10_000)
      const { counts, learned } = made
      assert.deepStrictEqual([learned.isLearned, learned.isCertain, counts.ended], [true, false, 2])
      assert.strictEqual(learned.budget("write").capacity, 300)
      isDown = false
      yield* learn(made, 20_000)
      assert.isTrue(learned.isCertain)
    }).pipe(Effect.scoped)
  )

  it.effect("uses the fetched budgets even if the costs are missing or invalid, and soon fetches both again", () =>
    Effect.gen(function* () {
      const [route] = recordedCosts.endpoint_costs
      const invalid = Effect.succeed({ default_cost: 1_000, endpoint_costs: [{ ...route!, cost: -1 }] })
      for (const endpointCosts of [Effect.fail("down"), invalid]) {
        const made = yield* make({ endpointCosts })
        yield* learn(made, 1_000)
        assert.deepStrictEqual([made.learned.isLearned, made.learned.costOf(bill(1))], [true, 10])
      }
      const made = yield* make({ endpointCosts: Effect.fail("down") })
      yield* learn(made, 1_000)
      assert.isTrue(made.learned.spend("read", 0, 1_000))
    }).pipe(Effect.scoped)
  )

  it.effect("requests a fetch after half of a default bucket is spent, and again when the budgets are old", () =>
    Effect.gen(function* () {
      const made = yield* make()
      const { learned } = made
      assert.isFalse(learned.spend("read", 100, 0))
      assert.isFalse(learned.spend("write", 30, 0))
      assert.isFalse(learned.spend("write", 20, 0))
      assert.isTrue(learned.spend("write", 1, 0))
      assert.isTrue(learned.spend("read", 1, 0))
      yield* learn(made, 1_000)
      assert.isFalse(learned.spend("write", 1_000, 61_000))
      assert.isTrue(learned.spend("write", 0, 61_001))
    }).pipe(Effect.scoped)
  )

  it.effect("marks its requests as learning calls, which do not inherit the caller's policy, record and span", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const look = Effect.gen(function* () {
        const overrides = yield* RateLimits.Overrides
        seen.push(isLearningCall(overrides), overrides.urgent, yield* SendPolicy.Overrides, yield* Recorded)
        seen.push((yield* Effect.serviceOption(Tracer.ParentSpan))._tag)
        return limits
      })
      const made = yield* make({ limits: look })
      yield* learn(made).pipe(
        Effect.provideService(SendPolicy.Overrides, { totalTimeout: 1 }),
        Effect.provideService(Recorded, yield* begin),
        Effect.withSpan("the caller's span")
      )
      assert.deepStrictEqual(seen, [true, true, SendPolicy.noOverrides, undefined, "None"])
    }).pipe(Effect.scoped)
  )
})

describe("isLearningCall", () => {
  it("is false for a caller's options, even if they equal the client's options", () => {
    assert.isFalse(isLearningCall({ urgent: true }))
    assert.isFalse(isLearningCall({}))
  })
})

describe("outsideSpan", () => {
  it.effect("removes only the parent span", () =>
    Effect.gen(function* () {
      const services = Effect.all([Effect.serviceOption(Tracer.ParentSpan), RateLimits.Overrides])
      const [span, overrides] = yield* outsideSpan(services).pipe(
        Effect.provideService(RateLimits.Overrides, { maxWait: 5 }),
        Effect.withSpan("a span")
      )
      assert.deepStrictEqual([span._tag, overrides.maxWait], ["None", 5])
    })
  )
})
