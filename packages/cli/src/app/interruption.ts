/**
 * What Ctrl-C (SIGINT) and SIGTERM mean for a command. Usually they interrupt it, and it ends with the exit code
 * `interrupted`. Three kinds of commands differ:
 *
 * - {@link endsByInterruption}: the interruption is the normal end, for example of a view. The exit code is 0.
 * - {@link stopRequested}: the command does its last work, such as closing a file, and ends by itself.
 * - {@link waitsForOutcome}: the command must learn the outcome of a request first.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"

/** How a run ends if it is interrupted. If `exit` is undefined, it ends with the exit code `interrupted`. */
interface Ending {
  exit: Exit.Exit<unknown, unknown> | undefined
}

class RunEnding extends Context.Reference<Ending | undefined>("@kalshi-effect/cli/RunEnding", {
  defaultValue: () => undefined
}) {}

/**
 * Runs a command, and returns its exit. If the user interrupts it, returns the exit that the command chose for this
 * case.
 */
export const exitOf = <A, E, R>(
  command: Effect.Effect<A, E, R>
): Effect.Effect<Exit.Exit<unknown, unknown>, never, R> =>
  Effect.suspend(() => {
    const ending: Ending = { exit: undefined }
    return Effect.interruptible(Effect.provideService(command, RunEnding, ending)).pipe(
      Effect.exit,
      Effect.map((exit) =>
        Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? (ending.exit ?? exit) : exit
      ),
      Effect.uninterruptible
    )
  })

const decide = (exit: Exit.Exit<unknown, unknown>) =>
  Effect.map(RunEnding, (ending) => {
    if (ending !== undefined) ending.exit = exit
  })

/** Runs an effect whose normal end is an interruption, such as a stream of events. Ctrl-C then ends the run with 0. */
export const endsByInterruption = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.andThen(decide(Exit.void), effect)

const signals = Effect.gen(function* () {
  const queue = yield* Queue.unbounded<void>()
  const received = () => void Queue.offerUnsafe(queue, undefined)
  yield* Effect.acquireRelease(
    Effect.sync(() => void process.on("SIGINT", received).on("SIGTERM", received)),
    () => Effect.sync(() => void process.off("SIGINT", received).off("SIGTERM", received))
  )
  return queue
})

/**
 * Runs an effect that Ctrl-C does not interrupt. After the first Ctrl-C, `waits` runs; the second Ctrl-C ends the effect
 * with the error `stopped`. The exit of the effect decides how the run ends.
 *
 * **Gotchas**
 *
 * After the first Ctrl-C, the code after this effect does not run.
 */
export const waitsForOutcome = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  waits: Effect.Effect<void>,
  stopped: E2
): Effect.Effect<A, E | E2, R> =>
  Effect.gen(function* () {
    const queue = yield* signals
    const interrupted = Effect.gen(function* () {
      yield* Queue.take(queue)
      yield* waits
      yield* Queue.take(queue)
      return yield* Effect.fail(stopped)
    })
    // Each branch of the race is a separate fiber, so an interruption of the command does not reach it.
    const raced = Effect.raceFirst(Effect.interruptible(effect), Effect.interruptible(interrupted))
    return yield* Effect.onExit(raced, decide)
  }).pipe(Effect.scoped, Effect.uninterruptible)

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * Completes at the first SIGINT, SIGTERM or SIGHUP. This signal does not interrupt the command, so the command can end
 * with code 0. A second signal interrupts the command as usual.
 */
const signalled: Effect.Effect<void> = Effect.callback((resume) => {
  const usual = stopSignals.map((signal) => [signal, process.rawListeners(signal)] as const)
  const restore = (): void => {
    for (const [signal, listeners] of usual) {
      process.removeListener(signal, stop)
      // Raw listeners can be added again, although Node's types do not say so.
      for (const listener of listeners) process.on(signal, listener as NodeJS.SignalsListener)
    }
    usual.length = 0
  }
  const stop = (): void => {
    restore()
    resume(Effect.void)
  }
  for (const signal of stopSignals) {
    process.removeAllListeners(signal)
    process.on(signal, stop)
  }
  return Effect.sync(restore)
})

export class StopRequested extends Context.Reference<Effect.Effect<void>>("@kalshi-effect/cli/StopRequested", {
  defaultValue: () => signalled
}) {}

export const stopRequested: Effect.Effect<void> = Effect.flatMap(StopRequested, (requested) => requested)
