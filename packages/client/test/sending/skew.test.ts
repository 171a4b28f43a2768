import { assert, describe, it } from "vitest"
import { dateMillis, isBeyondResolution, make, type Reading, type Skew } from "../../src/sending/skew.ts"

const noon = Date.UTC(2026, 9, 9, 12)

/** A reading of the clocks after the wall clock was set ahead by `aheadMillis`. */
const at = (monotonicMillis: number, aheadMillis = 0): Reading => ({
  wallMillis: noon + monotonicMillis + aheadMillis,
  monotonicMillis
})

const dated = (millis: number) => ({ date: new Date(millis).toUTCString() })

const observe = (skew: Skew, monotonicMillis: number, dateAfterNoonMillis: number, aheadMillis = 0) => {
  const now = at(monotonicMillis, aheadMillis)
  return skew.observe(now, now, dated(noon + dateAfterNoonMillis))
}

const boundsOf = (skew: Skew, now: Reading) => {
  const measured = skew.measured(now)
  return measured === undefined ? undefined : [measured.lowerMillis, measured.upperMillis]
}

describe("dateMillis", () => {
  it("reads the three forms of HTTP dates", () => {
    for (const [text, millis] of [
      ["Fri, 09 Oct 2026 12:00:00 GMT", noon],
      ["Fri,  9 Oct 2026 12:00:00 GMT", noon],
      ["Friday, 09-Oct-26 12:00:00 GMT", noon],
      ["Wednesday, 30-Dec-26 23:59:58 GMT", Date.UTC(2026, 11, 30, 23, 59, 58)],
      ["Fri Oct  9 12:00:00 2026", noon],
      ["Wed Dec 30 23:59:58 2026", Date.UTC(2026, 11, 30, 23, 59, 58)],
      ["Thu, 01 Jan 1970 00:00:00 GMT", 0]
    ] as const) {
      assert.strictEqual(dateMillis(text), millis, text)
    }
  })

  it("rejects other formats, even formats that the platform accepts", () => {
    for (const text of [
      "",
      "2026-10-09T12:00:00Z",
      "9 Oct 2026 12:00:00 GMT",
      "xFri, 09 Oct 2026 12:00:00 GMT",
      "Fri, 09 Oct 2026 12:00:00 GMT+0100",
      "Fri, 09 Oct 2026 12:00:00 GMT (noon)",
      "xFriday, 09-Oct-26 12:00:00 GMT",
      "Friday, 09-Oct-26 12:00:00 GMT (noon)",
      "xFri Oct  9 12:00:00 2026",
      "Fri Oct  9 12:00:00 2026 (noon)",
      "Fri, 09 Abc 2026 12:00:00 GMT"
    ]) {
      assert.isUndefined(dateMillis(text), text)
    }
  })
})

describe("isBeyondResolution", () => {
  it("is true only if the correction differs from every skew of the interval by more than a second", () => {
    for (const [lowerMillis, upperMillis, correctedMillis, expected] of [
      [1_000, 2_000, 0, false],
      [1_001, 2_001, 0, true],
      [-2_000, -1_000, 0, false],
      [-2_001, -1_001, 0, true],
      [-500, 500, 0, false],
      [-5_000, 5_000, 0, false],
      [45_000, 46_000, 45_500, false],
      [45_000, 46_000, 43_999, true],
      [45_000, 46_000, 47_001, true],
      [-46_000, -45_000, -45_500, false]
    ] as const) {
      assert.strictEqual(
        isBeyondResolution({ lowerMillis, upperMillis }, correctedMillis),
        expected,
        `${lowerMillis} to ${upperMillis}, corrected by ${correctedMillis}`
      )
    }
  })
})

describe("skew.make", () => {
  it("measures nothing before the first response", () => {
    const skew = make()
    assert.isUndefined(skew.measured(at(0)))
    assert.strictEqual(skew.correctionMillis(at(0)), 0)
  })

  it("returns the interval of one response", () => {
    const skew = make()
    const sample = skew.observe(at(0), at(300), dated(noon + 60_000))
    assert.deepStrictEqual(sample, { lowerMillis: 59_700, upperMillis: 61_000 })
    assert.deepStrictEqual(skew.measured(at(300)), {
      millis: 60_350,
      lowerMillis: 59_700,
      upperMillis: 61_000,
      ageMillis: 0
    })
    assert.strictEqual(skew.measured(at(1_300))?.ageMillis, 1_000)
  })

  it("accepts only dates since 1970", () => {
    const skew = make()
    const now = { wallMillis: 0, monotonicMillis: 0 }
    assert.isUndefined(skew.observe(now, now, dated(-1_000)))
    assert.deepStrictEqual(skew.observe(now, now, dated(0)), { lowerMillis: 0, upperMillis: 1_000 })
  })

  it("accepts a date with surrounding white space", () => {
    const { date } = dated(noon)
    assert.isDefined(make().observe(at(0), at(0), { date: ` ${date}\t` }))
  })

  it("combines responses that agree on a single skew", () => {
    const skew = make()
    observe(skew, 0, 5_000)
    observe(skew, 2_000, 6_000)
    assert.deepStrictEqual(boundsOf(skew, at(2_000)), [5_000, 5_000])
  })

  it("restarts with a response that contradicts the earlier responses", () => {
    const skew = make()
    observe(skew, 0, 5_000)
    observe(skew, 2_001, 6_000)
    assert.deepStrictEqual(boundsOf(skew, at(2_001)), [3_999, 4_999])
  })

  it("restarts after a jump of the wall clock by more than 250 ms", () => {
    for (const [aheadMillis, expected] of [
      [250, [0, 1_000]],
      [251, undefined],
      [-250, [0, 1_000]],
      [-251, undefined]
    ] as const) {
      const skew = make()
      observe(skew, 0, 0)
      assert.deepStrictEqual(boundsOf(skew, at(10_000, aheadMillis)), expected as Array<number> | undefined)
    }
  })

  it("does not combine responses before and after a jump of the wall clock", () => {
    const skew = make()
    observe(skew, 0, 0)
    observe(skew, 10_000, 10_000, 600)
    assert.deepStrictEqual(boundsOf(skew, at(10_000, 600)), [-600, 400])
  })

  it("ignores a response if the wall clock jumped during the call", () => {
    const skew = make()
    assert.isUndefined(skew.observe(at(0), at(100, 251), dated(noon)))
    assert.isDefined(skew.observe(at(0), at(100, 250), dated(noon)))
  })

  it("corrects a skew only if it certainly exceeds the resolution of a date", () => {
    const near = make()
    observe(near, 0, 1_000)
    assert.strictEqual(near.correctionMillis(at(0)), 0)
    const beyond = make()
    observe(beyond, 999, 2_000) // the skew is between 1,001 and 2,001
    assert.strictEqual(beyond.correctionMillis(at(999)), 1_501)
  })

  /**
   * Two early responses allow a skew of 0 to 800 ms. A later response allows 0 to 1,000 ms or 1 to 1,001 ms, depending
   * on `laterMillis`.
   */
  const narrowedThen = (laterMillis: number) => {
    const skew = make()
    observe(skew, 0, 0)
    observe(skew, 200, 0)
    observeWholeSecond(skew, laterMillis)
    return skew
  }
  const observeWholeSecond = (skew: Skew, atMillis: number) =>
    observe(skew, atMillis, Math.ceil(atMillis / 1_000) * 1_000)

  it("keeps a combined interval for fifteen minutes", () => {
    for (const [laterMillis, expected] of [
      [299_999, [1, 800]],
      [300_000, [0, 800]],
      [899_999, [1, 800]],
      [900_000, [0, 1_000]]
    ] as const) {
      assert.deepStrictEqual(boundsOf(narrowedThen(laterMillis), at(laterMillis)), [...expected])
    }
  })

  it("replaces a combined interval when a newer interval is five minutes old", () => {
    const skew = narrowedThen(300_000)
    observeWholeSecond(skew, 599_999)
    assert.deepStrictEqual(boundsOf(skew, at(599_999)), [1, 800])
    observeWholeSecond(skew, 600_000)
    assert.deepStrictEqual(boundsOf(skew, at(600_000)), [1, 1_000])
  })
})
