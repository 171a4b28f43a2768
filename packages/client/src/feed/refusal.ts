/**
 * Reads the response to a WebSocket upgrade that the exchange refused.
 *
 * @module
 */
import { type Arrived, errorOf, retryAfterMillis } from "../sending/decode.ts"
import type { Connection, Signed } from "../sending/connection.ts"
import { isBeyondResolution, type Reading } from "../sending/skew.ts"
import { blamesTimestamp } from "../statuses.ts"
import type { Refusal } from "./session/dialling.ts"

export interface UpgradeTimes {
  readonly sent: Reading
  readonly received: Reading
}

/** Describes the refusal, and measures the exchange's clock with the response. */
export const refusalOf = (
  connection: Connection,
  signed: Signed | undefined,
  response: Arrived,
  { received, sent }: UpgradeTimes
): Refusal => {
  const measured = connection.clockSkew.observe(sent, received, response.headers)
  const body = errorOf(response)
  const isClockWrong =
    measured !== undefined && signed !== undefined && isBeyondResolution(measured, signed.clockSkewMillis)
  return {
    _tag: "Response",
    status: response.status,
    body,
    retryAfterMillis: retryAfterMillis(response.headers["retry-after"], received.wallMillis),
    blamesClock: blamesTimestamp(body) || (connection.correctClockSkew && isClockWrong),
    explanation: response.status === 401 && signed !== undefined ? connection.explain(signed, measured) : undefined
  }
}
