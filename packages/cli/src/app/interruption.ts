/**
 * How a run ends when Ctrl-C or a signal interrupts it.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Exit } from "./exits.ts"

/** How the run ends when it is interrupted. Each run has its own. */
export interface Interruption {
  exit: Exit
}

/** The service of {@link Interruption}. The default ends no run normally. */
export class OnInterruption extends Context.Reference<Interruption>("@kalshi-effect/cli/OnInterruption", {
  defaultValue: () => ({ exit: "interrupted" })
}) {}

/** Runs an effect whose normal end is an interruption, such as a stream of events. The run then ends with 0. */
export const endsByInterruption = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(OnInterruption, (interruption) =>
    Effect.suspend(() => {
      interruption.exit = "done"
      return effect
    })
  )
