/**
 * Bodies of errors, as they have been seen on the wire: nested under `error`, except that of 429.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import type { Assumptions } from "../Assumptions.ts"
import type { Refusal } from "../Exchange.ts"

/** An answer before it is bytes. A body that is undefined is empty. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const failure = (status: number, code: string, details?: string): Answer => ({
  status,
  body: { error: { code, message: code.replaceAll("_", " "), ...(details === undefined ? undefined : { details }) } }
})

const statusOf = { invalid: 400, notFound: 404, conflict: 409 } as const

/**
 * Answers a refusal. Where the operation does not declare the status seen on the wire, 400 and 404 stand in for each
 * other, unless the switch says otherwise.
 */
export const refused = (refusal: Refusal, descriptor: Descriptor, assumptions: Assumptions): Answer => {
  const { code, details, kind, message } = refusal
  const seen = statusOf[kind]
  const body = { error: { code, message, ...(details === undefined ? undefined : { details }) } }
  const declares = (status: number) => statuses(descriptor).includes(status)
  const other = seen === 400 ? 404 : 400
  return assumptions.undeclaredStatuses === "declared" && seen !== 409 && !declares(seen) && declares(other)
    ? { status: other, body: other === 404 ? failure(404, "not_found", details ?? message).body : body }
    : { status: seen, body }
}

const statuses = (descriptor: Descriptor): ReadonlyArray<number> =>
  descriptor.errors.map((error) => ("payload" in error ? error.error : error).status)

const plantedCodes: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "authentication_error",
  403: "permission_denied",
  404: "not_found",
  409: "conflict",
  500: "internal_server_error",
  503: "service_unavailable",
  504: "gateway_timeout"
}

/** What a status has for a body when nobody says otherwise; 429 is a bare string. */
export const usual = (status: number): Answer =>
  status === 429
    ? { status, body: { error: "too many requests" } }
    : failure(status, plantedCodes[status] ?? `status_${status}`)
