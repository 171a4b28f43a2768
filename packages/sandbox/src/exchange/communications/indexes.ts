/**
 * Indexes of the lists of RFQs and quotes.
 *
 * @module
 */
import type { Quote, Rfq } from "../Entities.ts"
import { FadingIndex, KeyIndex } from "../listIndexes.ts"
import type { FindBefore } from "../pages.ts"

type Status = (Rfq | Quote)["status"]

/** Has three indexes of one list: all records by key, the open records, and the records that the API still finds. */
export class RecordIndexes<Record extends { readonly status: Status }> {
  readonly #byKey: KeyIndex<Record>
  readonly #open: FadingIndex<Record>
  readonly #kept: FadingIndex<Record>

  constructor(records: ReadonlyArray<Record>, keyOf: (record: Record) => string) {
    this.#byKey = new KeyIndex(records, keyOf)
    this.#open = new FadingIndex(records)
    this.#kept = new FadingIndex(records)
  }

  /** The records with this key, oldest first. */
  of(key: string): ReadonlyArray<Record> {
    return this.#byKey.of(key)
  }

  /**
   * Finds at least the kept records with the `status` and one of the `keys`. Undefined permits every status or key. The
   * caller must check each record, because the search can also find others.
   */
  before(
    keys: ReadonlyArray<string> | undefined,
    status: string | undefined,
    isKept: (record: Record) => boolean
  ): FindBefore {
    if (keys !== undefined && keys.length <= maxKeys) {
      return this.#byKey.before(keys)
    }
    return status === "open" ? this.#open.before((record) => record.status === "open") : this.#kept.before(isKept)
  }
}

/** With more keys than this, one search in all records is cheaper than a search for each key. */
const maxKeys = 50
