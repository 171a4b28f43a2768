/**
 * The commands of the exchange and the filters of its reads.
 *
 * Prices are whole ten-thousandths of a dollar, counts whole hundredths of a contract; names that end in `Millis` are Unix
 * milliseconds.
 *
 * @module
 */
import type { Allocation, Order, Place, Scope, Series } from "./Entities.ts"

/** An order to place. */
export interface CreateOrder {
  readonly ticker: string
  readonly clientOrderId: string | undefined
  readonly side: "bid" | "ask"
  readonly count: number
  readonly price: number
  readonly timeInForce: Order["timeInForce"]
  readonly selfTradePrevention: Order["selfTradePrevention"]
  readonly expirationSeconds: number | undefined
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly cancelOnPause: boolean
  readonly subaccount: number
  readonly orderGroupId: string | undefined
  /** A shard; -1 or undefined routes by the ticker. */
  readonly exchangeIndex: number | undefined
}

/** The target of a change or cancel. An id does not contain its shard: without a shard and a ticker it is shard 0. */
export interface OrderTarget {
  readonly orderId: string
  readonly subaccount: number
  readonly exchangeIndex: number | undefined
  readonly marketTicker: string | undefined
}

/** The new terms of an order. */
export interface AmendOrder {
  readonly orderId: string
  readonly subaccount: number
  readonly exchangeIndex: number | undefined
  /** Both must match the order's own. */
  readonly ticker: string
  readonly side: "bid" | "ask"
  readonly price: number
  /** The total count: the filled and the resting part. */
  readonly count: number
  /** If set, must match the order's own. */
  readonly clientOrderId: string | undefined
  readonly updatedClientOrderId: string | undefined
  /** Undefined keeps the expiry, 0 removes it. */
  readonly expirationSeconds: number | undefined
}

/** The decrease of an order: exactly one of the two counts. */
export interface DecreaseOrder extends OrderTarget {
  readonly reduceBy: number | undefined
  readonly reduceTo: number | undefined
}

/** An order group to create. `limit` is in hundredths of a contract. */
export interface CreateGroup {
  readonly subaccount: number
  readonly limit: number
  readonly exchangeIndex: number
}

/** The target of a group change; the subaccount and the shard must be the group's own. */
export interface GroupTarget {
  readonly groupId: string
  readonly subaccount: number
  readonly exchangeIndex: number
}

/** A series to create. */
export interface CreateSeries {
  readonly ticker: string
  /** Default: the ticker. */
  readonly title?: string
  /** Default: `Local`. */
  readonly category?: string
  /** Default: `custom`. */
  readonly frequency?: string
  readonly tags?: ReadonlyArray<string>
  /** Default: `quadratic`: 7 % for the taker, nothing for the maker. */
  readonly feeType?: Series["feeType"]
  /** The fee multiplier; 0 to 10 with at most two decimals. Default: 1. */
  readonly feeMultiplier?: number
}

/** An event to create. */
export interface CreateEvent {
  readonly eventTicker: string
  /** Default: the first part of the event's ticker. Created if missing. */
  readonly seriesTicker?: string
  /** Default: the ticker. */
  readonly title?: string
  readonly subTitle?: string
  /** Default: false. */
  readonly mutuallyExclusive?: boolean
  /** Default: 0. All markets of an event are on its shard. */
  readonly exchangeIndex?: number
}

/** A market to create. */
export interface CreateMarket {
  readonly ticker: string
  /** Default: the ticker without its last part. Created if missing. */
  readonly eventTicker?: string
  /** Default: the event's, or 0 if the event is created. */
  readonly exchangeIndex?: number
  /** Default: the ticker. */
  readonly title?: string
  /** Default: `binary`. */
  readonly type?: "binary" | "scalar"
  /** Default: now. */
  readonly openMillis?: number
  /** Default: never. */
  readonly closeMillis?: number
  /** Price levels in dollars. Default: every cent. */
  readonly priceRanges?: ReadonlyArray<{ readonly start: string; readonly end: string; readonly step: string }>
  /** In ten-thousandths. Default: the series' rate, which itself defaults to 700 (7 %). */
  readonly takerFeeRate?: number
  /** Default: the series' rate, which is 0 unless the series has maker fees. */
  readonly makerFeeRate?: number
  /** Default: 3,600. */
  readonly settlementTimerSeconds?: number
}

/** The result of a market: for a scalar market, a value between NO ("0") and YES ("1"). */
export type Outcome = "yes" | "no" | { readonly scalar: string }

/** The name, the scopes and the subaccount lock of a key. */
export interface KeyOptions {
  readonly name?: string
  /** Default: everything. */
  readonly scopes?: ReadonlyArray<Scope>
  readonly subaccount?: number
}

/** Cash to move between two subaccounts on one shard. */
export interface TransferCash {
  /** Executed only once. */
  readonly clientTransferId: string
  readonly fromSubaccount: number
  readonly toSubaccount: number
  readonly amountMicros: number
  readonly exchangeIndex: number
}

/** Cash to move to another shard, or to or from the margined exchange. */
export interface TransferShard {
  /** Executed only once. */
  readonly clientTransferId: string | undefined
  readonly source: Place
  readonly destination: Place
  readonly amountMicros: number
}

/** The new target allocation of cash. */
export type SetAllocation = Allocation

/** A page request: the limit, and the cursor of the previous page. */
export interface PageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A page, and the cursor of the next; empty on the last. */
export interface Page<out A> {
  readonly items: ReadonlyArray<A>
  readonly cursor: string
}

/** The time filter of lists: Unix seconds, both inclusive. */
export interface TimeQuery {
  readonly minSeconds?: number | undefined
  readonly maxSeconds?: number | undefined
}

/** A filter of orders; undefined fields do not filter. Times are those of creation. */
export interface ListOrders extends PageQuery, TimeQuery {
  readonly ticker?: string | undefined
  readonly eventTickers?: ReadonlyArray<string> | undefined
  readonly status?: string | undefined
  readonly subaccount?: number | undefined
  readonly exchangeIndex?: number | undefined
}

/** A filter of fills. */
export interface ListFills extends PageQuery, TimeQuery {
  readonly tickers?: ReadonlyArray<string> | undefined
  readonly orderId?: string | undefined
  readonly subaccount?: number | undefined
  readonly exchangeIndex?: number | undefined
}

/** A filter of positions of one subaccount. */
export interface ListPositions extends PageQuery {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly subaccount: number
  readonly exchangeIndex?: number | undefined
  readonly settlement: "unsettled" | "settled" | "all"
  /** Excludes positions that are zero in all of these. */
  readonly nonZero: ReadonlyArray<"position" | "total_traded">
}

/** A filter of settlements. */
export interface ListSettlements extends PageQuery, TimeQuery {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly subaccount?: number | undefined
}
