/**
 * A hook around the sending of every write. `trading/cancelOnExit.ts` uses it to record the orders that the writes
 * create.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallState } from "./callState.ts"
import type { CallFailure } from "./decode.ts"

/**
 * Wraps the sending of a write: all its attempts and the waits between them. The input of the call is already checked.
 * A write of a dry run is not wrapped.
 */
export type AroundWrite = (
  call: CallState,
  sending: Effect.Effect<unknown, CallFailure>
) => Effect.Effect<unknown, CallFailure>

export const AroundWrite: Context.Reference<AroundWrite | undefined> = /*#__PURE__*/ Context.Reference<
  AroundWrite | undefined
>("@kalshi-effect/client/internal/AroundWrite", { defaultValue: () => undefined })
