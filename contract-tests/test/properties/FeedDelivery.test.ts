import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { P11, P11OnDishonestNetwork } from "../../src/properties/FeedDelivery.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { feedFaults, unseen } from "../../src/sensitivity/FeedFaults.ts"

const seed = Replay.seedFrom()

/** The number of random schedules of faults per target. `pnpm contract` runs 100. */
const runs = process.env["TEST_MODE"] === "full" ? 3_000 : 40

describe("P11 (the client delivers the feed correctly despite faults)", () => {
  for (const target of P11.targets) {
    it(`passes with ${target}, and reaches every relevant situation`, { timeout: 600_000 }, async () => {
      const outcome = await Effect.runPromise(P11.runOn(target, { seed, runs }))
      if (outcome._tag !== "Passed") return assert.fail(outcome._tag === "Failed" ? outcome.report : outcome.reason)
      const channels = ["trade", "ticker", "fill", "user_orders", "market_positions", "order_group_updates"]
      const situations = [
        ...channels.map((channel) => `${channel}: the last message`),
        ...["newer books", "unreadable: outage", "unreadable: gap", "Outage", "book refused: SubscriptionRefused"],
        ...["account: outage", "account: equal"]
      ]
      assert.deepStrictEqual(
        situations.filter((what) => outcome.reached[what] === undefined),
        []
      )
    })
  }

  it(
    "detects a loss that the simulated network hides, shrinks the failure, and reproduces it from its token",
    { timeout: 600_000 },
    async () => {
      const failed = await Effect.runPromise(P11OnDishonestNetwork.runOn("one line", { seed, runs: 300 }))
      if (failed._tag !== "Failed") return assert.fail("the hidden loss was not found")
      assert.match(failed.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
      const { path, property, seed: replayed, target } = Replay.parse(Replay.token(failed.replay))
      assert.deepStrictEqual([property, target], ["P11", "one line"])
      const again = await Effect.runPromise(P11OnDishonestNetwork.runOn(target, { seed: replayed, runs: 1, path }))
      assert.strictEqual(again._tag === "Failed" && again.counterexample, failed.counterexample)
    }
  )
})

describe("feedFaults", () => {
  it("are at least 40 faults, and do not include the faults that P11 need not detect", async () => {
    const faults = await feedFaults()
    assert.isAtLeast(faults.length, 40)
    for (const name of Object.keys(unseen))
      assert.isFalse(
        faults.some((fault) => fault.name === name),
        name
      )
  })
})
