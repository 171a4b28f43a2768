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

/** What a fill is to the known ones. `completed`: it was known without its `client_order_id`. */
export type Added = "new" | "completed" | "known"

export class Fills {
  readonly #max: number
  /** Oldest first. */
  readonly #sorted: Array<Entry> = []
  readonly #byKey = new Map<string, Entry>()
  /** The newest forgotten fill. An unknown fill that is not newer may be forgotten too. */
  #forgotten: Entry | undefined
  /** The fills that were replaced since then, by a message or a list in progress. */
  readonly #leaving = new Map<string, Entry>()

  constructor(max: number) {
    this.#max = max
  }

  /** Oldest first. */
  all(): ReadonlyArray<AccountFill> {
    return this.#sorted.map(({ fill }) => fill)
  }

  /** Adds a fill. Also reports a new fill as new that is too old to be kept. */
  add(fill: AccountFill): Added {
    const entry = { key: keyOf(fill), fill }
    const known = this.#byKey.get(entry.key)
    if (known !== undefined) return this.#complete(known, fill) ? "completed" : "known"
    if (this.#leaving.has(entry.key)) return "known"
    if (this.#forgotten !== undefined && !isBefore(this.#forgotten, entry)) return "known"
    this.#sorted.splice(this.#positionOf(entry), 0, entry)
    this.#byKey.set(entry.key, entry)
    if (this.#sorted.length > this.#max) {
      const oldest = this.#sorted.shift()
      if (oldest !== undefined) {
        this.#byKey.delete(oldest.key)
        this.#leaving.set(oldest.key, oldest)
      }
    }
    return "new"
  }

  /** A message or a list is complete. Fills that it replaced are forgotten from now on. */
  complete(): void {
    for (const entry of this.#leaving.values()) {
      if (this.#forgotten === undefined || isBefore(this.#forgotten, entry)) this.#forgotten = entry
    }
    this.#leaving.clear()
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
