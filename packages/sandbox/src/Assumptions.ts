/**
 * What no public source settles about the exchange, each with a switch.
 *
 * @module
 */

/** The switches; {@link defaults} says what the local exchange does by default. */
export interface Assumptions {
  /**
   * How far a request's timestamp may be from the exchange's clock, in milliseconds. Public measurements: ±10 s and
   * +30 s pass, −30 s and ±60 s are refused, as a window of 30 s on either side would do.
   */
  readonly timestampWindowMillis: number
  /**
   * Which salts of RSA-PSS signatures are accepted. Documented: as long as the digest. A public client signs with the
   * longest salt there can be and is accepted.
   */
  readonly rsaSalt: "digest" | "any"
  /** Whether a group triggers when its window is over its limit, or already when it reaches it. */
  readonly groupTriggers: "over" | "reached"
  /**
   * What `is_auto_cancel_enabled` says. The documents do not tell what turns it true; a public test against demo
   * expects true from trigger to reset.
   */
  readonly groupAutoCancelFlag: "never" | "whileTriggered"
  /** Whether the `orders` of a group are those resting, or all that were ever placed in it. */
  readonly groupOrders: "resting" | "all"
  /** The code of the 400 that answers a new order in a triggered group. */
  readonly triggeredGroupCode: string
  /** How long a `client_order_id` stays taken. */
  readonly clientOrderIds: "forever" | "whileResting"
  /** The code of the 400 that answers an order that cannot be paid for. Both have been seen. */
  readonly noMoneyCode: "insufficient_balance" | "available_balance_too_low"
  /** What balances are whole numbers of: $0.0001 for direct members, $0.01 for others. */
  readonly balanceSteps: "centicent" | "cent"
  /**
   * Which published rule rounds fees. `microdollar`: trade fees go up to $0.000001, and what an order carries is given
   * back in steps of the balance; the guide has said so since August 30, 2026. `centicent`: trade fees go up to $0.0001,
   * and whole cents are given back; the guide said so before. No recorded fill tells the two apart.
   */
  readonly feeRounding: "centicent" | "microdollar"
  /**
   * How long orders are still cancelled after all were, in milliseconds. Documented: those placed up to a minute later
   * may be.
   */
  readonly cancelAllMillis: number
  /** How far reads of balances, orders, groups, fills, positions and settlements lag behind, in milliseconds. */
  readonly readLagMillis: number
  /** How long money is on its way between shards, in milliseconds. */
  readonly transferMillis: number
  /** How old what ended must be to be found under `/historical` only, in milliseconds: markets, trades and positions. */
  readonly historicalMillis: number
  /** The same for orders that rest no more. */
  readonly historicalOrdersMillis: number
  /**
   * What answers a refusal whose status has been seen on the wire and is not declared for the operation: `declared`
   * turns it into a declared one (400 and 404 into each other, 403 into 401), `recorded` answers as the wire did.
   */
  readonly undeclaredStatuses: "declared" | "recorded"
  /**
   * Whether markets carry `liquidity_dollars`, always zero. It left the document on October 1, 2026. A public client
   * that is tested against demo still requires it.
   */
  readonly marketLiquidity: "absent" | "sent"
  /** Order groups that one account may have. Documented: 100,000. */
  readonly maxOrderGroups: number
  /** Orders of one account that may rest at once. Documented: 200,000. */
  readonly maxRestingOrders: number
  /** The largest order, in contracts. */
  readonly maxOrderContracts: number
}

const days = 86_400_000

/** What the local exchange does by default. */
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
  maxOrderGroups: 100_000,
  maxRestingOrders: 200_000,
  maxOrderContracts: 10_000_000
}
