/**
 * Runs around the sending of every write, so that a part of the client can follow the effects of operations.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallState } from "./callState.ts"
import type { CallFailure } from "./decode.ts"

/**
 * Wraps the sending of a write: all its attempts and their waits. The input has been checked. A write that is not sent,
 * as in a dry run, is not wrapped.
 */
export type AroundWrite = (
  call: CallState,
  sending: Effect.Effect<unknown, CallFailure>
) => Effect.Effect<unknown, CallFailure>

/** What runs around writes. Default: nothing. */
export const AroundWrite: Context.Reference<AroundWrite | undefined> = /*#__PURE__*/ Context.Reference<
  AroundWrite | undefined
>("@kalshi-effect/client/internal/AroundWrite", { defaultValue: () => undefined })
