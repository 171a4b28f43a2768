/**
 * `kalshi markets`: lists markets.
 *
 * @module
 */
import * as Historical from "@kalshi-effect/client/Historical"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { publicLayer } from "../app/connection.ts"
import { withArchive } from "./archive.ts"
import { marketColumns } from "./marketColumns.ts"
import { extent, ofEvent, pageSize, print } from "./options.ts"

const flags = {
  status: Flag.Literals("status", ["unopened", "open", "paused", "closed", "settled"]).pipe(
    Flag.withDescription("Only markets in this state (default open)"),
    Flag.withDefault("open")
  ),
  series: Flag.String("series").pipe(Flag.withDescription("Only markets of this series"), Flag.optional),
  event: ofEvent,
  combos: Flag.Boolean("combos").pipe(
    Flag.withDescription("Include combos: markets that combine other markets (default false)"),
    Flag.withDefault(false)
  ),
  ...extent
}

export const markets = Command.make("markets", flags, ({ combos, event, series, status, ...extent }) => {
  const series_ticker = Option.getOrUndefined(series)
  const event_ticker = Option.getOrUndefined(event)
  const mve_filter = combos ? undefined : ("exclude" as const)
  const items = (rows: number | undefined) => {
    const limit = pageSize(rows, 1000)
    const live = Markets.list.items({ status, series_ticker, event_ticker, mve_filter, limit })
    if (status !== "settled") return live
    // The archive accepts only one filter.
    const filter =
      event_ticker !== undefined ? { event_ticker } : series_ticker !== undefined ? { series_ticker } : { mve_filter }
    return withArchive(live, Historical.markets.items({ ...filter, limit }), ({ ticker }) => ticker)
  }
  return print(marketColumns, extent, items, {
    empty: "No markets found. Pass another --status, --series or --event"
  }).pipe(Effect.provide(publicLayer))
}).pipe(
  Command.withDescription("Lists markets"),
  Command.withExamples([
    { command: "kalshi markets --series KXHIGHNY", description: "The open markets of a series" },
    { command: "kalshi markets --event KXHIGHNY-26NOV30 --json", description: "The markets of an event as JSON" }
  ])
)
