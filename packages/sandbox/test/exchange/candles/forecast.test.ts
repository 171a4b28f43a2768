import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { CreateMarket } from "../../../src/exchange/Commands.ts"
import { makeFloor, refusalOf, sampleSize, seed, start, terms, unwrap } from "../../support/floor.ts"

const eventTicker = "KXRAIN-26"

const setup = (markets: Readonly<Record<string, Partial<CreateMarket>>>) => {
  const floor = makeFloor()
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  for (const [name, market] of Object.entries(markets)) {
    unwrap(
      floor.execute({ type: "createMarket", market: { ticker: `${eventTicker}-${name}`, eventTicker, ...market } })
    )
  }
  return {
    floor,
    trade: (name: string, cents: number) => {
      const options = { ticker: `${eventTicker}-${name}` }
      floor.place(maker, terms("bid", cents, 1, options))
      floor.place(taker, terms("ask", cents, 1, options))
    },
    forecasts: (percentiles: ReadonlyArray<number>, seconds = 60, toSeconds = start / 1_000 + 600) =>
      unwrap(
        floor.view().forecasts(eventTicker, {
          startSeconds: start / 1_000 - 600,
          endSeconds: toSeconds,
          seconds,
          percentiles
        })
      )
  }
}

const last = (forecasts: ReturnType<ReturnType<typeof setup>["forecasts"]>) =>
  forecasts.at(-1)?.points.map(({ value }) => Number(value.toFixed(6)))

const above = (floor: number): Partial<CreateMarket> => ({ strike: { type: "greater", floor } })
const between = (floor: number, cap: number): Partial<CreateMarket> => ({ strike: { type: "between", floor, cap } })

describe("View.forecasts", () => {
  it("interpolates between the strikes of an event, but not beyond the outermost strikes", () => {
    const { floor, forecasts, trade } = setup({ A: above(10), B: above(20), C: above(30) })
    trade("A", 90)
    trade("B", 50)
    trade("C", 10)
    floor.time = start + 60_000
    // P(x ≤ 10) = 0.1, P(x ≤ 20) = 0.5, P(x ≤ 30) = 0.9.
    assert.deepStrictEqual(last(forecasts([0, 1_000, 3_000, 5_000, 7_000, 9_999])), [10, 10, 15, 20, 25, 30])
  })

  it("scales the probabilities of exclusive ranges to add up to 1", () => {
    const { floor, forecasts, trade } = setup({
      LOW: { strike: { type: "less", cap: 50 } },
      MID: between(50, 60),
      HIGH: { strike: { type: "greater", floor: 60 } }
    })
    trade("LOW", 30)
    trade("MID", 60)
    trade("HIGH", 30)
    floor.time = start + 60_000
    assert.deepStrictEqual(last(forecasts([1_000, 2_500, 5_000, 7_500, 9_000])), [50, 50, 55, 60, 60])
  })

  it("accepts caps as strikes, and corrects probabilities that fall as the value rises", () => {
    const less = (cap: number): Partial<CreateMarket> => ({ strike: { type: "less_or_equal", cap } })
    const { floor, forecasts, trade } = setup({ A: less(10), B: less(20), C: less(30) })
    trade("A", 40)
    trade("B", 30)
    trade("C", 80)
    floor.time = start + 60_000
    // P(x ≤ 20) is 0.4 instead of 0.3.
    assert.deepStrictEqual(last(forecasts([4_000, 6_000, 8_000])), [10, 25, 30])
  })

  it("converts the price of a scalar market to one number for all percentiles", () => {
    const { floor, forecasts, trade } = setup({
      X: { type: "scalar", strike: { type: "between", floor: 100, cap: 300 } }
    })
    trade("X", 25)
    floor.time = start + 60_000
    assert.deepStrictEqual(last(forecasts([100, 9_000])), [150, 150])
  })

  it("returns one forecast per period, from the first trade until now", () => {
    const { floor, forecasts, trade } = setup({ A: above(10), B: above(20) })
    floor.time = start + 1_000
    trade("A", 90)
    trade("B", 40)
    floor.time = start + 130_000
    trade("B", 60)
    floor.time = start + 200_000
    const minutes = forecasts([5_000])
    assert.deepStrictEqual(
      minutes.map(({ endSeconds, points }) => [endSeconds - start / 1_000, Number(points[0]?.value.toFixed(4))]),
      [
        [60, 18],
        [120, 18],
        [180, 20]
      ]
    )
    const fiveSeconds = forecasts([5_000], 5)
    assert.strictEqual(fiveSeconds.length, 40)
    assert.strictEqual(fiveSeconds[0]?.endSeconds, start / 1_000 + 5)
    assert.strictEqual(forecasts([5_000], 60, start / 1_000 + 60).length, 1)
  })

  it("returns no forecast for an event without strikes or without trades", () => {
    const plain = setup({ YES: {} })
    plain.trade("YES", 40)
    plain.floor.time = start + 60_000
    assert.deepStrictEqual(plain.forecasts([5_000]), [])
    const idle = setup({ A: above(10) })
    idle.floor.time = start + 60_000
    assert.deepStrictEqual(idle.forecasts([5_000]), [])
  })

  it("never falls as the percentile rises, and stays between the outermost strikes", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 6, maxLength: 6 }),
        fc.array(fc.nat(9_999), { minLength: 1, maxLength: 10 }),
        (strikes, cents, percentiles) => {
          const names = Array.from(strikes.keys(), (index) => `S${index}`)
          const { floor, forecasts, trade } = setup(
            Object.fromEntries(names.map((name, index) => [name, above(strikes[index]!)]))
          )
          names.forEach((name, index) => trade(name, cents[index]!))
          floor.time = start + 60_000
          const values = last(forecasts(percentiles.toSorted((left, right) => left - right)))!
          assert.deepStrictEqual(
            values,
            values.toSorted((left, right) => left - right)
          )
          assert.isAtLeast(Math.min(...values), Math.min(...strikes))
          assert.isAtMost(Math.max(...values), Math.max(...strikes))
        }
      ),
      { seed, numRuns: sampleSize(50, 500) }
    )
  })
})

describe("a strike", () => {
  it("is refused if a bound that its type needs is missing or invalid", () => {
    const floor = makeFloor()
    const strikes: ReadonlyArray<CreateMarket["strike"]> = [
      { type: "greater" },
      { type: "less", floor: 1 },
      { type: "between", floor: 1 },
      { type: "between", floor: 2, cap: 2 },
      { type: "greater", floor: NaN }
    ]
    for (const [index, strike] of strikes.entries()) {
      const market = { ticker: `KXBAD-26-${index}`, strike: strike! }
      assert.strictEqual(refusalOf(floor.execute({ type: "createMarket", market })).code, "invalid_parameters")
    }
  })
})
