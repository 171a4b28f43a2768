/**
 * Which operations the client signs.
 *
 * @module
 */
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"

/**
 * Public operations that the client signs if it has a key.
 *
 * Source: the document secured the two until September 29, 2026, and still accepts a signature.
 */
const signedWithKey: ReadonlySet<string> = /*#__PURE__*/ new Set(["GetMarketOrderbook", "GetMarketOrderbooks"])

/** `always`: it needs a key. `withKey`: it is public, and signed if there is a key. */
export type Signing = "always" | "never" | "withKey"

/** How the client signs an operation. */
export const signingOf = ({ id, security }: ReferenceDocument.Operation): Signing =>
  security.length > 0 ? "always" : signedWithKey.has(id) ? "withKey" : "never"

/** Whether the client signs an operation when it has a key. */
export const isSigned = (reference: ReferenceDocument.Operation): boolean => signingOf(reference) !== "never"
