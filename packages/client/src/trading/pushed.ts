/**
 * Orders that the exchange pushes over the feed. Like the lists of orders, they show the outcome of a placement.
 *
 * @module
 */
import * as Context from "effect/Context"
import type { Order } from "../generated/responses.ts"

/** The fields of an order that the lists and the messages of the feed both have. */
export type ShownOrder = Pick<
  Order,
  | "order_id"
  | "client_order_id"
  | "ticker"
  | "book_side"
  | "yes_price_dollars"
  | "initial_count_fp"
  | "fill_count_fp"
  | "remaining_count_fp"
  | "subaccount_number"
> & { readonly exchange_index?: number | undefined }

export interface PushedOrders {
  /**
   * Calls `onOrder` with the known orders that have one of these ids, then with each newer state of such an order.
   * Returns a function that stops the calls.
   */
  readonly watch: (client_order_ids: ReadonlySet<string>, onOrder: (order: ShownOrder) => void) => () => void
}

/** The search for an order whose response was lost uses these orders in addition to the lists of orders. */
export const PushedOrders: Context.Reference<PushedOrders | undefined> = /*#__PURE__*/ Context.Reference<
  PushedOrders | undefined
>("@kalshi-effect/client/internal/PushedOrders", { defaultValue: () => undefined })
