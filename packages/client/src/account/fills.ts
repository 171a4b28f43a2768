/**
 * The newest fills of an account, each once.
 *
 * @module
 */
import type { AccountFill } from "./rows.ts"

interface Entry {
  readonly key: string
  readonly fill: AccountFill
}

const keyOf = ({ order_id, trade_id }: AccountFill): string => `${trade_id} ${order_id}`

/**
 * Fills with the same time are compared by key, so that the sequence of arrival does not decide which fills are the
 * newest.
 */
const isBefore = (self: Entry, that: Entry): boolean =>
  self.fill.filledMillis === that.fill.filledMillis
    ? self.key < that.key
    : self.fill.filledMillis < that.fill.filledMillis

/** `completed`: the fill was known, but without its `client_order_id`. */
export type Added = "new" | "completed" | "known"

export class Fills {
  readonly #max: number
  /** Oldest first. */
  readonly #sorted: Array<Entry> = []
  readonly #byKey = new Map<string, Entry>()
  /** The newest fill that is no longer kept. An unknown fill that is not newer than it may be a forgotten fill. */
  #forgotten: Entry | undefined
  /**
   * The fills that newer fills of the current message or list displaced. They are forgotten after this message or list.
   */
  readonly #leaving = new Map<string, Entry>()

  constructor(max: number) {
    this.#max = max
  }

  /** Returns the kept fills, oldest first. */
  all(): ReadonlyArray<AccountFill> {
    return this.#sorted.map(({ fill }) => fill)
  }

  /** Adds a fill. Returns `new` even if newer fills displace the fill at once. */
  add(fill: AccountFill): Added {
    const entry = { key: keyOf(fill), fill }
    const known = this.#byKey.get(entry.key)
    if (known !== undefined) return this.#complete(known, fill) ? "completed" : "known"
    if (this.#leaving.has(entry.key)) return "known"
    if (this.#forgotten !== undefined && !isBefore(this.#forgotten, entry)) return "known"
    this.#sorted.splice(this.#positionOf(entry), 0, entry)
    this.#byKey.set(entry.key, entry)
    for (const oldest of this.#sorted.splice(0, this.#sorted.length - this.#max)) {
      this.#byKey.delete(oldest.key)
      this.#leaving.set(oldest.key, oldest)
    }
    return "new"
  }

  /** Ends the current message or list. */
  complete(): void {
    for (const entry of this.#leaving.values()) {
      if (this.#forgotten === undefined || isBefore(this.#forgotten, entry)) this.#forgotten = entry
    }
    this.#leaving.clear()
  }

  /** Adds the `client_order_id`, which REST does not send. */
  #complete(known: Entry, fill: AccountFill): boolean {
    if (known.fill.client_order_id !== undefined || fill.client_order_id === undefined) return false
    const entry = { key: known.key, fill: Object.freeze({ ...known.fill, client_order_id: fill.client_order_id }) }
    this.#sorted[this.#positionOf(known)] = entry
    this.#byKey.set(entry.key, entry)
    return true
  }

  /** The first index whose entry is not before this entry. */
  #positionOf(entry: Entry): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#sorted[middle]!, entry)) low = middle + 1
      else high = middle
    }
    return low
  }
}
