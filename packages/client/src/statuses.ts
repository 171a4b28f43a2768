/**
 * Classifies responses by status and by the error code in the body.
 *
 * @module
 */

/**
 * Whether a response with this status counts as lost, because the status does not show whether the exchange carried out
 * the request. The client then repeats the request if a repeat is harmless.
 */
export const isLostStatus = (status: number): boolean => status === 408 || status >= 500

/**
 * Whether the exchange carried out a request with this response status. 499 gives `maybe`, because a proxy returns it
 * for a closed connection.
 */
export const carriedOut = (status: number): "no" | "maybe" | "yes" => {
  if (status >= 200 && status < 300) return "yes"
  return status >= 400 && status !== 499 && !isLostStatus(status) ? "no" : "maybe"
}

/**
 * Whether the status is a temporary refusal (too early, too many requests), after which it is safe to repeat any
 * request.
 */
export const isRefusedForNow = (status: number): boolean => status === 425 || status === 429

/**
 * Matches the code inside a gateway's message, as in `rpc error: code = Unauthenticated desc =
 * INCORRECT_API_KEY_SIGNATURE`.
 */
const innerCode = /\bdesc = (\w+)/

/**
 * Whether the body of a 401 blames the timestamp, so that the exchange may accept a new signature. A code for a missing
 * timestamp does not count, because the timestamp would be missing again.
 */
export const blamesTimestamp = ({
  code,
  details
}: {
  readonly code?: string | undefined
  readonly details?: string | undefined
}): boolean => {
  const codes = `${code} ${innerCode.exec(details ?? "")?.[1]}`
  return /timestamp/i.test(codes) && !/missing/i.test(codes)
}
