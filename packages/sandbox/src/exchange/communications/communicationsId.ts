/**
 * The public ids of accounts in requests for quote (RFQs) and quotes.
 *
 * @module
 */
import { createHash } from "node:crypto"

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

export const communicationsIdOf = (accountId: string): string => sha256(`communications ${accountId}`)

/** Documented: other accounts see this id if the creator of an RFQ hides its own id. */
const placeholder = /*#__PURE__*/ sha256("")

/** The id of an RFQ's creator as `viewerId` sees it. */
export const shownTo = (
  viewerId: string,
  creator: { readonly accountId: string; readonly communicationsId: string; readonly isObscured: boolean }
): string => (creator.isObscured && creator.accountId !== viewerId ? placeholder : creator.communicationsId)
