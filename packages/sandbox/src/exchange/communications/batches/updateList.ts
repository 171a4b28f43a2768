/**
 * RFQ batches, sorted by their last update.
 *
 * @module
 */
import type { FindBefore } from "../../pages.ts"
import type { RfqBatch } from "../../Entities.ts"
import { IndexSet } from "../../orders/indexSet.ts"

type Status = RfqBatch["status"]

/**
 * A list to which each update of a batch appends an entry. Only the last entry of a batch counts. So the most recently
 * updated batches come last, and the index of an entry never changes.
 */
export class UpdateList<Item extends { readonly status: Status }> {
  readonly all: Array<Item> = []
  readonly #indexes = new Map<Item, number>()
  readonly #current = new IndexSet()
  readonly #byStatus: Readonly<Record<Status, IndexSet>> = {
    open: new IndexSet(),
    accepted: new IndexSet(),
    closed: new IndexSet()
  }

  /** Appends an entry under the batch's current status. */
  add(batch: Item): void {
    const previous = this.#indexes.get(batch)
    if (previous !== undefined) {
      for (const set of [this.#current, ...Object.values(this.#byStatus)]) {
        set.delete(previous)
      }
    }
    const index = this.all.push(batch) - 1
    this.#indexes.set(batch, index)
    this.#current.add(index)
    this.#byStatus[batch.status].add(index)
  }

  /** Returns a search for the last entries of batches, optionally of one status. */
  before(status: string | undefined): FindBefore {
    if (status === undefined) {
      return (index) => this.#current.below(index)
    }
    return (index) => (isStatus(status) ? this.#byStatus[status].below(index) : -1)
  }
}

const isStatus = (status: string): status is Status => status === "open" || status === "accepted" || status === "closed"
