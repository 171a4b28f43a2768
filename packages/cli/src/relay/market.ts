/**
 * The order book of one market in a relay: what its readers have received, and which readers wait for a snapshot.
 *
 * @module
 */
import type { Audience, Subscription } from "@kalshi-effect/sandbox/FeedServer"
import { type Delta, deltaBody, type Form, snapshotBody, type WireBook } from "./wire.ts"

export interface BookSource {
  /** Returns the book. Undefined while the book may be wrong, or is crossed for a moment. */
  readonly current: () => WireBook | undefined
}

export class Market {
  readonly ticker: string
  readonly #audience: Audience
  readonly #source: BookSource
  /** The readers that wait for a book. The value is the id of the command that requested the book, if any. */
  readonly #awaiting = new Map<Subscription, number | undefined>()
  /**
   * The readers whose snapshot has the `clock` of {@link #freshClock}. At the exchange, a snapshot contains every
   * change with its `clock`, so a reader ignores such a change. The relay therefore sends these readers a new snapshot
   * instead.
   */
  readonly #fresh = new Set<Subscription>()
  #freshClock: number | undefined
  /** The encoded snapshots of the current book. The key is whether both sides have prices of YES. */
  #snapshots = new Map<boolean, string>()

  constructor(ticker: string, audience: Audience, source: BookSource) {
    this.ticker = ticker
    this.#audience = audience
    this.#source = source
  }

  /** Sends the book now, or as soon as it is valid. */
  request(subscription: Subscription, id: number | undefined): void {
    const book = this.#source.current()
    if (book === undefined) this.#awaiting.set(subscription, id)
    else this.#send(subscription, book, id)
  }

  delta(msg: Delta): void {
    this.#snapshots.clear()
    const isSameClock = msg.clock !== undefined && msg.clock === this.#freshClock
    if (!isSameClock) this.#fresh.clear()
    const bodies = new Map<number, string>()
    const bodyOf = (form: Form): string => {
      const key = (form.useYesPrice ? 2 : 0) + (form.isPrivate ? 1 : 0)
      const body = bodies.get(key) ?? deltaBody(msg, form)
      bodies.set(key, body)
      return body
    }
    const outdated: Array<Subscription> = []
    this.#audience.forEach("orderbook_delta", this.ticker, (subscription) => {
      if (this.#awaiting.has(subscription)) return
      if (this.#fresh.has(subscription)) {
        outdated.push(subscription)
        return
      }
      const { connection, useYesPrice } = subscription
      const isPrivate = connection.key.scopes.includes("read")
      connection.sendData(subscription, "orderbook_delta", bodyOf({ useYesPrice, isPrivate }))
    })
    for (const subscription of outdated) this.request(subscription, undefined)
    this.settle()
  }

  /** Call this after a snapshot that replaces the book. */
  replaced(): void {
    this.#snapshots.clear()
    this.#fresh.clear()
    const readers: Array<Subscription> = []
    this.#audience.forEach("orderbook_delta", this.ticker, (subscription) => void readers.push(subscription))
    for (const subscription of readers) {
      const id = this.#awaiting.get(subscription)
      this.#awaiting.delete(subscription)
      this.request(subscription, id)
    }
  }

  settle(): void {
    if (this.#awaiting.size === 0) return
    const book = this.#source.current()
    if (book === undefined) return
    const waiting = [...this.#awaiting]
    this.#awaiting.clear()
    for (const [subscription, id] of waiting) this.#send(subscription, book, id)
  }

  /** Call this when a reader no longer receives the market. */
  forget(subscription: Subscription): void {
    this.#awaiting.delete(subscription)
    this.#fresh.delete(subscription)
  }

  #send(subscription: Subscription, book: WireBook, id: number | undefined): void {
    const { connection, useYesPrice } = subscription
    const body = this.#snapshots.get(useYesPrice) ?? snapshotBody(book, useYesPrice)
    this.#snapshots.set(useYesPrice, body)
    if (this.#freshClock !== book.clock) {
      this.#fresh.clear()
      this.#freshClock = book.clock
    }
    this.#fresh.add(subscription)
    connection.sendData(subscription, "orderbook_snapshot", body, undefined, id)
  }
}
