/**
 * What watched books have in common, on one line and on several.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { InvalidRequest } from "../Errors.ts"
import type * as Feed from "../feed/Feed.ts"
import type { MergeOptions } from "./merge.ts"
import type { Book, BookNotLive, Loss, State } from "./OrderBook.ts"

/** The market is not watched: it was never added, or it was removed, or the exchange refused it. */
export class NotWatched
  extends /*#__PURE__*/ Data.TaggedError("NotWatched")<{
    readonly market_ticker: string
    /** Why the exchange does not send its book. Undefined if it is not watched for another reason. */
    readonly refusal: Feed.MarketsError | undefined
  }>
{
  override get message(): string {
    return this.refusal === undefined
      ? `The order book of ${this.market_ticker} is not watched: add the market first`
      : `The order book of ${this.market_ticker} is not watched: ${this.refusal.message}`
  }
}

/** Options of watched books. */
export type BookOptions = Omit<MergeOptions, "nowMillis">

/** A line of a watch: a subscription of all its markets on a session of its own. */
export interface LineState {
  /** Why the line is over. It is not opened again. Undefined while it lasts. */
  readonly ended: Feed.FeedError | undefined
  /** The number of books that are live on this line. */
  readonly liveBooks: number
  /** Its session. The first line uses the session of the layer, with the subscriptions of all other users. */
  readonly session: Feed.SessionState
}

/** The watched books. They end with their scope. */
export interface Watch {
  /**
   * Returns the book of a market, which never changes afterwards: read again for a newer one. Fails while the book may be
   * wrong, with the reason and since when, and with the feed's error after the feed has ended.
   */
  readonly read: (market_ticker: string) => Effect.Effect<Book, BookNotLive | NotWatched | Feed.FeedError>
  /**
   * The tickers of books of which reads return something else than before. A slow consumer gets a ticker once for many
   * changes. One consumer takes them.
   */
  readonly changes: Stream.Stream<string, Feed.FeedError>
  /** Returns the state of a book without its levels. Undefined for a market that is not watched. */
  readonly state: (market_ticker: string) => State | undefined
  readonly add: (market_tickers: ReadonlyArray<string>) => Effect.Effect<void, InvalidRequest | Feed.FeedError>
  readonly remove: (market_tickers: ReadonlyArray<string>) => Effect.Effect<void>
  /** The lines, now: how many connections stand behind the books. */
  readonly lines: Effect.Effect<ReadonlyArray<LineState>>
}

/** An event of the feed about books. */
export type BookEvent = Feed.FeedEvent<"orderbook_delta">

/** Returns the loss that an event reports, and its markets: an empty list for all. */
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
      // Its change is missing, and its market may be unknown.
      return { markets: [], loss: { cause: "undecodable", detail: `${event.reason} at ${event.pointer}` } }
    case "UnknownMessage":
      return { markets: [], loss: { cause: "undecodable", detail: `an unknown type of message, ${event.type}` } }
    case "Replaced":
      return {
        markets: event.markets,
        loss: { cause: "outage", detail: "the subscription changed over to another connection" }
      }
    default:
      return undefined
  }
}

/** A book, and the version that was published last. */
export interface Published<Book extends { readonly version: number }> {
  readonly book: Book
  version: number
}

/** The tickers of changed books. A ticker waits once, however many changes follow before it is taken. */
export class Changes {
  readonly stream: Stream.Stream<string, Feed.FeedError>
  readonly #waiting = new Set<string>()
  readonly #queue: Queue.Queue<string, Feed.FeedError | Cause.Done>

  private constructor(queue: Queue.Queue<string, Feed.FeedError | Cause.Done>) {
    this.#queue = queue
    this.stream = Stream.tap(Stream.fromQueue(queue), (ticker) => Effect.sync(() => this.#waiting.delete(ticker)))
  }

  static make(): Effect.Effect<Changes> {
    return Effect.map(Queue.unbounded<string, Feed.FeedError | Cause.Done>(), (queue) => new Changes(queue))
  }

  publish(ticker: string): void {
    if (this.#waiting.has(ticker)) return
    this.#waiting.add(ticker)
    Queue.offerUnsafe(this.#queue, ticker)
  }

  /** Publishes a ticker if its book has changed since the last time. */
  publishIfChanged(ticker: string, found: Published<{ readonly version: number }> | undefined): void {
    if (found === undefined || found.version === found.book.version) return
    found.version = found.book.version
    this.publish(ticker)
  }

  end(error: Feed.FeedError | undefined): void {
    if (error === undefined) Queue.endUnsafe(this.#queue)
    else Queue.failCauseUnsafe(this.#queue, Cause.fail(error))
  }
}

/** Books that need a timer. */
interface Timed {
  readonly nextMillis: () => number | undefined
  readonly tick: () => void
}

/** Calls `tick` when a book asks for it. */
export const tickWhenDue = (books: Timed, timer: Latch.Latch, clock: Clock.Clock): Effect.Effect<never> =>
  Effect.forever(
    Effect.suspend(() => {
      timer.closeUnsafe()
      const due = books.nextMillis()
      if (due === undefined) return timer.await
      const waitMillis = due - clock.currentTimeMillisUnsafe()
      if (waitMillis <= 0) {
        books.tick()
        return Effect.yieldNow
      }
      return Effect.timeoutOrElse(timer.await, { duration: waitMillis, orElse: () => Effect.void })
    })
  )
