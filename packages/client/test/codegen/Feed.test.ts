import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { FeedFacts } from "../../codegen/feedFacts.ts"
import { generateFeed } from "../../codegen/generate.ts"
import { declarationsOf, type Json, noFacts } from "./support/documents.ts"

const object = (properties: Json, required: ReadonlyArray<string> = Object.keys(properties)): Json => ({
  type: "object",
  properties,
  required
})
const constant = (value: string): Json => ({ type: "string", const: value })
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const message = (name: string): Json => ({ contentType: "application/json", name, payload: ref(`${name}Payload`) })
const named = (names: ReadonlyArray<string>): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]))

const command = (cmd: string, params: Json): Json =>
  object({ cmd: constant(cmd), id: { type: "integer", minimum: 0 }, params: object(params) })

const common: Json = {
  subscribeCommandPayload: command("subscribe", {
    channels: { type: "array", minItems: 1, items: { type: "string", enum: ["news"] } },
    topic: { type: "string" }
  }),
  errorResponsePayload: object({
    type: constant("error"),
    msg: object({ code: { type: "integer", enum: [1, 25] } })
  })
}

/** A document with one channel. `carries` lists the messages of this channel. */
const documentOf = (
  schemas: Json,
  {
    carries = Object.keys(schemas).flatMap((name) => /^(.*)Payload$/.exec(name)?.[1] ?? []),
    channels = {} as Json
  } = {}
): Json => ({
  asyncapi: "3.0.0",
  info: { "x-source": { version: "2.0.0", published: "2026-01-02", sha256: "5ba0" } },
  channels: { news: { address: "news", messages: named(carries) }, ...channels },
  components: {
    schemas: { ...common, ...schemas },
    messages: Object.fromEntries(
      Object.keys({ ...common, ...schemas }).flatMap((name) => {
        const [, key] = /^(.*)Payload$/.exec(name) ?? []
        return key === undefined ? [] : [[key, message(key)]]
      })
    )
  }
})

const facts: FeedFacts = {
  ...noFacts,
  docs: {
    ...noFacts.docs,
    fields: {
      channels: "The channels.",
      cmd: "The command.",
      id: "The id.",
      params: "The parameters.",
      topic: "The topic."
    }
  },
  channels: { news: { markets: "none", parameters: ["topic"], actions: [] } },
  errors: { 1: { name: "Unclear" }, 25: { name: "Overflow", isTerminal: true } }
}

const outcomeOf = (document: Json, found: FeedFacts = facts) =>
  Effect.runPromise(
    Effect.match(generateFeed(document, found), {
      onFailure: ({ message }): { readonly text: string; readonly faults: ReadonlyArray<string> } => ({
        text: "",
        faults: message.split("\n")
      }),
      onSuccess: ({ files }) => ({ text: files[0]!.text, faults: [] })
    })
  )

const textOf = async (document: Json): Promise<string> => {
  const { faults, text } = await outcomeOf(document)
  assert.deepStrictEqual(faults, [])
  return text
}

const item = object({
  type: constant("item"),
  sid: { type: "integer" },
  seq: { type: "integer" },
  msg: object({ received_ts: { type: "integer" } })
})

describe("generateFeed", () => {
  it("writes a message, its msg, a command, and the tables", async () => {
    const text = await textOf(documentOf({ itemPayload: item }))
    assert.match(text, /^ \* Source: WebSocket feed 2\.0\.0 \(2026-01-02\), sha256 5ba0$/m)
    const code = declarationsOf(text)
    for (const part of [
      "/** The `msg` of `item`. */\nexport interface Item {\n  /** Unix seconds. */\n  readonly received_ts: number\n}",
      '/** Message of `news`: `type` is `item`. */\nexport interface ItemMessage {\n  readonly msg: Item\n  readonly seq: number\n  readonly sid: number\n  readonly type: "item"\n}',
      '  type: Schema.Literal("item")\n',
      '  /** The channels. At least 1 item. */\n  readonly channels: ReadonlyArray<"news">\n',
      "export interface Messages {\n  readonly error: ErrorResponseMessage\n  readonly item: ItemMessage\n}",
      'export const messageSeq = {\n  error: "never",\n  item: "always"\n} as const',
      'news: { messages: ["item"], seq: true, markets: "none", parameters: ["topic"], actions: [] }',
      '1: { name: "Unclear", isTerminal: false },\n  25: { name: "Overflow", isTerminal: true }'
    ]) {
      assert.include(code, part)
    }
  })

  it("distinguishes messages of one type by a constant, a unique member or a list", async () => {
    const some = (msg: Json) => object({ type: constant("item"), msg })
    const text = await textOf(
      documentOf({
        anyPayload: some(object({ kind: { type: "string", enum: ["a", "b"] }, more: { type: "string" } }, ["kind"])),
        constantPayload: some(object({ kind: constant("c") })),
        listPayload: some({ type: ["array", "null"], items: { type: "string" } }),
        memberPayload: some(object({ own: { type: "string" } }))
      })
    )
    const code = declarationsOf(text)
    assert.include(code, "readonly item: ConstantMessage | ListMessage | MemberMessage | AnyMessage")
    assert.include(
      code,
      `item: [
    { is: hasValue("kind", "c"), schema: ConstantMessage },
    { is: isList, schema: ListMessage },
    { is: hasMember("own"), schema: MemberMessage },
    { is: isOther, schema: AnyMessage }
  ]`
    )
    assert.include(code, 'kind: open(["a", "b"])')
    assert.include(text, 'import { type Variant, hasMember, hasValue, isList, isOther } from "../wire/variants.ts"')
  })

  it("lists updates by action, and writes a shared component once", async () => {
    const schemas = {
      itemPayload: object({ type: constant("item"), sid: ref("sid") }),
      updateCommandPayload: command("update", { action: { type: "string", enum: ["add", "remove"] }, sid: ref("sid") }),
      sid: { type: "integer", minimum: 1 }
    }
    const { faults, text } = await outcomeOf(documentOf(schemas, { carries: ["item"] }), {
      ...facts,
      docs: { ...facts.docs, fields: { ...facts.docs.fields, action: "The action.", sid: "The subscription." } },
      channels: { news: { markets: "none", parameters: ["topic"], actions: ["add", "remove"] } }
    })
    assert.deepStrictEqual(faults, [])
    const code = declarationsOf(text)
    assert.include(
      code,
      "export interface Updates {\n  readonly add: UpdateCommand\n  readonly remove: UpdateCommand\n}"
    )
    assert.strictEqual(code.split("export const Sid: ").length, 2)
  })

  it("names the unit of a time that is declared as a component", async () => {
    const code = declarationsOf(
      await textOf(
        documentOf({
          itemPayload: object({ type: constant("item"), sending_ts_ms: ref("time") }),
          time: { type: "integer" }
        })
      )
    )
    assert.include(code, "  /** Unix milliseconds. */\n  readonly sending_ts_ms: Time\n")
  })
})

describe("a fault of the feed document", () => {
  const faultsOf = async (document: Json, found: FeedFacts = facts) => (await outcomeOf(document, found)).faults

  it("is a message without exactly one type, or a missing or mismatched channel", async () => {
    assert.deepStrictEqual(
      await faultsOf(documentOf({ itemPayload: object({ type: { type: "string" } }) }, { carries: [] })),
      ["/components/messages/item/payload: expected a schema whose `type` or `cmd` is a constant"]
    )
    assert.deepStrictEqual(await faultsOf(documentOf({ itemPayload: item }, { carries: ["subscribeCommand"] })), [
      "/channels/news/messages/subscribeCommand: expected a message of the server"
    ])
    assert.deepStrictEqual(await faultsOf({ ...documentOf({ itemPayload: item }), channels: {} }), [
      "/channels: there is no channel news"
    ])
    assert.deepStrictEqual(
      await faultsOf(documentOf({ itemPayload: item }, { channels: { news: { address: "new", messages: {} } } })),
      ["/channels/news/address: expected the name of the channel"]
    )
  })

  it("is two messages of one type that no test distinguishes", async () => {
    const one = object({ type: constant("item"), msg: object({ a: { type: "string" } }) })
    assert.deepStrictEqual(await faultsOf(documentOf({ onePayload: one, twoPayload: one })), [
      "/components/messages: no test distinguishes OneMessage from TwoMessage"
    ])
  })

  it("is an enum that messages and commands share", async () => {
    const schemas = {
      itemPayload: object({ type: constant("item"), topic: ref("topic") }),
      otherCommandPayload: command("other", { topic: ref("topic") }),
      topic: { type: "string", enum: ["a"] }
    }
    assert.deepStrictEqual(await faultsOf(documentOf(schemas, { carries: ["item"] })), [
      "/components/schemas/Topic: messages and commands share this component, but its code for messages differs from its code for commands"
    ])
  })

  it("is an entry that only the document or only the hand-written facts have", async () => {
    const document = documentOf({ itemPayload: item })
    assert.deepStrictEqual(
      await faultsOf(document, {
        ...facts,
        units: { "Item/other": "Dogs." },
        channels: { old: { markets: "none", parameters: ["colour"], actions: ["paint"] } },
        errors: { 1: { name: "Unclear" }, 2: { name: "Other" } }
      }),
      [
        "/components/schemas/Item/properties/other: the document has no such integer",
        "/channels/news: feedFacts.ts has no entry for it",
        "/channels/old: feedFacts.ts has an entry for it, but the document does not have it",
        "/parameters/topic: feedFacts.ts has no entry for it",
        "/parameters/colour: feedFacts.ts has an entry for it, but the document does not have it",
        "/actions/paint: feedFacts.ts has an entry for it, but the document does not have it",
        "/errors/25: feedFacts.ts has no entry for it",
        "/errors/2: feedFacts.ts has an entry for it, but the document does not have it"
      ]
    )
  })
})
