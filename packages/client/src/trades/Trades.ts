/**
 * Public trades over several lines. A line is a subscription on its own connections. A trade arrives from the line that
 * delivers it first, and repeated trades are dropped. An event reports an interval in which trades can be missing.
 *
 * **Example** (The trades of one market over two connections)
 *
 * ```ts
 * import * as Trades from "@kalshi-effect/client/Trades"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const { events } = yield* Trades.watch({ market_tickers: ["KXHIGHNY-26NOV29-T50"] }, { lines: 2 })
 *   yield* Stream.runForEach(events, (event) =>
 *     event._tag === "Trade"
 *       ? Console.log(event.trade.yes_price_dollars, event.trade.count_fp)
 *       : Console.log(event._tag)
 *   )
 * })
 * ```
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { KalshiPublic } from "../Capability.ts"
import { InvalidRequest } from "../Errors.ts"
import { Consumer, defaultBufferSize } from "../feed/consumer.ts"
import * as Feed from "../feed/Feed.ts"
import { checkLines, sessionsOf, tickWhenDue } from "../feed/lines.ts"
import type { Trade } from "../generated/feed.ts"
import type { Interval } from "./coverage.ts"
import { type Filling, type ReadFailure, readTrades } from "./filling.ts"
import { type LineState, TradeLines } from "./lines.ts"

export type { Interval } from "./coverage.ts"
export type { ReadFailure } from "./filling.ts"
export type { LineState } from "./lines.ts"

/** What to watch. */
export interface Parameters {
  /** Default: all markets. */
  readonly market_tickers?: ReadonlyArray<string> | undefined
}

/** Options of {@link watch}. */
export interface Options {
  /** The number of lines, from 1 to 8. The first line uses the connections of the layer. Default: 1. */
  readonly lines?: number | undefined
  /** As in `Feed.subscribe`. Default: 65,536. */
  readonly bufferSize?: number | undefined
  /**
   * How far the trades of a line can be out of order, by the exchange's time. If the value is too small, a {@link Hole}
   * may not be reported. A larger value can report more holes. Default: 1,000.
   */
  readonly disorderMillis?: number | undefined
  /**
   * How long a complete line can lack a trade that another line has delivered. After that, the line counts as lost.
   * Default: 30,000.
   */
  readonly lateMillis?: number | undefined
}

/** Options of {@link watchFilled}. */
export interface FilledOptions extends Options {
  /**
   * The time between the report of a {@link Hole} and the read of its trades. An earlier read can lack the newest
   * trades. Default: 5,000.
   */
  readonly readAfterMillis?: number | undefined
  /**
   * The maximum number of pages of 1,000 trades in one read for a hole. A read covers one market, or all markets.
   * Default: 200.
   */
  readonly maxPages?: number | undefined
}

/** A trade. A repeated `trade_id` is dropped while the watch remembers it. */
export interface TradeEvent {
  readonly _tag: "Trade"
  readonly trade: Trade
  /** When the first message with the trade arrived, in Unix milliseconds. */
  readonly receivedMillis: number
}

/**
 * Trades of an interval can be missing.
 *
 * **Details**
 *
 * `sinceMillis` is the exchange's time of the last trade of a complete line, minus `disorderMillis`. Without such a
 * trade, `sinceMillis` is one minute before the first line was live. `untilMillis` is when a line was live again, by
 * this machine's clock, but not less than `sinceMillis`.
 */
export interface Hole extends Interval {
  readonly _tag: "Hole"
  readonly durationMillis: number
}

/** An event of a watch. */
export type Event =
  | TradeEvent
  | Hole
  /** The exchange refuses some markets on all lines. They are no longer part of the watch. */
  | { readonly _tag: "Refused"; readonly markets: ReadonlyArray<string>; readonly error: Feed.MarketsError }

/** An event of a watch that fills holes. */
export type FilledEvent =
  | Event
  /**
   * The trades of a hole that did not arrive before, sorted by the exchange's time. They do not arrive as `Trade`
   * events.
   */
  | { readonly _tag: "Filled"; readonly hole: Hole; readonly trades: ReadonlyArray<Trade> }
  /** The trades of a hole could not be read. They can still be missing. */
  | { readonly _tag: "NotFilled"; readonly hole: Hole; readonly error: ReadFailure }

/** The watched trades. The watch ends with its scope. */
export interface Watch<A = Event> {
  /** The events in the sequence of their arrival. Run the stream only once. */
  readonly events: Stream.Stream<A, Feed.FeedError>
  /** The current state of the lines. */
  readonly lines: Effect.Effect<ReadonlyArray<LineState>>
}

const open = <A>(
  operation: string,
  params: Parameters,
  { bufferSize = defaultBufferSize, disorderMillis = 1_000, lateMillis = 30_000, lines = 1 }: Options,
  onHole: (hole: Hole, offer: (event: A | Event) => void, trades: TradeLines) => void
): Effect.Effect<Watch<A | Event>, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    yield* checkLines(operation, lines)
    // With an empty list, no trade would arrive.
    if (params.market_tickers?.length === 0) {
      const reason = "expected at least one market; omit the list to watch all markets"
      return yield* new InvalidRequest({ operation, pointer: "/market_tickers", reason })
    }
    const feed = yield* Feed.KalshiFeed
    const feeds = yield* sessionsOf(lines)
    const clock = yield* Clock.clockWith(Effect.succeed)
    const consumer = yield* Consumer.make<A | Event>("trade", bufferSize)
    const watched = yield* Effect.acquireRelease(
      Effect.sync(() => feed.watchQueue("trade", () => consumer.size)),
      (watched) => Effect.sync(watched.close)
    )
    const offer = (event: A | Event): void => {
      if (consumer.offer(event)) return
      watched.onLagging()
      // The subscriptions are closed later, because this event is still being delivered to other subscribers.
      queueMicrotask(() => trades.close())
    }
    const trades = new TradeLines(
      feeds,
      params.market_tickers,
      { disorderMillis, lateMillis },
      () => clock.currentTimeMillisUnsafe(),
      {
        trade: (trade, receivedMillis) => offer({ _tag: "Trade", trade, receivedMillis }),
        hole: ({ sinceMillis, untilMillis }) => {
          const hole: Hole = { _tag: "Hole", sinceMillis, untilMillis, durationMillis: untilMillis - sinceMillis }
          offer(hole)
          onHole(hole, offer, trades)
        },
        refused: (markets, error) => offer({ _tag: "Refused", markets, error }),
        end: (error) => consumer.end(error)
      }
    )
    const timer = Latch.makeUnsafe(false)
    trades.onTimer = () => timer.openUnsafe()
    yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(trades.open())),
      () => Effect.sync(() => trades.close())
    )
    yield* Effect.forkScoped(tickWhenDue(trades, timer, clock), { startImmediately: true })
    return { events: consumer.stream, lines: Effect.suspend(() => trades.lineStates()) }
  })

/**
 * Watches public trades over several lines, until the scope closes.
 *
 * **Details**
 *
 * A trade arrives from the line that delivers it first. A line can be lost, miss messages, be late or move to a new
 * connection. No trade is missing if another line delivers it. A `Hole` reports an interval in which trades can be
 * missing.
 *
 * A loss on one line is harmless only if another line delivers the lost trades. The other line may be late, and may be
 * lost before it delivers them. So the loss stays undecided until the other line delivers a trade that is later than
 * the first trade of the restored line, by more than twice `disorderMillis`. If the other line is lost earlier, the
 * loss is reported as a hole. A hole does not prove that a trade happened in it.
 *
 * A complete line that lacks a trade of another line for `lateMillis` counts as lost, until its next trade. `lines`
 * shows which lines are complete, and why a line ended. When all lines have ended, the watch ends with the error of the
 * last line.
 *
 * **Gotchas**
 *
 * - In a quiet market, no message shows whether a line is complete or late. So a loss on one line is a hole if the
 *   other line is lost before the next trade, even if no trade happened.
 * - Trades of a late line arrive late. The events are not sorted by the exchange's time, `ts_ms`.
 * - The watch remembers the ids of the last 100,000 trades. A line that is further behind repeats trades.
 * - A list of more markets than the exchange permits in one subscription takes several connections per line. If one
 *   connection is late, the trades of the line are out of order by more than `disorderMillis`. To avoid this, watch all
 *   markets.
 * - `Feed.state` and `Feed.changeOver` concern only the first line.
 */
export const watch = (
  params: Parameters = {},
  options: Options = {}
): Effect.Effect<Watch, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | Scope.Scope> =>
  open<never>("Trades.watch", params, options, () => {})

/**
 * Watches public trades like {@link watch}, and reads the trades of each hole with `Markets.trades`.
 *
 * **Details**
 *
 * A `Hole` is followed by `Filled` or `NotFilled`. `Filled` contains the trades that had not arrived, sorted by the
 * exchange's time. Live trades arrive in the meantime. A trade that arrived as a `Trade` is not in `Filled`, and a
 * trade of `Filled` does not arrive later.
 *
 * **Gotchas**
 *
 * - A read includes the trades of up to two seconds before its hole. A hole before the first trade begins a minute
 *   before the first line was live. So `Filled` can contain trades from before the watch.
 * - A read lacks trades that `Markets.trades` returns only after `readAfterMillis`, and block trades whose time is
 *   older than the hole.
 */
export const watchFilled = (
  params: Parameters = {},
  { maxPages = 200, readAfterMillis = 5_000, ...options }: FilledOptions = {}
): Effect.Effect<Watch<FilledEvent>, InvalidRequest | Feed.FeedError, Feed.KalshiFeed | KalshiPublic | Scope.Scope> =>
  Effect.gen(function* () {
    const holes = yield* Queue.unbounded<{
      readonly hole: Hole
      readonly dueMillis: number
      readonly offer: (event: FilledEvent) => void
      readonly trades: TradeLines
    }>()
    const clock = yield* Clock.clockWith(Effect.succeed)
    const filling: Filling = { markets: params.market_tickers, maxPages }
    const fill = Effect.gen(function* () {
      const { dueMillis, hole, offer, trades } = yield* Queue.take(holes)
      yield* Effect.sleep(Math.max(0, dueMillis - clock.currentTimeMillisUnsafe()))
      const read = yield* Effect.result(readTrades(filling, hole.sinceMillis))
      offer(
        Result.isSuccess(read)
          ? { _tag: "Filled", hole, trades: trades.unread(read.success) }
          : { _tag: "NotFilled", hole, error: read.failure }
      )
    })
    yield* Effect.forkScoped(Effect.forever(fill), { startImmediately: true })
    return yield* open<FilledEvent>("Trades.watchFilled", params, options, (hole, offer, trades) => {
      const dueMillis = clock.currentTimeMillisUnsafe() + readAfterMillis
      Queue.offerUnsafe(holes, { hole, dueMillis, offer, trades })
    })
  })
