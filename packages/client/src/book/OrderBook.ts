/**
 * Order books from the messages of the feed, without a connection. Each book has one market and one subscription.
 *
 * **When to use**
 *
 * Use this module to replay recorded messages, and to keep a book from the messages of `Feed.subscribe`.
 *
 * **Details**
 *
 * The subscription must have `use_yes_price: true`, so that all prices are prices of YES. Pass messages in the sequence
 * of the subscription. Report every loss with `lost`: a missing `seq`, a message that does not decode, a lost
 * connection. A book is readable only while it is live: from a snapshot to the next loss or fault.
 *
 * **Example** (Replaying two messages)
 *
 * ```ts
 * import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
 * import * as OrderBook from "@kalshi-effect/client/OrderBook"
 * import * as Result from "effect/Result"
 *
 * const decode = FeedMessages.decoder()
 * const book = OrderBook.make("A", { nowMillis: 0 })
 * for (const text of [
 *   '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A","market_id":"9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1","clock":7,"yes_dollars_fp":[["0.4500","10.00"]]}}',
 *   '{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"A","market_id":"9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1","clock":8,"side":"yes","price_dollars":"0.4600","delta_fp":"5.00"}}'
 * ]) {
 *   const message = Result.getOrThrow(decode(text))
 *   if (message.type === "orderbook_snapshot") book.snapshot(message, 0)
 *   if (message.type === "orderbook_delta") book.delta(message, 0)
 * }
 * Result.map(book.read(0), ({ bestBid }) => bestBid?.price) // => Result.succeed("0.46")
 * ```
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type {
  OrderbookDelta,
  OrderbookDeltaMessage,
  OrderbookSnapshot,
  OrderbookSnapshotMessage
} from "../generated/feed.ts"
import * as safeUnits from "./safeUnits.ts"
import { Book, type Reading } from "./Book.ts"
import { Requests, type RequestOptions } from "./requests.ts"
import { LevelSide, maxSize, oneDollar } from "./side.ts"

export type { Book, Side } from "./Book.ts"
export type { RequestOptions } from "./requests.ts"
export type { Level } from "./side.ts"
export { unknownKeys } from "../feed/unknownKeys.ts"

/**
 * Why a book is not live.
 *
 * - `gap`: messages of the subscription were lost.
 * - `undecodable`: a message did not decode.
 * - `outage`: there is no connection or no subscription.
 * - `sequence`: a delta had a lower `seq` than the message before it.
 * - `clock`: the exchange's clock went down, as it may during maintenance.
 * - `negative`: a level would hold a negative number of contracts.
 * - `crossed`: the best bid was not below the best ask.
 * - `invalid`: a price, a count or a side was not valid, or two levels had the same price.
 * - `audit`: another source showed that the book is wrong.
 */
export type Cause =
  | "gap"
  | "undecodable"
  | "outage"
  | "sequence"
  | "clock"
  | "negative"
  | "crossed"
  | "invalid"
  | "audit"

/** Why a book is not live, with details in words. */
export interface Loss {
  readonly cause: Cause
  readonly detail: string
}

/**
 * The state of a book. A book that is `Healing` waits for a new snapshot after a loss. `sinceMillis`, in Unix
 * milliseconds, is when the book became live or stopped being live. For a book that was never live, it is when the book
 * was made.
 */
export type State =
  | { readonly _tag: "AwaitingSnapshot"; readonly sinceMillis: number }
  | { readonly _tag: "Live"; readonly sinceMillis: number }
  | { readonly _tag: "Healing"; readonly sinceMillis: number; readonly loss: Loss }

/**
 * The book cannot be read now: its first snapshot has not arrived, or the book may be wrong and waits for a new
 * snapshot.
 */
export class BookNotLive
  extends /*#__PURE__*/ Data.TaggedError("BookNotLive")<{
    readonly market_ticker: string
    readonly state: Exclude<State, { readonly _tag: "Live" }>
  }>
{
  override get message(): string {
    const since = new Date(this.state.sinceMillis).toISOString()
    const why =
      this.state._tag === "Healing"
        ? `it has waited for a new snapshot since ${since} (${this.state.loss.cause}: ${this.state.loss.detail})`
        : `it has waited for its first snapshot since ${since}`
    return `The order book of ${this.market_ticker} cannot be read: ${why}. Read it again after its next snapshot`
  }
}

/** Options of a book. */
export interface Options extends RequestOptions {
  /** The time at which the book is made, in Unix milliseconds. */
  readonly nowMillis: number
  /**
   * How long a book may stay crossed (best bid not below best ask) while the clock does not change. After this time,
   * the book is no longer live. Default: 250.
   */
  readonly crossedGraceMillis?: number | undefined
}

/** A point in the sequence of a market's changes: the exchange's clock, and the number of deltas with this clock. */
export interface Position {
  /** NaN if the exchange sends no clock. Such a position is neither before nor after another position. */
  readonly clock: number
  /** Infinity after a snapshot, which contains every change of its clock. */
  readonly index: number
}

/** A crossed book: when it crossed, and the last position before that. Reads return the book at that position. */
interface Crossing extends Position {
  readonly sinceMillis: number
}

type Levels = OrderbookSnapshot["yes_dollars_fp"]

interface Parsed {
  readonly keys: Array<number>
  readonly sizes: Array<number>
}

const invalid = (detail: string): Loss => ({ cause: "invalid", detail })

/** Parses the levels of a side. The returned keys are ascending. */
const parse = (side: LevelSide, levels: NonNullable<Levels>): Parsed | Loss => {
  const entries: Array<readonly [key: number, size: number]> = []
  for (const [price, count] of levels) {
    const micros = safeUnits.parse(price, 6)
    const size = safeUnits.parse(count, 2)
    if (micros === undefined || micros < 0 || micros > oneDollar) return invalid(`a level at the price ${price}`)
    if (size === undefined || size > maxSize) return invalid(`a level of ${count} contracts at ${price}`)
    if (size < 0) return { cause: "negative", detail: `a level of ${count} contracts at ${price}` }
    if (size > 0) entries.push([side.keyOf(micros), size])
  }
  entries.sort(([left], [right]) => left - right)
  const keys = entries.map(([key]) => key)
  return keys.some((key, index) => keys[index - 1] === key)
    ? invalid("two levels at one price")
    : { keys, sizes: entries.map(([, size]) => size) }
}

/**
 * The order book of one market on one subscription.
 *
 * **Details**
 *
 * - A snapshot replaces the book. An absent side is empty.
 * - Levels are keyed by integers: `"0.45"` and `"0.4500"` are one level.
 * - A delta before the first snapshot, or while the book waits for a new snapshot, only updates the clock. A delta of
 *   `"0.00"` only updates `seq` and the clock.
 * - A message with the `seq` of the last message is a duplicate and is ignored. A delta with a lower `seq` is a fault.
 * - A delta with the clock of the last snapshot is already in that snapshot, and is ignored. A delta with a lower clock
 *   is a fault.
 * - One action of the exchange can cause several deltas with one clock. Between these deltas, the book can be crossed.
 *   Reads then return the book as it was before it crossed. If the book is still crossed when the clock rises, or after
 *   `crossedGraceMillis`, this is a fault.
 *
 * The book has no timer: call `tick` at `nextMillis`.
 */
export class OrderBook {
  readonly market_ticker: string
  readonly #crossedGraceMillis: number
  readonly #requests: Requests
  readonly #bids = new LevelSide("bid")
  readonly #asks = new LevelSide("ask")
  #state: State
  #version = 0
  /** The last `seq`. 0 after a loss, because a new subscription starts again at 1. */
  #seq = 0
  #clock = Number.NaN
  #index = 0
  #epoch = 0
  #ignored = 0
  #receivedMillis = Number.NaN
  #crossing: Crossing | undefined
  /** The cached result of `reading`: the current state, or the state before the book crossed or was lost. */
  #reading: Reading | undefined

  constructor(market_ticker: string, options: Options) {
    this.market_ticker = market_ticker
    this.#crossedGraceMillis = options.crossedGraceMillis ?? 250
    this.#state = { _tag: "AwaitingSnapshot", sinceMillis: options.nowMillis }
    this.#requests = new Requests(options, options.nowMillis)
  }

  get state(): State {
    return this.#state
  }

  get isLive(): boolean {
    return this.#state._tag === "Live"
  }

  /** Changes whenever reads may return a different result. */
  get version(): number {
    return this.#version
  }

  /** The number of ignored messages: duplicates, and deltas that a snapshot already contained. */
  get ignored(): number {
    return this.#ignored
  }

  /** The number of restarts of the clock. */
  get epoch(): number {
    return this.#epoch
  }

  /** The clock of the book that reads return. See {@link Position}. */
  get clock(): number {
    return this.#crossing === undefined ? this.#clock : this.#crossing.clock
  }

  /** The index of the book that reads return. See {@link Position}. */
  get index(): number {
    return this.#crossing === undefined ? this.#index : this.#crossing.index
  }

  /**
   * Returns the book.
   *
   * **Details**
   *
   * Costs little if nothing changed since the last read. After a read, the next change copies the side that it changes.
   */
  read(nowMillis: number): Result.Result<Book, BookNotLive> {
    this.tick(nowMillis)
    return this.current(nowMillis)
  }

  /**
   * Returns the book without a call of `tick`. Use it if a timer calls `tick`: in a busy process, a deadline can pass
   * while earlier messages wait in the socket. The timer applies the deadline after these messages, but `read` would
   * apply it before them.
   *
   * @internal
   */
  current(nowMillis: number): Result.Result<Book, BookNotLive> {
    return this.#state._tag === "Live"
      ? Result.succeed(new Book(this.market_ticker, this.reading(), this.#epoch, nowMillis))
      : Result.fail(new BookNotLive({ market_ticker: this.market_ticker, state: this.#state }))
  }

  /** Returns the content of the book that reads return. After a loss, returns the content before the loss. */
  reading(): Reading {
    return (this.#reading ??= this.#capture())
  }

  /** Applies a snapshot. */
  snapshot({ msg, seq }: OrderbookSnapshotMessage, receivedMillis: number): void {
    if (seq === this.#seq) return this.#ignore()
    const clock = msg.clock ?? Number.NaN
    const bids = parse(this.#bids, msg.yes_dollars_fp ?? [])
    const asks = parse(this.#asks, msg.no_dollars_fp ?? [])
    if ("cause" in bids) this.lost(bids, receivedMillis)
    else if ("cause" in asks) this.lost(asks, receivedMillis)
    else if ((bids.keys.at(-1) ?? -1) + (asks.keys.at(-1) ?? -1) >= oneDollar) this.#loseCrossed(receivedMillis)
    else {
      this.#bids.replace(bids.keys, bids.sizes)
      this.#asks.replace(asks.keys, asks.sizes)
      this.#crossing = undefined
      this.#reading = undefined
      this.#requests.answered()
      if (!this.isLive) this.#state = { _tag: "Live", sinceMillis: receivedMillis }
      this.#version++
    }
    if (clock < this.#clock) this.#epoch++
    this.#seq = seq
    this.#clock = clock
    this.#index = Number.POSITIVE_INFINITY
    this.#receivedMillis = receivedMillis
  }

  /** Applies a delta. */
  delta({ msg, seq }: OrderbookDeltaMessage, receivedMillis: number): void {
    if (seq === this.#seq) return this.#ignore()
    if (seq < this.#seq)
      return this.lost({ cause: "sequence", detail: `seq ${seq} after ${this.#seq}` }, receivedMillis)
    const clock = msg.clock ?? Number.NaN
    const movesOn = clock > this.#clock || (Number.isNaN(this.#clock) && !Number.isNaN(clock))
    if (clock < this.#clock) {
      this.lost({ cause: "clock", detail: `clock ${clock} after ${this.#clock}` }, receivedMillis)
      this.#epoch++
    } else if (movesOn && this.#crossing !== undefined) {
      this.#loseCrossed(receivedMillis)
    }
    if (!this.isLive) {
      this.#clock = clock
      return
    }
    const isContained = clock === this.#clock && this.#index === Number.POSITIVE_INFINITY
    const loss = isContained ? this.#ignore() : this.#apply(msg, receivedMillis)
    if (loss !== undefined) return this.lost(loss, receivedMillis)
    this.#seq = seq
    this.#index = movesOn ? 1 : this.#index + 1
    this.#clock = clock
    this.#receivedMillis = receivedMillis
    if (this.#crossing === undefined) this.#reading = undefined
  }

  /** Ends the live state until the next snapshot. */
  lost(loss: Loss, sinceMillis: number): void {
    if (this.#state._tag === "Live") {
      this.reading()
      this.#crossing = undefined
      this.#version++
    }
    if (this.#state._tag !== "Healing") {
      const from = this.#state._tag === "Live" ? sinceMillis : this.#state.sinceMillis
      this.#state = { _tag: "Healing", sinceMillis: from, loss }
    }
    this.#seq = 0
    if (loss.cause === "outage") this.#requests.restart(sinceMillis)
    else this.#requests.want()
  }

  /** Records that the exchange announced a restart of its clock, such as after maintenance. */
  clockRestarted(sinceMillis: number): void {
    this.lost({ cause: "clock", detail: "the exchange restarted its clock" }, sinceMillis)
    this.#epoch++
    this.#clock = Number.NaN
  }

  /** Requests a new snapshot, even if the book is live. */
  refresh(): void {
    this.#requests.want()
  }

  /** Whether `get_snapshot` must be sent now. False while a request is in flight whose deadline has not passed. */
  needsSnapshot(nowMillis: number): boolean {
    const due = this.#requests.dueMillis()
    return due !== undefined && due <= nowMillis
  }

  /** Records that the command `get_snapshot` was sent. */
  requested(nowMillis: number): void {
    this.#requests.sent(nowMillis)
  }

  /** When `tick` and `needsSnapshot` must be called next. Undefined if nothing is due. */
  nextMillis(): number | undefined {
    if (this.#crossing === undefined) return this.#requests.dueMillis()
    return Math.min(this.#graceEndMillis(this.#crossing), this.#requests.dueMillis() ?? Number.POSITIVE_INFINITY)
  }

  /** Ends the live state if the book has been crossed for too long. */
  tick(nowMillis: number): void {
    if (this.#crossing !== undefined && this.#graceEndMillis(this.#crossing) <= nowMillis) this.#loseCrossed(nowMillis)
  }

  #graceEndMillis({ sinceMillis }: Crossing): number {
    return sinceMillis + this.#crossedGraceMillis
  }

  #capture(): Reading {
    return {
      bids: this.#bids.levels(),
      asks: this.#asks.levels(),
      seq: this.#seq,
      clock: Number.isNaN(this.#clock) ? undefined : this.#clock,
      receivedMillis: this.#receivedMillis
    }
  }

  #ignore(): undefined {
    this.#ignored++
  }

  /** Applies a change. Returns a loss if the change is not possible. */
  #apply({ delta_fp, price_dollars, side }: OrderbookDelta, receivedMillis: number): Loss | undefined {
    const micros = safeUnits.parse(price_dollars, 6)
    const delta = safeUnits.parse(delta_fp, 2)
    if (micros === undefined || micros < 0 || micros > oneDollar)
      return invalid(`a change at the price ${price_dollars}`)
    if (delta === undefined) return invalid(`a change of ${delta_fp} contracts`)
    if (side !== "yes" && side !== "no") return invalid(`a change of the side ${side}`)
    const own = side === "yes" ? this.#bids : this.#asks
    const other = side === "yes" ? this.#asks : this.#bids
    const key = own.keyOf(micros)
    if (this.#crossing === undefined && key + other.bestKey >= oneDollar) {
      this.reading()
      this.#crossing = { sinceMillis: receivedMillis, clock: this.#clock, index: this.#index }
    }
    const refusal = own.add(key, delta)
    if (refusal === "negative")
      return { cause: "negative", detail: `a change of ${delta_fp} contracts at ${price_dollars}` }
    if (refusal === "tooLarge") return invalid(`a change of ${delta_fp} contracts at ${price_dollars}`)
    if (own.bestKey + other.bestKey < oneDollar) this.#crossing = undefined
    if (delta !== 0 && this.#crossing === undefined) this.#version++
    return undefined
  }

  #loseCrossed(sinceMillis: number): void {
    this.lost({ cause: "crossed", detail: "the best bid is not below the best ask" }, sinceMillis)
  }
}

/** Makes the book of a market. The book waits for its first snapshot. */
export const make = (market_ticker: string, options: Options): OrderBook => new OrderBook(market_ticker, options)
