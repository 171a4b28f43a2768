/**
 * Error bodies, as observed on the real exchange: an object under `error`. For 429, `error` is a string.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import type { Assumptions } from "../Assumptions.ts"
import type { Refusal } from "../exchange/Entities.ts"

/** A response before its serialization. An undefined `body` is sent as an empty body. */
export interface RestResponse {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const failure = (status: number, code: string, details?: string): RestResponse => ({
  status,
  body: { error: { code, message: code.replaceAll("_", " "), ...(details === undefined ? undefined : { details }) } }
})

export interface RequestRefusal extends Refusal {
  /** If true, no substitute replaces the status: see {@link refused}. */
  readonly isStatusKept?: boolean
}

const statusOf = { invalid: 400, forbidden: 403, notFound: 404, conflict: 409, tooMany: 429 } as const

const substitutes: Partial<Record<number, number>> = { 400: 404, 403: 401, 404: 400 }

/**
 * Returns the response to a refused request. Under the assumption `undeclaredStatuses: "declared"`, a substitute
 * replaces the observed status if the operation declares the substitute, but not the observed status.
 */
export const refused = (refusal: RequestRefusal, descriptor: Descriptor, assumptions: Assumptions): RestResponse => {
  const { code, details, isStatusKept = false, kind, message } = refusal
  const observed = statusOf[kind]
  const body = { error: kind === "tooMany" ? (details ?? message) : detailsOf(refusal) }
  const declares = (status: number | undefined) => status !== undefined && statuses(descriptor).includes(status)
  const other = substitutes[observed]
  const isKept = isStatusKept || assumptions.undeclaredStatuses === "recorded" || declares(observed)
  if (isKept || other === undefined || !declares(other)) {
    return { status: observed, body }
  }
  return {
    status: other,
    body: other === 404 && code !== "not_found" ? failure(404, "not_found", details ?? message).body : body
  }
}

/** The `error` of a response or of an item of a batch. */
export const detailsOf = ({
  code,
  details,
  message
}: Refusal): { readonly code: string; readonly message: string; readonly details?: string } => ({
  code,
  message,
  ...(details === undefined ? undefined : { details })
})

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

export const defaultResponse = (status: number): RestResponse =>
  status === 429
    ? { status, body: { error: "too many requests" } }
    : failure(status, plantedCodes[status] ?? `status_${status}`)
