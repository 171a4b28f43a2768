/**
 * Shared parts of the modules that receive the same data over several lines and merge it. A line is a subscription on
 * its own session (a set of connections).
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

export const checkLines = (operation: string, lines: number): Effect.Effect<void, InvalidRequest> =>
  Number.isInteger(lines) && lines >= 1 && lines <= maxLines
    ? Effect.void
    : Effect.fail(
        new InvalidRequest({ operation, pointer: "/lines", reason: `expected an integer from 1 to ${maxLines}` })
      )

/** Returns one session for each line. The first line uses the session of the layer. */
export const sessionsOf = (lines: number): Effect.Effect<ReadonlyArray<FeedService>, never, KalshiFeed | Scope.Scope> =>
  Effect.flatMap(KalshiFeed, (feed) =>
    Effect.map(Effect.replicateEffect(feed.openSession, lines - 1), (others) => [feed, ...others])
  )

/** Whether an error concerns the markets that a line requested. */
export const isMarketsError = (error: FeedError): error is MarketsError =>
  error._tag === "SubscriptionRefused" ||
  error._tag === "MarketsNotListed" ||
  error._tag === "SnapshotMissing" ||
  error._tag === "CommandTimedOut"

export const nextRetryMillis = (lastMillis: number | undefined): number =>
  Math.min((lastMillis ?? minRetryMillis / 2) * 2, maxRetryMillis)

interface Timed {
  readonly nextMillis: () => number | undefined
  readonly tick: () => void
}

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
