import * as Result from "effect/Result"
import type { KeyErrorReason } from "../KeyError.ts"
import type { KeyKind } from "./keyKind.ts"
import * as Der from "./der.ts"
import type { Block } from "./pem.ts"

export type PrivateMaterial =
  | { readonly kind: "rsa"; readonly pkcs1: Uint8Array }
  | {
      readonly kind: "ed25519"
      readonly seed: Uint8Array
      /** The public key that is stored with the private key. The two must match. */
      readonly publicKey: Uint8Array | undefined
    }

export interface PublicMaterial {
  readonly kind: KeyKind
  readonly spki: Uint8Array
}

const fail = (reason: KeyErrorReason): Result.Result<never, KeyErrorReason> => Result.fail(reason)
const malformed = (problem: string) => fail({ _tag: "Malformed", problem })

type Structure = "PKCS#8" | "PKCS#1" | "SPKI" | "PKCS#1 public" | "SEC1" | "DSA" | "Encrypted" | "Certificate"

const { bitString, integer, octetString, sequence } = Der.tags

const shapes: ReadonlyArray<readonly [Structure, ReadonlyArray<number>, exact: boolean]> = [
  ["PKCS#8", [integer, sequence, octetString], false],
  ["PKCS#1", [integer, integer, integer, integer, integer, integer, integer, integer, integer], false],
  ["DSA", [integer, integer, integer, integer, integer, integer], true],
  ["PKCS#1 public", [integer, integer], true],
  ["SEC1", [integer, octetString], false],
  ["SPKI", [sequence, bitString], true],
  ["Encrypted", [sequence, octetString], true],
  ["Certificate", [sequence, sequence, bitString], true]
]

const structureOf = (members: ReadonlyArray<Der.Element>): Structure | undefined =>
  shapes.find(
    ([, shape, exact]) =>
      (exact ? members.length === shape.length : members.length >= shape.length) &&
      shape.every((tag, index) => members[index]!.tag === tag)
  )?.[0]

// Names from the IANA and ANSI registries. The exchange accepts only RSA and Ed25519.
const algorithmNames: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.1": "RSA",
  "1.3.101.112": "Ed25519",
  "1.2.840.10045.2.1": "EC",
  "1.2.840.10040.4.1": "DSA",
  "1.2.840.113549.1.1.7": "RSAES-OAEP",
  "1.2.840.113549.1.1.10": "RSASSA-PSS (a key restricted to PSS; use a plain RSA key)",
  "1.2.840.113549.1.3.1": "DH",
  "1.3.101.110": "X25519",
  "1.3.101.111": "X448",
  "1.3.101.113": "Ed448"
}

const kindOf = (algorithmIdentifier: Der.Element): Result.Result<KeyKind, KeyErrorReason> => {
  const [identifier, parameters, ...more] = Der.children(algorithmIdentifier) ?? []
  if (identifier?.tag !== Der.tags.objectIdentifier || more.length > 0) {
    return malformed("its algorithm identifier is invalid")
  }
  const oid = Der.dotted(identifier.contents)
  const name = algorithmNames[oid]
  if (name === "RSA") {
    return parameters === undefined || parameters.tag === Der.tags.null
      ? Result.succeed("rsa")
      : malformed("its RSA algorithm has parameters")
  }
  if (name === "Ed25519") {
    return parameters === undefined ? Result.succeed("ed25519") : malformed("its Ed25519 algorithm has parameters")
  }
  return fail({ _tag: "UnsupportedAlgorithm", algorithm: name ?? `object identifier ${oid}` })
}

const pkcs8 = (members: ReadonlyArray<Der.Element>): Result.Result<PrivateMaterial, KeyErrorReason> =>
  Result.gen(function* () {
    const [version, algorithm, key, ...more] = members
    const kind = yield* kindOf(algorithm!)
    const storedPublicKey = more.find((element) => element.tag === Der.tags.implicitPublicKey)?.contents
    if (version!.contents.length !== 1 || version!.contents[0] !== (storedPublicKey === undefined ? 0 : 1)) {
      return yield* malformed("its PKCS#8 version does not match its members")
    }
    if (kind === "rsa") return { kind, pkcs1: key!.contents }
    const seed = Der.only(key!.contents, octetString)?.contents
    if (seed?.length !== 32) return yield* malformed("an Ed25519 private key must have 32 bytes")
    if (storedPublicKey !== undefined && (storedPublicKey.length !== 33 || storedPublicKey[0] !== 0)) {
      return yield* malformed("the Ed25519 public key stored with the private key must have 32 bytes")
    }
    return { kind, seed, publicKey: storedPublicKey?.subarray(1) }
  })

const unexpected = (structure: Structure | undefined, expected: "private" | "public"): KeyErrorReason => {
  switch (structure) {
    case "PKCS#8":
    case "PKCS#1":
      return { _tag: "PrivateKey" }
    case "SPKI":
    case "PKCS#1 public":
      return expected === "private" ? { _tag: "PublicKey" } : { _tag: "UnsupportedFormat", label: "RSA PUBLIC KEY" }
    case "SEC1":
      return { _tag: "UnsupportedAlgorithm", algorithm: "EC" }
    case "DSA":
      return { _tag: "UnsupportedAlgorithm", algorithm: "DSA" }
    case "Encrypted":
      return { _tag: "Encrypted" }
    case "Certificate":
      return { _tag: "Certificate" }
    case undefined:
      return { _tag: "Malformed", problem: `it does not have the structure of a ${expected} key` }
  }
}

export const privateMaterial = (block: Block): Result.Result<PrivateMaterial, KeyErrorReason> =>
  Result.gen(function* () {
    const members = yield* Der.members(block.der)
    const structure = structureOf(members)
    if (structure === "PKCS#8") {
      const material = yield* pkcs8(members)
      return block.label === "PRIVATE KEY"
        ? material
        : yield* malformed(`its content is PKCS#8, so its label must be PRIVATE KEY`)
    }
    if (structure === "PKCS#1") {
      return block.label === "RSA PRIVATE KEY"
        ? { kind: "rsa", pkcs1: block.der }
        : yield* malformed("its content is PKCS#1, so its label must be RSA PRIVATE KEY")
    }
    return yield* fail(block.label === "PUBLIC KEY" ? { _tag: "PublicKey" } : unexpected(structure, "private"))
  })

export const publicMaterial = (block: Block): Result.Result<PublicMaterial, KeyErrorReason> =>
  Result.gen(function* () {
    const members = yield* Der.members(block.der)
    const structure = structureOf(members)
    if (structure !== "SPKI") return yield* fail(unexpected(structure, "public"))
    const kind = yield* kindOf(members[0]!)
    return block.label === "PUBLIC KEY"
      ? { kind, spki: block.der }
      : yield* malformed("its content is a public key, so its label must be PUBLIC KEY")
  })
