import { assert, describe, it } from "@effect/vitest"
import { Backoff } from "../../../src/feed/session/backoff.ts"

describe("Backoff", () => {
  it("doubles the wait at most 30 times", () => {
    const backoff = new Backoff(1, Number.POSITIVE_INFINITY, () => 1)
    const waits = Array.from({ length: 40 }, () => backoff.next())
    assert.deepStrictEqual([waits[0], waits[30], waits[39]], [1, 2 ** 30, 2 ** 30])
  })
})
