/**
 * An attempt may have been carried out although no answer to it was understood: how a call announces that, and what its
 * later failures say then.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Errors from "../Errors.ts"
import type { NamedError } from "./decode.ts"

/** Called when an answer is lost. An error says so itself; the success of a later attempt cannot. */
export const OnLostAnswer: Context.Reference<() => void> = /*#__PURE__*/ Context.Reference<() => void>(
  "@kalshi-effect/client/internal/OnLostAnswer",
  { defaultValue: () => () => {} }
)

/**
 * The failure of one attempt as that of its whole call, where the answer of an earlier attempt was lost: what that one
 * may have done still stands when this one did nothing.
 */
export const afterLostAnswer = <E extends Errors.WriteFailure | NamedError>(
  error: E,
  { attempts, operation }: { readonly operation: string; readonly attempts: number }
): E | Errors.TransportError | Errors.RequestTimeout => {
  const failure: Errors.WriteFailure | NamedError = error
  const unanswered = (reason: string, code?: string) =>
    new Errors.TransportError({
      operation,
      requestSent: "maybe",
      code,
      reason: `an attempt's answer was lost, ${reason}`,
      attempts
    })
  switch (failure._tag) {
    case "TransportError":
      return failure.requestSent === "maybe" ? error : unanswered(`then ${failure.reason}`, failure.code)
    case "RequestTimeout":
      return failure.requestSent === "maybe"
        ? error
        : new Errors.RequestTimeout({
            operation,
            limit: failure.limit,
            timeoutMillis: failure.timeoutMillis,
            requestSent: "maybe",
            attempts
          })
    case "SigningError":
      return unanswered(`and the repeat could not be signed: ${failure.description}`)
    case "InvalidRequest":
    case "LimitExceeded":
    case "NotSent":
      return unanswered(`then ${failure.message}`)
    case "ContractError":
      return error
    default:
      if (failure.afterLostAnswer) return error
      // An error's own class makes another one of its fields; TypeScript has no type for `constructor`.
      return new (failure.constructor as new (fields: object) => E)({ ...failure, afterLostAnswer: true })
  }
}
