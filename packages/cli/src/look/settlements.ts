/**
 * `kalshi settlements`: the payouts of settled markets.
 *
 * @module
 */
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readLayer, subaccount } from "../app/connection.ts"
import type * as Output from "../output/Output.ts"
import { dollarsOfCents, numberColumn } from "./columns.ts"
import { extent, ofEvent, ofMarket, pageSize, print } from "./options.ts"
import { range, secondsOf, shortTime } from "./times.ts"

const columns: ReadonlyArray<Output.Column<Portfolio.Settlement>> = [
  {
    name: "settled_time",
    value: ({ settled_time }) => shortTime(settled_time),
    csv: ({ settled_time }) => settled_time
  },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "result", value: ({ market_result }) => market_result },
  numberColumn("yes_count", ({ yes_count_fp }) => yes_count_fp),
  numberColumn("no_count", ({ no_count_fp }) => no_count_fp),
  numberColumn("revenue", ({ revenue }) => dollarsOfCents(revenue)),
  numberColumn("yes_cost", ({ yes_total_cost_dollars }) => yes_total_cost_dollars, { dropOrder: 2 }),
  numberColumn("no_cost", ({ no_total_cost_dollars }) => no_total_cost_dollars, { dropOrder: 2 }),
  numberColumn("fee_cost", ({ fee_cost }) => fee_cost, { dropOrder: 1 })
]

const flags = { ticker: ofMarket, event: ofEvent, ...range, ...extent }

export const settlements = Command.make("settlements", flags, (input) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    const seconds = yield* secondsOf(input)
    const items = (rows: number | undefined) =>
      Portfolio.settlements.items({
        ticker: Option.getOrUndefined(input.ticker),
        event_ticker: Option.getOrUndefined(input.event),
        ...seconds,
        subaccount: chosen,
        limit: pageSize(rows, 1000)
      })
    yield* print(columns, input, items, { empty: "No settlements found" }).pipe(Effect.provide(readLayer))
  })
).pipe(
  Command.withDescription(
    "Lists the payouts of settled markets, newest first: the contracts of each side with their costs, and the revenue in dollars"
  ),
  Command.withShortDescription("Lists the payouts of settled markets"),
  Command.withExamples([{ command: "kalshi settlements --since 7d", description: "The payouts of the last week" }])
)
