import * as Hex from "effect/encoding/Hex"
import type { KeyErrorReason } from "../KeyError.ts"
import * as Der from "./der.ts"

const leastBits = 2048

/** The numbers of an RSAPrivateKey (RFC 8017, A.1.2) in their order there, under their names in a JWK. */
export const rsaMembers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const

const mixed: KeyErrorReason = {
  _tag: "SelfCheckFailed",
  problem: "the numbers of the RSA key do not belong together"
}

/** An unsigned number of big-endian bytes, of which there is at least one. */
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Hex.encode(bytes)}`)

/**
 * Holds the numbers of an RSA key against each other, and the modulus against the least size.
 *
 * **Details**
 *
 * OpenSSL repairs a signature that came out wrong because of a damaged prime, exponent or coefficient by computing it a
 * second time without them, so a trial signature does not show such damage; other runtimes then sign wrongly or not at
 * all. The equations here change with every single bit.
 */
export const rsaProblem = (members: ReadonlyArray<Uint8Array>): KeyErrorReason | undefined => {
  // Both callers give the eight of rsaMembers; a tuple spares a check of each.
  const [n, e, d, p, q, dp, dq, qi] = members.map(number) as Array<bigint> & Eight
  const bits = n.toString(2).length
  if (bits < leastBits) return { _tag: "RsaTooShort", bits }
  if (e < 3n || p < 3n || q < 3n) return mixed
  return p * q === n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    (e * dp) % (p - 1n) === 1n &&
    (e * dq) % (q - 1n) === 1n &&
    (qi * q) % p === 1n
    ? undefined
    : mixed
}

type Eight = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]

/** {@link rsaProblem} of a PKCS#1 RSAPrivateKey. */
export const pkcs1Problem = (pkcs1: Uint8Array): KeyErrorReason | undefined => {
  const sequence = Der.only(pkcs1, Der.tags.sequence)
  const [version, ...members] = (sequence === undefined ? undefined : Der.children(sequence)) ?? []
  if (version?.tag !== Der.tags.integer || version.contents.length !== 1) {
    return { _tag: "Malformed", problem: "its RSA structure is broken" }
  }
  if (version.contents[0] === 1) return { _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" }
  if (version.contents[0] !== 0 || members.length !== rsaMembers.length) {
    return { _tag: "Malformed", problem: "its RSA version does not fit its members" }
  }
  // A first byte of 0x80 or more would make the number negative.
  return members.every(({ contents, tag }) => tag === Der.tags.integer && (contents[0] ?? 0x80) < 0x80)
    ? rsaProblem(members.map(({ contents }) => contents))
    : { _tag: "Malformed", problem: "a number of its RSA structure is broken" }
}
