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

/** Removes `readonly` from the fields of an entity. */
type Mutable<A> = { -readonly [K in keyof A]: A[K] }

export interface AccountState {
  readonly accountId: string
  readonly name: string
  tier: Tier
  readonly keys: Array<ApiKey>
  /** Every accepted order. */
  readonly orders: OrderList<OrderState>
  restingCount: number
  /** Orders by their reserved client ids. */
  readonly clientOrderIds: Map<string, OrderState>
  readonly groups: Map<string, GroupState>
  /** The holdings by subaccount and shard. An unused subaccount or shard has no entry. */
  readonly holdings: Map<number, Holding>
  /** The positions of each subaccount on all shards. */
  readonly positions: Map<number, PositionList>
  /** The number of created subaccounts, which are numbered from 1. */
  subaccounts: number
  /** Netting flags by subaccount. A flag that was never set has no entry. */
  readonly netting: Map<number, boolean>
  readonly fills: FillList
  readonly settlements: Array<Settlement>
  readonly settlementsByTicker: KeyIndex<Settlement>
  readonly deposits: Array<Payment>
  readonly withdrawals: Array<Payment>
  readonly cashTransfers: Array<SubaccountTransfer>
  readonly shardTransfers: Array<TransferState>
  /** Client ids of executed transfers. */
  readonly clientTransferIds: Set<string>
  allocation: Allocation
  /** The account's money on the margined exchange. */
  marginedMicros: number
  /** By subaccount, or for all subaccounts: the time until which new orders are canceled on arrival. */
  readonly cancelledOnArrivalUntil: Map<number | "all", number>
  readonly buckets: Buckets
  /** The public id of the account in its RFQs and quotes. */
  readonly communicationsId: string
  /** Every RFQ that the account created, oldest first. */
  readonly rfqs: Array<RfqState>
  readonly rfqIndexes: RecordIndexes<RfqState>
  /** The account's open RFQs by market ticker. */
  readonly openRfqs: Map<string, RfqState>
  /** Every quote that the account made, oldest first. */
  readonly quotes: Array<QuoteState>
  readonly quoteIndexes: RecordIndexes<QuoteState>
  /** Every quote on the account's RFQs, oldest first. */
  readonly receivedQuotes: Array<QuoteState>
  readonly receivedQuoteIndexes: RecordIndexes<QuoteState>
  /** When the account created combos in the last seven days, oldest first. */
  readonly comboCreations: Array<number>
  /** Every proposed block trade to which the account is a party, oldest first. */
  readonly blockTrades: Array<BlockTradeState>
  /** The state of an FCM member; undefined for any other account. */
  fcm: FcmState | undefined
  /** The account as a subtrader of an FCM; undefined for any other account. */
  subtrader: SubtraderState | undefined
}

/** The state of a futures commission merchant (FCM). */
export interface FcmState {
  /** The account whose subtraders receive transferred positions. Without it, transfers are refused. */
  errorAccount: AccountState | undefined
  readonly subtraders: Map<string, SubtraderState>
  /** Every accepted order of the subtraders, oldest first. */
  readonly orders: Array<OrderState>
  /** Every trade of the subtraders, oldest first. */
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
  /** Every quote on the RFQ, oldest first. */
  readonly quotes: Array<QuoteState>
  /**
   * The accepted or confirmed quote. Undefined after the quote was executed or canceled, or was not confirmed in time.
   */
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

/** The best bids on one child; undefined for a side without a bid. */
export type BestBids = Record<"yes" | "no", BestBid | undefined>

export interface BatchState extends Mutable<Omit<RfqBatch, "rfqs">> {
  readonly account: AccountState
  /** The children, in the order of the request. */
  readonly children: ReadonlyArray<RfqState>
  /** The latest batch quote of each maker, by account id. */
  readonly quotes: Map<string, BatchQuoteState>
  /** The best bids, by child. All undefined if the batch is not open. */
  readonly best: Array<BestBids>
  /** The number of changes of the best bids, and the time of the last change. */
  version: number
  bestMillis: number | undefined
  /** When the best bids were last sent to the creator. */
  publishedMillis: number | undefined
  /** The number of batch quotes that were made on the batch. */
  quotesMade: number
  /** The `client_order_id` of the acceptance that succeeded. */
  clientOrderId: string | undefined
}

export interface BatchQuoteState extends Mutable<Omit<BatchQuote, "quotes">> {
  readonly account: AccountState
  readonly batch: BatchState
  /**
   * The quotes on the children, in the order of the children. Once the batch is accepted, only the quotes that won a
   * child. Only these are in the state's list of quotes.
   */
  quotes: Array<QuoteState>
  /** The time priority of each bid, by side and child: of equal bids, the lowest number wins. */
  readonly priorities: Readonly<Record<"yes" | "no", ReadonlyArray<number>>>
  /** Whether the bids can win children: for 30 seconds after the batch quote was sent. */
  isCounted: boolean
}

/** All batches, with the indexes that find them. */
export interface Batches {
  readonly byId: Map<string, BatchState>
  /** The latest batch quote of each maker on each batch. */
  readonly quotes: Map<string, BatchQuoteState>
  /** The open batches of each account, oldest first. */
  readonly openOf: Map<string, Set<BatchState>>
  /** The open and accepted batches with a child on a market, by ticker. */
  readonly ofMarket: Map<string, Set<BatchState>>
  /** The latest batch with a client batch id, by account id. */
  readonly byClientId: Map<string, Map<string, BatchState>>
  /** The batches of all accounts, and of each account. */
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

/** The cash and the positions of one subaccount on one shard. */
export interface Holding {
  readonly account: AccountState
  readonly subaccount: number
  readonly exchangeIndex: number
  /** Free cash, which is never below zero. */
  cashMicros: number
  /** Reserved for resting orders. */
  collateralMicros: number
  feesMicros: number
  updatedMillis: number
  /** The positions by market ticker. The first order creates the entry. */
  readonly positions: Map<string, PositionState>
}

/**
 * A subaccount's own resting orders on one side of a market, oldest first. Held contracts cover the oldest orders
 * first.
 */
export interface OwnSide {
  first: OrderState | undefined
  last: OrderState | undefined
  /** The oldest order that is not fully covered. */
  boundary: OrderState | undefined
  /** The remaining count of all orders. */
  restingCount: number
  coveredCount: number
}

/** Every position of a subaccount, in order of their creation. New positions come last, so that pages do not shift. */
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
  /** The index among the positions of the subaccount, in order of their creation. */
  listIndex: number
  /** The subaccount's own resting orders in the market. */
  readonly bid: OwnSide
  readonly ask: OwnSide
}

export interface SeriesState extends Mutable<Series> {
  volume: number
  readonly events: Array<EventState>
  /** Every change of the fee, in the order of the commands. */
  readonly feeChanges: Array<SeriesFeeChange>
}

export interface EventState extends Mutable<MarketEvent> {
  readonly series: SeriesState
  readonly markets: Array<MarketState>
  /** Every change of the fee override, in the order of the commands. */
  readonly feeChanges: Array<EventFeeChange>
}

/** A collection, and its combos. */
export interface CollectionState extends Collection {
  readonly eventsByTicker: ReadonlyMap<string, AssociatedEvent>
  /** The events from which a combo needs legs. */
  readonly requiredEvents: ReadonlyArray<AssociatedEvent>
  /** The collection's combos by their legs, oldest first. */
  readonly combos: Map<string, MarketState>
  /** The events of the combos, oldest first. */
  readonly comboEvents: Array<EventState>
}

/** The collection and the legs of a combo. */
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
  /** The rates with which the market was created. Undefined if it follows its event and series. */
  readonly ownTakerRate: number | undefined
  readonly ownMakerRate: number | undefined
  readonly settlementTimerSeconds: number
  readonly settlementFloor: number | undefined
  readonly isHighlyVolatile: boolean
  result: "yes" | "no" | "scalar" | undefined
  settlementValue: number | undefined
  /** Whether the result is disputed, or was set again after a dispute. */
  challenge: "disputed" | "amended" | undefined
  settledMillis: number | undefined
  readonly book: Book<OrderState>
  readonly trades: Array<Trade>
  /** The number of trades that were at least a day old at the last count. */
  oldTrades: number
  /** The contracts of all newer trades. */
  dayVolume: number
  lastPrice: number
  volume: number
  openInterest: number
  /** Every current or past position in the market. */
  readonly positions: Array<PositionState>
  /** The top of the book in the past. At most one entry per hour, for at least a day. */
  readonly marks: Array<{ readonly atMillis: number; readonly topOfBook: TopOfBook }>
  /** The best prices and the open interest in the past, oldest first. Without the values after the last action. */
  readonly quotes: Array<QuotePeriod>
  /** When the book or the last price last changed. */
  touchedMillis: number
  /** The exchange's clock at the last change of the book. 0 before the first change. */
  clock: number
}

/**
 * An order with its links to other entities. A resting order is linked into its price level, and into the list of its
 * subaccount's orders.
 */
export interface OrderState extends Mutable<Order>, Resting<OrderState> {
  readonly account: AccountState
  readonly market: MarketState
  readonly position: PositionState
  readonly group: GroupState | undefined
  /** The order's index among its account's orders. */
  listIndex: number
  /** The index of the order's last fill among its account's fills; -1 without a fill. */
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
  /** Resting orders of the group, oldest first. */
  readonly resting: Set<OrderState>
  /** Every order ever placed in the group, oldest first. */
  readonly placed: Array<OrderState>
}

/** A timer of a batch or of a batch quote. */
export type BatchTimer =
  | { readonly lapseBatch: BatchState }
  | { readonly executeBatch: BatchState }
  | { readonly publishBest: BatchState }
  | { readonly discount: BatchQuoteState }

/** A scheduled effect, with its subject. */
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
  /** Adds an entry to the log; undefined without subscribers. */
  emit: ((body: LogBody) => void) | undefined
  /** What changed since the last report; empty without subscribers. */
  readonly changedHoldings: Set<Holding>
  readonly changedPositions: Set<PositionState>
  readonly accounts: Map<string, AccountState>
  readonly keys: Map<string, ApiKey>
  readonly series: Map<string, SeriesState>
  readonly events: Map<string, EventState>
  /** The events of combos, and all other events, oldest first. */
  readonly eventLists: { readonly combos: Array<EventState>; readonly others: Array<EventState> }
  readonly markets: Map<string, MarketState>
  /** All markets, the combos, and all other markets, oldest first. */
  readonly marketLists: {
    readonly all: Array<MarketState>
    readonly combos: Array<MarketState>
    readonly others: Array<MarketState>
  }
  readonly collections: Map<string, CollectionState>
  /** Every trade, oldest first. */
  readonly trades: Array<Trade>
  readonly orders: Map<string, OrderState>
  readonly timers: Timers<Timer>
  nowMillis: number
  /** Rises by one at each action that changes a book. An action is a command or a timer. */
  clock: number
  /** The new value of the clock if the current action changes a book. */
  actionClock: number
  /** Deposits minus withdrawals of all accounts. */
  depositedMicros: number
  /** Whether the exchange is active, by shard. */
  readonly exchangeActive: Array<boolean>
  /** Whether trading is active, by shard. */
  readonly tradingActive: Array<boolean>
  readonly rfqs: Map<string, RfqState>
  /** All RFQs, oldest first. */
  readonly rfqList: Array<RfqState>
  readonly rfqIndexes: RecordIndexes<RfqState>
  readonly quotes: Map<string, QuoteState>
  readonly batches: Batches
  /** All changes of fees, in the order of the commands. */
  readonly seriesFeeChanges: Array<SeriesFeeChange>
  readonly eventFeeChanges: Array<EventFeeChange>
  readonly reference: ReferenceState
  /** All proposed block trades, oldest first. */
  readonly blockTrades: Map<string, BlockTradeState>
}

/** Subaccounts are numbered from 0 to 63. */
export const isSubaccount = (subaccount: number): boolean =>
  Number.isInteger(subaccount) && subaccount >= 0 && subaccount <= 63

export const exchangeIsPaused: Refusal = /*#__PURE__*/ refusal("conflict", "exchange_is_paused")

/** Refuses state changes while the exchange is paused on a shard. Default: shard 0. */
export const checkNotPaused = (state: State, exchangeIndex = 0): Refusal | undefined =>
  state.exchangeActive[exchangeIndex] === false ? exchangeIsPaused : undefined

/**
 * A copy of an order. Later events do not change the copy. Copying field by field is several times faster than a
 * spread.
 */
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
