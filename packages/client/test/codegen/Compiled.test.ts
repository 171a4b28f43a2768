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

/** Returns the name of the component in an operation's success response. */
const successOf = (id: string): string => {
  const operations = Object.values<Record<string, Described>>(json.paths).flatMap((path) => Object.values(path))
  const { responses } = operations.find(({ operationId }) => operationId === id)!
  const success = responses[Object.keys(responses).find((status) => status.startsWith("2"))!]!
  return success.content["application/json"]!.schema.$ref.split("/").at(-1)!
}

const valuesOf = (name: string): ReadonlyArray<unknown> => {
  const complete = sample(document, document.components.get(name)!)
  return [complete, ...edits(complete)]
}

const interpret = (codec: Schema.Codec<unknown>, value: unknown): unknown => {
  const decoded = SchemaParser.decodeUnknownResult(codec)(value)
  return Result.isSuccess(decoded) ? decoded.success : invalid
}

/** The returned decoder also decodes each value with the interpreter, and fails if the results differ. */
const compiledOf = (codec: Schema.Codec<unknown>): ((value: unknown) => unknown) => {
  const compiled = compile(codec)
  if (compiled === undefined) assert.fail("it does not compile")
  return (value) => {
    const expected = interpret(codec, structuredClone(value))
    const actual = compiled(structuredClone(value))
    assert.deepStrictEqual(actual, expected)
    return actual
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("generated responses", () => {
  it("decode every recorded response", () => {
    const rejected = recorded.flatMap(({ body, operation, schema }) => {
      const name = schema ?? successOf(operation!)
      const codec = codecs.find(([known]) => known === name)![1]
      const decoded = SchemaParser.decodeUnknownResult(codec)(body)
      return Result.isFailure(decoded) ? [{ name, ...firstViolation(decoded.failure) }] : []
    })
    assert.deepStrictEqual(rejected, [])
    assert.strictEqual(recorded.length, 50)
  })

  it("decode a sample of every component, and reject most edits of the sample", () => {
    let edited = 0
    let rejected = 0
    for (const [name, codec] of codecs) {
      const [complete, ...rest] = outcomesOf(codec, valuesOf(name))
      assert.deepStrictEqual(complete, { value: sample(document, document.components.get(name)!) }, name)
      edited += rest.length
      rejected += rest.filter((outcome) => Object.hasOwn(outcome, "pointer")).length
    }
    assert.isAbove(rejected / edited, 0.5)
  })
})

describe("compile", () => {
  it("decodes recorded responses, and valid and edited samples of every component, like the interpreter", () => {
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

  it("omits unknown fields at any depth", () => {
    const inner = Schema.Struct({ a: Schema.String })
    const decode = compiledOf(Schema.Struct({ list: Schema.Array(inner), one: Schema.optionalKey(inner) }))
    const value = { list: [{ a: "x", b: 1 }], one: { a: "y", b: 2 }, other: null }
    assert.deepStrictEqual(decode(value), { list: [{ a: "x" }], one: { a: "y" } })
  })

  it("decodes a null list as empty at any depth", () => {
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

  it("keeps a key named __proto__ in a record", () => {
    const decode = compiledOf(Schema.Record(Schema.String, listOrNull(Schema.Array(Schema.String))))
    const decoded = decode(JSON.parse('{"__proto__":null,"a":["b"]}'))
    assert.deepStrictEqual(Object.entries(decoded as object), [
      ["__proto__", []],
      ["a", ["b"]]
    ])
  })

  it("runs the checks of a schema", () => {
    const short = Schema.makeFilter((text: string) => text.length <= 2)
    const group = Schema.makeFilterGroup([short, Schema.makeFilter((text: string) => text !== "x")])
    const decode = compiledOf(Schema.Array(Schema.String.check(group)).check(Schema.isMinLength(1)))
    assert.deepStrictEqual(decode(["ab"]), ["ab"])
    for (const broken of [[], ["abc"], ["x"], [1], {}, null]) assert.strictEqual(decode(broken), invalid)
  })

  it("rejects an object without a required field of type unknown", () => {
    const decode = compiledOf(Schema.Struct({ a: Schema.Unknown, b: Schema.optionalKey(Schema.Unknown) }))
    assert.deepStrictEqual(decode({ a: null, b: [1] }), { a: null, b: [1] })
    assert.strictEqual(decode({ b: [1] }), invalid)
  })

  it("uses the first matching member of a union", () => {
    const a = Schema.Struct({ a: Schema.Finite })
    const decode = compiledOf(
      Schema.Union([a, Schema.Struct({ a: Schema.Finite, b: Schema.Finite }), Schema.Literal(1)])
    )
    assert.deepStrictEqual(decode({ a: 1, b: 2 }), { a: 1 })
    assert.deepStrictEqual(decode(1), 1)
    assert.strictEqual(decode({ b: 2 }), invalid)
    assert.strictEqual(decode(2), invalid)
  })

  it("requires the exact length of a tuple", () => {
    const decode = compiledOf(Schema.Tuple([Schema.String, Schema.Struct({ a: Schema.Null })]))
    assert.deepStrictEqual(decode(["a", { a: null, b: 1 }]), ["a", { a: null }])
    for (const broken of [["a"], ["a", { a: null }, 1], ["a", {}], { 0: "a", length: 2 }]) {
      assert.strictEqual(decode(broken), invalid)
    }
  })

  it("does not compile oneOf unions, recursive schemas, declared types and the transformation Trim", () => {
    interface Tree {
      readonly children: ReadonlyArray<Tree>
    }
    const Tree: Schema.Codec<Tree> = Schema.Struct({ children: Schema.Array(Schema.suspend(() => Tree)) })
    const others: ReadonlyArray<Schema.Codec<unknown>> = [
      Tree,
      Schema.Union([Schema.String, Schema.Finite], { mode: "oneOf" }),
      Schema.Struct({ a: Schema.optionalKey(Schema.declare((value): value is Date => value instanceof Date)) }),
      Schema.Struct({ a: Schema.Trim }) as unknown as Schema.Codec<unknown> // the encoded type does not matter here
    ]
    for (const schema of others) assert.isUndefined(compile(schema))
  })

  it("returns undefined, without an error, if the runtime does not allow code generation", () => {
    const forbidden = vi.fn(() => {
      throw new EvalError("Code generation from strings disallowed for this context")
    })
    vi.stubGlobal("Function", forbidden)
    for (const [, codec] of codecs) assert.isUndefined(compile(codec))
    assert.isAbove(forbidden.mock.calls.length, 0)
  })
})
