/**
 * What the exchange holds while it runs: mutable, and linked so that nothing has to be searched for.
 *
 * @module
 */
import type { Assumptions } from "../Assumptions.ts"
import type {
  Allocation,
  ApiKey,
  Event,
  MarketEvent,
  Order,
  Payment,
  PriceRange,
  Quote,
  Refusal,
  Series,
  Settlement,
  ShardTransfer,
  SubaccountTransfer,
  Tier,
  Trade
} from "./Entities.ts"
import type { Book, Resting } from "./orders/book.ts"
import type { Buckets } from "./accounts/buckets.ts"
import type { Rounding } from "./money/fees.ts"
import type { FillWindow } from "./orders/fillWindow.ts"
import type { FillList } from "./orders/fillList.ts"
import type { Ids } from "./ids.ts"
import type { OrderList } from "./orders/orderList.ts"
import { refusal } from "./refusals.ts"
import type { Timers } from "./timers.ts"

/** Takes `readonly` off the fields of an entity. */
type Mutable<A> = { -readonly [K in keyof A]: A[K] }

export interface AccountState {
  readonly accountId: string
  readonly name: string
  tier: Tier
  readonly keys: Array<ApiKey>
  /** Every order that was ever accepted. */
  readonly orders: OrderList<OrderState>
  restingCount: number
  /** Orders by the client ids that are taken. */
  readonly clientOrderIds: Map<string, OrderState>
  readonly groups: Map<string, GroupState>
  /** By subaccount and shard; one that was never touched has no entry. */
  readonly holdings: Map<number, Holding>
  /** Numbered subaccounts that were made: 1 to this number. */
  subaccounts: number
  /** Netting flags by subaccount, where they were ever set. */
  readonly netting: Map<number, boolean>
  readonly fills: FillList
  readonly settlements: Array<Settlement>
  readonly deposits: Array<Payment>
  readonly withdrawals: Array<Payment>
  readonly cashTransfers: Array<SubaccountTransfer>
  readonly shardTransfers: Array<TransferState>
  /** Client ids of transfers that were carried out. */
  readonly clientTransferIds: Set<string>
  allocation: Allocation
  /** When its cash is next spread over the shards. */
  spreadsMillis: number
  /** What is with the margined exchange. */
  marginedMicros: number
  /** Until when orders of all subaccounts, or of one, are cancelled as they come. */
  readonly sweptUntil: Map<number | "all", number>
  readonly buckets: Buckets
}

export type TransferState = Mutable<ShardTransfer>

/** What one subaccount holds on one shard. */
export interface Holding {
  readonly account: AccountState
  readonly subaccount: number
  readonly exchangeIndex: number
  /** Free; never below zero. */
  cashMicros: number
  /** Set aside for resting orders. */
  collateralMicros: number
  feesMicros: number
  updatedMillis: number
  /** By market ticker; an entry is made with the first order. */
  readonly positions: Map<string, PositionState>
}

/** A subaccount's own orders on one side of a market, oldest first. Covered ones come first. */
export interface OwnSide {
  first: OrderState | undefined
  last: OrderState | undefined
  /** The oldest order that is not wholly covered. */
  boundary: OrderState | undefined
  /** What remains of all orders. */
  restingCount: number
  coveredCount: number
}

export interface PositionState {
  readonly holding: Holding
  readonly market: MarketState
  /** Signed: YES above zero, NO below. */
  count: number
  exposureMicros: number
  realizedMicros: number
  tradedMicros: bigint
  tradedCount: number
  feesMicros: number
  updatedMillis: number
  settled: boolean
  /** The subaccount's own resting orders in the market. */
  readonly bid: OwnSide
  readonly ask: OwnSide
}

export interface SeriesState extends Mutable<Series> {
  volume: number
}

export interface EventState extends Mutable<MarketEvent> {
  readonly series: SeriesState
  readonly markets: Array<MarketState>
}

export interface MarketState {
  readonly ticker: string
  readonly event: EventState
  readonly exchangeIndex: number
  readonly title: string
  readonly type: "binary" | "scalar"
  readonly createdMillis: number
  updatedMillis: number
  readonly openMillis: number
  closeMillis: number
  paused: boolean
  readonly grid: ReadonlyArray<PriceRange>
  /** In millionths. */
  readonly takerRate: number
  readonly makerRate: number
  readonly settlementTimerSeconds: number
  result: "yes" | "no" | "scalar" | undefined
  settlementValue: number | undefined
  /** Whether its result was challenged, or given again after that. */
  challenge: "disputed" | "amended" | undefined
  /** When it settles by itself. */
  settlesMillis: number
  settledMillis: number | undefined
  readonly book: Book<OrderState>
  readonly trades: Array<Trade>
  /** Trades that are a day old or more, as far as that was counted. */
  oldTrades: number
  /** Contracts of the others. */
  dayVolume: number
  lastPrice: number
  volume: number
  openInterest: number
  /** Every position there is, or was, in it. */
  readonly positions: Array<PositionState>
  /** Quotes as they were, at most one an hour, of a little more than a day. */
  readonly marks: Array<{ readonly atMillis: number; readonly quote: Quote }>
  /** When its book or its last price last changed. */
  touchedMillis: number
}

/** An order as the engine keeps it: linked into its price level and among its owner's orders while it rests. */
export interface OrderState extends Mutable<Order>, Resting<OrderState> {
  readonly account: AccountState
  readonly market: MarketState
  readonly position: PositionState
  readonly group: GroupState | undefined
  /** Its place among its account's orders. */
  place: number
  /** The place of its last fill among its account's fills; -1 where it has none. */
  lastFill: number
  ownPrevious: OrderState | undefined
  ownNext: OrderState | undefined
  /** How much of what remains is backed by contracts held, instead of by money. */
  coveredCount: number
  /** The rate of the fee that is set aside for it, in millionths: the taker's until it rests. */
  feeRate: number
  /** Rounding fees that were paid and not given back. */
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
  /** Orders of the group that rest, oldest first. */
  readonly resting: Set<OrderState>
  /** Every order ever placed in the group, oldest first. */
  readonly placed: Array<OrderState>
}

/** What is to happen by itself. One whose time was changed since is told by its own time. */
export type Timer =
  | { readonly expire: OrderState }
  | { readonly close: MarketState }
  | { readonly settle: MarketState }
  | { readonly arrive: TransferState; readonly account: AccountState }
  | { readonly spread: AccountState }

export interface State {
  readonly assumptions: Assumptions
  readonly rounding: Rounding
  readonly ids: Ids
  readonly emit: ((event: Event) => void) | undefined
  readonly accounts: Map<string, AccountState>
  readonly keys: Map<string, ApiKey>
  readonly series: Map<string, SeriesState>
  readonly events: Map<string, EventState>
  readonly markets: Map<string, MarketState>
  /** Every trade, oldest first. */
  readonly trades: Array<Trade>
  readonly orders: Map<string, OrderState>
  readonly timers: Timers<Timer>
  nowMillis: number
  /** Deposits less withdrawals of all accounts. */
  depositedMicros: number
  /** By shard. */
  readonly exchangeActive: Array<boolean>
  readonly tradingActive: Array<boolean>
}

/** Subaccounts are numbered from 0 to 63. */
export const isSubaccount = (subaccount: number): boolean =>
  Number.isInteger(subaccount) && subaccount >= 0 && subaccount <= 63

/** Refuses whatever changes state while the exchange, or one shard of it, is paused. */
export const whilePaused = (state: State, exchangeIndex = 0): Refusal | undefined =>
  state.exchangeActive[exchangeIndex] === false ? refusal("conflict", "exchange_is_paused") : undefined

/** A copy of an order that later events do not change. Field by field: that is several times faster than a spread. */
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
