/**
 * Placing orders.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateOrder } from "../Commands.ts"
import type { Order, Refusal } from "../Entities.ts"
import { enter, moneyNeeded, reserve } from "./backing.ts"
import { contract, dollar, printCount, printPrice } from "../decimal.ts"
import { cancel } from "./ending.ts"
import { attach, noteHolding, positionOf, checkCash } from "../money/ledger.ts"
import { statusOf } from "../markets/marketView.ts"
import { canFill, crosses, match, tradeOffBook } from "./matching.ts"
import { addToBook } from "./resting.ts"
import { latestMillis } from "../times.ts"
import { touch } from "../markets/topOfBook.ts"
import { invalidOrder, invalidParameters, refusal } from "../refusals.ts"
import { schedule } from "../schedule.ts"
import {
  type AccountState,
  type GroupState,
  isSubaccount,
  type MarketState,
  type OrderState,
  type PositionState,
  snapshot,
  type State,
  checkNotPaused
} from "../state.ts"

export const place = (state: State, account: AccountState, input: CreateOrder): Result.Result<Order, Refusal> =>
  Result.map(prepare(state, account, input), (order) => {
    record(state, order)
    trade(state, order)
    return snapshot(order)
  })

/** Checks a new order, and returns it without recording it. */
export const prepare = (
  state: State,
  account: AccountState,
  input: CreateOrder
): Result.Result<OrderState, Refusal> => {
  const refused = checkRequest(account, input)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const market = marketOf(state, input)
  if (Result.isFailure(market)) {
    return Result.fail(market.failure)
  }
  const terms = checkTerms(state, market.success, input)
  if (terms !== undefined) {
    return Result.fail(terms)
  }
  const group = groupOf(state, account, market.success, input)
  if (Result.isFailure(group)) {
    return Result.fail(group.failure)
  }
  const order = makeOrder(state, account, market.success, group.success, input)
  order.feeRate = feeRateOf(state, order)
  const execution = checkExecution(state, order, input)
  return execution === undefined ? Result.succeed(order) : Result.fail(execution)
}

/** The checks that do not need the market. */
const checkRequest = (account: AccountState, input: CreateOrder): Refusal | undefined => {
  if (!isSubaccount(input.subaccount)) {
    return invalidParameters("subaccount must be 0 to 63")
  }
  return input.clientOrderId !== undefined && account.clientOrderIds.has(input.clientOrderId)
    ? refusal("conflict", "order_already_exists")
    : undefined
}

/** Refuses an order while the exchange or its trading is paused on the market's shard. */
export const checkTrading = (
  state: State,
  { exchangeIndex }: Pick<MarketState, "exchangeIndex">
): Refusal | undefined =>
  checkNotPaused(state, exchangeIndex) ??
  (state.tradingActive[exchangeIndex] === false ? refusal("conflict", "trading_is_paused") : undefined)

/** Finds the market of an order. If the order names a shard other than -1, the market must be on that shard. */
const marketOf = (state: State, input: CreateOrder): Result.Result<MarketState, Refusal> => {
  const market = state.markets.get(input.ticker)
  const shard = input.exchangeIndex ?? -1
  if (market === undefined || (shard !== -1 && shard !== market.exchangeIndex)) {
    return Result.fail(
      checkNotPaused(state, shard === -1 ? market?.exchangeIndex : shard) ?? refusal("notFound", "market_not_found")
    )
  }
  const refused = checkTrading(state, market) ?? checkActive(state, market)
  return refused === undefined ? Result.succeed(market) : Result.fail(refused)
}

/** Refuses an order while the market does not trade. */
export const checkActive = (state: State, market: MarketState): Refusal | undefined =>
  statusOf(state, market) === "active"
    ? undefined
    : refusal("invalid", "MARKET_INACTIVE", "the market does not trade at this time")

const checkTerms = (state: State, market: MarketState, input: CreateOrder): Refusal | undefined => {
  const refused = checkCountAndPrice(state, market, input.count, input.price)
  if (refused !== undefined) {
    return refused
  }
  if (input.expirationSeconds !== undefined) {
    if (input.timeInForce !== "good_till_canceled") {
      return invalidOrder("expiration_time requires good_till_canceled")
    }
    const expired = checkExpiration(state, input.expirationSeconds)
    if (expired !== undefined) {
      return expired
    }
  }
  if (input.postOnly && input.timeInForce !== "good_till_canceled") {
    return invalidOrder("post_only requires good_till_canceled")
  }
  if (input.reduceOnly && input.timeInForce !== "immediate_or_cancel") {
    return invalidOrder("reduce_only requires immediate_or_cancel")
  }
  return undefined
}

export const checkCountAndPrice = (
  state: State,
  market: MarketState,
  count: number,
  price: number
): Refusal | undefined => {
  const largest = state.assumptions.maxOrderContracts * contract
  if (!Number.isInteger(count) || count <= 0 || count > largest) {
    return refusal("invalid", "invalid_order_size", `count must be 0.01 to ${printCount(largest)}`)
  }
  if (price <= 0 || price >= dollar) {
    return refusal("invalid", "invalid_price", `the price ${printPrice(price)} is not between 0 and 1 dollar`)
  }
  return isOnGrid(market, price)
    ? undefined
    : invalidOrder(`the price ${printPrice(price)} is not a price level of ${market.ticker}`)
}

export const checkExpiration = (state: State, seconds: number): Refusal | undefined =>
  seconds * 1_000 <= state.nowMillis
    ? invalidOrder("expiration_time is in the past")
    : seconds * 1_000 > latestMillis
      ? invalidOrder("expiration_time is after the year 9999")
      : undefined

const isOnGrid = (market: MarketState, price: number): boolean =>
  Number.isInteger(price) &&
  market.grid.some(({ end, start, step }) => price >= start && price <= end && (price - start) % step === 0)

const groupOf = (
  state: State,
  account: AccountState,
  market: MarketState,
  input: CreateOrder
): Result.Result<GroupState | undefined, Refusal> => {
  if (input.orderGroupId === undefined) {
    return Result.succeed(undefined)
  }
  const group = account.groups.get(input.orderGroupId.toLowerCase())
  if (group === undefined || group.subaccount !== input.subaccount || group.exchangeIndex !== market.exchangeIndex) {
    return Result.fail(invalidOrder("order group not found for this subaccount and shard"))
  }
  return group.triggered
    ? Result.fail(
        refusal("invalid", state.assumptions.triggeredGroupCode, "the order group is triggered: reset it first")
      )
    : Result.succeed(group)
}

/** The count of an order. A reduce-only order is no larger than the opposite position. */
const countOf = (position: PositionState, input: CreateOrder): number =>
  input.reduceOnly
    ? Math.min(input.count, Math.max(0, input.side === "ask" ? position.count : -position.count))
    : input.count

const makeOrder = (
  state: State,
  account: AccountState,
  market: MarketState,
  group: GroupState | undefined,
  input: CreateOrder
): OrderState => {
  const position = positionOf(account, input.subaccount, market)
  const count = countOf(position, input)
  return {
    orderId: "",
    accountId: account.accountId,
    subaccount: input.subaccount,
    clientOrderId: input.clientOrderId,
    ticker: market.ticker,
    exchangeIndex: market.exchangeIndex,
    side: input.side,
    price: input.price,
    initialCount: count,
    fillCount: 0,
    remainingCount: count,
    status: "resting",
    cancelReason: undefined,
    timeInForce: input.timeInForce,
    selfTradePrevention: input.selfTradePrevention,
    postOnly: input.postOnly,
    cancelOnPause: input.cancelOnPause,
    orderGroupId: group?.groupId,
    expirationMillis: input.expirationSeconds === undefined ? undefined : input.expirationSeconds * 1_000,
    createdMillis: state.nowMillis,
    updatedMillis: state.nowMillis,
    takerCostMicros: 0,
    makerCostMicros: 0,
    takerFeesMicros: 0,
    makerFeesMicros: 0,
    reservedMicros: 0,
    account,
    market,
    position,
    group,
    listIndex: -1,
    lastFill: -1,
    level: undefined,
    arrival: 0,
    previous: undefined,
    next: undefined,
    ownPrevious: undefined,
    ownNext: undefined,
    coveredCount: 0,
    feeRate: market.makerRate,
    carriedMicros: 0
  }
}

/**
 * The rate of the fee to reserve for an arriving order: the taker's rate if it would only trade, the maker's rate if it
 * would only rest, and the higher rate if it would do both.
 */
export const feeRateOf = (state: State, order: OrderState): number => {
  const { makerRate, takerRate } = order.market
  return crosses(order.market, order.side, order.price) &&
    (makerRate <= takerRate || order.timeInForce !== "good_till_canceled" || canFill(state, order))
    ? takerRate
    : makerRate
}

const checkExecution = (state: State, order: OrderState, input: CreateOrder): Refusal | undefined => {
  const { account, initialCount, market, position, price, side } = order
  if (initialCount === 0) {
    return invalidOrder("reduce_only requires a position to reduce")
  }
  if (input.postOnly && crosses(market, side, price)) {
    return invalidOrder("post only cross")
  }
  if (account.restingCount >= state.assumptions.maxRestingOrders) {
    return refusal(
      "invalid",
      "bad_request",
      `the account has its maximum of ${state.assumptions.maxRestingOrders} open orders`
    )
  }
  return (
    checkCash(state, position.holding.cashMicros, moneyNeeded(position, side, price, initialCount, order.feeRate)) ??
    (order.timeInForce === "fill_or_kill" && !canFill(state, order)
      ? refusal("conflict", "fill_or_kill_insufficient_resting_volume")
      : undefined)
  )
}

/** Fills the two orders of a block trade with each other. The caller must have checked that both parties can pay. */
export const placeBlock = (
  state: State,
  market: MarketState,
  maker: BlockOrder,
  taker: BlockOrder
): { readonly maker: Order; readonly taker: Order } => {
  const orderOf = ({ account, ...terms }: BlockOrder): OrderState =>
    makeOrder(state, account, market, undefined, {
      ...terms,
      ticker: market.ticker,
      clientOrderId: state.ids.next(),
      timeInForce: "fill_or_kill",
      selfTradePrevention: "taker_at_cross",
      expirationSeconds: undefined,
      postOnly: false,
      reduceOnly: false,
      cancelOnPause: false,
      orderGroupId: undefined,
      exchangeIndex: undefined
    })
  const [makerOrder, takerOrder] = [orderOf(maker), orderOf(taker)]
  takerOrder.feeRate = market.takerRate
  record(state, makerOrder)
  record(state, takerOrder)
  tradeOffBook(state, makerOrder, takerOrder)
  return { maker: snapshot(makerOrder), taker: snapshot(takerOrder) }
}

export interface BlockOrder {
  readonly account: AccountState
  readonly subaccount: number
  readonly side: "bid" | "ask"
  readonly price: number
  readonly count: number
}

/** Records an order that has passed the checks, and reserves its money. */
export const record = (state: State, order: OrderState): void => {
  const { account, group } = order
  order.orderId = state.ids.next()
  state.orders.set(order.orderId, order)
  account.orders.add(order)
  account.subtrader?.member.fcm?.orders.push(order)
  account.restingCount++
  if (order.clientOrderId !== undefined) {
    account.clientOrderIds.set(order.clientOrderId, order)
  }
  group?.resting.add(order)
  group?.placed.push(order)
  attach(order.position)
  enter(order)
  noteHolding(state, order.position.holding)
  state.emit?.({ type: "orderAccepted", orderId: order.orderId, ticker: order.ticker, order: snapshot(order) })
}

/** Matches a recorded order. Its remainder then rests or is canceled. */
export const trade = (state: State, order: OrderState): void => {
  match(state, order)
  if (order.status === "resting") {
    rest(state, order)
  }
}

/** Puts the remainder of an order on the book, or cancels it if it must not rest. */
export const rest = (state: State, order: OrderState): void => {
  if (order.timeInForce !== "good_till_canceled") {
    cancel(state, order, "immediateOrCancel", state.nowMillis)
    return
  }
  if (isCancelledOnArrival(state, order)) {
    cancel(state, order, "requested", state.nowMillis)
    return
  }
  touch(state, order.market)
  addToBook(state, order)
  if (order.feeRate !== order.market.makerRate) {
    order.feeRate = order.market.makerRate
    reserve(order)
  }
  expireLater(state, order)
}

export const expireLater = (state: State, order: OrderState): void => {
  if (order.expirationMillis !== undefined) {
    schedule(state, order.expirationMillis, { expire: order })
  }
}

/** Whether a recent cancel-all also cancels this order. */
const isCancelledOnArrival = (state: State, { account, subaccount }: OrderState): boolean =>
  account.cancelledOnArrivalUntil.size > 0 &&
  [account.cancelledOnArrivalUntil.get("all"), account.cancelledOnArrivalUntil.get(subaccount)].some(
    (until) => until !== undefined && state.nowMillis < until
  )
