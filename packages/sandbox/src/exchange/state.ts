/**
 * The mutable runtime state of the exchange. Entities refer to each other directly, to avoid searches.
 *
 * @module
 */
import type { Assumptions } from "../Assumptions.ts"
import type {
  Allocation,
  ApiKey,
  BatchQuote,
  AssociatedEvent,
  Collection,
  BlockTrade,
  BlockTradeParty,
  EventFeeChange,
  FcmTrade,
  MarketEvent,
  Order,
  Payment,
  PriceRange,
  Quote,
  TopOfBook,
  Refusal,
  Rfq,
  RfqBatch,
  Series,
  SeriesFeeChange,
  Settlement,
  ShardTransfer,
  Strike,
  StrikeTarget,
  SubaccountTransfer,
  Tier,
  Trade
} from "./Entities.ts"
import type { UpdateList } from "./communications/batches/updateList.ts"
import type { QuotePeriod } from "./candles/quotes.ts"
import type { Book, Resting } from "./orders/book.ts"
import type { Buckets } from "./accounts/buckets.ts"
import type { Rounding } from "./money/fees.ts"
import type { FillWindow } from "./orders/fillWindow.ts"
import type { FillList } from "./orders/fillList.ts"
import type { RecordIndexes } from "./communications/indexes.ts"
import type { Ids } from "./ids.ts"
import type { FadingIndex, KeyIndex } from "./listIndexes.ts"
import type { LogBody } from "./log.ts"
import type { OrderList } from "./orders/orderList.ts"
import type { ReferenceState } from "./reference/records.ts"
import { refusal } from "./refusals.ts"
import type { Timers } from "./timers.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

export interface AccountState {
  readonly accountId: string
  readonly name: string
  tier: Tier
  readonly keys: Array<ApiKey>
  /** Every accepted order. */
  readonly orders: OrderList<OrderState>
  restingCount: number
  /** The orders by their reserved client ids. */
  readonly clientOrderIds: Map<string, OrderState>
  readonly groups: Map<string, GroupState>
  /** By {@link holdingKey}. An unused subaccount or shard can be without an entry. */
  readonly holdings: Map<number, Holding>
  /** By subaccount, over all shards. */
  readonly positions: Map<number, PositionList>
  /** The number of created subaccounts, which are numbered from 1. */
  subaccounts: number
  /** By subaccount. A flag that was never set has no entry. */
  readonly netting: Map<number, boolean>
  readonly fills: FillList
  readonly settlements: Array<Settlement>
  readonly settlementsByTicker: KeyIndex<Settlement>
  readonly deposits: Array<Payment>
  readonly withdrawals: Array<Payment>
  readonly cashTransfers: Array<SubaccountTransfer>
  readonly shardTransfers: Array<TransferState>
  /** The client ids of executed transfers, each with the instance and the shard of its source. */
  readonly clientTransferIds: Set<string>
  allocation: Allocation
  marginedMicros: number
  /** The time until which new orders are canceled on arrival, by subaccount or for all subaccounts. */
  readonly cancelledOnArrivalUntil: Map<number | "all", number>
  readonly buckets: Buckets
  /** The public id of the account in its RFQs and quotes. */
  readonly communicationsId: string
  /** Oldest first. */
  readonly rfqs: Array<RfqState>
  readonly rfqIndexes: RecordIndexes<RfqState>
  /** By market ticker. */
  readonly openRfqs: Map<string, RfqState>
  /** Quotes that the account made, oldest first. */
  readonly quotes: Array<QuoteState>
  readonly quoteIndexes: RecordIndexes<QuoteState>
  /** Quotes on the account's RFQs, oldest first. */
  readonly receivedQuotes: Array<QuoteState>
  readonly receivedQuoteIndexes: RecordIndexes<QuoteState>
  /**
   * When the account created combos, oldest first. Creations older than seven days stay until the account tries to
   * create another combo.
   */
  readonly comboCreations: Array<number>
  /** Oldest first. */
  readonly blockTrades: Array<BlockTradeState>
  /** Undefined for an account that is not an FCM member. */
  fcm: FcmState | undefined
  /** Undefined for an account that is not a subtrader. */
  subtrader: SubtraderState | undefined
}

export interface FcmState {
  /** The account whose subtraders receive transferred positions. Without it, transfers are refused. */
  errorAccount: AccountState | undefined
  readonly subtraders: Map<string, SubtraderState>
  /** The subtraders' orders, oldest first. */
  readonly orders: Array<OrderState>
  /** The subtraders' trades, oldest first. */
  readonly trades: Array<FcmTrade>
}

export interface SubtraderState {
  readonly subtraderId: string
  readonly member: AccountState
  readonly account: AccountState
  capMicros: number | undefined
  /** The net premium of `premiumDate`, a date in New York. */
  premiumMicros: number
  premiumDate: string
  readonly blockedCategories: Set<string>
}

export interface RfqState extends Mutable<Omit<Rfq, "combo">> {
  readonly account: AccountState
  readonly market: MarketState
  /** Oldest first. */
  readonly quotes: Array<QuoteState>
  /** Undefined after the quote was executed or canceled, or was not confirmed in time. */
  accepted: QuoteState | undefined
}

export interface QuoteState extends Mutable<Quote> {
  readonly account: AccountState
  readonly rfq: RfqState
}

/** The best bid on one side of a child, which is an RFQ of an RFQ batch. */
export interface BestBid {
  readonly batchQuote: BatchQuoteState
  readonly bid: number
  readonly priority: number
}

/** Undefined for a side without a bid. */
export type BestBids = Record<"yes" | "no", BestBid | undefined>

export interface BatchState extends Mutable<Omit<RfqBatch, "rfqs">> {
  readonly account: AccountState
  /** In the sequence of the request. */
  readonly children: ReadonlyArray<RfqState>
  /** The latest batch quote of each maker, by account id. */
  readonly quotes: Map<string, BatchQuoteState>
  /** By child. A batch that is not open has no best bids. */
  readonly best: Array<BestBids>
  version: number
  bestMillis: number | undefined
  publishedMillis: number | undefined
  quotesMade: number
  /** The `client_order_id` of the acceptance that succeeded. */
  clientOrderId: string | undefined
}

export interface BatchQuoteState extends Mutable<Omit<BatchQuote, "quotes">> {
  readonly account: AccountState
  readonly batch: BatchState
  /**
   * In the sequence of the children. Once the batch is accepted, only the quotes that won a child remain.
   * `State.quotes` then contains them too. It contains no other quotes of batches.
   */
  quotes: Array<QuoteState>
  /** By side and child. Of equal bids, the lowest number wins. */
  readonly priorities: Readonly<Record<"yes" | "no", ReadonlyArray<number>>>
  /** Whether the bids can win children: for at most 30 seconds after the batch quote was sent. */
  isCounted: boolean
}

export interface Batches {
  readonly byId: Map<string, BatchState>
  /** The latest batch quote of each maker on each batch. */
  readonly quotes: Map<string, BatchQuoteState>
  /** By account id, oldest first. */
  readonly openOf: Map<string, Set<BatchState>>
  /** The open and accepted batches with a child on a market, by ticker. */
  readonly ofMarket: Map<string, Set<BatchState>>
  /** By account id, and then by client batch id. Of several batches with the same client batch id, only the latest. */
  readonly byClientId: Map<string, Map<string, BatchState>>
  readonly updates: UpdateList<BatchState>
  readonly updatesOf: Map<string, UpdateList<BatchState>>
}

export interface BlockTradeState extends Omit<
  BlockTrade,
  "buyer" | "seller" | "status" | "updatedMillis" | "executedMillis"
> {
  readonly market: MarketState
  readonly buyer: BlockPartyState
  readonly seller: BlockPartyState
  updatedMillis: number
  executedMillis: number | undefined
}

export interface BlockPartyState extends Mutable<Omit<BlockTradeParty, "accountId">> {
  readonly account: AccountState
}

export type TransferState = Mutable<ShardTransfer>

export interface Holding {
  readonly account: AccountState
  readonly subaccount: number
  readonly exchangeIndex: number
  /** Never below zero. */
  cashMicros: number
  /** Reserved for resting orders. */
  collateralMicros: number
  feesMicros: number
  updatedMillis: number
  /** By market ticker. */
  readonly positions: Map<string, PositionState>
}

/**
 * A subaccount's resting orders on one side of a market, oldest first. Held contracts cover the oldest orders first.
 */
export interface OwnSide {
  first: OrderState | undefined
  last: OrderState | undefined
  /** The oldest order that is not fully covered. */
  boundary: OrderState | undefined
  restingCount: number
  coveredCount: number
}

/** In order of creation, so that new positions do not shift pages. */
export interface PositionList {
  readonly all: Array<PositionState>
  readonly unsettled: FadingIndex<PositionState>
}

export interface PositionState {
  readonly holding: Holding
  readonly market: MarketState
  /** Positive for YES, negative for NO. */
  count: number
  exposureMicros: number
  realizedMicros: number
  tradedMicros: bigint
  tradedCount: number
  feesMicros: number
  updatedMillis: number
  settled: boolean
  /** The index in the {@link PositionList}. */
  listIndex: number
  readonly bid: OwnSide
  readonly ask: OwnSide
}

export interface SeriesState extends Mutable<Series> {
  volume: number
  readonly events: Array<EventState>
  /** In the order of the commands. */
  readonly feeChanges: Array<SeriesFeeChange>
}

export interface EventState extends Mutable<MarketEvent> {
  readonly series: SeriesState
  readonly markets: Array<MarketState>
  /** In the order of the commands. */
  readonly feeChanges: Array<EventFeeChange>
}

export interface CollectionState extends Collection {
  readonly eventsByTicker: ReadonlyMap<string, AssociatedEvent>
  /** A combo needs a leg from each of these events. */
  readonly requiredEvents: ReadonlyArray<AssociatedEvent>
  /** By legs, oldest first. */
  readonly combos: Map<string, MarketState>
  /** Oldest first. */
  readonly comboEvents: Array<EventState>
}

export interface ComboState {
  readonly collection: CollectionState
  readonly legs: ReadonlyArray<{ readonly market: MarketState; readonly side: "yes" | "no" }>
}

export interface MarketState {
  readonly ticker: string
  readonly event: EventState
  readonly combo: ComboState | undefined
  /** The combos that have this market as a leg, oldest first. */
  readonly combos: Array<MarketState>
  readonly exchangeIndex: number
  readonly title: string
  readonly type: "binary" | "scalar"
  readonly strike: Strike | undefined
  readonly structuredTarget: StrikeTarget | undefined
  readonly createdMillis: number
  updatedMillis: number
  openMillis: number
  closeMillis: number
  paused: boolean
  readonly grid: ReadonlyArray<PriceRange>
  /** In millionths. */
  takerRate: number
  makerRate: number
  /** Undefined if the market follows its event and series. */
  readonly ownTakerRate: number | undefined
  readonly ownMakerRate: number | undefined
  readonly settlementTimerSeconds: number
  readonly settlementFloor: number | undefined
  readonly isHighlyVolatile: boolean
  result: "yes" | "no" | "scalar" | undefined
  settlementValue: number | undefined
  /** `amended`: the result was set again after a dispute. */
  challenge: "disputed" | "amended" | undefined
  settledMillis: number | undefined
  readonly book: Book<OrderState>
  readonly trades: Array<Trade>
  /** The number of trades that were at least a day old at the last count. */
  oldTrades: number
  /** The number of contracts in all trades except the oldest `oldTrades` trades. */
  dayVolume: number
  lastPrice: number
  volume: number
  openInterest: number
  readonly positions: Array<PositionState>
  /** An entry is added if the last one is at least an hour old. Entries are kept for at least a day. */
  readonly marks: Array<{ readonly atMillis: number; readonly topOfBook: TopOfBook }>
  /** Oldest first. The values after an action are recorded before the market's next action. */
  readonly quotes: Array<QuotePeriod>
  /** The time of the last action that can have changed the book or the last price. */
  touchedMillis: number
  /** The exchange's clock at the last change of the book. 0 before the first change. */
  clock: number
}

/** A resting order is linked into its price level, and into the list of its subaccount's orders. */
export interface OrderState extends Mutable<Order>, Resting<OrderState> {
  readonly account: AccountState
  readonly market: MarketState
  readonly position: PositionState
  readonly group: GroupState | undefined
  /** The index among the account's orders. */
  listIndex: number
  /** The index of the last fill among the account's fills; -1 without a fill. */
  lastFill: number
  ownPrevious: OrderState | undefined
  ownNext: OrderState | undefined
  /** The part of the remaining count that is backed by held contracts instead of money. */
  coveredCount: number
  /**
   * The rate of the reserved fee, in millionths. An order that would trade on arrival can have the taker's rate until
   * it rests. Every other order has the maker's rate.
   */
  feeRate: number
  /** Rounding fees that were paid and not refunded. */
  carriedMicros: number
}

export interface GroupState {
  readonly groupId: string
  readonly account: AccountState
  readonly subaccount: number
  readonly exchangeIndex: number
  /** In hundredths of a contract. */
  limit: number
  triggered: boolean
  readonly window: FillWindow
  /** Oldest first. */
  readonly resting: Set<OrderState>
  /** Includes orders that no longer rest. Oldest first. */
  readonly placed: Array<OrderState>
}

export type BatchTimer =
  | { readonly lapseBatch: BatchState }
  | { readonly executeBatch: BatchState }
  | { readonly publishBest: BatchState }
  | { readonly discount: BatchQuoteState }

export type Timer =
  | { readonly expire: OrderState }
  | { readonly open: MarketState }
  | { readonly close: MarketState }
  | { readonly settle: MarketState }
  | { readonly arrive: TransferState; readonly account: AccountState }
  | { readonly spread: AccountState }
  | { readonly lapse: QuoteState }
  | { readonly executeQuote: QuoteState }
  | BatchTimer
  | { readonly seriesFee: SeriesFeeChange }
  | { readonly eventFee: EventFeeChange }

export interface State {
  readonly assumptions: Assumptions
  /** The seed of the generated values, such as live data and reference prices. */
  readonly seed: number
  readonly rounding: Rounding
  readonly ids: Ids
  /** Undefined without subscribers. */
  emit: ((body: LogBody) => void) | undefined
  /** The holdings that changed since the last report to the subscribers. Empty without subscribers. */
  readonly changedHoldings: Set<Holding>
  readonly changedPositions: Set<PositionState>
  readonly accounts: Map<string, AccountState>
  readonly keys: Map<string, ApiKey>
  readonly series: Map<string, SeriesState>
  readonly events: Map<string, EventState>
  /** Oldest first. */
  readonly eventLists: { readonly combos: Array<EventState>; readonly others: Array<EventState> }
  readonly markets: Map<string, MarketState>
  /** Oldest first. */
  readonly marketLists: {
    readonly all: Array<MarketState>
    readonly combos: Array<MarketState>
    readonly others: Array<MarketState>
  }
  readonly collections: Map<string, CollectionState>
  /** Oldest first. */
  readonly trades: Array<Trade>
  readonly orders: Map<string, OrderState>
  readonly timers: Timers<Timer>
  nowMillis: number
  /** Rises by one at each action that changes a book. An action is a command or a timer. */
  clock: number
  /** The new value of the clock if the current action changes a book. */
  actionClock: number
  depositedMicros: number
  /** By shard. */
  readonly exchangeActive: Array<boolean>
  /** By shard. */
  readonly tradingActive: Array<boolean>
  readonly rfqs: Map<string, RfqState>
  /** Oldest first. */
  readonly rfqList: Array<RfqState>
  readonly rfqIndexes: RecordIndexes<RfqState>
  readonly quotes: Map<string, QuoteState>
  readonly batches: Batches
  /** In the order of the commands. */
  readonly seriesFeeChanges: Array<SeriesFeeChange>
  readonly eventFeeChanges: Array<EventFeeChange>
  readonly reference: ReferenceState
  /** Oldest first. */
  readonly blockTrades: Map<string, BlockTradeState>
}

/** Subaccounts are numbered from 0 to 63. */
export const isSubaccount = (subaccount: number): boolean =>
  Number.isInteger(subaccount) && subaccount >= 0 && subaccount <= 63

export const exchangeIsPaused: Refusal = /*#__PURE__*/ refusal("conflict", "exchange_is_paused")

/** Refuses while the exchange is paused on the shard. */
export const checkNotPaused = (state: State, exchangeIndex = 0): Refusal | undefined =>
  state.exchangeActive[exchangeIndex] === false ? exchangeIsPaused : undefined

/** Copies an order. Later events do not change the copy. Field by field is several times faster than a spread. */
export const snapshot = (order: OrderState): Order => ({
  orderId: order.orderId,
  accountId: order.accountId,
  subaccount: order.subaccount,
  clientOrderId: order.clientOrderId,
  ticker: order.ticker,
  exchangeIndex: order.exchangeIndex,
  side: order.side,
  price: order.price,
  initialCount: order.initialCount,
  fillCount: order.fillCount,
  remainingCount: order.remainingCount,
  status: order.status,
  cancelReason: order.cancelReason,
  timeInForce: order.timeInForce,
  selfTradePrevention: order.selfTradePrevention,
  postOnly: order.postOnly,
  cancelOnPause: order.cancelOnPause,
  orderGroupId: order.orderGroupId,
  expirationMillis: order.expirationMillis,
  createdMillis: order.createdMillis,
  updatedMillis: order.updatedMillis,
  takerCostMicros: order.takerCostMicros,
  makerCostMicros: order.makerCostMicros,
  takerFeesMicros: order.takerFeesMicros,
  makerFeesMicros: order.makerFeesMicros,
  reservedMicros: order.reservedMicros
})
