/**
 * `kalshi search`: finds open events and markets by words.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { environment, publicLayer } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { titleOf } from "./marketColumns.ts"
import { extent, printFound, rowsOf } from "./options.ts"
import { readCache, writeCache } from "./searchCache.ts"
import { type EventEntry, type Hit, search as find, wordsOf } from "./searchIndex.ts"
import { shortTime } from "./times.ts"

const maxAgeMillis = 600_000

const columns: ReadonlyArray<Output.Column<Hit>> = [
  { name: "type", value: ({ type }) => type, dropOrder: 2 },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "title", value: ({ title }) => title, shrinks: true, smallest: 40 },
  { name: "sub_title", value: ({ sub_title }) => sub_title, shrinks: true, smallest: 24, dropOrder: 1 },
  {
    name: "close_time",
    value: ({ close_time }) => shortTime(close_time),
    csv: ({ close_time }) => close_time,
    dropOrder: 3
  }
]

const entryOf = (event: Events.EventData): EventEntry => ({
  event_ticker: event.event_ticker,
  series_ticker: event.series_ticker,
  title: event.title,
  sub_title: event.sub_title,
  markets: (event.markets ?? []).flatMap((market) =>
    market.status === "active"
      ? [
          {
            ticker: market.ticker,
            title: titleOf(market),
            yes_sub_title: market.yes_sub_title,
            close_time: market.close_time,
            volume_fp: market.volume_fp
          }
        ]
      : []
  )
})

const readEvents = Effect.gen(function* () {
  const target = yield* environment
  // The real exchange has thousands of events, so this takes a while.
  if ((yield* Output.Output).isTerminal) yield* Output.note("Reading the open events of the exchange…")
  const events = yield* Events.list.items
    .events({ status: "open", with_nested_markets: true, limit: 200 })
    .pipe(Stream.map(entryOf), Stream.runCollect, Effect.provide(publicLayer))
  const listing = { events, readMillis: yield* Clock.currentTimeMillis }
  yield* Effect.catch(writeCache(target, listing), ({ message }) =>
    Output.note(`The list of open events was not kept for the next search: ${message}`)
  )
  return { ...listing, ageMillis: 0 }
})

const ageOf = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  return minutes === 1 ? "1 minute" : `${minutes} minutes`
}

const flags = {
  words: Argument.String("words").pipe(
    Argument.withDescription("Words of a title, a subtitle or a ticker. All of them must match"),
    Argument.variadic({ min: 1 })
  ),
  refresh: Flag.Boolean("refresh").pipe(
    Flag.withDescription("Read the open events again, even if the list in the cache is recent (default false)"),
    Flag.withDefault(false)
  ),
  ...extent
}

export const search = Command.make("search", flags, ({ refresh, words, ...extent }) =>
  Effect.gen(function* () {
    yield* Output.format
    const rows = yield* rowsOf(extent)
    if (wordsOf(words).length === 0) return yield* usage("The words are empty. Pass at least one word")
    const kept = refresh ? undefined : yield* readCache(yield* environment, maxAgeMillis)
    const { ageMillis, events } = kept ?? (yield* readEvents)
    if (kept !== undefined) {
      yield* Output.note(`The list of open events is ${ageOf(ageMillis)} old. Pass --refresh to read it again`)
    }
    const hits = find(events, words)
    const empty = "No open event or market contains all of these words"
    if (rows === undefined) return yield* Output.stream(columns, Stream.fromIterable(hits), { empty })
    yield* printFound(columns, { rows: hits.slice(0, rows), hasMore: hits.length > rows }, { empty })
  })
).pipe(
  Command.withDescription(
    "Finds open events and markets whose ticker, title or subtitle contains all words. Case and accents are ignored. The list of open events is kept for ten minutes"
  ),
  Command.withShortDescription("Finds open events and markets by words"),
  Command.withExamples([
    { command: "kalshi search denver miami", description: "Events and markets that contain both words" },
    { command: "kalshi search KXHIGHNY --refresh", description: "Tickers that contain this text, in a new list" }
  ])
)
