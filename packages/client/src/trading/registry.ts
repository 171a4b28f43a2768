/**
 * The registry of the orders that are placed under a scope and canceled at its end.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { InvalidRequest } from "../Errors.ts"
import type { Attempts } from "../sending/attemptTimes.ts"
import type { CreateInput } from "../rest/orderOperations.ts"
import type { Outcome, PlaceError, Placement } from "./outcomes.ts"

export interface PendingOrder extends Placement {
  readonly request: CreateInput
  /** The orders of a batch share one record. */
  readonly attempts: Attempts
}

/** An order of `Orders.create` or `Orders.batchCreate` without `client_order_id`. It cannot be found in a list. */
export interface AnonymousOrder extends Omit<PendingOrder, "client_order_id"> {
  readonly client_order_id: undefined
}

export interface OrderRegistry {
  /** Called before the first attempt. Fails if the scope is closed. */
  readonly begin: (orders: ReadonlyArray<PendingOrder>) => Effect.Effect<void, InvalidRequest>
  /** Called with the result of a call. A typed failure means that nothing was sent. */
  readonly end: (
    orders: ReadonlyArray<PendingOrder>,
    exit: Exit.Exit<ReadonlyArray<Outcome>, PlaceError>
  ) => Effect.Effect<void>
  /** Completes when the closing scope abandons the pending calls. After that, the caller must send nothing. */
  readonly ended: Effect.Effect<void>
  /** Called for an order that no longer rests. */
  readonly remove: (order_id: string) => void
  /** Returns the `client_order_id` of the resting order with this `order_id`. */
  readonly clientOrderIdOf: (order_id: string) => string | undefined
}

export const OrderRegistry: Context.Reference<OrderRegistry | undefined> = /*#__PURE__*/ Context.Reference<
  OrderRegistry | undefined
>("@kalshi-effect/client/internal/OrderRegistry", { defaultValue: () => undefined })
