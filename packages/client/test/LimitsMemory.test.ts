import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as memory from "../src/limits/memory.ts"
import type { Store, Want } from "../src/limits/RateLimits.ts"

interface Asking extends Partial<Omit<Want, "id" | "cost" | "buckets">> {
  readonly names?: ReadonlyArray<string>
  readonly capacity?: number
  readonly refillRate?: number
  readonly learned?: boolean
}

const bucket = (name: string, { capacity = 100, learned = false, refillRate = 100 }: Asking = {}) => ({
  name,
  capacity,
  refillRate,
  learned
})

/** Tokens of a bucket that holds 100 and refills by 100 a second, for a request that arrives at once. */
const want = (id: string, cost: number, asking: Asking = {}): Want => {
  const { capacity: _, learned: __, names = ["write"], refillRate: ___, ...rest } = asking
  return {
    id,
    account: "account",
    buckets: names.map((name) => bucket(name, asking)),
    cost,
    urgent: false,
    forced: false,
    waitedMillis: 0,
    latencyMillis: 0,
    ...rest
  }
}

/** What a store says of a bucket now. */
const level = (store: Store, asking: Asking = {}): Effect.Effect<number> =>
  Effect.map(
    Clock.monotonicTimeNanos,
    (nanos) => store.level!("account", bucket("write", asking), Number(nanos) / 1e6).tokens
  )

describe("make", () => {
  it.effect("makes a store that answers at once", () => Effect.sync(() => assert.isTrue(memory.make().isLocal)))

  it.effect("takes the tokens of a call, or says in how many milliseconds they will have refilled", () =>
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
      // It waits no more.
      assert.strictEqual(yield* store.waitFor(want("c", 10)), 100)
    })
  )

  it.effect("does not let a call wait for less than the error of a sum", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* store.waitFor(want("a", 100.000_000_5)), 0)
      assert.isAbove(yield* store.waitFor(want("a", 100.000_002)), 0)
    })
  )

  it.effect("keeps the order of the calls that it refused: urgent ones first, then who waits for longer", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 100))
      yield* store.take(want("elsewhere", 100, { account: "other" }))
      assert.strictEqual(yield* store.take(want("elsewhere 2", 10, { account: "other" })), 100)
      const first = want("first", 10)
      const second = want("second", 10)
      assert.deepStrictEqual([yield* store.take(first), yield* store.take(second)], [100, 200])
      assert.deepStrictEqual([yield* store.take(second), yield* store.take(first)], [200, 100])
      // It came before them, though the store knows it only now.
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

  it.effect("counts those before a call that want any of its buckets, and no others", () =>
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

  it.effect("holds the tokens of a call until it has surely arrived, and refills from then on", () =>
    Effect.gen(function* () {
      const store = memory.make()
      const call = want("a", 100, { latencyMillis: 500 })
      assert.strictEqual(yield* store.take(call), 0)
      yield* TestClock.adjust(400)
      // The bucket is full at the exchange until the call arrives.
      assert.strictEqual(yield* level(store), 0)
      assert.strictEqual(yield* store.waitFor(want("b", 10)), 100)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 0)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 10)
      const answered = want("c", 10, { latencyMillis: 500 })
      assert.strictEqual(yield* store.take(answered), 0)
      yield* store.arrived(answered)
      yield* TestClock.adjust(1_000)
      assert.strictEqual(yield* level(store), 100)
    })
  )

  it.effect("holds what was sent later for longer, each for its latency at least", () =>
    Effect.gen(function* () {
      const asking = { refillRate: 200 }
      for (const [latencyMillis, heldMillis] of [
        [100, 200],
        [300, 400],
        [50, 200]
      ] as const) {
        const store = memory.make()
        yield* store.take(want("a", 10, { ...asking, latencyMillis: 100 }))
        yield* TestClock.adjust(60)
        yield* store.take(want("b", 10, { ...asking, latencyMillis }))
        assert.strictEqual(yield* level(store, asking), 80)
        yield* TestClock.adjust(heldMillis - 60)
        // The bucket had refilled what the first one took, and was full until the second counts as arrived.
        assert.strictEqual(yield* level(store, asking), 90, `${latencyMillis}`)
        yield* TestClock.adjust(50)
        assert.strictEqual(yield* level(store, asking), 100)
      }
    })
  )

  it.effect("holds a single token, and one that is taken long after the others", () =>
    Effect.gen(function* () {
      const asking = { latencyMillis: 100 }
      const store = memory.make()
      yield* store.take(want("a", 1, asking))
      yield* TestClock.adjust(110)
      assert.strictEqual(yield* level(store), 100)
      yield* TestClock.adjust(890)
      yield* store.take(want("b", 1, asking))
      yield* store.take(want("c", 40, asking))
      yield* TestClock.adjust(99)
      assert.strictEqual(yield* level(store), 59)
      yield* TestClock.adjust(901)
      assert.strictEqual(yield* level(store), 100)
    })
  )

  it.effect("releases the tokens of one call that arrived, and not those of another", () =>
    Effect.gen(function* () {
      const store = memory.make()
      const calls = [want("a", 10, { latencyMillis: 100 }), want("b", 30, { latencyMillis: 100 })]
      for (const call of calls) yield* store.take(call)
      yield* store.arrived(calls[0]!)
      yield* TestClock.adjust(50)
      // It is at 95, and the second one is still on its way.
      assert.strictEqual(yield* level(store), 65)
      const other = memory.make()
      yield* TestClock.adjust(1)
      for (const call of calls) yield* other.take(call)
      yield* other.arrived(calls[1]!)
      assert.strictEqual(yield* level(other), 60)
    })
  )

  it.effect("takes what arrived to be of the calls that were sent first", () =>
    Effect.gen(function* () {
      const asking = { refillRate: 200, latencyMillis: 100 }
      const store = memory.make()
      yield* store.take(want("a", 30, asking))
      yield* TestClock.adjust(60)
      const later = want("b", 10, asking)
      yield* store.take(later)
      yield* store.arrived(later)
      yield* TestClock.adjust(140)
      // 20 counted as arrived at 100 ms, and the last 10 only now.
      assert.strictEqual(yield* level(store, asking), 88)
    })
  )

  it.effect("books at once what arrives at once, also while others are on their way", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 10, { latencyMillis: 500 }))
      yield* store.take(want("b", 10))
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* level(store), 90)
    })
  )

  it.effect("is asked again after ten milliseconds at the earliest where only an answer can help", () =>
    Effect.gen(function* () {
      const asking = { capacity: 1_000, refillRate: 1_000 }
      const after = (costs: ReadonlyArray<readonly [cost: number, latencyMillis: number]>, cost: number) =>
        Effect.gen(function* () {
          const store = memory.make()
          for (const [index, [cost, latencyMillis]] of costs.entries()) {
            yield* store.take(want(`${index}`, cost, { ...asking, latencyMillis }))
          }
          return yield* store.take(want("last", cost, asking))
        })
      assert.strictEqual(yield* after([[1_000, 500]], 1), 10)
      assert.strictEqual(yield* after([[1, 500]], 1_000), 10)
      assert.strictEqual(yield* after([[1_000, 500]], 20), 20)
      // The bucket can hold them all: it refills in the meantime.
      assert.strictEqual(
        yield* after(
          [
            [500, 0],
            [499, 500]
          ],
          2
        ),
        1
      )
      assert.strictEqual(
        yield* after(
          [
            [1, 0],
            [400, 500]
          ],
          600
        ),
        1
      )
      // Nothing is on its way.
      assert.strictEqual(
        yield* after(
          [
            [1, 0],
            [1_000, 0]
          ],
          1
        ),
        2
      )
    })
  )

  it.effect("goes by what was learned of a bucket, whoever knows less", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* level(store, { capacity: 50, learned: true }), 50)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* level(store, { capacity: 80 }), 50)
      assert.strictEqual(yield* level(store, { capacity: 40, learned: true }), 40)
    })
  )

  it.effect("keeps nothing of a bucket that was only looked at", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* level(store, { capacity: 10 }), 10)
      assert.isAbove(yield* store.waitFor(want("a", 20, { capacity: 10 })), 0)
      assert.strictEqual(yield* store.take(want("b", 100)), 0)
    })
  )

  it.effect("lets a forced call go, and lets the bucket owe what is missing", () =>
    Effect.gen(function* () {
      const store = memory.make()
      yield* store.take(want("a", 100))
      assert.strictEqual(yield* store.take(want("b", 50, { forced: true })), 0)
      assert.strictEqual(yield* level(store), 0)
      assert.strictEqual(yield* store.waitFor(want("c", 10)), 600)
      // What it owes is not remitted where the exchange had too few tokens.
      yield* store.drain(want("b", 50))
      assert.strictEqual(yield* store.waitFor(want("c", 10)), 600)
    })
  )

  it.effect("takes all that a bucket holds for a call that costs more, and says how long all of it would take", () =>
    Effect.gen(function* () {
      const store = memory.make()
      assert.strictEqual(yield* store.waitFor(want("a", 150)), 500)
      assert.strictEqual(yield* store.take(want("a", 150)), 0)
      assert.strictEqual(yield* store.waitFor(want("b", 10)), 600)
    })
  )

  it.effect("gives back what was taken, up to what the bucket holds", () =>
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

  it.effect("holds the tokens of a call for a latency of one millisecond", () =>
    Effect.gen(function* () {
      const asking = { refillRate: 1_000 }
      const store = memory.make()
      yield* store.take(want("a", 10, { ...asking, latencyMillis: 1 }))
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* level(store, asking), 90)
    })
  )

  it.effect("empties a bucket that the exchange found empty, besides what is on its way", () =>
    Effect.gen(function* () {
      const store = memory.make()
      // Also one that it did not know.
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
