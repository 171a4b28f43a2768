/**
 * `kalshi replay`: plays recordings on the terminal, or as the markets of a local exchange.
 *
 * @module
 */
import type * as OrderBook from "@kalshi-effect/client/OrderBook"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { usage } from "../app/failures.ts"
import { portFlag } from "../app/parameters.ts"
import * as Output from "../output/Output.ts"
import { formatJson, plain } from "../output/plain.ts"
import { Books } from "./books.ts"
import type { Line } from "./lines.ts"
import { play, type Playback } from "./play.ts"
import { type Entry, readEntries, sortFiles } from "./reading.ts"
import { formatter } from "./show.ts"
import { parseTime, plural } from "./units.ts"

const timeFlag = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseTime(text)),
      () => "a time with its zone (2026-11-30T12:00:00Z), Unix milliseconds, or a time after the start (90s, 5m)"
    ),
    Flag.optional
  )

const flags = {
  speed: Flag.String("speed").pipe(
    Flag.withDescription("The speed relative to the recording, or max (default max; with --serve, 1)"),
    Flag.filterMap(
      (text) => {
        const speed = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
        return text === "max" ? Option.some(undefined) : speed > 0 ? Option.some(speed) : Option.none()
      },
      () => "a number above 0, or max"
    ),
    Flag.optional
  ),
  from: timeFlag(
    "from",
    "Begins at this time: 2026-11-30T12:00:00Z, Unix milliseconds, or 5m for five minutes after the start"
  ),
  until: timeFlag("until", "Ends after this time. Accepts the same forms as --from"),
  tickers: Flag.String("ticker").pipe(
    Flag.withDescription("Only this market; can be repeated (default: all)"),
    Flag.atLeast(0),
    Flag.withDefault([])
  ),
  books: Flag.Boolean("books").pipe(
    Flag.withDescription("Prints only the order books at the end of the recording, or at --until (default false)"),
    Flag.withDefault(false)
  ),
  serve: Flag.Boolean("serve").pipe(
    Flag.withDescription("Starts a local exchange whose markets have the recorded books and trades (default false)"),
    Flag.withDefault(false)
  ),
  port: portFlag("The port of --serve; 0 for any free port (default 8787)").pipe(Flag.optional)
}

type Flags = Command.Command.Config.Infer<typeof flags>

const tickerOf = (line: Line): string | undefined => {
  if (line.type === "market" || line.type === "order_book") return line.ticker
  if (line.type !== "frame" || !Predicate.hasProperty(line.message, "msg")) return undefined
  const { msg } = line.message
  const ticker = Predicate.hasProperty(msg, "market_ticker")
    ? msg.market_ticker
    : Predicate.hasProperty(msg, "ticker")
      ? msg.ticker
      : undefined
  return typeof ticker === "string" ? ticker : undefined
}

/** Whether a line is shown. With a filter, messages and responses are shown only if they name a wanted market. */
const isShown = (line: Line, tickers: ReadonlySet<string>): boolean => {
  if (tickers.size === 0 || line.type === "recording" || line.type === "end") return true
  if ("markets" in line && line.markets !== undefined && line.markets.length > 0) {
    return line.markets.some((market) => tickers.has(market))
  }
  if (line.type !== "frame" && line.type !== "market" && line.type !== "order_book") return true
  const ticker = tickerOf(line)
  return ticker !== undefined && tickers.has(ticker)
}

/** The length, in characters, at which collected lines are printed. */
const bufferLength = 64 * 1024

const printLines = (entries: Entries, playback: Playback, tickers: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const screen = yield* Output.Output
    const isJson = (yield* Output.format) === "json"
    const format = isJson ? ({ text }: Entry) => text : formatter(screen)
    let waiting = ""
    const flush = Effect.suspend(() => {
      const text = waiting
      waiting = ""
      return text === "" ? Effect.void : screen.write(text)
    })
    yield* play(entries, playback, {
      before: () => {},
      play: (entry) => {
        if (!isShown(entry.line, tickers)) return undefined
        const line = format(entry)
        if (line === undefined) return undefined
        waiting += `${line}\n`
        return waiting.length >= bufferLength ? flush : undefined
      },
      flush
    })
  })

interface Row {
  readonly market_ticker: string
  readonly side: string
  readonly price: string
  readonly count: string
}

const columns: ReadonlyArray<Output.Column<Row>> = [
  { name: "market_ticker", value: ({ market_ticker }) => market_ticker },
  {
    name: "side",
    value: ({ side }) => side,
    style: ({ side }) => (side === "bid" ? "green" : "red")
  },
  { name: "price", value: ({ price }) => price, align: "right" },
  { name: "count", value: ({ count }) => count, align: "right" }
]

/** `bids` and `asks` are absent while messages are missing. Best levels come first. */
interface FinalBook {
  readonly market_ticker: string
  readonly at_ms: number
  readonly is_live: boolean
  readonly bids?: ReadonlyArray<OrderBook.Level>
  readonly asks?: ReadonlyArray<OrderBook.Level>
}

const finalBook = (books: Books, ticker: string, atMillis: number): FinalBook => {
  const read = books.get(ticker)?.read(atMillis)
  const base = { market_ticker: ticker, at_ms: atMillis }
  return read === undefined || Result.isFailure(read)
    ? { ...base, is_live: false }
    : { ...base, is_live: true, bids: read.success.bids, asks: read.success.asks }
}

const rowsOf = ({ asks = [], bids = [], market_ticker }: FinalBook): ReadonlyArray<Row> => [
  ...asks.toReversed().map((level) => ({ market_ticker, side: "ask", ...level })),
  ...bids.map((level) => ({ market_ticker, side: "bid", ...level }))
]

const printBooks = (entries: Entries, playback: Playback, tickers: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const screen = yield* Output.Output
    const books = new Books()
    let lastMillis = 0
    const apply = (entry: Entry): void => {
      lastMillis = entry.line.at_ms
      books.apply(entry)
    }
    yield* play(entries, playback, { before: apply, play: (entry) => void apply(entry), flush: Effect.void })
    const found = books.tickers
      .filter((ticker) => tickers.size === 0 || tickers.has(ticker))
      .map((ticker) => finalBook(books, ticker, lastMillis))
    for (const { is_live, market_ticker } of found) {
      const reason = "is not known at this time, because earlier messages are missing"
      if (!is_live) yield* screen.note(plain(`The book of ${market_ticker} ${reason}`))
    }
    if ((yield* Output.format) === "json") return yield* Output.line(formatJson(found))
    yield* Output.list(columns, found.flatMap(rowsOf), { empty: "The order books are empty" })
  })

type Entries = ReturnType<typeof readEntries>

const check = ({ books, from, port, serve, speed, until }: Flags) =>
  Effect.gen(function* () {
    if (books && serve) return yield* usage("--books and --serve exclude each other. Keep one of them")
    if (Option.isSome(port) && !serve) return yield* usage("--port needs --serve")
    if ((yield* Output.format) === "csv" && !books)
      return yield* usage("--csv prints lists only. Use --json, or --books")
    const playback: Playback = {
      speed: Option.getOrElse(speed, () => (serve ? 1 : undefined)),
      from: Option.getOrUndefined(from),
      until: Option.getOrUndefined(until)
    }
    return playback
  })

export const replay = Command.make(
  "replay",
  {
    ...flags,
    files: Argument.String("file").pipe(
      Argument.withDescription("The files to play. The --out of a recording also selects its numbered parts"),
      Argument.atLeast(1)
    )
  },
  ({ files, ...options }) =>
    Effect.gen(function* () {
      const playback = yield* check(options)
      const screen = yield* Output.Output
      const sorted = yield* sortFiles(files)
      for (const { header, path } of sorted) {
        if (header === undefined) yield* screen.note(`${path} is skipped, because it contains no complete line`)
      }
      const paths = sorted.flatMap(({ header, path }) => (header === undefined ? [] : [path]))
      const torn = new Map<string, number>()
      const entries = readEntries(paths, (file, bytes) => void torn.set(file, bytes))
      const tickers: ReadonlySet<string> = new Set(options.tickers)
      if (options.serve) {
        const { serve } = yield* Effect.promise(() => import("./serve.ts"))
        const port = Option.getOrElse(options.port, () => 8787)
        yield* serve({
          entries,
          playback,
          port,
          isWanted: (ticker) => tickers.size === 0 || tickers.has(ticker)
        })
      } else {
        yield* (options.books ? printBooks : printLines)(entries, playback, tickers)
      }
      for (const [file, bytes] of torn) {
        yield* screen.note(
          `${file} ends with an incomplete line of ${plural(bytes, "byte")}, which is ignored. The recording was not closed`
        )
      }
    })
).pipe(
  Command.withDescription(
    "Plays recordings of `kalshi record`: prints their messages or their order books, or serves them as the markets of a local exchange"
  ),
  Command.withExamples([
    { command: "kalshi replay day.ndjson --ticker KXHIGHNY-26NOV30-T50", description: "The messages of one market" },
    { command: "kalshi replay day.ndjson --books --until 10m", description: "The books ten minutes after the start" },
    {
      command: "kalshi replay day.ndjson --serve --speed 10",
      description: "Lets a program trade on the recorded market"
    }
  ])
)
