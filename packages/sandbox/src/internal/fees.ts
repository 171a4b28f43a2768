/**
 * The trading fee of one fill.
 *
 * @module
 */
import { dollar } from "./decimal.ts"

/** A fee is a whole number of these: $0.0001, in micro-dollars. */
const feeStepMicros = 100

/**
 * The fee of one fill in micro-dollars: rate × count × price × (1 − price), rounded up to $0.0001.
 *
 * `rate` is in ten-thousandths (700 is 7 %), `count` in hundredths of a contract, `price` in ten-thousandths of a
 * dollar. Recorded: 1 contract at $0.52 and 7 % costs $0.0175.
 */
export const fillFee = (rate: number, count: number, price: number): number => {
  const product = rate * price * (dollar - price)
  // In steps of $0.0001: product / 1e8 (rate and one price) × count / 100.
  const numerator = product * count
  if (Number.isSafeInteger(numerator)) {
    const rest = numerator % divisor
    return ((numerator - rest) / divisor + (rest === 0 ? 0 : 1)) * feeStepMicros
  }
  const exact = BigInt(product) * BigInt(count)
  return Number((exact + BigInt(divisor) - 1n) / BigInt(divisor)) * feeStepMicros
}

const divisor = 1e10
