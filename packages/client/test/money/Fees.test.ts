import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as Fees from "../../src/money/Fees.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import type { Count, Dollars } from "../../src/money/FixedPoint.ts"
import * as Responses from "../../src/generated/responses.ts"
import {
  difference,
  fraction,
  type Fraction,
  hold,
  isMultiple,
  minus,
  plus,
  price,
  recorded,
  same,
  size,
  times
} from "../support/money.ts"

const $ = FixedPoint.dollarsUnsafe
const contracts = FixedPoint.countUnsafe

const ok = <A, E>(result: Result.Result<A, E>): A => Result.getOrThrow(result)

const failure = <A, E>(result: Result.Result<A, E>): E => {
  assert.isTrue(Result.isFailure(result), `expected a failure, received ${JSON.stringify(result)}`)
  return (result as Result.Failure<A, E>).failure
}

const quadratic: Fees.Terms = { fee_type: "quadratic", fee_multiplier: 1 }
const withMaker: Fees.Terms = { fee_type: "quadratic_with_maker_fees", fee_multiplier: 1 }
const comboMaker: Fees.Terms = { fee_type: "quadratic_with_combo_maker_fees", fee_multiplier: 1 }

const feeOf = (terms: Fees.Terms, role: Fees.Role, at: string, count: string, rounding?: Fees.Rounding): string =>
  ok(Fees.trade({ ...terms, role, price: $(at), count: contracts(count), rounding }))

describe("Fees.trade", () => {
  it("computes the fees of known fills", () => {
    // Computed with fractions, without the library. The comment of a row is the exact taker fee: 0.07 × price × (1 −
    // price) × count. The column `maker` is a quarter of the taker fee, and `combo` is half of it. These columns and
    // `taker` use the older rule, which rounds up to $0.0001. `micro` is the taker fee under the newer rule, which
    // rounds up to $0.000001.
    for (const [at, count, taker, maker, combo, micro] of [
      ["0.01", "1", "0.0007", "0.0002", "0.0004", "0.000693"], // 0.000693
      ["0.05", "1", "0.0034", "0.0009", "0.0017", "0.003325"], // 0.003325
      ["0.10", "1", "0.0063", "0.0016", "0.0032", "0.0063"], // 0.0063
      ["0.25", "1", "0.0132", "0.0033", "0.0066", "0.013125"], // 0.013125
      ["0.50", "1", "0.0175", "0.0044", "0.0088", "0.0175"], // 0.0175
      ["0.52", "1", "0.0175", "0.0044", "0.0088", "0.017472"], // 0.017472
      ["0.48", "1", "0.0175", "0.0044", "0.0088", "0.017472"], // 0.017472
      ["0.75", "1", "0.0132", "0.0033", "0.0066", "0.013125"], // 0.013125
      ["0.99", "1", "0.0007", "0.0002", "0.0004", "0.000693"], // 0.000693
      ["0.055", "1", "0.0037", "0.001", "0.0019", "0.003639"], // 0.00363825, an example of the published guide
      ["0.003", "2500", "0.5235", "0.1309", "0.2618", "0.523425"], // 0.523425
      ["0.0001", "100", "0.0007", "0.0002", "0.0004", "0.0007"], // 0.00069993
      ["0.9999", "0.01", "0.0001", "0.0001", "0.0001", "0.000001"], // 0.000000069993
      ["0.333", "3", "0.0467", "0.0117", "0.0234", "0.046644"], // 0.04664331
      ["0.3301", "0.03", "0.0005", "0.0002", "0.0003", "0.000465"], // 0.000464381379
      ["0.50", "0.30", "0.0053", "0.0014", "0.0027", "0.00525"], // 0.00525
      ["0.427", "1", "0.0172", "0.0043", "0.0086", "0.017127"], // 0.01712697
      ["0.24", "43", "0.5491", "0.1373", "0.2746", "0.549024"], // 0.549024
      ["0.4230", "9.08", "0.1552", "0.0388", "0.0776", "0.155132"], // 0.1551315276
      ["0.53", "9.13", "0.1592", "0.0398", "0.0796", "0.1592"], // 0.15919981
      ["0.84", "14.11", "0.1328", "0.0332", "0.0664", "0.132747"], // 0.13274688
      ["0.17", "21.75", "0.2149", "0.0538", "0.1075", "0.214825"], // 0.21482475
      ["0.123456", "7.77", "0.0589", "0.0148", "0.0295", "0.058858"], // 0.0588579296…
      ["0.5", "1000000", "17500.00", "4375.00", "8750.00", "17500.00"], // 17500
      ["0", "10", "0.00", "0.00", "0.00", "0.00"],
      ["1", "10", "0.00", "0.00", "0.00", "0.00"],
      ["0.56", "0", "0.00", "0.00", "0.00", "0.00"]
    ] as const) {
      const name = `${count} at ${at}`
      for (const terms of [quadratic, withMaker, comboMaker]) {
        assert.strictEqual(feeOf(terms, "taker", at, count), micro, name)
        assert.strictEqual(feeOf(terms, "taker", at, count, "microdollar"), micro, name)
        assert.strictEqual(feeOf(terms, "taker", at, count, "centicent"), taker, name)
      }
      assert.strictEqual(feeOf(quadratic, "maker", at, count), "0.00", name)
      assert.strictEqual(feeOf(withMaker, "maker", at, count, "centicent"), maker, name)
      assert.strictEqual(feeOf(comboMaker, "maker", at, count, "centicent"), combo, name)
    }
  })

  it("computes the fees of the recorded fills", () => {
    const fills = recorded("GetFills").flatMap(
      (body) => Schema.decodeUnknownSync(Responses.GetFillsResponse)(body).fills
    )
    const roles = new Set<Fees.Role>()
    for (const fill of fills) {
      const role = fill.is_taker ? "taker" : "maker"
      roles.add(role)
      for (const at of [fill.yes_price_dollars, fill.no_price_dollars]) {
        // The recorded fee equals the trade fee under the older rule. Under the newer rule, it equals the trade fee
        // plus the balance rounding.
        const fee = ok(Fees.trade({ ...quadratic, role, price: at, count: fill.count_fp, rounding: "centicent" }))
        assert.isTrue(
          FixedPoint.equals(fee, fill.fee_cost),
          `${role} of ${fill.trade_id}: ${fee}, not ${fill.fee_cost}`
        )
      }
      for (const rounding of [undefined, "centicent", "microdollar"] as const) {
        const charge = ok(
          Fees.charge({
            ...quadratic,
            role,
            rounding,
            side: fill.book_side === "bid" ? "bid" : "ask",
            price: fill.yes_price_dollars,
            count: fill.count_fp,
            member: "direct"
          })
        )
        assert.isTrue(FixedPoint.equals(charge.netFee, fill.fee_cost))
      }
    }
    assert.deepStrictEqual([...roles].sort(), ["maker", "taker"])
    assert.isTrue(fills.some((fill) => FixedPoint.equals(fill.fee_cost, $("0.0175"))))
  })

  it("gives fees that add up to the fees of a recorded position", () => {
    const fill = { ...quadratic, count: contracts("1"), rounding: "centicent" } as const
    const paid = FixedPoint.sum([
      ok(Fees.trade({ ...fill, role: "taker", price: $("0.48") })),
      ok(Fees.trade({ ...fill, role: "taker", price: $("0.52") }))
    ])
    const positions = recorded("GetPositions").flatMap(
      (body) => Schema.decodeUnknownSync(Responses.GetPositionsResponse)(body).market_positions
    )
    assert.isTrue(positions.some((position) => FixedPoint.equals(position.fees_paid_dollars, paid)))
    assert.strictEqual(paid, "0.035")
  })

  it("multiplies by the exact decimal of the multiplier", () => {
    // The fee at 0.50 is 0.07 × 0.25 = 0.0175 per contract. In doubles, 0.1 × 4 × 0.0175 × 10^4 is above 70.
    for (const [multiplier, count, fee] of [
      [0, "1", "0.00"],
      [-0, "1", "0.00"],
      [0.5, "1", "0.0088"],
      [0.5, "2", "0.0175"],
      [1.5, "4", "0.105"],
      [0.1, "4", "0.007"],
      [0.3, "4", "0.021"],
      [0.7, "4", "0.049"],
      [1.1, "40", "0.77"],
      [1e-7, "40000000", "0.07"],
      [1e21, "0.01", "175000000000000000.00"],
      [2.5e-8, "1", "0.0001"]
    ] as const) {
      const terms = { fee_type: "quadratic", fee_multiplier: multiplier }
      assert.strictEqual(feeOf(terms, "taker", "0.5", count, "centicent"), fee)
    }
    assert.strictEqual(feeOf({ fee_type: "quadratic", fee_multiplier: 0.5 }, "taker", "0.5", "1"), "0.00875")
    assert.strictEqual(feeOf({ fee_type: "quadratic", fee_multiplier: 2.5e-8 }, "taker", "0.5", "1"), "0.000001")
  })

  it("fails with FeeUnknown for a flat or unknown type and an invalid multiplier", () => {
    const fill = { role: "taker", price: $("0.5"), count: contracts("1") } as const
    for (const fee_type of ["flat", "margin_market_maker_program_fees", "Quadratic", "", "__proto__", "constructor"]) {
      for (const role of ["taker", "maker"] as const) {
        const error = failure(Fees.trade({ ...fill, role, fee_type, fee_multiplier: 1 }))
        assert.instanceOf(error, Fees.FeeUnknown)
        assert.strictEqual(
          error.message,
          `The fee of type "${fee_type}" with multiplier 1 is unknown: its rates are not public.`
        )
      }
    }
    for (const fee_multiplier of [Number.NaN, Number.POSITIVE_INFINITY, -1, -1e-9]) {
      for (const role of ["taker", "maker"] as const) {
        const error = failure(Fees.trade({ ...fill, role, fee_type: "quadratic", fee_multiplier }))
        assert.instanceOf(error, Fees.FeeUnknown)
        assert.include(error.message, "a multiplier must be zero or more")
      }
    }
  })

  it("shows at most 60 characters of an unknown fee type", () => {
    const fill = { role: "taker", price: $("0.5"), count: contracts("1"), fee_multiplier: 1 } as const
    const { message } = failure(Fees.trade({ ...fill, fee_type: "x".repeat(100) }))
    assert.include(message, `The fee of type "${"x".repeat(60)}" with multiplier`)
  })

  it("rejects a price outside 0 to 1 dollar and a count below zero", () => {
    const fill = { ...quadratic, role: "taker", price: $("0.5"), count: contracts("1") } as const
    for (const at of ["-0.01", "1.000001", "56"]) {
      assert.instanceOf(failure(Fees.trade({ ...fill, price: $(at) })), FixedPoint.OutOfRange)
    }
    assert.strictEqual(
      failure(Fees.trade({ ...fill, count: contracts("-1") })).message,
      "the count -1.00 is not zero or more contracts"
    )
  })
})

describe("Fees.termsOf", () => {
  const series = { fee_type: "quadratic_with_maker_fees", fee_multiplier: 0.5, ticker: "KXMLBGAME" }

  it("returns the terms of the series if the event has no override", () => {
    const own = { fee_type: "quadratic_with_maker_fees", fee_multiplier: 0.5 }
    assert.deepStrictEqual(Fees.termsOf(series), own)
    assert.deepStrictEqual(Fees.termsOf(series, {}), own)
    assert.deepStrictEqual(Fees.termsOf(series, { fee_type_override: null, fee_multiplier_override: null }), own)
  })

  it("applies each override independently, including a multiplier of zero", () => {
    assert.deepStrictEqual(Fees.termsOf(series, { fee_type_override: "flat", fee_multiplier_override: null }), {
      fee_type: "flat",
      fee_multiplier: 0.5
    })
    assert.deepStrictEqual(Fees.termsOf(series, { fee_multiplier_override: 0 }), {
      fee_type: "quadratic_with_maker_fees",
      fee_multiplier: 0
    })
    assert.deepStrictEqual(Fees.termsOf(series, { fee_type_override: "quadratic", fee_multiplier_override: 1 }), {
      fee_type: "quadratic",
      fee_multiplier: 1
    })
  })
})

type Row = readonly [trade: string, rounding: string, rebate: string, net: string, carried: string]

const fillsOf = (fill: Omit<Parameters<typeof Fees.charge>[0], "carried">, times: number): ReadonlyArray<Row> => {
  let carried: Dollars | undefined
  return Array.from({ length: times }, () => {
    const charge = ok(Fees.charge({ ...fill, carried }))
    carried = charge.carried
    return [charge.tradeFee, charge.roundingFee, charge.rebate, charge.netFee, charge.carried] as const
  })
}

describe("Fees.charge", () => {
  const buy = { ...quadratic, role: "taker", side: "bid", member: "other" } as const

  it("matches the examples of the older guide with centicent rounding", () => {
    const older = { ...buy, rounding: "centicent" } as const
    // These multipliers produce the trade fees of the guide's first two examples.
    const subpenny = { ...older, fee_multiplier: 2.32, price: $("0.055"), count: contracts("1") }
    assert.deepStrictEqual(fillsOf(subpenny, 3), [
      ["0.0085", "0.0065", "0.00", "0.015", "0.0065"],
      ["0.0085", "0.0065", "0.01", "0.005", "0.003"],
      ["0.0085", "0.0065", "0.00", "0.015", "0.0095"]
    ])
    const fractional = { ...older, fee_multiplier: 0.78, price: $("0.50"), count: contracts("0.30") }
    assert.deepStrictEqual(fillsOf(fractional, 3), [
      ["0.0041", "0.0059", "0.00", "0.01", "0.0059"],
      ["0.0041", "0.0059", "0.01", "0.00", "0.0018"],
      ["0.0041", "0.0059", "0.00", "0.01", "0.0077"]
    ])
    const both = { ...older, price: $("0.3301"), count: contracts("0.03") }
    assert.deepStrictEqual(fillsOf(both, 3), [
      ["0.0005", "0.009597", "0.00", "0.010097", "0.009597"],
      ["0.0005", "0.009597", "0.01", "0.000097", "0.009194"],
      ["0.0005", "0.009597", "0.01", "0.000097", "0.008791"]
    ])
  })

  it("matches the examples of the newer guide by default", () => {
    const subpenny = { ...buy, price: $("0.055"), count: contracts("1") }
    assert.deepStrictEqual(fillsOf(subpenny, 1), [["0.003639", "0.001361", "0.00", "0.005", "0.001361"]])
    const five = { ...buy, price: $("0.20"), count: contracts("5") }
    assert.deepStrictEqual(fillsOf(five, 3), [
      ["0.056", "0.004", "0.00", "0.06", "0.004"],
      ["0.056", "0.004", "0.00", "0.06", "0.008"],
      ["0.056", "0.004", "0.01", "0.05", "0.002"]
    ])
    // The carried amount allows a rebate of $0.0001, but that is more than the fill's fee.
    const tiny = { ...buy, member: "direct", price: $("0.0001"), count: contracts("0.01") } as const
    assert.deepStrictEqual(fillsOf(tiny, 2), [
      ["0.000001", "0.000098", "0.00", "0.000099", "0.000098"],
      ["0.000001", "0.000098", "0.00", "0.000099", "0.000196"]
    ])
    for (const [fill, times] of [
      [subpenny, 1],
      [five, 3],
      [tiny, 2]
    ] as const) {
      assert.deepStrictEqual(fillsOf({ ...fill, rounding: "microdollar" }, times), fillsOf(fill, times))
    }
  })

  it("carries rounding fees across the taker and maker fills of one order", () => {
    // The taker fee is 0.07 × 0.2496 = $0.017472. The maker fee is a quarter of it: $0.004368. Rounding up to $0.0001
    // adds $0.000028 and $0.000032.
    const fill = { ...withMaker, side: "bid", member: "direct", price: $("0.52"), count: contracts("1") } as const
    let carried: Dollars | undefined
    const rows = (["taker", "maker", "maker", "taker"] as const).map((role) => {
      const charge = ok(Fees.charge({ ...fill, role, carried }))
      carried = charge.carried
      return [charge.tradeFee, charge.roundingFee, charge.rebate, charge.netFee, charge.carried]
    })
    assert.deepStrictEqual<unknown>(rows, [
      ["0.017472", "0.000028", "0.00", "0.0175", "0.000028"],
      ["0.004368", "0.000032", "0.00", "0.0044", "0.00006"],
      ["0.004368", "0.000032", "0.00", "0.0044", "0.000092"],
      ["0.017472", "0.000028", "0.0001", "0.0174", "0.00002"]
    ])
  })

  it("gives rebates in multiples of the balance's step under the newer rule", () => {
    const newer = { ...buy, rounding: "microdollar" } as const
    // Each of the three fills carries $0.004: its fee of 0.0175 × 0.34285 = 0.005999875 is rounded up to $0.006, which
    // is $0.004 below a whole cent.
    const adding = { ...newer, fee_multiplier: 0.34285, price: $("0.50"), count: contracts("1") }
    assert.deepStrictEqual(fillsOf(adding, 3), [
      ["0.006", "0.004", "0.00", "0.01", "0.004"],
      ["0.006", "0.004", "0.00", "0.01", "0.008"],
      ["0.006", "0.004", "0.01", "0.00", "0.002"]
    ])
    // The balance of a direct member has steps of $0.0001.
    assert.deepStrictEqual(
      fillsOf({ ...newer, member: "direct", price: $("0.52"), count: contracts("1") }, 5).map((row) => row.slice(1)),
      [
        ["0.000028", "0.00", "0.0175", "0.000028"],
        ["0.000028", "0.00", "0.0175", "0.000056"],
        ["0.000028", "0.00", "0.0175", "0.000084"],
        ["0.000028", "0.0001", "0.0174", "0.000012"],
        ["0.000028", "0.00", "0.0175", "0.00004"]
      ]
    )
  })

  it("matches the published fee table for one contract and for a hundred", () => {
    for (const [at, one, hundred] of [
      ["0.01", "0.01", "0.07"],
      ["0.05", "0.01", "0.34"],
      ["0.10", "0.01", "0.63"],
      ["0.15", "0.01", "0.90"],
      ["0.20", "0.02", "1.12"],
      ["0.25", "0.02", "1.32"],
      ["0.30", "0.02", "1.47"],
      ["0.35", "0.02", "1.60"],
      ["0.40", "0.02", "1.68"],
      ["0.45", "0.02", "1.74"],
      ["0.50", "0.02", "1.75"],
      ["0.55", "0.02", "1.74"],
      ["0.60", "0.02", "1.68"],
      ["0.65", "0.02", "1.60"],
      ["0.70", "0.02", "1.47"],
      ["0.75", "0.02", "1.32"],
      ["0.80", "0.02", "1.12"],
      ["0.85", "0.01", "0.90"],
      ["0.90", "0.01", "0.63"],
      ["0.95", "0.01", "0.34"],
      ["0.99", "0.01", "0.07"]
    ] as const) {
      for (const rounding of ["centicent", "microdollar"] as const) {
        for (const side of ["bid", "ask"] as const) {
          const fill = { ...buy, side, rounding, price: $(at) }
          assert.strictEqual(fillsOf({ ...fill, count: contracts("1") }, 1)[0]![3], one, at)
          assert.strictEqual(fillsOf({ ...fill, count: contracts("100") }, 1)[0]![3], hundred, at)
        }
      }
    }
  })

  it("charges a maker without a trade fee only the rounding fee, as recorded", () => {
    // 9.08 NO contracts at $0.5770 cost $5.23916. The direct member paid $5.2392, and fee_cost was 0.000040.
    const fill = {
      ...quadratic,
      role: "maker",
      price: $("0.4230"),
      count: contracts("9.08"),
      member: "direct"
    } as const
    assert.deepStrictEqual(fillsOf({ ...fill, side: "ask" }, 1), [["0.00", "0.00004", "0.00", "0.00004", "0.00004"]])
    assert.deepStrictEqual(fillsOf({ ...fill, side: "bid", price: $("0.5770") }, 1), [
      ["0.00", "0.00004", "0.00", "0.00004", "0.00004"]
    ])
  })

  it("gives a rebate if more than one cent (older rule) or at least one cent (newer rule) is carried", () => {
    const fill = { ...buy, fee_multiplier: 0.34285, price: $("0.50"), count: contracts("1"), carried: $("0.006") }
    const older = { ...fill, rounding: "centicent" } as const
    assert.strictEqual(ok(Fees.charge(older)).rebate, "0.00")
    assert.strictEqual(ok(Fees.charge({ ...older, carried: $("0.006001") })).rebate, "0.01")
    for (const rounding of [undefined, "microdollar"] as const) {
      assert.strictEqual(ok(Fees.charge({ ...fill, rounding })).rebate, "0.01")
      assert.strictEqual(ok(Fees.charge({ ...fill, rounding, carried: $("0.005999") })).rebate, "0.00")
    }
  })

  it("carries the part of a rebate that exceeds the fill's fee", () => {
    // The fill has no trade fee and no rounding fee, so no rebate is possible.
    const free = { ...buy, fee_multiplier: 0, price: $("0.50"), count: contracts("1"), carried: $("0.05") }
    for (const rounding of ["centicent", "microdollar"] as const) {
      const charge = ok(Fees.charge({ ...free, rounding }))
      assert.deepStrictEqual([charge.rebate, charge.netFee, charge.carried], ["0.00", "0.00", "0.05"])
    }
  })

  it("rejects invalid trades, a negative carried fee, and a rounding fee beyond micro-dollars", () => {
    const fill = { ...buy, price: $("0.50"), count: contracts("1") }
    assert.instanceOf(failure(Fees.charge({ ...fill, fee_type: "flat" })), Fees.FeeUnknown)
    assert.instanceOf(failure(Fees.charge({ ...fill, price: $("1.01") })), FixedPoint.OutOfRange)
    assert.strictEqual(
      failure(Fees.charge({ ...fill, carried: $("-0.01") })).message,
      "the carried fee -0.01 is not zero or more"
    )
    assert.strictEqual(
      failure(Fees.charge({ ...fill, price: $("0.123456"), count: contracts("0.01") })).message,
      "the rounding fee of 0.01 contracts at $0.123456 needs more than six decimals"
    )
  })
})

const one: Fraction = { numerator: 1n, denominator: 1n }

const rateOf = (feeType: string, role: Fees.Role): Fraction =>
  fraction(
    role === "taker"
      ? "0.07"
      : feeType === "quadratic_with_maker_fees"
        ? "0.0175"
        : feeType === "quadratic_with_combo_maker_fees"
          ? "0.035"
          : "0"
  )

/** A multiplier of up to 15 digits: a double keeps this number of digits. */
const multiplier = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.integer({ min: 0, max: 25 }))
  .map(([digits, decimals]) => ({
    number: Number(`${digits}e-${decimals}`),
    exact: { numerator: digits, denominator: 10n ** BigInt(decimals) }
  }))

const anyMultiplier = fc.oneof(
  fc
    .constantFrom("0", "0.5", "1", "1.5", "0.1", "0.3")
    .map((text) => ({ number: Number(text), exact: fraction(text) })),
  multiplier
)

const anyFill = fc
  .record({
    fee_type: fc.constantFrom("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees"),
    role: fc.constantFrom("taker" as const, "maker" as const),
    rounding: fc.constantFrom(undefined, "centicent" as const, "microdollar" as const),
    price: price(6).map((text) => text as Dollars),
    count: size.map((text) => text as Count),
    multiplier: anyMultiplier
  })
  .map(({ multiplier, ...fill }) => {
    const exact = [multiplier.exact, fraction(fill.price), minus(one, fraction(fill.price)), fraction(fill.count)]
      .concat(rateOf(fill.fee_type, fill.role))
      .reduce(times, one)
    const step = fraction(fill.rounding === "centicent" ? "0.0001" : "0.000001")
    return { fill: { ...fill, fee_multiplier: multiplier.number }, exact, step }
  })

describe("Fees.trade, for any fill", () => {
  it("rounds the exact fee up to a multiple of the rounding step", () => {
    hold(
      fc.property(anyFill, ({ exact, fill, step }) => {
        const fee = fraction(ok(Fees.trade(fill)))
        const above = minus(fee, exact)
        assert.isTrue(isMultiple(fee, step), "a multiple of the step")
        assert.isTrue(above.numerator >= 0n, "not below the exact fee")
        assert.isTrue(difference(above, step) < 0n, "less than a step above the exact fee")
      }),
      3_000
    )
  })

  it("returns dollars that decode", () => {
    const isDollars = Schema.is(FixedPoint.Dollars)
    hold(fc.property(anyFill, ({ fill }) => assert.isTrue(isDollars(ok(Fees.trade(fill))))))
  })

  it("is the same for YES and NO", () => {
    hold(
      fc.property(anyFill, ({ fill }) => {
        const other = ok(FixedPoint.complement(fill.price))
        assert.strictEqual(ok(Fees.trade({ ...fill, price: other })), ok(Fees.trade(fill)))
      })
    )
  })

  it("neither falls as the count grows nor rises as the price moves away from $0.50", () => {
    hold(
      fc.property(anyFill, size, ({ fill }, more) => {
        const greater = FixedPoint.add(fill.count, more as Count)
        const fee = ok(Fees.trade(fill))
        assert.isTrue(FixedPoint.compare(fee, ok(Fees.trade({ ...fill, count: greater }))) <= 0)
      })
    )
    hold(
      fc.property(anyFill, price(6), ({ fill }, at) => {
        const distance = (text: string) => {
          const off = minus(fraction(text), fraction("0.5"))
          return off.numerator < 0n ? { numerator: -off.numerator, denominator: off.denominator } : off
        }
        const [near, far] = difference(distance(at), distance(fill.price)) <= 0n ? [at, fill.price] : [fill.price, at]
        const fee = (text: string) => ok(Fees.trade({ ...fill, price: text as Dollars }))
        assert.isTrue(FixedPoint.compare(fee(near), fee(far)) >= 0)
      })
    )
  })

  it("charges the parts of a fill at least the fee of the whole fill, and at most one step per part more", () => {
    hold(
      fc.property(anyFill, fc.array(size, { minLength: 1, maxLength: 5 }), ({ fill, step }, sizes) => {
        const counts = sizes.map((text) => text as Count)
        const whole = ok(Fees.trade({ ...fill, count: FixedPoint.sum(counts) }))
        const pieces = FixedPoint.sum(counts.map((count) => ok(Fees.trade({ ...fill, count }))))
        const above = minus(fraction(pieces), fraction(whole))
        assert.isTrue(above.numerator >= 0n)
        assert.isTrue(difference(above, times(step, { numerator: BigInt(counts.length), denominator: 1n })) < 0n)
      })
    )
  })

  it("is never lower with the coarser rounding", () => {
    hold(
      fc.property(anyFill, ({ fill }) => {
        const coarse = ok(Fees.trade({ ...fill, rounding: "centicent" }))
        const fine = ok(Fees.trade({ ...fill, rounding: "microdollar" }))
        assert.isTrue(FixedPoint.compare(coarse, fine) >= 0)
      })
    )
  })
})

describe("Fees.charge, for any fills", () => {
  const anyOrder = fc.record({
    member: fc.constantFrom("direct" as const, "other" as const),
    side: fc.constantFrom("bid" as const, "ask" as const),
    fills: fc.array(fc.tuple(anyFill, price(4)), { minLength: 1, maxLength: 8 })
  })

  it("keeps balances on the step and net fees non-negative, and loses no carried fee", () => {
    hold(
      fc.property(anyOrder, ({ fills, member, side }) => {
        const balance = fraction(member === "direct" ? "0.0001" : "0.01")
        let carried: Dollars | undefined
        for (const [{ fill, step }, at] of fills) {
          const price = at as Dollars
          const charge = ok(Fees.charge({ ...fill, price, side, member, carried }))
          const before = fraction(carried ?? "0")
          const [trade, rounding, rebate, net, after] = [
            fraction(charge.tradeFee),
            fraction(charge.roundingFee),
            fraction(charge.rebate),
            fraction(charge.netFee),
            fraction(charge.carried)
          ] as const
          assert.strictEqual(charge.tradeFee, ok(Fees.trade({ ...fill, price })))
          const money = times(fraction(price), fraction(fill.count))
          const revenue = side === "bid" ? minus({ numerator: 0n, denominator: 1n }, money) : money
          const change = minus(minus(revenue, trade), rounding)
          assert.isTrue(isMultiple(change, balance), "the change of the balance is a multiple of its step")
          assert.isTrue(
            rounding.numerator >= 0n && difference(rounding, balance) < 0n,
            "the rounding fee is less than a step"
          )
          assert.isTrue(same(net, minus(plus(trade, rounding), rebate)), "the net fee is the sum of its parts")
          assert.isTrue(net.numerator >= 0n && rebate.numerator >= 0n && after.numerator >= 0n)
          assert.isTrue(same(plus(after, rebate), plus(before, rounding)), "no carried fee is lost")
          const rebateStep = difference(step, fraction("0.0001")) < 0n ? balance : fraction("0.01")
          assert.isTrue(isMultiple(rebate, rebateStep), "a rebate is a multiple of its step")
          carried = charge.carried
        }
      })
    )
  })

  it("rounds a bid and an ask at complementary prices the same way", () => {
    hold(
      fc.property(anyFill, price(4), fc.constantFrom("direct" as const, "other" as const), ({ fill }, at, member) => {
        const yes = at as Dollars
        const no = ok(FixedPoint.complement(yes))
        assert.deepStrictEqual(
          ok(Fees.charge({ ...fill, side: "ask", price: yes, member })),
          ok(Fees.charge({ ...fill, side: "bid", price: no, member }))
        )
      })
    )
  })

  it("charges a direct member the same under both rules at prices of whole cents", () => {
    hold(
      fc.property(anyFill, fc.integer({ min: 0, max: 100 }), ({ fill }, cents) => {
        const price = FixedPoint.fromMicros(BigInt(cents) * 10_000n)
        const [coarse, fine] = (["centicent", "microdollar"] as const).map((rounding) =>
          ok(Fees.charge({ ...fill, price, side: "bid", member: "direct", rounding }))
        )
        assert.strictEqual(coarse!.netFee, fine!.netFee)
        assert.strictEqual(coarse!.netFee, coarse!.tradeFee)
      })
    )
  })
})
