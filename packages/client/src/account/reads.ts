/**
 * Paces the REST reads of one list or one order, and decides which of them prove that nothing is missing.
 *
 * @module
 */

const longestTimeoutMillis = 60_000

/** Options of the reads. */
export interface ReadOptions {
  /**
   * How far REST may lag behind the exchange: a read that begins at a time contains every change that is older than this.
   * Default: 1,000.
   */
  readonly lagMillis?: number | undefined
  /**
   * How long to wait for a read until it is repeated, counted from its last page. For a list, doubles with each
   * repetition, up to one minute. Default: 10,000.
   */
  readonly readTimeoutMillis?: number | undefined
}

/** What must be read. A read is identified by the time at which it began. */
export class Read {
  readonly #timeoutMillis: number
  readonly #growth: number
  /** A read that began earlier does not count. Infinity while the messages of the list do not arrive. */
  #fromMillis: number
  #isWanted = true
  #attempts = 0
  #lastMillis = Number.NEGATIVE_INFINITY
  #startedMillis = Number.NEGATIVE_INFINITY
  #seen = new Set<string>()

  /** `growth`: by how much the wait grows with each repetition. */
  constructor(timeoutMillis: number, fromMillis: number, growth: number) {
    this.#timeoutMillis = timeoutMillis
    this.#growth = growth
    this.#fromMillis = fromMillis
  }

  /** A read that begins earlier does not count. */
  get fromMillis(): number {
    return this.#fromMillis
  }

  get isWanted(): boolean {
    return this.#isWanted
  }

  /** Wants a read that begins at this time or later. */
  want(fromMillis: number): void {
    this.#isWanted = true
    this.#fromMillis = fromMillis
    this.#attempts = 0
  }

  /** When the next read must begin. Undefined if none is wanted, or if none would count. */
  dueMillis(): number | undefined {
    if (!this.#isWanted || this.#fromMillis === Number.POSITIVE_INFINITY) return undefined
    if (this.#attempts === 0) return this.#fromMillis
    const wait = Math.min(this.#timeoutMillis * this.#growth ** (this.#attempts - 1), longestTimeoutMillis)
    return Math.max(this.#fromMillis, this.#lastMillis + wait)
  }

  /** A read began. */
  requested(nowMillis: number): void {
    this.#attempts++
    this.#lastMillis = nowMillis
  }

  /** Whether a read that began at this time answers what is wanted. */
  counts(startedMillis: number): boolean {
    return this.#isWanted && startedMillis >= this.#fromMillis
  }

  /** The wanted read is complete. */
  answered(): void {
    this.#isWanted = false
    this.#seen = new Set()
  }

  /** Adds a page. Returns the keys of the whole read if this page completes a read that counts. */
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
