/**
 * Numbers that depend only on their input. They replace randomness in generated values.
 *
 * @module
 */

/** Returns the FNV-1a hash of a text: a whole number from 0 to 2^32 − 1. */
export const hashOf = (text: string): number => {
  let value = 2_166_136_261
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619)
  }
  return value >>> 0
}

/** Mixes a whole number into a hash. This is cheaper than hashing a text. */
export const mix = (hash: number, value: number): number => {
  let word = (hash ^ Math.imul(value | 0, 0x9e37_79b1) ^ Math.floor(value / 0x1_0000_0000)) | 0
  word = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35)
  return (word ^ (word >>> 16)) >>> 0
}

/** Converts a hash to a fraction from 0 to less than 1. */
export const fractionOf = (hash: number): number => hash / 4_294_967_296

/**
 * Returns a function that makes whole numbers from 0 to less than `below`. The same text gives the same numbers in the
 * same order.
 */
export const numbersFrom = (text: string): ((below: number) => number) => {
  const hash = hashOf(text)
  let calls = 0
  return (below) => Math.floor(fractionOf(mix(hash, ++calls)) * below)
}
