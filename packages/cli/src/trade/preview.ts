/**
 * What an order means, before it is sent: its side and price, its cost and its worst case.
 *
 * @module
 */
import type * as DryRun from "@kalshi-effect/client/DryRun"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import type * as OrderCost from "@kalshi-effect/client/OrderCost"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { plain } from "../output/plain.ts"
import { complement, formatSeconds } from "./amounts.ts"
import { type Connected, type Field, type Preview, requestOf, subaccountName } from "./confirm.ts"
import type { Facts } from "./facts.ts"
import { describeOrder, type Spoken } from "./intent.ts"

const words = {
  good_till_canceled: "the unfilled part rests until it is canceled",
  immediate_or_cancel: "fills immediately as far as possible, the unfilled part is canceled",
  fill_or_kill: "fills immediately and completely, or not at all"
} as const

const orderWords = (request: Orders.CreateInput): string =>
  [
    request.expiration_time === undefined
      ? words[request.time_in_force]
      : `the unfilled part rests until ${formatSeconds(request.expiration_time)}`,
    request.post_only === true ? "post only" : undefined,
    request.reduce_only === true ? "reduce only" : undefined,
    request.cancel_order_on_pause === true ? "canceled when trading pauses" : undefined,
    request.self_trade_prevention_type === "maker" ? "a self-trade cancels the resting order" : undefined,
    request.order_group_id === undefined ? undefined : `group ${request.order_group_id}`
  ]
    .filter((word) => word !== undefined)
    .join(", ")

const bookWords = ({ price, side }: Orders.CreateInput): string =>
  `${side} at YES price ${price} (NO price ${complement(FixedPoint.dollarsUnsafe(price))})`

export const quoteWords = ({ market }: Facts, outcome: "yes" | "no"): string =>
  outcome === "yes"
    ? `YES ${market.yes_bid_dollars} bid, ${market.yes_ask_dollars} ask`
    : `NO ${market.no_bid_dollars} bid, ${market.no_ask_dollars} ask`

const positionWords = ({ free, position }: Facts): string => {
  const words = (count: FixedPoint.Count) =>
    FixedPoint.isZero(count) ? "none" : FixedPoint.isNegative(count) ? `${FixedPoint.negate(count)} NO` : `${count} YES`
  return FixedPoint.equals(free, position)
    ? words(position)
    : `${words(position)}, resting orders close ${FixedPoint.isZero(free) ? "all of it" : `all except ${words(free)}`}`
}

const unless = (text: string, isShown: boolean): string | undefined => (isShown ? text : undefined)

/** Warns about a sale that exceeds the position: the excess opens a position in the other outcome. */
const oversoldWords = (
  { action, outcome, price }: Spoken,
  { position }: Facts,
  { maxPayout }: OrderCost.OrderCost
): string | undefined => {
  if (action === "buy" || FixedPoint.isZero(maxPayout)) return undefined
  const [sold, bought] = outcome === "yes" ? ["YES", "NO"] : ["NO", "YES"]
  const opened = FixedPoint.countUnsafe(maxPayout)
  const at = `at ${complement(price)} or less`
  const holdsOther = !FixedPoint.isZero(position) && FixedPoint.isNegative(position) === (outcome === "yes")
  return holdsOther
    ? `you hold ${bought}, not ${sold}: the order buys ${opened} more ${bought} ${at}`
    : `the position is smaller than the order: ${opened} contracts open a position in ${bought} ${at}`
}

const amount = (result: Result.Result<FixedPoint.Dollars, { readonly message: string }>): string =>
  Result.match(result, { onSuccess: (dollars) => dollars, onFailure: ({ message }) => `unknown: ${message}` })

const assumed = (cost: OrderCost.OrderCost): string =>
  cost.terms === "assumed"
    ? ". The fee terms of the series could not be read, so the highest known fees are assumed"
    : ""

/** If the order opens no position, shows the smallest proceeds instead of the worst case. */
const worstFields = (cost: OrderCost.OrderCost, opens: boolean): ReadonlyArray<Field> => {
  if (!opens) {
    const least = Result.map(cost.worstFee, (fee) => FixedPoint.subtract(cost.proceeds, fee))
    return Result.isSuccess(least) && !FixedPoint.isNegative(least.success)
      ? [["after fees", `${least.success} or more, if the whole order fills${assumed(cost)}`]]
      : []
  }
  const more = Result.all([cost.fee, cost.worstCase] as const).pipe(
    Result.map(([fee, worst]) => FixedPoint.subtract(FixedPoint.subtract(worst, cost.collateral), fee))
  )
  const adds = FixedPoint.isZero(cost.proceeds) && Result.isSuccess(more) && !FixedPoint.isNegative(more.success)
  return [
    ["more fees", adds ? `${more.success} at most, for example from the rounding of each fill` : undefined],
    ["worst case", `${amount(cost.worstCase)} with all fees${assumed(cost)}`]
  ]
}

export const costFields = (
  cost: OrderCost.OrderCost,
  request: Pick<Orders.CreateInput, "side" | "post_only">
): ReadonlyArray<Field> => {
  const opens = !FixedPoint.isZero(cost.maxPayout)
  return [
    ["cost", unless(cost.collateral, opens)],
    ["payout", unless(`${cost.maxPayout} if the market settles ${request.side === "bid" ? "YES" : "NO"}`, opens)],
    ["proceeds", FixedPoint.isZero(cost.proceeds) ? undefined : `${cost.proceeds} or more, before fees`],
    ["fee", `${amount(cost.fee)} as ${request.post_only === true ? "maker" : "taker"} at this price`],
    ...worstFields(cost, opens)
  ]
}

const costJson = (cost: OrderCost.OrderCost) => {
  const known = (result: Result.Result<FixedPoint.Dollars, { readonly message: string }>) =>
    Result.getOrElse(result, () => null)
  return {
    collateral: cost.collateral,
    proceeds: cost.proceeds,
    max_payout: cost.maxPayout,
    fee: known(cost.fee),
    worst_fee: known(cost.worstFee),
    worst_case: known(cost.worstCase),
    fee_terms: cost.terms
  }
}

export const marketWords = ({ market }: Facts): string => {
  const title = market.yes_sub_title === "" ? (market.title ?? "") : market.yes_sub_title
  return plain(market.status === "active" ? title : `${title} (${market.status})`)
}

export const previewOrder = Effect.fnUntraced(function* (
  connected: Connected,
  spoken: Spoken,
  intent: Orders.OrderIntent,
  facts: Facts
) {
  const { free, market, terms } = facts
  const position = FixedPoint.isZero(free) ? undefined : free
  const request = yield* Effect.fromResult(intent.request)
  const marketOf: DryRun.Options["marketOf"] = () => ({ terms, position: position ?? FixedPoint.countUnsafe("0") })
  const unsent = yield* requestOf(connected, Orders.place(intent), marketOf)
  const cost = unsent.cost?.orders[0]
  const preview: Preview = {
    requests: [unsent],
    json: {
      client_order_id: request.client_order_id,
      action: spoken.action,
      outcome_side: spoken.outcome,
      ticker: market.ticker,
      count: spoken.count,
      yes_price: request.price,
      no_price: complement(FixedPoint.dollarsUnsafe(request.price)),
      book_side: request.side,
      subaccount: connected.subaccount ?? null,
      market_status: market.status,
      yes_bid_dollars: market.yes_bid_dollars,
      yes_ask_dollars: market.yes_ask_dollars,
      position_fp: facts.position,
      available_cash_dollars: facts.cash ?? null,
      cost: cost === undefined ? null : costJson(cost),
      cost_unknown_because: unsent.cost?.unknownBecause ?? null
    },
    human: (screen) => ({
      text: screen.paint("bold", describeOrder(spoken)),
      fields: [
        ["market", marketWords(facts)],
        ["now", quoteWords(facts, spoken.outcome)],
        ["book", bookWords(request)],
        ["order", orderWords(request)],
        ["position", `${positionWords(facts)} in the ${subaccountName(connected.subaccount)}`],
        ["careful", cost === undefined ? undefined : oversoldWords(spoken, facts, cost)],
        ...(cost === undefined
          ? [["cost", `unknown: ${unsent.cost?.unknownBecause}`] as const]
          : costFields(cost, request)),
        ["cash", facts.cash === undefined ? undefined : `${facts.cash} available`],
        ["id", request.client_order_id]
      ]
    })
  }
  return preview
})
