/**
 * Sets of list indexes.
 *
 * @module
 */

/**
 * A set that finds the next smaller and the next greater member fast. It has one bit for each index, and one summary
 * bit for every 32 of these bits. Each step of a search skips 1,024 indexes. Each index takes less than half a byte.
 */
export class IndexSet {
  readonly #words: Array<number> = []
  readonly #summary: Array<number> = []

  add(index: number): void {
    const word = index >>> 5
    setBit(this.#words, word, index & 31)
    setBit(this.#summary, word >>> 5, word & 31)
  }

  delete(index: number): void {
    const word = index >>> 5
    const bits = (this.#words[word] ?? 0) & ~(1 << (index & 31))
    if (word < this.#words.length) {
      this.#words[word] = bits
      if (bits === 0) {
        this.#summary[word >>> 5]! &= ~(1 << (word & 31))
      }
    }
  }

  /** Returns the next smaller member. -1 if there is none. */
  below(index: number): number {
    const last = Math.min(index, this.#words.length * 32) - 1
    if (last < 0) {
      return -1
    }
    const word = last >>> 5
    const own = upTo(this.#words[word]!, last & 31)
    if (own !== 0) {
      return word * 32 + highest(own)
    }
    let group = word >>> 5
    let words = upTo(this.#summary[group]!, (word & 31) - 1)
    while (words === 0) {
      if (--group < 0) {
        return -1
      }
      words = this.#summary[group]!
    }
    const found = group * 32 + highest(words)
    return found * 32 + highest(this.#words[found]!)
  }

  /** Returns the next greater member. -1 if there is none. */
  above(index: number): number {
    const first = index + 1
    const word = first >>> 5
    if (word >= this.#words.length) {
      return -1
    }
    const own = from(this.#words[word]!, first & 31)
    if (own !== 0) {
      return word * 32 + lowest(own)
    }
    let group = word >>> 5
    let words = from(this.#summary[group]!, (word & 31) + 1)
    while (words === 0) {
      if (++group >= this.#summary.length) {
        return -1
      }
      words = this.#summary[group]!
    }
    const found = group * 32 + lowest(words)
    return found * 32 + lowest(this.#words[found]!)
  }
}

const setBit = (words: Array<number>, word: number, bit: number): void => {
  while (words.length <= word) {
    words.push(0)
  }
  words[word]! |= 1 << bit
}

/** The bits from 0 to `bit`; empty if `bit` is -1. */
const upTo = (bits: number, bit: number): number => (bit < 0 ? 0 : bits & (-1 >>> (31 - bit)))

/** The bits from `bit` to 31; empty if `bit` is 32. */
const from = (bits: number, bit: number): number => (bit > 31 ? 0 : bits & (-1 << bit))

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits)

const highest = (bits: number): number => 31 - Math.clz32(bits)
