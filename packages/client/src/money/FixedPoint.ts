/**
 * Money and contract counts as the exchange writes them: decimal strings, checked by pattern and kept as they came,
 * and exact arithmetic on them. No value here ever becomes a double.
 *
 * **Details**
 *
 * Arithmetic goes through `bigint`, so it has no range to leave. What it answers is canonical: dollars with the fewest
 * decimals that are exact, but at least two (`"0.56"`, `"0.5625"`, `"12.345678"`), counts with two. An amount that four
 * decimals can hold is therefore printed as requests accept it, and two equal canonical values are the same string.
 *
 * **Gotchas**
 *
 * Functions here take {@link Dollars} and {@link Count}, which decoding, {@link dollars} and {@link count} make. Given a
 * string that was cast to one of these types and is no such decimal, they throw {@link NotFixedPoint}: no default stands
 * in for money.
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
 * Recorded responses carry two to six places, so two equal amounts can differ as strings (`"0.56"` and `"0.5600"`):
 * never compare them with `===`.
 */
export type Dollars = string & Brand.Brand<"Dollars">

/**
 * What a request accepts where it wants dollars: a value that came from the exchange, or a literal such as `"0.56"`. Text
 * that comes at run time goes through {@link dollars}.
 */
export type DollarsInput = Dollars | `${number}`

/**
 * A number of contracts as a decimal string with two places, such as `"10.00"`; the smallest step is `0.01` contract.
 */
export type Count = string & Brand.Brand<"Count">

/**
 * What a request accepts where it wants a count: a value that came from the exchange, or a literal such as `"10"`. Text
 * that comes at run time goes through {@link count}.
 */
export type CountInput = Count | `${number}`

const dollarsPattern = /^-?(?:0|[1-9]\d*)(?:\.\d{1,6})?$/
const dollarsInputPattern = /^(?:0|[1-9]\d*)\.\d{2,4}$/
const orderPricePattern = /^(?:0\.\d{2,4}|1\.0{2,4})$/
const quotePricePattern = /^(?:0|0\.\d{2,4}|1\.0{2,4})$/
const countPattern = /^-?(?:0|[1-9]\d*)\.\d{2}$/
const countInputPattern = /^(?:0|[1-9]\d*)(?:\.\d{1,2})?$/

/** {@link Dollars} on the wire, in responses. */
export const Dollars: Schema.Codec<Dollars> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(dollarsPattern, { expected: "dollars with at most six decimals" })
) as unknown as Schema.Codec<Dollars> // the pattern is what the brand stands for

/** {@link DollarsInput} on the wire, in requests that are no price: two to four decimals, never negative. */
export const DollarsInput: Schema.Codec<DollarsInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(dollarsInputPattern, {
    expected: 'dollars with two to four decimals, such as "12.50"'
  })
) as unknown as Schema.Codec<DollarsInput> // the pattern accepts nothing that the type does not stand for

/**
 * The price of an order on the wire: dollars from 0 to 1, with two to four decimals. The exchange refuses 0 and 1
 * themselves, with 400 `invalid_price`.
 */
export const OrderPriceInput: Schema.Codec<DollarsInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(orderPricePattern, {
    expected: 'a price from 0 to 1 dollar with two to four decimals, such as "0.56"'
  })
) as unknown as Schema.Codec<DollarsInput> // the pattern accepts nothing that the type does not stand for

/** One side of a quote on the wire: as {@link OrderPriceInput}, or `"0"` to decline the side. */
export const QuotePriceInput: Schema.Codec<DollarsInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(quotePricePattern, {
    expected: 'a price from 0 to 1 dollar with two to four decimals, such as "0.56", or "0" to decline'
  })
) as unknown as Schema.Codec<DollarsInput> // the pattern accepts nothing that the type does not stand for

/** {@link Count} on the wire, in responses. */
export const Count: Schema.Codec<Count> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(countPattern, { expected: "a contract count with two decimals" })
) as unknown as Schema.Codec<Count> // the pattern is what the brand stands for

/** {@link CountInput} on the wire, in requests: at most two decimals, never negative. */
export const CountInput: Schema.Codec<CountInput> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(countInputPattern, {
    expected: 'a contract count with at most two decimals, such as "10"'
  })
) as unknown as Schema.Codec<CountInput> // the pattern accepts nothing that the type does not stand for

/** Text that is no fixed-point value of the kind wanted. */
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

/** A value outside the range in which the operation has a meaning. */
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

/** An amount that six decimals cannot hold. */
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

/** Reads, or throws: for values whose type already says what they are. */
const readUnsafe = (text: string, pattern: RegExp, places: 2 | 6, expected: string): bigint => {
  const units = scaled.read(text, pattern, places)
  if (units === undefined) throw new NotFixedPoint({ input: String(text), expected })
  return units
}

/**
 * The whole number of micro-dollars (`$0.000001`) that an amount is.
 *
 * **Example** (Recorded exposure)
 *
 * ```ts
 * toMicros(dollarsUnsafe("12.345678")) // => 12345678n
 * ```
 */
export const toMicros = (dollars: Dollars): bigint => readUnsafe(dollars, dollarsPattern, 6, dollarsExpected)

/** The amount that a whole number of micro-dollars (`$0.000001`) is, canonical. */
export const fromMicros = (micros: bigint): Dollars => scaled.print(micros, 6) as Dollars // two to six decimals

/** The whole number of hundredths of a contract that a count is. */
export const toHundredths = (count: Count): bigint => readUnsafe(count, countPattern, 2, countExpected)

/** The count that a whole number of hundredths of a contract is, canonical. */
export const fromHundredths = (hundredths: bigint): Count => scaled.print(hundredths, 2) as Count // two decimals

/**
 * Makes dollars from a decimal string with at most six decimals, canonical.
 *
 * **Gotchas**
 *
 * A number is no input: what `0.1 + 0.2` holds is not what you meant. Neither are exponents, a plus sign, blanks, or a
 * point without digits on both sides.
 *
 * **Example** (From configuration)
 *
 * ```ts
 * dollars("0.5600") // => Result.succeed("0.56")
 * dollars("5e-1") // => Result.fail(NotFixedPoint)
 * ```
 */
export const dollars = (text: string): Result.Result<Dollars, NotFixedPoint> => {
  const micros = scaled.read(text, dollarsPattern, 6)
  return micros === undefined
    ? Result.fail(new NotFixedPoint({ input: String(text), expected: dollarsExpected }))
    : Result.succeed(fromMicros(micros))
}

/** As {@link dollars}, throwing {@link NotFixedPoint}: for literals in code. */
export const dollarsUnsafe = (text: string): Dollars => fromMicros(readUnsafe(text, dollarsPattern, 6, dollarsExpected))

/**
 * Makes a count of contracts from a decimal string with at most two decimals, canonical.
 *
 * **Example** (Two decimals always)
 *
 * ```ts
 * count("10") // => Result.succeed("10.00")
 * count("0.005") // => Result.fail(NotFixedPoint)
 * ```
 */
export const count = (text: string): Result.Result<Count, NotFixedPoint> => {
  const hundredths = scaled.read(text, countTextPattern, 2)
  return hundredths === undefined
    ? Result.fail(new NotFixedPoint({ input: String(text), expected: countExpected }))
    : Result.succeed(fromHundredths(hundredths))
}

/** As {@link count}, throwing {@link NotFixedPoint}: for literals in code. */
export const countUnsafe = (text: string): Count => fromHundredths(readUnsafe(text, countTextPattern, 2, countExpected))

/** A function of two values of one kind, in either style of call. */
interface Dual<DollarsAnswer, CountAnswer> {
  (that: Dollars): (self: Dollars) => DollarsAnswer
  (that: Count): (self: Count) => CountAnswer
  (self: Dollars, that: Dollars): DollarsAnswer
  (self: Count, that: Count): CountAnswer
}

/** Counts are read on the scale of dollars: what two decimals hold, six do, and both print at least two. */
const units = (value: Dollars | Count): bigint => toMicros(value as Dollars)

const ofUnits = (value: bigint): Dollars & Count => scaled.print(value, 6) as Dollars & Count

const compareUnits = (self: Dollars | Count, that: Dollars | Count): Ordering => {
  const left = units(self)
  const right = units(that)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Adds two amounts, or two counts. */
export const add: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  ofUnits(units(self) + units(that))
)

/** Subtracts `that` from `self`: two amounts, or two counts. */
export const subtract: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  ofUnits(units(self) - units(that))
)

/** Changes the sign of an amount or a count; zero stays `"0.00"`. */
export const negate: {
  (self: Dollars): Dollars
  (self: Count): Count
} = (self: Dollars | Count) => ofUnits(-units(self))

/** Adds up amounts, or counts; none of them is `"0.00"`. */
export const sum: {
  (values: Iterable<Dollars>): Dollars
  (values: Iterable<Count>): Count
} = (values: Iterable<Dollars | Count>) => {
  let total = 0n
  for (const value of values) total += units(value)
  return ofUnits(total)
}

/**
 * Compares by value: -1 where `self` is smaller, 0 where both are equal, 1 where it is greater.
 *
 * **Example** (A wire value against your own)
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

/** The smaller of two amounts, or of two counts, as it came; of two equal ones the first. */
export const min: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  compareUnits(that, self) < 0 ? that : self
)

/** The greater of two amounts, or of two counts, as it came; of two equal ones the first. */
export const max: Dual<Dollars, Count> = /*#__PURE__*/ dual(2, (self: Dollars, that: Dollars) =>
  compareUnits(that, self) > 0 ? that : self
)

/** Order of {@link Dollars} by value, for `Order.isLessThan`, `Array.sort` and the like. */
export const DollarsOrder: Order.Order<Dollars> = /*#__PURE__*/ Order.make(compareUnits)

/** Order of {@link Count} by value. */
export const CountOrder: Order.Order<Count> = /*#__PURE__*/ Order.make(compareUnits)

/** Equivalence of {@link Dollars} by value. */
export const DollarsEquivalence: Equivalence.Equivalence<Dollars> = /*#__PURE__*/ Equivalence.make(
  (self, that) => compareUnits(self, that) === 0
)

/** Equivalence of {@link Count} by value. */
export const CountEquivalence: Equivalence.Equivalence<Count> = /*#__PURE__*/ Equivalence.make(
  (self, that) => compareUnits(self, that) === 0
)

/** Whether an amount or a count is zero, however it is written. */
export const isZero = (self: Dollars | Count): boolean => units(self) === 0n

/** Whether an amount or a count is below zero; `"-0.00"` is not. */
export const isNegative = (self: Dollars | Count): boolean => units(self) < 0n

/** What becomes of a product that six decimals cannot hold, named as in Effect's `BigDecimal`. */
export type RoundingMode = "ceil" | "floor" | "half-even"

const microsOf = {
  ceil: scaled.divideUp,
  floor: scaled.divideDown,
  "half-even": scaled.divideHalfEven
} satisfies Record<RoundingMode, unknown>

/** A product in units of `$0.00000001`. */
const product = (price: Dollars, count: Count): bigint => toMicros(price) * toHundredths(count)

/**
 * Multiplies a price by a count, rounded to the micro-dollar as `mode` says.
 *
 * **Details**
 *
 * A price with at most four decimals, as every price that can be ordered has, times a count has at most six: then
 * nothing is rounded. `ceil` rounds toward positive infinity and `floor` toward negative infinity, whatever the sign.
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
  fromMicros(microsOf[mode](product(price, count), 100n))
)

/** Multiplies a price by a count, or fails with {@link Inexact} where six decimals cannot hold the product. */
export const multiplyExact: {
  (count: Count): (price: Dollars) => Result.Result<Dollars, Inexact>
  (price: Dollars, count: Count): Result.Result<Dollars, Inexact>
} = /*#__PURE__*/ dual(2, (price: Dollars, count: Count): Result.Result<Dollars, Inexact> => {
  const exact = product(price, count)
  return exact % 100n === 0n
    ? Result.succeed(fromMicros(exact / 100n))
    : Result.fail(new Inexact({ what: `$${price} × ${count}` }))
})

const oneDollar = 1_000_000n

/** Micro-dollars of a price from 0 to 1 dollar. */
const readPrice = (price: Dollars): Result.Result<bigint, OutOfRange> => {
  const micros = toMicros(price)
  return micros >= 0n && micros <= oneDollar
    ? Result.succeed(micros)
    : Result.fail(new OutOfRange({ name: "price", value: price, expected: "between 0 and 1 dollar" }))
}

/**
 * One dollar less a price: the price of NO at a price of YES, and the other way round.
 *
 * **Details**
 *
 * The book of the REST interface holds bids alone: the best ask of YES is the complement of the best bid of NO. Source:
 * the published guide to order book responses, August 2026.
 */
export const complement = (price: Dollars): Result.Result<Dollars, OutOfRange> =>
  Result.map(readPrice(price), (micros) => fromMicros(oneDollar - micros))

/**
 * What buying costs before fees: YES at `price` for a `bid`, NO at one dollar less `price` for an `ask`, times `count`.
 *
 * **Details**
 *
 * It is the collateral of an order at its limit, and the most that the position can lose: a fill at a better price
 * costs less, and an `ask` that closes a position in YES needs nothing. `price` is that of YES, as in an order. Exact
 * for prices with at most four decimals; others are rounded up to the micro-dollar.
 *
 * **Gotchas**
 *
 * - Fees come on top: see `Fees`.
 * - Collateral must lie on the market's own shard: cash on another does not count (the published guide to exchange
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
  return Result.map(readPrice(order.price), (micros) =>
    fromMicros(scaled.divideUp((order.side === "bid" ? micros : oneDollar - micros) * hundredths, 100n))
  )
}
