import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as Answers from "../../src/operations/Answers.ts"
import type * as ClientOperations from "../../src/operations/ClientOperations.ts"
import type * as Conformance from "../../src/judge/Conformance.ts"
import { resolver } from "../../src/judge/JsonSchema.ts"
import { withDescriptor, conformance, document, named, referenceOf } from "./support/client.ts"
import { testResponses } from "./support/responses.ts"
import { at, orElse, reading } from "./support/reading.ts"

describe("responses, decoded by compiled code", { timeout: 300_000 }, () => testResponses(true))

describe("normalForm", () => {
  const resolve = resolver(document.document)
  const normal = Answers.normalForm({ $ref: "#/components/schemas/GetEventCandlesticksResponse" }, resolve)

  it("replaces null with an empty list if the schema allows a list and null, also inside lists", () => {
    assert.deepStrictEqual(normal({ market_tickers: null, market_candlesticks: [null, []], adjusted_end_ts: 1 }), {
      market_tickers: [],
      market_candlesticks: [[], []],
      adjusted_end_ts: 1
    })
  })

  it("replaces null for every list that the overlay makes nullable", () => {
    const overlay = JSON.parse(fs.readFileSync(new URL("../../../fixtures/spec/overlay.json", import.meta.url), "utf8"))
    const places: ReadonlyArray<string> = overlay.rest.entries.flatMap(
      (entry: { readonly op: string; readonly at: ReadonlyArray<string> }) =>
        entry.op === "make-nullable" ? entry.at : []
    )
    assert.isAbove(places.length, 50)
    const others = places.filter((place) => Answers.normalForm(resolve(`#${place}`), resolve)(null) === null)
    // These values are no lists: the play-by-play data (`pbp`) is an object, and a cursor is a string.
    assert.deepStrictEqual(
      others.filter((place) => !place.endsWith("cursor")),
      ["/components/schemas/GetGameStatsResponse/properties/pbp"]
    )
  })

  it("changes no other null, and adds no member", () => {
    assert.deepStrictEqual(normal({ adjusted_end_ts: null }), { adjusted_end_ts: null })
    const market = Answers.normalForm({ $ref: "#/components/schemas/Market" }, resolve)
    const value = { expected_expiration_time: null, unknown: null, product_metadata: { price_ranges: null } }
    assert.deepStrictEqual(market(value), value)
  })
})

describe("checkResponses with an injected fault", { timeout: 300_000 }, () => {
  const faults: ReadonlyArray<readonly [string, Conformance.Check, ClientOperations.ClientOperation]> = [
    [
      "a decimal that is converted through a double",
      "round-trip",
      reading(
        "GetOrders",
        at("yes_price_dollars", (text) => (typeof text === "string" ? String(Number(text)) : text))
      )
    ],
    ["a missing required list that is decoded as empty", "precision", reading("GetOrders", orElse("orders", []))],
    ["a default for a missing id", "precision", reading("GetCommunicationsID", orElse("communications_id", ""))],
    [
      "null that is decoded as absent",
      "round-trip",
      reading(
        "GetApiKeys",
        at("subaccount", (value) => (value === null ? undefined : value))
      )
    ],
    [
      "a changed value",
      "round-trip",
      reading(
        "GetOrders",
        at("order_id", () => "x")
      )
    ],
    [
      "a time that is converted to a date",
      "round-trip",
      reading(
        "GetOrders",
        at("created_time", (text) => new Date(String(text)).toISOString())
      )
    ],
    [
      "an enum that is closed",
      "tolerance",
      reading(
        "GetOrders",
        at("status", (value) => (["resting", "canceled", "executed"].includes(String(value)) ? value : null))
      )
    ],
    [
      "a new member of an enum that is decoded as a known member",
      "tolerance",
      reading(
        "GetOrders",
        at("status", (value) => (["resting", "canceled", "executed"].includes(String(value)) ? value : "resting"))
      )
    ],
    [
      "a flag that is decoded from a string",
      "precision",
      reading(
        "GetExchangeStatus",
        at("trading_active", (value) => (value === "true" ? true : value))
      )
    ],
    [
      "a body without a schema",
      "precision",
      withDescriptor("GetOrder", ({ success }) => ({
        success: { ...success, body: Schema.Unknown as Schema.Codec<unknown> }
      }))
    ],
    [
      "a body that rejects unknown members",
      "tolerance",
      reading("GetBalance", (body) =>
        typeof body === "object" && body !== null && "unknown_member" in body ? undefined : body
      )
    ],
    [
      "another operation's body",
      "completeness",
      withDescriptor("GetOrder", () => ({ success: named("GetOrders").descriptor.success }))
    ],
    [
      "a wrong status",
      "completeness",
      withDescriptor("CreateOrderV2", ({ success }) => ({ success: { ...success, status: 200 } }))
    ],
    [
      "a list that stays null",
      "completeness",
      withDescriptor("GetSeriesFeeChanges", ({ success }) => ({
        success: { ...success, body: Schema.Unknown as Schema.Codec<unknown> }
      }))
    ]
  ]
  for (const [fault, check, client] of faults) {
    it(`detects ${fault}`, () => {
      const report = Answers.checkResponses(client, referenceOf(client), conformance, {
        compiledDecoding: false,
        runs: 20
      })
      assert.isAbove(report?.checks[check].failed ?? 0, 0)
    })
  }
})
