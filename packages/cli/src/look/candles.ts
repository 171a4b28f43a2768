/**
 * `kalshi candles`: the candlesticks of a market.
 *
 * @module
 */
import * as Historical from "@kalshi-effect/client/Historical"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { publicLayer } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { numberColumn } from "./columns.ts"
import { ticker } from "./options.ts"
import { range, secondsOf, shortSeconds } from "./times.ts"
import { explainUnknown } from "./unknown.ts"

/** `byDefault` is the number of candlesticks without `--since`. */
const periods = {
  "1m": { minutes: 1, byDefault: 60 },
  "1h": { minutes: 60, byDefault: 24 },
  "1d": { minutes: 1440, byDefault: 30 }
} as const

/** The number of candlesticks of one request. The exchange permits 10,000. */
const candlesAtOnce = 5000

/** The maximum number of requests in one run. Without it, a mistyped year would cause hours of reading. */
const mostRequests = 1000

/** A candlestick of a live or an archived market. The fields of an archived candlestick have shorter names. */
type Candlestick = Markets.MarketCandlestick | Historical.MarketCandlestickHistorical

const columns: ReadonlyArray<Output.Column<Candlestick>> = [
  {
    name: "end_period_ts",
    value: ({ end_period_ts }) => shortSeconds(end_period_ts),
    csv: ({ end_period_ts }) => String(end_period_ts)
  },
  numberColumn("open", ({ price }) => ("open" in price ? price.open : price.open_dollars) ?? undefined),
  numberColumn("high", ({ price }) => ("high" in price ? price.high : price.high_dollars) ?? undefined),
  numberColumn("low", ({ price }) => ("low" in price ? price.low : price.low_dollars) ?? undefined),
  numberColumn("close", ({ price }) => ("close" in price ? price.close : price.close_dollars) ?? undefined),
  numberColumn("volume", (row) => ("volume" in row ? row.volume : row.volume_fp)),
  numberColumn("yes_bid", ({ yes_bid }) => ("close" in yes_bid ? yes_bid.close : yes_bid.close_dollars), {
    dropOrder: 2
  }),
  numberColumn("yes_ask", ({ yes_ask }) => ("close" in yes_ask ? yes_ask.close : yes_ask.close_dollars), {
    dropOrder: 2
  }),
  numberColumn("open_interest", (row) => ("open_interest" in row ? row.open_interest : row.open_interest_fp), {
    dropOrder: 1
  })
]

/** Divides a range of Unix seconds, with both ends included, into parts that fit into one response each. */
export const partsOf = (
  start: number,
  end: number,
  periodSeconds: number
): ReadonlyArray<{ readonly start_ts: number; readonly end_ts: number }> => {
  const length = candlesAtOnce * periodSeconds
  const count = Math.ceil((end - start + 1) / length)
  return Array.from({ length: count }, (_, index) => ({
    start_ts: start + index * length,
    end_ts: Math.min(end, start + (index + 1) * length - 1)
  }))
}

const read = (input: Historical.MarketCandlesticksInput) =>
  Effect.gen(function* () {
    const { ticker, ...range } = input
    const { markets } = yield* Markets.batchCandlesticks({ market_tickers: ticker, ...range })
    const found = markets.find(({ market_ticker }) => market_ticker === ticker)
    if (found !== undefined) return found.candlesticks
    // The response omits unknown markets and archived markets.
    const { candlesticks } = yield* Historical.marketCandlesticks(input).pipe(
      explainUnknown("market", ticker, "Find a market with `kalshi search`")
    )
    return candlesticks
  })

const flags = {
  ticker,
  period: Flag.Literals("period", ["1m", "1h", "1d"]).pipe(
    Flag.withDescription("The length of a candlestick: a minute, an hour or a day (default 1h)"),
    Flag.withDefault("1h")
  ),
  ...range
}

export const candles = Command.make("candles", flags, ({ period, ticker, ...range }) =>
  Effect.gen(function* () {
    yield* Output.format
    const { byDefault, minutes } = periods[period]
    const { max_ts, min_ts } = yield* secondsOf(range)
    const nowSeconds = Math.ceil((yield* Clock.currentTimeMillis) / 1000)
    // A candlestick has the time of its end, so the time of the current candlestick is in the future.
    const end = max_ts ?? nowSeconds + minutes * 60
    const start = min_ts ?? Math.min(end, nowSeconds) - byDefault * minutes * 60
    if (start > end) return yield* usage("--since is in the future. Pass an earlier time")
    if ((end - start) / (minutes * 60) > candlesAtOnce * mostRequests) {
      return yield* usage(`The range has over ${candlesAtOnce * mostRequests} candlesticks. Pass a later --since`)
    }
    const rows = Stream.fromIterable(partsOf(start, end, minutes * 60)).pipe(
      Stream.mapEffect((part) => read({ ticker, period_interval: minutes, ...part })),
      Stream.flatMap((candlesticks: ReadonlyArray<Candlestick>) => Stream.fromIterable(candlesticks))
    )
    yield* Output.stream(columns, rows, {
      empty: "No candlesticks found in this range. Pass an earlier --since"
    }).pipe(Effect.provide(publicLayer))
  })
).pipe(
  Command.withDescription(
    "Lists the candlesticks of a market, oldest first: prices of trades, and the best bid and ask at the end of each period. A period without trades has no prices"
  ),
  Command.withShortDescription("Lists the candlesticks of a market"),
  Command.withExamples([
    {
      command: "kalshi candles KXHIGHNY-26NOV30-T60 --period 1m --since 2h",
      description: "The last two hours by minutes"
    },
    {
      command: "kalshi candles KXHIGHNY-26NOV30-T60 --since 2026-11-01 --until 2026-11-15T12:00Z --csv",
      description: "A range as CSV"
    }
  ])
)
