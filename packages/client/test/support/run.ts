/** Runs effects on virtual time. */
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { assert } from "vitest"

/** Runs the effect until it waits for time to pass. */
export const start = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tap(Effect.forkChild(effect), () => TestClock.adjust(0))

export const runFor = <A, E, R>(duration: Parameters<typeof TestClock.adjust>[0], effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* start(effect)
    yield* TestClock.adjust(duration)
    return yield* Fiber.join(fiber)
  })

export const indexes = (count: number): Array<number> => Array.from({ length: count }, (_, index) => index)

export const concurrently = <A, E, R>(count: number, call: (index: number) => Effect.Effect<A, E, R>) =>
  Effect.forEach(indexes(count), call, { concurrency: "unbounded" })

export const errorOf = <A, E>(result: Result.Result<A, E>): E =>
  Result.isFailure(result) ? result.failure : assert.fail("the call succeeded")
