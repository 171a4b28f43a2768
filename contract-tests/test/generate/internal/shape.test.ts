import { assert, describe, it } from "@effect/vitest"
import * as Shape from "../../../src/generate/internal/shape.ts"
import { UnknownKeyword, UnusableSchema, type JsonSchema } from "../../../src/judge/JsonSchema.ts"
import { resolve } from "../document.ts"

const shapes = Shape.make(resolve)
const of = (schema: JsonSchema): ReadonlyArray<Shape.Alternative> => shapes.alternatives(shapes.root(schema))
const number = (schema: JsonSchema): Shape.NumberAlternative => {
  const [alternative] = of(schema)
  return alternative?.kind === "number" ? alternative : assert.fail("no number")
}

describe("alternatives", () => {
  it("splits types, and null off enums", () => {
    assert.deepStrictEqual(
      of({ type: ["string", "null"], enum: ["a", null] }).map(({ kind }) => kind),
      ["literal", "null"]
    )
    assert.deepStrictEqual(
      of({}).map(({ kind }) => kind),
      ["any"]
    )
    assert.deepStrictEqual(
      of({ minimum: 1 }).map(({ kind }) => kind),
      ["boolean", "number", "string", "array", "object", "null"]
    )
  })

  it("meets the constraints of allOf, of references and of their siblings", () => {
    const made = number({
      allOf: [
        { type: "number", minimum: 2 },
        { type: "integer", maximum: 9 }
      ],
      exclusiveMaximum: 9
    })
    assert.deepStrictEqual([made.integer, made.minimum, made.maximum], [true, 2, 8])
    const [literal] = of({ $ref: "#/components/schemas/Side", enum: ["no", "maybe"] })
    assert.deepStrictEqual(literal?.kind === "literal" ? literal.values : [], ["no"])
  })

  it("bounds integers by their format and by what a double keeps", () => {
    assert.strictEqual(number({ type: "integer", format: "int32" }).maximum, 2 ** 31 - 1)
    assert.strictEqual(number({ type: "integer" }).maximum, Number.MAX_SAFE_INTEGER)
    assert.strictEqual(number({ type: "integer", exclusiveMinimum: 1.5 }).minimum, 2)
    assert.isTrue(number({ type: "number", exclusiveMinimum: 1.5 }).minimumExcluded)
  })

  it("multiplies unions out, and notes what oneOf excludes", () => {
    const made = of({ anyOf: [{ minimum: 0 }, { maximum: 9 }], type: "integer" })
    assert.strictEqual(made.length, 2)
    const [first] = of({ oneOf: [{ type: "string" }, { type: "null" }] })
    assert.deepStrictEqual(first?.excluded, [{ type: "null" }])
  })

  it("lets one closed part of allOf close the whole", () => {
    const [made] = of({
      allOf: [
        { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
        { properties: { b: { type: "string" } } }
      ]
    })
    const b = made?.kind === "object" ? made.properties.get("b") : undefined
    assert.isTrue(made?.kind === "object" && made.closed)
    assert.deepStrictEqual(b === undefined ? undefined : shapes.alternatives(b), [])
  })

  it("has no alternative where nothing can be valid", () => {
    assert.deepStrictEqual(of(false), [])
    assert.deepStrictEqual(of({ type: "integer", minimum: 2, maximum: 1 }), [])
    assert.deepStrictEqual(of({ type: "string", const: 5 }), [])
  })

  it("refuses an unknown keyword, an unknown format and a reference to itself", () => {
    assert.throws(() => of({ not: {} } as JsonSchema), UnknownKeyword, "not")
    assert.throws(() => of({ type: "number", format: "money" }), UnusableSchema, "money")
    const circular = Shape.make(() => ({ $ref: "#/a" }))
    assert.throws(() => circular.alternatives(circular.root({ $ref: "#/a" })), UnusableSchema, "leads to itself")
  })
})
