/**
 * Decides in which intervals trades can be missing. Several lines deliver the same trades. A line is a subscription on
 * its own connections.
 *
 * **Details**
 *
 * A live line is _complete_ if every trade that it lacks was delivered by another line, or is part of a reported hole.
 * The first line that is live is complete.
 *
 * A line that is live again after a loss is _unproven_. It lacks the trades that were sent during the loss, and the
 * other lines may be late and may not have delivered them. The unproven line becomes complete when a complete line has
 * passed the loss. A line passes a loss with a trade that is later than the first trade of the unproven line. The
 * difference in the exchange's time must exceed twice `disorderMillis`.
 *
 * If the last complete line is lost, the trades that the unproven lines lack can be missing. This is a hole. It ends at
 * the time when the first of the unproven lines was live again. That line is then complete. If no line is live, the
 * hole ends when a line is live again.
 *
 * So no time limit decides that a loss is harmless. The limit `lateMillis` decides when a line that lacks a trade
 * counts as lost.
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

export type LineStatus = "lost" | "unproven" | "complete"

/**
 * How far this machine's clock can be ahead of the exchange's clock. The exchange refuses signatures that are a minute
 * off.
 */
const maxSkewMillis = 60_000

class LineCoverage {
  status: LineStatus = "lost"
  /** When the line last became live, by this machine's clock. */
  liveMillis = 0
  /** The exchange's time of the first trade since `liveMillis`. */
  firstMillis: number | undefined
  /** The exchange's time of the line's last trade. */
  lastMillis = Number.NEGATIVE_INFINITY
  /**
   * `atMillis` is the time of a trade that the line lacks. `dueMillis` is the deadline for a trade with this or a later
   * time.
   */
  lacks: { readonly atMillis: number; readonly dueMillis: number } | undefined
  /** Whether lateness was the cause of the line's last loss. Then the line's next trade makes it live again. */
  isLate = false
}

export class Coverage {
  readonly #bounds: Bounds
  readonly #lines: ReadonlyArray<LineCoverage>
  /** When the first line became live. */
  #startedMillis: number | undefined
  /** The exchange's time of the last trade of any line. */
  #newestMillis = Number.NEGATIVE_INFINITY
  /** The exchange's time of the last trade of a complete line. */
  #lastMillis = Number.NEGATIVE_INFINITY

  constructor(count: number, bounds: Bounds) {
    this.#bounds = bounds
    this.#lines = Array.from({ length: count }, () => new LineCoverage())
  }

  statusOf(index: number): LineStatus {
    return this.#lines[index]!.status
  }

  /** Marks a line as live: it receives the trades that are sent from now on. Returns the hole that ends now. */
  live(index: number, nowMillis: number): Interval | undefined {
    const line = this.#lines[index]!
    if (line.status !== "lost") return undefined
    line.status = "unproven"
    line.liveMillis = nowMillis
    line.firstMillis = undefined
    if (this.#lines.some(({ status }) => status === "complete")) return undefined
    return this.#complete(line)
  }

  /** Marks a line as lost. Returns a hole if no complete line is left, but an unproven line is live. */
  lost(index: number): Interval | undefined {
    const line = this.#lines[index]!
    line.isLate = false
    line.status = "lost"
    line.lacks = undefined
    if (this.#lines.some(({ status }) => status === "complete")) return undefined
    let first: LineCoverage | undefined
    for (const other of this.#lines) {
      if (other.status === "unproven" && (first === undefined || other.liveMillis < first.liveMillis)) first = other
    }
    return first === undefined ? undefined : this.#complete(first)
  }

  /**
   * Records a trade of a line, even if another line delivered it before. If the trade makes a late line live again,
   * returns the hole that ends.
   */
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

  nextMillis(): number | undefined {
    let next: number | undefined
    for (const { lacks } of this.#lines) {
      if (lacks !== undefined && (next === undefined || lacks.dueMillis < next)) next = lacks.dueMillis
    }
    return next
  }

  /** Marks each line that is too late as lost. Returns the holes that result. */
  tick(nowMillis: number): ReadonlyArray<Interval> {
    return this.#lines.flatMap((line, index) => {
      if (line.lacks === undefined || line.lacks.dueMillis > nowMillis) return []
      const hole = this.lost(index)
      line.isLate = true
      return hole === undefined ? [] : [hole]
    })
  }

  /**
   * Makes a line complete, although no other line covers the trades that it lacks. Returns the interval of these trades
   * as a hole.
   */
  #complete(line: LineCoverage): Interval | undefined {
    const isFirst = this.#startedMillis === undefined
    this.#startedMillis ??= line.liveMillis
    const sinceMillis =
      this.#lastMillis === Number.NEGATIVE_INFINITY
        ? this.#startedMillis - maxSkewMillis
        : this.#lastMillis - this.#bounds.disorderMillis
    this.#setComplete(line)
    this.#prove()
    return isFirst ? undefined : { sinceMillis, untilMillis: Math.max(sinceMillis, line.liveMillis) }
  }

  #setComplete(line: LineCoverage): void {
    line.status = "complete"
    this.#lastMillis = Math.max(this.#lastMillis, line.lastMillis)
  }

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
