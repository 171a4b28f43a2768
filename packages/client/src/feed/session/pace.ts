/**
 * The pace of commands on one connection: a burst, then one command per interval. A refusal because of the pace causes
 * a pause, and lengthens an interval of less than one second. Successful commands shorten the interval again.
 *
 * @module
 */

const maxIntervalMillis = 1_000
const maxPauseMillis = 30_000

export class Pace {
  readonly #burst: number
  readonly #intervalMillis: number
  #currentMillis: number
  #tokens: number
  #filledMillis = 0
  #pausedUntilMillis = 0
  #pauseMillis = 0

  constructor(burst: number, intervalMillis: number) {
    // With a burst of 0, no command would be sent. With an interval of 0, endless commands would be sent.
    this.#burst = Math.max(1, burst)
    this.#intervalMillis = Math.max(1, intervalMillis)
    this.#currentMillis = this.#intervalMillis
    this.#tokens = this.#burst
  }

  /** Returns when the next command can be sent, or undefined if a command can be sent now. */
  wait(nowMillis: number): number | undefined {
    if (nowMillis < this.#pausedUntilMillis) return this.#pausedUntilMillis
    const filled = Math.floor((nowMillis - this.#filledMillis) / this.#currentMillis)
    if (filled > 0) {
      this.#tokens = Math.min(this.#burst, this.#tokens + filled)
      this.#filledMillis = this.#tokens === this.#burst ? nowMillis : this.#filledMillis + filled * this.#currentMillis
    }
    return this.#tokens > 0 ? undefined : this.#filledMillis + this.#currentMillis
  }

  take(): void {
    this.#tokens--
  }

  /** The exchange refused a command because of the pace. */
  refused(nowMillis: number): void {
    this.#pauseMillis = Math.min(maxPauseMillis, Math.max(1_000, this.#pauseMillis * 2))
    this.#currentMillis = Math.max(this.#currentMillis, Math.min(maxIntervalMillis, this.#currentMillis * 2))
    this.#pausedUntilMillis = nowMillis + this.#pauseMillis
    this.#filledMillis = this.#pausedUntilMillis
    this.#tokens = 1
  }

  accepted(): void {
    this.#currentMillis = Math.max(this.#intervalMillis, Math.floor(this.#currentMillis * 0.9))
    this.#pauseMillis = 0
  }
}
