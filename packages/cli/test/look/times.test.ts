import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { parseTime, secondsOf, shortSeconds, shortTime } from "../../src/look/times.ts"

const at = (text: string) => ({ _tag: "At", millis: Date.parse(text) })

describe("parseTime", () => {
  it("reads a duration as a time before now", () => {
    assert.deepStrictEqual(
      ["90s", "15m", "24h", "7d", "2w"].map((text) => parseTime(text)?.millis),
      [90_000, 900_000, 86_400_000, 604_800_000, 1_209_600_000]
    )
    assert.strictEqual(parseTime("24h")?._tag, "Ago")
  })

  it("accepts dates and times, in UTC if they name no zone", () => {
    assert.deepStrictEqual(parseTime("2026-11-30"), at("2026-11-30T00:00:00Z"))
    assert.deepStrictEqual(parseTime("2026-11-30T09:15"), at("2026-11-30T09:15:00Z"))
    assert.deepStrictEqual(parseTime("2026-11-30 09:15:30Z"), at("2026-11-30T09:15:30Z"))
    assert.deepStrictEqual(parseTime("2026-11-30T09:15:30.123456Z"), at("2026-11-30T09:15:30Z"))
    assert.deepStrictEqual(parseTime("2026-11-30T09:15:30-05:00"), at("2026-11-30T14:15:30Z"))
  })

  it("accepts a time as tables print it", () => {
    assert.deepStrictEqual(parseTime(shortTime("2026-11-30T09:15:30.5Z") ?? ""), at("2026-11-30T09:15:30Z"))
  })

  it("rejects other texts", () => {
    const wrong = [
      "",
      "yesterday",
      "24",
      "h",
      "1.5h",
      "-1h",
      "2026-02-30",
      "2026-13-01",
      "2026-11-30T25:00",
      "12345678h"
    ]
    for (const text of [...wrong, "2026-11-30T09:00+15:00", "2026-11-30T09", "2026-11-30Z", "1767225600"]) {
      assert.strictEqual(parseTime(text), undefined, text)
    }
  })
})

describe("secondsOf", () => {
  const inputs = (since: string | undefined, until: string | undefined) => ({
    since: Option.fromUndefinedOr(since === undefined ? undefined : parseTime(since)),
    until: Option.fromUndefinedOr(until === undefined ? undefined : parseTime(until))
  })

  it.effect("counts durations back from now, and rounds the range outwards to whole seconds", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_500)
      assert.deepStrictEqual(yield* secondsOf(inputs("1h", "1m")), { min_ts: 6400, max_ts: 9941 })
      assert.deepStrictEqual(yield* secondsOf(inputs(undefined, undefined)), { min_ts: undefined, max_ts: undefined })
    })
  )

  it.effect("rejects a range that ends before it starts", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000_500)
      const error = yield* Effect.flip(secondsOf(inputs("1m", "1h")))
      assert.strictEqual(error.message, "--since is later than --until. Swap the two times")
    })
  )
})

describe("shortTime", () => {
  it("drops fractions of seconds, and does not change other texts", () => {
    assert.deepStrictEqual(
      ["2026-11-30T09:15:30.123456Z", "2026-11-30T09:15:30Z", "soon", null, undefined].map(shortTime),
      ["2026-11-30 09:15:30Z", "2026-11-30 09:15:30Z", "soon", undefined, undefined]
    )
  })

  it("prints Unix seconds, and returns undefined for seconds outside the range of dates", () => {
    assert.strictEqual(shortSeconds(0), "1970-01-01 00:00:00Z")
    assert.strictEqual(shortSeconds(1e15), undefined)
  })
})
