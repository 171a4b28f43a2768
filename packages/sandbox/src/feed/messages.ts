/**
 * Converts events and entities of the exchange to the `msg` of a feed message.
 *
 * @module
 */
import type {
  Event,
  EventBody,
  EventFeeChange,
  Market,
  MarketEvent,
  Order,
  OrderGroup,
  Position,
  PriceLevels,
  Ticker
} from "../exchange/Entities.ts"
import { contract, dollar } from "../exchange/decimal.ts"
import { latestMillis } from "../exchange/times.ts"
import { feedStructureOf, toRanges, toStrike } from "../rest/routes/marketBodies.ts"
import { action, count, dollars, price, seconds, time } from "../rest/wire.ts"

type Body<Type extends EventBody["type"]> = Extract<Event, { readonly type: Type }>

const outcomeOf = (side: "bid" | "ask") => (side === "bid" ? "yes" : "no")

/** The price on the level's own side. With `useYesPrice`, the YES price on both sides. */
const sidePrice = (side: "bid" | "ask", yesPrice: number, useYesPrice: boolean) =>
  price(side === "bid" || useYesPrice ? yesPrice : dollar - yesPrice)

/** A change of a level. The account that caused it also receives the order's client id and subaccount. */
export const toDelta = (event: Body<"book">, marketId: string, useYesPrice: boolean, isOwn: boolean) => ({
  market_ticker: event.ticker,
  market_id: marketId,
  clock: event.clock,
  price_dollars: sidePrice(event.side, event.price, useYesPrice),
  delta_fp: count(event.delta),
  side: outcomeOf(event.side),
  ...(isOwn && event.clientOrderId !== undefined ? { client_order_id: event.clientOrderId } : undefined),
  ...(isOwn && event.subaccount !== 0 ? { subaccount: event.subaccount } : undefined),
  ts: new Date(event.atMillis).toISOString(),
  ts_ms: event.atMillis
})

/** A snapshot of a book. It has no key for a side without levels. */
export const toSnapshot = (ticker: string, marketId: string, book: PriceLevels, useYesPrice: boolean) => {
  const levels = (side: "bid" | "ask") =>
    book[side].toReversed().map(([level, resting]) => [sidePrice(side, level, useYesPrice), count(resting)])
  return {
    market_ticker: ticker,
    market_id: marketId,
    clock: book.clock,
    ...(book.bid.length === 0 ? undefined : { yes_dollars_fp: levels("bid") }),
    ...(book.ask.length === 0 ? undefined : { no_dollars_fp: levels("ask") })
  }
}

/** The fields of a ticker message without its times: see {@link tickerTimes}. */
export const toTicker = (marketId: string, market: Ticker) => ({
  market_id: marketId,
  market_ticker: market.ticker,
  price_dollars: price(market.lastPrice),
  yes_bid_dollars: price(market.bid),
  yes_ask_dollars: price(market.ask === 0 ? dollar : market.ask),
  volume_fp: count(market.volume),
  open_interest_fp: count(market.openInterest),
  dollar_volume: halfDollars(market.volume),
  dollar_open_interest: halfDollars(market.openInterest),
  yes_bid_size_fp: count(market.bidCount),
  yes_ask_size_fp: count(market.askCount),
  last_trade_size_fp: count(market.lastTradeCount)
})

/** Half a dollar for each contract, as in the document's example. Rounded down to whole dollars. */
const halfDollars = (contracts: number): number => Math.floor(contracts / (2 * contract))

export const tickerTimes = (atMillis: number) => ({ ts: seconds(atMillis), ts_ms: atMillis, time: time(atMillis) })

export const toTrade = (event: Body<"fill">) => ({
  trade_id: event.tradeId,
  market_ticker: event.ticker,
  yes_price_dollars: price(event.price),
  no_price_dollars: price(dollar - event.price),
  count_fp: count(event.count),
  taker_side: outcomeOf(event.taker.side),
  taker_outcome_side: outcomeOf(event.taker.side),
  taker_book_side: event.taker.side,
  is_block_trade: event.isBlock,
  ts: seconds(event.atMillis),
  ts_ms: event.atMillis
})

export const toFill = (event: Body<"fill">, party: "maker" | "taker") => {
  const order = event[party]
  return {
    trade_id: event.tradeId,
    order_id: order.orderId,
    ...(order.clientOrderId === undefined ? undefined : { client_order_id: order.clientOrderId }),
    market_ticker: event.ticker,
    exchange_index: order.exchangeIndex,
    is_taker: party === "taker",
    // The side of a fill is the bought outcome: selling YES is reported as `no`.
    side: outcomeOf(order.side),
    yes_price_dollars: price(event.price),
    count_fp: count(event.count),
    fee_cost: dollars(party === "maker" ? event.makerFeeMicros : event.takerFeeMicros),
    action: action(order.side),
    outcome_side: outcomeOf(order.side),
    book_side: order.side,
    purchased_side: outcomeOf(order.side),
    post_position_fp: count(party === "maker" ? event.makerPosition : event.takerPosition),
    ts: seconds(event.atMillis),
    ts_ms: event.atMillis,
    subaccount: order.subaccount
  }
}

/** The document's names of the reasons. Undefined for a new order, and for a cancel without a documented reason. */
type UpdateReason =
  | "Decrease"
  | "Amend"
  | "SelfTradeCancel"
  | "ExpiryCancel"
  | "CloseCancel"
  | "HaltCancel"
  | "Trade"
  | undefined

/** The reason of a cancel. A cancel by the order's owner, time in force or group has no documented reason. */
export const cancelReasonOf = ({ cancelReason }: Order): UpdateReason => {
  switch (cancelReason) {
    case "expired":
      return "ExpiryCancel"
    case "marketClosed":
      return "CloseCancel"
    case "paused":
    case "marketReactivated":
      return "HaltCancel"
    case "selfTrade":
      return "SelfTradeCancel"
    default:
      return undefined
  }
}

export const toUserOrder = (order: Order, reason: UpdateReason) => ({
  order_id: order.orderId,
  user_id: order.accountId,
  ticker: order.ticker,
  exchange_index: order.exchangeIndex,
  status: order.status,
  // The side of an order is the side of its request, which is always YES.
  side: "yes",
  is_yes: true,
  outcome_side: outcomeOf(order.side),
  book_side: order.side,
  yes_price_dollars: price(order.price),
  fill_count_fp: count(order.fillCount),
  remaining_count_fp: count(order.remainingCount),
  initial_count_fp: count(order.initialCount),
  taker_fill_cost_dollars: dollars(order.takerCostMicros),
  maker_fill_cost_dollars: dollars(order.makerCostMicros),
  taker_fees_dollars: dollars(order.takerFeesMicros),
  maker_fees_dollars: dollars(order.makerFeesMicros),
  client_order_id: order.clientOrderId ?? "",
  ...(order.orderGroupId === undefined ? undefined : { order_group_id: order.orderGroupId }),
  self_trade_prevention_type: order.selfTradePrevention,
  created_time: time(order.createdMillis),
  created_ts_ms: order.createdMillis,
  last_update_time: time(order.updatedMillis),
  last_updated_ts_ms: order.updatedMillis,
  ...(order.expirationMillis === undefined
    ? undefined
    : { expiration_time: time(order.expirationMillis), expiration_ts_ms: order.expirationMillis }),
  ...(reason === undefined ? undefined : { last_update_reason: reason }),
  subaccount_number: order.subaccount
})

export const toPosition = (position: Position) => ({
  user_id: position.accountId,
  market_ticker: position.ticker,
  position_fp: count(position.count),
  position_cost_dollars: dollars(position.exposureMicros),
  realized_pnl_dollars: dollars(position.realizedMicros),
  fees_paid_dollars: dollars(position.feesMicros),
  position_fee_cost_dollars: dollars(position.feesMicros),
  volume_fp: count(position.tradedCount),
  subaccount: position.subaccount
})

const groupTypes = {
  created: "created",
  triggered: "triggered",
  reset: "reset",
  deleted: "deleted",
  limitUpdated: "limit_updated"
} as const

export const toGroupUpdate = (change: keyof typeof groupTypes, group: OrderGroup, atMillis: number) => ({
  event_type: groupTypes[change],
  order_group_id: group.groupId,
  ...(change === "created" || change === "limitUpdated" ? { contracts_limit_fp: count(group.limit) } : undefined),
  ts_ms: atMillis
})

/**
 * The closing time in Unix seconds. For a market without a closing time, the last second that RFC 3339 can represent.
 */
const closeSeconds = ({ closeMillis }: Market): number => seconds(Math.min(closeMillis, latestMillis))

/** The message about a change of a market. Undefined if the change causes no message. */
export const toLifecycle = (
  change: Body<"market">["change"],
  market: Market,
  atMillis: number,
  withRanges: boolean
): object | undefined => {
  const head = { market_ticker: market.ticker }
  switch (change) {
    case "created":
      return { ...head, event_type: "created", ...toCreation(market, withRanges) }
    case "opened":
    case "reactivated":
      return { ...head, event_type: "activated", is_deactivated: false }
    case "paused":
      return { ...head, event_type: "deactivated", is_deactivated: true }
    case "closeChanged":
      return { ...head, event_type: "close_date_updated", close_ts: closeSeconds(market) }
    case "determined":
      return {
        ...head,
        event_type: "determined",
        determination_ts: seconds(atMillis),
        result: market.result ?? "",
        settlement_value: price(market.settlementValue ?? 0)
      }
    case "settled":
      return { ...head, event_type: "settled", settled_ts: seconds(atMillis) }
    default:
      return undefined
  }
}

const toCreation = (market: Market, withRanges: boolean) => ({
  exchange_index: market.exchangeIndex,
  open_ts: seconds(market.openMillis),
  close_ts: closeSeconds(market),
  price_level_structure: feedStructureOf(market),
  ...(withRanges ? { price_ranges: toRanges(market) } : undefined),
  additional_metadata: {
    name: market.title,
    title: market.title,
    yes_sub_title: market.title,
    no_sub_title: market.title,
    rules_primary: "",
    rules_secondary: "",
    can_close_early: true,
    event_ticker: market.eventTicker,
    expected_expiration_ts: closeSeconds(market),
    ...toStrike(market)
  }
})

export const toEventFeeUpdate = ({ eventTicker, override }: EventFeeChange) => ({
  event_ticker: eventTicker,
  fee_type_override: override?.feeType ?? null,
  fee_multiplier_override: override?.feeMultiplier ?? null
})

export const toEventCreation = (event: MarketEvent) => ({
  event_ticker: event.eventTicker,
  exchange_index: event.exchangeIndex,
  title: event.title,
  subtitle: event.subTitle,
  collateral_return_type: event.mutuallyExclusive ? "MECNET" : "",
  series_ticker: event.seriesTicker
})
