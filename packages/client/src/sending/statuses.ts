/**
 * What the status of an answer says about the request.
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
