/**
 * Price-time priority. Each trade has the price of the resting order.
 *
 * @module
 */
import type { Fill } from "../Entities.ts"
import { dollar } from "../decimal.ts"
import { recordFcmTrade } from "../fcm/trades.ts"
import { cancel, end } from "./ending.ts"
import { applyFill } from "../money/ledger.ts"
import { exceedsLimit, trigger } from "./groups.ts"
import { reduceInBook } from "./resting.ts"
import { touch } from "../markets/topOfBook.ts"
import { type GroupState, type MarketState, type OrderState, snapshot, type State } from "../state.ts"

const opposite = (market: MarketState, side: "bid" | "ask") => market.book[side === "bid" ? "ask" : "bid"]

export const crosses = (market: MarketState, side: "bid" | "ask", price: number): boolean => {
  const other = opposite(market, side)
  const best = other.best()
  return best !== undefined && other.reaches(best, price)
}

/** Whether an order would reach an order of its own account before other orders fill it completely. */
export const wouldSelfTrade = (order: OrderState, price: number, count: number): boolean => {
  const other = opposite(order.market, order.side)
  let unfilled = count
  for (const maker of other.orders()) {
    if (unfilled <= 0 || !other.reaches(maker.level!, price)) {
      return false
    }
    if (maker.account === order.account) {
      return true
    }
    unfilled -= maker.remainingCount
  }
  return false
}

/** Fills an order from the book. If a part of it remains and is not canceled, the order has the status `resting`. */
export const match = (state: State, taker: OrderState): void => {
  const side = opposite(taker.market, taker.side)
  touch(state, taker.market)
  while (taker.status === "resting") {
    const level = side.best()
    if (level === undefined || !side.reaches(level, taker.price)) {
      return
    }
    const maker = level.first!
    if (maker.account !== taker.account) {
      fill(state, maker, taker)
    } else if (taker.selfTradePrevention === "maker") {
      cancel(state, maker, "selfTrade", state.nowMillis)
    } else {
      cancel(state, taker, "selfTrade", state.nowMillis)
    }
  }
}

/** Whether {@link match} would fill an order completely. */
export const canFill = (state: State, taker: OrderState): boolean => {
  const side = opposite(taker.market, taker.side)
  const windows = new Map<GroupState, number>()
  const triggers = (group: GroupState, count: number): boolean => {
    const total = (windows.get(group) ?? group.window.total(state.nowMillis)) + count
    windows.set(group, total)
    return exceedsLimit(state, group, total)
  }
  const triggered = new Set<GroupState>()
  let unfilled = taker.remainingCount
  for (const maker of side.orders()) {
    if (!side.reaches(maker.level!, taker.price)) {
      return false
    }
    if (maker.account === taker.account) {
      if (taker.selfTradePrevention === "maker") {
        continue
      }
      return false
    }
    if (maker.group !== undefined && triggered.has(maker.group)) {
      continue
    }
    const count = Math.min(maker.remainingCount, unfilled)
    unfilled -= count
    if (unfilled === 0) {
      return true
    }
    if (maker.group !== undefined && triggers(maker.group, count)) {
      triggered.add(maker.group)
    }
    if (taker.group !== undefined && triggers(taker.group, count)) {
      return false
    }
  }
  return false
}

const fill = (state: State, maker: OrderState, taker: OrderState): void => {
  const count = Math.min(maker.remainingCount, taker.remainingCount)
  reduceInBook(state, maker, count)
  applyTrade(state, maker, taker, count, false)
}

/** Trades two orders outside the book. They must have the same count, and must not be in the book. */
export const tradeOffBook = (state: State, maker: OrderState, taker: OrderState): void => {
  const count = maker.remainingCount
  touch(state, maker.market)
  maker.remainingCount = 0
  applyTrade(state, maker, taker, count, true)
}

/** The caller must have reduced the maker's remaining count. */
const applyTrade = (state: State, maker: OrderState, taker: OrderState, count: number, isBlock: boolean): void => {
  const { market, price } = maker
  const { nowMillis } = state
  taker.remainingCount -= count
  maker.makerCostMicros += count * (maker.side === "bid" ? price : dollar - price)
  taker.takerCostMicros += count * (taker.side === "bid" ? price : dollar - price)
  const makerFee = applyFill(state, maker, count, price, market.makerRate)
  const takerFee = applyFill(state, taker, count, price, market.takerRate)
  maker.makerFeesMicros += makerFee
  taker.takerFeesMicros += takerFee
  maker.fillCount += count
  taker.fillCount += count
  maker.updatedMillis = taker.updatedMillis = nowMillis
  market.lastPrice = price
  market.volume += count
  market.event.series.volume += count
  const tradeId = state.ids.next()
  const trade = { tradeId, ticker: market.ticker, price, count, takerSide: taker.side, isBlock, atMillis: nowMillis }
  market.trades.push(trade)
  market.dayVolume += count
  state.trades.push(trade)
  maker.account.fills.add(toFill(maker, tradeId, price, count, false, makerFee, nowMillis), maker)
  taker.account.fills.add(toFill(taker, tradeId, price, count, true, takerFee, nowMillis), taker)
  if (maker.account.subtrader !== undefined || taker.account.subtrader !== undefined) {
    recordFcmTrade(trade, maker, taker, makerFee, takerFee)
  }
  if (maker.remainingCount === 0) {
    market.book[maker.side].remove(maker)
    end(state, maker, "executed", nowMillis)
  }
  if (taker.remainingCount === 0) {
    end(state, taker, "executed", nowMillis)
  }
  state.emit?.({
    type: "fill",
    tradeId,
    ticker: market.ticker,
    price,
    count,
    isBlock,
    maker: snapshot(maker),
    taker: snapshot(taker),
    makerFeeMicros: makerFee,
    takerFeeMicros: takerFee,
    makerPosition: maker.position.count,
    takerPosition: taker.position.count
  })
  // A group's limit never cuts a fill short: the group triggers after the complete fill.
  for (const { group } of [maker, taker]) {
    if (group !== undefined && exceedsLimit(state, group, group.window.add(nowMillis, count))) {
      trigger(state, group)
    }
  }
}

const toFill = (
  order: OrderState,
  tradeId: string,
  price: number,
  count: number,
  isTaker: boolean,
  feeMicros: number,
  atMillis: number
): Fill => ({
  tradeId,
  orderId: order.orderId,
  accountId: order.accountId,
  subaccount: order.subaccount,
  exchangeIndex: order.exchangeIndex,
  ticker: order.ticker,
  side: order.side,
  price,
  count,
  isTaker,
  feeMicros,
  atMillis
})
