import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { operationProperties, targetProperties, statements } from "../../src/properties/All.ts"
import * as Replay from "../../src/runner/Replay.ts"

const seed = Replay.seedFrom()

/** The number of random cases per operation. `pnpm contract` runs 100. */
const runs = 5

/** These properties can take seconds per operation, so their tests check only a part of the operations. */
const slow = ["P1", "P2", "P3", "P4", "P6", "P7", "P14"]

const operationsOf = (id: string): ReadonlyArray<ClientOperations.ClientOperation> =>
  slow.includes(id)
    ? ClientOperations.all.filter((_, index) => index % slow.length === slow.indexOf(id))
    : ClientOperations.all

describe("properties", () => {
  for (const { id, mustReach, run } of operationProperties) {
    it(`${id} passes for the operations of this test`, async () => {
      let checked = 0
      for (const operation of operationsOf(id)) {
        const outcome = await Effect.runPromise(run({ operation, seed, runs, shrink: false }))
        if (outcome._tag === "Failed") assert.fail(outcome.report)
        if (outcome._tag === "Skipped") continue
        checked++
        assert.isAbove(outcome.runs, 0, operation.name)
        if (mustReach !== undefined)
          assert.strictEqual(outcome.reached[mustReach.situation], outcome.runs, operation.name)
      }
      // P10 applies only to the 29 paginated operations.
      assert.isAbove(checked, operationsOf(id).length / 5)
    })
  }

  for (const { id, runOn, targets } of targetProperties) {
    it(`${id} passes for each of its targets except P7 and P11`, async () => {
      for (const target of targets) {
        // P7 waits for real timeouts, so this test skips it.
        if (target === "P7") continue
        // FeedDelivery.test.ts already checks that a failure of P11 can be replayed.
        if (target === "P11") continue
        const outcome = await Effect.runPromise(runOn(target, { seed, runs: 1 }))
        if (outcome._tag !== "Passed") assert.fail(outcome._tag === "Failed" ? outcome.report : outcome.reason)
        assert.isAbove(outcome.runs, 0, target)
      }
    })
  }

  it("have distinct ids", () => {
    assert.strictEqual(new Set(statements.map(({ id }) => id)).size, statements.length)
  })
})
