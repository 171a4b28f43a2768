import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { marketEvent } from "../../src/watch/bookEvents.ts"
import { followStatuses, standstillOf, type WatchedMarket } from "../../src/watch/marketStatus.ts"

const market: WatchedMarket = { ticker: "A", title: "", status: "active", closeMillis: 90_000 }

describe("standstillOf", () => {
  it("is undefined while a market trades", () => {
    assert.isUndefined(standstillOf(market, 89_999))
  })

  it("is closed from the closing time on, even before the status is read again", () => {
    assert.strictEqual(standstillOf(market, 90_000), "closed")
  })

  it("returns the reason in words while a market does not trade", () => {
    assert.deepStrictEqual(
      ["initialized", "inactive", "closed", "finalized", "new status"].map((status) =>
        standstillOf({ ...market, status }, 0)
      ),
      ["not open yet", "paused", "closed", "settled", "new status"]
    )
  })
})

describe("marketEvent", () => {
  it("has the status and the closing time", () => {
    assert.deepStrictEqual(marketEvent(market, 90_000), {
      type: "market",
      time: "1970-01-01T00:01:30.000Z",
      ticker: "A",
      status: "closed",
      close_time: "1970-01-01T00:01:30.000Z"
    })
  })
})

describe("followStatuses", () => {
  const follow = (statusOf: (reads: number) => WatchedMarket | undefined) =>
    Effect.gen(function* () {
      const reported: Array<WatchedMarket> = []
      let reads = 0
      const read = Effect.suspend(() => {
        const found = statusOf(reads++)
        return found === undefined ? Effect.fail("no network") : Effect.succeed([found])
      })
      const fiber = yield* Effect.forkChild(
        followStatuses([market], read, (found) => Effect.sync(() => reported.push(found)))
      )
      return { reported, fiber, reads: () => reads }
    })

  it.effect("reads the status again when the market closes, and reports the change once", () =>
    Effect.gen(function* () {
      const { reads, reported } = yield* follow((reads) => (reads === 0 ? market : { ...market, status: "closed" }))
      yield* TestClock.adjust(60_000)
      assert.deepStrictEqual([reads(), reported.length], [1, 0])
      yield* TestClock.adjust(31_000)
      assert.deepStrictEqual([reads(), reported.map(({ status }) => status)], [2, ["closed"]])
      yield* TestClock.adjust(60_000)
      assert.strictEqual(reported.length, 1)
    })
  )

  it.effect("repeats a failed read after a minute, and reports a pause", () =>
    Effect.gen(function* () {
      const paused = { ...market, closeMillis: 1e12, status: "inactive" }
      const { reported } = yield* follow((reads) => (reads === 0 ? undefined : paused))
      yield* TestClock.adjust(60_000)
      assert.deepStrictEqual(reported, [])
      yield* TestClock.adjust(60_000)
      assert.deepStrictEqual(reported, [paused])
    })
  )

  it.effect("ends when the market is settled", () =>
    Effect.gen(function* () {
      const { fiber, reported } = yield* follow(() => ({ ...market, status: "finalized" }))
      yield* TestClock.adjust(60_000)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        reported.map(({ status }) => status),
        ["finalized"]
      )
    })
  )
})
