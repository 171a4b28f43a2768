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

/** By time, then by key: a total order, so that all sources agree which fills are the newest. */
const isBefore = (self: Entry, that: Entry): boolean =>
  self.fill.filledMillis === that.fill.filledMillis
    ? self.key < that.key
    : self.fill.filledMillis < that.fill.filledMillis

export class Fills {
  readonly #max: number
  /** Oldest first. */
  readonly #sorted: Array<Entry> = []
  readonly #byKey = new Map<string, Entry>()

  constructor(max: number) {
    this.#max = max
  }

  /** Oldest first. */
  all(): ReadonlyArray<AccountFill> {
    return this.#sorted.map(({ fill }) => fill)
  }

  /** Adds a fill. Returns whether it was not there, or says more now. */
  add(fill: AccountFill): boolean {
    const entry = { key: keyOf(fill), fill }
    const known = this.#byKey.get(entry.key)
    if (known !== undefined) return this.#complete(known, fill)
    this.#sorted.splice(this.#positionOf(entry), 0, entry)
    this.#byKey.set(entry.key, entry)
    if (this.#sorted.length > this.#max) {
      // A forgotten fill that comes again is older than all others, and leaves at once.
      const oldest = this.#sorted.shift()
      if (oldest !== undefined) this.#byKey.delete(oldest.key)
    }
    return this.#byKey.has(entry.key)
  }

  /** REST does not send the `client_order_id`. */
  #complete(known: Entry, fill: AccountFill): boolean {
    if (known.fill.client_order_id !== undefined || fill.client_order_id === undefined) return false
    const entry = { key: known.key, fill: Object.freeze({ ...known.fill, client_order_id: fill.client_order_id }) }
    this.#sorted[this.#positionOf(known)] = entry
    this.#byKey.set(entry.key, entry)
    return true
  }

  /** The first position whose entry is not before this one. */
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
