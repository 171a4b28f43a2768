import { assert, describe, it } from "@effect/vitest"
import { positionKey, Positions } from "../../src/account/positions.ts"
import { positionOfFeed } from "../../src/account/rows.ts"
import { positionMessage } from "../support/accounts.ts"

/** The positions of an account with a lag of 1,000 ms. All positions are in the market A. */
const make = () => {
  const positions = new Positions(1_000)
  const position = (count: number, subaccount = 0) =>
    positionOfFeed(positionMessage({ ticker: "A", subaccount, count, at: 0 }).msg)
  return {
    push: (count: number, sentMillis: number | undefined, receivedMillis: number) =>
      positions.push(position(count), sentMillis, receivedMillis),
    read: (count: number, updatedMillis: number, startedMillis: number, subaccount = 0) =>
      positions.read(position(count, subaccount), updatedMillis, startedMillis),
    /** Applies a complete list without positions. Returns the settled positions. */
    empty: (startedMillis: number, subaccount = 0) =>
      positions.complete(subaccount, new Set(), startedMillis).map(({ position_fp }) => position_fp),
    all: () => positions.all().map(({ position_fp, subaccount }) => `${subaccount}: ${position_fp}`)
  }
}

describe("Positions.push", () => {
  it("replaces the position, and reports whether it changed", () => {
    const { all, push } = make()
    assert.isTrue(push(1, 2_000, 2_000))
    assert.isFalse(push(1, 2_001, 2_001))
    assert.isTrue(push(2, 2_001, 2_002))
    assert.deepStrictEqual(all(), ["0: 2.00"])
  })

  it("ignores a message only if it was sent before the last change that a read showed", () => {
    const { all, push, read } = make()
    read(1, 2_000, 5_000)
    assert.isFalse(push(2, 1_999, 6_000))
    assert.deepStrictEqual(all(), ["0: 1.00"])
    assert.isTrue(push(3, 2_000, 6_000))
    assert.isTrue(push(4, undefined, 6_000))
    assert.deepStrictEqual(all(), ["0: 4.00"])
  })

  it("remembers the last change that a read showed, even after a newer message", () => {
    const { push, read } = make()
    read(1, 2_000, 5_000)
    push(2, 3_000, 6_000)
    assert.isFalse(push(1, 1_999, 6_001))
    assert.isFalse(read(1, 1_999, 9_000))
  })
})

describe("Positions.read", () => {
  it("replaces the position, and reports whether it changed", () => {
    const { all, read } = make()
    assert.isTrue(read(1, 2_000, 3_000))
    assert.isFalse(read(1, 2_000, 3_001))
    assert.isTrue(read(2, 2_000, 3_001))
    assert.deepStrictEqual(all(), ["0: 2.00"])
  })

  it("replaces a position from a message only if the read began at least `lagMillis` after the last message", () => {
    const { all, push, read } = make()
    push(1, 2_000, 2_000)
    push(2, 2_500, 2_500)
    assert.isFalse(read(1, 2_400, 3_499))
    assert.isTrue(read(3, 2_600, 3_500))
    push(4, 3_500, 4_000)
    assert.isFalse(read(3, 2_600, 4_999))
    assert.deepStrictEqual(all(), ["0: 4.00"])
  })

  it("ignores a read that began before the last read", () => {
    const { all, read } = make()
    read(1, 2_000, 5_000)
    assert.isFalse(read(2, 2_000, 4_999))
    assert.deepStrictEqual(all(), ["0: 1.00"])
  })

  it("ignores a read that shows an earlier change than the last read", () => {
    const { all, read } = make()
    read(1, 2_000, 5_000)
    assert.isFalse(read(2, 1_999, 6_000))
    assert.deepStrictEqual(all(), ["0: 1.00"])
  })

  it("does not add a position if the read began before a complete list without the position", () => {
    const { all, empty, read } = make()
    empty(3_000)
    assert.isFalse(read(1, 2_000, 2_999))
    assert.isTrue(read(2, 2_000, 2_999, 1))
    assert.isTrue(read(3, 2_000, 3_000))
    assert.deepStrictEqual(all(), ["1: 2.00", "0: 3.00"])
  })
})

describe("Positions.complete", () => {
  it("removes the positions that the list lacks, but only in the subaccount of the list", () => {
    const positions = new Positions(1_000)
    for (const ticker of ["A", "B"]) {
      for (const subaccount of [0, 1]) {
        const { msg } = positionMessage({ ticker, subaccount, count: 1, at: 0 })
        positions.push(positionOfFeed(msg), 0, 0)
      }
    }
    const settled = positions.complete(1, new Set([positionKey(1, "A"), positionKey(0, "B")]), 1_000)
    assert.deepStrictEqual(
      settled.map(({ market_ticker, subaccount }) => `${subaccount} ${market_ticker}`),
      ["1 B"]
    )
    assert.strictEqual(positions.all().length, 3)
  })

  it("keeps a position if the read of the list began less than `lagMillis` after the message that shows it", () => {
    const { empty, push } = make()
    push(1, 2_000, 2_000)
    assert.deepStrictEqual(empty(2_999), [])
    assert.deepStrictEqual(empty(3_000), ["1.00"])
  })

  it("keeps a position if the read of the list began before the read that shows it", () => {
    const { empty, push, read } = make()
    push(1, 2_000, 2_000)
    read(1, 2_000, 5_000)
    assert.deepStrictEqual(empty(4_999), [])
    assert.deepStrictEqual(empty(5_000), ["1.00"])
  })
})
