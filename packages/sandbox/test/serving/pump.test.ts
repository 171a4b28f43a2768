import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { pump } from "../../src/serving/pump.ts"

const makeScheduled = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const callbacks = new Set<() => void>()
  const feed = {
    due: [] as Array<number>,
    ticks: [] as Array<number>,
    callbacks,
    nextMillis: () => (feed.due.length === 0 ? undefined : Math.min(...feed.due)),
    tick: () => {
      const now = clock.currentTimeMillisUnsafe()
      feed.ticks.push(now)
      feed.due = feed.due.filter((due) => due > now)
    },
    onReschedule: (callback: () => void) => {
      callbacks.add(callback)
      return () => void callbacks.delete(callback)
    },
    schedule: (...due: ReadonlyArray<number>) => {
      feed.due.push(...due)
      callbacks.forEach((callback) => callback())
    }
  }
  return feed
})

describe("pump", () => {
  it.effect("calls tick at each scheduled time, even if the clock passes two of them at once", () =>
    Effect.gen(function* () {
      const feed = yield* makeScheduled
      feed.due.push(10, 25)
      yield* pump(feed)
      yield* TestClock.adjust(9)
      assert.deepStrictEqual(feed.ticks, [])
      yield* TestClock.adjust(31)
      assert.deepStrictEqual(feed.ticks, [10, 25])
    })
  )

  it.effect("wakes at the earliest scheduled time, even if it was scheduled last", () =>
    Effect.gen(function* () {
      const feed = yield* makeScheduled
      yield* pump(feed)
      yield* TestClock.adjust(100)
      feed.schedule(500)
      yield* TestClock.adjust(100)
      feed.schedule(250)
      feed.schedule(800)
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(feed.ticks, [250, 500, 800])
    })
  )

  it.effect("calls tick at once for a past time, and at the times that a tick schedules", () =>
    Effect.gen(function* () {
      const feed = yield* makeScheduled
      yield* pump(feed)
      yield* TestClock.adjust(100)
      const { tick } = feed
      let left = 3
      feed.tick = () => {
        tick()
        if (--left > 0) {
          feed.schedule(feed.ticks.at(-1)! + 10)
        }
      }
      feed.schedule(50)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(feed.ticks, [100, 110, 120])
    })
  )

  it.effect("does not call tick early for a time beyond the longest delay of a timer", () =>
    Effect.gen(function* () {
      const feed = yield* makeScheduled
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* pump(feed)
          feed.schedule(2 ** 32)
          yield* TestClock.adjust(2 ** 31)
          assert.deepStrictEqual([feed.ticks, feed.callbacks.size], [[], 1])
        })
      )
      assert.strictEqual(feed.callbacks.size, 0)
      feed.schedule(2 ** 31 + 1)
      yield* TestClock.adjust(2 ** 33)
      assert.deepStrictEqual(feed.ticks, [])
    })
  )

  it.live("calls tick at a scheduled time of the real clock", () =>
    Effect.gen(function* () {
      const feed = yield* makeScheduled
      yield* pump(feed)
      const now = yield* Clock.currentTimeMillis
      feed.schedule(now + 30)
      yield* Effect.repeat(Effect.sleep(5), { until: () => feed.ticks.length > 0 })
      assert.isAtLeast(feed.ticks[0]!, now + 30)
    })
  )
})
