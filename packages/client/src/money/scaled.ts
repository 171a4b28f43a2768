/**
 * Conversion between decimal strings and scaled integers, and integer division with rounding.
 *
 * @module
 */

/** One dollar in micro-dollars. */
export const oneDollar = 1_000_000n

const powersOfTen = [1n, 10n, 100n, 1_000n, 10_000n, 100_000n, 1_000_000n] as const

/**
 * Parses a decimal to an integer in units of `10^-places`. Undefined if the pattern does not match. The pattern must
 * allow only an optional sign, digits, and at most `places` decimals after a point.
 */
export const parse = (text: string, pattern: RegExp, places: 2 | 6): bigint | undefined => {
  // Untyped code can pass a number, which `test` would convert to a string.
  if (typeof text !== "string" || !pattern.test(text)) return undefined
  const point = text.indexOf(".")
  if (point === -1) return BigInt(text) * powersOfTen[places]!
  return BigInt(text.slice(0, point) + text.slice(point + 1)) * powersOfTen[places + point + 1 - text.length]!
}

/** Prints units of `10^-places` with the fewest decimals that are exact, but at least two. */
export const print = (units: bigint, places: 2 | 6): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0")
  const point = digits.length - places
  let end = digits.length
  while (end > point + 2 && digits[end - 1] === "0") end--
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point, end)}`
}

/** Rounds `numerator / denominator` down. The denominator must be positive. */
export const divideDown = (numerator: bigint, denominator: bigint): bigint => {
  const quotient = numerator / denominator
  return numerator % denominator < 0n ? quotient - 1n : quotient
}

/** Rounds `numerator / denominator` up. The denominator must be positive. */
export const divideUp = (numerator: bigint, denominator: bigint): bigint => -divideDown(-numerator, denominator)

/**
 * Rounds `numerator / denominator` to the nearest integer. Halves are rounded to the even integer. The denominator must
 * be positive.
 */
export const divideHalfEven = (numerator: bigint, denominator: bigint): bigint => {
  const down = divideDown(numerator, denominator)
  const twice = (numerator - down * denominator) * 2n
  return twice > denominator || (twice === denominator && down % 2n !== 0n) ? down + 1n : down
}
