import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { FirstSeen } from "../src/firstSeen.ts"
import { hold } from "./support/money.ts"

describe("FirstSeen", () => {
  it("returns true only for the first addition of an id", () => {
    const seen = new FirstSeen(100)
    assert.deepStrictEqual(
      ["a", "b", "a", "c", "b", "c", "d"].filter((id) => seen.add(id)),
      ["a", "b", "c", "d"]
    )
  })

  it("remembers the last `capacity` ids, and never more than twice that number", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 200 }),
        (capacity, ids) => {
          const seen = new FirstSeen(capacity)
          /** The distinct ids, most recently added first. */
          let recent: ReadonlyArray<number> = []
          for (const id of ids) {
            const isNew = seen.add(String(id))
            if (recent.slice(0, capacity).includes(id)) assert.isFalse(isNew)
            if (!recent.includes(id)) assert.isTrue(isNew)
            recent = [id, ...recent.filter((other) => other !== id)]
            assert.isAtMost(seen.size, 2 * capacity)
          }
        }
      ),
      { seed: 20_261_122, numRuns: 500 }
    )
  })

  it("forgets an id after 3 * `capacity` newer ids", () => {
    const ids = fc.array(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 60 })
    hold(
      fc.property(ids, fc.integer({ min: 1, max: 8 }), (added, capacity) => {
        const seen = new FirstSeen(capacity)
        const noted: Array<string> = []
        for (const id of added) {
          seen.add(id)
          noted.push(id)
          for (const last of noted.slice(-capacity)) assert.isTrue(seen.has(last))
        }
        for (let index = 0; index < 3 * capacity; index++) seen.add(`new ${index}`)
        for (const id of noted) assert.isFalse(seen.has(id))
      })
    )
  })
})
