import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { privateMaterial, publicMaterial } from "../../src/internal/structure.ts"
import { bits, der, ed25519Oid, integer, nothing, octets, rsaOid, sequence } from "../asn1.ts"

const seed = Uint8Array.from({ length: 32 }, (_, index) => index)
const ed25519 = sequence(ed25519Oid)
const rsa = sequence(rsaOid, nothing)

const outcome = <A>(result: Result.Result<A, object>): unknown => Result.merge(result)

const ofPrivate = (der: Uint8Array, label = "PRIVATE KEY") => outcome(privateMaterial({ label, der }))
const ofPublic = (der: Uint8Array, label = "PUBLIC KEY") => outcome(publicMaterial({ label, der }))

const malformed = (problem: string) => ({ _tag: "Malformed", problem })
const notPrivate = malformed("it does not have the structure of a private key")
const unsupported = (algorithm: string) => ({ _tag: "UnsupportedAlgorithm", algorithm })

const numbers = (count: number) => Array.from({ length: count }, () => integer(1))

describe("privateMaterial", () => {
  it("reads PKCS#8 of RSA and of Ed25519", () => {
    assert.deepStrictEqual(ofPrivate(sequence(integer(0), ed25519, octets(octets(seed)))), {
      kind: "ed25519",
      seed,
      publicKey: undefined
    })
    for (const algorithm of [rsa, sequence(rsaOid)]) {
      assert.deepStrictEqual(ofPrivate(sequence(integer(0), algorithm, octets([1, 2]))), {
        kind: "rsa",
        pkcs1: Uint8Array.from([1, 2])
      })
    }
  })

  it("reads the public key of an Ed25519 key only if the version field is 1", () => {
    const withPublic = (version: number, publicKey: Uint8Array) =>
      ofPrivate(sequence(integer(version), ed25519, octets(octets(seed)), der(0x81, publicKey)))
    assert.deepStrictEqual(withPublic(1, Uint8Array.from([0, ...seed])), { kind: "ed25519", seed, publicKey: seed })
    const otherVersion = malformed("its PKCS#8 version does not match its members")
    assert.deepStrictEqual(withPublic(0, Uint8Array.from([0, ...seed])), otherVersion)
    assert.deepStrictEqual(withPublic(2, Uint8Array.from([0, ...seed])), otherVersion)
    assert.deepStrictEqual(ofPrivate(sequence(integer(1), ed25519, octets(octets(seed)))), otherVersion)
    assert.deepStrictEqual(ofPrivate(sequence(integer(), ed25519, octets(octets(seed)))), otherVersion)
    assert.deepStrictEqual(ofPrivate(sequence(integer(0, 0), ed25519, octets(octets(seed)))), otherVersion)
    const otherLength = malformed("the Ed25519 public key stored with the private key must have 32 bytes")
    assert.deepStrictEqual(withPublic(1, Uint8Array.from([0, ...seed, 0])), otherLength)
    assert.deepStrictEqual(withPublic(1, Uint8Array.from([1, ...seed])), otherLength)
    assert.deepStrictEqual(withPublic(1, Uint8Array.from([0, ...seed.subarray(1)])), otherLength)
  })

  it("ignores attributes of PKCS#8", () => {
    const withAttributes = sequence(integer(0), ed25519, octets(octets(seed)), der(0xa0, nothing))
    assert.deepStrictEqual(ofPrivate(withAttributes), { kind: "ed25519", seed, publicKey: undefined })
  })

  it("rejects an Ed25519 key of another length", () => {
    const otherLength = malformed("an Ed25519 private key must have 32 bytes")
    for (const key of [octets(seed.subarray(1)), octets(seed, [0]), seed, der(0x03, seed)]) {
      assert.deepStrictEqual(ofPrivate(sequence(integer(0), ed25519, octets(key))), otherLength)
    }
  })

  it("rejects an algorithm identifier that is invalid, has unexpected parameters or is not supported", () => {
    const broken = malformed("its algorithm identifier is invalid")
    for (const [algorithm, reason] of [
      [sequence(), broken],
      [sequence(nothing), broken],
      [sequence([0x06]), broken],
      [sequence(rsaOid, nothing, nothing), broken],
      [sequence(rsaOid, integer(0)), malformed("its RSA algorithm has parameters")],
      [sequence(ed25519Oid, nothing), malformed("its Ed25519 algorithm has parameters")],
      [sequence(der(0x06, [0x2b, 0x65, 0x71])), unsupported("Ed448")],
      [sequence(der(0x06, [0x2b, 0x65, 0x7f])), unsupported("object identifier 1.3.101.127")]
    ] as const) {
      assert.deepStrictEqual(ofPrivate(sequence(integer(0), algorithm, octets(octets(seed)))), reason)
    }
  })

  it("returns PKCS#1 with nine or more numbers unchanged, and rejects PKCS#1 with eight numbers", () => {
    for (const count of [9, 10, 11]) {
      const pkcs1 = sequence(...numbers(count))
      assert.deepStrictEqual(ofPrivate(pkcs1, "RSA PRIVATE KEY"), { kind: "rsa", pkcs1 })
    }
    assert.deepStrictEqual(ofPrivate(sequence(...numbers(8)), "RSA PRIVATE KEY"), notPrivate)
  })

  it("rejects a structure under the label of another structure", () => {
    assert.deepStrictEqual(
      ofPrivate(sequence(integer(0), ed25519, octets(octets(seed))), "RSA PRIVATE KEY"),
      malformed("its content is PKCS#8, so its label must be PRIVATE KEY")
    )
    assert.deepStrictEqual(
      ofPrivate(sequence(...numbers(9))),
      malformed("its content is PKCS#1, so its label must be RSA PRIVATE KEY")
    )
    assert.deepStrictEqual(ofPrivate(sequence(ed25519, bits(seed)), "PUBLIC KEY"), { _tag: "PublicKey" })
    assert.deepStrictEqual(ofPrivate(sequence(nothing), "PUBLIC KEY"), { _tag: "PublicKey" })
  })

  it("rejects other structures, and reports their kind if it is known", () => {
    const certificate = [sequence(), sequence(), bits()]
    for (const [members, reason, more] of [
      [numbers(6), unsupported("DSA"), notPrivate],
      [numbers(2), { _tag: "PublicKey" }, notPrivate],
      [[integer(1), octets(seed)], unsupported("EC"), unsupported("EC")],
      [[ed25519, bits(seed)], { _tag: "PublicKey" }, notPrivate],
      [[sequence(), octets(seed)], { _tag: "Encrypted" }, notPrivate],
      [certificate, { _tag: "Certificate" }, notPrivate]
    ] as const) {
      assert.deepStrictEqual(ofPrivate(sequence(...members)), reason)
      assert.deepStrictEqual(ofPrivate(sequence(...members, integer(1))), more)
    }
    assert.deepStrictEqual(ofPrivate(sequence(integer(1))), notPrivate)
  })
})

describe("publicMaterial", () => {
  it("reads SPKI of RSA and of Ed25519, only under the label PUBLIC KEY", () => {
    for (const [algorithm, kind] of [
      [ed25519, "ed25519"],
      [rsa, "rsa"]
    ] as const) {
      const spki = sequence(algorithm, bits(seed))
      assert.deepStrictEqual(ofPublic(spki), { kind, spki })
      assert.deepStrictEqual(
        ofPublic(spki, "PRIVATE KEY"),
        malformed("its content is a public key, so its label must be PUBLIC KEY")
      )
    }
  })

  it("rejects structures that are not public keys, with a reason", () => {
    for (const [members, reason] of [
      [[integer(0), ed25519, octets(octets(seed))], { _tag: "PrivateKey" }],
      [numbers(9), { _tag: "PrivateKey" }],
      [numbers(2), { _tag: "UnsupportedFormat", label: "RSA PUBLIC KEY" }],
      [numbers(3), malformed("it does not have the structure of a public key")],
      [[ed25519, bits(seed), nothing], malformed("it does not have the structure of a public key")]
    ] as const) {
      assert.deepStrictEqual(ofPublic(sequence(...members)), reason)
    }
  })
})
