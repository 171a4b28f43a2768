/**
 * One order of the account, for the commands that change or cancel it.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Argument from "effect/cli/Argument"
import * as Effect from "effect/Effect"
import { CommandError, usage } from "../app/failures.ts"
import type * as Output from "../output/Output.ts"

/** The argument of a command for one order. */
export const orderId = Argument.String("order-id").pipe(Argument.withDescription("The order_id of the order"))

/** Reads an order. A subaccount of the command line must be that of the order. */
export const readOrder = Effect.fnUntraced(function* (order_id: string, subaccount: number | undefined) {
  const { order } = yield* Effect.catchTag(Orders.get({ order_id }), "NotFound", () =>
    Effect.fail(
      new CommandError({
        exit: "refused",
        message: `The account has no order ${JSON.stringify(order_id)}. Nothing was sent. A new order can be missing for a moment: repeat the command`
      })
    )
  )
  if (subaccount !== undefined && subaccount !== (order.subaccount_number ?? 0)) {
    return yield* usage(
      `The order ${order_id} is in subaccount ${order.subaccount_number ?? 0}, not in subaccount ${subaccount}. Nothing was sent`
    )
  }
  return order
})

/** The contracts that an order can fill in total: those that filled, and those that rest. */
export const totalOf = ({ fill_count_fp, remaining_count_fp }: Orders.Order): FixedPoint.Count =>
  FixedPoint.add(fill_count_fp, remaining_count_fp)

/** Fails if an order does not rest, because then it cannot be changed. */
export const requireResting = (order: Orders.Order): Effect.Effect<void, CommandError> =>
  order.status === "resting"
    ? Effect.void
    : Effect.fail(
        new CommandError({
          exit: "refused",
          message: `The order ${order.order_id} does not rest: it is ${order.status}. Nothing was sent`
        })
      )

/** The price of an order, in both outcomes. */
export const priceWords = ({ no_price_dollars, yes_price_dollars }: Orders.Order): string =>
  `YES ${yes_price_dollars} (NO ${no_price_dollars})`

/** The order in a few words: as YES, and as the same order in NO. */
export const orderWords = (order: Orders.Order): string =>
  `${order.book_side === "bid" ? "buys YES" : "sells YES, which is buying NO,"} of ${order.ticker} at ${priceWords(order)}`

/** The columns of a list of orders. */
export const orderColumns: ReadonlyArray<Output.Column<Orders.Order>> = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "ticker", value: ({ ticker }) => ticker, dropOrder: 1 },
  { name: "status", value: ({ status }) => status, dropOrder: 4 },
  { name: "book_side", value: ({ book_side }) => book_side },
  { name: "yes_price", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "filled", value: ({ fill_count_fp }) => fill_count_fp, align: "right", dropOrder: 3 },
  { name: "remaining", value: ({ remaining_count_fp }) => remaining_count_fp, align: "right" }
]
