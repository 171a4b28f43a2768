/**
 * The resting orders of one market, by price and then by time.
 *
 * @module
 */

export interface Resting<Order extends Resting<Order>> {
  price: number
  remainingCount: number
  level: Level<Order> | undefined
  /** The number of orders that joined the level before this order. */
  arrival: number
  previous: Order | undefined
  next: Order | undefined
}

/** The orders at one price, the oldest first. */
export interface Level<Order extends Resting<Order>> {
  readonly price: number
  first: Order | undefined
  last: Order | undefined
  /** In hundredths of a contract. */
  count: number
  /** The number of orders that ever joined the level, including those that no longer rest. */
  arrivals: number
  /**
   * The resting count of each block of arrivals, so that a position in a long queue is found without a walk along the
   * queue. Undefined while there is only one block.
   */
  blocks: Array<number> | undefined
  /** The number of empty blocks that were removed at the front. */
  dropped: number
}

/** A block is 256 consecutive arrivals. */
const blockOf = (arrival: number): number => arrival >>> 8

const addToBlock = <Order extends Resting<Order>>(level: Level<Order>, arrival: number, count: number): void => {
  if (level.blocks !== undefined) {
    const index = blockOf(arrival) - level.dropped
    level.blocks[index] = (level.blocks[index] ?? 0) + count
  }
}

/** Begins a block of arrivals. Removes the empty blocks at the front if they are more than half of `blocks`. */
const beginBlock = <Order extends Resting<Order>>(level: Level<Order>): void => {
  level.blocks ??= [level.count]
  const empty = blockOf(level.first!.arrival) - level.dropped
  if (empty * 2 > level.blocks.length) {
    level.blocks = level.blocks.slice(empty)
    level.dropped += empty
  }
}

/** Counts the contracts of the blocks from `from` to `to`. `to` is exclusive. */
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

interface Queue<Order> {
  block: number
  /** The contracts that match before this block. */
  before: number
  /** The order of this block that `aheadOfEach` visited last. */
  last: Order | undefined
  /** The contracts of this block that match before `last`. */
  within: number
}

class BookSide<Order extends Resting<Order>> {
  readonly #levels = new Map<number, Level<Order>>()
  /** Best price last: removing the best level only shortens the array. */
  readonly #prices: Array<number> = []
  /** 1 for bids, -1 for asks. A better price times this sign is greater. */
  readonly #sign: 1 | -1

  constructor(side: "bid" | "ask") {
    this.#sign = side === "bid" ? 1 : -1
  }

  best(): Level<Order> | undefined {
    const price = this.#prices.at(-1)
    return price === undefined ? undefined : this.#levels.get(price)
  }

  /** Cheaper than {@link best}. */
  get bestPrice(): number | undefined {
    const { length } = this.#prices
    // An index is faster than `at`, and this runs several times per order.
    return length === 0 ? undefined : this.#prices[length - 1]
  }

  /** Whether an order of the other side at this price would trade with the level. */
  reaches(level: Level<Order>, price: number): boolean {
    return (level.price - price) * this.#sign >= 0
  }

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

  /** Removes an order. Only {@link reduce} may change the count of a resting order: it also updates the level. */
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

  /** Reduces an order, which keeps its position in the queue. */
  reduce(order: Order, count: number): void {
    order.remainingCount -= count
    if (order.level !== undefined) {
      order.level.count -= count
      addToBlock(order.level, order.arrival, -count)
    }
  }

  /** The contracts that match before the order: at better prices, and of older orders at its price. */
  ahead(order: Order): number {
    return this.aheadOfEach([order])[0]!
  }

  /** Like {@link ahead}, for several orders. Orders at one price must be in queue order. */
  aheadOfEach(orders: ReadonlyArray<Order>): ReadonlyArray<number> {
    const queues = this.#queuesOf(orders)
    return orders.map((order) => {
      const level = order.level! // the order rests
      const queue = queues.get(level)! // every level of the orders has a queue
      const block = blockOf(order.arrival)
      if (block > queue.block) {
        queue.before += countBlocks(level, queue.block, block)
        queue.block = block
        queue.within = 0
        queue.last = undefined
      }
      // Walk back to `queue.last`, or to the beginning of the block.
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

  /** Makes a queue for each price of the orders. At first, it has counted only the contracts at better prices. */
  #queuesOf(orders: ReadonlyArray<Order>): ReadonlyMap<Level<Order>, Queue<Order>> {
    const queues = new Map<Level<Order>, Queue<Order>>()
    const prices = new Set(orders.map(({ price }) => price))
    let before = 0
    for (let index = this.#prices.length - 1; queues.size < prices.size && index >= 0; index--) {
      const price = this.#prices[index]!
      const level = this.#levels.get(price)! // every listed price has a level
      if (prices.has(price)) {
        queues.set(level, { before, block: 0, last: undefined, within: 0 })
      }
      before += level.count
    }
    return queues
  }

  /** Best price first, and oldest order first at each price. */
  *orders(): Generator<Order> {
    for (const level of this.levels()) {
      for (let order = level.first; order !== undefined; order = order.next) {
        yield order
      }
    }
  }

  /** Best price first. */
  *levels(): Generator<Level<Order>> {
    for (let index = this.#prices.length - 1; index >= 0; index--) {
      yield this.#levels.get(this.#prices[index]!)! // every listed price has a level
    }
  }

  /** The index of the price. If the price has no level, the index at which to insert it. */
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

/** Both sides are in YES prices. */
export class Book<Order extends Resting<Order>> {
  readonly bid = new BookSide<Order>("bid")
  readonly ask = new BookSide<Order>("ask")
}
