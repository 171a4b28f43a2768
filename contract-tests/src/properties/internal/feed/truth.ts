/**
 * Records what the exchange sends on connections without faults: the states of books, and the messages of `channels`.
 *
 * @module
 */
import type * as Socket from "effect/socket/Socket"
import { apply, type BookMessage, fromSnapshot, type Ledger, show } from "./ledger.ts"
import { parse } from "./wire.ts"

export interface Moment {
  readonly clock: number
  readonly text: string
}

/** The channels whose messages are recorded. */
export const channels = [
  "trade",
  "ticker",
  "fill",
  "user_orders",
  "market_positions",
  "order_group_updates",
  "market_lifecycle_v2"
] as const

export type Channel = (typeof channels)[number]

const channelOf: Readonly<Record<string, Channel>> = {
  trade: "trade",
  ticker: "ticker",
  fill: "fill",
  user_order: "user_orders",
  market_position: "market_positions",
  order_group_updates: "order_group_updates",
  market_lifecycle_v2: "market_lifecycle_v2",
  event_lifecycle: "market_lifecycle_v2"
}

export const hasMarkets = (channel: Channel): boolean =>
  channel !== "order_group_updates" && channel !== "market_lifecycle_v2"

type Body = Readonly<Record<string, unknown>>

/** The market that a message names. Empty in a channel without markets. */
export const marketOf = (channel: Channel, msg: Body): string =>
  hasMarkets(channel) ? String(msg["market_ticker"] ?? msg["ticker"]) : ""

export const keyOf = (type: string, msg: Body): string =>
  `${type} ${JSON.stringify(Object.entries(msg).toSorted(([left], [right]) => (left < right ? -1 : 1)))}`

export class Truth {
  readonly #books = new Map<string, Ledger>()
  readonly #moments = new Map<string, Array<Moment>>()
  readonly #messages = new Map<string, Array<string>>()
  #marked = new Map<string, number>()

  /** The recorded states of a book, oldest first. */
  moments(market: string): ReadonlyArray<Moment> {
    return this.#moments.get(market) ?? []
  }

  /** The keys of the messages, oldest first. */
  messages(channel: Channel, market: string): ReadonlyArray<string> {
    return this.#messages.get(`${channel} ${market}`) ?? []
  }

  mark(): void {
    this.#marked = new Map([...this.#messages].map(([name, { length }]) => [name, length]))
  }

  /** Whether a message was recorded since the last call of `mark`. */
  isNew(channel: Channel, market: string): boolean {
    return this.messages(channel, market).length > (this.#marked.get(`${channel} ${market}`) ?? 0)
  }

  record(socket: Socket.WebSocketLike, books: ReadonlyArray<string>, hasChannels: boolean): void {
    socket.addEventListener("open", () => {
      const params = { channels: ["orderbook_delta"], market_tickers: books, use_yes_price: true }
      socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params }))
      if (hasChannels) socket.send(JSON.stringify({ id: 2, cmd: "subscribe", params: { channels } }))
    })
    socket.addEventListener("message", ({ data }) => this.#receive(String(data)))
  }

  #receive(text: string): void {
    const { msg, type = "" } = parse(text) ?? {}
    if (type === "orderbook_snapshot" || type === "orderbook_delta") {
      return this.#book(type, msg as BookMessage) // A message of this type has the members of BookMessage.
    }
    const channel = channelOf[type]
    if (channel === undefined || msg === undefined) return
    const name = `${channel} ${marketOf(channel, msg)}`
    const list = this.#messages.get(name) ?? []
    this.#messages.set(name, list)
    list.push(keyOf(type, msg))
  }

  #book(type: string, msg: BookMessage): void {
    const { clock, market_ticker: market } = msg
    const ledger = this.#books.get(market)
    if (type === "orderbook_snapshot") this.#books.set(market, fromSnapshot(msg, true))
    else if (ledger !== undefined) apply(ledger, msg, true)
    const moments = this.#moments.get(market) ?? []
    this.#moments.set(market, moments)
    moments.push({ clock, text: show(this.#books.get(market)!) })
  }
}
