import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as scaled from "../../src/money/scaled.ts"
import * as safeUnits from "../../src/book/safeUnits.ts"

const anyText = /^-?\d+(?:\.\d{1,6})?$/
const units = fc.maxSafeInteger()
const parameters = { seed: 20_261_122, numRuns: 1_000 }

describe("parse", () => {
  it("returns the integer that scaled.parse returns as a bigint", () => {
    for (const text of ["0", "-0", "-0.00", "0.5", "12.345678", "-7.25", "9007199254.740991"]) {
      assert.strictEqual(safeUnits.parse(text, 6), Number(scaled.parse(text, anyText, 6)), text)
    }
    assert.strictEqual(safeUnits.parse("10.00", 2), 1_000)
    assert.strictEqual(safeUnits.parse("12", 2), 1_200)
    assert.isTrue(Object.is(safeUnits.parse("-0.00", 2), 0))
    fc.assert(
      fc.property(units, fc.constantFrom(2 as const, 6 as const), (value, places) => {
        assert.strictEqual(safeUnits.parse(scaled.print(BigInt(value), places), places), value)
      }),
      parameters
    )
  })

  it("refuses texts that are not decimal numbers, have too many decimals, or are too large", () => {
    for (const text of [
      "",
      "-",
      ".",
      "1.",
      ".5",
      "-.5",
      "1.2.3",
      "1e3",
      "+1",
      " 1",
      "0x1",
      "--1",
      "NaN",
      "1:",
      "1/2"
    ]) {
      assert.isUndefined(safeUnits.parse(text, 6), text)
    }
    assert.isUndefined(safeUnits.parse("0.0000001", 6))
    assert.isUndefined(safeUnits.parse("0.001", 2))
    assert.isUndefined(safeUnits.parse("9007199254.740992", 6))
    assert.isUndefined(safeUnits.parse("9".repeat(400), 2))
  })
})

describe("print", () => {
  it("prints like scaled.print", () => {
    fc.assert(
      fc.property(units, fc.constantFrom(2 as const, 6 as const), (value, places) => {
        assert.strictEqual(safeUnits.print(value, places), scaled.print(BigInt(value), places))
      }),
      parameters
    )
    assert.strictEqual(safeUnits.print(0, 6), "0.00")
    assert.strictEqual(safeUnits.print(-1, 6), "-0.000001")
  })
})
