/**
 * The order books of a recording, from its lines.
 *
 * @module
 */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import type { Message } from "@kalshi-effect/client/generated/feed"
import * as OrderBook from "@kalshi-effect/client/OrderBook"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { type Frame, type Header, messageText, type Notice } from "./lines.ts"
import type { Entry } from "./reading.ts"

type BookMessage = Extract<Message, { readonly type: "orderbook_snapshot" | "orderbook_delta" }>

/** A subscription at the exchange. Its messages have consecutive `seq`. */
interface Counted {
  readonly connection: number
  lastSeq: number
  readonly tickers: Set<string>
}

export type Change =
  | { readonly ticker: string; readonly level: "all" }
  | { readonly ticker: string; readonly level: { readonly side: OrderBook.Side; readonly price: string } }

/**
 * The order books of a recording. A book is live from a snapshot until messages are missing, for example after a gap in
 * `seq` or between two runs of `kalshi record`.
 */
export class Books {
  readonly #decode = FeedMessages.decoder()
  readonly #books = new Map<string, OrderBook.OrderBook>()
  /** The subscriptions, by connection and `sid`. */
  readonly #counted = new Map<string, Counted>()
  /** The subscription that delivers the book of each market. */
  readonly #sources = new Map<string, Counted>()
  #header: Header | undefined

  /** The markets, in the order of their first book message. */
  get tickers(): ReadonlyArray<string> {
    return [...this.#books.keys()]
  }

  get(ticker: string): OrderBook.OrderBook | undefined {
    return this.#books.get(ticker)
  }

  /** Applies a line. Returns the change that it makes to a book, if any. */
  apply({ line, text }: Entry): Change | undefined {
    switch (line.type) {
      case "recording":
        return void this.#begin(line)
      case "frame":
        return this.#frame(line, text)
      case "outage":
      case "gap":
      case "replaced":
      case "undecodable":
        return void this.#notice(line)
      default:
        return undefined
    }
  }

  #begin(header: Header): void {
    const last = this.#header
    this.#header = header
    // Each run numbers its connections from 1. Consecutive parts of one run form one sequence.
    if (last?.recording_id === header.recording_id && header.part === last.part + 1) return
    this.#counted.clear()
    this.#sources.clear()
    this.#lose([...this.#books.keys()], "outage", "another run or part began", header.at_ms)
  }

  #notice({ at_ms, channel, detail, markets = [], type }: Notice): void {
    if (channel !== "orderbook_delta") return
    const tickers = markets.length === 0 ? [...this.#books.keys()] : markets
    this.#lose(tickers, type === "gap" || type === "undecodable" ? type : "outage", detail, at_ms)
  }

  #lose(tickers: Iterable<string>, cause: OrderBook.Cause, detail: string, atMillis: number): void {
    for (const ticker of tickers) this.#books.get(ticker)?.lost({ cause, detail }, atMillis)
  }

  #frame(line: Frame, text: string): Change | undefined {
    const { at_ms: atMillis, connection, message } = line
    if (!Predicate.hasProperty(message, "type")) return undefined
    const { type } = message
    const isBook = type === "orderbook_snapshot" || type === "orderbook_delta"
    const sid = Predicate.hasProperty(message, "sid") && typeof message.sid === "number" ? message.sid : undefined
    if (sid === undefined) return undefined
    const key = `${connection}/${sid}`
    let counted = this.#counted.get(key)
    if (counted === undefined) {
      if (!isBook) return undefined
      // The first message has the `seq` 1. Replies before the first message have no `seq`.
      counted = { connection, lastSeq: 0, tickers: new Set() }
      this.#counted.set(key, counted)
    }
    const seq = Predicate.hasProperty(message, "seq") && typeof message.seq === "number" ? message.seq : undefined
    if (seq !== undefined && !this.#count(counted, seq, atMillis)) return undefined
    if (!isBook) return undefined
    const decoded = this.#decode(messageText(line, text))
    if (Result.isFailure(decoded)) {
      this.#lose(counted.tickers, "undecodable", decoded.failure.message, atMillis)
      return undefined
    }
    // `isBook` was checked above, so the message has one of these types.
    return this.#message(counted, decoded.success as BookMessage, atMillis)
  }

  /** Counts a message. Returns false for a repeated message. */
  #count(counted: Counted, seq: number, atMillis: number): boolean {
    const { lastSeq, tickers } = counted
    counted.lastSeq = seq
    if (seq === lastSeq) return false
    if (seq !== lastSeq + 1) this.#lose(tickers, "gap", `seq ${seq} after ${lastSeq}`, atMillis)
    return true
  }

  #message(counted: Counted, message: BookMessage, atMillis: number): Change | undefined {
    const ticker = message.msg.market_ticker
    const source = this.#sources.get(ticker)
    if (source !== undefined && source !== counted && source.connection > counted.connection) return undefined
    let book = this.#books.get(ticker)
    if (book === undefined) {
      book = OrderBook.make(ticker, { nowMillis: atMillis })
      this.#books.set(ticker, book)
    }
    if (source !== counted) {
      source?.tickers.delete(ticker)
      counted.tickers.add(ticker)
      this.#sources.set(ticker, counted)
      // The new subscription has its own `seq`, so the book is not known until the next snapshot.
      book.lost({ cause: "outage", detail: "another subscription began" }, atMillis)
    }
    book.tick(atMillis)
    if (message.type === "orderbook_snapshot") {
      book.snapshot(message, atMillis)
      return { ticker, level: "all" }
    }
    book.delta(message, atMillis)
    const side = message.msg.side === "yes" ? "bid" : "ask"
    return { ticker, level: { side, price: message.msg.price_dollars } }
  }
}
