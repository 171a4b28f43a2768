/**
 * `kalshi order settle`: finds the outcome of orders whose response was lost, or whose command was killed.
 *
 * @module
 */
import * as Orders from "@kalshi-effect/client/Orders"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { connection, readLayer } from "../app/connection.ts"
import { CommandError, describeFailure, usage } from "../app/failures.ts"
import { Subaccount } from "../app/settings.ts"
import * as Output from "../output/Output.ts"
import { formatJson } from "../output/plain.ts"
import { formatSeconds } from "./amounts.ts"
import { headline, toJson } from "./outcome.ts"
import * as pending from "./pending.ts"

const orderWords = ({ request }: pending.PendingOrder): string => `${request.side} ${request.count} at ${request.price}`

const listColumns = (nowMillis: number): ReadonlyArray<Output.Column<pending.PendingOrder>> => [
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id },
  { name: "environment", value: ({ environment }) => environment },
  { name: "ticker", value: ({ ticker }) => ticker, dropOrder: 1 },
  { name: "order", value: orderWords, dropOrder: 2 },
  { name: "placed", value: ({ placedAtMillis }) => formatSeconds(Math.floor(placedAtMillis / 1_000)), dropOrder: 3 },
  {
    name: "state",
    value: (order) =>
      pending.isBeingSent(order, nowMillis)
        ? `being sent by process ${order.process_id}`
        : (order.unknown?.reason ?? "the command ended without an outcome"),
    shrinks: true,
    dropOrder: 4
  },
  { name: "key_id", value: ({ key_id }) => key_id, dropOrder: 5 }
]

const none = "No order is pending: every outcome is known"

const noteUnreadable = (unreadable: ReadonlyArray<pending.Unreadable>) =>
  Effect.forEach(
    unreadable,
    ({ file, reason }) => Output.note(`${file} is not a record of an order: ${reason}. Check the file, and remove it`),
    { discard: true }
  )

interface Settled {
  readonly order: pending.PendingOrder
  readonly settlement: Orders.Settlement
}

const settledColumns: ReadonlyArray<Output.Column<Settled>> = [
  { name: "client_order_id", value: ({ order }) => order.client_order_id },
  { name: "ticker", value: ({ order }) => order.ticker, dropOrder: 3 },
  { name: "order", value: ({ order }) => orderWords(order), dropOrder: 4 },
  {
    name: "order_id",
    value: ({ settlement }) => ("order_id" in settlement ? settlement.order_id : undefined),
    dropOrder: 1
  },
  {
    name: "fill_count",
    value: ({ settlement }) => ("fill_count" in settlement ? settlement.fill_count : undefined),
    align: "right",
    dropOrder: 2
  },
  {
    name: "remaining_count",
    value: ({ settlement }) => ("remaining_count" in settlement ? settlement.remaining_count : undefined),
    align: "right",
    dropOrder: 2
  },
  { name: "outcome", value: ({ settlement }) => headline(settlement), shrinks: true }
]

const select = (orders: ReadonlyArray<pending.PendingOrder>, ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const unknown = ids.filter((id) => !orders.some((order) => order.client_order_id === id))
    if (unknown.length > 0) {
      return yield* usage(
        `No pending order has the id ${unknown.join(" or ")}. An order is not pending if its outcome is known, or if it was placed with another KALSHI_STATE_DIR. List the pending orders with \`kalshi order settle --list\``
      )
    }
    return ids.length === 0 ? orders : orders.filter((order) => ids.includes(order.client_order_id))
  })

const noteOthers = (others: ReadonlyArray<pending.PendingOrder>) =>
  Effect.forEach(
    new Set(others.map(({ environment, key_id }) => `--env ${environment} and the key ${key_id}`)),
    (place) => Output.note(`Other orders are pending. Settle them with ${place}`),
    { discard: true }
  )

/**
 * Fails if the exchange refuses the key. Without this check, the search would repeat its reads until the end of
 * `--within`. The search itself handles other errors.
 */
const requireAcceptedKey = (orders: ReadonlyArray<pending.PendingOrder>) =>
  Effect.forEach(
    // A key can be locked to one subaccount.
    new Set(orders.map(({ subaccount }) => subaccount)),
    (subaccount) =>
      Effect.catch(Orders.list({ ticker: orders[0]?.ticker, subaccount, limit: 1 }), (error) => {
        const isRefused = "status" in error && (error.status === 401 || error.status === 403)
        const { details, message } = describeFailure(error, "reads")! // `describeFailure` returns undefined only for OutputClosed
        return isRefused ? Effect.fail(new CommandError({ exit: "key", message, details, cause: error })) : Effect.void
      }),
    { discard: true }
  )

const settleOrders = Effect.fnUntraced(function* (orders: ReadonlyArray<pending.PendingOrder>, withinSeconds: number) {
  const nowMillis = yield* Clock.currentTimeMillis
  const busy = orders.filter((order) => pending.isBeingSent(order, nowMillis))
  const isBusy = new Set(busy)
  for (const { client_order_id, process_id } of busy) {
    yield* Output.note(`${client_order_id} is being sent by process ${process_id}. Wait until that command ends`)
  }
  const settled = orders.filter((order) => !isBusy.has(order))
  if (settled.length > 0) {
    yield* Output.note(
      `Looking for ${settled.length === 1 ? "1 order" : `${settled.length} orders`}, for at most ${withinSeconds} seconds`
    )
  }
  yield* requireAcceptedKey(settled)
  const settlements = yield* Orders.settleAll(settled.map(pending.placementOf), { within: withinSeconds * 1_000 })
  return { busy, rows: settlements.map((settlement, index): Settled => ({ order: settled[index]!, settlement })) } // one settlement per placement
})

const finish = ({ order, settlement }: Settled) =>
  Effect.catch(
    settlement._tag === "Unknown" ? pending.mark(order, settlement) : pending.finish(order.client_order_id),
    ({ message }) => Output.note(`The record of ${order.client_order_id} could not be changed: ${message}`)
  )

const forget = Effect.fnUntraced(function* (orders: ReadonlyArray<pending.PendingOrder>, ids: ReadonlyArray<string>) {
  if (ids.length === 0) return yield* usage("--forget needs an id. Pass the ids of the records to remove")
  const nowMillis = yield* Clock.currentTimeMillis
  const busy = orders.find((order) => pending.isBeingSent(order, nowMillis))
  if (busy !== undefined) {
    return yield* usage(
      `${busy.client_order_id} is being sent by process ${busy.process_id}. Nothing was removed. Wait until that command ends`
    )
  }
  for (const { client_order_id } of orders) {
    yield* Effect.mapError(
      pending.finish(client_order_id),
      ({ message }) =>
        new CommandError({ exit: "failed", message: `Cannot remove the record: ${message}. Make its folder writable` })
    )
  }
  yield* Output.value(
    { forgotten: ids },
    () => `Removed the record of ${ids.join(", ")}. The order itself is unchanged`
  )
})

const settle = Effect.fnUntraced(function* (
  chosen: ReadonlyArray<pending.PendingOrder>,
  ids: ReadonlyArray<string>,
  within: number
) {
  const connected = yield* connection
  const own = chosen.filter((order) => pending.belongsTo(order, connected))
  const others = chosen.filter((order) => !pending.belongsTo(order, connected))
  if (ids.length > 0 && others.length > 0) {
    const [{ client_order_id, environment, key_id }] = others as [pending.PendingOrder] // `others` is not empty
    return yield* usage(
      `${client_order_id} was placed on ${environment} with the key ${key_id}, not on ${connected.environment.name} with the key ${connected.signer.keyId}. Settle the order with that environment and that key`
    )
  }
  yield* noteOthers(others)
  const { busy, rows } = yield* settleOrders(own, within).pipe(Effect.provide(readLayer))
  const json = rows.map(({ settlement }) => settlement)
  const printed = yield* Effect.result(
    (yield* Output.format) === "json"
      ? Output.line(formatJson(json.map(toJson)))
      : Output.list(settledColumns, rows, {
          empty: busy.length > 0 ? "No order was settled" : "No order is pending on this exchange with this key"
        })
  )
  // If the outcomes could not be printed, their records stay, so that the next run prints them.
  if (printed._tag === "Success") yield* Effect.forEach(rows, finish, { concurrency: 16, discard: true })
  const open = rows.filter(({ settlement }) => settlement._tag === "Unknown").length + busy.length
  if (open > 0) {
    return yield* new CommandError({
      exit: "unknown",
      message: `The outcome of ${open === 1 ? "1 order" : `${open} orders`} is still not known. Run \`kalshi order settle\` again later. If you have checked an order yourself, remove its record with --forget`
    })
  }
  yield* Effect.fromResult(printed)
})

export const settleCommand = Command.make(
  "settle",
  {
    ids: Argument.String("id").pipe(
      Argument.withDescription("The client_order_id of a pending order (default all)"),
      Argument.variadic()
    ),
    list: Flag.Boolean("list").pipe(
      Flag.withDescription("List the pending orders of all environments, and read nothing from the exchange"),
      Flag.withDefault(false)
    ),
    within: Flag.Int("within").pipe(
      Flag.withDescription(
        "How many seconds to search (default 180). Two minutes must pass after the last attempt before an order counts as not placed"
      ),
      Flag.filter(
        (seconds) => seconds >= 1 && seconds <= 3_600,
        () => "1 to 3600 seconds"
      ),
      Flag.withDefault(180)
    ),
    forget: Flag.Boolean("forget").pipe(
      Flag.withDescription("Remove the records of these orders, after you have checked the orders yourself"),
      Flag.withDefault(false)
    )
  },
  ({ forget: isForgetting, ids, list, within }) =>
    Effect.gen(function* () {
      yield* Output.format
      if (Option.isSome(yield* Subaccount)) {
        return yield* usage("Each order is settled in its own subaccount. Remove --subaccount")
      }
      const { orders, unreadable } = yield* pending.readAll
      yield* noteUnreadable(unreadable)
      const chosen = yield* select(orders, ids)
      if (list) {
        return yield* Output.list(listColumns(yield* Clock.currentTimeMillis), chosen, { empty: none })
      }
      if (isForgetting) return yield* forget(chosen, ids)
      if (chosen.length === 0) return yield* Output.list(settledColumns, [], { empty: none })
      yield* settle(chosen, ids, within)
    })
).pipe(
  Command.withDescription(
    "Finds the outcome of pending orders: orders whose response was lost, or whose command was killed. Places nothing. Each order is settled only in its own environment and with its own key"
  ),
  Command.withShortDescription("Finds the outcome of pending orders"),
  Command.withExamples([
    { command: "kalshi order settle --list", description: "The pending orders" },
    { command: "kalshi order settle", description: "Settles all pending orders of this environment and key" }
  ])
)
