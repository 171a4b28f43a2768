/**
 * Paces the requests of snapshots for one book: one in flight, each with a deadline, and slower after each failure.
 *
 * @module
 */

/** Options of the requests of snapshots. */
export interface RequestOptions {
  /**
   * How long to wait for a snapshot before the next request. Doubles with each request without a usable snapshot, up to one
   * minute. Default: 5,000.
   */
  readonly snapshotTimeoutMillis?: number | undefined
}

const longestTimeoutMillis = 60_000

/** The shortest time between two requests. A book that fails at once after each snapshot is requested at this pace. */
const pauseMillis = 250

/** Decides when a book needs a request of a snapshot. The subscription itself counts as the first one. */
export class Requests {
  readonly #timeoutMillis: number
  #isWanted = true
  #lastMillis: number
  /** The number of requests since the last usable snapshot. */
  #unanswered = 1

  constructor(options: RequestOptions, nowMillis: number) {
    this.#timeoutMillis = options.snapshotTimeoutMillis ?? 5_000
    this.#lastMillis = nowMillis
  }

  /** When the next request must be sent. Undefined if no snapshot is wanted. */
  dueMillis(): number | undefined {
    if (!this.#isWanted) return undefined
    const wait =
      this.#unanswered === 0
        ? pauseMillis
        : Math.min(this.#timeoutMillis * 2 ** (this.#unanswered - 1), longestTimeoutMillis)
    return this.#lastMillis + wait
  }

  /** A snapshot is wanted. If a request is in flight, its snapshot is enough. */
  want(): void {
    this.#isWanted = true
  }

  /** A request was sent. */
  sent(nowMillis: number): void {
    this.#lastMillis = nowMillis
    this.#unanswered++
  }

  /** A usable snapshot arrived. */
  answered(): void {
    this.#isWanted = false
    this.#unanswered = 0
  }

  /** The subscription was lost: the next one brings a snapshot. */
  restart(nowMillis: number): void {
    this.#isWanted = true
    this.#lastMillis = nowMillis
    this.#unanswered = 1
  }
}
