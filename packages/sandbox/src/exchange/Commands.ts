/**
 * What the exchange can be told to do, and asked for.
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
  /** A shard, or -1 or undefined to go by the ticker. */
  readonly exchangeIndex: number | undefined
}

/** Names the order to change or cancel. An id does not tell its shard: without a shard and a ticker it is shard 0. */
export interface OrderTarget {
  readonly orderId: string
  readonly subaccount: number
  readonly exchangeIndex: number | undefined
  readonly marketTicker: string | undefined
}

/** How an order is to be from now on. */
export interface AmendOrder {
  readonly orderId: string
  readonly subaccount: number
  readonly exchangeIndex: number | undefined
  /** Both must be the order's own. */
  readonly ticker: string
  readonly side: "bid" | "ask"
  readonly price: number
  /** In total: what is filled and what shall rest. */
  readonly count: number
  /** Must be the order's own where it is given. */
  readonly clientOrderId: string | undefined
  readonly updatedClientOrderId: string | undefined
  /** Undefined keeps the expiry, 0 takes it away. */
  readonly expirationSeconds: number | undefined
}

/** How much smaller an order is to be: exactly one of the two counts. */
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

/** Names the order group to change; the subaccount and the shard must be its own. */
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
  /** Default `Local`. */
  readonly category?: string
  /** Default `custom`. */
  readonly frequency?: string
  readonly tags?: ReadonlyArray<string>
  /** Default `quadratic`: 7 % for the taker, nothing for the maker. */
  readonly feeType?: Series["feeType"]
  /** Of the fees; 0 to 10 with at most two decimals. Default 1. */
  readonly feeMultiplier?: number
}

/** An event to create. */
export interface CreateEvent {
  readonly eventTicker: string
  /** Default: the first part of the event's ticker. Made where it is not there. */
  readonly seriesTicker?: string
  /** Default: the ticker. */
  readonly title?: string
  readonly subTitle?: string
  /** Default false. */
  readonly mutuallyExclusive?: boolean
  /** Default 0. All markets of an event are on its shard. */
  readonly exchangeIndex?: number
}

/** A market to create. */
export interface CreateMarket {
  readonly ticker: string
  /** Default: the ticker without its last part. Made where it is not there. */
  readonly eventTicker?: string
  /** Default: the event's, or 0 where the event is made. */
  readonly exchangeIndex?: number
  /** Default: the ticker. */
  readonly title?: string
  /** Default `binary`. */
  readonly type?: "binary" | "scalar"
  /** Default: now. */
  readonly openMillis?: number
  /** Default: never. */
  readonly closeMillis?: number
  /** Price levels in dollars. Default: every cent. */
  readonly priceRanges?: ReadonlyArray<{ readonly start: string; readonly end: string; readonly step: string }>
  /** In ten-thousandths. Default: the series', which is 700 (7 %) unless it says otherwise. */
  readonly takerFeeRate?: number
  /** Default: the series', which is 0 unless it has maker fees. */
  readonly makerFeeRate?: number
  /** Default 3,600. */
  readonly settlementTimerSeconds?: number
}

/** How a market turned out: at a value between NO ("0") and YES ("1") where it is scalar. */
export type Outcome = "yes" | "no" | { readonly scalar: string }

/** What a key is called, may do and is locked to. */
export interface KeyOptions {
  readonly name?: string
  /** Default: everything. */
  readonly scopes?: ReadonlyArray<Scope>
  readonly subaccount?: number
}

/** Cash to move between two subaccounts on one shard. */
export interface TransferCash {
  /** Carried out once. */
  readonly clientTransferId: string
  readonly fromSubaccount: number
  readonly toSubaccount: number
  readonly amountMicros: number
  readonly exchangeIndex: number
}

/** Cash to move to another shard, or to or from the margined exchange. */
export interface TransferShard {
  /** Carried out once. */
  readonly clientTransferId: string | undefined
  readonly source: Place
  readonly destination: Place
  readonly amountMicros: number
}

/** How cash is to be spread from now on. */
export type SetAllocation = Allocation

/** A page of a list: so many, from a cursor that the page before gave. */
export interface PageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A page, and the cursor of the next; empty on the last. */
export interface Page<out A> {
  readonly items: ReadonlyArray<A>
  readonly cursor: string
}

/** Of all lists that can be narrowed by time: Unix seconds, both included. */
export interface TimeQuery {
  readonly minSeconds?: number | undefined
  readonly maxSeconds?: number | undefined
}

/** Which orders to list; what is undefined does not narrow the list. Times are those of creation. */
export interface ListOrders extends PageQuery, TimeQuery {
  readonly ticker?: string | undefined
  readonly eventTickers?: ReadonlyArray<string> | undefined
  readonly status?: string | undefined
  readonly subaccount?: number | undefined
  readonly exchangeIndex?: number | undefined
}

/** Which fills to list. */
export interface ListFills extends PageQuery, TimeQuery {
  readonly tickers?: ReadonlyArray<string> | undefined
  readonly orderId?: string | undefined
  readonly subaccount?: number | undefined
  readonly exchangeIndex?: number | undefined
}

/** Which positions to list, of one subaccount. */
export interface ListPositions extends PageQuery {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly subaccount: number
  readonly exchangeIndex?: number | undefined
  readonly settlement: "unsettled" | "settled" | "all"
  /** Leaves out what is zero in all of these. */
  readonly nonZero: ReadonlyArray<"position" | "total_traded">
}

/** Which settlements to list. */
export interface ListSettlements extends PageQuery, TimeQuery {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly subaccount?: number | undefined
}
