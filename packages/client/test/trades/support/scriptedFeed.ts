/** A feed with one scripted session per line (connection). Tests deliver the events through the sessions. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { InvalidRequest } from "../../../src/Errors.ts"
import type { FeedError } from "../../../src/feed/FeedError.ts"
import type { FeedEvent } from "../../../src/feed/Feed.ts"
import { type FeedService, KalshiFeed } from "../../../src/feed/KalshiFeed.ts"
import type { Subscriber } from "../../../src/feed/session/events.ts"
import { messageOf, tradeOf } from "./tradesModel.ts"

interface Subscribed {
  readonly markets: ReadonlyArray<string> | undefined
  readonly subscriber: Subscriber<"trade">
  isClosed: boolean
}

/** The session of one line. */
export class ScriptedSession {
  readonly subscriptions: Array<Subscribed> = []
  /** The error of the next subscriptions. Undefined: they succeed. */
  refusal: FeedError | InvalidRequest | undefined
  /** The error with which the next subscriptions end while they are opened. */
  endsAtOnce: FeedError | undefined
  /** The number of subscriptions, and of failures to subscribe. */
  attempts = 0
  isClosed = false
  readonly service: FeedService

  constructor(openSession: Effect.Effect<FeedService, never, Scope.Scope>, onLagging: () => void) {
    // The merged trades call only these members of the service.
    this.service = {
      openSession,
      state: Effect.sync(() => ({ ended: undefined, connections: [], subscriptions: [], counters: {} })),
      watchQueue: () => ({ onLagging, close: () => {} }),
      subscribe: (
        {
          channel,
          params
        }: { readonly channel: string; readonly params: { readonly market_tickers?: ReadonlyArray<string> } },
        subscriber: Subscriber<"trade">
      ) => {
        if (channel !== "trade") throw new Error(`a subscription to ${channel}`)
        this.attempts++
        if (this.refusal !== undefined) return Result.fail(this.refusal)
        const subscribed: Subscribed = { markets: params.market_tickers, subscriber, isClosed: false }
        this.subscriptions.push(subscribed)
        if (this.endsAtOnce !== undefined) subscriber.onEnd(this.endsAtOnce)
        return Result.succeed({
          close: () => {
            if (subscribed.isClosed) return
            subscribed.isClosed = true
            subscriber.onEnd(undefined)
          }
        })
      }
    } as unknown as FeedService
  }

  /** The last subscription. */
  get last(): Subscribed {
    return this.subscriptions.at(-1)!
  }

  live(): void {
    this.last.subscriber.onLive?.()
  }

  emit(event: FeedEvent<"trade">): void {
    this.last.subscriber.onEvent(event)
  }

  end(error: FeedError): void {
    this.last.isClosed = true
    this.last.subscriber.onEnd(error)
  }

  /** Delivers a trade. */
  trade(number: number, millis: number, options: { readonly isBlock?: boolean; readonly ticker?: string } = {}): void {
    this.emit(messageOf(tradeOf(number, millis, options.isBlock, options.ticker), millis))
  }

  gap(): void {
    this.emit({
      _tag: "Gap",
      generation: 1,
      sid: 1,
      reason: "missing",
      expectedSeq: 1,
      receivedSeq: 2,
      markets: []
    })
  }

  outage(): void {
    this.emit({ _tag: "Outage", cause: { _tag: "Unresponsive", timeoutMillis: 1 }, sinceMillis: 0, markets: [] })
  }

  restored(): void {
    this.emit({ _tag: "Restored", sinceMillis: 0, durationMillis: 0 })
  }
}

/** The sessions of a feed, in the order of their lines. */
export class ScriptedFeed {
  readonly sessions: Array<ScriptedSession> = []
  lagging = 0
  readonly layer: Layer.Layer<KalshiFeed>

  constructor() {
    const open: Effect.Effect<FeedService, never, Scope.Scope> = Effect.suspend(() =>
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => this.#add(open)),
          (session) => Effect.sync(() => void (session.isClosed = true))
        ),
        ({ service }) => service
      )
    )
    this.layer = Layer.sync(KalshiFeed, () => this.#add(open).service)
  }

  #add(open: Effect.Effect<FeedService, never, Scope.Scope>): ScriptedSession {
    const session = new ScriptedSession(open, () => void this.lagging++)
    this.sessions.push(session)
    return session
  }
}
