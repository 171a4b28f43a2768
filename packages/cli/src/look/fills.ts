/**
 * `kalshi fills`: the account's fills.
 *
 * @module
 */
import * as History from "@kalshi-effect/client/History"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readLayer, subaccount } from "../app/connection.ts"
import type * as Output from "../output/Output.ts"
import { numberColumn, sideColumn, text } from "./columns.ts"
import { extent, ofMarket, pageSize, print } from "./options.ts"
import { range, secondsOf, shortTime } from "./times.ts"

const columns: ReadonlyArray<Output.Column<Portfolio.Fill>> = [
  {
    name: "created_time",
    value: ({ created_time }) => shortTime(created_time),
    csv: ({ created_time }) => created_time,
    dropOrder: 2
  },
  { name: "ticker", value: ({ ticker }) => ticker },
  sideColumn("side", ({ outcome_side }) => outcome_side),
  numberColumn("count", ({ count_fp }) => count_fp),
  // The account paid the price of the side that it received, which can be NO.
  numberColumn("price", ({ no_price_dollars, outcome_side, yes_price_dollars }) =>
    outcome_side === "no" ? no_price_dollars : yes_price_dollars
  ),
  numberColumn("fee_cost", ({ fee_cost }) => fee_cost, { dropOrder: 1 }),
  { name: "role", value: ({ is_taker }) => (is_taker ? "taker" : "maker"), dropOrder: 3 },
  numberColumn("subaccount", ({ subaccount_number }) => text(subaccount_number), { dropOrder: 4 }),
  { name: "order_id", value: ({ order_id }) => order_id, dropOrder: 5 },
  { name: "fill_id", value: ({ fill_id }) => fill_id, dropOrder: 6 }
]

const flags = {
  ticker: ofMarket,
  order: Flag.String("order").pipe(
    Flag.withDescription("Only fills of the order with this id, except archived fills"),
    Flag.optional
  ),
  ...range,
  ...extent
}

export const fills = Command.make("fills", flags, (input) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    const seconds = yield* secondsOf(input)
    const items = (rows: number | undefined) => {
      const filters = {
        ticker: Option.getOrUndefined(input.ticker),
        ...seconds,
        subaccount: chosen,
        limit: pageSize(rows, 1000)
      }
      // The archive cannot be filtered by order.
      return Option.match(input.order, {
        // A market that the archive does not know has no archived fills.
        onNone: () => Stream.catchTag(History.fills(filters), "NotFound", () => Stream.empty),
        onSome: (order_id) => Portfolio.fills.items({ ...filters, order_id })
      })
    }
    yield* print(columns, input, items, { empty: "No fills found" }).pipe(Effect.provide(readLayer))
  })
).pipe(
  Command.withDescription(
    "Lists fills, newest first. --subaccount or the profile chooses a subaccount (default: all subaccounts). The price is the price of the side that the account received"
  ),
  Command.withShortDescription("Lists fills"),
  Command.withExamples([
    { command: "kalshi fills --since 24h", description: "The fills of the last day" },
    { command: "kalshi fills --all --csv", description: "All fills as CSV" }
  ])
)
