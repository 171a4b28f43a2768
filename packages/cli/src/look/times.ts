/**
 * Times on the command line and in tables.
 *
 * @module
 */
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { usage } from "../app/failures.ts"

export type TimeInput =
  | { readonly _tag: "At"; readonly millis: number }
  | { readonly _tag: "Ago"; readonly millis: number }

const unitMillis: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000
}

const relative = /^(\d{1,6})([smhdw])$/
const absolute =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/i

/**
 * Parses a duration before now (units `s`, `m`, `h`, `d`, `w`), a date, or a date with a time. A time without a zone is
 * in UTC.
 */
export const parseTime = (text: string): TimeInput | undefined => {
  const [, amount, unit] = relative.exec(text) ?? []
  if (unit !== undefined) return { _tag: "Ago", millis: Number(amount) * unitMillis[unit]! }
  const parts = absolute.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour = "00", minute = "00", second = "00", zone = "Z"] = parts
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`)
  if (!Number.isFinite(millis)) return undefined
  // `Date` accepts days that a month does not have, such as February 30, and converts them to days of the next month.
  const exists = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  return exists ? { _tag: "At", millis } : undefined
}

const time = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}: a time such as 2026-11-30T09:00Z, or 24h for 24 hours ago`),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseTime(text)),
      () => "a date, a time such as 2026-11-30T09:00Z, or a duration such as 24h"
    ),
    Flag.optional
  )

export const range = {
  since: time("since", "Only rows from this time on"),
  until: time("until", "Only rows up to this time")
}

export interface Range {
  readonly since: Option.Option<TimeInput>
  readonly until: Option.Option<TimeInput>
}

/** The range in Unix seconds. */
export const secondsOf = ({ since, until }: Range) =>
  Effect.gen(function* () {
    const nowMillis = yield* Clock.currentTimeMillis
    const of = (input: Option.Option<TimeInput>, round: (seconds: number) => number): number | undefined => {
      if (Option.isNone(input)) return undefined
      const { _tag, millis } = input.value
      return round((_tag === "At" ? millis : nowMillis - millis) / 1000)
    }
    // Both ends are rounded outwards, so that no row of the range is missing.
    const [start, end] = [of(since, Math.floor), of(until, Math.ceil)]
    if (start !== undefined && end !== undefined && start > end) {
      return yield* usage("--since is later than --until. Swap the two times")
    }
    return { min_ts: start, max_ts: end }
  })

/** A time of the exchange for people: `2026-11-30 09:00:00Z`. Any other text is returned unchanged. */
export const shortTime = (text: string | null | undefined): string | undefined =>
  text === null || text === undefined
    ? undefined
    : text.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/, "$1 $2Z")

export const shortSeconds = (seconds: number): string | undefined => {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : shortTime(date.toISOString())
}
