/**
 * Converts times and durations to numbers of milliseconds.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** Reads the monotonic clock. Unlike the wall clock, it is never set forward or back. */
export const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** NaN if the input is not a duration. */
export const durationMillis = (input: Duration.Input): number =>
  Option.match(Duration.fromInput(input), { onNone: () => Number.NaN, onSome: Duration.toMillis })

/** The milliseconds of `within`, or of `otherwise` if `within` is undefined. 0 for a value that is not a duration. */
export const boundMillis = (within: Duration.Input | undefined, otherwise: Duration.Input): number => {
  const millis = durationMillis(within ?? otherwise)
  return Number.isNaN(millis) ? 0 : millis
}
