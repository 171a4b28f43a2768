/**
 * What the exchange charges for a fill.
 *
 * **Details**
 *
 * The fee model of the three quadratic types is `rate × fee_multiplier × count × price × (1 − price)`, the same for YES
 * and NO. A taker's rate is 0.07. A maker's is 0 under `quadratic`, a quarter of the taker's (0.0175) under
 * `quadratic_with_maker_fees`, and half of it (0.035) under `quadratic_with_combo_maker_fees`. Sources: the published
 * description of a series' `fee_type` and the example of the published guide to fee rounding (0.00363825 for one contract
 * at $0.055); fills recorded in demo, July 2026. The table behind `flat` is not public, and a type this module does not
 * know has no rate: both are {@link FeeUnknown}, never a guess.
 *
 * **Gotchas**
 *
 * - `fee_type` and `fee_multiplier` belong to a series, an event can override them ({@link termsOf}), and both change on
 *   a schedule (`GET /series/fee_changes`, `GET /events/fee_changes`): look them up when you trade.
 * - A market's waiver (`fee_waiver_expiration_time`) is not applied here.
 * - Where the maker of a combo's quote executes against an order that has rested for less than five seconds, the two
 *   swap roles: the quoter pays as maker, the resting order as taker (published changelog, August 2026).
 * - {@link trade} is the trade fee alone. What a balance pays for a fill, and what `fee_cost` of the fill says, is
 *   `netFee` of {@link charge}.
 * - Each fill is rounded up by itself, so an order that fills in pieces can cost more than {@link trade} says of the
 *   whole: by less than one step per piece.
 * - The exchange has published two rounding rules: see {@link Rounding}.
 * - That the multiplier scales a maker's fee as it does a taker's is how its description reads; no recording shows it.
 * - No arithmetic here replaces `fee_cost` of the fill itself.
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
import { type Count, type Dollars, fromMicros, Inexact, OutOfRange, toHundredths, toMicros } from "./FixedPoint.ts"
import type { BookSide } from "../generated/requests.ts"
import { divideDown, divideUp } from "./scaled.ts"

/** What decides the fee model: as a series carries it. */
export interface Terms {
  /** An open enum: `quadratic`, `quadratic_with_maker_fees`, `quadratic_with_combo_maker_fees`, `flat`, and new ones. */
  readonly fee_type: string
  /** A factor of the model, a JSON number on the wire, such as 1 or 0.5. */
  readonly fee_multiplier: number
}

/** Whose order a fill is: the taker's met one in the book, the maker's was met. */
export type Role = "taker" | "maker"

/**
 * Which published rule rounds the fees of a fill.
 *
 * **Details**
 *
 * - `"microdollar"`, the default: the trade fee is rounded up to `$0.000001`, and an order's rounding fees are given back
 *   in steps of the balance. The published guide to fee rounding has said so since version 3.29.0 of the interface
 *   (August 30, 2026).
 * - `"centicent"`: the trade fee is rounded up to `$0.0001`, and whole cents are given back once an order carries more
 *   than one. The guide said so up to version 3.28.0.
 *
 * A direct member pays the same by either rule for the first fill of an order, where price times count is a whole number
 * of `$0.0001`. At whole cents it always is. No recorded fill that we know tells the rules apart. The trade fee of
 * `"centicent"` is never the lower one.
 */
export type Rounding = "centicent" | "microdollar"

const defaultRounding: Rounding = "microdollar"

/** One fill, for its fee. */
export interface Fill extends Terms {
  readonly role: Role
  /** Dollars per contract, of YES or of NO: the fee is the same. */
  readonly price: Dollars
  /** Contracts. */
  readonly count: Count
  /** Default: `"microdollar"`. */
  readonly rounding?: Rounding | undefined
}

/** No public table gives the fee. */
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
 * The terms in force for an event's markets: each override of the event that is set, else the series' own.
 *
 * **Details**
 *
 * An override that is null or absent is cleared, each of the two by itself. Source: the published description of
 * `EventFeeChange`.
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

/** Rates in ten-thousandths. */
const rates: Partial<Record<string, { readonly [role in Role]: bigint }>> = {
  quadratic: { taker: 700n, maker: 0n },
  quadratic_with_maker_fees: { taker: 700n, maker: 175n },
  quadratic_with_combo_maker_fees: { taker: 700n, maker: 350n }
}

const ratesOf = (feeType: string) => (Object.hasOwn(rates, feeType) ? rates[feeType] : undefined)

/** A rational number; the denominator is positive. */
interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

const numberText = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/**
 * A JSON number as exactly what was written: the shortest decimal text that gives the same double back, which is the
 * text on the wire for every multiplier of up to 15 digits. Undefined where it is negative or not finite.
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

const oneDollar = 1_000_000n

/** Micro-dollars that a trade fee is a whole number of. */
const tradeStep = { centicent: 100n, microdollar: 1n } satisfies Record<Rounding, bigint>

/** The trade fee in micro-dollars. */
const tradeMicros = (fill: Fill): Result.Result<bigint, FeeUnknown | OutOfRange> => {
  const { fee_multiplier, fee_type } = fill
  const unknown = (reason: string) => Result.fail(new FeeUnknown({ fee_type, fee_multiplier, reason }))
  const rate = ratesOf(fee_type)
  if (rate === undefined) return unknown("no public table gives its rates")
  const multiplier = fractionOf(fee_multiplier)
  if (multiplier === undefined) return unknown("its multiplier is not a number from zero up")
  const price = toMicros(fill.price)
  if (price < 0n || price > oneDollar) {
    return Result.fail(new OutOfRange({ name: "price", value: fill.price, expected: "between 0 and 1 dollar" }))
  }
  const hundredths = toHundredths(fill.count)
  if (hundredths < 0n) {
    return Result.fail(new OutOfRange({ name: "count", value: fill.count, expected: "zero or more contracts" }))
  }
  const step = tradeStep[fill.rounding ?? defaultRounding]
  // In dollars: the rate over 10^4, each price over 10^6, the count over 10^2. In micro-dollars: all over 10^12.
  const numerator = rate[fill.role] * multiplier.numerator * price * (oneDollar - price) * hundredths
  return Result.succeed(divideUp(numerator, 10n ** 12n * multiplier.denominator * step) * step)
}

/**
 * The trade fee of a fill: the fee model rounded up, by default to `$0.000001`.
 *
 * **Details**
 *
 * It is never below the exact model, and less than one step above it.
 *
 * **Gotchas**
 *
 * It is not all that a fill costs: one contract at $0.52 has a trade fee of `0.017472`, and was recorded to cost its taker
 * `0.017500`, which is `netFee` of {@link charge}.
 */
export const trade = (fill: Fill): Result.Result<Dollars, FeeUnknown | OutOfRange> =>
  Result.map(tradeMicros(fill), fromMicros)

/** What a fill costs, and what the order carries to its next fill. */
export interface Charge {
  /** The fee model, rounded up. */
  readonly tradeFee: Dollars
  /** What brings the balance to a whole number of its own steps. */
  readonly roundingFee: Dollars
  /** What is given back of rounding fees carried so far. */
  readonly rebate: Dollars
  /** `tradeFee` and `roundingFee` less `rebate`; never below zero. */
  readonly netFee: Dollars
  /** Rounding fees of this order that were not given back yet: pass it as `carried` of the next fill. */
  readonly carried: Dollars
}

/** Micro-dollars that a balance is a whole number of. */
const balanceStep = { direct: 100n, other: 10_000n } as const

const oneCent = 10_000n

/**
 * All that a fill costs on an account: the trade fee, the rounding fee that keeps the balance on its steps, and the
 * rebate of what the order's earlier fills were overcharged.
 *
 * **Details**
 *
 * A direct member's balance is a whole number of `$0.0001`, every other's of `$0.01`. The balance after a fill is rounded
 * down to it, and the difference is the rounding fee. Rounding fees are carried per order across all of its fills, as
 * taker and as maker: pass `carried` of one fill's charge to the next one's. What is carried is given back in whole steps,
 * never more than the fill's own fee. `price` must be that of YES, since the sign of the money matters: a `bid` pays
 * `price × count`, an `ask` gets it (or pays the complement, which is rounded alike). Sources: the published guide to fee
 * rounding and its worked examples; on 540 fills of August 2026 that the maker of combos has published notes on,
 * `fee_cost` was the trade fee and the rounding fee together.
 *
 * **Gotchas**
 *
 * - Fails with `Inexact` where the rounding fee has more than six decimals: no price with at most four does that.
 * - A rebate that would be more than the fill's own fee is cut to the largest number of steps that the fee covers; the
 *   rest stays carried, as in the guide's example of 0.01 contract at $0.0001. What becomes of the rest when the order
 *   ends is not published.
 *
 * **Example** (An account of a broker)
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
    const owed = carriedBefore + roundingFee
    const fee = tradeFee + roundingFee
    // The newer rule gives back from the first step on, the older one only beyond a cent.
    const isOlder = (fill.rounding ?? defaultRounding) === "centicent"
    const [step, due] = isOlder ? [oneCent, owed > 0n ? owed - 1n : 0n] : [balance, owed]
    const rebate = ((due < fee ? due : fee) / step) * step
    return Result.succeed({
      tradeFee: fromMicros(tradeFee),
      roundingFee: fromMicros(roundingFee),
      rebate: fromMicros(rebate),
      netFee: fromMicros(fee - rebate),
      carried: fromMicros(owed - rebate)
    })
  })
