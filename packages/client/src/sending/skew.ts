/**
 * Measures the difference between the exchange's clock and this machine's clock, from the dates of one connection's
 * responses.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import { monotonicMillis } from "../time.ts"
import type { Measurement } from "./ClockSkew.ts"

/** This machine's two clocks, read at the same time. */
export interface Reading {
  readonly wallMillis: number
  readonly monotonicMillis: number
}

/** Bounds of the exchange's clock minus this machine's clock, in milliseconds. */
export interface Interval {
  readonly lowerMillis: number
  readonly upperMillis: number
}

export interface Skew {
  /**
   * Updates the measurement with a response. Returns the bounds from this response. Undefined if its date is not
   * usable, or if the wall clock jumped since the request was sent.
   */
  readonly observe: (
    sent: Reading,
    received: Reading,
    headers: Readonly<Record<string, string | undefined>>
  ) => Interval | undefined
  readonly measured: (now: Reading) => Measurement | undefined
  /**
   * Returns the milliseconds to add to this machine's clock for a signature. 0 without a measurement, or if the skew
   * may be within the resolution of a date (one second).
   */
  readonly correctionMillis: (now: Reading) => number
}

export const read = (clock: Clock.Clock): Reading => ({
  wallMillis: clock.currentTimeMillisUnsafe(),
  monotonicMillis: monotonicMillis(clock)
})

/** The resolution of a `Date` header. */
const resolutionMillis = 1_000

/**
 * The tolerated difference between the elapsed times of the wall clock and the monotonic clock. A larger difference
 * means that the wall clock was set or the machine slept.
 */
const jumpMillis = 250

/**
 * The age at which the newer measurement replaces the older one. In this time, clocks drift by a few dozen
 * milliseconds.
 */
const generationMillis = 300_000

/** Matches IMF-fixdate, the only form that servers may write (RFC 9110). */
const httpDate = /^[A-Z][a-z]{2}, [ \d]\d [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
/** This pattern and the next match two obsolete forms. Recipients must also accept them (RFC 9110). */
const rfc850 = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/
const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/

/** Reads an HTTP date, in Unix milliseconds. Undefined if the text is not an HTTP date. */
export const dateMillis = (header: string): number | undefined => {
  // The day of the week is not checked.
  const text = httpDate.test(header)
    ? header
    : header.replace(rfc850, "Mon, $1 $2 20$3 $4 GMT").replace(asctime, "Mon, $2 $1 $4 $3 GMT")
  const millis = httpDate.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(millis) ? undefined : millis
}

/**
 * When the exchange wrote a response, in Unix milliseconds. Undefined if that is unknown, or if the response comes from
 * a cache.
 */
const writtenMillis = (headers: Readonly<Record<string, string | undefined>>): number | undefined => {
  const { age, date } = headers
  if (date === undefined || age !== undefined || /\bhit\b|refreshhit/i.test(headers["x-cache"] ?? "")) return undefined
  const millis = dateMillis(date.trim())
  return millis === undefined || millis < 0 ? undefined : millis
}

const middle = ({ lowerMillis, upperMillis }: Interval): number => Math.round((lowerMillis + upperMillis) / 2)

/** Whether the skew that remains after a correction certainly exceeds the resolution of a date. */
export const isBeyondResolution = ({ lowerMillis, upperMillis }: Interval, correctedMillis: number): boolean =>
  lowerMillis - correctedMillis > resolutionMillis || upperMillis - correctedMillis < -resolutionMillis

export const explanation = (
  interval: Interval | undefined
): { readonly measuredClockSkewMillis?: number; readonly measuredClockSkewErrorMillis?: number } =>
  interval === undefined
    ? {}
    : {
        measuredClockSkewMillis: middle(interval),
        measuredClockSkewErrorMillis: Math.ceil((interval.upperMillis - interval.lowerMillis) / 2)
      }

/** The intersection of the bounds of responses since `sinceMillis`. */
interface Agreed extends Interval {
  readonly sinceMillis: number
}

const narrow = (agreed: Agreed | undefined, sample: Interval): Agreed | undefined => {
  if (agreed === undefined) return undefined
  const lowerMillis = Math.max(agreed.lowerMillis, sample.lowerMillis)
  const upperMillis = Math.min(agreed.upperMillis, sample.upperMillis)
  return lowerMillis <= upperMillis ? { sinceMillis: agreed.sinceMillis, lowerMillis, upperMillis } : undefined
}

/** Whether the wall clock was set, or the machine slept, between two readings. */
export const jumped = (from: Reading, to: Reading): boolean =>
  Math.abs(to.wallMillis - from.wallMillis - (to.monotonicMillis - from.monotonicMillis)) > jumpMillis

export const make = (): Skew => {
  // The older measurement includes more responses, so it is usually narrower. It is used until the newer one replaces
  // it.
  let older: Agreed | undefined
  let newer: Agreed | undefined
  let latest: Reading = { wallMillis: 0, monotonicMillis: 0 }

  const forgetIfJumped = (now: Reading): void => {
    if (newer !== undefined && jumped(latest, now)) older = newer = undefined
  }

  const current = (now: Reading): Interval | undefined => {
    forgetIfJumped(now)
    return older ?? newer
  }

  const learn = (sample: Interval, now: Reading): void => {
    forgetIfJumped(now)
    const nowMillis = now.monotonicMillis
    const isWithin = (agreed: Agreed | undefined, generations: number): boolean =>
      agreed !== undefined && nowMillis - agreed.sinceMillis < generations * generationMillis
    if (!isWithin(newer, 1)) {
      older = newer
      newer = undefined
    }
    older = isWithin(older, 3) ? narrow(older, sample) : undefined
    newer = narrow(newer, sample) ?? { sinceMillis: nowMillis, ...sample }
    latest = now
  }

  return {
    observe: (sent, received, headers) => {
      const date = writtenMillis(headers)
      if (date === undefined || jumped(sent, received)) return undefined
      const sample = {
        lowerMillis: date - received.wallMillis,
        upperMillis: date + resolutionMillis - sent.wallMillis
      }
      learn(sample, received)
      return sample
    },
    measured: (now) => {
      const interval = current(now)
      if (interval === undefined) return undefined
      const { lowerMillis, upperMillis } = interval
      const ageMillis = Math.max(0, now.monotonicMillis - latest.monotonicMillis)
      return { millis: middle(interval), lowerMillis, upperMillis, ageMillis }
    },
    correctionMillis: (now) => {
      const interval = current(now)
      return interval !== undefined && isBeyondResolution(interval, 0) ? middle(interval) : 0
    }
  }
}
