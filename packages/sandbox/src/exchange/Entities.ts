/**
 * The entities of the exchange: accounts, markets, orders, positions and money, as of one moment.
 *
 * Prices are in ten-thousandths of a dollar, counts in hundredths of a contract, and amounts in micro-dollars. Names
 * that end in `Millis` are Unix milliseconds. Apart from an infinite closing time, all of these are whole numbers.
 *
 * @module
 */

/** Why the exchange refused a command. `code`, `message` and `details` are the fields of the error body. */
export interface Refusal {
  readonly kind: "invalid" | "forbidden" | "notFound" | "conflict" | "tooMany"
  readonly code: string
  readonly message: string
  readonly details?: string
}

/** The current state of an order. */
export interface Order {
  readonly orderId: string
  readonly accountId: string
  readonly subaccount: number
  readonly clientOrderId: string | undefined
  readonly ticker: string
  readonly exchangeIndex: number
  /** `bid` buys YES. `ask` sells YES: this is the same as buying NO at one dollar minus the price. */
  readonly side: "bid" | "ask"
  /** The YES price, in ten-thousandths of a dollar. */
  readonly price: number
  /** The count with which the order was placed. */
  readonly initialCount: number
  readonly fillCount: number
  readonly remainingCount: number
  readonly status: "resting" | "canceled" | "executed"
  readonly cancelReason: CancelReason | undefined
  readonly timeInForce: "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill"
  readonly selfTradePrevention: "taker_at_cross" | "maker"
  readonly postOnly: boolean
  readonly cancelOnPause: boolean
  readonly orderGroupId: string | undefined
  readonly expirationMillis: number | undefined
  readonly createdMillis: number
  readonly updatedMillis: number
  /**
   * What the fills cost on the order's own side. Per contract: the price for a bid, one dollar minus the price for an
   * ask.
   */
  readonly takerCostMicros: number
  readonly makerCostMicros: number
  readonly takerFeesMicros: number
  readonly makerFeesMicros: number
  /** Money reserved for the remaining contracts. */
  readonly reservedMicros: number
}

/** Why an order was canceled. */
export type CancelReason =
  | "requested"
  | "expired"
  | "immediateOrCancel"
  | "marketClosed"
  | "marketReactivated"
  | "orderGroup"
  | "paused"
  | "selfTrade"

/** The current state of an order group. */
export interface OrderGroup {
  readonly groupId: string
  readonly accountId: string
  readonly subaccount: number
  readonly exchangeIndex: number
  readonly limit: number
  readonly triggered: boolean
  /** The count that orders of the group filled in the last 15 seconds. A reset sets it to zero. */
  readonly windowCount: number
  readonly isAutoCancelEnabled: boolean
  readonly orderIds: ReadonlyArray<string>
}

/** One party's half of a trade. Both halves have the trade's id. */
export interface Fill {
  readonly tradeId: string
  readonly orderId: string
  readonly accountId: string
  readonly subaccount: number
  readonly exchangeIndex: number
  readonly ticker: string
  readonly side: "bid" | "ask"
  /** The YES price. */
  readonly price: number
  readonly count: number
  readonly isTaker: boolean
  readonly feeMicros: number
  readonly atMillis: number
}

/** The public view of a trade. */
export interface Trade {
  readonly tradeId: string
  readonly ticker: string
  readonly price: number
  readonly count: number
  readonly takerSide: "bid" | "ask"
  /** Whether two parties agreed on the trade outside the book. */
  readonly isBlock: boolean
  readonly atMillis: number
}

/** A subaccount's current or past position in one market. */
export interface Position {
  readonly accountId: string
  readonly subaccount: number
  readonly exchangeIndex: number
  readonly ticker: string
  readonly eventTicker: string
  /** Positive for YES, negative for NO. Zero if closed or settled. */
  readonly count: number
  /** The cost of the open contracts, without fees. */
  readonly exposureMicros: number
  /** The net gain from closing and settling, without fees. */
  readonly realizedMicros: number
  /** The total cost of all fills, opening and closing, without fees. */
  readonly tradedMicros: bigint
  readonly tradedCount: number
  readonly feesMicros: number
  readonly settled: boolean
  readonly updatedMillis: number
}

/** The settlement of one subaccount's position in a market. */
export interface Settlement {
  readonly accountId: string
  readonly subaccount: number
  readonly exchangeIndex: number
  readonly ticker: string
  readonly eventTicker: string
  readonly result: "yes" | "no" | "scalar"
  /** The value of one YES contract, in ten-thousandths of a dollar. */
  readonly value: number
  readonly yesCount: number
  readonly yesCostMicros: number
  readonly noCount: number
  readonly noCostMicros: number
  /** The payout, rounded down to whole cents. The remainder is part of the fees. */
  readonly revenueMicros: number
  /** Fees of the trades and of the settlement. */
  readonly feesMicros: number
  readonly atMillis: number
}

/** Money of one subaccount on one shard. */
export interface Balance {
  readonly subaccount: number
  readonly exchangeIndex: number
  /** Free cash. */
  readonly cashMicros: number
  /** Reserved for resting orders. */
  readonly collateralMicros: number
  /** The total of the charged fees. */
  readonly feesMicros: number
  /** The value of the open positions at their markets' last prices. */
  readonly positionsMicros: number
  /** When the cash last changed. Reservations do not count as changes. */
  readonly updatedMillis: number
}

/** A deposit or withdrawal. */
export interface Payment {
  readonly paymentId: string
  readonly amountMicros: number
  readonly atMillis: number
}

/** Money moved between two subaccounts on one shard. */
export interface SubaccountTransfer {
  readonly transferId: string
  readonly fromSubaccount: number
  readonly toSubaccount: number
  readonly exchangeIndex: number
  readonly amountMicros: number
  readonly atMillis: number
}

/** The location of money within an account: on a shard of the event contracts, or with the margined exchange. */
export interface Location {
  readonly instance: "event_contract" | "margined"
  readonly exchangeIndex: number
  readonly subaccount: number
}

/** A transfer between shards, or to or from the margined exchange. It is pending or has arrived. */
export interface ShardTransfer {
  readonly transferId: string
  readonly clientTransferId: string | undefined
  readonly source: Location
  readonly destination: Location
  readonly amountMicros: number
  readonly complete: boolean
  readonly atMillis: number
}

/**
 * The target allocation of an account's free cash over the shards. Percents add up to 100; an empty allocation moves
 * nothing.
 */
export interface Allocation {
  readonly percents: ReadonlyArray<{ readonly exchangeIndex: number; readonly percent: number }>
  readonly reservation: "none" | "max" | "sum"
}

/** The fee of a series, or the override of an event. */
export interface FeeTerms {
  readonly feeType: "quadratic" | "quadratic_with_maker_fees" | "quadratic_with_combo_maker_fees"
  /** From 0 to 10, with at most two decimals. */
  readonly feeMultiplier: number
}

/** A past or scheduled change of a series' fee. The first change of a series is its initial fee. */
export interface SeriesFeeChange extends FeeTerms {
  readonly changeId: string
  readonly seriesTicker: string
  readonly scheduledMillis: number
}

/** A past or scheduled change of an event's fee override. */
export interface EventFeeChange {
  readonly changeId: string
  readonly eventTicker: string
  readonly seriesTicker: string
  /** Null clears the override. */
  readonly override: FeeTerms | null
  readonly scheduledMillis: number
}

/** A series of events, with the fees of its markets. */
export interface Series extends FeeTerms {
  readonly ticker: string
  readonly title: string
  readonly category: string
  readonly frequency: string
  readonly tags: ReadonlyArray<string>
  readonly updatedMillis: number
}

/** An event: some markets about one question. */
export interface MarketEvent {
  readonly eventTicker: string
  readonly seriesTicker: string
  readonly title: string
  readonly subTitle: string
  readonly mutuallyExclusive: boolean
  /** Whether the markets of the event are combos. */
  readonly multivariate: boolean
  readonly exchangeIndex: number
  /** Takes precedence over the fee of the series. Null: the event has no override. */
  readonly feeOverride: FeeTerms | null
  /** The competition of a sport, such as `Pro Football`. */
  readonly competition: string | undefined
  /** The scope of the event within the competition, such as `Game`. */
  readonly competitionScope: string | undefined
  /** The source of the event's live data: an index or an underlying of the feed, or a city of the weather index. */
  readonly liveSource: string | undefined
  readonly updatedMillis: number
}

/** An event of a collection, and how its markets can be legs of combos. */
export interface AssociatedEvent {
  readonly eventTicker: string
  /** Whether a leg can only select YES. */
  readonly isYesOnly: boolean
  /** The least number of legs from this event. */
  readonly sizeMin: number | undefined
  /** The greatest number of legs from this event. Undefined: no limit. */
  readonly sizeMax: number | undefined
}

/** A multivariate event collection: the events whose markets can be combined into combos. */
export interface Collection {
  readonly collectionTicker: string
  /** The series of the collection's combos. */
  readonly seriesTicker: string
  readonly exchangeIndex: number
  readonly title: string
  readonly description: string
  readonly functionalDescription: string
  readonly openMillis: number
  /** `Infinity` if the collection does not close. */
  readonly closeMillis: number
  readonly associatedEvents: ReadonlyArray<AssociatedEvent>
  /** Whether the same legs in a different sequence are a different combo. */
  readonly isOrdered: boolean
  readonly sizeMin: number
  /** 0: no limit. */
  readonly sizeMax: number
  /** The price levels of new combos. */
  readonly priceRanges: ReadonlyArray<PriceRange>
}

/** A market that is part of a combo, and its selected outcome. */
export interface ComboLeg {
  readonly marketTicker: string
  readonly eventTicker: string
  readonly side: "yes" | "no"
}

/** The lifecycle status of a market. */
export type MarketStatus =
  | "initialized"
  | "active"
  | "inactive"
  | "closed"
  | "determined"
  | "disputed"
  | "amended"
  | "finalized"

/** The numbers for which a market resolves to YES. */
export interface Strike {
  readonly type: "greater" | "greater_or_equal" | "less" | "less_or_equal" | "between"
  readonly floor?: number | undefined
  readonly cap?: number | undefined
}

/** A leg of a combo. */
export interface MarketLeg extends ComboLeg {
  /** The value of one YES contract of the leg's market, once determined, in ten-thousandths of a dollar. */
  readonly settlementValue: number | undefined
}

/** The current state of a market. */
export interface Market {
  readonly ticker: string
  readonly eventTicker: string
  readonly seriesTicker: string
  /** Whether the market is a combo. All markets of an event have the same value. */
  readonly multivariate: boolean
  readonly exchangeIndex: number
  readonly title: string
  readonly type: "binary" | "scalar"
  readonly strike: Strike | undefined
  /** The subject of the market's strike. */
  readonly structuredTarget: StrikeTarget | undefined
  /** The collection and the legs of a combo. Undefined for a market that was not created in a collection. */
  readonly combo: { readonly collectionTicker: string; readonly legs: ReadonlyArray<MarketLeg> } | undefined
  readonly status: MarketStatus
  readonly createdMillis: number
  /** When the market last changed. Trading and changes of fees do not count. */
  readonly updatedMillis: number
  readonly openMillis: number
  /** `Infinity` if the market does not close automatically. */
  readonly closeMillis: number
  /** Price levels, in ten-thousandths of a dollar. */
  readonly priceRanges: ReadonlyArray<PriceRange>
  /** The fee rates, in ten-thousandths: 700 is 7 %. The fee of one contract is the rate × price × (1 − price). */
  readonly takerFeeRate: number
  readonly makerFeeRate: number
  /** The time from determination to automatic settlement. */
  readonly settlementTimerSeconds: number
  /** The lowest value at which one YES contract can settle, in ten-thousandths of a dollar. Undefined: no floor. */
  readonly settlementFloor: number | undefined
  readonly result: "yes" | "no" | "scalar" | undefined
  /** The value of one YES contract, once determined, in ten-thousandths of a dollar. */
  readonly settlementValue: number | undefined
  readonly settledMillis: number | undefined
  readonly volume: number
  readonly volume24h: number
  /** Outstanding pairs of YES and NO. */
  readonly openInterest: number
  /** 0, as in recordings from demo; undefined if the exchange omits it. */
  readonly liquidity: number | undefined
  readonly topOfBook: TopOfBook
  /** The top of the book a day ago, accurate to the hour. All values are zero if the market did not exist then. */
  readonly previous: TopOfBook
}

/** The structured target of a market's strike. */
export interface StrikeTarget {
  readonly type: string
  readonly targetId: string
}

/** Prices from `start` to `end` by `step`. */
export interface PriceRange {
  readonly start: number
  readonly end: number
  readonly step: number
}

/**
 * The best prices of a book with their resting counts, and the price of the last trade. A missing price or count is
 * zero.
 */
export interface TopOfBook {
  readonly bid: number
  readonly bidCount: number
  readonly ask: number
  readonly askCount: number
  readonly lastPrice: number
}

/** The price levels of both sides of a book, best first. A level is a price and the contracts that rest there. */
export interface PriceLevels {
  readonly bid: ReadonlyArray<readonly [price: number, count: number]>
  readonly ask: ReadonlyArray<readonly [price: number, count: number]>
  /** The market's clock: the exchange's clock at the last change of the book; 0 before the first change. */
  readonly clock: number
}

/** The prices and the trading of a market. */
export interface Ticker extends TopOfBook {
  readonly ticker: string
  readonly volume: number
  readonly openInterest: number
  /** The count of the last trade; zero if absent. */
  readonly lastTradeCount: number
}

/** The names of the rate-limit tiers. `unmetered` exists only on the local exchange and has no effective limit. */
export type Tier = "basic" | "advanced" | "expert" | "premier" | "paragon" | "prime" | "prestige" | "unmetered"

/** An account. */
export interface Account {
  readonly accountId: string
  readonly name: string
  readonly tier: Tier
}

/** The permissions of a key. */
export type Scope =
  | "read"
  | "write"
  | "read::block_trade_accept"
  | "read::portfolio_balance"
  | "write::trade"
  | "write::transfer"
  | "write::fcm_risk"
  | "write::block_trade_accept"

/** An API key of an account: its public key and its permissions. */
export interface ApiKey {
  readonly keyId: string
  readonly accountId: string
  readonly name: string
  readonly scopes: ReadonlyArray<Scope>
  /** The only subaccount that the key may see and trade for. */
  readonly subaccount: number | undefined
  /** SPKI PEM. */
  readonly publicKey: string
  /** The FCM's subtrader to which the key is bound. */
  readonly subtraderId: string | undefined
}

/** A subtrader: a customer account of a futures commission merchant (FCM). */
export interface Subtrader {
  /** The id of the FCM's account, an underscore, and a suffix. */
  readonly subtraderId: string
  /** The account that holds the subtrader's orders, positions and money. */
  readonly accountId: string
  /**
   * The daily cap on the subtrader's premium; undefined without a cap. The local exchange refuses no order because of
   * it.
   */
  readonly capMicros: number | undefined
  /** The net premium that the subtrader has deployed on `capDate`. */
  readonly premiumMicros: number
  /** Reserved for resting orders. */
  readonly collateralMicros: number
  /** The current date in New York. */
  readonly capDate: string
  /** Sorted. */
  readonly blockedCategories: ReadonlyArray<string>
}

/** A trade of an FCM's subtraders. A side that belongs to another account is undefined. */
export interface FcmTrade {
  readonly tradeId: string
  readonly exchangeIndex: number
  readonly ticker: string
  readonly price: number
  readonly count: number
  readonly takerSide: "bid" | "ask"
  readonly atMillis: number
  readonly maker: FcmTradeSide | undefined
  readonly taker: FcmTradeSide | undefined
}

/** One side of a trade of an FCM's subtraders. */
export interface FcmTradeSide {
  readonly orderId: string
  readonly subtraderId: string
  readonly feeMicros: number
}

/**
 * The totals of a subaccount over all shards. Positions are by ticker, in hundredths of a contract, and negative for
 * NO.
 */
export interface Portfolio {
  readonly cashMicros: bigint
  readonly collateralMicros: bigint
  readonly feesMicros: bigint
  readonly positions: Readonly<Record<string, number>>
}

/** Why a request for quote closed. */
export type RfqCloseReason = "requested" | "replaced" | "marketClosed" | "executed" | "expired" | "notExecuted"

/** A request for quote (RFQ). */
export interface Rfq {
  readonly rfqId: string
  /** The RFQ batch of which the RFQ is a child. */
  readonly batchId: string | undefined
  readonly accountId: string
  readonly subaccount: number
  /** The public id of the creator. */
  readonly communicationsId: string
  /**
   * Whether other accounts see a placeholder instead of `communicationsId`. If the creator requested a placeholder,
   * this is true until a quote is executed.
   */
  readonly isObscured: boolean
  readonly ticker: string
  readonly eventTicker: string
  /** The collection and the legs of the market, if it was created in a collection. */
  readonly combo: Market["combo"]
  readonly exchangeIndex: number
  /** Undefined for an RFQ with a target cost. */
  readonly count: number | undefined
  /** The amount that the creator wants to spend. Undefined for an RFQ with a count. */
  readonly targetCostMicros: number | undefined
  readonly targetCostExcludesFees: boolean
  readonly restRemainder: boolean
  readonly status: "open" | "closed"
  readonly closeReason: RfqCloseReason | undefined
  readonly createdMillis: number
  readonly updatedMillis: number
}

/** Why a quote was canceled. `notExecuted`: its execution failed. */
export type QuoteCancelReason = "requested" | "replaced" | "rfqClosed" | "notExecuted"

/** A maker's quote on an RFQ. */
export interface Quote {
  readonly quoteId: string
  readonly rfqId: string
  /** The RFQ batch of the RFQ, if there is one. */
  readonly batchId: string | undefined
  /** The maker. */
  readonly accountId: string
  readonly subaccount: number
  readonly communicationsId: string
  /** The creator of the RFQ. */
  readonly rfqAccountId: string
  readonly rfqSubaccount: number
  readonly rfqCommunicationsId: string
  /** Whether the maker sees a placeholder instead of `rfqCommunicationsId`: see {@link Rfq}. */
  readonly isRfqObscured: boolean
  readonly ticker: string
  readonly eventTicker: string
  readonly exchangeIndex: number
  /** What the maker pays for one contract of YES; zero if the maker declines that side. */
  readonly yesBid: number
  /** What the maker pays for one contract of NO; zero if the maker declines that side. */
  readonly noBid: number
  /** The count that the maker offers on a side; zero if the maker declines that side. */
  readonly yesCount: number
  readonly noCount: number
  readonly targetCostMicros: number | undefined
  readonly targetCostExcludesFees: boolean
  readonly restRemainder: boolean
  readonly postOnly: boolean
  /** A quote on a single RFQ stays `accepted` if it was not confirmed in time. */
  readonly status: "open" | "accepted" | "confirmed" | "executed" | "cancelled"
  readonly cancelReason: QuoteCancelReason | undefined
  /** The maker's side of the trade. */
  readonly acceptedSide: "yes" | "no" | undefined
  readonly createdMillis: number
  readonly updatedMillis: number
  readonly acceptedMillis: number | undefined
  readonly confirmedMillis: number | undefined
  readonly executedMillis: number | undefined
  /** The orders of the maker and of the creator of the RFQ, once executed. */
  readonly makerOrder: QuoteOrder | undefined
  readonly rfqOrder: QuoteOrder | undefined
}

/** An order that a quote's execution placed. */
export interface QuoteOrder {
  readonly orderId: string
  readonly clientOrderId: string
}

/**
 * Why an RFQ batch closed. `expired`: a winning maker did not confirm in time. `execution failed`: no child was
 * executed.
 */
export type RfqBatchCloseReason =
  | "cancelled"
  | "replaced"
  | "expired"
  | "market closed"
  | "executed"
  | "execution failed"
  | "partially executed"

/** One request for quotes on several combos, which trade together. Each combo is a child: an RFQ. */
export interface RfqBatch {
  readonly batchId: string
  readonly accountId: string
  readonly subaccount: number
  /** The public id of the creator. */
  readonly communicationsId: string
  /** Whether other accounts see a placeholder instead of `communicationsId`: see {@link Rfq}. */
  readonly isObscured: boolean
  /** The shard of all markets. */
  readonly exchangeIndex: number
  readonly clientBatchId: string | undefined
  /** An accepted batch is waiting for the confirmations of the winning makers, or for its execution. */
  readonly status: "open" | "accepted" | "closed"
  readonly closeReason: RfqBatchCloseReason | undefined
  /** The makers' side of the trades. */
  readonly acceptedSide: "yes" | "no" | undefined
  readonly createdMillis: number
  readonly updatedMillis: number
  readonly acceptedMillis: number | undefined
  readonly closedMillis: number | undefined
  /** The children, in the order of the request. */
  readonly rfqs: ReadonlyArray<Rfq>
}

/** A maker's quote on all children of an RFQ batch. */
export interface BatchQuote {
  readonly batchQuoteId: string
  readonly batchId: string
  /** The maker. */
  readonly accountId: string
  readonly subaccount: number
  readonly communicationsId: string
  /** The creator of the batch. */
  readonly rfqAccountId: string
  readonly rfqSubaccount: number
  readonly rfqCommunicationsId: string
  /** Whether the maker sees a placeholder instead of `rfqCommunicationsId`: see {@link Rfq}. */
  readonly isRfqObscured: boolean
  readonly restRemainder: boolean
  readonly postOnly: boolean
  readonly status: "open" | "accepted" | "confirmed" | "executed" | "partially_executed" | "cancelled"
  readonly acceptedSide: "yes" | "no" | undefined
  readonly createdMillis: number
  readonly updatedMillis: number
  readonly acceptedMillis: number | undefined
  readonly confirmedMillis: number | undefined
  /**
   * Before the acceptance of the batch: one quote for each child. Afterwards: one quote for each child that the maker
   * won.
   */
  readonly quotes: ReadonlyArray<Quote>
}

/** The best bids on the children of an RFQ batch, over all makers. A batch that is not open has no best bids. */
export interface BestQuotes {
  readonly batchId: string
  readonly clientBatchId: string | undefined
  /** The creator of the batch. */
  readonly accountId: string
  readonly subaccount: number
  readonly status: RfqBatch["status"]
  /** How many times the best bids changed while the batch was open. */
  readonly version: number
  /** When they last changed while the batch was open. */
  readonly updatedMillis: number | undefined
  /** Whether every child has a bid on this side. */
  readonly isYesComplete: boolean
  readonly isNoComplete: boolean
  /** One entry for each child, in the order of the request. */
  readonly rfqs: ReadonlyArray<BestQuote>
}

/** The best bids on one child, and the counts that they offer. On a side without a bid, both are zero. */
export interface BestQuote
  extends
    Pick<Rfq, "rfqId" | "ticker" | "eventTicker" | "count" | "targetCostMicros">,
    Pick<Quote, "yesBid" | "noBid" | "yesCount" | "noCount"> {}

/** The result of the execution of an RFQ batch, or of the children that one maker won. */
interface BatchOutcome {
  readonly executedRfqIds: ReadonlyArray<string>
  readonly failedRfqIds: ReadonlyArray<string>
  readonly closeReason: RfqBatchCloseReason
}

/** An entity that strikes and milestones refer to, such as a team or a player. */
export interface StructuredTarget {
  readonly targetId: string
  readonly name: string
  /** Such as `football_team`. */
  readonly type: string
  /** The team of a player: the id of another structured target. */
  readonly teamId: string | undefined
  /** Further facts as plain JSON, such as `league`. */
  readonly details: Readonly<Record<string, unknown>>
  /** Ids by data provider. */
  readonly sourceIds: Readonly<Record<string, string>>
  readonly updatedMillis: number
}

/** The phase of a milestone. */
export type Phase = "scheduled" | "live" | "closed"

/** A real-world occurrence at a certain time, such as a game, and the events that depend on it. */
export interface Milestone {
  readonly milestoneId: string
  readonly category: string
  /** Such as `football_game`. */
  readonly type: string
  readonly competition: string | undefined
  readonly title: string
  readonly notificationMessage: string
  readonly startMillis: number
  readonly endMillis: number | undefined
  /** All events that depend on the milestone. */
  readonly relatedEventTickers: ReadonlyArray<string>
  /** The events that the outcome decides. */
  readonly primaryEventTickers: ReadonlyArray<string>
  /** The participants: for a game, the away team and then the home team. */
  readonly targetIds: ReadonlyArray<string>
  /** Ids by data provider. */
  readonly sourceIds: Readonly<Record<string, string>>
  /** Further facts as plain JSON. */
  readonly details: Readonly<Record<string, unknown>>
  readonly createdMillis: number
  /** The phase at the last run of the job that updates phases every five minutes, or at a later creation. */
  readonly phase: Phase
  /** When the milestone was created, or when the job last changed its phase. */
  readonly updatedMillis: number
}

/** A program that rewards trading or quoting in one market. */
export interface IncentiveProgram {
  readonly programId: string
  readonly ticker: string
  readonly type: "liquidity" | "volume"
  readonly description: string
  readonly startMillis: number
  readonly endMillis: number
  readonly status: "upcoming" | "active" | "closed" | "paid_out"
  /** The reward for the whole period, in ten-thousandths of a dollar. */
  readonly periodReward: number
  /** In ten-thousandths of a dollar. */
  readonly maxRewardPerAccount: number | undefined
  readonly discountFactorBps: number | undefined
  /** In hundredths of a contract. */
  readonly targetSize: number | undefined
}

/** A proposal of a block trade: a trade that two parties agree on outside the book. */
export interface BlockTrade {
  readonly proposalId: string
  /** The party that proposed the trade. */
  readonly proposerId: string
  /** The buyer of YES. */
  readonly buyer: BlockTradeParty
  /** The seller of YES, who buys NO. */
  readonly seller: BlockTradeParty
  readonly ticker: string
  /** The YES price. */
  readonly price: number
  readonly count: number
  /** The maker's side of the trade: `yes` if the buyer is the maker. */
  readonly makerSide: "yes" | "no"
  readonly expirationMillis: number
  readonly status: "pending" | "executed" | "expired"
  readonly createdMillis: number
  readonly updatedMillis: number
  readonly executedMillis: number | undefined
}

/** A party of a block trade. */
export interface BlockTradeParty {
  readonly accountId: string
  /** The subaccount that trades. The party may choose another subaccount when it accepts. */
  readonly subaccount: number
  readonly acceptedMillis: number | undefined
  /** The party's order, once the trade is executed. */
  readonly orderId: string | undefined
}

/** What happened on the exchange. */
export type EventBody =
  /** An order was accepted. It has no fills yet. */
  | { readonly type: "orderAccepted"; readonly orderId: string; readonly ticker: string; readonly order: Order }
  | { readonly type: "orderChanged"; readonly change: "amend" | "decrease"; readonly order: Order }
  | { readonly type: "orderCanceled"; readonly order: Order; readonly reducedBy: number }
  | {
      readonly type: "fill"
      readonly tradeId: string
      readonly ticker: string
      readonly price: number
      readonly count: number
      /** Whether two parties agreed on the trade outside the book. */
      readonly isBlock: boolean
      /** Both orders after the fill. */
      readonly maker: Order
      readonly taker: Order
      readonly makerFeeMicros: number
      readonly takerFeeMicros: number
      /** The positions of the subaccounts of both orders after the fill. */
      readonly makerPosition: number
      readonly takerPosition: number
    }
  /** An order changed the count of a price level by `delta`, to `count`. */
  | {
      readonly type: "book"
      readonly ticker: string
      /**
       * The exchange's clock: a counter that rises with each command or timer that changes a book. All changes of one
       * command or timer share a value. Maintenance sets the clock back. Changes of all markets count, so the values of
       * one market have gaps.
       */
      readonly clock: number
      readonly side: "bid" | "ask"
      readonly price: number
      readonly delta: number
      readonly count: number
      readonly orderId: string
      readonly clientOrderId: string | undefined
      readonly accountId: string
      readonly subaccount: number
    }
  | {
      readonly type: "orderGroup"
      readonly change: "created" | "triggered" | "reset" | "deleted" | "limitUpdated"
      readonly group: OrderGroup
    }
  /** The money of a subaccount on a shard, after a command or a timer has changed it. */
  | {
      readonly type: "balance"
      readonly accountId: string
      readonly subaccount: number
      readonly exchangeIndex: number
      readonly cashMicros: number
      readonly collateralMicros: number
      readonly feesMicros: number
    }
  /** A position, after a command or a timer has changed it. */
  | { readonly type: "position"; readonly position: Position }
  | {
      readonly type: "payment"
      readonly kind: "deposit" | "withdrawal"
      readonly accountId: string
      readonly payment: Payment
    }
  | { readonly type: "subaccountTransfer"; readonly accountId: string; readonly transfer: SubaccountTransfer }
  /** A {@link ShardTransfer} was sent, or has arrived. */
  | { readonly type: "shardTransfer"; readonly accountId: string; readonly transfer: ShardTransfer }
  | {
      readonly type: "market"
      readonly change:
        | "created"
        /** The opening time was reached. The market can still be paused. */
        | "opened"
        | "paused"
        | "reactivated"
        | "closeChanged"
        | "closed"
        | "determined"
        | "disputed"
        | "settled"
      readonly ticker: string
      readonly market: Market
    }
  | { readonly type: "eventCreated"; readonly event: MarketEvent }
  /** The fee of a series has changed. */
  | { readonly type: "seriesFee"; readonly change: SeriesFeeChange }
  /** The fee override of an event was set or cleared. */
  | { readonly type: "eventFee"; readonly change: EventFeeChange }
  | { readonly type: "settlement"; readonly settlement: Settlement }
  | {
      readonly type: "status"
      readonly exchangeIndex: number
      readonly exchangeActive: boolean
      readonly tradingActive: boolean
    }
  /** Maintenance has set the clocks of all books back. */
  | { readonly type: "maintenance" }
  | { readonly type: "rfqCreated"; readonly rfq: Rfq }
  /** An RFQ closed: `closeReason` has the reason. */
  | { readonly type: "rfqDeleted"; readonly rfq: Rfq }
  | { readonly type: "quoteCreated"; readonly quote: Quote }
  /** A quote was canceled: `cancelReason` has the reason. */
  | { readonly type: "quoteDeleted"; readonly quote: Quote }
  | { readonly type: "quoteAccepted"; readonly quote: Quote }
  | { readonly type: "quoteConfirmed"; readonly quote: Quote }
  /** The time to confirm is over. The quote stays accepted, and the RFQ's creator can accept another quote. */
  | { readonly type: "quoteLapsed"; readonly quote: Quote }
  /** The orders of a quote were placed. The events of these orders follow. */
  | { readonly type: "quoteExecuted"; readonly quote: Quote }
  /** An RFQ batch and its children were created. The children have no `rfqCreated` events. */
  | { readonly type: "rfqBatchCreated"; readonly batch: RfqBatch }
  /** The best bids on an open RFQ batch. At most once every 250 ms per batch. */
  | { readonly type: "rfqBatchBestQuotes"; readonly bestQuotes: BestQuotes }
  | { readonly type: "rfqBatchAccepted"; readonly batch: RfqBatch }
  /**
   * An RFQ batch and its children closed. The accounts in `executedFor` receive the result of the execution in other
   * events.
   */
  | { readonly type: "rfqBatchClosed"; readonly batch: RfqBatch; readonly executedFor: ReadonlyArray<string> }
  /** The execution of an RFQ batch has ended. The events of its orders come before this event. */
  | ({ readonly type: "rfqBatchExecuted"; readonly batch: RfqBatch } & BatchOutcome)
  | { readonly type: "batchQuoteCreated"; readonly batchQuote: BatchQuote }
  /** A batch quote was canceled. */
  | { readonly type: "batchQuoteDeleted"; readonly batchQuote: BatchQuote }
  /** A batch quote won one or more children of its RFQ batch. */
  | { readonly type: "batchQuoteAccepted"; readonly batchQuote: BatchQuote }
  | { readonly type: "batchQuoteConfirmed"; readonly batchQuote: BatchQuote }
  /** The execution of the children that a batch quote won has ended. */
  | ({ readonly type: "batchQuoteExecuted"; readonly batchQuote: BatchQuote } & BatchOutcome)

/** An event in the exchange's log. */
export type Event = EventBody & {
  /**
   * The number of the entry in the log. Commands and events are numbered without gaps, from the first subscription on.
   */
  readonly seq: number
  readonly atMillis: number
}
