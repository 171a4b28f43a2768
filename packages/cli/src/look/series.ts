/**
 * `kalshi series`: series of events.
 *
 * @module
 */
import * as Series from "@kalshi-effect/client/Series"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { publicLayer } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { extent, print, printValue } from "./options.ts"
import { explainUnknown } from "./unknown.ts"

const columns: ReadonlyArray<Output.Column<Series.Series>> = [
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "category", value: ({ category }) => category },
  { name: "frequency", value: ({ frequency }) => frequency, dropOrder: 1 },
  { name: "fee_type", value: ({ fee_type }) => fee_type, dropOrder: 2 },
  { name: "title", value: ({ title }) => title, shrinks: true }
]

const formatSeries = ({ series }: Series.GetSeriesResponse, screen: Output.Screen): string =>
  Output.formatFields(screen, [
    ["series", plain(series.ticker)],
    ["title", plain(series.title)],
    ["category", plain(series.category)],
    ["tags", series.tags.length === 0 ? undefined : plain(series.tags.join(", "))],
    ["frequency", plain(series.frequency)],
    ["fees", plain(`${series.fee_type}, times ${series.fee_multiplier}`)],
    ["sources", series.settlement_sources.map(({ name }) => plain(name ?? "")).join(", ") || undefined],
    ["contract", series.contract_url === "" ? undefined : plain(series.contract_url)],
    ["terms", series.contract_terms_url === "" ? undefined : plain(series.contract_terms_url)]
  ])

const knownSeries = (ticker: string) =>
  Series.get({ series_ticker: ticker }).pipe(
    explainUnknown("series", ticker, "List the series with `kalshi series --all`")
  )

const flags = {
  ticker: Argument.String("ticker").pipe(
    Argument.withDescription("The ticker of one series, to see its fees and sources"),
    Argument.optional
  ),
  category: Flag.String("category").pipe(Flag.withDescription("Only series of this category"), Flag.optional),
  tag: Flag.String("tag").pipe(Flag.withDescription("Only series with this tag"), Flag.optional),
  ...extent
}

export const series = Command.make("series", flags, ({ category, tag, ticker, ...extent }) =>
  Effect.gen(function* () {
    if (Option.isSome(ticker)) {
      if (Option.isSome(category) || Option.isSome(tag)) {
        return yield* usage("--category and --tag filter the list of series. Remove these flags to see one series")
      }
      return yield* printValue(knownSeries(ticker.value), formatSeries)
    }
    const input = { category: Option.getOrUndefined(category), tags: Option.getOrUndefined(tag) }
    const list = Effect.map(Series.list(input), ({ series }) => series)
    yield* print(columns, extent, () => Stream.fromIterableEffect(list), {
      empty: "No series found. Pass another --category or --tag"
    })
  }).pipe(Effect.provide(publicLayer))
).pipe(
  Command.withDescription("Lists series (the templates of events), or shows one series"),
  Command.withExamples([
    { command: "kalshi series --category Economics", description: "The series of a category" },
    { command: "kalshi series KXHIGHNY", description: "One series" }
  ])
)
