/**
 * Consumes a stream of the feed. The consumer can pause.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { World } from "./world.ts"

type Name = Parameters<typeof Feed.subscribe>[0]

export interface Consumer<Channel extends Name> extends Pick<
  Feed.Opened<Channel>,
  "add" | "remove" | "resubscribe" | "snapshot"
> {
  readonly pause: (isPaused: boolean) => void
  readonly close: () => void
}

export interface Handlers<Channel extends Name> {
  readonly onEvent: (event: Feed.FeedEvent<Channel>) => void
  /** `error` is undefined if the stream was closed. */
  readonly onEnd: (error: Feed.FeedError | undefined) => void
}

/** Opens a stream and consumes it. The consumer starts paused. Undefined if the session has too many connections. */
export const consume = <Channel extends Name>(
  world: World,
  channel: Channel,
  params: Feed.ChannelParameters<Channel>,
  bufferSize: number | undefined,
  handlers: Handlers<Channel>
): Consumer<Channel> | undefined => {
  const scope = Scope.makeUnsafe()
  const latch = Latch.makeUnsafe(false)
  const opening = Feed.open(channel, params, { bufferSize })
  const opened = world.run(Effect.result(Effect.provideContext(Scope.provide(opening, scope), world.client)))
  if (Result.isFailure(opened)) {
    const { failure } = opened
    world.expect(failure._tag === "TooManyConnections", () => `${channel} cannot be opened: ${failure.message}`)
    return undefined
  }
  const { add, events, remove, resubscribe, snapshot } = opened.success
  const consuming = Effect.matchEffect(
    Stream.runForEach(events, (event) =>
      Effect.andThen(
        latch.await,
        Effect.sync(() => handlers.onEvent(event))
      )
    ),
    {
      onFailure: (error) => Effect.sync(() => handlers.onEnd(error)),
      onSuccess: () => Effect.sync(() => handlers.onEnd(undefined))
    }
  )
  world.run(Scope.provide(Effect.forkScoped(consuming, { startImmediately: true }), scope))
  return {
    add,
    remove,
    resubscribe,
    snapshot,
    pause: (isPaused) => void (isPaused ? latch.closeUnsafe() : latch.openUnsafe()),
    close: () => world.run(Scope.close(scope, Exit.void))
  }
}
