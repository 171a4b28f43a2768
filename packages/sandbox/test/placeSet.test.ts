import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { PlaceSet } from "../src/exchange/placeSet.ts"
import { seed } from "./support/floor.ts"

/** Few places, so that they are met again; and far ones, so that empty stretches of every length lie between. */
const place = fc.oneof(
  fc.nat(70),
  fc.constantFrom(0, 31, 32, 63, 64, 1_023, 1_024, 1_025, 32_767, 32_768),
  fc.nat(100_000)
)

describe("PlaceSet", () => {
  it("finds the greatest member below a place, as a plain set does, whatever was added and deleted", () => {
    const change = fc.record({ what: fc.constantFrom("add" as const, "add" as const, "delete" as const), place })
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.array(place, { minLength: 1, maxLength: 20 }),
        (changes, asked) => {
          const set = new PlaceSet()
          const plain = new Set<number>()
          for (const { place, what } of changes) {
            set[what](place)
            plain[what](place)
          }
          for (const place of [...asked, ...changes.flatMap(({ place }) => [place, place + 1])]) {
            assert.strictEqual(set.below(place), Math.max(-1, ...[...plain].filter((member) => member < place)))
          }
        }
      ),
      { seed, numRuns: 1_000 }
    )
  })

  it("holds nothing below 0, and nothing until something is added", () => {
    const set = new PlaceSet()
    assert.strictEqual(set.below(1_000_000), -1)
    set.delete(5)
    set.add(0)
    assert.deepStrictEqual([set.below(0), set.below(1), set.below(1_000_000)], [-1, 0, 0])
  })
})
