/**
 * The service that signs requests: with an API key, with a KMS or HSM, or with a custom function.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import type { ApiKey } from "./ApiKey.ts"
import * as internal from "./internal/apiKey.ts"
import { shortKeyId } from "./internal/keyId.ts"
import type { KeyKind } from "./internal/keyKind.ts"
import { Printable } from "./internal/printable.ts"
import { failedWith, signText } from "./internal/synchronous.ts"
import { SigningError } from "./SigningError.ts"

export type { KeyKind } from "./internal/keyKind.ts"

/** Signs with one API key. */
export class Signer
  extends /*#__PURE__*/ Context.Service<
    Signer,
    {
      /** The id of the public key at the exchange (`KALSHI-ACCESS-KEY`). */
      readonly keyId: string
      readonly kind: KeyKind
      /** Signs a text (as UTF-8) and returns the signature in standard base64. */
      readonly sign: (text: string) => Effect.Effect<string, SigningError>
    }
  >()("@kalshi-effect/signing/Signer") {}

class Implementation extends Printable {
  readonly keyId: string
  readonly kind: KeyKind
  readonly sign: (text: string) => Effect.Effect<string, SigningError>

  constructor(options: Signer["Service"]) {
    super()
    this.keyId = options.keyId
    this.kind = options.kind
    this.sign = options.sign
  }

  override toJSON(): unknown {
    return { _id: "kalshi/Signer", keyId: shortKeyId(this.keyId), kind: this.kind }
  }
}

/**
 * Makes a signer from a custom function, such as a call to a KMS or HSM.
 *
 * **Details**
 *
 * `sign` must return standard base64 (with `+`, `/` and padding). For `rsa` it must use PSS with SHA-256, MGF1 with
 * SHA-256 and a salt of 32 bytes (AWS KMS: `RSASSA_PSS_SHA_256`). `RequestSignature.headers` fails if the id or the
 * signature is not valid as a header.
 *
 * **Example** (A KMS)
 *
 * ```ts
 * const signer = Signer.make({
 *   keyId,
 *   kind: "rsa",
 *   sign: (text) =>
 *     Effect.tryPromise({
 *       try: () => kms.sign(text),
 *       catch: (cause) => new SigningError({ description: "the KMS did not sign", cause })
 *     })
 * })
 * ```
 */
export const make = (options: Signer["Service"]): Signer["Service"] => new Implementation(options)

/**
 * Makes a signer from a synchronous function.
 *
 * **When to use**
 *
 * Use it for a custom signing function that returns no promise. Under `TestClock`, a signer must be synchronous. An
 * adjustment of the clock does not wait for promises, so a retry loop would not get past its first attempt. For an API
 * key on Node, use {@link fromApiKey} (synchronous for Ed25519) or `NodeSigner` (for both kinds).
 *
 * **Details**
 *
 * If the function throws, the exception becomes the `cause` of a `SigningError`.
 */
export const makeSync = (options: {
  readonly keyId: string
  readonly kind: KeyKind
  readonly sign: (text: string) => string
}): Signer["Service"] =>
  make({
    keyId: options.keyId,
    kind: options.kind,
    sign: (text) =>
      Effect.try({
        try: () => options.sign(text),
        catch: (cause) => new SigningError({ description: "the signing function threw", cause })
      })
  })

const encoder = /*#__PURE__*/ new TextEncoder()

/** Options of {@link fromApiKey}. */
export interface Options {
  /**
   * Whether Ed25519 on Node signs synchronously with `node:crypto`, which takes half the CPU time of a signature on
   * WebCrypto's threads. Default: true.
   *
   * Set this option to false to keep the event loop free during bursts: 64 synchronous signatures take 3 to 4 ms.
   */
  readonly synchronous?: boolean | undefined
}

/**
 * Makes a signer from an API key. The key is already imported, so a signature costs only the signing itself.
 *
 * **Details**
 *
 * Ed25519 on Node signs synchronously, so it also works under `TestClock`. RSA signs on WebCrypto's threads, because it
 * would block the event loop for almost a millisecond (see `NodeSigner`). Every key in other runtimes, and every
 * `CryptoKey` that is not extractable, signs on WebCrypto's threads. If the key was loaded with the application's own
 * `WebCrypto`, the signer uses this `WebCrypto`.
 */
export const fromApiKey = (apiKey: ApiKey, options?: Options): Signer["Service"] => {
  const kind = apiKey.kind
  const signing = internal.ApiKey.signing(apiKey)
  const { prefersSync, signSync } = signing
  if (prefersSync && signSync !== undefined && options?.synchronous !== false) {
    return make({ keyId: apiKey.keyId, kind, sign: signText(signSync) })
  }
  return make({
    keyId: apiKey.keyId,
    kind,
    sign: (text) =>
      Effect.callback((resume) => {
        internal.ApiKey.sign(kind, signing, encoder.encode(text)).then(
          (signature) => resume(Effect.succeed(Base64.encode(signature))),
          (cause) => resume(Effect.fail(failedWith("WebCrypto", cause)))
        )
      })
  })
}

/** Provides the `Signer` of an API key. */
export const layer = (apiKey: ApiKey): Layer.Layer<Signer> => Layer.succeed(Signer, fromApiKey(apiKey))
