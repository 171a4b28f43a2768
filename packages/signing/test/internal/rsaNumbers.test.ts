import { assert, describe, it } from "@effect/vitest"
import * as nodeCrypto from "node:crypto"
import { pkcs1Problem, rsaMembers, rsaProblem } from "../../src/internal/rsaNumbers.ts"
import { der, integer, sequence } from "../asn1.ts"
import { jwk } from "../vectors.ts"

type Members = Record<(typeof rsaMembers)[number], Uint8Array>

const membersOf = (key: JsonWebKey): Members => {
  const entries = rsaMembers.map((name) => [name, Uint8Array.from(Buffer.from(key[name]!, "base64url"))] as const)
  return Object.fromEntries(entries) as Members // all eight members
}

const good = membersOf(jwk("rsa-2048"))

const problemOf = (change: Partial<Members>) => {
  const changed = { ...good, ...change }
  return rsaProblem(rsaMembers.map((name) => changed[name]))
}

const mismatch = { _tag: "SelfCheckFailed", problem: "the numbers of the RSA key do not match" } as const

const bytesOf = (value: bigint): Uint8Array => {
  const hex = value.toString(16)
  return Uint8Array.from(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"))
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`)

describe("rsaProblem", () => {
  it("accepts a valid key, with the exponent 65537 or 3", () => {
    assert.isUndefined(problemOf({}))
    const { privateKey } = nodeCrypto.generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 })
    const members = membersOf(privateKey.export({ format: "jwk" }) as JsonWebKey)
    assert.deepStrictEqual(members.e, Uint8Array.from([3]))
    assert.isUndefined(rsaProblem(rsaMembers.map((name) => members[name])))
  })

  it("rejects numbers that make the RSA equations meaningless", () => {
    const n = numberOf(good.n)
    for (const change of [
      { e: bytesOf(1n), d: bytesOf(1n), dp: bytesOf(1n), dq: bytesOf(1n) },
      { e: bytesOf(0n) },
      { p: bytesOf(1n), q: bytesOf(n) },
      { p: bytesOf(n), q: bytesOf(1n) },
      { p: bytesOf(2n) },
      { q: bytesOf(2n) },
      { p: bytesOf(0n) },
      { q: bytesOf(0n) }
    ]) {
      assert.deepStrictEqual(problemOf(change), mismatch)
    }
  })

  for (const name of rsaMembers) {
    it(`detects a value of ${name} that is too large or too small by one`, () => {
      for (const step of [1n, -1n])
        assert.deepStrictEqual(problemOf({ [name]: bytesOf(numberOf(good[name]) + step) }), mismatch)
    })
  }

  it("counts the bits of the modulus without leading zeros", () => {
    assert.deepStrictEqual(problemOf({ n: bytesOf(numberOf(good.n) >> 1n) }), { _tag: "RsaTooShort", bits: 2047 })
    assert.isUndefined(problemOf({ n: Uint8Array.from([0, ...good.n]) }))
  })
})

describe("pkcs1Problem", () => {
  const unsigned = (bytes: Uint8Array) => (bytes[0]! < 0x80 ? integer(...bytes) : integer(0, ...bytes))
  const encoded = rsaMembers.map((name) => unsigned(good[name]))
  const version = integer(0)
  const malformed = (problem: string) => ({ _tag: "Malformed", problem }) as const
  const broken = malformed("its RSA structure is invalid")
  const otherNumber = malformed("a number in its RSA structure is invalid")
  const otherVersion = malformed("its RSA version does not match its members")

  it("accepts a valid key", () => {
    assert.isUndefined(pkcs1Problem(sequence(version, ...encoded)))
  })

  it("rejects data that is not an RSAPrivateKey", () => {
    for (const bytes of [
      Uint8Array.from([]),
      integer(0),
      sequence(),
      sequence([0x02]),
      sequence(der(0x04, [0]), ...encoded),
      sequence(integer(), ...encoded),
      sequence(integer(0, 0), ...encoded)
    ]) {
      assert.deepStrictEqual(pkcs1Problem(bytes), broken)
    }
  })

  it("rejects a version other than 0, and a number of members other than eight", () => {
    assert.deepStrictEqual(pkcs1Problem(sequence(integer(1), ...encoded)), {
      _tag: "UnsupportedAlgorithm",
      algorithm: "RSA with more than two primes"
    })
    for (const members of [
      [integer(2), ...encoded],
      [version, ...encoded.slice(1)],
      [version, ...encoded, integer(1)]
    ]) {
      assert.deepStrictEqual(pkcs1Problem(sequence(...members)), otherVersion)
    }
  })

  for (const [index, name] of rsaMembers.entries()) {
    it(`rejects a value of ${name} that is not a positive integer`, () => {
      for (const member of [der(0x04, good[name]), integer(), integer(0x80), integer(0xff, ...good[name])]) {
        assert.deepStrictEqual(pkcs1Problem(sequence(version, ...encoded.with(index, member))), otherNumber)
      }
    })
  }

  it("reads a number of one byte, and reports that the numbers do not match", () => {
    assert.deepStrictEqual(pkcs1Problem(sequence(version, ...encoded.with(1, integer(0x7f)))), mismatch)
  })
})
