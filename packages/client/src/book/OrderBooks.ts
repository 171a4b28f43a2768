/**
 * Live order books. The feed keeps them up to date. After a loss, a book is unreadable until a snapshot repairs it.
 *
 * **Example** (Printing the spread of a market after each change of its book)
 *
 * ```ts
 * import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const books = yield* OrderBooks.watch(["KXHIGHNY-26NOV29-T50"])
 *   yield* Stream.runForEach(books.changes, (ticker) =>
 *     Effect.flatMap(books.read(ticker), ({ spread }) => Console.log(spread))
 *   )
 * })
 * ```
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { InvalidRequest } from "../Errors.ts"
import type * as Feed from "../feed/Feed.ts"
import { checkLines } from "../feed/lines.ts"
import { watchLines } from "./lines.ts"
import type { BookOptions, Watch } from "./watching.ts"

export { audit, type AuditEvent, type AuditOptions, type AuditReadError, type Difference } from "./audit.ts"
export { type LineState, NotWatched, type Watch } from "./watching.ts"
export { type Book, BookNotLive, type Level, type Loss, type Side, type State } from "./OrderBook.ts"

/** Options of {@link watch}. */
export interface Options extends BookOptions {
  /**
   * The number of lines, from 1 to 8. A line is a subscription with its own connections. The books of the lines are
   * merged by the exchange's clock. Default: 1.
   */
  readonly lines?: number | undefined
}

/**
 * Watches the books of markets until the scope closes.
 *
 * **Details**
 *
 * All prices are prices of YES. A book is readable from its first snapshot on. After a lost message or a fault, a book
 * is unreadable until its next snapshot, which the client requests. After a lost connection, the new subscription brings
 * the snapshots.
 *
 * With `lines: 2`, a book stays readable while one of two connections is lost, misses messages or is late. Readers see
 * the book of the line that is furthest ahead. If that line is lost while the others are behind, readers see its last
 * book until another line has caught up. The book is unreadable instead if the loss shows that this last book was wrong
 * (`negative`, `crossed`). After `catchUpMillis`, readers see the book of whichever other line is furthest ahead, with
 * a higher `epoch`. This book can be older than the previously read book. The connections of each line have the options
 * of the layer.
 *
 * A line that fails permanently, for example because the exchange refuses the key, is not opened again. The property
 * `lines` of the watch shows why. When all lines have failed, the watch ends with the error of the line that failed
 * last. A market is refused if the exchange refuses it on all lines. Until then, a line that lacks the market requests
 * it again after 5 seconds, then after longer waits of up to a minute. When all markets are refused, the watch ends
 * with the error of the last refusal.
 *
 * **Gotchas**
 *
 * `Feed.state` and `Feed.changeOver` concern only the first line.
 */
export const watch = (
  market_tickers: ReadonlyArray<string>,
  { lines = 1, ...options }: Options = {}
): Effect.Effect<Watch, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | Scope.Scope> =>
  Effect.andThen(checkLines("OrderBooks.watch", lines), watchLines(market_tickers, lines, options))
