/**
 * The public types of a watch, and the internal parts from which `lines.ts` builds a watch.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Stream from "effect/Stream"
import type { InvalidRequest } from "../Errors.ts"
import type * as Feed from "../feed/Feed.ts"
import { Newest } from "../feed/newest.ts"
import type { MergeOptions } from "./merge.ts"
import type { Book, BookNotLive, Loss, State } from "./OrderBook.ts"

/** The market is not watched: it was never added, or it was removed, or the exchange refused it. */
export class NotWatched
  extends /*#__PURE__*/ Data.TaggedError("NotWatched")<{
    readonly market_ticker: string
    /** Why the exchange refused the market. Undefined if the market was never added or was removed. */
    readonly refusal: Feed.MarketsError | undefined
  }>
{
  override get message(): string {
    return this.refusal === undefined
      ? `The order book of ${this.market_ticker} is not watched: add the market first`
      : `The order book of ${this.market_ticker} is not watched: ${this.refusal.message}`
  }
}

export type BookOptions = Omit<MergeOptions, "nowMillis">

/** A line of a watch: a subscription to all watched markets on its own connections. */
export interface LineState {
  /** Why the line ended. Undefined while the line lasts. A line that ended is not opened again. */
  readonly ended: Feed.FeedError | undefined
  /** The number of books that are live on this line. */
  readonly liveBooks: number
  /**
   * The connections and subscriptions of the line. The first line uses the session of the layer, which also has other
   * subscriptions.
   */
  readonly session: Feed.SessionState
}

export type ReadResult = Result.Result<Book, BookNotLive | NotWatched | Feed.FeedError>

/** The watched books. They are updated until the scope closes. */
export interface Watch {
  /**
   * Returns the book of a market. While the book is not live, fails with `BookNotLive`, which states why and since
   * when. After the feed has ended, fails with the feed's error.
   */
  readonly read: (market_ticker: string) => Effect.Effect<Book, BookNotLive | NotWatched | Feed.FeedError>
  /**
   * The tickers of books whose reads return a new result. A slow consumer receives a ticker once for many changes. Run
   * the stream only once.
   */
  readonly changes: Stream.Stream<string, Feed.FeedError>
  /** Returns the state of a book without its levels. Undefined for a market that is not watched. */
  readonly state: (market_ticker: string) => State | undefined
  /** Returns the watched markets. */
  readonly markets: () => ReadonlyArray<string>
  readonly add: (market_tickers: ReadonlyArray<string>) => Effect.Effect<void, InvalidRequest | Feed.FeedError>
  readonly remove: (market_tickers: ReadonlyArray<string>) => Effect.Effect<void>
  /**
   * Makes a live book unreadable until its next snapshot, which is requested on every line. Use it if another source
   * shows that the book is wrong. The cause of the loss is `audit`, and its `detail` is `reason`.
   */
  readonly heal: (market_ticker: string, reason: string) => Effect.Effect<void>
  /**
   * Returns the JSON pointers of members that this version of the client does not know, from snapshots in which a side
   * is absent. If the list is not empty, the exchange may have renamed a side, and that side reads as empty. Stop
   * trading on these books.
   */
  readonly unknownKeys: () => ReadonlyArray<string>
  /**
   * @internal Calls `onRead` with the book of a market now, and after each change. Returns a function that stops the
   * calls.
   */
  readonly observe: (market_ticker: string, onRead: (read: ReadResult) => void) => () => void
  /** Returns the current state of each line. */
  readonly lines: Effect.Effect<ReadonlyArray<LineState>>
}

export type BookEvent = Feed.FeedEvent<"orderbook_delta">

/** Returns the loss that an event reports, and its markets. An empty list means all markets. */
export const lossOf = (
  event: BookEvent
): { readonly markets: ReadonlyArray<string>; readonly loss: Loss } | undefined => {
  switch (event._tag) {
    case "Gap":
      return {
        markets: event.markets,
        loss: { cause: "gap", detail: `expected seq ${event.expectedSeq}, got ${event.receivedSeq}` }
      }
    case "Outage":
      return { markets: event.markets, loss: { cause: "outage", detail: event.cause._tag } }
    case "Undecodable":
      // A change is missing. If the market could not be read, the change can concern any market.
      return {
        markets: event.market === undefined ? [] : [event.market],
        loss: { cause: "undecodable", detail: `${event.reason} at ${event.pointer}` }
      }
    case "UnknownMessage":
      return { markets: [], loss: { cause: "undecodable", detail: `a message has the unknown type ${event.type}` } }
    case "Replaced":
      return {
        markets: event.markets,
        loss: { cause: "outage", detail: "the subscription changed over to another connection" }
      }
    default:
      return undefined
  }
}

const maxKeys = 100

export class UnknownKeys {
  readonly #pointers = new Set<string>()

  add(event: BookEvent): void {
    if (event._tag !== "UnknownKeys") return
    for (const pointer of event.pointers) if (this.#pointers.size < maxKeys) this.#pointers.add(pointer)
  }

  list(): ReadonlyArray<string> {
    return [...this.#pointers]
  }
}

/** `version` is the version of the book when its ticker was last published. */
export interface Published<Book extends { readonly version: number }> {
  readonly book: Book
  version: number
}

/**
 * The tickers of changed books. A ticker waits only once, even if its book changes several times before the consumer
 * takes it.
 */
export class Changes {
  /** Called at each change, before the next message is processed. */
  readonly #observers = new Map<string, ReadonlySet<() => void>>()
  readonly #tickers: Newest<string>

  private constructor(tickers: Newest<string>) {
    this.#tickers = tickers
  }

  static make(): Effect.Effect<Changes> {
    return Effect.map(Newest.make<string>(), (tickers) => new Changes(tickers))
  }

  get stream(): Stream.Stream<string, Feed.FeedError> {
    return this.#tickers.stream
  }

  /** Calls an observer now, and at each change of a market. Returns a function that stops the calls. */
  observe(ticker: string, observer: () => void): () => void {
    this.#observers.set(ticker, new Set([...(this.#observers.get(ticker) ?? []), observer]))
    observer()
    return () => {
      const others = [...(this.#observers.get(ticker) ?? [])].filter((other) => other !== observer)
      if (others.length === 0) this.#observers.delete(ticker)
      else this.#observers.set(ticker, new Set(others))
    }
  }

  publish(ticker: string): void {
    this.#observers.get(ticker)?.forEach((observer) => observer())
    this.#tickers.publish(ticker, ticker)
  }

  publishIfChanged(ticker: string, found: Published<{ readonly version: number }> | undefined): void {
    if (found === undefined || found.version === found.book.version) return
    found.version = found.book.version
    this.publish(ticker)
  }

  end(error: Feed.FeedError | undefined): void {
    this.#tickers.end(error)
  }
}
