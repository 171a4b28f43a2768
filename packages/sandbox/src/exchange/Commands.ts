/**
 * The commands of the exchange, which are plain data, and the filters of its reads.
 *
 * Prices are in ten-thousandths of a dollar, and counts in hundredths of a contract. Names that end in `Millis` are
 * Unix milliseconds. All of these are whole numbers.
 *
 * @module
 */
import type * as Result from "effect/Result"
import type {
  Account,
  Allocation,
  ApiKey,
  BatchQuote,
  IncentiveProgram,
  Collection,
  ComboLeg,
  BlockTrade,
  EventFeeChange,
  FeeTerms,
  Market,
  MarketEvent,
  Milestone,
  Order,
  OrderGroup,
  Location,
  Quote,
  Refusal,
  Rfq,
  RfqBatch,
  Scope,
  Series,
  SeriesFeeChange,
  ShardTransfer,
  Strike,
  StructuredTarget,
  SubaccountTransfer,
  Subtrader,
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
  /** If set and not -1, must be the shard of the market. */
  readonly exchangeIndex: number | undefined
}

/**
 * The target of a change or cancel. An order id does not contain a shard. If the target has neither a shard nor a
 * ticker, the order must be on shard 0. The shard -1 needs a ticker.
 */
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
  /** Must be the ticker of the order. */
  readonly ticker: string
  /** Must be the side of the order. */
  readonly side: "bid" | "ask"
  readonly price: number
  /** The total count: the filled and the resting part. */
  readonly count: number
  /** If set, must be the client id of the order. */
  readonly clientOrderId: string | undefined
  readonly updatedClientOrderId: string | undefined
  /** Undefined keeps the expiry, 0 removes it. */
  readonly expirationSeconds: number | undefined
}

/** The decrease of an order. Needs exactly one of `reduceBy` and `reduceTo`. */
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

/** The target of a group change. The subaccount and the shard must be those of the group. */
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
  /** Default: `quadratic`, with a rate of 7 % for the taker and no fee for the maker. */
  readonly feeType?: Series["feeType"]
  /** The fee multiplier; 0 to 10 with at most two decimals. Default: 1. */
  readonly feeMultiplier?: number
}

/** An event to create. */
export interface CreateEvent {
  readonly eventTicker: string
  /**
   * The series, which is created if it does not exist. Default: the part of the event's ticker before the first hyphen.
   */
  readonly seriesTicker?: string
  /** Default: the ticker. */
  readonly title?: string
  readonly subTitle?: string
  /** Default: false. */
  readonly mutuallyExclusive?: boolean
  /** Whether the markets of the event are combos. Default: false. */
  readonly multivariate?: boolean
  /** Default: 0. All markets of an event are on its shard. */
  readonly exchangeIndex?: number
  /** The competition of a sport, such as `Pro Football`. */
  readonly competition?: string
  /** The scope of the event within the competition, such as `Game`. */
  readonly competitionScope?: string
  /**
   * The source of the event's live data: an index or an underlying of the feed such as `BRTI` or `Metal.XAU/USD`, or a
   * city of the weather index such as `miami`. Default: the event has no live data.
   */
  readonly liveSource?: string
}

/** A market to create. */
export interface CreateMarket {
  readonly ticker: string
  /** The event, which is created if it does not exist. Default: the ticker without the part after the last hyphen. */
  readonly eventTicker?: string
  /** Default: the shard of the event, or 0 if the event is created. */
  readonly exchangeIndex?: number
  /** Default: the ticker. */
  readonly title?: string
  /** Default: `binary`. */
  readonly type?: "binary" | "scalar"
  /** Default: none. A scalar market's strike has the numbers at which the price is zero and one dollar. */
  readonly strike?: Strike
  /** Default: now. */
  readonly openMillis?: number
  /** Default: the market does not close automatically. */
  readonly closeMillis?: number
  /** Price levels in dollars. Default: every cent. */
  readonly priceRanges?: ReadonlyArray<{ readonly start: string; readonly end: string; readonly step: string }>
  /** In ten-thousandths: 700 is 7 %. Default: the rate of the event's fee override, or else of the series. */
  readonly takerFeeRate?: number
  /** In ten-thousandths. Default: the rate of the event's fee override, or else of the series. */
  readonly makerFeeRate?: number
  /** Default: 3,600. */
  readonly settlementTimerSeconds?: number
  /**
   * The lowest value at which one YES contract can settle, in dollars, more than "0.00" and less than "1.00". A result
   * with a lower value settles at the floor. Default: no floor.
   */
  readonly settlementFloor?: string
  /**
   * If true, a quote must be confirmed in 3 seconds and is executed 1 second after its confirmation. If false, the
   * times are 30 and 15 seconds. Default: true for combos, otherwise false.
   */
  readonly isHighlyVolatile?: boolean
  /** The id of the strike's structured target, such as a team. Default: none. */
  readonly structuredTargetId?: string
}

/** A structured target to create. */
export interface CreateStructuredTarget {
  readonly name: string
  /** Such as `football_team` or `football_player`. */
  readonly type: string
  /** The team of a player: the id of another structured target. */
  readonly teamId?: string
  /**
   * Further facts as plain JSON. The filter by competition reads `league`, `conference`, `division`, `tour` and
   * `leagues`.
   */
  readonly details?: Readonly<Record<string, unknown>>
  /** Ids by data provider. */
  readonly sourceIds?: Readonly<Record<string, string>>
}

/** A milestone to create. The events and the structured targets must exist. */
export interface CreateMilestone {
  /** Such as `football_game`. */
  readonly type: string
  readonly startMillis: number
  /**
   * Default: the milestone has no stated end. It then lasts as long as a game of its type, or a day if its type is not
   * a game.
   */
  readonly endMillis?: number
  /** Default: `Sports` for the type of a game, otherwise `Local`. */
  readonly category?: string
  readonly competition?: string
  /** Default: the names of the participants, or the type. */
  readonly title?: string
  /** Default: the title, followed by `starts`. */
  readonly notificationMessage?: string
  /** The events that the milestone decides. Default: none. */
  readonly primaryEventTickers?: ReadonlyArray<string>
  /** Further events that depend on the milestone. The primary events are always related. */
  readonly relatedEventTickers?: ReadonlyArray<string>
  /** The ids of the participants: for a game, the away team and then the home team. */
  readonly targetIds?: ReadonlyArray<string>
  /** Ids by data provider. A game has play-by-play statistics only with an id of the provider `sportradar`. */
  readonly sourceIds?: Readonly<Record<string, string>>
  /** Further facts as plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** An incentive program to create. The market must exist. */
export interface CreateIncentiveProgram {
  readonly ticker: string
  readonly type: IncentiveProgram["type"]
  /** Default: the type and the ticker. */
  readonly description?: string
  readonly startMillis: number
  readonly endMillis: number
  /** The reward for the whole period: dollars with at most four decimals. */
  readonly periodReward: string
  /** Dollars with at most four decimals. */
  readonly maxRewardPerAccount?: string
  /** In basis points, from 0 to 10,000. */
  readonly discountFactorBps?: number
  /** Contracts with at most two decimals. */
  readonly targetSize?: string
}

/** A multivariate event collection to create. */
export interface CreateCollection {
  readonly collectionTicker: string
  /**
   * The series of the combos. If it does not exist, it is created in the category `Exotics` with the fee type
   * `quadratic_with_combo_maker_fees`. Default: the part of the collection's ticker before the first hyphen.
   */
  readonly seriesTicker?: string
  /** The shard of the combos. Default: 1. */
  readonly exchangeIndex?: number
  /** Default: the ticker. */
  readonly title?: string
  readonly description?: string
  /** Default: now. */
  readonly openMillis?: number
  /** Default: the collection does not close. */
  readonly closeMillis?: number
  /** The events whose markets can be legs; at least one. An event can be created later. */
  readonly associatedEvents: ReadonlyArray<{
    readonly eventTicker: string
    /** Default: false. */
    readonly isYesOnly?: boolean
    /** The least number of legs from this event. Default: 0. */
    readonly sizeMin?: number
    /** The greatest number of legs from this event. Default: no limit. */
    readonly sizeMax?: number
  }>
  /** Default: false. */
  readonly isOrdered?: boolean
  /** The least number of legs. Default: 2. */
  readonly sizeMin?: number
  /** The greatest number of legs; 0 for no limit. Default: 0. */
  readonly sizeMax?: number
  /**
   * The price levels of new combos, in dollars. Default: steps of $0.001, and of $0.0001 below $0.01 and above $0.99.
   */
  readonly priceRanges?: ReadonlyArray<{ readonly start: string; readonly end: string; readonly step: string }>
}

/** The result of a market. A scalar value is the dollars of one YES contract, from "0.00" to "1.00". */
export type Outcome = "yes" | "no" | { readonly scalar: string }

/** The name, the scopes and the subaccount lock of a key. */
export interface KeyOptions {
  readonly name?: string
  /** Default: `read` and `write`. */
  readonly scopes?: ReadonlyArray<Scope>
  readonly subaccount?: number
}

/** Cash to move between two subaccounts on one shard. */
export interface TransferCash {
  /** An id of an earlier accepted transfer from the same shard is refused. */
  readonly clientTransferId: string
  readonly fromSubaccount: number
  readonly toSubaccount: number
  readonly amountMicros: number
  readonly exchangeIndex: number
}

/** Cash to move to another shard, or to or from the margined exchange. */
export interface TransferShard {
  /** An id of an earlier accepted transfer from the same exchange instance and shard is refused. */
  readonly clientTransferId: string | undefined
  readonly source: Location
  readonly destination: Location
  readonly amountMicros: number
}

/** A request for quote. Needs exactly one of a count and a target cost. */
export interface CreateRfq {
  readonly ticker: string
  readonly subaccount: number
  readonly count: number | undefined
  readonly targetCostMicros: number | undefined
  /** Whether fees are added to the target cost. If false, the target cost includes them. */
  readonly targetCostExcludesFees: boolean
  readonly isObscured: boolean
  readonly restRemainder: boolean
  /**
   * Whether to replace the account's open RFQ on the same market, instead of refusing the new RFQ. The open RFQ must
   * have the same subaccount, and no quote that is waiting for confirmation or execution.
   */
  readonly replaceExisting: boolean
}

/** A quote on an RFQ. A bid of zero declines that side. */
export interface CreateQuote {
  readonly rfqId: string
  readonly subaccount: number
  readonly yesBid: number
  readonly noBid: number
  readonly restRemainder: boolean
  readonly postOnly: boolean
}

/** The target of a read or a change of a quote. */
export interface QuoteTarget {
  readonly quoteId: string
  /** If set, must be the RFQ of the quote. */
  readonly rfqId: string | undefined
  /** If set, must be the caller's subaccount in the quote. */
  readonly subaccount: number | undefined
}

/**
 * A combo of an RFQ batch: a market by its ticker, or the legs of a combo. Needs exactly one of a count and a target
 * cost.
 */
export interface CreateRfqBatchChild extends Pick<CreateRfq, "count" | "targetCostMicros"> {
  readonly combo: { readonly ticker: string } | { readonly legs: ReadonlyArray<ComboLeg> }
}

/**
 * An RFQ batch. Its children are different combos on one shard. Either all children have a count, or all have a target
 * cost.
 */
export interface CreateRfqBatch {
  readonly children: ReadonlyArray<CreateRfqBatchChild>
  /** The collection in which the children with legs are found or created. */
  readonly collectionTicker: string | undefined
  readonly subaccount: number
  readonly targetCostExcludesFees: boolean
  readonly isObscured: boolean
  /** Whether to close the oldest open batches if the account has its maximum number of open batches. */
  readonly replaceExisting: boolean
  /** The only subaccount whose batches may be closed. Undefined: every subaccount. */
  readonly lockedSubaccount: number | undefined
  readonly clientBatchId: string | undefined
  /** A batch with a subtrader is refused: only FCM members have subtraders, and they cannot create batches. */
  readonly subtraderId: string | undefined
}

/** A batch quote. Needs exactly one entry for each child of the batch. A bid of zero declines that side. */
export interface CreateBatchQuote {
  readonly batchId: string
  readonly subaccount: number
  readonly bids: ReadonlyArray<Pick<CreateQuote, "rfqId" | "yesBid" | "noBid">>
  readonly restRemainder: boolean
  readonly postOnly: boolean
}

/** The target of a change of a batch quote. */
export interface BatchQuoteTarget {
  readonly batchQuoteId: string
  readonly batchId: string
  /** If set, must be the subaccount of the batch quote. */
  readonly subaccount: number | undefined
}

/** The acceptance of an RFQ batch. Needs exactly one minimum bid for each child. */
export interface AcceptRfqBatch {
  readonly batchId: string
  /** The makers' side of the trades. */
  readonly side: "yes" | "no"
  readonly minBids: ReadonlyArray<{ readonly rfqId: string; readonly bid: number }>
  /** A repeated acceptance with the same id gets the same result. */
  readonly clientOrderId: string | undefined
  /** If set, must be the subaccount of the batch. */
  readonly subaccount: number | undefined
}

/** An accepted RFQ batch: the quote that won each child, in the sequence of the children. */
export interface AcceptedBatch {
  readonly side: "yes" | "no"
  readonly quotes: ReadonlyArray<Quote>
}

/** A block trade to propose, by its buyer or its seller. Buyer and seller must be different accounts. */
export interface ProposeBlockTrade {
  readonly buyer: { readonly accountId: string; readonly subaccount: number }
  readonly seller: { readonly accountId: string; readonly subaccount: number }
  readonly ticker: string
  readonly price: number
  readonly count: number
  readonly makerSide: "yes" | "no"
  readonly expirationMillis: number
}

/** A position to transfer from an FCM's subtrader to a subtrader of the FCM's error account. */
export interface TransferPosition {
  readonly sourceSubtraderId: string
  readonly targetSubtraderId: string
  readonly ticker: string
  /** In hundredths of a contract. Positive for YES, negative for NO. */
  readonly count: number
  /** The YES price. */
  readonly price: number
}

/** The new target allocation of cash. */
export type SetAllocation = Allocation

/** A subaccount on a shard. Default: the primary subaccount on shard 0. */
interface CashLocation {
  readonly subaccount?: number | undefined
  readonly exchangeIndex?: number | undefined
}

/** The order before and after an amendment or a decrease. */
export interface Changed {
  readonly before: Order
  readonly after: Order
}

/** A canceled order, and its remaining count before the cancellation. */
export interface Canceled {
  readonly order: Order
  readonly reducedBy: number
}

type Optional<A> = { readonly [K in keyof A]?: A[K] | undefined }

/** The fields of each command, and its result. */
export interface CommandTypes {
  /** Creates an account with cash in its primary subaccount. Defaults: a million dollars, the tier `unmetered`. */
  readonly createAccount: readonly [
    { readonly name: string; readonly dollars?: string | undefined; readonly tier?: Tier | undefined },
    Account
  ]
  readonly setTier: readonly [{ readonly accountId: string; readonly tier: Tier }, void]
  /** Raises a basic account to the advanced tier. Refused for an account that has never placed an order. */
  readonly upgradeTier: readonly [{ readonly accountId: string }, void]
  /** Registers a public key (SPKI PEM). */
  readonly registerKey: readonly [
    { readonly accountId: string; readonly publicKey: string; readonly options?: KeyOptions | undefined },
    ApiKey
  ]
  readonly deleteKey: readonly [{ readonly accountId: string; readonly keyId: string }, void]
  readonly deposit: readonly [{ readonly accountId: string; readonly dollars: string } & CashLocation, void]
  readonly withdraw: readonly [{ readonly accountId: string; readonly dollars: string } & CashLocation, void]
  /** Creates the next subaccount and returns its number. */
  readonly createSubaccount: readonly [{ readonly accountId: string; readonly exchangeIndex: number }, number]
  readonly setNetting: readonly [
    { readonly accountId: string; readonly subaccount: number; readonly enabled: boolean },
    void
  ]
  readonly transferCash: readonly [{ readonly accountId: string; readonly transfer: TransferCash }, SubaccountTransfer]
  readonly transferShard: readonly [{ readonly accountId: string; readonly transfer: TransferShard }, ShardTransfer]
  /** Spreads the primary subaccount's free cash over the shards from now on. */
  readonly setAllocation: readonly [{ readonly accountId: string; readonly allocation: SetAllocation }, void]
  readonly createSeries: readonly [{ readonly series: CreateSeries }, Series]
  readonly createEvent: readonly [{ readonly event: CreateEvent }, MarketEvent]
  readonly createMarket: readonly [{ readonly market: CreateMarket }, Market]
  readonly createStructuredTarget: readonly [{ readonly target: CreateStructuredTarget }, StructuredTarget]
  readonly createMilestone: readonly [{ readonly milestone: CreateMilestone }, Milestone]
  readonly createIncentiveProgram: readonly [{ readonly program: CreateIncentiveProgram }, IncentiveProgram]
  /** Marks an incentive program that has ended as paid out. Moves no money. */
  readonly markProgramPaidOut: readonly [{ readonly programId: string }, void]
  readonly createCollection: readonly [{ readonly collection: CreateCollection }, Collection]
  /**
   * Creates the combo of some legs in a collection. Returns the combo if it exists already. An account creates at most
   * `maxCombosPerWeek` combos in seven days.
   */
  readonly createCombo: readonly [
    { readonly accountId: string; readonly collectionTicker: string; readonly legs: ReadonlyArray<ComboLeg> },
    Market
  ]
  /**
   * Changes the fee of a series, now or at a time in the future. A field that is not set keeps its value at the time of
   * the command. Markets that were created with their own rate keep this rate.
   */
  readonly changeSeriesFee: readonly [
    { readonly seriesTicker: string; readonly atMillis?: number | undefined } & Optional<FeeTerms>,
    SeriesFeeChange
  ]
  /** Sets the fee override of an event, now or at a time in the future. Without `override`, clears it. */
  readonly changeEventFee: readonly [
    { readonly eventTicker: string; readonly override?: FeeTerms | null; readonly atMillis?: number | undefined },
    EventFeeChange
  ]
  /**
   * Pauses a market: it accepts no new orders until it is reactivated. Resting orders stay, except those with
   * `cancelOnPause`.
   */
  readonly pauseMarket: readonly [{ readonly ticker: string }, void]
  /** Resumes a paused market. Cancels the orders that rested during the pause. */
  readonly reactivateMarket: readonly [{ readonly ticker: string }, void]
  /**
   * Sets the close of a market, which must be after its opening. A close in the future reopens a closed market that is
   * not determined yet. Any other close takes effect immediately, and is refused if the market has already closed.
   */
  readonly setMarketClose: readonly [{ readonly ticker: string; readonly closeMillis: number }, void]
  /**
   * Sets the result of a market, and of the combos whose value this result determines. The market settles when its
   * timer expires, or at `settleMarket`. Refused for a combo, which follows its legs.
   */
  readonly determineMarket: readonly [{ readonly ticker: string; readonly outcome: Outcome }, void]
  /**
   * Disputes the result of a market, and of its combos whose value is then unknown. These markets do not settle until
   * the market is determined again. Refused for a combo, which follows its legs.
   */
  readonly disputeMarket: readonly [{ readonly ticker: string }, void]
  /** Pays out every position of a determined market. */
  readonly settleMarket: readonly [{ readonly ticker: string }, void]
  /**
   * Pauses or resumes the exchange, or only its trading, on one shard or on every shard. A pause cancels the orders
   * with `cancelOnPause`.
   */
  readonly setActive: readonly [
    {
      readonly exchange?: boolean | undefined
      readonly trading?: boolean | undefined
      readonly exchangeIndex?: number | undefined
    },
    void
  ]
  /**
   * Sets the clocks of the books (counters of their changes) back, as exchange maintenance does: the exchange's clock
   * and each market's clock become 1. A clock that never moved stays 0.
   */
  readonly restartClocks: readonly [unknown, void]
  readonly createOrder: readonly [{ readonly accountId: string; readonly order: CreateOrder }, Order]
  /** Cancels a resting order. Refuses any other order as not found, so a second cancel changes nothing. */
  readonly cancelOrder: readonly [{ readonly accountId: string; readonly target: OrderTarget }, Canceled]
  /**
   * Cancels the resting orders of one or all subaccounts. Returns the number of canceled orders. Refused while shard 0
   * or a shard with one of these orders is paused. Then no order is canceled.
   */
  readonly cancelAllOrders: readonly [{ readonly accountId: string; readonly subaccount?: number | undefined }, number]
  /** Changes the price, the total count, the expiry or the client id of a resting order. */
  readonly amendOrder: readonly [{ readonly accountId: string; readonly order: AmendOrder }, Changed]
  /** Makes a resting order smaller. The order keeps its position in the queue. A decrease to zero cancels the order. */
  readonly decreaseOrder: readonly [{ readonly accountId: string; readonly order: DecreaseOrder }, Changed]
  readonly createGroup: readonly [{ readonly accountId: string; readonly group: CreateGroup }, OrderGroup]
  /** Empties the group's window. The group accepts orders again. */
  readonly resetGroup: readonly [{ readonly accountId: string; readonly target: GroupTarget }, void]
  /** Cancels the group's resting orders. The group refuses new orders until it is reset. */
  readonly triggerGroup: readonly [{ readonly accountId: string; readonly target: GroupTarget }, void]
  /** Sets the group's limit. Triggers the group if the fills in its window are already too many for the new limit. */
  readonly setGroupLimit: readonly [
    { readonly accountId: string; readonly target: GroupTarget; readonly limit: number },
    void
  ]
  /** Cancels the group's resting orders and deletes the group. */
  readonly deleteGroup: readonly [{ readonly accountId: string; readonly target: GroupTarget }, void]
  readonly createRfq: readonly [{ readonly accountId: string; readonly rfq: CreateRfq }, Rfq]
  /**
   * Closes an open RFQ of the account, and cancels the open quotes on it. An accepted quote can still be confirmed and
   * executed. The subaccount, if set, must be the RFQ's subaccount.
   */
  readonly deleteRfq: readonly [
    { readonly accountId: string; readonly rfqId: string; readonly subaccount?: number | undefined },
    void
  ]
  /**
   * Creates a quote on an RFQ. Replaces the maker's open quote on the RFQ. If the assumption `ownQuotes` is `refused`,
   * an account cannot quote its own RFQ.
   */
  readonly createQuote: readonly [{ readonly accountId: string; readonly quote: CreateQuote }, Quote]
  /** Cancels an open quote of the account. Refuses any other quote as not found. */
  readonly deleteQuote: readonly [{ readonly accountId: string; readonly target: QuoteTarget }, void]
  /** Accepts one side of a quote on an RFQ of the account. `side` is the maker's side of the trade. */
  readonly acceptQuote: readonly [
    { readonly accountId: string; readonly target: QuoteTarget; readonly side: "yes" | "no" },
    void
  ]
  /** Confirms an accepted quote of the account, and starts the timer that executes the quote. */
  readonly confirmQuote: readonly [{ readonly accountId: string; readonly target: QuoteTarget }, void]
  readonly createRfqBatch: readonly [{ readonly accountId: string; readonly batch: CreateRfqBatch }, RfqBatch]
  /** Closes an open RFQ batch of the account with its children, and cancels the open batch quotes on it. */
  readonly deleteRfqBatch: readonly [
    { readonly accountId: string; readonly batchId: string; readonly subaccount?: number | undefined },
    void
  ]
  /** Quotes every child of an RFQ batch of another account. Replaces the maker's older batch quote on the batch. */
  readonly createBatchQuote: readonly [{ readonly accountId: string; readonly quote: CreateBatchQuote }, BatchQuote]
  /** Cancels an open batch quote of the account. Refuses any other batch quote as not found. */
  readonly deleteBatchQuote: readonly [{ readonly accountId: string; readonly target: BatchQuoteTarget }, void]
  /** Accepts all children of an RFQ batch of the account, or none. Each child goes to the maker with the best bid. */
  readonly acceptRfqBatch: readonly [{ readonly accountId: string; readonly acceptance: AcceptRfqBatch }, AcceptedBatch]
  /** Confirms all children that a batch quote of the account won. The last confirmation starts the execution timer. */
  readonly confirmBatchQuote: readonly [{ readonly accountId: string; readonly target: BatchQuoteTarget }, void]
  /** Proposes a block trade. The account must be the buyer or the seller. */
  readonly proposeBlockTrade: readonly [
    { readonly accountId: string; readonly proposal: ProposeBlockTrade },
    BlockTrade
  ]
  /**
   * Accepts a block trade for the account's side. The subaccount, if set, replaces the proposed one. The second
   * acceptance executes the trade. An acceptance is refused if the account, or the party that accepted earlier, cannot
   * pay.
   */
  readonly acceptBlockTrade: readonly [
    { readonly accountId: string; readonly proposalId: string; readonly subaccount?: number | undefined },
    BlockTrade
  ]
  /** Makes an account an FCM member. Position transfers need an error account. */
  readonly enableFcm: readonly [{ readonly accountId: string; readonly errorAccountId?: string | undefined }, void]
  readonly createSubtrader: readonly [{ readonly accountId: string; readonly suffix: string }, Subtrader]
  /** Sets the daily cap of a subtrader. Undefined removes it. */
  readonly setSubtraderCap: readonly [
    { readonly accountId: string; readonly subtraderId: string; readonly capMicros: number | undefined },
    void
  ]
  readonly setBlockedCategory: readonly [
    {
      readonly accountId: string
      readonly subtraderId: string
      readonly category: string
      readonly blocked: boolean
    },
    Subtrader
  ]
  /** Transfers a position to a subtrader of the error account, and returns the id of the transfer. */
  readonly transferPosition: readonly [{ readonly accountId: string; readonly transfer: TransferPosition }, string]
}

export type CommandType = keyof CommandTypes

/** A command: its type and its fields. */
export type Command<Type extends CommandType = CommandType> = {
  readonly [T in Type]: { readonly type: T } & CommandTypes[T][0]
}[Type]

/** The result of a command. */
export type CommandResult<Type extends CommandType = CommandType> = Result.Result<CommandTypes[Type][1], Refusal>

/** A command in the exchange's log. Refused commands are in the log, too. */
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

/** A page of a list. The cursor leads to the next page. On the last page, it is empty. */
export interface Page<out A> {
  readonly items: ReadonlyArray<A>
  readonly cursor: string
}

/** The time filter of a list. The bounds are in Unix seconds and inclusive. */
export interface TimeQuery {
  readonly minSeconds?: number | undefined
  readonly maxSeconds?: number | undefined
}

/** A filter of orders. Undefined fields do not filter. The time filter applies to the creation of an order. */
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
  /** Lists a position only if at least one of these fields is not zero. An empty list does not filter. */
  readonly nonZero: ReadonlyArray<"position" | "total_traded">
}

/** A filter of settlements. */
export interface ListSettlements extends PageQuery, TimeQuery {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly subaccount?: number | undefined
}

/** A filter of RFQs. Undefined fields do not filter. */
export interface ListRfqs extends PageQuery {
  /** If true, lists only the caller's RFQs. */
  readonly isOwn: boolean
  readonly accountId: string | undefined
  readonly ticker: string | undefined
  readonly eventTicker: string | undefined
  /** If set, lists only the caller's RFQs of this subaccount. */
  readonly subaccount: number | undefined
  readonly status: string | undefined
}

/** A filter of RFQ batches. Undefined fields do not filter. */
export interface ListRfqBatches extends PageQuery {
  /** If true, lists only the caller's batches. */
  readonly isOwn: boolean
  /** If set, lists only the caller's batches of this subaccount. */
  readonly subaccount: number | undefined
  readonly status: string | undefined
}

/**
 * A filter of the quotes that the caller made or received. The time filter applies to the last update of a quote. The
 * filter must select at least one role of the caller: maker of the quote, or creator of the RFQ.
 */
export interface ListQuotes extends PageQuery, TimeQuery {
  /** If true, lists the quotes that the caller made. */
  readonly isMaker: boolean
  /**
   * If true, lists the quotes on the caller's RFQs. If both are true, lists only the caller's quotes on its own RFQs.
   */
  readonly isRfqCreator: boolean
  readonly rfqId: string | undefined
  readonly status: string | undefined
  readonly makerAccountId: string | undefined
  readonly rfqAccountId: string | undefined
  /** If set, lists only quotes in which the caller has this subaccount. */
  readonly subaccount: number | undefined
}

/** A filter of milestones. Undefined fields do not filter. */
export interface ListMilestones extends PageQuery {
  /** Lists milestones that start at this time or later. */
  readonly minStartMillis?: number | undefined
  readonly category?: string | undefined
  readonly competition?: string | undefined
  /** An id of any data provider. */
  readonly sourceId?: string | undefined
  readonly type?: string | undefined
  readonly eventTicker?: string | undefined
  /** Lists milestones that were updated after this time, in Unix seconds. */
  readonly minUpdatedSeconds?: number | undefined
}

/** A filter of structured targets. Undefined fields do not filter. */
export interface ListStructuredTargets extends PageQuery {
  /** Lists these targets, in the sequence of the ids. Unknown ids are omitted. */
  readonly ids?: ReadonlyArray<string> | undefined
  readonly type?: string | undefined
  /** The league, conference, division or tour, or one of the leagues. */
  readonly competition?: string | undefined
}

/** A filter of incentive programs. Undefined fields do not filter. */
export interface ListIncentivePrograms extends PageQuery {
  readonly status?: string | undefined
  readonly type?: string | undefined
  readonly description?: string | undefined
}

/** A filter of block trades to which the caller is a party. Undefined fields do not filter. */
export interface ListBlockTrades extends PageQuery {
  readonly ticker: string | undefined
  readonly status: string | undefined
  /** If set, lists only block trades in which the caller has this subaccount. */
  readonly subaccount: number | undefined
}

/** A filter of the orders of an FCM's subtraders. The time filter applies to the creation of an order. */
export interface ListFcmOrders extends PageQuery, TimeQuery {
  readonly subtraderId: string | undefined
  readonly clientOrderIds: ReadonlyArray<string> | undefined
  readonly ticker: string | undefined
  readonly eventTicker: string | undefined
  readonly status: string | undefined
}
