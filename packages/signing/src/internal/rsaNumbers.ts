import * as Hex from "effect/encoding/Hex"
import type { KeyErrorReason } from "../KeyError.ts"
import * as Der from "./der.ts"

const leastBits = 2048

const mixed: KeyErrorReason = {
  _tag: "SelfCheckFailed",
  problem: "the numbers of the RSA key do not belong together"
}

/**
 * Holds the numbers of an RSAPrivateKey (RFC 8017, A.1.2) against each other, and the modulus against the least size.
 *
 * OpenSSL repairs a signature that came out wrong because of a damaged prime, exponent or coefficient by computing it a
 * second time without them, so a trial signature does not show such damage; other runtimes then sign wrongly or not at
 * all. The equations here change with every single bit.
 */
export const rsaProblem = (pkcs1: Uint8Array): KeyErrorReason | undefined => {
  const sequence = Der.only(pkcs1, Der.tags.sequence)
  const members = sequence === undefined ? undefined : Der.children(sequence)
  if (members === undefined || members.length < 9) return { _tag: "Malformed", problem: "its RSA structure is broken" }
  const numbers: Array<bigint> = []
  for (const { contents, tag } of members.slice(0, 9)) {
    if (tag !== Der.tags.integer || contents.length === 0 || contents[0]! >= 0x80) {
      return { _tag: "Malformed", problem: "a number of its RSA structure is broken" }
    }
    numbers.push(BigInt(`0x${Hex.encode(contents)}`))
  }
  const [version, n, e, d, p, q, dp, dq, qi] = numbers as NineNumbers
  if (version === 1n) return { _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" }
  if (version !== 0n || members.length > 9) return { _tag: "Malformed", problem: "its RSA version is not known" }
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

/** The loop above pushed nine; a tuple spares a check of each. */
type NineNumbers = [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
