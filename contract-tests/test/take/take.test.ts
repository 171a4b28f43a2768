import { assert, describe, it } from "@effect/vitest"
import { candidates } from "../../take/candidates.ts"
import { changes, describeChange } from "../../take/changes.ts"
import { linesOf } from "../../take/lines.ts"
import { describeFailure } from "../../take/failures.ts"
import { functionsIn, lost, lostFunctions, mentions } from "../../take/lost.ts"
import { pin } from "../../take/pins.ts"
import type { JsonObject } from "../../src/reference/JsonSchema.ts"

describe("changes", () => {
  it("lists additions, removals and differences, each with the shortest pointer that covers it completely", () => {
    const before = { paths: { "/a": { get: { tags: ["x", "y"] } }, "/b": {} }, same: { list: [1, 2] } }
    const after = { paths: { "/a": { get: { tags: ["y", "z"] } }, "/c": { get: {} } }, same: { list: [1, 2] } }
    assert.deepStrictEqual(changes(before, after).map(describeChange), [
      '~ /paths/~1a/get/tags: − "x", + "z"',
      "− /paths/~1b: {}",
      '+ /paths/~1c: {"get":{}}'
    ])
  })

  it("ignores the source stamp of a document", () => {
    assert.deepStrictEqual(changes({ info: { version: "1" } }, { info: { version: "2" } }), [])
  })

  it("reports a reordered list, and shortens long values", () => {
    assert.deepStrictEqual(changes({ a: [1, 2] }, { a: [2, 1] }).map(describeChange), ["~ /a: a different order"])
    const [long] = changes({}, { a: "x".repeat(500) }).map(describeChange)
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

  it("asks whether a new required list can be null", () => {
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

  it("asks whether a new cursor can be null or absent on the last page", () => {
    assert.deepStrictEqual(questions(empty, { properties: { cursor: { type: "string" } } }), [
      "Answer/properties/cursor is a cursor"
    ])
    assert.deepStrictEqual(questions(empty, { properties: { cursor: { type: ["string", "null"] } } }), [])
  })

  it("asks whether the exchange always sends a newly required member", () => {
    const properties = { a: { type: "string" } }
    assert.deepStrictEqual(questions({ properties, required: [] }, { properties, required: ["a"] }), [
      "Answer/properties/a is newly required"
    ])
  })

  it("asks about a string with the name of a decimal and without a pattern", () => {
    const at = (pattern: object) => ({ properties: { price_dollars: { type: "string", ...pattern } } })
    assert.deepStrictEqual(questions(empty, at({})), [
      "Answer/properties/price_dollars has the name of a decimal, but the document allows any string (replace)"
    ])
    assert.deepStrictEqual(questions(empty, at({ pattern: "^0$" })), [])
  })

  it("asks nothing about schemas that no response uses or that did not change", () => {
    const list = { properties: { a: { type: "array" } }, required: ["a"] }
    assert.deepStrictEqual(questions(list, list), [])
    assert.deepStrictEqual(candidates(documentOf({}), documentOf({ Unused: list })), [])
  })
})

describe("linesOf", () => {
  const yaml =
    "openapi: 3.0.0\npaths:\n  /a/b:\n    get:\n      tags: [x, y]\n      parameters:\n        - name: one\n        - name: two\n"

  it("finds the line of a pointer, in YAML and in JSON", () => {
    const line = linesOf(yaml)
    assert.deepStrictEqual(
      ["/openapi", "/paths/~1a~1b/get/tags/1", "/paths/~1a~1b/get/parameters/1/name"].map(line),
      [1, 5, 8]
    )
    assert.strictEqual(linesOf(JSON.stringify({ a: { b: [1, 2] } }, null, 2))("/a/b/1"), 5)
  })

  it("finds the nearest parent of a pointer that does not exist", () => {
    assert.strictEqual(linesOf(yaml)("/paths/~1a~1b/get/parameters/7/name"), 7)
    assert.strictEqual(linesOf(yaml)("/nothing"), 1)
  })
})

describe("lost", () => {
  const path = (operationId: string, ...names: ReadonlyArray<string>): JsonObject => ({
    get: { operationId, parameters: names.map((name) => ({ in: "query", name })) }
  })
  const before: JsonObject = {
    components: { schemas: { Fill: { properties: { gone_field: {}, kept_field: {}, plain: {} } }, OldThing: {} } },
    paths: { "/a/things": path("GetThings"), "/a/old_things/{old_id}": path("GetOldThing", "feed_field") }
  }
  const after: JsonObject = {
    components: { schemas: { Fill: { properties: { kept_field: {} } } } },
    paths: { "/a/things": path("GetThings") }
  }
  const feed: JsonObject = { components: { schemas: { M: { properties: { feed_field: {} } } } } }

  it("returns removed operations, paths, components and fields, except common words and names of the feed document", () => {
    assert.deepStrictEqual(lost(before, after, feed), {
      operations: ["GetOldThing"],
      others: ["/a/old_things", "OldThing", "gone_field", "old_id", "old_things"]
    })
    assert.deepStrictEqual(lost(after, before, feed), { operations: [], others: [] })
  })
})

describe("lostFunctions", () => {
  const source =
    'operationId: "A",\n  name: "One.a"\n operationId: "B",\n  name: "One.b"\n operationId: "C",\n name: "Two.c"'
  const functions = functionsIn(source)

  it("returns the functions of removed operations, or their module if it has no other function", () => {
    assert.deepStrictEqual(
      [...functions],
      [
        ["A", "One.a"],
        ["B", "One.b"],
        ["C", "Two.c"]
      ]
    )
    assert.deepStrictEqual(lostFunctions(["A", "C"], functions, functions), { functions: ["One.a"], modules: ["Two"] })
  })

  it("does not return a function that another operation now uses", () => {
    assert.deepStrictEqual(lostFunctions(["C"], functions, new Map([["D", "Two.c"]])), { functions: [], modules: [] })
  })
})

describe("mentions", () => {
  it("lists each line that contains a name as a complete word", () => {
    const text = 'GetOldThings\n"Two.c", old_things, Two.call\nmy_old_things\n/^\\/(?:old_things)/'
    assert.deepStrictEqual(mentions("a.md", text, ["old_things", "Two.c", "GetOldThing"], []), [
      "a.md:2: no longer in the document: Two.c, old_things",
      "a.md:4: no longer in the document: old_things"
    ])
    assert.deepStrictEqual(mentions("a.md", text, [], []), [])
  })

  it("lists the test file of a removed module only once", () => {
    assert.deepStrictEqual(mentions("test/two.test.ts", "Two\nTwo", ["x_y"], ["Two"]), [
      "test/two.test.ts:1: remove the file: the module Two has no operations left"
    ])
  })
})

describe("pin", () => {
  const source =
    'all("$ref", [\n  ...properties("A", "x_y"),\n  ...properties(\n    `B/${item}`,\n    "z"\n  )\n]),\nall("enum", ["/p"])'

  it("returns the line to edit and the code to add or remove for a pointer", () => {
    const at = (name: string) => `/components/schemas/${name}`
    assert.deepStrictEqual(
      [
        pin(source, "remove", at("A/properties/x_y"), "$ref"),
        pin(source, "remove", at("B/properties/list/items/properties/z"), "$ref"),
        pin(source, "add", at("C/properties/w"), "$ref"),
        pin(source, "remove", "/p", "enum")
      ].map((line) => line.split(";")[0]),
      [
        '2: remove x_y from ...properties("A", "…") in all("$ref", […])',
        '3: remove z from ...properties("B/properties/list/items", "…") in all("$ref", […])',
        '1: add ...properties("C", "w") in all("$ref", […])',
        '8: remove "/p" in all("enum", […])'
      ]
    )
  })
})

describe("describeFailure", () => {
  it("returns the line of the failed assertion in the test file, and the lines that differ", () => {
    const diff = "\u001b[32m- Expected\u001b[39m\n+ Received\n\n  [\n\u001b[32m-   1,\u001b[39m\n+   2,\n  ]"
    const stacks = [
      { file: "/r/node_modules/x.ts", line: 1 },
      { file: "/r/a.test.ts", line: 7 }
    ]
    assert.strictEqual(
      describeFailure("/r", "/r/a.test.ts", "a > b", { message: "no", diff, stacks }),
      "FAIL a.test.ts:7: a > b\n| -   1,\n| +   2,"
    )
  })

  it("returns the first line of the message if there is no difference, and shortens long differences", () => {
    assert.strictEqual(describeFailure("/r", "/r/a.ts", "a", { message: "one\ntwo" }), "FAIL a.ts:1: a\n| one")
    const diff = Array.from({ length: 20 }, (_, index) => `- ${index}`).join("\n")
    assert.match(describeFailure("/r", "/r/a.ts", "a", { message: "", diff }), /\| - 15\n\| … 4 more lines$/)
  })
})
