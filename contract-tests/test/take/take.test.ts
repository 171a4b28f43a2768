import { assert, describe, it } from "@effect/vitest"
import { candidates } from "../../take/candidates.ts"
import { changes, sentence } from "../../take/changes.ts"
import { linesOf } from "../../take/lines.ts"
import type { JsonObject } from "../../src/reference/JsonSchema.ts"

describe("changes", () => {
  it("names what is new, what is gone and what is different, at the highest place that is so as a whole", () => {
    const before = { paths: { "/a": { get: { tags: ["x", "y"] } }, "/b": {} }, same: { list: [1, 2] } }
    const after = { paths: { "/a": { get: { tags: ["y", "z"] } }, "/c": { get: {} } }, same: { list: [1, 2] } }
    assert.deepStrictEqual(changes(before, after).map(sentence), [
      '~ /paths/~1a/get/tags: − "x", + "z"',
      "− /paths/~1b: {}",
      '+ /paths/~1c: {"get":{}}'
    ])
  })

  it("passes over the stamp of where a document came from", () => {
    assert.deepStrictEqual(changes({ info: { version: "1" } }, { info: { version: "2" } }), [])
  })

  it("says so where a list has another order, and cuts long values", () => {
    assert.deepStrictEqual(changes({ a: [1, 2] }, { a: [2, 1] }).map(sentence), ["~ /a: another order"])
    const [long] = changes({}, { a: "x".repeat(500) }).map(sentence)
    assert.strictEqual(long, `+ /a: "${"x".repeat(159)}…`)
  })
})

describe("candidates", () => {
  const documentOf = (schemas: JsonObject): JsonObject => ({
    components: { schemas: { Unreached: { properties: { list: { type: "array" } }, required: ["list"] }, ...schemas } },
    paths: {
      "/a": { get: { responses: { 200: { content: { json: { schema: { $ref: "#/components/schemas/Answer" } } } } } } }
    }
  })
  const questions = (before: JsonObject, after: JsonObject): ReadonlyArray<string> =>
    candidates(documentOf({ Answer: before }), documentOf({ Answer: after })).map(
      ({ pointer, question }) => `${pointer.slice("/components/schemas/".length)} ${question.split(":")[0]}`
    )
  const empty = { properties: {}, type: "object" }

  it("asks of a new required list whether it can be null", () => {
    const list = { type: "array", items: {} }
    assert.deepStrictEqual(questions(empty, { properties: { a: list }, required: ["a"] }), [
      "Answer/properties/a is a required list"
    ])
    assert.deepStrictEqual(questions(empty, { properties: { a: list } }), [])
    assert.deepStrictEqual(
      questions(empty, { properties: { a: { ...list, type: ["array", "null"] } }, required: ["a"] }),
      []
    )
  })

  it("asks of a new cursor whether the last page has one", () => {
    assert.deepStrictEqual(questions(empty, { properties: { cursor: { type: "string" } } }), [
      "Answer/properties/cursor is a cursor"
    ])
    assert.deepStrictEqual(questions(empty, { properties: { cursor: { type: ["string", "null"] } } }), [])
  })

  it("asks of what is newly required whether it was always sent", () => {
    const properties = { a: { type: "string" } }
    assert.deepStrictEqual(questions({ properties, required: [] }, { properties, required: ["a"] }), [
      "Answer/properties/a is newly required"
    ])
  })

  it("asks of a decimal by name that is any text", () => {
    const at = (pattern: object) => ({ properties: { price_dollars: { type: "string", ...pattern } } })
    assert.deepStrictEqual(questions(empty, at({})), [
      "Answer/properties/price_dollars is a decimal in name, and any text in the document (replace)"
    ])
    assert.deepStrictEqual(questions(empty, at({ pattern: "^0$" })), [])
  })

  it("asks nothing of what no response reaches, and nothing of what did not change", () => {
    const list = { properties: { a: { type: "array" } }, required: ["a"] }
    assert.deepStrictEqual(questions(list, list), [])
    assert.deepStrictEqual(candidates({}, documentOf({})), [])
  })
})

describe("linesOf", () => {
  const yaml =
    "openapi: 3.0.0\npaths:\n  /a/b:\n    get:\n      tags: [x, y]\n      parameters:\n        - name: one\n        - name: two\n"

  it("finds the line of a place, in YAML and in JSON", () => {
    const line = linesOf(yaml)
    assert.deepStrictEqual(
      ["/openapi", "/paths/~1a~1b/get/tags/1", "/paths/~1a~1b/get/parameters/1/name"].map(line),
      [1, 5, 8]
    )
    assert.strictEqual(linesOf(JSON.stringify({ a: { b: [1, 2] } }, null, 2))("/a/b/1"), 5)
  })

  it("finds the nearest place above one that is not there", () => {
    assert.strictEqual(linesOf(yaml)("/paths/~1a~1b/get/parameters/7/name"), 7)
    assert.strictEqual(linesOf(yaml)("/nothing"), 1)
  })
})
