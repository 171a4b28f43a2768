/**
 * The fills of an account. Finds the fills of a market or of an order without a scan of all fills.
 *
 * @module
 */
import type { Fill } from "../Entities.ts"
import { KeyIndex } from "../listIndexes.ts"
import type { FindBefore } from "../pages.ts"

interface Filled {
  /** The index of the order's last fill; -1 if there is none. */
  lastFill: number
}

/** Holds fills, oldest first. */
export class FillList {
  readonly all: Array<Fill> = []
  readonly #byTicker = new KeyIndex(this.all, ({ ticker }) => ticker)
  /** For each fill: the index of the previous fill of the same order; -1 if there is none. */
  readonly #earlier: Array<number> = []

  add(fill: Fill, order: Filled): void {
    const index = this.all.length
    this.all.push(fill)
    this.#earlier.push(order.lastFill)
    order.lastFill = index
  }

  beforeOfTickers(tickers: ReadonlyArray<string>): FindBefore {
    return this.#byTicker.before(tickers)
  }

  /**
   * Finds the fills of an order, newest first. Each call of the returned function must pass a smaller index than the
   * previous call.
   */
  beforeOfOrder(order: Filled | undefined): FindBefore {
    let found = order?.lastFill ?? -1
    return (index) => {
      while (found >= index) {
        found = this.#earlier[found]!
      }
      return found
    }
  }
}
