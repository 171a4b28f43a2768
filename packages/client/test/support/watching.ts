/** Fakes the feed and the REST order books of an exchange. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { KalshiPublic } from "../../src/Capability.ts"
import { RequestTimeout } from "../../src/Errors.ts"
import type { BookEvent } from "../../src/book/watching.ts"
import type { Subscriber } from "../../src/feed/session/events.ts"
import * as Feed from "../../src/feed/Feed.ts"
import { delta, snapshot } from "./books.ts"

type Levels = ReadonlyArray<readonly [price: string, count: string]>

/** Events go to all subscribers of the session. */
export class FakeSession {
  readonly subscribers: Array<Subscriber<"orderbook_delta">> = []
  readonly requests: Array<ReadonlyArray<string>> = []
  #seq = 0
  #clock = 0

  event(event: BookEvent): void {
    for (const { onEvent } of this.subscribers) onEvent(event)
  }

  end(error: Feed.FeedError): void {
    for (const { onEnd } of this.subscribers) onEnd(error)
  }

  snapshot(market_ticker: string, yes?: Levels, no?: Levels): void {
    const message = snapshot(++this.#seq, ++this.#clock, yes, no)
    this.#message({ ...message, msg: { ...message.msg, market_ticker } })
  }

  delta(market_ticker: string, side: "yes" | "no", price: string, change: string): void {
    const message = delta(++this.#seq, ++this.#clock, side, price, change)
    this.#message({ ...message, msg: { ...message.msg, market_ticker } })
  }

  #message(message: Extract<BookEvent, { readonly _tag: "Message" }>["message"]): void {
    this.event({ _tag: "Message", message, generation: 1, sid: 1, receivedMillis: 0 })
  }
}

const serviceOf = (sessions: Array<FakeSession>): Feed.KalshiFeed["Service"] => {
  const session = new FakeSession()
  sessions.push(session)
  const nothing = (): void => {}
  return {
    subscribe: (_, subscriber) => {
      // Books subscribe only to `orderbook_delta`.
      session.subscribers.push(subscriber as Subscriber<never> as Subscriber<"orderbook_delta">)
      return Result.succeed({
        add: () => Result.void,
        remove: nothing,
        snapshot: (markets) => void session.requests.push(markets),
        list: nothing,
        resubscribe: nothing,
        close: nothing
      })
    },
    record: () => () => {},
    watchQueue: () => ({ onLagging: nothing, close: nothing }),
    state: Effect.die("not used"),
    changeOver: Effect.die("not used"),
    openSession: Effect.sync(() => serviceOf(sessions))
  }
}

/** The levels in `no` of `books` have NO prices, as in REST. */
export class FakeExchange {
  readonly sessions: Array<FakeSession> = []
  readonly books = new Map<string, { readonly yes?: Levels; readonly no?: Levels }>()
  readonly reads: Array<readonly [atMillis: number, tickers: ReadonlyArray<string>]> = []
  latencyMillis = 10
  /** In milliseconds, for the next calls of `waitFor`. Later calls return 0. */
  readonly waits: Array<number> = []
  readonly waitRequests: Array<ReadonlyArray<string>> = []
  /** How many of the next reads fail. */
  failures = 0

  readonly layer = Layer.merge(
    Layer.effect(
      Feed.KalshiFeed,
      Effect.sync(() => serviceOf(this.sessions))
    ),
    Layer.succeed(KalshiPublic, {
      send: (_, input) =>
        Effect.gen({ self: this }, function* () {
          const { tickers } = input as { readonly tickers: ReadonlyArray<string> } // books send one operation
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
          this.waitRequests.push((input as { readonly tickers: ReadonlyArray<string> }).tickers) // books send one operation
          return this.waits.shift() ?? 0
        }),
      clockSkew: Effect.undefined
    })
  )

  get session(): FakeSession {
    return this.sessions[0]!
  }
}

const timedOut = new RequestTimeout({
  operation: "Markets.orderbooks",
  limit: "total",
  timeoutMillis: 1_000,
  requestSent: "maybe",
  attempts: 1
})
