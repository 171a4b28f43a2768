/**
 * `kalshi orders`: the account's orders.
 *
 * @module
 */
import * as History from "@kalshi-effect/client/History"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readLayer, subaccount } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import type * as Output from "../output/Output.ts"
import { numberColumn, sideColumn, text } from "./columns.ts"
import { extent, ofMarket, pageSize, print } from "./options.ts"
import { type QueuedOrder, withQueuePositions } from "./queue.ts"
import { range, secondsOf, shortTime } from "./times.ts"

// Other commands take the id of an order, so the table never omits or shortens it.
const columns: ReadonlyArray<Output.Column<Orders.Order>> = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "ticker", value: ({ ticker }) => ticker, dropOrder: 1 },
  { ...sideColumn("side", ({ book_side }) => book_side), dropOrder: 3 },
  numberColumn("yes_price", ({ yes_price_dollars }) => yes_price_dollars, { dropOrder: 2 }),
  numberColumn("remaining", ({ remaining_count_fp }) => remaining_count_fp, { dropOrder: 4 }),
  numberColumn("filled", ({ fill_count_fp }) => fill_count_fp, { dropOrder: 5 }),
  { name: "status", value: ({ status }) => status, dropOrder: 6 },
  {
    name: "created_time",
    value: ({ created_time }) => shortTime(created_time),
    csv: ({ created_time }) => created_time ?? undefined,
    dropOrder: 7
  },
  {
    name: "expiration_time",
    value: ({ expiration_time }) => shortTime(expiration_time),
    csv: ({ expiration_time }) => expiration_time ?? undefined,
    dropOrder: 8
  },
  numberColumn("subaccount", ({ subaccount_number }) => text(subaccount_number), { dropOrder: 9 }),
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id, dropOrder: 10 },
  { name: "order_group_id", value: ({ order_group_id }) => order_group_id ?? undefined, dropOrder: 11 }
]

const queueColumn = numberColumn<QueuedOrder>("queue_position", ({ queue_position_fp }) => queue_position_fp)

const flags = {
  status: Flag.Literals("status", ["resting", "canceled", "executed", "all"]).pipe(
    Flag.withDescription("Only orders in this state (default resting)"),
    Flag.withDefault("resting")
  ),
  ticker: ofMarket,
  event: Flag.String("event").pipe(
    Flag.withDescription("Only orders in this event, except archived orders"),
    Flag.optional
  ),
  queue: Flag.Boolean("queue").pipe(
    Flag.withDescription("Show how many contracts are ahead of each resting order (default false)"),
    Flag.withDefault(false)
  ),
  ...range,
  ...extent
}

/** Adds the queue positions to orders. `rows` limits how many queue positions are read at once. */
const queued = <E, R>(orders: Stream.Stream<Orders.Order, E, R>, rows: number | undefined) =>
  orders.pipe(
    Stream.grouped(pageSize(rows, 1000)),
    Stream.mapEffect(withQueuePositions),
    Stream.flatMap((orders) => Stream.fromIterable(orders))
  )

export const orders = Command.make("orders", flags, (input) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    const seconds = yield* secondsOf(input)
    if (input.queue && input.status !== "resting") {
      return yield* usage("Only resting orders have a place in the queue. Remove --queue or --status")
    }
    const status = input.status === "all" ? undefined : input.status
    const items = (rows: number | undefined) => {
      const filters = {
        ticker: Option.getOrUndefined(input.ticker),
        ...seconds,
        subaccount: chosen,
        limit: pageSize(rows, 1000)
      }
      const event_ticker = Option.getOrUndefined(input.event)
      // Resting orders are never in the archive. The archive cannot be filtered by event or status.
      if (status === "resting" || event_ticker !== undefined)
        return Orders.list.items({ ...filters, event_ticker, status })
      if (status === undefined) return History.orders(filters)
      return Stream.filter(History.orders({ ...filters, limit: 1000 }), (order) => order.status === status)
    }
    const empty = input.status === "all" ? "No orders found" : `No ${input.status} orders found`
    const printed = input.queue
      ? print([...columns, queueColumn], input, (rows) => queued(items(rows), rows), { empty })
      : print(columns, input, items, { empty })
    yield* printed.pipe(Effect.provide(readLayer))
  })
).pipe(
  Command.withDescription(
    "Lists orders, newest first. --subaccount or the profile chooses a subaccount (default: all subaccounts). A bid buys YES. An ask sells YES, which is the same as buying NO"
  ),
  Command.withShortDescription("Lists orders"),
  Command.withExamples([
    { command: "kalshi orders --queue", description: "The resting orders, with their places in the queue" },
    { command: "kalshi orders --status executed --since 24h", description: "The filled orders of the last day" }
  ])
)
