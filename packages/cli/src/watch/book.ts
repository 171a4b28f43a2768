/**
 * `kalshi watch book`: live order books.
 *
 * @module
 */
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import type { KalshiPublic } from "@kalshi-effect/client/Capability"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Markets from "@kalshi-effect/client/Markets"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Trades from "@kalshi-effect/client/Trades"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { environment, feedLayer, publicLayer, readLayer, subaccount } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import { endsByInterruption } from "../app/interruption.ts"
import * as Output from "../output/Output.ts"
import { BookStates, marketEvent } from "./bookEvents.ts"
import { type BookState, type BookViewState, ladderRows, type MarketState, renderBooks } from "./bookView.ts"
import { requireTerminal, show, type View } from "./fullScreen.ts"
import { BookKeys } from "./keys.ts"
import { type OwnCounts, ownCounts } from "./ladder.ts"
import { followStatuses, standstillOf, statusAt, type WatchedMarket } from "./marketStatus.ts"
import { type Event, printEvents, withLineEvents } from "./ndjson.ts"
import { checkTickers, followLine, type Line, marketsOf } from "./session.ts"
import { applyTradeEvent, Tape, tapeTrade } from "./tape.ts"

const keptTrades = 200
/** The view shows at most this many trades of each market from before its start. */
const earlierTrades = 50

/** Reports each market that does not trade at the start, and each later change of a status or a closing time. */
const statusEvents = (markets: ReadonlyArray<WatchedMarket>) =>
  Stream.callback<Event, never, KalshiPublic>((queue) =>
    Effect.gen(function* () {
      const report = (market: WatchedMarket) =>
        Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => Queue.offer(queue, marketEvent(market, nowMillis)))
      const nowMillis = yield* Clock.currentTimeMillis
      yield* Effect.forEach(
        markets.filter((market) => statusAt(market, nowMillis) !== "active"),
        report
      )
      yield* followStatuses(markets, marketsOf(markets.map(({ ticker }) => ticker)), report)
    })
  )

const events = (markets: ReadonlyArray<WatchedMarket>) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const tickers = markets.map(({ ticker }) => ticker)
      // `Feed.open` and `OrderBooks.watch` share one subscription at the exchange. The watch requests the snapshots
      // that make the books live again.
      const { events } = yield* Feed.open("orderbook_delta", { market_tickers: [...tickers], use_yes_price: true })
      yield* OrderBooks.watch(tickers)
      const states = new BookStates(tickers, yield* Clock.currentTimeMillis)
      const lines = Stream.mapEffect(events, (event) =>
        Effect.map(Clock.currentTimeMillis, (nowMillis) => states.linesOf(event, nowMillis))
      )
      return withLineEvents(Stream.merge(Stream.flattenIterable(lines), statusEvents(markets)))
    })
  )

const stateOf = (
  read: Result.Result<OrderBooks.Book, OrderBooks.BookNotLive | OrderBooks.NotWatched | Feed.FeedError>,
  last: OrderBooks.Book | undefined
): BookState => {
  if (Result.isSuccess(read)) return { _tag: "Live", book: read.success }
  const { failure } = read
  if (failure._tag !== "BookNotLive") {
    return {
      _tag: "Refused",
      reason: failure._tag === "NotWatched" ? (failure.refusal ?? failure).message : failure.message
    }
  }
  const { state } = failure
  const reason =
    state._tag === "Healing" ? `${state.loss.cause}: ${state.loss.detail}` : "waiting for the first snapshot"
  return { _tag: "NotLive", reason, sinceMillis: state.sinceMillis, last }
}

/**
 * Reads the trades from before the start of the view. If a read fails, the view begins without the earlier trades of
 * that market.
 */
const readEarlierTrades = (tapes: ReadonlyMap<string, Tape>) =>
  Effect.forEach(
    tapes,
    ([ticker, tape]) =>
      Stream.runCollect(Stream.take(Markets.trades.items({ ticker, limit: earlierTrades }), earlierTrades)).pipe(
        Effect.map((trades) =>
          tape.addEarlier(trades.map((trade) => tapeTrade(trade, ticker, Date.parse(trade.created_time))))
        ),
        Effect.ignore
      ),
    { concurrency: 2, discard: true }
  )

const showBooks = (start: ReadonlyArray<WatchedMarket>) =>
  Effect.gen(function* () {
    const tickers = start.map(({ ticker }) => ticker)
    const known = new Map(start.map((market) => [market.ticker, market]))
    const changed = Latch.makeUnsafe(true)
    const { name } = yield* environment
    const books = yield* OrderBooks.watch(tickers)
    const chosen = yield* subaccount
    const mine = yield* AccountFeed.make(chosen === undefined ? {} : { subaccounts: [chosen] })
    const trades = yield* Trades.watchFilled({ market_tickers: [...tickers] })
    const tapes = new Map(tickers.map((ticker) => [ticker, new Tape(keptTrades)]))
    const line: Line = { state: { _tag: "connecting" } }
    const keys = new BookKeys(tickers.length)
    const last = new Map<string, OrderBooks.Book>()

    let own: { readonly account: AccountFeed.Account; readonly counts: ReturnType<typeof ownCounts> } | undefined

    /** Returns the user's own orders. Undefined while they are not known. */
    const readOwn = Effect.gen(function* () {
      if ((yield* mine.status)._tag !== "Live") return undefined
      const account = yield* mine.known
      // The account stays the same object until it changes.
      if (own?.account !== account) own = { account, counts: ownCounts(account.openOrders) }
      return own.counts
    })
    const marketOf = (
      market: WatchedMarket,
      counts: ReadonlyMap<string, OwnCounts> | undefined,
      nowMillis: number
    ): Effect.Effect<MarketState> =>
      Effect.map(Effect.result(books.read(market.ticker)), (read) => {
        const { ticker, title } = market
        if (Result.isSuccess(read)) last.set(ticker, read.success)
        return {
          ticker,
          title,
          standstill: standstillOf(market, nowMillis),
          book: stateOf(read, last.get(ticker)),
          own: counts && (counts.get(ticker) ?? new Map()),
          trades: tapes.get(ticker)?.newest(keptTrades) ?? []
        }
      })
    const view: View = {
      changed,
      render: (size, nowMillis) =>
        Effect.gen(function* () {
          const counts = yield* readOwn
          const markets = yield* Effect.forEach(known.values(), (market) => marketOf(market, counts, nowMillis))
          const state: BookViewState = { ...keys.state, environment: name, line: line.state, nowMillis, markets }
          return renderBooks(state, size)
        }),
      press: (key, size) => {
        const book = last.get(tickers[keys.state.selected] ?? "")
        keys.press(key, {
          rows: ladderRows(size, tickers.length),
          bids: book?.bids.length ?? 0,
          asks: book?.asks.length ?? 0
        })
      }
    }
    const noteChange = Effect.sync(() => void changed.openUnsafe())
    const run = Effect.gen(function* () {
      yield* Effect.forkScoped(Effect.andThen(readEarlierTrades(tapes), noteChange))
      yield* Effect.forkScoped(Stream.runForEachArray(mine.events, () => noteChange))
      const noteStatus = (market: WatchedMarket) =>
        Effect.sync(() => {
          known.set(market.ticker, market)
          changed.openUnsafe()
        })
      yield* Effect.forkScoped(followStatuses(start, marketsOf(tickers), noteStatus))
      const all = [...tapes.values()]
      const takeTrades = Stream.runForEachArray(trades.events, (events) =>
        Effect.sync(() => {
          for (const event of events) applyTradeEvent(event, (ticker) => tapes.get(ticker), all)
          changed.openUnsafe()
        })
      )
      const follow = [followLine(line, changed), Stream.runForEachArray(books.changes, () => noteChange), takeTrades]
      yield* Effect.all(follow, { concurrency: "unbounded", discard: true })
      return yield* Effect.never
    })
    yield* show(view, run)
  })

export const book = Command.make(
  "book",
  {
    tickers: Argument.String("ticker").pipe(Argument.withDescription("The markets"), Argument.variadic({ min: 1 }))
  },
  ({ tickers: input }) =>
    Effect.gen(function* () {
      const format = yield* Output.format
      if (format === "csv") return yield* usage("--csv prints lists only. Use --json for a stream of events")
      const tickers = yield* checkTickers(input)
      if (format === "human") yield* requireTerminal("kalshi watch book")
      const markets = yield* marketsOf(tickers).pipe(Effect.provide(publicLayer))
      if (format === "json") {
        return yield* printEvents(events(markets)).pipe(Effect.provide(Layer.merge(publicLayer, feedLayer)))
      }
      yield* Effect.scoped(showBooks(markets)).pipe(Effect.provide(Layer.merge(readLayer, feedLayer)))
    }).pipe(endsByInterruption)
).pipe(
  Command.withDescription("Shows live order books: the depth, your own orders, and the last trades"),
  Command.withExamples([
    { command: "kalshi watch book KXHIGHNY-26NOV30-T50", description: "The book of one market" },
    {
      command: "kalshi watch book KXHIGHNY-26NOV30-T50 KXHIGHNY-26NOV30-T52",
      description: "Two books; arrow keys switch"
    },
    { command: "kalshi watch book KXHIGHNY-26NOV30-T50 --json", description: "Every message of the book, one per line" }
  ])
)
