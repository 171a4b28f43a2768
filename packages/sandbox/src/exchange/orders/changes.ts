/**
 * Changing and canceling resting orders.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { AmendOrder, Canceled, Changed, DecreaseOrder, OrderTarget } from "../Commands.ts"
import type { Order, Refusal } from "../Entities.ts"
import { enter, leave, moneyNeededToChange, shrink } from "./backing.ts"
import { cancel as cancelOrder, releaseClientOrderId, restingOrders } from "./ending.ts"
import { noteHolding, checkCash } from "../money/ledger.ts"
import { crosses, match, wouldSelfTrade } from "./matching.ts"
import {
  checkCountAndPrice,
  checkExpiration,
  expireLater,
  feeRateOf,
  rest,
  checkActive,
  checkTrading
} from "./placing.ts"
import { reduceInBook, removeFromBook } from "./resting.ts"
import { unschedule } from "../schedule.ts"
import { touch } from "../markets/topOfBook.ts"
import { invalidOrder, invalidParameters, notFound, refusal } from "../refusals.ts"
import {
  type AccountState,
  exchangeIsPaused,
  isSubaccount,
  type OrderState,
  snapshot,
  type State,
  checkNotPaused
} from "../state.ts"

/** Cancels an order. An order that no longer rests counts as not found, so a second cancel changes nothing. */
export const cancel = (state: State, account: AccountState, target: OrderTarget): Result.Result<Canceled, Refusal> =>
  Result.map(restingOrder(state, account, target), (order) => {
    const reducedBy = cancelOrder(state, order, "requested", state.nowMillis)
    return { order: snapshot(order), reducedBy }
  })

/**
 * Cancels the resting orders of a subaccount or of the account, and returns their number. Fails, and cancels no order,
 * while shard 0 or a shard with one of the orders is paused.
 */
export const cancelAll = (
  state: State,
  account: AccountState,
  subaccount: number | undefined
): Result.Result<number, Refusal> => {
  if (subaccount !== undefined && !isSubaccount(subaccount)) {
    return Result.fail(invalidParameters("subaccount must be 0 to 63"))
  }
  const orders = restingOrders(account, subaccount)
  const paused = [0, ...orders.map(({ exchangeIndex }) => exchangeIndex)].find((shard) => !state.exchangeActive[shard])
  if (paused !== undefined) {
    return Result.fail(exchangeIsPaused)
  }
  if (state.assumptions.cancelAllMillis > 0) {
    account.cancelledOnArrivalUntil.set(subaccount ?? "all", state.nowMillis + state.assumptions.cancelAllMillis)
  }
  for (const order of orders) {
    cancelOrder(state, order, "requested", state.nowMillis)
  }
  return Result.succeed(orders.length)
}

/** Decreases an order, which keeps its position in the queue. A decrease to zero cancels the order. */
export const decrease = (state: State, account: AccountState, input: DecreaseOrder): Result.Result<Changed, Refusal> =>
  Result.flatMap(restingOrder(state, account, input), (order) => {
    const { reduceBy, reduceTo } = input
    if ((reduceBy === undefined) === (reduceTo === undefined)) {
      return Result.fail(invalidParameters("exactly one of reduce_by and reduce_to is required"))
    }
    const by = reduceBy ?? order.remainingCount - reduceTo!
    if (by < 0 || by > order.remainingCount || reduceBy === 0) {
      const details =
        "reduce_by must be more than zero, and reduce_by and reduce_to must not exceed the remaining count"
      return Result.fail(refusal("invalid", "invalid_order_size", details))
    }
    const before = snapshot(order)
    decreaseBy(state, order, by)
    return Result.succeed({ before, after: logged(state, order, "decrease") })
  })

const decreaseBy = (state: State, order: OrderState, count: number): void => {
  if (count === order.remainingCount) {
    cancelOrder(state, order, "requested", state.nowMillis)
    return
  }
  touch(state, order.market)
  reduceInBook(state, order, count)
  shrink(order, count)
  noteHolding(state, order.position.holding)
  order.updatedMillis = state.nowMillis
}

const logged = (state: State, order: OrderState, change: "amend" | "decrease"): Order => {
  const after = snapshot(order)
  if (order.status !== "canceled") {
    state.emit?.({ type: "orderChanged", change, order: after })
  }
  return after
}

/**
 * Amends an order. With a new price or a higher count, the order counts as a new arrival: it can trade immediately, and
 * its remainder goes behind the other orders at the price. With a lower count at the same price, the order keeps its
 * position in the queue. A count equal to the filled count cancels the order.
 */
export const amend = (state: State, account: AccountState, input: AmendOrder): Result.Result<Changed, Refusal> => {
  const { exchangeIndex, orderId, subaccount, ticker } = input
  const target = { orderId, subaccount, exchangeIndex: exchangeIndex ?? -1, marketTicker: ticker }
  return Result.flatMap(restingOrder(state, account, target, input), (order) => {
    const refused = checkAmend(state, order, input)
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    const before = snapshot(order)
    const remaining = input.count - order.fillCount
    rename(state, order, input.updatedClientOrderId)
    if (input.expirationSeconds !== undefined) {
      order.expirationMillis = input.expirationSeconds === 0 ? undefined : input.expirationSeconds * 1_000
      unschedule(state, { expire: order })
    }
    order.updatedMillis = state.nowMillis
    if (remaining === 0) {
      cancelOrder(state, order, "requested", state.nowMillis)
    } else if (input.price !== order.price || remaining > order.remainingCount) {
      replace(state, order, input.price, remaining)
    } else {
      if (remaining < order.remainingCount) {
        decreaseBy(state, order, order.remainingCount - remaining)
      }
      expireLater(state, order)
    }
    return Result.succeed({ before, after: logged(state, order, "amend") })
  })
}

const rename = (state: State, order: OrderState, clientOrderId: string | undefined): void => {
  if (clientOrderId !== undefined && clientOrderId !== order.clientOrderId) {
    releaseClientOrderId(state, order)
    order.clientOrderId = clientOrderId
    order.account.clientOrderIds.set(clientOrderId, order)
  }
}

const replace = (state: State, order: OrderState, price: number, remaining: number): void => {
  const { market } = order
  touch(state, market)
  removeFromBook(state, order)
  leave(order)
  order.price = price
  order.remainingCount = remaining
  order.feeRate = feeRateOf(state, order)
  enter(order)
  noteHolding(state, order.position.holding)
  match(state, order)
  if (order.status === "resting") {
    rest(state, order)
  }
}

const checkAmend = (state: State, order: OrderState, input: AmendOrder): Refusal | undefined => {
  const { account, fillCount, market, side } = order
  const { clientOrderId, count, expirationSeconds, price, updatedClientOrderId } = input
  if (input.side !== side) {
    return refusal("invalid", "order_side_mismatch")
  }
  if (clientOrderId !== undefined && clientOrderId !== order.clientOrderId) {
    return refusal("invalid", "order_id_and_client_order_id_mismatch")
  }
  if (
    updatedClientOrderId !== undefined &&
    updatedClientOrderId !== order.clientOrderId &&
    account.clientOrderIds.has(updatedClientOrderId)
  ) {
    return refusal("invalid", "order_already_exists")
  }
  const refused = checkCountAndPrice(state, market, count, price)
  if (refused !== undefined) {
    return refused
  }
  if (count < fillCount) {
    return invalidOrder("INVALID_AMEND_QTY_FOR_ORDER: count must be at least the filled count")
  }
  const expired =
    expirationSeconds === undefined || expirationSeconds === 0 ? undefined : checkExpiration(state, expirationSeconds)
  return expired ?? checkAmendedExecution(state, order, price, count - fillCount)
}

const checkAmendedExecution = (
  state: State,
  order: OrderState,
  price: number,
  remaining: number
): Refusal | undefined => {
  const { market, position, side } = order
  if (remaining === 0 || (price === order.price && remaining <= order.remainingCount)) {
    return undefined
  }
  if (order.postOnly && crosses(market, side, price)) {
    return invalidOrder("post only cross")
  }
  if (wouldSelfTrade(order, price, remaining)) {
    return invalidOrder("SELF_CROSS_ATTEMPT")
  }
  const feeRate = feeRateOf(state, { ...order, price, remainingCount: remaining })
  const needed = moneyNeededToChange(order, price, remaining, feeRate)
  return needed > 0 ? checkCash(state, position.holding.cashMicros, needed) : undefined
}

/** Finds a resting order. Fails if the searched shard is paused. For an amendment, the market must also trade. */
const restingOrder = (
  state: State,
  account: AccountState,
  target: OrderTarget,
  amended?: { readonly ticker: string }
): Result.Result<OrderState, Refusal> => {
  const order = state.orders.get(target.orderId.toLowerCase())
  const paused = checkNotPaused(state, shardOf(state, target))
  if (paused !== undefined) {
    return Result.fail(paused)
  }
  if (order?.account !== account || order.status !== "resting" || order.subaccount !== target.subaccount) {
    return Result.fail(notFound)
  }
  if (amended === undefined) {
    return order.exchangeIndex === shardOf(state, target) ? Result.succeed(order) : Result.fail(notFound)
  }
  const refused =
    amended.ticker === order.ticker
      ? order.exchangeIndex === shardOf(state, target)
        ? (checkTrading(state, order.market) ?? checkActive(state, order.market))
        : notFound
      : refusal("invalid", "order_ticker_mismatch")
  return refused === undefined ? Result.succeed(order) : Result.fail(refused)
}

/**
 * The shard in which to search for the order. If the target's shard is -1 or undefined, the target's market determines
 * it. Without a market, undefined means shard 0, and -1 finds no order.
 */
const shardOf = (state: State, { exchangeIndex, marketTicker }: OrderTarget): number | undefined =>
  exchangeIndex === undefined || exchangeIndex === -1
    ? marketTicker === undefined
      ? exchangeIndex === -1
        ? undefined
        : 0
      : state.markets.get(marketTicker)?.exchangeIndex
    : exchangeIndex
