import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as memory from "../../src/limits/memory.ts"
import type * as Kalshi from "../../src/Kalshi.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import { Exchange as Metered, provideExchange } from "../support/exchange.ts"
import { holds } from "../support/laws.ts"
import { batch, order } from "../support/orders.ts"

const law = <A>(name: string, inputs: fc.Arbitrary<A>, check: Parameters<typeof holds<A>>[2], numRuns?: number) =>
  it(name, { timeout: 60_000 }, () => holds(name, inputs, check, numRuns))

const wantOf = (id: number, cost: number, { capacity, refillRate }: RateLimits.Budget, latencyMillis: number) => ({
  id: String(id),
  account: "a",
  buckets: [{ name: "write", refillRate, capacity, learned: true }],
  cost,
  urgent: false,
  forced: false,
  waitedMillis: 0,
  latencyMillis
})

const budget: fc.Arbitrary<RateLimits.Budget> = fc
  .record({ refillRate: fc.integer({ min: 1, max: 2_000 }), seconds: fc.integer({ min: 1, max: 4 }) })
  .map(({ refillRate, seconds }) => ({ refillRate, capacity: refillRate * seconds }))

interface Spent {
  readonly atMillis: number
  readonly cost: number
}

describe("memory.make", () => {
  it.effect("serves an urgent call of another client first", () =>
    Effect.gen(function* () {
      const store = memory.make()
      const budget = { capacity: 10, refillRate: 10 }
      const want = (id: number, urgent: boolean) => ({ ...wantOf(id, 10, budget, 0), urgent })
      assert.strictEqual(yield* store.take(want(0, false)), 0)
      assert.isAbove(yield* store.take(want(1, false)), 0)
      assert.isAbove(yield* store.take(want(2, true)), 0)
      yield* TestClock.adjust("1 second")
      assert.isAbove(yield* store.take(want(1, false)), 0)
      assert.strictEqual(yield* store.take(want(2, true)), 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* store.take(want(1, false)), 0)
    })
  )

  const steps = fc.array(
    fc.record({
      pauseMillis: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 5_000 })),
      /** The call's cost, as a share of the bucket's capacity. */
      part: fc.oneof({ weight: 5, arbitrary: fc.double({ min: 0, max: 0.2, noNaN: true }) }, fc.constant(1)),
      /** The transit time of the request, as a share of the latency. */
      delay: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      /** The transit time of the response, as a share of the latency. Undefined if the response is lost. */
      responseShare: fc.option(fc.oneof(fc.constantFrom(0, 0.01), fc.double({ min: 0, max: 2, noNaN: true })), {
        nil: undefined
      }),
      afterwards: fc.oneof({ weight: 8, arbitrary: fc.constant("send") }, fc.constantFrom("give back", "drain"))
    }),
    { minLength: 1, maxLength: 60, size: "max" }
  )

  const play = ({ budget, latencyMillis, steps: program }: Program) =>
    Effect.gen(function* () {
      const store = memory.make()
      const sent: Array<Spent> = []
      const arrived: Array<Spent> = []
      const responses: Array<{ readonly atMillis: number; readonly want: RateLimits.Want }> = []
      let now = 0
      const adjust = (millis: number) =>
        Effect.andThen(
          TestClock.adjust(millis),
          Effect.sync(() => (now += millis))
        )
      const pass = Effect.fnUntraced(function* (millis: number) {
        const end = now + millis
        responses.sort((a, b) => a.atMillis - b.atMillis)
        for (let next = responses[0]; next !== undefined && next.atMillis <= end; next = responses[0]) {
          yield* adjust(next.atMillis - now)
          yield* store.arrived(next.want)
          responses.shift()
        }
        yield* adjust(end - now)
      })
      for (const [i, { afterwards, responseShare, delay, part, pauseMillis }] of program.entries()) {
        yield* pass(pauseMillis)
        const want = wantOf(i, part * budget.capacity, budget, latencyMillis)
        for (let wait = yield* store.take(want); wait > 0; wait = yield* store.take(want)) yield* pass(Math.ceil(wait))
        if (afterwards === "give back") {
          yield* store.giveBack(want)
          continue
        }
        sent.push({ atMillis: now, cost: want.cost })
        arrived.push({ atMillis: now + delay * latencyMillis, cost: want.cost })
        const respondedAfter = Math.ceil((delay + (responseShare ?? 0)) * latencyMillis)
        if (responseShare !== undefined && respondedAfter <= latencyMillis)
          responses.push({ atMillis: now + respondedAfter, want })
        if (afterwards === "drain") yield* store.drain(want)
      }
      return { sent, arrived }
    })

  const program = fc.record({ budget, latencyMillis: fc.integer({ min: 0, max: 500 }), steps })
  type Program = typeof program extends fc.Arbitrary<infer A> ? A : never

  law(
    "never allows more tokens in a period than the capacity plus the refill of that period",
    program,
    (input) =>
      Effect.gen(function* () {
        const { sent } = yield* play(input)
        const { capacity, refillRate } = input.budget
        for (let from = 0; from < sent.length; from++) {
          let sum = 0
          for (let to = from; to < sent.length; to++) {
            sum += sent[to]!.cost
            const limit = capacity + ((sent[to]!.atMillis - sent[from]!.atMillis) * refillRate) / 1000
            assert.isAtMost(sum, limit + 1e-3, `of ${from} to ${to}`)
          }
        }
      }),
    300
  )

  law(
    "allows a request only if it finds enough tokens, whenever it arrives within the latency",
    program,
    (input) =>
      Effect.gen(function* () {
        const { arrived } = yield* play(input)
        const { capacity, refillRate } = input.budget
        let level = capacity
        let last = 0
        for (const { atMillis, cost } of arrived.sort((a, b) => a.atMillis - b.atMillis)) {
          level = Math.min(capacity, level + ((atMillis - last) * refillRate) / 1000)
          last = atMillis
          assert.isAtLeast(level, cost - 1e-3, `at ${atMillis}`)
          level -= cost
        }
      }),
    300
  )
})

interface Planned {
  readonly atMillis: number
  readonly kind: "create" | "cancel" | "batch"
  readonly size: number
  readonly shard: number | undefined
  /** Milliseconds from the start of the call to its interruption. */
  readonly interruptedAfter: number | undefined
}

const planned = (
  kinds: ReadonlyArray<Planned["kind"]>,
  shards: ReadonlyArray<number | undefined>,
  interrupts: boolean
) =>
  fc
    .array(
      fc.record({
        pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2_000 })),
        kind: fc.constantFrom(...kinds),
        size: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 1, max: 10 })),
        shard: fc.constantFrom(...shards),
        interruptedAfter: interrupts
          ? fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined, freq: 2 })
          : fc.constant(undefined)
      }),
      { minLength: 1, maxLength: 40, size: "max" }
    )
    .map((calls) => {
      let atMillis = 0
      return calls.map(({ pause, ...call }): Planned => ({ ...call, atMillis: (atMillis += pause) }))
    })

/** A batch of orders that name no shard. */
const routedBatch = (size: number) => ({
  orders: batch(size).orders.map((item) => ({ ...item, exchange_index: undefined }))
})

const callOf = ({ kind, shard, size }: Planned, i: number): Effect.Effect<void, unknown, Kalshi.KalshiWrite> => {
  switch (kind) {
    case "create":
      return Effect.asVoid(Orders.create({ ...order(String(i)), exchange_index: shard }))
    case "cancel":
      return Effect.asVoid(
        Orders.cancel({
          order_id: String(i),
          ...(shard === undefined ? { market_ticker: "T" } : { exchange_index: shard })
        })
      )
    case "batch":
      return Effect.asVoid(Orders.batchCreate(routedBatch(size)))
  }
}

const patient = { policy: { totalTimeout: "1 hour" } } as const

const run = (calls: ReadonlyArray<Planned>) =>
  Effect.gen(function* () {
    const fibers = yield* Effect.forEach(calls, (call, i) =>
      Effect.forkChild(
        Effect.gen(function* () {
          yield* Effect.sleep(call.atMillis)
          const fiber = yield* Effect.forkChild(Effect.exit(callOf(call, i)))
          if (call.interruptedAfter !== undefined) {
            yield* Effect.sleep(call.interruptedAfter)
            yield* Fiber.interrupt(fiber)
            return undefined
          }
          return yield* Fiber.join(fiber)
        })
      )
    )
    yield* TestClock.adjust("30 minutes")
    return yield* Effect.forEach(fibers, Fiber.join)
  })

describe("Kalshi.layer with waiting calls", () => {
  law(
    "never receives a 429 and completes every uninterrupted call, with any delays and shards",
    fc.tuple(
      planned(["create", "create", "cancel", "batch"], [undefined, 0, 0, 1, 2], true),
      fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 })
    ),
    ([calls, delays]) =>
      Effect.gen(function* () {
        const exits = yield* run(calls)
        const metered = yield* Metered
        assert.strictEqual(metered.refused(), 0)
        for (const [i, exit] of exits.entries()) {
          if (calls[i]!.interruptedAfter === undefined) assert.strictEqual(exit?._tag, "Success", `call ${i}`)
        }
        // No interrupted call still holds tokens: the buckets are full again.
        assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, routedBatch(10)), 0)
      }).pipe(provideExchange({ transitMillis: (n) => delays[n % delays.length]! }, { ...patient, limits: {} }))
  )

  law(
    "sends each call in the millisecond in which its tokens are available",
    planned(["create", "batch"], [0], false),
    (calls) =>
      Effect.gen(function* () {
        yield* run(calls)
        const sent = (yield* Metered).calls().map(({ sentMillis }) => sentMillis)
        // The account has the default budget. The client uses 99.9 % of its rate.
        let level = 100
        let now = 0
        const expected = calls.map(({ atMillis, kind, size }) => {
          const cost = kind === "batch" ? 10 * size : 10
          const start = Math.max(now, atMillis)
          level = Math.min(100, level + (start - now) * 0.0999)
          const wait = Math.max(0, Math.ceil((cost - level) / 0.0999 - 1e-6))
          level = Math.min(100, level + wait * 0.0999) - cost
          return (now = start + wait)
        })
        assert.deepStrictEqual(sent, expected)
      }).pipe(provideExchange({}, patient))
  )

  law(
    "sends urgent calls first, and equally urgent calls in order of arrival",
    planned(["create", "cancel", "batch", "cancel"], [0], true),
    (calls) =>
      Effect.gen(function* () {
        yield* run(calls)
        const sent = (yield* Metered).calls().map(({ mark, request, sentMillis }, place) => {
          const body = request.includes("batched")
          return { i: body ? undefined : Number(mark), urgent: request.startsWith("DELETE"), sentMillis, place }
        })
        // Batches are not checked, because the `mark` of a batch does not tell which call sent it.
        for (const urgent of [true, false]) {
          const marks = sent.flatMap(({ i, urgent: of }) => (of === urgent && i !== undefined ? [i] : []))
          assert.deepStrictEqual(
            marks,
            [...marks].sort((a, b) => a - b)
          )
        }
        for (const cancel of sent) {
          if (!cancel.urgent) continue
          const enteredMillis = calls[cancel.i!]!.atMillis
          const before = sent.filter(
            ({ place, sentMillis, urgent }) => !urgent && place < cancel.place && sentMillis > enteredMillis
          )
          assert.deepStrictEqual(before, [], `cancel ${cancel.i} came at ${enteredMillis} and waited`)
        }
      }).pipe(provideExchange({}, patient))
  )
})
