/**
 * The events of order books as JSON: each message of the feed, and what happened to messages on the way.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import { type Event, isoOf } from "./ndjson.ts"

type BookEvent = Feed.FeedEvent<"orderbook_delta">

/** Makes the line of an event. */
export const bookEvent = (event: BookEvent, nowMillis: number): Event => {
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

/** Makes the line of a book's state. */
export const bookStateEvent = (ticker: string, state: OrderBooks.State, nowMillis: number): Event => {
  const time = isoOf(nowMillis)
  switch (state._tag) {
    case "Live":
      return { type: "book", time, ticker, state: "live" }
    case "AwaitingSnapshot":
      return { type: "book", time, ticker, state: "awaiting_snapshot" }
    case "Healing":
      return { type: "book", time, ticker, state: "healing", cause: state.loss.cause, reason: state.loss.detail }
  }
}
