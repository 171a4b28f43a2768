/**
 * Receives messages from the exchange, and sends them to the subscriptions of a relay's readers.
 *
 * @module
 */
import type * as Feed from "@kalshi-effect/client/Feed"
import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "@kalshi-effect/client/generated/feed"
import { channels, type FeedError, isFeedErrorCode, type Subscription } from "@kalshi-effect/sandbox/FeedServer"
import { type BookEvents, type Books, FollowedBooks, MergedBooks } from "./books.ts"
import { Market } from "./market.ts"
import { Readers } from "./readers.ts"
import { type DataMessage, Source, type SourceEvents, type SourceLoss, type Spec } from "./sources.ts"
import { type Need, nameIn } from "./specs.ts"

export type UpstreamEvent =
  | { readonly type: "upstream_used"; readonly channel: string }
  | { readonly type: "upstream_unused"; readonly channel: string }
  | { readonly type: "upstream_lost"; readonly channel: string; readonly markets: number; readonly reason: string }
  | {
      readonly type: "upstream_refused"
      readonly channel: string
      readonly markets: ReadonlyArray<string>
      readonly reason: string
    }
  | { readonly type: "upstream_ended"; readonly channel: string; readonly reason: string }

/**
 * Chooses the markets whose books are merged from several lines (independent connections to the exchange). Each changed
 * book is passed to {@link Upstream.merged}.
 */
export interface MergedWatch {
  readonly add: (markets: ReadonlyArray<string>) => void
  readonly remove: (markets: ReadonlyArray<string>) => void
}

export interface UpstreamOptions {
  readonly feed: Pick<Feed.KalshiFeed["Service"], "subscribe">
  readonly nowMillis: () => number
  readonly onEvent: (event: UpstreamEvent) => void
  /** Called when a subscription at the exchange has failed, and the client does not restore it. */
  readonly onEnded: (error: Feed.FeedError) => void
  /** Merges the books of several lines. Default: the messages of one line pass through. */
  readonly merged?: MergedWatch | undefined
  /** How long a channel or a market stays subscribed at the exchange after its last reader left. Default: 5,000. */
  readonly lingerMillis?: number | undefined
}

/**
 * How long a book can stay wrong before the relay ends the subscriptions of its readers. A new snapshot usually takes one
 * round trip.
 */
const healMillis = 1_000

const refusalMillis = 10_000

/** A refusal of the exchange, which the relay repeats in its reply to a reader's command. */
interface Refusal {
  readonly error: FeedError
  readonly untilMillis: number
}

const lostError: FeedError = { code: 10, details: "the relay lost messages of the exchange. Subscribe again" }

const refusedError = (names: ReadonlyArray<string>): FeedError => ({
  code: 10,
  details: `the exchange refused ${names.join(", ")}`
})

export class Upstream {
  readonly readers: Readers
  /** The books of several lines. Undefined with one line. */
  readonly merged: MergedBooks | undefined
  received = 0
  readonly #options: UpstreamOptions
  readonly #books: Books
  readonly #followed: FollowedBooks
  readonly #sources = new Map<string, Source>()
  readonly #markets = new Map<string, Market>()
  readonly #marketIds = new Map<string, string>()
  /** The last `ticker` message of each market, by the key of the message's source. */
  readonly #tickers = new Map<string, Map<string, string>>()
  readonly #references = new Map<string, ReadonlyArray<string>>()
  readonly #refusals = new Map<string, Refusal>()
  /** The markets whose book may be wrong, and when the subscriptions of their readers end. */
  readonly #healing = new Map<string, number>()
  /** The markets whose snapshot has fields with unknown names. True: the snapshot itself has not arrived yet. */
  readonly #suspect = new Map<string, boolean>()
  #listWaiters: ReadonlyArray<{ readonly channel: string; readonly callback: () => void }> = []
  readonly #sourceEvents: SourceEvents

  constructor(options: UpstreamOptions) {
    this.#options = options
    const events: BookEvents = {
      replaced: (ticker) => {
        this.#healing.delete(ticker)
        this.#market(ticker).replaced()
      },
      confirmed: (ticker) => this.#market(ticker).settle(),
      changed: (ticker, delta) => this.#market(ticker).delta(delta),
      lost: (ticker, reason, healsSoon) => this.#loseBook(ticker, reason, healsSoon)
    }
    const silent: BookEvents = { replaced() {}, confirmed() {}, changed() {}, lost() {} }
    // With several lines, the messages of the first line only supply the ids of the markets.
    this.#followed = new FollowedBooks(
      options.merged === undefined ? events : silent,
      (markets) => this.#sources.get("orderbook_delta")?.snapshot(markets),
      options.nowMillis
    )
    this.merged = options.merged && new MergedBooks(events, (ticker) => this.#marketIds.get(ticker))
    this.#books = this.merged ?? this.#followed
    this.readers = new Readers({
      source: (spec) => this.source(spec),
      onMarkets: (tickers) => this.#follow(tickers),
      onForgotten: (subscription, ticker) => this.#markets.get(ticker)?.forget(subscription)
    })
    this.#sourceEvents = {
      onMessage: (source, message, receivedMillis) => this.#deliver(source, message, receivedMillis),
      onLoss: (source, loss) => this.#lose(source, loss),
      onRefused: (source, names, error) => this.#refuse(source, names, error),
      onEnded: (source, error) => this.#end(source, error),
      onUnknownKeys: (market) => this.#suspectBook(market),
      onUsed: ({ spec }, isUsed) =>
        options.onEvent({ type: isUsed ? "upstream_used" : "upstream_unused", channel: spec.key })
    }
  }

  get sources(): ReadonlyArray<Source> {
    return [...this.#sources.values()]
  }

  source(spec: Spec): Source {
    const found = this.#sources.get(spec.key)
    if (found !== undefined) return found
    const { feed, lingerMillis = 5_000, nowMillis } = this.#options
    const source = new Source(spec, { feed, events: this.#sourceEvents, nowMillis, lingerMillis })
    this.#sources.set(spec.key, source)
    return source
  }

  /** Subscribes to what a command needs, before the command is carried out. */
  prepare(need: Need): Source | FeedError {
    const refusal = this.refusalOf(need)
    if (refusal !== undefined) return refusal
    const { names, spec } = need
    const source = this.source(spec)
    const failure = source.touch(names ?? [])
    if (failure !== undefined) {
      return failure._tag === "InvalidRequest"
        ? { code: 11, details: failure.reason }
        : { code: 26, details: failure.message, marketTickers: names }
    }
    if (spec.channel === "orderbook_delta") this.#follow(names ?? [])
    return source
  }

  /** Returns the error with which the exchange recently refused this need. */
  refusalOf({ names, spec }: Need): FeedError | undefined {
    const nowMillis = this.#options.nowMillis()
    for (const name of names ?? [""]) {
      const refusal = this.#refusals.get(`${spec.key} ${name}`)
      if (refusal !== undefined && refusal.untilMillis > nowMillis) return refusal.error
    }
    return undefined
  }

  whenListed(subscription: Subscription, callback: () => void): void {
    this.#listWaiters = [...this.#listWaiters, { channel: subscription.name, callback }]
    for (const source of this.#sources.values()) {
      if (this.readers.isHeldBy(subscription, source.spec.key)) source.list()
    }
  }

  /** Returns the indices or underlyings of the channel. Undefined until the exchange has listed them. */
  referencesOf(channel: string): ReadonlyArray<string> | undefined {
    return this.#references.get(channel)
  }

  idOf(ticker: string): string | undefined {
    return this.#marketIds.get(ticker)
  }

  /** Sends a book to a reader, as soon as the book is valid. */
  sendBook(subscription: Subscription, ticker: string, id: number | undefined): void {
    this.#market(ticker).request(subscription, id)
  }

  sendTicker(subscription: Subscription, ticker: string): void {
    const [body] = [...this.#tickers.values()].flatMap((bodies) => bodies.get(ticker) ?? [])
    if (body !== undefined) subscription.connection.sendData(subscription, "ticker", body)
  }

  tick(): void {
    const nowMillis = this.#options.nowMillis()
    this.#followed.tick()
    for (const [key, source] of this.#sources) {
      const { isOver, removed } = source.tick()
      if (isOver) this.#sources.delete(key)
      if (key === "orderbook_delta") this.#forgetBooks(removed)
      this.#forgetTickers(key, isOver ? undefined : removed)
    }
    for (const [ticker, untilMillis] of this.#healing) {
      if (untilMillis <= nowMillis) this.#endBook(ticker)
    }
    for (const [key, { untilMillis }] of this.#refusals) if (untilMillis <= nowMillis) this.#refusals.delete(key)
  }

  /** Ends the readers' subscriptions to markets that the lines cannot watch: these readers would receive no book. */
  failMerged(markets: ReadonlyArray<string>, { message: reason }: Error): void {
    for (const ticker of markets) {
      this.merged?.remove(ticker)
      const readers = this.#readersOf(ticker)
      if (readers.length === 0) continue
      this.#options.onEvent({ type: "upstream_refused", channel: "orderbook_delta", markets: [ticker], reason })
      this.#endAll(readers, { code: 10, details: `the relay cannot watch ${ticker}: ${reason}` })
    }
  }

  close(): void {
    for (const source of this.#sources.values()) source.close()
  }

  #follow(tickers: ReadonlyArray<string>): void {
    for (const ticker of tickers) this.#followed.add(ticker)
    this.#options.merged?.add(tickers)
  }

  #forgetBooks(forgotten: ReadonlyArray<string>): void {
    for (const ticker of forgotten) {
      this.#followed.remove(ticker)
      this.merged?.remove(ticker)
      this.#markets.delete(ticker)
      this.#healing.delete(ticker)
      this.#suspect.delete(ticker)
    }
    if (forgotten.length > 0) this.#options.merged?.remove(forgotten)
  }

  /** Forgets the tickers of these markets. Undefined: all markets of the source. */
  #forgetTickers(key: string, forgotten: ReadonlyArray<string> | undefined): void {
    if (forgotten === undefined) this.#tickers.delete(key)
    else for (const ticker of forgotten) this.#tickers.get(key)?.delete(ticker)
  }

  #rememberTicker(key: string, ticker: string, body: string): void {
    const bodies = this.#tickers.get(key) ?? new Map<string, string>()
    this.#tickers.set(key, bodies.set(ticker, body))
  }

  #market(ticker: string): Market {
    let market = this.#markets.get(ticker)
    if (market === undefined) {
      const current = () => (this.#suspect.has(ticker) ? undefined : this.#books.current(ticker))
      market = new Market(ticker, this.readers, { current })
      this.#markets.set(ticker, market)
    }
    return market
  }

  #deliver({ spec }: Source, message: DataMessage, receivedMillis: number): void {
    this.received++
    const { channel } = spec
    if (message.type === "orderbook_snapshot" || message.type === "orderbook_delta") {
      // The type determines the schema.
      const book = message as OrderbookSnapshotMessage | OrderbookDeltaMessage
      this.#learn(book.msg.market_ticker, book.msg.market_id)
      if (message.type === "orderbook_snapshot") this.#clearSuspicion(book.msg.market_ticker)
      return this.#followed.message(book, receivedMillis)
    }
    const { msg } = message
    const name = nameIn(channel, msg)
    if (Reflect.has(msg, "index_ids") || Reflect.has(msg, "underlying_tickers")) return this.#list(channel, msg)
    const body = JSON.stringify(msg)
    const isWhole = spec.parameter === undefined
    if (message.type === "ticker" && name !== undefined) this.#rememberTicker(spec.key, name, body)
    const send = (subscription: Subscription): void => {
      subscription.connection.sendData(subscription, message.type, body)
    }
    if (channels[channel].markets !== "none") {
      // If the relay also subscribes to all markets, a message arrives twice: once for each kind of reader.
      this.readers.forEach(channel, name ?? "", (subscription) => {
        if ((subscription.markets === undefined) === isWhole) send(subscription)
      })
      return
    }
    for (const subscription of this.readers.of(channel)) {
      const { allReferences, channel: kind, references } = subscription
      const isWanted =
        kind.reference === undefined
          ? this.readers.isHeldBy(subscription, spec.key)
          : allReferences === isWhole && (isWhole || references.has(name ?? ""))
      if (isWanted) send(subscription)
    }
  }

  #list(channel: string, msg: object): void {
    const names: unknown = Reflect.get(msg, "index_ids") ?? Reflect.get(msg, "underlying_tickers")
    if (!Array.isArray(names)) return
    this.#references.set(channel, names.map(String))
    const waiters = this.#listWaiters.filter((waiter) => waiter.channel === channel)
    this.#listWaiters = this.#listWaiters.filter((waiter) => waiter.channel !== channel)
    for (const { callback } of waiters) callback()
  }

  #learn(ticker: string, id: string): void {
    if (this.#marketIds.get(ticker) === id) return
    this.#marketIds.set(ticker, id)
    if (this.merged !== undefined) this.#market(ticker).settle()
  }

  #lose(source: Source, { event, isOutage, markets, reason }: SourceLoss): void {
    const { channel, key } = source.spec
    this.#options.onEvent({ type: "upstream_lost", channel: key, markets: markets.length, reason })
    if (channel === "orderbook_delta") return this.#followed.lose(markets, reason, isOutage)
    // No reader misses a message of an unknown type: this version cannot subscribe to such messages.
    if (event._tag === "UnknownMessage") return
    this.#forgetTickers(key, markets.length === 0 ? undefined : markets)
    this.#endAll(this.#subscriptionsOf(source, markets), lostError)
  }

  #subscriptionsOf({ spec }: Source, names: ReadonlyArray<string>): ReadonlyArray<Subscription> {
    const lost = new Set(names)
    return [...this.readers.of(spec.channel)].filter(
      (subscription) =>
        this.readers.isHeldBy(subscription, spec.key) &&
        (lost.size === 0 ||
          [...(subscription.markets ?? []), ...subscription.references].some((name) => lost.has(name)) ||
          (subscription.markets === undefined && subscription.references.size === 0))
    )
  }

  /** Returns the subscriptions to a book. */
  #readersOf(ticker: string): ReadonlyArray<Subscription> {
    const found: Array<Subscription> = []
    this.readers.forEach("orderbook_delta", ticker, (subscription) => void found.push(subscription))
    return found
  }

  #endAll(subscriptions: Iterable<Subscription>, error: FeedError): void {
    for (const subscription of [...subscriptions]) subscription.connection.end(subscription, error)
  }

  #loseBook(ticker: string, reason: string, healsSoon: boolean): void {
    if (!healsSoon) return this.#endBook(ticker)
    this.#options.onEvent({ type: "upstream_lost", channel: "orderbook_delta", markets: 1, reason })
    if (!this.#healing.has(ticker)) this.#healing.set(ticker, this.#options.nowMillis() + healMillis)
  }

  /**
   * The next snapshot may contain a side under an unknown name. This side would seem empty, so no reader receives the
   * snapshot.
   */
  #suspectBook(ticker: string): void {
    this.#suspect.set(ticker, true)
    const reason = `a snapshot of ${ticker} has fields with unknown names. Install a newer version of this command`
    this.#options.onEvent({ type: "upstream_lost", channel: "orderbook_delta", markets: 1, reason })
    this.#endBook(ticker)
  }

  #clearSuspicion(ticker: string): void {
    if (this.#suspect.get(ticker) === true) this.#suspect.set(ticker, false)
    else this.#suspect.delete(ticker)
  }

  #endBook(ticker: string): void {
    this.#healing.delete(ticker)
    this.#endAll(this.#readersOf(ticker), lostError)
  }

  #refuse(source: Source, names: ReadonlyArray<string>, error: Feed.MarketsError): void {
    const { key } = source.spec
    this.#options.onEvent({ type: "upstream_refused", channel: key, markets: names, reason: error.message })
    const affected = this.#subscriptionsOf(source, names)
    if (key === "orderbook_delta") this.#forgetBooks(names)
    this.#forgetTickers(key, names)
    for (const name of names) this.#remember(`${key} ${name}`, error, [name])
    this.#endAll(affected, refusedError(names))
  }

  #end(source: Source, error: Feed.FeedError): void {
    const { channel, key } = source.spec
    this.#sources.delete(key)
    this.#options.onEvent({ type: "upstream_ended", channel: key, reason: error.message })
    for (const name of source.spec.parameter === undefined ? [""] : source.names) {
      this.#remember(`${key} ${name}`, error, name === "" ? undefined : [name])
    }
    // A source ends if the exchange refuses its last names.
    const refused = "markets" in error ? error.markets : []
    this.#endAll(
      [...this.readers.of(channel)].filter((subscription) => this.readers.isHeldBy(subscription, key)),
      refused.length > 0 ? refusedError(refused) : lostError
    )
    if (key === "orderbook_delta") this.#forgetBooks(source.names)
    this.#forgetTickers(key, undefined)
    this.#options.onEnded(error)
  }

  #remember(key: string, error: Feed.FeedError, marketTickers: ReadonlyArray<string> | undefined): void {
    if (error._tag !== "SubscriptionRefused" || !isFeedErrorCode(error.code)) return
    this.#refusals.set(key, {
      // The reason of the exchange begins with the name of the code, which the reply adds again.
      error: { code: error.code, details: error.reason.replace(/^[^:]*: /, ""), marketTickers },
      untilMillis: this.#options.nowMillis() + refusalMillis
    })
  }
}
