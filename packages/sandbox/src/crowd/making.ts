/**
 * On each side of a market's value, a maker rests a ladder: several orders at different prices. The maker moves its
 * ladders as the value moves.
 *
 * @module
 */
import type { Order } from "../exchange/Entities.ts"
import { atOrAbove, atOrBelow, type Levels } from "./grid.ts"
import { hashOf, type Random, unitOf } from "./random.ts"
import { type Crowd, fairPrice, levelsOfMarket, maxPosition, placeOrder, restingOf, topOf } from "./traders.ts"

/** The maximum number of orders of one maker on each side of a market. */
const ladderLength = 3

/** The distance between the prices of a ladder, in ten-thousandths of a dollar. */
const ladderStep = 100

/**
 * A maker shifts its prices so that its position shrinks. At a position of `shiftedPosition` hundredths of a contract,
 * the shift reaches its maximum of `maxShift` ten-thousandths of a dollar.
 */
const maxShift = 150
const shiftedPosition = 200_000

/**
 * A maker trades with an order whose price is better than the maker's own by more than this, in ten-thousandths of a
 * dollar.
 */
const staleness = 100

/** Half of a maker's spread, in ten-thousandths of a dollar. The spread is wider if the value moves faster. */
export const halfSpreadOf = ({ markets, seed }: Crowd, accountId: string, ticker: string, atMillis: number): number =>
  60 + 60 * unitOf(hashOf(seed, accountId, ticker)) + Math.min(180, markets.volatility(ticker, atMillis) * 20_000)

const ladderOf = (levels: Levels, side: "bid" | "ask", best: number): ReadonlyArray<number> => {
  const prices: Array<number> = []
  let next = best
  for (let index = 0; index < ladderLength; index++) {
    const price = side === "bid" ? atOrBelow(levels, next) : atOrAbove(levels, next)
    if (price === undefined) {
      break
    }
    prices.push(price)
    next = side === "bid" ? price - ladderStep : price + ladderStep
  }
  return prices
}

/**
 * Amends orders that are almost filled or too far from the maker's prices, adds missing orders, and cancels surplus
 * orders.
 */
export const quote = (crowd: Crowd, accountId: string, ticker: string, atMillis: number, random: Random): void => {
  const { exchange } = crowd
  const position = exchange.view(atMillis).positionCount(accountId, ticker)
  const own = restingOf(exchange, accountId, ticker, atMillis)
  const bids = own.filter(({ side }) => side === "bid").sort((left, right) => right.price - left.price)
  const asks = own.filter(({ side }) => side === "ask").sort((left, right) => left.price - right.price)
  const shift = Math.min(Math.max(-position / shiftedPosition, -1), 1) * maxShift
  const fair = fairPrice(crowd, ticker, atMillis) + shift
  const half = halfSpreadOf(crowd, accountId, ticker, atMillis)
  const move = (side: "bid" | "ask", orders: ReadonlyArray<Order>) => {
    // A maker with a full position only reduces it.
    const isFull = side === "bid" ? position >= maxPosition : position <= -maxPosition
    const best = isFull
      ? undefined
      : bestPrice(crowd, ticker, atMillis, side, side === "bid" ? fair - half : fair + half)
    const prices = best === undefined ? [] : ladderOf(levelsOfMarket(crowd, ticker, atMillis), side, best)
    moveLadder(crowd, accountId, ticker, atMillis, random, side, orders, prices)
  }
  // The maker moves one side after the other, first the side toward which the value moves. So its orders never cross
  // each other.
  if (fair - half > (bids[0]?.price ?? 0)) {
    move("ask", asks)
    move("bid", bids)
  } else {
    move("bid", bids)
    move("ask", asks)
  }
}

/**
 * Returns the wanted price if an order at this price would not trade immediately, or if it would trade with an order
 * whose price is better than the wanted price by more than `staleness`. Otherwise returns the closest price that does
 * not trade immediately.
 */
const bestPrice = (
  crowd: Crowd,
  ticker: string,
  atMillis: number,
  side: "bid" | "ask",
  price: number
): number | undefined => {
  const levels = levelsOfMarket(crowd, ticker, atMillis)
  const wanted = Math.min(Math.max(price, levels[0] ?? 0), levels.at(-1) ?? 0)
  const { ask, bid } = topOf(crowd, ticker, atMillis)
  return side === "bid"
    ? atOrBelow(levels, ask === 0 || ask < wanted - staleness ? wanted : Math.min(wanted, ask - 1))
    : atOrAbove(levels, bid === 0 || bid > wanted + staleness ? wanted : Math.max(wanted, bid + 1))
}

const moveLadder = (
  { exchange }: Crowd,
  accountId: string,
  ticker: string,
  atMillis: number,
  random: Random,
  side: "bid" | "ask",
  orders: ReadonlyArray<Order>,
  prices: ReadonlyArray<number>
): void => {
  for (let index = 0; index < Math.max(orders.length, prices.length); index++) {
    const [order, price] = [orders[index], prices[index]]
    // In hundredths of a contract. On average, orders further from the value are larger.
    const count = 100 * (5 + random.below(20)) * (index + 1)
    if (order === undefined && price !== undefined) {
      placeOrder(exchange, accountId, { ticker, side, price, count, timeInForce: "good_till_canceled" }, atMillis)
    } else if (order !== undefined && price === undefined) {
      const target = { orderId: order.orderId, subaccount: 0, exchangeIndex: -1, marketTicker: ticker }
      exchange.execute({ type: "cancelOrder", accountId, target }, atMillis)
    } else if (order !== undefined && price !== undefined && !isGood(order, price, index)) {
      const { orderId } = order
      exchange.execute(
        {
          type: "amendOrder",
          accountId,
          order: {
            orderId,
            subaccount: 0,
            exchangeIndex: -1,
            ticker,
            side,
            price,
            count: order.fillCount + count,
            clientOrderId: undefined,
            updatedClientOrderId: undefined,
            expirationSeconds: undefined
          }
        },
        atMillis
      )
    }
  }
}

/**
 * The first order of a ladder must have the wanted price. The other orders must only be close to their wanted prices.
 */
const isGood = ({ price, remainingCount }: Order, wanted: number, index: number): boolean =>
  Math.abs(price - wanted) <= index * (ladderStep / 2) && remainingCount >= 100
