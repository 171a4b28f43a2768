/**
 * Synchronous signatures with `node:crypto`, for both RSA and Ed25519.
 *
 * **When to use**
 *
 * Use this signer if a signature must not wait for a thread: in a short script, or under `TestClock`. An adjustment of
 * `TestClock` does not wait for WebCrypto's promises. On Node, `Signer.fromApiKey` already signs Ed25519 synchronously.
 *
 * **Gotchas**
 *
 * An RSA signature blocks the event loop for almost a millisecond. Use `Signer.fromApiKey` in servers, because it signs
 * with RSA on WebCrypto's threads.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ApiKey } from "./ApiKey.ts"
import * as internal from "./internal/apiKey.ts"
import { signText } from "./internal/synchronous.ts"
import { KeyError } from "./KeyError.ts"
import { make, Signer } from "./Signer.ts"

/**
 * Makes a signer that signs synchronously with an API key.
 *
 * **Details**
 *
 * Fails with `KeyError` in two cases: the key is a `CryptoKey` that is not extractable, or the key was loaded in a
 * runtime without a working `node:crypto`. Browsers, Bun and Deno count as runtimes without `node:crypto`.
 */
export const fromApiKey = (apiKey: ApiKey): Effect.Effect<Signer["Service"], KeyError> =>
  Effect.suspend(() => {
    const { isSealed, signSync } = internal.ApiKey.signing(apiKey)
    if (signSync !== undefined) {
      return Effect.succeed(make({ keyId: apiKey.keyId, kind: apiKey.kind, sign: signText(signSync) }))
    }
    return Effect.fail(
      new KeyError({
        reason: isSealed
          ? {
              _tag: "UnsupportedCryptoKey",
              problem: "it is not extractable, so node:crypto cannot sign with it. Use Signer.fromApiKey"
            }
          : {
              _tag: "UnsupportedRuntime",
              problem: "it has no working node:crypto. Use Signer.fromApiKey"
            }
      })
    )
  })

/** Provides a `Signer` that signs synchronously with an API key. */
export const layer = (apiKey: ApiKey): Layer.Layer<Signer, KeyError> => Layer.effect(Signer, fromApiKey(apiKey))
