/**
 * Public keys, for code that verifies requests: servers, the local exchange, tests.
 *
 * @module
 */
import * as KeyFormat from "effect/crypto/KeyFormat"
import type * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readBlock } from "./internal/pem.ts"
import { publicMaterial } from "./internal/structure.ts"
import { algorithms, keyError, orKeyError, subtle } from "./internal/webCrypto.ts"
import type { KeyError } from "./KeyError.ts"
import type { KeyKind } from "./internal/keyKind.ts"

/** A public key of `effect/crypto/Signature`, with one of the two algorithms that the exchange accepts. */
export type PublicKey = Signature.PublicKey<Signature.RsaPss> | Signature.PublicKey<Signature.Ed25519>

/** Returns the algorithm of a public key. */
export const kind = (publicKey: PublicKey): KeyKind => (publicKey.algorithm._tag === "RsaPss" ? "rsa" : "ed25519")

/**
 * Reads a public key from PEM (SubjectPublicKeyInfo, label `PUBLIC KEY`). Accepts the same variants of PEM as
 * `ApiKey.fromPem`.
 *
 * **Details**
 *
 * Fails with a separate `KeyErrorReason` for each of these: RSA keys under 2048 bits, keys of other algorithms, private
 * keys and certificates.
 */
export const fromPem = /*#__PURE__*/ Effect.fnUntraced(function* (pem: string): Effect.fn.Return<PublicKey, KeyError> {
  const material = yield* Effect.mapError(Effect.fromResult(Result.flatMap(readBlock(pem), publicMaterial)), keyError)
  yield* subtle
  if (material.kind === "ed25519") {
    return yield* orKeyError(KeyFormat.decodePublic(KeyFormat.spki, algorithms.ed25519, material.spki))
  }
  const publicKey = yield* orKeyError(KeyFormat.decodePublic(KeyFormat.spki, algorithms.rsa, material.spki))
  const bits = publicKey.algorithm.modulusLength
  return bits < 2048 ? yield* keyError({ _tag: "RsaTooShort", bits }) : publicKey
})

/** Writes a public key as PEM (SubjectPublicKeyInfo), the format of `POST /api_keys`. */
export const toPem = (publicKey: PublicKey): Effect.Effect<string, KeyError> =>
  Effect.andThen(subtle, orKeyError(KeyFormat.encode(KeyFormat.pem(KeyFormat.spki), publicKey)))
