/**
 * The orders of an account, found by market and by status without scanning the others.
 *
 * @module
 */
import type { Order } from "../Entities.ts"
import type { Before } from "../pages.ts"
import { PlaceSet } from "../placeSet.ts"
import { firstAfter } from "../search.ts"

type Status = Order["status"]

/** The order fields that the list reads and writes. */
interface Listed extends Pick<Order, "ticker" | "status" | "createdMillis" | "updatedMillis"> {
  /** Its place in the list. */
  place: number
}

/** The orders of a list by status. */
interface Statuses {
  readonly live: Readonly<Record<Status, PlaceSet>>
  /** Orders that ended before the archive cutoff. None of them rests. */
  readonly archived: Readonly<Record<Status, PlaceSet>>
}

/** The orders of one market. Its sets hold indexes into `places`. */
interface OfMarket extends Statuses {
  /** Places in the list of all orders, ascending. */
  readonly places: Array<number>
}

/** A filter of orders; undefined fields do not filter. */
export interface Wanted {
  readonly tickers: ReadonlyArray<string> | undefined
  readonly status: string | undefined
  readonly isArchived: boolean
  /** Orders that ended before this are archived. Must not decrease between calls. */
  readonly archiveMillis: number
  /** Created within these, both inclusive. */
  readonly minMillis: number
  readonly maxMillis: number
}

const makeSets = () => ({ resting: new PlaceSet(), canceled: new PlaceSet(), executed: new PlaceSet() })

/** Every order that an account ever placed, oldest first. */
export class OrderList<Item extends Listed> {
  readonly all: Array<Item> = []
  readonly #statuses: Statuses = { live: makeSets(), archived: makeSets() }
  readonly #byTicker = new Map<string, OfMarket>()
  /** Ended orders that are not archived yet, in the order in which they ended. */
  #ended: Array<Item> = []
  #firstEnded = 0

  /** Adds a newly accepted order. */
  add(order: Item): void {
    order.place = this.all.length
    this.all.push(order)
    this.#statuses.live.resting.add(order.place)
    let market = this.#byTicker.get(order.ticker)
    if (market === undefined) {
      market = { places: [], live: makeSets(), archived: makeSets() }
      this.#byTicker.set(order.ticker, market)
    }
    market.live.resting.add(market.places.length)
    market.places.push(order.place)
  }

  /** Records that an order has ended, with its current status. */
  end(order: Item): void {
    this.#move(order, "live", "resting", "live")
    this.#ended.push(order)
  }

  /** Adds the orders of a snapshot, oldest first. */
  restore(orders: ReadonlyArray<Item>): void {
    for (const order of orders) {
      this.add(order)
    }
    const ended = orders.filter(({ status }) => status !== "resting")
    for (const order of ended.sort((left, right) => left.updatedMillis - right.updatedMillis)) {
      this.end(order)
    }
  }

  /** Finds the next older matching order, from a place. */
  before(wanted: Wanted): Before {
    this.#archive(wanted.archiveMillis)
    const { all } = this
    const end = wanted.maxMillis === Infinity ? all.length : this.#countUntil(wanted.maxMillis)
    const older = this.#olderOf(wanted)
    return (place) => {
      const found = older(Math.min(place, end))
      return found >= 0 && all[found]!.createdMillis >= wanted.minMillis ? found : -1
    }
  }

  #olderOf({ isArchived, status, tickers }: Wanted): Before {
    const setsOf = (statuses: Statuses): ReadonlyArray<PlaceSet> => {
      const sets = isArchived ? statuses.archived : statuses.live
      return status === undefined ? Object.values(sets) : isStatus(status) ? [sets[status]] : []
    }
    if (tickers === undefined) {
      const sets = setsOf(this.#statuses)
      return (place) => latest(sets, (set) => set.below(place))
    }
    const markets = tickers.flatMap((ticker) => {
      const market = this.#byTicker.get(ticker)
      return market === undefined ? [] : [{ places: market.places, sets: setsOf(market) }]
    })
    return (place) =>
      latest(markets, ({ places, sets }) => {
        const index = indexOf(places, place)
        const found = latest(sets, (set) => set.below(index))
        return found < 0 ? -1 : places[found]!
      })
  }

  /** The number of orders created until a time. Time never goes back, so they are the first ones. */
  #countUntil(millis: number): number {
    return firstAfter(this.all.length, (place) => this.all[place]!.createdMillis <= millis)
  }

  /** Moves orders that ended before a time to the archive, each once. */
  #archive(millis: number): void {
    for (;;) {
      const order = this.#ended[this.#firstEnded]
      if (order === undefined || order.updatedMillis >= millis) {
        break
      }
      this.#move(order, "live", order.status, "archived")
      this.#firstEnded++
    }
    if (this.#firstEnded > 1_024 && this.#firstEnded * 2 > this.#ended.length) {
      this.#ended = this.#ended.slice(this.#firstEnded)
      this.#firstEnded = 0
    }
  }

  /** Moves an order from one set to that of its status. */
  #move(order: Item, from: keyof Statuses, was: Status, to: keyof Statuses): void {
    const { place, status } = order
    const market = this.#byTicker.get(order.ticker)! // it was added under its ticker
    const index = indexOf(market.places, place)
    this.#statuses[from][was].delete(place)
    this.#statuses[to][status].add(place)
    market[from][was].delete(index)
    market[to][status].add(index)
  }
}

const isStatus = (text: string): text is Status => text === "resting" || text === "canceled" || text === "executed"

/** The number of places smaller than one. It searches from the end, where most searched places are. */
const indexOf = (places: ReadonlyArray<number>, place: number): number => {
  let step = 1
  while (step <= places.length && places[places.length - step]! >= place) {
    step *= 2
  }
  const low = Math.max(0, places.length - step)
  return low + firstAfter(places.length - (step >>> 1) - low, (index) => places[low + index]! < place)
}

const latest = <A>(items: ReadonlyArray<A>, placeOf: (item: A) => number): number => {
  let place = -1
  for (const item of items) {
    place = Math.max(place, placeOf(item))
  }
  return place
}
