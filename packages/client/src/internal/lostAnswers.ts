/**
 * Tells whoever asks that an attempt of a call may have been carried out although no answer to it was understood. An
 * error says so itself; a success of a later attempt cannot.
 *
 * @module
 */
import * as Context from "effect/Context"

export const OnLostAnswer: Context.Reference<() => void> = /*#__PURE__*/ Context.Reference<() => void>(
  "@kalshi-effect/client/internal/OnLostAnswer",
  { defaultValue: () => () => {} }
)
