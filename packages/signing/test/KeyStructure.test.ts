import * as Result from "effect/Result"
import * as nodeCrypto from "node:crypto"
import { assert, describe, it } from "vitest"
import * as Der from "../src/internal/der.ts"
import { pkcs1Problem, rsaProblem } from "../src/internal/rsaNumbers.ts"
import { privateMaterial, publicMaterial } from "../src/internal/structure.ts"

const { bitString, implicitPublicKey, integer, null: nothing, objectIdentifier, octetString, sequence } = Der.tags

/** Makes a DER element. Encodes its length in the shortest form. */
const element = (tag: number, ...contents: ReadonlyArray<Uint8Array | number>): Uint8Array => {
  const bytes = contents.flatMap((part) => (typeof part === "number" ? [part] : [...part]))
  const { length } = bytes
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Uint8Array.from([tag, ...size, ...bytes])
}

const seq = (...members: ReadonlyArray<Uint8Array>) => element(sequence, ...members)
const int = (...bytes: ReadonlyArray<number>) => element(integer, ...bytes)
const octets = (length: number) => element(octetString, new Uint8Array(length).fill(7))
const algorithm = (oid: ReadonlyArray<number>, ...parameters: ReadonlyArray<Uint8Array>) =>
  seq(element(objectIdentifier, ...oid), ...parameters)

const rsaId = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]
const ed25519Id = [0x2b, 0x65, 0x70]
const none = element(nothing)

const failureOf = <A, E>(result: Result.Result<A, E>): E => {
  assert.isTrue(Result.isFailure(result), `unexpectedly ${JSON.stringify(result)}`)
  return (result as Result.Failure<A, E>).failure
}

const malformed = (problem: string) => ({ _tag: "Malformed", problem }) as const

describe("privateMaterial", () => {
  const read = (der: Uint8Array, label = "PRIVATE KEY") => privateMaterial({ label, der })
  const numbers = (count: number) => seq(...Array.from({ length: count }, () => int(1)))
  const notPrivate = malformed("it does not have the structure of a private key")

  const mislabelled: ReadonlyArray<readonly [name: string, der: Uint8Array, reason: object]> = [
    ["an EC key", seq(int(1), octets(32)), { _tag: "UnsupportedAlgorithm", algorithm: "EC" }],
    [
      "an EC key with its public key",
      seq(int(1), octets(32), element(0xa1, 0)),
      { _tag: "UnsupportedAlgorithm", algorithm: "EC" }
    ],
    ["a DSA key", numbers(6), { _tag: "UnsupportedAlgorithm", algorithm: "DSA" }],
    ["seven numbers", numbers(7), notPrivate],
    ["a PKCS#1 public key", numbers(2), { _tag: "PublicKey" }],
    ["three numbers", numbers(3), notPrivate],
    ["a public key", seq(algorithm(rsaId), element(bitString, 0)), { _tag: "PublicKey" }],
    ["a public key with a surplus member", seq(algorithm(rsaId), element(bitString, 0), int(1)), notPrivate],
    ["an encrypted key", seq(algorithm(rsaId), octets(8)), { _tag: "Encrypted" }],
    ["an encrypted key with a surplus member", seq(algorithm(rsaId), octets(8), int(1)), notPrivate],
    ["a certificate", seq(seq(), seq(), element(bitString, 0)), { _tag: "Certificate" }],
    ["a certificate with a surplus member", seq(seq(), seq(), element(bitString, 0), int(1)), notPrivate],
    ["an empty sequence", seq(), notPrivate],
    ["a PKCS#1 key", numbers(9), malformed("its content is PKCS#1, so its label must be RSA PRIVATE KEY")]
  ]
  for (const [name, der, reason] of mislabelled) {
    it(`rejects ${name} under the label PRIVATE KEY`, () => {
      assert.deepStrictEqual(failureOf(read(der)), reason as never)
    })
  }

  it("reports an unknown structure under the label PUBLIC KEY as a public key", () => {
    assert.deepStrictEqual(failureOf(read(numbers(3), "PUBLIC KEY")), { _tag: "PublicKey" })
  })

  it("reads a PKCS#1 key of nine or more numbers", () => {
    for (const der of [numbers(9), numbers(10)]) {
      assert.deepStrictEqual(read(der, "RSA PRIVATE KEY"), Result.succeed({ kind: "rsa", pkcs1: der }))
    }
  })

  const pkcs8 = (algorithmIdentifier: Uint8Array, key = octets(3), version = int(0), ...more: Array<Uint8Array>) =>
    read(seq(version, algorithmIdentifier, key, ...more))

  it("reads PKCS#8 of RSA if the algorithm's parameters are null or absent", () => {
    for (const parameters of [[none], []]) {
      const pkcs1 = new Uint8Array(3).fill(7)
      assert.deepStrictEqual(pkcs8(algorithm(rsaId, ...parameters)), Result.succeed({ kind: "rsa", pkcs1 }))
    }
  })

  const algorithms: ReadonlyArray<readonly [name: string, identifier: Uint8Array, reason: object]> = [
    ["no algorithm", seq(), malformed("its algorithm identifier is invalid")],
    ["an algorithm that is broken", element(sequence, 6, 3, 1), malformed("its algorithm identifier is invalid")],
    ["an algorithm that is a number", seq(int(1)), malformed("its algorithm identifier is invalid")],
    [
      "an algorithm with two parameters",
      algorithm(rsaId, none, none),
      malformed("its algorithm identifier is invalid")
    ],
    ["RSA with parameters", algorithm(rsaId, int(1)), malformed("its RSA algorithm has parameters")],
    ["Ed25519 with parameters", algorithm(ed25519Id, none), malformed("its Ed25519 algorithm has parameters")],
    ...(
      [
        ["RSAES-OAEP", [...rsaId.slice(0, -1), 7]],
        ["RSASSA-PSS (a key restricted to PSS; use a plain RSA key)", [...rsaId.slice(0, -1), 10]],
        ["DH", [...rsaId.slice(0, -2), 3, 1]],
        ["X25519", [0x2b, 0x65, 110]],
        ["X448", [0x2b, 0x65, 111]],
        ["Ed448", [0x2b, 0x65, 113]],
        ["object identifier 1.3.101.114", [0x2b, 0x65, 114]]
      ] as const
    ).map(([name, oid]) => [name, algorithm(oid), { _tag: "UnsupportedAlgorithm", algorithm: name }] as const)
  ]
  for (const [name, identifier, reason] of algorithms) {
    it(`rejects PKCS#8: ${name}`, () => {
      assert.deepStrictEqual(failureOf(pkcs8(identifier)), reason as never)
    })
  }

  const seed = octets(32)
  const publicKey = element(implicitPublicKey, 0, new Uint8Array(32).fill(9))

  it("reads PKCS#8 of Ed25519 without a public key, and version 2 with a public key", () => {
    const bytes = new Uint8Array(32)
    assert.deepStrictEqual(
      pkcs8(algorithm(ed25519Id), element(octetString, seed)),
      Result.succeed({ kind: "ed25519", seed: bytes.fill(7), publicKey: undefined })
    )
    assert.deepStrictEqual(
      pkcs8(algorithm(ed25519Id), element(octetString, seed), int(1), publicKey),
      Result.succeed({ kind: "ed25519", seed: bytes, publicKey: new Uint8Array(32).fill(9) })
    )
  })

  it("rejects a PKCS#8 version that does not match its members", () => {
    const problem = malformed("its PKCS#8 version does not match its members")
    for (const [version, ...more] of [
      [int(1)],
      [int(2)],
      [int()],
      [int(0, 0)],
      [int(0), publicKey],
      [int(1, 0), publicKey]
    ] as const) {
      assert.deepStrictEqual(
        failureOf(pkcs8(algorithm(ed25519Id), element(octetString, seed), version, ...more)),
        problem
      )
    }
  })

  it("rejects Ed25519 private and public keys that do not have 32 bytes", () => {
    for (const key of [octets(31), octets(33), int(1), Uint8Array.from([])]) {
      assert.deepStrictEqual(
        failureOf(pkcs8(algorithm(ed25519Id), element(octetString, key))),
        malformed("an Ed25519 private key must have 32 bytes")
      )
    }
    for (const contents of [
      [0, new Uint8Array(31)],
      [0, new Uint8Array(33)],
      [1, new Uint8Array(32)]
    ]) {
      assert.deepStrictEqual(
        failureOf(
          pkcs8(algorithm(ed25519Id), element(octetString, seed), int(1), element(implicitPublicKey, ...contents))
        ),
        malformed("the Ed25519 public key stored with the private key must have 32 bytes")
      )
    }
  })
})

describe("publicMaterial", () => {
  const read = (der: Uint8Array) => publicMaterial({ label: "PUBLIC KEY", der })

  it("rejects structures that are not public keys, with a reason", () => {
    const numbers = (count: number) => seq(...Array.from({ length: count }, () => int(1)))
    for (const [der, reason] of [
      [numbers(2), { _tag: "UnsupportedFormat", label: "RSA PUBLIC KEY" }],
      [numbers(9), { _tag: "PrivateKey" }],
      [seq(int(0), algorithm(rsaId), octets(3)), { _tag: "PrivateKey" }],
      [numbers(3), malformed("it does not have the structure of a public key")]
    ] as const) {
      assert.deepStrictEqual(failureOf(read(der)), reason as never)
    }
  })
})

const pair = nodeCrypto.generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 })
const pkcs1 = new Uint8Array(pair.privateKey.export({ type: "pkcs1", format: "der" }))
const elements = Result.getOrThrow(Der.members(pkcs1)).map(({ encoded }) => encoded)
const numbers = elements.slice(1).map((element) => Der.only(element, integer)!.contents)

describe("pkcs1Problem", () => {
  it("accepts a valid key with the exponent 3", () => {
    assert.isUndefined(pkcs1Problem(pkcs1))
  })

  const members = elements.slice(1)
  const broken: ReadonlyArray<readonly [name: string, der: Uint8Array, reason: object]> = [
    ["data that is not a sequence", int(1), malformed("its RSA structure is invalid")],
    ["an empty sequence", seq(), malformed("its RSA structure is invalid")],
    ["a broken sequence", element(sequence, 2, 5), malformed("its RSA structure is invalid")],
    [
      "a version that is not a number",
      seq(element(octetString, 0), ...members),
      malformed("its RSA structure is invalid")
    ],
    ["a version of two bytes", seq(int(0, 0), ...members), malformed("its RSA structure is invalid")],
    ["a version without bytes", seq(int(), ...members), malformed("its RSA structure is invalid")],
    [
      "the version for more than two primes",
      seq(int(1), ...members),
      { _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" }
    ],
    ["another version", seq(int(2), ...members), malformed("its RSA version does not match its members")],
    ["one number too few", seq(int(0), ...members.slice(1)), malformed("its RSA version does not match its members")],
    ["one number too many", seq(int(0), ...members, int(1)), malformed("its RSA version does not match its members")],
    ...(
      [
        ["of another tag", element(octetString, 3)],
        ["without bytes", int()],
        ["below zero", int(0x80)]
      ] as const
    ).map(
      ([name, number]) =>
        [
          `a number ${name}`,
          seq(int(0), ...members.with(1, number)),
          malformed("a number in its RSA structure is invalid")
        ] as const
    )
  ]
  for (const [name, der, reason] of broken) {
    it(`rejects ${name}`, () => {
      assert.deepStrictEqual(pkcs1Problem(der), reason as never)
    })
  }
})

describe("rsaProblem", () => {
  const mismatch = { _tag: "SelfCheckFailed", problem: "the numbers of the RSA key do not match" } as const
  const one = Uint8Array.from([1])

  it("rejects an exponent of 1, because a signature would equal the signed text", () => {
    // n, e, d, p, q, dp, dq, qi
    const [n, , , p, q, , , qi] = numbers
    assert.deepStrictEqual(rsaProblem([n!, one, one, p!, q!, one, one, qi!]), mismatch)
  })

  it("rejects swapped factors, and a factor of 1 even if the exponents match the other factor", () => {
    const [n, e, d, p, q, dp, dq, qi] = numbers
    assert.deepStrictEqual(rsaProblem([n!, e!, d!, one, n!, dp!, dq!, qi!]), mismatch)
    assert.deepStrictEqual(rsaProblem([n!, e!, d!, q!, p!, dp!, dq!, qi!]), mismatch)
    const order = BigInt(`0x${Buffer.from(n!).toString("hex")}`) - 1n
    // If a prime exponent does not divide the order, its inverse is (k * order + 1) / exponent, for some k < exponent.
    const [exponent, inverse] = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31]
      .flatMap((prime) => Array.from({ length: prime }, (_, k) => [BigInt(prime), BigInt(k) * order + 1n] as const))
      .find(([exponent, product]) => product % exponent === 0n)!
    const small = Uint8Array.from([Number(exponent)])
    const matching = Buffer.from((inverse / exponent).toString(16).padStart(1024, "0"), "hex")
    assert.deepStrictEqual(rsaProblem([n!, small, matching, n!, one, matching, one, one]), mismatch)
  })
})
