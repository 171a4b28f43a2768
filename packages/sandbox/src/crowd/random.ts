/**
 * Random numbers that depend only on a key: the same key gives the same numbers.
 *
 * @module
 */

/** Mixes a word into a hash, with the finalizer of MurmurHash3. */
const mix = (hash: number, word: number): number => {
  let mixed = Math.imul(hash ^ word, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A hash from 0 to 2³² − 1. Numeric parts must be whole numbers. */
export const hashOf = (...parts: ReadonlyArray<number | string>): number => {
  let hash = 0
  for (const part of parts) {
    if (typeof part === "number") {
      hash = mix(mix(hash, part | 0), Math.floor(part / 4_294_967_296) | 0)
    } else {
      for (let index = 0; index < part.length; index++) {
        hash = mix(hash, part.charCodeAt(index))
      }
      hash = mix(hash, part.length)
    }
  }
  return hash
}

/** A number from 0 to less than 1. */
export const unitOf = (hash: number): number => hash / 4_294_967_296

/** A number from an approximately normal distribution with mean 0 and variance 1, between −√12 and √12. */
export const normalOf = (hash: number): number => {
  const other = mix(hash, 1)
  const sum = (hash >>> 16) + (hash & 0xffff) + (other >>> 16) + (other & 0xffff)
  return (sum / 65_536 - 2) * Math.sqrt(3)
}

export class Random {
  #hash: number

  constructor(...key: ReadonlyArray<number | string>) {
    this.#hash = hashOf(...key)
  }

  /** A number from 0 to less than 1. */
  unit(): number {
    this.#hash = (this.#hash + 0x6d2b79f5) >>> 0
    return unitOf(mix(this.#hash, 0))
  }

  /** A whole number from 0 to less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  /** A random number of events of a Poisson process with this mean. */
  poisson(mean: number): number {
    // Adds up processes with small means, because e^−mean underflows for a large mean.
    let count = 0
    for (let rest = mean; rest > 0; rest -= 10) {
      const limit = Math.exp(-Math.min(rest, 10))
      for (let product = this.unit(); product > limit; product *= this.unit()) {
        count++
      }
    }
    return count
  }

  of<A>(items: ReadonlyArray<A>): A | undefined {
    return items[this.below(items.length)]
  }
}
