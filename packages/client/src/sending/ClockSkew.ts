/**
 * How far the exchange's clock is from this machine's, as the answers themselves tell.
 *
 * **Details**
 *
 * A signature carries this machine's time, and the exchange refuses a time that is too far from its own with 401. Every
 * layer measures the difference from the `Date` header of each answer that it gets, for nothing: no request is sent for
 * it. A date is of whole seconds and was written some time between the request's leaving and the answer's coming, so
 * one answer gives an interval, and several give the part that their intervals share. What was measured is given up as
 * soon as an answer contradicts it, after some minutes, and where this machine's clock was set or the machine slept. An
 * answer out of a cache (one with an `Age`, or that a CDN calls a hit), or without a proper date, is left aside.
 *
 * `correctClockSkew` of `Kalshi.layer` signs by the exchange's time as measured.
 *
 * **Gotchas**
 *
 * How far off the exchange allows a timestamp to be is documented nowhere.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type ClockSkewMeasurement, KalshiPublic } from "../Capability.ts"

export type { ClockSkewMeasurement as Measurement } from "../Capability.ts"

/**
 * What the layer knows of the exchange's clock now; undefined before the first answer with a date that is fit for it.
 *
 * **Example** (Warn of a clock that is off)
 *
 * ```ts
 * import * as ClockSkew from "@kalshi-effect/client/ClockSkew"
 * import * as Effect from "effect/Effect"
 *
 * const warn = Effect.flatMap(ClockSkew.measured, (skew) =>
 *   skew !== undefined && (skew.lowerMillis > 2_000 || skew.upperMillis < -2_000)
 *     ? Effect.logWarning(`this machine's clock is off by about ${skew.millis} ms`)
 *     : Effect.void
 * )
 * ```
 */
export const measured: Effect.Effect<ClockSkewMeasurement | undefined, never, KalshiPublic> =
  /*#__PURE__*/ Effect.flatMap(KalshiPublic, (sender) => sender.clockSkew)
