/**
 * `kalshi markets`: lists markets.
 *
 * @module
 */
import * as Markets from "@kalshi-effect/client/Markets"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { publicLayer } from "../app/connection.ts"
import * as Output from "../output/Output.ts"
import { limit, moreRows, take } from "./options.ts"

const columns: ReadonlyArray<Output.Column<Markets.Market>> = [
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "status", value: ({ status }) => status, dropOrder: 1 },
  { name: "yes_bid", value: ({ yes_bid_dollars }) => yes_bid_dollars, align: "right" },
  { name: "yes_ask", value: ({ yes_ask_dollars }) => yes_ask_dollars, align: "right" },
  { name: "volume", value: ({ volume_fp }) => volume_fp, align: "right", dropOrder: 2 },
  { name: "title", value: ({ title }) => title, shrinks: true, dropOrder: 3 }
]

const flags = {
  status: Flag.Literals("status", ["unopened", "open", "paused", "closed", "settled"]).pipe(
    Flag.withDescription("Only markets in this state (default open)"),
    Flag.withDefault("open")
  ),
  series: Flag.String("series").pipe(Flag.withDescription("Only markets of this series"), Flag.optional),
  event: Flag.String("event").pipe(Flag.withDescription("Only markets of this event"), Flag.optional),
  combos: Flag.Boolean("combos").pipe(
    Flag.withDescription("Whether to include combos (default false)"),
    Flag.withDefault(false)
  ),
  limit: limit(20)
}

/** The command. */
export const markets = Command.make("markets", flags, ({ combos, event, limit, series, status }) =>
  Effect.gen(function* () {
    const input = {
      status,
      series_ticker: Option.getOrUndefined(series),
      event_ticker: Option.getOrUndefined(event),
      mve_filter: combos ? undefined : ("exclude" as const),
      limit: Math.min(limit + 1, 1000)
    }
    const { hasMore, rows } = yield* take(Markets.list.items(input), limit).pipe(Effect.provide(publicLayer))
    yield* Output.list(columns, rows, {
      empty: "No market matches. Pass another --status, --series or --event",
      footer: moreRows(hasMore, limit)
    })
  })
).pipe(
  Command.withDescription("Lists markets"),
  Command.withExamples([
    { command: "kalshi markets --series KXHIGHNY", description: "The open markets of a series" },
    { command: "kalshi markets --event KXHIGHNY-26NOV30 --json", description: "The markets of an event as JSON" }
  ])
)
