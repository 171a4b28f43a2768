/**
 * Measures the difference between the exchange's clock and this machine's clock, from the dates of responses.
 *
 * **Details**
 *
 * A signature contains this machine's time. If that time is too far from the exchange's time, the exchange refuses the
 * request with 401. Every layer measures the difference from the `Date` headers of its responses. It sends no extra
 * requests. A date has a resolution of one second. The exchange writes the date after the client sends the request and
 * before the response arrives. So one response gives an interval for the difference, and several responses give the
 * intersection of their intervals. A response replaces a measurement that it contradicts, or that is several minutes
 * old. A measurement is discarded if this machine's clock was set or the machine slept. A response is ignored if it has
 * no valid date, or if it comes from a cache (it has an `Age` header or reports a CDN hit).
 *
 * With the option `correctClockSkew` of `Kalshi.layer`, the layer signs with the measured time of the exchange.
 *
 * **Gotchas**
 *
 * The exchange does not document the largest difference that it accepts.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type ClockSkewMeasurement, KalshiPublic } from "../Capability.ts"

export type { ClockSkewMeasurement as Measurement } from "../Capability.ts"

/**
 * The current measurement. Undefined until a response with a usable date arrives, and after a measurement is discarded.
 *
 * **Example** (Warning about a wrong clock)
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
