import { assert, describe, it } from "@effect/vitest"
import { parseDuration } from "../../src/app/parameters.ts"
import { formatBytes, formatDuration, parseSize, parseTime, plural } from "../../src/record/units.ts"

describe("parseDuration", () => {
  it("reads a number and its unit", () => {
    assert.deepStrictEqual(
      ["250ms", "90s", "5m", "1.5h", "2d"].map(parseDuration),
      [250, 90_000, 300_000, 5_400_000, 172_800_000]
    )
    assert.deepStrictEqual(
      ["", "5", "s", "-1s", "0s", "1 h", "1w", "1e3s", "9".repeat(20) + "d"].map(parseDuration),
      Array.from({ length: 9 })
    )
  })
})

describe("parseSize", () => {
  it("reads a number and its unit", () => {
    assert.deepStrictEqual(["1B", "256MB", "1.5kb", "1GiB"].map(parseSize), [1, 256_000_000, 1_500, 2 ** 30])
    assert.deepStrictEqual(["", "256", "MB", "0MB", "-1MB", "1TB", "1 MB"].map(parseSize), Array.from({ length: 7 }))
  })
})

describe("parseTime", () => {
  it("reads a time with a zone, Unix milliseconds, or a duration after the start of the recording", () => {
    const at = Date.UTC(2026, 10, 30, 12)
    assert.deepStrictEqual(["2026-11-30T12:00:00Z", "2026-11-30T13:00:00+01:00", `${at}`, "5m"].map(parseTime), [
      { at },
      { at },
      { at },
      { after: 300_000 }
    ])
    assert.deepStrictEqual(
      ["2026-11-30T12:00:00", "2026-11-30", "noon", "12:00", "1", "2026-13-30T12:00:00Z"].map(parseTime),
      Array.from({ length: 6 })
    )
  })
})

describe("formatBytes, formatDuration and plural", () => {
  it("format values for people", () => {
    assert.deepStrictEqual([1, 1_500, 2_560_000, 3e9].map(formatBytes), ["1 byte", "1.5 kB", "2.6 MB", "3.0 GB"])
    assert.deepStrictEqual([400, 59_900, 3_599_000, 7_320_000].map(formatDuration), [
      "0 s",
      "1 min 0 s",
      "59 min 59 s",
      "2 h 2 min"
    ])
    assert.deepStrictEqual([plural(1, "byte"), plural(1_234, "byte")], ["1 byte", "1,234 bytes"])
  })
})
