import { assert, describe, it } from "@effect/vitest"
import type { Tier } from "../../../src/exchange/Entities.ts"
import { makeFloor, start, unwrap } from "../../support/floor.ts"

const withTier = (tier: Tier) => {
  const floor = makeFloor()
  const { accountId } = unwrap(floor.execute({ type: "createAccount", name: "one", dollars: "1", tier }))
  const take = (from: "read" | ReadonlyArray<number>, cost: number) =>
    floor.exchange.takeTokens(accountId, from, cost, floor.time)
  return { floor, accountId, take }
}

describe("Exchange.takeTokens", () => {
  it.each([
    ["basic", 200, 600, 100, 100],
    ["advanced", 300, 900, 300, 900],
    ["expert", 600, 600, 600, 1_800],
    ["premier", 1_200, 1_200, 1_200, 3_600],
    ["paragon", 2_400, 2_400, 2_400, 7_200],
    ["prime", 4_800, 4_800, 4_800, 14_400],
    ["prestige", 12_000, 12_000, 9_600, 28_800]
  ] as const)(
    "grants the tier %s its published tokens: %i reads/s up to %i, %i writes/s up to %i",
    (tier, read, reads, write, writes) => {
      for (const [from, capacity, rate] of [
        ["read", reads, read],
        [[0], writes, write]
      ] as const) {
        const { accountId, floor, take } = withTier(tier)
        assert.deepStrictEqual(unwrap(floor.view().budgets(accountId)), {
          read: { rate: read, capacity: reads },
          write: { rate: write, capacity: writes }
        })
        assert.isFalse(take(from, capacity + 1))
        assert.isTrue(take(from, capacity))
        assert.isFalse(take(from, 1))
        floor.time = start + 1_000
        assert.isFalse(take(from, rate + 1))
        assert.isTrue(take(from, rate))
        floor.time = start + 3_600_000
        assert.isFalse(take(from, capacity + 1))
      }
    }
  )

  it("refills a bucket only once for the same time, even if the clock goes back in between", () => {
    const { floor, take } = withTier("basic")
    floor.time = start + 60_000
    assert.isTrue(take([0], 100))
    floor.time = start
    assert.isFalse(take([0], 1))
    floor.time = start + 60_000
    assert.isFalse(take([0], 1))
    floor.time = start + 60_010
    assert.isTrue(take([0], 1))
  })

  it("refills at the old rate until the tier changes", () => {
    const { accountId, floor, take } = withTier("basic")
    assert.isTrue(take([0], 100))
    assert.isTrue(take("read", 600))
    floor.time = start + 500
    unwrap(floor.execute({ type: "setTier", accountId, tier: "prestige" }))
    assert.isFalse(take([0], 51))
    assert.isTrue(take([0], 50))
    assert.isTrue(take("read", 100))
    assert.isFalse(take("read", 1))
    floor.time = start + 600
    assert.isTrue(take([0], 960))
    assert.isFalse(take([0], 1))
  })

  it("refills with every millisecond", () => {
    const { floor, take } = withTier("basic")
    take([0], 100)
    floor.time = start + 99
    assert.isFalse(take([0], 10))
    floor.time = start + 100
    assert.isTrue(take([0], 10))
  })

  it("uses a write bucket for each shard, and charges all requested buckets or none", () => {
    const { take } = withTier("basic")
    assert.isTrue(take([1], 100))
    assert.isFalse(take([0, 1, 2, 3], 10))
    assert.isTrue(take([0], 100), "shard 0 still has its tokens")
    assert.isTrue(take([2, 3], 100))
    assert.isFalse(take([2], 1))
  })

  it("never grants more than the capacity plus the refills", () => {
    const { floor, take } = withTier("basic")
    let taken = 0
    for (let millis = 0; millis < 10_000; millis += 7) {
      floor.time = start + millis
      while (take([0], 3)) {
        taken += 3
      }
      assert.isAtMost(taken, 100 + millis / 10)
    }
    assert.isAbove(taken, 1_000)
  })

  it("grants the larger budget after a tier change", () => {
    const { accountId, floor, take } = withTier("basic")
    unwrap(floor.execute({ type: "setTier", accountId, tier: "prime" }))
    floor.time = start + 10_000
    assert.isTrue(take([0], 14_400))
  })
})
