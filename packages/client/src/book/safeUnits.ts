/**
 * Decimals as safe integers: numbers that hold micro-dollars and hundredths of a contract exactly. Order books compute
 * with numbers, because they are faster. Other modules use bigint for money.
 *
 * @module
 */

const point = 46
const minus = 45
const zero = 48

/**
 * Parses a decimal to an integer in units of `10^-places`, as a number. Undefined if the text is not a decimal, has
 * more than `places` decimals, or exceeds the integers that a number holds exactly. Faster than `scaled.parse`.
 */
export const parse = (text: string, places: 2 | 6): number | undefined => {
  const start = text.charCodeAt(0) === minus ? 1 : 0
  let units = 0
  let decimals = -1
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === point && decimals === -1 && index > start) {
      decimals = 0
      continue
    }
    const digit = code - zero
    if (!(digit >= 0 && digit <= 9)) return undefined
    units = units * 10 + digit
    if (decimals !== -1 && ++decimals > places) return undefined
  }
  if (text.length === start || decimals === 0) return undefined
  for (let missing = places - Math.max(decimals, 0); missing > 0; missing--) units *= 10
  if (units > Number.MAX_SAFE_INTEGER) return undefined
  return start === 1 && units !== 0 ? -units : units
}

/** Prints units of `10^-places` as `scaled.print` does. */
export const print = (units: number, places: 2 | 6): string => {
  const scale = places === 2 ? 100 : 1_000_000
  const magnitude = Math.abs(units)
  const fraction = magnitude % scale
  let digits = String(fraction).padStart(places, "0")
  while (digits.length > 2 && digits.endsWith("0")) digits = digits.slice(0, -1)
  return `${units < 0 ? "-" : ""}${(magnitude - fraction) / scale}.${digits}`
}
