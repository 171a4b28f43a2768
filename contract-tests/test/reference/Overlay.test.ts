import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Overlay from "../../src/reference/Overlay.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import { importDocument } from "../../src/reference/SpecImport.ts"
import { issuesOf, overlayFor, replacePart, published, publishedFeed, sha256 } from "./support.ts"

const overlay = overlayFor(published)

const imported = Effect.map(importDocument(published, { overlay }), ({ text }) =>
  ReferenceDocument.make(JSON.parse(text))
)

const overlayOf = (entry: Record<string, unknown>): string =>
  JSON.stringify({
    feed: { appliesTo: { sha256: "", version: "" }, entries: [] },
    rest: {
      appliesTo: { sha256: sha256(published), version: "1.2.3" },
      entries: [{ because: "A reason.", source: "a test", ...entry }]
    }
  })

const at = (name: string): string => `/components/schemas/Order/properties/${name}`

describe("Overlay", () => {
  it.effect("applies an entry of each kind", () =>
    Effect.gen(function* () {
      const reference = yield* imported
      const order = reference.schema("Order")
      assert.deepStrictEqual(reference.schema("Money"), { pattern: "^[0-9]+\\.[0-9]{2}$", type: "string" })
      assert.deepStrictEqual(reference.schema("CreateOrder")?.properties?.["price"], { type: "string" })
      assert.isUndefined(order?.properties?.["count"]?.maximum)
      assert.deepStrictEqual(order?.required, ["id", "price"])
      assert.deepStrictEqual(order?.properties?.["price"], {
        anyOf: [{ $ref: "#/components/schemas/Money" }, { type: "null" }]
      })
      assert.deepStrictEqual(order?.properties?.["labels"]?.type, ["object", "null"])
      assert.deepStrictEqual(reference.schema("Side")?.enum, ["buy", "sell", "unknown"])
      assert.deepStrictEqual(order?.properties?.["extra"], { $ref: "#/components/schemas/Extra" })
      assert.deepStrictEqual(reference.schema("Extra"), { additionalProperties: true, type: "object" })
    })
  )

  it.effect("adds the missing statuses and the missing error bodies of operations", () =>
    Effect.gen(function* () {
      const { operation } = yield* imported
      assert.deepStrictEqual(
        operation("GetOrder")?.errors.map(({ schema, status }) => [status, schema]),
        [404, 429, 500].map((status) => [status, { $ref: "#/components/schemas/Error" }])
      )
      // A successful response without a body does not get a body.
      assert.isUndefined(operation("CreateOrder")?.success.schema)
    })
  )

  it.effect("adds a separate copy of the value at each pointer", () =>
    Effect.gen(function* () {
      const reason = { because: "A reason.", source: "a test" }
      const text = overlayOf({
        op: "add",
        at: ["/components/schemas/A", "/components/schemas/B"],
        value: { type: "string" }
      })
      const both: { rest: { entries: Array<object> } } = JSON.parse(text)
      both.rest.entries.push({ op: "add", at: ["/components/schemas/A/pattern"], value: "a", ...reason })
      const { text: document } = yield* importDocument(published, { overlay: JSON.stringify(both) })
      const reference = ReferenceDocument.make(JSON.parse(document))
      assert.deepStrictEqual(reference.schema("A"), { pattern: "a", type: "string" })
      assert.deepStrictEqual(reference.schema("B"), { type: "string" })
    })
  )

  it.effect("does not change its input document", () =>
    Effect.gen(function* () {
      const { document } = ReferenceDocument.make(JSON.parse((yield* importDocument(published)).text))
      const before = JSON.stringify(document)
      const { rest } = yield* Schema.decodeEffect(Schema.fromJsonString(Overlay.Overlay))(overlay)
      assert.notStrictEqual(JSON.stringify(Overlay.apply(document, rest, assert.fail)), before)
      assert.strictEqual(JSON.stringify(document), before)
    })
  )

  it.effect("leaves parts of the document unchanged if no entry names them", () =>
    Effect.gen(function* () {
      const plain = ReferenceDocument.make(JSON.parse((yield* importDocument(published)).text))
      const refined = yield* imported
      assert.deepStrictEqual(refined.schema("Error"), plain.schema("Error"))
      assert.deepStrictEqual(
        refined.operations.map(({ parameters }) => parameters),
        plain.operations.map(({ parameters }) => parameters)
      )
    })
  )

  it.effect("rejects an entry that does not apply", () =>
    Effect.gen(function* () {
      const faults: ReadonlyArray<readonly [entry: Record<string, unknown>, message: string]> = [
        [{ op: "add", at: [at("note")], value: {} }, "already exists"],
        [{ op: "add", at: ["/components/schemas/Gone/pattern"], value: "a" }, "has no parent object"],
        [{ op: "replace", at: [at("gone")], was: {}, value: { type: "string" } }, "does not exist"],
        [
          { op: "replace", at: [at("ticker")], was: { type: "integer" }, value: {} },
          'is {"type":"string"}, not {"type":"integer"}'
        ],
        [{ op: "replace", at: [at("ticker")], was: { type: "string" }, value: { type: "string" } }, "would not change"],
        [{ op: "remove", at: [`${at("count")}/minimum`], was: 0 }, "does not exist"],
        [{ op: "remove", at: [`${at("count")}/maximum`], was: 99 }, "is 100, not 99"],
        [{ op: "make-optional", at: [at("note")] }, "is not required"],
        [{ op: "make-optional", at: [at("gone")] }, "does not exist"],
        [{ op: "make-nullable", at: [at("note")] }, "already accepts null, or has no type"],
        [{ op: "make-nullable", at: [at("average_price")] }, "already accepts null, or has no type"],
        [{ op: "make-nullable", at: [at("gone")] }, "does not exist"],
        [{ op: "extract", at: [at("extra")], to: "/components/schemas/Money" }, "already exists"],
        [
          { op: "add-enum-member", at: ["/components/schemas/Side"], value: "buy" },
          "has no enum, or already has the member"
        ],
        [{ op: "add-enum-member", at: [at("note")], value: "buy" }, "has no enum, or already has the member"],
        [
          { op: "add-response", status: "429", response: { $ref: "#/components/responses/RateLimited" }, places: 2 },
          "applies 1 times, but the entry states 2"
        ],
        [
          { op: "add-response", status: "200", response: { $ref: "#/components/responses/NotFound" }, places: 0 },
          "applies 1 times, but the entry states 0"
        ],
        [
          { op: "add-error-body", schema: { $ref: "#/components/schemas/Error" }, places: 0 },
          "applies 1 times, but the entry states 0"
        ],
        [{ op: "make-optional", at: [at("id"), at("id")] }, "has the same pointer twice"]
      ]
      for (const [entry, message] of faults) {
        const [issue] = yield* issuesOf(published, overlayOf(entry))
        assert.strictEqual(issue?.message, message)
        assert.match(issue?.pointer ?? "", /^\/entries\/0 \(/)
      }
    })
  )

  it.effect("rejects an entry without a reason, source or pointer, and an entry with an unknown operation or key", () =>
    Effect.gen(function* () {
      const entry = { op: "make-optional", at: [at("ticker")] }
      assert.isTrue((yield* importDocument(published, { overlay: overlayOf(entry) })).text.length > 0)
      for (const fault of [
        { because: "" },
        { source: "" },
        { op: "forget" },
        { was: 1 },
        { at: [] },
        { at: undefined }
      ]) {
        const [issue] = yield* issuesOf(published, overlayOf({ ...entry, ...fault }))
        assert.match(issue?.message ?? "", /^the overlay: /, JSON.stringify(fault))
      }
      const [issue] = yield* issuesOf(published, "{")
      assert.match(issue?.message ?? "", /^the overlay: /)
    })
  )

  it.effect("rejects an overlay for another version, or for another document of the same version", () =>
    Effect.gen(function* () {
      const [version] = yield* issuesOf(published, replacePart(overlay, '"version": "1.2.3"', '"version": "1.2.4"'))
      assert.match(version?.message ?? "", /^the overlay is for 1\.2\.4 /)
      const edited = replacePart(published, "maximum: 100", "maximum: 101")
      const [bytes] = yield* issuesOf(edited, overlay)
      assert.match(bytes?.message ?? "", /^the overlay is for 1\.2\.3 /)
      const [feed] = yield* issuesOf(publishedFeed, overlay)
      assert.match(feed?.message ?? "", /^the overlay is for 1\.0\.0 /)
    })
  )

  it.effect("rejects an addition that the importer would reject or drop in a published document", () =>
    Effect.gen(function* () {
      const faults: ReadonlyArray<readonly [pointer: string, value: unknown, message: string]> = [
        ["/components/schemas/Money/description", "A sentence.", "unknown schema keyword"],
        ["/components/schemas/Money/minGrace", 1, "unknown schema keyword"],
        ["/components/schemas/Money/pattern", "(", 'not a pattern: "("'],
        [
          "/components/schemas/Loose",
          { $ref: "#/components/schemas/Gone" },
          'not a reference: "#/components/schemas/Gone"'
        ],
        ["/paths/~1orders/post/summary", "A sentence.", "prose"],
        ["/paths/~1orders/post/description", "A sentence.", "prose"],
        ["/paths/~1orders/post/x-cost", 2, "vendor extension"],
        [
          "/paths/~1orders/post/responses/409",
          { $ref: "#/components/responses/Gone" },
          'does not resolve: "#/components/responses/Gone"'
        ]
      ]
      for (const [pointer, value, message] of faults) {
        const issues = yield* issuesOf(published, overlayOf({ op: "add", at: [pointer], value }))
        assert.deepStrictEqual(
          issues.map((issue) => issue.message),
          [message]
        )
      }
    })
  )
})
