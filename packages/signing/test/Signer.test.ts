import { assert, describe, it } from "@effect/vitest"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as nodeCrypto from "node:crypto"
import * as ApiKey from "../src/ApiKey.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import * as Signer from "../src/Signer.ts"
import { SigningError } from "../src/SigningError.ts"
import { fixture, keyId, seed, vectors } from "./vectors.ts"

const load = (name: string) => ApiKey.fromPem({ keyId, privateKey: fixture(`keys/${name}.pkcs8.pem`) })

const judge = (name: string, text: string, signature: string): boolean => {
  const key = fixture(`keys/${name}.public.pem`)
  return name === "ed25519"
    ? nodeCrypto.verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"))
    : nodeCrypto.verify(
        "sha256",
        Buffer.from(text),
        { key, padding: nodeCrypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
        Buffer.from(signature, "base64")
      )
}

describe("fromApiKey", () => {
  for (const name of ["rsa-2048", "rsa-3072", "ed25519"]) {
    it.live(`signs the vectors' texts so that node:crypto verifies them (${name})`, () =>
      Effect.gen(function* () {
        const signer = Signer.fromApiKey(yield* load(name))
        assert.strictEqual(signer.keyId, keyId)
        assert.strictEqual(signer.kind, name === "ed25519" ? "ed25519" : "rsa")
        for (const { text } of vectors.messages) {
          assert.isTrue(judge(name, text, yield* signer.sign(text)))
        }
      })
    )
  }

  it.live("makes OpenSSL's very signatures with Ed25519", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("ed25519"))
      const expected = vectors.good.filter((vector) => vector.key === "ed25519")
      assert.isNotEmpty(expected)
      for (const { signature, text } of expected) assert.strictEqual(yield* signer.sign(text), signature)
    })
  )

  it.live("signs text as UTF-8", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("ed25519"))
      assert.isTrue(judge("ed25519", "é€😀", yield* signer.sign("é€😀")))
    })
  )

  it("gives another PSS signature each time, and the same Ed25519 signature", async () => {
    const rsa = Signer.fromApiKey(await Effect.runPromise(load("rsa-2048")))
    const ed25519 = Signer.fromApiKey(await Effect.runPromise(load("ed25519")))
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const twice = (signer: Signer.Signer["Service"]) =>
          Effect.runPromise(Effect.all([signer.sign(text), signer.sign(text)], { concurrency: 2 }))
        const [a, b] = await twice(rsa)
        assert.notStrictEqual(a, b)
        const [c, d] = await twice(ed25519)
        assert.strictEqual(c, d)
      }),
      { seed, numRuns: 40 }
    )
  })

  it.live("imports the private key before the first signature, sealed, and never again", () =>
    Effect.gen(function* () {
      const subtle = globalThis.crypto.subtle
      const sealed: Array<boolean> = []
      let imports = 0
      const importKey = (...args: Parameters<SubtleCrypto["importKey"]>) => {
        imports++
        if (Array.from(args[4]).includes("sign")) sealed.push(!args[3])
        return subtle.importKey(...args)
      }
      const watched = {
        getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
        subtle: {
          importKey,
          exportKey: subtle.exportKey.bind(subtle),
          sign: subtle.sign.bind(subtle),
          verify: subtle.verify.bind(subtle)
        }
      } as unknown as Crypto
      for (const name of ["rsa-2048", "ed25519"]) {
        const apiKey = yield* Effect.provide(load(name), WebCrypto.layer(watched))
        assert.isTrue(sealed.at(-1))
        const before = imports
        const signer = Signer.fromApiKey(apiKey)
        for (const { text } of vectors.messages) assert.isTrue(judge(name, text, yield* signer.sign(text)))
        assert.strictEqual(imports, before)
      }
    })
  )

  it.live("fails with a SigningError where WebCrypto fails", () =>
    Effect.gen(function* () {
      const { privateKey, publicKey } = yield* Effect.promise(
        () => globalThis.crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as Promise<CryptoKeyPair>
      )
      const apiKey = yield* ApiKey.fromCryptoKey({ keyId, privateKey, publicKey })
      const sign = globalThis.crypto.subtle.sign
      const error = yield* Effect.acquireUseRelease(
        Effect.sync(() => {
          globalThis.crypto.subtle.sign = () => Promise.reject(new DOMException("with details", "OperationError"))
        }),
        () => Effect.flip(Signer.fromApiKey(apiKey).sign("text")),
        () =>
          Effect.sync(() => {
            globalThis.crypto.subtle.sign = sign
          })
      )
      assert.strictEqual(error._tag, "SigningError")
      assert.strictEqual(error.message, "The request could not be signed: WebCrypto failed with OperationError.")
    })
  )
})

describe("layer", () => {
  it.live("provides the signer of a key", () =>
    Effect.gen(function* () {
      const apiKey = yield* load("ed25519")
      const signature = yield* Effect.gen(function* () {
        return yield* (yield* Signer.Signer).sign("text")
      }).pipe(Effect.provide(Signer.layer(apiKey)))
      assert.isTrue(judge("ed25519", "text", signature))
    })
  )

  it.live("keeps two keys in one process apart", () =>
    Effect.gen(function* () {
      const signAll = (name: string, apiKey: ApiKey.ApiKey) =>
        Effect.gen(function* () {
          const signer = yield* Signer.Signer
          return yield* Effect.forEach(
            Array.from({ length: 50 }, (_, index) => `${name} ${index}`),
            (text) => Effect.map(signer.sign(text), (signature) => judge(name, text, signature))
          )
        }).pipe(Effect.provide(Signer.layer(apiKey)))
      const results = yield* Effect.all(
        [signAll("rsa-2048", yield* load("rsa-2048")), signAll("ed25519", yield* load("ed25519"))],
        { concurrency: 2 }
      )
      assert.deepStrictEqual(
        results.flat(),
        Array.from({ length: 100 }, () => true)
      )
    })
  )
})

describe("make", () => {
  it.effect("signs with a function of one's own, and passes its error on", () =>
    Effect.gen(function* () {
      const signer = Signer.make({
        keyId,
        kind: "rsa",
        sign: (text) =>
          text === "good"
            ? Effect.succeed("signed")
            : Effect.fail(new SigningError({ description: "the KMS answered AccessDeniedException" }))
      })
      assert.strictEqual(yield* signer.sign("good"), "signed")
      const error = yield* Effect.flip(signer.sign("bad"))
      assert.strictEqual(error.message, "The request could not be signed: the KMS answered AccessDeniedException.")
    })
  )
})

describe("makeSync", () => {
  const synchronous = Signer.makeSync({
    keyId,
    kind: "ed25519",
    sign: (text) => nodeCrypto.sign(null, Buffer.from(text), fixture("keys/ed25519.pkcs8.pem")).toString("base64")
  })

  it.effect("signs within one adjustment of the clock, so that a retry loop gets through", () =>
    Effect.gen(function* () {
      const stamps = yield* Ref.make<ReadonlyArray<string>>([])
      const fiber = yield* RequestSignature.headers(synchronous, { method: "GET", path: "/" }).pipe(
        Effect.tap((headers) => Ref.update(stamps, (all) => [...all, headers["KALSHI-ACCESS-TIMESTAMP"]])),
        Effect.andThen(Effect.fail("again" as const)),
        Effect.retry({ schedule: Schedule.spaced(Duration.seconds(1)), times: 3 }),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust(Duration.seconds(3))
      assert.strictEqual(yield* Fiber.join(fiber), "again")
      assert.deepStrictEqual(yield* Ref.get(stamps), ["0", "1000", "2000", "3000"])
    })
  )

  it.effect("turns what the function throws into a SigningError", () =>
    Effect.gen(function* () {
      const cause = new TypeError("no key")
      const signer = Signer.makeSync({
        keyId,
        kind: "rsa",
        sign: () => {
          throw cause
        }
      })
      const error = yield* Effect.flip(signer.sign("text"))
      assert.strictEqual(error.message, "The request could not be signed: the signing function threw.")
      assert.strictEqual(error.cause, cause)
    })
  )
})
