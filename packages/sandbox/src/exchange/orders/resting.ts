/**
 * Changes of a market's book.
 *
 * @module
 */
import type { OrderState, State } from "../state.ts"

/** Begins an action: a command or a timer. An action that changes books increments the exchange's clock once. */
export const beginAction = (state: State): void => {
  state.actionClock = state.clock + 1
}

export const addToBook = (state: State, order: OrderState): void => {
  order.market.book[order.side].add(order)
  report(state, order, order.remainingCount)
}

/** Reduces an order, which keeps its position in the queue. */
export const reduceInBook = (state: State, order: OrderState, count: number): void => {
  order.market.book[order.side].reduce(order, count)
  report(state, order, -count)
}

/** Removes an order from the book. Does nothing if the order has not reached the book. */
export const removeFromBook = (state: State, order: OrderState): void => {
  const { level } = order
  order.market.book[order.side].remove(order)
  if (level !== undefined) {
    report(state, order, -order.remainingCount, level.count)
  }
}

const report = (state: State, order: OrderState, delta: number, count = order.level!.count): void => {
  state.clock = order.market.clock = state.actionClock
  state.emit?.({
    type: "book",
    ticker: order.ticker,
    clock: state.clock,
    side: order.side,
    price: order.price,
    delta,
    count,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    accountId: order.accountId,
    subaccount: order.subaccount
  })
}
