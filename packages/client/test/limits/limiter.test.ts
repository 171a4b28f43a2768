import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as limiter from "../../src/limits/limiter.ts"
import type { AccountFacts } from "../../src/limits/learned.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import * as Account from "../../src/rest/Account.ts"
import type { LimitedAttempt, Limiter } from "../../src/sending/connection.ts"
import * as Orders from "../../src/trading/Orders.ts"
import { limitsOf, recordedCosts } from "../support/exchange.ts"
import { start } from "../support/run.ts"

const never: AccountFacts = { endpointCosts: Effect.never, limits: Effect.never }

const reported = limitsOf({ rate: 100, capacity: 300 }, { rate: 100, capacity: 300 }) as never // the limiter reads no other fields

/** `take` returns 0 for a forced call, and `waitMillis` for other calls. */
const makeStore = (waitMillis = 0, changes: Partial<RateLimits.Store> = {}) => {
  const taken: Array<RateLimits.Want> = []
  const estimated: Array<RateLimits.Want> = []
  const store: RateLimits.Store = {
    isLocal: true,
    take: (want) =>
      Effect.sync(() => {
        taken.push(want)
        return want.forced ? 0 : waitMillis
      }),
    giveUp: () => Effect.void,
    arrived: () => Effect.void,
    giveBack: () => Effect.void,
    drain: () => Effect.void,
    waitFor: (want) =>
      Effect.sync(() => {
        estimated.push(want)
        return 7
      }),
    ...changes
  }
  return { estimated, store, taken }
}

const make = (
  store: RateLimits.Store,
  options: RateLimits.Options = {},
  facts: AccountFacts = never,
  watch: Parameters<typeof limiter.make>[3] = () => {}
) => Effect.provideService(limiter.make(options, "test", "key-a", watch, facts), RateLimits.Store, store)

const attempt = (
  { descriptor }: Pick<LimitedAttempt, "descriptor">,
  input: unknown,
  maxMillis = Number.POSITIVE_INFINITY,
  onWait = () => {}
): LimitedAttempt => ({ descriptor, input, maxMillis, wasSent: () => true, onWait })

describe("limiter.make", () => {
  it.effect("defaults to four shards, 0.5 s latency, and the key id as account", () =>
    Effect.gen(function* () {
      const { estimated, store } = makeStore()
      const limiter = yield* make(store)
      assert.strictEqual(yield* limiter.waitFor(Orders.create.descriptor, { ticker: "T" }), 7)
      const [want] = estimated
      assert.deepStrictEqual(
        want!.buckets.map(({ name }) => name),
        ["write", "write/1", "write/2", "write/3"]
      )
      assert.deepInclude(want!, { account: "test key-a", latencyMillis: 500, urgent: false })
      yield* limiter.waitFor(Orders.cancel.descriptor, {})
      assert.isTrue(estimated[1]!.urgent)
    }).pipe(Effect.scoped)
  )

  it.effect("uses the options account, latency, shards and share", () =>
    Effect.gen(function* () {
      const { estimated, store } = makeStore()
      const limiter = yield* make(store, { account: "mine", latency: "1 second", shards: 2, share: 0.5 })
      yield* limiter.waitFor(Orders.create.descriptor, { ticker: "T" })
      const [want] = estimated
      assert.deepStrictEqual(want!.buckets, [
        { name: "write", capacity: 50, refillRate: 50 * 0.999, learned: false },
        { name: "write/1", capacity: 50, refillRate: 50 * 0.999, learned: false }
      ])
      assert.deepInclude(want!, { account: "test mine", latencyMillis: 1_000 })
    }).pipe(Effect.scoped)
  )

  const cases: ReadonlyArray<readonly [options: RateLimits.Options, message: string | undefined]> = [
    [{ shards: 1 }, undefined],
    [{ shards: 1_000 }, undefined],
    [{ shards: 1_001 }, "limits.shards must be an integer from 1 to 1000"],
    [{ shards: 0 }, "limits.shards must be an integer from 1 to 1000"],
    [{ refreshAfter: "500 micros" }, undefined],
    [{ refreshAfter: 0 }, "limits.refreshAfter must be a duration longer than zero"],
    [{ latency: 0 }, undefined],
    [{ latency: -5 }, "limits.latency must be a finite duration of at least zero"],
    [{ share: 1 }, undefined],
    [{ share: 1.01 }, "limits.share must be more than 0 and at most 1"]
  ]
  for (const [options, message] of cases) {
    it.effect(`${message === undefined ? "accepts" : "dies with"} ${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(make(makeStore().store, options))
        if (message === undefined) assert.isTrue(Exit.isSuccess(exit))
        else assert.include(Exit.isFailure(exit) ? String(exit.cause) : "accepted", message)
      }).pipe(Effect.scoped)
    )
  }

  it.effect("passes each bucket to `watch` once, if the store can read tokens", () =>
    Effect.gen(function* () {
      const shown: Array<readonly [name: string, level: (nowMillis: number) => unknown]> = []
      const levels: Array<unknown> = []
      const { store } = makeStore(0, {
        level: (account, bucket, nowMillis) => {
          levels.push([account, bucket, nowMillis])
          return { tokens: 5, capacity: 100 }
        }
      })
      const limiter = yield* make(store, {}, never, (name, level) => void shown.push([name, level]))
      for (const exchange_index of [2, 2, 0]) yield* limiter.waitFor(Orders.create.descriptor, { exchange_index })
      assert.deepStrictEqual(
        shown.map(([name]) => name),
        ["write/2", "write"]
      )
      assert.deepStrictEqual(shown[0]![1](9), { tokens: 5, capacity: 100 })
      assert.deepStrictEqual(levels, [
        ["test key-a", { name: "write/2", capacity: 100, refillRate: 99.9, learned: false }, 9]
      ])
      const without = yield* make(makeStore().store, {}, never, () => assert.fail("shown"))
      yield* without.waitFor(Orders.create.descriptor, {})
    }).pipe(Effect.scoped)
  )
})

describe("Limiter.limit", () => {
  it.effect("rejects a maximum wait that is not a duration", () =>
    Effect.gen(function* () {
      const limiter = yield* make(makeStore().store)
      const call = limiter
        .limit(attempt(Orders.create, {}), Effect.void)
        .pipe(Effect.provideService(RateLimits.Overrides, { maxWait: "soon" as never }))
      assert.deepInclude(yield* Effect.flip(call), { _tag: "InvalidRequest", operation: "Orders.create", pointer: "" })
    }).pipe(Effect.scoped)
  )

  it.effect("notifies a call once, when the call starts to wait", () =>
    Effect.gen(function* () {
      for (const [waitMillis, expected] of [
        [0, 0],
        [50, 1]
      ] as const) {
        let waits = 0
        const limiter = yield* make(makeStore(waitMillis).store)
        const call = limiter.limit(
          attempt(Orders.create, {}, 100, () => void waits++),
          Effect.void
        )
        const fiber = yield* start(Effect.exit(call))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(fiber)
        assert.strictEqual(waits, expected)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("sets `forced` and `urgent` to take tokens for the requests that fetch the limits", () =>
    Effect.gen(function* () {
      const { store, taken } = makeStore(50)
      const limiter: Limiter = yield* make(
        store,
        {},
        {
          endpointCosts: Effect.succeed(recordedCosts),
          limits: Effect.suspend(() => Effect.as(limiter.limit(attempt(Account.limits, {}), Effect.void), reported))
        }
      )
      yield* start(limiter.limit(attempt(Orders.create, {}), Effect.void))
      const read = taken.filter(({ buckets }) => buckets[0]!.name === "read")
      assert.strictEqual(read.length, 1)
      assert.deepInclude(read[0]!, { forced: true, urgent: true })
    }).pipe(Effect.scoped)
  )

  it.effect("estimates the waits of waiting calls again after it has fetched the budgets", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const limiter = yield* make(
        makeStore(9_000).store,
        {},
        { endpointCosts: Effect.succeed(recordedCosts), limits: Effect.as(Deferred.await(gate), reported) }
      )
      const waiting = yield* start(Effect.flip(limiter.limit(attempt(Orders.create, {}, 5_000), Effect.void)))
      yield* TestClock.adjust(100)
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust(0)
      assert.isDefined(waiting.pollUnsafe())
      assert.deepInclude(yield* Fiber.join(waiting), { _tag: "LimitExceeded", waitMillis: 9_000 })
    }).pipe(Effect.scoped)
  )

  it.effect("counts the time to fetch the limits toward the maximum wait of an expensive call", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust(1_000)
      const gate = yield* Deferred.make<void>()
      const limiter = yield* make(
        makeStore(800).store,
        {},
        {
          endpointCosts: Effect.succeed(recordedCosts),
          limits: Effect.as(Deferred.await(gate), reported)
        }
      )
      const batch = { orders: Array.from({ length: 20 }, () => ({})) }
      const [short, long] = yield* Effect.forEach([200, 1_000], (maxMillis) =>
        start(Effect.flip(limiter.limit(attempt(Orders.batchCreate, batch, maxMillis), Effect.void)))
      )
      yield* TestClock.adjust(300)
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(short!), { _tag: "LimitExceeded", cost: 200, maxWaitMillis: 0 })
      assert.deepInclude(yield* Fiber.join(long!), { _tag: "LimitExceeded", cost: 200, maxWaitMillis: 700 })
    }).pipe(Effect.scoped)
  )
})
