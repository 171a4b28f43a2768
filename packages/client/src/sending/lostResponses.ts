/**
 * Converts the failure of an attempt to the failure of the call, if the response to an earlier attempt was lost.
 *
 * @module
 */
import * as Errors from "../Errors.ts"
import type { NamedError } from "./decode.ts"

/**
 * The returned error shows that the exchange may have carried out an earlier attempt, even if it did not carry out the
 * last attempt.
 */
export const afterLostAnswer = <E extends Errors.WriteFailure | NamedError>(
  error: E,
  { attempts, operation }: { readonly operation: string; readonly attempts: number }
): E | Errors.TransportError | Errors.RequestTimeout => {
  const failure: Errors.WriteFailure | NamedError = error
  const lostAttempt = (reason: string, code?: string) =>
    new Errors.TransportError({
      operation,
      requestSent: "maybe",
      code,
      reason: `the response to an attempt was lost, ${reason}`,
      attempts
    })
  switch (failure._tag) {
    case "TransportError":
      return failure.requestSent === "maybe" ? error : lostAttempt(`then ${failure.reason}`, failure.code)
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
      return lostAttempt(`and the repeat could not be signed: ${failure.description}`)
    case "InvalidRequest":
    case "LimitExceeded":
    case "NotSent":
      return lostAttempt(`then ${failure.message}`)
    case "ContractError":
      return error
    default:
      if (failure.afterLostAnswer) return error
      // The cast is safe: the constructor of each of these errors takes the fields of the error.
      return new (failure.constructor as new (fields: object) => E)({ ...failure, afterLostAnswer: true })
  }
}
