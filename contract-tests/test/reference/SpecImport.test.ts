import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { parse, stringify } from "yaml"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import { importDocument, overlaySha256 } from "../../src/reference/SpecImport.ts"
import { issuesOf, judge, overlayFor, replacePart, published, publishedFeed, sha256 } from "./support.ts"

const schemasOf = Effect.fnUntraced(function* (text: string, overlay?: string) {
  const imported = yield* importDocument(text, { overlay })
  return ReferenceDocument.make(JSON.parse(imported.text))
})

const order = Effect.map(schemasOf(published), (reference) => reference.schema("Order")?.properties ?? {})

const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, member]) => [key, reversed(member)])
        )
      : value

describe("importDocument", () => {
  it.effect("writes the same bytes for the same input", () =>
    Effect.gen(function* () {
      for (const overlay of [undefined, overlayFor(published)]) {
        const first = yield* importDocument(published, { overlay })
        const second = yield* importDocument(published, { overlay })
        assert.strictEqual(sha256(first.text), sha256(second.text))
        assert.strictEqual(sha256(first.nullableText), sha256(second.nullableText))
      }
    })
  )

  it.effect("gives the same result for YAML and JSON, and for reordered keys", () =>
    Effect.gen(function* () {
      const document: unknown = parse(published)
      const texts = [
        published,
        stringify(reversed(document)),
        JSON.stringify(document),
        JSON.stringify(reversed(document))
      ]
      const imported = yield* Effect.forEach(texts, (text) =>
        Effect.map(importDocument(text), (result) => result.text.replaceAll(sha256(text), "sha256"))
      )
      assert.strictEqual(new Set(imported).size, 1)
    })
  )

  it.effect("removes prose and vendor extensions", () =>
    Effect.gen(function* () {
      for (const text of [published, publishedFeed]) {
        assert.include(text, "PROSE")
        const imported = yield* importDocument(text)
        assert.notInclude(imported.text, "PROSE")
        assert.deepStrictEqual(imported.text.match(/"x-[^"]*"/g), ['"x-source"'])
      }
    })
  )

  it.effect("keeps properties with names such as description", () =>
    Effect.gen(function* () {
      const reference = yield* schemasOf(published)
      assert.deepStrictEqual(reference.schema("Error"), {
        properties: { description: { type: "string" }, title: { type: "string" } },
        type: "object"
      })
    })
  )

  it.effect("records the version and the sha256 of the source", () =>
    Effect.gen(function* () {
      const overlay = overlayFor(published)
      assert.deepStrictEqual((yield* schemasOf(published)).source, {
        format: "OpenAPI 3.0.3",
        overlay: undefined,
        published: undefined,
        sha256: sha256(published),
        version: "1.2.3"
      })
      assert.deepStrictEqual((yield* schemasOf(published, overlay)).source.overlay, {
        entries: 9,
        sha256: overlaySha256(overlay, "rest")
      })
    })
  )

  it.effect("converts nullable to a null type, also beside a $ref, an allOf and an enum", () =>
    Effect.gen(function* () {
      const properties = yield* order
      assert.deepStrictEqual(properties["note"], { type: ["string", "null"] })
      assert.deepStrictEqual(properties["average_price"], {
        anyOf: [{ $ref: "#/components/schemas/Money" }, { type: "null" }]
      })
      assert.deepStrictEqual(properties["floor"], {
        anyOf: [{ $ref: "#/components/schemas/Money" }, { type: "null" }]
      })
      assert.deepStrictEqual(properties["kind"], { enum: ["limit", "market", null], type: ["string", "null"] })
      assert.deepStrictEqual(properties["either"], {
        anyOf: [{ anyOf: [{ type: "string" }, { type: "integer" }] }, { type: "null" }]
      })
      assert.deepStrictEqual(properties["legs"], {
        items: { $ref: "#/components/schemas/Order" },
        type: ["array", "null"]
      })
    })
  )

  it.effect("lists the schemas whose nullable has no effect by the standard", () =>
    Effect.gen(function* () {
      const at = (name: string) => `/components/schemas/Order/properties/${name}`
      assert.deepStrictEqual((yield* importDocument(published)).nullableByIntent, [
        { beside: "$ref", pointer: at("average_price") },
        { beside: "anyOf", pointer: at("either") },
        { beside: "allOf", pointer: at("floor") },
        { beside: "enum", pointer: at("kind") }
      ])
      assert.deepStrictEqual((yield* importDocument(publishedFeed)).nullableByIntent, [
        { beside: "asyncapi", pointer: "/components/schemas/tickerPayload/properties/fee" }
      ])
    })
  )

  it.effect("merges an allOf with one branch into its parent, and keeps an allOf with several branches", () =>
    Effect.gen(function* () {
      const properties = yield* order
      assert.deepStrictEqual(properties["side"], {
        $ref: "#/components/schemas/Side",
        default: "buy",
        deprecated: true
      })
      assert.deepStrictEqual(properties["both"], {
        allOf: [{ $ref: "#/components/schemas/Error" }, { required: ["title"], type: "object" }]
      })
    })
  )

  it.effect("converts a boolean exclusive bound to a numeric bound, and sorts required", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* order)["count"], {
        exclusiveMinimum: 0,
        format: "int64",
        maximum: 100,
        type: "integer"
      })
      assert.deepStrictEqual((yield* schemasOf(published)).schema("Order")?.required, ["id", "price", "ticker"])
    })
  )

  it.effect("makes absent security explicit", () =>
    Effect.gen(function* () {
      const reference = yield* schemasOf(replacePart(published, "security: []\n", ""))
      assert.deepStrictEqual(reference.document["security"], [])
    })
  )

  it.effect("drops a type beside $ref that repeats the type of its target", () =>
    Effect.gen(function* () {
      const reference = yield* schemasOf(published)
      assert.deepStrictEqual(reference.schema("CreateOrder")?.properties?.["price"], {
        $ref: "#/components/schemas/Money"
      })
    })
  )

  it.effect("reads the schema keywords of AsyncAPI, which differ from OpenAPI 3.0", () =>
    Effect.gen(function* () {
      const feed = FeedDocument.make(JSON.parse((yield* importDocument(publishedFeed)).text))
      assert.deepStrictEqual(feed.schema("sequence"), { exclusiveMinimum: 0, type: "integer" })
      assert.deepStrictEqual(feed.schema("tickerPayload")?.properties, {
        fee: { type: ["number", "null"] },
        price: { type: ["string", "null"] },
        seq: { $ref: "#/components/schemas/sequence", deprecated: true },
        type: { const: "ticker", type: "string" }
      })
    })
  )

  it.effect("rejects an unknown schema keyword in components, parameters and nested schemas", () =>
    Effect.gen(function* () {
      const places: ReadonlyArray<readonly [piece: string, fault: string, pointer: string]> = [
        ["Money: { type: string,", "Money: { type: string, minGrace: 1,", "/components/schemas/Money/minGrace"],
        ["note: { type: string,", "note: { type: string, not: {},", "/components/schemas/Order/properties/note/not"],
        [
          "items: { type: string,",
          "items: { type: string, const: a,",
          "/paths/~1orders~1{order_id}/get/parameters/1/schema/items/const"
        ],
        [
          "labels: { type: object, additionalProperties: { type: string }",
          "labels: { type: object, additionalProperties: { type: string, if: {} }",
          "/components/schemas/Order/properties/labels/additionalProperties/if"
        ],
        [
          "anyOf: [{ type: string }",
          "anyOf: [{ type: string, contains: {} }",
          "/components/schemas/Order/properties/either/anyOf/0/contains"
        ],
        [
          "{ type: object, required: [title] }",
          "{ type: object, required: [title], readOnly: true }",
          "/components/schemas/Order/properties/both/allOf/1/readOnly"
        ],
        [
          "schema: { type: string } }\n  responses",
          "schema: { type: string, multipleOf: 2 } }\n  responses",
          "/components/parameters/OrderId/schema/multipleOf"
        ]
      ]
      for (const [piece, fault, pointer] of places) {
        assert.deepStrictEqual(yield* issuesOf(replacePart(published, piece, fault)), [
          { message: "unknown schema keyword", pointer }
        ])
      }
    })
  )

  it.effect("rejects unknown keys, formats, types and statuses, and invalid values of keywords", () =>
    Effect.gen(function* () {
      const faults: ReadonlyArray<readonly [piece: string, fault: string, pointer: string]> = [
        ["operationId: CreateOrder", "operationId: CreateOrder\n      callbacks: {}", "/paths/~1orders/post/callbacks"],
        [
          "explode: false",
          "explode: false\n          content: {}",
          "/paths/~1orders~1{order_id}/get/parameters/1/content"
        ],
        [
          '"500": { description: PROSE }',
          '"500": { description: PROSE, headers: {} }',
          "/paths/~1orders~1{order_id}/get/responses/500/headers"
        ],
        ['"500": {', '"4XX": {', "/paths/~1orders~1{order_id}/get/responses/4XX"],
        ["externalDocs:", "webhooks: {}\nexternalDocs:", "/webhooks"],
        ["format: int64", "format: int128", "/components/schemas/Order/properties/count/format"],
        ["note: { type: string", "note: { type: text", "/components/schemas/Order/properties/note/type"],
        ["note: { type: string", "note: { type: [string, 'null']", "/components/schemas/Order/properties/note/type"],
        ["maximum: 100", "maximum: 9223372036854775807", "/components/schemas/Order/properties/count/maximum"],
        [
          "minimum: 0, exclusiveMinimum",
          "exclusiveMinimum",
          "/components/schemas/Order/properties/count/exclusiveMinimum"
        ],
        ["minItems: 1", "minItems: -1", "/paths/~1orders~1{order_id}/get/parameters/1/schema/minItems"],
        ["required: [ticker, id, price]", "required: [ticker, ticker]", "/components/schemas/Order/required"],
        [
          "note: { type: string, nullable: true }",
          "note: { nullable: true }",
          "/components/schemas/Order/properties/note/nullable"
        ]
      ]
      for (const [piece, fault, pointer] of faults) {
        const issues = yield* issuesOf(replacePart(published, piece, fault))
        assert.deepStrictEqual(
          issues.map((issue) => issue.pointer),
          [pointer],
          fault
        )
      }
    })
  )

  it.effect("rejects a constraint beside $ref, and a reference without a target or to another document", () =>
    Effect.gen(function* () {
      const at = "/components/schemas/CreateOrder/properties/price"
      const price = 'price: { $ref: "#/components/schemas/Money", type: string }'
      const faults: ReadonlyArray<readonly [fault: string, pointer: string]> = [
        ["price: { $ref: '#/components/schemas/Money', pattern: a }", `${at}/pattern`],
        ["price: { $ref: '#/components/schemas/Money', type: integer }", `${at}/type`],
        ["price: { $ref: '#/components/schemas/Cash' }", `${at}/$ref`],
        ["price: { $ref: 'https://example.com/money.json' }", `${at}/$ref`],
        ["price: { allOf: [{ $ref: '#/components/schemas/Money' }], type: string }", `${at}/allOf`]
      ]
      for (const [fault, pointer] of faults) {
        const issues = yield* issuesOf(replacePart(published, price, fault))
        assert.deepStrictEqual(
          issues.map((issue) => issue.pointer),
          [pointer],
          fault
        )
      }
    })
  )

  it.effect("reports two faults of a document in one error", () =>
    Effect.gen(function* () {
      const faulty = replacePart(
        replacePart(published, "format: int64", "format: int128"),
        "minItems: 1",
        "minItems: -1"
      )
      assert.lengthOf(yield* issuesOf(faulty), 2)
      const error = yield* Effect.flip(importDocument(faulty))
      assert.strictEqual(
        error.message,
        "/paths/~1orders~1{order_id}/get/parameters/1/schema/minItems: expected a natural number\n" +
          '/components/schemas/Order/properties/count/format: expected a known format, got "int128"'
      )
    })
  )

  it.effect("rejects inputs that are not supported documents", () =>
    Effect.gen(function* () {
      for (const text of ["", "[]", "openapi: 3.1.0", "swagger: '2.0'", "asyncapi: 2.6.0", "a: b: c"]) {
        assert.lengthOf(yield* issuesOf(text), 1, text)
      }
    })
  )

  it.effect("rejects a key that occurs twice", () =>
    Effect.gen(function* () {
      const [issue] = yield* issuesOf(replacePart(published, "format: int64", "format: int64, format: int32"))
      assert.match(issue?.message ?? "", /^Map keys must be unique/)
    })
  )

  it.effect(
    "makes a schema accept null exactly if it declares nullable, for combinations of keywords",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(published30, async (schema) => {
            const document = {
              openapi: "3.0.0",
              info: { title: "", version: "1" },
              paths: {},
              components: { schemas: { Money: { type: "string" }, Subject: schema.schema } }
            }
            const imported = await Effect.runPromise(importDocument(JSON.stringify(document)))
            const reference = ReferenceDocument.make(JSON.parse(imported.text))
            const accepts = judge(reference.document)("/components/schemas/Subject", null) === undefined
            assert.strictEqual(accepts, schema.nullable)
          }),
          { seed: 20261009, numRuns: 200 }
        )
      ),
    120_000
  )
})

/** Schemas of OpenAPI 3.0. None accepts null without `nullable`. */
const published30 = fc
  .record({
    shape: fc.constantFrom<Record<string, unknown>>(
      { $ref: "#/components/schemas/Money" },
      { allOf: [{ $ref: "#/components/schemas/Money" }] },
      { allOf: [{ $ref: "#/components/schemas/Money" }, { type: "string" }] },
      { allOf: [{ type: "string" }] },
      { allOf: [{ type: "string" }], type: "string" },
      { anyOf: [{ type: "string" }, { $ref: "#/components/schemas/Money" }] },
      { oneOf: [{ type: "string" }, { type: "integer" }] },
      { type: "string" },
      { type: "string", enum: ["a", "b"] },
      { type: "integer", minimum: 1 },
      { type: "array", items: { type: "string", nullable: true } },
      { type: "object", properties: { a: { type: "string", nullable: true } } }
    ),
    nullable: fc.boolean(),
    extras: fc.constantFrom<Record<string, unknown>>(
      {},
      { description: "d" },
      { default: "a" },
      { deprecated: true },
      { "x-v": 1 }
    )
  })
  .map(({ extras, nullable, shape }) => ({
    nullable,
    schema: { ...shape, ...extras, ...(nullable ? { nullable } : {}) }
  }))
