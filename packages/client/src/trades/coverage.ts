/**
 * Decides in which intervals trades can be missing, although several lines deliver trades.
 *
 * **Details**
 *
 * A live line is _complete_ if every trade that it does not deliver itself was delivered before, or is part of a hole
 * that was reported. The first line that is live is complete. A line that is live again after a loss is _unproven_: it
 * lacks what was sent meanwhile, and another line may be late and still owe it. It is complete as soon as a complete
 * line has delivered a trade that is later, by the exchange's time and by more than twice `disorderMillis`, than the
 * first trade of the unproven line. The complete line has then passed the loss.
 *
 * If the last complete line is lost, what the unproven lines lack can be missing: that is a hole, up to the time when
 * the first of them was live again. That line is complete from then on. Without any live line, the hole ends when the
 * next line is live.
 *
 * So no bound of time decides that a loss is harmless: it is proven, or reported. The bound `lateMillis` only decides that a
 * line which lacks a trade for so long is lost.
 *
 * @module
 */

/** An interval in which trades can be missing, in Unix milliseconds. */
export interface Interval {
  readonly sinceMillis: number
  readonly untilMillis: number
}

/** The options `disorderMillis` and `lateMillis` of a watch. */
export interface Bounds {
  readonly disorderMillis: number
  readonly lateMillis: number
}

/** The status of a line. */
export type LineStatus = "lost" | "unproven" | "complete"

/** How far the clock of this machine can be ahead of the exchange's. The exchange refuses signatures that are a minute off. */
const maxSkewMillis = 60_000

/** What is known of one line. */
class LineCoverage {
  status: LineStatus = "lost"
  /** Since when it is live. */
  liveMillis = 0
  /** The time of the first trade since then, by the exchange. */
  firstMillis: number | undefined
  /** The time of the last trade. */
  lastMillis = Number.NEGATIVE_INFINITY
  /** The time of a trade that it lacks, and the deadline for a trade with this or a later time. */
  lacks: { readonly atMillis: number; readonly dueMillis: number } | undefined
  /** Whether it was lost because it was late. Its next trade makes it live again. */
  isLate = false
}

/** The coverage of several lines. */
export class Coverage {
  readonly #bounds: Bounds
  readonly #lines: ReadonlyArray<LineCoverage>
  /** When the first line was live. Undefined before. */
  #startedMillis: number | undefined
  /** The time of the last trade of any line, by the exchange. */
  #newestMillis = Number.NEGATIVE_INFINITY
  /** The time of the last trade of a complete line, by the exchange. */
  #lastMillis = Number.NEGATIVE_INFINITY

  constructor(count: number, bounds: Bounds) {
    this.#bounds = bounds
    this.#lines = Array.from({ length: count }, () => new LineCoverage())
  }

  statusOf(index: number): LineStatus {
    return this.#lines[index]!.status
  }

  /**
   * A line is live: what is sent from now on arrives on it, unless it is lost again. Returns the hole that this ends, if
   * any.
   */
  live(index: number, nowMillis: number): Interval | undefined {
    const line = this.#lines[index]!
    line.isLate = false
    if (line.status !== "lost") return undefined
    line.status = "unproven"
    line.liveMillis = nowMillis
    line.firstMillis = undefined
    if (this.#lines.some(({ status }) => status === "complete")) return undefined
    return this.#complete(line)
  }

  /**
   * A line lost messages, and delivers no later ones before it is live again. Returns the hole that results, if another
   * line has been live since.
   */
  lost(index: number): Interval | undefined {
    const line = this.#lines[index]!
    const wasComplete = line.status === "complete"
    line.isLate = false
    line.status = "lost"
    line.lacks = undefined
    if (!wasComplete || this.#lines.some(({ status }) => status === "complete")) return undefined
    let first: LineCoverage | undefined
    for (const other of this.#lines) {
      if (other.status === "unproven" && (first === undefined || other.liveMillis < first.liveMillis)) first = other
    }
    return first === undefined ? undefined : this.#complete(first)
  }

  /** A line delivered a trade, repeated or not. Returns the hole that ends if the trade makes a late line live again. */
  trade(index: number, atMillis: number, nowMillis: number): Interval | undefined {
    const line = this.#lines[index]!
    const hole = line.isLate ? this.live(index, nowMillis) : undefined
    if (line.status !== "lost") {
      line.firstMillis ??= atMillis
      line.lastMillis = Math.max(line.lastMillis, atMillis)
      if (line.lacks !== undefined && atMillis >= line.lacks.atMillis) line.lacks = undefined
      if (line.status === "complete") this.#lastMillis = Math.max(this.#lastMillis, atMillis)
      this.#prove()
    }
    this.#newestMillis = Math.max(this.#newestMillis, atMillis)
    const { disorderMillis, lateMillis } = this.#bounds
    for (const other of this.#lines) {
      if (other.status === "complete" && other.lastMillis < this.#newestMillis - disorderMillis) {
        other.lacks ??= { atMillis: this.#newestMillis, dueMillis: nowMillis + lateMillis }
      }
    }
    return hole
  }

  /** When `tick` must be called next. Undefined if nothing will be due. */
  nextMillis(): number | undefined {
    let next: number | undefined
    for (const { lacks } of this.#lines) {
      if (lacks !== undefined && (next === undefined || lacks.dueMillis < next)) next = lacks.dueMillis
    }
    return next
  }

  /** Treats lines that are too late as lost. Returns the holes that result. */
  tick(nowMillis: number): ReadonlyArray<Interval> {
    return this.#lines.flatMap((line, index) => {
      if (line.lacks === undefined || line.lacks.dueMillis > nowMillis) return []
      const hole = this.lost(index)
      line.isLate = true
      return hole === undefined ? [] : [hole]
    })
  }

  /**
   * Completes a line although no line covers what it lacks. Returns what it lacks as a hole, unless no line was live
   * before.
   */
  #complete(line: LineCoverage): Interval | undefined {
    const sinceMillis =
      this.#lastMillis === Number.NEGATIVE_INFINITY
        ? (this.#startedMillis ?? 0) - maxSkewMillis
        : this.#lastMillis - this.#bounds.disorderMillis
    const isFirst = this.#startedMillis === undefined
    this.#startedMillis ??= line.liveMillis
    this.#setComplete(line)
    this.#prove()
    return isFirst ? undefined : { sinceMillis, untilMillis: Math.max(sinceMillis, line.liveMillis) }
  }

  #setComplete(line: LineCoverage): void {
    line.status = "complete"
    this.#lastMillis = Math.max(this.#lastMillis, line.lastMillis)
  }

  /** Completes the lines whose loss a complete line has passed. */
  #prove(): void {
    const { disorderMillis } = this.#bounds
    for (const line of this.#lines) {
      const { firstMillis, status } = line
      if (status !== "unproven" || firstMillis === undefined) continue
      // On each line, the times can be out of order by `disorderMillis`.
      const passedMillis = firstMillis + 2 * disorderMillis
      if (this.#lines.some((other) => other.status === "complete" && other.lastMillis > passedMillis)) {
        this.#setComplete(line)
      }
    }
  }
}
