/**
 * The service that signs requests: from an API key, from a KMS or HSM, or synchronously for virtual time.
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
import { Printable } from "./internal/printable.ts"
import { SigningError } from "./SigningError.ts"

/** RSA signs with PSS (SHA-256, MGF1 with SHA-256, salt of 32 bytes), Ed25519 as RFC 8032 has it. */
export type KeyKind = "rsa" | "ed25519"

/** Signs texts for one API key. */
export class Signer
  extends /*#__PURE__*/ Context.Service<
    Signer,
    {
      /** The id the exchange knows the public key by (`KALSHI-ACCESS-KEY`). */
      readonly keyId: string
      readonly kind: KeyKind
      /** Signs a text (as UTF-8) and answers the signature in standard base64. */
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
 * Makes a signer from a function of your own, such as a call to a KMS or HSM.
 *
 * **Details**
 *
 * `sign` answers standard base64 (with `+`, `/` and padding). For `rsa` it must use PSS with SHA-256, MGF1 with SHA-256
 * and a salt of 32 bytes (AWS KMS: `RSASSA_PSS_SHA_256`). `RequestSignature.headers` refuses an id or an answer that
 * cannot be a header's value.
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
 * Use under `TestClock`: WebCrypto's promises do not finish inside one `TestClock.adjust`, so that a retry loop with real
 * signatures stops at its first attempt.
 *
 * **Details**
 *
 * What the function throws becomes the cause of a `SigningError`.
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

const failed = (cause: unknown) =>
  new SigningError({
    description: `WebCrypto failed with ${cause instanceof Error ? cause.name : typeof cause}`
  })

/**
 * Makes a signer from an API key. The key is imported already: one signature costs what `crypto.subtle.sign` costs.
 */
export const fromApiKey = (apiKey: ApiKey): Signer["Service"] => {
  const kind = apiKey.kind
  const signing = internal.ApiKey.signing(apiKey)
  return make({
    keyId: apiKey.keyId,
    kind,
    sign: (text) =>
      Effect.callback((resume) => {
        internal.ApiKey.sign(kind, signing, encoder.encode(text)).then(
          (signature) => resume(Effect.succeed(Base64.encode(signature))),
          (cause) => resume(Effect.fail(failed(cause)))
        )
      })
  })
}

/** Provides the `Signer` of an API key. */
export const layer = (apiKey: ApiKey): Layer.Layer<Signer> => Layer.succeed(Signer, fromApiKey(apiKey))
