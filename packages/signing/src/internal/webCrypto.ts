import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeyError } from "../KeyError.ts"
import type { KeyErrorReason } from "../KeyError.ts"
import type { KeyKind } from "./keyKind.ts"

/** Only key generation uses `modulusLength`. */
export const algorithms = {
  rsa: /*#__PURE__*/ Signature.rsaPss({ hash: Digest.sha256, modulusLength: 2048, saltLength: 32 }),
  ed25519: Signature.ed25519
} satisfies Record<KeyKind, Signature.Algorithm>

export const keyError = (reason: KeyErrorReason): KeyError => new KeyError({ reason })

/**
 * The `subtle` of the `WebCrypto` reference. Fails if it is missing, because effect/crypto would then end with a
 * defect.
 */
export const subtle: Effect.Effect<SubtleCrypto, KeyError> = /*#__PURE__*/ Effect.suspend(() =>
  WebCrypto.WebCrypto.use((crypto: Crypto | undefined) =>
    crypto?.subtle === undefined
      ? Effect.fail(
          keyError({
            _tag: "UnsupportedRuntime",
            problem: "it has no crypto.subtle. Browsers provide it only on https pages and on localhost"
          })
        )
      : Effect.succeed(crypto.subtle)
  )
)

/** The layer is not shared (`local`), because the application's own layer of this service may use seeded randomness. */
export const service: Effect.Effect<Signature.Signature["Service"], KeyError> = /*#__PURE__*/ Effect.suspend(() =>
  Effect.andThen(
    subtle,
    Effect.provide(Signature.Signature, Layer.provide(Signature.layerWebCrypto, SecureRandom.layerWebCrypto), {
      local: true
    })
  )
)

/** This package can read the key, but the runtime cannot. */
export const rejectedByRuntime: KeyErrorReason = { _tag: "Malformed", problem: "the runtime's WebCrypto rejects it" }

const fromCryptoError = (error: CryptoError.CryptoError): KeyError =>
  keyError(
    error.reason._tag === "Unsupported"
      ? {
          _tag: "UnsupportedRuntime",
          problem:
            "its WebCrypto does not support the algorithm (Ed25519 needs Node 20, Chrome 137, Firefox 129 or Safari 17)"
        }
      : rejectedByRuntime
  )

/**
 * Runtimes throw different exceptions for an unreadable key, and effect/crypto converts unknown exceptions to defects.
 * Such a defect also means an unreadable key.
 */
export const orKeyError = <A>(effect: Effect.Effect<A, CryptoError.CryptoError>): Effect.Effect<A, KeyError> =>
  effect.pipe(
    Effect.mapError(fromCryptoError),
    Effect.catchDefect(() => Effect.fail(keyError(rejectedByRuntime)))
  )
