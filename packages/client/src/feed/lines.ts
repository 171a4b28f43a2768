/**
 * The parts that all merges of several lines share. A line is a subscription on a session of its own.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import { InvalidRequest } from "../Errors.ts"
import type { FeedError, MarketsError } from "./FeedError.ts"
import { type FeedService, KalshiFeed } from "./KalshiFeed.ts"

const maxLines = 8
const minRetryMillis = 5_000
const maxRetryMillis = 60_000

/** Checks a number of lines. */
export const checkLines = (operation: string, lines: number): Effect.Effect<void, InvalidRequest> =>
  Number.isInteger(lines) && lines >= 1 && lines <= maxLines
    ? Effect.void
    : Effect.fail(
        new InvalidRequest({ operation, pointer: "/lines", reason: `expected an integer from 1 to ${maxLines}` })
      )

/** Returns the session of the layer, and opens others for the further lines. */
export const sessionsOf = (lines: number): Effect.Effect<ReadonlyArray<FeedService>, never, KalshiFeed | Scope.Scope> =>
  Effect.flatMap(KalshiFeed, (feed) =>
    Effect.map(Effect.replicateEffect(feed.openSession, lines - 1), (others) => [feed, ...others])
  )

/** Whether an error is about markets: the line itself lasts. */
export const isMarketsError = (error: FeedError): error is MarketsError =>
  error._tag === "SubscriptionRefused" ||
  error._tag === "MarketsNotListed" ||
  error._tag === "SnapshotMissing" ||
  error._tag === "CommandTimedOut"

/** Returns how long a line waits before it subscribes again to what was refused. `lastMillis` is its previous wait. */
export const nextRetryMillis = (lastMillis: number | undefined): number =>
  Math.min((lastMillis ?? minRetryMillis / 2) * 2, maxRetryMillis)

/** A state that needs a timer. */
interface Timed {
  readonly nextMillis: () => number | undefined
  readonly tick: () => void
}

/** Calls `tick` when a state asks for it. */
export const tickWhenDue = (timed: Timed, timer: Latch.Latch, clock: Clock.Clock): Effect.Effect<never> =>
  Effect.forever(
    Effect.suspend(() => {
      timer.closeUnsafe()
      const due = timed.nextMillis()
      if (due === undefined) return timer.await
      const waitMillis = due - clock.currentTimeMillisUnsafe()
      if (waitMillis <= 0) {
        timed.tick()
        return Effect.yieldNow
      }
      return Effect.timeoutOrElse(timer.await, { duration: waitMillis, orElse: () => Effect.void })
    })
  )
