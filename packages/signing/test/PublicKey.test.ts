import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as nodeCrypto from "node:crypto"
import * as PublicKey from "../src/PublicKey.ts"
import { fixture } from "./vectors.ts"

describe("fromPem", () => {
  for (const [file, kind] of [
    ["rsa-2048", "rsa"],
    ["rsa-3072", "rsa"],
    ["ed25519", "ed25519"]
  ] as const) {
    it.live(`reads ${file} and writes it back`, () =>
      Effect.gen(function* () {
        const pem = fixture(`keys/${file}.public.pem`)
        const publicKey = yield* PublicKey.fromPem(pem)
        assert.strictEqual(PublicKey.kind(publicKey), kind)
        assert.strictEqual(yield* PublicKey.toPem(publicKey), pem)
        const escaped = yield* PublicKey.fromPem(`"${pem.replaceAll("\n", "\\n")}"`)
        assert.strictEqual(yield* PublicKey.toPem(escaped), pem)
      })
    )
  }

  const spki = (pair: { readonly publicKey: nodeCrypto.KeyObject }): string =>
    pair.publicKey.export({ type: "spki", format: "pem" }).toString()
  for (const [name, pem, reason, message] of [
    [
      "a private key",
      fixture("keys/ed25519.pkcs8.pem"),
      { _tag: "PrivateKey" },
      "This is a private key, but a public key is required. Extract the public key: openssl pkey -in <file> -pubout -out <new file>."
    ],
    [
      "a PKCS#1 private key",
      fixture("keys/rsa-2048.pkcs1.pem"),
      { _tag: "PrivateKey" },
      "This is a private key, but a public key is required. Extract the public key: openssl pkey -in <file> -pubout -out <new file>."
    ],
    [
      "a PKCS#1 public key",
      fixture("refused/public-rsa-pkcs1.pem"),
      { _tag: "UnsupportedFormat", label: "RSA PUBLIC KEY" },
      "PKCS#1 public keys are not supported. Convert the file: openssl rsa -RSAPublicKey_in -in <file> -pubout -out <new file>."
    ],
    [
      "an EC key",
      spki(nodeCrypto.generateKeyPairSync("ec", { namedCurve: "P-256" })),
      { _tag: "UnsupportedAlgorithm", algorithm: "EC" },
      "The algorithm of the key is not supported: EC. Use an Ed25519 or RSA key."
    ],
    [
      "a key restricted to PSS",
      spki(nodeCrypto.generateKeyPairSync("rsa-pss", { modulusLength: 2048 })),
      { _tag: "UnsupportedAlgorithm", algorithm: "RSASSA-PSS (a key restricted to PSS; use a plain RSA key)" },
      "The algorithm of the key is not supported: RSASSA-PSS (a key restricted to PSS; use a plain RSA key). Use an Ed25519 or RSA key."
    ],
    [
      "RSA of 1024 bits",
      spki(nodeCrypto.generateKeyPairSync("rsa", { modulusLength: 1024 })),
      { _tag: "RsaTooShort", bits: 1024 },
      "The RSA key has 1024 bits. Use an RSA key of 2048 bits or more, or an Ed25519 key."
    ],
    [
      "a certificate",
      fixture("refused/certificate.pem"),
      { _tag: "Certificate" },
      "This is a certificate, not a key. Pass the PEM block of the key itself."
    ],
    [
      "a mislabelled key",
      fixture("refused/public-mislabelled.pem"),
      { _tag: "Malformed", problem: "its content is a public key, so its label must be PUBLIC KEY" },
      "The key is malformed: its content is a public key, so its label must be PUBLIC KEY. Copy the file again, or create a new key."
    ],
    [
      "an Ed25519 key of 31 bytes",
      `-----BEGIN PUBLIC KEY-----\n${Buffer.concat([Buffer.from("3029300506032b6570032000", "hex"), Buffer.alloc(31, 7)]).toString("base64")}\n-----END PUBLIC KEY-----`,
      { _tag: "Malformed", problem: "the runtime's WebCrypto rejects it" },
      "The key is malformed: the runtime's WebCrypto rejects it. Copy the file again, or create a new key."
    ]
  ] as const) {
    it.live(`rejects ${name}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(PublicKey.fromPem(pem))
        assert.deepStrictEqual(error.reason, reason)
        assert.strictEqual(error.message, message)
      })
    )
  }
})
