import type { PublicKey } from "../PublicKey.ts"
import type { KeyKind } from "./keyKind.ts"
import { shortKeyId } from "./keyId.ts"
import type { SignSync } from "./nodeCrypto.ts"
import { Printable } from "./printable.ts"

/** The `CryptoKey` works only with the `Crypto` object that imported it. */
export interface Signing {
  readonly subtle: SubtleCrypto
  readonly cryptoKey: CryptoKey
  readonly publicKeyPem: string
  /** Whether the key was passed as a `CryptoKey` that is not extractable, so that only WebCrypto can sign with it. */
  readonly isSealed: boolean
  /** Signs with `node:crypto`. Undefined for a sealed key, and if `node:crypto` is missing or its trial failed. */
  readonly signSync: SignSync | undefined
  /**
   * Whether a signer uses `signSync` by default: for Ed25519, if the application does not provide its own WebCrypto.
   */
  readonly prefersSync: boolean
}

// For RSA, the exchange requires PSS with SHA-256 (set when the key is imported), MGF1 with SHA-256, and a salt as long
// as the digest. For Ed25519, it requires plain Ed25519.
const parameters: Record<KeyKind, AlgorithmIdentifier | RsaPssParams> = {
  rsa: { name: "RSA-PSS", saltLength: 32 },
  ed25519: { name: "Ed25519" }
}

/** The private field hides the key from `inspect`, even with `showHidden` or `customInspect: false`. */
export class ApiKey extends Printable {
  readonly keyId: string
  readonly kind: KeyKind
  readonly publicKey: PublicKey
  readonly #signing: Signing

  constructor(keyId: string, publicKey: PublicKey, signing: Signing) {
    super()
    this.keyId = keyId
    this.kind = publicKey.algorithm._tag === "RsaPss" ? "rsa" : "ed25519"
    this.publicKey = publicKey
    this.#signing = signing
  }

  override toJSON(): unknown {
    return { _id: "kalshi/ApiKey", keyId: shortKeyId(this.keyId), kind: this.kind }
  }

  static signing(apiKey: ApiKey): Signing {
    return apiKey.#signing
  }

  static async sign(
    kind: KeyKind,
    signing: Pick<Signing, "cryptoKey" | "subtle">,
    data: Uint8Array<ArrayBuffer>
  ): Promise<Uint8Array> {
    return new Uint8Array(await signing.subtle.sign(parameters[kind], signing.cryptoKey, data))
  }
}
