/**
 * Limits the time of one attempt of a call.
 *
 * `Effect.timeoutOrElse` races the effect against a second fiber that sleeps. With the platform's clock, this module
 * uses a platform timer instead, which costs less. With another clock, such as a test clock, or if the duration is too
 * long for a platform timer, it uses `Effect.timeoutOrElse`.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

const platformClock = /*#__PURE__*/ Context.get(/*#__PURE__*/ Context.empty(), Clock.Clock)

const longestTimerMillis = 2 ** 31 - 1

/** Interrupts the effect after `millis`, waits for its finalizers, and continues with `orElse`. */
export const timeoutOrElse = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  millis: number,
  orElse: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiber((parent) => {
    if (parent.getRef(Clock.Clock) !== platformClock || millis > longestTimerMillis) {
      return Effect.timeoutOrElse(effect, { duration: millis, orElse: () => orElse })
    }
    return Effect.contextWith((context: Context.Context<R>) =>
      Effect.callback<A, E, R>((resume) => {
        const fiber = Effect.runForkWith(context)(effect)
        const interrupted = Fiber.interrupt(fiber)
        const timer = setTimeout(() => resume(Effect.andThen(interrupted, orElse)), Math.ceil(millis))
        fiber.addObserver((exit) => {
          clearTimeout(timer)
          resume(exit)
        })
        return Effect.suspend(() => {
          clearTimeout(timer)
          return interrupted
        })
      })
    )
  })
