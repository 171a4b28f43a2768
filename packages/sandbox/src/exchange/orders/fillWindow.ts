/**
 * The fills of an order group in the last 15 seconds.
 *
 * @module
 */

/** Source: the exchange's documentation. */
const windowMillis = 15_000

/** Counts the fills that are less than 15 seconds old. `nowMillis` must not decrease from call to call. */
export class FillWindow {
  #times: Array<number> = []
  #counts: Array<number> = []
  #first = 0
  #total = 0

  /** `entries` are oldest first. */
  static of(entries: ReadonlyArray<readonly [atMillis: number, count: number]>): FillWindow {
    const window = new FillWindow()
    for (const [atMillis, count] of entries) {
      window.#times.push(atMillis)
      window.#counts.push(count)
      window.#total += count
    }
    return window
  }

  /** Oldest first. */
  entries(nowMillis: number): ReadonlyArray<readonly [atMillis: number, count: number]> {
    this.total(nowMillis)
    return this.#times.slice(this.#first).map((atMillis, index) => [atMillis, this.#counts[this.#first + index]!])
  }

  total(nowMillis: number): number {
    while (this.#first < this.#times.length && nowMillis - this.#times[this.#first]! >= windowMillis) {
      this.#total -= this.#counts[this.#first]!
      this.#first++
    }
    if (this.#first > 1_024 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first)
      this.#counts = this.#counts.slice(this.#first)
      this.#first = 0
    }
    return this.#total
  }

  /** Adds a fill, and returns the new sum. */
  add(nowMillis: number, count: number): number {
    this.#times.push(nowMillis)
    this.#counts.push(count)
    this.#total += count
    return this.total(nowMillis)
  }

  clear(): void {
    this.#times = []
    this.#counts = []
    this.#first = 0
    this.#total = 0
  }
}
