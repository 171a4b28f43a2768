import { assert, describe, it } from "@effect/vitest"
import type { OrderbookCountFp } from "@kalshi-effect/client/Markets"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as fc from "fast-check"
import { ladder } from "../../src/look/ladder.ts"

const level = (price: string, count: string) =>
  [FixedPoint.dollarsUnsafe(price), FixedPoint.countUnsafe(count)] as const

const book: OrderbookCountFp = {
  yes_dollars: [level("0.40", "5"), level("0.44", "7.5"), level("0.45", "10")],
  no_dollars: [level("0.5", "20"), level("0.535", "1")]
}

describe("ladder", () => {
  it("puts asks above bids, and adds up counts from the best price outwards", () => {
    const { asks, bids, hidden, spread } = ladder(book)
    assert.deepStrictEqual(
      [...asks, ...bids].map(({ count, price, side, total }) => [side, price, count, total].join(" ")),
      [
        "ask 0.5000 20.00 21.00",
        "ask 0.4650 1.00 1.00",
        "bid 0.4500 10.00 10.00",
        "bid 0.4400 7.50 17.50",
        "bid 0.4000 5.00 22.50"
      ]
    )
    assert.strictEqual(spread, "0.0150")
    assert.strictEqual(hidden, 0)
  })

  it("keeps the best levels of each side", () => {
    const { asks, bids, hidden } = ladder(book, 1)
    assert.deepStrictEqual([asks.map(({ price }) => price), bids.map(({ price }) => price)], [["0.4650"], ["0.4500"]])
    assert.strictEqual(hidden, 3)
  })

  it("has no spread if a side is empty", () => {
    const { asks, bids, spread } = ladder({ ...book, no_dollars: [] })
    assert.deepStrictEqual([asks.length, bids.length, spread], [0, 3, undefined])
    assert.deepStrictEqual(ladder({ yes_dollars: [], no_dollars: [] }), {
      asks: [],
      bids: [],
      spread: undefined,
      hidden: 0
    })
  })

  it("sorts levels from the highest to the lowest price, and totals every contract", () => {
    const side = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4999 }), fc.integer({ min: 1, max: 1e9 })), {
      selector: ([price]) => price,
      maxLength: 50
    })
    const levelsOf = (levels: ReadonlyArray<readonly [number, number]>) =>
      levels
        .toSorted(([left], [right]) => left - right)
        .map(
          ([price, count]) =>
            [FixedPoint.fromMicros(BigInt(price) * 100n), FixedPoint.fromHundredths(BigInt(count))] as const
        )
    fc.assert(
      fc.property(side, side, (yes, no) => {
        const { asks, bids } = ladder({ yes_dollars: levelsOf(yes), no_dollars: levelsOf(no) })
        const prices = [...asks, ...bids].map(({ price }) => Number(price))
        assert.deepStrictEqual(
          prices,
          prices.toSorted((left, right) => right - left)
        )
        const all = (levels: ReadonlyArray<readonly [number, number]>) =>
          FixedPoint.fromHundredths(BigInt(levels.reduce((sum, [, count]) => sum + count, 0)))
        if (bids.length > 0) assert.strictEqual(bids.at(-1)?.total, all(yes))
        if (asks.length > 0) assert.strictEqual(asks[0]?.total, all(no))
      })
    )
  })
})
