/**
 * Ids from a seed: the same seed gives the same ids in the same order.
 *
 * @module
 */

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (text: string): boolean => uuidPattern.test(text)

const bytes = /*#__PURE__*/ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Converts a word to hexadecimal digits by a table, which is four times as fast as `toString`. */
const hex = (word: number): string =>
  bytes[word >>> 24]! + bytes[(word >>> 16) & 255]! + bytes[(word >>> 8) & 255]! + bytes[word & 255]!

export type IdsState = readonly [a: number, b: number, c: number, counter: number]

/** Version 4 UUIDs from sfc32: 128 bits of state, period of at least 2^32. */
export class Ids {
  #a: number
  #b: number
  #c: number
  #counter: number

  private constructor([a, b, c, counter]: IdsState) {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#counter = counter
  }

  static fromSeed(seed: number): Ids {
    const ids = new Ids([seed | 0, Math.trunc(seed / 0x1_0000_0000) | 0, 0x9e3779b9, 1])
    for (let round = 0; round < 16; round++) {
      ids.#word()
    }
    return ids
  }

  static fromState(state: IdsState): Ids {
    return new Ids(state)
  }

  get state(): IdsState {
    return [this.#a, this.#b, this.#c, this.#counter]
  }

  next(): string {
    const head = hex(this.#word())
    const middle = hex(this.#word())
    const tail = hex(this.#word())
    const variant = "89ab"[this.#word() & 3]
    return `${head}-${middle.slice(0, 4)}-4${middle.slice(5)}-${variant}${tail.slice(0, 3)}-${tail.slice(3)}${hex(this.#word()).slice(1)}`
  }

  #word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + word
    return word
  }
}
