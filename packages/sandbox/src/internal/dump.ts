/**
 * The exchange's state as plain JSON.
 *
 * @module
 */
import { printMicros } from "./decimal.ts"
import { view } from "./orderGroups.ts"
import { type MarketState, snapshot, type State } from "./state.ts"

/** Everything but the text of keys, in the order in which it came to be. */
export const dump = (state: State): unknown => ({
  nowMillis: state.nowMillis,
  exchangeActive: state.exchangeActive,
  tradingActive: state.tradingActive,
  markets: Array.from(state.markets.values(), dumpMarket),
  accounts: Array.from(state.accounts.values(), (account) => ({
    accountId: account.accountId,
    name: account.name,
    keys: account.keys.map((key) => key.keyId),
    subaccounts: Array.from(account.holdings, ([subaccount, holding]) => ({
      subaccount,
      cash: printMicros(holding.cashMicros),
      fees: printMicros(holding.feesMicros),
      positions: Object.fromEntries(holding.positions)
    })),
    groups: Array.from(account.groups.values(), (group) => view(state, group)),
    orders: account.orders.map(snapshot)
  }))
})

const dumpMarket = (market: MarketState) => ({
  ticker: market.ticker,
  eventTicker: market.eventTicker,
  exchangeIndex: market.exchangeIndex,
  openMillis: market.openMillis,
  closeMillis: market.closeMillis === Infinity ? null : market.closeMillis,
  takerFeeRate: market.takerFeeRate,
  makerFeeRate: market.makerFeeRate,
  bid: Array.from(market.book.bid.orders(), (order) => order.orderId),
  ask: Array.from(market.book.ask.orders(), (order) => order.orderId)
})
