/**
 * What all commands of `kalshi watch` do with the exchange: check the markets, and follow the state of the line (the
 * connections to the exchange).
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { CommandError, usage } from "../app/failures.ts"
import { type LineState, lineStateOf } from "./lineState.ts"
import type { WatchedMarket } from "./marketStatus.ts"

/** The maximum number of tickers in one request, so that the URL stays short. */
const tickersAtOnce = 50

/** Returns the tickers without repetitions. Fails if a text cannot be a ticker. */
export const checkTickers = (tickers: ReadonlyArray<string>) => {
  const wrong = tickers.find((ticker) => !/^[A-Za-z0-9._-]+$/.test(ticker))
  return wrong === undefined
    ? Effect.succeed([...new Set(tickers)])
    : Effect.fail(usage(`${JSON.stringify(wrong)} is not the ticker of a market. List markets with \`kalshi markets\``))
}

/** Reads the markets. Fails if one of them does not exist, because the feed would send nothing about it. */
export const marketsOf = (tickers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const markets = new Map<string, WatchedMarket>()
    for (let start = 0; start < tickers.length; start += tickersAtOnce) {
      const part = tickers.slice(start, start + tickersAtOnce).join(",")
      const found = yield* Stream.runCollect(Markets.list.items({ tickers: part, limit: 1_000 }))
      for (const { close_time, status, ticker, title } of found) {
        markets.set(ticker, { ticker, title: title ?? "", status, closeMillis: Date.parse(close_time) })
      }
    }
    const missing = tickers.filter((ticker) => !markets.has(ticker))
    if (missing.length > 0) {
      return yield* new CommandError({
        exit: "refused",
        message: `The exchange has no market ${missing.join(", ")}. List markets with \`kalshi markets\``
      })
    }
    // The markets keep the sequence of the command line.
    return tickers.flatMap((ticker) => markets.get(ticker) ?? [])
  })

/** How often the state of the line is read. Reading it is cheap, and needs no request. */
const pollMillis = 50

/** The states of the line. The first state is emitted immediately. */
export const lineStates: Stream.Stream<LineState, never, Feed.KalshiFeed> = Stream.fromEffect(Feed.state).pipe(
  Stream.repeat(Schedule.spaced(pollMillis)),
  Stream.map(lineStateOf),
  Stream.changesWith((a, b) => JSON.stringify(a) === JSON.stringify(b))
)

/**
 * Fails if the first connection cannot be opened. A connection that is lost later is opened again, as often as needed.
 */
export const checkFirst = (state: LineState) =>
  state._tag === "reconnecting"
    ? Effect.fail(
        new CommandError({
          exit: "unavailable",
          message: `The feed cannot be reached: ${state.reason}. Check the network and the exchange, then try again`
        })
      )
    : Effect.void

export interface Line {
  state: LineState
}

export const followLine = (line: Line, changed: Latch.Latch) =>
  Stream.runForEach(lineStates, (state) =>
    Effect.suspend(() => {
      const isFirst = line.state._tag === "connecting"
      line.state = state
      changed.openUnsafe()
      return isFirst ? checkFirst(state) : Effect.void
    })
  )
