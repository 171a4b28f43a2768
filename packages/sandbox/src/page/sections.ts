/**
 * The sections of the page's data. Prices are in ten-thousandths of a dollar, counts in hundredths of a contract, and
 * amounts in micro-dollars.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Account, Market, Refusal, Trade } from "../exchange/Entities.ts"
import type { View } from "../exchange/View.ts"
import type { Source } from "../operator/watch.ts"

/** The limits of the page's lists. `maxLevels` is per side. */
const maxLevels = 100
const maxOrders = 100
const maxPositions = 100
const maxFills = 30
const maxGroups = 20
const maxRfqs = 20
const maxFaults = 50
const maxConnections = 50
/** The limit per market. It equals the limit of a page of trades in the API. */
export const maxTrades = 1_000

const orElse = <A, B>(result: Result.Result<A, Refusal>, other: B): A | B =>
  Result.isSuccess(result) ? result.success : other

export const marketLine = (view: View, ticker: string) => {
  const market = orElse(view.market(ticker), undefined)
  return market === undefined ? undefined : lineOf(market)
}

const lineOf = ({ eventTicker, openInterest, status, ticker, title, topOfBook, volume }: Market) => ({
  ticker,
  eventTicker,
  title,
  status,
  ...topOfBook,
  volume,
  openInterest
})

export const marketSection = (view: View, ticker: string) => {
  const market = orElse(view.market(ticker), undefined)
  const book = orElse(view.book(ticker), undefined)
  return market === undefined || book === undefined
    ? undefined
    : {
        ...lineOf(market),
        type: market.type,
        exchangeIndex: market.exchangeIndex,
        openMillis: market.openMillis,
        closeMillis: market.closeMillis,
        result: market.result,
        settlementValue: market.settlementValue,
        volume24h: market.volume24h,
        book: {
          clock: book.clock,
          bid: book.bid.slice(0, maxLevels),
          ask: book.ask.slice(0, maxLevels),
          hidden: Math.max(0, book.bid.length - maxLevels) + Math.max(0, book.ask.length - maxLevels)
        }
      }
}

/** Returns the newest trades. The oldest of them comes first. */
export const tradesOf = (view: View, ticker: string): ReadonlyArray<Trade> =>
  orElse(view.listTrades({ ticker, limit: maxTrades }), { items: [] }).items.toReversed()

export const accountLines = (view: View): ReadonlyArray<Account> => view.accounts()

export const accountSection = (view: View, accountId: string) => {
  const balances = orElse(view.balances(accountId), undefined)
  if (balances === undefined) {
    return undefined
  }
  const subaccounts = [...new Set(balances.map(({ subaccount }) => subaccount))]
  const positions = subaccounts.flatMap((subaccount) => {
    const query = { subaccount, settlement: "unsettled", nonZero: ["position"], limit: maxPositions } as const
    return orElse(view.listPositions(accountId, query), { items: [] }).items
  })
  const none = { items: [], cursor: "" }
  const orders = orElse(view.listOrders(accountId, { status: "resting", limit: maxOrders }), none)
  return {
    accountId,
    balances,
    positions: positions.slice(0, maxPositions).map(({ tradedMicros: _tradedMicros, ...position }) => position),
    orders: orders.items,
    hasMoreOrders: orders.cursor !== "",
    fills: orElse(view.listFills(accountId, { limit: maxFills }), none).items,
    groups: orElse(view.newestGroups(accountId, maxGroups), [])
  }
}

export const rfqsSection = (view: View) => view.newestRfqs(maxRfqs)

export const statusSection = (view: View) =>
  Array.from({ length: view.shards }, (_, exchangeIndex) => ({ exchangeIndex, ...view.status(exchangeIndex) }))

export const faultsSection = (source: Source) => {
  const planted = source.faults()
  return { planted: planted.slice(0, maxFaults), total: planted.length }
}

export const connectionsSection = (source: Source) =>
  source
    .connections()
    .slice(-maxConnections)
    .map(({ accountId, connectionId, openedMillis, subscriptions, waitingFrames }) => ({
      connectionId,
      accountId,
      openedMillis,
      waitingFrames,
      channels: subscriptions.map(({ channel }) => channel)
    }))
