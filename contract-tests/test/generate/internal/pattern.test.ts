import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Pattern from "../../../src/generate/internal/pattern.ts"
import { UnusableSchema } from "../../../src/judge/JsonSchema.ts"
import { assertProperty } from "../../../src/runner/Replay.ts"

const patterns = [
  "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,6})?$",
  "^-?(?:0|[1-9][0-9]*)\\.[0-9]{2}$",
  "^(?:0|0\\.[0-9]{2,4}|1\\.0{2,4})$",
  "^[A-Z0-9-]+$",
  "^\\d{3}[^a-c\\]]{2,}$",
  "^(a|bc)*d\\.?$",
  "ab+",
  "^x|y$",
  "^\\u{1F600}\\x41\\u0042$",
  "^.{0,3}\\s\\w\\W$"
]

const grammar = Pattern.reader()

describe("grammar", () => {
  for (const pattern of patterns) {
    it(`generates matching texts and non-matching texts of ${pattern}`, () => {
      const read = grammar(pattern)
      const expression = new RegExp(pattern, "u")
      assert.isAbove(read.matchingExamples.length, 0)
      assert.isAbove(read.invalidExamples.length, 0)
      assert.deepStrictEqual(
        read.matchingExamples.filter((text) => !expression.test(text)),
        []
      )
      assert.deepStrictEqual(
        read.invalidExamples.filter((text) => expression.test(text)),
        []
      )
      assertProperty(
        "pattern-members",
        fc.property(read.arbitrary(), (text) => expression.test(text)),
        { target: pattern, numRuns: 300 }
      )
    })
  }

  it("generates decimals with every number of decimal places, and with more digits than a double keeps", () => {
    const { matchingExamples } = grammar("^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,6})?$")
    for (let places = 1; places <= 6; places++) {
      assert.isTrue(matchingExamples.some((text) => new RegExp(`\\.[0-9]{${places}}$`).test(text)))
    }
    assert.isTrue(
      matchingExamples.some((text) => !text.includes(".")) && matchingExamples.some((text) => text.startsWith("-"))
    )
    assert.isTrue(matchingExamples.some((text) => text.endsWith("0") && text.includes(".")))
    assert.isTrue(matchingExamples.some((text) => text.replace(/[^0-9]/g, "").length > 17))
  })

  it("generates texts with one mistake: an extra decimal place, sign, exponent, space, newline or leading zero", () => {
    const { invalidExamples: misses } = grammar("^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,6})?$")
    const assertSome = (form: RegExp): void =>
      assert.isTrue(
        misses.some((text) => form.test(text)),
        String(form)
      )
    assertSome(/^[^.]*\.[0-9]{7}$/)
    assertSome(/\.$/)
    assertSome(/^\+/)
    assertSome(/e0$/)
    assertSome(/^ /)
    assertSome(/ $/)
    assertSome(/\n$/)
    assertSome(/^-?0[0-9]/)
    assertSome(/^--/)
  })

  it("generates texts with one repetition too few or too many", () => {
    const { invalidExamples: misses } = grammar("^a[0-9]{2,4}$")
    assert.isTrue(misses.some((text) => /^a[0-9]{5}$/.test(text)))
    assert.include(grammar("^a(?:bc){2}$").invalidExamples, "abc")
    assert.include(grammar("^a(?:bc){2}$").invalidExamples, "abcbcbc")
  })

  it("reports an invalid pattern", () => {
    for (const pattern of ["(a", "a)", "[z-a]"]) {
      assert.throws(() => grammar(pattern), UnusableSchema, JSON.stringify(pattern), pattern)
    }
  })
})
