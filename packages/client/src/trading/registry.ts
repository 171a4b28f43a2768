/**
 * Where orders are registered as they are placed, for a scope that cancels them at its end.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { InvalidRequest } from "../Errors.ts"
import type { Attempts } from "../sending/attempts.ts"
import type { CreateInput } from "../rest/orderOperations.ts"
import type { Outcome, PlaceError, Placement } from "./outcomes.ts"

/** An order that is about to be placed. */
export interface Placing extends Placement {
  readonly request: CreateInput
  readonly attempts: Attempts
}

export interface Registry {
  /** Registers orders before their first attempt; fails for all of them where no more may be placed. */
  readonly begin: (orders: ReadonlyArray<Placing>) => Effect.Effect<void, InvalidRequest>
  /** Records what became of them; a failure means that nothing was sent. */
  readonly end: (
    orders: ReadonlyArray<Placing>,
    exit: Exit.Exit<ReadonlyArray<Outcome>, PlaceError>
  ) => Effect.Effect<void>
  /** Completes when the scope is over: what has not been sent by then must not be sent. */
  readonly ended: Effect.Effect<void>
  /** Records that an order rests no more. */
  readonly over: (order_id: string) => void
  /** The `client_order_id` of the resting order that has this `order_id`. */
  readonly clientOrderIdOf: (order_id: string) => string | undefined
}

/** The registry that orders are placed under. */
export const Placed: Context.Reference<Registry | undefined> = /*#__PURE__*/ Context.Reference<Registry | undefined>(
  "@kalshi-effect/client/internal/Placed",
  { defaultValue: () => undefined }
)
