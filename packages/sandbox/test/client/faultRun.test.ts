/**
 * Orders under network faults, with real sockets, real time and three processes. The full run is `bench/faultRun.ts`.
 */
import { assert, describe, it } from "vitest"
import { run } from "../support/faultRun/faultRun.ts"

describe("Orders.place, under network faults", () => {
  it("never duplicates or loses an order, even if its process is killed", async () => {
    const { counts, faults, learned, openAtKill, orders, outcomes } = await run({
      intents: 250,
      fibers: 16,
      share: 0.2,
      seed: 7,
      kill: true,
      readLagMillis: 100,
      attemptMillis: 500,
      // This is too short for `settle` to prove that an order was not placed. So an outcome may stay `Unknown`, but
      // then the exchange must not have the order.
      settleWithinMillis: 2_500
    })
    const { requests, ...byKind } = counts
    assert.deepStrictEqual(faults, [])
    assert.strictEqual(orders, outcomes["Accepted"])
    assert.isAbove(orders, 100)
    assert.isAbove(learned["list"] ?? 0, 0, "some outcomes are learned from lists")
    assert.isAbove(openAtKill ?? 0, 0, "the process was killed while orders were open")
    for (const [kind, count] of Object.entries(byKind)) assert.isAbove(count, 0, `${kind} of ${requests}`)
  })
})
