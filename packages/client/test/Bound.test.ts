import { assert, describe, it } from "vitest"
import { boundMillis } from "../src/bound.ts"

describe("boundMillis", () => {
  it("gives the milliseconds of a duration, or of the default", () => {
    assert.strictEqual(boundMillis("2 seconds", "5 seconds"), 2_000)
    assert.strictEqual(boundMillis(undefined, "5 seconds"), 5_000)
    assert.strictEqual(boundMillis(0, "5 seconds"), 0)
  })

  it("gives no time at all for what is no duration", () => {
    assert.strictEqual(boundMillis("soon" as never, "5 seconds"), 0)
  })
})
