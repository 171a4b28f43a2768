/**
 * Switches for behavior of the exchange that public sources leave open.
 *
 * @module
 */

/** The defaults are in {@link defaults}. */
export interface Assumptions {
  /**
   * How far a request's timestamp may be from the exchange's clock, in milliseconds. Public measurements: ±10 s and
   * +30 s pass, −30 s and ±60 s are refused, which is consistent with a window of 30 s on either side.
   */
  readonly timestampWindowMillis: number
  /**
   * Which salts of RSA-PSS signatures are accepted. `digest`: only salts with the length of the digest, as documented.
   * `any`: salts of every length. A public client signs with the longest possible salt, and the real exchange accepts
   * it.
   */
  readonly rsaSalt: "digest" | "any"
  /**
   * `over`: a group triggers when the fills in its window exceed its limit. `reached`: a group triggers when these
   * fills reach the limit.
   */
  readonly groupTriggers: "over" | "reached"
  /**
   * The value of `is_auto_cancel_enabled`. The documents do not state when it becomes true; a public test against demo
   * expects true from trigger to reset.
   */
  readonly groupAutoCancelFlag: "never" | "whileTriggered"
  /** Which `orders` a group has: its resting orders, or all orders that were ever placed in it. */
  readonly groupOrders: "resting" | "all"
  /** The code of the 400 response to a new order in a triggered group. */
  readonly triggeredGroupCode: string
  /** How long a `client_order_id` stays reserved. */
  readonly clientOrderIds: "forever" | "whileResting"
  /**
   * The code of the 400 response if the free cash does not cover an order, quote, transfer or withdrawal. Both codes
   * have been observed.
   */
  readonly noMoneyCode: "insufficient_balance" | "available_balance_too_low"
  /** The step of balances: $0.0001 for direct members, $0.01 for others. */
  readonly balanceSteps: "centicent" | "cent"
  /**
   * Which published rule rounds fees. `microdollar`: trade fees round up to $0.000001, and what an order paid for
   * rounding is refunded in steps of the balance. The guide has stated this since August 30, 2026. `centicent`: trade
   * fees round up to $0.0001, and the refund is in whole cents. The guide stated this before. No recorded fill shows
   * which rule applies.
   */
  readonly feeRounding: "centicent" | "microdollar"
  /**
   * How long new orders are still canceled after a cancel-all, in milliseconds. Documented: orders placed up to a
   * minute later may be canceled.
   */
  readonly cancelAllMillis: number
  /**
   * How far reads of balances, orders, groups, fills, positions and settlements lag behind the writes, in milliseconds.
   */
  readonly readLagMillis: number
  /** How long a transfer between shards, or to or from the margined exchange, takes, in milliseconds. */
  readonly transferMillis: number
  /**
   * The age after which trades, fills, and settled markets and positions are found only under `/historical`, in
   * milliseconds.
   */
  readonly historicalMillis: number
  /** The age after which orders that no longer rest are found only under `/historical`, in milliseconds. */
  readonly historicalOrdersMillis: number
  /**
   * Which status a refusal has if the document does not declare the observed status for the operation. `declared` sends
   * a declared status instead (400 and 404 replace each other, 401 replaces 403). `recorded` sends the observed status.
   */
  readonly undeclaredStatuses: "declared" | "recorded"
  /**
   * Whether markets carry `liquidity_dollars`, which is always zero. The document dropped it on October 1, 2026. A
   * public client that is tested against demo still requires it.
   */
  readonly marketLiquidity: "absent" | "sent"
  /**
   * Whether an account may quote its own RFQ, as a public test suite does on demo. Such a quote never trades: at its
   * execution it is canceled, because an account cannot trade with itself.
   */
  readonly ownQuotes: "allowed" | "refused"
  /** The maximum number of order groups per account. Documented: 100,000. */
  readonly maxOrderGroups: number
  /** The maximum number of resting orders per account. Documented: 200,000. */
  readonly maxRestingOrders: number
  /** The maximum number of combos that an account creates in seven days. Documented: 5,000 per week. */
  readonly maxCombosPerWeek: number
  /** The largest order, in contracts. */
  readonly maxOrderContracts: number
  /**
   * The maximum number of open feed connections per account. A further upgrade is refused with 429. No public source.
   */
  readonly maxFeedConnections: number
  /** The maximum number of markets per feed subscription (error 26). The changelog states 500,000 per connection. */
  readonly maxFeedMarkets: number
  /** The maximum number of feed commands per connection and second (error 27). The changelog states 10,000. */
  readonly maxFeedCommandsPerSecond: number
  /**
   * The maximum number of frames of a subscription that wait for a slow client. One more frame ends the subscription
   * with error 25. No public source.
   */
  readonly maxFeedWaitingFrames: number
  /**
   * The time without a pong after which the exchange drops a feed connection, in milliseconds. Kalshi was observed to
   * drop a connection after 90 to 150 s.
   */
  readonly pongTimeoutMillis: number
  /**
   * Whether accounts may subscribe to `pyth_value`. If not, a subscription is refused with error 9. No public source.
   */
  readonly pythFeed: "granted" | "refused"
}

const days = 86_400_000

export const defaults: Assumptions = {
  timestampWindowMillis: 30_000,
  rsaSalt: "digest",
  groupTriggers: "over",
  groupAutoCancelFlag: "never",
  groupOrders: "resting",
  triggeredGroupCode: "invalid_order",
  clientOrderIds: "forever",
  noMoneyCode: "insufficient_balance",
  balanceSteps: "centicent",
  feeRounding: "microdollar",
  cancelAllMillis: 0,
  readLagMillis: 0,
  transferMillis: 1_000,
  historicalMillis: 90 * days,
  historicalOrdersMillis: 14 * days,
  undeclaredStatuses: "declared",
  marketLiquidity: "sent",
  ownQuotes: "allowed",
  maxOrderGroups: 100_000,
  maxRestingOrders: 200_000,
  maxCombosPerWeek: 5_000,
  maxOrderContracts: 10_000_000,
  maxFeedConnections: 1_000,
  maxFeedMarkets: 500_000,
  maxFeedCommandsPerSecond: 10_000,
  maxFeedWaitingFrames: 10_000,
  pongTimeoutMillis: 120_000,
  pythFeed: "granted"
}
