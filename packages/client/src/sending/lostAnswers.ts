/**
 * What the failure of a call says when the response to one of its attempts was lost.
 *
 * @module
 */
import * as Errors from "../Errors.ts"
import type { NamedError } from "./decode.ts"

/**
 * Turns the failure of the last attempt into the failure of the call, when the response to an earlier attempt was lost.
 * The exchange may have carried out that attempt, although it did not carry out this one.
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
      reason: `the response to an attempt was lost, ${reason}`,
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
