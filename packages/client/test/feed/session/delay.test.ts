import { assert, describe, it } from "@effect/vitest"
import { Delay } from "../../../src/feed/session/delay.ts"

describe("Delay", () => {
  it("reports a delay above the limit, and its fall below half of the limit", () => {
    const delay = new Delay(5_000)
    const observed = [100, 5_100, 5_101, 9_000, 2_600, 2_599, 2_600].map((millis) => delay.observe(0, millis))
    assert.deepStrictEqual(observed, [undefined, undefined, 5_001, undefined, undefined, 2_499, undefined])
  })
})
