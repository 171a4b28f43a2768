import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as JsonSchema from "../../src/judge/JsonSchema.ts"
import { assertProperty } from "../../src/runner/Replay.ts"

const anyKey = fc.oneof(fc.string(), fc.constantFrom("__proto__", "a/b", "~", "~1", "", "0"))
const json = fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }).map((value) => value as JsonSchema.Json)

describe("pointerTo", () => {
  it("escapes ~ and / as in RFC 6901", () => {
    assert.strictEqual(JsonSchema.pointerTo("/a", "m~n/o"), "/a/m~0n~1o")
    assert.strictEqual(JsonSchema.pointerTo("", 3), "/3")
  })
  it("returns a pointer that pointerKeys converts back to the same keys", () => {
    assertProperty(
      "pointer-keys",
      fc.property(fc.array(anyKey), (keys) => {
        const pointer = keys.reduce<string>(JsonSchema.pointerTo, "")
        assert.deepStrictEqual(JsonSchema.pointerKeys(pointer), keys)
      })
    )
  })
})

describe("objectOf", () => {
  it("creates __proto__ as an own member, as JSON.parse does", () => {
    const object = JsonSchema.objectOf([["__proto__", { a: 1 }]])
    assert.isTrue(Object.hasOwn(object, "__proto__"))
    assert.strictEqual(Object.getPrototypeOf(object), Object.prototype)
    assert.strictEqual(JSON.stringify(object), '{"__proto__":{"a":1}}')
    assert.isTrue(JsonSchema.equals(object, JSON.parse('{"__proto__":{"a":1}}')))
  })
})

describe("valueAt", () => {
  it("finds members and elements, but not members of the prototype", () => {
    const root = { a: [{ "x/y": 1 }] }
    assert.strictEqual(JsonSchema.valueAt(root, "/a/0/x~1y"), 1)
    assert.strictEqual(JsonSchema.valueAt(root, ""), root)
    assert.isUndefined(JsonSchema.valueAt(root, "/constructor"))
    assert.isUndefined(JsonSchema.valueAt(root, "/a/00"))
    assert.isUndefined(JsonSchema.valueAt(root, "/a/1"))
  })
})

describe("updateAt", () => {
  it("replaces, adds and removes values, and does not change the original", () => {
    const root = { a: { b: 1 }, c: [1, 2, 3] }
    assert.deepStrictEqual(
      JsonSchema.updateAt(root, ["a", "b"], () => 2),
      { a: { b: 2 }, c: [1, 2, 3] }
    )
    assert.deepStrictEqual(
      JsonSchema.updateAt(root, ["a", "d"], () => null),
      { a: { b: 1, d: null }, c: [1, 2, 3] }
    )
    assert.deepStrictEqual(
      JsonSchema.updateAt(root, ["c", "1"], () => undefined),
      { a: { b: 1 }, c: [1, 3] }
    )
    assert.deepStrictEqual(root, { a: { b: 1 }, c: [1, 2, 3] })
  })
})

describe("equals", () => {
  it("distinguishes absent from null and 0 from -0, and ignores the sequence of members", () => {
    assert.isTrue(JsonSchema.equals({ a: 1, b: [null] }, { b: [null], a: 1 }))
    assert.isFalse(JsonSchema.equals({ a: null }, {}))
    assert.isFalse(JsonSchema.equals({ a: null }, { b: null }))
    assert.isFalse(JsonSchema.equals([1], [1, 1]))
    assert.isFalse(JsonSchema.equals(0, -0))
    assert.isFalse(JsonSchema.equals({}, []))
  })
  it("accepts a copy of any value, and firstDifference finds no difference", () => {
    assertProperty(
      "copy-equals",
      fc.property(json, (value) => {
        assert.isTrue(JsonSchema.equals(JsonSchema.copy(value), value))
        assert.isUndefined(JsonSchema.firstDifference(JsonSchema.copy(value), value))
      })
    )
  })
})

describe("stringify", () => {
  it("writes JSON that JSON.parse converts to an equal value, including infinity and __proto__", () => {
    const roundTrip = (value: JsonSchema.Json): JsonSchema.Json => JSON.parse(JsonSchema.stringify(value))
    assert.deepStrictEqual(roundTrip([Infinity, { a: -Infinity }]), [Infinity, { a: -Infinity }])
    assert.strictEqual(JsonSchema.stringify(JSON.parse('{"__proto__":[1,"\\u2028"]}')), '{"__proto__":[1,"\u2028"]}')
    assertProperty(
      "stringify",
      fc.property(json, (value) => assert.strictEqual(JsonSchema.stringify(value), JSON.stringify(value)))
    )
  })
})

describe("firstDifference", () => {
  it("returns the pointer of the first difference", () => {
    assert.strictEqual(JsonSchema.firstDifference({ a: [1, { b: 1 }] }, { a: [1, { b: 2 }] }), "/a/1/b")
    assert.strictEqual(JsonSchema.firstDifference({ a: 1 }, { a: 1, b: null }), "/b")
    assert.strictEqual(JsonSchema.firstDifference([1, 2], [1]), "/1")
    assert.strictEqual(JsonSchema.firstDifference({}, []), "")
  })
})

describe("resolver", () => {
  const resolve = JsonSchema.resolver({ components: { schemas: { "a/b": { type: "string" } }, text: "no schema" } })
  it("follows local references, including escaped references", () => {
    assert.deepStrictEqual(resolve("#/components/schemas/a~1b"), { type: "string" })
  })
  it("rejects a reference that leaves the document or does not resolve to a schema", () => {
    assert.throws(() => resolve("other.json#/a"), JsonSchema.UnusableSchema, "leaves the document")
    assert.throws(() => resolve("#/components/schemas/nowhere"), JsonSchema.UnusableSchema, "does not lead to a schema")
    assert.throws(() => resolve("#/components/text"), JsonSchema.UnusableSchema, "does not lead to a schema")
  })
})

describe("audit", () => {
  it("throws an error for an unknown keyword inside a schema, with its pointer", () => {
    const schema = {
      properties: { "a/b": { items: { anyOf: [{ type: "string" }, { type: "string", propertyNames: {} }] } } }
    } as JsonSchema.JsonSchema
    const found = ((): unknown => {
      try {
        return JsonSchema.audit(schema)
      } catch (error) {
        return error
      }
    })()
    assert.instanceOf(found, JsonSchema.UnknownKeyword)
    assert.strictEqual(found.keyword, "propertyNames")
    assert.strictEqual(found.pointer, "/properties/a~1b/items/anyOf/1/propertyNames")
  })
  it("ignores annotations", () => {
    JsonSchema.audit({ type: "string", default: "x", deprecated: true } as JsonSchema.JsonSchema)
  })
})
