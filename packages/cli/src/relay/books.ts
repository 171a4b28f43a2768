/**
 * The order books of a relay. With one line (connection to the exchange), changes pass through. The books of several
 * lines are merged.
 *
 * @module
 */
import type {
  OrderbookDelta,
  OrderbookDeltaMessage,
  OrderbookSnapshotMessage
} from "@kalshi-effect/client/generated/feed"
import * as OrderBook from "@kalshi-effect/client/OrderBook"
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Result from "effect/Result"
import { type Delta, padPrice, type WireBook, type WireLevel } from "./wire.ts"

export interface BookEvents {
  /** The book was replaced: all readers need the new book. */
  readonly replaced: (ticker: string) => void
  /** A snapshot confirmed the book without changes: only readers that wait for the book need it. */
  readonly confirmed: (ticker: string) => void
  readonly changed: (ticker: string, delta: Delta) => void
  /** The book may be wrong from now on. `healsSoon`: a new snapshot usually arrives in about one round trip. */
  readonly lost: (ticker: string, reason: string, healsSoon: boolean) => void
}

export interface Books {
  readonly current: (ticker: string) => WireBook | undefined
}

const levelsOf = (levels: OrderBooks.Book["bids"]): ReadonlyArray<WireLevel> =>
  levels.map(({ count, price }) => [padPrice(price), count])

const lossOf = (state: OrderBook.State): OrderBook.Loss =>
  state._tag === "Healing" ? state.loss : { cause: "outage", detail: "there is no snapshot yet" }

/** The client restores a lost subscription in about one round trip. A lost connection usually takes longer. */
const healsSoon = ({ cause, detail }: OrderBook.Loss): boolean =>
  cause !== "outage" || detail.includes("SubscriptionLost")

interface Followed {
  readonly book: OrderBook.OrderBook
  marketId: string
}

/** The changes of one subscription pass through, as long as they lead to a valid book. */
export class FollowedBooks implements Books {
  readonly #books = new Map<string, Followed>()
  readonly #events: BookEvents
  readonly #snapshot: (markets: ReadonlyArray<string>) => void
  readonly #nowMillis: () => number
  /** The markets whose books need a {@link tick} at a deadline. */
  readonly #due = new Set<string>()

  constructor(events: BookEvents, snapshot: (markets: ReadonlyArray<string>) => void, nowMillis: () => number) {
    this.#events = events
    this.#snapshot = snapshot
    this.#nowMillis = nowMillis
  }

  add(ticker: string): void {
    if (this.#books.has(ticker)) return
    const book = OrderBook.make(ticker, { nowMillis: this.#nowMillis() })
    this.#books.set(ticker, { book, marketId: "" })
  }

  remove(ticker: string): void {
    this.#books.delete(ticker)
    this.#due.delete(ticker)
  }

  current(ticker: string): WireBook | undefined {
    const found = this.#books.get(ticker)
    // While `nextMillis` is set, the book is crossed for a moment: one action causes several changes at the exchange.
    if (found === undefined || !found.book.isLive || found.book.nextMillis() !== undefined) return undefined
    const read = found.book.read(this.#nowMillis())
    if (Result.isFailure(read)) return undefined
    const { asks, bids, clock } = read.success
    return { market_ticker: ticker, market_id: found.marketId, clock, bids: levelsOf(bids), asks: levelsOf(asks) }
  }

  message(message: OrderbookSnapshotMessage | OrderbookDeltaMessage, receivedMillis: number): void {
    const ticker = message.msg.market_ticker
    const found = this.#books.get(ticker)
    if (found === undefined) return
    found.marketId = message.msg.market_id
    const { book } = found
    const wasLive = book.isLive
    const { clock, ignored } = book
    if (message.type === "orderbook_snapshot") {
      book.snapshot(message as OrderbookSnapshotMessage, receivedMillis) // message.type is checked above
      if (book.isLive && book.ignored === ignored) {
        if (wasLive && message.msg.clock !== undefined && message.msg.clock === clock) this.#events.confirmed(ticker)
        else this.#events.replaced(ticker)
      }
    } else {
      book.delta(message as OrderbookDeltaMessage, receivedMillis) // message.type is checked above
      if (book.isLive && book.ignored === ignored) this.#events.changed(ticker, message.msg as OrderbookDelta) // message.type is checked above
    }
    this.#check(ticker, found, wasLive)
  }

  /** Records that books may be wrong. An empty list means the books of all markets. */
  lose(markets: ReadonlyArray<string>, reason: string, isOutage: boolean): void {
    for (const ticker of markets.length === 0 ? [...this.#books.keys()] : markets) {
      const found = this.#books.get(ticker)
      if (found === undefined) continue
      const wasLive = found.book.isLive
      const loss: OrderBook.Loss = { cause: isOutage ? "outage" : "gap", detail: reason }
      found.book.lost(loss, this.#nowMillis())
      this.#check(ticker, found, wasLive)
      if (isOutage && !wasLive) this.#events.lost(ticker, reason, healsSoon(loss))
    }
  }

  /** Requests overdue snapshots again, and ends the live state of books that stay crossed. */
  tick(): void {
    for (const ticker of [...this.#due]) {
      const found = this.#books.get(ticker)
      if (found === undefined) this.#due.delete(ticker)
      else {
        const wasLive = found.book.isLive
        found.book.tick(this.#nowMillis())
        this.#check(ticker, found, wasLive)
      }
    }
  }

  #check(ticker: string, { book }: Followed, wasLive: boolean): void {
    const nowMillis = this.#nowMillis()
    if (wasLive && !book.isLive) {
      const loss = lossOf(book.state)
      this.#events.lost(ticker, loss.detail, healsSoon(loss))
    }
    if (book.needsSnapshot(nowMillis)) {
      book.requested(nowMillis)
      this.#snapshot([ticker])
    }
    if (book.nextMillis() === undefined) this.#due.delete(ticker)
    else this.#due.add(ticker)
  }
}

const sizesOf = (book: OrderBooks.Book, side: "bids" | "asks"): ReadonlyMap<string, string> =>
  new Map(book[side].map(({ count, price }) => [price, count]))

/** Converts a count to hundredths of a contract. */
const hundredths = (count: string): bigint => BigInt(count.replace(".", ""))

const countOf = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(3, "0")
  return `${units < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export const changesBetween = (
  before: OrderBooks.Book,
  after: OrderBooks.Book,
  market_id: string
): ReadonlyArray<Delta> =>
  (["bids", "asks"] as const).flatMap((side) => {
    if (before[side] === after[side]) return []
    const [old, next] = [sizesOf(before, side), sizesOf(after, side)]
    const prices = new Set([...old.keys(), ...next.keys()])
    return [...prices].flatMap((price) => {
      const change = hundredths(next.get(price) ?? "0.00") - hundredths(old.get(price) ?? "0.00")
      if (change === 0n) return []
      return [
        {
          market_ticker: after.market_ticker,
          market_id,
          ...(after.clock === undefined ? {} : { clock: after.clock }),
          price_dollars: padPrice(price),
          delta_fp: countOf(change),
          side: side === "bids" ? "yes" : "no"
        }
      ]
    })
  })

/**
 * Readers receive the differences between successive merged books. After a loss, in a new epoch or without a clock,
 * they receive the whole book.
 */
export class MergedBooks implements Books {
  /** The book that readers have, by market. Undefined while it may be wrong. */
  readonly #shown = new Map<string, OrderBooks.Book | undefined>()
  readonly #events: BookEvents
  /** Returns the id of a market. Undefined before the first message of the market. */
  readonly #idOf: (ticker: string) => string | undefined

  constructor(events: BookEvents, idOf: (ticker: string) => string | undefined) {
    this.#events = events
    this.#idOf = idOf
  }

  current(ticker: string): WireBook | undefined {
    const book = this.#shown.get(ticker)
    const market_id = this.#idOf(ticker)
    if (book === undefined || market_id === undefined) return undefined
    const { asks, bids, clock } = book
    return { market_ticker: ticker, market_id, clock, bids: levelsOf(bids), asks: levelsOf(asks) }
  }

  remove(ticker: string): void {
    this.#shown.delete(ticker)
  }

  /** Compares a market's book, read after a change, with the book that readers have. */
  read(
    ticker: string,
    read: Result.Result<OrderBooks.Book, OrderBooks.BookNotLive | OrderBooks.NotWatched | Error>
  ): void {
    const before = this.#shown.get(ticker)
    if (Result.isFailure(read)) {
      this.#shown.set(ticker, undefined)
      const state = "state" in read.failure ? read.failure.state : undefined
      if (before !== undefined) {
        this.#events.lost(ticker, read.failure.message, state?._tag !== "Healing" || healsSoon(state.loss))
      }
      return
    }
    const after = read.success
    if (before === undefined || before.epoch !== after.epoch || after.clock === undefined) {
      this.#shown.set(ticker, after)
      this.#events.replaced(ticker)
      return
    }
    // If the id of the market is not known yet, no reader has received its book.
    const changes = changesBetween(before, after, this.#idOf(ticker) ?? "")
    // Each reader has the book before the changes, or receives a snapshot after them.
    this.#shown.set(ticker, after)
    for (const change of changes) this.#events.changed(ticker, change)
  }
}
