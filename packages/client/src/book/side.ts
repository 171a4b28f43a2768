/**
 * One side of an order book: price levels as scaled integers, sorted by price.
 *
 * **Details**
 *
 * Readers get {@link Levels}, which never change. A side shares its arrays with the last `Levels` that it returned, and
 * copies a shared array before a change. So each read causes at most one copy of each array. The best level is the last
 * element of the arrays. Most changes happen near it, so few elements move.
 *
 * @module
 */
import type { Count, Dollars } from "../money/FixedPoint.ts"
import * as safeUnits from "./safeUnits.ts"

/** One dollar in micro-dollars. */
export const oneDollar = 1_000_000

/**
 * The maximum size of a level: nine billion contracts, in hundredths. Published markets have at most 10,000 valid
 * prices, so a sum over a side stays exact.
 */
export const maxSize = 900_000_000_000

/** The number of contracts at a price. */
export interface Level {
  /** The price of YES. */
  readonly price: Dollars
  readonly count: Count
}

export const printPrice = (micros: number): Dollars => safeUnits.print(micros, 6) as Dollars

export const printCount = (hundredths: number): Count => safeUnits.print(hundredths, 2) as Count

/** Returns the index of the first key in a sorted list that is not less than `key`. */
const positionOf = (keys: ReadonlyArray<number>, key: number): number => {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The levels of one side at one moment.
 *
 * **Details**
 *
 * A key is the price of what the side buys: the price of YES for a bid, and the price of NO for an ask, in
 * micro-dollars. Both sides thus have the best level at the highest key. Sizes are in hundredths of a contract.
 */
export class Levels {
  readonly side: "bid" | "ask"
  readonly #keys: ReadonlyArray<number>
  readonly #sizes: ReadonlyArray<number>
  #all: ReadonlyArray<Level> | undefined
  #best: Level | undefined

  constructor(side: "bid" | "ask", keys: ReadonlyArray<number>, sizes: ReadonlyArray<number>) {
    this.side = side
    this.#keys = keys
    this.#sizes = sizes
  }

  /** The best price in micro-dollars of YES. */
  get bestMicros(): number | undefined {
    const key = this.#keys[this.#keys.length - 1]
    return key === undefined ? undefined : this.#priceOf(key)
  }

  get best(): Level | undefined {
    return this.#keys.length === 0 ? undefined : (this.#best ??= this.#levelAt(this.#keys.length - 1))
  }

  /** All levels, best first. */
  get all(): ReadonlyArray<Level> {
    return (this.#all ??= this.first(this.#keys.length))
  }

  /**
   * Returns at most `count` levels, best first. The list is frozen, so that a reader without types cannot change what
   * other readers get.
   */
  first(count: number): ReadonlyArray<Level> {
    const end = this.#keys.length
    const length = Math.min(Math.max(0, Math.trunc(count)), end)
    return Object.freeze(Array.from({ length }, (_, index) => this.#levelAt(end - 1 - index)))
  }

  /** Compares levels of the same side. */
  equals(that: Levels): boolean {
    return (
      this.#keys.length === that.#keys.length &&
      this.#keys.every((key, index) => key === that.#keys[index] && this.#sizes[index] === that.#sizes[index])
    )
  }

  /** Returns the size at a price, in hundredths of a contract. */
  sizeAt(priceMicros: number): number {
    const key = this.#priceOf(priceMicros)
    const position = positionOf(this.#keys, key)
    return this.#keys[position] === key ? this.#sizes[position]! : 0
  }

  /** Returns the total size at this price and at all better prices, in hundredths of a contract. */
  sizeTo(priceMicros: number): number {
    let sum = 0
    for (let position = positionOf(this.#keys, this.#priceOf(priceMicros)); position < this.#keys.length; position++) {
      sum += this.#sizes[position]!
    }
    return sum
  }

  /** Converts a key to a price of YES, or a price of YES to a key. */
  #priceOf(key: number): number {
    return this.side === "bid" ? key : oneDollar - key
  }

  #levelAt(position: number): Level {
    return Object.freeze({
      price: printPrice(this.#priceOf(this.#keys[position]!)),
      count: printCount(this.#sizes[position]!)
    })
  }
}

/** Why a side refuses a change. The side then stays unchanged. */
export type Refusal = "negative" | "tooLarge"

export class LevelSide {
  readonly #side: "bid" | "ask"
  #keys: Array<number> = []
  #sizes: Array<number> = []
  /** The levels that were returned last, if nothing has changed since. They share the arrays of this side. */
  #shared: Levels | undefined
  /** Whether returned levels share the keys. A change of a size copies only the sizes, so the flag stays true. */
  #keysAreShared = false

  constructor(side: "bid" | "ask") {
    this.#side = side
  }

  keyOf(priceMicros: number): number {
    return this.#side === "bid" ? priceMicros : oneDollar - priceMicros
  }

  /** The best key. Negative if there is no level. */
  get bestKey(): number {
    return this.#keys.length === 0 ? -1 : this.#keys[this.#keys.length - 1]!
  }

  levels(): Levels {
    this.#keysAreShared = true
    return (this.#shared ??= new Levels(this.#side, this.#keys, this.#sizes))
  }

  /** Replaces all levels. The lists must be sorted by key, and this side owns them afterwards. */
  replace(keys: Array<number>, sizes: Array<number>): void {
    this.#keys = keys
    this.#sizes = sizes
    this.#shared = undefined
    this.#keysAreShared = false
  }

  /** Changes the size of a level by `delta`, in hundredths of a contract. A level of zero is removed. */
  add(key: number, delta: number): Refusal | undefined {
    const position = positionOf(this.#keys, key)
    const isKnown = this.#keys[position] === key
    const size = (isKnown ? this.#sizes[position]! : 0) + delta
    if (size < 0) return "negative"
    if (size > maxSize) return "tooLarge"
    if (delta === 0) return undefined
    if (this.#shared !== undefined) {
      this.#sizes = this.#sizes.slice()
      this.#shared = undefined
    }
    if (isKnown && size > 0) {
      this.#sizes[position] = size
      return undefined
    }
    if (this.#keysAreShared) {
      this.#keys = this.#keys.slice()
      this.#keysAreShared = false
    }
    if (isKnown) {
      this.#keys.splice(position, 1)
      this.#sizes.splice(position, 1)
    } else {
      this.#keys.splice(position, 0, key)
      this.#sizes.splice(position, 0, size)
    }
    return undefined
  }
}
