/**
 * The error of a key that cannot be used.
 *
 * @module
 */
import * as Data from "effect/Data"

/**
 * The reason why a key was rejected, as plain data. No field contains a part of the key.
 *
 * **Details**
 *
 * | `_tag` | meaning |
 * | --- | --- |
 * | `EmptyKeyId`, `InvalidKeyId` | the id is empty, or is not a valid id: `problem` states why |
 * | `FileUnreadable` | the file could not be read; `path` is undefined if the path could be the text of a key |
 * | `PathHoldsKey` | the path is the text of a key |
 * | `NoPem` | no `BEGIN` line; `looksLike` is the probable format |
 * | `SeveralBlocks` | more than one PEM block; `labels` lists them |
 * | `Truncated` | the key is incomplete |
 * | `Malformed` | the key does not match its label or format |
 * | `Encrypted`, `PublicKey`, `PrivateKey`, `Certificate` | a valid key or PEM block, but not of the required kind |
 * | `UnsupportedFormat`, `UnsupportedAlgorithm`, `RsaTooShort` | a key whose format, algorithm or size is not supported |
 * | `SelfCheckFailed` | the signature, the RSA numbers or the public key do not match the private key |
 * | `UnsupportedCryptoKey` | a `CryptoKey` that cannot be used: `problem` states why |
 * | `PublicKeyNeeded` | a `CryptoKey` that is not extractable, without its public key |
 * | `UnsupportedRuntime` | this runtime lacks WebCrypto, the algorithm, or (for `NodeSigner`) `node:crypto` |
 */
export type KeyErrorReason =
  | { readonly _tag: "EmptyKeyId" }
  | { readonly _tag: "InvalidKeyId"; readonly problem: string }
  | { readonly _tag: "FileUnreadable"; readonly path: string | undefined; readonly problem: string }
  | { readonly _tag: "PathHoldsKey" }
  | { readonly _tag: "NoPem"; readonly looksLike: "Empty" | "FilePath" | "BareBase64" | "Json" | "Binary" | "Text" }
  | { readonly _tag: "SeveralBlocks"; readonly labels: ReadonlyArray<string> }
  | { readonly _tag: "Truncated"; readonly problem: string }
  | { readonly _tag: "Malformed"; readonly problem: string }
  | { readonly _tag: "Encrypted" }
  | { readonly _tag: "PublicKey" }
  | { readonly _tag: "PrivateKey" }
  | { readonly _tag: "Certificate" }
  | { readonly _tag: "UnsupportedFormat"; readonly label: string }
  | { readonly _tag: "UnsupportedAlgorithm"; readonly algorithm: string }
  | { readonly _tag: "RsaTooShort"; readonly bits: number }
  | { readonly _tag: "SelfCheckFailed"; readonly problem: string }
  | { readonly _tag: "UnsupportedCryptoKey"; readonly problem: string }
  | { readonly _tag: "PublicKeyNeeded" }
  | { readonly _tag: "UnsupportedRuntime"; readonly problem: string }

const noPem = {
  Empty: "The key is empty. Pass the whole text of the key file",
  FilePath:
    "The key is a file path, not the text of a key. Read the file with ApiKey.fromFile, or set KALSHI_PRIVATE_KEY_PATH",
  BareBase64:
    "The key is base64 without its BEGIN and END lines. Pass the whole text of the file, including these lines",
  Json: "The key is JSON, not PEM. Parse it and use ApiKey.fromJwk",
  Binary:
    "The key is binary (probably DER), not PEM text. Convert it: openssl pkey -inform DER -in <file> -out <new file>",
  Text: "The text contains no PEM block. Pass the key from its -----BEGIN … KEY----- line to its END line"
}

const describe = (reason: KeyErrorReason): string => {
  switch (reason._tag) {
    case "EmptyKeyId":
      return "The API key id is empty. Pass the id that Kalshi shows next to the key: a UUID"
    case "InvalidKeyId":
      return `The API key id ${reason.problem}. Pass only the id that Kalshi shows next to the key: a UUID`
    case "FileUnreadable":
      return reason.path === undefined
        ? `The private key file cannot be read: ${reason.problem}. Its path is not shown because it could be the text ` +
            "of a key. Check the path and the file's permissions, or pass the key itself to ApiKey.fromPem"
        : `The private key file ${JSON.stringify(reason.path)} cannot be read: ${reason.problem}. ` +
            "Check the path and the file's permissions"
    case "PathHoldsKey":
      return (
        "The path of the private key file is the text of a key, not a path. " +
        "Use ApiKey.fromPem or ApiKey.fromJwk, or set KALSHI_PRIVATE_KEY instead of KALSHI_PRIVATE_KEY_PATH"
      )
    case "NoPem":
      return noPem[reason.looksLike]
    case "SeveralBlocks":
      return (
        `The text contains ${reason.labels.length} PEM blocks (${reason.labels.join(", ")}). ` +
        "Keep only the block of the key"
      )
    case "Truncated":
      return `The key is truncated: ${reason.problem}. Copy the whole file again, from its BEGIN line to its END line`
    case "Malformed":
      return `The key is malformed: ${reason.problem}. Copy the file again, or create a new key`
    case "Encrypted":
      return "The private key is encrypted with a passphrase. Decrypt it first: openssl pkey -in <file> -out <new file>"
    case "PublicKey":
      return "This is a public key. Signing needs the private key that belongs to it. If Kalshi created the key, it showed the private key once"
    case "PrivateKey":
      return (
        "This is a private key, but a public key is required. " +
        "Extract the public key: openssl pkey -in <file> -pubout -out <new file>"
      )
    case "Certificate":
      return "This is a certificate, not a key. Pass the PEM block of the key itself"
    case "UnsupportedFormat":
      return reason.label === "OPENSSH PRIVATE KEY"
        ? "The OpenSSH key format is not supported. Convert a copy of the file: ssh-keygen -p -m PKCS8 -f <copy>"
        : reason.label === "RSA PUBLIC KEY"
          ? "PKCS#1 public keys are not supported. Convert the file: openssl rsa -RSAPublicKey_in -in <file> -pubout -out <new file>"
          : `The PEM block ${JSON.stringify(reason.label)} is not a supported key. ` +
            "Pass a PRIVATE KEY or RSA PRIVATE KEY block to sign, or a PUBLIC KEY block to verify"
    case "UnsupportedAlgorithm":
      return `The algorithm of the key is not supported: ${reason.algorithm}. Use an Ed25519 or RSA key`
    case "RsaTooShort":
      return `The RSA key has ${reason.bits} bits. Use an RSA key of 2048 bits or more, or an Ed25519 key`
    case "SelfCheckFailed":
      return `The key failed its self-check: ${reason.problem}. Copy the file again, or create a new key`
    case "UnsupportedCryptoKey":
      return `The CryptoKey cannot be used: ${reason.problem}`
    case "PublicKeyNeeded":
      return "The CryptoKey is not extractable, so its public key cannot be derived. Pass publicKey as well"
    case "UnsupportedRuntime":
      return `This runtime cannot use the key: ${reason.problem}`
  }
}

/**
 * A key cannot be used. `reason` states why. For most reasons, the message also states what to do.
 *
 * **Gotchas**
 *
 * The error is safe to log: `reason` and the message contain no part of the key or of a rejected key id.
 *
 * **Example** (Handling one reason)
 *
 * ```ts
 * ApiKey.fromPem({ keyId, privateKey }).pipe(
 *   Effect.catchReason("KeyError", "Encrypted", () => askForAnotherFile)
 * )
 * ```
 */
export class KeyError extends /*#__PURE__*/ Data.TaggedError("KeyError")<{ readonly reason: KeyErrorReason }> {
  override get message(): string {
    return `${describe(this.reason)}.`
  }
}
