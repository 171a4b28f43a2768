import { assert, describe, it } from "@effect/vitest"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as ApiKey from "../src/ApiKey.ts"
import * as PublicKey from "../src/PublicKey.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import * as Signer from "../src/Signer.ts"
import { fixture, keyId, seed, vectors } from "./vectors.ts"

const load = (name: string) => ApiKey.fromPem({ keyId, privateKey: fixture(`keys/${name}.pkcs8.pem`) })
const loadPublic = (name: string) => PublicKey.fromPem(fixture(`keys/${name}.public.pem`))

const path = "/trade-api/v2/portfolio/balance"

/** Makes a signer that records its texts. Each signature is a constant in the format of Ed25519. */
const recording = () => {
  const texts: Array<string> = []
  const signer = Signer.makeSync({
    keyId,
    kind: "ed25519",
    sign: (text) => {
      texts.push(text)
      return `${"A".repeat(86)}==`
    }
  })
  return { signer, texts }
}

describe("text", () => {
  it("joins milliseconds, METHOD and path", () => {
    for (const message of vectors.messages) {
      assert.strictEqual(RequestSignature.text(message), message.text)
      assert.strictEqual(RequestSignature.text({ ...message, method: message.method.toLowerCase() }), message.text)
    }
  })

  it("omits the query and the fragment", () => {
    for (const end of ["?", "?limit=5", "?a=/b?c#d", "#", "#a?b"]) {
      assert.strictEqual(
        RequestSignature.text({ timestampMillis: 1703123456789, method: "GET", path: `${path}${end}` }),
        `1703123456789GET${path}`
      )
    }
  })

  it("joins the text for the path of the WebSocket", () => {
    assert.strictEqual(
      RequestSignature.text({ timestampMillis: 1703123456789, method: "GET", path: RequestSignature.webSocketPath }),
      "1703123456789GET/trade-api/ws/v2"
    )
  })
})

describe("headers", () => {
  it.effect("contains the id, the signature and the time of Effect's Clock", () =>
    Effect.gen(function* () {
      const { signer, texts } = recording()
      yield* TestClock.setTime(1703123456789)
      const headers = yield* RequestSignature.headers(signer, { method: "post", path: `${path}?limit=5` })
      assert.deepStrictEqual(Object.entries(headers), [
        ["KALSHI-ACCESS-KEY", keyId],
        ["KALSHI-ACCESS-SIGNATURE", `${"A".repeat(86)}==`],
        ["KALSHI-ACCESS-TIMESTAMP", "1703123456789"]
      ])
      assert.deepStrictEqual(texts, [`1703123456789POST${path}`])
    })
  )

  it.effect("adds the skew to the clock and rounds to the millisecond", () =>
    Effect.gen(function* () {
      const { signer, texts } = recording()
      yield* TestClock.setTime(1_000_000)
      for (const [clockSkewMillis, expected] of [
        [0, "1000000"],
        [1500, "1001500"],
        [-2500, "997500"],
        [0.4, "1000000"],
        [0.6, "1000001"],
        [-0.6, "999999"]
      ] as const) {
        const headers = yield* RequestSignature.headers(signer, { method: "GET", path, clockSkewMillis })
        assert.strictEqual(headers["KALSHI-ACCESS-TIMESTAMP"], expected)
        assert.strictEqual(texts.at(-1), `${expected}GET${path}`)
      }
    })
  )

  it.effect("can be spread, and passed to an HttpClientRequest and to fetch's Headers", () =>
    Effect.gen(function* () {
      const { signer } = recording()
      const headers = yield* RequestSignature.headers(signer, { method: "GET", path })
      const expected = {
        "kalshi-access-key": keyId,
        "kalshi-access-signature": `${"A".repeat(86)}==`,
        "kalshi-access-timestamp": "0"
      }
      const request = HttpClientRequest.setHeaders(HttpClientRequest.get("https://example.com"), headers)
      assert.deepStrictEqual(Object.fromEntries(Object.entries(request.headers)), expected)
      assert.deepStrictEqual(Object.fromEntries(new Headers(headers)), expected)
      assert.deepStrictEqual(
        Object.keys({ ...headers }).map((name) => name.toLowerCase()),
        Object.keys(expected)
      )
      assert.deepStrictEqual([...RequestSignature.headerNames], Object.keys(expected))
    })
  )

  for (const [name, options, message] of [
    ["a path without its slash", { path: "trade-api/v2" }, "the path must start with a slash, at the root of the host"],
    ["a complete URL", { path: `https://host${path}` }, "the path must start with a slash, at the root of the host"],
    ["an empty path", { path: "" }, "the path must start with a slash, at the root of the host"],
    [
      "a space in the path",
      { path: "/a b" },
      "the path contains a character that must be percent-encoded: sign the path as it is sent"
    ],
    [
      "a letter that must be percent-encoded",
      { path: "/é" },
      "the path contains a character that must be percent-encoded: sign the path as it is sent"
    ],
    [
      "a line end in the path",
      { path: "/a\nb" },
      "the path contains a character that must be percent-encoded: sign the path as it is sent"
    ],
    [
      "a template parameter that is not filled in",
      { path: "/orders/{order_id}" },
      "the path contains a character that must be percent-encoded: sign the path as it is sent"
    ],
    [
      "a segment that is resolved before it is sent",
      { path: "/a/../b" },
      "the path contains a . or .. segment, which clients resolve before sending: sign the path as it is sent"
    ],
    [
      "a dot segment at the end",
      { path: "/a/." },
      "the path contains a . or .. segment, which clients resolve before sending: sign the path as it is sent"
    ],
    ...Array.from(
      '"<>\\^`{|}\u007f\u0000',
      (character) =>
        [
          `the character ${JSON.stringify(character)}`,
          { path: `/a${character}b` },
          "the path contains a character that must be percent-encoded: sign the path as it is sent"
        ] as const
    ),
    ["an empty method", { method: "" }, "the method must contain only letters"],
    ["a method of two words", { method: "GET /" }, "the method must contain only letters"],
    ["a method that begins with a digit", { method: "1GET" }, "the method must contain only letters"],
    ["a skew that is not a number", { clockSkewMillis: Number.NaN }, "the clock plus the skew is not a valid time"],
    ["a time before 1970", { clockSkewMillis: -1 }, "the clock plus the skew is not a valid time"]
  ] as const) {
    it.effect(`rejects ${name}, and signs nothing`, () =>
      Effect.gen(function* () {
        const { signer, texts } = recording()
        const error = yield* Effect.flip(RequestSignature.headers(signer, { method: "GET", path, ...options }))
        assert.strictEqual(error.message, `The request could not be signed: ${message}.`)
        assert.deepStrictEqual(texts, [])
      })
    )
  }

  it.effect("signs the ASCII characters that need no percent-encoding, and segments with dots", () =>
    Effect.gen(function* () {
      const { signer, texts } = recording()
      const paths = ["/!$%&'()*+,-./0Az:;=@[]_~", "/.../a", "/a/...", "/.a/..b/c./d..", "/a..b", "/"]
      for (const path of paths) yield* RequestSignature.headers(signer, { method: "GET", path })
      assert.deepStrictEqual(
        texts,
        paths.map((path) => `0GET${path}`)
      )
    })
  )

  it.effect("rejects a key id that is not a valid header", () =>
    Effect.gen(function* () {
      for (const bad of ["", "a\r\nHost: b", "é", fixture("keys/ed25519.pkcs8.pem")]) {
        const signer = Signer.makeSync({ keyId: bad, kind: "rsa", sign: () => "never used" })
        const error = yield* Effect.flip(RequestSignature.headers(signer, { method: "GET", path }))
        assert.strictEqual(
          error.message,
          "The request could not be signed: the signer's key id cannot be sent as a header."
        )
      }
    })
  )

  it.effect("fails if a signer throws", () =>
    Effect.gen(function* () {
      const cause = new Error("no key")
      const signer = {
        ...recording().signer,
        sign: () => {
          throw cause
        }
      }
      const error = yield* Effect.flip(RequestSignature.headers(signer, { method: "GET", path }))
      assert.deepInclude(error, { _tag: "SigningError", description: "the signer threw", cause })
    })
  )

  it.effect("rejects a signature in the format of another kind of key, or not in standard base64", () =>
    Effect.gen(function* () {
      const rsa = `${"A".repeat(342)}==`
      const ed25519 = `${"A".repeat(86)}==`
      for (const [kind, signature] of [
        ["rsa", ""],
        ["rsa", ed25519],
        ["rsa", rsa.replace("A", "-")],
        ["rsa", `${rsa}\n`],
        ["rsa", `${rsa}=`],
        ["rsa", `-${rsa}`],
        ["rsa", rsa.slice(0, 300)],
        ["ed25519", rsa],
        ["ed25519", ed25519.slice(0, 86)],
        ["ed25519", `${ed25519}A`],
        ["ed25519", ed25519.replace("A", "_")]
      ] as const) {
        const signer = Signer.makeSync({ keyId, kind, sign: () => signature })
        const error = yield* Effect.flip(RequestSignature.headers(signer, { method: "GET", path }))
        assert.strictEqual(
          error.message,
          `The request could not be signed: the signer did not return an ${kind} signature in standard base64.`
        )
      }
      for (const [kind, signature] of [
        ["rsa", rsa],
        ["ed25519", ed25519]
      ] as const) {
        const signer = Signer.makeSync({ keyId, kind, sign: () => signature })
        const headers = yield* RequestSignature.headers(signer, { method: "GET", path })
        assert.strictEqual(headers["KALSHI-ACCESS-SIGNATURE"], signature)
      }
    })
  )
})

const split = (text: string) => {
  const [, timestamp, method, signedPath] = /^(\d+)([A-Z]+)(\/.*)$/.exec(text)!
  return { timestamp: timestamp!, method: method!, path: signedPath! }
}

describe("verify", () => {
  it.live("accepts OpenSSL's signatures", () =>
    Effect.gen(function* () {
      assert.isAtLeast(vectors.good.length, 21)
      for (const { key, signature, text } of vectors.good) {
        const publicKey = yield* loadPublic(key)
        assert.isTrue(yield* RequestSignature.verify(publicKey, { ...split(text), signature }), text)
      }
    })
  )

  for (const { because, key, signature, text } of vectors.bad) {
    it.live(`rejects a signature by OpenSSL: ${because}`, () =>
      Effect.gen(function* () {
        const publicKey = yield* loadPublic(key)
        assert.isFalse(yield* RequestSignature.verify(publicKey, { ...split(text), signature }))
      })
    )
  }

  it.live("accepts a timestamp of 16 digits, but not of 17", () =>
    Effect.gen(function* () {
      const apiKey = yield* load("ed25519")
      for (const [timestamp, expected] of [
        ["1".repeat(16), true],
        ["1".repeat(17), false]
      ] as const) {
        const signature = yield* Signer.fromApiKey(apiKey).sign(`${timestamp}GET${path}`)
        const request = { method: "GET", path, timestamp, signature }
        assert.strictEqual(yield* RequestSignature.verify(apiKey.publicKey, request), expected)
      }
    })
  )

  it.live("accepts header names in upper and lower case, and ignores the query", () =>
    Effect.gen(function* () {
      const apiKey = yield* load("ed25519")
      const headers = yield* RequestSignature.headers(Signer.fromApiKey(apiKey), { method: "GET", path })
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
      for (const fields of [{ ...headers }, lower, { ...lower, "content-type": "text/plain", x: ["a", "b"] }]) {
        for (const end of ["", "?limit=5", "#x"]) {
          const request = { method: "get", path: `${path}${end}`, headers: fields }
          assert.isTrue(yield* RequestSignature.verify(apiKey.publicKey, request))
        }
      }
    })
  )

  it.live("returns false, and never fails, for invalid requests", () =>
    Effect.gen(function* () {
      const vector = vectors.good.find(({ key }) => key === "ed25519")!
      const publicKey = yield* loadPublic("ed25519")
      const good = { ...split(vector.text), signature: vector.signature }
      assert.isTrue(yield* RequestSignature.verify(publicKey, good))
      const asNumber = { ...good, timestamp: Number(good.timestamp) }
      assert.isTrue(yield* RequestSignature.verify(publicKey, asNumber))
      const sloppy = `${vector.signature.slice(0, 85)}${vector.signature[85] === "A" ? "B" : String.fromCharCode(vector.signature.charCodeAt(85) + 1)}==`
      assert.deepStrictEqual(Buffer.from(sloppy, "base64"), Buffer.from(vector.signature, "base64"))
      for (const bad of [
        { signature: "" },
        { signature: "not base64!" },
        { signature: `${vector.signature}\n` },
        { signature: vector.signature.slice(0, 86) },
        { signature: sloppy },
        { signature: Buffer.from(vector.signature, "base64").toString("base64url") },
        { signature: Buffer.from(vector.signature, "base64").subarray(1).toString("base64") },
        { signature: Buffer.alloc(64, 0xff).toString("base64") },
        { signature: vectors.good.find(({ key }) => key === "rsa-2048")!.signature },
        { timestamp: "" },
        { timestamp: ` ${good.timestamp}` },
        { timestamp: `${good.timestamp}.0` },
        { timestamp: `0${good.timestamp}` },
        { timestamp: -1 },
        { timestamp: Number.NaN },
        { timestamp: "1".repeat(17) },
        { method: "" },
        { method: `${good.method}/` },
        { path: "" },
        { path: good.path.slice(1) }
      ]) {
        assert.isFalse(yield* RequestSignature.verify(publicKey, { ...good, ...bad }), JSON.stringify(bad))
      }
      const { method, signature, timestamp } = good
      for (const headers of [
        {},
        { "kalshi-access-signature": signature },
        { "kalshi-access-timestamp": timestamp },
        { "kalshi-access-timestamp": timestamp, "kalshi-access-signature": undefined },
        { "kalshi-access-timestamp": timestamp, "kalshi-access-signature": [signature] },
        {
          "kalshi-access-timestamp": timestamp,
          "kalshi-access-signature": signature,
          "KALSHI-ACCESS-SIGNATURE": signature
        }
      ]) {
        assert.isFalse(yield* RequestSignature.verify(publicKey, { method, path: good.path, headers }))
      }
    })
  )

  it.live("rejects a timestamp, method and path that divide the signed text at other positions", () =>
    Effect.gen(function* () {
      const apiKey = yield* load("ed25519")
      const signature = yield* Signer.fromApiKey(apiKey).sign("1703123456789GET/2/x")
      const parts = { timestamp: "1703123456789", method: "GET", path: "/2/x", signature }
      assert.isTrue(yield* RequestSignature.verify(apiKey.publicKey, parts))
      for (const other of [
        { timestamp: "170312345678", method: "9GET" },
        { method: "GET/2", path: "/x" },
        { method: "GE", path: "T/2/x" }
      ]) {
        assert.isFalse(yield* RequestSignature.verify(apiKey.publicKey, { ...parts, ...other }), JSON.stringify(other))
      }
    })
  )

  it.live("fails for a key that the exchange does not accept", () =>
    Effect.gen(function* () {
      const signature = yield* Effect.provide(
        Signature.Signature,
        Layer.provide(Signature.layerWebCrypto, SecureRandom.layerWebCrypto)
      )
      const { publicKey } = yield* signature.generateKeyPair(Signature.ecdsaP256)
      const longSalt = yield* signature.generateKeyPair(
        Signature.rsaPss({ hash: Digest.sha256, modulusLength: 2048, saltLength: 64 })
      )
      const otherHash = yield* signature.generateKeyPair(
        Signature.rsaPss({ hash: Digest.sha512, modulusLength: 2048, saltLength: 32 })
      )
      for (const [key, algorithm] of [
        [publicKey, "ecdsaP256"],
        [longSalt.publicKey, "rsaPssSha256"],
        [otherHash.publicKey, "rsaPssSha512"]
      ] as const) {
        const error = yield* Effect.flip(
          RequestSignature.verify(key, { method: "GET", path, timestamp: 1, signature: "AAAA" })
        )
        assert.deepStrictEqual(error.reason, { _tag: "UnsupportedAlgorithm", algorithm })
      }
    })
  )

  const segment = fc.string({
    unit: fc.constantFrom(..."abcXYZ019-._~!$&'()*+,;=:@%/"),
    maxLength: 40
  })
  const request = fc.record({
    timestampMillis: fc.nat({ max: 4_102_444_800_000 }),
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "get", "Post"),
    path: segment.map((rest) => `/${rest}`),
    query: fc.constantFrom("", "?", "?limit=5&cursor=a/b")
  })

  for (const name of ["rsa-2048", "ed25519"]) {
    it(`accepts a signature of any time, method and path, and rejects a changed request (${name})`, async () => {
      const apiKey = await Effect.runPromise(load(name))
      const other = await Effect.runPromise(ApiKey.generate({ keyId, kind: apiKey.kind }))
      const judge = await Effect.runPromise(RequestSignature.verifier(apiKey.publicKey))
      const judgeOther = await Effect.runPromise(RequestSignature.verifier(other.publicKey))
      const signer = Signer.fromApiKey(apiKey)
      await fc.assert(
        fc.asyncProperty(request, request, fc.nat(), async (signed, changed, bit) => {
          const signature = await Effect.runPromise(
            signer.sign(RequestSignature.text({ ...signed, path: `${signed.path}${signed.query}` }))
          )
          const sent = { method: signed.method, path: signed.path, timestamp: signed.timestampMillis, signature }
          const judged = (change: Partial<typeof sent>, by = judge) => Effect.runPromise(by({ ...sent, ...change }))
          assert.isTrue(await judged({}))
          assert.isTrue(await judged({ path: `${signed.path}${changed.query}` }))
          assert.strictEqual(
            await judged({ timestamp: changed.timestampMillis }),
            changed.timestampMillis === signed.timestampMillis
          )
          assert.isFalse(await judged({ timestamp: signed.timestampMillis + 1 }))
          assert.strictEqual(
            await judged({ method: changed.method }),
            changed.method.toUpperCase() === signed.method.toUpperCase()
          )
          assert.strictEqual(await judged({ path: changed.path }), changed.path === signed.path)
          assert.isFalse(await judged({ path: `${signed.path}x` }))
          const bytes = Buffer.from(signature, "base64")
          const position = bit % (bytes.length * 8)
          bytes[position >> 3]! ^= 1 << (position & 7)
          assert.isFalse(await judged({ signature: bytes.toString("base64") }))
          assert.isFalse(await judged({}, judgeOther))
        }),
        { seed, numRuns: 60 }
      )
    })
  }

  it("returns false for random headers", async () => {
    const judges = await Promise.all(
      ["rsa-2048", "ed25519"].map((name) =>
        Effect.runPromise(Effect.flatMap(loadPublic(name), RequestSignature.verifier))
      )
    )
    const bytes = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Buffer.from(value).toString("base64"))
    const value = fc.oneof(fc.string(), bytes(64), bytes(256), bytes(3), fc.constant(undefined))
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), value, fc.oneof(value, fc.nat().map(String)), async (...parts) => {
        const [method, anyPath, signature, timestamp] = parts
        for (const judge of judges) {
          for (const target of [
            { method, path: anyPath },
            { method: "GET", path }
          ]) {
            const headers = { "kalshi-access-signature": signature, "kalshi-access-timestamp": timestamp }
            assert.isFalse(await Effect.runPromise(judge({ ...target, headers })))
          }
        }
      }),
      { seed, numRuns: 200 }
    )
  })
})

describe("explain", () => {
  it("returns the signed text and the kind of key, but not the full id or a signature", () => {
    for (const [kind, algorithm] of [
      ["rsa", "RSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes"],
      ["ed25519", "Ed25519"]
    ] as const) {
      assert.deepStrictEqual(
        RequestSignature.explain(
          { keyId, kind },
          { method: "get", path: `${path}?limit=5`, timestampMillis: 1703123456789, clockSkewMillis: -1200 }
        ),
        {
          signedText: `1703123456789GET${path}`,
          timestampMillis: 1703123456789,
          kind,
          algorithm,
          keyId: "a952bcbe…",
          clockSkewMillis: -1200
        }
      )
    }
  })

  it("returns a skew of 0 by default", () => {
    const request = { method: "GET", path, timestampMillis: 1 }
    assert.strictEqual(RequestSignature.explain({ keyId, kind: "rsa" }, request).clockSkewMillis, 0)
  })
})
