/**
 * What the status of a response, and the code in its body, say about the request.
 *
 * @module
 */

/**
 * Whether an intermediary or the exchange gave up on a request that may have been carried out: 408, and every status from
 * 500, documented or not.
 */
export const isLostStatus = (status: number): boolean => status === 408 || status >= 500

/** Whether a request with this response was carried out. 499 is a proxy's status for a closed connection. */
export const carriedOut = (status: number): "no" | "maybe" | "yes" => {
  if (status >= 200 && status < 300) return "yes"
  return status >= 400 && status !== 499 && !isLostStatus(status) ? "no" : "maybe"
}

/** Whether the request was refused only for now, too early or too many, so that any request is retryable. */
export const isRefusedForNow = (status: number): boolean => status === 425 || status === 429

/** The code in a gateway's message, such as `rpc error: code = Unauthenticated desc = INCORRECT_API_KEY_SIGNATURE`. */
const innerCode = /\bdesc = (\w+)/

/**
 * Whether the body of a 401 blames the timestamp, so that a new signature may be accepted. A missing timestamp would be
 * missing again.
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
