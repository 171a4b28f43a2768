/**
 * The order books of several lines (independent connections to the exchange), merged by the client.
 *
 * @module
 */
import type { InvalidRequest } from "@kalshi-effect/client/Errors"
import type * as Feed from "@kalshi-effect/client/Feed"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { MergedWatch } from "./Upstream.ts"

type WatchError = InvalidRequest | Feed.FeedError

export interface LinesEvents {
  /** Called after the book of a market has changed. `read` is the book, or why it cannot be read. */
  readonly onRead: (
    ticker: string,
    read: Result.Result<OrderBooks.Book, OrderBooks.BookNotLive | OrderBooks.NotWatched | Feed.FeedError>
  ) => void
  /**
   * Called with markets that cannot be watched: the request is invalid, no line accepts them, or all lines have failed.
   */
  readonly onFailed: (markets: ReadonlyArray<string>, error: WatchError) => void
}

interface Opened {
  readonly watch: OrderBooks.Watch
  /** The added markets. */
  readonly markets: Set<string>
}

interface MarketsCommand {
  readonly action: "add" | "remove"
  readonly markets: ReadonlyArray<string>
}

/** After its end, a watch fails every read with the error that ended it. */
const hasEnded = ({ watch }: Opened) =>
  Effect.match(watch.read(""), { onFailure: ({ _tag }) => _tag !== "NotWatched", onSuccess: () => false })

/**
 * Watches added markets on several lines. A watch ends when all its markets are refused, or all its lines have failed.
 * The next added market then opens a new watch.
 */
export const mergeLines = (lines: number, { onFailed, onRead }: LinesEvents) =>
  Effect.gen(function* () {
    const commands = yield* Queue.unbounded<MarketsCommand>()
    const relayScope = yield* Effect.scope
    const runSync = Effect.runSyncWith(yield* Effect.context<never>())
    let opened: Opened | undefined

    const follow = ({ markets, watch }: Opened, scope: Scope.Closeable) =>
      Stream.runForEachArray(watch.changes, (tickers) =>
        Effect.sync(() => {
          for (const ticker of tickers) onRead(ticker, runSync(Effect.result(watch.read(ticker))))
        })
      ).pipe(
        Effect.catch((error) => Effect.sync(() => onFailed([...markets], error))),
        Effect.ensuring(Scope.close(scope, Exit.void))
      )

    const open = (markets: ReadonlyArray<string>) =>
      Effect.gen(function* () {
        const scope = yield* Scope.fork(relayScope)
        const watch = yield* OrderBooks.watch(markets, { lines }).pipe(
          Scope.provide(scope),
          Effect.onError(() => Scope.close(scope, Exit.void))
        )
        opened = { watch, markets: new Set(markets) }
        yield* Effect.forkIn(follow(opened, scope), relayScope)
      })

    const add = (markets: ReadonlyArray<string>) =>
      Effect.gen(function* () {
        if (opened === undefined || (yield* hasEnded(opened))) return yield* open(markets)
        yield* opened.watch.add(markets)
        for (const market of markets) opened.markets.add(market)
      }).pipe(
        Effect.catch((error) =>
          Effect.sync(() => {
            const unwatched = markets.filter((market) => opened?.markets.has(market) !== true)
            onFailed(unwatched, error)
          })
        )
      )

    const remove = (markets: ReadonlyArray<string>) =>
      Effect.gen(function* () {
        if (opened === undefined) return
        for (const market of markets) opened.markets.delete(market)
        yield* opened.watch.remove(markets)
      })

    yield* Queue.take(commands).pipe(
      Effect.flatMap(({ action, markets }) => (action === "add" ? add(markets) : remove(markets))),
      Effect.forever,
      Effect.forkScoped
    )
    const offer = (action: MarketsCommand["action"]) => (markets: ReadonlyArray<string>) =>
      void (markets.length > 0 && Queue.offerUnsafe(commands, { action, markets }))
    return {
      add: offer("add"),
      remove: offer("remove"),
      /** The number of live books on each line. */
      liveBooks: () => (opened === undefined ? [] : runSync(opened.watch.lines).map((line) => line.liveBooks))
    } satisfies MergedWatch & { readonly liveBooks: () => ReadonlyArray<number> }
  })
