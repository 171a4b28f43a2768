/**
 * Decides when to read one list or one order over REST, and which reads prove that nothing is missing.
 *
 * @module
 */

const longestTimeoutMillis = 60_000

export interface ReadOptions {
  /**
   * How far REST may lag behind the exchange, in milliseconds. A read must contain every change that happened at least
   * this long before the read began. Default: 1,000.
   */
  readonly lagMillis?: number | undefined
  /**
   * The wait before an incomplete read is repeated, in milliseconds after the request or the latest page of the read.
   * For a list, the wait grows with each repetition. Default: 10,000.
   */
  readonly readTimeoutMillis?: number | undefined
}

/** Schedules the reads of one list or one order. The time at which a read began identifies the read. */
export class Read {
  readonly #timeoutMillis: number
  readonly #growth: number
  /** Reads that began before this time do not count. Infinity while the channel of the list is not subscribed. */
  #fromMillis: number
  #isWanted = true
  #attempts = 0
  #lastMillis = Number.NEGATIVE_INFINITY
  #startedMillis = Number.NEGATIVE_INFINITY
  #seen = new Set<string>()

  constructor(timeoutMillis: number, fromMillis: number, growth: number) {
    this.#timeoutMillis = timeoutMillis
    this.#growth = growth
    this.#fromMillis = fromMillis
  }

  get fromMillis(): number {
    return this.#fromMillis
  }

  get isWanted(): boolean {
    return this.#isWanted
  }

  want(fromMillis: number): void {
    this.#isWanted = true
    this.#fromMillis = fromMillis
    this.#attempts = 0
  }

  dueMillis(): number | undefined {
    if (!this.#isWanted || this.#fromMillis === Number.POSITIVE_INFINITY) return undefined
    if (this.#attempts === 0) return this.#fromMillis
    const wait = Math.min(
      this.#timeoutMillis * this.#growth ** (this.#attempts - 1),
      Math.max(this.#timeoutMillis, longestTimeoutMillis)
    )
    return Math.max(this.#fromMillis, this.#lastMillis + wait)
  }

  requested(nowMillis: number): void {
    this.#attempts++
    this.#lastMillis = nowMillis
  }

  counts(startedMillis: number): boolean {
    return this.#isWanted && startedMillis >= this.#fromMillis
  }

  answered(): void {
    this.#isWanted = false
    this.#seen = new Set()
  }

  /** Adds a page to its read. If the page completes a read that counts, returns the keys of all its pages. */
  page(
    keys: ReadonlyArray<string>,
    startedMillis: number,
    isComplete: boolean,
    nowMillis: number
  ): ReadonlySet<string> | undefined {
    if (startedMillis < this.#startedMillis || !this.counts(startedMillis)) return undefined
    if (startedMillis > this.#startedMillis) this.#seen = new Set()
    this.#startedMillis = startedMillis
    this.#lastMillis = Math.max(this.#lastMillis, nowMillis)
    for (const key of keys) this.#seen.add(key)
    if (!isComplete) return undefined
    const seen = this.#seen
    this.answered()
    return seen
  }
}
