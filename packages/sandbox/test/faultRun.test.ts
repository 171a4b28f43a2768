/** Real sockets, real time and three processes: what a network does to orders. The whole of it is `bench/faultRun.ts`. */
import { assert, describe, it } from "vitest"
import { run } from "./support/faultRun/faultRun.ts"

describe("orders whose requests are spoilt on their way", () => {
  it("are never doubled and never lost, although their process is killed", async () => {
    const { counts, faults, learned, openAtKill, orders, outcomes } = await run({
      intents: 250,
      fibers: 16,
      share: 0.2,
      seed: 7,
      kill: true,
      readLagMillis: 100,
      attemptMillis: 500,
      // Too short to tell that none was placed: what is Unknown stays so, and must be none of the exchange's.
      settleWithinMillis: 2_500
    })
    const { requests, ...spoilt } = counts
    assert.deepStrictEqual(faults, [])
    assert.strictEqual(orders, outcomes["Accepted"])
    assert.isAbove(orders, 100)
    assert.isAbove(learned["list"] ?? 0, 0, "some are learned from lists")
    assert.isAbove(openAtKill ?? 0, 0, "it was killed on its way")
    for (const [kind, count] of Object.entries(spoilt)) assert.isAbove(count, 0, `${kind} of ${requests}`)
  })
})
