/**
 * How a user ends a command that runs until it is stopped, such as a recording.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * Completes at the first signal that asks the process to end. While it waits, the first signal does not interrupt the
 * command, so the command can end with code 0. A second signal interrupts the command as usual.
 */
const signalled: Effect.Effect<void> = Effect.callback((resume) => {
  const usual = signals.map((signal) => [signal, process.rawListeners(signal)] as const)
  const restore = (): void => {
    for (const [signal, listeners] of usual) {
      process.removeListener(signal, stop)
      // Node's own types do not say that raw listeners can be added again.
      for (const listener of listeners) process.on(signal, listener as NodeJS.SignalsListener)
    }
    usual.length = 0
  }
  const stop = (): void => {
    restore()
    resume(Effect.void)
  }
  for (const signal of signals) {
    process.removeAllListeners(signal)
    process.on(signal, stop)
  }
  return Effect.sync(restore)
})

/** Completes when the user asks the command to stop. Default: a signal such as Ctrl-C. */
export class StopRequested extends Context.Reference<Effect.Effect<void>>("@kalshi-effect/cli/StopRequested", {
  defaultValue: () => signalled
}) {}

/** Waits until the user asks the command to stop. Then the command ends with code 0. */
export const stopRequested: Effect.Effect<void> = Effect.flatMap(StopRequested, (requested) => requested)
