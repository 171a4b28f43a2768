/**
 * Signs synchronously with Node's own `node:crypto`, RSA as well as Ed25519.
 *
 * **When to use**
 *
 * Use where a signature must not wait for a thread: under `TestClock`, whose adjustments do not wait for WebCrypto's
 * promises, or in a short script. `Signer.fromApiKey` signs so by itself with Ed25519.
 *
 * **Gotchas**
 *
 * An RSA signature keeps the event loop busy for most of a millisecond. A server signs with `Signer.fromApiKey`, which
 * leaves RSA to WebCrypto's threads.
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
 * Makes a signer from an API key that signs synchronously.
 *
 * **Details**
 *
 * Fails with `KeyError` where the key was loaded in a runtime without `node:crypto`, which browsers, Bun and Deno are
 * here, and for a `CryptoKey` that is not extractable.
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
              problem: "it has no node:crypto that signs with it. Use Signer.fromApiKey"
            }
      })
    )
  })

/** Provides the `Signer` of an API key, which signs synchronously. */
export const layer = (apiKey: ApiKey): Layer.Layer<Signer, KeyError> => Layer.effect(Signer, fromApiKey(apiKey))
