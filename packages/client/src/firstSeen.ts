/**
 * Remembers the latest ids of a list or a stream of messages, to recognize repeated items.
 *
 * @module
 */

/** Remembers ids in bounded memory: at least the last `capacity` different ids, and at most twice as many. */
export class FirstSeen {
  readonly #capacity: number
  #recent = new Set<string>()
  #older = new Set<string>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#recent.size + this.#older.size
  }

  has(id: string): boolean {
    return this.#recent.has(id) || this.#older.has(id)
  }

  /** Returns whether an id is new, and remembers the id. */
  add(id: string): boolean {
    if (this.#recent.has(id)) return false
    const isNew = !this.#older.has(id)
    if (this.#recent.size === this.#capacity) {
      this.#older = this.#recent
      this.#recent = new Set()
    }
    this.#recent.add(id)
    return isNew
  }
}
