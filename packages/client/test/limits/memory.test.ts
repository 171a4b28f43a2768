import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as memory from "../../src/limits/memory.ts"
import type { Store, Want } from "../../src/limits/RateLimits.ts"

interface WantOptions extends Partial<Omit<Want, "id" | "cost" | "buckets">> {
  readonly names?: ReadonlyArray<string>
  readonly capacity?: number
  readonly refillRate?: number
  readonly learned?: boolean
}

const bucket = (name: string, { capacity = 100, learned = false, refillRate = 100 }: WantOptions = {}) => ({
  name,
  capacity,
  refillRate,
  learned
})

/** Default: no latency, a capacity of 100 tokens, and a refill of 100 tokens per second. */
const want = (id: string, cost: number, options: WantOptions = {}): Want => {
  const { capacity: _, learned: __, names = ["write"], refillRate: ___, ...rest } = options
  return {
    id,
    account: "account",
    buckets: names.map((name) => bucket(name, options)),
    cost,
    urgent: false,
    forced: false,
    waitedMillis: 0,
    latencyMillis: 0,
    ...rest
  }
}

const level = (store: Store, options: WantOptions = {}): Effect.Effect<number> =>
  Effect.map(
    Clock.monotonicTimeNanos,
    (nanos) => store.level!("account", bucket("write", options), Number(nanos) / 1e6).tokens
  )

describe("the store of memory.make", () => {
  it.effect("is local", () => Effect.sync(() => assert.isTrue(memory.make().isLocal)))

  it.effect("takes the tokens of a call, or returns the milliseconds until they have refilled", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* store.take(want("a", 100)), 0)
      assert.strictEqual(yield* level(store), 0)
      assert.strictEqual(yield* store.take(want("b", 10)), 100)
      yield* TestClock.adjust(99)
      assert.strictEqual(Math.round(yield* store.take(want("b", 10))), 1)
      assert.closeTo(yield* level(store), 9.9, 1e-6)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* store.take(want("b", 10)), 0)
      assert.strictEqual(yield* level(store), 0)
      // The call is no longer in the queue.
      assert.strictEqual(yield* store.waitFor(want("c", 10)), 100)
    })
  )

  it.effect("ignores a shortage that is smaller than the rounding error", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* store.waitFor(want("a", 100.000_000_5)), 0)
      assert.isAbove(yield* store.waitFor(want("a", 100.000_002)), 0)
    })
  )

  it.effect("serves urgent calls first, and then the calls that have waited longest", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 100))
      yield* store.take(want("elsewhere", 100, { account: "other" }))
      assert.strictEqual(yield* store.take(want("elsewhere 2", 10, { account: "other" })), 100)
      const first = want("first", 10)
      const second = want("second", 10)
      assert.deepStrictEqual([yield* store.take(first), yield* store.take(second)], [100, 200])
      assert.deepStrictEqual([yield* store.take(second), yield* store.take(first)], [200, 100])
      // This call has waited longest, although the store sees it last.
      const early = want("early", 10, { waitedMillis: 50 })
      assert.strictEqual(yield* store.waitFor(early), 100)
      assert.deepStrictEqual([yield* store.take(early), yield* store.take(first)], [100, 200])
      const urgent = want("urgent", 10, { urgent: true })
      assert.deepStrictEqual([yield* store.take(urgent), yield* store.take(early)], [100, 200])
      yield* store.giveUp(urgent)
      yield* store.giveUp(early)
      assert.deepStrictEqual([yield* store.take(first), yield* store.take(second)], [100, 200])
    })
  )

  it.effect("lets a call wait only for earlier calls that share a bucket with it", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 100, { names: ["write"] }))
      yield* store.take(want("b", 100, { names: ["read"] }))
      assert.strictEqual(yield* store.take(want("c", 10, { names: ["write", "write/1"] })), 100)
      assert.strictEqual(yield* store.take(want("d", 10, { names: ["read"] })), 100)
      assert.strictEqual(yield* store.waitFor(want("e", 95, { names: ["write/1"] })), 50)
      assert.strictEqual(yield* store.waitFor(want("f", 10, { names: ["write"] })), 200)
    })
  )

  it.effect("begins to refill a call's tokens only when the call must have arrived", () =>
    Effect.gen(function* () {
      const store = memory.make()
      const call = want("a", 100, { latencyMillis: 500 })
      assert.strictEqual(yield* store.take(call), 0)
      yield* TestClock.adjust(400)
      // Until the call arrives, the exchange's bucket is full.
      assert.strictEqual(yield* level(store), 0)
      assert.strictEqual(yield* store.waitFor(want("b", 10)), 100)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 0)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 10)
      const responded = want("c", 10, { latencyMillis: 500 })
      assert.strictEqual(yield* store.take(responded), 0)
      yield* store.arrived(responded)
      yield* TestClock.adjust(1_000)
      assert.strictEqual(yield* level(store), 100)
    })
  )

  it.effect("reserves the tokens of each call for at least its latency", () =>
    Effect.gen(function* () {
      const options = { refillRate: 200 }
      for (const [latencyMillis, heldMillis] of [
        [100, 200],
        [300, 400],
        [50, 200]
      ] as const) {
        const store = memory.make()
        yield* store.take(want("a", 10, { ...options, latencyMillis: 100 }))
        yield* TestClock.adjust(60)
        yield* store.take(want("b", 10, { ...options, latencyMillis }))
        assert.strictEqual(yield* level(store, options), 80)
        yield* TestClock.adjust(heldMillis - 60)
        // The tokens of the first call have refilled. Then the bucket was full until the second call counted as
        // arrived.
        assert.strictEqual(yield* level(store, options), 90, `${latencyMillis}`)
        yield* TestClock.adjust(50)
        assert.strictEqual(yield* level(store, options), 100)
      }
    })
  )

  it.effect("reserves even a single token, and reserves tokens again after a long pause", () =>
    Effect.gen(function* () {
      const options = { latencyMillis: 100 }
      const store = memory.make()
      yield* store.take(want("a", 1, options))
      yield* TestClock.adjust(110)
      assert.strictEqual(yield* level(store), 100)
      yield* TestClock.adjust(890)
      yield* store.take(want("b", 1, options))
      yield* store.take(want("c", 40, options))
      yield* TestClock.adjust(99)
      assert.strictEqual(yield* level(store), 59)
      yield* TestClock.adjust(901)
      assert.strictEqual(yield* level(store), 100)
    })
  )

  it.effect("releases only the tokens of the call that arrived", () =>
    Effect.gen(function* () {
      const store = memory.make()
      const calls = [want("a", 10, { latencyMillis: 100 }), want("b", 30, { latencyMillis: 100 })]
      for (const call of calls) yield* store.take(call)
      yield* store.arrived(calls[0]!)
      yield* TestClock.adjust(50)
      // The bucket has 95 tokens. 30 of them are reserved for the second call, which is still in flight.
      assert.strictEqual(yield* level(store), 65)
      const other = memory.make()
      yield* TestClock.adjust(1)
      for (const call of calls) yield* other.take(call)
      yield* other.arrived(calls[1]!)
      assert.strictEqual(yield* level(other), 60)
    })
  )

  it.effect("assumes that calls arrive in the order in which they were sent", () =>
    Effect.gen(function* () {
      const options = { refillRate: 200, latencyMillis: 100 }
      const store = memory.make()
      yield* store.take(want("a", 30, options))
      yield* TestClock.adjust(60)
      const later = want("b", 10, options)
      yield* store.take(later)
      yield* store.arrived(later)
      yield* TestClock.adjust(140)
      // 20 tokens counted as arrived at 100 ms. The other 10 tokens count as arrived only at 200 ms.
      assert.strictEqual(yield* level(store, options), 88)
    })
  )

  it.effect("charges a call without latency at once, even while other calls are in flight", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 10, { latencyMillis: 500 }))
      yield* store.take(want("b", 10))
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 90)
    })
  )

  it.effect("returns a wait of at least ten milliseconds if only a response can free tokens", () =>
    Effect.gen(function* () {
      const options = { capacity: 1_000, refillRate: 1_000 }
      const waitAfter = (cost: number, ...before: ReadonlyArray<readonly [cost: number, latencyMillis: number]>) =>
        Effect.gen(function* () {
          const store = memory.make()
          for (const [index, [cost, latencyMillis]] of before.entries()) {
            yield* store.take(want(`${index}`, cost, { ...options, latencyMillis }))
          }
          return yield* store.take(want("last", cost, options))
        })
      assert.strictEqual(yield* waitAfter(1, [1_000, 500]), 10)
      assert.strictEqual(yield* waitAfter(1_000, [1, 500]), 10)
      assert.strictEqual(yield* waitAfter(20, [1_000, 500]), 20)
      // The capacity covers the call and the reserved tokens, so the refill alone frees enough tokens.
      assert.strictEqual(yield* waitAfter(2, [500, 0], [499, 500]), 1)
      assert.strictEqual(yield* waitAfter(600, [1, 0], [400, 500]), 1)
      assert.strictEqual(yield* waitAfter(1, [1, 0], [1_000, 0]), 2)
    })
  )

  it.effect("keeps the fetched limits of a bucket when a call passes default limits", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* level(store, { capacity: 50, learned: true }), 50)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* level(store, { capacity: 80 }), 50)
      assert.strictEqual(yield* level(store, { capacity: 40, learned: true }), 40)
    })
  )

  it.effect("stores nothing for a bucket that was only read", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* level(store, { capacity: 10 }), 10)
      assert.isAbove(yield* store.waitFor(want("a", 20, { capacity: 10 })), 0)
      assert.strictEqual(yield* store.take(want("b", 100)), 0)
    })
  )

  it.effect("allows a forced call, even if the bucket goes below zero", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 100))
      assert.strictEqual(yield* store.take(want("b", 50, { forced: true })), 0)
      assert.strictEqual(yield* level(store), 0)
      assert.strictEqual(yield* store.waitFor(want("c", 10)), 600)
      // `drain` does not raise the bucket to zero.
      yield* store.drain(want("b", 50))
      assert.strictEqual(yield* store.waitFor(want("c", 10)), 600)
    })
  )

  it.effect("serves a call that exceeds the capacity when the bucket is full, and charges the full cost", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* store.waitFor(want("a", 150)), 500)
      assert.strictEqual(yield* store.take(want("a", 150)), 0)
      assert.strictEqual(yield* store.waitFor(want("b", 10)), 600)
    })
  )

  it.effect("refunds the tokens of a call, up to the capacity", () =>
    Effect.gen(function* () {
      for (const latencyMillis of [0, 1, 500]) {
        const store = memory.make()
        const call = want("a", 10, { latencyMillis })
        yield* store.take(call)
        yield* store.take(want("b", 40, { latencyMillis }))
        yield* store.giveBack(call)
        assert.strictEqual(yield* level(store), 60, `${latencyMillis}`)
      }
      const store = memory.make()
      const call = want("a", 100)
      yield* store.take(call)
      yield* TestClock.adjust(500)
      yield* store.giveBack(call)
      assert.strictEqual(yield* level(store), 100)
    })
  )

  it.effect("reserves the tokens of a call even if its latency is one millisecond", () =>
    Effect.gen(function* () {
      const options = { refillRate: 1_000 }
      const store = memory.make()
      yield* store.take(want("a", 10, { ...options, latencyMillis: 1 }))
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* level(store, options), 90)
    })
  )

  it.effect("empties a bucket except for reserved tokens", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.drain(want("a", 10))
      assert.strictEqual(yield* level(store), 0)
      yield* TestClock.adjust(500)
      assert.strictEqual(yield* level(store), 50)
      yield* store.take(want("b", 30, { latencyMillis: 500 }))
      yield* store.drain(want("c", 10))
      assert.strictEqual(yield* level(store), 0)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 10)
      yield* TestClock.adjust(400)
      assert.strictEqual(yield* level(store), 50)
    })
  )
})
