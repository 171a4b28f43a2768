/**
 * Price-time priority: an incoming order takes the best price first and the oldest order at it, at that order's price.
 *
 * @module
 */
import { dollar } from "./decimal.ts"
import { fillFee } from "./fees.ts"
import { bookFill } from "./ledger.ts"
import { breaksLimit, trigger } from "./orderGroups.ts"
import { cancel, type GroupState, holdingOf, type OrderState, settle, snapshot, type State } from "./state.ts"

const opposite = (order: OrderState) => order.market.book[order.side === "bid" ? "ask" : "bid"]

/** Whether an order would trade, or meet its own account's order, if it came now. */
export const crosses = (order: OrderState): boolean => {
  const side = opposite(order)
  const best = side.best()
  return best !== undefined && side.reaches(best, order.price)
}

/** Fills an incoming order as far as the book goes. Afterwards it is executed, canceled, or may rest. */
export const match = (state: State, taker: OrderState): void => {
  const side = opposite(taker)
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

/** Whether {@link match} would fill an order wholly. Changes nothing. */
export const canFill = (state: State, taker: OrderState): boolean => {
  const side = opposite(taker)
  const windows = new Map<GroupState, number>()
  const triggers = (group: GroupState, count: number): boolean => {
    const total = (windows.get(group) ?? group.window.total(state.nowMillis)) + count
    windows.set(group, total)
    return breaksLimit(state, group, total)
  }
  const triggered = new Set<GroupState>()
  let wanted = taker.remainingCount
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
    const count = Math.min(maker.remainingCount, wanted)
    wanted -= count
    if (wanted === 0) {
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
  const { market, price } = maker
  const count = Math.min(maker.remainingCount, taker.remainingCount)
  const makerFee = fillFee(market.makerFeeRate, count, price)
  const takerFee = fillFee(market.takerFeeRate, count, price)

  market.book[maker.side].reduce(maker, count)
  taker.remainingCount -= count
  maker.makerCostMicros += count * (maker.side === "bid" ? price : dollar - price)
  taker.takerCostMicros += count * (taker.side === "bid" ? price : dollar - price)
  maker.makerFeesMicros += makerFee
  taker.takerFeesMicros += takerFee
  for (const [order, fee] of [
    [maker, makerFee],
    [taker, takerFee]
  ] as const) {
    order.fillCount += count
    order.updatedMillis = state.nowMillis
    bookFill(holdingOf(order.account, order.subaccount), order.ticker, order.side, count, price, fee)
  }
  const tradeId = state.nextId()
  if (maker.remainingCount === 0) {
    market.book[maker.side].remove(maker)
    settle(state, maker, "executed", state.nowMillis)
  }
  if (taker.remainingCount === 0) {
    settle(state, taker, "executed", state.nowMillis)
  }
  state.emit?.({
    type: "fill",
    atMillis: state.nowMillis,
    tradeId,
    ticker: market.ticker,
    price,
    count,
    maker: snapshot(maker),
    taker: snapshot(taker),
    makerFeeMicros: makerFee,
    takerFeeMicros: takerFee
  })
  // A fill is never cut short by a group's limit: the group triggers after the fill that takes it over.
  for (const { group } of [maker, taker]) {
    if (group !== undefined && breaksLimit(state, group, group.window.add(state.nowMillis, count))) {
      trigger(state, group)
    }
  }
}
