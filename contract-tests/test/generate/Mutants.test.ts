import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import * as Coverage from "../../src/generate/Coverage.ts"
import { equals, type Json, type JsonSchema, pointerKeys, updateAt, valueAt } from "../../src/judge/JsonSchema.ts"
import * as Judge from "../../src/judge/Judge.ts"
import * as Mutants from "../../src/generate/Mutants.ts"
import { assertProperty } from "../../src/runner/Replay.ts"
import { everything, resolve, tree } from "./document.ts"

const judge = Judge.make(resolve)
const mutants = Mutants.make(judge)
const coverage = Coverage.make(judge)

const kindsAt = (schema: JsonSchema, value: Json): ReadonlyArray<string> =>
  mutants
    .of(schema)(value)
    .map(({ kind, pointer, value: mutated }) => `${kind} ${pointer} ${JSON.stringify(mutated)}`)

describe("Mutants.make", () => {
  it("returns every mutant (a value with one violation) of a small object", () => {
    const schema: JsonSchema = {
      type: "object",
      required: ["a"],
      properties: { a: { type: "boolean" } },
      additionalProperties: false
    }
    assert.deepStrictEqual(kindsAt(schema, { a: true }), [
      "missing-required /a {}",
      'extra-property /unknown_member {"a":true,"unknown_member":1}',
      'extra-property /__proto__ {"a":true,"__proto__":1}',
      'extra-property /constructor {"a":true,"constructor":1}',
      "wrong-type  true",
      "wrong-type  0",
      'wrong-type  "{\\"a\\":true}"',
      'wrong-type  [{"a":true}]',
      "wrong-type  []",
      "null-where-not-nullable  null",
      'wrong-type /a {"a":1}',
      'wrong-type /a {"a":"true"}',
      'wrong-type /a {"a":[true]}',
      'wrong-type /a {"a":{}}',
      'null-where-not-nullable /a {"a":null}'
    ])
  })

  it("makes numbers beyond each bound, unsafe integers, fractions and infinities", () => {
    const values = mutants.of({ type: "integer", format: "int32", minimum: 0, maximum: 9 })(4)
    const of = (kind: Mutants.Kind): ReadonlyArray<Json> =>
      values.filter((mutant) => mutant.kind === kind).map(({ value }) => value)
    assert.deepStrictEqual(of("below-minimum"), [-1])
    assert.deepStrictEqual(of("above-maximum"), [10])
    assert.deepStrictEqual(of("int32-overflow"), [-(2 ** 31) - 1, 2 ** 31])
    assert.deepStrictEqual(of("fractional-integer"), [4.5, 0.5, 1e-7])
    assert.deepStrictEqual(of("unsafe-integer"), [2 ** 53, -(2 ** 53), 1e21])
    assert.deepStrictEqual(of("non-finite-number"), [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    const open = mutants.of({ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 })(0.5)
    assert.includeMembers(
      open.map(({ value }) => value),
      [0, -Number.MIN_VALUE, 1, 1 + Number.EPSILON]
    )
  })

  it("replaces decimals and times with numbers, and numbers with strings", () => {
    const of = (schema: JsonSchema, value: Json): ReadonlyArray<Json> =>
      mutants
        .of(schema)(value)
        .flatMap((mutant) => (mutant.kind === "wrong-type" ? [mutant.value] : []))
    assert.include(of({ type: "string", pattern: "^[0-9.]+$" }, "0.50"), 0.5)
    assert.include(of({ type: "integer" }, 7), "7")
    assert.include(of({ type: "string", format: "date-time" }, "2026-08-22T09:30:00Z"), Date.UTC(2026, 7, 22, 9, 30))
  })

  it("creates every kind of mutant for a schema that uses every keyword", () => {
    const { discarded, mutants: made } = mutants.survey(everything)(coverage.of(everything))
    const reached = new Set(made.map(({ kind }) => kind))
    assert.deepStrictEqual(
      Mutants.kinds.filter((kind) => !reached.has(kind)),
      []
    )
    for (const location of ["/levels/*/1", "/sources/*", "/tagged/value", "/settled", "/tags/*", "/sealed/a"]) {
      assert.isTrue(
        made.some((mutant) => mutant.location === location),
        location
      )
    }
    assert.deepStrictEqual(discarded, [])
  })

  it("returns only mutants that the judge refuses at exactly one pointer, which is the mutant's own", () => {
    const { mutants: made } = mutants.survey(everything)(coverage.of(everything))
    const verdict = judge(everything)
    for (const { pointer, value } of made) {
      const verdictOnMutant = verdict(value)
      assert.deepStrictEqual(verdictOnMutant.valid ? [] : verdictOnMutant.pointers, [pointer])
    }
  })

  it("reports a discarded candidate, without a pointer if the judge accepts it", () => {
    const schema: JsonSchema = { type: "object", properties: { result: { type: "string", enum: ["yes", ""] } } }
    const { discarded } = mutants.survey(schema)([{ result: "yes" }])
    assert.deepStrictEqual(discarded, [
      { kind: "enum-non-member", location: "/result", pointer: "/result", note: '"yes" → ""', blamed: [] }
    ])
  })

  it("replaces the first element of a list and one later element with null", () => {
    const schema: JsonSchema = { type: "array", items: { type: "boolean" } }
    const { mutants: made } = mutants.survey(schema)([[true, false, true]])
    const nulls = made.filter(({ kind, location }) => kind === "null-where-not-nullable" && location === "/*")
    assert.deepStrictEqual(
      nulls.map(({ pointer }) => pointer),
      ["/0", "/1"]
    )
  })

  it("makes mutants that differ from the value only at their pointer", { timeout: 60_000 }, () => {
    assertProperty(
      "mutants-change-one-place",
      fc.property(Arbitraries.make(judge).of(everything), (value) => {
        for (const mutant of mutants.of(everything)(value)) {
          const keys = pointerKeys(mutant.pointer)
          const back = updateAt(mutant.value, keys, () => valueAt(value, mutant.pointer))
          assert.isTrue(equals(back, value), `${mutant.kind} ${mutant.pointer}`)
          assert.isFalse(judge.accepts(everything)(mutant.value))
        }
      }),
      { numRuns: 20 }
    )
  })

  it("makes mutants inside recursive values", () => {
    const value = { name: "a", children: [{ name: "b", children: [{ name: "c", children: [] }] }] }
    assert.isTrue(
      mutants
        .of(tree)(value)
        .some(({ pointer }) => pointer === "/children/0/children/0/name")
    )
  })
})

describe("blames", () => {
  const schema: JsonSchema = {
    type: "array",
    prefixItems: [{ type: "string" }, { type: "string" }],
    items: false,
    minItems: 2,
    maxItems: 2
  }
  const [first, second, third] = mutants.of(schema)(["a", "b"])

  it("accepts, for a tuple of the wrong length, only the pointer of the tuple or the pointers of its missing or surplus items", () => {
    if (first === undefined || second === undefined || third === undefined) return assert.fail("too few mutants")
    assert.deepStrictEqual([first.value, second.value, third.value], [["a"], [], ["a", "b", "b"]])
    for (const mutant of [first, second, third]) {
      assert.isTrue(Mutants.blames(mutant, [""]))
      assert.isTrue(Mutants.blames(mutant, ["", ""]))
      assert.isFalse(Mutants.blames(mutant, []))
      assert.isFalse(Mutants.blames(mutant, ["", "/0"]))
    }
    assert.isTrue(Mutants.blames(first, ["/1"]))
    assert.isFalse(Mutants.blames(first, ["/0"]))
    assert.isTrue(Mutants.blames(second, ["/0", "/1"]))
    assert.isTrue(Mutants.blames(third, ["/2"]))
    assert.isFalse(Mutants.blames(third, ["/1"]))
  })

  it("accepts only the mutant's own pointer unless a list has the wrong length", () => {
    const otherMutants = mutants
      .of(schema)(["a", "b"])
      .filter(({ kind }) => !kind.endsWith("-items"))
    assert.isAbove(otherMutants.length, 5)
    for (const mutant of otherMutants) {
      assert.isTrue(Mutants.blames(mutant, [mutant.pointer]))
      assert.isFalse(Mutants.blames(mutant, [`${mutant.pointer}/0`]))
    }
  })
})

describe("additions", () => {
  it("adds unknown members to open objects, also to inner ones, but not to closed objects or records", () => {
    const additions = mutants.additions(everything)(coverage.of(everything))
    const places = new Set(additions.flatMap(({ pointers }) => pointers))
    for (const pointer of ["/unknown_member", "/__proto__", "/tagged/unknown_member", "/details/unknown_member"]) {
      assert.isTrue(places.has(pointer), pointer)
    }
    assert.isFalse([...places].some((pointer) => pointer.startsWith("/sealed/")))
    assert.isFalse([...places].some((pointer) => pointer.startsWith("/sources/")))
    for (const { base, pointers, value } of additions) {
      assert.isTrue(judge.accepts(everything)(value))
      const back = pointers.reduce<Json>((from, at) => updateAt(from, pointerKeys(at), () => undefined) ?? from, value)
      assert.isTrue(equals(back, base))
    }
    assert.isTrue(additions.some(({ pointers }) => pointers.length > 3))
  })
})
