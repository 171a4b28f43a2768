/**
 * A write that was not sent, as plain data.
 *
 * @module
 */
import type { Dollars } from "./money/FixedPoint.ts"
import type { OrderCost } from "./money/OrderCost.ts"

/** The cost of the orders of an {@link Intent}. See `OrderCost`. */
export interface Cost {
  /**
   * The upper bound of the cash for all orders together, fees included; undefined if it cannot be known. In a batch a
   * position covers contracts once: see `OrderCost.ofBatch`.
   */
  readonly worstCase: Dollars | undefined
  /** The reason why `worstCase` is undefined. */
  readonly unknownBecause: string | undefined
  /** `given`: the fees of all orders use known terms. `assumed`: those of some orders use `OrderCost.assumedTerms`. */
  readonly terms: "given" | "assumed"
  /** The cost of each order, in the order of the request; undefined for one that cannot be priced. */
  readonly orders: ReadonlyArray<OrderCost | undefined>
}

/** A write that was not sent, as it would be on the wire, without key, signature and timestamp. */
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
