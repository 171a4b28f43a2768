import { assert, describe, it } from "@effect/vitest"
import * as Coverage from "../../src/generate/Coverage.ts"
import { isObject, UnusableSchema, type JsonSchema } from "../../src/judge/JsonSchema.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { countChoices, untaken } from "./choices.ts"
import { everything, resolve, schemas, tree } from "./document.ts"

const judge = Judge.make(resolve)
const coverage = Coverage.make(judge)

describe("Coverage.make", () => {
  it("takes every choice of a schema that uses every keyword, in valid values", () => {
    const values = coverage.of(everything)
    assert.deepStrictEqual(
      values.filter((value) => !judge.accepts(everything)(value)),
      []
    )
    assert.isAbove(countChoices(everything, judge), 90)
    assert.deepStrictEqual(untaken(everything, values, judge), [])
  })

  it("grows with the largest choice, not with their product", () => {
    const { length } = coverage.of(everything)
    assert.isBelow(length, 60)
    const side: JsonSchema = { type: "string", enum: ["a", "b", "c"] }
    const wide: JsonSchema = {
      type: "object",
      properties: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`side${index}`, side]))
    }
    assert.isAtMost(coverage.of(wide).length, 6)
  })

  it("begins with every key present, and has a value with required keys alone", () => {
    const [first, ...others] = coverage.of(everything).filter(isObject)
    assert.hasAllKeys(first, Object.keys(schemas.Everything.properties))
    assert.isTrue(others.some((value) => Object.keys(value).length === schemas.Everything.required.length))
  })

  it("leaves each optional key out beside others that are present", () => {
    const values = coverage.of(everything).filter(isObject)
    const required = new Set(schemas.Everything.required)
    for (const key of Object.keys(schemas.Everything.properties).filter((key) => !required.has(key))) {
      const without = values.filter((value) => !Object.hasOwn(value, key))
      assert.isTrue(
        without.some((value) => Object.keys(value).length > required.size + 5),
        key
      )
    }
  })

  it("gives the same values in the same order every time", () => {
    assert.deepStrictEqual(Coverage.make(judge).of(everything), coverage.of(everything))
  })

  it("takes bounds, their inside, and the ends of formats", () => {
    assert.includeMembers([...coverage.of({ type: "integer", minimum: 3, maximum: 9 })], [3, 4, 8, 9])
    assert.includeMembers([...coverage.of({ type: "integer", format: "int32" })], [-(2 ** 31), 2 ** 31 - 1, 0, 1, -1])
    assert.includeMembers([...coverage.of({ type: "integer" })], [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
    const open = coverage.of({ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 })
    assert.isTrue(open.every((value) => typeof value === "number" && value > 0 && value < 1))
    assert.isTrue(open.some((value) => typeof value === "number" && value < 1e-300))
  })

  it("takes lists of length 0, 1 and 2, and of the bounds", () => {
    const lengths = (schema: JsonSchema): ReadonlyArray<number> =>
      [...new Set(coverage.of(schema).map((value) => (Array.isArray(value) ? value.length : -1)))].sort((a, b) => a - b)
    assert.deepStrictEqual(lengths({ type: "array", items: { type: "string" } }), [0, 1, 2])
    assert.deepStrictEqual(lengths({ type: "array", items: { type: "string" }, minItems: 1, maxItems: 5 }), [1, 2, 5])
    assert.deepStrictEqual(lengths({ type: "array", items: { type: "integer" }, minItems: 4 }), [4])
  })

  it("unrolls a recursive schema twice", () => {
    const values = coverage.of(tree)
    assert.isTrue(values.every(judge.accepts(tree)))
    assert.isTrue(
      values.some((value) => isObject(value) && Array.isArray(value["children"]) && value["children"].length === 2)
    )
  })

  it("keeps to what meets several constraints at once", () => {
    const values = coverage.of({ type: "string", pattern: "^[a-z]*$", maxLength: 2 })
    assert.isAbove(values.length, 1)
    assert.isTrue(values.every((value) => typeof value === "string" && /^[a-z]{0,2}$/.test(value)))
  })

  it("refuses a schema that nothing satisfies", () => {
    assert.throws(() => coverage.of({ type: "integer", minimum: 2, maximum: 1 }), UnusableSchema)
  })
})

describe("untaken", () => {
  it("sees a choice that is left out", () => {
    const values = coverage.of(everything)
    const without = values.map((value) => (isObject(value) ? { ...value, flag: true } : value))
    assert.deepStrictEqual(untaken(everything, without, judge), ["/$ref/properties/flag: is false"])
  })
})
