import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import type { KeyErrorReason } from "../KeyError.ts"
import { looksLikeBase64Der } from "./keyText.ts"

export interface Block {
  readonly label: string
  readonly der: Uint8Array
}

const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g
const parameterLabels: ReadonlySet<string> = /*#__PURE__*/ new Set(["EC PARAMETERS", "DSA PARAMETERS", "DH PARAMETERS"])

const fail = (reason: KeyErrorReason): Result.Result<never, KeyErrorReason> => Result.fail(reason)

const looksLike = (text: string): (KeyErrorReason & { _tag: "NoPem" })["looksLike"] => {
  const trimmed = text.trim()
  return trimmed === ""
    ? "Empty"
    : trimmed.startsWith("{")
      ? "Json"
      : // oxlint-disable-next-line no-control-regex -- control characters distinguish binary from text
        /[\x00-\x08\x0e-\x1f\ufffd]/.test(trimmed)
        ? "Binary"
        : looksLikeBase64Der(trimmed)
          ? "BareBase64"
          : trimmed.length < 1024 &&
              !/[\r\n]/.test(trimmed) &&
              /^(~?[\\/]|\.{1,2}[\\/]|[A-Za-z]:[\\/])|\.(pem|key|p8|txt|der|crt|cer)$/i.test(trimmed)
            ? "FilePath"
            : "Text"
}

/**
 * Repairs UTF-16 text that was decoded as UTF-8 or Latin-1. PowerShell writes such files. Each ASCII character becomes
 * the character and a NUL, in either order, so half of the text consists of NULs. Binary DER contains only a few NULs.
 * PEM is ASCII, so nothing is lost.
 */
const fromUtf16 = (text: string): string => {
  const narrow = text.replaceAll("\0", "")
  return text.length - narrow.length > text.length / 3 ? narrow.replace(/^(?:\ufffd\ufffd|ÿþ|þÿ)/, "") : text
}

/** Reads the only PEM block of a text (RFC 7468). Accepts the variants that the docs of `ApiKey.fromPem` list. */
export const readBlock = (raw: string): Result.Result<Block, KeyErrorReason> => {
  const input = fromUtf16(raw)
  const text = input.replace(/\\+[rn]/g, "\n")
  const begins = [...text.matchAll(begin)]
  const blocks = begins.length > 1 ? begins.filter((match) => !parameterLabels.has(match[1]!)) : begins
  const found = blocks[0]
  if (found === undefined) {
    return text.includes("-----END ")
      ? fail({ _tag: "Truncated", problem: "its BEGIN line is missing" })
      : fail({ _tag: "NoPem", looksLike: looksLike(input) })
  }
  if (blocks.length > 1) return fail({ _tag: "SeveralBlocks", labels: blocks.map((match) => match[1]!) })
  const label = found[1]!
  const after = text.slice(found.index + found[0].length)
  const end = /-----END ([A-Z0-9 ]{1,64})-----/.exec(after)
  if (end === null) return fail({ _tag: "Truncated", problem: "its END line is missing" })
  if (end[1] !== label) return fail({ _tag: "Malformed", problem: "its BEGIN and END lines have different labels" })
  const body = after.slice(0, end.index)
  const labelProblem = problemOfLabel(label, body)
  if (labelProblem !== undefined) return fail(labelProblem)
  const base64 = body.replace(/\s+/g, "")
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    return fail({ _tag: "Malformed", problem: "a character between its BEGIN and END lines is not base64" })
  }
  if (base64 === "") return fail({ _tag: "Truncated", problem: "there is nothing between its BEGIN and END lines" })
  const der = Base64.decode(base64)
  return Result.isSuccess(der)
    ? Result.succeed({ label, der: der.success })
    : fail({ _tag: "Truncated", problem: "its base64 is incomplete" })
}

/**
 * Returns the problem of a label; undefined if the label is acceptable. The DER structure is checked later, because the
 * label of PKCS#8 does not contain the algorithm.
 */
const problemOfLabel = (label: string, body: string): KeyErrorReason | undefined => {
  switch (label) {
    case "ENCRYPTED PRIVATE KEY":
      return { _tag: "Encrypted" }
    case "RSA PRIVATE KEY":
    case "PRIVATE KEY":
    case "PUBLIC KEY":
      return /Proc-Type:[^\n]*ENCRYPTED/.test(body) ? { _tag: "Encrypted" } : undefined
    case "EC PRIVATE KEY":
      return { _tag: "UnsupportedAlgorithm", algorithm: "EC" }
    case "DSA PRIVATE KEY":
      return { _tag: "UnsupportedAlgorithm", algorithm: "DSA" }
    case "CERTIFICATE":
    case "X509 CERTIFICATE":
    case "TRUSTED CERTIFICATE":
      return { _tag: "Certificate" }
    default:
      return { _tag: "UnsupportedFormat", label }
  }
}
