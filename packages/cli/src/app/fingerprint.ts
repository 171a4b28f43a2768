/**
 * The fingerprint of a public key.
 *
 * @module
 */
import * as PublicKey from "@kalshi-effect/signing/PublicKey"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"

/**
 * The fingerprint of a public key in PEM: SHA-256 of its DER form (SubjectPublicKeyInfo) in base64, as `SHA256:…`.
 * These commands print the part after `SHA256:`:
 * `openssl pkey -in key.pem -pubout -outform DER | openssl dgst -sha256 -binary | base64`.
 */
export const fingerprintOfPem = (pem: string): string => {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64")
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`
}

export const fingerprint = (publicKey: PublicKey.PublicKey) => Effect.map(PublicKey.toPem(publicKey), fingerprintOfPem)
