import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as P1Prime from "../../src/properties/DecoderStrictness.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, named } from "../operations/support/client.ts"

const seed = Replay.seedFrom()

describe("P1′ (the decoder accepts only what the document allows)", () => {
  it("generates more than 300 values, and tolerates new enum members", () => {
    const outcome = P1Prime.checkOperation({ operation: named("GetOrders"), seed, runs: 50 })
    if (outcome._tag !== "Passed") return assert.fail("the property must pass")
    assert.isAbove(outcome.runs, 300)
    assert.isAbove(outcome.reached["new members of enums"] ?? 0, 0)
  })
})

describe("P1′ with an injected fault", () => {
  const text = Schema.String
  const group = { is_auto_cancel_enabled: Schema.Boolean, orders: Schema.Array(text) }
  const balance = named("GetBalance").descriptor.success.body
  const reading = (id: string, body: Schema.Codec<unknown>) =>
    withDescriptor(id, ({ success }) => ({ success: { ...success, body } }))
  // The property uses only the encoded side of the schema.
  const struct = (fields: Schema.Struct.Fields) => Schema.Struct(fields) as unknown as Schema.Codec<unknown>

  const faults: ReadonlyArray<readonly [string, string, ClientOperations.ClientOperation]> = [
    [
      "any string for a count",
      "/contracts_limit_fp",
      reading("GetOrderGroup", struct({ ...group, contracts_limit_fp: Schema.optionalKey(text) }))
    ],
    [
      "any number for an index",
      "/exchange_index",
      reading("GetOrderGroup", struct({ ...group, exchange_index: Schema.optionalKey(Schema.Finite) }))
    ],
    [
      "null where the document does not allow null",
      "/is_auto_cancel_enabled",
      reading("GetOrderGroup", struct({ ...group, is_auto_cancel_enabled: Schema.NullOr(Schema.Boolean) }))
    ],
    [
      "a body without a required member",
      "/orders",
      reading("GetOrderGroup", struct({ ...group, orders: Schema.optionalKey(Schema.Array(text)) }))
    ],
    [
      "items of any type",
      "/orders/1",
      reading("GetOrderGroup", struct({ ...group, orders: Schema.Array(Schema.Unknown) }))
    ],
    [
      "an additional type",
      "/is_auto_cancel_enabled",
      reading("GetOrderGroup", struct({ ...group, is_auto_cancel_enabled: Schema.Union([Schema.Boolean, text]) }))
    ],
    ["any value", "", reading("GetOrderGroup", Schema.Unknown as Schema.Codec<unknown>)]
  ]
  for (const [what, pointer, operation] of faults) {
    it(`detects a decoder that accepts ${what}`, () => {
      const outcome = P1Prime.checkOperation({ operation, seed, runs: 10 })
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.strictEqual(outcome.pointer, pointer)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }

  it("passes if an operation's schema is replaced with itself", () => {
    assert.isDefined(balance)
    assert.strictEqual(
      P1Prime.checkOperation({ operation: reading("GetBalance", balance!), seed, runs: 10 })._tag,
      "Passed"
    )
  })

  it("tolerates a listed leniency, and fails if the list entry is no longer needed", () => {
    const [, , operation] = faults[0]!
    const leniency = { operation: "GetOrderGroup", at: "/contracts_limit_fp", keyword: "pattern", reason: "injected" }
    assert.strictEqual(P1Prime.checkOperation({ operation, seed, runs: 10 }, [leniency])._tag, "Passed")
    const stale = P1Prime.checkOperation({ operation: named("GetOrderGroup"), seed, runs: 10 }, [leniency])
    assert.include(stale._tag === "Failed" ? stale.reason : "", "is no longer needed")
  })
})
