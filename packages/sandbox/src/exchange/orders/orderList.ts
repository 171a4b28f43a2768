/**
 * The orders of an account. Finds orders by market and by status without a scan of all orders.
 *
 * @module
 */
import type { Order } from "../Entities.ts"
import { countWhile, type FindBefore } from "../pages.ts"
import { IndexSet } from "./indexSet.ts"

type Status = Order["status"]

interface Listed extends Pick<Order, "ticker" | "status" | "createdMillis" | "updatedMillis"> {
  /** The index in the list of all orders. */
  listIndex: number
}

interface Statuses {
  readonly live: Readonly<Record<Status, IndexSet>>
  /** The orders that ended before the archive cutoff. None of them rests. */
  readonly archived: Readonly<Record<Status, IndexSet>>
}

/** The sets contain indexes into `all`. */
interface OfMarket extends Statuses {
  /** Indexes in the list of all orders, ascending. */
  readonly all: Array<number>
}

/** Undefined fields do not filter. */
export interface OrderFilter {
  readonly tickers: ReadonlyArray<string> | undefined
  readonly status: string | undefined
  readonly isArchived: boolean
  /** Orders that ended before this time are archived. Must not decrease between calls. */
  readonly archiveMillis: number
  /** `minMillis` and `maxMillis` are inclusive. */
  readonly minMillis: number
  readonly maxMillis: number
}

const makeSets = () => ({ resting: new IndexSet(), canceled: new IndexSet(), executed: new IndexSet() })

/** Holds orders, oldest first. */
export class OrderList<Item extends Listed> {
  readonly all: Array<Item> = []
  readonly #statuses: Statuses = { live: makeSets(), archived: makeSets() }
  readonly #byTicker = new Map<string, OfMarket>()
  /** The ended orders that are not archived yet, in the order in which they ended. */
  #ended: Array<Item> = []
  #firstEnded = 0

  add(order: Item): void {
    order.listIndex = this.all.length
    this.all.push(order)
    this.#statuses.live.resting.add(order.listIndex)
    let market = this.#byTicker.get(order.ticker)
    if (market === undefined) {
      market = { all: [], live: makeSets(), archived: makeSets() }
      this.#byTicker.set(order.ticker, market)
    }
    market.live.resting.add(market.all.length)
    market.all.push(order.listIndex)
  }

  /** Records the end of an order. The order must already have its new status. */
  end(order: Item): void {
    this.#move(order, "live", "resting", "live")
    this.#ended.push(order)
  }

  /** `orders` are oldest first. */
  restore(orders: ReadonlyArray<Item>): void {
    for (const order of orders) {
      this.add(order)
    }
    const ended = orders.filter(({ status }) => status !== "resting")
    for (const order of ended.sort((left, right) => left.updatedMillis - right.updatedMillis)) {
      this.end(order)
    }
  }

  /** Returns a function that finds the next older order that matches the filter. */
  before(filter: OrderFilter): FindBefore {
    this.#archive(filter.archiveMillis)
    const { all } = this
    const end = filter.maxMillis === Infinity ? all.length : this.#countUntil(filter.maxMillis)
    const before = this.#beforeOf(filter)
    return (index) => {
      const found = before(Math.min(index, end))
      return found >= 0 && all[found]!.createdMillis >= filter.minMillis ? found : -1
    }
  }

  #beforeOf({ isArchived, status, tickers }: OrderFilter): FindBefore {
    const setsOf = (statuses: Statuses): ReadonlyArray<IndexSet> => {
      const sets = isArchived ? statuses.archived : statuses.live
      return status === undefined ? Object.values(sets) : isStatus(status) ? [sets[status]] : []
    }
    if (tickers === undefined) {
      const sets = setsOf(this.#statuses)
      return (index) => latest(sets, (set) => set.below(index))
    }
    const markets = tickers.flatMap((ticker) => {
      const market = this.#byTicker.get(ticker)
      return market === undefined ? [] : [{ all: market.all, sets: setsOf(market) }]
    })
    return (index) =>
      latest(markets, ({ all, sets }) => {
        const count = countBelow(all, index)
        const found = latest(sets, (set) => set.below(count))
        return found < 0 ? -1 : all[found]!
      })
  }

  /** Counts the orders that were created up to this time. They come first in the list, because time never goes back. */
  #countUntil(millis: number): number {
    return countWhile(this.all.length, (index) => this.all[index]!.createdMillis <= millis)
  }

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

  #move(order: Item, from: keyof Statuses, previous: Status, to: keyof Statuses): void {
    const { listIndex, status } = order
    const market = this.#byTicker.get(order.ticker)! // `add` stored the order under its ticker
    const marketIndex = countBelow(market.all, listIndex)
    this.#statuses[from][previous].delete(listIndex)
    this.#statuses[to][status].add(listIndex)
    market[from][previous].delete(marketIndex)
    market[to][status].add(marketIndex)
  }
}

const isStatus = (text: string): text is Status => text === "resting" || text === "canceled" || text === "executed"

/** Counts the items that are less than `value`. Searches from the end, because most searched values are near the end. */
const countBelow = (ascending: ReadonlyArray<number>, value: number): number => {
  const { length } = ascending
  let step = 1
  while (step <= length && ascending[length - step]! >= value) {
    step *= 2
  }
  const low = Math.max(0, length - step)
  return low + countWhile(length - (step >>> 1) - low, (n) => ascending[low + n]! < value)
}

const latest = <A>(items: ReadonlyArray<A>, indexOf: (item: A) => number): number => {
  let index = -1
  for (const item of items) {
    index = Math.max(index, indexOf(item))
  }
  return index
}
