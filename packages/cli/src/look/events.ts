/**
 * `kalshi events` and `kalshi event`: events, and one event with its markets.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { publicLayer } from "../app/connection.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { formatTable } from "../output/table.ts"
import { marketColumns } from "./marketColumns.ts"
import { extent, pageSize, print, printValue } from "./options.ts"
import { explainUnknown } from "./unknown.ts"

const columns: ReadonlyArray<Output.Column<Events.EventData>> = [
  { name: "event_ticker", value: ({ event_ticker }) => event_ticker },
  { name: "series_ticker", value: ({ series_ticker }) => series_ticker, dropOrder: 1 },
  { name: "title", value: ({ title }) => title, shrinks: true },
  { name: "sub_title", value: ({ sub_title }) => sub_title, shrinks: true, dropOrder: 2 }
]

const flags = {
  status: Flag.Literals("status", ["unopened", "open", "closed", "settled"]).pipe(
    Flag.withDescription("Only events with a market in this state (default open)"),
    Flag.withDefault("open")
  ),
  series: Flag.String("series").pipe(Flag.withDescription("Only events of this series"), Flag.optional),
  ...extent
}

export const events = Command.make("events", flags, ({ series, status, ...extent }) => {
  const items = (rows: number | undefined) =>
    Events.list.items.events({ status, series_ticker: Option.getOrUndefined(series), limit: pageSize(rows, 200) })
  return print(columns, extent, items, { empty: "No events found. Pass another --status or --series" }).pipe(
    Effect.provide(publicLayer)
  )
}).pipe(
  Command.withDescription("Lists events, except combos"),
  Command.withExamples([{ command: "kalshi events --series KXHIGHNY", description: "The open events of a series" }])
)

const formatEvent = ({ event }: Events.GetEventResponse, screen: Output.Screen): string => {
  const fields = Output.formatFields(screen, [
    ["event", plain(event.event_ticker)],
    ["title", plain(event.title)],
    ["subtitle", event.sub_title === "" ? undefined : plain(event.sub_title)],
    ["series", plain(event.series_ticker)],
    ["outcomes", event.mutually_exclusive ? "at most one market settles as YES" : "several markets can settle as YES"],
    ["sources", event.settlement_sources.map(({ name }) => plain(name ?? "")).join(", ") || undefined]
  ])
  const markets = event.markets ?? []
  return `${fields}\n\n${markets.length === 0 ? "The event has no market" : formatTable(marketColumns, markets, screen)}`
}

const ticker = Argument.String("ticker").pipe(Argument.withDescription("The ticker of the event"))

const knownEvent = (ticker: string) =>
  Events.get({ event_ticker: ticker, with_nested_markets: true }).pipe(
    explainUnknown("event", ticker, "Find an event with `kalshi search`")
  )

export const event = Command.make("event", { ticker }, ({ ticker }) =>
  printValue(knownEvent(ticker), formatEvent).pipe(Effect.provide(publicLayer))
).pipe(
  Command.withDescription("Shows one event and its markets"),
  Command.withExamples([{ command: "kalshi event KXHIGHNY-26NOV30", description: "An event" }])
)
