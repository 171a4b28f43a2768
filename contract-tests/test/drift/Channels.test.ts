import { assert, describe, it } from "@effect/vitest"
import { drift, edited, feed, planted, type Editable } from "./support/documents.ts"

const schemas = (document: Editable): Editable => document.components.schemas
const trade = (document: Editable): Editable => schemas(document).tradePayload.properties.msg
const params = (document: Editable): Editable => schemas(document).subscribeCommandPayload.properties.params

const addMessage = (document: Editable, channel: string): void => {
  document.components.messages.cancel = {
    name: "cancel",
    contentType: "application/json",
    payload: { $ref: "#/components/schemas/cancelPayload" }
  }
  schemas(document).cancelPayload = {
    type: "object",
    required: ["type"],
    properties: { type: { type: "string", const: "cancel" } }
  }
  document.channels[channel].messages.cancel = { $ref: "#/components/messages/cancel" }
  document.operations[channel].messages.push({ $ref: `#/channels/${channel}/messages/cancel` })
}

/** Adds a second message of the type `trade`. */
const addVariant = (document: Editable): void => {
  const message = structuredClone(schemas(document).tradePayload)
  message.properties.msg.properties.side.enum = ["both"]
  schemas(document).doubleTradePayload = message
  document.components.messages.doubleTrade = {
    ...document.components.messages.trade,
    payload: { $ref: "#/components/schemas/doubleTradePayload" }
  }
  document.channels.trade.messages.doubleTrade = { $ref: "#/components/messages/doubleTrade" }
  document.operations.trade.messages.push({ $ref: "#/channels/trade/messages/doubleTrade" })
}

type Planted = readonly [name: string, edit: (document: Editable) => void, expected: ReadonlyArray<string>]

const changes: ReadonlyArray<Planted> = [
  [
    "a channel removed, with its message",
    (document) => {
      delete document.channels.trade
      delete document.operations.trade
      delete document.components.messages.trade
      params(document).properties.channels.items.enum = ["orders"]
    },
    [
      "breaking enum-member-removed subscribe items: sends a request that is refused",
      "breaking channel-removed trade trade: sends a request that is refused",
      "breaking message-removed trade trade: loses information"
    ]
  ],
  [
    "a channel added",
    (document) => {
      document.channels.books = { address: "books", messages: document.channels.trade.messages }
      params(document).properties.channels.items.enum.push("books")
    },
    ["additive enum-member-added subscribe items", "additive channel-added books books"]
  ],
  [
    "a message type added to a channel",
    (document) => addMessage(document, "trade"),
    ["additive message-added cancel cancel"]
  ],
  [
    "a message moved to another channel",
    (document) => {
      document.channels.trade.messages.group = document.channels.orders.messages.group
      delete document.channels.orders.messages.group
      document.operations.orders.messages.pop()
      document.operations.trade.messages.push({ $ref: "#/channels/trade/messages/group" })
    },
    [
      "breaking message-left-channel orders messages: loses information",
      "additive message-joined-channel trade messages"
    ]
  ],
  [
    "a command removed",
    (document) => {
      delete document.components.messages.subscribe
      document.channels.root.messages = {}
      document.operations.subscribe.messages = []
    },
    ["breaking command-removed subscribe subscribe: sends a request that is refused"]
  ],
  [
    "a required field removed from a message",
    (document) => {
      delete trade(document).properties.side
      trade(document).required = ["count"]
    },
    ["breaking field-removed trade side: refuses"]
  ],
  [
    "an optional field removed from a message",
    (document) => delete trade(document).properties.note,
    ["breaking field-removed trade note: loses information"]
  ],
  [
    "a field of a message made required",
    (document) => trade(document).required.push("note"),
    ["additive field-became-required trade note"]
  ],
  [
    "a field of a message made nullable",
    (document) => (trade(document).properties.count.type = ["integer", "null"]),
    ["breaking nullable trade count: refuses"]
  ],
  [
    "a new member of an enum of a message",
    (document) => trade(document).properties.side.enum.push("both"),
    ["additive enum-member-added trade side"]
  ],
  [
    "a changed constant type of a message, which removes one message and adds another",
    (document) => (schemas(document).groupPayload.properties.type.const = "group_update"),
    ["breaking message-removed group group: loses information", "additive message-added group_update group"]
  ],
  [
    "a bound of a message loosened",
    (document) => delete trade(document).properties.count.minimum,
    ["breaking constraint-loosened trade count: refuses"]
  ],
  [
    "a bound of a command tightened",
    (document) => (params(document).properties.channels.maxItems = 5),
    ["breaking constraint-tightened subscribe channels: sends a request that is refused"]
  ],
  [
    "a field of a command removed",
    (document) => delete params(document).properties.filter,
    ["breaking field-removed subscribe filter: sends a request that is refused"]
  ],
  [
    "a field of a command made required",
    (document) => params(document).required.push("filter"),
    ["breaking field-became-required subscribe filter: sends a request that is refused"]
  ],
  [
    "the address changed",
    (document) => (document.servers.production.pathname = "/ws/v2"),
    [
      "breaking server-removed servers production: sends a request that is refused",
      "additive server-added servers production"
    ]
  ]
]

describe("the comparison of two WebSocket documents", () => {
  it.each(changes)("finds: %s", (_, edit, expected) => {
    assert.deepStrictEqual(planted(feed, edit), expected)
  })

  it("has no finding if the documents are equal, or differ only in descriptions, examples and the sequence of members", () => {
    const harmless = edited(feed, (document) => {
      trade(document).description = "A trade"
      trade(document).properties.count.examples = [1]
      trade(document).required.reverse()
      trade(document).properties.side.enum.reverse()
      document.channels = Object.fromEntries(Object.entries(document.channels).reverse())
    })
    assert.deepStrictEqual([drift(feed, feed).findings, drift(feed, harmless).findings], [[], []])
    assert.isFalse(drift(feed, harmless).isSilent)
  })

  it("reports that the content changed under the same version", () => {
    assert.isTrue(
      drift(
        feed,
        edited(feed, (document) => trade(document).required.push("note"))
      ).isSilent
    )
  })

  it("finds no breaking change if the pattern of tickers is removed, because the client ignores this pattern", () => {
    const old = edited(feed, (document) => {
      schemas(document).marketTicker = { type: "string", pattern: "^[A-Z0-9-]+$" }
      trade(document).properties.market_ticker = { $ref: "#/components/schemas/marketTicker" }
    })
    const [finding, ...others] = drift(
      old,
      edited(old, (document) => delete schemas(document).marketTicker.pattern)
    ).findings
    assert.deepStrictEqual(
      [finding?.class, finding?.kind, finding?.savedBy, others],
      ["additive", "constraint-loosened", "other overlay entries", []]
    )
  })

  it("does not report a field as removed if a new variant of the message has the field", () => {
    const found = planted(feed, (document) => {
      addVariant(document)
      delete trade(document).properties.note
    })
    assert.deepStrictEqual(found, ["additive variant-added trade doubleTradePayload"])
  })

  it("finds no breaking change if an enum in a message with two variants gets a new member", () => {
    const found = planted(edited(feed, addVariant), (document) => trade(document).properties.side.enum.push("either"))
    assert.deepStrictEqual(found, ["additive enum-member-added trade side"])
  })
})
