/**
 * Money and contract counts as the exchange writes them: decimal strings, checked by pattern and kept as they came.
 * No value here ever becomes a double.
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"

/**
 * US dollars as a decimal string with up to six places, such as `"0.5600"` or `"-12.345678"`.
 *
 * **Gotchas**
 *
 * Recorded responses carry two to six places, so two equal amounts can differ as strings (`"0.56"` and `"0.5600"`):
 * never compare them with `===`.
 */
export type Dollars = string & Brand.Brand<"Dollars">

/** What a request accepts where it wants dollars: a value that came from the exchange, or a literal such as `"0.56"`. */
export type DollarsInput = Dollars | `${number}`

/**
 * A number of contracts as a decimal string with two places, such as `"10.00"`; the smallest step is `0.01` contract.
 */
export type Count = string & Brand.Brand<"Count">

/** What a request accepts where it wants a count: a value that came from the exchange, or a literal such as `"10"`. */
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

/** The price of an order on the wire: dollars from 0 to 1, with two to four decimals. */
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
