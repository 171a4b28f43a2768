/**
 * `kalshi watch trades`: live public trades.
 *
 * @module
 */
import * as Markets from "@kalshi-effect/client/Markets"
import * as Trades from "@kalshi-effect/client/Trades"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { environment, feedLayer, publicLayer } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import { endsByInterruption } from "../app/interruption.ts"
import * as Output from "../output/Output.ts"
import { requireTerminal, show, type View } from "./fullScreen.ts"
import { TradesKeys } from "./keys.ts"
import { printEvents, withLineEvents } from "./ndjson.ts"
import { checkTickers, followLine, type Line, marketsOf } from "./session.ts"
import { applyTradeEvent, Tape, tapeTrade } from "./tape.ts"
import { tradeEvents } from "./tradeEvents.ts"
import { renderTrades, tapeRows } from "./tradesView.ts"

const keptTrades = 1_000
/** The view shows at most this many trades from before its start. */
const earlierTrades = 100

const parametersOf = (tickers: ReadonlyArray<string>) => (tickers.length === 0 ? {} : { market_tickers: [...tickers] })

const events = (tickers: ReadonlyArray<string>) =>
  Stream.unwrap(
    Effect.map(Trades.watchFilled(parametersOf(tickers)), ({ events }) =>
      withLineEvents(
        Stream.mapEffect(events, (event) =>
          Effect.map(Clock.currentTimeMillis, (nowMillis) => tradeEvents(event, nowMillis))
        ).pipe(Stream.flattenIterable)
      )
    )
  )

/** Reads the trades from before the start of the view. If a read fails, the view begins without earlier trades. */
const readEarlierTrades = (tickers: ReadonlyArray<string>, tape: Tape) => {
  const limit = Math.max(1, Math.floor(earlierTrades / Math.max(1, tickers.length)))
  return Effect.forEach(tickers.length === 0 ? [undefined] : tickers, (ticker) =>
    Stream.runCollect(Stream.take(Markets.trades.items({ ticker, limit }), limit))
  ).pipe(
    Effect.map((found) =>
      tape.addEarlier(found.flat().map((trade) => tapeTrade(trade, trade.ticker, Date.parse(trade.created_time))))
    ),
    Effect.ignore
  )
}

const showTrades = (tickers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const changed = Latch.makeUnsafe(true)
    const { name } = yield* environment
    const trades = yield* Trades.watchFilled(parametersOf(tickers))
    const tape = new Tape(keptTrades)
    const line: Line = { state: { _tag: "connecting" } }
    const keys = new TradesKeys()
    const view: View = {
      changed,
      render: (size, nowMillis) =>
        Effect.sync(() =>
          renderTrades({ ...keys.state, tickers, tape, environment: name, line: line.state, nowMillis }, size)
        ),
      press: (key, size) => keys.press(key, { rows: tapeRows(size), added: tape.added, kept: tape.size })
    }
    const run = Effect.gen(function* () {
      yield* Effect.forkScoped(
        Effect.andThen(
          readEarlierTrades(tickers, tape),
          Effect.sync(() => changed.openUnsafe())
        )
      )
      const takeTrades = Stream.runForEachArray(trades.events, (events) =>
        Effect.sync(() => {
          for (const event of events) applyTradeEvent(event, () => tape, [tape])
          changed.openUnsafe()
        })
      )
      yield* Effect.all([followLine(line, changed), takeTrades], { concurrency: "unbounded", discard: true })
      return yield* Effect.never
    })
    yield* show(view, run)
  })

export const trades = Command.make(
  "trades",
  {
    tickers: Argument.String("ticker").pipe(
      Argument.withDescription("The markets. Default: all markets"),
      Argument.variadic()
    )
  },
  ({ tickers: input }) =>
    Effect.gen(function* () {
      const format = yield* Output.format
      if (format === "csv") return yield* usage("--csv prints lists only. Use --json for a stream of events")
      const tickers = yield* checkTickers(input)
      if (format === "human") yield* requireTerminal("kalshi watch trades")
      yield* marketsOf(tickers).pipe(Effect.provide(publicLayer))
      const program = format === "json" ? printEvents(events(tickers)) : Effect.scoped(showTrades(tickers))
      yield* program.pipe(Effect.provide(Layer.merge(publicLayer, feedLayer)))
    }).pipe(endsByInterruption)
).pipe(
  Command.withDescription("Shows public trades as they happen"),
  Command.withExamples([
    { command: "kalshi watch trades", description: "The trades of all markets" },
    {
      command: "kalshi watch trades KXHIGHNY-26NOV30-T50 --json",
      description: "The trades of one market, one per line"
    }
  ])
)
