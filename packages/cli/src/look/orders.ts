/**
 * `kalshi orders`: the account's orders.
 *
 * @module
 */
import * as Orders from "@kalshi-effect/client/Orders"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readLayer, subaccount } from "../app/connection.ts"
import type * as Output from "../output/Output.ts"
import { numberColumn, sideColumn, text } from "./columns.ts"
import { extent, ofEvent, ofMarket, pageSize, print } from "./options.ts"
import { range, secondsOf, shortTime } from "./times.ts"

const columns: ReadonlyArray<Output.Column<Orders.Order>> = [
  { name: "order_id", value: ({ order_id }) => order_id, shrinks: true },
  { name: "ticker", value: ({ ticker }) => ticker },
  sideColumn("book_side", ({ book_side }) => book_side),
  numberColumn("yes_price", ({ yes_price_dollars }) => yes_price_dollars),
  numberColumn("remaining", ({ remaining_count_fp }) => remaining_count_fp),
  numberColumn("filled", ({ fill_count_fp }) => fill_count_fp),
  { name: "status", value: ({ status }) => status, dropOrder: 1 },
  {
    name: "created_time",
    value: ({ created_time }) => shortTime(created_time),
    csv: ({ created_time }) => created_time ?? undefined,
    dropOrder: 2
  },
  {
    name: "expiration_time",
    value: ({ expiration_time }) => shortTime(expiration_time),
    csv: ({ expiration_time }) => expiration_time ?? undefined,
    dropOrder: 3
  },
  numberColumn("subaccount", ({ subaccount_number }) => text(subaccount_number), { dropOrder: 4 }),
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id, dropOrder: 5 },
  { name: "order_group_id", value: ({ order_group_id }) => order_group_id ?? undefined, dropOrder: 6 }
]

const flags = {
  status: Flag.Literals("status", ["resting", "canceled", "executed", "all"]).pipe(
    Flag.withDescription("Only orders in this state (default resting)"),
    Flag.withDefault("resting")
  ),
  ticker: ofMarket,
  event: ofEvent,
  ...range,
  ...extent
}

/** The command. */
export const orders = Command.make("orders", flags, (input) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    const seconds = yield* secondsOf(input)
    const items = (rows: number | undefined) =>
      Orders.list.items({
        status: input.status === "all" ? undefined : input.status,
        ticker: Option.getOrUndefined(input.ticker),
        event_ticker: Option.getOrUndefined(input.event),
        ...seconds,
        subaccount: chosen,
        limit: pageSize(rows, 1000)
      })
    const empty = input.status === "all" ? "No orders found" : `No ${input.status} orders found`
    yield* print(columns, input, items, { empty }).pipe(Effect.provide(readLayer))
  })
).pipe(
  Command.withDescription(
    "Lists orders, newest first: those of all subaccounts, unless --subaccount names one. A bid buys YES. An ask sells YES, which is the same as buying NO"
  ),
  Command.withShortDescription("Lists orders"),
  Command.withExamples([
    { command: "kalshi orders", description: "The resting orders" },
    { command: "kalshi orders --status executed --since 24h", description: "The orders of the last day that filled" }
  ])
)
