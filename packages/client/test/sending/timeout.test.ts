import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Context, Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { timeoutOrElse } from "../../src/sending/timeout.ts"
import { shifted } from "../support/shiftedClock.ts"

class Name extends Context.Service<Name, string>()("test/Name") {}

const late = Effect.succeed("late")

const clocks: ReadonlyArray<readonly [string, <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>]> = [
  ["on the platform's clock", (effect) => effect],
  ["on another clock", shifted(1_000)]
]

describe("timeoutOrElse", () => {
  for (const [name, on] of clocks) {
    describe(name, () => {
      it.live("returns the result of an effect that ends in time", () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* on(timeoutOrElse(Effect.succeed("now"), 60_000, late)), "now")
          assert.strictEqual(yield* on(timeoutOrElse(Effect.delay(Effect.succeed("soon"), 5), 60_000, late)), "soon")
        })
      )

      it.live("passes on a failure and a defect of the effect", () =>
        Effect.gen(function* () {
          const failure = yield* Effect.flip(on(timeoutOrElse(Effect.fail("no" as const), 60_000, Effect.void)))
          assert.strictEqual(failure, "no")
          const exit = yield* Effect.exit(on(timeoutOrElse(Effect.die("broken"), 60_000, Effect.void)))
          assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        })
      )

      it.live("runs the effect with the services of its caller", () =>
        Effect.gen(function* () {
          const named = timeoutOrElse(
            Effect.map(Name, (service) => service),
            60_000,
            Effect.succeed("late")
          )
          assert.strictEqual(yield* on(Effect.provideService(named, Name, "mine")), "mine")
        })
      )

      it.live("interrupts a slow effect, and continues once its finalizers have run", () =>
        Effect.gen(function* () {
          const steps: Array<string> = []
          const slow = Effect.onInterrupt(Effect.never, () =>
            Effect.delay(
              Effect.sync(() => void steps.push("finalizer")),
              5
            )
          )
          const other = Effect.sync(() => void steps.push("other"))
          yield* on(timeoutOrElse(slow, 5, other))
          assert.deepStrictEqual(steps, ["finalizer", "other"])
        })
      )

      it.live("interrupts the effect with its caller, and runs the finalizers of the effect", () =>
        Effect.gen(function* () {
          const started = yield* Deferred.make<void>()
          let finalized = false
          const slow = Effect.onInterrupt(Effect.andThen(Deferred.succeed(started, undefined), Effect.never), () =>
            Effect.sync(() => {
              finalized = true
            })
          )
          const fiber = yield* Effect.forkChild(on(timeoutOrElse(slow, 60_000, Effect.never)))
          yield* Deferred.await(started)
          yield* Fiber.interrupt(fiber)
          assert.isTrue(finalized)
          assert.isTrue(Exit.isFailure((yield* Fiber.await(fiber)) as Exit.Exit<void>))
        })
      )

      it.live("accepts a limit that is longer than the longest platform timer", () =>
        Effect.gen(function* () {
          const soon = Effect.delay(Effect.succeed("soon"), 5)
          assert.strictEqual(yield* on(timeoutOrElse(soon, 2 ** 31, late)), "soon")
        })
      )
    })
  }

  it.live("clears its platform timer once the effect has ended or was interrupted", () => {
    const { clearTimeout, setTimeout } = globalThis
    const timers = new Set<unknown>()
    /** Records the timers that have this test's limit. */
    const watch = Effect.sync(() => {
      globalThis.setTimeout = ((run: () => void, millis?: number) => {
        const timer = setTimeout(run, millis)
        if (millis === 61_234) timers.add(timer)
        return timer
      }) as typeof globalThis.setTimeout // this test calls only this form
      globalThis.clearTimeout = (timer) => {
        timers.delete(timer)
        clearTimeout(timer)
      }
    })
    const unwatch = Effect.sync(() => Object.assign(globalThis, { clearTimeout, setTimeout }))
    return Effect.acquireUseRelease(
      watch,
      () =>
        Effect.gen(function* () {
          yield* timeoutOrElse(Effect.delay(Effect.succeed("soon"), 1), 61_234, late)
          assert.strictEqual(timers.size, 0)
          const fiber = yield* Effect.forkChild(timeoutOrElse(Effect.never, 61_234, Effect.never))
          yield* Effect.sleep(1)
          assert.strictEqual(timers.size, 1)
          yield* Fiber.interrupt(fiber)
          assert.strictEqual(timers.size, 0)
        }),
      () => unwatch
    )
  })

  it.effect("uses the test clock", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(timeoutOrElse(Effect.never, 10_000, Clock.currentTimeMillis))
      yield* TestClock.adjust("9999 millis")
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(fiber), 10_000)
    })
  )
})
