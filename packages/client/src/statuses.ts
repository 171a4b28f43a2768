/**
 * What the status of an answer, and the code in its body, say about the request.
 *
 * @module
 */

/**
 * True where an intermediary or the exchange gave up on a request that may have been carried out: 408, and everything
 * from 500 up, whether or not any document knows the status.
 */
export const isLostStatus = (status: number): boolean => status === 408 || status >= 500

/** Whether a request that was answered so was carried out. 499 is a proxy's word for a connection that was closed. */
export const carriedOut = (status: number): "no" | "maybe" | "yes" => {
  if (status >= 200 && status < 300) return "yes"
  return status >= 400 && status !== 499 && !isLostStatus(status) ? "no" : "maybe"
}

/** A refusal that holds for now alone, so that any request may be sent again: too early, or too many. */
export const isRefusedForNow = (status: number): boolean => status === 425 || status === 429

/** The code behind a gateway's words, as in `rpc error: code = Unauthenticated desc = INCORRECT_API_KEY_SIGNATURE`. */
const innerCode = /\bdesc = (\w+)/

/**
 * Whether the body of a 401 says that the timestamp was at fault, so that a fresh signature may be accepted. One that is
 * missing would be missing again.
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
