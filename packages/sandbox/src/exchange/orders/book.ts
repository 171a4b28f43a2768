/**
 * The resting orders of one market, by price and then by time.
 *
 * @module
 */

/** What the book reads and links of an order. */
export interface Resting<Order extends Resting<Order>> {
  price: number
  remainingCount: number
  level: Level<Order> | undefined
  /** How many orders came to its level before it. */
  arrival: number
  previous: Order | undefined
  next: Order | undefined
}

/** All orders at one price; the oldest is first. */
export interface Level<Order extends Resting<Order>> {
  readonly price: number
  first: Order | undefined
  last: Order | undefined
  /** Contracts resting here, in hundredths. */
  count: number
  /** How many orders came since the level was made. */
  arrivals: number
  /**
   * What rests of each block of arrivals, so that a position in a long queue is found without a walk along it. Undefined
   * while there is one block.
   */
  blocks: Array<number> | undefined
  /** How many blocks at the front were removed, because nothing rests of them. */
  dropped: number
}

/** The block of an arrival: 256 orders in a row. */
const blockOf = (arrival: number): number => arrival >>> 8

/** Adds to what rests of an order's block. */
const addToBlock = <Order extends Resting<Order>>(level: Level<Order>, arrival: number, count: number): void => {
  if (level.blocks !== undefined) {
    const index = blockOf(arrival) - level.dropped
    level.blocks[index] = (level.blocks[index] ?? 0) + count
  }
}

/** Begins a block of a level in which something rests. */
const beginBlock = <Order extends Resting<Order>>(level: Level<Order>): void => {
  level.blocks ??= [level.count]
  const empty = blockOf(level.first!.arrival) - level.dropped
  if (empty * 2 > level.blocks.length) {
    level.blocks = level.blocks.slice(empty)
    level.dropped += empty
  }
}

/** Contracts that rest in the blocks of a level from one to another, without the last. */
const countBlocks = <Order extends Resting<Order>>(
  { blocks = [], dropped }: Level<Order>,
  from: number,
  to: number
): number => {
  let count = 0
  for (let block = Math.max(from, dropped); block < to; block++) {
    count += blocks[block - dropped]!
  }
  return count
}

/** How far along the queue of a level a pass has come. */
interface Queue<Order> {
  block: number
  /** Contracts that would be met before those of the block. */
  before: number
  /** The order that came last in this block. */
  last: Order | undefined
  /** Contracts of the block that would be met before that order. */
  within: number
}

/** One side of a book. */
class BookSide<Order extends Resting<Order>> {
  readonly #levels = new Map<number, Level<Order>>()
  /** Prices that have a level, the best one last: taking from a book then only shortens the array. */
  readonly #prices: Array<number> = []
  /** Turns a price into a number that is greater the better the price is. */
  readonly #sign: 1 | -1

  constructor(side: "bid" | "ask") {
    this.#sign = side === "bid" ? 1 : -1
  }

  /** The level at the best price. */
  best(): Level<Order> | undefined {
    const price = this.#prices.at(-1)
    return price === undefined ? undefined : this.#levels.get(price)
  }

  /** Whether an order of the other side at this price would trade with this level. */
  reaches(level: Level<Order>, price: number): boolean {
    return (level.price - price) * this.#sign >= 0
  }

  /** Puts an order behind all others at its price. */
  add(order: Order): void {
    let level = this.#levels.get(order.price)
    if (level === undefined) {
      level = {
        price: order.price,
        first: undefined,
        last: undefined,
        count: 0,
        arrivals: 0,
        blocks: undefined,
        dropped: 0
      }
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
    order.arrival = level.arrivals++
    if (order.arrival > 0 && (order.arrival & 255) === 0) {
      beginBlock(level)
    }
    level.count += order.remainingCount
    addToBlock(level, order.arrival, order.remainingCount)
  }

  /** Takes an order out. Its remaining count must not have been changed behind the level's back: see {@link reduce}. */
  remove(order: Order): void {
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
    addToBlock(level, order.arrival, -order.remainingCount)
    if (level.first === undefined) {
      this.#levels.delete(level.price)
      this.#prices.splice(this.#position(level.price), 1)
    }
  }

  /** Lowers what remains of a resting order, which keeps its place. */
  reduce(order: Order, count: number): void {
    order.remainingCount -= count
    if (order.level !== undefined) {
      order.level.count -= count
      addToBlock(order.level, order.arrival, -count)
    }
  }

  /** Contracts that would be met before an order that rests here: those at better prices, and older ones at its own. */
  ahead(order: Order): number {
    return this.aheadOfEach([order])[0]!
  }

  /** The same of each of some orders that rest here, in one pass. Those of one price come in the order of the queue. */
  aheadOfEach(orders: ReadonlyArray<Order>): ReadonlyArray<number> {
    const queues = this.#queuesOf(orders)
    return orders.map((order) => {
      const level = order.level! // it rests
      const queue = queues.get(level)! // every level of the orders has one
      const block = blockOf(order.arrival)
      if (block > queue.block) {
        queue.before += countBlocks(level, queue.block, block)
        queue.block = block
        queue.within = 0
        queue.last = undefined
      }
      // Back to the order that came before in this pass, or else to the beginning of the block.
      let other = order.previous
      while (other !== undefined && other !== queue.last && blockOf(other.arrival) === block) {
        queue.within += other.remainingCount
        other = other.previous
      }
      queue.within += queue.last?.remainingCount ?? 0
      queue.last = order
      return queue.before + queue.within
    })
  }

  /** What is ahead of the levels of some orders. */
  #queuesOf(orders: ReadonlyArray<Order>): ReadonlyMap<Level<Order>, Queue<Order>> {
    const queues = new Map<Level<Order>, Queue<Order>>()
    const wanted = new Set(orders.map(({ price }) => price))
    let before = 0
    for (let index = this.#prices.length - 1; queues.size < wanted.size && index >= 0; index--) {
      const price = this.#prices[index]!
      const level = this.#levels.get(price)! // every listed price has a level
      if (wanted.has(price)) {
        queues.set(level, { before, block: 0, last: undefined, within: 0 })
      }
      before += level.count
    }
    return queues
  }

  /** Every resting order, best price first and oldest first within it. */
  *orders(): Generator<Order> {
    for (const level of this.levels()) {
      for (let order = level.first; order !== undefined; order = order.next) {
        yield order
      }
    }
  }

  /** Every level, best price first. */
  *levels(): Generator<Level<Order>> {
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
export class Book<Order extends Resting<Order>> {
  readonly bid = new BookSide<Order>("bid")
  readonly ask = new BookSide<Order>("ask")
}
