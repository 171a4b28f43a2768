import * as Hex from "effect/encoding/Hex"
import type { KeyErrorReason } from "../KeyError.ts"
import * as Der from "./der.ts"

const minBits = 2048

/** The JWK names of the numbers of an RSAPrivateKey, in the order of RFC 8017, A.1.2. */
export const rsaMembers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const

const mismatch: KeyErrorReason = {
  _tag: "SelfCheckFailed",
  problem: "the numbers of the RSA key do not match"
}

/** Converts bytes to a number. There must be at least one byte. */
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Hex.encode(bytes)}`)

/**
 * Returns why the numbers of a key are refused; undefined if they match. On Node, a trial signature does not detect a
 * damaged prime, CRT exponent or coefficient: OpenSSL notices the wrong signature and recomputes it without the damaged
 * CRT values. The equations here detect every changed bit.
 */
export const rsaProblem = (members: ReadonlyArray<Uint8Array>): KeyErrorReason | undefined => {
  // Both callers pass the eight numbers of rsaMembers. The tuple type avoids eight checks for undefined.
  const [n, e, d, p, q, dp, dq, qi] = members.map(toBigInt) as Array<bigint> & RsaNumbers
  const bits = n.toString(2).length
  if (bits < minBits) return { _tag: "RsaTooShort", bits }
  if (e < 3n || p < 3n || q < 3n) return mismatch
  return p * q === n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    (e * dp) % (p - 1n) === 1n &&
    (e * dq) % (q - 1n) === 1n &&
    (qi * q) % p === 1n
    ? undefined
    : mismatch
}

type RsaNumbers = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]

export const pkcs1Problem = (pkcs1: Uint8Array): KeyErrorReason | undefined => {
  const sequence = Der.only(pkcs1, Der.tags.sequence)
  const [version, ...members] = (sequence === undefined ? undefined : Der.children(sequence)) ?? []
  if (version?.tag !== Der.tags.integer || version.contents.length !== 1) {
    return { _tag: "Malformed", problem: "its RSA structure is invalid" }
  }
  if (version.contents[0] === 1) return { _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" }
  if (version.contents[0] !== 0 || members.length !== rsaMembers.length) {
    return { _tag: "Malformed", problem: "its RSA version does not match its members" }
  }
  // A first byte of 0x80 or more would make the number negative.
  return members.every(({ contents, tag }) => tag === Der.tags.integer && (contents[0] ?? 0x80) < 0x80)
    ? rsaProblem(members.map(({ contents }) => contents))
    : { _tag: "Malformed", problem: "a number in its RSA structure is invalid" }
}
