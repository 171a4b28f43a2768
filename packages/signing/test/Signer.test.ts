import { assert, describe, it } from "@effect/vitest"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as nodeCrypto from "node:crypto"
import * as ApiKey from "../src/ApiKey.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import * as Signer from "../src/Signer.ts"
import { SigningError } from "../src/SigningError.ts"
import { isSynchronous, judge, load, retryOnTestClock, signNow, withBuiltin, withProcess } from "./signing.ts"
import { fixture, keyId, seed, vectors } from "./vectors.ts"

describe("fromApiKey", () => {
  for (const name of ["rsa-2048", "rsa-3072", "ed25519"]) {
    it.live(`signs each text of vectors.json, and node:crypto verifies the signatures (${name})`, () =>
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

  it.live("makes the same Ed25519 signatures as OpenSSL", () =>
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

  it("makes a different PSS signature each time, but the same Ed25519 signature", async () => {
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

  it.live("imports the private key only before the first signature, as a key that is not extractable", () =>
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

  it.live("on Node, signs with Ed25519 synchronously, but with RSA on WebCrypto's threads", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("ed25519"))
      assert.isTrue(isSynchronous(signer))
      for (const { signature, text } of vectors.good.filter((vector) => vector.key === "ed25519")) {
        assert.strictEqual(signNow(signer, text), signature)
      }
      assert.isFalse(isSynchronous(Signer.fromApiKey(yield* load("rsa-2048"))))
    })
  )

  it.live("signs with Ed25519 on WebCrypto's threads if synchronous is false", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("ed25519"), { synchronous: false })
      assert.isFalse(isSynchronous(signer))
      assert.isTrue(judge("ed25519", "text", yield* signer.sign("text")))
      assert.isTrue(isSynchronous(Signer.fromApiKey(yield* load("ed25519"), { synchronous: undefined })))
    })
  )

  it.effect("signs with Ed25519 within one adjustment of TestClock", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("ed25519"))
      const fiber = yield* RequestSignature.headers(signer, { method: "GET", path: "/" }).pipe(
        Effect.andThen(Effect.fail("again" as const)),
        Effect.retry({ schedule: Schedule.spaced(Duration.seconds(1)), times: 3 }),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust(Duration.seconds(3))
      assert.strictEqual(fiber.pollUnsafe()?._tag, "Success")
    })
  )

  const { versions } = process
  const broken = {
    "a createPrivateKey that throws": {
      ...nodeCrypto,
      createPrivateKey: () => {
        throw new Error("no")
      }
    },
    "a sign that throws": {
      ...nodeCrypto,
      sign: () => {
        throw new Error("no")
      }
    },
    "signatures that do not verify": { ...nodeCrypto, sign: () => Buffer.alloc(64) },
    "signatures that are not bytes": { ...nodeCrypto, sign: () => "signed" },
    "no sign": {}
  }
  const others: Record<string, unknown> = {
    "no process": undefined,
    "a process that a bundler defines": { env: {} },
    "no process.versions.node": { versions: {}, getBuiltinModule: () => nodeCrypto },
    "no getBuiltinModule": { versions },
    "no node:crypto": { versions, getBuiltinModule: () => undefined },
    "the process of Bun": { versions: { ...versions, bun: "1.4.0" }, getBuiltinModule: () => nodeCrypto },
    "the process of Deno": { versions: { ...versions, deno: "2.9.0" }, getBuiltinModule: () => nodeCrypto },
    ...Object.fromEntries(
      Object.entries(broken).map(([name, module]) => [name, { versions, getBuiltinModule: () => module }])
    )
  }
  for (const [name, other] of Object.entries(others)) {
    it.live(`signs with WebCrypto in a runtime with ${name}`, () =>
      Effect.gen(function* () {
        const signer = Signer.fromApiKey(yield* withProcess(other, load("ed25519")))
        assert.isFalse(isSynchronous(signer))
        assert.isTrue(judge("ed25519", "text", yield* signer.sign("text")))
      })
    )
  }

  it.live("signs with the application's own WebCrypto if it provides one", () =>
    Effect.gen(function* () {
      const { subtle } = globalThis.crypto
      let signatures = 0
      const own = {
        getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
        subtle: {
          importKey: subtle.importKey.bind(subtle),
          exportKey: subtle.exportKey.bind(subtle),
          verify: subtle.verify.bind(subtle),
          sign: (...args: Parameters<SubtleCrypto["sign"]>) => {
            signatures++
            return subtle.sign(...args)
          }
        }
      } as unknown as Crypto // only the used members
      const apiKey = yield* Effect.provide(load("ed25519"), WebCrypto.layer(own))
      const before = signatures
      assert.isTrue(judge("ed25519", "text", yield* Signer.fromApiKey(apiKey).sign("text")))
      assert.strictEqual(signatures, before + 1)
    })
  )

  it.live("makes one trial signature with node:crypto, of a text that cannot be a request", () =>
    Effect.gen(function* () {
      const texts: Array<string> = []
      const watched = {
        ...nodeCrypto,
        sign: (hash: null, data: Uint8Array, key: nodeCrypto.KeyObject) => {
          texts.push(Buffer.from(data).toString())
          return nodeCrypto.sign(hash, data, key)
        }
      }
      const signer = Signer.fromApiKey(yield* withBuiltin(watched, load("ed25519")))
      assert.strictEqual(texts.length, 1)
      // The signed text of a request starts with a digit.
      assert.match(texts[0]!, /^[a-z]/)
      signNow(signer, "1GET/")
      assert.deepStrictEqual(texts.slice(1), ["1GET/"])
    })
  )

  it.live("fails with a SigningError if node:crypto fails", () =>
    Effect.gen(function* () {
      let calls = 0
      const failing = {
        ...nodeCrypto,
        sign: (...args: Parameters<typeof nodeCrypto.sign>) => {
          if (calls++ > 0) throw new RangeError("with details")
          return nodeCrypto.sign(...args)
        }
      }
      const signer = Signer.fromApiKey(yield* withBuiltin(failing, load("ed25519")))
      const error = yield* Effect.flip(signer.sign("text"))
      assert.strictEqual(error._tag, "SigningError")
      assert.strictEqual(error.message, "The request could not be signed: node:crypto failed with RangeError.")
    })
  )

  it.live("fails with a SigningError if WebCrypto fails", () =>
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

  it.live("signs with the key of its layer if one process has two layers with different keys", () =>
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
  it.effect("signs with a custom function, and passes on its error", () =>
    Effect.gen(function* () {
      const signer = Signer.make({
        keyId,
        kind: "rsa",
        sign: (text) =>
          text === "good"
            ? Effect.succeed("signed")
            : Effect.fail(new SigningError({ description: "the KMS returned AccessDeniedException" }))
      })
      assert.strictEqual(yield* signer.sign("good"), "signed")
      const error = yield* Effect.flip(signer.sign("bad"))
      assert.strictEqual(error.message, "The request could not be signed: the KMS returned AccessDeniedException.")
    })
  )
})

describe("makeSync", () => {
  const synchronous = Signer.makeSync({
    keyId,
    kind: "ed25519",
    sign: (text) => nodeCrypto.sign(null, Buffer.from(text), fixture("keys/ed25519.pkcs8.pem")).toString("base64")
  })

  it.effect("signs within one adjustment of TestClock, so that a retry loop finishes", () =>
    Effect.gen(function* () {
      const retried = yield* retryOnTestClock(synchronous)
      assert.deepStrictEqual(retried, { failure: "again", stamps: ["0", "1000", "2000", "3000"] })
    })
  )

  it.effect("converts an exception of the function to a SigningError", () =>
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
