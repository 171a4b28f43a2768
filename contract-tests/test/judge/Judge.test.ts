import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import { stringFormats } from "../../src/generate/internal/formats.ts"
import { UnknownKeyword, UnusableSchema, type Json, type JsonSchema } from "../../src/judge/JsonSchema.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { everything, resolve, tree } from "../generate/document.ts"

const judge = Judge.make(resolve)

const blamed = (schema: JsonSchema, value: Json): ReadonlyArray<string> => {
  const verdict = judge(schema)(value)
  return verdict.valid ? [] : verdict.pointers
}

const parsed = (text: string): Json => JSON.parse(text)

describe("Judge.make", () => {
  it("reports only one violation for a wrong nullable decimal, and none for the null branch", () => {
    const schema: JsonSchema = {
      type: "object",
      properties: { settled: { anyOf: [{ $ref: "#/components/schemas/Decimal" }, { type: "null" }] } }
    }
    const verdict = judge(schema)({ settled: "1e3" })
    assert.isFalse(verdict.valid)
    if (!verdict.valid) {
      assert.deepStrictEqual(verdict.pointers, ["/settled"])
      assert.deepStrictEqual(
        verdict.violations.map(({ keyword }) => keyword),
        ["pattern"]
      )
    }
    assert.deepStrictEqual(blamed(schema, { settled: 5 }), ["/settled"])
    assert.deepStrictEqual(blamed(schema, { settled: null }), [])
  })

  it("reports the pointer inside the branch of anyOf that has the type of the value", () => {
    const schema: JsonSchema = {
      type: "object",
      properties: {
        error: {
          anyOf: [
            { type: "object", required: ["code"], properties: { code: { type: "string" } } },
            { type: "null" },
            { type: "string" }
          ]
        }
      }
    }
    assert.deepStrictEqual(blamed(schema, { error: { code: 1 } }), ["/error/code"])
    assert.deepStrictEqual(blamed(schema, { error: {} }), ["/error/code"])
    assert.deepStrictEqual(blamed(schema, { error: 1 }), ["/error"])
  })

  it("reports the violations of the oneOf branch whose discriminator matches", () => {
    const schema: JsonSchema = {
      oneOf: [
        { type: "object", required: ["type", "a"], properties: { type: { const: "A" }, a: { type: "string" } } },
        { type: "object", required: ["type", "b"], properties: { type: { const: "B" }, b: { type: "string" } } }
      ]
    }
    assert.deepStrictEqual(blamed(schema, { type: "B", b: 1 }), ["/b"])
    assert.deepStrictEqual(blamed(schema, { type: "A" }), ["/a"])
    assert.deepStrictEqual(blamed(schema, { type: "A", a: "x", b: "x" }), [])
    assert.deepStrictEqual(blamed(schema, { type: "C", a: 1, b: 1 }), ["/type"])
  })

  it("reports every violation if only one branch has the type of the value", () => {
    const schema: JsonSchema = {
      anyOf: [
        { type: "object", properties: { side: { enum: ["yes", "no"] }, count: { type: "integer" } } },
        { type: "null" }
      ]
    }
    assert.deepStrictEqual(blamed(schema, { side: "maybe", count: "1" }), ["/side", "/count"])
  })

  it("reports the pointer of the union if several branches are possible, or if two branches of oneOf match", () => {
    const objects: JsonSchema = {
      anyOf: [
        { type: "object", required: ["a"] },
        { type: "object", required: ["b"] }
      ]
    }
    assert.deepStrictEqual(blamed({ properties: { x: objects } }, { x: {} }), ["/x"])
    assert.deepStrictEqual(blamed({ oneOf: [{ type: "integer" }, { type: "number", minimum: 3 }] }, 5), [""])
  })

  it("escapes the pointers of missing and undeclared members", () => {
    assert.deepStrictEqual(blamed({ type: "object", required: ["a/b", "c~d"] }, {}), ["/a~1b", "/c~0d"])
    assert.deepStrictEqual(blamed({ type: "object", additionalProperties: false }, { "a/b": 1 }), ["/a~1b"])
  })

  it("treats __proto__ like any other member", () => {
    const named = parsed('{"type":"object","required":["__proto__"],"properties":{"__proto__":{"type":"string"}}}')
    // This JSON is a schema, but its declared type is Json.
    const schema = named as JsonSchema
    assert.deepStrictEqual(blamed(schema, {}), ["/__proto__"])
    assert.deepStrictEqual(blamed(schema, parsed('{"__proto__":1}')), ["/__proto__"])
    assert.deepStrictEqual(blamed(schema, parsed('{"__proto__":"x"}')), [])
    const closed: JsonSchema = { type: "object", additionalProperties: false }
    assert.deepStrictEqual(blamed(closed, parsed('{"__proto__":1}')), ["/__proto__"])
    const record: JsonSchema = { type: "object", additionalProperties: { type: "string" } }
    assert.deepStrictEqual(blamed(record, parsed('{"__proto__":1}')), ["/__proto__"])
  })

  it("does not accept a member of the prototype as a required member", () => {
    assert.deepStrictEqual(blamed({ type: "object", required: ["constructor"] }, {}), ["/constructor"])
  })

  it("rejects unsafe integers, with and without a format", () => {
    for (const schema of [{ type: "integer" }, { type: ["integer", "null"], format: "int64" }] as const) {
      assert.deepStrictEqual(blamed(schema, parsed("9007199254740991")), [])
      assert.deepStrictEqual(blamed(schema, parsed("-9007199254740991")), [])
      assert.deepStrictEqual(blamed(schema, parsed("9007199254740993")), [""])
      assert.deepStrictEqual(blamed(schema, parsed("-9007199254740992")), [""])
      assert.deepStrictEqual(blamed(schema, parsed("1.5")), [""])
      assert.deepStrictEqual(blamed(schema, parsed("1.0")), [])
    }
    assert.deepStrictEqual(blamed({ type: "integer", format: "int32" }, 2 ** 31), [""])
    assert.deepStrictEqual(blamed({ type: "integer", format: "int32" }, 2 ** 31 - 1), [])
  })

  it("rejects infinity, and a number beyond the range of its format", () => {
    assert.deepStrictEqual(blamed({ type: "number" }, parsed("1e400")), [""])
    assert.deepStrictEqual(blamed({ type: "number", format: "double" }, 1.7976931348623157e308), [])
    assert.deepStrictEqual(blamed({ type: "number", format: "float" }, 3.5e38), [""])
  })

  it("counts the length of a string in Unicode characters, not in UTF-16 units", () => {
    assert.deepStrictEqual(blamed({ type: "string", maxLength: 1 }, "𝒳"), [])
    assert.deepStrictEqual(blamed({ type: "string", minLength: 2 }, "𝒳"), [""])
  })

  it("reports pointers inside recursive schemas", () => {
    assert.deepStrictEqual(blamed(tree, { name: "a", children: [{ name: "b", children: [] }] }), [])
    assert.deepStrictEqual(blamed(tree, { name: "a", children: [{ name: 1, children: [] }], parent: null }), [
      "/children/0/name"
    ])
    const nested = { name: "a", children: [], parent: { name: "b", children: [{ name: "c" }] } }
    assert.deepStrictEqual(blamed(tree, nested), ["/parent/children/0/children"])
  })

  it("throws an error with the pointer of an unknown keyword, an unknown format or an unknown reference", () => {
    const inside = (schema: object): JsonSchema => ({ properties: { a: schema as JsonSchema } })
    assert.throws(() => judge(inside({ minProperties: 1 })), UnknownKeyword, "/properties/a/minProperties")
    assert.throws(() => judge(inside({ type: "string", format: "ipv9" })), UnusableSchema, "/properties/a/format")
    assert.throws(() => judge(inside({ $ref: "#/nowhere" })), UnusableSchema, "#/nowhere")
    const elsewhere = Judge.make(() => ({ type: "object", propertyNames: {} }) as JsonSchema)
    assert.throws(() => elsewhere({ $ref: "#/components/schemas/A" }), UnknownKeyword, "A/propertyNames")
  })

  it("supports boolean schemas", () => {
    assert.deepStrictEqual(blamed(true, null), [])
    assert.deepStrictEqual(blamed(false, null), [""])
    assert.deepStrictEqual(blamed({ properties: { a: false } }, { a: 1 }), ["/a"])
  })

  it("throws the same error for an invalid schema a second time", () => {
    const broken = Judge.make(resolve)
    for (const _ of [1, 2]) assert.throws(() => broken({ $ref: "#/nowhere" }), UnusableSchema, "#/nowhere")
  })

  it("compares literals that contain __proto__", () => {
    const schema = parsed('{"const":{"__proto__":1}}') as JsonSchema
    assert.deepStrictEqual(blamed(schema, parsed('{"__proto__":1}')), [])
    assert.deepStrictEqual(blamed(schema, parsed('{"__proto__":2}')), [""])
    assert.deepStrictEqual(blamed(schema, {}), [""])
  })

  it("compiles each schema only once", () => {
    assert.strictEqual(judge.accepts(everything), judge.accepts(everything))
  })
})

describe("formats", () => {
  const ajv = new Ajv2020()
  // The package is CommonJS, so the function is the member `default` of the default export.
  addFormats.default(ajv)

  for (const [name, format] of stringFormats) {
    describe(name, () => {
      it("accepts its examples and rejects its invalid examples", () => {
        assert.deepStrictEqual(
          format.examples.filter((text) => !format.accepts(text)),
          []
        )
        assert.deepStrictEqual(format.invalidExamples.filter(format.accepts), [])
      })
      it("accepts no example that ajv-formats rejects", () => {
        const validate = ajv.compile({ type: "string", format: name })
        const accepted = [...format.examples, ...format.invalidExamples].filter(format.accepts)
        assert.deepStrictEqual(
          accepted.filter((text) => !validate(text)),
          []
        )
      })
    })
  }

  it("reject a space in a time, an offset without a colon, a leap second at noon and `urn:uuid:`, but not a leap second at midnight", () => {
    const dateTime = stringFormats.get("date-time")
    assert.isFalse(dateTime?.accepts("2026-08-22 09:30:00Z"))
    assert.isFalse(dateTime?.accepts("2026-08-22T09:30:00+0530"))
    assert.isTrue(dateTime?.accepts("2016-12-31T23:59:60Z"))
    assert.isFalse(dateTime?.accepts("2016-12-31T12:00:60Z"))
    assert.isFalse(stringFormats.get("uuid")?.accepts("urn:uuid:0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b"))
  })
})
