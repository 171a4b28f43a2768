/**
 * Fees of one fill: the model, its rounding, and what is carried from fill to fill of an order.
 *
 * Rates are in millionths, prices in ten-thousandths of a dollar, counts in hundredths of a contract, amounts in
 * micro-dollars. Each formula is rate × count × price × (1 − price).
 *
 * @module
 */
import type { Assumptions } from "../../Assumptions.ts"
import { dollar } from "../decimal.ts"

/** Rate × price × (1 − price) × count in units of which `perMicro` are one micro-dollar, as `high × 10⁶ + low`. */
const split = (
  rate: number,
  count: number,
  price: number
): { readonly high: number; readonly low: number } | undefined => {
  const product = rate * price * (dollar - price)
  const rest = product % million
  const carried = rest * count
  const low = carried % million
  const high = ((product - rest) / million) * count + (carried - low) / million
  return Number.isSafeInteger(high) ? { high, low } : undefined
}

const million = 1e6
const perMicro = 10_000_000_000n

const exact = (rate: number, count: number, price: number): bigint =>
  BigInt(rate * price * (dollar - price)) * BigInt(count)

/** The model's fee, rounded up to whole steps. Recorded: 1 contract at $0.52 and 7 % costs $0.0175. */
export const feeUp = (rate: number, count: number, price: number, stepMicros: number): number => {
  const parts = split(rate, count, price)
  if (parts === undefined) {
    const unit = perMicro * BigInt(stepMicros)
    return Number((exact(rate, count, price) + unit - 1n) / unit) * stepMicros
  }
  const unit = 10_000 * stepMicros
  const rest = parts.high % unit
  return ((parts.high - rest) / unit + (rest === 0 && parts.low === 0 ? 0 : 1)) * stepMicros
}

/** The model's fee in whole micro-dollars, rounded down: what a resting order sets aside for it. */
export const feeDown = (rate: number, count: number, price: number): number => {
  const parts = split(rate, count, price)
  return parts === undefined
    ? Number(exact(rate, count, price) / perMicro)
    : (parts.high - (parts.high % 10_000)) / 10_000
}

/** How an exchange rounds, in micro-dollars. */
export interface Rounding {
  /** A trade fee is a whole number of these. */
  readonly feeStep: number
  /** A balance is a whole number of these. */
  readonly balanceStep: number
  /** What an order carries is given back in these. */
  readonly rebateStep: number
  /** How much more than one of them must be carried. */
  readonly rebateBeyond: number
}

const cent = 10_000

/**
 * The published rounding: by the newer rule, trade fees go up to $0.000001 and steps of the balance are given back; by the
 * older one they go up to $0.0001, and whole cents are given back once more than one is carried.
 */
export const roundingOf = ({ balanceSteps, feeRounding }: Assumptions): Rounding => {
  const balanceStep = balanceSteps === "cent" ? cent : 100
  return feeRounding === "centicent"
    ? { feeStep: 100, balanceStep, rebateStep: cent, rebateBeyond: 1 }
    : { feeStep: 1, balanceStep, rebateStep: balanceStep, rebateBeyond: 0 }
}

/** The remainder that is never negative. */
const modulo = (value: number, step: number): number => {
  const rest = value % step
  return rest < 0 ? rest + step : rest
}

/**
 * What a fill is charged besides its price: the trade fee, what brings the change of the balance down to whole steps, less
 * what is given back of earlier roundings. Writes what the order carries from here on.
 */
export const charge = (
  order: { carriedMicros: number },
  rounding: Rounding,
  tradeFee: number,
  revenueMicros: number
): number => {
  const rounded = modulo(revenueMicros - tradeFee, rounding.balanceStep)
  const carried = order.carriedMicros + rounded
  const fee = tradeFee + rounded
  const due = Math.max(0, Math.min(carried - rounding.rebateBeyond, fee))
  const rebate = due - (due % rounding.rebateStep)
  order.carriedMicros = carried - rebate
  return fee - rebate
}
