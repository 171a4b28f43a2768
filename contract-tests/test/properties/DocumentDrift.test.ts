import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { P6 } from "../../src/properties/DocumentDrift.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { named } from "../operations/support/client.ts"
import { at, orElse, reading } from "../operations/support/reading.ts"

const run = (operation: ClientOperations.ClientOperation) =>
  Effect.runSync(P6.run({ operation, seed: Replay.seedFrom(), runs: 1 }))

describe("P6", () => {
  it("reaches every kind of edit, each with a value that only it allows", () => {
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
    for (const what of ["broke: it becomes nullable", "broke: the member becomes optional"]) {
      assert.isAbove(reached[what] ?? 0, 0, what)
    }
    for (const what of ["continued:  there is a new member", "continued:  the enum has a new member"]) {
      assert.isAbove(reached[what] ?? 0, 0, what)
    }
    assert.notProperty(reached, "allowed already")
    assert.notProperty(reached, "blamed elsewhere")
  })
})

describe("planted faults in reading future responses", () => {
  const known: ReadonlySet<unknown> = new Set(["resting", "canceled", "executed"])
  const faults: ReadonlyArray<readonly [string, RegExp, ClientOperations.ClientOperation]> = [
    [
      "a missing member replaced by a default",
      /becomes optional .* it decoded/,
      reading("GetOrders", orElse("orders", []))
    ],
    [
      "null read as zero",
      /becomes nullable .* it decoded/,
      reading(
        "GetBalance",
        at("portfolio_value", (value) => value ?? 0)
      )
    ],
    [
      "a number in a string",
      /becomes string .* it decoded/,
      reading(
        "GetBalance",
        at("portfolio_value", (value) => (typeof value === "string" ? Number(value) || 0 : value))
      )
    ],
    [
      "a truncated decimal",
      /pattern is dropped .* it decoded/,
      reading(
        "GetOrders",
        at("yes_price_dollars", (value) => (typeof value === "string" && !/^-?[0-9]/.test(value) ? "0" : value))
      )
    ],
    [
      "a new enum member read as a known one",
      /a new member at .*expected "a_new_member", got "resting"/,
      reading(
        "GetOrders",
        at("status", (value) => (typeof value !== "string" || known.has(value) ? value : "resting"))
      )
    ],
    [
      "an enum that is closed",
      /a new member at .* expected decoding/,
      reading(
        "GetOrders",
        at("status", (value) => (typeof value !== "string" || known.has(value) ? value : null))
      )
    ],
    [
      "objects that are closed",
      /a new member at .* expected decoding/,
      reading("GetBalance", (body) =>
        typeof body === "object" && body !== null && "a_new_member" in body ? undefined : body
      )
    ],
    [
      "another member changed by a new one",
      /expected the rest as it came/,
      reading("GetBalance", (body) =>
        typeof body === "object" && body !== null && "a_new_member" in body ? { ...body, balance: 1_234 } : body
      )
    ]
  ]
  for (const [what, because, operation] of faults) {
    it(`detects ${what}`, () => {
      const outcome = run(operation)
      if (outcome._tag !== "Failed") return assert.fail("the planted fault was not detected")
      assert.match(outcome.reason, because)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }
})
