/**
 * The resting orders of one market, by price and then by time.
 *
 * @module
 */
import type { OrderState } from "./state.ts"

/** All orders at one price; the oldest is first. */
export interface Level {
  readonly price: number
  first: OrderState | undefined
  last: OrderState | undefined
  /** Contracts resting here, in hundredths. */
  count: number
}

/** One side of a book. */
class BookSide {
  readonly #levels = new Map<number, Level>()
  /** Prices that have a level, the best one last: taking from a book then only shortens the array. */
  readonly #prices: Array<number> = []
  /** Turns a price into a number that is greater the better the price is. */
  readonly #sign: 1 | -1

  constructor(side: "bid" | "ask") {
    this.#sign = side === "bid" ? 1 : -1
  }

  /** The level at the best price. */
  best(): Level | undefined {
    const price = this.#prices.at(-1)
    return price === undefined ? undefined : this.#levels.get(price)
  }

  /** Whether an order of the other side at this price would trade with this level. */
  reaches(level: Level, price: number): boolean {
    return (level.price - price) * this.#sign >= 0
  }

  /** Puts an order behind all others at its price. */
  add(order: OrderState): void {
    let level = this.#levels.get(order.price)
    if (level === undefined) {
      level = { price: order.price, first: undefined, last: undefined, count: 0 }
      this.#levels.set(order.price, level)
      this.#prices.splice(this.#position(order.price), 0, order.price)
    }
    order.level = level
    order.previous = level.last
    if (level.last === undefined) {
      level.first = order
    } else {
      level.last.next = order
    }
    level.last = order
    level.count += order.remainingCount
  }

  /** Takes an order out. Its remaining count must not have been changed behind the level's back: see {@link reduce}. */
  remove(order: OrderState): void {
    const level = order.level
    if (level === undefined) {
      return
    }
    if (order.previous === undefined) {
      level.first = order.next
    } else {
      order.previous.next = order.next
    }
    if (order.next === undefined) {
      level.last = order.previous
    } else {
      order.next.previous = order.previous
    }
    order.level = order.previous = order.next = undefined
    level.count -= order.remainingCount
    if (level.first === undefined) {
      this.#levels.delete(level.price)
      this.#prices.splice(this.#position(level.price), 1)
    }
  }

  /** Lowers what remains of a resting order, which keeps its place. */
  reduce(order: OrderState, count: number): void {
    order.remainingCount -= count
    if (order.level !== undefined) {
      order.level.count -= count
    }
  }

  /** Contracts that would be met before an order that rests here: those at better prices, and older ones at its own. */
  ahead(order: OrderState): number {
    let count = 0
    for (const level of this.levels()) {
      if (level === order.level) {
        break
      }
      count += level.count
    }
    for (let other = order.previous; other !== undefined; other = other.previous) {
      count += other.remainingCount
    }
    return count
  }

  /** Every resting order, best price first and oldest first within it. */
  *orders(): Generator<OrderState> {
    for (const level of this.levels()) {
      for (let order = level.first; order !== undefined; order = order.next) {
        yield order
      }
    }
  }

  /** Every level, best price first. */
  *levels(): Generator<Level> {
    for (let index = this.#prices.length - 1; index >= 0; index--) {
      yield this.#levels.get(this.#prices[index]!)! // every listed price has a level
    }
  }

  /** Where a price stands, or would stand, among the prices. */
  #position(price: number): number {
    let low = 0
    let high = this.#prices.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#prices[middle]! - price) * this.#sign < 0) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

/** The two sides of a market, both in prices of YES. */
export class Book {
  readonly bid = new BookSide("bid")
  readonly ask = new BookSide("ask")
}
