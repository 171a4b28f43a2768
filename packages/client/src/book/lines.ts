/**
 * Keeps books over one or several lines. Each line is a subscription to all markets on its own session (a set of
 * connections).
 *
 * **Details**
 *
 * Each market has a {@link MergedBook}, in which each line has a number. After an outage, a line gets a new number in
 * that book. `number % lines.length` is the `index` of the line in this module.
 *
 * The exchange can refuse a market on one line and send it on another line, for example if a snapshot was lost twice.
 * The line without the market adds it again after a wait. A market that is refused on all lines is no longer watched.
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
import { isMarketsError, nextRetryMillis, sessionsOf, tickWhenDue } from "../feed/lines.ts"
import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "../generated/feed.ts"
import { MergedBook } from "./merge.ts"
import type { Loss, State } from "./OrderBook.ts"
import {
  type BookEvent,
  type BookOptions,
  Changes,
  type LineState,
  lossOf,
  NotWatched,
  type Published,
  type ReadResult,
  UnknownKeys,
  type Watch
} from "./watching.ts"

type FeedService = Feed.KalshiFeed["Service"]

/** A watched market that a line does not have. */
interface Retry {
  /** The refusal of the exchange. Undefined if the line could not add the market for another reason. */
  readonly refusal: Feed.MarketsError | undefined
  /** When the line adds the market again. Infinity while an attempt is in progress. */
  dueMillis: number
  readonly waitMillis: number
}

class Line {
  readonly index: number
  readonly feed: FeedService
  /** Undefined before the first subscription, and after a subscription has ended. */
  subscription: Feed.Subscription | undefined
  ended: Feed.FeedError | undefined
  /** The number of this line in each merged book. */
  readonly numbers = new Map<string, number>()
  /** The markets that this line could not add. An entry is removed when the market's next snapshot arrives. */
  readonly retries = new Map<string, Retry>()

  constructor(index: number, feed: FeedService) {
    this.index = index
    this.feed = feed
  }
}

class Lines {
  /** Called when `tick` may be due earlier than `nextMillis` returned. */
  onTimer: () => void = () => {}
  ended: Feed.FeedError | undefined
  readonly unknownKeys = new UnknownKeys()
  readonly #options: BookOptions
  readonly #lines: ReadonlyArray<Line>
  readonly #nowMillis: () => number
  readonly #changes: Changes
  readonly #books = new Map<string, Published<MergedBook>>()
  readonly #refusals = new Map<string, Feed.MarketsError>()
  /** How many times a line was opened in a merged book. */
  #numbers = 0
  #wakesMillis = Number.POSITIVE_INFINITY

  constructor(options: BookOptions, feeds: ReadonlyArray<FeedService>, nowMillis: () => number, changes: Changes) {
    this.#options = options
    this.#lines = feeds.map((feed, index) => new Line(index, feed))
    this.#nowMillis = nowMillis
    this.#changes = changes
  }

  /** Watches markets. Fails if no line accepts them. */
  add(tickers: ReadonlyArray<string>): Result.Result<void, InvalidRequest | Feed.FeedError> {
    if (this.ended !== undefined) return Result.fail(this.ended)
    const fresh = tickers.filter((ticker) => !this.#books.has(ticker))
    for (const ticker of fresh) {
      const book = new MergedBook(ticker, { ...this.#options, nowMillis: this.#nowMillis() })
      this.#books.set(ticker, { book, version: book.version })
    }
    let failure: InvalidRequest | Feed.FeedError | undefined
    let isAccepted = false
    for (const line of this.#living()) {
      const joined = this.#join(line, tickers)
      if (Result.isSuccess(joined)) isAccepted = true
      else failure ??= joined.failure
    }
    if (isAccepted) {
      this.onTimer()
      return Result.void
    }
    this.remove(fresh)
    return Result.fail(this.ended ?? failure ?? new Feed.FeedClosed())
  }

  remove(tickers: ReadonlyArray<string>): void {
    for (const ticker of tickers) {
      this.#books.delete(ticker)
      this.#refusals.delete(ticker)
    }
    for (const line of this.#lines) {
      for (const ticker of tickers) {
        line.numbers.delete(ticker)
        line.retries.delete(ticker)
      }
      line.subscription?.remove(tickers)
    }
  }

  state(ticker: string): State | undefined {
    return this.#books.get(ticker)?.book.state
  }

  markets(): ReadonlyArray<string> {
    return [...this.#books.keys()]
  }

  /** Marks the book as lost on every line, because it is not known which line is wrong. */
  heal(ticker: string, loss: Loss): void {
    const found = this.#books.get(ticker)
    if (found?.book.state._tag !== "Live") return
    for (const number of found.book.lines().keys()) found.book.lost(number, loss, this.#nowMillis())
    this.#publishIfChanged(ticker)
    this.onTimer()
  }

  read(ticker: string): ReadResult {
    if (this.ended !== undefined) return Result.fail(this.ended)
    const found = this.#books.get(ticker)
    return found === undefined
      ? Result.fail(new NotWatched({ market_ticker: ticker, refusal: this.#refusals.get(ticker) }))
      : found.book.current(this.#nowMillis())
  }

  lineStates(): Effect.Effect<ReadonlyArray<LineState>> {
    return Effect.forEach(this.#lines, ({ ended, feed, index }) =>
      Effect.map(feed.state, (session) => ({ ended, session, liveBooks: this.#liveBooks(index) }))
    )
  }

  close(): void {
    if (this.ended === undefined) this.ended = new Feed.FeedClosed()
    for (const line of this.#lines) {
      line.subscription?.close()
      this.#closeAll(line, "FeedClosed")
    }
    this.#changes.end(undefined)
  }

  nextMillis(): number | undefined {
    let next = Number.POSITIVE_INFINITY
    for (const { book } of this.#books.values()) next = Math.min(next, book.nextMillis() ?? next)
    for (const line of this.#living()) {
      for (const { dueMillis } of line.retries.values()) next = Math.min(next, dueMillis)
    }
    this.#wakesMillis = next
    return next === Number.POSITIVE_INFINITY ? undefined : next
  }

  tick(): void {
    const nowMillis = this.#nowMillis()
    const wanted: ReadonlyArray<Array<string>> = this.#lines.map(() => [])
    for (const [ticker, { book }] of this.#books) {
      book.tick(nowMillis)
      for (const number of book.requests(nowMillis)) {
        book.requesting(number, nowMillis)
        wanted[number % this.#lines.length]!.push(ticker)
      }
      this.#publishIfChanged(ticker)
    }
    for (const line of this.#living()) {
      const markets = wanted[line.index]!
      if (markets.length > 0) line.subscription?.snapshot(markets)
      const due = [...line.retries].filter(([, { dueMillis }]) => dueMillis <= nowMillis).map(([ticker]) => ticker)
      if (due.length > 0) this.#join(line, due)
    }
  }

  #living(): ReadonlyArray<Line> {
    return this.#lines.filter(({ ended }) => ended === undefined)
  }

  #liveBooks(index: number): number {
    let count = 0
    for (const { book } of this.#books.values()) {
      for (const [number, state] of book.lines()) {
        if (number % this.#lines.length === index && state._tag === "Live") count++
      }
    }
    return count
  }

  /** Adds markets to a line. If the line cannot add them now, it tries again later. */
  #join(line: Line, tickers: ReadonlyArray<string>): Result.Result<void, InvalidRequest | Feed.FeedError> {
    const fresh = tickers.filter((ticker) => !line.numbers.has(ticker))
    for (const ticker of fresh) {
      const retry = line.retries.get(ticker)
      if (retry !== undefined) retry.dueMillis = Number.POSITIVE_INFINITY
      this.#open(line, ticker)
    }
    const joined = line.subscription === undefined ? this.#subscribe(line, tickers) : line.subscription.add(tickers)
    if (Result.isFailure(joined)) {
      if (joined.failure._tag === "InvalidRequest") return joined
      if (line.subscription === undefined && joined.failure._tag !== "TooManyConnections") {
        this.#endLine(line, joined.failure)
      } else {
        for (const ticker of fresh) {
          this.#leave(line, ticker, undefined)
          this.#publishIfChanged(ticker)
        }
      }
    }
    return joined
  }

  #subscribe(line: Line, tickers: ReadonlyArray<string>): Result.Result<void, InvalidRequest | Feed.FeedError> {
    let isOver = false
    const opened = line.feed.subscribe<"orderbook_delta">(
      { channel: "orderbook_delta", params: { market_tickers: [...tickers], use_yes_price: true } },
      {
        onEvent: (event) => this.#onEvent(line, event),
        onEnd: (error) => {
          isOver = true
          line.subscription = undefined
          if (error !== undefined) this.#onEnd(line, error)
        },
        onSnapshotRequest: (id, markets) => {
          for (const ticker of markets) {
            const number = line.numbers.get(ticker)
            if (number !== undefined) this.#books.get(ticker)?.book.sent(number, id)
          }
        },
        onBookRequest: (markets) => {
          for (const ticker of markets) {
            const number = line.numbers.get(ticker)
            if (number !== undefined) this.#books.get(ticker)?.book.subscribing(number)
          }
        }
      }
    )
    return Result.map(opened, (subscription) => {
      if (!isOver) line.subscription = subscription
    })
  }

  #onEvent(line: Line, event: BookEvent): void {
    if (event._tag === "Message") return this.#apply(line, event.message, event.receivedMillis)
    if (event._tag === "Refused") return this.#refuse(line, event.markets, event.error)
    this.unknownKeys.add(event)
    const lost = lossOf(event)
    if (lost === undefined) return
    for (const ticker of lost.markets.length === 0 ? [...line.numbers.keys()] : lost.markets) {
      this.#lose(line, ticker, lost.loss)
    }
    this.onTimer()
  }

  #onEnd(line: Line, error: Feed.FeedError): void {
    if (isMarketsError(error)) this.#refuse(line, [...line.numbers.keys()], error)
    else this.#endLine(line, error)
  }

  #apply(line: Line, message: OrderbookSnapshotMessage | OrderbookDeltaMessage, receivedMillis: number): void {
    const ticker = message.msg.market_ticker
    const number = line.numbers.get(ticker)
    const found = this.#books.get(ticker)
    if (number === undefined || found === undefined) return
    const { book } = found
    if (message.type === "orderbook_snapshot") {
      line.retries.delete(ticker)
      book.snapshot(number, message as OrderbookSnapshotMessage, receivedMillis)
    } else {
      book.delta(number, message as OrderbookDeltaMessage, receivedMillis)
    }
    const due = book.nextMillis()
    if (due !== undefined && due < this.#wakesMillis) this.onTimer()
    this.#publishIfChanged(ticker)
  }

  /** Records a loss of a book on a line. After an outage, the next messages belong to a new subscription. */
  #lose(line: Line, ticker: string, loss: Loss): void {
    const number = line.numbers.get(ticker)
    const found = this.#books.get(ticker)
    if (number === undefined || found === undefined) return
    if (loss.cause === "outage") {
      this.#close(line, ticker, loss)
      this.#open(line, ticker)
    } else {
      found.book.lost(number, loss, this.#nowMillis())
    }
    this.#publishIfChanged(ticker)
  }

  #open(line: Line, ticker: string): void {
    const number = this.#numbers++ * this.#lines.length + line.index
    line.numbers.set(ticker, number)
    this.#books.get(ticker)?.book.open(number, this.#nowMillis())
  }

  #close(line: Line, ticker: string, loss: Loss): void {
    const number = line.numbers.get(ticker)
    line.numbers.delete(ticker)
    if (number !== undefined) this.#books.get(ticker)?.book.close(number, loss, this.#nowMillis())
  }

  #closeAll(line: Line, detail: string): void {
    for (const ticker of [...line.numbers.keys()]) {
      this.#close(line, ticker, { cause: "outage", detail })
      this.#publishIfChanged(ticker)
    }
  }

  #publishIfChanged(ticker: string): void {
    this.#changes.publishIfChanged(ticker, this.#books.get(ticker))
  }

  /** Closes a market on the line. The line adds the market again after a wait. */
  #leave(line: Line, ticker: string, refusal: Feed.MarketsError | undefined): void {
    this.#close(line, ticker, { cause: "outage", detail: refusal?._tag ?? "TooManyConnections" })
    const waitMillis = nextRetryMillis(line.retries.get(ticker)?.waitMillis)
    line.retries.set(ticker, { refusal, waitMillis, dueMillis: this.#nowMillis() + waitMillis })
  }

  #refuse(line: Line, markets: ReadonlyArray<string>, error: Feed.MarketsError): void {
    for (const ticker of markets) {
      if (!this.#books.has(ticker)) continue
      this.#leave(line, ticker, error)
      this.#forgetIfRefused(ticker)
      this.#publishIfChanged(ticker)
    }
    this.onTimer()
  }

  #forgetIfRefused(ticker: string): void {
    let refusal: Feed.MarketsError | undefined
    for (const { retries } of this.#living()) {
      refusal = retries.get(ticker)?.refusal
      if (refusal === undefined) return
    }
    if (refusal === undefined) return
    this.remove([ticker])
    this.#refusals.set(ticker, refusal)
    this.#changes.publish(ticker)
    if (this.#books.size === 0) this.#end(refusal)
  }

  #endLine(line: Line, error: Feed.FeedError): void {
    line.ended = error
    this.#closeAll(line, error._tag)
    if (this.#living().length === 0) this.#end(error)
    for (const ticker of this.#books.keys()) this.#forgetIfRefused(ticker)
    this.onTimer()
  }

  #end(error: Feed.FeedError): void {
    if (this.ended !== undefined) return
    this.ended = error
    this.#changes.end(error)
  }
}

/** Watches markets over `count` lines. The first line uses the session of the layer. */
export const watchLines = (
  market_tickers: ReadonlyArray<string>,
  count: number,
  options: BookOptions
): Effect.Effect<Watch, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    const feeds = yield* sessionsOf(count)
    const clock = yield* Clock.clockWith(Effect.succeed)
    const changes = yield* Changes.make()
    const books = new Lines(options, feeds, () => clock.currentTimeMillisUnsafe(), changes)
    const timer = Latch.makeUnsafe(false)
    books.onTimer = () => timer.openUnsafe()
    yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(books.add(market_tickers))),
      () => Effect.sync(() => books.close())
    )
    yield* Effect.forkScoped(tickWhenDue(books, timer, clock), { startImmediately: true })
    return {
      read: (ticker) => Effect.suspend(() => Effect.fromResult(books.read(ticker))),
      changes: changes.stream,
      state: (ticker) => books.state(ticker),
      markets: () => books.markets(),
      unknownKeys: () => books.unknownKeys.list(),
      heal: (ticker, detail) => Effect.sync(() => books.heal(ticker, { cause: "audit", detail })),
      observe: (ticker, onRead) => changes.observe(ticker, () => onRead(books.read(ticker))),
      add: (tickers) => Effect.suspend(() => Effect.fromResult(books.add(tickers))),
      remove: (tickers) => Effect.sync(() => books.remove(tickers)),
      lines: Effect.suspend(() => books.lineStates())
    }
  })
