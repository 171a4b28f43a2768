import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Operation from "../../src/Operation.ts"
import { prepare } from "../../src/sending/encode.ts"

const base = {
  operationId: "X",
  name: "X.x",
  method: "POST",
  path: "/x",
  success: { status: 200, body: undefined },
  errors: [],
  access: "write",
  retry: "never"
} as const

const listed = Operation.make({
  ...base,
  path: "/x/{id}",
  pathParameters: { id: { schema: Schema.String, style: "single", required: true } },
  query: {
    name: { schema: Schema.String, style: "single", required: true },
    tags: { schema: Schema.Array(Schema.String), style: "comma", required: false },
    needed: { schema: Schema.Array(Schema.String), style: "comma", required: false },
    ids: { schema: Schema.Array(Schema.String), style: "repeated", required: false }
  }
})

const anything = Operation.make({ ...base, body: Schema.Struct({ v: Schema.Unknown }) })

const encoded = ({ descriptor }: { readonly descriptor: Operation.Descriptor }, input: unknown) => {
  const result = prepare(descriptor)(input)
  return Result.isSuccess(result) ? result.success : `${result.failure.pointer}: ${result.failure.reason}`
}

const queryOf = (input: object) => {
  const request = encoded(listed, { id: "a", name: "n", ...input })
  return typeof request === "string" ? request : request.query
}

describe("encode.prepare, the query", () => {
  it("joins a list with commas, or repeats the parameter for each item", () => {
    assert.strictEqual(queryOf({}), "?name=n")
    assert.strictEqual(queryOf({ tags: ["a b"] }), "?name=n&tags=a%20b")
    assert.strictEqual(queryOf({ tags: ["a", "b", "c"] }), "?name=n&tags=a%2Cb%2Cc")
    assert.strictEqual(queryOf({ ids: ["a", "b,c", ""] }), "?name=n&ids=a&ids=b%2Cc&ids=")
    assert.strictEqual(queryOf({ name: "a,b" }), "?name=a%2Cb")
    assert.strictEqual(queryOf({ name: "" }), "?name=")
  })

  it("rejects an empty list", () => {
    const optional = "an empty list cannot be sent: omit the field, or pass at least one item"
    assert.strictEqual(queryOf({ tags: [] }), `/tags: ${optional}`)
    assert.strictEqual(queryOf({ ids: [] }), `/ids: ${optional}`)
    const required = Operation.make({
      ...base,
      query: { tags: { schema: Schema.Array(Schema.String), style: "comma", required: true } }
    })
    assert.strictEqual(encoded(required, { tags: [] }), "/tags: an empty list cannot be sent: pass at least one item")
  })

  it("rejects an empty item, or an item with a comma, in a joined list", () => {
    for (const tags of [[""], ["a", ""], ["a,b"], ["a", "b,"]]) {
      assert.strictEqual(
        queryOf({ tags }),
        "/tags: an item cannot be empty or contain a comma, because the list is joined by commas"
      )
    }
  })

  it("rejects text that is not well-formed Unicode", () => {
    assert.strictEqual(queryOf({ name: "\ud800" }), "/name: a query value must be well-formed Unicode")
    assert.strictEqual(queryOf({ ids: ["a", "\udc00"] }), "/ids: a query value must be well-formed Unicode")
  })

  it("rejects a missing or wrong parameter at its pointer", () => {
    assert.strictEqual(encoded(listed, { id: "a" }), "/name: this field is required")
    assert.match(String(encoded(listed, { id: "a", name: 5 })), /^\/name: /)
  })
})

describe("encode.prepare, the path", () => {
  it("rejects a missing or wrong parameter at its pointer", () => {
    assert.strictEqual(encoded(listed, { name: "n" }), "/id: this field is required")
    assert.match(String(encoded(listed, { id: 5, name: "n" })), /^\/id: /)
  })
})

describe("encode.prepare, the body", () => {
  it("is {} for POST and PUT, and absent for GET and DELETE, if the operation declares no body", () => {
    for (const [method, body] of [
      ["POST", "{}"],
      ["PUT", "{}"],
      ["GET", undefined],
      ["DELETE", undefined]
    ] as const) {
      const operation = Operation.make({ ...base, method })
      assert.deepStrictEqual(encoded(operation, {}), { path: "/x", query: "", body, keyed: false, input: {} })
    }
  })

  it("is keyed (retryable by ids) only if each item has a non-empty id", () => {
    const body = Schema.Struct({ own: Schema.optional(Schema.Unknown), list: Schema.optional(Schema.Unknown) })
    const single = Operation.make({ ...base, body, retry: "keyed", key: { field: "own" } })
    const batch = Operation.make({ ...base, body, retry: "keyed", key: { list: "list", field: "own" } })
    const isKeyed = (operation: { readonly descriptor: Operation.Descriptor }, input: object) => {
      const request = encoded(operation, input)
      return typeof request === "string" ? request : request.keyed
    }
    assert.deepStrictEqual(
      [{ own: "mine" }, { own: "" }, { own: 1 }, {}].map((input) => isKeyed(single, input)),
      [true, false, false, false]
    )
    const own = { own: "mine" }
    assert.deepStrictEqual(
      [[own], [own, own], [own, {}], [], "mine", [null]].map((list) => isKeyed(batch, { list })),
      [true, true, false, false, false, false]
    )
    assert.strictEqual(isKeyed(Operation.make({ ...base, body }), own), false)
  })

  it("accepts null and 64 levels of nesting, but not 65 levels", () => {
    const nested = (depth: number): unknown => (depth === 0 ? null : [nested(depth - 1)])
    const request = encoded(anything, { v: nested(64) })
    assert.strictEqual(typeof request === "string" ? request : request.body, `{"v":${JSON.stringify(nested(64))}}`)
    assert.strictEqual(encoded(anything, { v: nested(65) }), ": the input is nested too deeply, or contains a cycle")
  })

  it("rejects a value that JSON cannot represent, and reports its pointer", () => {
    for (const value of [1n, () => 1, Symbol("s")]) {
      assert.strictEqual(
        encoded(anything, { v: [1, value] }),
        `/v/1: a ${typeof value} cannot be sent: pass a JSON value`
      )
    }
  })

  it("rejects an object that inherits from an object with a method isPrototypeOf", () => {
    const odd: unknown = Object.create({ isPrototypeOf: () => true })
    assert.strictEqual(
      encoded(anything, { v: odd }),
      "/v: this object is an instance of a class or has a custom prototype: pass a plain object"
    )
  })

  it("rejects text that is not well-formed Unicode, and reports its pointer", () => {
    assert.strictEqual(
      encoded(anything, { v: [1, null, { "a/b": "\ud800" }] }),
      "/v/2/a~1b: this text must be well-formed Unicode"
    )
  })
})

describe("encode.prepare", () => {
  it("throws if a rule throws", () => {
    const broken = Operation.make({
      ...base,
      rules: [
        () => {
          throw new Error("a fault of the rule")
        }
      ]
    })
    assert.throws(() => encoded(broken, {}), "a fault of the rule")
  })
})
