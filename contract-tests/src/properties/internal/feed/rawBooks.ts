/**
 * Observes the channel `orderbook_delta` as a stream. Builds the books itself, from levels with YES prices and NO
 * prices.
 *
 * @module
 */
import type * as Feed from "@kalshi-effect/client/Feed"
import * as Result from "effect/Result"
import { consume, type Consumer } from "./consumer.ts"
import { apply, type BookMessage, fromSnapshot, type Ledger, show } from "./ledger.ts"
import { isPermitted, type Observer } from "./observer.ts"
import type { World } from "./world.ts"

type Event = Feed.FeedEvent<"orderbook_delta">

interface Kept {
  readonly ledger: Ledger
  clock: number
  /** The clock of the snapshot, which contains all deltas of this clock. */
  readonly snapshotClock: number
}

export class RawBooksObserver implements Observer {
  readonly name = "raw books"
  isOver = false
  isClosing = false
  readonly #world: World
  readonly #names: Set<string>
  readonly #books = new Map<string, Kept>()
  readonly #consumer: Consumer<"orderbook_delta"> | undefined
  #isInterrupted = false

  constructor(world: World, wanted: ReadonlyArray<string>) {
    this.#world = world
    this.#names = new Set(wanted)
    this.#consumer = consume(world, "orderbook_delta", { market_tickers: wanted }, undefined, {
      onEvent: (event) => this.#onEvent(event),
      onEnd: (error) => this.#onEnd(error)
    })
    if (this.#consumer === undefined) this.isOver = true
    this.#consumer?.pause(false)
  }

  get wanted(): Observer["wanted"] {
    return [{ filter: "no", entries: [...this.#names].map((market) => `orderbook_delta ${market}`) }]
  }

  check(): void {}

  step(): void {
    for (const [market, { clock, ledger }] of this.#books) {
      const text = show(ledger)
      const isState = this.#world.truth.moments(market).some((moment) => moment.clock === clock && moment.text === text)
      this.#expect(isState, market, `${text} at clock ${clock} is a state of the exchange`)
    }
  }

  isSettled(): boolean {
    return !this.#isInterrupted && [...this.#names].every((market) => this.#books.has(market))
  }

  finish(): void {
    for (const market of this.#names) {
      const kept = this.#books.get(market)
      const text = kept === undefined ? "none" : show(kept.ledger)
      this.#expect(text === this.#world.book(market), market, `equals the exchange's own book at the end: ${text}`)
    }
  }

  add(markets: ReadonlyArray<string>): void {
    const added = this.#consumer?.add(markets)
    if (added === undefined) return
    if (Result.isSuccess(added)) for (const market of markets) this.#names.add(market)
    else this.#expect(added.failure._tag === "TooManyConnections", "", `adds markets: ${added.failure.message}`)
  }

  remove(markets: ReadonlyArray<string>): void {
    for (const market of markets) {
      this.#names.delete(market)
      this.#books.delete(market)
    }
    this.#consumer?.remove(markets)
  }

  pause(): void {}

  resubscribe(): void {
    this.#consumer?.resubscribe()
  }

  close(): void {
    this.isOver = true
    this.#consumer?.close()
  }

  #expect(holds: boolean, market: string, what: string): void {
    this.#world.expect(holds, () => `the stream of the book of ${market} breaks the rule: ${what}`)
  }

  #onEvent(event: Event): void {
    if (this.isOver) return
    switch (event._tag) {
      case "Message":
        // The prices and counts are texts.
        return this.#onMessage(event.message.type, event.message.msg as unknown as BookMessage)
      case "Outage":
        this.#isInterrupted = true
        return this.#lose(event.markets)
      case "Restored":
        this.#expect(this.#isInterrupted, "", "Restored follows an Outage")
        this.#isInterrupted = false
        return
      case "Replaced":
        return this.#lose(event.markets)
      case "Gap":
        return this.#heal(event.markets)
      case "Undecodable":
      case "UnknownMessage":
        return this.#heal([])
      case "Refused":
        for (const market of event.markets) {
          this.#expect(isPermitted(market, event.error), market, `is not refused: ${event.error.message}`)
          this.#names.delete(market)
          this.#books.delete(market)
        }
        return
      case "Delay":
    }
  }

  #onMessage(type: string, msg: BookMessage): void {
    const { clock, market_ticker: market } = msg
    this.#expect(this.#names.has(market), market, "no message of an unwanted market")
    if (type === "orderbook_snapshot") {
      this.#books.set(market, { ledger: fromSnapshot(msg, false), clock, snapshotClock: clock })
      return
    }
    const kept = this.#books.get(market)
    if (kept === undefined || clock === kept.snapshotClock) return
    apply(kept.ledger, msg, false)
    kept.clock = clock
    if ([...kept.ledger.yes.values(), ...kept.ledger.no.values()].some((count) => count < 0)) this.#heal([market])
  }

  #lose(markets: ReadonlyArray<string>): void {
    for (const market of markets.length === 0 ? this.#names : markets) this.#books.delete(market)
  }

  #heal(markets: ReadonlyArray<string>): void {
    this.#lose(markets)
    this.#consumer?.snapshot(markets.length === 0 ? [...this.#names] : markets)
  }

  #onEnd(error: Feed.FeedError | undefined): void {
    if (this.isOver) return
    this.isOver = true
    if (this.isClosing) return this.#expect(error?._tag === "FeedClosed", "", `ends with the client: ${error?._tag}`)
    const holds = error !== undefined && [...this.#names].every((market) => isPermitted(market, error))
    this.#expect(holds, "", `the stream continues: ${error?.message ?? "it ended without an error"}`)
  }
}
