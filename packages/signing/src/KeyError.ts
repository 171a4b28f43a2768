/**
 * Why an API key or a public key was refused.
 *
 * @module
 */
import * as Data from "effect/Data"

/**
 * What is wrong with a key, as plain data. No member ever holds a piece of the key.
 *
 * **Details**
 *
 * | `_tag` | says |
 * | --- | --- |
 * | `EmptyKeyId`, `InvalidKeyId` | the id cannot be sent as a header |
 * | `FileUnreadable` | the file could not be read; `path` is undefined where it could be a key's text |
 * | `PathHoldsKey` | the path is itself a key's text |
 * | `NoPem` | no `BEGIN` line; `looksLike` says what it was taken for |
 * | `SeveralBlocks` | more than one PEM block; `labels` lists them |
 * | `Truncated`, `Malformed` | cut short; not what its label or structure promises |
 * | `Encrypted`, `PublicKey`, `PrivateKey`, `Certificate` | a sound PEM or key of the wrong sort |
 * | `UnsupportedFormat`, `UnsupportedAlgorithm`, `RsaTooShort` | a key that the exchange does not take |
 * | `SelfCheckFailed` | its signature, its numbers or its public half do not belong together |
 * | `UnsupportedCryptoKey`, `PublicKeyNeeded` | a `CryptoKey` that cannot sign for the exchange or cannot be proved |
 * | `UnsupportedRuntime` | this runtime's WebCrypto is missing or lacks the algorithm |
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
  Empty: "The key is empty. Give the whole text of the private key's file",
  FilePath:
    "The key's text is a file's path, not a key. Read the file with ApiKey.fromFile, or set KALSHI_PRIVATE_KEY_PATH",
  BareBase64:
    "The key's text is base64 without its BEGIN and END lines. Give the whole text of the file, those lines included",
  Json: "The key's text is JSON, not PEM. Parse it and use ApiKey.fromJwk",
  Binary: "The key is binary (DER?), not PEM text. Convert it: openssl pkey -inform DER -in <file> -out <new file>",
  Text: "No PEM block was found. The text must hold a key from -----BEGIN … PRIVATE KEY----- to its END line"
}

const describe = (reason: KeyErrorReason): string => {
  switch (reason._tag) {
    case "EmptyKeyId":
      return "The API key id is empty. Give the id that Kalshi shows beside the key, a UUID"
    case "InvalidKeyId":
      return `The API key id ${reason.problem}. Give the id that Kalshi shows beside the key, a UUID, and nothing else`
    case "FileUnreadable":
      return reason.path === undefined
        ? `The private key's file cannot be read: ${reason.problem}. Its path is not shown, because it could be a key's ` +
            "text. Check the path and the file's permissions, or use ApiKey.fromPem where you have the key itself"
        : `The private key's file ${JSON.stringify(reason.path)} cannot be read: ${reason.problem}. ` +
            "Check the path and the file's permissions"
    case "PathHoldsKey":
      return (
        "The path of the private key's file is a key's text, not a path. " +
        "Use ApiKey.fromPem or ApiKey.fromJwk, or set KALSHI_PRIVATE_KEY instead of KALSHI_PRIVATE_KEY_PATH"
      )
    case "NoPem":
      return noPem[reason.looksLike]
    case "SeveralBlocks":
      return (
        `The text holds ${reason.labels.length} PEM blocks (${reason.labels.join(", ")}). ` +
        "Keep the one block of the key"
      )
    case "Truncated":
      return `The key is cut short: ${reason.problem}. Copy the whole file again, from its BEGIN to its END line`
    case "Malformed":
      return `The key is damaged or not in its format: ${reason.problem}. Copy the file again, or make a new key`
    case "Encrypted":
      return "The private key is encrypted with a passphrase. Decrypt it first: openssl pkey -in <file> -out <new file>"
    case "PublicKey":
      return "This is a public key. Signing needs the private key, which Kalshi showed once when the key was made"
    case "PrivateKey":
      return (
        "This is a private key where a public key is wanted. " +
        "Write the public key: openssl pkey -in <file> -pubout -out <new file>"
      )
    case "Certificate":
      return "This is a certificate. Signing needs the private key, which Kalshi showed once when the key was made"
    case "UnsupportedFormat":
      return reason.label === "OPENSSH PRIVATE KEY"
        ? "OpenSSH's own key format is not read. On a copy of the file: ssh-keygen -p -m PKCS8 -f <copy>"
        : reason.label === "RSA PUBLIC KEY"
          ? "A PKCS#1 public key is not read. Convert it: openssl rsa -RSAPublicKey_in -in <file> -pubout -out <new file>"
          : `A PEM block ${JSON.stringify(reason.label)} is not a key. Give a PRIVATE KEY or RSA PRIVATE KEY block`
    case "UnsupportedAlgorithm":
      return `A key of the algorithm ${reason.algorithm} cannot sign for Kalshi. Use an Ed25519 or RSA key`
    case "RsaTooShort":
      return `The RSA key has ${reason.bits} bits. Use one of 2048 bits or more, or an Ed25519 key`
    case "SelfCheckFailed":
      return `The key is damaged: ${reason.problem}. Copy the file again, or make a new key`
    case "UnsupportedCryptoKey":
      return `The CryptoKey cannot be used: ${reason.problem}`
    case "PublicKeyNeeded":
      return "The CryptoKey is not extractable, so its public key cannot be derived. Give publicKey as well"
    case "UnsupportedRuntime":
      return `This runtime cannot use the key: ${reason.problem}`
  }
}

/**
 * A key was refused when it was loaded; `reason` says why, and the message also what to do.
 *
 * **Gotchas**
 *
 * Neither `reason` nor the message nor the cause holds any piece of the key or of a wrong key id, so the error can be
 * logged.
 *
 * **Example** (One reason handled)
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
