/**
 * Converts the flags of an order to the client's intent (a description of the order).
 *
 * @module
 */
import type { Count, Dollars } from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import type { PriceGrid } from "@kalshi-effect/client/PriceGrid"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { usage } from "../app/failures.ts"
import { countExpected, parseCount, parseExpiry, parsePrice, priceExpected } from "./amounts.ts"

export const countFlag = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(description),
    Flag.filterMap(parseCount, () => countExpected)
  )

export const priceFlag = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.filterMap(parsePrice, priceExpected))

/** Matches the ids that can be the name of a file: no path, no hidden file. */
const safeId = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/

/** The id is also the name of the file that records the order. */
export const clientOrderId = Flag.String("client-order-id").pipe(
  Flag.withDescription("Your own id of the order, for your records (default a new UUID)"),
  Flag.filter(
    (id) => safeId.test(id),
    () => "1 to 64 letters, digits, dots, hyphens and underscores, without a dot at the start"
  ),
  Flag.optional
)

export const selfTrade = Flag.Literals("self-trade", ["taker_at_cross", "maker"]).pipe(
  Flag.withDescription(
    "What to cancel if the order would trade with your own resting order: taker_at_cross cancels the new order, maker cancels the resting order (default taker_at_cross)"
  ),
  Flag.withDefault("taker_at_cross")
)

export const orderFlags = {
  tif: Flag.Literals("tif", ["gtc", "ioc", "fok"]).pipe(
    Flag.withDescription(
      "gtc: the unfilled part rests until it is canceled; ioc: fills immediately as far as possible; fok: fills immediately and completely, or not at all (default gtc)"
    ),
    Flag.withDefault("gtc")
  ),
  expires: Flag.String("expires").pipe(
    Flag.withDescription(
      "When a resting order expires: a duration such as 10m, or a time such as 2026-12-24T18:00:00Z"
    ),
    Flag.optional
  ),
  postOnly: Flag.Boolean("post-only").pipe(
    Flag.withDescription("Refuse the order if it would trade immediately, so that it only rests"),
    Flag.withDefault(false)
  ),
  reduceOnly: Flag.Boolean("reduce-only").pipe(
    Flag.withDescription("Only reduce your position. Needs --tif ioc"),
    Flag.withDefault(false)
  ),
  cancelOnPause: Flag.Boolean("cancel-on-pause").pipe(
    Flag.withDescription("Cancel the order when trading pauses"),
    Flag.withDefault(false)
  ),
  group: Flag.String("group").pipe(
    Flag.withDescription("The id of the order group to join"),
    // An unset variable in a script makes the id empty. Then no group would limit the order.
    Flag.filter(
      (id) => id.trim() !== "",
      () => "the id of an order group"
    ),
    Flag.optional
  ),
  selfTrade,
  clientOrderId
}

export interface OrderOptions {
  readonly tif: "gtc" | "ioc" | "fok"
  readonly expires: Option.Option<string>
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly cancelOnPause: boolean
  readonly group: Option.Option<string>
  readonly selfTrade: "taker_at_cross" | "maker"
  readonly clientOrderId: Option.Option<string>
}

/** The order in the trader's words: an action and an outcome. */
export interface Spoken {
  readonly action: "buy" | "sell"
  readonly outcome: "yes" | "no"
  readonly ticker: string
  readonly count: Count
  /** Dollars per contract of the outcome. */
  readonly price: Dollars
}

const timesInForce = { gtc: "good_till_canceled", ioc: "immediate_or_cancel", fok: "fill_or_kill" } as const

export const fieldsOf = Effect.fnUntraced(function* (options: OrderOptions, subaccount: number | undefined) {
  const { cancelOnPause, clientOrderId, expires, group, postOnly, reduceOnly, selfTrade, tif } = options
  if (Option.isSome(expires) && tif !== "gtc") {
    return yield* usage(`--expires needs an order that rests. Remove --tif ${tif} or --expires`)
  }
  if (postOnly && tif !== "gtc") {
    return yield* usage(`--post-only needs an order that rests. Remove --tif ${tif} or --post-only`)
  }
  if (reduceOnly && tif !== "ioc") return yield* usage("--reduce-only needs --tif ioc")
  const expiration_time = Option.isSome(expires) ? yield* parseExpiry("--expires", expires.value) : undefined
  return {
    client_order_id: Option.isSome(clientOrderId) ? clientOrderId.value : yield* Orders.newClientOrderId,
    time_in_force: timesInForce[tif],
    self_trade_prevention_type: selfTrade,
    expiration_time,
    post_only: postOnly || undefined,
    reduce_only: reduceOnly || undefined,
    cancel_order_on_pause: cancelOnPause || undefined,
    order_group_id: Option.getOrUndefined(group),
    subaccount
  }
})

export type OrderFields = Effect.Success<ReturnType<typeof fieldsOf>>

/** What the market adds to the order. */
export interface Located {
  readonly grid?: PriceGrid | undefined
  readonly exchange_index?: number | undefined
}

/** The client computes the side of the book and the price of YES. */
export const intentOf = (
  { action, count, outcome, price, ticker }: Spoken,
  fields: OrderFields,
  located: Located = {}
): Orders.OrderIntent => {
  const input = { ...fields, ...located, ticker, count }
  if (outcome === "yes") {
    const priced = { ...input, yes_price: Orders.yesPrice(price) }
    return action === "buy" ? Orders.buyYes(priced) : Orders.sellYes(priced)
  }
  const priced = { ...input, no_price: Orders.noPrice(price) }
  return action === "buy" ? Orders.buyNo(priced) : Orders.sellNo(priced)
}

export const describeOrder = ({ action, count, outcome, price, ticker }: Spoken): string =>
  `${action === "buy" ? "Buy" : "Sell"} ${count} ${outcome.toUpperCase()} of ${ticker} at ${price} or ${action === "buy" ? "less" : "more"}`
