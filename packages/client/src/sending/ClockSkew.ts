/**
 * How far the exchange's clock is from this machine's, measured by the dates of responses.
 *
 * **Details**
 *
 * A signature contains this machine's time. If that time is too far from the exchange's, the exchange refuses the request
 * with 401. Every layer measures the difference by the `Date` header of each response, and sends no request for it. A date
 * has whole seconds, and was written between sending the request and receiving the response. So one response gives an
 * interval, and several give the part that their intervals share. A measurement is discarded when a response contradicts
 * it, after some minutes, and when this machine's clock was set or the machine slept. A response from a cache (with an
 * `Age`, or a hit of a CDN), or without a valid date, is ignored.
 *
 * `correctClockSkew` of `Kalshi.layer` signs with the exchange's time as measured.
 *
 * **Gotchas**
 *
 * The exchange does not document how far off a timestamp may be.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type ClockSkewMeasurement, KalshiPublic } from "../Capability.ts"

export type { ClockSkewMeasurement as Measurement } from "../Capability.ts"

/**
 * What the layer knows of the exchange's clock now. Undefined before the first response with a usable date.
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
