import type { KeyErrorReason } from "../KeyError.ts"
import { looksLikeKey } from "./keyText.ts"

/** Kalshi's ids are UUIDs; this leaves room and still stops a key's text. */
const longest = 128

/** What bars a key id from the header `KALSHI-ACCESS-KEY`. Never quotes it: people paste the key in its place. */
export const keyIdProblem = (keyId: string): KeyErrorReason | undefined => {
  if (keyId === "") return { _tag: "EmptyKeyId" }
  const problem = looksLikeKey(keyId)
    ? "is a key's text, not an id"
    : keyId.length > longest
      ? `has ${keyId.length} characters`
      : /^["']|["']$/.test(keyId)
        ? "has quotes around it"
        : /\s/.test(keyId)
          ? "holds white space or a line end"
          : /^[!-~]+$/.test(keyId)
            ? undefined
            : "holds a character that no header can carry"
  return problem === undefined ? undefined : { _tag: "InvalidKeyId", problem }
}

/** Enough of an id to tell keys apart. */
export const shortKeyId = (keyId: string): string => (keyId.length > 12 ? `${keyId.slice(0, 8)}…` : keyId)
