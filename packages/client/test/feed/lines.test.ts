/** A line is a subscription on its own connections. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as TestClock from "effect/testing/TestClock"
import {
  CommandTimedOut,
  ConnectionClosed,
  MarketsNotListed,
  SnapshotMissing,
  SubscriptionRefused
} from "../../src/feed/FeedError.ts"
import { checkLines, isMarketsError, nextRetryMillis, tickWhenDue } from "../../src/feed/lines.ts"

const shared = { channel: "orderbook_delta", markets: ["A"] } as const

describe("checkLines", () => {
  it.effect("accepts one to eight lines", () =>
    Effect.gen(function* () {
      for (const lines of [1, 8]) yield* checkLines("OrderBooks.watch", lines)
      for (const lines of [0, 9, 1.5]) {
        assert.deepInclude(yield* Effect.flip(checkLines("OrderBooks.watch", lines)), {
          _tag: "InvalidRequest",
          operation: "OrderBooks.watch",
          pointer: "/lines",
          reason: "expected an integer from 1 to 8"
        })
      }
    })
  )
})

describe("isMarketsError", () => {
  it("distinguishes errors about markets from an error of the connection", () => {
    const errors = [
      new SubscriptionRefused({ ...shared, code: 14, codeName: undefined, reason: "unknown" }),
      new MarketsNotListed(shared),
      new SnapshotMissing({ ...shared, waitedMillis: 1 }),
      new CommandTimedOut({ ...shared, timeoutMillis: 1, attempts: 1 })
    ]
    for (const error of errors) assert.isTrue(isMarketsError(error), error._tag)
    assert.isFalse(isMarketsError(new ConnectionClosed({ code: 4_001, reason: "" })))
  })
})

describe("nextRetryMillis", () => {
  it("doubles the wait, from 5 seconds up to one minute", () => {
    const waits: Array<number> = []
    for (let count = 0; count < 6; count++) waits.push(nextRetryMillis(waits.at(-1)))
    assert.deepStrictEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })
})

describe("tickWhenDue", () => {
  it.effect("does not tick before the due time", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const ticks: Array<number> = []
      let due: number | undefined = clock.currentTimeMillisUnsafe() + 10
      const timed = {
        nextMillis: () => due,
        tick: () => {
          ticks.push(clock.currentTimeMillisUnsafe())
          due = undefined
        }
      }
      const start = clock.currentTimeMillisUnsafe()
      const latch = Latch.makeUnsafe(false)
      yield* Effect.forkChild(tickWhenDue(timed, latch, clock))
      yield* TestClock.adjust(9)
      latch.openUnsafe()
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(ticks, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ticks, [start + 10])
    })
  )
})
