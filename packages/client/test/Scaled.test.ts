import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as scaled from "../src/money/scaled.ts"

const anyText = /^-?\d+(?:\.\d{1,6})?$/
const units = fc.maxSafeInteger()
const parameters = { seed: 20_261_122, numRuns: 1_000 }

describe("parseNumber", () => {
  it("parses what parse parses, to the same integer", () => {
    for (const text of ["0", "-0", "-0.00", "0.5", "12.345678", "-7.25", "9007199254.740991"]) {
      assert.strictEqual(scaled.parseNumber(text, 6), Number(scaled.parse(text, anyText, 6)), text)
    }
    assert.strictEqual(scaled.parseNumber("10.00", 2), 1_000)
    fc.assert(
      fc.property(units, fc.constantFrom(2 as const, 6 as const), (value, places) => {
        assert.strictEqual(scaled.parseNumber(scaled.print(BigInt(value), places), places), value)
      }),
      parameters
    )
  })

  it("refuses texts that are no decimals, have too many decimals, or are too large", () => {
    for (const text of ["", "-", ".", "1.", ".5", "-.5", "1.2.3", "1e3", "+1", " 1", "0x1", "--1", "NaN"]) {
      assert.isUndefined(scaled.parseNumber(text, 6), text)
    }
    assert.isUndefined(scaled.parseNumber("0.0000001", 6))
    assert.isUndefined(scaled.parseNumber("0.001", 2))
    assert.isUndefined(scaled.parseNumber("9007199254.740992", 6))
    assert.isUndefined(scaled.parseNumber("9".repeat(400), 2))
  })
})

describe("printNumber", () => {
  it("prints like print", () => {
    fc.assert(
      fc.property(units, fc.constantFrom(2 as const, 6 as const), (value, places) => {
        assert.strictEqual(scaled.printNumber(value, places), scaled.print(BigInt(value), places))
      }),
      parameters
    )
    assert.strictEqual(scaled.printNumber(0, 6), "0.00")
    assert.strictEqual(scaled.printNumber(-1, 6), "-0.000001")
  })
})
