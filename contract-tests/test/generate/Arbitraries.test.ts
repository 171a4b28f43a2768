import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import {
  equals,
  isArray,
  isObject,
  UnknownKeyword,
  UnusableSchema,
  type Json,
  type JsonSchema
} from "../../src/judge/JsonSchema.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { everything, resolve, schemas, tree } from "./document.ts"

const judge = Judge.make(resolve)
const arbitraries = Arbitraries.make(judge)
const seed = 7

const sample = (schema: JsonSchema, numRuns = 300): ReadonlyArray<Json> =>
  fc.sample(arbitraries.of(schema), { numRuns, seed })

/** Every value that fast-check visits while it shrinks; now and then one passes, so that it tries side paths. */
const shrunk = (schema: JsonSchema, from: number): ReadonlyArray<Json> => {
  const visited: Array<Json> = []
  fc.check(
    fc.property(arbitraries.of(schema), (value) => {
      visited.push(value)
      return visited.length % 3 === 0
    }),
    { seed: from, numRuns: 1, endOnFailure: false }
  )
  return visited
}

const strings = (value: Json): ReadonlyArray<string> =>
  typeof value === "string"
    ? [value]
    : isArray(value)
      ? value.flatMap(strings)
      : isObject(value)
        ? Object.entries(value).flatMap(([key, member]) => [key, ...strings(member)])
        : []

describe("Arbitraries.make", () => {
  for (const name of Object.keys(schemas)) {
    it(`makes only valid values of ${name}, and JSON text keeps them`, () => {
      const schema = { $ref: `#/components/schemas/${name}` }
      for (const value of sample(schema, 500)) {
        const verdict = judge(schema)(value)
        assert.isTrue(verdict.valid, verdict.valid ? "" : JSON.stringify([value, verdict.violations]))
        assert.isTrue(equals(JSON.parse(JSON.stringify(value)), value), JSON.stringify(value))
      }
    })
    it(`shrinks ${name} to valid values only`, () => {
      const schema = { $ref: `#/components/schemas/${name}` }
      const visited = Array.from({ length: 10 }, (_, from) => shrunk(schema, from)).flat()
      assert.isAbove(visited.length, 12)
      assert.deepStrictEqual(
        visited.filter((value) => !judge.accepts(schema)(value)),
        []
      )
    })
  }

  it("makes the same values from the same seed, and others from another", () => {
    assert.deepStrictEqual(sample(everything), sample(everything))
    assert.deepStrictEqual(
      fc.sample(Arbitraries.make(judge).of(everything), { numRuns: 300, seed }),
      sample(everything)
    )
    assert.notDeepEqual(fc.sample(arbitraries.of(everything), { numRuns: 300, seed: 8 }), sample(everything))
  })

  it("has optional keys present at least four times in five", () => {
    const required = new Set(schemas.Everything.required)
    const optional = Object.keys(schemas.Everything.properties).filter((key) => !required.has(key))
    const values = sample(everything, 1000).flatMap((value) => (isObject(value) ? [value] : []))
    for (const key of optional) {
      const present = values.filter((value) => Object.hasOwn(value, key)).length / values.length
      assert.isAtLeast(present, 0.8, key)
      assert.isBelow(present, 1, key)
    }
  })

  it("makes the nasty but valid: fraction digits, offsets, astral characters, prototype names, bounds", () => {
    const times = sample({ type: "string", format: "date-time" }, 3000).flatMap(strings)
    for (let places = 1; places <= 9; places++) {
      assert.isTrue(
        times.some((text) => new RegExp(`[.][0-9]{${places}}[Zz+-]`).test(text)),
        `${places} places`
      )
    }
    assert.isTrue(times.some((text) => !text.includes(".")))
    assert.isTrue(times.some((text) => /[+-][0-9]{2}:[0-9]{2}$/.test(text)))
    assert.isTrue(times.some((text) => text.includes("t")) && times.some((text) => text.endsWith("z")))

    const free = sample({ type: "object" }, 2000)
    assert.isTrue(free.some((value) => isObject(value) && Object.hasOwn(value, "__proto__")))
    const texts = sample({ type: "string" }, 2000).flatMap(strings)
    assert.isTrue(texts.some((text) => /[\u{10000}-\u{10FFFF}]/u.test(text)))
    assert.isTrue(texts.some((text) => text.length > 1000) && texts.includes(""))
    assert.isTrue(texts.every((text) => text.isWellFormed()))

    const integers = sample({ type: "integer" }, 2000)
    assert.include(integers, Number.MAX_SAFE_INTEGER)
    assert.include(integers, Number.MIN_SAFE_INTEGER)
    assert.isTrue(sample({ type: "number" }, 2000).some((value) => !Number.isInteger(value)))
    for (const value of [...integers, ...sample({ type: "number" }, 2000)]) assert.isFalse(Object.is(value, -0))

    const decimals = sample({ $ref: "#/components/schemas/Decimal" }, 2000).flatMap(strings)
    for (let places = 0; places <= 6; places++) {
      const form = new RegExp(places === 0 ? "^-?[0-9]+$" : `[.][0-9]{${places}}$`)
      assert.isTrue(
        decimals.some((text) => form.test(text)),
        `${places} places`
      )
    }
    assert.isTrue(decimals.some((text) => String(Number(text)) !== text))
  })

  it("unrolls a recursive schema twice and no further", () => {
    const depth = (value: Json): number =>
      isObject(value)
        ? 1 + Math.max(0, ...Object.values(value).map(depth))
        : isArray(value)
          ? Math.max(0, ...value.map(depth))
          : 0
    assert.strictEqual(Math.max(...sample(tree).map(depth)), 2)
  })

  it("makes every branch of a union, null among them", () => {
    const values = sample({ anyOf: [{ type: "string" }, { type: "integer" }, { type: "null" }] })
    for (const type of ["string", "number", "object"]) assert.isTrue(values.some((value) => typeof value === type))
  })

  it("keeps to exactly one branch of oneOf where branches overlap", () => {
    const schema: JsonSchema = {
      oneOf: [
        { type: "integer", minimum: 0 },
        { type: "integer", maximum: 10 }
      ]
    }
    assert.isTrue(sample(schema).every(judge.accepts(schema)))
  })

  it("refuses an unknown keyword, and a schema that no value can meet", () => {
    const of = (schema: object) => () => arbitraries.of(schema as JsonSchema)
    assert.throws(of({ type: "object", patternProperties: {} }), UnknownKeyword, "patternProperties")
    assert.throws(of({ type: "string", format: "ipv9" }), UnusableSchema, "ipv9")
    assert.throws(of({ type: "integer", minimum: 2, maximum: 1 }), UnusableSchema, "no value")
    assert.throws(of({ type: "string", pattern: "(?=a)b" }), UnusableSchema, "look-around")
    assert.throws(of({ type: "string", pattern: "^a+$", format: "uuid" }), UnusableSchema, "almost never")
    const endless = Arbitraries.make(
      Judge.make(() => ({ type: "object", required: ["next"], properties: { next: { $ref: "#/x" } } }))
    )
    assert.throws(() => endless.of({ $ref: "#/x" }), UnusableSchema, "bounded depth")
  })
})
