/**
 * The exchange's state as plain JSON.
 *
 * @module
 */
import type { Command } from "./Commands.ts"
import { dumpBatches } from "./communications/batches/restoring.ts"
import { rfqFields, toQuote } from "./communications/records.ts"
import { toCollection } from "./markets/collections.ts"
import { toBlockTrade } from "./communications/blockTrades.ts"
import { ordersOf } from "./orders/ending.ts"
import type { IdsState } from "./ids.ts"
import { toEvent, toSeries } from "./markets/catalog.ts"
import { dumpReference } from "./reference/records.ts"
import { describeTimer } from "./schedule.ts"
import {
  type AccountState,
  type FcmState,
  type GroupState,
  type Holding,
  type MarketState,
  type OrderState,
  type PositionState,
  snapshot,
  type State,
  type OwnSide
} from "./state.ts"

/** The state as plain JSON, in which entities refer to each other by id. */
export type StateSnapshot = ReturnType<typeof takeSnapshot>

/** The whole state of an exchange in restorable form. */
export interface Snapshot extends StateSnapshot {
  /** The state that lagging reads show. Absent without `readLagMillis`. */
  readonly lagging?: { readonly state: StateSnapshot; readonly delayed: ReadonlyArray<DelayedCommand> }
}

/** A command that the state for lagging reads has not executed yet. */
export interface DelayedCommand {
  readonly atMillis: number
  readonly command: Command
}

export const takeSnapshot = (state: State) => ({
  nowMillis: state.nowMillis,
  clock: state.clock,
  seed: state.seed,
  ids: state.ids.state satisfies IdsState,
  exchangeActive: [...state.exchangeActive],
  tradingActive: [...state.tradingActive],
  depositedMicros: state.depositedMicros,
  series: Array.from(state.series.values(), toSeries),
  events: Array.from(state.events.values(), toEvent),
  seriesFeeChanges: [...state.seriesFeeChanges],
  eventFeeChanges: [...state.eventFeeChanges],
  collections: Array.from(state.collections.values(), (collection) => ({
    ...toCollection(collection),
    closeMillis: finite(collection.closeMillis)
  })),
  markets: Array.from(state.markets.values(), dumpMarket),
  /** The tickers of all trades, in chronological sequence. */
  traded: state.trades.map(({ ticker }) => ticker),
  accounts: Array.from(state.accounts.values(), (account) => dumpAccount(account, state.nowMillis)),
  rfqs: state.rfqList.map((rfq) => ({ ...rfqFields(rfq), acceptedQuoteId: rfq.accepted?.quoteId })),
  quotes: Array.from(state.quotes.values(), toQuote),
  ...dumpBatches(state),
  reference: dumpReference(state.reference),
  blockTrades: Array.from(state.blockTrades.values(), (trade) => toBlockTrade(state, trade)),
  timers: state.timers.inOrder().map(({ atMillis, value }) => ({ atMillis, ...describeTimer(value) }))
})

const dumpMarket = (market: MarketState) => {
  const { book, closeMillis, combo, combos: _combos, event, positions, trades, ...rest } = market
  const { dayVolume: _dayVolume, oldTrades: _oldTrades, ...own } = rest
  return {
    ...own,
    combo:
      combo === undefined
        ? undefined
        : {
            collectionTicker: combo.collection.collectionTicker,
            legs: combo.legs.map(({ market: { ticker }, side }) => ({ ticker, side }))
          },
    eventTicker: event.eventTicker,
    closeMillis: finite(closeMillis),
    trades: [...trades],
    marks: [...own.marks],
    quotes: own.quotes.map((quote) => ({ ...quote })),
    bid: Array.from(book.bid.orders(), (order) => order.orderId),
    ask: Array.from(book.ask.orders(), (order) => order.orderId),
    positions: positions.map(({ holding }) => ({
      accountId: holding.account.accountId,
      subaccount: holding.subaccount
    }))
  }
}

/** JSON has no infinity, so null stands for it. */
const finite = (millis: number): number | null => (millis === Infinity ? null : millis)

const dumpAccount = (account: AccountState, nowMillis: number) => {
  const { accountId, allocation, buckets, marginedMicros, name, restingCount, subaccounts, tier } = account
  return {
    accountId,
    name,
    tier,
    restingCount,
    subaccounts,
    allocation,
    marginedMicros,
    buckets: { read: { ...buckets.read }, write: buckets.write.map((bucket) => ({ ...bucket })) },
    keys: [...account.keys],
    netting: [...account.netting],
    cancelledOnArrivalUntil: [...account.cancelledOnArrivalUntil],
    clientOrderIds: Array.from(account.clientOrderIds, ([id, order]) => [id, order.orderId] as const),
    clientTransferIds: [...account.clientTransferIds],
    groups: Array.from(account.groups.values(), (group) => dumpGroup(group, nowMillis)),
    holdings: Array.from(account.holdings.values(), dumpHolding),
    orders: account.orders.all.map(dumpOrder),
    fills: [...account.fills.all],
    settlements: [...account.settlements],
    deposits: [...account.deposits],
    withdrawals: [...account.withdrawals],
    cashTransfers: [...account.cashTransfers],
    comboCreations: [...account.comboCreations],
    shardTransfers: account.shardTransfers.map((transfer) => ({ ...transfer })),
    fcm: account.fcm === undefined ? undefined : dumpFcm(account.fcm)
  }
}

const dumpFcm = ({ errorAccount, orders, subtraders, trades }: FcmState) => ({
  errorAccountId: errorAccount?.accountId,
  subtraders: Array.from(subtraders.values(), ({ account, blockedCategories, member: _member, ...subtrader }) => ({
    ...subtrader,
    accountId: account.accountId,
    blockedCategories: [...blockedCategories]
  })),
  orders: orders.map(({ orderId }) => orderId),
  trades: [...trades]
})

const dumpGroup = (group: GroupState, nowMillis: number) => ({
  groupId: group.groupId,
  subaccount: group.subaccount,
  exchangeIndex: group.exchangeIndex,
  limit: group.limit,
  triggered: group.triggered,
  window: group.window.entries(nowMillis),
  resting: Array.from(group.resting, (order) => order.orderId),
  placed: group.placed.map((order) => order.orderId)
})

const dumpHolding = ({ account: _account, positions, ...holding }: Holding) => ({
  ...holding,
  positions: Array.from(positions.values(), dumpPosition)
})

const dumpPosition = ({ ask, bid, holding: _holding, market, tradedMicros, ...position }: PositionState) => ({
  ticker: market.ticker,
  ...position,
  tradedMicros: String(tradedMicros),
  bid: dumpSide(bid),
  ask: dumpSide(ask)
})

const dumpSide = (side: OwnSide): ReadonlyArray<string> => ordersOf(side).map(({ orderId }) => orderId)

const dumpOrder = (order: OrderState) => ({
  ...snapshot(order),
  coveredCount: order.coveredCount,
  feeRate: order.feeRate,
  carriedMicros: order.carriedMicros
})

/** The state without public keys, which are random, and without rate-limit tokens, which have their own clock. */
export const dump = (state: State): unknown => {
  const { accounts, ...rest } = takeSnapshot(state)
  return {
    ...rest,
    accounts: accounts.map(({ buckets: _buckets, keys, ...account }) => ({
      ...account,
      keys: keys.map(({ publicKey: _publicKey, ...key }) => key)
    }))
  }
}
