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

/** The algorithms as the exchange has them; `modulusLength` is read by key generation alone. */
export const algorithms = {
  rsa: /*#__PURE__*/ Signature.rsaPss({ hash: Digest.sha256, modulusLength: 2048, saltLength: 32 }),
  ed25519: Signature.ed25519
} satisfies Record<KeyKind, Signature.Algorithm>

export const keyError = (reason: KeyErrorReason): KeyError => new KeyError({ reason })

/** The `subtle` of the `WebCrypto` reference; effect/crypto itself would die without one. */
export const subtle: Effect.Effect<SubtleCrypto, KeyError> = /*#__PURE__*/ Effect.suspend(() =>
  WebCrypto.WebCrypto.use((crypto: Crypto | undefined) =>
    crypto?.subtle === undefined
      ? Effect.fail(
          keyError({
            _tag: "UnsupportedRuntime",
            problem: "it has no crypto.subtle, which browsers offer on https pages and on localhost alone"
          })
        )
      : Effect.succeed(crypto.subtle)
  )
)

/**
 * The signature service of effect/crypto, on the `WebCrypto` reference. Built apart (`local`), because a layer of the same
 * name in the application may run on seeded randomness.
 */
export const service: Effect.Effect<Signature.Signature["Service"], KeyError> = /*#__PURE__*/ Effect.suspend(() =>
  Effect.andThen(
    subtle,
    Effect.provide(Signature.Signature, Layer.provide(Signature.layerWebCrypto, SecureRandom.layerWebCrypto), {
      local: true
    })
  )
)

/** What is said of a key that passed our own reading and not the runtime's. */
export const refused: KeyErrorReason = { _tag: "Malformed", problem: "the runtime's WebCrypto refuses it" }

const fromCryptoError = (error: CryptoError.CryptoError): KeyError =>
  keyError(
    error.reason._tag === "Unsupported"
      ? {
          _tag: "UnsupportedRuntime",
          problem: "its WebCrypto lacks the algorithm (Ed25519 needs Node 20, Chrome 137, Firefox 129 or Safari 17)"
        }
      : refused
  )

/**
 * Turns a refusal of effect/crypto into a `KeyError`. Runtimes differ in what they throw for a key they cannot read, and
 * effect/crypto makes a defect of what it does not know; here that is a bad key too.
 */
export const orKeyError = <A>(effect: Effect.Effect<A, CryptoError.CryptoError>): Effect.Effect<A, KeyError> =>
  effect.pipe(
    Effect.mapError(fromCryptoError),
    Effect.catchDefect(() => Effect.fail(keyError(refused)))
  )
