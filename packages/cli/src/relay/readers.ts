/**
 * The subscriptions of all readers of a relay, and the sources that they need. A source is a subscription of the relay
 * at the exchange.
 *
 * @module
 */
import { Audience, type Subscription } from "@kalshi-effect/sandbox/FeedServer"
import { needOf } from "./specs.ts"
import type { Source, Spec } from "./sources.ts"

export interface ReadersOptions {
  readonly source: (spec: Spec) => Source
  /** Called with the markets whose books a reader will receive. */
  readonly onMarkets: (tickers: ReadonlyArray<string>) => void
  /** Called when a reader no longer receives the book of a market. */
  readonly onForgotten: (subscription: Subscription, ticker: string) => void
}

interface Held {
  readonly source: Source
  /** The names whose messages the reader receives. Undefined: all messages of the source. */
  readonly names: Set<string> | undefined
}

/** The relay subscribes at the exchange to everything that its readers receive. */
export class Readers extends Audience {
  readonly #options: ReadersOptions
  readonly #held = new Map<Subscription, Held>()

  constructor(options: ReadersOptions) {
    super()
    this.#options = options
  }

  override add(subscription: Subscription): void {
    super.add(subscription)
    this.sync(subscription)
  }

  override remove(subscription: Subscription): void {
    super.remove(subscription)
    this.#release(subscription)
  }

  override addMarkets(subscription: Subscription, tickers: Iterable<string>): void {
    const all = [...tickers]
    super.addMarkets(subscription, all)
    if (subscription.name === "orderbook_delta") this.#options.onMarkets(all)
    // `add` retains the markets of a new subscription.
    const held = this.#held.get(subscription)
    if (held?.names === undefined) return
    const { names, source } = held
    const added = all.filter((ticker) => !names.has(ticker))
    for (const ticker of added) names.add(ticker)
    source.retain(added)
  }

  override deleteMarkets(subscription: Subscription, tickers: Iterable<string>): void {
    const all = [...tickers]
    super.deleteMarkets(subscription, all)
    const held = this.#held.get(subscription)
    if (held?.names === undefined) return
    const { names, source } = held
    const removed = all.filter((ticker) => names.delete(ticker))
    source.release(removed)
    if (subscription.name !== "orderbook_delta") return
    for (const ticker of removed) this.#options.onForgotten(subscription, ticker)
  }

  isHeldBy(subscription: Subscription, key: string): boolean {
    return this.#held.get(subscription)?.source.spec.key === key
  }

  sync(subscription: Subscription): void {
    const { names, spec } = needOf(subscription)
    const source = this.#options.source(spec)
    const held = this.#held.get(subscription)
    if (held?.source === source && names === undefined) return
    if (names === undefined) source.retainWhole()
    else source.retain(names)
    if (held !== undefined) this.#releaseHeld(held)
    this.#held.set(subscription, { source, names: names && new Set(names) })
  }

  #release(subscription: Subscription): void {
    const held = this.#held.get(subscription)
    if (held === undefined) return
    this.#held.delete(subscription)
    this.#releaseHeld(held)
  }

  #releaseHeld({ names, source }: Held): void {
    if (names === undefined) source.releaseWhole()
    else source.release(names)
  }
}
