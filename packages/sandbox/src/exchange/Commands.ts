/**
 * The commands of the exchange, which are plain data, and the filters of its reads.
 *
 * Prices are whole ten-thousandths of a dollar, counts whole hundredths of a contract; names that end in `Millis` are Unix
 * milliseconds.
 *
 * @module
 */
import type * as Result from "effect/Result"
import type {
  Account,
  Allocation,
  ApiKey,
  Market,
  MarketEvent,
  Order,
  OrderGroup,
  Location,
  Quote,
  Refusal,
  Rfq,
  Scope,
  Series,
  ShardTransfer,
  SubaccountTransfer,
  Tier
} from "./Entities.ts"

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
  /** Whether its markets are combos. Default: false. */
  readonly multivariate?: boolean
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
  /** Whether quotes must be confirmed in 3 seconds, and are executed a second later. Default: true for combos, else false: 30 and 15. */
  readonly isHighlyVolatile?: boolean
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
  /** A second command with the same id is refused. */
  readonly clientTransferId: string
  readonly fromSubaccount: number
  readonly toSubaccount: number
  readonly amountMicros: number
  readonly exchangeIndex: number
}

/** Cash to move to another shard, or to or from the margined exchange. */
export interface TransferShard {
  /** A second command with the same id is refused. */
  readonly clientTransferId: string | undefined
  readonly source: Location
  readonly destination: Location
  readonly amountMicros: number
}

/** A request for quote: exactly one of a count and a target cost. */
export interface CreateRfq {
  readonly ticker: string
  readonly subaccount: number
  readonly count: number | undefined
  readonly targetCostMicros: number | undefined
  /** Whether fees are paid on top of the target cost, instead of out of it. */
  readonly targetCostExcludesFees: boolean
  readonly isObscured: boolean
  readonly restRemainder: boolean
  /** Whether an open RFQ of the subaccount on the same market is deleted, instead of causing a refusal. */
  readonly replaceExisting: boolean
}

/** A quote on an RFQ. A bid of zero declines its side. */
export interface CreateQuote {
  readonly rfqId: string
  readonly subaccount: number
  readonly yesBid: number
  readonly noBid: number
  readonly restRemainder: boolean
  readonly postOnly: boolean
}

/** The target of a change of a quote. */
export interface QuoteTarget {
  readonly quoteId: string
  /** If set, the quote's own. */
  readonly rfqId: string | undefined
  /** If set, the caller's subaccount in the quote. */
  readonly subaccount: number | undefined
}

/** The new target allocation of cash. */
export type SetAllocation = Allocation

/** A subaccount on a shard. Default: the primary one on shard 0. */
interface CashLocation {
  readonly subaccount?: number | undefined
  readonly exchangeIndex?: number | undefined
}

/** The order before and after an amend or a decrease. */
export interface Changed {
  readonly before: Order
  readonly after: Order
}

/** A cancelled order, and the count that had remained. */
export interface Canceled {
  readonly order: Order
  readonly reducedBy: number
}

/** The fields of each command, and its result. */
export interface CommandTypes {
  /** Creates an account with cash in its primary subaccount. Defaults: a million dollars, the tier `unmetered`. */
  readonly createAccount: readonly [
    { readonly name: string; readonly dollars?: string | undefined; readonly tier?: Tier | undefined },
    Account
  ]
  readonly setTier: readonly [{ readonly accountId: string; readonly tier: Tier }, void]
  /** Raises a basic account that has placed an order to the advanced tier. */
  readonly upgradeTier: readonly [{ readonly accountId: string }, void]
  /** Registers a public key (SPKI PEM). */
  readonly registerKey: readonly [
    { readonly accountId: string; readonly publicKey: string; readonly options?: KeyOptions | undefined },
    ApiKey
  ]
  readonly deleteKey: readonly [{ readonly accountId: string; readonly keyId: string }, void]
  readonly deposit: readonly [{ readonly accountId: string; readonly dollars: string } & CashLocation, void]
  readonly withdraw: readonly [{ readonly accountId: string; readonly dollars: string } & CashLocation, void]
  /** Creates the next numbered subaccount and returns its number. */
  readonly createSubaccount: readonly [{ readonly accountId: string; readonly exchangeIndex: number }, number]
  readonly setNetting: readonly [
    { readonly accountId: string; readonly subaccount: number; readonly enabled: boolean },
    void
  ]
  /** Moves cash between subaccounts. */
  readonly transferCash: readonly [{ readonly accountId: string; readonly transfer: TransferCash }, SubaccountTransfer]
  /** Sends cash to another shard, or to or from the margined exchange. */
  readonly transferShard: readonly [{ readonly accountId: string; readonly transfer: TransferShard }, ShardTransfer]
  /** Spreads the primary subaccount's free cash over the shards from now on. */
  readonly setAllocation: readonly [{ readonly accountId: string; readonly allocation: SetAllocation }, void]
  readonly createSeries: readonly [{ readonly series: CreateSeries }, Series]
  readonly createEvent: readonly [{ readonly event: CreateEvent }, MarketEvent]
  readonly createMarket: readonly [{ readonly market: CreateMarket }, Market]
  /**
   * Pauses a market, which then accepts no new orders. Resting orders stay, except those that requested cancellation on
   * pause.
   */
  readonly pauseMarket: readonly [{ readonly ticker: string }, void]
  /** Resumes a paused market; cancels the orders that rested through the pause. */
  readonly reactivateMarket: readonly [{ readonly ticker: string }, void]
  /** Sets when a market closes: immediately if the time is not later than now. A later time reopens a closed market. */
  readonly setMarketClose: readonly [{ readonly ticker: string; readonly closeMillis: number }, void]
  /** Sets the result of a market; it settles when its timer expires, or at `settleMarket`. */
  readonly determineMarket: readonly [{ readonly ticker: string; readonly outcome: Outcome }, void]
  /** Disputes a market's result: it does not settle until it is determined again. */
  readonly disputeMarket: readonly [{ readonly ticker: string }, void]
  /** Pays out every position of a determined market. */
  readonly settleMarket: readonly [{ readonly ticker: string }, void]
  /** Pauses or resumes the exchange, or only its trading, on one shard or on all. */
  readonly setActive: readonly [
    {
      readonly exchange?: boolean | undefined
      readonly trading?: boolean | undefined
      readonly exchangeIndex?: number | undefined
    },
    void
  ]
  /**
   * Sets the clocks of the books back, as exchange maintenance may: the exchange's clock to 1, and each market's to 1
   * unless it never moved.
   */
  readonly restartClocks: readonly [unknown, void]
  readonly createOrder: readonly [{ readonly accountId: string; readonly order: CreateOrder }, Order]
  /** Cancels a resting order; any other order is not found, so cancelling twice changes nothing. */
  readonly cancelOrder: readonly [{ readonly accountId: string; readonly target: OrderTarget }, Canceled]
  /** Cancels the resting orders of one subaccount or of all, on every shard, and returns their number. */
  readonly cancelAllOrders: readonly [{ readonly accountId: string; readonly subaccount?: number | undefined }, number]
  /** Changes price, total count, expiry or client id of a resting order. */
  readonly amendOrder: readonly [{ readonly accountId: string; readonly order: AmendOrder }, Changed]
  /** Makes a resting order smaller; it keeps its position in the queue. */
  readonly decreaseOrder: readonly [{ readonly accountId: string; readonly order: DecreaseOrder }, Changed]
  readonly createGroup: readonly [{ readonly accountId: string; readonly group: CreateGroup }, OrderGroup]
  /** Empties the group's window and accepts orders again. */
  readonly resetGroup: readonly [{ readonly accountId: string; readonly target: GroupTarget }, void]
  /** Cancels the group's resting orders and accepts no more until the group is reset. */
  readonly triggerGroup: readonly [{ readonly accountId: string; readonly target: GroupTarget }, void]
  /** Sets the group's limit, which triggers the group if its window already exceeds it. */
  readonly setGroupLimit: readonly [
    { readonly accountId: string; readonly target: GroupTarget; readonly limit: number },
    void
  ]
  /** Cancels the group's resting orders and removes it. */
  readonly deleteGroup: readonly [{ readonly accountId: string; readonly target: GroupTarget }, void]
  readonly createRfq: readonly [{ readonly accountId: string; readonly rfq: CreateRfq }, Rfq]
  /** Deletes an open RFQ of the account, and cancels the quotes on it. A subaccount must be the RFQ's own. */
  readonly deleteRfq: readonly [
    { readonly accountId: string; readonly rfqId: string; readonly subaccount?: number | undefined },
    void
  ]
  /** Quotes an RFQ of another account, and replaces the maker's older quote on it. */
  readonly createQuote: readonly [{ readonly accountId: string; readonly quote: CreateQuote }, Quote]
  /** Cancels an open quote of the account; any other quote is not found. */
  readonly deleteQuote: readonly [{ readonly accountId: string; readonly target: QuoteTarget }, void]
  /** Accepts one side of a quote on an RFQ of the account. `side` is the maker's side of the trade. */
  readonly acceptQuote: readonly [
    { readonly accountId: string; readonly target: QuoteTarget; readonly side: "yes" | "no" },
    void
  ]
  /** Confirms an accepted quote of the account, which starts the timer of its execution. */
  readonly confirmQuote: readonly [{ readonly accountId: string; readonly target: QuoteTarget }, void]
}

export type CommandType = keyof CommandTypes

/** A command: its type and its fields. */
export type Command<Type extends CommandType = CommandType> = {
  readonly [T in Type]: { readonly type: T } & CommandTypes[T][0]
}[Type]

/** The result of a command. */
export type CommandResult<Type extends CommandType = CommandType> = Result.Result<CommandTypes[Type][1], Refusal>

/** A command in the exchange's log, executed or refused. */
export interface CommandEntry {
  readonly type: "command"
  readonly seq: number
  readonly atMillis: number
  readonly command: Command
}

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

/** A filter of RFQs; undefined fields do not filter. */
export interface ListRfqs extends PageQuery {
  readonly isOwn: boolean
  readonly accountId: string | undefined
  readonly ticker: string | undefined
  readonly eventTicker: string | undefined
  /** Lists RFQs of the caller only. */
  readonly subaccount: number | undefined
  readonly status: string | undefined
}

/** A filter of quotes of which the caller is a party. Times are those of the last update. */
export interface ListQuotes extends PageQuery, TimeQuery {
  /** The caller's role. No account is both, because it cannot quote its own RFQ. */
  readonly isMaker: boolean
  readonly isRfqCreator: boolean
  readonly rfqId: string | undefined
  readonly status: string | undefined
  readonly makerAccountId: string | undefined
  readonly rfqAccountId: string | undefined
  /** The caller's own. */
  readonly subaccount: number | undefined
}
