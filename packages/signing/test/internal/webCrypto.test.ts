import { assert, describe, it } from "@effect/vitest"
import * as CryptoError from "effect/crypto/CryptoError"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"
import { orKeyError, subtle } from "../../src/internal/webCrypto.ts"

describe("subtle", () => {
  it.effect("fails if the runtime has no WebCrypto, or a WebCrypto without subtle", () =>
    Effect.gen(function* () {
      for (const crypto of [undefined, {}]) {
        const error = yield* Effect.flip(Effect.provideService(subtle, WebCrypto.WebCrypto, crypto as never))
        assert.deepStrictEqual(error.reason, {
          _tag: "UnsupportedRuntime",
          problem: "it has no crypto.subtle. Browsers provide it only on https pages and on localhost"
        })
      }
    })
  )
})

describe("orKeyError", () => {
  const refused = { _tag: "Malformed", problem: "the runtime's WebCrypto rejects it" }
  const failing = (reason: CryptoError.CryptoErrorReason) =>
    Effect.fail(new CryptoError.CryptoError({ module: "KeyFormat", method: "decode", reason }))

  it.effect("distinguishes an unsupported algorithm from a key that the runtime rejects", () =>
    Effect.gen(function* () {
      const reasonOf = <A>(effect: Effect.Effect<A, CryptoError.CryptoError>) =>
        Effect.map(Effect.flip(orKeyError(effect)), ({ reason }) => reason)
      assert.deepStrictEqual(yield* reasonOf(failing(new CryptoError.Unsupported({ description: "no" }))), {
        _tag: "UnsupportedRuntime",
        problem:
          "its WebCrypto does not support the algorithm (Ed25519 needs Node 20, Chrome 137, Firefox 129 or Safari 17)"
      })
      assert.deepStrictEqual<object>(
        yield* reasonOf(failing(new CryptoError.InvalidKey({ description: "no" }))),
        refused
      )
      assert.deepStrictEqual<object>(yield* reasonOf(Effect.die(new Error("a fault of the runtime"))), refused)
    })
  )
})
