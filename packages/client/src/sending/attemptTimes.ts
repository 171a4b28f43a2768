/**
 * Records when this machine sent the attempts of a call, when the exchange can have carried them out, and whether a
 * response was lost.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { KalshiPublic } from "../Capability.ts"
import * as ClockSkew from "./ClockSkew.ts"
import { type Interval, jumped, read, type Reading } from "./skew.ts"

/**
 * The exchange refuses a signature whose timestamp differs from the exchange's clock by this time or more. The OpenAPI
 * document states no limit. In public measurements, the limit was about 30 seconds, and 60 seconds were refused. If the
 * clock skew was never measured, this value is its bound.
 */
export const maxSkewMillis = 60_000

/** The period in which the exchange can have carried out an attempt, in Unix milliseconds of the exchange's clock. */
export interface ExchangeWindow {
  /** The earliest time. The first attempt was not sent before it. */
  readonly fromMillis: number
  /** The latest time. After it, the exchange refuses the last signature as too old. */
  readonly untilMillis: number
}

/** The attempts of a call. The sender updates this record, so that it is complete even if the call is interrupted. */
export interface Attempts {
  /** The reading of the clocks before the first attempt. */
  readonly began: Reading
  /** The reading of the clocks at the last attempt, or later. */
  last: Reading
  /** The latest timestamp of a signature. Undefined before the first attempt. */
  signedMillis: number | undefined
  /** Whether the wall clock was set, or the machine slept, between two readings. */
  clockChanged: boolean
  /** Whether the exchange may have carried out an attempt whose response was lost. */
  responseLost: boolean
}

export const begin: Effect.Effect<Attempts> = /*#__PURE__*/ Effect.clockWith((clock) =>
  Effect.sync(() => {
    const began = read(clock)
    return { began, last: began, signedMillis: undefined, clockChanged: false, responseLost: false }
  })
)

export const recordReading = (attempts: Attempts, reading: Reading): void => {
  attempts.clockChanged ||= jumped(attempts.last, reading)
  attempts.last = reading
}

export const recordSent = (attempts: Attempts, sent: Reading, signedMillis: number): void => {
  recordReading(attempts, sent)
  attempts.signedMillis = Math.max(attempts.signedMillis ?? signedMillis, signedMillis)
}

/** The sender adds the attempts of signed writes to this record. */
export const Recorded: Context.Reference<Attempts | undefined> = /*#__PURE__*/ Context.Reference<Attempts | undefined>(
  "@kalshi-effect/client/internal/Recorded",
  { defaultValue: () => undefined }
)

export interface Now extends Reading {
  /** Undefined without a measurement. */
  readonly skew: Interval | undefined
}

export const now: Effect.Effect<Now, never, KalshiPublic> = /*#__PURE__*/ Effect.flatMap(ClockSkew.measured, (skew) =>
  Effect.clockWith((clock) => Effect.sync(() => ({ ...read(clock), skew })))
)

/**
 * The exchange's time when this process took the reading. The age of the reading comes from the monotonic clock, so
 * later changes of the wall clock do not matter. `unmeasuredMillis` bounds the clock skew if there is no measurement.
 */
export const exchangeTimeAt = (reading: Reading, now: Now, unmeasuredMillis = maxSkewMillis): Interval => {
  const wallMillis = now.wallMillis - (now.monotonicMillis - reading.monotonicMillis)
  return {
    lowerMillis: wallMillis + (now.skew?.lowerMillis ?? -unmeasuredMillis),
    upperMillis: wallMillis + (now.skew?.upperMillis ?? unmeasuredMillis)
  }
}

/** The times of a call as wall-clock times, so that another process can use them. */
export interface Times {
  /**
   * Unix milliseconds: the last attempt by this machine's clock, or the latest timestamp of a signature if it is later.
   */
  readonly lastAttemptMillis: number
  readonly window: ExchangeWindow | undefined
  readonly clockChanged: boolean
}

export const timesOf = (attempts: Attempts, now: Now): Times => {
  const { began, last, signedMillis } = attempts
  const lastMillis = Math.ceil(began.wallMillis + (last.monotonicMillis - began.monotonicMillis))
  const clockChanged = attempts.clockChanged || jumped(last, now)
  return {
    lastAttemptMillis: Math.max(lastMillis, signedMillis ?? lastMillis),
    window:
      clockChanged || signedMillis === undefined
        ? undefined
        : {
            fromMillis: Math.floor(exchangeTimeAt(began, now).lowerMillis),
            untilMillis: signedMillis + maxSkewMillis
          },
    clockChanged
  }
}
