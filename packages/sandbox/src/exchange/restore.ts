/**
 * Restores the exchange's state from a snapshot.
 *
 * @module
 */
import type { Assumptions } from "../Assumptions.ts"
import { makeAccount } from "./accounts/accounts.ts"
import { makeBatches } from "./communications/batches/batchParts.ts"
import { restoreBatches } from "./communications/batches/restoring.ts"
import { RecordIndexes } from "./communications/indexes.ts"
import { attachBlockTrade } from "./communications/blockTrades.ts"
import { attachQuote, attachRfq } from "./communications/records.ts"
import { attachEvent, attachMarket } from "./markets/catalog.ts"
import { makeCollection } from "./markets/collections.ts"
import { attachCombo } from "./markets/combos.ts"
import { Book } from "./orders/book.ts"
import type { BlockTradeParty } from "./Entities.ts"
import type { DelayedCommand, StateSnapshot } from "./dump.ts"
import { roundingOf } from "./money/fees.ts"
import { FillWindow } from "./orders/fillWindow.ts"
import { Ids } from "./ids.ts"
import { attachEventFee, attachSeriesFee } from "./markets/feeChanges.ts"
import { makeHolding, makePosition } from "./money/ledger.ts"
import { holdingKey } from "./shards.ts"
import { listPosition } from "./money/positionList.ts"
import type {
  AccountState,
  CollectionState,
  ComboState,
  FcmState,
  GroupState,
  Holding,
  MarketState,
  OrderState,
  PositionState,
  State,
  Timer,
  OwnSide
} from "./state.ts"
import { emptyReference, restoreReference } from "./reference/records.ts"
import { schedule } from "./schedule.ts"
import { isTime } from "./times.ts"
import { Timers } from "./timers.ts"
import { found } from "./dangling.ts"

type Dumped = { readonly [K in "accounts" | "collections" | "markets" | "timers"]: StateSnapshot[K][number] }

export const emptyState = (assumptions: Assumptions, seed: number, ids = Ids.fromSeed(seed)): State => ({
  assumptions,
  seed,
  rounding: roundingOf(assumptions),
  ids,
  emit: undefined,
  changedHoldings: new Set(),
  changedPositions: new Set(),
  accounts: new Map(),
  keys: new Map(),
  series: new Map(),
  events: new Map(),
  eventLists: { combos: [], others: [] },
  markets: new Map(),
  marketLists: { all: [], combos: [], others: [] },
  collections: new Map(),
  trades: [],
  orders: new Map(),
  timers: new Timers(),
  nowMillis: 0,
  clock: 0,
  actionClock: 1,
  depositedMicros: 0,
  exchangeActive: [true, true, true, true],
  tradingActive: [true, true, true, true],
  rfqs: new Map(),
  ...makeRfqList(),
  quotes: new Map(),
  batches: makeBatches(),
  seriesFeeChanges: [],
  eventFeeChanges: [],
  reference: emptyReference(),
  blockTrades: new Map()
})

const makeRfqList = (): Pick<State, "rfqList" | "rfqIndexes"> => {
  const rfqList: State["rfqList"] = []
  return { rfqList, rfqIndexes: new RecordIndexes(rfqList, ({ ticker }) => ticker) }
}

export const restore = (from: StateSnapshot, assumptions: Assumptions): State => {
  if (!isTime(from.nowMillis)) {
    throw new RangeError("nowMillis is not a time")
  }
  const state: State = {
    ...emptyState(assumptions, from.seed, Ids.fromState(from.ids)),
    nowMillis: from.nowMillis,
    clock: from.clock,
    depositedMicros: from.depositedMicros,
    exchangeActive: [...from.exchangeActive],
    tradingActive: [...from.tradingActive]
  }
  for (const series of from.series) {
    state.series.set(series.ticker, { ...series, events: [], feeChanges: [] })
  }
  for (const event of from.events) {
    const series = found(state.series.get(event.seriesTicker), event.seriesTicker)
    attachEvent(state, {
      ...event,
      // JSON omits undefined fields, but the state has them.
      competition: event.competition,
      competitionScope: event.competitionScope,
      liveSource: event.liveSource,
      series,
      markets: [],
      feeChanges: []
    })
  }
  for (const change of from.seriesFeeChanges) {
    attachSeriesFee(state, found(state.series.get(change.seriesTicker), change.seriesTicker), change)
  }
  for (const change of from.eventFeeChanges) {
    attachEventFee(state, found(state.events.get(change.eventTicker), change.eventTicker), change)
  }
  for (const collection of from.collections) {
    state.collections.set(collection.collectionTicker, restoreCollection(collection))
  }
  for (const market of from.markets) {
    restoreMarket(state, market)
  }
  restoreTrades(state, from.traded)
  for (const account of from.accounts) {
    restoreAccount(state, account)
  }
  for (const account of from.accounts) {
    restoreFcm(state, account)
  }
  for (const market of from.markets) {
    restoreBook(state, market)
  }
  restoreCommunications(state, from)
  restoreBatches(state, from)
  restoreReference(state, from.reference)
  for (const { status: _status, ...trade } of from.blockTrades) {
    const partyOf = ({ accountId, ...party }: BlockTradeParty) => ({
      ...party,
      // JSON omits undefined fields, but the state has them.
      acceptedMillis: party.acceptedMillis,
      orderId: party.orderId,
      account: found(state.accounts.get(accountId), accountId)
    })
    const market = found(state.markets.get(trade.ticker), trade.ticker)
    attachBlockTrade(state, {
      ...trade,
      executedMillis: trade.executedMillis,
      market,
      buyer: partyOf(trade.buyer),
      seller: partyOf(trade.seller)
    })
  }
  for (const timer of from.timers) {
    schedule(state, timer.atMillis, restoreTimer(state, timer))
  }
  return state
}

/** Restores an infinite closing time in a command. JSON has no infinity, so the snapshot has null instead. */
export const restoreDelayed = ({ atMillis, command }: DelayedCommand): DelayedCommand => ({
  atMillis,
  command:
    command.type === "setMarketClose"
      ? { ...command, closeMillis: command.closeMillis ?? Infinity }
      : command.type === "createMarket"
        ? { ...command, market: { ...command.market, closeMillis: command.market.closeMillis ?? Infinity } }
        : command.type === "createCollection"
          ? {
              ...command,
              collection: { ...command.collection, closeMillis: command.collection.closeMillis ?? Infinity }
            }
          : command
})

const restoreMarket = (state: State, dumped: Dumped["markets"]): void => {
  const { ask: _ask, bid: _bid, closeMillis, combo: dumpedCombo, eventTicker, positions: _positions, ...own } = dumped
  const event = found(state.events.get(eventTicker), eventTicker)
  const combo = dumpedCombo === undefined ? undefined : restoreCombo(state, dumpedCombo)
  const market: MarketState = {
    ...own,
    event,
    combo,
    combos: [],
    closeMillis: closeMillis ?? Infinity,
    // JSON omits undefined fields, but the state has them.
    structuredTarget: own.structuredTarget,
    result: own.result,
    settlementFloor: own.settlementFloor,
    settlementValue: own.settlementValue,
    settledMillis: own.settledMillis,
    challenge: own.challenge,
    strike: own.strike,
    ownTakerRate: own.ownTakerRate,
    ownMakerRate: own.ownMakerRate,
    trades: [...own.trades],
    oldTrades: 0,
    dayVolume: own.volume,
    marks: [...own.marks],
    quotes: own.quotes.map((quote) => ({ ...quote })),
    book: new Book(),
    positions: []
  }
  attachMarket(state, market)
  attachCombo(market)
}

const restoreCombo = (
  state: State,
  { collectionTicker, legs }: NonNullable<Dumped["markets"]["combo"]>
): ComboState => ({
  collection: found(state.collections.get(collectionTicker), collectionTicker),
  legs: legs.map(({ side, ticker }) => ({ market: found(state.markets.get(ticker), ticker), side }))
})

const restoreCollection = (collection: Dumped["collections"]): CollectionState =>
  makeCollection({
    ...collection,
    closeMillis: collection.closeMillis ?? Infinity,
    // JSON omits undefined fields, but the state has them.
    associatedEvents: collection.associatedEvents.map((event) => ({
      ...event,
      sizeMin: event.sizeMin,
      sizeMax: event.sizeMax
    }))
  })

/** Restores the list of all trades, in chronological order. */
const restoreTrades = (state: State, tickers: ReadonlyArray<string>): void => {
  const next = new Map<string, number>()
  for (const ticker of tickers) {
    const index = next.get(ticker) ?? 0
    state.trades.push(found(state.markets.get(ticker)?.trades[index], `a trade of ${ticker}`))
    next.set(ticker, index + 1)
  }
}

const restoreAccount = (state: State, dumped: Dumped["accounts"]): void => {
  const account: AccountState = {
    ...makeAccount(dumped.accountId, dumped.name, dumped.tier),
    restingCount: dumped.restingCount,
    subaccounts: dumped.subaccounts,
    allocation: dumped.allocation,
    marginedMicros: dumped.marginedMicros,
    buckets: { read: { ...dumped.buckets.read }, write: dumped.buckets.write.map((bucket) => ({ ...bucket })) },
    // JSON omits undefined fields, but the state has them.
    keys: dumped.keys.map((key) => ({ ...key, subaccount: key.subaccount, subtraderId: key.subtraderId })),
    netting: new Map(dumped.netting),
    cancelledOnArrivalUntil: new Map(dumped.cancelledOnArrivalUntil),
    clientTransferIds: new Set(dumped.clientTransferIds),
    deposits: [...dumped.deposits],
    withdrawals: [...dumped.withdrawals],
    cashTransfers: [...dumped.cashTransfers],
    comboCreations: [...dumped.comboCreations],
    shardTransfers: dumped.shardTransfers.map((transfer) => ({ ...transfer })),
    holdings: new Map()
  }
  for (const settlement of dumped.settlements) {
    account.settlements.push(settlement)
  }
  state.accounts.set(account.accountId, account)
  for (const key of account.keys) {
    state.keys.set(key.keyId, key)
  }
  for (const group of dumped.groups) {
    const window = FillWindow.of(group.window)
    const { exchangeIndex, groupId, limit, subaccount, triggered } = group
    const restored: GroupState = {
      groupId,
      account,
      subaccount,
      exchangeIndex,
      limit,
      triggered,
      window,
      resting: new Set(),
      placed: []
    }
    account.groups.set(groupId, restored)
  }
  for (const holding of dumped.holdings) {
    restoreHolding(state, account, holding)
  }
  restorePositionLists(account)
  account.orders.restore(dumped.orders.map((order) => restoreOrder(state, account, order)))
  for (const fill of dumped.fills) {
    account.fills.add(fill, found(state.orders.get(fill.orderId), fill.orderId))
  }
  for (const [id, orderId] of dumped.clientOrderIds) {
    account.clientOrderIds.set(id, found(state.orders.get(orderId), orderId))
  }
  for (const { groupId, placed, resting } of dumped.groups) {
    const group = found(account.groups.get(groupId), groupId)
    for (const orderId of placed) {
      group.placed.push(found(state.orders.get(orderId), orderId))
    }
    for (const orderId of resting) {
      group.resting.add(found(state.orders.get(orderId), orderId))
    }
  }
  for (const { exchangeIndex, positions, subaccount } of dumped.holdings) {
    const holding = found(account.holdings.get(holdingKey(subaccount, exchangeIndex)), "a holding")
    for (const { ask, bid, ticker } of positions) {
      const position = found(holding.positions.get(ticker), ticker)
      restoreSide(state, position.bid, bid)
      restoreSide(state, position.ask, ask)
    }
  }
}

const restoreFcm = (state: State, { accountId, fcm }: Dumped["accounts"]): void => {
  if (fcm === undefined) {
    return
  }
  const accountOf = (id: string): AccountState => found(state.accounts.get(id), id)
  const member = accountOf(accountId)
  const { errorAccountId, orders, subtraders, trades } = fcm
  const errorAccount = errorAccountId === undefined ? undefined : accountOf(errorAccountId)
  const restored: FcmState = {
    errorAccount,
    subtraders: new Map(),
    orders: orders.map((orderId) => found(state.orders.get(orderId), orderId)),
    trades: []
  }
  for (const trade of trades) {
    // JSON omits undefined fields, but the state has them.
    restored.trades.push({ ...trade, maker: trade.maker, taker: trade.taker })
  }
  for (const { accountId: id, blockedCategories, ...own } of subtraders) {
    const account = accountOf(id)
    const capMicros = own.capMicros
    const subtrader = { ...own, capMicros, account, member, blockedCategories: new Set(blockedCategories) }
    account.subtrader = subtrader
    restored.subtraders.set(own.subtraderId, subtrader)
  }
  member.fcm = restored
}

const restoreHolding = (state: State, account: AccountState, dumped: Dumped["accounts"]["holdings"][number]): void => {
  const { positions, ...own } = dumped
  const holding: Holding = { ...makeHolding(account, own.subaccount, own.exchangeIndex), ...own }
  account.holdings.set(holdingKey(own.subaccount, own.exchangeIndex), holding)
  for (const { ask: _ask, bid: _bid, ticker, tradedMicros, ...amounts } of positions) {
    const market = found(state.markets.get(ticker), ticker)
    const position: PositionState = {
      ...makePosition(holding, market),
      ...amounts,
      tradedMicros: BigInt(tradedMicros)
    }
    holding.positions.set(ticker, position)
  }
}

/** Lists the positions on all shards, oldest first. */
const restorePositionLists = (account: AccountState): void => {
  const positions = Array.from(account.holdings.values()).flatMap((holding) => Array.from(holding.positions.values()))
  for (const position of positions.sort((left, right) => left.listIndex - right.listIndex)) {
    listPosition(position)
  }
}

const restoreOrder = (
  state: State,
  account: AccountState,
  dumped: Dumped["accounts"]["orders"][number]
): OrderState => {
  const holding = found(account.holdings.get(holdingKey(dumped.subaccount, dumped.exchangeIndex)), "a holding")
  const order: OrderState = {
    ...dumped,
    // JSON omits undefined fields, but the state has them.
    clientOrderId: dumped.clientOrderId,
    cancelReason: dumped.cancelReason,
    orderGroupId: dumped.orderGroupId,
    expirationMillis: dumped.expirationMillis,
    account,
    market: found(state.markets.get(dumped.ticker), dumped.ticker),
    position: found(holding.positions.get(dumped.ticker), dumped.ticker),
    group: dumped.orderGroupId === undefined ? undefined : account.groups.get(dumped.orderGroupId),
    listIndex: -1,
    lastFill: -1,
    level: undefined,
    arrival: 0,
    previous: undefined,
    next: undefined,
    ownPrevious: undefined,
    ownNext: undefined
  }
  state.orders.set(order.orderId, order)
  return order
}

const restoreSide = (state: State, side: OwnSide, orderIds: ReadonlyArray<string>): void => {
  for (const orderId of orderIds) {
    const order = found(state.orders.get(orderId), orderId)
    order.ownPrevious = side.last
    if (side.last === undefined) {
      side.first = order
    } else {
      side.last.ownNext = order
    }
    side.last = order
    side.restingCount += order.remainingCount
    side.coveredCount += order.coveredCount
    if (order.coveredCount < order.remainingCount) {
      side.boundary ??= order
    }
  }
}

const restoreBook = (state: State, dumped: Dumped["markets"]): void => {
  const market = found(state.markets.get(dumped.ticker), dumped.ticker)
  for (const side of ["bid", "ask"] as const) {
    for (const orderId of dumped[side]) {
      market.book[side].add(found(state.orders.get(orderId), orderId))
    }
  }
  for (const { accountId, subaccount } of dumped.positions) {
    const account = found(state.accounts.get(accountId), accountId)
    const holding = found(account.holdings.get(holdingKey(subaccount, market.exchangeIndex)), "a holding")
    market.positions.push(found(holding.positions.get(market.ticker), market.ticker))
  }
}

const restoreCommunications = (state: State, from: StateSnapshot): void => {
  for (const { acceptedQuoteId: _acceptedQuoteId, ...rfq } of from.rfqs) {
    const account = found(state.accounts.get(rfq.accountId), rfq.accountId)
    const market = found(state.markets.get(rfq.ticker), rfq.ticker)
    attachRfq(state, { ...rfq, account, market, quotes: [], accepted: undefined })
  }
  for (const quote of from.quotes) {
    const account = found(state.accounts.get(quote.accountId), quote.accountId)
    attachQuote(state, { ...quote, account, rfq: found(state.rfqs.get(quote.rfqId), quote.rfqId) })
  }
  for (const { acceptedQuoteId, rfqId } of from.rfqs) {
    if (acceptedQuoteId !== undefined) {
      found(state.rfqs.get(rfqId), rfqId).accepted = found(state.quotes.get(acceptedQuoteId), acceptedQuoteId)
    }
  }
}

const restoreTimer = (state: State, timer: Dumped["timers"]): Timer => {
  switch (timer.what) {
    case "expire":
      return { expire: found(state.orders.get(timer.of), timer.of) }
    case "open":
      return { open: found(state.markets.get(timer.of), timer.of) }
    case "close":
      return { close: found(state.markets.get(timer.of), timer.of) }
    case "settle":
      return { settle: found(state.markets.get(timer.of), timer.of) }
    case "arrive": {
      const account = found(state.accounts.get(timer.accountId), timer.accountId)
      const transfer = account.shardTransfers.find(({ transferId }) => transferId === timer.of)
      return { arrive: found(transfer, timer.of), account }
    }
    case "lapse":
      return { lapse: found(state.quotes.get(timer.of), timer.of) }
    case "executeQuote":
      return { executeQuote: found(state.quotes.get(timer.of), timer.of) }
    case "lapseBatch":
      return { lapseBatch: found(state.batches.byId.get(timer.of), timer.of) }
    case "executeBatch":
      return { executeBatch: found(state.batches.byId.get(timer.of), timer.of) }
    case "publishBest":
      return { publishBest: found(state.batches.byId.get(timer.of), timer.of) }
    case "discount":
      return { discount: found(state.batches.quotes.get(timer.of), timer.of) }
    case "seriesFee":
      return {
        seriesFee: found(
          state.seriesFeeChanges.find(({ changeId }) => changeId === timer.of),
          timer.of
        )
      }
    case "eventFee":
      return {
        eventFee: found(
          state.eventFeeChanges.find(({ changeId }) => changeId === timer.of),
          timer.of
        )
      }
    case "spread":
      return { spread: found(state.accounts.get(timer.of), timer.of) }
  }
}
