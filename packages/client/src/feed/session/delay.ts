/**
 * Measures the delay of messages from sending to receipt. Each delay is compared with the smallest delay so far,
 * because the clocks of the exchange and of this machine may differ.
 *
 * @module
 */

export class Delay {
  readonly #limitMillis: number
  #smallest = Number.POSITIVE_INFINITY
  #isLate = false

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis
  }

  /**
   * Records the delay of a message. Returns how much it exceeds the smallest delay, but only when this growth rises
   * above the limit or, later, falls below half of the limit.
   */
  observe(sendingMillis: number, receivedMillis: number): number | undefined {
    const delay = receivedMillis - sendingMillis
    if (delay < this.#smallest) this.#smallest = delay
    const growth = delay - this.#smallest
    if (this.#isLate ? growth >= this.#limitMillis / 2 : growth <= this.#limitMillis) return undefined
    this.#isLate = !this.#isLate
    return growth
  }

  get isLate(): boolean {
    return this.#isLate
  }
}
