import type { KeyErrorReason } from "../KeyError.ts"
import { looksLikeKey } from "./keyText.ts"

/** Kalshi's ids are UUIDs. This limit allows longer ids, but not the text of an RSA key. */
const maxLength = 128

/**
 * Returns why an id is not valid for the header `KALSHI-ACCESS-KEY`; undefined for a valid id. The reason does not quote
 * the id, because the id may be a private key that was pasted by mistake.
 */
export const keyIdProblem = (keyId: string): KeyErrorReason | undefined => {
  if (keyId === "") return { _tag: "EmptyKeyId" }
  const problem = looksLikeKey(keyId)
    ? "is the text of a key, not an id"
    : keyId.length > maxLength
      ? `has ${keyId.length} characters, but the maximum is ${maxLength}`
      : /^["']|["']$/.test(keyId)
        ? "starts or ends with a quote"
        : /\s/.test(keyId)
          ? "contains white space"
          : /^[!-~]+$/.test(keyId)
            ? undefined
            : "contains a character that is not allowed in an HTTP header"
  return problem === undefined ? undefined : { _tag: "InvalidKeyId", problem }
}

/** Shortens a long id. Its start is enough to distinguish keys. */
export const shortKeyId = (keyId: string): string => (keyId.length > 12 ? `${keyId.slice(0, 8)}…` : keyId)
