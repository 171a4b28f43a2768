import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as nodeCrypto from "node:crypto"
import * as ApiKey from "../src/ApiKey.ts"
import * as NodeSigner from "../src/NodeSigner.ts"
import * as Signer from "../src/Signer.ts"
import { judge, load, retryOnTestClock, signNow, withBuiltin } from "./signing.ts"
import { keyId, vectors } from "./vectors.ts"

describe("fromApiKey", () => {
  for (const name of ["rsa-2048", "rsa-3072", "ed25519"] as const) {
    it.live(`signs each text of vectors.json synchronously, and the signatures verify (${name})`, () =>
      Effect.gen(function* () {
        const apiKey = yield* load(name)
        const signer = yield* NodeSigner.fromApiKey(apiKey)
        assert.strictEqual(signer.keyId, keyId)
        assert.strictEqual(signer.kind, apiKey.kind)
        for (const { text } of [...vectors.messages, { text: "é€😀" }]) {
          assert.isTrue(judge(name, text, signNow(signer, text)))
        }
      })
    )

    it.effect(`signs synchronously, so that a retry loop finishes within one adjustment of TestClock (${name})`, () =>
      Effect.gen(function* () {
        const signer = yield* NodeSigner.fromApiKey(yield* load(name))
        const retried = yield* retryOnTestClock(signer)
        assert.deepStrictEqual(retried, { failure: "again", stamps: ["0", "1000", "2000", "3000"] })
      })
    )
  }

  it.live("fails if the key was loaded without node:crypto", () =>
    Effect.gen(function* () {
      const apiKey = yield* withBuiltin(undefined, load("ed25519"))
      const error = yield* Effect.flip(withBuiltin(undefined, NodeSigner.fromApiKey(apiKey)))
      assert.strictEqual(
        error.message,
        "This runtime cannot use the key: it has no working node:crypto. Use Signer.fromApiKey."
      )
    })
  )

  it.live("fails for a CryptoKey that is not extractable", () =>
    Effect.gen(function* () {
      const { privateKey, publicKey } = yield* Effect.promise(
        () => globalThis.crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as Promise<CryptoKeyPair>
      )
      const apiKey = yield* ApiKey.fromCryptoKey({ keyId, privateKey, publicKey })
      const error = yield* Effect.flip(NodeSigner.fromApiKey(apiKey))
      assert.strictEqual(error.reason._tag, "UnsupportedCryptoKey")
      assert.match(error.message, /not extractable.*Use Signer\.fromApiKey/)
    })
  )

  it.live("fails with a SigningError if node:crypto throws", () =>
    Effect.gen(function* () {
      let broken = false
      const failing = {
        ...nodeCrypto,
        sign: (...args: Parameters<typeof nodeCrypto.sign>) => {
          if (broken) throw new RangeError("with details")
          return nodeCrypto.sign(...args)
        }
      }
      const signer = yield* Effect.flatMap(withBuiltin(failing, load("rsa-2048")), NodeSigner.fromApiKey)
      broken = true
      const error = yield* Effect.flip(signer.sign("text"))
      assert.strictEqual(error.message, "The request could not be signed: node:crypto failed with RangeError.")
    })
  )
})

describe("layer", () => {
  it.live("provides the signer of a key", () =>
    Effect.gen(function* () {
      const apiKey = yield* load("rsa-2048")
      const signature = yield* Effect.gen(function* () {
        return signNow(yield* Signer.Signer, "text")
      }).pipe(Effect.provide(NodeSigner.layer(apiKey)))
      assert.isTrue(judge("rsa-2048", "text", signature))
    })
  )
})
