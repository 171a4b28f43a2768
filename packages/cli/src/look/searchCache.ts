/**
 * The cache of the search: a file with the open events of one environment.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import { createHash, randomUUID } from "node:crypto"
import { folder } from "../app/folders.ts"
import type { EventEntry, MarketEntry } from "./searchIndex.ts"

/** The format of the file. A file of another format is ignored. */
const format = "kalshi-search-1"

export interface Listing {
  readonly events: ReadonlyArray<EventEntry>
  readonly readMillis: number
}

export const cachePath = Effect.fnUntraced(function* ({ restUrl }: Environment.Environment) {
  const path = yield* Path.Path
  const name = createHash("sha256").update(restUrl).digest("hex").slice(0, 16)
  return path.join(yield* folder("cache"), `search-${name}.json`)
})

// The file has arrays instead of objects. That halves its size, and every search reads it.
type MarketRow = readonly [ticker: string, title: string, yesSubTitle: string, closeTime: string, volume: string]
type EventRow = readonly [
  ticker: string,
  series: string,
  title: string,
  subTitle: string,
  markets: ReadonlyArray<MarketRow>
]

const rowOf = ({ event_ticker, markets, series_ticker, sub_title, title }: EventEntry): EventRow => [
  event_ticker,
  series_ticker,
  title,
  sub_title,
  markets.map(({ close_time, ticker, title, volume_fp, yes_sub_title }) => [
    ticker,
    title,
    yes_sub_title,
    close_time,
    volume_fp
  ])
]

const areTexts = (values: ReadonlyArray<unknown>): values is ReadonlyArray<string> => values.every(Predicate.isString)

const marketOf = (row: unknown): MarketEntry | undefined => {
  if (!Array.isArray(row) || row.length !== 5 || !areTexts(row)) return undefined
  const [ticker, title, yes_sub_title, close_time, volume_fp] = row as unknown as MarketRow // the line above checks for five texts
  return { ticker, title, yes_sub_title, close_time, volume_fp }
}

const eventOf = (row: unknown): EventEntry | undefined => {
  if (!Array.isArray(row) || row.length !== 5 || !areTexts(row.slice(0, 4)) || !Array.isArray(row[4])) return undefined
  const [event_ticker, series_ticker, title, sub_title, rows] = row as unknown as EventRow // the line above checks the row
  const markets: Array<MarketEntry> = []
  for (const row of rows) {
    const market = marketOf(row)
    if (market === undefined) return undefined
    markets.push(market)
  }
  return { event_ticker, series_ticker, title, sub_title, markets }
}

/** Reads a cache. Undefined if the text is not a valid cache of this environment. */
export const decodeCache = (text: string, { restUrl }: Environment.Environment): Listing | undefined => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Predicate.isObject(json)) return undefined
  const file: Readonly<Record<string, unknown>> = { ...json } // the fields are read by name, and each is checked before its use
  const { readMillis } = file
  if (file["format"] !== format || file["restUrl"] !== restUrl || !Number.isSafeInteger(readMillis)) return undefined
  if (!Array.isArray(file["events"])) return undefined
  const events: Array<EventEntry> = []
  for (const row of file["events"]) {
    const event = eventOf(row)
    if (event === undefined) return undefined
    events.push(event)
  }
  return { events, readMillis: Number(readMillis) }
}

export const encodeCache = ({ events, readMillis }: Listing, { restUrl }: Environment.Environment): string =>
  JSON.stringify({ format, restUrl, readMillis, events: events.map(rowOf) })

export const readCache = Effect.fnUntraced(function* (environment: Environment.Environment, maxAgeMillis: number) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.orElseSucceed(files.readFileString(yield* cachePath(environment)), () => undefined)
  const listing = text === undefined ? undefined : decodeCache(text, environment)
  if (listing === undefined) return undefined
  const ageMillis = (yield* Clock.currentTimeMillis) - listing.readMillis
  // A negative age means that the clock of this machine was wrong.
  return ageMillis >= 0 && ageMillis <= maxAgeMillis ? { ...listing, ageMillis } : undefined
})

/** Writes the cache. A concurrent reader sees the complete old file or the complete new file. */
export const writeCache = Effect.fnUntraced(function* (environment: Environment.Environment, listing: Listing) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = yield* cachePath(environment)
  yield* files.makeDirectory(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${randomUUID()}.tmp`
  yield* files.writeFileString(temporary, encodeCache(listing, environment), { mode: 0o600, flag: "wx" }).pipe(
    Effect.andThen(files.rename(temporary, file)),
    Effect.tapError(() => Effect.ignore(files.remove(temporary)))
  )
})
