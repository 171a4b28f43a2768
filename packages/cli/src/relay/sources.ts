/**
 * The sources of a relay: its subscriptions at the exchange. A source is opened once for all its readers, and ends some
 * time after its last reader leaves.
 *
 * @module
 */
import type { InvalidRequest } from "@kalshi-effect/client/Errors"
import type * as Feed from "@kalshi-effect/client/Feed"
import type { ChannelMessage, ChannelName } from "@kalshi-effect/client/generated/feed"
import * as Result from "effect/Result"

export type DataMessage = ChannelMessage<ChannelName>

export interface SourceEvents {
  readonly onMessage: (source: Source, message: DataMessage, receivedMillis: number) => void
  /** Called when messages may be missing. `markets` is empty if messages of any market may be missing. */
  readonly onLoss: (source: Source, loss: SourceLoss) => void
  readonly onRefused: (source: Source, names: ReadonlyArray<string>, error: Feed.MarketsError) => void
  /** Called when the source has failed. It is not opened again. */
  readonly onEnded: (source: Source, error: Feed.FeedError) => void
  /** Called before a snapshot that has fields with unknown names. A side may be missing in this snapshot. */
  readonly onUnknownKeys: (market: string) => void
  readonly onUsed: (source: Source, isUsed: boolean) => void
}

export interface SourceLoss {
  readonly markets: ReadonlyArray<string>
  readonly reason: string
  /** Whether the subscription is interrupted, so that nothing arrives until it is restored. */
  readonly isOutage: boolean
  readonly event: Feed.FeedEvent<ChannelName>
}

export interface Spec {
  readonly channel: ChannelName
  /** Sources of one channel have different keys. */
  readonly key: string
  /** The parameter that lists the names (markets, indices or underlyings). Undefined for a source without names. */
  readonly parameter: "market_tickers" | "index_ids" | "underlying_tickers" | undefined
  readonly params: Readonly<Record<string, unknown>>
}

export interface SourceOptions {
  readonly feed: Pick<Feed.KalshiFeed["Service"], "subscribe">
  readonly events: SourceEvents
  readonly nowMillis: () => number
  /** How long a name or a source stays subscribed after its last reader left. */
  readonly lingerMillis: number
}

/** The minimum time that a name stays subscribed for a waiting command. A command waits for less time. */
const expectedMillis = 5_000

export class Source {
  readonly spec: Spec
  /** Whether the subscription is acknowledged and not interrupted. */
  isLive = false
  ended: Feed.FeedError | undefined
  readonly #options: SourceOptions
  readonly #users = new Map<string, number>()
  /** The names without readers, and the times at which their subscriptions end. */
  readonly #idle = new Map<string, number>()
  #wholeUsers = 0
  #idleUntil: number
  #subscription: Feed.Subscription | undefined
  #waiters: Array<(error: Feed.FeedError | undefined) => void> = []

  constructor(spec: Spec, options: SourceOptions) {
    this.spec = spec
    this.#options = options
    this.#idleUntil = options.nowMillis() + expectedMillis
  }

  get isUsed(): boolean {
    return this.#wholeUsers > 0 || this.#users.size > 0
  }

  /** The subscribed names, including those without readers. */
  get names(): ReadonlyArray<string> {
    return [...this.#users.keys(), ...this.#idle.keys()]
  }

  /** Subscribes to names for which a reader is expected soon. Returns the error if that is not possible. */
  touch(names: Iterable<string>): InvalidRequest | Feed.FeedError | undefined {
    const fresh: Array<string> = []
    for (const name of names) {
      if (this.#users.has(name)) continue
      if (!this.#idle.has(name)) fresh.push(name)
      this.#idle.set(name, this.#expectedUntil())
    }
    this.#idleUntil = this.#expectedUntil()
    const failure = this.#request(fresh)
    if (failure !== undefined) for (const name of fresh) this.#idle.delete(name)
    return failure
  }

  retain(names: Iterable<string>): void {
    const wasUsed = this.isUsed
    const fresh: Array<string> = []
    for (const name of names) {
      const users = this.#users.get(name) ?? 0
      if (users === 0 && !this.#idle.delete(name)) fresh.push(name)
      this.#users.set(name, users + 1)
    }
    this.#request(fresh)
    this.#noteUse(wasUsed)
  }

  release(names: Iterable<string>): void {
    const wasUsed = this.isUsed
    for (const name of names) {
      const users = this.#users.get(name)
      if (users === undefined) continue
      if (users > 1) {
        this.#users.set(name, users - 1)
      } else {
        this.#users.delete(name)
        this.#idle.set(name, this.#options.nowMillis() + this.#options.lingerMillis)
      }
    }
    this.#noteUse(wasUsed)
  }

  retainWhole(): void {
    const wasUsed = this.isUsed
    this.#wholeUsers++
    this.#request([])
    this.#noteUse(wasUsed)
  }

  releaseWhole(): void {
    const wasUsed = this.isUsed
    this.#wholeUsers--
    this.#noteUse(wasUsed)
  }

  /** Calls back when the source is live or has failed, possibly at once. */
  whenLive(callback: (error: Feed.FeedError | undefined) => void): void {
    if (this.isLive || this.ended !== undefined) callback(this.ended)
    else this.#waiters.push(callback)
  }

  snapshot(markets: ReadonlyArray<string>): void {
    this.#subscription?.snapshot(markets)
  }

  list(): void {
    this.#subscription?.list()
  }

  /**
   * Ends the subscriptions to names that have had no reader for some time. Returns these names, and whether the source
   * is closed.
   */
  tick(): { readonly isOver: boolean; readonly removed: ReadonlyArray<string> } {
    const nowMillis = this.#options.nowMillis()
    const removed = [...this.#idle].filter(([, until]) => until <= nowMillis).map(([name]) => name)
    for (const name of removed) this.#idle.delete(name)
    if (!this.isUsed && this.#idle.size === 0 && this.#idleUntil <= nowMillis) {
      this.close()
      return { isOver: true, removed }
    }
    if (removed.length > 0) this.#subscription?.remove(removed)
    return { isOver: false, removed }
  }

  close(): void {
    this.#subscription?.close()
    this.#subscription = undefined
    this.isLive = false
  }

  #expectedUntil(): number {
    return this.#options.nowMillis() + Math.max(expectedMillis, this.#options.lingerMillis)
  }

  #noteUse(wasUsed: boolean): void {
    if (wasUsed === this.isUsed) return
    this.#idleUntil = this.#options.nowMillis() + this.#options.lingerMillis
    this.#options.events.onUsed(this, this.isUsed)
  }

  #request(names: ReadonlyArray<string>): InvalidRequest | Feed.FeedError | undefined {
    if (this.ended !== undefined) return undefined
    if (this.#subscription !== undefined) {
      return names.length === 0 ? undefined : Result.getOrUndefined(Result.flip(this.#subscription.add(names)))
    }
    const { channel, parameter, params } = this.spec
    const all = this.names
    // A subscription must name at least one market, index or underlying.
    if (parameter !== undefined && all.length === 0) return undefined
    const request = { channel, params: { ...params, ...(parameter === undefined ? {} : { [parameter]: all }) } }
    const opened = this.#options.feed.subscribe<ChannelName>(request, {
      onEvent: (event) => this.#onEvent(event),
      onEnd: (error) => {
        if (error !== undefined) this.#end(error)
      },
      onLive: () => this.#live()
    })
    if (Result.isSuccess(opened)) this.#subscription = opened.success
    else if (opened.failure._tag === "InvalidRequest") return opened.failure
    else this.#end(opened.failure)
    return undefined
  }

  #live(): void {
    this.isLive = true
    this.#notify(undefined)
  }

  #end(error: Feed.FeedError): void {
    this.ended = error
    this.isLive = false
    this.#subscription = undefined
    this.#options.events.onEnded(this, error)
    this.#notify(error)
  }

  #notify(error: Feed.FeedError | undefined): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter(error)
  }

  #onEvent(event: Feed.FeedEvent<ChannelName>): void {
    const { events } = this.#options
    switch (event._tag) {
      case "Message":
        return events.onMessage(this, event.message, event.receivedMillis)
      case "Restored":
        return this.#live()
      case "Outage":
        this.isLive = false
        return this.#lose(event, event.markets, `the subscription is interrupted (${event.cause._tag})`)
      case "Gap":
        return this.#lose(event, event.markets, "messages of the exchange did not arrive")
      case "Undecodable":
        return this.#lose(event, event.market === undefined ? [] : [event.market], "a message cannot be decoded")
      case "UnknownMessage":
        return this.#lose(event, [], "a message has an unknown type")
      case "Replaced":
        return this.#lose(event, event.markets, "the subscription moved to another connection")
      case "UnknownKeys":
        return events.onUnknownKeys(event.market)
      case "Refused":
        for (const name of event.markets) {
          this.#users.delete(name)
          this.#idle.delete(name)
        }
        return events.onRefused(this, event.markets, event.error)
      default:
    }
  }

  #lose(event: Feed.FeedEvent<ChannelName>, markets: ReadonlyArray<string>, reason: string): void {
    this.#options.events.onLoss(this, { event, markets, reason, isOutage: event._tag === "Outage" })
  }
}
