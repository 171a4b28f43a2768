/**
 * The fees that the exchange charges for a fill.
 *
 * **Details**
 *
 * The fee model of the three quadratic types is `rate × fee_multiplier × count × price × (1 − price)`, the same for YES
 * and NO. A taker's rate is 0.07. A maker's rate is 0 under `quadratic`, 0.0175 (a quarter of the taker's rate) under
 * `quadratic_with_maker_fees`, and 0.035 (half of the taker's rate) under `quadratic_with_combo_maker_fees`. Sources:
 * the published description of a series' `fee_type` and the example of the published guide to fee rounding (0.00363825
 * for one contract at $0.055); fills recorded in demo, July 2026. The fee table of `flat` is not public, and the rates
 * of new types are not known. Fees of these types fail with {@link FeeUnknown}.
 *
 * **Gotchas**
 *
 * - A series has a `fee_type` and a `fee_multiplier`. An event can override them ({@link termsOf}). Both change on a
 *   schedule (`GET /series/fee_changes`, `GET /events/fee_changes`): read the current terms when you trade.
 * - This module does not apply a market's fee waiver (`fee_waiver_expiration_time`).
 * - If the order that results from a quote on a combo (a market that combines several markets) executes against an
 *   order that has rested for less than five seconds, the two orders swap roles. The order of the quote pays the
 *   maker's fee, and the resting order pays the taker's fee. Source: the published changelog, August 2026.
 * - {@link trade} computes only the trade fee. The account pays `netFee` of {@link charge}, which is also the fill's
 *   `fee_cost`.
 * - Each fill is rounded up separately. If an order has several fills, its fees can therefore exceed {@link trade} of
 *   the total count, by less than one rounding step per fill.
 * - This module assumes that the multiplier scales a maker's fee like a taker's fee. The published description says so,
 *   but no recording confirms it.
 * - The exchange's `fee_cost` of a fill is authoritative. A result of this module is not.
 *
 * **Example** (A taker's fee)
 *
 * ```ts
 * import * as Fees from "@kalshi-effect/client/Fees"
 * import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
 *
 * Fees.trade({
 *   ...Fees.termsOf(series, event), // quadratic, 1
 *   role: "taker",
 *   price: FixedPoint.dollarsUnsafe("0.52"),
 *   count: FixedPoint.countUnsafe("1")
 * }) // => Result.succeed("0.017472")
 * ```
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import {
  complement,
  type Count,
  type Dollars,
  fromMicros,
  Inexact,
  OutOfRange,
  toHundredths,
  toMicros
} from "./FixedPoint.ts"
import type { BookSide } from "../generated/requests.ts"
import { divideDown, divideUp } from "./scaled.ts"

/** The fee terms of a series, which select the fee model. */
export interface Terms {
  /**
   * The type of the fee model, an open enum: `quadratic`, `quadratic_with_maker_fees`,
   * `quadratic_with_combo_maker_fees`, `flat`, and future types.
   */
  readonly fee_type: string
  /** A factor of the model, a JSON number on the wire, such as 1 or 0.5. */
  readonly fee_multiplier: number
}

/** The role in a fill: the maker's order rested in the book, and the taker's order matched it. */
export type Role = "taker" | "maker"

/**
 * The published rule that rounds the fees of a fill.
 *
 * **Details**
 *
 * - `"microdollar"`, the default: the trade fee is rounded up to `$0.000001`. An order's rounding fees are refunded in
 *   whole steps of the account's balance ({@link charge}). Source: the published guide to fee rounding since version
 *   3.29.0 of the interface (August 30, 2026).
 * - `"centicent"`: the trade fee is rounded up to `$0.0001`. An order's rounding fees are refunded in whole cents, as
 *   soon as they exceed one cent. Source: the same guide up to version 3.28.0.
 *
 * For the first fill of an order, a direct member pays the same under both rules if price times count is a multiple of
 * `$0.0001`. With a price in whole cents, this product always is. No known recorded fill distinguishes the rules. The
 * trade fee under `"centicent"` is never lower than under `"microdollar"`.
 */
export type Rounding = "centicent" | "microdollar"

const defaultRounding: Rounding = "microdollar"

/** The fields of a fill that determine its fee. */
export interface Fill extends Terms {
  readonly role: Role
  /** Dollars per contract. The price of YES and the price of NO give the same fee. */
  readonly price: Dollars
  /** Contracts. */
  readonly count: Count
  /** Default: `"microdollar"`. */
  readonly rounding?: Rounding | undefined
}

/** The fee cannot be computed: the rate is not public, or the multiplier is invalid. */
export class FeeUnknown
  extends /*#__PURE__*/ Data.TaggedError("FeeUnknown")<
    Terms & {
      readonly reason: string
    }
  >
{
  override get message(): string {
    const type = JSON.stringify(String(this.fee_type).slice(0, 60))
    return `The fee of type ${type} with multiplier ${this.fee_multiplier} is unknown: ${this.reason}.`
  }
}

/**
 * Returns the fee terms for the markets of an event. Each override of the event replaces one term of the series.
 *
 * **Details**
 *
 * Null or absent means no override. Source: the published description of `EventFeeChange`.
 */
export const termsOf = (
  series: Terms,
  event?: {
    readonly fee_type_override?: string | null | undefined
    readonly fee_multiplier_override?: number | null | undefined
  }
): Terms => ({
  fee_type: event?.fee_type_override ?? series.fee_type,
  fee_multiplier: event?.fee_multiplier_override ?? series.fee_multiplier
})

/** Rates in units of 1/10,000. */
const rates: Partial<Record<string, { readonly [role in Role]: bigint }>> = {
  quadratic: { taker: 700n, maker: 0n },
  quadratic_with_maker_fees: { taker: 700n, maker: 175n },
  quadratic_with_combo_maker_fees: { taker: 700n, maker: 350n }
}

const ratesOf = (feeType: string) => (Object.hasOwn(rates, feeType) ? rates[feeType] : undefined)

interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

const numberText = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/**
 * The shortest decimal that parses to the same double. For multipliers of up to 15 digits, this is exactly the decimal
 * on the wire. Undefined if the number is negative or not finite.
 */
const fractionOf = (value: number): Fraction | undefined => {
  const match = numberText.exec(String(value))
  if (match === null) return undefined
  const [, whole = "", decimals = "", exponent = "0"] = match
  const shift = BigInt(exponent) - BigInt(decimals.length)
  const digits = BigInt(whole + decimals)
  return shift < 0n
    ? { numerator: digits, denominator: 10n ** -shift }
    : { numerator: digits * 10n ** shift, denominator: 1n }
}

/** The steps of a trade fee, in micro-dollars. */
const tradeStep = { centicent: 100n, microdollar: 1n } satisfies Record<Rounding, bigint>

/** In micro-dollars. */
const tradeMicros = (fill: Fill): Result.Result<bigint, FeeUnknown | OutOfRange> => {
  const { fee_multiplier, fee_type } = fill
  const unknown = (reason: string) => Result.fail(new FeeUnknown({ fee_type, fee_multiplier, reason }))
  const rate = ratesOf(fee_type)
  if (rate === undefined) return unknown("its rates are not public")
  const multiplier = fractionOf(fee_multiplier)
  if (multiplier === undefined) return unknown("a multiplier must be zero or more")
  const priceOfOther = complement(fill.price)
  if (Result.isFailure(priceOfOther)) return Result.fail(priceOfOther.failure)
  const price = toMicros(fill.price)
  const hundredths = toHundredths(fill.count)
  if (hundredths < 0n) {
    return Result.fail(new OutOfRange({ name: "count", value: fill.count, expected: "zero or more contracts" }))
  }
  const step = tradeStep[fill.rounding ?? defaultRounding]
  // Scale: rate 10^4, two prices 10^6 each, count 10^2, so 10^18 for dollars and 10^12 for micro-dollars.
  const numerator = rate[fill.role] * multiplier.numerator * price * toMicros(priceOfOther.success) * hundredths
  return Result.succeed(divideUp(numerator, 10n ** 12n * multiplier.denominator * step) * step)
}

/**
 * Computes the trade fee of a fill: the fee model, rounded up, by default to `$0.000001`.
 *
 * **Details**
 *
 * The result is at least the exact value of the model, and less than one step above it.
 *
 * **Gotchas**
 *
 * One contract at $0.52 has a trade fee of `0.017472`, but a recorded taker paid `0.017500`, which is `netFee` of
 * {@link charge}.
 */
export const trade = (fill: Fill): Result.Result<Dollars, FeeUnknown | OutOfRange> =>
  Result.map(tradeMicros(fill), fromMicros)

/** The fees of a fill, and the rounding fees that the order carries to its next fill. */
export interface Charge {
  /** The fee model, rounded up. */
  readonly tradeFee: Dollars
  /** The fee that rounds the balance down to a multiple of its step. */
  readonly roundingFee: Dollars
  /** The refund of carried rounding fees. */
  readonly rebate: Dollars
  /** `tradeFee` plus `roundingFee` minus `rebate`. Never below zero. */
  readonly netFee: Dollars
  /** The rounding fees of the order that are not refunded yet. Pass this value as `carried` of the next fill. */
  readonly carried: Dollars
}

/** The step of a balance, in micro-dollars. */
const balanceStep = { direct: 100n, other: 10_000n } as const

const oneCent = 10_000n

/**
 * Computes all fees of a fill: the trade fee, the rounding fee, and the rebate. The rounding fee rounds the balance to
 * its step. The rebate refunds rounding fees that the order carries.
 *
 * **Details**
 *
 * The balance of a direct member, who has no broker, is a multiple of `$0.0001`. Every other balance is a multiple of
 * `$0.01`. The balance after a fill is rounded down to its step, and the difference is the rounding fee. An order
 * carries its rounding fees across all of its fills, as taker and as maker: pass `carried` of one charge to the next.
 * The exchange refunds these rounding fees in whole steps, but never more than the fill's own fee. `price` must be the
 * price of YES, because the direction of the payment matters. A `bid` pays `price × count`. An `ask` receives this
 * amount, or pays the complement, which is rounded in the same way. Sources: the published guide to fee rounding and
 * its worked examples; the published notes of a market maker for combos. The notes list 540 fills of August 2026 whose
 * `fee_cost` was the trade fee plus the rounding fee.
 *
 * **Gotchas**
 *
 * - Fails with `Inexact` if the rounding fee has more than six decimals. This never happens for prices with at most
 *   four decimals.
 * - Rounding fees that exceed the rebate stay carried, as in the guide's example of 0.01 contract at $0.0001. The
 *   exchange has not published what happens to them when the order ends.
 *
 * **Example** (An account at a broker)
 *
 * ```ts
 * charge({
 *   fee_type: "quadratic",
 *   fee_multiplier: 1,
 *   role: "taker",
 *   side: "bid",
 *   price: dollarsUnsafe("0.055"),
 *   count: countUnsafe("1"),
 *   member: "other"
 * }) // => tradeFee "0.003639", roundingFee "0.001361", netFee "0.005", carried "0.001361"
 * ```
 */
export const charge = (
  fill: Fill & {
    readonly side: BookSide
    readonly member: "direct" | "other"
    /** `carried` of the order's previous fill. Default: `"0.00"`. */
    readonly carried?: Dollars | undefined
  }
): Result.Result<Charge, FeeUnknown | OutOfRange | Inexact> =>
  Result.flatMap(tradeMicros(fill), (tradeFee): Result.Result<Charge, OutOfRange | Inexact> => {
    const carriedBefore = fill.carried === undefined ? 0n : toMicros(fill.carried)
    if (carriedBefore < 0n) {
      return Result.fail(new OutOfRange({ name: "carried fee", value: `${fill.carried}`, expected: "zero or more" }))
    }
    const money = toMicros(fill.price) * toHundredths(fill.count)
    if (money % 100n !== 0n) {
      return Result.fail(new Inexact({ what: `the rounding fee of ${fill.count} contracts at $${fill.price}` }))
    }
    const balance = balanceStep[fill.member]
    const change = (fill.side === "bid" ? -money : money) / 100n - tradeFee
    const roundingFee = change - divideDown(change, balance) * balance
    const carried = carriedBefore + roundingFee
    const fee = tradeFee + roundingFee
    // The newer rule refunds whole steps. The older rule refunds only above one cent.
    const isOlder = (fill.rounding ?? defaultRounding) === "centicent"
    const [step, due] = isOlder ? [oneCent, carried > 0n ? carried - 1n : 0n] : [balance, carried]
    const rebate = ((due < fee ? due : fee) / step) * step
    return Result.succeed({
      tradeFee: fromMicros(tradeFee),
      roundingFee: fromMicros(roundingFee),
      rebate: fromMicros(rebate),
      netFee: fromMicros(fee - rebate),
      carried: fromMicros(carried - rebate)
    })
  })
