/**
 * Timers, ordered by time and then by insertion.
 *
 * @module
 */

interface Timer<A> {
  readonly atMillis: number
  readonly sequence: number
  readonly value: A
}

/** A binary heap of timers. */
export class Timers<A> {
  readonly #heap: Array<Timer<A>> = []
  #sequence = 0

  add(atMillis: number, value: A): void {
    const timer: Timer<A> = { atMillis, sequence: this.#sequence++, value }
    let index = this.#heap.length
    this.#heap.push(timer)
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (isBefore(this.#heap[parent]!, timer)) {
        break
      }
      this.#heap[index] = this.#heap[parent]!
      index = parent
    }
    this.#heap[index] = timer
  }

  /** When the next timer is due. */
  nextMillis(): number | undefined {
    return this.#heap[0]?.atMillis
  }

  /** Removes and returns the next timer that is due. */
  take(nowMillis: number): Timer<A> | undefined {
    const next = this.#heap[0]
    if (next === undefined || next.atMillis > nowMillis) {
      return undefined
    }
    const moved = this.#heap.pop()!
    if (this.#heap.length > 0) {
      this.#sink(moved)
    }
    return next
  }

  /** All timers, in the order in which they fire. */
  inOrder(): ReadonlyArray<Timer<A>> {
    return [...this.#heap].sort((left, right) => (isBefore(left, right) ? -1 : 1))
  }

  #sink(timer: Timer<A>): void {
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= this.#heap.length) {
        break
      }
      if (child + 1 < this.#heap.length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) {
        child++
      }
      if (isBefore(timer, this.#heap[child]!)) {
        break
      }
      this.#heap[index] = this.#heap[child]!
      index = child
    }
    this.#heap[index] = timer
  }
}

const isBefore = (left: Timer<unknown>, right: Timer<unknown>): boolean =>
  left.atMillis < right.atMillis || (left.atMillis === right.atMillis && left.sequence < right.sequence)
