import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import * as Equivalence from "effect/Equivalence"
import { pipe } from "effect/Function"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import type { Count, Dollars } from "../../src/money/FixedPoint.ts"
import { decimal, difference, fraction, hold, minus, plus, price, same, size, times, write } from "../support/money.ts"

const $ = FixedPoint.dollarsUnsafe
const contracts = FixedPoint.countUnsafe

/** Decoding keeps the received string, even if it is not canonical. */
const wire = Schema.decodeUnknownSync(FixedPoint.Dollars)
const wireCount = Schema.decodeUnknownSync(FixedPoint.Count)

const amount = decimal(6).map(wire)
const number = decimal(2).map((text) => contracts(text))
const anyPrice = price(6).map(wire)
const gridPrice = price(4).map(wire)
const anySize = size.map(wireCount)

const failure = <A, E>(result: Result.Result<A, E>): E => {
  assert.isTrue(Result.isFailure(result), `expected a failure, received ${JSON.stringify(result)}`)
  return (result as Result.Failure<A, E>).failure
}

const notDecimals = [
  "",
  " ",
  "-",
  ".",
  "+1.00",
  ".5",
  "5.",
  "-.5",
  "1e2",
  "1E2",
  "0x10",
  "0b1",
  "00.50",
  "01",
  "1,000.00",
  "1_000",
  " 1.00",
  "1.00 ",
  "1.00\n",
  "1.0.0",
  "--1",
  "$1.00",
  "NaN",
  "Infinity",
  "null",
  "١.٠٠"
]

describe("FixedPoint.dollars", () => {
  it("returns the canonical string: the fewest decimals that are exact, but at least two", () => {
    for (const [text, canonical] of [
      ["0", "0.00"],
      ["5", "5.00"],
      ["0.5", "0.50"],
      ["0.56", "0.56"],
      ["0.5600", "0.56"],
      ["0.560000", "0.56"],
      ["0.5625", "0.5625"],
      ["0.017500", "0.0175"],
      ["12.345678", "12.345678"],
      ["-12.345670", "-12.34567"],
      ["1000000", "1000000.00"],
      ["-0.00", "0.00"],
      ["-0", "0.00"],
      ["-0.000001", "-0.000001"],
      ["9007199254740993.000001", "9007199254740993.000001"]
    ]) {
      assert.deepStrictEqual(FixedPoint.dollars(text!), Result.succeed(canonical as Dollars))
      assert.strictEqual($(text!), canonical)
    }
  })

  it("rejects a string that is not a decimal with at most six places", () => {
    for (const text of [...notDecimals, "0.1234567", "1.0000000"]) {
      const error = failure(FixedPoint.dollars(text))
      assert.instanceOf(error, FixedPoint.NotFixedPoint)
      assert.strictEqual(
        error.message,
        `${JSON.stringify(text)} is not a decimal string of dollars with at most six decimals`
      )
      assert.throws(() => $(text), FixedPoint.NotFixedPoint)
    }
  })

  it("rejects a number from untyped code, even if its string is a valid decimal", () => {
    for (const value of [0.07, 1, Number.NaN, 10n, null, undefined, {}, ["0.56"]]) {
      failure(FixedPoint.dollars(value as never))
      failure(FixedPoint.count(value as never))
      assert.throws(() => $(value as never), FixedPoint.NotFixedPoint)
    }
  })

  it("shortens long input in the message", () => {
    assert.isBelow(failure(FixedPoint.dollars("9".repeat(10_000) + "x")).message.length, 200)
  })
})

describe("FixedPoint.count", () => {
  it("always returns two decimals", () => {
    for (const [text, canonical] of [
      ["10", "10.00"],
      ["10.5", "10.50"],
      ["0.01", "0.01"],
      ["-3", "-3.00"],
      ["-0.00", "0.00"]
    ]) {
      assert.deepStrictEqual(FixedPoint.count(text!), Result.succeed(canonical as Count))
      assert.strictEqual(contracts(text!), canonical)
    }
  })

  it("rejects a string that is not a decimal with at most two places", () => {
    for (const text of [...notDecimals, "0.005", "1.000"]) {
      const error = failure(FixedPoint.count(text))
      assert.strictEqual(
        error.message,
        `${JSON.stringify(text)} is not a decimal string of contracts with at most two decimals`
      )
      assert.throws(() => contracts(text), FixedPoint.NotFixedPoint)
    }
  })
})

describe("toMicros and fromMicros", () => {
  it("count millionths of a dollar", () => {
    assert.strictEqual(FixedPoint.toMicros(wire("12.345678")), 12_345_678n)
    assert.strictEqual(FixedPoint.toMicros(wire("0.56")), 560_000n)
    assert.strictEqual(FixedPoint.toMicros(wire("-0.5")), -500_000n)
    assert.strictEqual(FixedPoint.toMicros(wire("7")), 7_000_000n)
    assert.strictEqual(FixedPoint.fromMicros(1n), "0.000001")
    assert.strictEqual(FixedPoint.fromMicros(-10_000n), "-0.01")
    assert.strictEqual(FixedPoint.fromMicros(0n), "0.00")
  })

  it("are exact for amounts that do not fit in a double", () => {
    const text = "123456789012345678901234567890.123456"
    assert.strictEqual(FixedPoint.toMicros(wire(text)), 123456789012345678901234567890123456n)
    assert.strictEqual(FixedPoint.fromMicros(123456789012345678901234567890123456n), text)
  })

  it("agree with exact fractions, and reverse each other", () => {
    hold(
      fc.property(amount, (value) => {
        const micros = FixedPoint.toMicros(value)
        assert.isTrue(same(fraction(value), { numerator: micros, denominator: 1_000_000n }))
        const printed = FixedPoint.fromMicros(micros)
        assert.isTrue(same(fraction(printed), fraction(value)))
        assert.strictEqual(FixedPoint.toMicros(printed), micros)
      })
    )
  })

  it("print strings that decode as dollars, and print equal values as the same string", () => {
    const isDollars = Schema.is(FixedPoint.Dollars)
    hold(
      fc.property(amount, (value) => {
        const printed = FixedPoint.fromMicros(FixedPoint.toMicros(value))
        assert.isTrue(isDollars(printed))
        assert.match(printed, /^(?!-0\.0+$)-?\d+\.\d\d(?:\d{0,3}[1-9])?$/)
        assert.strictEqual($(printed), printed)
        assert.strictEqual($(value), printed)
      })
    )
  })

  it("print strings that requests accept, for non-negative amounts up to four decimals", () => {
    const isInput = Schema.is(FixedPoint.DollarsInput)
    const isOrderPrice = Schema.is(FixedPoint.OrderPriceInput)
    for (let units = 0n; units <= 10_000n; units++) {
      const printed = FixedPoint.fromMicros(units * 100n)
      assert.isTrue(isInput(printed), printed)
      assert.isTrue(isOrderPrice(printed), printed)
    }
    hold(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (units) => {
        assert.isTrue(isInput(FixedPoint.fromMicros(units * 100n)))
      })
    )
  })
})

describe("toHundredths and fromHundredths", () => {
  it("count hundredths of a contract", () => {
    assert.strictEqual(FixedPoint.toHundredths(wireCount("10.50")), 1_050n)
    assert.strictEqual(FixedPoint.toHundredths(wireCount("-0.01")), -1n)
    assert.strictEqual(FixedPoint.fromHundredths(1_000n), "10.00")
    assert.strictEqual(FixedPoint.fromHundredths(-7n), "-0.07")
  })

  it("agree with exact fractions, and print valid counts; requests accept only counts from zero up", () => {
    const isCount = Schema.is(FixedPoint.Count)
    const isInput = Schema.is(FixedPoint.CountInput)
    hold(
      fc.property(number, (value) => {
        const hundredths = FixedPoint.toHundredths(value)
        assert.isTrue(same(fraction(value), { numerator: hundredths, denominator: 100n }))
        const printed = FixedPoint.fromHundredths(hundredths)
        assert.strictEqual(printed, write(hundredths, 2))
        assert.isTrue(isCount(printed))
        assert.strictEqual(isInput(printed), hundredths >= 0n)
      })
    )
  })
})

describe("DollarsInput, OrderPriceInput, QuotePriceInput and CountInput", () => {
  const inputs: ReadonlyArray<
    readonly [
      name: string,
      schema: Schema.Codec<string>,
      accepted: ReadonlyArray<string>,
      rejected: ReadonlyArray<string>
    ]
  > = [
    [
      "DollarsInput",
      FixedPoint.DollarsInput,
      ["0.00", "12.50", "0.0001", "100.0000"],
      ["0", "12.5", "-1.00", "x1.00", "1.00x", "1.00 ", "1.00000", "01.00", ".50"]
    ],
    [
      "OrderPriceInput",
      FixedPoint.OrderPriceInput,
      ["0.56", "0.5600", "1.00", "1.0000"],
      ["0", "0.5", "0.56000", "-0.56", "x0.56", "0.56x", "10.56", "1.01", "1.0", "2.00", "x1.00", "1.00x", "1.00000"]
    ],
    [
      "QuotePriceInput",
      FixedPoint.QuotePriceInput,
      ["0", "0.56", "0.5600", "1.00", "1.0000"],
      ["00", "-0", "0x", "0.5", "0.56000", "x0.56", "0.56x", "0.xx", "1", "1.0", "1.01", "x1.00", "1.00x", "1.00000"]
    ],
    [
      "CountInput",
      FixedPoint.CountInput,
      ["0", "10", "10.5", "10.50", "0.01"],
      ["-1", "x10", "10x", "10.", "10.005", "010", ".5", "1e1", "10 "]
    ]
  ]

  for (const [name, schema, accepted, rejected] of inputs) {
    it(`${name} accepts a decimal and nothing before or after it`, () => {
      const isInput = Schema.is(schema)
      for (const text of accepted) assert.isTrue(isInput(text), text)
      for (const text of rejected) assert.isFalse(isInput(text), text)
    })
  }
})

describe("NotFixedPoint, OutOfRange and Inexact", () => {
  it("have distinct tags", () => {
    assert.strictEqual(failure(FixedPoint.dollars("x"))._tag, "NotFixedPoint")
    assert.strictEqual(failure(FixedPoint.complement($("2")))._tag, "OutOfRange")
    assert.strictEqual(failure(FixedPoint.multiplyExact($("0.000001"), contracts("0.01")))._tag, "Inexact")
  })

  it("quote at most 60 characters of an input, and mark a truncated input", () => {
    const input = `0.${"123456789".repeat(7)}`
    const messageOf = (text: string) => failure(FixedPoint.dollars(text)).message.split(" is not ")[0]
    assert.strictEqual(messageOf(input.slice(0, 60)), JSON.stringify(input.slice(0, 60)))
    assert.strictEqual(messageOf(input.slice(0, 61)), JSON.stringify(`${input.slice(0, 60)}…`))
    assert.strictEqual(messageOf(input), JSON.stringify(`${input.slice(0, 60)}…`))
  })
})

describe("a string that was cast to Dollars or Count", () => {
  it("throws if it is not a decimal", () => {
    for (const text of notDecimals) {
      const forged = text as Dollars
      const forgedCount = text as Count
      for (const use of [
        () => FixedPoint.toMicros(forged),
        () => FixedPoint.toHundredths(forgedCount),
        () => FixedPoint.add(forged, $("1")),
        () => FixedPoint.add($("1"), forged),
        () => FixedPoint.subtract(contracts("1"), forgedCount),
        () => FixedPoint.negate(forged),
        () => FixedPoint.sum([$("1"), forged]),
        () => FixedPoint.compare($("1"), forged),
        () => FixedPoint.equals(forged, forged),
        () => FixedPoint.isZero(forged),
        () => FixedPoint.isNegative(forgedCount),
        () => FixedPoint.multiply(forged, contracts("1"), "ceil"),
        () => FixedPoint.multiplyExact($("1"), forgedCount),
        () => FixedPoint.complement(forged),
        () => FixedPoint.cost({ side: "bid", price: forged, count: contracts("1") })
      ]) {
        assert.throws(use, FixedPoint.NotFixedPoint)
      }
    }
  })
})

describe("add, subtract, negate and sum", () => {
  it("are exact where doubles are not", () => {
    assert.strictEqual(FixedPoint.add($("0.1"), $("0.2")), "0.30")
    assert.strictEqual(FixedPoint.subtract($("0.3"), $("0.1")), "0.20")
    assert.strictEqual(FixedPoint.add(wire("9007199254740992"), $("0.000001")), "9007199254740992.000001")
    assert.strictEqual(FixedPoint.subtract(wire("0.5200"), wire("0.520000")), "0.00")
    assert.strictEqual(FixedPoint.subtract($("0.25"), $("1")), "-0.75")
    assert.strictEqual(FixedPoint.negate(wire("0.0100")), "-0.01")
    assert.strictEqual(FixedPoint.negate($("0")), "0.00")
  })

  it("keep counts at two decimals", () => {
    assert.strictEqual(FixedPoint.add(contracts("9.99"), contracts("0.01")), "10.00")
    assert.strictEqual(FixedPoint.subtract(contracts("1"), contracts("2.5")), "-1.50")
    assert.strictEqual(FixedPoint.negate(contracts("3")), "-3.00")
    assert.strictEqual(FixedPoint.sum([contracts("0.01"), contracts("0.02")]), "0.03")
  })

  it("support data-first and data-last calls", () => {
    assert.strictEqual(pipe($("3"), FixedPoint.add($("0.5"))), "3.50")
    assert.strictEqual(pipe($("3"), FixedPoint.subtract($("0.5"))), "2.50")
    assert.strictEqual(pipe(contracts("3"), FixedPoint.subtract(contracts("0.5"))), "2.50")
  })

  it("return zero for an empty sum, and accept any iterable", () => {
    assert.strictEqual(FixedPoint.sum([]), "0.00")
    assert.strictEqual(FixedPoint.sum(new Set([$("0.1"), $("0.2"), $("-0.000001")])), "0.299999")
  })

  it("agree with exact fractions of any size", () => {
    hold(
      fc.property(amount, amount, (a, b) => {
        assert.isTrue(same(fraction(FixedPoint.add(a, b)), plus(fraction(a), fraction(b))))
        assert.isTrue(same(fraction(FixedPoint.subtract(a, b)), minus(fraction(a), fraction(b))))
        assert.isTrue(same(fraction(FixedPoint.negate(a)), minus({ numerator: 0n, denominator: 1n }, fraction(a))))
      })
    )
    hold(
      fc.property(fc.array(amount, { maxLength: 20 }), (values) => {
        const total = values.map(fraction).reduce(plus, { numerator: 0n, denominator: 1n })
        assert.isTrue(same(fraction(FixedPoint.sum(values)), total))
      }),
      200
    )
  })

  it("obey the rules of inverses, commutativity and associativity", () => {
    hold(
      fc.property(amount, amount, amount, (a, b, c) => {
        assert.isTrue(FixedPoint.equals(FixedPoint.subtract(FixedPoint.add(a, b), b), a))
        assert.isTrue(FixedPoint.equals(FixedPoint.add(FixedPoint.subtract(a, b), b), a))
        assert.strictEqual(FixedPoint.add(a, b), FixedPoint.add(b, a))
        assert.strictEqual(FixedPoint.add(FixedPoint.add(a, b), c), FixedPoint.add(a, FixedPoint.add(b, c)))
        assert.isTrue(FixedPoint.isZero(FixedPoint.add(a, FixedPoint.negate(a))))
      })
    )
    const isCount = Schema.is(FixedPoint.Count)
    hold(
      fc.property(number, number, (a, b) => {
        const total = FixedPoint.add(a, b)
        assert.isTrue(isCount(total))
        assert.strictEqual(FixedPoint.subtract(total, b), a)
        assert.strictEqual(FixedPoint.sum([a, b]), total)
      })
    )
  })
})

describe("compare, equals, min, max and their instances", () => {
  it("compare values, not strings", () => {
    assert.isTrue(FixedPoint.equals(wire("0.56"), wire("0.5600")))
    assert.isTrue(FixedPoint.equals(wire("-0.00"), wire("0")))
    assert.isFalse(FixedPoint.equals(wire("0.56"), wire("0.560001")))
    assert.strictEqual(FixedPoint.compare(wire("9.5"), wire("10.25")), -1)
    assert.strictEqual(FixedPoint.compare(wire("-1"), wire("-2.5")), 1)
    assert.strictEqual(FixedPoint.compare(contracts("10"), contracts("9.99")), 1)
    assert.strictEqual(pipe($("1"), FixedPoint.compare($("2"))), -1)
    assert.isTrue(pipe(contracts("1"), FixedPoint.equals(contracts("1.00"))))
  })

  it("min and max return one of the two values unchanged", () => {
    assert.strictEqual(FixedPoint.min(wire("0.5600"), wire("0.57")), "0.5600")
    assert.strictEqual(FixedPoint.max(wire("0.5600"), wire("0.55")), "0.5600")
    assert.strictEqual(FixedPoint.min(wire("0.5600"), wire("0.56")), "0.5600")
    assert.strictEqual(FixedPoint.max(wire("0.5600"), wire("0.56")), "0.5600")
    assert.strictEqual(FixedPoint.min(contracts("2"), contracts("-3")), "-3.00")
    assert.strictEqual(pipe(contracts("2"), FixedPoint.max(contracts("-3"))), "2.00")
  })

  it("work with Effect's Order and Equivalence functions", () => {
    const sorted = [wire("10"), wire("-1.5"), wire("9.5"), wire("0.5600")].sort(FixedPoint.DollarsOrder)
    assert.deepStrictEqual(sorted, ["-1.5", "0.5600", "9.5", "10"])
    assert.isTrue(Order.isLessThanOrEqualTo(FixedPoint.CountOrder)(contracts("9"), contracts("10")))
    const pair = Equivalence.Tuple([FixedPoint.DollarsEquivalence, FixedPoint.CountEquivalence])
    assert.isTrue(pair([wire("0.5600"), contracts("1")], [wire("0.56"), contracts("1.00")]))
    assert.isFalse(pair([wire("0.5600"), contracts("1")], [wire("0.56"), contracts("1.01")]))
    assert.isTrue(FixedPoint.CountEquivalence(wireCount("-0.00"), wireCount("0.00")))
    assert.isFalse(FixedPoint.CountEquivalence(contracts("2"), contracts("1")))
  })

  it("agree with exact fractions", () => {
    const near = fc.tuple(amount, fc.bigInt({ min: -2n, max: 2n })).map(([a, by]) => {
      return [a, FixedPoint.fromMicros(FixedPoint.toMicros(a) + by)] as const
    })
    hold(
      fc.property(fc.oneof(near, fc.tuple(amount, amount)), ([a, b]) => {
        const by = difference(fraction(a), fraction(b))
        const expected = by < 0n ? -1 : by > 0n ? 1 : 0
        assert.strictEqual(FixedPoint.compare(a, b), expected)
        assert.strictEqual(FixedPoint.DollarsOrder(a, b), expected)
        assert.strictEqual(FixedPoint.equals(a, b), expected === 0)
        assert.strictEqual(FixedPoint.DollarsEquivalence(a, b), expected === 0)
        assert.strictEqual(FixedPoint.min(a, b), expected > 0 ? b : a)
        assert.strictEqual(FixedPoint.max(a, b), expected < 0 ? b : a)
        assert.strictEqual($(a) === $(b), expected === 0)
      })
    )
  })
})

describe("isZero and isNegative", () => {
  it("treat every form of zero as zero", () => {
    for (const text of ["0", "0.0", "0.00", "-0", "-0.000000"]) {
      assert.isTrue(FixedPoint.isZero(wire(text)), text)
      assert.isFalse(FixedPoint.isNegative(wire(text)), text)
    }
    assert.isFalse(FixedPoint.isZero(wire("0.000001")))
    assert.isTrue(FixedPoint.isNegative(wire("-0.000001")))
    assert.isTrue(FixedPoint.isNegative(contracts("-0.01")))
    assert.isTrue(FixedPoint.isZero(contracts("0")))
  })
})

describe("multiply and multiplyExact", () => {
  it("are exact for prices with four decimals", () => {
    for (const [unit, by, product] of [
      ["0.56", "10", "5.60"],
      ["0.52", "1", "0.52"],
      ["0.3301", "0.03", "0.009903"],
      ["0.0001", "0.01", "0.000001"],
      ["0.9999", "123456789.01", "123444443.331099"],
      ["-0.25", "3", "-0.75"],
      ["0.25", "-3", "-0.75"],
      ["0", "9", "0.00"]
    ] as const) {
      assert.deepStrictEqual(FixedPoint.multiplyExact($(unit), contracts(by)), Result.succeed(product as Dollars))
      for (const mode of ["ceil", "floor", "half-even"] as const) {
        assert.strictEqual<string>(FixedPoint.multiply($(unit), contracts(by), mode), product)
      }
    }
  })

  it("round a product beyond six decimals by the mode, or fail with Inexact", () => {
    // 0.123457 × 0.50 = 0.0617285; 0.123459 × 0.50 = 0.0617295; 0.123456 × 0.01 = 0.00123456
    for (const [unit, by, ceil, floor, halfEven] of [
      ["0.123457", "0.50", "0.061729", "0.061728", "0.061728"],
      ["0.123459", "0.50", "0.06173", "0.061729", "0.06173"],
      ["0.123456", "0.01", "0.001235", "0.001234", "0.001235"],
      ["0.523077", "0.13", "0.068001", "0.068", "0.068"],
      ["-0.123457", "0.50", "-0.061728", "-0.061729", "-0.061728"],
      ["-0.123459", "0.50", "-0.061729", "-0.06173", "-0.06173"],
      ["-0.123456", "0.01", "-0.001234", "-0.001235", "-0.001235"],
      ["0.000001", "0.01", "0.000001", "0.00", "0.00"]
    ] as const) {
      assert.strictEqual<string>(FixedPoint.multiply($(unit), contracts(by), "ceil"), ceil)
      assert.strictEqual<string>(FixedPoint.multiply($(unit), contracts(by), "floor"), floor)
      assert.strictEqual<string>(FixedPoint.multiply($(unit), contracts(by), "half-even"), halfEven)
      const error = failure(FixedPoint.multiplyExact($(unit), contracts(by)))
      assert.instanceOf(error, FixedPoint.Inexact)
      assert.strictEqual(error.message, `$${unit} × ${by} needs more than six decimals`)
    }
  })

  it("support data-first and data-last calls", () => {
    assert.strictEqual(pipe($("0.56"), FixedPoint.multiply(contracts("10"), "ceil")), "5.60")
    assert.deepStrictEqual(pipe($("0.56"), FixedPoint.multiplyExact(contracts("10"))), Result.succeed($("5.6")))
  })

  it("agree with exact fractions of any size", () => {
    const micro = { numerator: 1n, denominator: 1_000_000n }
    const half = { numerator: 1n, denominator: 2_000_000n }
    hold(
      fc.property(amount, number, (unit, by) => {
        const exact = times(fraction(unit), fraction(by))
        const above = minus(fraction(FixedPoint.multiply(unit, by, "ceil")), exact)
        const below = minus(exact, fraction(FixedPoint.multiply(unit, by, "floor")))
        assert.isTrue(above.numerator >= 0n && difference(above, micro) < 0n)
        assert.isTrue(below.numerator >= 0n && difference(below, micro) < 0n)
        const nearest = FixedPoint.multiply(unit, by, "half-even")
        const off = minus(fraction(nearest), exact)
        const distance = off.numerator < 0n ? { numerator: -off.numerator, denominator: off.denominator } : off
        assert.isTrue(difference(distance, half) <= 0n)
        if (same(distance, half)) assert.strictEqual(FixedPoint.toMicros(nearest) % 2n, 0n)
        const product = FixedPoint.multiplyExact(unit, by)
        assert.strictEqual(Result.isSuccess(product), above.numerator === 0n)
        if (Result.isSuccess(product)) assert.isTrue(same(fraction(product.success), exact))
      })
    )
  })

  it("need no rounding for a price with at most four decimals", () => {
    hold(
      fc.property(gridPrice, anySize, (unit, by) => {
        assert.isTrue(Result.isSuccess(FixedPoint.multiplyExact(unit, by)))
      })
    )
  })
})

describe("FixedPoint.complement", () => {
  it("is one dollar minus the price", () => {
    for (const [yes, no] of [
      ["0.56", "0.44"],
      ["0.0000", "1.00"],
      ["1.0000", "0.00"],
      ["0.0001", "0.9999"],
      ["0.123456", "0.876544"]
    ]) {
      assert.deepStrictEqual(FixedPoint.complement(wire(yes!)), Result.succeed(no as Dollars))
    }
  })

  it("rejects a price outside 0 to 1 dollar", () => {
    for (const text of ["-0.000001", "1.000001", "-1", "56"]) {
      const error = failure(FixedPoint.complement(wire(text)))
      assert.instanceOf(error, FixedPoint.OutOfRange)
      assert.strictEqual(error.message, `the price ${text} is not from 0 to 1 dollar`)
    }
  })

  it("is its own inverse, and adds up to one dollar with the original price", () => {
    hold(
      fc.property(anyPrice, (yes) => {
        const no = Result.getOrThrow(FixedPoint.complement(yes))
        assert.isTrue(FixedPoint.equals(Result.getOrThrow(FixedPoint.complement(no)), yes))
        assert.strictEqual(FixedPoint.add(yes, no), "1.00")
      })
    )
  })
})

describe("FixedPoint.cost", () => {
  it("is the count times the YES price (bid) or the NO price (ask)", () => {
    const count = contracts("10")
    assert.deepStrictEqual(FixedPoint.cost({ side: "bid", price: $("0.56"), count }), Result.succeed($("5.60")))
    assert.deepStrictEqual(FixedPoint.cost({ side: "ask", price: $("0.56"), count }), Result.succeed($("4.40")))
    assert.deepStrictEqual(
      FixedPoint.cost({ side: "ask", price: wire("0.4230"), count: wireCount("9.08") }),
      Result.succeed($("5.23916"))
    )
  })

  it("matches the cost of recorded positions", () => {
    // One YES contract (a bid at 0.48) cost 0.480000. One NO contract (an ask at 0.48) cost 0.520000.
    const one = contracts("1")
    for (const [side, exposure] of [
      ["bid", "0.480000"],
      ["ask", "0.520000"]
    ] as const) {
      const cost = Result.getOrThrow(FixedPoint.cost({ side, price: wire("0.4800"), count: one }))
      assert.isTrue(FixedPoint.equals(cost, wire(exposure)))
    }
  })

  it("is never below the exact cost", () => {
    assert.deepStrictEqual(
      FixedPoint.cost({ side: "bid", price: wire("0.123456"), count: contracts("0.01") }),
      Result.succeed($("0.001235"))
    )
    hold(
      fc.property(anyPrice, anySize, fc.constantFrom("bid" as const, "ask" as const), (unit, count, side) => {
        const cost = fraction(Result.getOrThrow(FixedPoint.cost({ side, price: unit, count })))
        const paid = side === "bid" ? fraction(unit) : minus({ numerator: 1n, denominator: 1n }, fraction(unit))
        const above = minus(cost, times(paid, fraction(count)))
        assert.isTrue(above.numerator >= 0n && difference(above, { numerator: 1n, denominator: 1_000_000n }) < 0n)
      })
    )
  })

  it("totals one dollar per contract for a bid and an ask at one price", () => {
    hold(
      fc.property(gridPrice, anySize, (unit, count) => {
        const bid = Result.getOrThrow(FixedPoint.cost({ side: "bid", price: unit, count }))
        const ask = Result.getOrThrow(FixedPoint.cost({ side: "ask", price: unit, count }))
        assert.isTrue(same(fraction(FixedPoint.add(bid, ask)), fraction(count)))
      })
    )
  })

  it("rejects a price above one dollar and a count below zero", () => {
    const order = { side: "bid", price: $("0.5"), count: contracts("1") } as const
    assert.strictEqual(
      failure(FixedPoint.cost({ ...order, price: $("1.01") })).message,
      "the price 1.01 is not from 0 to 1 dollar"
    )
    assert.strictEqual(
      failure(FixedPoint.cost({ ...order, count: contracts("-1") })).message,
      "the count -1.00 is not zero or more contracts"
    )
  })
})

describe("the types of money", () => {
  it("distinguish dollars, counts, literals and numbers", () => {
    /** Never runs. Each line has a type error. */
    const mixed = () => [
      // @ts-expect-error contracts cannot be added to dollars
      FixedPoint.add($("1"), contracts("1")),
      // @ts-expect-error contracts cannot be compared with dollars
      FixedPoint.compare(contracts("1"), $("1")),
      // @ts-expect-error a literal must pass a constructor first
      FixedPoint.add($("1"), "0.5"),
      // @ts-expect-error a price cannot be multiplied by a price
      FixedPoint.multiplyExact($("1"), $("1")),
      // @ts-expect-error a number is not an amount
      FixedPoint.dollars(0.56),
      // @ts-expect-error a product needs a rounding mode
      FixedPoint.multiply($("1"), contracts("1"))
    ]
    assert.isFunction(mixed)
    const total: Count = FixedPoint.add(contracts("1"), contracts("2"))
    const balance: Dollars = FixedPoint.sum([$("1"), $("2")])
    assert.deepStrictEqual([total, balance] as ReadonlyArray<string>, ["3.00", "3.00"])
  })
})

describe("the source files of the money modules", () => {
  const source = (name: string) =>
    fs
      .readFileSync(new URL(`../../src/money/${name}`, import.meta.url), "utf8")
      .replace(/\/\*[^]*?\*\//g, "")
      .replace(/\/\/.*$/gm, "")

  it("parse no doubles, contain no decimal literals, and compute only with bigint", () => {
    const forbidden =
      /parseFloat|parseInt|\bNumber\s*\(|\bMath\s*\.|\.to(?:Fixed|Precision|Exponential)\b|\b\d[\d_]*\.\d|\b\d[\d_]*e[+-]?\d/i
    const found = ["FixedPoint.ts", "PriceGrid.ts", "Fees.ts", "scaled.ts"].flatMap((name) =>
      source(name)
        .replace(/"[^"\n]*"/g, '""')
        .split("\n")
        .filter((line) => forbidden.test(line))
        .map((line) => `${name}: ${line.trim()}`)
    )
    assert.deepStrictEqual(found, [
      // This is a number of ticks, not money.
      "PriceGrid.ts: return low === undefined || high === undefined ? Option.none() : Option.some(Number(high - low))"
    ])
  })

  it("bundle without Schema if only arithmetic is used", async () => {
    const modules = async (text: string) => {
      const { metafile } = await build({
        stdin: { contents: text, resolveDir: fileURLToPath(new URL("../../src/money", import.meta.url)), loader: "ts" },
        bundle: true,
        minify: true,
        format: "esm",
        write: false,
        metafile: true,
        logLevel: "silent"
      })
      return Object.entries(Object.values(metafile.outputs)[0]!.inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([path]) => path)
        .join("\n")
    }
    for (const text of [
      `export { add, compare, cost, dollarsUnsafe, DollarsOrder, multiply } from "./FixedPoint.ts"`,
      `export * from "./PriceGrid.ts"`,
      `export * from "./Fees.ts"`
    ]) {
      const kept = await modules(text)
      assert.include(kept, "FixedPoint.ts")
      for (const absent of ["/Schema", "/Effect.", "generated/"]) assert.notInclude(kept, absent)
    }
    assert.notInclude(await modules(`export { Dollars } from "./FixedPoint.ts"`), "scaled.ts")
  })
})
