/**
 * Takers: they trade with the orders of others, rest own orders for a short time, and cancel own orders.
 *
 * @module
 */
import { atOrAbove, atOrBelow } from "./grid.ts"
import type { Random } from "./random.ts"
import {
  buyProbability,
  type Crowd,
  fairPrice,
  levelsOfMarket,
  maxPosition,
  placeOrder,
  restingOf,
  topOf
} from "./traders.ts"

/** The probability that a taker is informed: it knows the market's fair price. All other takers trade at random. */
const informed = 0.35

/**
 * An informed taker trades only if the best price is better than the fair price by more than this, in ten-thousandths
 * of a dollar.
 */
const edge = 100

/** A taker that is not informed trades up to this far beyond the best price, in ten-thousandths of a dollar. */
const slippage = 200

/** The size of an order, in hundredths of a contract: mostly small, sometimes large. */
const sizeOf = (random: Random): number => {
  const contracts = random.chance(0.15) ? 15 + random.below(85) : 1 + random.below(12)
  return contracts * 100 + (random.chance(0.1) ? random.below(100) : 0)
}

export const take = (crowd: Crowd, accountId: string, ticker: string, atMillis: number, random: Random): void => {
  const { ask, bid } = topOf(crowd, ticker, atMillis)
  const position = crowd.exchange.view(atMillis).positionCount(accountId, ticker)
  const fair = fairPrice(crowd, ticker, atMillis)
  const levels = levelsOfMarket(crowd, ticker, atMillis)
  const buys = random.chance(buyProbability(position))
  const count = sizeOf(random)
  if (random.chance(informed)) {
    const side = ask !== 0 && ask + edge < fair ? "bid" : bid - edge > fair ? "ask" : undefined
    // The order's price is halfway between the best price and the fair price.
    const price = side === "bid" ? atOrBelow(levels, (ask + fair) / 2) : atOrAbove(levels, (bid + fair) / 2)
    if (side !== undefined && price !== undefined && Math.abs(position) < maxPosition) {
      placeOrder(
        crowd.exchange,
        accountId,
        { ticker, side, price, count, timeInForce: "immediate_or_cancel" },
        atMillis
      )
    }
    return
  }
  const side = buys ? "bid" : "ask"
  const price = buys ? atOrBelow(levels, ask + slippage) : atOrAbove(levels, bid - slippage)
  if (price !== undefined && (buys ? ask : bid) !== 0) {
    placeOrder(crowd.exchange, accountId, { ticker, side, price, count, timeInForce: "immediate_or_cancel" }, atMillis)
  }
}

/** Rests an order at the best price or inside the spread. The order has an expiry. */
export const rest = (crowd: Crowd, accountId: string, ticker: string, atMillis: number, random: Random): void => {
  const { ask, bid } = topOf(crowd, ticker, atMillis)
  const levels = levelsOfMarket(crowd, ticker, atMillis)
  const buys = random.chance(buyProbability(crowd.exchange.view(atMillis).positionCount(accountId, ticker)))
  const inside = buys ? atOrAbove(levels, bid + 1) : atOrBelow(levels, ask - 1)
  const improves = random.chance(0.4) && inside !== undefined && bid < inside && inside < ask
  const price = improves ? inside : buys ? bid : ask
  if (bid !== 0 && ask !== 0) {
    placeOrder(
      crowd.exchange,
      accountId,
      {
        ticker,
        side: buys ? "bid" : "ask",
        price,
        count: sizeOf(random),
        timeInForce: "good_till_canceled",
        postOnly: true,
        expirationSeconds: Math.ceil(atMillis / 1_000) + 20 + random.below(100)
      },
      atMillis
    )
  }
}

export const cancel = ({ exchange }: Crowd, accountId: string, atMillis: number, random: Random): void => {
  const order = random.of(restingOf(exchange, accountId, undefined, atMillis))
  if (order !== undefined) {
    const { orderId, ticker: marketTicker } = order
    const target = { orderId, subaccount: 0, exchangeIndex: -1, marketTicker }
    exchange.execute({ type: "cancelOrder", accountId, target }, atMillis)
  }
}
