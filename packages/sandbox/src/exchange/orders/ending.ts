/**
 * How orders end.
 *
 * @module
 */
import type { CancelReason } from "../Entities.ts"
import { leave } from "./backing.ts"
import { noteHolding } from "../money/ledger.ts"
import { unschedule } from "../schedule.ts"
import { removeFromBook } from "./resting.ts"
import { touch } from "../markets/topOfBook.ts"
import { type AccountState, type MarketState, type OrderState, snapshot, type State, type OwnSide } from "../state.ts"

/** Ends an order, and releases its backing. Under `clientOrderIds: "whileResting"`, also releases its client id. */
export const end = (state: State, order: OrderState, status: "canceled" | "executed", atMillis: number): void => {
  leave(order)
  order.status = status
  order.updatedMillis = atMillis
  order.account.restingCount--
  order.account.orders.end(order)
  order.group?.resting.delete(order)
  if (order.expirationMillis !== undefined) {
    unschedule(state, { expire: order })
  }
  releaseClientOrderId(state, order)
}

export const releaseClientOrderId = (state: State, { account, clientOrderId }: OrderState): void => {
  if (clientOrderId !== undefined && state.assumptions.clientOrderIds === "whileResting") {
    account.clientOrderIds.delete(clientOrderId)
  }
}

/** Cancels an order, and returns its remaining count. Does nothing to an order that does not rest, and returns 0. */
export const cancel = (state: State, order: OrderState, reason: CancelReason, atMillis: number): number => {
  if (order.status !== "resting") {
    return 0
  }
  touch(state, order.market)
  removeFromBook(state, order)
  end(state, order, "canceled", atMillis)
  noteHolding(state, order.position.holding)
  const reducedBy = order.remainingCount
  order.remainingCount = 0
  order.cancelReason = reason
  state.emit?.({ type: "orderCanceled", order: snapshot(order), reducedBy })
  return reducedBy
}

/** Cancels first the bids and then the asks, each from the best price. */
export const cancelMarket = (
  state: State,
  market: MarketState,
  reason: CancelReason,
  atMillis: number,
  which: (order: OrderState) => boolean = () => true
): void => {
  for (const order of [...market.book.bid.orders(), ...market.book.ask.orders()].filter(which)) {
    cancel(state, order, reason, atMillis)
  }
}

/** Returns the orders of a side, oldest first. */
export const ordersOf = (side: OwnSide): Array<OrderState> => {
  const orders: Array<OrderState> = []
  for (let order = side.first; order !== undefined; order = order.ownNext) {
    orders.push(order)
  }
  return orders
}

export const restingOrders = (account: AccountState, subaccount: number | undefined): Array<OrderState> => {
  const orders: Array<OrderState> = []
  for (const holding of account.holdings.values()) {
    if (subaccount === undefined || holding.subaccount === subaccount) {
      for (const { ask, bid } of holding.positions.values()) {
        for (const side of [bid, ask]) {
          for (const order of ordersOf(side)) {
            orders.push(order)
          }
        }
      }
    }
  }
  return orders
}
