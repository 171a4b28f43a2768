/**
 * Makes the refusals of the exchange.
 *
 * @module
 */
import type { Refusal } from "./Entities.ts"

export const refusal = (kind: Refusal["kind"], code: string, details?: string): Refusal => ({
  kind,
  code,
  message: code.replaceAll("_", " "),
  ...(details === undefined ? undefined : { details })
})

export const notFound: Refusal = /*#__PURE__*/ refusal("notFound", "not_found")

export const invalidParameters = (details: string): Refusal => refusal("invalid", "invalid_parameters", details)

export const invalidTime: Refusal = /*#__PURE__*/ invalidParameters(
  "a time must be whole Unix milliseconds, from 0 to the end of the year 9999"
)

export const invalidOrder = (details: string): Refusal => refusal("invalid", "invalid_order", details)
