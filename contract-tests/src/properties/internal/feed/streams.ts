/**
 * Observes one stream. Checks that each message arrives once and in order, or that the stream reports a loss.
 *
 * @module
 */
import type * as Feed from "@kalshi-effect/client/Feed"
import * as Result from "effect/Result"
import { consume, type Consumer } from "./consumer.ts"
import { isPermitted, type Observer } from "./observer.ts"
import { type Channel, hasMarkets, keyOf, marketOf } from "./truth.ts"
import { markets, type World } from "./world.ts"

type Loss = Extract<
  Feed.FeedEvent<Channel>,
  { readonly _tag: "Gap" | "Outage" | "Replaced" | "Undecodable" | "UnknownMessage" }
>

export interface StreamOptions {
  readonly channel: Channel
  /** Undefined for all markets, or for a channel without markets. */
  readonly markets: ReadonlyArray<string> | undefined
  readonly isSmall: boolean
}

export class StreamObserver implements Observer {
  readonly name: string
  isOver = false
  isClosing = false
  readonly #world: World
  readonly #channel: Channel
  /** Undefined for all markets. */
  readonly #names: Set<string> | undefined
  /** The markets that were removed while events waited. */
  readonly #left = new Set<string>()
  readonly #isSmall: boolean
  /**
   * For each market, the indexes of the last message in the record of the exchange: several if the record has equal
   * messages. A market without an entry has received no message since the last loss.
   */
  readonly #places = new Map<string, ReadonlyArray<number>>()
  /** The markets whose messages can be repeated, because a new connection has replaced the old one. */
  readonly #replaced = new Set<string>()
  #isInterrupted = false
  #isPaused = false
  /** Whether events of an earlier step can still wait. */
  #wasPaused = false
  readonly #consumer: Consumer<Channel> | undefined

  constructor(world: World, { channel, isSmall, markets: names }: StreamOptions) {
    this.name = `${channel} ${names === undefined ? "all" : "named"}`
    this.#world = world
    this.#channel = channel
    this.#names = names === undefined ? undefined : new Set(names)
    this.#isSmall = isSmall
    const params = names === undefined ? {} : { market_tickers: names }
    this.#consumer = consume(world, channel, params, isSmall ? 4 : undefined, {
      onEvent: (event) => this.#onEvent(event),
      onEnd: (error) => this.#onEnd(error)
    })
    if (this.#consumer === undefined) this.isOver = true
    this.#consumer?.pause(false)
  }

  get wanted(): Observer["wanted"] {
    return [
      {
        filter: this.#names === undefined ? "all" : "named",
        entries: [...(this.#names ?? ["all"])].map((market) => `${this.#channel} ${market}`)
      }
    ]
  }

  check(): void {}

  step(): void {
    if (this.#isPaused) return
    this.#left.clear()
    this.#wasPaused = false
  }

  isSettled(): boolean {
    return !this.#isInterrupted
  }

  finish(): void {
    const about = this.#names ?? (hasMarkets(this.#channel) ? markets : [""])
    for (const market of about) {
      if (!this.#world.truth.isNew(this.#channel, market)) continue
      const { length } = this.#world.truth.messages(this.#channel, market)
      const last = this.#places.get(market)
      this.#expect(last?.includes(length - 1) === true, market, "the last message arrives")
      this.#world.reach(`${this.#channel}: the last message`)
    }
  }

  add(names: ReadonlyArray<string>): void {
    if (this.#names === undefined || this.#consumer === undefined) return
    const added = this.#consumer.add(names)
    if (Result.isSuccess(added)) for (const name of names) this.#names.add(name)
    else this.#expect(added.failure._tag === "TooManyConnections", "", `adds markets: ${added.failure.message}`)
  }

  remove(names: ReadonlyArray<string>): void {
    if (this.#names === undefined) return
    for (const name of names) {
      if (this.#names.delete(name)) this.#left.add(name)
      this.#places.delete(name)
    }
    this.#consumer?.remove(names)
  }

  resubscribe(): void {
    this.#consumer?.resubscribe()
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#wasPaused ||= isPaused
    this.#consumer?.pause(isPaused)
  }

  close(): void {
    this.isOver = true
    this.#consumer?.close()
  }

  #expect(holds: boolean, market: string, what: string): void {
    this.#world.expect(holds, () => `the stream ${this.name} ${market} breaks the rule: ${what}`)
  }

  #onEvent(event: Feed.FeedEvent<Channel>): void {
    if (this.isOver) return
    switch (event._tag) {
      case "Message":
        // `msg` is JSON.
        return this.#onMessage(event.message.type, event.message.msg as unknown as Record<string, unknown>)
      case "Outage":
        this.#world.reach("Outage")
        this.#isInterrupted = true
        return this.#onLoss(event)
      case "Gap":
        this.#world.reach("Gap")
        return this.#onLoss(event)
      case "Undecodable":
      case "UnknownMessage":
        return this.#onLoss(event)
      case "Restored":
        this.#expect(this.#isInterrupted, "", "Restored follows an Outage")
        this.#isInterrupted = false
        return
      case "Replaced":
        // Only the next message on the old connection would reveal a lost message. But it arrives on the new
        // connection.
        if (this.#world.network.isDisturbed) return this.#onLoss(event)
        for (const market of event.markets.length === 0 ? this.#places.keys() : event.markets)
          this.#replaced.add(market)
        return
      case "Refused":
        for (const market of event.markets) {
          this.#expect(isPermitted(market, event.error), market, `is not refused: ${event.error.message}`)
          this.#names?.delete(market)
          this.#places.delete(market)
        }
        return
      case "Delay":
    }
  }

  #onLoss(event: Loss): void {
    const lost = "markets" in event && event.markets.length > 0 ? event.markets : [...this.#places.keys()]
    for (const market of lost) this.#places.delete(market)
  }

  #onMessage(type: string, msg: Readonly<Record<string, unknown>>): void {
    const market = marketOf(this.#channel, msg)
    // The market was removed, and perhaps added again, while its messages waited.
    if (this.#wasPaused && this.#left.has(market)) return
    this.#expect(this.#names?.has(market) !== false, market, "no message of an unwanted market")
    const key = keyOf(type, msg)
    const sent = this.#world.truth.messages(this.#channel, market)
    const last = this.#places.get(market)
    const isReplaced = this.#replaced.delete(market)
    const possible = sent.flatMap((other, place) => (other === key ? [place] : []))
    const next =
      last === undefined
        ? possible
        : possible.filter((place) => last.some((before) => (isReplaced ? place <= before + 1 : place === before + 1)))
    const what = `each message arrives once and in order: at ${possible.join()} of ${sent.length} after ${last?.join()}`
    this.#expect(next.length > 0, market, what)
    this.#places.set(market, next)
  }

  #onEnd(error: Feed.FeedError | undefined): void {
    if (this.isOver) return
    this.isOver = true
    if (this.isClosing) return this.#expect(error?._tag === "FeedClosed", "", `ends with the client: ${error?._tag}`)
    this.#world.reach(error?._tag ?? "ended")
    const isOwnFault = error?._tag === "Lagging" && this.#isSmall
    const names = [...(this.#names ?? [""])]
    const holds = error !== undefined && (isOwnFault || names.every((name) => isPermitted(name, error)))
    this.#expect(holds, "", `the stream continues: ${error?.message ?? "it ended without an error"}`)
  }
}
