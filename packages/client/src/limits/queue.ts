/**
 * The calls that wait for the tokens of the same buckets, in the order in which they are served.
 *
 * Every operation takes constant time, or logarithmic time where a deadline is involved, however many calls wait.
 *
 * @module
 */

/** A call in a queue. */
export interface Waiting {
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /** Monotonic time at which the queue's owner looks at the call again; infinite where it never has to. */
  deadlineMillis: number
  /** The store knows this call and keeps its place. */
  isPlaced: boolean
}

interface Node<W> {
  readonly waiting: W
  previous: Node<W> | undefined
  next: Node<W> | undefined
}

/** Calls of one urgency, first come first served: a linked list, so that anyone can leave at no cost. */
class Lane<W> {
  first: Node<W> | undefined
  last: Node<W> | undefined
  cost = 0
  /** Tokens of the calls that the store does not know. */
  unplacedCost = 0

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

/** A binary heap of deadlines. Calls that have left stay in it until they come up, or until most of it has left. */
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

  /** The earliest that is still in the queue. */
  peek(isHere: (waiting: W) => boolean): W | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (isHere(top)) return top
      this.pop()
    }
    return undefined
  }

  /** Forgets those that have left, once they are most of it. */
  compact(size: number, isHere: (waiting: W) => boolean): void {
    if (this.#heap.length <= 64 || this.#heap.length <= 2 * size) return
    const left = this.#heap.filter(isHere)
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

/** A queue: urgent calls first, and calls of one urgency in the order in which they came. */
export class Queue<W extends Waiting> {
  readonly #urgent = new Lane<W>()
  readonly #normal = new Lane<W>()
  readonly #nodes = new Map<W, Node<W>>()
  readonly #deadlines = new Deadlines<W>()
  readonly #isHere = (waiting: W): boolean => this.#nodes.has(waiting)

  get size(): number {
    return this.#nodes.size
  }

  #laneOf(urgent: boolean): Lane<W> {
    return urgent ? this.#urgent : this.#normal
  }

  has(waiting: W): boolean {
    return this.#nodes.has(waiting)
  }

  enter(waiting: W): void {
    const node: Node<W> = { waiting, previous: undefined, next: undefined }
    const lane = this.#laneOf(waiting.urgent)
    lane.append(node)
    lane.cost += waiting.cost
    if (!waiting.isPlaced) lane.unplacedCost += waiting.cost
    this.#nodes.set(waiting, node)
    if (waiting.deadlineMillis !== Number.POSITIVE_INFINITY) this.#deadlines.push(waiting)
  }

  /** Does nothing where the call has left before. */
  leave(waiting: W): void {
    const node = this.#nodes.get(waiting)
    if (node === undefined) return
    this.#nodes.delete(waiting)
    const lane = this.#laneOf(waiting.urgent)
    lane.unlink(node)
    lane.cost -= waiting.cost
    if (!waiting.isPlaced) lane.unplacedCost -= waiting.cost
    this.#deadlines.compact(this.#nodes.size, this.#isHere)
  }

  /** Notes that the store knows this call, also where the call has left. */
  place(waiting: W): void {
    if (!waiting.isPlaced && this.has(waiting)) this.#laneOf(waiting.urgent).unplacedCost -= waiting.cost
    waiting.isPlaced = true
  }

  /** In the order of service. No call may enter or leave meanwhile. */
  *[Symbol.iterator](): Generator<W> {
    for (const lane of [this.#urgent, this.#normal]) {
      for (let node = lane.first; node !== undefined; node = node.next) yield node.waiting
    }
  }

  /** The calls that are served next, `count` at most. */
  first(count: number): Array<W> {
    const found: Array<W> = []
    for (const waiting of this) if (found.push(waiting) >= count) break
    return found
  }

  /** Tokens of all calls that are served before a new one. */
  costAhead(urgent: boolean): number {
    return this.#urgent.cost + (urgent ? 0 : this.#normal.cost)
  }

  /** The same, of the calls alone that the store does not know. */
  unplacedCostAhead(urgent: boolean): number {
    return this.#urgent.unplacedCost + (urgent ? 0 : this.#normal.unplacedCost)
  }

  /** The call whose deadline comes first. */
  nextDeadline(): W | undefined {
    return this.#deadlines.peek(this.#isHere)
  }

  /** Gives the call whose deadline comes first a later one. */
  postpone(first: W, deadlineMillis: number): void {
    this.#deadlines.pop()
    first.deadlineMillis = deadlineMillis
    this.#deadlines.push(first)
  }
}
