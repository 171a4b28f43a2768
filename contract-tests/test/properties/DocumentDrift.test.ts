import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { P6 } from "../../src/properties/DocumentDrift.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { named } from "../operations/support/client.ts"
import { at, orElse, reading } from "../operations/support/reading.ts"

const run = (operation: ClientOperations.ClientOperation) =>
  Effect.runSync(P6.run({ operation, seed: Replay.seedFrom(), runs: 1 }))

describe("P6 (responses of a future document)", () => {
  it("tests additive edits, and breaking edits with values that only the edited document allows", () => {
    const reached: Record<string, number> = {}
    for (const id of ["GetOrders", "GetMarketOrderbook", "GetApiKeys", "GetMilestones"]) {
      const outcome = run(named(id))
      if (outcome._tag !== "Passed") return assert.fail("the property must pass")
      for (const [what, times] of Object.entries(outcome.reached)) reached[what] = (reached[what] ?? 0) + times
    }
    for (const type of ["boolean", "number", "string", "array", "object"]) {
      assert.isAbove(reached[`broke: the type becomes ${type}`] ?? 0, 0, type)
    }
    for (const keyword of ["pattern", "format", "minimum", "maximum", "minItems"]) {
      assert.isAbove(reached[`broke: ${keyword} is dropped`] ?? 0, 0, keyword)
    }
    for (const what of ["broke: the value becomes nullable", "broke: the member becomes optional"]) {
      assert.isAbove(reached[what] ?? 0, 0, what)
    }
    for (const what of ["continued: the object has a new member", "continued: the enum has a new member"]) {
      assert.isAbove(reached[what] ?? 0, 0, what)
    }
    assert.notProperty(reached, "already allowed")
    assert.notProperty(reached, "violates another constraint")
  })
})

describe("P6 with an injected fault", () => {
  const known: ReadonlySet<unknown> = new Set(["resting", "canceled", "executed"])
  const faults: ReadonlyArray<readonly [string, RegExp, ClientOperations.ClientOperation]> = [
    [
      "a default for a missing member",
      /becomes optional .* got a decoded value/,
      reading("GetOrders", orElse("orders", []))
    ],
    [
      "null that is decoded as zero",
      /becomes nullable .* got a decoded value/,
      reading(
        "GetBalance",
        at("portfolio_value", (value) => value ?? 0)
      )
    ],
    [
      "a number that is decoded from a string",
      /becomes string .* got a decoded value/,
      reading(
        "GetBalance",
        at("portfolio_value", (value) => (typeof value === "string" ? Number(value) || 0 : value))
      )
    ],
    [
      "a malformed decimal that is decoded as zero",
      /pattern is dropped .* got a decoded value/,
      reading(
        "GetOrders",
        at("yes_price_dollars", (value) => (typeof value === "string" && !/^-?[0-9]/.test(value) ? "0" : value))
      )
    ],
    [
      "a new enum member that is decoded as a known member",
      /a new member at .*expected "a_new_member", got "resting"/,
      reading(
        "GetOrders",
        at("status", (value) => (typeof value !== "string" || known.has(value) ? value : "resting"))
      )
    ],
    [
      "an enum that rejects new members",
      /a new member at .* expected a decoded value/,
      reading(
        "GetOrders",
        at("status", (value) => (typeof value !== "string" || known.has(value) ? value : null))
      )
    ],
    [
      "objects that reject unknown members",
      /a new member at .* expected a decoded value/,
      reading("GetBalance", (body) =>
        typeof body === "object" && body !== null && "a_new_member" in body ? undefined : body
      )
    ],
    [
      "a member that changes because of a new member",
      /expected the rest unchanged/,
      reading("GetBalance", (body) =>
        typeof body === "object" && body !== null && "a_new_member" in body ? { ...body, balance: 1_234 } : body
      )
    ]
  ]
  for (const [what, reason, operation] of faults) {
    it(`detects ${what}`, () => {
      const outcome = run(operation)
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.match(outcome.reason, reason)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }
})
