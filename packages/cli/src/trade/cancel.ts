/**
 * `kalshi order cancel`: cancels orders, and shows the outcome of each.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { Changes } from "../app/annotations.ts"
import { changeFlags } from "../app/changes.ts"
import { type Exit, exits } from "../app/exits.ts"
import { CommandError, describeFailure } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { formatTable } from "../output/table.ts"
import { carryOut, connect, layerOf, type Connected, type Preview, requestsOf } from "./confirm.ts"
import { findOrder, noSuchOrder, orderColumns, totalOf } from "./orders.ts"

const concurrency = 8

interface Canceled {
  readonly order_id: string
  /** Undefined if the order was not found. */
  readonly order: Orders.Order | undefined
  readonly result: Orders.Cancellation | Orders.EnsureCanceledError
}

const targetOf = (order: Orders.Order): Orders.CancelTarget => ({
  order_id: order.order_id,
  ticker: order.ticker,
  exchange_index: order.exchange_index,
  subaccount: order.subaccount_number ?? undefined
})

const names: Readonly<Record<Orders.Cancellation["_tag"], string>> = {
  Canceled: "canceled",
  AlreadyCanceled: "already_canceled",
  Executed: "executed",
  NoSuchOrder: "not_found",
  MayRest: "unknown"
}

const isCancellation = (result: Canceled["result"]): result is Orders.Cancellation => result._tag in names

const exitOf = ({ result }: Canceled): Exit => {
  if (!isCancellation(result)) return describeFailure(result, "changes")?.exit ?? "failed"
  switch (result._tag) {
    case "Canceled":
    case "AlreadyCanceled":
      return "done"
    // The exchange canceled nothing, because nothing rested.
    case "Executed":
    case "NoSuchOrder":
      return "refused"
    case "MayRest":
      return "unknown"
  }
}

/**
 * Returns the filled count. After a cancel, it is the total of the order without the canceled count: a fill since the
 * order was read does not change this total.
 */
const filledOf = ({ order, result }: Canceled): string | undefined =>
  result._tag === "Canceled" && order !== undefined
    ? FixedPoint.subtract(totalOf(order), result.reduced_by)
    : "order" in result
      ? result.order?.fill_count_fp
      : undefined

const words = ({ result }: Canceled): string => {
  if (!isCancellation(result)) return result.message
  switch (result._tag) {
    case "Canceled":
      return `canceled ${result.reduced_by}`
    case "AlreadyCanceled":
      return result.afterLostAnswer ? "canceled (the response was lost)" : "was canceled before"
    case "Executed":
      return "filled before the cancel"
    case "NoSuchOrder":
      return "the order was not found"
    case "MayRest":
      return "the order may still rest, so cancel it again"
  }
}

const columns: ReadonlyArray<Output.Column<Canceled>> = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "ticker", value: ({ order }) => order?.ticker, dropOrder: 1 },
  { name: "filled", value: filledOf, align: "right", dropOrder: 2 },
  { name: "outcome", value: words, shrinks: true }
]

const toJson = (canceled: Canceled) => {
  const { order, order_id, result } = canceled
  const common = { order_id, ticker: order?.ticker, exit_code: exits[exitOf(canceled)].code }
  return isCancellation(result)
    ? {
        ...common,
        outcome: names[result._tag],
        reduced_by: "reduced_by" in result ? result.reduced_by : undefined,
        fill_count: filledOf(canceled),
        ts_ms: "ts_ms" in result ? result.ts_ms : undefined
      }
    : { ...common, outcome: "failed", error: { type: result._tag, message: result.message } }
}

const worstFirst: ReadonlyArray<Exit> = ["unknown", "key", "unavailable", "failed", "usage", "refused"]

const cancelOne = (order: Orders.Order): Effect.Effect<Canceled, never, Orders.Capabilities> =>
  Effect.match(Orders.ensureCanceled(targetOf(order)), {
    onFailure: (result) => ({ order_id: order.order_id, order, result }),
    onSuccess: (result) => ({ order_id: order.order_id, order, result })
  })

/** Cancels orders. Ends with the exit of the worst outcome. `missing` contains the ids that were not found. */
export const cancelOrders = (orders: ReadonlyArray<Orders.Order>, missing: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const canceled = [
      ...(yield* Effect.forEach(orders, cancelOne, { concurrency })),
      ...missing.map((order_id): Canceled => ({
        order_id,
        order: undefined,
        result: { _tag: "NoSuchOrder", order_id }
      }))
    ]
    const printed = yield* Effect.result(
      Output.outcome(canceled.map(toJson), (screen) => formatTable(columns, canceled, screen))
    )
    const exit = worstFirst.find((exit) => canceled.some((one) => exitOf(one) === exit))
    if (exit === undefined) return yield* Effect.fromResult(printed)
    // The exit code shows the outcome, even if the output is closed.
    const others = canceled.filter((one) => exitOf(one) !== "done")
    return yield* new CommandError({
      exit,
      message:
        canceled.length === 1
          ? `The cancel is not confirmed: ${words(others[0]!)}`
          : `${others.length} of ${canceled.length} cancels are not confirmed`
    })
  })

export const previewCancel = (connected: Connected, orders: ReadonlyArray<Orders.Order>, text: string) =>
  Effect.map(
    requestsOf(
      connected,
      orders.map((order) => Orders.ensureCanceled(targetOf(order)))
    ),
    (requests): Preview => ({
      requests,
      json: { orders },
      human: (screen) => ({
        text: `${screen.paint("bold", text)}\n${formatTable(orderColumns, orders, screen)}`,
        fields: []
      })
    })
  )

export const cancelCommand = Command.make(
  "cancel",
  {
    ids: Argument.String("order-id").pipe(
      Argument.withDescription("The order_id of each order"),
      Argument.variadic({ min: 1 })
    ),
    ...changeFlags
  },
  ({ ids: given, ...options }) =>
    Effect.gen(function* () {
      const ids = [...new Set(given)]
      const connected = yield* connect(options)
      yield* Effect.gen(function* () {
        const found = yield* Effect.forEach(ids, (id) => findOrder(id, connected.subaccount), { concurrency })
        const orders = found.filter((order) => order !== undefined)
        // The command cancels the other orders even if one id is wrong.
        const missing = ids.filter((_, index) => found[index] === undefined)
        if (orders.length === 0) return yield* noSuchOrder(ids.join(", "))
        for (const id of missing)
          yield* Output.note(`The account has no order ${JSON.stringify(id)}, or the order is archived`)
        const what = orders.length === 1 ? "this order" : `these ${orders.length} orders`
        yield* carryOut(connected, options, {
          question: `Cancel ${what}?`,
          preview: previewCancel(connected, orders, `Cancel ${what}`),
          send: cancelOrders(orders, missing),
          advice: "Run the same command again: a second cancel is harmless"
        })
      }).pipe(Effect.provide(layerOf(connected)))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Cancels the resting part of orders. Shows for each order whether it was canceled or had already filled. Asks first"
  ),
  Command.withShortDescription("Cancels orders by their order_id"),
  Command.withExamples([
    {
      command: "kalshi order cancel 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e --yes",
      description: "One order, without a question"
    }
  ])
)
