/**
 * The accounts of the crowd, and what all traders share.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateOrder } from "../exchange/Commands.ts"
import type { Order, TopOfBook } from "../exchange/Entities.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { type Levels, levelsOf } from "./grid.ts"
import type { OwnMarkets } from "./ownMarkets.ts"
import { hashOf } from "./random.ts"

export interface Crowd {
  readonly exchange: Exchange
  readonly seed: number
  readonly markets: OwnMarkets
  /** The account ids of the makers. */
  readonly makers: ReadonlyArray<string>
  readonly takers: ReadonlyArray<string>
  /** The price levels of each market, by ticker. */
  readonly levels: Map<string, Levels>
}

/**
 * The size from which a position must not grow, in hundredths of a contract. At this size, a maker places no orders that
 * would increase the position, and a taker that knows the market's value places no orders. Quotes have their own limit.
 */
export const maxPosition = 2_000_000

/** From this size of a position (in hundredths of a contract), a taker's random order always reduces the position. */
const maxTakerPosition = 25_000

const maxMakersPerMarket = 3

/** The initial cash of a trader on a shard. */
const dollarsOf = (shard: number): number => (shard === 0 ? 1_000_000 : 250_000)

const nameOf = (number: number): string => `crowd ${number}`

/** Creates missing accounts. Cancels the orders of surplus accounts, which an earlier, larger crowd created. */
export const findTraders = (exchange: Exchange, count: number, atMillis: number): ReadonlyArray<string> => {
  const view = exchange.view(atMillis)
  const ids = new Map(view.accounts().map(({ accountId, name }) => [name, accountId]))
  for (const [name, accountId] of ids) {
    const number = /^crowd ([1-9]\d*)$/.exec(name)?.[1]
    if (number !== undefined && Number(number) > count) {
      retire(exchange, accountId, atMillis)
    }
  }
  const traders = Array.from({ length: count }, (_, index) => {
    const name = nameOf(index + 1)
    return ids.get(name) ?? createTrader(exchange, name, atMillis)
  }).filter((accountId) => accountId !== undefined)
  traders.forEach((accountId) => fund(exchange, accountId, atMillis))
  return traders
}

const retire = (exchange: Exchange, accountId: string, atMillis: number): void => {
  if (restingOf(exchange, accountId, undefined, atMillis).length > 0) {
    exchange.execute({ type: "cancelAllOrders", accountId }, atMillis)
  }
}

/**
 * Creates an account. Returns undefined if the exchange refuses it, for example because all accounts together would
 * have too much money.
 */
const createTrader = (exchange: Exchange, name: string, atMillis: number): string | undefined => {
  const created = exchange.execute({ type: "createAccount", name, dollars: String(dollarsOf(0)) }, atMillis)
  return Result.isFailure(created) ? undefined : created.success.accountId
}

/**
 * Deposits cash only on shards where the trader never had any. If the process was killed between two deposits, some
 * shards have no cash yet.
 */
const fund = (exchange: Exchange, accountId: string, atMillis: number): void => {
  const view = exchange.view(atMillis)
  const balances = Result.getOrElse(view.balances(accountId), () => [])
  const funded = new Set(balances.flatMap((balance) => (balance.subaccount === 0 ? [balance.exchangeIndex] : [])))
  for (let exchangeIndex = 0; exchangeIndex < view.shards; exchangeIndex++) {
    if (!funded.has(exchangeIndex)) {
      const dollars = String(dollarsOf(exchangeIndex))
      exchange.execute({ type: "deposit", accountId, dollars, exchangeIndex }, atMillis)
    }
  }
}

export const refill = ({ exchange, makers, takers }: Crowd, atMillis: number): void => {
  for (const accountId of [...makers, ...takers]) {
    const balances = Result.getOrElse(exchange.view(atMillis).balances(accountId), () => [])
    for (const { cashMicros, exchangeIndex, subaccount } of balances) {
      const dollars = dollarsOf(exchangeIndex)
      if (subaccount === 0 && cashMicros < (dollars * 1_000_000) / 2) {
        exchange.execute({ type: "deposit", accountId, dollars: String(dollars), exchangeIndex }, atMillis)
      }
    }
  }
}

export const makersOf = ({ makers, seed }: Crowd, ticker: string): ReadonlyArray<string> => {
  const first = hashOf(seed, "makers", ticker)
  return makers.length === 0
    ? []
    : Array.from(
        { length: Math.min(maxMakersPerMarket, makers.length) },
        (_, index) => makers[(first + index) % makers.length]! // the index is below the length
      )
}

/** A market's value in ten-thousandths of a dollar, with fractions. */
export const fairPrice = ({ markets }: Crowd, ticker: string, atMillis: number): number =>
  markets.value(ticker, atMillis) * 10_000

export const levelsOfMarket = ({ exchange, levels }: Crowd, ticker: string, atMillis: number): Levels => {
  let known = levels.get(ticker)
  if (known === undefined) {
    const market = exchange.view(atMillis).market(ticker)
    known = Result.isFailure(market) ? [] : levelsOf(market.success.priceRanges)
    levels.set(ticker, known)
  }
  return known
}

const noPrices: TopOfBook = { bid: 0, bidCount: 0, ask: 0, askCount: 0, lastPrice: 0 }

export const topOf = ({ exchange }: Pick<Crowd, "exchange">, ticker: string, atMillis: number): TopOfBook =>
  Result.getOrElse(exchange.view(atMillis).ticker(ticker), () => noPrices)

/** The newest 50 resting orders of an account, in one market or in all markets. */
export const restingOf = (
  exchange: Exchange,
  accountId: string,
  ticker: string | undefined,
  atMillis: number
): ReadonlyArray<Order> =>
  Result.match(
    exchange.view(atMillis).listOrders(accountId, { ticker, status: "resting", limit: 50, cursor: undefined }),
    {
      onFailure: () => [],
      onSuccess: ({ items }) => items
    }
  )

/**
 * The probability that a random order buys. It is lower if the taker has YES, and higher if it has NO, so that
 * positions stay small.
 */
export const buyProbability = (position: number): number =>
  Math.min(Math.max((1 - position / maxTakerPosition) / 2, 0), 1)

/** Places an order, or does nothing if the exchange refuses it, for example because the market has closed. */
export const placeOrder = (
  exchange: Exchange,
  accountId: string,
  order: Pick<CreateOrder, "ticker" | "side" | "price" | "count" | "timeInForce"> & Partial<CreateOrder>,
  atMillis: number
): void => {
  exchange.execute(
    {
      type: "createOrder",
      accountId,
      order: {
        clientOrderId: undefined,
        selfTradePrevention: "taker_at_cross",
        expirationSeconds: undefined,
        postOnly: false,
        reduceOnly: false,
        cancelOnPause: false,
        subaccount: 0,
        orderGroupId: undefined,
        exchangeIndex: undefined,
        ...order
      }
    },
    atMillis
  )
}
