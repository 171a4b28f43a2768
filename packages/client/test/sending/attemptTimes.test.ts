import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { begin, recordSent, timesOf } from "../../src/sending/attemptTimes.ts"

describe("timesOf", () => {
  it.effect("returns a time window only after the first attempt was signed", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const attempts = yield* begin
      const now = { ...attempts.began, skew: { lowerMillis: -10, upperMillis: 20 } }
      assert.deepStrictEqual(timesOf(attempts, now), {
        lastAttemptMillis: 1_000_000,
        window: undefined,
        clockChanged: false
      })
      recordSent(attempts, attempts.began, 1_000_005)
      assert.deepStrictEqual(timesOf(attempts, now), {
        lastAttemptMillis: 1_000_005,
        window: { fromMillis: 999_990, untilMillis: 1_060_005 },
        clockChanged: false
      })
    })
  )
})
