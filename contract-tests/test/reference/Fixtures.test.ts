import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import { fixture } from "../../src/reference/internal/fixtures.ts"
import { at, equal, isArray, isObject, parsePointer, print } from "../../src/reference/internal/json.ts"
import { verifyDocument } from "../../src/reference/internal/verify.ts"
import type { Json, JsonObject } from "../../src/reference/JsonSchema.ts"
import * as Overlay from "../../src/reference/Overlay.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import { judge, sha256 } from "./support.ts"

const read = (name: string): string => readFileSync(fixture(`spec/${name}`), "utf8")

const decodeJson = Schema.decodeSync(Schema.fromJsonString(Schema.Json))

const object = (name: string): JsonObject => {
  const json = decodeJson(read(name))
  return isObject(json) ? json : assert.fail(`${name} is no object`)
}

const overlayText = read("overlay.json")
const overlay = Schema.decodeSync(Schema.fromJsonString(Overlay.Overlay), { onExcessProperty: "error" })(overlayText)

const documents = ["rest.json", "feed.json", ...readdirSync(fixture("spec/history/")).map((name) => `history/${name}`)]

describe("fixtures/spec", () => {
  it("holds the current documents and the older ones", () => {
    assert.deepStrictEqual(documents, [
      "rest.json",
      "feed.json",
      "history/feed-2026-08.json",
      "history/rest-3.13.0.json",
      "history/rest-3.28.0.json"
    ])
  })

  it("counts 118 operations and 198 published schemas, and the schemas that the overlay adds", () => {
    const reference = ReferenceDocument.load()
    const added = overlay.rest.entries.flatMap((entry) =>
      entry.op === "add" ? entry.at.filter((pointer) => /^\/components\/schemas\/[^/]+$/.test(pointer)) : []
    )
    assert.lengthOf(reference.operations, 118)
    assert.strictEqual(reference.schemas.length - added.length, 198)
  })

  it("is printed in the one canonical way", () => {
    for (const name of [...documents, "nullable-by-intent.rest.json", "nullable-by-intent.feed.json"]) {
      assert.strictEqual(read(name), print(decodeJson(read(name))), name)
    }
  })

  it("holds no prose, no nullable, no vendor extension, no unknown keyword and no dangling reference", () => {
    for (const name of documents) {
      const issues: Array<string> = []
      verifyDocument(object(name), (pointer, message) => issues.push(`${pointer}: ${message}`))
      assert.deepStrictEqual(issues, [], name)
    }
  })

  it("holds no string that reads like a sentence", () => {
    const sentences: Array<string> = []
    const visit = (value: Json): void => {
      if (typeof value === "string" && /^[A-Z][a-z]+ .* |[.!?] [A-Z]/.test(value)) {
        sentences.push(value)
      } else if (isArray(value)) {
        value.forEach(visit)
      } else if (isObject(value)) {
        Object.values(value).forEach(visit)
      }
    }
    documents.forEach((name) => visit(object(name)))
    assert.deepStrictEqual([...new Set(sentences)].sort(), [
      "Internal Server Error",
      "Kalshi Trade API v2, REST: facts",
      "Kalshi Trade API v2, WebSocket: facts",
      "Too Many Requests"
    ])
  })

  it("stamps where each document came from", () => {
    const stamps = documents.map((name) => {
      const source = at(object(name), "/info/x-source")
      return isObject(source) ? [name, source["format"], source["version"], source["overlay"] !== undefined] : name
    })
    assert.deepStrictEqual(stamps, [
      ["rest.json", "OpenAPI 3.0.0", "3.34.0", true],
      ["feed.json", "AsyncAPI 3.0.0", "2.0.0", true],
      ["history/feed-2026-08.json", "AsyncAPI 3.0.0", "2.0.0", false],
      ["history/rest-3.13.0.json", "OpenAPI 3.0.0", "3.13.0", false],
      ["history/rest-3.28.0.json", "OpenAPI 3.0.0", "3.28.0", false]
    ])
  })
})

describe("fixtures/spec/overlay.json", () => {
  it("is the overlay that the documents were imported with, for the documents they were imported from", () => {
    for (const { source, part } of [
      { part: overlay.rest, source: ReferenceDocument.load().source },
      { part: overlay.feed, source: FeedDocument.load().source }
    ]) {
      assert.deepStrictEqual(source.overlay, { entries: part.entries.length, sha256: sha256(overlayText) })
      assert.deepStrictEqual(part.appliesTo, { sha256: source.sha256, version: source.version })
    }
  })

  it("gives a reason and a source for every entry", () => {
    for (const entry of [...overlay.rest.entries, ...overlay.feed.entries]) {
      assert.match(entry.because, /^[A-Z].{20,}\.$/, entry.because)
      assert.isAbove(entry.source.length, 10, entry.because)
    }
  })

  it("holds in the documents, entry by entry", () => {
    const faults = [
      ...overlay.rest.entries.flatMap((entry) => inForce(object("rest.json"), entry)),
      ...overlay.feed.entries.flatMap((entry) => inForce(object("feed.json"), entry))
    ]
    assert.deepStrictEqual(faults, [])
  })

  it("does not hold in the documents without it", () => {
    const older = object("history/rest-3.28.0.json")
    const idle = overlay.rest.entries.filter((entry) => inForce(older, entry).length === 0)
    assert.deepStrictEqual(idle, [])
  })
})

describe("fixtures/spec/nullable-by-intent", () => {
  const schema = (path: string): string => `/components/schemas/${path}`
  const properties = (name: string, fields: string): ReadonlyArray<string> =>
    fields.split(" ").map((field) => schema(`${name}/properties/${field}`))
  const item = "properties/orders/items"
  const prices = "average_fee_paid average_fill_price fill_count remaining_count"

  // Written out by hand: a place that is lost or comes to it is a change to look at.
  const pinned: { readonly [beside: string]: ReadonlyArray<string> } = {
    $ref: [
      ...properties("AmendOrderV2Response", prices),
      ...properties(`BatchCreateOrdersV2Response/${item}`, prices),
      ...properties("CreateOrderGroupRequest", "contracts_limit_fp"),
      ...properties("CreateRFQRequest", "contracts_fp"),
      ...properties("DecreaseOrderV2Request", "reduce_by reduce_to"),
      ...properties("IncentiveProgram", "target_size_fp"),
      ...properties("Market", "settlement_value_dollars"),
      ...properties("MveSelectedLeg", "yes_settlement_value_dollars"),
      ...properties("Order", "self_trade_prevention_type"),
      ...properties(
        "PriceDistribution",
        "close_dollars high_dollars low_dollars max_dollars mean_dollars min_dollars open_dollars previous_dollars"
      ),
      ...properties("UpdateOrderGroupLimitRequest", "contracts_limit_fp")
    ],
    allOf: [
      ...properties(`BatchCancelOrdersV2Response/${item}`, "error"),
      ...properties(`BatchCreateOrdersV2Response/${item}`, "error"),
      ...properties("EventFeeChange", "fee_type_override"),
      ...properties("Market", "settlement_floor_dollars"),
      ...properties("PriceDistributionHistorical", "close high low mean open previous")
    ],
    enum: ["/components/parameters/MveHistoricalFilterQuery/schema"]
  }

  const places = (name: string): ReadonlyArray<{ readonly beside: string; readonly pointer: string }> => {
    const list = object(name)["places"]
    return (isArray(list) ? list : []).filter(isObject).map((place) => ({
      beside: String(place["beside"]),
      pointer: String(place["pointer"])
    }))
  }

  const listed = (name: string, beside: string): ReadonlyArray<string> =>
    places(name).flatMap((place) => (place.beside === beside ? [place.pointer] : []))

  it("is 25 places beside $ref, 10 beside an untyped allOf and one beside an enum", () => {
    const name = "nullable-by-intent.rest.json"
    assert.deepStrictEqual(
      Object.entries(pinned).map(([beside, pointers]) => [beside, pointers.length]),
      [
        ["$ref", 25],
        ["allOf", 10],
        ["enum", 1]
      ]
    )
    for (const [beside, pointers] of Object.entries(pinned)) {
      assert.deepStrictEqual(listed(name, beside), pointers, beside)
    }
    assert.lengthOf(places(name), 36)
  })

  it("is two places in the feed, whose format has no nullable at all", () => {
    assert.deepStrictEqual(places("nullable-by-intent.feed.json"), [
      {
        beside: "asyncapi",
        pointer: schema("eventFeeUpdatePayload/properties/msg/properties/fee_multiplier_override")
      },
      { beside: "asyncapi", pointer: schema("eventFeeUpdatePayload/properties/msg/properties/fee_type_override") }
    ])
  })

  it("was listed from the documents that stand beside it", () => {
    assert.strictEqual(
      at(object("nullable-by-intent.rest.json"), "/source/sha256"),
      ReferenceDocument.load().source.sha256
    )
    assert.strictEqual(at(object("nullable-by-intent.feed.json"), "/source/sha256"), FeedDocument.load().source.sha256)
  })

  /** The pinned places that do not accept null. */
  const lost = (document: JsonObject): ReadonlyArray<string> => {
    const accepts = judge(document)
    return [...(pinned["$ref"] ?? []), ...(pinned["allOf"] ?? [])].filter(
      (pointer) => accepts(pointer, null) !== undefined
    )
  }

  it("accepts null in every place where it should", () => {
    assert.deepStrictEqual(lost(object("rest.json")), [])
    // The overlay takes the one beside an enum back: a query string cannot say null.
    assert.isDefined(judge(object("rest.json"))("/components/parameters/MveHistoricalFilterQuery/schema", null))
    const feed = judge(object("feed.json"))
    for (const { pointer } of places("nullable-by-intent.feed.json")) {
      assert.isUndefined(feed(pointer, null), pointer)
    }
  })

  it("sees a null that was lost beside a $ref", () => {
    const text = JSON.stringify(object("rest.json"))
    const whole = '"average_fee_paid":{"anyOf":[{"$ref":"#/components/schemas/FixedPointDollars"},{"type":"null"}]}'
    const faulty = decodeJson(
      text.replace(whole, '"average_fee_paid":{"$ref":"#/components/schemas/FixedPointDollars"}')
    )
    assert.deepStrictEqual(lost(isObject(faulty) ? faulty : {}), [
      schema("AmendOrderV2Response/properties/average_fee_paid")
    ])
  })
})

describe("fixtures/spec/rest.json", () => {
  const reference = ReferenceDocument.load()
  const accepts = judge(reference.document)
  const holds = (name: string, value: unknown): boolean => accepts(`/components/schemas/${name}`, value) === undefined

  const decimals: ReadonlyArray<readonly [schema: string, valid: string, invalid: string]> = [
    [
      "FixedPointDollars",
      "0 0.5 0.5600 -0.040000 1000.0400 0.123456",
      ".5 1. 01.00 +1.00 1e2 0.1234567 1,000.00 NaN -"
    ],
    ["FixedPointCount", "0.00 1.00 -1.00 12345.67", "1 1.0 1.000 .00 01.00 1.00e1"],
    ["FixedPointOrderPrice", "0.56 0.5600 0.001 1.00 1.0000 0.0001", "0.5 0.56000 1.01 -0.50 1 0 2.00 00.50"],
    ["FixedPointQuotePrice", "0 0.56 0.0000 1.00", "0.5 1 1.01 -0.10 0.12345"],
    ["FixedPointDollarsRequest", "0.50 100.00 100.1234", "100 100.1 100.12345 -1.00 0100.00"],
    ["FixedPointCountRequest", "0 10 10.0 10.00 0.01", "-1 10.001 .5 010 1."]
  ]

  it("draws the line between decimals and the rest where the exchange draws it", () => {
    for (const [schema, valid, invalid] of decimals) {
      assert.deepStrictEqual(
        valid.split(" ").filter((text) => !holds(schema, text)),
        [],
        schema
      )
      assert.deepStrictEqual(
        [...invalid.split(" "), "", " 1.00", "1.00\n"].filter((text) => holds(schema, text)),
        [],
        schema
      )
    }
  })

  it("gives requests the narrower decimals and responses the wider", () => {
    const requests = [
      "FixedPointOrderPrice",
      "FixedPointQuotePrice",
      "FixedPointDollarsRequest",
      "FixedPointCountRequest"
    ]
    for (const name of requests) {
      assert.isTrue(reference.requestSchemas.has(name), name)
      assert.isFalse(reference.responseSchemas.has(name), name)
    }
    for (const name of ["FixedPointDollars", "FixedPointCount"]) {
      assert.isFalse(reference.requestSchemas.has(name), name)
      assert.isTrue(reference.responseSchemas.has(name), name)
    }
  })

  it("reads a book level as a price and a count", () => {
    assert.isTrue(holds("PriceLevelDollarsCountFp", ["0.1500", "100.00"]))
    for (const level of [["0.1500"], ["0.1500", "100.00", "1.00"], ["0.1500", "100"], [0.15, "100.00"], []]) {
      assert.isFalse(holds("PriceLevelDollarsCountFp", level), JSON.stringify(level))
    }
  })

  it("knows the three shapes of error body", () => {
    const error = { code: "not_found", message: "no such order" }
    for (const body of [
      { error },
      { error: { ...error, details: "d", service: "exchange" } },
      error,
      { error: "too many requests" }
    ]) {
      assert.isTrue(holds("ErrorBody", body), JSON.stringify(body))
    }
    for (const body of [{}, null, [], "too many requests", { error: null }, { error: {} }, { message: "m" }]) {
      assert.isFalse(holds("ErrorBody", body), JSON.stringify(body))
    }
  })

  it("gives every error an error body, but for the exchange's status", () => {
    const others = reference.operations.flatMap(({ errors, id }) =>
      errors.flatMap(({ schema, status }) =>
        schema?.$ref === "#/components/schemas/ErrorBody" ? [] : [`${id} ${status}`]
      )
    )
    assert.deepStrictEqual(others, ["GetExchangeStatus 500", "GetExchangeStatus 503", "GetExchangeStatus 504"])
  })
})

/** The value at a pointer, through references on the way. */
const through = (document: JsonObject, pointer: string): Json | undefined => {
  const follow = (value: Json | undefined): Json | undefined =>
    isObject(value) && typeof value["$ref"] === "string" ? follow(at(document, value["$ref"].slice(1))) : value
  const tokens = parsePointer(pointer) ?? []
  return tokens.reduce<Json | undefined>((value, token) => {
    const inside = follow(value)
    return isArray(inside) ? inside[Number(token)] : isObject(inside) ? inside[token] : undefined
  }, document)
}

/** What of an entry does not hold in a document that it was applied to. */
const inForce = (document: JsonObject, entry: Overlay.Entry): ReadonlyArray<string> => {
  if (entry.op === "add-response" || entry.op === "add-error-body") {
    const paths = document["paths"]
    const operations = Object.values(isObject(paths) ? paths : {}).flatMap((path) =>
      Object.values(isObject(path) ? path : {})
    )
    return operations.flatMap((operation) => {
      const responses = at(operation, "/responses")
      const bodiless = Object.entries(isObject(responses) ? responses : {}).filter(
        ([status, response]) =>
          Number(status) >= 400 &&
          isObject(response) &&
          response["content"] === undefined &&
          response["$ref"] === undefined
      )
      const holds =
        entry.op === "add-response" ? isObject(responses) && entry.status in responses : bodiless.length === 0
      return holds ? [] : [`${entry.op}: ${String(at(operation, "/operationId"))}`]
    })
  }
  const accepts = judge(document)
  return entry.at.filter((pointer) => {
    const value = through(document, pointer)
    switch (entry.op) {
      case "add":
      case "replace":
        return !equal(value, entry.value)
      case "remove":
        return value !== undefined
      case "make-nullable":
        return value === undefined || accepts(pointer, null) !== undefined
      case "make-optional": {
        const [, owner = "", name = ""] = /^(.*)\/properties\/([^/]+)$/.exec(pointer) ?? []
        const required = through(document, `${owner}/required`)
        return value === undefined || (isArray(required) && required.includes(name))
      }
      case "extract":
        return !equal(at(document, pointer), { $ref: `#${entry.to}` })
      case "add-enum-member": {
        const values = isObject(value) ? value["enum"] : undefined
        return !isArray(values) || !values.some((member) => equal(member, entry.value))
      }
    }
  })
}
