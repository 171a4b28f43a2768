import { assert, describe, it } from "@effect/vitest"
import * as Conformance from "../../src/judge/Conformance.ts"
import { isArray, isObject, resolver, type Json, type JsonSchema } from "../../src/judge/JsonSchema.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { nullListsAreEmpty } from "../../src/judge/NormalForms.ts"

const schema: JsonSchema = {
  type: "object",
  properties: {
    ids: { type: ["array", "null"], items: { type: "string" } },
    groups: {
      anyOf: [
        { type: "array", items: { type: "object", properties: { ids: { type: ["array", "null"] } } } },
        { type: "null" }
      ]
    },
    title: { type: ["string", "null"] },
    records: { type: "object", additionalProperties: { type: ["array", "null"] } },
    free: {}
  }
}

const resolve = resolver({})

describe("nullListsAreEmpty", () => {
  const normal = nullListsAreEmpty(Judge.make(resolve))(schema)

  it("replaces null with an empty list if the schema allows both, also inside lists and records", () => {
    assert.deepStrictEqual(normal({ ids: null, groups: [{ ids: null }], records: { a: null } }), {
      ids: [],
      groups: [{ ids: [] }],
      records: { a: [] }
    })
    assert.deepStrictEqual(normal({ groups: null }), { groups: [] })
  })
  it("changes no other null, no absent member and no free-form value", () => {
    const wire = { title: null, free: { ids: null }, ids: ["a"] }
    assert.deepStrictEqual(normal(wire), wire)
    assert.deepStrictEqual(normal({}), {})
  })

  const suite = Conformance.make(resolve).suite({ name: "Lists", schema, direction: "response" })
  const exact: Conformance.Codec<Json> = {
    decode: (input) => {
      const value = input as Json // The suite passes only JSON.
      const verdict = Judge.make(resolve)(schema)(value)
      return verdict.valid ? { ok: true, value } : { ok: false, pointers: verdict.pointers }
    },
    encode: (value) => value
  }
  const emptied = (value: Json): Json =>
    isObject(value) && value["ids"] === null ? { ...value, ids: [] } : isArray(value) ? value.map(emptied) : value

  it("makes the suite accept an empty list in place of null", () => {
    const swaps: Conformance.Codec<Json> = { ...exact, encode: emptied }
    assert.isFalse(suite.run(swaps).passed)
    assert.isTrue(suite.run({ ...swaps, normalise: normal }).passed)
  })
  it("does not make the suite accept a list that lost its items", () => {
    const loses = (value: Json): Json => (isObject(value) && isArray(value["ids"]) ? { ...value, ids: [] } : value)
    assert.isAbove(suite.run({ ...exact, encode: loses, normalise: normal }).checks["round-trip"].failed, 0)
  })
})
