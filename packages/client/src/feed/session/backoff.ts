/**
 * Computes the waits between attempts. A wait is a random part (full jitter) of a bound that doubles with each attempt,
 * up to a maximum.
 *
 * @module
 */

export class Backoff {
  attempts = 0
  readonly #minMillis: number
  readonly #maxMillis: number
  readonly #random: () => number

  constructor(minMillis: number, maxMillis: number, random: () => number) {
    this.#minMillis = minMillis
    this.#maxMillis = maxMillis
    this.#random = random
  }

  /** Returns the wait before the next attempt, in milliseconds. */
  next(): number {
    const bound = Math.min(this.#maxMillis, this.#minMillis * 2 ** Math.min(this.attempts++, 30))
    return Math.round(this.#random() * bound)
  }

  reset(): void {
    this.attempts = 0
  }
}
