/**
 * Decides when one book needs a request for a snapshot. At most one request is in flight. Each request has a deadline.
 * The deadline grows after each failure.
 *
 * @module
 */

/** Options of the requests for snapshots. */
export interface RequestOptions {
  /**
   * How long to wait for a snapshot before the next request. The wait doubles with each request that brings no usable
   * snapshot, up to one minute. Default: 5,000.
   */
  readonly snapshotTimeoutMillis?: number | undefined
}

const longestTimeoutMillis = 60_000

/** The shortest time between two requests. It applies if a book fails at once after each snapshot. */
const pauseMillis = 250

/** The requests of one book. The subscription itself counts as the first request. */
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

  /** Records that a snapshot is wanted. If a request is in flight, its snapshot is enough. */
  want(): void {
    this.#isWanted = true
  }

  /** Records that a request was sent. */
  sent(nowMillis: number): void {
    this.#lastMillis = nowMillis
    this.#unanswered++
  }

  /** Records that a usable snapshot arrived. */
  answered(): void {
    this.#isWanted = false
    this.#unanswered = 0
  }

  /** Records that the subscription was lost. The next subscription brings a snapshot. */
  restart(nowMillis: number): void {
    this.#isWanted = true
    this.#lastMillis = nowMillis
    this.#unanswered = 1
  }
}
