/**
 * Live order books. The feed keeps them up to date. After a loss, a book is unreadable until a snapshot repairs it.
 *
 * **Example** (Printing the spread of a market after each change of its book)
 *
 * ```ts
 * import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const books = yield* OrderBooks.watch(["KXHIGHNY-26NOV29-T50"])
 *   yield* Stream.runForEach(books.changes, (ticker) =>
 *     Effect.flatMap(books.read(ticker), ({ spread }) => Console.log(spread))
 *   )
 * })
 * ```
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { InvalidRequest } from "../Errors.ts"
import * as Feed from "../feed/Feed.ts"
import { checkLines, tickWhenDue } from "../feed/lines.ts"
import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "../generated/feed.ts"
import { watchLines } from "./lines.ts"
import * as OrderBook from "./OrderBook.ts"
import {
  type BookEvent,
  type BookOptions,
  Changes,
  lossOf,
  membersOf,
  NotWatched,
  type Published,
  type ReadResult,
  UnknownKeys,
  type Watch
} from "./watching.ts"

export { audit, type AuditEvent, type AuditOptions, type AuditReadError, type Difference } from "./audit.ts"
export { type LineState, NotWatched, type Watch } from "./watching.ts"
export { type Book, BookNotLive, type Level, type Loss, type Side, type State } from "./OrderBook.ts"

/** Options of {@link watch}. */
export interface Options extends BookOptions {
  /**
   * The number of lines, from 1 to 8. A line is a subscription with its own connections. The books of the lines are
   * merged by the exchange's clock. Default: 1.
   */
  readonly lines?: number | undefined
}

class Books {
  /** Undefined only before the first event. */
  subscription: Feed.Subscription | undefined
  /** Called when a book may need a timer. */
  onTimer: () => void = () => {}
  ended: Feed.FeedError | undefined
  readonly unknownKeys = new UnknownKeys()
  readonly #options: BookOptions
  readonly #nowMillis: () => number
  readonly #books = new Map<string, Published<OrderBook.OrderBook>>()
  readonly #refusals = new Map<string, Feed.MarketsError>()
  readonly #changes: Changes

  constructor(options: BookOptions, nowMillis: () => number, changes: Changes) {
    this.#options = options
    this.#nowMillis = nowMillis
    this.#changes = changes
  }

  /** Returns the markets that were not watched before. */
  add(tickers: ReadonlyArray<string>): ReadonlyArray<string> {
    const fresh = tickers.filter((ticker) => !this.#books.has(ticker))
    for (const ticker of fresh) {
      const book = OrderBook.make(ticker, { ...this.#options, nowMillis: this.#nowMillis() })
      this.#books.set(ticker, { book, version: book.version })
    }
    this.onTimer()
    return fresh
  }

  remove(tickers: ReadonlyArray<string>): void {
    for (const ticker of tickers) {
      this.#books.delete(ticker)
      this.#refusals.delete(ticker)
    }
  }

  get liveBooks(): number {
    return [...this.#books.values()].filter(({ book }) => book.isLive).length
  }

  state(ticker: string): OrderBook.State | undefined {
    return this.#books.get(ticker)?.book.state
  }

  markets(): ReadonlyArray<string> {
    return [...this.#books.keys()]
  }

  heal(ticker: string, loss: OrderBook.Loss): void {
    if (this.#books.get(ticker)?.book.isLive === true) this.#lose([ticker], loss)
  }

  read(ticker: string): ReadResult {
    if (this.ended !== undefined) return Result.fail(this.ended)
    const found = this.#books.get(ticker)
    return found === undefined
      ? Result.fail(new NotWatched({ market_ticker: ticker, refusal: this.#refusals.get(ticker) }))
      : found.book.current(this.#nowMillis())
  }

  onEvent(event: BookEvent): void {
    this.unknownKeys.add(event)
    switch (event._tag) {
      case "Message":
        this.#apply(event.message, event.receivedMillis)
        break
      case "Refused":
        this.remove(event.markets)
        for (const market of event.markets) this.#refusals.set(market, event.error)
        event.markets.forEach((market) => this.#changes.publish(market))
        break
      default: {
        const lost = lossOf(event)
        if (lost !== undefined) this.#lose(lost.markets, lost.loss)
      }
    }
  }

  onEnd(error: Feed.FeedError | undefined): void {
    this.ended = error ?? new Feed.FeedClosed()
    this.#lose([], { cause: "outage", detail: this.ended._tag })
    this.#changes.end(error)
  }

  nextMillis(): number | undefined {
    let next: number | undefined
    if (this.ended !== undefined) return next
    for (const { book } of this.#books.values()) {
      const due = book.nextMillis()
      if (due !== undefined && (next === undefined || due < next)) next = due
    }
    return next
  }

  tick(): void {
    const nowMillis = this.#nowMillis()
    const wanted: Array<string> = []
    for (const [ticker, { book }] of this.#books) {
      book.tick(nowMillis)
      if (book.needsSnapshot(nowMillis)) {
        book.requested(nowMillis)
        wanted.push(ticker)
      }
      this.#changes.publishIfChanged(ticker, this.#books.get(ticker))
    }
    if (wanted.length > 0) this.subscription?.snapshot(wanted)
  }

  #apply(message: OrderbookSnapshotMessage | OrderbookDeltaMessage, receivedMillis: number): void {
    const ticker = message.msg.market_ticker
    const found = this.#books.get(ticker)
    if (found === undefined) return
    const { book } = found
    if (message.type === "orderbook_snapshot") book.snapshot(message as OrderbookSnapshotMessage, receivedMillis)
    else book.delta(message as OrderbookDeltaMessage, receivedMillis)
    if (book.nextMillis() !== undefined) this.onTimer()
    this.#changes.publishIfChanged(ticker, this.#books.get(ticker))
  }

  /** An empty list means all markets. */
  #lose(markets: ReadonlyArray<string>, loss: OrderBook.Loss): void {
    const nowMillis = this.#nowMillis()
    for (const ticker of markets.length === 0 ? [...this.#books.keys()] : markets) {
      this.#books.get(ticker)?.book.lost(loss, nowMillis)
      this.#changes.publishIfChanged(ticker, this.#books.get(ticker))
    }
    this.onTimer()
  }
}

/**
 * Watches the books of markets until the scope closes.
 *
 * **Details**
 *
 * All prices are prices of YES. A book is readable from its first snapshot on. After a lost message or a fault, a book
 * is unreadable until its next snapshot. A new snapshot is requested. After a lost connection, the new subscription
 * brings the snapshots.
 *
 * With `lines: 2`, a book stays readable while one of two connections is lost, misses messages or is late. Readers see
 * the book of the line that is furthest ahead. If that line is lost while the others are behind, readers see its last
 * book until another line has caught up. The book is unreadable instead if the loss shows that this last book was wrong
 * (`negative`, `crossed`). After `catchUpMillis`, readers see the book of the other line that is furthest ahead, with a
 * higher `epoch`. This book can be older than the previously read book. The connections of each line have
 * the options of the layer.
 *
 * A line that fails permanently, for example because the exchange refuses the key, is not opened again. `lines` shows
 * why. When all lines have failed, the watch ends with the error of the line that failed last. A market is refused if
 * the exchange refuses it on all lines. Until then, a line that lacks the market tries again after 5 seconds, then
 * after longer waits of up to a minute.
 *
 * **Gotchas**
 *
 * `Feed.state` and `Feed.changeOver` concern only the first line.
 */
export const watch = (
  market_tickers: ReadonlyArray<string>,
  { lines = 1, ...options }: Options = {}
): Effect.Effect<Watch, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | Scope.Scope> =>
  Effect.andThen(
    checkLines("OrderBooks.watch", lines),
    lines === 1 ? watchOne(market_tickers, options) : watchLines(market_tickers, lines, options)
  )

const watchOne = (
  market_tickers: ReadonlyArray<string>,
  options: BookOptions
): Effect.Effect<Watch, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    const feed = yield* Feed.KalshiFeed
    const clock = yield* Clock.clockWith(Effect.succeed)
    const changes = yield* Changes.make()
    const books = new Books(options, () => clock.currentTimeMillisUnsafe(), changes)
    books.add(market_tickers)
    const timer = Latch.makeUnsafe(false)
    books.onTimer = () => timer.openUnsafe()
    const request = {
      channel: "orderbook_delta" as const,
      params: { market_tickers: [...market_tickers], use_yes_price: true }
    }
    const subscription = yield* Effect.acquireRelease(
      Effect.suspend(() =>
        Effect.fromResult(
          feed.subscribe<"orderbook_delta">(request, {
            onEvent: (event) => books.onEvent(event),
            onEnd: (error) => books.onEnd(error)
          })
        )
      ),
      (opened) => Effect.sync(() => opened.close())
    )
    books.subscription = subscription
    yield* Effect.forkScoped(tickWhenDue(books, timer, clock), { startImmediately: true })
    return {
      ...membersOf(books, changes),
      add: (tickers) =>
        Effect.suspend(() => {
          const fresh = books.add(tickers)
          const added = subscription.add(tickers)
          if (Result.isFailure(added)) books.remove(fresh)
          return Effect.fromResult(added)
        }),
      remove: (tickers) =>
        Effect.sync(() => {
          books.remove(tickers)
          subscription.remove(tickers)
        }),
      lines: Effect.map(feed.state, (session) => [{ ended: books.ended, liveBooks: books.liveBooks, session }])
    }
  })
