import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { fixture } from "../../src/reference/internal/fixtures.ts"
import { at, isArray, isObject } from "../../src/reference/internal/json.ts"
import type { Json, JsonObject } from "../../src/reference/JsonSchema.ts"
import * as Overlay from "../../src/reference/Overlay.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import { judge } from "./support.ts"

const read = (name: string): string => readFileSync(fixture(`spec/${name}`), "utf8")

const decodeJson = Schema.decodeSync(Schema.fromJsonString(Schema.Json))

const object = (name: string): JsonObject => {
  const json = decodeJson(read(name))
  return isObject(json) ? json : assert.fail(`${name} is not an object`)
}

const overlayText = read("overlay.json")
const overlay = Schema.decodeSync(Schema.fromJsonString(Overlay.Overlay), { onExcessProperty: "error" })(overlayText)

const documents = ["rest.json", "feed.json", ...readdirSync(fixture("spec/history/")).map((name) => `history/${name}`)]

describe("fixtures/spec", () => {
  it("contains two current and three older documents", () => {
    assert.deepStrictEqual(documents, [
      "rest.json",
      "feed.json",
      "history/feed-2.0.0-2026-08-22.json",
      "history/rest-3.13.0.json",
      "history/rest-3.28.0-2026-08-22.json"
    ])
  })

  it("contains 128 operations, and 228 schemas in addition to the schemas of the overlay", () => {
    const reference = ReferenceDocument.load()
    const added = overlay.rest.entries.flatMap((entry) =>
      entry.op === "add" ? entry.at.filter((pointer) => /^\/components\/schemas\/[^/]+$/.test(pointer)) : []
    )
    assert.lengthOf(reference.operations, 128)
    assert.strictEqual(reference.schemas.length - added.length, 228)
  })

  it("contains no prose except two titles and two error texts", () => {
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

  it("records the source of each document", () => {
    const stamps = documents.map((name) => {
      const source = at(object(name), "/info/x-source")
      return isObject(source)
        ? [name, source["format"], source["version"], source["published"], source["overlay"] !== undefined]
        : name
    })
    assert.deepStrictEqual(stamps, [
      ["rest.json", "OpenAPI 3.0.0", "3.34.0", "2026-10-26", true],
      ["feed.json", "AsyncAPI 3.0.0", "2.0.0", "2026-10-26", true],
      ["history/feed-2.0.0-2026-08-22.json", "AsyncAPI 3.0.0", "2.0.0", "2026-08-22", false],
      ["history/rest-3.13.0.json", "OpenAPI 3.0.0", "3.13.0", undefined, false],
      ["history/rest-3.28.0-2026-08-22.json", "OpenAPI 3.0.0", "3.28.0", "2026-08-22", false]
    ])
  })
})

describe("fixtures/spec/rest.json", () => {
  const reference = ReferenceDocument.load()
  const accepts = judge(reference.document)
  const isValid = (name: string, value: unknown): boolean => accepts(`/components/schemas/${name}`, value) === undefined

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

  it("has patterns that accept the decimals that the exchange accepts or sends, and reject other texts", () => {
    for (const [schema, valid, invalid] of decimals) {
      assert.deepStrictEqual(
        valid.split(" ").filter((text) => !isValid(schema, text)),
        [],
        schema
      )
      assert.deepStrictEqual(
        [...invalid.split(" "), "", " 1.00", "1.00\n"].filter((text) => isValid(schema, text)),
        [],
        schema
      )
    }
  })

  it("uses the decimals of requests only in requests, and the decimals of responses only in responses", () => {
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

  it("defines a price level of an order book as a price and a count", () => {
    assert.isTrue(isValid("PriceLevelDollarsCountFp", ["0.1500", "100.00"]))
    for (const level of [["0.1500"], ["0.1500", "100.00", "1.00"], ["0.1500", "100"], [0.15, "100.00"], []]) {
      assert.isFalse(isValid("PriceLevelDollarsCountFp", level), JSON.stringify(level))
    }
  })

  it("accepts the three shapes of error bodies, and rejects other bodies", () => {
    const error = { code: "not_found", message: "no such order" }
    for (const body of [
      { error },
      { error: { ...error, details: "d", service: "exchange" } },
      error,
      { error: "too many requests" }
    ]) {
      assert.isTrue(isValid("ErrorBody", body), JSON.stringify(body))
    }
    for (const body of [{}, null, [], "too many requests", { error: null }, { error: {} }, { message: "m" }]) {
      assert.isFalse(isValid("ErrorBody", body), JSON.stringify(body))
    }
  })

  it("declares ErrorBody for every error except three of GetExchangeStatus", () => {
    const others = reference.operations.flatMap(({ errors, id }) =>
      errors.flatMap(({ schema, status }) =>
        schema?.$ref === "#/components/schemas/ErrorBody" ? [] : [`${id} ${status}`]
      )
    )
    assert.deepStrictEqual(others, ["GetExchangeStatus 500", "GetExchangeStatus 503", "GetExchangeStatus 504"])
  })
})
