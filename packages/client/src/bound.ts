import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** A bound in time, in milliseconds; none at all where the duration is no duration. */
export const boundMillis = (within: Duration.Input | undefined, otherwise: Duration.Input): number =>
  Option.match(Duration.fromInput(within ?? otherwise), { onNone: () => 0, onSome: Duration.toMillis })
