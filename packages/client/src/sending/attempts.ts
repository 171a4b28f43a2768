/**
 * When the attempts of a call were made, by the exchange's clock.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { KalshiPublic } from "../Capability.ts"
import * as ClockSkew from "./ClockSkew.ts"
import { type Interval, jumped, read, type Reading } from "./skew.ts"

/**
 * How far a signature's timestamp can be from the exchange's clock. The document gives no figure. Others measured that 30
 * seconds are about the limit, and that 60 are refused. A clock that was not measured is not further off either, because
 * the exchange would refuse its signatures.
 */
export const mostSkewMillis = 60_000

/** When the exchange can have carried out an attempt, in Unix milliseconds by its own clock. */
export interface ExchangeWindow {
  /** Not before: the first attempt had not been sent. */
  readonly fromMillis: number
  /** Not after: the last signature is too old by then. */
  readonly untilMillis: number
}

/** What this machine's clocks showed while a call was sent. */
export interface Attempts {
  /** Before the first attempt. */
  readonly began: Reading
  /** At the last attempt. Later, when the call ended. */
  last: Reading
  /** The latest timestamp of a signature. Undefined before the first attempt. */
  signedMillis: number | undefined
  /** Whether the wall clock was set, or the machine slept, between two readings. */
  clockChanged: boolean
}

export const begin = (began: Reading): Attempts => ({
  began,
  last: began,
  signedMillis: undefined,
  clockChanged: false
})

/** Records a reading while the call is sent. */
export const note = (attempts: Attempts, reading: Reading): void => {
  attempts.clockChanged ||= jumped(attempts.last, reading)
  attempts.last = reading
}

/** Called right before an attempt of a write is sent, with the timestamp of its signature. Default: undefined. */
export const OnAttempt: Context.Reference<((sent: Reading, signedMillis: number) => void) | undefined> =
  /*#__PURE__*/ Context.Reference<((sent: Reading, signedMillis: number) => void) | undefined>(
    "@kalshi-effect/client/internal/OnAttempt",
    { defaultValue: () => undefined }
  )

/** Records readings of every attempt that runs inside. */
export const observed =
  (attempts: ReadonlyArray<Attempts>) =>
  <A, E, R>(send: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(send, OnAttempt, (sent, signedMillis) => {
      for (const one of attempts) {
        note(one, sent)
        one.signedMillis = Math.max(one.signedMillis ?? signedMillis, signedMillis)
      }
    })

/** This machine's clocks now, and how far the exchange's clock is from its wall clock. */
export interface Now extends Reading {
  /** Undefined if no response had a usable date. */
  readonly skew: Interval | undefined
}

export const now: Effect.Effect<Now, never, KalshiPublic> = /*#__PURE__*/ Effect.flatMap(ClockSkew.measured, (skew) =>
  Effect.clockWith((clock) => Effect.sync(() => ({ ...read(clock), skew })))
)

/**
 * Bounds of the exchange's time at a reading of the same process. The monotonic clock says how long ago the reading was, so
 * what the wall clock showed then does not matter.
 */
export const exchangeTimeAt = (reading: Reading, now: Now, unmeasuredMillis = mostSkewMillis): Interval => {
  const wallMillis = now.wallMillis - (now.monotonicMillis - reading.monotonicMillis)
  return {
    lowerMillis: wallMillis + (now.skew?.lowerMillis ?? -unmeasuredMillis),
    upperMillis: wallMillis + (now.skew?.upperMillis ?? unmeasuredMillis)
  }
}

/** The times of a call in a form that another process can use. */
export interface Times {
  /** Unix milliseconds by this machine's clock, or the timestamp of the last signature if that is later. */
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
            untilMillis: signedMillis + mostSkewMillis
          },
    clockChanged
  }
}
