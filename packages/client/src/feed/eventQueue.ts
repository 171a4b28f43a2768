/**
 * A bounded queue of events between the feed and one consumer.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ChannelName } from "../generated/feed.ts"
import { type FeedError, Lagging } from "./FeedError.ts"
import type { FeedService } from "./KalshiFeed.ts"

const defaultBufferSize = 65_536

/** Events that wait for one consumer. */
export interface EventQueue<A> {
  /** Adds an event, unless the queue is full: then its stream ends with `Lagging`. */
  readonly offer: (event: A) => void
  readonly end: (error: FeedError | undefined) => void
  readonly stream: Stream.Stream<A, FeedError>
}

/** Makes a queue whose depth is part of the metrics of a feed. `onLagging` is called outside of the delivery. */
export const makeEventQueue = <A>(
  feed: FeedService,
  channel: ChannelName,
  onLagging: () => void,
  bufferSize = defaultBufferSize
): Effect.Effect<EventQueue<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const queue = yield* Queue.dropping<A, FeedError | Cause.Done>(bufferSize)
    const watched = yield* Effect.acquireRelease(
      Effect.sync(() => feed.watchQueue(channel, () => Queue.sizeUnsafe(queue))),
      (watched) => Effect.sync(watched.close)
    )
    let isOver = false
    return {
      offer: (event) => {
        if (isOver || Queue.offerUnsafe(queue, event)) return
        // The stream first delivers the events that wait.
        isOver = true
        watched.onLagging()
        Queue.failCauseUnsafe(queue, Cause.fail(new Lagging({ channel, waiting: bufferSize })))
        // Not inside the delivery to the other subscribers.
        queueMicrotask(onLagging)
      },
      end: (error) => {
        isOver = true
        if (error === undefined) Queue.endUnsafe(queue)
        else Queue.failCauseUnsafe(queue, Cause.fail(error))
      },
      stream: Stream.fromQueue(queue)
    }
  })
