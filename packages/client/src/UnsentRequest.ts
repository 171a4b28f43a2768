/**
 * A write that was not sent, as plain data.
 *
 * @module
 */
import type { Dollars } from "./money/FixedPoint.ts"
import type { OrderCost } from "./money/OrderCost.ts"

/** What the orders of an {@link Intent} can cost: see `OrderCost`. */
export interface Cost {
  /**
   * The most cash that all of them together can take, fees included; undefined if it cannot be known. In a batch a
   * position covers contracts once: see `OrderCost.ofBatch`.
   */
  readonly worstCase: Dollars | undefined
  /** Why it cannot be known. */
  readonly unknownBecause: string | undefined
  /** Whether the fees of all orders follow terms that were given, or those of some follow `OrderCost.assumedTerms`. */
  readonly terms: "given" | "assumed"
  /** The cost of each order, in the order of the request; undefined for one that cannot be priced. */
  readonly orders: ReadonlyArray<OrderCost | undefined>
}

/** A write that was not sent, in its form on the wire, without key, signature and timestamp. */
export interface Intent {
  /** From 1, in the order of the calls. */
  readonly number: number
  /** Unix milliseconds, by Effect's `Clock`. */
  readonly atMillis: number
  /** The operation as you called it, such as `Orders.create`. */
  readonly operation: string
  /** Its id in the published document, such as `CreateOrderV2`. */
  readonly operationId: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** From the host's root, with its query: `/trade-api/v2/portfolio/events/orders`. */
  readonly path: string
  /** The JSON body, parsed from the text that would have been sent; undefined if there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** For `Orders.create` and `Orders.batchCreate`; undefined for every other write. */
  readonly cost: Cost | undefined
}
