/**
 * Times, prices and counts as the views show them.
 *
 * @module
 */

const two = (value: number): string => String(value).padStart(2, "0")

/** Writes the time of day in UTC, such as `12:00:01`. Returns an empty text for a time that does not exist. */
export const timeOf = (millis: number): string => {
  const date = new Date(millis)
  return Number.isNaN(date.getTime())
    ? ""
    : `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

/** Writes a duration in whole units, such as `4 s`, `12 min` or `3 h`. */
export const durationOf = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1_000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3_600)} h`
}

/** Adds zeros until the decimal has at least `decimals` decimals: `0.45` becomes `0.4500`. */
export const withDecimals = (decimal: string, decimals: number): string => {
  const point = decimal.indexOf(".")
  const present = point === -1 ? 0 : decimal.length - point - 1
  if (present >= decimals) return decimal
  return `${decimal}${point === -1 ? "." : ""}${"0".repeat(decimals - present)}`
}

export const priceOf = (dollars: string): string => withDecimals(dollars, 4)
