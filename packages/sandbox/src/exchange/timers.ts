/**
 * Timers, ordered by time and then by insertion.
 *
 * @module
 */

interface Timer<A> {
  readonly atMillis: number
  readonly sequence: number
  readonly value: A
  readonly key: string | undefined
  index: number
}

/** A binary heap. */
export class Timers<A> {
  readonly #heap: Array<Timer<A>> = []
  readonly #byKey = new Map<string, Timer<A>>()
  #sequence = 0

  /** A timer with a key replaces the timer with the same key. */
  add(atMillis: number, value: A, key?: string): void {
    const timer: Timer<A> = { atMillis, sequence: this.#sequence++, value, key, index: -1 }
    if (key !== undefined) {
      this.delete(key)
      this.#byKey.set(key, timer)
    }
    this.#rise(timer, this.#heap.length)
  }

  delete(key: string): void {
    const timer = this.#byKey.get(key)
    if (timer !== undefined) {
      this.#remove(timer)
    }
  }

  nextMillis(): number | undefined {
    return this.#heap[0]?.atMillis
  }

  take(nowMillis: number): Timer<A> | undefined {
    const next = this.#heap[0]
    if (next === undefined || next.atMillis > nowMillis) {
      return undefined
    }
    this.#remove(next)
    return next
  }

  /** The values of all timers, in no particular sequence. */
  *values(): IterableIterator<A> {
    for (const { value } of this.#heap) {
      yield value
    }
  }

  /** All timers, in the sequence in which they fire. */
  inOrder(): ReadonlyArray<Timer<A>> {
    return [...this.#heap].sort((left, right) => (isBefore(left, right) ? -1 : 1))
  }

  #remove(timer: Timer<A>): void {
    if (timer.key !== undefined) {
      this.#byKey.delete(timer.key)
    }
    const last = this.#heap.pop()!
    if (last !== timer) {
      this.#sink(last, timer.index)
      this.#rise(last, last.index)
    }
  }

  #place(timer: Timer<A>, index: number): void {
    this.#heap[index] = timer
    timer.index = index
  }

  /** Moves a timer up from an index, until no later timer is above it. */
  #rise(timer: Timer<A>, from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (isBefore(this.#heap[parent]!, timer)) {
        break
      }
      this.#place(this.#heap[parent]!, index)
      index = parent
    }
    this.#place(timer, index)
  }

  /** Moves a timer down from an index, until no earlier timer is below it. */
  #sink(timer: Timer<A>, from: number): void {
    let index = from
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
      this.#place(this.#heap[child]!, index)
      index = child
    }
    this.#place(timer, index)
  }
}

const isBefore = (left: Timer<unknown>, right: Timer<unknown>): boolean =>
  left.atMillis < right.atMillis || (left.atMillis === right.atMillis && left.sequence < right.sequence)
