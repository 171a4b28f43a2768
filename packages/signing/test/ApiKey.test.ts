import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as WebCrypto from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import * as nodeCrypto from "node:crypto"
import { inspect } from "node:util"
import * as ApiKey from "../src/ApiKey.ts"
import type { KeyError } from "../src/KeyError.ts"
import * as PublicKey from "../src/PublicKey.ts"
import * as Signer from "../src/Signer.ts"
import { fixture, fixturePath, jwk, keyId, refused, seed } from "./vectors.ts"

const load = (privateKey: string) => ApiKey.fromPem({ keyId, privateKey })

const reasonOf = <A, R>(effect: Effect.Effect<A, KeyError, R>) =>
  Effect.map(Effect.flip(effect), (error) => error.reason)

const assertSignsFor = Effect.fnUntraced(function* (apiKey: ApiKey.ApiKey, publicPem: string) {
  const text = "1703123456789GET/trade-api/v2/portfolio/balance"
  const signature = Buffer.from(yield* Signer.fromApiKey(apiKey).sign(text), "base64")
  const key =
    apiKey.kind === "rsa"
      ? { key: publicPem, padding: nodeCrypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
      : publicPem
  const hash = apiKey.kind === "rsa" ? "sha256" : null
  assert.isTrue(nodeCrypto.verify(hash, Buffer.from(text), key, signature))
})

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64")
const pemOf = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`

describe("fromPem", () => {
  for (const [file, kind, publicFile] of [
    ["rsa-2048.pkcs1.pem", "rsa", "rsa-2048.public.pem"],
    ["rsa-2048.pkcs8.pem", "rsa", "rsa-2048.public.pem"],
    ["rsa-3072.pkcs1.pem", "rsa", "rsa-3072.public.pem"],
    ["rsa-3072.pkcs8.pem", "rsa", "rsa-3072.public.pem"],
    ["ed25519.pkcs8.pem", "ed25519", "ed25519.public.pem"],
    ["ed25519.pkcs8v2.pem", "ed25519", "ed25519.public.pem"]
  ] as const) {
    it.live(`reads ${file}, and derives the public key in ${publicFile}`, () =>
      Effect.gen(function* () {
        const apiKey = yield* load(fixture(`keys/${file}`))
        assert.strictEqual(apiKey.keyId, keyId)
        assert.strictEqual(apiKey.kind, kind)
        assert.strictEqual(PublicKey.kind(apiKey.publicKey), kind)
        assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture(`keys/${publicFile}`))
        yield* assertSignsFor(apiKey, fixture(`keys/${publicFile}`))
      })
    )
  }

  it.live("reads a Redacted PEM", () =>
    Effect.gen(function* () {
      const privateKey = Redacted.make(fixture("keys/ed25519.pkcs8.pem"))
      const apiKey = yield* ApiKey.fromPem({ keyId, privateKey })
      assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture("keys/ed25519.public.pem"))
    })
  )

  const forms: Record<string, (pem: string) => string> = {
    "line ends escaped as \\n": (pem) => pem.replaceAll("\n", "\\n"),
    "line ends escaped twice": (pem) => pem.replaceAll("\n", "\\\\n"),
    "line ends escaped as \\r\\n": (pem) => pem.replaceAll("\n", "\\r\\n"),
    CRLF: (pem) => pem.replaceAll("\n", "\r\n"),
    "a byte-order mark": (pem) => `\ufeff${pem}`,
    quotes: (pem) => `"${pem.trim()}"`,
    "quotes around escaped line ends": (pem) => `'${pem.replaceAll("\n", "\\n")}'`,
    "no final line end": (pem) => pem.trimEnd(),
    "blank lines and indentation": (pem) => `\n\n  ${pem.replaceAll("\n", "\n  ")}\n`,
    "text around the block": (pem) => `Bag Attributes: <none>\nKey Attributes: <none>\n${pem}that was the key\n`,
    "the base64 on one line": (pem) => pem.replace(/(?<!-)\n(?!-)/g, ""),
    "everything on one line": (pem) => pem.replaceAll("\n", ""),
    "spaces instead of line ends": (pem) => pem.replaceAll("\n", " ")
  }
  for (const [name, change] of Object.entries(forms)) {
    it.live(`accepts ${name}`, () =>
      Effect.gen(function* () {
        for (const key of ["rsa-2048.pkcs1", "ed25519.pkcs8"] as const) {
          const apiKey = yield* load(change(fixture(`keys/${key}.pem`)))
          const publicFile = `keys/${key.split(".")[0]}.public.pem`
          assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture(publicFile))
        }
      })
    )
  }

  const utf16 = (text: string, order: "LE" | "BE", mark: boolean): Buffer => {
    const bytes = Buffer.from(mark ? `\ufeff${text}` : text, "utf16le")
    return order === "LE" ? bytes : bytes.swap16()
  }
  for (const order of ["LE", "BE"] as const) {
    for (const mark of [true, false]) {
      it.live(`reads PEM in UTF-16${order} ${mark ? "with" : "without"} a byte-order mark`, () =>
        Effect.gen(function* () {
          for (const key of ["rsa-2048.pkcs1", "ed25519.pkcs8"] as const) {
            const bytes = utf16(fixture(`keys/${key}.pem`).replaceAll("\n", "\r\n"), order, mark)
            const publicPem = fixture(`keys/${key.split(".")[0]}.public.pem`)
            for (const encoding of ["utf8", "latin1"] as const) {
              const apiKey = yield* load(bytes.toString(encoding))
              assert.strictEqual(ApiKey.publicKeyPem(apiKey), publicPem)
            }
            const publicKey = yield* PublicKey.fromPem(utf16(publicPem, order, mark).toString("utf8"))
            assert.strictEqual(yield* PublicKey.toPem(publicKey), publicPem)
          }
        })
      )

      it.live(`reports why a text in UTF-16${order} ${mark ? "with" : "without"} a byte-order mark is not PEM`, () =>
        Effect.gen(function* () {
          for (const [text, looksLike] of [
            [JSON.stringify(jwk("ed25519")), "Json"],
            [derOf(fixture("keys/ed25519.pkcs8.pem")).toString("base64"), "BareBase64"],
            ["~/.kalshi/key.pem", "FilePath"],
            ["my key", "Text"]
          ] as const) {
            const reason = yield* reasonOf(load(utf16(text, order, mark).toString("utf8")))
            assert.deepStrictEqual(reason, { _tag: "NoPem", looksLike }, text)
          }
          const truncated = fixture("keys/ed25519.pkcs8.pem").replace(/-----END.*/, "")
          const reason = yield* reasonOf(load(utf16(truncated, order, mark).toString("utf8")))
          assert.strictEqual(reason._tag, "Truncated")
        })
      )
    }
  }

  it.live("reads UTF-16 with text around the key, even if the text is not ASCII", () =>
    Effect.gen(function* () {
      const text = `Schlüssel für Kalshi — \u4e2d\n${fixture("keys/ed25519.pkcs8.pem")}`
      for (const order of ["LE", "BE"] as const) {
        const apiKey = yield* load(utf16(text, order, true).toString("utf8"))
        assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture("keys/ed25519.public.pem"))
      }
    })
  )

  it.live("rejects a PEM block that contains single NUL characters", () =>
    Effect.gen(function* () {
      const pem = fixture("keys/ed25519.pkcs8.pem")
      for (const text of [pem.replace("M", "M\0"), pem.replace("BEGIN", "BE\0GIN"), pem.replaceAll("\n", "\0\n")]) {
        const reason = yield* reasonOf(load(text))
        assert.include(["Malformed", "NoPem", "Truncated"], reason._tag)
      }
    })
  )

  it("is tested with at least 40 invalid files", () => {
    assert.isAtLeast(refused.length, 40)
  })

  for (const { file, reason } of refused) {
    it.live(`rejects ${file} as ${reason}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(load(fixture(file)))
        assert.strictEqual(error._tag, "KeyError")
        assert.strictEqual(error.reason._tag, reason)
      })
    )
  }

  for (const [name, text, message] of [
    [
      "encrypted",
      fixture("refused/encrypted-pkcs8.pem"),
      "The private key is encrypted with a passphrase. Decrypt it first: openssl pkey -in <file> -out <new file>."
    ],
    [
      "a public key",
      fixture("refused/public-rsa.pem"),
      "This is a public key. Signing needs the private key that belongs to it. If Kalshi created the key, it showed the private key once."
    ],
    [
      "a certificate",
      fixture("refused/certificate.pem"),
      "This is a certificate, not a key. Pass the PEM block of the key itself."
    ],
    [
      "EC",
      fixture("refused/ec-pkcs8.pem"),
      "The algorithm of the key is not supported: EC. Use an Ed25519 or RSA key."
    ],
    [
      "EC (SEC1)",
      fixture("refused/ec-sec1.pem"),
      "The algorithm of the key is not supported: EC. Use an Ed25519 or RSA key."
    ],
    [
      "DSA",
      fixture("refused/dsa-pkcs8.pem"),
      "The algorithm of the key is not supported: DSA. Use an Ed25519 or RSA key."
    ],
    [
      "X25519",
      fixture("refused/x25519.pem"),
      "The algorithm of the key is not supported: X25519. Use an Ed25519 or RSA key."
    ],
    [
      "RSA of 1024 bits",
      fixture("refused/rsa-1024-pkcs1.pem"),
      "The RSA key has 1024 bits. Use an RSA key of 2048 bits or more, or an Ed25519 key."
    ],
    [
      "two blocks",
      fixture("refused/key-and-certificate.pem"),
      "The text contains 2 PEM blocks (PRIVATE KEY, CERTIFICATE). Keep only the block of the key."
    ],
    [
      "OpenSSH",
      fixture("refused/openssh.pem"),
      "The OpenSSH key format is not supported. Convert a copy of the file: ssh-keygen -p -m PKCS8 -f <copy>."
    ],
    [
      "a request",
      fixture("refused/certificate-request.pem"),
      'The PEM block "CERTIFICATE REQUEST" is not a supported key. Pass a PRIVATE KEY or RSA PRIVATE KEY block to sign, or a PUBLIC KEY block to verify.'
    ],
    [
      "no END",
      fixture("refused/truncated-without-end.pem"),
      "The key is truncated: its END line is missing. Copy the whole file again, from its BEGIN line to its END line."
    ],
    [
      "half of the key",
      fixture("refused/truncated-body.pem"),
      "The key is truncated: its data is shorter than its stated length. Copy the whole file again, from its BEGIN line to its END line."
    ],
    [
      "a flipped bit in n",
      fixture("refused/flipped-bit-n.pem"),
      "The key failed its self-check: the numbers of the RSA key do not match. Copy the file again, or create a new key."
    ],
    [
      "another public key inside",
      fixture("refused/ed25519-other-public.pem"),
      "The key failed its self-check: the stored public key does not match the private key. Copy the file again, or create a new key."
    ],
    [
      "a wrong label",
      fixture("refused/pkcs8-mislabelled.pem"),
      "The key is malformed: its content is PKCS#8, so its label must be PRIVATE KEY. Copy the file again, or create a new key."
    ],
    ["nothing", " \n", "The key is empty. Pass the whole text of the key file."],
    [
      "a path",
      "/home/me/kalshi.pem",
      "The key is a file path, not the text of a key. Read the file with ApiKey.fromFile, or set KALSHI_PRIVATE_KEY_PATH."
    ],
    [
      "a Windows path",
      "C:\\keys\\new.key",
      "The key is a file path, not the text of a key. Read the file with ApiKey.fromFile, or set KALSHI_PRIVATE_KEY_PATH."
    ],
    [
      "bare base64",
      derOf(fixture("keys/ed25519.pkcs8.pem")).toString("base64"),
      "The key is base64 without its BEGIN and END lines. Pass the whole text of the file, including these lines."
    ],
    ["JSON", JSON.stringify(jwk("ed25519")), "The key is JSON, not PEM. Parse it and use ApiKey.fromJwk."],
    [
      "DER",
      derOf(fixture("keys/rsa-2048.pkcs8.pem")).toString("utf8"),
      "The key is binary (probably DER), not PEM text. Convert it: openssl pkey -inform DER -in <file> -out <new file>."
    ],
    [
      "prose",
      "my key",
      "The text contains no PEM block. Pass the key from its -----BEGIN … KEY----- line to its END line."
    ]
  ] as const) {
    it.live(`reports the problem and what to do: ${name}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(load(text))
        assert.strictEqual(error.message, message)
      })
    )
  }

  for (const [name, id, reason] of [
    ["empty", "", { _tag: "EmptyKeyId" }],
    ["with a line end", `${keyId}\n`, { _tag: "InvalidKeyId", problem: "contains white space" }],
    ["with a carriage return", `${keyId}\r`, { _tag: "InvalidKeyId", problem: "contains white space" }],
    ["with an injected header", `x\r\nHost: y`, { _tag: "InvalidKeyId", problem: "contains white space" }],
    ["in quotes", `"${keyId}"`, { _tag: "InvalidKeyId", problem: "starts or ends with a quote" }],
    [
      "with a letter that is not allowed in a header",
      "kéy",
      { _tag: "InvalidKeyId", problem: "contains a character that is not allowed in an HTTP header" }
    ],
    ["too long", "a".repeat(129), { _tag: "InvalidKeyId", problem: "has 129 characters, but the maximum is 128" }],
    [
      "that is the key",
      fixture("keys/ed25519.pkcs8.pem"),
      { _tag: "InvalidKeyId", problem: "is the text of a key, not an id" }
    ],
    [
      "that is the key's bytes in base64url",
      jwk("ed25519").d!,
      { _tag: "InvalidKeyId", problem: "is the text of a key, not an id" }
    ],
    [
      "that is the key's bytes in hexadecimal",
      Buffer.from(jwk("ed25519").d!, "base64url").toString("hex"),
      { _tag: "InvalidKeyId", problem: "is the text of a key, not an id" }
    ],
    [
      "that is the key's base64",
      fixture("keys/ed25519.pkcs8.pem").split("\n")[1]!,
      { _tag: "InvalidKeyId", problem: "is the text of a key, not an id" }
    ]
  ] as const) {
    it.live(`rejects a key id ${name}`, () =>
      Effect.gen(function* () {
        const privateKey = fixture("keys/ed25519.pkcs8.pem")
        assert.deepStrictEqual(yield* reasonOf(ApiKey.fromPem({ keyId: id, privateKey })), reason)
        assert.deepStrictEqual(yield* reasonOf(ApiKey.generate({ keyId: id, kind: "ed25519" })), reason)
        assert.deepStrictEqual(yield* reasonOf(ApiKey.fromJwk({ keyId: id, privateKey: jwk("ed25519") })), reason)
      })
    )
  }

  it.live("fails with an error that can be caught by reason", () =>
    Effect.gen(function* () {
      const bits = yield* load(fixture("refused/rsa-1024-pkcs8.pem")).pipe(
        Effect.as(0),
        Effect.catchReason("KeyError", "RsaTooShort", ({ bits }) => Effect.succeed(bits))
      )
      assert.strictEqual(bits, 1024)
    })
  )

  it.live("fails if the runtime has no crypto.subtle", () =>
    Effect.gen(function* () {
      // On an http page, a browser's `crypto` has getRandomValues, but no subtle.
      const insecure = { getRandomValues: globalThis.crypto.getRandomValues } as unknown as Crypto
      const reason = yield* reasonOf(Effect.provide(load(fixture("keys/ed25519.pkcs8.pem")), WebCrypto.layer(insecure)))
      assert.deepStrictEqual(reason, {
        _tag: "UnsupportedRuntime",
        problem: "it has no crypto.subtle. Browsers provide it only on https pages and on localhost"
      })
    })
  )

  it.live("fails if the runtime does not support Ed25519", () =>
    Effect.gen(function* () {
      const subtle = globalThis.crypto.subtle
      const without = {
        subtle: {
          importKey: () => Promise.reject(new DOMException("no such algorithm", "NotSupportedError")),
          exportKey: subtle.exportKey.bind(subtle)
        }
      } as unknown as Crypto
      const reason = yield* reasonOf(Effect.provide(load(fixture("keys/ed25519.pkcs8.pem")), WebCrypto.layer(without)))
      assert.strictEqual(reason._tag, "UnsupportedRuntime")
    })
  )

  it.live("rejects a key if its public key does not verify the signature of its private key", () =>
    Effect.gen(function* () {
      const subtle = globalThis.crypto.subtle
      const real: Pick<SubtleCrypto, "importKey" | "exportKey" | "verify"> = {
        importKey: subtle.importKey.bind(subtle),
        exportKey: subtle.exportKey.bind(subtle),
        verify: subtle.verify.bind(subtle)
      }
      const breakBit = async (...args: Parameters<SubtleCrypto["sign"]>) => {
        const signature = new Uint8Array(await subtle.sign(...args))
        signature[40]! ^= 1
        return signature.buffer
      }
      const fail = () => Promise.reject(new DOMException("it failed", "OperationError"))
      for (const sign of [breakBit, fail]) {
        const broken = {
          subtle: { ...real, sign },
          getRandomValues: globalThis.crypto.getRandomValues
        } as unknown as Crypto
        for (const key of ["rsa-2048", "ed25519"]) {
          const reason = yield* reasonOf(
            Effect.provide(load(fixture(`keys/${key}.pkcs8.pem`)), WebCrypto.layer(broken))
          )
          assert.deepStrictEqual(reason, {
            _tag: "SelfCheckFailed",
            problem: "its public key does not verify the signature of its private key"
          })
        }
      }
    })
  )

  it("rejects an RSA key with any single bit flipped", async () => {
    for (const [file, label] of [
      ["keys/rsa-2048.pkcs1.pem", "RSA PRIVATE KEY"],
      ["keys/rsa-2048.pkcs8.pem", "PRIVATE KEY"]
    ] as const) {
      const der = derOf(fixture(file))
      await fc.assert(
        fc.asyncProperty(fc.nat(der.length * 8 - 1), async (bit) => {
          const flipped = Uint8Array.from(der)
          flipped[bit >> 3]! ^= 1 << (bit & 7)
          const exit = await Effect.runPromiseExit(reasonOf(load(pemOf(label, flipped))))
          assert.isTrue(Exit.isSuccess(exit), "must fail with a KeyError")
        }),
        { seed, numRuns: 400 }
      )
    }
  })

  it("rejects PKCS#8 version 2 of Ed25519 with any single bit flipped, and never ends with a defect", async () => {
    const der = derOf(fixture("keys/ed25519.pkcs8v2.pem"))
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length * 8 - 1), fc.nat(der.length), async (bit, length) => {
        const flipped = Uint8Array.from(der)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        for (const damaged of [flipped, flipped.subarray(0, length)]) {
          const exit = await Effect.runPromiseExit(Effect.result(load(pemOf("PRIVATE KEY", damaged))))
          assert.isTrue(Exit.isSuccess(exit), "must not end with a defect")
        }
        // PKCS#8 version 2 contains the public key, so every changed bit of the private key is detected.
        assert.isTrue(Exit.isFailure(await Effect.runPromiseExit(load(pemOf("PRIVATE KEY", flipped)))))
      }),
      { seed, numRuns: 200 }
    )
  })

  it("never ends with a defect, for any text", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN EC PARAMETERS-----",
        "-----END RSA PRIVATE KEY-----",
        "\n",
        "\\n",
        "MC4CAQAwBQYDK2VwBCIEIA==",
        "MAA=",
        "Proc-Type: 4,ENCRYPTED"
      ),
      fc.string(),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("base64")),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => pemOf("PRIVATE KEY", [0x30, bytes.length, ...bytes] as never)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => pemOf("RSA PRIVATE KEY", [0x30, bytes.length, ...bytes] as never))
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const exit = await Effect.runPromiseExit(Effect.result(load(pieces.join(""))))
        assert.isTrue(Exit.isSuccess(exit))
      }),
      { seed, numRuns: 500 }
    )
  })

  it("finds the key within any surrounding text", async () => {
    const noise = fc.string({ unit: fc.constantFrom("a", " ", "\n", "\t", '"', "'", "=", ":", "\ufeff", "é") })
    const lineEnd = fc.constantFrom("\n", "\r\n", "\\n", "\\r\\n", " ", "")
    const pem = fixture("keys/ed25519.pkcs8.pem").trim()
    await fc.assert(
      fc.asyncProperty(noise, noise, lineEnd, async (before, after, end) => {
        const apiKey = await Effect.runPromise(load(`${before}${pem.replaceAll("\n", end)}${after}`))
        assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture("keys/ed25519.public.pem"))
      }),
      { seed, numRuns: 60 }
    )
  })
})

describe("fromJwk", () => {
  for (const key of ["rsa-2048", "rsa-3072", "ed25519"]) {
    it.live(`reads ${key}`, () =>
      Effect.gen(function* () {
        for (const privateKey of [jwk(key), Redacted.make(jwk(key))]) {
          const apiKey = yield* ApiKey.fromJwk({ keyId, privateKey })
          assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture(`keys/${key}.public.pem`))
          yield* assertSignsFor(apiKey, fixture(`keys/${key}.public.pem`))
        }
      })
    )
  }

  it.live("reads an RSA key with the exponent 3", () =>
    Effect.gen(function* () {
      const { privateKey, publicKey } = nodeCrypto.generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicExponent: 3
      })
      const apiKey = yield* ApiKey.fromJwk({ keyId, privateKey: privateKey.export({ format: "jwk" }) })
      yield* assertSignsFor(apiKey, publicKey.export({ type: "spki", format: "pem" }).toString())
    })
  )

  it.live("accepts alg PS256, EdDSA and Ed25519, and ignores use and key_ops", () =>
    Effect.gen(function* () {
      yield* ApiKey.fromJwk({ keyId, privateKey: { ...jwk("rsa-2048"), alg: "PS256", use: "enc", key_ops: [] } })
      yield* ApiKey.fromJwk({ keyId, privateKey: { ...jwk("ed25519"), alg: "EdDSA" } })
      yield* ApiKey.fromJwk({ keyId, privateKey: { ...jwk("ed25519"), alg: "Ed25519" } })
    })
  )

  it.live("derives a missing x of an Ed25519 key", () =>
    Effect.gen(function* () {
      const { x: _, ...rest } = jwk("ed25519")
      const apiKey = yield* ApiKey.fromJwk({ keyId, privateKey: rest })
      assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture("keys/ed25519.public.pem"))
    })
  )

  const ec = nodeCrypto.generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" })
  const short = nodeCrypto.createPrivateKey(fixture("refused/rsa-1024-pkcs8.pem")).export({ format: "jwk" })
  const rsa = jwk("rsa-2048")
  const ed25519 = jwk("ed25519")
  const big = (value: string): bigint => BigInt(`0x${Buffer.from(value, "base64url").toString("hex")}`)
  const shifted = (by: string): JsonWebKey => {
    const hex = (big(rsa.d!) + big(by) - 1n).toString(16)
    return { ...rsa, d: Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url") }
  }
  const { d: _rsaD, ...rsaPublic } = rsa
  const { d: _edD, ...edPublic } = ed25519
  const { dq: _dq, ...withoutDq } = rsa
  for (const [name, privateKey, reason] of [
    ["EC", ec, { _tag: "UnsupportedAlgorithm", algorithm: "EC" }],
    ["a symmetric key", { kty: "oct", k: "AAAA" }, { _tag: "UnsupportedAlgorithm", algorithm: "oct (symmetric)" }],
    ["X25519", { ...ed25519, crv: "X25519" }, { _tag: "UnsupportedAlgorithm", algorithm: "X25519" }],
    ["X448", { ...ed25519, crv: "X448" }, { _tag: "UnsupportedAlgorithm", algorithm: "X448" }],
    ["Ed448", { ...ed25519, crv: "Ed448" }, { _tag: "UnsupportedAlgorithm", algorithm: "Ed448" }],
    [
      "another curve",
      { ...ed25519, crv: "secp256k1" },
      { _tag: "Malformed", problem: "its kty must be RSA, or OKP with the crv Ed25519" }
    ],
    [
      "the curve Ed25519 with another kty",
      { ...ed25519, kty: "AKP" },
      { _tag: "Malformed", problem: "its kty must be RSA, or OKP with the crv Ed25519" }
    ],
    ["an empty number", { ...rsa, p: "" }, { _tag: "Malformed", problem: "its p is not bytes in base64url" }],
    ["a public RSA key", rsaPublic, { _tag: "PublicKey" }],
    ["a public Ed25519 key", edPublic, { _tag: "PublicKey" }],
    ["RSA of 1024 bits", short, { _tag: "RsaTooShort", bits: 1024 }],
    [
      "more than two primes",
      { ...rsa, oth: [{}] },
      { _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" }
    ],
    ["no kty", { d: ed25519.d! }, { _tag: "Malformed", problem: "its kty must be RSA, or OKP with the crv Ed25519" }],
    ["another alg (RSA)", { ...rsa, alg: "RS256" }, { _tag: "Malformed", problem: "its alg must be PS256" }],
    [
      "another alg (Ed25519)",
      { ...ed25519, alg: "ES256" },
      { _tag: "Malformed", problem: "its alg must be EdDSA or Ed25519" }
    ],
    ["a missing dq", withoutDq, { _tag: "Malformed", problem: "its dq is not bytes in base64url" }],
    [
      "a d that is not base64url",
      { ...rsa, d: "*" },
      { _tag: "Malformed", problem: "its d is not bytes in base64url" }
    ],
    ["a short seed", { ...ed25519, d: "AAAA" }, { _tag: "Malformed", problem: "its d is not 32 bytes in base64url" }],
    ["a short x", { ...ed25519, x: "AAAA" }, { _tag: "Malformed", problem: "its x is not 32 bytes in base64url" }],
    [
      "the x of another key",
      { ...ed25519, x: Buffer.alloc(32, 7).toString("base64url") },
      { _tag: "SelfCheckFailed", problem: "the stored public key does not match the private key" }
    ],
    [
      "a d that matches only p",
      shifted(rsa.p!),
      { _tag: "SelfCheckFailed", problem: "the numbers of the RSA key do not match" }
    ],
    [
      "a d that matches only q",
      shifted(rsa.q!),
      { _tag: "SelfCheckFailed", problem: "the numbers of the RSA key do not match" }
    ],
    [
      "the n of another key",
      { ...rsa, n: jwk("rsa-3072").n! },
      { _tag: "SelfCheckFailed", problem: "the numbers of the RSA key do not match" }
    ],
    [
      "the p of another key",
      { ...rsa, p: jwk("rsa-3072").p! },
      { _tag: "SelfCheckFailed", problem: "the numbers of the RSA key do not match" }
    ]
  ] as const) {
    it.live(`rejects ${name}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* reasonOf(ApiKey.fromJwk({ keyId, privateKey: privateKey as JsonWebKey })), reason)
      })
    )
  }

  it.live("rejects a value that is not an object", () =>
    Effect.gen(function* () {
      // JSON.parse can return any value, but the type of privateKey does not allow these values.
      for (const privateKey of [null, "text", 1, []] as ReadonlyArray<unknown>) {
        const reason = yield* reasonOf(ApiKey.fromJwk({ keyId, privateKey: privateKey as JsonWebKey }))
        assert.strictEqual(reason._tag, "Malformed")
      }
    })
  )
})

describe("fromCryptoKey", () => {
  const subtle = globalThis.crypto.subtle
  const algorithms = {
    rsa: { name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    ed25519: { name: "Ed25519" }
  }
  const pair = (kind: "rsa" | "ed25519", extractable: boolean) =>
    Effect.promise(
      () => subtle.generateKey(algorithms[kind], extractable, ["sign", "verify"]) as Promise<CryptoKeyPair>
    )

  for (const kind of ["rsa", "ed25519"] as const) {
    it.live(`accepts an extractable ${kind} key without its public key`, () =>
      Effect.gen(function* () {
        const { privateKey } = yield* pair(kind, true)
        const apiKey = yield* ApiKey.fromCryptoKey({ keyId, privateKey })
        assert.strictEqual(apiKey.kind, kind)
        yield* assertSignsFor(apiKey, ApiKey.publicKeyPem(apiKey))
      })
    )

    it.live(`accepts a non-extractable ${kind} key with its public key, as a CryptoKey and as a PublicKey`, () =>
      Effect.gen(function* () {
        const { privateKey, publicKey } = yield* pair(kind, false)
        const apiKey = yield* ApiKey.fromCryptoKey({ keyId, privateKey, publicKey })
        const pem = ApiKey.publicKeyPem(apiKey)
        yield* assertSignsFor(apiKey, pem)
        const again = yield* ApiKey.fromCryptoKey({ keyId, privateKey, publicKey: yield* PublicKey.fromPem(pem) })
        assert.strictEqual(ApiKey.publicKeyPem(again), pem)
      })
    )

    it.live(
      `requires the public key of a non-extractable ${kind} key, and rejects the public key of another pair`,
      () =>
        Effect.gen(function* () {
          const sealed = yield* pair(kind, false)
          const open = yield* pair(kind, true)
          assert.deepStrictEqual(yield* reasonOf(ApiKey.fromCryptoKey({ keyId, privateKey: sealed.privateKey })), {
            _tag: "PublicKeyNeeded"
          })
          for (const { privateKey } of [sealed, open]) {
            const other = (yield* pair(kind, true)).publicKey
            assert.deepStrictEqual(yield* reasonOf(ApiKey.fromCryptoKey({ keyId, privateKey, publicKey: other })), {
              _tag: "SelfCheckFailed",
              problem: "the public key does not match the private key"
            })
          }
        })
    )
  }

  it.live("rejects CryptoKeys that cannot sign for the exchange", () =>
    Effect.gen(function* () {
      const rsa = yield* pair("rsa", true)
      const ed25519 = yield* pair("ed25519", false)
      const generate = (algorithm: RsaHashedKeyGenParams | EcKeyGenParams) =>
        Effect.promise(() => subtle.generateKey(algorithm, false, ["sign", "verify"]))
      const sha512 = yield* generate({ ...algorithms.rsa, hash: "SHA-512" })
      const pkcs1v15 = yield* generate({ ...algorithms.rsa, name: "RSASSA-PKCS1-v1_5" })
      const ec = yield* generate({ name: "ECDSA", namedCurve: "P-256" })
      const short = yield* generate({ ...algorithms.rsa, modulusLength: 1024 })
      const aes = yield* Effect.promise(() => subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]))
      const sealedPublic = yield* Effect.promise(async () =>
        subtle.importKey("jwk", await subtle.exportKey("jwk", ed25519.publicKey), "Ed25519", false, ["verify"])
      )
      for (const [options, reason] of [
        [{ privateKey: rsa.publicKey }, { _tag: "PublicKey" }],
        [
          { privateKey: sha512.privateKey },
          { _tag: "UnsupportedCryptoKey", problem: "Expected a key for SHA-256, not SHA-512" }
        ],
        [
          { privateKey: pkcs1v15.privateKey },
          {
            _tag: "UnsupportedCryptoKey",
            problem: "its algorithm is RSASSA-PKCS1-v1_5; import it as RSA-PSS with SHA-256, or as Ed25519"
          }
        ],
        [
          { privateKey: ec.privateKey },
          {
            _tag: "UnsupportedCryptoKey",
            problem: "its algorithm is ECDSA; import it as RSA-PSS with SHA-256, or as Ed25519"
          }
        ],
        [
          { privateKey: aes },
          {
            _tag: "UnsupportedCryptoKey",
            problem: "its algorithm is AES-GCM; import it as RSA-PSS with SHA-256, or as Ed25519"
          }
        ],
        [
          { privateKey: short.privateKey, publicKey: short.publicKey },
          { _tag: "RsaTooShort", bits: 1024 }
        ],
        [
          { privateKey: ed25519.privateKey, publicKey: sealedPublic },
          { _tag: "UnsupportedCryptoKey", problem: "its public key must be extractable" }
        ],
        [
          { privateKey: ed25519.privateKey, publicKey: rsa.publicKey },
          { _tag: "UnsupportedCryptoKey", problem: "Expected a Ed25519 key, not RSA-PSS" }
        ],
        [
          { privateKey: ed25519.privateKey, publicKey: yield* PublicKey.fromPem(fixture("keys/rsa-2048.public.pem")) },
          { _tag: "SelfCheckFailed", problem: "the public key is of another kind than the private key" }
        ]
      ] as const) {
        assert.deepStrictEqual(yield* reasonOf(ApiKey.fromCryptoKey({ keyId, ...options })), reason)
      }
    })
  )
})

describe("fromFile", () => {
  it.live("reads a PEM file", () =>
    Effect.gen(function* () {
      const apiKey = yield* ApiKey.fromFile({ keyId, path: fixturePath("keys/rsa-2048.pkcs1.pem") })
      yield* assertSignsFor(apiKey, fixture("keys/rsa-2048.public.pem"))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("reads a file in UTF-16 and a file in UTF-8 with a byte-order mark", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* fileSystem.makeTempFileScoped()
      const pem = fixture("keys/ed25519.pkcs8.pem")
      for (const bytes of [
        Buffer.from(`\ufeff${pem}`, "utf16le"),
        Buffer.from(pem, "utf16le"),
        Buffer.from(`\ufeff${pem}`, "utf16le").swap16(),
        Buffer.from(`\ufeff${pem}`, "utf8")
      ]) {
        yield* fileSystem.writeFile(path, bytes)
        const apiKey = yield* ApiKey.fromFile({ keyId, path })
        assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture("keys/ed25519.public.pem"))
      }
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("reports the path of a file that cannot be read, and why", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ApiKey.fromFile({ keyId, path: "/no/such/kalshi.pem" }))
      assert.deepStrictEqual(error.reason, { _tag: "FileUnreadable", path: "/no/such/kalshi.pem", problem: "NotFound" })
      assert.strictEqual(
        error.message,
        'The private key file "/no/such/kalshi.pem" cannot be read: NotFound. Check the path and the file\'s permissions.'
      )
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.live("rejects the text of a key as a path, and opens no file", () =>
    Effect.gen(function* () {
      const pem = fixture("keys/ed25519.pkcs8.pem")
      for (const path of [pem, pem.replaceAll("\n", "\\n"), pem.split("\n")[1]!, JSON.stringify(jwk("ed25519"))]) {
        assert.deepStrictEqual(yield* reasonOf(ApiKey.fromFile({ keyId, path })), { _tag: "PathHoldsKey" })
      }
    }).pipe(Effect.provide(FileSystem.layerNoop({ readFileString: () => Effect.die("opened") })))
  )

  /** Formats of key material that a user could pass as a path. */
  const shapes: Record<string, (bytes: Buffer) => string> = {
    hex: (bytes) => bytes.toString("hex"),
    "upper-case hex": (bytes) => bytes.toString("hex").toUpperCase(),
    "hex with 0x": (bytes) => `0x${bytes.toString("hex")}`,
    "hex with colons": (bytes) => bytes.toString("hex").replace(/..(?=.)/g, "$&:"),
    "hex with spaces": (bytes) => bytes.toString("hex").replace(/..(?=.)/g, "$& "),
    "hex in groups of four": (bytes) => bytes.toString("hex").replace(/....(?=.)/g, "$& "),
    "hex with hyphens": (bytes) => bytes.toString("hex").replace(/..(?=.)/g, "$&-"),
    "numbers with spaces": (bytes) => [...bytes].join(" "),
    base64: (bytes) => bytes.toString("base64"),
    "base64 without padding": (bytes) => bytes.toString("base64").replace(/=+$/, ""),
    base64url: (bytes) => bytes.toString("base64url"),
    "quoted base64": (bytes) => `"${bytes.toString("base64")}"`,
    "base64 with a line end": (bytes) => `${bytes.toString("base64")}\n`,
    "base64 on two lines": (bytes) => `${bytes.toString("base64").slice(0, 24)}\n${bytes.toString("base64").slice(24)}`,
    "base64 in a folder": (bytes) => `./${bytes.toString("base64")}`,
    "base64url in a folder with a suffix": (bytes) => `/home/alice/keys/${bytes.toString("base64url")}.pem`,
    "hex as the name of a file": (bytes) => `C:\\keys\\${bytes.toString("hex")}.key`,
    "a data URL": (bytes) => `data:application/x-pem-file;base64,${bytes.toString("base64")}`,
    "percent-encoded base64": (bytes) => encodeURIComponent(bytes.toString("base64")),
    numbers: (bytes) => [...bytes].join(","),
    "an array": (bytes) => JSON.stringify([...bytes]),
    "base64 in words": (bytes) => `the key is ${bytes.toString("base64")} and nothing else`
  }
  const unreadable = FileSystem.layerNoop({})

  it.live("quotes no piece of a path that could be a key", () =>
    Effect.gen(function* () {
      const random = (name: string, length: number, count: number): ReadonlyArray<Buffer> =>
        Array.from({ length: count }, (_, index) =>
          Buffer.from(nodeCrypto.hkdfSync("sha512", `${seed} ${index}`, "", name, length))
        )
      const materials = [
        derOf(fixture("keys/ed25519.pkcs8.pem")).subarray(-32),
        ...random("seeds", 32, 60),
        ...random("pairs", 64, 10),
        // As long as a line of PEM.
        ...random("lines", 48, 60)
      ]
      for (const [shape, write] of Object.entries(shapes)) {
        for (const bytes of materials) {
          const path = write(bytes)
          const error = yield* Effect.flip(ApiKey.fromFile({ keyId, path }))
          const printed = [error.message, JSON.stringify(error), String(error), inspect(error, { depth: Infinity })]
          for (const text of printed) {
            assert.isFalse(quotes(text, path), `${shape}: ${error.reason._tag} quotes a piece of the key`)
          }
        }
      }
    }).pipe(Effect.provide(unreadable))
  )

  /** Whether a text contains twelve consecutive characters of a secret that include a capital or a digit. */
  const quotes = (text: string, secret: string): boolean =>
    Array.from({ length: Math.max(0, secret.length - 11) }, (_, index) => secret.slice(index, index + 12)).some(
      (piece) => /[A-Z0-9]/.test(piece) && text.includes(piece)
    )

  it.live("quotes the path of an unreadable file if the path does not look like a key", () =>
    Effect.gen(function* () {
      for (const path of [
        "kalshi.pem",
        "~/.kalshi/key.pem",
        "./secrets/kalshi-demo.pem",
        "/run/secrets/kalshi_private_key",
        "/home/alice/projects/trading-bots/kalshi-bot/secrets/kalshi-private-key.pem",
        "/Users/Alice/Documents/kalshi-2026.pem",
        "/Users/JohnDoe/Library/Application Support/KalshiBot/key-v2.pem",
        "/home/alice/2026-11-23/KALSHI_PRIVATE_KEY.PEM",
        "/mnt/averyveryverylongnameofafolder/key",
        "C:\\Users\\Alice\\My Keys\\new.key",
        "C:/keys/rsa-2048.pkcs8.pem",
        `/var/lib/kalshi/${keyId}.pem`,
        `keys/${keyId}`,
        "/home/jürgen/schlüssel (kopie).pem",
        "/etc/ssl/private",
        ""
      ]) {
        const error = yield* Effect.flip(ApiKey.fromFile({ keyId, path }))
        assert.deepStrictEqual(error.reason, { _tag: "FileUnreadable", path, problem: "NotFound" })
        assert.include(error.message, JSON.stringify(path))
      }
    }).pipe(Effect.provide(unreadable))
  )

  it.live("explains why a path that could be a key is not shown", () =>
    Effect.gen(function* () {
      const path = `/srv/${nodeCrypto.createHash("sha256").update("name").digest("hex")}`
      const error = yield* Effect.flip(ApiKey.fromFile({ keyId, path }))
      assert.deepStrictEqual(error.reason, { _tag: "FileUnreadable", path: undefined, problem: "NotFound" })
      assert.strictEqual(
        error.message,
        "The private key file cannot be read: NotFound. Its path is not shown because it could be the text of a key. " +
          "Check the path and the file's permissions, or pass the key itself to ApiKey.fromPem."
      )
    }).pipe(Effect.provide(unreadable))
  )

  it.live("opens no file if the path is an encoded key or a line of PEM", () =>
    Effect.gen(function* () {
      const bytes = derOf(fixture("keys/ed25519.pkcs8.pem")).subarray(-32)
      const line = fixture("keys/rsa-2048.pkcs8.pem").split("\n")[7]!
      for (const path of [
        bytes.toString("hex"),
        bytes.toString("base64"),
        bytes.toString("base64url"),
        ` "${bytes.toString("base64")}"\n`,
        line
      ]) {
        assert.deepStrictEqual(yield* reasonOf(ApiKey.fromFile({ keyId, path })), { _tag: "PathHoldsKey" })
      }
    }).pipe(Effect.provide(FileSystem.layerNoop({ readFileString: () => Effect.die("opened") })))
  )

  it.live("reads an existing file whose name looks like a key", () =>
    Effect.gen(function* () {
      const name = nodeCrypto.createHash("sha256").update("name").digest("hex")
      const pem = fixture("keys/ed25519.pkcs8.pem")
      const layer = FileSystem.layerNoop({ readFileString: () => Effect.succeed(pem) })
      for (const path of [`./${name}`, `/srv/${name}`, `${name}.pem`]) {
        const apiKey = yield* Effect.provide(ApiKey.fromFile({ keyId, path }), layer)
        assert.strictEqual(ApiKey.publicKeyPem(apiKey), fixture("keys/ed25519.public.pem"))
      }
    })
  )

  it.live("reports that a DER file is binary", () =>
    Effect.gen(function* () {
      const readFileString = () => Effect.succeed(derOf(fixture("keys/ed25519.pkcs8.pem")).toString("utf8"))
      const reason = yield* reasonOf(ApiKey.fromFile({ keyId, path: "kalshi.der" })).pipe(
        Effect.provide(FileSystem.layerNoop({ readFileString }))
      )
      assert.deepStrictEqual(reason, { _tag: "NoPem", looksLike: "Binary" })
    })
  )
})

describe("generate", () => {
  for (const kind of ["rsa", "ed25519"] as const) {
    it.live(`generates an ${kind} key, and fromPem reads its PEM`, () =>
      Effect.gen(function* () {
        const apiKey = yield* ApiKey.generate({ keyId, kind })
        assert.strictEqual(apiKey.kind, kind)
        assert.strictEqual(apiKey.publicKeyPem, ApiKey.publicKeyPem(apiKey))
        yield* assertSignsFor(apiKey, apiKey.publicKeyPem)
        const again = yield* ApiKey.fromPem({ keyId, privateKey: apiKey.privateKeyPem })
        assert.strictEqual(ApiKey.publicKeyPem(again), apiKey.publicKeyPem)
        const details = nodeCrypto.createPrivateKey(Redacted.value(apiKey.privateKeyPem))
        assert.strictEqual(details.asymmetricKeyType, kind)
        if (kind === "rsa") assert.strictEqual(details.asymmetricKeyDetails?.modulusLength, 2048)
      })
    )
  }

  it.live("does not use the application's SecureRandom, which may be seeded", () =>
    Effect.gen(function* () {
      const zeros = SecureRandom.make((size) => new Uint8Array(size))
      const seeded = Layer.provideMerge(Signature.layerWebCrypto, Layer.succeed(SecureRandom.SecureRandom, zeros))
      const generated = Effect.gen(function* () {
        yield* Signature.Signature
        return yield* ApiKey.generate({ keyId, kind: "ed25519" })
      })
      const first = yield* Effect.provide(generated, seeded)
      const second = yield* Effect.provide(generated, seeded)
      assert.notStrictEqual(first.publicKeyPem, second.publicKeyPem)
    })
  )

  it.live("generates a different key each time", () =>
    Effect.gen(function* () {
      const first = yield* ApiKey.generateKeyPair({ kind: "ed25519" })
      const second = yield* ApiKey.generateKeyPair({ kind: "ed25519" })
      assert.notStrictEqual(first.publicKeyPem, second.publicKeyPem)
    })
  )

  it.live("generates RSA keys of the requested length", () =>
    Effect.gen(function* () {
      const { publicKeyPem } = yield* ApiKey.generateKeyPair({ kind: "rsa", modulusLength: 3072 })
      assert.strictEqual(nodeCrypto.createPublicKey(publicKeyPem).asymmetricKeyDetails?.modulusLength, 3072)
    })
  )
})
