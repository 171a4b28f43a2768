import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"
import { firstViolation } from "../../src/wire/issue.ts"

const violationOf = (schema: Schema.Codec<unknown>, value: unknown) => {
  const decoded = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(value)
  return Result.isFailure(decoded) ? firstViolation(decoded.failure.issue) : assert.fail("the value is valid")
}

const {
  Array: ListOf,
  BigIntFromString,
  FiniteFromString,
  Literals,
  Null,
  NullOr,
  Number,
  String,
  Struct,
  Union
} = Schema

const matching = (expected: string) => String.check(Schema.isPattern(/^$/, { expected }))

describe("firstViolation", () => {
  const cases: ReadonlyArray<
    readonly [
      behaviour: string,
      ...cases: ReadonlyArray<readonly [Schema.Codec<unknown>, value: unknown, pointer: string, reason: string]>
    ]
  > = [
    ["escapes a key in its pointer", [Struct({ "a/b~c": String }), {}, "/a~1b~0c", "this field is required"]],
    [
      "returns the pointer of a missing, unknown or wrongly typed field",
      [Struct({ a: String }), {}, "/a", "this field is required"],
      [Struct({ a: String }), { a: "", b: 1 }, "/b", "there is no such field"],
      [Struct({ a: String }), { a: 7 }, "/a", "Expected string"],
      [String, 7, "", "Expected string"]
    ],
    [
      "returns pointers into lists and nested fields",
      [Struct({ a: ListOf(Struct({ b: Number })) }), { a: [{ b: 1 }, { b: "x" }] }, "/a/1/b", "Expected number"]
    ],
    [
      "returns the pointer of a field whose string cannot be parsed",
      [Struct({ a: FiniteFromString }), { a: "x" }, "/a", "expected a finite number"],
      [Struct({ a: BigIntFromString }), { a: "x" }, "/a", "expected a string representing a bigint"]
    ],
    [
      "returns the expectation that the failed check states, if any",
      [matching("a price"), "x", "", "expected a price"],
      [Number.check(Schema.makeFilter((n: number) => n < 3, { message: "too large" })), 4, "", "too large"],
      [Number.check(Schema.makeFilter((n: number) => n < 3, { title: "small" })), 4, "", "the value is out of range"],
      [Number.check(Schema.makeFilter((n: number) => n < 3)), 4, "", "the value is out of range"]
    ],
    [
      "lists every expected type of a union of simple types",
      [Struct({ a: NullOr(String) }), { a: 7 }, "/a", "Expected string | null"],
      [Literals(["a", "b"]), "c", "", 'Expected "a" | "b"']
    ],
    [
      "lists the reason of each branch that fails at the same pointer, without repetition",
      [Union([matching("a price"), matching("a count")]), "x", "", "expected a price, or expected a count"],
      [Union([matching("a price"), matching("a price")]), "x", "", "expected a price"]
    ],
    [
      "reports the branch that fails at the greatest depth",
      ...[
        Union([Struct({ a: Struct({ b: Number }) }), Struct({ a: Null })]),
        Union([Struct({ a: Null }), Struct({ a: Struct({ b: Number }) })])
      ].map((schema) => [schema, { a: { b: "x" } }, "/a/b", "Expected number"] as const),
      [
        Struct({ z: Union([Struct({ a: Struct({ b: Number }) }), Struct({ a: Null })]) }),
        { z: { a: { b: "x" } } },
        "/z/a/b",
        "Expected number"
      ],
      [
        Union([Struct({ a: Number, b: String }), Struct({ b: Number, a: String })]),
        { a: true, b: true },
        "/a",
        "Expected number"
      ],
      [Union([matching("a price"), Struct({ a: Number })]), { a: "x" }, "/a", "Expected number"]
    ]
  ]
  for (const [behaviour, ...examples] of cases) {
    it(behaviour, () => {
      for (const [schema, value, pointer, reason] of examples) {
        assert.deepStrictEqual(violationOf(schema, value), { pointer, reason })
      }
    })
  }
})
