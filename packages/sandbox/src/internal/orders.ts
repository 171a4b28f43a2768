/**
 * Placing, cancelling and reading orders.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CancelOrder, CreateOrder, ListOrders, Order, OrderPage, Refusal } from "../Exchange.ts"
import { contract, dollar, printCount, printPrice } from "./decimal.ts"
import { canFill, crosses, match } from "./matching.ts"
import {
  type AccountState,
  cancel as cancelOrder,
  type GroupState,
  invalidParameters,
  isSubaccount,
  type MarketState,
  notFound,
  type OrderState,
  refusal,
  snapshot,
  type State,
  whilePaused
} from "./state.ts"

const invalidOrder = (details: string): Refusal => refusal("invalid", "invalid_order", details)

/** Places an order: checks it, fills it as far as the book goes, and rests or cancels what remains. */
export const place = (state: State, account: AccountState, input: CreateOrder): Result.Result<Order, Refusal> => {
  const early = whilePaused(state) ?? checkRequest(state, account, input)
  if (early !== undefined) {
    return Result.fail(early)
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
  const execution = checkExecution(state, order, input)
  return execution === undefined ? Result.succeed(snapshot(accept(state, order))) : Result.fail(execution)
}

/** What can be said about an order before its market is known. */
const checkRequest = (state: State, account: AccountState, input: CreateOrder): Refusal | undefined => {
  if (!state.tradingActive) {
    return refusal("conflict", "trading_is_paused")
  }
  if (!isSubaccount(input.subaccount)) {
    return invalidParameters("subaccount must be 0 to 63")
  }
  return input.clientOrderId !== undefined && account.clientOrderIds.has(input.clientOrderId)
    ? refusal("conflict", "order_already_exists")
    : undefined
}

/** Writes an admitted order down, matches it, and decides what becomes of its rest. */
const accept = (state: State, order: OrderState): OrderState => {
  const { account, group } = order
  order.orderId = state.nextId()
  state.orders.set(order.orderId, order)
  account.orders.push(order)
  if (order.clientOrderId !== undefined) {
    account.clientOrderIds.set(order.clientOrderId, order)
  }
  group?.resting.add(order)
  group?.placed.push(order)
  state.emit?.({ type: "orderAccepted", atMillis: state.nowMillis, orderId: order.orderId, ticker: order.ticker })
  match(state, order)
  if (order.status === "resting") {
    if (order.timeInForce === "good_till_canceled") {
      order.market.book[order.side].add(order)
      if (order.expirationMillis !== undefined) {
        state.timers.add(order.expirationMillis, { expire: order })
      }
    } else {
      cancelOrder(state, order, "immediateOrCancel", state.nowMillis)
    }
  }
  return order
}

/** The market an order is for, on the shard it names: -1 and none at all route by the ticker. */
const marketOf = (state: State, input: CreateOrder): Result.Result<MarketState, Refusal> => {
  const market = state.markets.get(input.ticker)
  const shard = input.exchangeIndex ?? -1
  if (market === undefined || (shard !== -1 && shard !== market.exchangeIndex)) {
    return Result.fail(refusal("notFound", "market_not_found"))
  }
  return state.nowMillis >= market.openMillis && state.nowMillis < market.closeMillis
    ? Result.succeed(market)
    : Result.fail(refusal("invalid", "MARKET_INACTIVE", "the market does not trade at this time"))
}

/** What an order says about itself, against its market. */
const checkTerms = (state: State, market: MarketState, input: CreateOrder): Refusal | undefined => {
  const largest = state.assumptions.maxOrderContracts * contract
  if (!Number.isInteger(input.count) || input.count <= 0 || input.count > largest) {
    return refusal("invalid", "invalid_order_size", `count must be 0.01 to ${printCount(largest)}`)
  }
  if (!isOnGrid(market, input.price)) {
    return invalidOrder(`the price ${printPrice(input.price)} is not one of ${market.ticker}'s price levels`)
  }
  if (input.expirationSeconds !== undefined) {
    if (input.timeInForce !== "good_till_canceled") {
      return invalidOrder("expiration_time goes with good_till_canceled only")
    }
    if (input.expirationSeconds * 1_000 <= state.nowMillis) {
      return invalidOrder("expiration_time is in the past")
    }
    if (input.expirationSeconds > latestSeconds) {
      return invalidOrder("expiration_time is after the year 9999")
    }
  }
  if (input.postOnly && input.timeInForce !== "good_till_canceled") {
    return invalidOrder("post_only goes with good_till_canceled only")
  }
  if (input.reduceOnly && input.timeInForce !== "immediate_or_cancel") {
    return invalidOrder("reduce_only goes with immediate_or_cancel only")
  }
  return undefined
}

/** The last second that RFC 3339 can write. */
const latestSeconds = 253_402_300_799

const isOnGrid = (market: MarketState, price: number): boolean =>
  Number.isInteger(price) &&
  price > 0 &&
  price < dollar &&
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

/** How much an order is for: one that may only reduce is no larger than the position it goes against. */
const countOf = (account: AccountState, input: CreateOrder): number => {
  if (!input.reduceOnly) {
    return input.count
  }
  const position = account.holdings.get(input.subaccount)?.positions.get(input.ticker) ?? 0
  return Math.min(input.count, Math.max(0, input.side === "ask" ? position : -position))
}

const makeOrder = (
  state: State,
  account: AccountState,
  market: MarketState,
  group: GroupState | undefined,
  input: CreateOrder
): OrderState => {
  const count = countOf(account, input)
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
    cancelOnPause: input.cancelOnPause,
    orderGroupId: group?.groupId,
    expirationMillis: input.expirationSeconds === undefined ? undefined : input.expirationSeconds * 1_000,
    createdMillis: state.nowMillis,
    updatedMillis: state.nowMillis,
    takerCostMicros: 0,
    makerCostMicros: 0,
    takerFeesMicros: 0,
    makerFeesMicros: 0,
    account,
    market,
    group,
    level: undefined,
    previous: undefined,
    next: undefined
  }
}

/** What an order says about how it may be filled, against the position and the book. */
const checkExecution = (state: State, order: OrderState, input: CreateOrder): Refusal | undefined => {
  if (order.initialCount === 0) {
    return invalidOrder("reduce_only: there is no position to reduce")
  }
  if (input.postOnly && crosses(order)) {
    return invalidOrder("post only cross")
  }
  return order.timeInForce === "fill_or_kill" && !canFill(state, order)
    ? refusal("conflict", "fill_or_kill_insufficient_resting_volume")
    : undefined
}

/** Cancels a resting order. One that no longer rests is not found: cancelling twice changes nothing. */
export const cancel = (
  state: State,
  account: AccountState,
  input: CancelOrder
): Result.Result<{ readonly order: Order; readonly reducedBy: number }, Refusal> => {
  const paused = whilePaused(state)
  if (paused !== undefined) {
    return Result.fail(paused)
  }
  const order = ownOrder(state, account, input.orderId)
  if (
    order === undefined ||
    order.status !== "resting" ||
    order.subaccount !== input.subaccount ||
    order.exchangeIndex !== shardOf(state, input)
  ) {
    return Result.fail(notFound)
  }
  const reducedBy = cancelOrder(state, order, "requested", state.nowMillis)
  return Result.succeed({ order: snapshot(order), reducedBy })
}

/** An order id does not tell its shard: the market's ticker does, else it is the one named, else shard 0. */
const shardOf = (state: State, input: CancelOrder): number | undefined =>
  input.exchangeIndex === undefined || input.exchangeIndex === -1
    ? input.marketTicker === undefined
      ? input.exchangeIndex === -1
        ? undefined
        : 0
      : state.markets.get(input.marketTicker)?.exchangeIndex
    : input.exchangeIndex

const ownOrder = (state: State, account: AccountState, orderId: string): OrderState | undefined => {
  const order = state.orders.get(orderId.toLowerCase())
  return order?.account === account ? order : undefined
}

export const get = (state: State, account: AccountState, orderId: string): Result.Result<Order, Refusal> => {
  const order = ownOrder(state, account, orderId)
  return order === undefined ? Result.fail(notFound) : Result.succeed(snapshot(order))
}

/** Lists an account's orders, newest first. A cursor is the place of the last order given. */
export const list = (account: AccountState, query: ListOrders): Result.Result<OrderPage, Refusal> => {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > 1_000) {
    return Result.fail(invalidParameters("limit must be 1 to 1000"))
  }
  const from = query.cursor === undefined || query.cursor === "" ? account.orders.length : readCursor(query.cursor)
  if (from === undefined || from > account.orders.length) {
    return Result.fail(invalidParameters("cursor is not one that this list gave"))
  }
  const orders: Array<Order> = []
  let last = from
  for (let index = from - 1; index >= 0; index--) {
    const order = account.orders[index]!
    if (!isListed(order, query)) {
      continue
    }
    if (orders.length === query.limit) {
      return Result.succeed({ orders, cursor: printCursor(last) })
    }
    orders.push(snapshot(order))
    last = index
  }
  return Result.succeed({ orders, cursor: "" })
}

const printCursor = (place: number): string => `o${place.toString(36)}`

const readCursor = (cursor: string): number | undefined =>
  /^o[0-9a-z]{1,8}$/.test(cursor) ? parseInt(cursor.slice(1), 36) : undefined

const isListed = (order: OrderState, query: ListOrders): boolean =>
  (query.ticker === undefined || order.ticker === query.ticker) &&
  (query.eventTickers === undefined || query.eventTickers.includes(order.market.eventTicker)) &&
  (query.status === undefined || order.status === query.status) &&
  (query.subaccount === undefined || order.subaccount === query.subaccount) &&
  (query.exchangeIndex === undefined || order.exchangeIndex === query.exchangeIndex) &&
  (query.minSeconds === undefined || order.createdMillis >= query.minSeconds * 1_000) &&
  (query.maxSeconds === undefined || order.createdMillis <= query.maxSeconds * 1_000)
