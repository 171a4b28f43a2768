/**
 * Waits between attempts: full jitter below a bound that doubles with each attempt.
 *
 * @module
 */

/** The waits of one connection or subscription. */
export class Backoff {
  /** The attempts since the last reset. */
  attempts = 0
  readonly #minMillis: number
  readonly #maxMillis: number
  readonly #random: () => number

  constructor(minMillis: number, maxMillis: number, random: () => number) {
    this.#minMillis = minMillis
    this.#maxMillis = maxMillis
    this.#random = random
  }

  /** Returns the wait before the next attempt. */
  next(): number {
    const bound = Math.min(this.#maxMillis, this.#minMillis * 2 ** Math.min(this.attempts++, 30))
    return Math.round(this.#random() * bound)
  }

  reset(): void {
    this.attempts = 0
  }
}
