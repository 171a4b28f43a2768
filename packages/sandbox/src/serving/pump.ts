/**
 * Calls a feed at its scheduled times.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"

export interface Scheduled {
  /** The next scheduled time, in Unix milliseconds of Effect's clock. Undefined if nothing is scheduled. */
  nextMillis(): number | undefined
  /** After the call, `nextMillis` must be later than now. */
  tick(): void
  /** Calls back when `nextMillis` may have become earlier. Returns a function that removes the callback. */
  onReschedule(callback: () => void): () => void
}

/** Calls `tick` at the scheduled times of Effect's clock, until the scope closes. */
export const pump = (feed: Scheduled): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const rescheduled = Latch.makeUnsafe(false)
    let wakesMillis = Infinity
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        feed.onReschedule(() => {
          if ((feed.nextMillis() ?? Infinity) < wakesMillis) {
            rescheduled.openUnsafe()
          }
        })
      ),
      (end) => Effect.sync(end)
    )
    const step = Effect.gen(function* () {
      rescheduled.closeUnsafe()
      const nowMillis = yield* Clock.currentTimeMillis
      wakesMillis = feed.nextMillis() ?? Infinity
      if (wakesMillis <= nowMillis) {
        feed.tick()
      } else if (wakesMillis === Infinity) {
        yield* rescheduled.await
      } else {
        const duration = Math.min(wakesMillis - nowMillis, maxSleepMillis)
        yield* Effect.timeoutOrElse(rescheduled.await, { duration, orElse: () => Effect.void })
      }
    })
    yield* step.pipe(
      Effect.forever,
      Effect.tapDefect((defect) => Effect.logError("the feed of the local exchange stopped", defect)),
      Effect.forkScoped({ startImmediately: true })
    )
  })

/** Node's timers hold at most 2³¹ − 1 milliseconds. */
const maxSleepMillis = 2 ** 31 - 1
