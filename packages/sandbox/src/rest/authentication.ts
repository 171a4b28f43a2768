/**
 * The authentication of a request.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { ApiKey } from "../exchange/Entities.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { type RestResponse, failure } from "./errorBody.ts"
import { isSignature, readPublicKey } from "../exchange/accounts/keys.ts"

/** The current time of each clock. */
export interface Now {
  readonly exchangeMillis: number
  /** The time for signatures and the `date` header. It can go back. */
  readonly wallMillis: number
  /** The time for token buckets. It does not go back when the exchange's clock is moved back. */
  readonly tokenMillis: number
}

/** `path` begins at the host's root and has no query. */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Whether a request has a signature header. If so, the signature is verified, even if the operation requires none. */
export const isSigned = (headers: SignedRequest["headers"]): boolean =>
  headerNames.some((name) => headers[name] !== undefined)

const headerNames = ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"] as const

/**
 * Makes a function that finds the key with which a request was signed. The codes and details of its refusals were
 * observed on the real exchange, except for the code for a missing timestamp, which is assumed to have the same form.
 */
export const makeAuthenticate = (exchange: Exchange) => {
  const keys = new Map<string, ReturnType<typeof readPublicKey>>()
  const { rsaSalt, timestampWindowMillis } = exchange.assumptions

  return (request: SignedRequest, { exchangeMillis, wallMillis }: Now): Result.Result<ApiKey, RestResponse> => {
    const [keyId, timestamp, signature] = headerNames.map((name) => request.headers[name] || undefined)
    const refuse = (code: string, details?: string) => Result.fail(failure(401, code, details))
    if (keyId === undefined) {
      return refuse("token_authentication_failure")
    }
    if (signature === undefined) {
      return refuse("signature_is_missing_from_headers")
    }
    if (timestamp === undefined) {
      return refuse("timestamp_is_missing_from_headers")
    }
    if (!/^\d{1,15}$/.test(timestamp) || Math.abs(Number(timestamp) - wallMillis) > timestampWindowMillis) {
      return refuse("header_timestamp_expired")
    }
    const registered = exchange.view(exchangeMillis).key(keyId)
    if (registered === undefined) {
      return refuse("authentication_error", "NOT_FOUND")
    }
    const key = keys.get(keyId) ?? readPublicKey(registered.publicKey)
    keys.set(keyId, key)
    const text = timestamp + request.method + request.path
    return key !== undefined && isSignature(key, text, signature, rsaSalt)
      ? Result.succeed(registered)
      : refuse("authentication_error", "INCORRECT_API_KEY_SIGNATURE")
  }
}
