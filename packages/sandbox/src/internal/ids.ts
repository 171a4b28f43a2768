/**
 * Ids from a seed: the same seed gives the same ids in the same order.
 *
 * @module
 */

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether text has the form of a UUID. */
export const isUuid = (text: string): boolean => uuidPattern.test(text)

const bytes = /*#__PURE__*/ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Eight digits of a word; a table is four times as fast as `toString`. */
const hex = (word: number): string =>
  bytes[word >>> 24]! + bytes[(word >>> 16) & 255]! + bytes[(word >>> 8) & 255]! + bytes[word & 255]!

/** Makes a generator of version 4 UUIDs (sfc32: 128 bits of state, period of at least 2^32). */
export const makeIds = (seed: number): (() => string) => {
  let a = seed | 0
  let b = Math.trunc(seed / 0x1_0000_0000) | 0
  let c = 0x9e3779b9
  let counter = 1
  const next = (): number => {
    const word = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + word
    return word
  }
  for (let round = 0; round < 16; round++) {
    next()
  }
  return () => {
    const head = hex(next())
    const middle = hex(next())
    const tail = hex(next())
    const variant = "89ab"[next() & 3]
    return `${head}-${middle.slice(0, 4)}-4${middle.slice(5)}-${variant}${tail.slice(0, 3)}-${tail.slice(3)}${hex(next()).slice(1)}`
  }
}
