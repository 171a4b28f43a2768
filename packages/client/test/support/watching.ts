/** Fakes the feed and the REST order books of an exchange. */
import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { KalshiPublic } from "../../src/Capability.ts"
import { type InvalidRequest, RequestTimeout } from "../../src/Errors.ts"
import type { BookEvent } from "../../src/book/watching.ts"
import type { Subscriber } from "../../src/feed/session/events.ts"
import * as Feed from "../../src/feed/Feed.ts"
import { delta, snapshot } from "./books.ts"

type Levels = ReadonlyArray<readonly [price: string, count: string]>

/** A fake session, whose events go to all its subscribers. */
export class FakeSession {
  /** The subscribers whose subscriptions have not ended. */
  readonly subscribers: Array<Subscriber<"orderbook_delta">> = []
  readonly subscribed: Array<ReadonlyArray<string>> = []
  readonly added: Array<ReadonlyArray<string>> = []
  readonly removed: Array<ReadonlyArray<string>> = []
  /** If set, the session refuses every new subscription and every added market with this error. */
  refusal: Feed.FeedError | InvalidRequest | undefined
  /** The error with which the next subscriptions end while they are opened. */
  endsAtOnce: Feed.FeedError | undefined
  readonly requests: Array<ReadonlyArray<string>> = []
  /** The arrival time of the next messages. */
  receivedMillis = 0
  #seq = 0
  #clock = 0

  event(event: BookEvent): void {
    for (const { onEvent } of this.subscribers) onEvent(event)
  }

  end(error: Feed.FeedError): void {
    for (const { onEnd } of this.subscribers.splice(0)) onEnd(error)
  }

  snapshot(market_ticker: string, yes?: Levels, no?: Levels): void {
    const message = snapshot(++this.#seq, ++this.#clock, yes, no)
    this.#message({ ...message, msg: { ...message.msg, market_ticker } })
  }

  /** Reports that a snapshot of some markets was requested with an id. */
  requestSnapshot(id: number, markets: ReadonlyArray<string>): void {
    for (const { onSnapshotRequest } of this.subscribers) onSnapshotRequest?.(id, markets)
  }

  /** Reports that a command subscribes to some markets. */
  requestBooks(markets: ReadonlyArray<string>): void {
    for (const { onBookRequest } of this.subscribers) onBookRequest?.(markets)
  }

  delta(market_ticker: string, side: "yes" | "no", price: string, change: string): void {
    const message = delta(++this.#seq, ++this.#clock, side, price, change)
    this.#message({ ...message, msg: { ...message.msg, market_ticker } })
  }

  #message(message: Extract<BookEvent, { readonly _tag: "Message" }>["message"]): void {
    this.event({ _tag: "Message", message, generation: 1, sid: 1, receivedMillis: this.receivedMillis })
  }
}

type Prepare = (session: FakeSession, index: number) => void

const serviceOf = (sessions: Array<FakeSession>, prepare: Prepare): Feed.KalshiFeed["Service"] => {
  const session = new FakeSession()
  prepare(session, sessions.length)
  sessions.push(session)
  const nothing = (): void => {}
  return {
    subscribe: ({ channel, params }, subscriber) => {
      assert.strictEqual(channel, "orderbook_delta")
      const { market_tickers = [], use_yes_price } = params as Feed.ChannelParameters<"orderbook_delta">
      assert.isTrue(use_yes_price)
      if (session.refusal !== undefined) return Result.fail(session.refusal)
      session.subscribed.push(market_tickers)
      // Books subscribe only to `orderbook_delta`.
      session.subscribers.push(subscriber as Subscriber<never> as Subscriber<"orderbook_delta">)
      if (session.endsAtOnce !== undefined) session.end(session.endsAtOnce)
      return Result.succeed({
        add: (names) => {
          if (session.refusal !== undefined) return Result.fail(session.refusal)
          session.added.push(names)
          return Result.void
        },
        remove: (names) => void session.removed.push(names),
        snapshot: (markets) => void session.requests.push(markets),
        list: nothing,
        resubscribe: nothing,
        close: () => {
          const place = session.subscribers.findIndex(({ onEnd }) => onEnd === subscriber.onEnd)
          if (place !== -1) session.subscribers.splice(place, 1)[0]!.onEnd(undefined)
        }
      })
    },
    record: () => () => {},
    watchQueue: () => ({ onLagging: nothing, close: nothing }),
    state: Effect.succeed(idle),
    changeOver: Effect.die("not used"),
    openSession: Effect.sync(() => serviceOf(sessions, prepare))
  }
}

const idle: Feed.SessionState = {
  ended: undefined,
  connections: [],
  subscriptions: [],
  counters: {} as Feed.SessionState["counters"] // order books do not read the counters
}

/** In `books`, the levels in `no` have NO prices, as in REST. */
export class FakeExchange {
  readonly sessions: Array<FakeSession> = []
  /** Called with each session before its first subscription. */
  prepare: Prepare = () => {}
  readonly books = new Map<string, { readonly yes?: Levels; readonly no?: Levels }>()
  readonly reads: Array<readonly [atMillis: number, tickers: ReadonlyArray<string>]> = []
  latencyMillis = 10
  /** What the next calls of `waitFor` return, in milliseconds. Later calls return 0. */
  readonly waits: Array<number> = []
  readonly waitRequests: Array<ReadonlyArray<string>> = []
  /** How many of the next reads fail. */
  failures = 0

  readonly layer = Layer.merge(
    Layer.effect(
      Feed.KalshiFeed,
      Effect.sync(() => serviceOf(this.sessions, (session, index) => this.prepare(session, index)))
    ),
    Layer.succeed(KalshiPublic, {
      send: (_, input) =>
        Effect.gen({ self: this }, function* () {
          const { tickers } = input as { readonly tickers: ReadonlyArray<string> } // order books send only this operation
          this.reads.push([yield* Clock.currentTimeMillis, tickers])
          yield* Effect.sleep(this.latencyMillis)
          if (this.failures-- > 0) return yield* timedOut
          const orderbooks = tickers.flatMap((ticker) => {
            const book = this.books.get(ticker)
            const orderbook_fp = { yes_dollars: book?.yes ?? [], no_dollars: book?.no ?? [] }
            return book === undefined ? [] : [{ ticker, orderbook_fp }]
          })
          return { orderbooks }
        }),
      waitFor: (_, input) =>
        Effect.sync(() => {
          this.waitRequests.push((input as { readonly tickers: ReadonlyArray<string> }).tickers) // order books send only this operation
          return this.waits.shift() ?? 0
        }),
      clockSkew: Effect.undefined
    })
  )

  get session(): FakeSession {
    return this.sessions[0]!
  }
}

/** Runs a test with a fake exchange in virtual time. */
export const inTime = <E>(
  name: string,
  test: (exchange: FakeExchange) => Effect.Effect<void, E, Feed.KalshiFeed | KalshiPublic | Scope.Scope>
) =>
  it.effect(name, () =>
    Effect.suspend(() => {
      const exchange = new FakeExchange()
      return Effect.scoped(test(exchange)).pipe(Effect.provide(exchange.layer))
    })
  )

const timedOut = new RequestTimeout({
  operation: "Markets.orderbooks",
  limit: "total",
  timeoutMillis: 1_000,
  requestSent: "maybe",
  attempts: 1
})
