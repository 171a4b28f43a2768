/**
 * Counts, prices and times of the command line. All are checked before a change is sent.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type CommandError, usage } from "../app/failures.ts"

export const parseCount = (text: string): Option.Option<FixedPoint.Count> =>
  Option.filter(Result.getSuccess(FixedPoint.count(text)), (count) => FixedPoint.toHundredths(count) > 0n)

export const countExpected = "a number of contracts above zero with at most two decimals, such as 10 or 2.5"

const smallestPriceStep = 100n
const oneDollar = 1_000_000n

/** Parses a price in dollars. `.56` is 0.56. */
export const parsePrice = (text: string): Option.Option<FixedPoint.Dollars> =>
  Option.filter(Result.getSuccess(FixedPoint.dollars(text.replace(/^[.]/, "0."))), (price) => {
    const micros = FixedPoint.toMicros(price)
    return micros > 0n && micros < oneDollar && micros % smallestPriceStep === 0n
  })

/** Says what a price must be. A whole number from 1 to 99 is probably in cents. */
export const priceExpected = (text: string): string =>
  `a price in dollars per contract, above 0 and below 1, with at most four decimals, such as ${/^[1-9]\d?$/.test(text) ? `0.${text.padStart(2, "0")} for ${text} cents` : "0.56"}`

export const complement = (price: FixedPoint.Dollars): FixedPoint.Dollars =>
  // The exchange has no price outside 0 to 1 dollar.
  Result.getOrElse(FixedPoint.complement(price), () => price)

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** The last second of the year 9999. */
const latestSeconds = 253_402_300_799

/** Requires a zone, because a time without a zone would depend on this machine. */
const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

const parseTime = (text: string, nowMillis: number): number | undefined => {
  const relative = /^(\d{1,9})([smhd])$/.exec(text)
  // The pattern allows only the units of `unitSeconds`.
  if (relative !== null) {
    return Math.floor(nowMillis / 1_000) + Number(relative[1]) * unitSeconds[relative[2] as keyof typeof unitSeconds]
  }
  const [, year, month, day] = rfc3339.exec(text) ?? []
  // `Date.parse` reads 30 February as 2 March.
  const isDate = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  if (!isDate) return undefined
  const millis = Date.parse(text)
  return Number.isNaN(millis) ? undefined : Math.floor(millis / 1_000)
}

/** Parses a duration from now such as `10m`, or an RFC 3339 time. Returns Unix seconds. */
export const parseExpiry = (flag: string, text: string): Effect.Effect<number, CommandError> =>
  Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
    const seconds = parseTime(text, nowMillis)
    if (seconds === undefined || seconds > latestSeconds) {
      return Effect.fail(
        usage(
          `${flag} ${JSON.stringify(text)} is not a time. Pass a duration such as 90s, 10m, 2h or 1d, or a time with its zone such as 2026-12-24T18:00:00Z`
        )
      )
    }
    return seconds * 1_000 > nowMillis
      ? Effect.succeed(seconds)
      : Effect.fail(usage(`${flag} ${JSON.stringify(text)} is not in the future. Pass a later time`))
  })

export const formatSeconds = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(".000Z", "Z")
