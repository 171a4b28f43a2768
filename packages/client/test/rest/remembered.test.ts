import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as Remembered from "../../src/rest/remembered.ts"
import { hold } from "../support/money.ts"

const ids = fc.array(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 60 })

describe("Remembered.all", () => {
  it("remembers every id in sets of limited size", () => {
    hold(
      fc.property(ids, fc.integer({ min: 1, max: 5 }), (added, perSet) => {
        const memory = Remembered.all({ maxIds: 100, perSet })
        const model = new Set<string>()
        for (const id of added) {
          assert.strictEqual(memory.has(id), model.has(id))
          if (!memory.has(id)) assert.isTrue(memory.add(id))
          model.add(id)
        }
        for (const id of model) assert.isTrue(memory.has(id))
      })
    )
  })

  it("rejects an id beyond maxIds", () => {
    const memory = Remembered.all({ maxIds: 3, perSet: 2 })
    assert.deepStrictEqual(["a", "b", "c", "d"].map(memory.add), [true, true, true, false])
    assert.deepStrictEqual(["a", "b", "c", "d"].map(memory.has), [true, true, true, false])
  })

  it("remembers 1,000 ids in sets of one id", () => {
    const memory = Remembered.all({ maxIds: 1000, perSet: 1 })
    for (let n = 0; n < 1000; n++) assert.isTrue(memory.add(String(n)))
    assert.isTrue(memory.has("0") && memory.has("999"))
    assert.isFalse(memory.add("1000"))
  })
})
