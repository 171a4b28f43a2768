/**
 * What no public source settles about the exchange, each with a switch.
 *
 * @module
 */

/** The switches; {@link defaults} says what the local exchange does unless told otherwise. */
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
  /**
   * What answers a refusal whose status has been seen on the wire and is not declared for the operation: `declared`
   * turns it into the declared one (400 and 404 into each other), `recorded` answers as the wire did.
   */
  readonly undeclaredStatuses: "declared" | "recorded"
  /** Order groups that one account may have. Documented: 100,000. */
  readonly maxOrderGroups: number
  /** The largest order, in contracts. */
  readonly maxOrderContracts: number
}

/** What the local exchange does unless told otherwise. */
export const defaults: Assumptions = {
  timestampWindowMillis: 30_000,
  rsaSalt: "digest",
  groupTriggers: "over",
  groupAutoCancelFlag: "never",
  groupOrders: "resting",
  triggeredGroupCode: "invalid_order",
  clientOrderIds: "forever",
  undeclaredStatuses: "declared",
  maxOrderGroups: 100_000,
  maxOrderContracts: 10_000_000
}
