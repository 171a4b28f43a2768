/**
 * `kalshi watch book`: live order books.
 *
 * @module
 */
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
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
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { environment, feedLayer, publicLayer, readLayer, subaccount } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import { endsByInterruption } from "../app/interruption.ts"
import * as Output from "../output/Output.ts"
import { BookStates } from "./bookEvents.ts"
import { type BookState, type BookViewState, ladderRows, type MarketState, renderBooks } from "./bookView.ts"
import { requireTerminal, show, type View } from "./fullScreen.ts"
import { BookKeys } from "./keys.ts"
import { type OwnCounts, ownCounts } from "./ladder.ts"
import { printEvents, withLineEvents } from "./ndjson.ts"
import { checkTickers, followLine, type Line, titlesOf } from "./session.ts"
import { applyTradeEvent, Tape, tapeTrade } from "./tape.ts"

/** The trades of each market that the view keeps. */
const keptTrades = 200
/** The trades before the start that the view shows. */
const earlierTrades = 50

/** The events of books as JSON lines. */
const events = (tickers: ReadonlyArray<string>) =>
  Stream.unwrap(
    Effect.gen(function* () {
      // Both share one subscription of the exchange. The watched books request the snapshots that make the books live
      // again.
      const { events } = yield* Feed.open("orderbook_delta", { market_tickers: [...tickers], use_yes_price: true })
      yield* OrderBooks.watch(tickers)
      const states = new BookStates(tickers, yield* Clock.currentTimeMillis)
      const lines = Stream.mapEffect(events, (event) =>
        Effect.map(Clock.currentTimeMillis, (nowMillis) => states.linesOf(event, nowMillis))
      )
      return withLineEvents(Stream.flattenIterable(lines))
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

/** The trades before the start. Without them the view begins with an empty tape, so a failure does no harm. */
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

/** Shows the books on the whole terminal. */
const showBooks = (tickers: ReadonlyArray<string>, titles: ReadonlyMap<string, string>) =>
  Effect.gen(function* () {
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

    /** The own orders of all markets. Undefined while they are not known. */
    const readOwn = Effect.gen(function* () {
      if ((yield* mine.status)._tag !== "Live") return undefined
      const account = yield* mine.known
      // The account stays the same object until it changes.
      if (own?.account !== account) own = { account, counts: ownCounts(account.openOrders) }
      return own.counts
    })
    const marketOf = (ticker: string, counts: ReadonlyMap<string, OwnCounts> | undefined): Effect.Effect<MarketState> =>
      Effect.map(Effect.result(books.read(ticker)), (read) => {
        if (Result.isSuccess(read)) last.set(ticker, read.success)
        return {
          ticker,
          title: titles.get(ticker) ?? "",
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
          const markets = yield* Effect.forEach(tickers, (ticker) => marketOf(ticker, counts))
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

/** The command. */
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
      const titles = yield* titlesOf(tickers).pipe(Effect.provide(publicLayer))
      if (format === "json") {
        return yield* printEvents(events(tickers)).pipe(Effect.provide(feedLayer))
      }
      yield* Effect.scoped(showBooks(tickers, titles)).pipe(Effect.provide(Layer.merge(readLayer, feedLayer)))
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
