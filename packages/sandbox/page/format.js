/**
 * Numbers of the exchange as text. Prices are in ten-thousandths of a dollar, counts in hundredths of a contract, and
 * amounts in micro-dollars.
 */

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",")

/** `scale` is the number of decimals. Omits trailing zeros beyond `least` decimals. */
const decimal = (units, scale, least) => {
  const value = BigInt(units)
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0")
  const fraction = digits.slice(-scale)
  const kept = fraction.slice(0, least) + fraction.slice(least).replace(/0+$/, "")
  return `${value < 0n ? "−" : ""}${grouped(digits.slice(0, -scale))}${kept === "" ? "" : `.${kept}`}`
}

/** In cents: `45¢`, `45.25¢`. */
export const price = (tenThousandths, decimals = 0) => `${decimal(tenThousandths, 2, decimals)}¢`

/** That these prices in cents need. */
export const decimalsOf = (prices) =>
  prices.some((value) => value % 10 !== 0) ? 2 : prices.some((value) => value % 100 !== 0) ? 1 : 0

export const count = (hundredths) => decimal(hundredths, 2, 0)

/** Shows more than two decimals only if the amount has them. */
export const dollars = (micros) => {
  const text = decimal(micros, 6, 2)
  return text.startsWith("−") ? `−$${text.slice(1)}` : `$${text}`
}

/** In ten-thousandths of a dollar. Undefined if the text is not a price. */
export const parseCents = (text) => {
  const match = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*¢?\s*$/.exec(text)
  return match === null ? undefined : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"))
}

/** In hundredths of a contract. Undefined if the text is not a count. */
export const parseCount = (text) => {
  const match = /^\s*(\d{1,11})(?:[.,](\d{1,2}))?\s*$/.exec(text)
  return match === null ? undefined : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"))
}

/** In the format of the operator interface. */
export const toDollars = (tenThousandths) =>
  `${Math.floor(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, "0")}`

/** In the format of the operator interface. */
export const toContracts = (hundredths) =>
  `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`

const iso = (millis) => {
  const time = new Date(millis)
  return Number.isNaN(time.getTime()) ? "" : time.toISOString()
}

/** In UTC. */
export const clock = (millis) => iso(millis).slice(11, 19)
export const clockMillis = (millis) => iso(millis).slice(11, 23)
export const day = (millis) => iso(millis).slice(0, 10)

/** @type {ReadonlyArray<readonly [number, string]>} */
const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"]
]

/** In the two largest units: `1 h 15 min`. */
export const duration = (millis) => {
  let rest = Math.round(millis / 1_000) * 1_000
  const parts = []
  for (const [size, name] of units) {
    const whole = Math.floor(rest / size)
    rest -= whole * size
    if (whole > 0) parts.push(`${whole} ${name}`)
  }
  return parts.slice(0, 2).join(" ") || "0 s"
}

/** Dollars and cents, and the digits after the cents. */
export const dollarParts = (micros) => {
  const text = dollars(micros)
  const end = text.indexOf(".") + 3
  return [text.slice(0, end), text.slice(end)]
}
