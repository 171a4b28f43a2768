import { assert, describe, it } from "@effect/vitest"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Feed from "@kalshi-effect/client/generated/feed"
import { readFileSync } from "node:fs"
import * as Conformance from "../../src/judge/Conformance.ts"
import { type Json, resolver } from "../../src/judge/JsonSchema.ts"
import * as Messages from "../../src/operations/Messages.ts"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import { line } from "./support/client.ts"
import { at, orElse } from "./support/reading.ts"

const feed = FeedDocument.load()
const conformance = Conformance.make(resolver(feed.document))

const kinds = Messages.kindsOf(feed)

describe("messages and commands of the feed", { timeout: 60_000 }, () => {
  for (const kind of kinds) {
    it(`${kind.name}: accepts valid values unchanged, and rejects violations that a client must not tolerate`, () => {
      const report = Messages.checkKind(kind, conformance)
      assert.deepStrictEqual(report.failures.map(line), [])
      assert.isTrue(report.passed)
      for (const check of Messages.checks(kind)) assert.isAbove(report.checks[check].run, 0, `${check} must have run`)
    })
  }
})

describe("the examples of the published document", () => {
  it("are valid in the reference document", () => {
    const lines = readFileSync(new URL("../../../fixtures/feed/examples.jsonl", import.meta.url), "utf8").trim()
    const examples = lines
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly message: string; readonly payload: Json }) // Each line has this format.
    for (const { message, payload } of examples) {
      const schema = feed.message(message)?.payload
      if (schema === undefined) assert.fail(`the document does not have the message ${message}`)
      assert.deepStrictEqual(conformance.judge(schema)(payload), { valid: true }, message)
    }
    assert.strictEqual(examples.length, 71)
  })
})

describe("the client's tables of the feed", () => {
  const names = (sender: FeedDocument.Sender) =>
    kinds.flatMap((kind) => (kind.sender === sender ? [kind.name] : [])).sort()
  const payloadsOf = (type: string) =>
    feed.messages
      .map(({ payload }) => feed.deref(payload))
      .filter(({ properties }) => properties?.["type"]?.const === type)

  it("have a schema for every message and every command", () => {
    assert.deepStrictEqual(Object.keys({ ...Feed.messageSchemas, ...Feed.messageVariants }).sort(), names("server"))
    assert.deepStrictEqual([...Object.keys(Feed.commandSchemas), "update_subscription"].sort(), names("client"))
    const actions = feed.schemas.flatMap(
      ({ schema }) => schema.properties?.["params"]?.properties?.["action"]?.enum ?? []
    )
    assert.deepStrictEqual(Object.keys(Feed.updateSchemas).sort(), actions.map(String).sort())
  })

  it("state which messages have a seq", () => {
    for (const [type, seq] of Object.entries(Feed.messageSeq)) {
      const payloads = payloadsOf(type)
      const withSeq = payloads.filter(({ properties }) => properties?.["seq"] !== undefined)
      const always = payloads.every(({ required }) => required?.includes("seq"))
      assert.strictEqual(seq, always ? "always" : withSeq.length === 0 ? "never" : "sometimes", type)
    }
  })

  it("state for every channel which messages it sends, and whether its data messages have a seq", () => {
    const documented = feed.channels.filter(({ subscribable }) => subscribable)
    assert.deepStrictEqual(Object.keys(Feed.channels).sort(), documented.map(({ name }) => name).sort())
    for (const { messages, name } of documented) {
      const channel = Feed.channels[name as Feed.ChannelName] // The client and the document use the same names.
      assert.sameMembers([...channel.messages], [...new Set(messages.map((message) => message.name))], name)
      const always = messages.every(({ payload }) => feed.deref(payload).required?.includes("seq"))
      assert.strictEqual(channel.seq, always, name)
    }
  })

  // These facts are only in the document's descriptions. This test lists them again, independently of the code
  // generator.
  it("state for every channel its parameters and actions", () => {
    const channelsWhere = (is: (channel: (typeof Feed.channels)[Feed.ChannelName]) => boolean) =>
      Object.entries(Feed.channels).flatMap(([name, channel]) => (is(channel) ? [name] : []))
    const channelsWithParameter = (parameter: string) =>
      channelsWhere(({ parameters }) => (parameters as ReadonlyArray<string>).includes(parameter))
    const channelsWithAction = (action: string) =>
      channelsWhere(({ actions }) => (actions as ReadonlyArray<string>).includes(action))
    const ofMarkets = ["fill", "market_positions", "orderbook_delta", "ticker", "trade", "user_orders"]
    const ofIndices = ["cfbenchmarks_value", "cfbenchmarks_value_5hz"]
    assert.deepStrictEqual(
      channelsWhere(({ markets }) => markets === "required"),
      ["orderbook_delta"]
    )
    assert.deepStrictEqual(
      channelsWhere(({ markets }) => markets !== "none"),
      ofMarkets
    )
    for (const [parameter, channels] of Object.entries({
      market_ticker: ofMarkets,
      market_tickers: ofMarkets,
      skip_ticker_ack: ofMarkets,
      market_id: ["ticker"],
      market_ids: ["ticker"],
      send_initial_snapshot: ["ticker"],
      use_yes_price: ["orderbook_delta"],
      index_ids: ofIndices,
      underlying_tickers: ["pyth_value"],
      user_filter: ["communications"],
      shard_factor: ["communications"],
      shard_key: ["communications"]
    })) {
      assert.deepStrictEqual(channelsWithParameter(parameter), channels, parameter)
    }
    for (const [action, channels] of Object.entries({
      add_markets: ofMarkets,
      delete_markets: ofMarkets,
      get_snapshot: ["orderbook_delta"],
      subscribe_indices: ofIndices,
      unsubscribe_indices: ofIndices,
      indexlist: ofIndices,
      subscribe_underlyings: ["pyth_value"],
      unsubscribe_underlyings: ["pyth_value"],
      underlying_list: ["pyth_value"]
    })) {
      assert.deepStrictEqual(channelsWithAction(action), channels, action)
    }
  })

  it("have a unique name for every error code, and state which codes end a subscription", () => {
    const codes = feed.schema("errorResponsePayload")?.properties?.["msg"]?.properties?.["code"]?.enum
    assert.sameMembers(Object.keys(Feed.errorCodes), (codes ?? []).map(String))
    const named = Object.entries(Feed.errorCodes)
    assert.strictEqual(new Set(named.map(([, { name }]) => name)).size, named.length)
    assert.deepStrictEqual(
      named.flatMap(([code, { isTerminal }]) => (isTerminal ? [code] : [])),
      ["10", "25"]
    )
  })
})

describe("checkKind with an injected fault", { timeout: 60_000 }, () => {
  const correct = FeedMessages.decoder()
  const changingDecoder =
    (change: (json: unknown) => unknown): Messages.Decode =>
    (text) =>
      correct(JSON.stringify(change(JSON.parse(text))))
  const faults: ReadonlyArray<readonly [string, string, Conformance.Check, Messages.Decode]> = [
    [
      "a decimal that is converted to a double",
      "orderbook_delta",
      "round-trip",
      changingDecoder(at("price_dollars", (value) => (typeof value === "string" ? String(Number(value)) : value)))
    ],
    ["a default for a missing seq", "trade", "precision", changingDecoder(orElse("seq", 1))],
    [
      "a clock without its sign",
      "orderbook_snapshot",
      "precision",
      changingDecoder(at("clock", (value) => (typeof value === "number" ? Math.abs(value) : value)))
    ],
    ["a reply that loses its indices", "ok", "round-trip", changingDecoder(at("index_ids", () => undefined))],
    [
      "a closed enum",
      "user_order",
      "tolerance",
      changingDecoder(
        at("status", (value) => (["resting", "canceled", "executed", "unknown"].includes(String(value)) ? value : 1))
      )
    ],
    [
      "a decoder that rejects unknown members",
      "fill",
      "tolerance",
      changingDecoder((json) => (typeof json === "object" && json !== null && "unknown_member" in json ? {} : json))
    ],
    [
      "a null list that is rejected",
      "rfq_batch_deleted",
      "completeness",
      changingDecoder(at("rfq_ids", (value) => value ?? 1))
    ]
  ]
  for (const [fault, type, check, decode] of faults) {
    it(`detects ${fault}`, () => {
      const kind = kinds.find(({ name }) => name === type)!
      assert.isAbove(Messages.checkKind(kind, conformance, { decode, runs: 20 }).checks[check].failed, 0)
    })
  }
})
