import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Requests from "../../src/operations/Requests.ts"
import * as Rules from "../../src/operations/Rules.ts"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import { isObject } from "../../src/judge/JsonSchema.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { conformance, named, simplestInput, referenceOf } from "./support/client.ts"

describe("Rules.of", () => {
  it("returns rules for the five requests whose rules are only in the descriptions of the document", () => {
    assert.deepStrictEqual([...Rules.ids].sort(), [
      "AcceptRFQBatch",
      "CreateRFQBatch",
      "CreateRFQBatchQuote",
      "DecreaseOrderV2",
      "GetEvent"
    ])
    assert.isUndefined(Rules.of("CreateRFQ"))
    assert.isUndefined(Rules.of("toString"))
  })

  it.each(Rules.ids)("changes inputs of %s that the schema allows into inputs that also satisfy the rules", (id) => {
    const requests = Requests.make(referenceOf(named(id)), conformance.judge)
    const isValid = conformance.judge.accepts(requests.input)
    let broken = 0
    Replay.assertProperty(
      "repairs",
      fc.property(Arbitraries.make(conformance.judge).of(requests.input), (input) => {
        if (!isObject(input)) assert.fail("an input is an object")
        const breach = Rules.of(id)?.(input)
        assert.strictEqual(breach?.pointers.length === 0, breach?.repairs.length === 0)
        broken += breach?.pointers.length === 0 ? 0 : 1
        const repaired = requests.sendable(input)
        assert.isTrue(isValid(repaired))
        assert.deepStrictEqual(Rules.of(id)?.(repaired), { pointers: [], repairs: [] })
      }),
      { numRuns: 200, target: id }
    )
    assert.isAbove(broken, 0)
  })
})

describe("Rules.casesOf", () => {
  it.each(Rules.ids)(
    "returns inputs of %s that the schema allows: each violates no rule, or exactly one rule at its pointer",
    (id) => {
      const client = named(id)
      const requests = Requests.make(referenceOf(client), conformance.judge)
      const isValid = conformance.judge.accepts(requests.input)
      const cases = Rules.casesOf(id, simplestInput(client))
      for (const { input, name, pointer } of cases) {
        assert.isTrue(isValid(input), name)
        assert.deepStrictEqual(Rules.of(id)?.(input).pointers, pointer === undefined ? [] : [pointer], name)
      }
      assert.isTrue(cases.some(({ pointer }) => pointer === undefined))
    }
  )
})
