import { assert, describe, it } from "@effect/vitest"
import { InvalidDocument } from "../../src/reference/Document.ts"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import { judge } from "./support.ts"

const feed = FeedDocument.load()

describe("FeedDocument.load", () => {
  it("reads the thirteen channels and their messages", () => {
    const types = Object.fromEntries(
      feed.channels
        .filter(({ subscribable }) => subscribable)
        .map(({ messages, name }) => [name, messages.map((message) => message.name)])
    )
    assert.deepStrictEqual(types, {
      cfbenchmarks_value: ["cfbenchmarks_value_indexlist", "cfbenchmarks_value"],
      cfbenchmarks_value_5hz: ["cfbenchmarks_value_5hz_indexlist", "cfbenchmarks_value_5hz"],
      communications: [
        "batch_quote_accepted",
        "batch_quote_created",
        "batch_quote_executed",
        "quote_accepted",
        "quote_created",
        "quote_executed",
        "rfq_batch_best_quotes",
        "rfq_batch_created",
        "rfq_batch_deleted",
        "rfq_batch_executed",
        "rfq_created",
        "rfq_deleted"
      ],
      fill: ["fill"],
      market_lifecycle_v2: ["event_fee_update", "event_lifecycle", "market_lifecycle_v2", "market_lifecycle_v2"],
      market_positions: ["market_position"],
      multivariate_market_lifecycle: ["event_lifecycle", "multivariate_market_lifecycle"],
      order_group_updates: ["order_group_updates"],
      orderbook_delta: ["orderbook_delta", "orderbook_snapshot"],
      pyth_value: ["pyth_value_underlying_list", "pyth_value"],
      ticker: ["ticker"],
      trade: ["trade"],
      user_orders: ["user_order"]
    })
  })

  it("describes exactly the channels that the subscribe command accepts", () => {
    const channels = feed.schema("subscribeCommandPayload")?.properties?.["params"]?.properties?.["channels"]?.items
    assert.deepStrictEqual(
      typeof channels === "object" ? [...(channels.enum ?? [])].sort() : undefined,
      feed.channels.flatMap(({ name, subscribable }) => (subscribable ? [name] : [])).sort()
    )
  })

  it("states the sender of every message, with one exception", () => {
    assert.strictEqual(feed.message("subscribeCommand")?.sender, "client")
    assert.strictEqual(feed.message("orderbookDelta")?.sender, "server")
    // The document declares this message, but no operation sends it.
    assert.deepStrictEqual(
      feed.messages.filter(({ sender }) => sender === undefined).map(({ key }) => key),
      ["updateSubscriptionGetSnapshotCommand"]
    )
  })

  it("gives server messages the names of their wire types, with one exception", () => {
    const differing = feed.messages.filter(({ contentType, name, payload, sender }) => {
      const type = feed.deref(payload).properties?.["type"]
      return sender === "server" && contentType === "application/json" && type?.const !== name
    })
    // The list of subscriptions has the type `ok`.
    assert.deepStrictEqual(
      differing.map(({ key }) => key),
      ["listSubscriptionsResponse"]
    )
  })

  it("accepts a lifecycle message of a multivariate market, which the document of August 2026 rejects", () => {
    const frame = {
      msg: { event_type: "created", market_ticker: "KXMVE-1.5" },
      seq: 1,
      sid: 1,
      type: "multivariate_market_lifecycle"
    }
    const pointer = "/components/schemas/multivariateMarketLifecyclePayload"
    assert.isUndefined(judge(feed.document)(pointer, frame))
    assert.isDefined(judge(FeedDocument.loadHistory("2.0.0-2026-08-22").document)(pointer, frame))
  })
})

describe("FeedDocument.make", () => {
  it("rejects invalid documents", () => {
    assert.throws(() => FeedDocument.make({}), InvalidDocument, /^\/asyncapi: expected a string$/)
    const text = JSON.stringify(feed.document)
    const faulty = text.replace('"action":"receive"', '"action":"listen"')
    assert.throws(() => FeedDocument.make(JSON.parse(faulty)), InvalidDocument, /expected receive or send$/)
  })
})
