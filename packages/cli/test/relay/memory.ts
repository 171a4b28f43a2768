/** A relay, its readers and a local exchange in memory, without sockets and with virtual time. */
import * as Feed from "@kalshi-effect/client/Feed"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "@kalshi-effect/client/generated/feed"
import * as OrderBook from "@kalshi-effect/client/OrderBook"
import { type Endpoint, feedPath } from "@kalshi-effect/sandbox/FeedServer"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import { Hub, type HubEvent, type HubOptions } from "../../src/relay/Hub.ts"
import { mergeLines } from "../../src/relay/lines.ts"
import type { Message } from "./support.ts"

const decode = FeedMessages.decoder()

export interface MemoryRelay {
  readonly hub: Hub
  readonly events: ReadonlyArray<HubEvent>
  readonly sandbox: Sandbox.Sandbox["Service"]
  readonly account: Sandbox.Credentials
  /** Lets time pass for the exchange, its client and the relay. */
  readonly pass: (millis: number) => Effect.Effect<void>
}

/** Runs a test with a relay. The exchange has the markets A, B and C. */
export const withRelay = <A, E>(
  test: (relay: MemoryRelay) => Effect.Effect<A, E>,
  { lines = 1, ...options }: Partial<HubOptions> & { readonly lines?: number } = {},
  sandboxOptions: Sandbox.TestOptions = {}
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const account = yield* sandbox.createAccount({ name: "relay" })
    const { environment } = sandbox
    const context = yield* Layer.build(Feed.layer({ environment, signer: account.signer, maxBackoffMillis: 100 }))
    const feed = yield* Effect.provide(Feed.KalshiFeed, context)
    const clock = yield* Clock.clockWith(Effect.succeed)
    const events: Array<HubEvent> = []
    const merged =
      lines === 1
        ? undefined
        : yield* mergeLines(lines, {
            onRead: (ticker, read) => hub.upstream.merged?.read(ticker, read),
            onFailed: (markets, error) => hub.upstream.failMerged(markets, error)
          }).pipe(Effect.provide(context))
    const hub: Hub = new Hub({
      feed,
      merged,
      nowMillis: () => clock.currentTimeMillisUnsafe(),
      rules: () => ({ port: 1, origins: [], token: "secret" }),
      onEvent: (event) => void events.push(event),
      onEnded: () => {},
      ...options
    })
    const pass = Effect.fnUntraced(function* (millis: number) {
      for (let passed = 0; passed < millis; passed += 50) {
        yield* TestClock.adjust(Math.min(50, millis - passed))
        hub.tick()
      }
    })
    return yield* test({ hub, events, sandbox, account, pass })
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.provideMerge(
        Sandbox.layerTest({ markets: [{ ticker: "A" }, { ticker: "B" }, { ticker: "C" }], ...sandboxOptions }),
        TestClock.layer()
      )
    )
  )

/** Converts the NO price of a level to its YES price. */
const toYes = (price: string): string => ((10_000 - Math.round(Number(price) * 10_000)) / 10_000).toFixed(4)

/** A reader that keeps books as the client does, and checks `seq`. */
export class MemoryReader {
  readonly messages: Array<Message> = []
  /** What the reader found wrong. Empty if the relay is correct. */
  readonly problems: Array<string> = []
  readonly books = new Map<string, OrderBook.OrderBook>()
  readonly useYesPrice: boolean
  /** The bytes that the network has not sent yet. */
  buffered = 0
  readonly #endpoint: Endpoint
  readonly #lastSeq = new Map<number, number>()
  #lastId = 0
  sid: number | undefined

  constructor(hub: Hub, { useYesPrice = true, query = "" } = {}) {
    this.useYesPrice = useYesPrice
    const upgrade = hub.upgrade({
      method: "GET",
      path: feedPath + query,
      headers: { host: "127.0.0.1:1" },
      body: new Uint8Array()
    })
    if (upgrade._tag === "Refused") throw new Error(`refused with ${upgrade.response.status}`)
    this.#endpoint = upgrade.open({
      send: (text) => this.#receive(text),
      bufferedBytes: () => this.buffered,
      ping: () => {},
      close: () => {},
      drop: () => {}
    })
  }

  send(cmd: string, params?: object): number {
    const id = ++this.#lastId
    this.#endpoint.receive(JSON.stringify({ id, cmd, ...(params === undefined ? {} : { params }) }))
    return id
  }

  subscribe(market_tickers: ReadonlyArray<string>): void {
    for (const ticker of market_tickers) this.books.set(ticker, OrderBook.make(ticker, { nowMillis: 0 }))
    this.send("subscribe", { channels: ["orderbook_delta"], market_tickers, use_yes_price: this.useYesPrice })
  }

  update(action: "add_markets" | "delete_markets" | "get_snapshot", market_tickers: ReadonlyArray<string>): void {
    if (this.sid === undefined) return
    if (action === "delete_markets") for (const ticker of market_tickers) this.books.delete(ticker)
    if (action === "add_markets") {
      for (const ticker of market_tickers) {
        if (!this.books.has(ticker)) this.books.set(ticker, OrderBook.make(ticker, { nowMillis: 0 }))
      }
    }
    this.send("update_subscription", { action, sid: this.sid, market_tickers })
  }

  drained(): void {
    this.#endpoint.drained()
  }

  close(): void {
    this.#endpoint.closed()
  }

  /**
   * The levels of a book, the best level first: the price of YES in ten-thousandths of a dollar, and the count in
   * hundredths of a contract.
   */
  levels(ticker: string): unknown {
    const read = this.books.get(ticker)?.read(0)
    if (read === undefined || Result.isFailure(read)) return undefined
    const side = (levels: OrderBook.Book["bids"]) =>
      levels.map(({ count, price }) => [Math.round(Number(price) * 10_000), Math.round(Number(count) * 100)])
    return { bid: side(read.success.bids), ask: side(read.success.asks) }
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message // every frame of the relay has this form
    this.messages.push(message)
    const decoded = decode(text)
    if (Result.isFailure(decoded)) this.problems.push(`${decoded.failure.message}: ${text}`)
    const { msg = {}, seq, sid, type } = message
    if (sid !== undefined && seq !== undefined) {
      const expected = (this.#lastSeq.get(sid) ?? 0) + 1
      // The relay discards the messages before an error 25.
      if (seq !== expected && msg["code"] !== 25) this.problems.push(`seq ${seq} of sid ${sid} instead of ${expected}`)
      this.#lastSeq.set(sid, seq)
    }
    if (type === "subscribed") this.sid = Number(msg["sid"])
    if (type === "error" && (msg["code"] === 10 || msg["code"] === 25)) this.sid = undefined
    if (Result.isFailure(decoded)) return
    // The type determines the schema.
    if (type === "orderbook_snapshot") this.#snapshot(decoded.success as OrderbookSnapshotMessage)
    if (type === "orderbook_delta") this.#delta(decoded.success as OrderbookDeltaMessage)
  }

  #snapshot(message: OrderbookSnapshotMessage): void {
    const no = message.msg.no_dollars_fp?.map(([price, count]) => [this.#yes(price), count] as const)
    const msg = no === undefined ? message.msg : { ...message.msg, no_dollars_fp: no }
    // The converted price is also a decimal.
    this.books.get(msg.market_ticker)?.snapshot({ ...message, msg } as OrderbookSnapshotMessage, 0)
  }

  #delta(message: OrderbookDeltaMessage): void {
    const { msg } = message
    const price_dollars = msg.side === "no" ? this.#yes(msg.price_dollars) : msg.price_dollars
    // The converted price is also a decimal.
    this.books.get(msg.market_ticker)?.delta({ ...message, msg: { ...msg, price_dollars } } as OrderbookDeltaMessage, 0)
  }

  #yes(price: string): string {
    return this.useYesPrice ? price : toYes(price)
  }
}

/** The levels of a book on the exchange, in the form of {@link MemoryReader.levels}. */
export const levelsAt = (sandbox: Sandbox.Sandbox["Service"], ticker: string) =>
  Effect.map(sandbox.view, (view) => {
    const { ask, bid } = Result.getOrThrow(view.book(ticker))
    return { bid, ask }
  })
