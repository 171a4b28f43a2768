import { assert, describe, it } from "@effect/vitest"
import { Pace } from "../../../src/feed/session/pace.ts"

/** Takes every command that can be sent now. Returns how many, and when the next command can be sent. */
const takeAll = (pace: Pace, nowMillis: number): readonly [count: number, nextMillis: number] => {
  for (let count = 0; ; count++) {
    const next = pace.wait(nowMillis)
    if (next !== undefined) return [count, next]
    pace.take()
  }
}

describe("Pace", () => {
  it("permits a burst, and then one command per interval", () => {
    const pace = new Pace(2, 100)
    assert.deepStrictEqual(takeAll(pace, 0), [2, 100])
    assert.deepStrictEqual(takeAll(pace, 1_050), [2, 1_150])
    assert.deepStrictEqual(takeAll(pace, 1_199), [1, 1_250])
    assert.deepStrictEqual(takeAll(pace, 1_250), [1, 1_350])
  })

  it("uses 1 in place of a smaller burst or interval", () => {
    const pace = new Pace(0, 0)
    assert.deepStrictEqual(takeAll(pace, 0), [1, 1])
    assert.deepStrictEqual(takeAll(pace, 1), [1, 2])
  })

  it("counts the interval from the last refill, not from a later check", () => {
    const pace = new Pace(1, 100)
    assert.strictEqual(pace.wait(40), undefined)
    assert.deepStrictEqual(takeAll(pace, 40), [1, 100])
  })

  it("pauses after a refusal, then sends one command, and doubles the interval", () => {
    const pace = new Pace(5, 100)
    assert.strictEqual(takeAll(pace, 0)[0], 5)
    pace.refused(0)
    assert.deepStrictEqual(takeAll(pace, 999), [0, 1_000])
    assert.deepStrictEqual(takeAll(pace, 1_000), [1, 1_200])
    pace.accepted()
    assert.deepStrictEqual(takeAll(pace, 1_180), [1, 1_360])
    for (let count = 0; count < 20; count++) pace.accepted()
    assert.deepStrictEqual(takeAll(pace, 1_280), [1, 1_380])
  })

  it("doubles each pause up to 30 seconds, and pauses for one second again after a success", () => {
    const pace = new Pace(5, 100)
    const pauses = Array.from({ length: 7 }, () => {
      pace.refused(0)
      return pace.wait(0)
    })
    assert.deepStrictEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    assert.deepStrictEqual(takeAll(pace, 30_000), [1, 31_000])
    pace.accepted()
    pace.refused(0)
    assert.strictEqual(pace.wait(0), 1_000)
  })

  it("keeps an interval of more than a second after a refusal", () => {
    const pace = new Pace(1, 5_000)
    pace.refused(0)
    assert.deepStrictEqual(takeAll(pace, 1_000), [1, 6_000])
  })
})
