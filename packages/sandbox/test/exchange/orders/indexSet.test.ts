import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { IndexSet } from "../../../src/exchange/orders/indexSet.ts"
import { seed } from "../../support/floor.ts"

/** Small indexes, which repeat often, and large indexes, with gaps of any length. */
const index = fc.oneof(
  fc.nat(70),
  fc.constantFrom(0, 31, 32, 63, 64, 1_023, 1_024, 1_025, 32_767, 32_768),
  fc.nat(100_000)
)

describe("IndexSet", () => {
  it("finds the same next smaller and next greater member as a plain set", () => {
    const change = fc.record({ action: fc.constantFrom("add" as const, "add" as const, "delete" as const), index })
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.array(index, { minLength: 1, maxLength: 20 }),
        (changes, queries) => {
          const set = new IndexSet()
          const plain = new Set<number>()
          for (const { action, index } of changes) {
            set[action](index)
            plain[action](index)
          }
          for (const index of [...queries, ...changes.flatMap(({ index }) => [index, index + 1])]) {
            assert.strictEqual(set.below(index), Math.max(-1, ...[...plain].filter((member) => member < index)))
            const above = Math.min(...[...plain].filter((member) => member > index))
            assert.strictEqual(set.above(index), above === Infinity ? -1 : above)
          }
        }
      ),
      { seed, numRuns: 1_000 }
    )
  })

  it("is empty at first, and has no member below 0", () => {
    const set = new IndexSet()
    assert.strictEqual(set.below(1_000_000), -1)
    set.delete(5)
    set.add(0)
    assert.deepStrictEqual([set.below(0), set.below(1), set.below(1_000_000)], [-1, 0, 0])
    assert.deepStrictEqual([set.above(-1), set.above(0), set.above(1_000_000)], [0, -1, -1])
  })
})
