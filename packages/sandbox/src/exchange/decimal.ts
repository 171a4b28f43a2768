/**
 * Converts decimal strings of the API to scaled integers, and back.
 *
 * A price is a whole number of ten-thousandths of a dollar. A count is a whole number of hundredths of a contract.
 * Their product is exactly an amount in micro-dollars, so multiplication never rounds money.
 *
 * @module
 */

/** Ten-thousandths of a dollar in one dollar. */
export const dollar = 10_000

/** Hundredths of a contract in one contract. */
export const contract = 100

const countPattern = /^(\d{1,11})(?:\.(\d{1,2}))?$/
const pricePattern = /^(\d{1,9})\.(\d{2,4})$/
const dollarsPattern = /^(\d{1,9})(?:\.(\d{1,6}))?$/

const scaled = (text: string, pattern: RegExp, decimals: number): number | undefined => {
  const match = pattern.exec(text)
  return match === null ? undefined : Number(match[1] + (match[2] ?? "").padEnd(decimals, "0"))
}

/** Parses zero to two decimals. Undefined if invalid. */
export const parseCount = (text: string): number | undefined => scaled(text, countPattern, 2)

/** Parses two to four decimals, as in the published document. Undefined if invalid. */
export const parsePrice = (text: string): number | undefined => scaled(text, pricePattern, 4)

/** Parses dollars with at most six decimals. Undefined if invalid. */
export const parseMicros = (text: string): number | undefined => scaled(text, dollarsPattern, 6)

const print = (units: number | bigint, decimals: number): string => {
  const digits = String(units < 0 ? -units : units).padStart(decimals + 1, "0")
  return `${units < 0 ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

export const printCount = (hundredths: number): string => print(hundredths, 2)

export const printPrice = (tenThousandths: number): string => print(tenThousandths, 4)

export const printMicros = (micros: number | bigint): string => print(micros, 6)
