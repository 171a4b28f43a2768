/**
 * The backing of a subaccount's resting orders: held contracts, and reserved money.
 *
 * Held contracts cover the oldest orders of the closing side first. Only the uncovered contracts of an order reserve
 * money, for their price and their fee.
 *
 * Apart from rounded or raised fees, no fill costs more than its reservation: a closing fill returns one dollar per
 * contract. An order that loses its cover because of that fill needs at most one dollar per contract.
 *
 * @module
 */
import { dollar } from "../decimal.ts"
import { feeDown } from "../money/fees.ts"
import type { OrderState, OwnSide, PositionState } from "../state.ts"

export const makeOwnSide = (): OwnSide => ({
  first: undefined,
  last: undefined,
  boundary: undefined,
  restingCount: 0,
  coveredCount: 0
})

/** The YES price for a bid, one dollar minus the YES price for an ask. */
export const ownPrice = (order: { readonly side: "bid" | "ask"; readonly price: number }): number =>
  order.side === "bid" ? order.price : dollar - order.price

const closable = (position: PositionState, side: "bid" | "ask"): number =>
  Math.max(0, side === "ask" ? position.count : -position.count)

const moneyFor = (side: "bid" | "ask", price: number, feeRate: number, uncovered: number): number =>
  uncovered === 0 ? 0 : uncovered * ownPrice({ side, price }) + feeDown(feeRate, uncovered, price)

/** The money that a new order needs. Assumes that the subaccount's other orders are covered first. */
export const moneyNeeded = (
  position: PositionState,
  side: "bid" | "ask",
  price: number,
  count: number,
  feeRate: number
): number => {
  const spare = closable(position, side) - position[side].coveredCount
  return moneyFor(side, price, feeRate, Math.max(0, count - spare))
}

/** The additional money that the changed order needs. Assumes that the subaccount's other orders are covered first. */
export const moneyNeededToChange = (order: OrderState, price: number, count: number, feeRate: number): number => {
  const { position } = order
  const side = position[order.side]
  // Without this order, the next orders are covered instead, and their reservation is freed.
  let cover = order.coveredCount
  let freed = order.reservedMicros
  for (let other = side.boundary; cover > 0 && other !== undefined; other = other.ownNext) {
    if (other === order) {
      continue
    }
    const uncovered = other.remainingCount - other.coveredCount
    const moved = Math.min(uncovered, cover)
    cover -= moved
    freed += other.reservedMicros - moneyFor(other.side, other.price, other.feeRate, uncovered - moved)
  }
  const spare = closable(position, order.side) - (side.coveredCount - cover)
  return moneyFor(order.side, price, feeRate, Math.max(0, count - spare)) - freed
}

export const reserve = (order: OrderState): void => {
  const needed = moneyFor(order.side, order.price, order.feeRate, order.remainingCount - order.coveredCount)
  const { holding } = order.position
  holding.cashMicros += order.reservedMicros - needed
  holding.collateralMicros += needed - order.reservedMicros
  order.reservedMicros = needed
}

export const enter = (order: OrderState): void => {
  const side = order.position[order.side]
  order.ownPrevious = side.last
  if (side.last === undefined) {
    side.first = order
  } else {
    side.last.ownNext = order
  }
  side.last = order
  side.boundary ??= order
  side.restingCount += order.remainingCount
  cover(order.position, order.side)
  reserve(order)
}

export const leave = (order: OrderState): void => {
  const side = order.position[order.side]
  if (order.ownPrevious === undefined) {
    side.first = order.ownNext
  } else {
    order.ownPrevious.ownNext = order.ownNext
  }
  if (order.ownNext === undefined) {
    side.last = order.ownPrevious
  } else {
    order.ownNext.ownPrevious = order.ownPrevious
  }
  if (side.boundary === order) {
    side.boundary = order.ownNext
  }
  side.restingCount -= order.remainingCount
  side.coveredCount -= order.coveredCount
  order.ownPrevious = order.ownNext = undefined
  order.coveredCount = 0
  const { holding } = order.position
  holding.cashMicros += order.reservedMicros
  holding.collateralMicros -= order.reservedMicros
  order.reservedMicros = 0
  cover(order.position, order.side)
}

/** Adjusts the backing of an order whose remaining count the caller has reduced by `count`. */
export const shrink = (order: OrderState, count: number): void => {
  const side = order.position[order.side]
  side.restingCount -= count
  const lost = Math.max(0, order.coveredCount - order.remainingCount)
  order.coveredCount -= lost
  side.coveredCount -= lost
  if (side.boundary === order && order.coveredCount === order.remainingCount) {
    side.boundary = order.ownNext
  }
  cover(order.position, order.side)
  reserve(order)
}

/**
 * Covers as many contracts of a side as the position can close. Covers the oldest orders first, and uncovers them last.
 */
export const cover = (position: PositionState, name: "bid" | "ask"): void => {
  const side = position[name]
  const target = Math.min(closable(position, name), side.restingCount)
  while (side.coveredCount < target) {
    const order = side.boundary! // as long as the target is not reached, some order is not fully covered
    const count = Math.min(target - side.coveredCount, order.remainingCount - order.coveredCount)
    order.coveredCount += count
    side.coveredCount += count
    if (order.coveredCount === order.remainingCount) {
      side.boundary = order.ownNext
    }
    reserve(order)
  }
  while (side.coveredCount > target) {
    const order = lastCovered(side)
    const count = Math.min(side.coveredCount - target, order.coveredCount)
    order.coveredCount -= count
    side.coveredCount -= count
    side.boundary = order
    reserve(order)
  }
}

/** Returns the newest order with covered contracts. The side must have at least one covered contract. */
const lastCovered = (side: OwnSide): OrderState => {
  const { boundary } = side
  if (boundary === undefined) {
    return side.last!
  }
  return boundary.coveredCount > 0 ? boundary : boundary.ownPrevious!
}
