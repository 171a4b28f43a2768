import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import * as All from "../../src/properties/All.ts"
import * as P15 from "../../src/properties/Determinism.ts"
import * as Property from "../../src/properties/Property.ts"
import * as Replay from "../../src/runner/Replay.ts"

const settings = { seed: Replay.seedFrom(), runs: 1 }

const runOn = (property: Property.OperationProperty) =>
  Effect.runPromise(P15.make([property]).runOn(property.id, settings))

describe("P15 (the properties are deterministic)", () => {
  it("checks every property that runs on operations, and P11", () => {
    const ofProperties = All.targetProperties.find(({ id }) => id === "P15")
    assert.deepStrictEqual(ofProperties?.targets, [...All.operationProperties.map(({ id }) => id), "P11"])
  })
})

describe("P15 with the properties of this test", () => {
  /**
   * Makes a property with the id P5. P15 runs it on real operations, and on an operation with a fault: a read that is
   * sent as PUT.
   */
  const propertyOf = (run: (run: Property.Run) => Property.Outcome): Property.OperationProperty => ({
    id: "P5",
    statement: "A property of this test.",
    run: (settings) => Effect.sync(() => run(settings))
  })
  const hasFault = ({ operation }: Property.Run) =>
    operation.name === "Orders.list" && operation.descriptor.method === "PUT"
  const honest = (run: Property.Run, salt = 0): Property.Outcome =>
    Property.check("P5", { ...run, seed: run.seed + salt }, fc.nat(), (n) => {
      if (hasFault(run) && n > 10) throw new Error("more than 10")
    })

  it("passes a property without a fault", async () => {
    assert.strictEqual((await runOn(propertyOf(honest)))._tag, "Passed")
  })

  let count = 0
  const faults: ReadonlyArray<readonly [string, RegExp, Property.OperationProperty]> = [
    [
      "keeps a counter across runs",
      /gave different results/,
      propertyOf((run) => {
        const outcome = honest(run)
        return outcome._tag === "Passed" ? { ...outcome, reached: { runs: count++ } } : outcome
      })
    ],
    [
      "does not detect the injected fault",
      /does not detect the injected fault/,
      propertyOf(() => ({ _tag: "Passed", runs: 1, reached: {} }))
    ],
    [
      "finds a different counterexample in each run",
      /finds a different counterexample|gave different results/,
      propertyOf((run) => {
        const outcome = honest(run)
        return outcome._tag === "Failed" ? { ...outcome, counterexample: String(count++) } : outcome
      })
    ],
    [
      "finds another counterexample in a replay",
      /does not reproduce the failure/,
      propertyOf((run) => {
        const outcome = honest(run)
        return outcome._tag === "Failed" && run.path !== undefined ? { ...outcome, counterexample: "another" } : outcome
      })
    ],
    [
      "passes in a replay",
      /does not reproduce the failure/,
      propertyOf((run) => (run.path === undefined ? honest(run) : { _tag: "Passed", runs: 1, reached: {} }))
    ]
  ]
  for (const [what, reason, property] of faults) {
    it(`detects a property that ${what}`, async () => {
      const outcome = await runOn(property)
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.match(outcome.reason, reason)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }
})
