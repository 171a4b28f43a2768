import { assert, describe, it } from "@effect/vitest"
import * as Fees from "@kalshi-effect/client/Fees"
import { countUnsafe, dollarsUnsafe, toMicros } from "@kalshi-effect/client/FixedPoint"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { defaults } from "../../../src/Assumptions.ts"
import { printCount, printMicros, printPrice } from "../../../src/exchange/decimal.ts"
import { charge, feeDown, feeUp, roundingOf } from "../../../src/exchange/money/fees.ts"
import { seed } from "../../support/floor.ts"

const older = roundingOf({ ...defaults, balanceSteps: "cent", feeRounding: "centicent" })

describe("charge", () => {
  // Examples from the exchange's guides to fee rounding: the current guide and the former guide. Fees are in
  // micro-dollars.
  it.each([
    {
      name: "one fill of one contract at $0.055",
      steps: "cent",
      fill: [100, 550],
      fee: 3_639,
      net: [5_000],
      carried: 1_361
    },
    {
      name: "three fills of five contracts at $0.20",
      steps: "cent",
      fill: [500, 2_000],
      fee: 56_000,
      net: [60_000, 60_000, 50_000],
      carried: 2_000
    },
    {
      name: "two fills of 0.01 at $0.0001, of a direct member",
      steps: "centicent",
      fill: [1, 1],
      fee: 1,
      net: [99, 99],
      carried: 196
    }
  ] as const)(
    "rounds and refunds as in the current guide: $name",
    ({ carried, fee, fill: [count, price], net, steps }) => {
      const order = { carriedMicros: 0 }
      const newer = roundingOf({ ...defaults, balanceSteps: steps })
      const tradeFee = feeUp(70_000, count, price, newer.feeStep)
      assert.strictEqual(tradeFee, fee)
      assert.deepStrictEqual(
        net.map(() => charge(order, newer, tradeFee, -count * price)),
        [...net]
      )
      assert.strictEqual(order.carriedMicros, carried)
    }
  )

  it.each([
    { name: "three fills of one contract at $0.055", revenue: -55_000, fee: 8_500, net: [15_000, 5_000, 15_000] },
    { name: "three fills of 0.30 at $0.50", revenue: -150_000, fee: 4_100, net: [10_000, 0, 10_000] },
    { name: "three fills of 0.03 at $0.3301", revenue: -9_903, fee: 500, net: [10_097, 97, 97] }
  ])("rounds and refunds as in the guide until August 2026: $name", ({ fee, net, revenue }) => {
    const order = { carriedMicros: 0 }
    assert.deepStrictEqual(
      net.map(() => charge(order, older, fee, revenue)),
      net
    )
  })

  it("changes balances by whole steps, and charges the fee that the client computes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("centicent" as const, "microdollar" as const),
        fc.constantFrom("direct" as const, "other" as const),
        fc.constantFrom("taker" as const, "maker" as const),
        fc.constantFrom("bid" as const, "ask" as const),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: 1, max: 1_000_000_000 })), {
          minLength: 1,
          maxLength: 20
        }),
        (rounding, member, role, side, fills) => {
          const balanceSteps = member === "direct" ? "centicent" : "cent"
          const rules = roundingOf({ ...defaults, balanceSteps, feeRounding: rounding })
          const order = { carriedMicros: 0 }
          for (const [price, count] of fills) {
            const expected = Result.getOrThrow(
              Fees.charge({
                fee_type: "quadratic_with_maker_fees",
                fee_multiplier: 1,
                role,
                side,
                price: dollarsUnsafe(printPrice(price)),
                count: countUnsafe(printCount(count)),
                rounding,
                member,
                carried: dollarsUnsafe(printMicros(order.carriedMicros))
              })
            )
            const tradeFee = feeUp(role === "taker" ? 70_000 : 17_500, count, price, rules.feeStep)
            const revenue = price * count * (side === "bid" ? -1 : 1)
            const net = charge(order, rules, tradeFee, revenue)
            assert.strictEqual(tradeFee, Number(toMicros(expected.tradeFee)))
            assert.strictEqual(net, Number(toMicros(expected.netFee)))
            assert.strictEqual(order.carriedMicros, Number(toMicros(expected.carried)))
            assert.strictEqual(Math.abs((revenue - net) % rules.balanceStep), 0)
          }
        }
      ),
      { seed, numRuns: 2_000 }
    )
  })
})

describe("feeUp and feeDown", () => {
  it("are exact up to the most expensive order at the highest rate", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.integer({ min: 1, max: 9_999 }),
        (rate, count, price) => {
          const numerator = BigInt(rate) * BigInt(price) * BigInt(10_000 - price) * BigInt(count)
          const up = (step: bigint) => ((numerator + 10_000_000_000n * step - 1n) / (10_000_000_000n * step)) * step
          assert.strictEqual(feeUp(rate, count, price, 1), Number(up(1n)))
          assert.strictEqual(feeUp(rate, count, price, 100), Number(up(100n)))
          assert.strictEqual(feeDown(rate, count, price), Number(numerator / 10_000_000_000n))
        }
      ),
      { seed, numRuns: 5_000, examples: [[1_000_000, 1_000_000_000, 5_000]] }
    )
  })
})
