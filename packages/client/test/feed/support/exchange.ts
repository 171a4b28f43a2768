/** A simulated exchange. The frames of its connections wait until a test delivers, loses, repeats or reorders them. */
import assert from "node:assert/strict"
import type { ChannelName } from "../../../src/generated/feed.ts"
import * as messages from "./messages.ts"

export const badMarket = "BAD"

interface Subscription {
  readonly channel: ChannelName
  readonly sid: number
  /** The filter of the subscription, as text. */
  options: string
  seq: number
  /** Undefined: all markets. */
  markets: Set<string> | undefined
}

interface Command {
  readonly id: number
  readonly cmd: string
  readonly params: {
    readonly action?: string
    readonly channels?: ReadonlyArray<ChannelName>
    readonly market_tickers?: ReadonlyArray<string>
    readonly sid?: number
    readonly sids?: ReadonlyArray<number>
    readonly use_yes_price?: boolean
  }
}

export interface CommandFault {
  /**
   * The error code of the reply: 10 (ChannelError), 18 (CommandTimeout) or 27 (TooManyRequests). Undefined: no reply.
   */
  readonly code: 10 | 18 | 27 | undefined
  /** Whether the exchange carries out the command despite this fault. */
  readonly isExecuted: boolean
}

export interface Frame {
  readonly text: string
  readonly isReply: boolean
}

export class Connection {
  readonly frames: Array<Frame> = []
  readonly subscriptions = new Map<number, Subscription>()
  /** Whether the connection neither reads nor writes. */
  isDead = false
  readonly #exchange: Exchange
  #lastSid = 0

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  receive(text: string): void {
    if (this.isDead) return
    const command = { params: {}, ...(JSON.parse(text) as object) } as Command // the session sends only valid commands
    const fault = this.#exchange.commandFault
    this.#exchange.commandFault = undefined
    if (fault === undefined) this.#execute(command)
    else {
      if (fault.isExecuted) {
        // Sends the data, but drops the replies.
        const count = this.frames.length
        this.#execute(command)
        const sent = this.frames.splice(count).filter(({ isReply }) => !isReply)
        this.frames.push(...sent)
      }
      // The AsyncAPI document says that this error ends the subscription.
      if (fault.code === 10)
        for (const sid of [command.params.sid ?? 0, ...(command.params.sids ?? [])]) this.subscriptions.delete(sid)
      if (fault.code !== undefined) this.#reply(messages.error(fault.code, { id: command.id }))
    }
  }

  publish(market: string, number: number): void {
    if (this.isDead) return
    for (const subscription of this.subscriptions.values()) {
      const { channel, markets, sid } = subscription
      if (markets?.has(market) === false) continue
      if (channel === "ticker") this.#data(messages.ticker(sid, market))
      else if (channel === "trade") this.#data(messages.trade(sid, ++subscription.seq, market, number))
      else this.#data(messages.delta(sid, ++subscription.seq, market, number))
    }
  }

  /** Ends a subscription silently, or with an error that no command caused. */
  end(code: 10 | 25 | undefined, which: number): void {
    const all = [...this.subscriptions.values()]
    const ended = all[which % Math.max(1, all.length)]
    if (ended === undefined || this.isDead) return
    this.subscriptions.delete(ended.sid)
    if (code === undefined) return
    const seq = ended.channel === "ticker" ? {} : { seq: ++ended.seq }
    this.#reply(messages.error(code, { sid: ended.sid, ...seq }))
  }

  #data(message: object): void {
    this.frames.push({ text: JSON.stringify(message), isReply: false })
  }

  #reply(message: object): void {
    this.frames.push({ text: JSON.stringify(message), isReply: true })
  }

  #snapshot(subscription: Subscription, market: string, id?: number): void {
    const base = messages.snapshot(subscription.sid, ++subscription.seq, market, id)
    const msg = base["msg"] as object // a snapshot has a msg
    this.#data({ ...base, msg: { ...msg, clock: this.#exchange.numberOf(market) } })
  }

  #execute({ cmd, id, params }: Command): void {
    if (cmd === "list_subscriptions") {
      const msg = [...this.subscriptions.values()].map(({ channel, sid }) => ({ channel, sid }))
      return this.#reply({ id, type: "ok", msg })
    }
    if (cmd === "subscribe") return this.#subscribe(id, params)
    for (const sid of cmd === "unsubscribe" ? (params.sids ?? []) : [params.sid ?? 0]) {
      const subscription = this.subscriptions.get(sid)
      if (subscription === undefined) this.#reply(messages.error(7, { id }))
      else if (cmd === "unsubscribe") {
        this.subscriptions.delete(sid)
        this.#reply({ id, type: "unsubscribed", sid, seq: ++subscription.seq })
      } else this.#update(id, subscription, params.action ?? "", params.market_tickers ?? [])
    }
  }

  #refuses(id: number, names: ReadonlyArray<string>): boolean {
    if (!names.includes(badMarket)) return false
    this.#reply(messages.error(11, { id }, this.#exchange.namesBadMarket ? { market_tickers: [badMarket] } : {}))
    return true
  }

  #subscribe(id: number, { channels, market_tickers, use_yes_price }: Command["params"]): void {
    const channel = channels![0]!
    const open = [...this.subscriptions.values()].find((subscription) => subscription.channel === channel)
    const options = String(use_yes_price)
    if (open !== undefined) {
      assert.equal(open.options, options, "two filters of one channel were merged")
      assert.notEqual(market_tickers, undefined, "a subscription changed to all markets")
      return this.#update(id, open, "add_markets", market_tickers!)
    }
    if (market_tickers !== undefined && this.#refuses(id, market_tickers)) return
    if ((market_tickers?.length ?? 0) > this.#exchange.maxMarkets) return this.#reply(messages.error(26, { id }))
    const markets = market_tickers === undefined ? undefined : new Set(market_tickers)
    const subscription: Subscription = { channel, sid: ++this.#lastSid, options, seq: 0, markets }
    this.subscriptions.set(subscription.sid, subscription)
    this.#reply(messages.subscribed(id, channel, subscription.sid))
    if (channel === "orderbook_delta") for (const market of market_tickers!) this.#snapshot(subscription, market)
  }

  #update(id: number, subscription: Subscription, action: string, names: ReadonlyArray<string>): void {
    const { channel, sid } = subscription
    const markets = subscription.markets!
    const isBook = channel === "orderbook_delta"
    if (action === "get_snapshot") {
      if (!names.every((name) => markets.has(name)))
        return this.#reply(messages.error(11, { id, sid, seq: ++subscription.seq }))
      for (const name of names) this.#snapshot(subscription, name, id)
      return
    }
    if (this.#refuses(id, names)) return
    const added = action === "add_markets" ? names.filter((name) => !markets.has(name)) : []
    if (added.length > 0 && markets.size + added.length > this.#exchange.maxMarkets)
      return this.#reply(messages.error(26, { id }))
    for (const name of names) {
      if (action === "add_markets") markets.add(name)
      else markets.delete(name)
    }
    assert.notEqual(markets.size, 0, "a subscription lost all its markets")
    this.#reply(messages.ok(id, sid, ++subscription.seq, [...markets]))
    if (isBook) for (const name of added) this.#snapshot(subscription, name)
  }
}

export class Exchange {
  readonly connections = new Map<number, Connection>()
  readonly #numbers = new Map<string, number>()
  commandFault: CommandFault | undefined
  maxMarkets = 4
  namesBadMarket = true

  numberOf(market: string): number {
    return this.#numbers.get(market) ?? 1
  }

  publish(market: string): void {
    const number = this.numberOf(market) + 1
    this.#numbers.set(market, number)
    for (const connection of this.connections.values()) connection.publish(market, number)
  }
}
