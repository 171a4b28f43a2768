import { assert, describe, it } from "@effect/vitest"
import { Pending, type Sent } from "../../../src/feed/session/pending.ts"

const sent = (id: number, deadlineMillis = 0): Sent<string> => ({
  id,
  kind: "add",
  slot: undefined,
  names: [],
  deadlineMillis
})

describe("Pending", () => {
  it("expires only commands whose deadline has passed, and still matches late replies to them", () => {
    const pending = new Pending<string>()
    const [first, second] = [sent(1, 10), sent(2, 20)]
    pending.add(first)
    pending.add(second)
    assert.deepStrictEqual(pending.expire(9), [])
    assert.deepStrictEqual(pending.expire(10), [first])
    assert.deepStrictEqual([pending.size, pending.nextMillis()], [1, 20])
    assert.strictEqual(pending.get(1), first)
    pending.settle(1)
    assert.strictEqual(pending.get(1), undefined)
    assert.strictEqual(pending.get(2), second)
  })

  it("matches late replies to the last 1,000 expired commands", () => {
    const pending = new Pending<string>()
    for (let id = 1; id <= 1_001; id++) pending.add(sent(id))
    assert.strictEqual(pending.expire(0).length, 1_001)
    assert.deepStrictEqual(
      [1, 2, 1_001].map((id) => pending.get(id)?.id),
      [undefined, 2, 1_001]
    )
  })

  it("forgets expired commands when it is cleared", () => {
    const pending = new Pending<string>()
    pending.add(sent(1))
    pending.expire(0)
    pending.add(sent(2))
    pending.clear()
    assert.deepStrictEqual([pending.get(1), pending.get(2), pending.size], [undefined, undefined, 0])
  })
})
