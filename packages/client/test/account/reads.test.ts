import { assert, describe, it } from "@effect/vitest"
import { Read } from "../../src/account/reads.ts"

describe("Read", () => {
  it("is due at the wanted time, and never while no read is wanted", () => {
    const read = new Read(10, Number.POSITIVE_INFINITY, 2)
    assert.isUndefined(read.dueMillis())
    read.want(100)
    assert.deepStrictEqual([read.dueMillis(), read.fromMillis], [100, 100])
    read.answered()
    assert.isUndefined(read.dueMillis())
  })

  it("doubles the wait with each repetition, up to one minute, and resets the wait when a new read is wanted", () => {
    const read = new Read(10_000, 0, 2)
    const waits: Array<number> = []
    for (let times = 0; times < 5; times++) {
      read.requested(0)
      waits.push(read.dueMillis()!)
    }
    assert.deepStrictEqual(waits, [10_000, 20_000, 40_000, 60_000, 60_000])
    read.want(1_000)
    assert.strictEqual(read.dueMillis(), 1_000)
    read.requested(1_000)
    assert.strictEqual(read.dueMillis(), 11_000)
  })

  it("never shortens a timeout of more than one minute", () => {
    const read = new Read(90_000, 0, 2)
    for (const wait of [90_000, 90_000]) {
      read.requested(0)
      assert.strictEqual(read.dueMillis(), wait)
    }
  })

  it("is not due before the required time, even if the last request has timed out", () => {
    const read = new Read(10, 100, 1)
    read.requested(0)
    assert.strictEqual(read.dueMillis(), 100)
    read.requested(95)
    assert.strictEqual(read.dueMillis(), 105)
  })

  it("accepts only a read that began at the required time or later", () => {
    const read = new Read(10, 100, 1)
    assert.deepStrictEqual([read.counts(99), read.counts(100)], [false, true])
    read.answered()
    assert.isFalse(read.counts(100))
  })

  it("measures the timeout from the latest page", () => {
    const read = new Read(10, 0, 1)
    read.requested(0)
    read.page([], 0, false, 8)
    assert.strictEqual(read.dueMillis(), 18)
    read.page([], 0, false, 7)
    assert.strictEqual(read.dueMillis(), 18)
  })

  it("combines the pages of one read, and ignores the pages of an earlier read", () => {
    const read = new Read(10, 100, 1)
    assert.isUndefined(read.page(["early"], 99, true, 99))
    assert.isUndefined(read.page(["old"], 100, false, 100))
    assert.isUndefined(read.page(["a"], 105, false, 105))
    assert.isUndefined(read.page(["old"], 100, true, 106))
    assert.deepStrictEqual(read.page(["b"], 105, true, 107), new Set(["a", "b"]))
    assert.isUndefined(read.page(["c"], 108, true, 108))
  })

  it("does not combine the pages of a complete read and the next read, even if both began at the same time", () => {
    const read = new Read(10, 100, 1)
    read.page(["a"], 100, true, 100)
    read.want(100)
    assert.deepStrictEqual(read.page(["b"], 100, true, 101), new Set(["b"]))
  })
})
