/**
 * Verifies the signatures of recorded requests with Node's own cryptography, and explains invalid ones.
 *
 * @module
 */
import { constants, createPublicKey, type KeyObject, verify } from "node:crypto"

export interface Signed {
  readonly method: string
  /** The path from the root of the host, with the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** The time of arrival, in milliseconds since 1970. */
  readonly atMillis: number
}

/** `none` for a request without signature headers. */
export type SignatureCheck = "valid" | "none" | { readonly reason: string }

const names = ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"] as const

/** The permitted difference between the timestamp and the time of arrival. */
const windowMillis = 30_000

const invalid = (reason: string): SignatureCheck => ({ reason })

const isSignatureOf = (key: KeyObject, text: string, signature: Buffer, saltLength: number): boolean =>
  key.asymmetricKeyType === "ed25519"
    ? verify(null, Buffer.from(text), key, signature)
    : verify("sha256", Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature)

/** The documented salt length of an RSA signature, in bytes. */
const saltBytes = 32

/** Possible mistakes of a client, each with the text that a client signs if it makes this mistake. */
const mistakes = ({ body, method, path }: Signed, timestamp: string): ReadonlyArray<readonly [string, string]> => {
  const pathname = path.split("?")[0] ?? path
  const below = pathname.replace("/trade-api/v2", "")
  return [
    ["the signed path contains the query", timestamp + method + path],
    ["the signed path lacks /trade-api/v2", timestamp + method + below],
    ["the signed method is in lower case", timestamp + method.toLowerCase() + pathname],
    ["the signed text contains the body", timestamp + method + pathname + body],
    ["the signed path is decoded", timestamp + method + decodeURIComponent(pathname)],
    ["the signed text lacks the timestamp", method + pathname]
  ]
}

/** Checks the signature of a request. `keys` maps ids of API keys to public keys. */
export const checkSignature = (request: Signed, keys: ReadonlyMap<string, string>): SignatureCheck => {
  const [keyId, timestamp, signature] = names.map((name) => request.headers[name] ?? "")
  if (!keyId && !timestamp && !signature) return "none"
  if (!keyId || !timestamp || !signature) return invalid("a signature header is missing")
  const publicKey = keys.get(keyId)
  if (publicKey === undefined) return invalid("the key id belongs to no account of the scenario")
  if (!/^\d{13}$/.test(timestamp)) return invalid("the timestamp is not in milliseconds")
  if (Math.abs(Number(timestamp) - request.atMillis) > windowMillis) return invalid("the timestamp is not fresh")
  const key = createPublicKey(publicKey)
  const bytes = Buffer.from(signature, "base64")
  const text = timestamp + request.method + (request.path.split("?")[0] ?? request.path)
  if (isSignatureOf(key, text, bytes, saltBytes)) return "valid"
  if (key.asymmetricKeyType === "rsa" && isSignatureOf(key, text, bytes, constants.RSA_PSS_SALTLEN_AUTO)) {
    return invalid(`the salt of the RSA signature does not have ${saltBytes} bytes`)
  }
  const mistake = mistakes(request, timestamp).find(([, wrong]) => isSignatureOf(key, wrong, bytes, saltBytes))
  return invalid(mistake?.[0] ?? "the signature does not match the key and the request")
}
