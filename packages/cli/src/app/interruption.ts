/**
 * Commands that run until the user ends them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { RunEnding } from "./changes.ts"

/** Runs an effect whose normal end is an interruption, such as a stream of events. Ctrl-C then ends the run with 0. */
export const endsByInterruption = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(RunEnding, (ending) => {
    if (ending !== undefined) ending.exit = Exit.void
    return effect
  })
