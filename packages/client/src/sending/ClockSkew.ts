/**
 * Measures the difference between the exchange's clock and this machine's clock, by the dates of responses.
 *
 * **Details**
 *
 * A signature contains this machine's time. If that time is too far from the exchange's time, the exchange refuses the
 * request with 401. Every layer measures the difference by the `Date` header of each response, without further
 * requests. A date has a resolution of one second, and the exchange wrote it between the sending of the request and the
 * arrival of the response. So one response gives an interval for the difference, and several responses give the
 * intersection of their intervals. A new response replaces a measurement that contradicts it or that is several minutes
 * old. The measurement is also discarded if this machine's clock was set or the machine slept. A response without a
 * valid date, or from a cache (with an `Age` header, or a CDN hit), is ignored.
 *
 * With the option `correctClockSkew` of `Kalshi.layer`, the layer signs with the measured time of the exchange.
 *
 * **Gotchas**
 *
 * The exchange does not document how large the difference may be.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type ClockSkewMeasurement, KalshiPublic } from "../Capability.ts"

export type { ClockSkewMeasurement as Measurement } from "../Capability.ts"

/**
 * The current measurement. Undefined before the first response with a usable date, and if the measurement was
 * discarded.
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
