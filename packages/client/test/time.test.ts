import { assert, describe, it } from "vitest"
import { boundMillis, durationMillis } from "../src/time.ts"

describe("boundMillis", () => {
  it("returns the milliseconds of a duration, or of the default", () => {
    assert.strictEqual(boundMillis("2 seconds", "5 seconds"), 2_000)
    assert.strictEqual(boundMillis(undefined, "5 seconds"), 5_000)
    assert.strictEqual(boundMillis(0, "5 seconds"), 0)
  })

  it("returns 0 for a value that is not a duration", () => {
    assert.strictEqual(boundMillis("soon" as never, "5 seconds"), 0)
  })
})

describe("durationMillis", () => {
  it("returns the milliseconds of a duration, and NaN for any other value", () => {
    assert.strictEqual(durationMillis("2 seconds"), 2_000)
    assert.strictEqual(durationMillis(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY)
    assert.isNaN(durationMillis("soon" as never))
  })
})
