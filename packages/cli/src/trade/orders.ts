/**
 * One order of the account, for the commands that change or cancel it.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Argument from "effect/cli/Argument"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { CommandError, usage } from "../app/failures.ts"
import type * as Output from "../output/Output.ts"

export const orderId = Argument.String("order-id").pipe(Argument.withDescription("The order_id of the order"))

/** For about half a second, a read can miss a new order. */
const patience = Schedule.upTo(Schedule.spaced("200 millis"), { times: 3 })

/**
 * Reads an order. Undefined if there is none, or if only the archive has it. Fails if the order is not in the chosen
 * subaccount.
 */
export const findOrder = Effect.fnUntraced(function* (order_id: string, subaccount: number | undefined) {
  const found = yield* Orders.get({ order_id }).pipe(
    Effect.retry({ schedule: patience, while: ({ _tag }) => _tag === "NotFound" }),
    Effect.map(({ order }) => order),
    Effect.catchTag("NotFound", () => Effect.undefined)
  )
  if (found !== undefined && subaccount !== undefined && subaccount !== (found.subaccount_number ?? 0)) {
    return yield* usage(
      `The order ${order_id} is in subaccount ${found.subaccount_number ?? 0}, not in subaccount ${subaccount}. Nothing was sent. Pass the subaccount of the order with --subaccount`
    )
  }
  return found
})

export const noSuchOrder = (order_id: string): CommandError =>
  new CommandError({
    exit: "refused",
    message: `The account has no order ${JSON.stringify(order_id)}, or the order is archived. Nothing was sent. List your orders with \`kalshi orders\``
  })

export const readOrder = Effect.fnUntraced(function* (order_id: string, subaccount: number | undefined) {
  return (yield* findOrder(order_id, subaccount)) ?? (yield* noSuchOrder(order_id))
})

export const totalOf = ({ fill_count_fp, remaining_count_fp }: Orders.Order): FixedPoint.Count =>
  FixedPoint.add(fill_count_fp, remaining_count_fp)

export const requireResting = (order: Orders.Order): Effect.Effect<void, CommandError> =>
  order.status === "resting"
    ? Effect.void
    : Effect.fail(
        new CommandError({
          exit: "refused",
          message: `The order ${order.order_id} does not rest: it is ${order.status}. Nothing was sent`
        })
      )

export const priceWords = ({ no_price_dollars, yes_price_dollars }: Orders.Order): string =>
  `YES ${yes_price_dollars} (NO ${no_price_dollars})`

export const orderWords = (order: Orders.Order): string =>
  `${order.book_side === "bid" ? "buys YES" : "sells YES (buys NO)"} of ${order.ticker} at ${priceWords(order)}`

export const orderColumns: ReadonlyArray<Output.Column<Orders.Order>> = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "ticker", value: ({ ticker }) => ticker, dropOrder: 1 },
  { name: "status", value: ({ status }) => status, dropOrder: 4 },
  { name: "book_side", value: ({ book_side }) => book_side },
  { name: "yes_price", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "filled", value: ({ fill_count_fp }) => fill_count_fp, align: "right", dropOrder: 3 },
  { name: "remaining", value: ({ remaining_count_fp }) => remaining_count_fp, align: "right" }
]
