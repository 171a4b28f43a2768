/**
 * The fee of one fill: the fee model, its rounding, and the refund of earlier roundings.
 *
 * Rates are in millionths, prices in ten-thousandths of a dollar, counts in hundredths of a contract, and amounts in
 * micro-dollars. The model's fee is rate × count × price × (1 − price).
 *
 * @module
 */
import type { Assumptions } from "../../Assumptions.ts"
import { dollar } from "../decimal.ts"

/**
 * Rate × price × (1 − price) × count in units of 1/`perMicro` micro-dollar, as `high × 10⁶ + low`. Undefined if `high`
 * is not a safe integer.
 */
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

/** The fee, rounded up to whole steps. Recorded: 1 contract at $0.52 and 7 % costs $0.0175. */
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

/** The fee to reserve, rounded down to whole micro-dollars. */
export const feeDown = (rate: number, count: number, price: number): number => {
  const parts = split(rate, count, price)
  return parts === undefined
    ? Number(exact(rate, count, price) / perMicro)
    : (parts.high - (parts.high % 10_000)) / 10_000
}

/** All amounts are in micro-dollars. */
export interface Rounding {
  readonly feeStep: number
  readonly balanceStep: number
  /** Carried rounding is refunded in multiples of this amount. */
  readonly rebateStep: number
  /** This part of the carried amount is never refunded. */
  readonly rebateBeyond: number
}

const cent = 10_000

/**
 * Newer rule: trade fees round up to $0.000001, and the carried amount is refunded in whole steps of the balance. Older
 * rule: trade fees round up to $0.0001, and the carried amount is refunded in whole cents, once it exceeds one cent.
 */
export const roundingOf = ({ balanceSteps, feeRounding }: Assumptions): Rounding => {
  const balanceStep = balanceSteps === "cent" ? cent : 100
  return feeRounding === "centicent"
    ? { feeStep: 100, balanceStep, rebateStep: cent, rebateBeyond: 1 }
    : { feeStep: 1, balanceStep, rebateStep: balanceStep, rebateBeyond: 0 }
}

/** The remainder of the division, never negative. */
const modulo = (value: number, step: number): number => {
  const rest = value % step
  return rest < 0 ? rest + step : rest
}

/**
 * Returns what a fill costs in addition to its price: the trade fee, plus the rounding of the balance change down to
 * whole steps, minus the refund of earlier roundings. Updates the amount that the order carries.
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
