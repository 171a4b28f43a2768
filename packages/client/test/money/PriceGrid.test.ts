import { pipe } from "effect/Function"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import type { Dollars } from "../../src/money/FixedPoint.ts"
import { Market, PriceRange } from "../../src/generated/responses.ts"
import * as PriceGrid from "../../src/money/PriceGrid.ts"
import { hold, recorded, write } from "../support/money.ts"

const $ = FixedPoint.dollarsUnsafe

const range = (start: string, end: string, step: string): PriceGrid.PriceRange =>
  Schema.decodeUnknownSync(PriceRange)({ start, end, step })

const gridOf = (...ranges: ReadonlyArray<PriceGrid.PriceRange>): PriceGrid.PriceGrid =>
  Result.getOrThrow(PriceGrid.make(ranges))

const some = (text: string) => Option.some(text as Dollars)

/** Steps of `fine` from 0 to `edge` and from the complement of `edge` to 1, and steps of `step` between them. */
const tapered = (edge: string, fine: string, step: string) => {
  const other = Result.getOrThrow(FixedPoint.complement($(edge)))
  return [range("0.0000", edge, fine), range(edge, other, step), range(other, "1.0000", fine)]
}

/**
 * The price level structures of the published guide to fixed-point representation, each with its number of prices
 * except 0 and 1.
 */
const structures: Record<string, readonly [number, ReadonlyArray<PriceGrid.PriceRange>]> = {
  linear_cent: [99, [range("0.0000", "1.0000", "0.0100")]],
  deci_cent: [999, [range("0.0000", "1.0000", "0.0010")]],
  tapered_deci_cent: [100 + 80 + 100 - 1, tapered("0.1000", "0.0010", "0.0100")],
  center_whole_edge_half_cent: [20 + 80 + 20 - 1, tapered("0.1000", "0.0050", "0.0100")],
  center_whole_edge_quint_cent: [50 + 80 + 50 - 1, tapered("0.1000", "0.0020", "0.0100")],
  center_half_edge_half_cent: [199, [range("0.0000", "1.0000", "0.0050")]],
  center_half_edge_quint_cent: [50 + 160 + 50 - 1, tapered("0.1000", "0.0020", "0.0050")],
  center_half_edge_deci_cent: [100 + 160 + 100 - 1, tapered("0.1000", "0.0010", "0.0050")],
  center_quint_edge_quint_cent: [499, [range("0.0000", "1.0000", "0.0020")]],
  center_quint_edge_deci_cent: [100 + 400 + 100 - 1, tapered("0.1000", "0.0010", "0.0020")],
  center_centi_edge_centi_cent: [9_999, [range("0.0000", "1.0000", "0.0001")]],
  center_deci_edge_centi_cent: [100 + 980 + 100 - 1, tapered("0.0100", "0.0001", "0.0010")]
}

const cents = gridOf(...structures["linear_cent"]![1])
const combo = gridOf(...structures["center_deci_edge_centi_cent"]![1])

/**
 * A grid as a list of micro-dollars without 0 and 1, made without the library. A range can end beyond its last step.
 */
interface Model {
  readonly ranges: ReadonlyArray<PriceGrid.PriceRange>
  readonly prices: ReadonlyArray<number>
}

const model: fc.Arbitrary<Model> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 6 }),
    fc.constantFrom(10_000, 1_000),
    fc.array(fc.record({ step: fc.integer({ min: 1, max: 60 }), skip: fc.boolean() }), { minLength: 5, maxLength: 5 })
  )
  .map(([marks, unit, choices]) => {
    const sorted = marks.sort((a, b) => a - b)
    const ranges: Array<PriceGrid.PriceRange> = []
    const prices = new Set<number>()
    for (let index = 0; index + 1 < sorted.length; index++) {
      const { skip, step } = choices[index]!
      if (skip && index > 0) continue
      const [from, to, by] = [sorted[index]! * 10_000, sorted[index + 1]! * 10_000, (step * unit) / 10]
      for (let micros = from; micros <= to; micros += by) prices.add(micros)
      ranges.push(range(write(BigInt(from), 6), write(BigInt(to), 6), write(BigInt(by), 6)))
    }
    const ordered = [...prices].filter((micros) => micros > 0 && micros < 1_000_000)
    return { ranges, prices: ordered.sort((a, b) => a - b) }
  })
  .filter(({ prices }) => prices.length > 0)

const text = (micros: number | undefined): Option.Option<Dollars> =>
  micros === undefined ? Option.none() : Option.some(FixedPoint.fromMicros(BigInt(micros)))

const anyMicros = (prices: ReadonlyArray<number>) =>
  fc.oneof(
    fc.integer({ min: -20_000, max: 1_020_000 }),
    fc.tuple(fc.constantFrom(...prices), fc.integer({ min: -1, max: 1 })).map(([micros, by]) => micros + by)
  )

const modelAndPrice = model.chain((grid) => fc.tuple(fc.constant(grid), anyMicros(grid.prices)))

describe("PriceGrid.make", () => {
  it("accepts the ranges of the recorded markets", () => {
    const bodies = recorded("GetMarket")
    assert.isNotEmpty(bodies)
    for (const body of bodies) {
      const market = Schema.decodeUnknownSync(Market)(body["market"])
      assert.strictEqual(market.price_level_structure, "linear_cent")
      assert.deepStrictEqual(PriceGrid.make(market.price_ranges), Result.succeed(cents))
    }
  })

  for (const [name, [size, ranges]] of Object.entries(structures)) {
    it(`makes the published structure ${name}, with every whole cent between 0 and 1 dollar`, () => {
      const grid = gridOf(...ranges)
      const all = [...PriceGrid.prices(grid)]
      assert.strictEqual(all.length, size)
      assert.strictEqual(new Set(all).size, size)
      assert.deepStrictEqual(all.toSorted(FixedPoint.DollarsOrder), all)
      for (let cent = 0n; cent <= 100n; cent++) {
        const isPrice = cent > 0n && cent < 100n
        assert.strictEqual(PriceGrid.isOnGrid(grid, FixedPoint.fromMicros(cent * 10_000n)), isPrice)
      }
      assert.deepStrictEqual(PriceGrid.ticksBetween(grid, all[0]!, all.at(-1)!), Option.some(size - 1))
    })
  }

  it("accepts the ranges in any order", () => {
    const ranges = structures["tapered_deci_cent"]![1]
    assert.deepStrictEqual(gridOf(...ranges.toReversed()), gridOf(...ranges))
    hold(
      fc.property(
        model.chain((grid) =>
          fc.tuple(fc.constant(grid), fc.shuffledSubarray([...grid.ranges], { minLength: grid.ranges.length }))
        ),
        ([grid, shuffled]) => {
          assert.deepStrictEqual(gridOf(...shuffled), gridOf(...grid.ranges))
        }
      ),
      200
    )
  })

  it("accepts a range of one price at the end of another range", () => {
    for (const ranges of [
      [range("0.10", "0.10", "0.01"), range("0.10", "0.20", "0.05")],
      [range("0.10", "0.20", "0.05"), range("0.20", "0.20", "0.01")]
    ]) {
      for (const grid of [gridOf(...ranges), gridOf(...ranges.toReversed())]) {
        const listed: ReadonlyArray<string> = [...PriceGrid.prices(grid)]
        assert.deepStrictEqual(listed, ["0.10", "0.15", "0.20"])
      }
    }
  })

  it("accepts a step of one micro-dollar", () => {
    const listed: ReadonlyArray<string> = [...PriceGrid.prices(gridOf(range("0.10", "0.100002", "0.000001")))]
    assert.deepStrictEqual(listed, ["0.10", "0.100001", "0.100002"])
  })

  it("rejects ranges that do not form a grid, and reports the reason", () => {
    const cases: ReadonlyArray<readonly [ReadonlyArray<PriceGrid.PriceRange> | null | undefined, string]> = [
      [null, "there are no ranges"],
      [undefined, "there are no ranges"],
      [[], "there are no ranges"],
      [[range("0.00", "1.01", "0.01")], "0.00 to 1.01 by 0.01 is not within 0 to 1 dollar"],
      [[range("-0.01", "1.00", "0.01")], "-0.01 to 1.00 by 0.01 is not within 0 to 1 dollar"],
      [[range("0.90", "0.10", "0.01")], "0.90 to 0.10 by 0.01 ends before it starts"],
      [[range("0.00", "1.00", "0.0000")], "0.00 to 1.00 by 0.0000 has no positive step"],
      [[range("0.00", "1.00", "-0.01")], "0.00 to 1.00 by -0.01 has no positive step"],
      [[range("0.00", "1.00", "1.00")], "no price lies between 0 and 1 dollar"],
      [[range("0.00", "0.00", "0.01"), range("1.00", "1.00", "0.01")], "no price lies between 0 and 1 dollar"],
      [[range("0.00", "0.60", "0.01"), range("0.40", "1.00", "0.001")], "0.40 to 1.00 by 0.001 overlaps another range"],
      [[range("0.00", "1.00", "0.01"), range("0.00", "1.00", "0.01")], "0.00 to 1.00 by 0.01 overlaps another range"],
      [[range("0.00", "0.105", "0.01"), range("0.1", "1.00", "0.01")], "0.1 to 1.00 by 0.01 overlaps another range"]
    ]
    for (const [ranges, reason] of cases) {
      const result = PriceGrid.make(ranges)
      assert.isTrue(Result.isFailure(result))
      const error = (result as Result.Failure<PriceGrid.PriceGrid, PriceGrid.InvalidPriceGrid>).failure
      assert.instanceOf(error, PriceGrid.InvalidPriceGrid)
      assert.strictEqual(error._tag, "InvalidPriceGrid")
      assert.strictEqual(error.message, `The price ranges do not form a grid: ${reason}.`)
    }
  })
})

describe("PriceGrid.isOnGrid", () => {
  it("is true only on the steps of a range", () => {
    for (const on of ["0.01", "0.5600", "0.560000", "0.99"]) assert.isTrue(PriceGrid.isOnGrid(cents, $(on)))
    for (const off of ["-0.01", "0.005", "0.5601", "0.560001", "1.01"])
      assert.isFalse(PriceGrid.isOnGrid(cents, $(off)))
    assert.isTrue(pipe(cents, PriceGrid.isOnGrid($("0.56"))))
  })

  it("is true at both ends of a range between 0 and 1 dollar", () => {
    const grid = gridOf(range("0.10", "0.20", "0.05"))
    for (const on of ["0.10", "0.15", "0.20"]) assert.isTrue(PriceGrid.isOnGrid(grid, $(on)), on)
  })

  it("is false at 0 and 1, because the exchange refuses orders at these prices", () => {
    for (const grid of [cents, combo]) {
      for (const off of ["0", "0.0000", "1", "1.0000"]) assert.isFalse(PriceGrid.isOnGrid(grid, $(off)), off)
    }
  })

  it("uses the step of each part of a combo's grid", () => {
    for (const on of ["0.0001", "0.0099", "0.01", "0.011", "0.989", "0.99", "0.9901", "0.9999"]) {
      assert.isTrue(PriceGrid.isOnGrid(combo, $(on)), on)
    }
    for (const off of ["0.00005", "0.0101", "0.5005", "0.9899", "0.99995"]) {
      assert.isFalse(PriceGrid.isOnGrid(combo, $(off)), off)
    }
  })

  it("is false in a gap, and at a range end that is off-step", () => {
    const grid = gridOf(range("0.01", "0.105", "0.01"), range("0.20", "0.30", "0.05"))
    for (const off of ["0.101", "0.105", "0.11", "0.15", "0.195", "0.21"]) {
      assert.isFalse(PriceGrid.isOnGrid(grid, $(off)), off)
    }
    const last: ReadonlyArray<string> = [...PriceGrid.prices(grid)].slice(-5)
    assert.deepStrictEqual(last, ["0.09", "0.10", "0.20", "0.25", "0.30"])
  })
})

describe("PriceGrid.nearestBelow and nearestAbove", () => {
  it("enclose a price off the grid, and return a price on the grid unchanged", () => {
    for (const [grid, price, below, above] of [
      [cents, "0.4271", "0.42", "0.43"],
      [cents, "0.5600", "0.56", "0.56"],
      [cents, "0.0199", "0.01", "0.02"],
      [cents, "0.9801", "0.98", "0.99"],
      [combo, "0.00995", "0.0099", "0.01"],
      [combo, "0.0105", "0.01", "0.011"],
      [combo, "0.98999", "0.989", "0.99"],
      [combo, "0.99001", "0.99", "0.9901"]
    ] as const) {
      assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $(price)), some(below))
      assert.deepStrictEqual(PriceGrid.nearestAbove(grid, $(price)), some(above))
    }
    assert.deepStrictEqual(pipe(cents, PriceGrid.nearestBelow($("0.427"))), some("0.42"))
    assert.deepStrictEqual(pipe(cents, PriceGrid.nearestAbove($("0.427"))), some("0.43"))
  })

  it("never return 0 or 1", () => {
    for (const [grid, first, last] of [
      [cents, "0.01", "0.99"],
      [combo, "0.0001", "0.9999"]
    ] as const) {
      for (const low of ["-1", "0", "0.000001"]) {
        assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $(low)), Option.none())
        assert.deepStrictEqual(PriceGrid.nearestAbove(grid, $(low)), some(first))
      }
      for (const high of ["0.999999", "1", "7"]) {
        assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $(high)), some(last))
        assert.deepStrictEqual(PriceGrid.nearestAbove(grid, $(high)), Option.none())
      }
    }
  })

  it("return none only if the grid has no price on that side", () => {
    const grid = gridOf(range("0.10", "0.20", "0.03"), range("0.50", "0.60", "0.10"))
    assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $("0.099999")), Option.none())
    assert.deepStrictEqual(PriceGrid.nearestAbove(grid, $("0.099999")), some("0.10"))
    assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $("0.35")), some("0.19"))
    assert.deepStrictEqual(PriceGrid.nearestAbove(grid, $("0.195")), some("0.50"))
    assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $("7")), some("0.60"))
    assert.deepStrictEqual(PriceGrid.nearestAbove(grid, $("0.61")), Option.none())
    assert.deepStrictEqual(PriceGrid.nearestBelow(grid, $("-1")), Option.none())
  })
})

describe("PriceGrid.ticksBetween and shift", () => {
  it("count the ticks in each part of the grid", () => {
    assert.deepStrictEqual(PriceGrid.ticksBetween(cents, $("0.42"), $("0.56")), Option.some(14))
    assert.deepStrictEqual(PriceGrid.ticksBetween(cents, $("0.56"), $("0.42")), Option.some(-14))
    assert.deepStrictEqual(PriceGrid.ticksBetween(combo, $("0.0098"), $("0.012")), Option.some(4))
    assert.deepStrictEqual(pipe(combo, PriceGrid.ticksBetween($("0.99"), $("0.9902"))), Option.some(2))
    assert.deepStrictEqual(PriceGrid.shift(cents, $("0.42"), 1), some("0.43"))
    assert.deepStrictEqual(PriceGrid.shift(combo, $("0.0098"), 4), some("0.012"))
    assert.deepStrictEqual(PriceGrid.shift(combo, $("0.012"), -4), some("0.0098"))
    assert.deepStrictEqual(pipe(combo, PriceGrid.shift($("0.99"), -1)), some("0.989"))
  })

  it("return none off the grid, beyond its ends, and for fractional ticks", () => {
    assert.deepStrictEqual(PriceGrid.ticksBetween(cents, $("0.425"), $("0.56")), Option.none())
    assert.deepStrictEqual(PriceGrid.ticksBetween(cents, $("0.42"), $("0.565")), Option.none())
    assert.deepStrictEqual(PriceGrid.shift(cents, $("0.425"), 1), Option.none())
    assert.deepStrictEqual(PriceGrid.shift(cents, $("0.99"), 1), Option.none())
    assert.deepStrictEqual(PriceGrid.shift(cents, $("0.01"), -1), Option.none())
    for (const end of ["0", "1"]) {
      assert.deepStrictEqual(PriceGrid.shift(cents, $(end), 0), Option.none())
      assert.deepStrictEqual(PriceGrid.ticksBetween(cents, $(end), $("0.56")), Option.none())
    }
    for (const ticks of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      assert.deepStrictEqual(PriceGrid.shift(cents, $("0.5"), ticks), Option.none())
    }
  })
})

describe("PriceGrid.prices", () => {
  it("is lazy, and restarts for each iteration", () => {
    const prices = PriceGrid.prices(combo)
    const iterator = prices[Symbol.iterator]()
    assert.deepStrictEqual(iterator.next(), { done: false, value: "0.0001" as Dollars })
    assert.deepStrictEqual(iterator.next(), { done: false, value: "0.0002" as Dollars })
    assert.deepStrictEqual([...prices].length, [...prices].length)
    assert.deepStrictEqual([...prices].slice(98, 101), ["0.0099", "0.01", "0.011"] as ReadonlyArray<string>)
  })
})

describe("PriceGrid.make, for any ranges", () => {
  it("contains exactly the prices of its ranges between 0 and 1 dollar", () => {
    hold(
      fc.property(model, ({ prices, ranges }) => {
        const listed = [...PriceGrid.prices(gridOf(...ranges))]
        assert.deepStrictEqual(
          listed,
          prices.map((micros) => FixedPoint.fromMicros(BigInt(micros)))
        )
      }),
      300
    )
  })

  it("encloses every price between its two nearest prices on the grid", () => {
    hold(
      fc.property(modelAndPrice, ([{ prices, ranges }, micros]) => {
        const grid = gridOf(...ranges)
        const price = FixedPoint.fromMicros(BigInt(micros))
        const below = PriceGrid.nearestBelow(grid, price)
        const above = PriceGrid.nearestAbove(grid, price)
        assert.strictEqual(PriceGrid.isOnGrid(grid, price), prices.includes(micros))
        assert.deepStrictEqual(below, text(prices.findLast((candidate) => candidate <= micros)))
        assert.deepStrictEqual(above, text(prices.find((candidate) => candidate >= micros)))
        for (const near of [...Option.toArray(below), ...Option.toArray(above)]) {
          assert.isTrue(PriceGrid.isOnGrid(grid, near))
        }
      })
    )
  })

  it("counts a tick for each step in the list of its prices, and shifts a price by a number of ticks", () => {
    const anyTwo = model.chain((grid) =>
      fc.tuple(fc.constant(grid), anyMicros(grid.prices), anyMicros(grid.prices), fc.integer({ min: -200, max: 200 }))
    )
    hold(
      fc.property(anyTwo, ([{ prices, ranges }, a, b, ticks]) => {
        const grid = gridOf(...ranges)
        const [from, to] = [FixedPoint.fromMicros(BigInt(a)), FixedPoint.fromMicros(BigInt(b))]
        const [low, high] = [prices.indexOf(a), prices.indexOf(b)]
        const between = PriceGrid.ticksBetween(grid, from, to)
        assert.deepStrictEqual(between, low < 0 || high < 0 ? Option.none() : Option.some(high - low))
        if (Option.isSome(between)) assert.deepStrictEqual(PriceGrid.shift(grid, from, between.value), Option.some(to))
        assert.deepStrictEqual(PriceGrid.shift(grid, from, ticks), text(low < 0 ? undefined : prices[low + ticks]))
      })
    )
  })
})
