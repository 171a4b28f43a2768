/**
 * The fills of an account, found by market and by order without scanning the others.
 *
 * @module
 */
import type { Fill } from "../Entities.ts"
import type { Before } from "../pages.ts"
import { firstAfter } from "../search.ts"

/** The order fields that the list reads and writes. */
interface Filled {
  /** The place of its last fill; -1 without a fill. */
  lastFill: number
}

/** Every fill of an account, oldest first. */
export class FillList {
  readonly all: Array<Fill> = []
  /** Places of the fills of a market, ascending. */
  readonly #byTicker = new Map<string, Array<number>>()
  /** By a fill's place: the place of the previous fill of the same order; -1 if none exists. */
  readonly #earlier: Array<number> = []

  add(fill: Fill, order: Filled): void {
    const place = this.all.length
    this.all.push(fill)
    this.#earlier.push(order.lastFill)
    order.lastFill = place
    const places = this.#byTicker.get(fill.ticker)
    if (places === undefined) {
      this.#byTicker.set(fill.ticker, [place])
    } else {
      places.push(place)
    }
  }

  /** Finds the next older fill of some markets, from a place. */
  beforeOfTickers(tickers: ReadonlyArray<string>): Before {
    const markets = tickers.flatMap((ticker) => {
      const places = this.#byTicker.get(ticker)
      return places === undefined ? [] : [places]
    })
    return (place) => {
      let found = -1
      for (const places of markets) {
        const count = firstAfter(places.length, (index) => places[index]! < place)
        found = Math.max(found, places[count - 1] ?? -1)
      }
      return found
    }
  }

  /** Finds the next older fill of an order, from a place. Each call must pass a smaller place than the one before. */
  beforeOfOrder(order: Filled | undefined): Before {
    let found = order?.lastFill ?? -1
    return (place) => {
      while (found >= place) {
        found = this.#earlier[found]!
      }
      return found
    }
  }
}
