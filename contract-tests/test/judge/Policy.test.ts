import { assert, describe, it } from "@effect/vitest"
import * as Mutants from "../../src/generate/Mutants.ts"
import { policy, treatmentOf, type Departure } from "../../src/judge/Policy.ts"

describe("policy", () => {
  it("has a treatment and a reason for every kind of violation, in requests and in responses", () => {
    assert.sameMembers(Object.keys(policy), [...Mutants.kinds, "unknown-field"])
    for (const rules of Object.values(policy)) {
      for (const rule of [rules.request, rules.response]) assert.isAbove(rule.reason.length, 20)
    }
  })
  it("tolerates only unknown fields and, in responses, new enum members and undeclared members of closed objects", () => {
    const tolerated = (direction: "request" | "response"): ReadonlyArray<string> =>
      [...Mutants.kinds, "unknown-field" as const]
        .filter((departure: Departure) => treatmentOf(departure, direction) !== "reject")
        .map((departure) => `${departure}: ${treatmentOf(departure, direction)}`)
    assert.deepStrictEqual(tolerated("request"), ["unknown-field: tolerate"])
    assert.deepStrictEqual(tolerated("response"), [
      "enum-non-member: tolerate-and-tag",
      "extra-property: tolerate",
      "unknown-field: tolerate"
    ])
  })
})
