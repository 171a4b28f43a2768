/**
 * Creates key pairs and verifies signatures, with Node's synchronous crypto, so that both work under a virtual clock.
 * The exchange shares no signing code with the client.
 *
 * @module
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify
} from "node:crypto"
import type { KeyKind } from "@kalshi-effect/signing/Signer"

const rsaBits = 2048

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } as const

/** The formats are those of the exchange's own key generation: PKCS#1 for an RSA private key, PKCS#8 for Ed25519. */
export interface KeyPair {
  readonly publicKeyPem: string
  readonly privateKeyPem: string
  readonly sign: (text: string) => string
}

export const makeKeyPair = (kind: KeyKind): KeyPair =>
  pairOf(
    kind,
    (kind === "rsa" ? generateKeyPairSync("rsa", { modulusLength: rsaBits }) : generateKeyPairSync("ed25519"))
      .privateKey
  )

/** Makes a key pair from its private key. Returns undefined if the text is not a private key of this kind. */
export const keyPairOf = (kind: KeyKind, privateKeyPem: string): KeyPair | undefined => {
  try {
    const key = createPrivateKey(privateKeyPem)
    return key.asymmetricKeyType === kind ? pairOf(kind, key) : undefined
  } catch {
    return undefined
  }
}

const pairOf = (kind: KeyKind, privateKey: KeyObject): KeyPair => {
  const publicKey = createPublicKey(privateKey)
  return {
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    privateKeyPem: privateKey.export({ type: kind === "rsa" ? "pkcs1" : "pkcs8", format: "pem" }).toString(),
    sign: (text) => {
      const data = Buffer.from(text)
      return kind === "rsa"
        ? sign("sha256", data, { key: privateKey, ...pss }).toString("base64")
        : sign(null, data, privateKey).toString("base64")
    }
  }
}

/** Reads a public key: RSA with at least 2048 bits, or Ed25519. Returns undefined for any other text. */
export const readPublicKey = (pem: string): { readonly key: KeyObject; readonly kind: KeyKind } | undefined => {
  if (!/^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) {
    return undefined
  }
  try {
    const key = createPublicKey(pem)
    switch (key.asymmetricKeyType) {
      case "ed25519":
        return { key, kind: "ed25519" }
      case "rsa":
        return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBits ? { key, kind: "rsa" } : undefined
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

/** Verifies a signature in standard base64. */
export const isSignature = (
  { key, kind }: { readonly key: KeyObject; readonly kind: KeyKind },
  text: string,
  signature: string,
  rsaSalt: "digest" | "any"
): boolean => {
  const data = Buffer.from(text)
  const bytes = Buffer.from(signature, "base64")
  if (bytes.toString("base64") !== signature) {
    return false // Node decodes invalid base64, too
  }
  const saltLength = rsaSalt === "any" ? constants.RSA_PSS_SALTLEN_AUTO : pss.saltLength
  return kind === "rsa" ? verify("sha256", data, { key, ...pss, saltLength }, bytes) : verify(null, data, key, bytes)
}
