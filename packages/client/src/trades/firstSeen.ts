/**
 * Merges messages with ids from several lines: the first message with an id counts, and later ones are repetitions.
 *
 * @module
 */

/**
 * Remembers ids in bounded memory.
 *
 * **Details**
 *
 * Remembers at least the last `capacity` different ids, and at most twice as many. So an id counts as new twice only if
 * a line is late by more than `capacity` messages. The busiest hour that was recorded on any channel had about 500
 * messages per second: 100,000 of them are more than three minutes.
 */
export class FirstSeen {
  readonly #capacity: number
  #recent = new Set<string>()
  #older = new Set<string>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The number of remembered ids. */
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
