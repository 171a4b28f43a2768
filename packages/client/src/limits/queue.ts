/**
 * The calls that wait for the tokens of the same buckets, in the order in which they are served.
 *
 * Adding and removing a call takes constant time, or logarithmic time for a call with a deadline.
 *
 * @module
 */

export interface Waiting {
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /** When the owner of the queue checks the call again, by the monotonic clock. Can be infinite. */
  deadlineMillis: number
  /** Whether the store keeps the call in its own queue, because it did not have the tokens of the call. */
  isInStore: boolean
}

interface Node<W> {
  readonly waiting: W
  previous: Node<W> | undefined
  next: Node<W> | undefined
}

/** A linked list, which a call can leave in constant time. */
class Lane<W> {
  first: Node<W> | undefined
  last: Node<W> | undefined
  cost = 0
  /** The total cost of the calls that are not in the store's queue. */
  costOutsideStore = 0

  append(node: Node<W>): void {
    node.previous = this.last
    if (this.last === undefined) this.first = node
    else this.last.next = node
    this.last = node
  }

  unlink(node: Node<W>): void {
    if (node.previous === undefined) this.first = node.next
    else node.previous.next = node.next
    if (node.next === undefined) this.last = node.previous
    else node.next.previous = node.previous
  }
}

/**
 * A binary heap of deadlines. Calls that have left the queue stay in the heap until they reach its top. If they make up
 * more than half of a large heap, all of them are removed.
 */
class Deadlines<W extends Waiting> {
  #heap: Array<W> = []

  push(waiting: W): void {
    const heap = this.#heap
    let index = heap.push(waiting) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (heap[parent]!.deadlineMillis <= waiting.deadlineMillis) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = waiting
  }

  peek(isQueued: (waiting: W) => boolean): W | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (isQueued(top)) return top
      this.pop()
    }
    return undefined
  }

  compact(size: number, isQueued: (waiting: W) => boolean): void {
    if (this.#heap.length <= 64 || this.#heap.length <= 2 * size) return
    const left = this.#heap.filter(isQueued)
    this.#heap = []
    for (const waiting of left) this.push(waiting)
  }

  pop(): void {
    const heap = this.#heap
    const moved = heap.pop()!
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.deadlineMillis < heap[child]!.deadlineMillis) child++
      if (heap[child]!.deadlineMillis >= moved.deadlineMillis) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = moved
  }
}

/** Serves urgent calls first, and calls of one urgency in the order of their arrival. */
export class WaitingQueue<W extends Waiting> {
  readonly #urgent = new Lane<W>()
  readonly #normal = new Lane<W>()
  readonly #nodes = new Map<W, Node<W>>()
  readonly #deadlines = new Deadlines<W>()
  readonly #isQueued = (waiting: W): boolean => this.#nodes.has(waiting)

  get size(): number {
    return this.#nodes.size
  }

  #laneOf(urgent: boolean): Lane<W> {
    return urgent ? this.#urgent : this.#normal
  }

  has(waiting: W): boolean {
    return this.#nodes.has(waiting)
  }

  enqueue(waiting: W): void {
    const node: Node<W> = { waiting, previous: undefined, next: undefined }
    const lane = this.#laneOf(waiting.urgent)
    lane.append(node)
    lane.cost += waiting.cost
    if (!waiting.isInStore) lane.costOutsideStore += waiting.cost
    this.#nodes.set(waiting, node)
    if (waiting.deadlineMillis !== Number.POSITIVE_INFINITY) this.#deadlines.push(waiting)
  }

  /** Does nothing if the call is not in the queue. */
  remove(waiting: W): void {
    const node = this.#nodes.get(waiting)
    if (node === undefined) return
    this.#nodes.delete(waiting)
    const lane = this.#laneOf(waiting.urgent)
    lane.unlink(node)
    lane.cost -= waiting.cost
    if (!waiting.isInStore) lane.costOutsideStore -= waiting.cost
    this.#deadlines.compact(this.#nodes.size, this.#isQueued)
  }

  /** Records that the store keeps the call in its own queue. The call may have left this queue already. */
  markInStore(waiting: W): void {
    if (!waiting.isInStore && this.has(waiting)) this.#laneOf(waiting.urgent).costOutsideStore -= waiting.cost
    waiting.isInStore = true
  }

  /** Iterates in the order of service. No call may be added or removed during the iteration. */
  *[Symbol.iterator](): Generator<W> {
    for (const lane of [this.#urgent, this.#normal]) {
      for (let node = lane.first; node !== undefined; node = node.next) yield node.waiting
    }
  }

  first(count: number): Array<W> {
    const found: Array<W> = []
    for (const waiting of this) if (found.push(waiting) >= count) break
    return found
  }

  /** The total cost of the calls before this call. Takes linear time. */
  costBefore(waiting: W): number {
    let sum = 0
    for (const other of this) {
      if (other === waiting) break
      sum += other.cost
    }
    return sum
  }

  /** The total cost of the calls that are served before a new call. */
  costAhead(urgent: boolean): number {
    return this.#urgent.cost + (urgent ? 0 : this.#normal.cost)
  }

  /** Like {@link costAhead}, but without the calls in the store's queue. */
  costAheadOutsideStore(urgent: boolean): number {
    return this.#urgent.costOutsideStore + (urgent ? 0 : this.#normal.costOutsideStore)
  }

  nextDeadline(): W | undefined {
    return this.#deadlines.peek(this.#isQueued)
  }

  /** Moves the deadline of `first`, which must be the call with the earliest deadline. */
  postpone(first: W, deadlineMillis: number): void {
    this.#deadlines.pop()
    first.deadlineMillis = deadlineMillis
    this.#deadlines.push(first)
  }
}
