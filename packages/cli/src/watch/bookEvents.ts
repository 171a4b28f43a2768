/**
 * The events of order books as JSON: messages of the feed, losses of messages, and states of the books.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as OrderBook from "@kalshi-effect/client/OrderBook"
import { statusAt, type WatchedMarket } from "./marketStatus.ts"
import { type Event, isoOf } from "./ndjson.ts"

type BookEvent = Feed.FeedEvent<"orderbook_delta">

const eventOf = (event: BookEvent, nowMillis: number): Event => {
  const time = isoOf(nowMillis)
  switch (event._tag) {
    case "Message": {
      const { message, receivedMillis } = event
      return {
        type: message.type,
        time: isoOf(receivedMillis),
        ticker: message.msg.market_ticker,
        seq: message.seq,
        msg: message.msg
      }
    }
    case "Gap":
      return {
        type: "gap",
        time,
        tickers: event.markets,
        reason: event.reason,
        expected_seq: event.expectedSeq,
        received_seq: event.receivedSeq
      }
    case "Outage":
      return {
        type: "outage",
        time: isoOf(event.sinceMillis),
        tickers: event.markets,
        reason: Feed.describeLoss(event.cause)
      }
    case "Restored":
      return { type: "restored", time, duration_ms: event.durationMillis }
    case "Undecodable":
      return { type: "undecodable", time, ticker: event.market, reason: `${event.reason} at ${event.pointer}` }
    case "UnknownMessage":
      return { type: "undecodable", time, reason: `a message has the unknown type ${event.type}` }
    case "UnknownKeys":
      return { type: "unknown_keys", time, ticker: event.market, pointers: event.pointers }
    case "Refused":
      return { type: "refused", time, tickers: event.markets, reason: event.error.message }
    case "Delay":
      return { type: "delay", time, is_late: event.isLate, growth_ms: event.growthMillis }
    case "Replaced":
      return { type: "replaced", time, tickers: event.markets }
  }
}

const stateEvent = (ticker: string, state: OrderBook.State, nowMillis: number): Event => ({
  type: "book",
  time: isoOf(nowMillis),
  ticker,
  ...(state._tag === "Healing"
    ? { state: "healing", cause: state.loss.cause, reason: state.loss.detail }
    : { state: state._tag === "Live" ? "live" : "awaiting_snapshot" })
})

/** Returns the loss that an event reports. If `markets` is empty, all books are affected. */
const lossOf = (
  event: BookEvent
): { readonly markets: ReadonlyArray<string>; readonly loss: OrderBook.Loss } | undefined => {
  switch (event._tag) {
    case "Gap":
      return {
        markets: event.markets,
        loss: { cause: "gap", detail: `expected seq ${event.expectedSeq}, got ${event.receivedSeq}` }
      }
    case "Outage":
      return { markets: event.markets, loss: { cause: "outage", detail: Feed.describeLoss(event.cause) } }
    case "Undecodable":
      return {
        markets: event.market === undefined ? [] : [event.market],
        loss: { cause: "undecodable", detail: `${event.reason} at ${event.pointer}` }
      }
    case "UnknownMessage":
      return { markets: [], loss: { cause: "undecodable", detail: `a message has the unknown type ${event.type}` } }
    case "Replaced":
      return {
        markets: event.markets,
        loss: { cause: "outage", detail: "the subscription moved to another connection" }
      }
    default:
      return undefined
  }
}

/** Converts events to JSON lines. After an event that changes the state of a book, a line has the new state. */
export class BookStates {
  readonly #books: ReadonlyMap<string, OrderBook.OrderBook>

  constructor(tickers: ReadonlyArray<string>, nowMillis: number) {
    this.#books = new Map(tickers.map((ticker) => [ticker, OrderBook.make(ticker, { nowMillis })]))
  }

  linesOf(event: BookEvent, nowMillis: number): ReadonlyArray<Event> {
    const lines = [eventOf(event, nowMillis)]
    if (event._tag === "Message") {
      const { message, receivedMillis } = event
      this.#change(message.msg.market_ticker, nowMillis, lines, (book) =>
        message.type === "orderbook_snapshot"
          ? book.snapshot(message, receivedMillis)
          : book.delta(message, receivedMillis)
      )
    }
    const lost = lossOf(event)
    if (lost !== undefined) {
      for (const ticker of lost.markets.length === 0 ? this.#books.keys() : lost.markets) {
        this.#change(ticker, nowMillis, lines, (book) => book.lost(lost.loss, nowMillis))
      }
    }
    return lines
  }

  #change(ticker: string, nowMillis: number, lines: Array<Event>, apply: (book: OrderBook.OrderBook) => void): void {
    const book = this.#books.get(ticker)
    if (book === undefined) return
    const before = book.state
    apply(book)
    if (book.state !== before) lines.push(stateEvent(ticker, book.state, nowMillis))
  }
}

export const marketEvent = (market: WatchedMarket, nowMillis: number): Event => ({
  type: "market",
  time: isoOf(nowMillis),
  ticker: market.ticker,
  status: statusAt(market, nowMillis),
  close_time: isoOf(market.closeMillis)
})
