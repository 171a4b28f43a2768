/**
 * Subscriptions to the channels of the feed, as streams.
 *
 * **Example** (The trades of one market)
 *
 * ```ts
 * import * as Feed from "@kalshi-effect/client/Feed"
 * import * as Console from "effect/Console"
 * import * as Stream from "effect/Stream"
 *
 * const program = Feed.messages("trade", { market_tickers: ["KXHIGHNY-26NOV29-T50"] }).pipe(
 *   Stream.runForEach(({ msg }) => Console.log(msg.yes_price_dollars, msg.count_fp))
 * )
 * ```
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { InvalidRequest } from "../Errors.ts"
import type { ChannelMessage, ChannelName } from "../generated/feed.ts"
import { makeEventQueue } from "./eventQueue.ts"
import type { FeedError } from "./FeedError.ts"
import { KalshiFeed } from "./KalshiFeed.ts"
import type { SessionEvent } from "./session/events.ts"
import type { ChannelParameters } from "./session/requests.ts"
import type { Subscription } from "./session/Session.ts"
import type { SessionState } from "./session/state.ts"

export * from "./FeedError.ts"
export { KalshiFeed, layer, type Options } from "./KalshiFeed.ts"
export type { MessageEvent, SessionEvent } from "./session/events.ts"
export type { ChannelParameters } from "./session/requests.ts"
export type { Subscription } from "./session/Session.ts"
export { instruments } from "./telemetry.ts"
export type { ConnectionState, SessionState, SubscriptionState } from "./session/state.ts"

/** An event of a channel: a message, or what happened to messages on the way. */
export type FeedEvent<Name extends ChannelName> = SessionEvent<ChannelMessage<Name>>

/** Options of a subscription. */
export interface SubscribeOptions {
  /**
   * How many events may wait for the consumer. One more ends the stream with `Lagging`, after the events that wait: no
   * event is dropped in silence. Default: 65,536.
   */
  readonly bufferSize?: number | undefined
}

/** A subscription that can change. It ends with its scope. */
export interface Opened<Name extends ChannelName> extends Omit<Subscription, "close"> {
  /** The events from the subscription on, also those before the first pull. One consumer takes them. */
  readonly events: Stream.Stream<FeedEvent<Name>, FeedError>
}

/** Opens a subscription whose markets can change. */
export const open = <Name extends ChannelName>(
  channel: Name,
  params?: ChannelParameters<Name>,
  { bufferSize }: SubscribeOptions = {}
): Effect.Effect<Opened<Name>, InvalidRequest | FeedError, KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    const feed = yield* KalshiFeed
    let subscription: Subscription | undefined
    const onLagging = () => subscription?.close()
    const queue = yield* makeEventQueue<FeedEvent<Name>>(feed, channel, onLagging, bufferSize)
    const subscriber = { onEvent: queue.offer, onEnd: queue.end }
    const opened = yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(feed.subscribe<Name>({ channel, params }, subscriber))),
      (opened) => Effect.sync(() => opened.close())
    )
    subscription = opened
    const { add, list, remove, resubscribe, snapshot } = opened
    return { add, list, remove, resubscribe, snapshot, events: queue.stream }
  })

/**
 * Subscribes to a channel: a stream of its messages, and of what happened to them (gaps, outages, messages that do not
 * decode). The subscription lasts as long as the stream runs.
 *
 * **Details**
 *
 * Streams of one channel with the same filter share one subscription of the exchange. After a lost connection, the feed
 * connects again and restores every subscription; the stream then has `Outage` and `Restored`.
 */
export const subscribe = <Name extends ChannelName>(
  channel: Name,
  params?: ChannelParameters<Name>,
  options?: SubscribeOptions
): Stream.Stream<FeedEvent<Name>, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.unwrap(Effect.map(open(channel, params, options), ({ events }) => events))

/** Subscribes to a channel, and leaves out everything but its messages. Use {@link subscribe} to notice losses. */
export const messages = <Name extends ChannelName>(
  channel: Name,
  params?: ChannelParameters<Name>,
  options?: SubscribeOptions
): Stream.Stream<ChannelMessage<Name>, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.filterMap(subscribe(channel, params, options), (event) =>
    event._tag === "Message" ? Result.succeed(event.message) : Result.fail(undefined)
  )

/** The connections and subscriptions of the feed, now. */
export const state: Effect.Effect<SessionState, never, KalshiFeed> = /*#__PURE__*/ KalshiFeed.use(({ state }) => state)

/** Replaces the open connections: the new ones have all subscriptions before the old ones close, so no message is lost. */
export const changeOver: Effect.Effect<void, never, KalshiFeed> = /*#__PURE__*/ KalshiFeed.use(
  ({ changeOver }) => changeOver
)
