/**
 * Indexes of append-only lists. Each search first reads the items that were added since the previous search, so the
 * code that adds items does not need to know the index.
 *
 * @module
 */
import { IndexSet } from "./orders/indexSet.ts"
import { countWhile, type FindBefore } from "./pages.ts"

export class KeyIndex<Item> {
  readonly #items: ReadonlyArray<Item>
  readonly #keyOf: (item: Item) => string
  /** For each key, the positions of its items in the list, ascending. */
  readonly #byKey = new Map<string, Array<number>>()
  #length = 0

  constructor(items: ReadonlyArray<Item>, keyOf: (item: Item) => string) {
    this.#items = items
    this.#keyOf = keyOf
  }

  /** The items with this key, oldest first. */
  of(key: string): ReadonlyArray<Item> {
    this.#catchUp()
    return (this.#byKey.get(key) ?? []).map((index) => this.#items[index]!)
  }

  /** Returns a search for the greatest index below a given index, among the items that have one of the keys. */
  before(keys: ReadonlyArray<string>): FindBefore {
    this.#catchUp()
    const lists = keys.flatMap((key) => {
      const indexes = this.#byKey.get(key)
      return indexes === undefined ? [] : [indexes]
    })
    return (index) => {
      let found = -1
      for (const indexes of lists) {
        const count = countWhile(indexes.length, (n) => indexes[n]! < index)
        found = Math.max(found, indexes[count - 1] ?? -1)
      }
      return found
    }
  }

  #catchUp(): void {
    while (this.#length < this.#items.length) {
      const index = this.#length++
      const key = this.#keyOf(this.#items[index]!)
      const indexes = this.#byKey.get(key)
      if (indexes === undefined) {
        this.#byKey.set(key, [index])
      } else {
        indexes.push(index)
      }
    }
  }
}

/**
 * Finds the items that have a property. An item can lose the property, but never regains it. A search drops the items
 * that have lost the property, so that each of them slows down only one search.
 */
export class FadingIndex<Item> {
  readonly #items: ReadonlyArray<Item>
  readonly #indexes = new IndexSet()
  #length = 0

  constructor(items: ReadonlyArray<Item>) {
    this.#items = items
  }

  /** Returns a search for the greatest index below a given index, among the items with the property. */
  before(has: (item: Item) => boolean): FindBefore {
    return this.#find(has, (index) => this.#indexes.below(index))
  }

  /** Returns a search for the smallest index above a given index, among the items with the property. */
  after(has: (item: Item) => boolean): FindBefore {
    return this.#find(has, (index) => this.#indexes.above(index))
  }

  #find(has: (item: Item) => boolean, next: FindBefore): FindBefore {
    while (this.#length < this.#items.length) {
      this.#indexes.add(this.#length++)
    }
    return (index) => {
      let found = next(index)
      while (found >= 0 && !has(this.#items[found]!)) {
        this.#indexes.delete(found)
        found = next(found)
      }
      return found
    }
  }
}
