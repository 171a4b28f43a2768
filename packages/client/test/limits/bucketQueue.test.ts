import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type * as Errors from "../../src/Errors.ts"
import type { Bill } from "../../src/limits/billing.ts"
import { Arrivals, BucketQueue, type TokenRequest } from "../../src/limits/bucketQueue.ts"
import { type AccountFacts, LearnedLimits } from "../../src/limits/learned.ts"
import * as memory from "../../src/limits/memory.ts"
import type { Store, Want } from "../../src/limits/RateLimits.ts"
import { type Taken, Tokens } from "../../src/limits/tokens.ts"
import * as Orders from "../../src/trading/Orders.ts"
import { limitsOf, recordedCosts } from "../support/exchange.ts"
import { indexes, start } from "../support/run.ts"

const buckets = { kind: "write", names: ["write"] } as const

/** Ten tokens per item. */
const order = (items = 1): Bill => ({ descriptor: Orders.create.descriptor, buckets, items })

/** Two tokens per item, and urgent. */
const cancel = (items = 1): Bill => ({ descriptor: Orders.cancel.descriptor, buckets, items })

const reporting = (rate: number, capacity = 100): AccountFacts => ({
  endpointCosts: Effect.succeed(recordedCosts),
  limits: Effect.succeed(limitsOf({ rate, capacity }, { rate, capacity }) as never) // the test reads only these fields
})

const never: AccountFacts = { endpointCosts: Effect.never, limits: Effect.never }

interface Setting {
  readonly store?: Store
  /**
   * Default: never responds, so the queue keeps its default budget of 100 tokens, refilled at 99.9 tokens per second.
   */
  readonly facts?: AccountFacts
  /** Default: 0. */
  readonly latencyMillis?: number
}

const make = ({ facts = never, latencyMillis = 0, store = memory.make() }: Setting = {}) =>
  Effect.map(Effect.scope, (scope) => {
    const learned = new LearnedLimits({
      share: 1,
      refreshMillis: 600_000,
      scope,
      facts,
      onEnd: () => queue.reassess()
    })
    const tokens: Tokens = new Tokens(store, scope, () => queue.wake())
    const queue: BucketQueue = new BucketQueue(buckets, {
      account: "account",
      latencyMillis,
      learned,
      tokens,
      arrivals: new Arrivals()
    })
    const acquire = (bill: Bill, options: Partial<TokenRequest> = {}): Effect.Effect<Taken, Errors.LimitExceeded> =>
      Effect.flatMap(now, (nowMillis) =>
        queue.acquire(
          { bill, urgent: false, maxMillis: Number.POSITIVE_INFINITY, park: (wait) => wait, ...options },
          nowMillis
        )
      )
    return { acquire, learned, queue, tokens }
  })

/** A queue that has fetched its budget. Default: 100 tokens, refilled at 99.9 tokens per second. */
const makeLearned = (setting: Setting = {}) =>
  Effect.tap(make({ facts: reporting(100), ...setting }), ({ learned }) =>
    Effect.andThen(learned.learn(0), learned.ended)
  )

const now = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

const timed = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.flatMap(Effect.result(effect), (result) => Effect.map(now, (atMillis) => ({ atMillis, result })))

const play = (calls: ReadonlyArray<Effect.Effect<unknown, Errors.LimitExceeded>>) =>
  Effect.gen(function* () {
    const fibers = yield* Effect.forEach(calls, (call) => start(timed(call)))
    yield* TestClock.adjust("1 minute")
    const ends = yield* Effect.forEach(fibers, Fiber.join)
    return ends.map(({ atMillis, result }) => ({
      atMillis,
      waitMillis: result._tag === "Failure" ? result.failure.waitMillis : ("taken" as const)
    }))
  })

/** A store that returns scripted waits, and then 0. */
const scripted = (waits: ReadonlyArray<number>, changes: Partial<Store> = {}) => {
  const left = [...waits]
  const calls: Array<string> = []
  const wants: Array<Want> = []
  const record = (name: string) => (want: Want) =>
    Effect.sync(() => {
      calls.push(name)
      wants.push(want)
    })
  const store: Store = {
    isLocal: true,
    take: (want) =>
      Effect.andThen(
        record("take")(want),
        Effect.sync(() => left.shift() ?? 0)
      ),
    giveUp: record("giveUp"),
    arrived: record("arrived"),
    giveBack: record("giveBack"),
    drain: record("drain"),
    waitFor: (want) => Effect.as(record("waitFor")(want), want.cost),
    ...changes
  }
  return { calls, store, wants }
}

describe("Arrivals", () => {
  it("gives each call an id that is unique across limiters", () => {
    const limiters = [new Arrivals(), new Arrivals()]
    const ids = limiters.flatMap((arrivals) => [arrivals.id(), arrivals.id(), arrivals.next(0).id])
    assert.strictEqual(new Set(ids).size, 6)
  })

  it("gives each call a later time than all earlier calls", () => {
    const arrivals = new Arrivals()
    assert.deepStrictEqual(
      [0.5, 0.5, 0.25, 10].map((nowMillis) => arrivals.next(nowMillis).enteredMillis),
      [0.5, 0.501, 0.502, 10]
    )
  })
})

describe("BucketQueue.want", () => {
  it.effect("returns what the store needs, and the same buckets object for the same budget", () =>
    Effect.gen(function* () {
      const { learned, queue } = yield* make({ facts: reporting(100, 300) })
      const want = queue.want(order(2), { urgent: true, id: "mine" })
      assert.deepStrictEqual(want, {
        id: "mine",
        account: "account",
        buckets: [{ name: "write", refillRate: 99.9, capacity: 100, learned: false }],
        cost: 20,
        urgent: true,
        forced: false,
        waitedMillis: 0,
        latencyMillis: 0
      })
      const other = queue.want(order(), { urgent: false, forced: true, waitedMillis: 5 })
      assert.strictEqual(other.buckets, want.buckets)
      assert.deepInclude(other, { urgent: false, forced: true, waitedMillis: 5 })
      // While the capacity of the bucket is unknown, the queue requests no more than the default capacity.
      assert.strictEqual(queue.want(order(20), { urgent: false }).cost, 100)
      yield* learned.learn(0)
      yield* learned.ended
      assert.deepStrictEqual(queue.want(order(40), { urgent: false }).buckets, [
        { name: "write", refillRate: 99.9, capacity: 300, learned: true }
      ])
      assert.strictEqual(queue.want(order(40), { urgent: false }).cost, 400)
    }).pipe(Effect.scoped)
  )
})

describe("BucketQueue.acquire", () => {
  it.effect("takes available tokens at once, and returns the time of the call's arrival", () =>
    Effect.gen(function* () {
      const { calls, store, wants } = scripted([])
      const { acquire } = yield* make({ store })
      yield* TestClock.adjust(5)
      const first = yield* acquire(order(), { urgent: true })
      assert.strictEqual(first.atMillis, 5)
      assert.deepStrictEqual(first.want, wants[0])
      assert.isTrue(first.want.urgent)
      assert.strictEqual((yield* acquire(order())).atMillis, 5.001)
      assert.deepStrictEqual(calls, ["take", "take"])
    }).pipe(Effect.scoped)
  )

  it.effect("serves waiting calls in order as tokens refill, even after a pause", () =>
    Effect.gen(function* () {
      const { acquire } = yield* makeLearned()
      const taken = "taken" as const
      yield* acquire(order(10))
      assert.deepStrictEqual(yield* play(indexes(3).map(() => acquire(order()))), [
        { atMillis: 101, waitMillis: taken },
        { atMillis: 201, waitMillis: taken },
        { atMillis: 301, waitMillis: taken }
      ])
      yield* acquire(order(10))
      const [later] = yield* play([acquire(order())])
      assert.deepStrictEqual(later, { atMillis: 60_101, waitMillis: taken })
    }).pipe(Effect.scoped)
  )

  it.effect("serves urgent calls first", () =>
    Effect.gen(function* () {
      const { acquire } = yield* makeLearned()
      yield* acquire(order(10))
      const ends = yield* play([acquire(order()), acquire(order()), acquire(order(), { urgent: true })])
      assert.deepStrictEqual(
        ends.map(({ atMillis }) => atMillis),
        [201, 301, 101]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("requests no tokens for a call that arrives while another call waits", () =>
    Effect.gen(function* () {
      const { calls, store } = scripted([100, 100])
      const { acquire } = yield* make({ store })
      yield* start(acquire(order()))
      assert.deepStrictEqual(calls, ["take", "take"])
      yield* start(acquire(order()))
      assert.deepStrictEqual(calls.slice(2), [])
    }).pipe(Effect.scoped)
  )

  it.effect("waits even if the wait is a single millisecond", () =>
    Effect.gen(function* () {
      const { store } = scripted([1, 1])
      const { acquire } = yield* make({ store })
      assert.deepStrictEqual(yield* play([acquire(order())]), [{ atMillis: 1, waitMillis: "taken" }])
    }).pipe(Effect.scoped)
  )

  it.effect("requests tokens from the store again after 250 ms at the latest", () =>
    Effect.gen(function* () {
      const { store } = scripted([10_000, 10_000])
      const { acquire } = yield* make({ store })
      assert.deepStrictEqual(yield* play([acquire(order())]), [{ atMillis: 250, waitMillis: "taken" }])
    }).pipe(Effect.scoped)
  )

  it.effect("requests tokens from a remote store for at most nine calls at once", () =>
    Effect.gen(function* () {
      let requesting = 0
      let most = 0
      const { store } = scripted([], {
        isLocal: false,
        take: ({ forced }) =>
          Effect.gen(function* () {
            assert.isFalse(forced)
            most = Math.max(most, ++requesting)
            yield* Effect.sleep(10)
            requesting--
            return 0
          })
      })
      const { acquire } = yield* make({ store })
      const ends = yield* play(indexes(19).map(() => acquire(order())))
      assert.strictEqual(most, 9) // the first eight calls, and the first of the waiting calls
      const times = ends.map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(times, [...Array<number>(9).fill(10), ...Array<number>(8).fill(20), 30, 30])
      most = 0
      yield* play(indexes(8).map(() => acquire(order())))
      assert.strictEqual(most, 8)
    }).pipe(Effect.scoped)
  )

  it.effect("if the store has a defect, fails the call with it, and continues with the next call", () =>
    Effect.gen(function* () {
      let isBroken = true
      let isWaiting = true
      const { store } = scripted([], {
        take: () =>
          Effect.suspend(() => {
            if (isBroken) return Effect.die(new Error("a fault of the store"))
            return Effect.succeed(isWaiting ? 10 : 0)
          })
      })
      const { acquire, learned } = yield* make({ store })
      const dies = (exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) && Cause.hasDies(exit.cause)
      assert.isTrue(dies(yield* Effect.exit(acquire(order()))))
      isBroken = isWaiting = false
      yield* acquire(order())
      assert.isFalse(learned.isLearning, "the call did not wait")
      isWaiting = true
      const waiting = yield* start(acquire(order()))
      isBroken = true
      yield* TestClock.adjust(10)
      assert.isTrue(dies(yield* Fiber.await(waiting)))
      isBroken = isWaiting = false
      assert.strictEqual((yield* acquire(order())).want.cost, 10)
    }).pipe(Effect.scoped)
  )

  it.effect("fetches the capacity before it rejects a call that exceeds a full bucket", () =>
    Effect.gen(function* () {
      const { acquire, learned, queue } = yield* make({ facts: reporting(100) })
      assert.strictEqual((yield* acquire(order(11))).want.cost, 100)
      assert.notStrictEqual(yield* queue.waitFor(order(11), false), Number.POSITIVE_INFINITY)
      yield* learned.learn(0)
      yield* learned.ended
      const error = yield* Effect.flip(acquire(order(11), { maxMillis: 5 }))
      assert.deepInclude(error, {
        _tag: "LimitExceeded",
        operation: "Orders.create",
        bucket: "write",
        cost: 110,
        capacity: 100,
        waitMillis: undefined,
        maxWaitMillis: 5
      })
      assert.strictEqual(yield* queue.waitFor(order(11), false), Number.POSITIVE_INFINITY)
    }).pipe(Effect.scoped)
  )

  it.effect("rejects a call that exceeds the fetched capacity even if the bucket is full", () =>
    Effect.gen(function* () {
      const { acquire } = yield* makeLearned()
      assert.strictEqual((yield* Effect.flip(acquire(order(11)))).waitMillis, undefined)
    }).pipe(Effect.scoped)
  )

  it.effect("rejects a waiting call once the fetched capacity is below its cost", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { limits, endpointCosts } = reporting(100, 50)
      const { store } = scripted([10_000, 10_000])
      const { acquire } = yield* make({
        store,
        facts: { endpointCosts, limits: Effect.andThen(Deferred.await(gate), limits) }
      })
      const waiting = yield* start(timed(acquire(order(10))))
      yield* TestClock.adjust(100)
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("1 minute")
      const { atMillis, result } = yield* Fiber.join(waiting)
      assert.strictEqual(atMillis, 100)
      assert.isTrue(result._tag === "Failure" && result.failure.waitMillis === undefined)
    }).pipe(Effect.scoped)
  )

  it.effect("rejects a queued call only after its maximum wait if other processes take its tokens", () =>
    Effect.gen(function* () {
      const { store } = scripted([100, 100, 9_000, 9_000, 9_000])
      const { acquire } = yield* makeLearned({ store })
      const ends = yield* play([acquire(order()), acquire(order(), { maxMillis: 300 })])
      assert.strictEqual(ends[1]!.atMillis, 300)
    }).pipe(Effect.scoped)
  )

  it.effect("queues a call whose estimated wait is exactly its maximum wait", () =>
    Effect.gen(function* () {
      const { store } = scripted([100, 100])
      const { acquire } = yield* makeLearned({ facts: reporting(1_000), store })
      const maxMillis = 100 + (10 / 999) * 1_000
      const ends = yield* play([acquire(order()), acquire(order(), { maxMillis })])
      assert.isTrue(ends.every(({ waitMillis }) => waitMillis === "taken"))
    }).pipe(Effect.scoped)
  )

  it.effect("accepts a wait of exactly the maximum, also when it estimates the wait again", () =>
    Effect.gen(function* () {
      const { store } = scripted([10, 10, 0, 100, 100])
      const { acquire } = yield* makeLearned({ store })
      yield* play([acquire(order())])
      const [end] = yield* play([acquire(order(), { maxMillis: 100 })])
      assert.deepStrictEqual(end, { atMillis: 60_100, waitMillis: "taken" })
    }).pipe(Effect.scoped)
  )

  it.effect("serves the next call at once when the first call is rejected", () =>
    Effect.gen(function* () {
      const { acquire } = yield* make()
      yield* acquire(order(10))
      const ends = yield* play([acquire(order(10), { maxMillis: 310 }), acquire(order())])
      assert.deepStrictEqual(
        ends.map(({ atMillis }) => atMillis),
        [310, 310]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("retries the budget fetch every ten seconds while a call waits", () =>
    Effect.gen(function* () {
      for (const [isDown, expected] of [
        [true, 4],
        [false, 1]
      ] as const) {
        let requests = 0
        const { endpointCosts, limits } = reporting(100)
        const counted = Effect.suspend(() => {
          requests++
          return isDown ? Effect.fail("down") : limits
        })
        const { store } = scripted(Array<number>(999).fill(9_000))
        const { acquire } = yield* make({ store, facts: { endpointCosts, limits: counted } })
        const fiber = yield* start(acquire(order()))
        yield* TestClock.adjust("35 seconds")
        assert.strictEqual(requests, expected)
        yield* Fiber.interrupt(fiber)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("asks a remote store again at once if tokens were returned during the last request", () =>
    Effect.gen(function* () {
      const waits = [1_000, 1_000]
      const { store } = scripted([], {
        isLocal: false,
        take: () =>
          Effect.delay(
            Effect.sync(() => waits.shift() ?? 0),
            10
          )
      })
      const { acquire, queue } = yield* make({ store })
      const waiting = yield* start(timed(acquire(order())))
      yield* TestClock.adjust(15)
      queue.wake()
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(waiting)).atMillis, 30)
    }).pipe(Effect.scoped)
  )

  it.effect("does not reject a call by its estimated wait before a remote store has replied", () =>
    Effect.gen(function* () {
      const waits = [100, 100]
      const { store } = scripted([], {
        isLocal: false,
        take: () =>
          Effect.delay(
            Effect.sync(() => waits.shift() ?? 0),
            10
          )
      })
      const { acquire, queue } = yield* makeLearned({ store })
      const first = yield* start(timed(acquire(order())))
      yield* TestClock.adjust(15)
      // The store already counts the first call, so `waitFor` does not add its tokens.
      assert.strictEqual(yield* queue.waitFor(order(), false), 10)
      // Eight calls request their tokens together, and the ninth call follows.
      const others = yield* Effect.forEach(indexes(8), () => start(timed(acquire(order()))))
      yield* TestClock.adjust(120)
      const last = yield* start(timed(acquire(order(), { maxMillis: 50 })))
      yield* TestClock.adjust("1 minute")
      const ends = yield* Effect.forEach([first, ...others, last], Fiber.join)
      assert.isTrue(ends.every(({ result }) => result._tag === "Success"))
      assert.deepStrictEqual(
        ends.map(({ atMillis }) => atMillis),
        [...Array<number>(8).fill(130), 140, 150]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("estimates the first call's wait from the last response of a remote store", () =>
    Effect.gen(function* () {
      const waits = [1_000, 1_000]
      const { store } = scripted([], {
        isLocal: false,
        take: () =>
          Effect.delay(
            Effect.sync(() => waits.shift() ?? 0),
            10
          )
      })
      const { acquire } = yield* makeLearned({ store })
      yield* start(acquire(order()))
      yield* TestClock.adjust(15)
      const refused = yield* start(timed(acquire(order(), { maxMillis: 1_000 })))
      yield* TestClock.adjust("1 minute")
      const { atMillis, result } = yield* Fiber.join(refused)
      assert.strictEqual(atMillis, 15)
      // According to the first response, the first call gets its tokens in 985 ms. Ten more tokens take 100.1 ms.
      assert.closeTo(result._tag === "Failure" ? result.failure.waitMillis! : 0, 1_085.1, 0.01)
    }).pipe(Effect.scoped)
  )

  it.effect("rejects a call at once only if its tokens come after its maximum wait", () =>
    Effect.gen(function* () {
      const { acquire } = yield* makeLearned()
      yield* acquire(order(10))
      const ends = yield* play([
        acquire(order(), { maxMillis: 100 }),
        acquire(order()),
        acquire(order(), { maxMillis: 200 }),
        acquire(order(2), { maxMillis: 301 })
      ])
      assert.deepStrictEqual(
        ends.map(({ atMillis }) => atMillis),
        [0, 101, 0, 301]
      )
      assert.closeTo(Number(ends[0]!.waitMillis), 100.1, 0.01)
      assert.closeTo(Number(ends[2]!.waitMillis), 200.2, 0.01)
    }).pipe(Effect.scoped)
  )

  it.effect("accepts a wait that is exactly the call's maximum wait", () =>
    Effect.gen(function* () {
      const { store } = scripted([100, 100])
      const { acquire } = yield* makeLearned({ store })
      assert.deepStrictEqual(yield* play([acquire(order(), { maxMillis: 100 })]), [
        { atMillis: 100, waitMillis: "taken" }
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("before the budget is fetched, rejects calls only after their maximum wait", () =>
    Effect.gen(function* () {
      const { acquire } = yield* make()
      yield* acquire(order(10))
      const ends = yield* play([
        acquire(order(10), { maxMillis: 2_000 }),
        acquire(order(), { maxMillis: 300 }),
        acquire(order(), { maxMillis: 1_000 })
      ])
      assert.deepStrictEqual(
        ends.map(({ atMillis }) => atMillis),
        [1_002, 300, 1_000]
      )
      // The 100 tokens of the first call are refilled at 1,001 ms. The ten tokens of this call take 100.1 ms more.
      assert.closeTo(Number(ends[1]!.waitMillis), 801.1, 1)
    }).pipe(Effect.scoped)
  )

  it.effect("fetches the budget as soon as a call has to wait", () =>
    Effect.gen(function* () {
      const { acquire, learned } = yield* make()
      yield* acquire(order(10))
      assert.isFalse(learned.isLearning)
      yield* start(acquire(order()))
      assert.isTrue(learned.isLearning)
    }).pipe(Effect.scoped)
  )

  it.effect("after fetching a smaller budget, rejects the calls that it would serve too late", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { limits, endpointCosts } = reporting(10, 50)
      const { acquire } = yield* make({
        facts: { endpointCosts, limits: Effect.andThen(Deferred.await(gate), limits) }
      })
      yield* TestClock.adjust(10_000)
      yield* acquire(order(10))
      const calls = [
        acquire(order(1), { maxMillis: 5_000 }),
        acquire(order(1), { maxMillis: 1_500 }),
        acquire(order(6)),
        acquire(order(1), { maxMillis: 5_000 })
      ]
      const fibers = yield* Effect.forEach(calls, (call) => start(timed(call)))
      yield* TestClock.adjust(20)
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("1 minute")
      const ends = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(
        ends.map(({ atMillis, result }) => [result._tag, atMillis === 10_020]),
        [
          ["Success", false],
          ["Failure", true],
          ["Failure", true],
          ["Success", false]
        ]
      )
      const [, late, tooLarge] = ends.map(({ result }) => (result._tag === "Failure" ? result.failure : undefined))
      assert.isAbove(late!.waitMillis!, 1_500)
      assert.isUndefined(tooLarge!.waitMillis)
    }).pipe(Effect.scoped)
  )

  it.effect("without a fetched budget, sends a cancel after half of its maximum wait", () =>
    Effect.gen(function* () {
      const { acquire } = yield* make()
      yield* acquire(order(10))
      const ends = yield* play([
        acquire(cancel(50), { urgent: true, maxMillis: 1_000 }),
        acquire(order(10), { maxMillis: 900 })
      ])
      assert.deepStrictEqual(ends[0], { atMillis: 500, waitMillis: "taken" })
      assert.strictEqual(ends[1]!.atMillis, 900)
    }).pipe(Effect.scoped)
  )

  it.effect("without a fetched budget, sets `forced` to take a cancel's tokens", () =>
    Effect.gen(function* () {
      const { store, wants } = scripted([1_000, 1_000, 1_000, 1_000, 1_000])
      const { acquire } = yield* make({ store })
      yield* TestClock.adjust(1_000)
      const waiting = yield* start(acquire(cancel(), { urgent: true, maxMillis: 400 }))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(waiting), { want: wants.at(-1)!, atMillis: 1_200 })
      assert.strictEqual(wants[1]!.waitedMillis, 0)
      assert.deepInclude(wants.at(-1)!, { forced: true, urgent: true })
      assert.strictEqual(wants.at(-1)!.waitedMillis, 200)
      assert.isTrue(wants.slice(0, -1).every(({ forced }) => !forced))
    }).pipe(Effect.scoped)
  )

  it.effect("with a fetched budget, rejects a cancel whose tokens come too late", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { limits, endpointCosts } = reporting(100)
      const facts = { endpointCosts, limits: Effect.andThen(Deferred.await(gate), limits) }
      const { acquire } = yield* make({ facts })
      yield* acquire(order(10))
      const waiting = yield* start(timed(acquire(cancel(40), { urgent: true, maxMillis: 1_000 })))
      yield* TestClock.adjust(100)
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(waiting)).atMillis, 801)
      yield* acquire(order(10))
      const [end] = yield* play([acquire(cancel(40), { urgent: true, maxMillis: 700 })])
      assert.strictEqual(end!.atMillis, 60_100)
      assert.closeTo(Number(end!.waitMillis), 800.8, 0.01)
    }).pipe(Effect.scoped)
  )

  it.effect("serves a waiting call as soon as another call returns its tokens", () =>
    Effect.gen(function* () {
      const { acquire, tokens } = yield* make()
      const taken = yield* acquire(order(10))
      const waiting = yield* start(timed(acquire(order())))
      yield* TestClock.adjust(20)
      yield* tokens.refund(taken, 20)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(waiting)).atMillis, 20)
    }).pipe(Effect.scoped)
  )

  it.effect("serves a call whose tokens arrive before the call starts to wait", () =>
    Effect.gen(function* () {
      const { acquire } = yield* make()
      yield* acquire(order(10))
      const slow: TokenRequest["park"] = (wait) => Effect.andThen(Effect.sleep(500), wait)
      assert.deepStrictEqual(yield* play([acquire(order(), { park: slow })]), [{ atMillis: 500, waitMillis: "taken" }])
    }).pipe(Effect.scoped)
  )
})

describe("BucketQueue, interruption", () => {
  it.effect("withdraws an interrupted call from the store only if the store has queued it", () =>
    Effect.gen(function* () {
      const { calls, store, wants } = scripted([9_000, 9_000, 9_000, 9_000])
      const { acquire } = yield* make({ store })
      const first = yield* start(acquire(order()))
      const second = yield* start(acquire(order(2)))
      yield* Fiber.interrupt(second)
      assert.notInclude(calls, "giveUp")
      yield* Fiber.interrupt(first)
      assert.strictEqual(calls.filter((name) => name === "giveUp").length, 1)
      assert.strictEqual(wants[calls.indexOf("giveUp")]!.id, wants[0]!.id)
    }).pipe(Effect.scoped)
  )

  it.effect("returns the tokens of a call that is interrupted after it gets them", () =>
    Effect.gen(function* () {
      const { calls, store } = scripted([10, 10])
      const { acquire } = yield* make({ store })
      const park: TokenRequest["park"] = (wait) => Effect.andThen(wait, Effect.never)
      const fiber = yield* start(acquire(order(), { park }))
      yield* TestClock.adjust(10)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(calls.at(-1), "giveBack")
    }).pipe(Effect.scoped)
  )

  it.effect("returns tokens that a remote store grants to an interrupted call", () =>
    Effect.gen(function* () {
      for (const [waitMillis, expected] of [
        [0, "giveBack"],
        [500, "giveUp"]
      ] as const) {
        let requests = 0
        const { calls, store } = scripted([], {
          isLocal: false,
          take: () =>
            Effect.suspend(() =>
              requests++ === 0 ? Effect.succeed(10) : Effect.delay(Effect.succeed(waitMillis), 100)
            )
        })
        const { acquire } = yield* make({ store })
        const fiber = yield* start(acquire(order()))
        yield* TestClock.adjust(10)
        yield* Fiber.interrupt(fiber)
        calls.length = 0
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(calls, [expected])
      }
    }).pipe(Effect.scoped)
  )

  it.effect(
    "returns no tokens if the store replied later than `latencyMillis`, because the store counts them as spent",
    () =>
      Effect.gen(function* () {
        for (const [takeMillis, expected] of [
          [100, ["giveBack"]],
          [101, []]
        ] as const) {
          let requests = 0
          const { calls, store } = scripted([], {
            isLocal: false,
            take: () =>
              Effect.suspend(() =>
                requests++ === 0 ? Effect.succeed(10) : Effect.delay(Effect.succeed(0), takeMillis)
              )
          })
          const { acquire } = yield* make({ latencyMillis: 100, store })
          const fiber = yield* start(acquire(order()))
          yield* TestClock.adjust(10)
          yield* Fiber.interrupt(fiber)
          calls.length = 0
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(calls, [...expected], `after ${takeMillis} ms`)
        }
      }).pipe(Effect.scoped)
  )

  it.effect("serves the next call without delay if the first call is interrupted", () =>
    Effect.gen(function* () {
      const { acquire } = yield* make()
      yield* acquire(order(10))
      const first = yield* start(acquire(order(10)))
      const second = yield* start(timed(acquire(order())))
      yield* TestClock.adjust(50)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(second)).atMillis, 101)
    }).pipe(Effect.scoped)
  )
})

describe("BucketQueue.waitFor", () => {
  it.effect("includes the tokens of queued calls that the store does not count yet", () =>
    Effect.gen(function* () {
      const { store, wants } = scripted(Array<number>(9).fill(9_000))
      const { acquire, queue } = yield* make({ store })
      assert.strictEqual(yield* queue.waitFor(order(), false), 10)
      yield* start(acquire(order()))
      yield* start(acquire(order(2)))
      yield* start(acquire(order(3), { urgent: true }))
      assert.strictEqual(yield* queue.waitFor(order(), true), 10)
      assert.isTrue(wants.at(-1)!.urgent)
      assert.strictEqual(yield* queue.waitFor(order(), false), 30)
    }).pipe(Effect.scoped)
  )
})
