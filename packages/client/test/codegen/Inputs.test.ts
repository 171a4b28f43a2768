import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Facts } from "../../codegen/facts.ts"
import { generate } from "../../codegen/generate.ts"
import { documentOf, filesOf, type Json, noFacts, faultsOf } from "./support/documents.ts"

const text = { type: "string" }
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const query = (name: string, schema: Json, more: Json = {}) => ({ name, in: "query", schema, ...more })

const withOperation = (operation: Json, schemas: Json = {}, shared: Json = {}) =>
  documentOf({ schemas, shared, paths: { "/things/{id}": { post: { operationId: "ChangeThing", ...operation } } } })

const id = { name: "id", in: "path", required: true, schema: text }

const bodyOf = (name: string) => ({ requestBody: { content: { "application/json": { schema: ref(name) } } } })

const docs = (some: Partial<Facts["docs"]>): Facts => ({ ...noFacts, docs: { ...noFacts.docs, ...some } })

const inputsOf = async (document: Json, facts: Facts = noFacts): Promise<string> => {
  const file = (await filesOf(document, facts)).get("inputs.ts")!
  return file.slice(file.indexOf(" */\n") + 4).trim()
}

const commentOf = async (name: string, schema: Json, facts: Facts, more: Json = {}): Promise<string | undefined> => {
  const inputs = await inputsOf(withOperation({ parameters: [id, query(name, schema, more)], responses: {} }), facts)
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*readonly ${name}\\?`).exec(inputs)?.[1]
  return comment?.replaceAll(/[\s*]*\n[\s*]*/g, " ").trim()
}

describe("the inputs", () => {
  it("contain path, query and body of an operation, required properties first", async () => {
    const document = withOperation(
      { parameters: [id, query("side", ref("Side"))], responses: {}, ...bodyOf("Change") },
      {
        Side: { type: "string", enum: ["yes", "no"] },
        Change: {
          type: "object",
          required: ["size"],
          properties: { note: { anyOf: [text, { type: "null" }] }, size: { type: "integer" } }
        }
      }
    )
    assert.strictEqual(
      await inputsOf(document),
      `import type { Side } from "./requests.ts"

/** Input of the operation \`ChangeThing\`. */
export interface ChangeThingInput {
  readonly id: string
  readonly side?: Side | undefined
  readonly size: number
  readonly note?: string | null | undefined
}`
    )
  })

  it("omit operations without input", async () => {
    assert.strictEqual(await inputsOf(documentOf({ schemas: { Out: text }, responses: ["Out"] })), "")
  })

  it("accept undefined for an optional field at any depth", async () => {
    const object = (properties: Json, required: ReadonlyArray<string>) => ({ type: "object", properties, required })
    const document = withOperation(
      { parameters: [id], responses: {}, ...bodyOf("Change") },
      {
        Change: object({ parts: { type: "array", items: ref("Part") } }, ["parts"]),
        Part: object({ leg: ref("Leg"), plain: ref("Plain") }, ["leg", "plain"]),
        Leg: object({ note: text }, []),
        Plain: object({ a: text }, ["a"])
      }
    )
    assert.strictEqual(
      await inputsOf(document, docs({ inputs: { Part: "One part." } })),
      `import type { Plain } from "./requests.ts"

/** Input of the operation \`ChangeThing\`. */
export interface ChangeThingInput {
  readonly id: string
  readonly parts: ReadonlyArray<PartInput>
}

export interface LegInput {
  readonly note?: string | undefined
}

/** One part. */
export interface PartInput {
  readonly leg: LegInput
  readonly plain: Plain
}`
    )
  })

  it("use PostPartInput for a component that is the body of PostPart", async () => {
    const part = { type: "object", properties: { note: text } }
    const all = { type: "object", required: ["all"], properties: { all: { type: "array", items: ref("Part") } } }
    const inputs = await inputsOf(documentOf({ schemas: { Part: part, All: all }, requests: ["Part", "All"] }))
    assert.include(inputs, "readonly all: ReadonlyArray<PostPartInput>")
    assert.notInclude(inputs, "PartInput {\n  readonly note?: string | undefined\n}\n\nexport")
  })

  it("suggest the members of an open enum of responses", async () => {
    const document = withOperation(
      {
        parameters: [id, query("status", text)],
        responses: { "200": { content: { "application/json": { schema: ref("Status") } } } }
      },
      { Status: { type: "string", enum: ["on", "off"] } }
    )
    const inputs = await inputsOf(document, docs({ suggestions: { "ChangeThing/status": "Status" } }))
    assert.include(inputs, 'import type { Status } from "./responses.ts"')
    assert.include(inputs, "readonly status?: Status | undefined")
  })
})

describe("the docs of fields", () => {
  const integer = (more: Json = {}) => ({ type: "integer", ...more })

  it("come from an entry for the operation's field, the shared parameter or the name of the field", async () => {
    const shared = { LimitQuery: query("limit", integer()) }
    const parameters = [id, { $ref: "#/components/parameters/LimitQuery" }]
    const limitDoc = async (fields: Readonly<Record<string, string>>) =>
      /\/\*\* (.*) \*\/\s*readonly limit/.exec(
        await inputsOf(withOperation({ parameters, responses: {} }, {}, shared), docs({ fields }))
      )?.[1]
    assert.strictEqual(await limitDoc({ limit: "By name." }), "By name.")
    assert.strictEqual(await limitDoc({ LimitQuery: "Shared." }), "Shared.")
    assert.strictEqual(await limitDoc({ "ChangeThing/limit": "Exact." }), "Exact.")
  })

  it("add the unit, the bounds and the default that the document states", async () => {
    const of = (name: string, meaning: string, schema: Json) =>
      commentOf(name, schema, docs({ fields: { [name]: meaning } }))
    assert.strictEqual(
      await of("limit", "Items per page.", integer({ minimum: 1, maximum: 1000, default: 100 })),
      "Items per page. 1 to 1,000. Default: 100."
    )
    assert.strictEqual(
      await of("made_ts", "The creation. Default: now.", integer()),
      "The creation. Unix seconds. Default: now."
    )
    assert.strictEqual(await of("size", "The size.", integer({ minimum: 1, format: "int32" })), "The size. At least 1.")
    assert.strictEqual(await of("size", "The size.", integer({ minimum: 0 })), "The size.")
    assert.strictEqual(await of("name", "A name.", { type: "string", maxLength: 64 }), "A name. At most 64 characters.")
    assert.strictEqual(await of("kind", "A kind.", { type: "string", default: "all" }), "A kind. Default: `all`.")
    const list = { type: "array", items: text, minItems: 1, maxItems: 9 }
    assert.strictEqual(await of("ids", "The ids.", list), "The ids. 1 to 9 items.")
  })

  it("do not repeat facts that the text states", async () => {
    const of = (name: string, meaning: string, schema: Json) =>
      commentOf(name, schema, docs({ fields: { [name]: meaning } }))
    assert.strictEqual(
      await of("limit", "1 to 9 items. Default: 9.", integer({ minimum: 0, maximum: 9, default: 8 })),
      "1 to 9 items. Default: 9."
    )
    assert.strictEqual(
      await of("centicount", "Hundredths of a contract: 100 is one.", integer()),
      "Hundredths of a contract: 100 is one."
    )
  })

  it("state the replacement of a deprecated field", async () => {
    const facts = docs({ fields: { old: "The old one." }, replacements: { "ChangeThing/old": "Use `id`." } })
    assert.strictEqual(await commentOf("old", text, facts, { deprecated: true }), "The old one. @deprecated Use `id`.")
  })

  it("are reported as missing for each field that has none", async () => {
    const document = withOperation(
      { parameters: [id, query("old", text, { deprecated: true })], responses: {}, ...bodyOf("Change") },
      { Change: { type: "object", properties: { size: integer() } } }
    )
    const { undocumented } = await Effect.runPromise(generate(document, docs({ fields: { id: "The id." } })))
    assert.deepStrictEqual(undocumented, [
      "fields: ChangeThing/old has no doc",
      "replacements: ChangeThing/old is deprecated, but has no replacement",
      "fields: Change/size has no doc"
    ])
  })

  it("are rejected if they apply to nothing", async () => {
    const document = withOperation({ parameters: [id, query("size", integer())], responses: {} })
    const faultsWith = (some: Partial<Facts["docs"]>) => faultsOf(document, docs(some))
    assert.deepStrictEqual(await faultsWith({ fields: { none: "None.", "ChangeThing/none": "None." } }), [
      "/docs/fields/none: no request has such a field",
      "/docs/fields/ChangeThing/none: no request has such a field"
    ])
    assert.deepStrictEqual(await faultsWith({ fields: { size: "By name.", "ChangeThing/size": "Exact." } }), [
      "/docs/fields/size: no request has such a field"
    ])
    assert.deepStrictEqual(await faultsWith({ replacements: { "ChangeThing/id": "Use `size`." } }), [
      "/docs/replacements/ChangeThing/id: the field does not exist or is not deprecated"
    ])
    assert.deepStrictEqual(await faultsWith({ inputs: { ReadThing: "None." } }), [
      "/docs/inputs/ReadThing: no operation has such an input"
    ])
    assert.deepStrictEqual(await faultsWith({ suggestions: { "ChangeThing/size": "Size" } }), [
      "/docs/suggestions/ChangeThing/size: the field does not exist or is not text"
    ])
  })
})
