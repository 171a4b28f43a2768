/**
 * Defines which operations the client signs.
 *
 * @module
 */
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"

/**
 * Public operations that the client signs if it has a key.
 *
 * Source: until September 29, 2026, the document required a key for both operations. The exchange still accepts a
 * signature.
 */
const signedWithKey: ReadonlySet<string> = /*#__PURE__*/ new Set(["GetMarketOrderbook", "GetMarketOrderbooks"])

/** `always`: the operation needs a key. `withKey`: the operation is public, and is signed if the client has a key. */
export type Signing = "always" | "never" | "withKey"

export const signingOf = ({ id, security }: ReferenceDocument.Operation): Signing =>
  security.length > 0 ? "always" : signedWithKey.has(id) ? "withKey" : "never"

/** Whether a client with a key signs the operation. */
export const isSigned = (reference: ReferenceDocument.Operation): boolean => signingOf(reference) !== "never"
