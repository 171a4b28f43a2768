import { afterEach, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { Result, type Schema, SchemaParser } from "effect"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import { readDocument } from "../../codegen/document.ts"
import * as Responses from "../../src/generated/responses.ts"
import { firstBreak } from "../../src/internal/issue.ts"
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
    return Result.isSuccess(decoded) ? { value: decoded.success } : firstBreak(decoded.failure)
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

const values = (name: string): ReadonlyArray<unknown> => {
  const whole = sample(document, document.components.get(name)!)
  return [whole, ...edits(whole)]
}

afterEach(() => {
  vi.unstubAllGlobals()
})

// The platform keeps one decoder per schema: what is interpreted comes first, and what is compiled stays.
describe("decoding", () => {
  const interpreted = new Map<string, ReadonlyArray<object>>()

  beforeAll(() => {
    for (const [name, codec] of codecs) interpreted.set(name, outcomesOf(codec, values(name)))
  })

  it("takes every recorded response", () => {
    const refused = recorded.flatMap(({ body, operation, schema }) => {
      const name = schema ?? successOf(operation!)
      const codec = codecs.find(([known]) => known === name)![1]
      const decoded = SchemaParser.decodeUnknownResult(codec)(body)
      return Result.isFailure(decoded) ? [{ name, ...firstBreak(decoded.failure) }] : []
    })
    assert.deepStrictEqual(refused, [])
    assert.strictEqual(recorded.length, 50)
  })

  it("takes a sample of every component, and refuses most of its edits, interpreted", () => {
    let edited = 0
    let refused = 0
    for (const [name] of codecs) {
      const [whole, ...rest] = interpreted.get(name)!
      assert.deepStrictEqual(whole, { value: sample(document, document.components.get(name)!) }, name)
      edited += rest.length
      refused += rest.filter((outcome) => Object.hasOwn(outcome, "pointer")).length
    }
    assert.isAbove(refused / edited, 0.5)
  })

  it("is the same where code cannot be made from text, and stays silent", () => {
    const forbidden = vi.fn(() => {
      throw new EvalError("Code generation from strings disallowed for this context")
    })
    vi.stubGlobal("Function", forbidden)
    for (const [name, codec] of codecs) {
      SchemaJITCompiler.enable(codec.ast)
      assert.deepStrictEqual(outcomesOf(codec, values(name)), interpreted.get(name), name)
    }
    assert.isAbove(forbidden.mock.calls.length, 0)
  })

  it("is the same compiled: the same values, the same pointers, the same reasons", () => {
    const make = globalThis.Function
    const compiled = vi.fn((...args: Array<string>) => make(...args))
    vi.stubGlobal("Function", compiled)
    for (const [name, codec] of codecs) {
      SchemaJITCompiler.enable(codec.ast)
      assert.deepStrictEqual(outcomesOf(codec, values(name)), interpreted.get(name), name)
    }
    assert.isAtLeast(compiled.mock.calls.length, codecs.filter(([name]) => name.startsWith("Get")).length)
  })
})
