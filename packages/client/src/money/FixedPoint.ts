/**
 * Dollars and contract counts as the exchange writes them: decimal strings, with exact arithmetic. A value is checked
 * against a pattern and kept as received. It never becomes a double.
 *
 * **Details**
 *
 * Arithmetic uses `bigint`, so it cannot overflow. Computed values are canonical: dollars have the fewest decimals that
 * are exact, but at least two (`"0.56"`, `"0.5625"`, `"12.345678"`); counts have two. Equal canonical values are
 * therefore the same string. Requests accept canonical amounts that have at most four decimals and are not negative.
 *
 * **Gotchas**
 *
 * The functions of this module take values of the types {@link Dollars} and {@link Count}. Such values come from
 * decoded responses, or from {@link dollars} and {@link count}. If a program casts another string to one of these
 * types, the functions can throw {@link NotFixedPoint}, because there is no safe default for money.
 *
 * **Example** (Buying at the complement of the best bid of NO)
 *
 * ```ts
 * import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
 * import * as Result from "effect/Result"
 *
 * const price = Result.getOrThrow(FixedPoint.complement(FixedPoint.dollarsUnsafe("0.4400"))) // => "0.56"
 * FixedPoint.multiply(price, FixedPoint.countUnsafe("12.5"), "ceil") // => "7.00"
 * ```
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Data from "effect/Data"
import * as Equivalence from "effect/Equivalence"
import { dual } from "effect/Function"
import * as Order from "effect/Order"
import type { Ordering } from "effect/Ordering"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as scaled from "./scaled.ts"

/**
 * US dollars as a decimal string with up to six places, such as `"0.5600"` or `"-12.345678"`.
 *
 * **Gotchas**
 *
 * Recorded responses have two to six decimals, so equal amounts can be different strings (`"0.56"` and `"0.5600"`).
 * Never compare them with `===`.
 */
export type Dollars = string & Brand.Brand<"Dollars">

/**
 * Dollars in a request: a value from the exchange, or a literal such as `"0.56"`. Use {@link dollars} to convert a
 * string that is only known at run time.
 */
export type DollarsInput = Dollars | `${number}`

/**
 * A number of contracts as a decimal string with two places, such as `"10.00"`. The smallest step is `0.01` contract.
 */
export type Count = string & Brand.Brand<"Count">

/**
 * A count in a request: a value from the exchange, or a literal such as `"10"`. Use {@link count} to convert a string
 * that is only known at run time.
 */
export type CountInput = Count | `${number}`

const dollarsPattern = /^-?(?:0|[1-9]\d*)(?:\.\d{1,6})?$/
const dollarsInputPattern = /^(?:0|[1-9]\d*)\.\d{2,4}$/
const orderPricePattern = /^(?:0\.\d{2,4}|1\.0{2,4})$/
const quotePricePattern = /^(?:0|0\.\d{2,4}|1\.0{2,4})$/
const countPattern = /^-?(?:0|[1-9]\d*)\.\d{2}$/
const countInputPattern = /^(?:0|[1-9]\d*)(?:\.\d{1,2})?$/

/** Schema of {@link Dollars} in responses. */
export const Dollars: Schema.Codec<Dollars> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(dollarsPattern, { expected: "dollars with at most six decimals" })
) as unknown as Schema.Codec<Dollars> // the brand means that the string matches this pattern

/** Schema of {@link DollarsInput} in requests, for amounts other than prices: two to four decimals, never negative. */
export const DollarsInput: Schema.Codec<DollarsInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(dollarsInputPattern, {
    expected: 'dollars with two to four decimals, such as "12.50"'
  })
) as unknown as Schema.Codec<DollarsInput> // every string that matches has this type

/**
 * Schema of the price of an order in requests: dollars from 0 to 1, with two to four decimals. The exchange refuses 0
 * and 1 with 400 `invalid_price`.
 */
export const OrderPriceInput: Schema.Codec<DollarsInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(orderPricePattern, {
    expected: 'a price from 0 to 1 dollar with two to four decimals, such as "0.56"'
  })
) as unknown as Schema.Codec<DollarsInput> // every string that matches has this type

/** Schema of one side of a quote in requests: like {@link OrderPriceInput}, or `"0"` to decline the side. */
export const QuotePriceInput: Schema.Codec<DollarsInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(quotePricePattern, {
    expected: 'a price from 0 to 1 dollar with two to four decimals, such as "0.56", or "0" to decline'
  })
) as unknown as Schema.Codec<DollarsInput> // every string that matches has this type

/** Schema of {@link Count} in responses. */
export const Count: Schema.Codec<Count> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(countPattern, { expected: "a contract count with two decimals" })
) as unknown as Schema.Codec<Count> // the brand means that the string matches this pattern

/** Schema of {@link CountInput} in requests: at most two decimals, never negative. */
export const CountInput: Schema.Codec<CountInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(countInputPattern, {
    expected: 'a contract count with at most two decimals, such as "10"'
  })
) as unknown as Schema.Codec<CountInput> // every string that matches has this type

/** The string is not a decimal of the expected kind. */
export class NotFixedPoint
  extends /*#__PURE__*/ Data.TaggedError("NotFixedPoint")<{
    readonly input: string
    readonly expected: string
  }>
{
  override get message(): string {
    const input = this.input.length <= 60 ? this.input : `${this.input.slice(0, 60)}…`
    return `${JSON.stringify(input)} is not ${this.expected}`
  }
}

/** The value is outside the range that the function accepts. */
export class OutOfRange
  extends /*#__PURE__*/ Data.TaggedError("OutOfRange")<{
    readonly name: string
    readonly value: string
    readonly expected: string
  }>
{
  override get message(): string {
    return `the ${this.name} ${this.value} is not ${this.expected}`
  }
}

/** The amount needs more than six decimals. */
export class Inexact
  extends /*#__PURE__*/ Data.TaggedError("Inexact")<{
    readonly what: string
  }>
{
  override get message(): string {
    return `${this.what} needs more than six decimals`
  }
}

const dollarsExpected = "a decimal string of dollars with at most six decimals"
const countExpected = "a decimal string of contracts with at most two decimals"
const countTextPattern = /^-?(?:0|[1-9]\d*)(?:\.\d{1,2})?$/

/** Parses a decimal. Throws if the text does not match. */
const parseUnsafe = (text: string, pattern: RegExp, places: 2 | 6, expected: string): bigint => {
  const units = scaled.parse(text, pattern, places)
  if (units === undefined) throw new NotFixedPoint({ input: String(text), expected })
  return units
}

/**
 * Converts an amount to micro-dollars (`$0.000001`).
 *
 * **Example** (Recorded exposure)
 *
 * ```ts
 * toMicros(dollarsUnsafe("12.345678")) // => 12345678n
 * ```
 */
export const toMicros = (dollars: Dollars): bigint => parseUnsafe(dollars, dollarsPattern, 6, dollarsExpected)

/** Converts micro-dollars (`$0.000001`) to a canonical amount. */
export const fromMicros = (micros: bigint): Dollars => scaled.print(micros, 6) as Dollars // two to six decimals

/** Converts a count to hundredths of a contract. */
export const toHundredths = (count: Count): bigint => parseUnsafe(count, countPattern, 2, countExpected)

/** Converts hundredths of a contract to a canonical count. */
export const fromHundredths = (hundredths: bigint): Count => scaled.print(hundredths, 2) as Count // two decimals

/**
 * Makes canonical dollars from a decimal string with at most six decimals.
 *
 * **Gotchas**
 *
 * Numbers are not accepted, because a double such as `0.1 + 0.2` is inexact. Exponents, a plus sign, spaces, and a
 * point without digits on both sides are not accepted either.
 *
 * **Example** (From configuration)
 *
 * ```ts
 * dollars("0.5600") // => Result.succeed("0.56")
 * dollars("5e-1") // => Result.fail(NotFixedPoint)
 * ```
 */
export const dollars = (text: string): Result.Result<Dollars, NotFixedPoint> => {
  const micros = scaled.parse(text, dollarsPattern, 6)
  return micros === undefined
    ? Result.fail(new NotFixedPoint({ input: String(text), expected: dollarsExpected }))
    : Result.succeed(fromMicros(micros))
}

/** Like {@link dollars}, but throws {@link NotFixedPoint}. Use it for literals in code. */
export const dollarsUnsafe = (text: string): Dollars =>
  fromMicros(parseUnsafe(text, dollarsPattern, 6, dollarsExpected))

/**
 * Makes a canonical count of contracts from a decimal string with at most two decimals.
 *
 * **Example** (Always two decimals)
 *
 * ```ts
 * count("10") // => Result.succeed("10.00")
 * count("0.005") // => Result.fail(NotFixedPoint)
 * ```
 */
export const count = (text: string): Result.Result<Count, NotFixedPoint> => {
  const hundredths = scaled.parse(text, countTextPattern, 2)
  return hundredths === undefined
    ? Result.fail(new NotFixedPoint({ input: String(text), expected: countExpected }))
    : Result.succeed(fromHundredths(hundredths))
}

/** Like {@link count}, but throws {@link NotFixedPoint}. Use it for literals in code. */
export const countUnsafe = (text: string): Count =>
  fromHundredths(parseUnsafe(text, countTextPattern, 2, countExpected))

interface Dual<DollarsResult, CountResult> {
  (that: Dollars): (self: Dollars) => DollarsResult
  (that: Count): (self: Count) => CountResult
  (self: Dollars, that: Dollars): DollarsResult
  (self: Count, that: Count): CountResult
}

/** In millionths. A count has two decimals, so the conversion is exact. */
const toUnits = (value: Dollars | Count): bigint => toMicros(value as Dollars)

/** Prints at least two decimals, so a sum of counts has exactly two. */
const fromUnits = (value: bigint): Dollars & Count => scaled.print(value, 6) as Dollars & Count

const compareUnits = (self: Dollars | Count, that: Dollars | Count): Ordering => {
  const left = toUnits(self)
  const right = toUnits(that)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Adds two amounts, or two counts. */
export const add: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  fromUnits(toUnits(self) + toUnits(that))
)

/** Subtracts `that` from `self`: two amounts, or two counts. */
export const subtract: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  fromUnits(toUnits(self) - toUnits(that))
)

/** Changes the sign of an amount or a count. Zero stays `"0.00"`. */
export const negate: {
  (self: Dollars): Dollars
  (self: Count): Count
} = (self: Dollars | Count) => fromUnits(-toUnits(self))

/** Adds up amounts, or counts. The sum of an empty list is `"0.00"`. */
export const sum: {
  (values: Iterable<Dollars>): Dollars
  (values: Iterable<Count>): Count
} = (values: Iterable<Dollars | Count>) => {
  let total = 0n
  for (const value of values) total += toUnits(value)
  return fromUnits(total)
}

/**
 * Compares by value: -1 if `self` is smaller, 0 if both are equal, 1 if `self` is greater.
 *
 * **Example** (Comparing a received price with your own)
 *
 * ```ts
 * compare(market.yes_ask_dollars, dollarsUnsafe("0.56")) <= 0 // "0.5600" is not above "0.56"
 * ```
 */
export const compare: Dual<Ordering, Ordering> = /*#__PURE__*/ dual(2, compareUnits)

/** Whether two amounts, or two counts, are the same value: `"0.56"` equals `"0.5600"`. */
export const equals: Dual<boolean, boolean> = /*#__PURE__*/ dual(
  2,
  (self: Dollars, that: Dollars) => compareUnits(self, that) === 0
)

/** Returns the smaller of two amounts, or of two counts, unchanged. If they are equal, returns `self`. */
export const min: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  compareUnits(that, self) < 0 ? that : self
)

/** Returns the greater of two amounts, or of two counts, unchanged. If they are equal, returns `self`. */
export const max: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  compareUnits(that, self) > 0 ? that : self
)

/** Effect's `Order` of {@link Dollars}: compares by value, for example in `Array.sort`. */
export const DollarsOrder: Order.Order<Dollars> = /*#__PURE__*/ Order.make(compareUnits)

/** Effect's `Order` of {@link Count}: compares by value. */
export const CountOrder: Order.Order<Count> = /*#__PURE__*/ Order.make(compareUnits)

/** Effect's `Equivalence` of {@link Dollars}: compares by value. */
export const DollarsEquivalence: Equivalence.Equivalence<Dollars> = /*#__PURE__*/ Equivalence.make(
  (self, that) => compareUnits(self, that) === 0
)

/** Effect's `Equivalence` of {@link Count}: compares by value. */
export const CountEquivalence: Equivalence.Equivalence<Count> = /*#__PURE__*/ Equivalence.make(
  (self, that) => compareUnits(self, that) === 0
)

/** Whether an amount or a count is zero, such as `"0.00"`, `"0.0000"` or `"-0.00"`. */
export const isZero = (self: Dollars | Count): boolean => toUnits(self) === 0n

/** Whether an amount or a count is below zero. False for `"-0.00"`. */
export const isNegative = (self: Dollars | Count): boolean => toUnits(self) < 0n

/** How to round a product that needs more than six decimals. The names are taken from Effect's `BigDecimal`. */
export type RoundingMode = "ceil" | "floor" | "half-even"

const divisions = {
  ceil: scaled.divideUp,
  floor: scaled.divideDown,
  "half-even": scaled.divideHalfEven
} satisfies Record<RoundingMode, unknown>

/** In units of `$0.00000001`. */
const product = (price: Dollars, count: Count): bigint => toMicros(price) * toHundredths(count)

/**
 * Multiplies a price by a count, and rounds the product to the micro-dollar according to `mode`.
 *
 * **Details**
 *
 * The price of an order has at most four decimals, so its product with a count has at most six and is not rounded.
 * `ceil` rounds toward positive infinity and `floor` toward negative infinity, for negative products too.
 *
 * **Example** (An average price)
 *
 * ```ts
 * multiply(dollarsUnsafe("0.523077"), countUnsafe("0.13"), "half-even") // => "0.068"
 * ```
 */
export const multiply: {
  (count: Count, mode: RoundingMode): (price: Dollars) => Dollars
  (price: Dollars, count: Count, mode: RoundingMode): Dollars
} = /*#__PURE__*/ dual(3, (price: Dollars, count: Count, mode: RoundingMode) =>
  fromMicros(divisions[mode](product(price, count), 100n))
)

/** Multiplies a price by a count. Fails with {@link Inexact} if the product needs more than six decimals. */
export const multiplyExact: {
  (count: Count): (price: Dollars) => Result.Result<Dollars, Inexact>
  (price: Dollars, count: Count): Result.Result<Dollars, Inexact>
} = /*#__PURE__*/ dual(2, (price: Dollars, count: Count): Result.Result<Dollars, Inexact> => {
  const exact = product(price, count)
  return exact % 100n === 0n
    ? Result.succeed(fromMicros(exact / 100n))
    : Result.fail(new Inexact({ what: `$${price} × ${count}` }))
})

/** Converts a price to micro-dollars. Fails if the price is not from 0 to 1 dollar. */
const priceMicros = (price: Dollars): Result.Result<bigint, OutOfRange> => {
  const micros = toMicros(price)
  return micros >= 0n && micros <= scaled.oneDollar
    ? Result.succeed(micros)
    : Result.fail(new OutOfRange({ name: "price", value: price, expected: "from 0 to 1 dollar" }))
}

/**
 * Returns one dollar minus a price: converts the price of YES to the price of NO, and the reverse.
 *
 * **Details**
 *
 * The order book of the REST interface lists only bids: the best ask of YES is the complement of the best bid of NO.
 * Source: the published guide to order book responses, August 2026.
 */
export const complement = (price: Dollars): Result.Result<Dollars, OutOfRange> =>
  Result.map(priceMicros(price), (micros) => fromMicros(scaled.oneDollar - micros))

/**
 * Computes the cost of buying, before fees. A `bid` pays `price` per contract of YES. An `ask` pays one dollar minus
 * `price` per contract of NO.
 *
 * **Details**
 *
 * The result is the collateral of an order at its limit price, and the maximum loss of the position. A fill at a better
 * price costs less. An `ask` that closes a position in YES needs no money. `price` is the price of YES, as in an order.
 * The result is exact for prices with at most four decimals; otherwise it is rounded up to the micro-dollar.
 *
 * **Gotchas**
 *
 * - Fees are extra: see `Fees`.
 * - Collateral must be on the market's own shard: cash on another shard does not count (the published guide to exchange
 *   sharding, August 2026).
 *
 * **Example** (Ten contracts of each outcome)
 *
 * ```ts
 * cost({ side: "bid", price: dollarsUnsafe("0.56"), count: countUnsafe("10") }) // => Result.succeed("5.60")
 * cost({ side: "ask", price: dollarsUnsafe("0.56"), count: countUnsafe("10") }) // => Result.succeed("4.40")
 * ```
 */
export const cost = (order: {
  readonly side: "bid" | "ask"
  readonly price: Dollars
  readonly count: Count
}): Result.Result<Dollars, OutOfRange> => {
  const hundredths = toHundredths(order.count)
  if (hundredths < 0n) {
    return Result.fail(new OutOfRange({ name: "count", value: order.count, expected: "zero or more contracts" }))
  }
  return Result.map(priceMicros(order.price), (micros) =>
    fromMicros(scaled.divideUp((order.side === "bid" ? micros : scaled.oneDollar - micros) * hundredths, 100n))
  )
}
