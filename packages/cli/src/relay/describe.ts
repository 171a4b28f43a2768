/**
 * The events of a relay in words.
 *
 * @module
 */
import type { HubEvent } from "./Hub.ts"

/** The first line of the log. */
export interface Listening {
  readonly type: "listening"
  readonly url: string
  readonly feed_url: string
  readonly private: boolean
  readonly lines: number
}

const marketsOf = (count: number): string => (count === 0 ? "" : ` in ${count} ${count === 1 ? "market" : "markets"}`)

export const describeEvent = (event: HubEvent | Listening): string => {
  switch (event.type) {
    case "listening":
      return `Relay at ${event.feed_url}, its status at ${event.url}/status. Stop it with Ctrl-C`
    case "reader_connected":
      return `Reader ${event.reader} connected${event.origin === undefined ? "" : ` from a page of ${event.origin}`}${event.private ? ", with the token" : ""}`
    case "reader_closed":
      return `Reader ${event.reader} left`
    case "reader_refused":
      return `A reader was refused: ${event.reason}`
    case "reader_too_slow":
      return `Reader ${event.reader} was too slow, so one of its subscriptions was ended`
    case "upstream_used":
      return `${event.channel}: the first reader subscribed`
    case "upstream_unused":
      return `${event.channel}: the last reader left`
    case "upstream_lost":
      return `${event.channel}: messages were lost${marketsOf(event.markets)}: ${event.reason}`
    case "upstream_refused":
      return `${event.channel}: no subscription to ${event.markets.join(", ")}: ${event.reason}`
    case "upstream_ended":
      return `${event.channel}: the subscription failed: ${event.reason}`
  }
}
