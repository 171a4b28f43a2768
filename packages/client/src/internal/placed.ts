/**
 * Where orders are written down as they are placed, for whoever is to end them.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { InvalidRequest } from "../Errors.ts"
import type { CreateInput } from "./orderOperations.ts"
import type { Outcome, PlaceError, Placement } from "./outcomes.ts"

/** An order that is about to be placed. */
export interface Placing extends Placement {
  readonly request: CreateInput
}

export interface Registry {
  /** Writes orders down before their first attempt; fails, all of them, where no more may be placed. */
  readonly begin: (orders: ReadonlyArray<Placing>) => Effect.Effect<void, InvalidRequest>
  /** Says what became of them; a failure says that nothing was sent. */
  readonly end: (
    orders: ReadonlyArray<Placing>,
    exit: Exit.Exit<ReadonlyArray<Outcome>, PlaceError>
  ) => Effect.Effect<void>
  /** Comes when it is over: what has not been sent by then shall not be sent. */
  readonly ended: Effect.Effect<void>
  /** Says that an order rests no more. */
  readonly over: (order_id: string) => void
}

/** The registry that orders are placed under. */
export const Placed: Context.Reference<Registry | undefined> = /*#__PURE__*/ Context.Reference<Registry | undefined>(
  "@kalshi-effect/client/internal/Placed",
  { defaultValue: () => undefined }
)
