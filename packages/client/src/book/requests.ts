/**
 * Decides when a book must request a snapshot. An unanswered request is repeated after its deadline.
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

/**
 * The wait after a request that brought a usable snapshot. It matters for a book that fails at once after each
 * snapshot.
 */
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

  dueMillis(): number | undefined {
    if (!this.#isWanted) return undefined
    const wait =
      this.#unanswered === 0
        ? pauseMillis
        : Math.min(this.#timeoutMillis * 2 ** (this.#unanswered - 1), longestTimeoutMillis)
    return this.#lastMillis + wait
  }

  /** Makes a request due, unless the snapshot of an earlier request is still awaited. */
  want(): void {
    this.#isWanted = true
  }

  sent(nowMillis: number): void {
    this.#lastMillis = nowMillis
    this.#unanswered++
  }

  answered(): void {
    this.#isWanted = false
    this.#unanswered = 0
  }

  /** Starts the wait again, because the next subscription brings a snapshot. */
  restart(nowMillis: number): void {
    this.#isWanted = true
    this.#lastMillis = nowMillis
    this.#unanswered = 1
  }
}
