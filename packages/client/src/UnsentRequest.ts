/**
 * The record of a write that was not sent, as plain data.
 *
 * @module
 */
import type { Dollars } from "./money/FixedPoint.ts"
import type { OrderCost } from "./money/OrderCost.ts"

/** The cost of the orders of an {@link Intent}, computed by `OrderCost`. */
export interface Cost {
  /**
   * The upper bound of the cash that all orders together can take, including fees. Undefined if the bound cannot be
   * computed.
   */
  readonly worstCase: Dollars | undefined
  readonly unknownBecause: string | undefined
  /**
   * `given`: the fees of all orders use known terms. `assumed`: the fees of some orders use `OrderCost.assumedTerms`.
   */
  readonly terms: "given" | "assumed"
  /** The cost of each order, in the sequence of the request. Undefined for an order that cannot be priced. */
  readonly orders: ReadonlyArray<OrderCost | undefined>
}

/**
 * A write that was not sent. It contains the request that the client would have sent, without key, signature and
 * timestamp.
 */
export interface Intent {
  /** The number of the write: 1 for the first call, 2 for the second. */
  readonly number: number
  /** The time of the call in Unix milliseconds, by Effect's `Clock`. */
  readonly atMillis: number
  /** The name of the operation's function, such as `Orders.create`. */
  readonly operation: string
  /** The id of the operation in the OpenAPI document, such as `CreateOrderV2`. */
  readonly operationId: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** The path from the host's root, with the query, such as `/trade-api/v2/portfolio/events/orders`. */
  readonly path: string
  /** The JSON body, parsed from the text that would have been sent. Undefined if the request has no body. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** The cost for `Orders.create` and `Orders.batchCreate`. Undefined for every other write. */
  readonly cost: Cost | undefined
}
