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
import type { ChannelMessage, ChannelName, RfqBatchBestQuotesMessage, TickerMessage } from "../generated/feed.ts"
import { Consumer, defaultBufferSize } from "./consumer.ts"
import type { FeedError } from "./FeedError.ts"
import { KalshiFeed } from "./KalshiFeed.ts"
import { Newest } from "./newest.ts"
import type { RawFrame, SessionEvent } from "./session/events.ts"
import type { ChannelParameters } from "./session/requests.ts"
import type { Subscription } from "./session/Session.ts"
import type { SessionState } from "./session/state.ts"

export * from "./FeedError.ts"
export { KalshiFeed, layer, type Options } from "./KalshiFeed.ts"
export type { MessageEvent, RawFrame, SessionEvent } from "./session/events.ts"
export type { ChannelParameters } from "./session/requests.ts"
export type { Subscription } from "./session/Session.ts"
export { instruments } from "./telemetry.ts"
export type { ConnectionState, SessionState, SubscriptionState } from "./session/state.ts"

/** An event of a channel: a message, or a notice about lost, late or invalid messages. */
export type FeedEvent<Name extends ChannelName> = SessionEvent<ChannelMessage<Name>>

/** Options of a subscription. */
export interface SubscribeOptions {
  /**
   * The maximum number of events that can wait for the consumer. If one more event arrives, the stream delivers the
   * waiting events and then fails with `Lagging`. Default: 65,536.
   */
  readonly bufferSize?: number | undefined
}

/** A subscription whose markets can change. It ends when its scope closes. */
export interface Opened<Name extends ChannelName> extends Omit<Subscription, "close"> {
  /** The events since the subscription was opened, even if the stream is run later. Run the stream only once. */
  readonly events: Stream.Stream<FeedEvent<Name>, FeedError>
}

/** Opens a subscription whose markets can change. */
export const open = <Name extends ChannelName>(
  channel: Name,
  params?: ChannelParameters<Name>,
  { bufferSize = defaultBufferSize }: SubscribeOptions = {}
): Effect.Effect<Opened<Name>, InvalidRequest | FeedError, KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    const feed = yield* KalshiFeed
    const consumer = yield* Consumer.make<FeedEvent<Name>>(channel, bufferSize)
    const watched = yield* Effect.acquireRelease(
      Effect.sync(() => feed.watchQueue(channel, () => consumer.size)),
      (watched) => Effect.sync(watched.close)
    )
    let subscription: Subscription | undefined
    const onEvent = (event: FeedEvent<Name>): void => {
      if (consumer.offer(event)) return
      watched.onLagging()
      // The subscription is closed later, because this event is still being delivered to other subscribers.
      queueMicrotask(() => subscription?.close())
    }
    const onEnd = (error: FeedError | undefined): void => consumer.end(error)
    const opened = yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(feed.subscribe<Name>({ channel, params }, { onEvent, onEnd }))),
      (opened) => Effect.sync(() => opened.close())
    )
    subscription = opened
    const { add, list, remove, resubscribe, snapshot } = opened
    return { add, list, remove, resubscribe, snapshot, events: consumer.stream }
  })

/**
 * Subscribes to a channel. The stream contains the messages of the channel, and events about losses: gaps, outages, and
 * messages that do not decode. The subscription ends with the stream.
 *
 * **Details**
 *
 * Streams of one channel share their subscriptions at the exchange if their parameters differ at most in the listed
 * markets, indices or underlyings. A stream of all markets shares none with a stream of listed markets. After a lost
 * connection, the feed connects again and restores its subscriptions. The stream then contains the events `Outage` and
 * `Restored`.
 */
export const subscribe = <Name extends ChannelName>(
  channel: Name,
  params?: ChannelParameters<Name>,
  options?: SubscribeOptions
): Stream.Stream<FeedEvent<Name>, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.unwrap(Effect.map(open(channel, params, options), ({ events }) => events))

/** Subscribes to a channel, and delivers only its messages. If losses matter to you, use {@link subscribe}. */
export const messages = <Name extends ChannelName>(
  channel: Name,
  params?: ChannelParameters<Name>,
  options?: SubscribeOptions
): Stream.Stream<ChannelMessage<Name>, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.filterMap(subscribe(channel, params, options), (event) =>
    event._tag === "Message" ? Result.succeed(event.message) : Result.fail(undefined)
  )

/**
 * Subscribes to `ticker`, and delivers the newest ticker of each market. A slow consumer receives one message for
 * several changes of a market.
 *
 * **Gotchas**
 *
 * The stream does not show losses and outages. If they matter to you, use {@link subscribe}.
 */
export const tickers = (
  params?: ChannelParameters<"ticker">
): Stream.Stream<TickerMessage, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const feed = yield* KalshiFeed
      const newest = yield* Newest.make<TickerMessage>()
      yield* Effect.acquireRelease(
        Effect.suspend(() =>
          Effect.fromResult(
            feed.subscribe<"ticker">(
              { channel: "ticker", params },
              {
                onEvent: (event) => {
                  if (event._tag === "Message") newest.publish(event.message.msg.market_ticker, event.message)
                },
                onEnd: (error) => newest.end(error)
              }
            )
          )
        ),
        (opened) => Effect.sync(() => opened.close())
      )
      return newest.stream
    })
  )

/**
 * The text frames of the feed's connections: data, replies, and frames that do not decode. Use the frames to make a
 * recording. `FeedMessages.decoder` decodes a recorded frame.
 *
 * **Details**
 *
 * The stream opens no connection and subscribes to no channel. It ends with the feed. It omits the frames of additional
 * connections, which the option `lines` opens, for example in `OrderBooks.watch`.
 */
export const frames = ({ bufferSize = defaultBufferSize }: SubscribeOptions = {}): Stream.Stream<
  RawFrame,
  FeedError,
  KalshiFeed
> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const feed = yield* KalshiFeed
      const consumer = yield* Consumer.make<RawFrame>("frames", bufferSize)
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          feed.record({ onFrame: (frame) => consumer.offer(frame), onEnd: (error) => consumer.end(error) })
        ),
        (stop) => Effect.sync(stop)
      )
      return consumer.stream
    })
  )

/**
 * Subscribes to the best quotes of your RFQ batches. A message is dropped if its `version` is not higher than the last
 * delivered `version` of its batch.
 *
 * **Details**
 *
 * The exchange sends the best quotes of a batch only to its creator. The stream forgets the version of a batch when the
 * batch is deleted.
 *
 * Source: the AsyncAPI document of October 26, 2026.
 */
export const bestQuotes = (
  params?: ChannelParameters<"communications">,
  options?: SubscribeOptions
): Stream.Stream<RfqBatchBestQuotesMessage, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.suspend(() => {
    const versions = new Map<string, number>()
    return Stream.filterMap(messages("communications", params, options), (message) => {
      if (message.type === "rfq_batch_deleted") versions.delete(message.msg.id)
      if (message.type !== "rfq_batch_best_quotes") return Result.fail(undefined)
      const { rfq_batch_id, version } = message.msg
      if (version <= (versions.get(rfq_batch_id) ?? 0)) return Result.fail(undefined)
      versions.set(rfq_batch_id, version)
      return Result.succeed(message)
    })
  })

/** Returns the current connections and subscriptions of the feed, without those of additional `lines`. */
export const state: Effect.Effect<SessionState, never, KalshiFeed> = /*#__PURE__*/ KalshiFeed.use(({ state }) => state)

/**
 * Replaces the open connections that have subscriptions. An old connection closes after the new connection has its
 * subscriptions and the old connection has then answered a command. So the changeover loses no message. If the old
 * connection does not answer, it counts as lost, and its subscriptions report an outage.
 */
export const changeOver: Effect.Effect<void, never, KalshiFeed> = /*#__PURE__*/ KalshiFeed.use(
  ({ changeOver }) => changeOver
)
