/**
 * The events of public trades as JSON.
 *
 * @module
 */
import type * as Trades from "@kalshi-effect/client/Trades"
import { type Event, isoOf } from "./ndjson.ts"

const interval = ({ sinceMillis, untilMillis }: Trades.Interval) => ({
  since: isoOf(sinceMillis),
  until: isoOf(untilMillis)
})

export const tradeEvents = (event: Trades.FilledEvent, nowMillis: number): ReadonlyArray<Event> => {
  const time = isoOf(nowMillis)
  switch (event._tag) {
    case "Trade":
      return [{ type: "trade", time: isoOf(event.receivedMillis), ticker: event.trade.market_ticker, msg: event.trade }]
    case "Hole":
      return [{ type: "hole", time, ...interval(event) }]
    case "Filled":
      return [
        ...event.trades.map((trade) => ({
          type: "trade",
          time,
          ticker: trade.market_ticker,
          is_from_hole: true,
          msg: trade
        })),
        { type: "filled", time, ...interval(event.hole), trades: event.trades.length }
      ]
    case "NotFilled":
      return [{ type: "not_filled", time, ...interval(event.hole), reason: event.error.message }]
    case "Refused":
      return [{ type: "refused", time, tickers: event.markets, reason: event.error.message }]
  }
}
