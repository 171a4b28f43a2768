import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { Result, Schema, SchemaParser } from "effect"
import { readDocument } from "../../codegen/document.ts"
import * as Feed from "../../src/generated/feed.ts"
import * as Responses from "../../src/generated/responses.ts"
import { compile, invalid } from "../../src/wire/compile.ts"
import { firstViolation } from "../../src/wire/issue.ts"
import { listOrNull } from "../../src/wire/forms.ts"
import type { Variant } from "../../src/wire/variants.ts"
import { edits, sample } from "./support/samples.ts"

const fixtures = new URL("../../../../fixtures/", import.meta.url)
const json = JSON.parse(readFileSync(new URL("spec/rest.json", fixtures), "utf8"))
const document = Result.getOrThrowWith(readDocument(json), (faults) => new Error(JSON.stringify(faults)))
const codecs = Object.entries<Schema.Codec<unknown>>(Responses)

/** What an answer would become: a value, or the place that broke and why. */
const outcomesOf = (codec: Schema.Codec<unknown>, values: ReadonlyArray<unknown>): ReadonlyArray<object> => {
  const decode = SchemaParser.decodeUnknownResult(codec)
  return values.map((value) => {
    const decoded = decode(value)
    return Result.isSuccess(decoded) ? { value: decoded.success } : firstViolation(decoded.failure)
  })
}

const recorded = readdirSync(new URL("recorded/", fixtures))
  .filter((name) => name.endsWith(".jsonl"))
  .flatMap((name) =>
    readFileSync(new URL(`recorded/${name}`, fixtures), "utf8")
      .trim()
      .split("\n")
  )
  .map((line): { readonly operation?: string; readonly schema?: string; readonly body: unknown } => JSON.parse(line))

interface Described {
  readonly operationId: string
  readonly responses: Record<
    string,
    { readonly content: Record<string, { readonly schema: { readonly $ref: string } }> }
  >
}

/** The component of an operation's one success. */
const successOf = (id: string): string => {
  const operations = Object.values<Record<string, Described>>(json.paths).flatMap((path) => Object.values(path))
  const { responses } = operations.find(({ operationId }) => operationId === id)!
  const success = responses[Object.keys(responses).find((status) => status.startsWith("2"))!]!
  return success.content["application/json"]!.schema.$ref.split("/").at(-1)!
}

const valuesOf = (name: string): ReadonlyArray<unknown> => {
  const whole = sample(document, document.components.get(name)!)
  return [whole, ...edits(whole)]
}

const interpret = (codec: Schema.Codec<unknown>, value: unknown): unknown => {
  const decoded = SchemaParser.decodeUnknownResult(codec)(value)
  return Result.isSuccess(decoded) ? decoded.success : invalid
}

/** A compiled codec, held against the interpreted one. */
const compiledOf = (codec: Schema.Codec<unknown>): ((value: unknown) => unknown) => {
  const compiled = compile(codec)
  if (compiled === undefined) assert.fail("it does not compile")
  return (value) => {
    const wanted = interpret(codec, structuredClone(value))
    const found = compiled(structuredClone(value))
    assert.deepStrictEqual(found, wanted)
    return found
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("generated responses", () => {
  it("decode every recorded response", () => {
    const refused = recorded.flatMap(({ body, operation, schema }) => {
      const name = schema ?? successOf(operation!)
      const codec = codecs.find(([known]) => known === name)![1]
      const decoded = SchemaParser.decodeUnknownResult(codec)(body)
      return Result.isFailure(decoded) ? [{ name, ...firstViolation(decoded.failure) }] : []
    })
    assert.deepStrictEqual(refused, [])
    assert.strictEqual(recorded.length, 50)
  })

  it("decode a sample of every component, and refuse most of its edits", () => {
    let edited = 0
    let refused = 0
    for (const [name, codec] of codecs) {
      const [whole, ...rest] = outcomesOf(codec, valuesOf(name))
      assert.deepStrictEqual(whole, { value: sample(document, document.components.get(name)!) }, name)
      edited += rest.length
      refused += rest.filter((outcome) => Object.hasOwn(outcome, "pointer")).length
    }
    assert.isAbove(refused / edited, 0.5)
  })
})

describe("compile", () => {
  it("decodes every component as the interpreter does: recorded, samples, and edits of samples", () => {
    for (const [name, codec] of codecs) valuesOf(name).forEach(compiledOf(codec))
    for (const { body, operation, schema } of recorded) {
      const name = schema ?? successOf(operation!)
      assert.notStrictEqual(compiledOf(codecs.find(([known]) => known === name)![1])(body), invalid)
    }
  })

  it("compiles the schema of every message of the feed", () => {
    const variants = Object.values<ReadonlyArray<Variant<unknown>>>(Feed.messageVariants).flat()
    const schemas = [
      ...Object.values<Schema.Codec<unknown>>(Feed.messageSchemas),
      ...variants.map(({ schema }) => schema)
    ]
    for (const schema of schemas) assert.isDefined(compile(schema))
    assert.strictEqual(schemas.length, 38)
  })

  it("leaves unknown members out, at any depth", () => {
    const inner = Schema.Struct({ a: Schema.String })
    const decode = compiledOf(Schema.Struct({ list: Schema.Array(inner), one: Schema.optionalKey(inner) }))
    const value = { list: [{ a: "x", b: 1 }], one: { a: "y", b: 2 }, other: null }
    assert.deepStrictEqual(decode(value), { list: [{ a: "x" }], one: { a: "y" } })
  })

  it("makes a null list empty wherever it stands", () => {
    const list = listOrNull(Schema.Array(Schema.String))
    const decode = compiledOf(
      Schema.Struct({
        required: list,
        optional: Schema.optionalKey(list),
        nested: listOrNull(Schema.Array(list)),
        byKey: Schema.Record(Schema.String, list)
      })
    )
    const value = { required: null, optional: null, nested: [null, ["a"]], byKey: { a: null, b: ["c"] } }
    assert.deepStrictEqual(decode(value), {
      required: [],
      optional: [],
      nested: [[], ["a"]],
      byKey: { a: [], b: ["c"] }
    })
    assert.deepStrictEqual(decode({ required: [], nested: null, byKey: {} }), { required: [], nested: [], byKey: {} })
    for (const broken of [
      { ...value, required: undefined },
      { ...value, optional: [1] },
      { ...value, byKey: { a: 1 } }
    ]) {
      assert.strictEqual(decode(broken), invalid)
    }
  })

  it("keeps a member that is called __proto__ in an object of free keys", () => {
    const decode = compiledOf(Schema.Record(Schema.String, listOrNull(Schema.Array(Schema.String))))
    const decoded = decode(JSON.parse('{"__proto__":null,"a":["b"]}'))
    assert.deepStrictEqual(Object.entries(decoded as object), [
      ["__proto__", []],
      ["a", ["b"]]
    ])
  })

  it("checks what a schema checks", () => {
    const short = Schema.makeFilter((text: string) => text.length <= 2)
    const group = Schema.makeFilterGroup([short, Schema.makeFilter((text: string) => text !== "x")])
    const decode = compiledOf(Schema.Array(Schema.String.check(group)).check(Schema.isMinLength(1)))
    assert.deepStrictEqual(decode(["ab"]), ["ab"])
    for (const broken of [[], ["abc"], ["x"], [1], {}, null]) assert.strictEqual(decode(broken), invalid)
  })

  it("asks for a member that may hold anything", () => {
    const decode = compiledOf(Schema.Struct({ a: Schema.Unknown, b: Schema.optionalKey(Schema.Unknown) }))
    assert.deepStrictEqual(decode({ a: null, b: [1] }), { a: null, b: [1] })
    assert.strictEqual(decode({ b: [1] }), invalid)
  })

  it("takes the first member of a union that fits", () => {
    const a = Schema.Struct({ a: Schema.Finite })
    const decode = compiledOf(
      Schema.Union([a, Schema.Struct({ a: Schema.Finite, b: Schema.Finite }), Schema.Literal(1)])
    )
    assert.deepStrictEqual(decode({ a: 1, b: 2 }), { a: 1 })
    assert.deepStrictEqual(decode(1), 1)
    assert.strictEqual(decode({ b: 2 }), invalid)
    assert.strictEqual(decode(2), invalid)
  })

  it("holds tuples to their length", () => {
    const decode = compiledOf(Schema.Tuple([Schema.String, Schema.Struct({ a: Schema.Null })]))
    assert.deepStrictEqual(decode(["a", { a: null, b: 1 }]), ["a", { a: null }])
    for (const broken of [["a"], ["a", { a: null }, 1], ["a", {}], { 0: "a", length: 2 }]) {
      assert.strictEqual(decode(broken), invalid)
    }
  })

  it("does not compile another transformation, a choice of exactly one, or a schema of itself", () => {
    interface Tree {
      readonly children: ReadonlyArray<Tree>
    }
    const Tree: Schema.Codec<Tree> = Schema.Struct({ children: Schema.Array(Schema.suspend(() => Tree)) })
    const others: ReadonlyArray<Schema.Codec<unknown>> = [
      Tree,
      Schema.Union([Schema.String, Schema.Finite], { mode: "oneOf" }),
      Schema.Struct({ a: Schema.optionalKey(Schema.declare((value): value is Date => value instanceof Date)) }),
      Schema.Struct({ a: Schema.Trim }) as unknown as Schema.Codec<unknown> // what it encodes to is of no use here
    ]
    for (const schema of others) assert.isUndefined(compile(schema))
  })

  it("is undefined where code cannot be made from text, and stays silent", () => {
    const forbidden = vi.fn(() => {
      throw new EvalError("Code generation from strings disallowed for this context")
    })
    vi.stubGlobal("Function", forbidden)
    for (const [, codec] of codecs) assert.isUndefined(compile(codec))
    assert.isAbove(forbidden.mock.calls.length, 0)
  })
})
