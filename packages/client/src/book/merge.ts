/**
 * Merges the books of several lines into one order book. A line is a subscription on its own connection. All lines
 * carry the same market.
 *
 * **Details**
 *
 * Each line has its own complete {@link OrderBook}, as its `seq` proves. Readers see the book of the line that is
 * furthest ahead. So a book never combines data of two lines, and no change is applied twice.
 *
 * **Places.** A place is a point in the sequence of a market's changes. The exchange sends every change with the value
 * of its clock. All lines send the deltas of one clock value in the same sequence, and before any delta with a higher
 * clock. A snapshot contains all changes up to its clock, and later deltas have higher clocks. So the place of a
 * complete line consists of its clock and the number of its deltas with that clock. After a snapshot, this number is
 * infinity. A complete line that is behind delivers every change that it lacks, so it reaches the place of the line
 * that is ahead.
 *
 * **Changing lines.** Readers change to another line only if that line has reached the last place that readers saw. The
 * furthest line can be lost while the other lines are complete but late. Then readers see the last book of the lost
 * line until another line has caught up. If that book was a snapshot, another line can reach the same clock by deltas.
 * More deltas with this clock can follow. So the other line counts as late until its clock rises. If both books have
 * the same levels, the late line has no deadline. If the lost line's own book was wrong (`negative`, `crossed`),
 * readers see no book until another line has caught up.
 *
 * **Restarts of the clock.** The clock can go down during maintenance. Each line has an epoch. Places are compared by
 * their epochs first, then by their clocks. A line begins a new epoch if its own clock goes down. It also begins a new
 * epoch if its snapshot is older than a place that readers had seen when the snapshot was requested. Only a restart
 * explains such a snapshot. Any other snapshot belongs to the epoch that readers had seen, or to a later epoch. Lines
 * of an older epoch need a new snapshot to prove their epoch.
 *
 * **Limitations.** In two cases, a line of the old epoch can count as a line of the new epoch. In the first case, the
 * restarted clock passes its old value before any line shows that the clock went down. In the second case, the clock
 * restarts twice while a message is in transit. The book of that line is still complete, but can be older than the
 * previous book. This state does not last, because a late line that does not catch up in `catchUpMillis` starts a new
 * epoch. If the exchange sends no clock, readers stay with one line until it is lost.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "../generated/feed.ts"
import { Book, type Reading } from "./Book.ts"
import { BookNotLive, type Loss, type Options, OrderBook, type State } from "./OrderBook.ts"

export interface MergeOptions extends Options {
  /**
   * How long readers see the book of a lost line while no other line has caught up with it. After that, readers see the
   * other line that is furthest ahead, with a higher `epoch`. Default: 1,000.
   */
  readonly catchUpMillis?: number | undefined
}

interface Place {
  readonly epoch: number
  /** NaN if the exchange sends no clock. Then neither of two places is after the other. */
  readonly clock: number
  readonly index: number
}

const isAfter = (self: Place, that: Place): boolean =>
  self.epoch > that.epoch ||
  (self.epoch === that.epoch && (self.clock > that.clock || (self.clock === that.clock && self.index > that.index)))

const copyOf = (place: Place | undefined): Place | undefined =>
  place === undefined ? undefined : { epoch: place.epoch, clock: place.clock, index: place.index }

const isEqual = (self: Reading | undefined, that: Reading): boolean =>
  self !== undefined && self.clock === that.clock && self.bids.equals(that.bids) && self.asks.equals(that.asks)

class Line implements Place {
  readonly book: OrderBook
  /** A place that readers had seen before this line's next snapshot was requested. */
  floor: Place | undefined
  /** The id of the last `get_snapshot`, and what readers had seen when it was sent. */
  request: { readonly id: number; readonly seen: Place | undefined } | undefined
  /** The epoch of the merged book in which the clock of this line was first known. */
  #firstEpoch = 0

  constructor(book: OrderBook, seen: Place | undefined) {
    this.book = book
    this.floor = seen
  }

  get epoch(): number {
    return this.#firstEpoch + this.book.epoch
  }

  set epoch(epoch: number) {
    this.#firstEpoch = epoch - this.book.epoch
  }

  get clock(): number {
    return this.book.clock
  }

  get index(): number {
    return this.book.index
  }
}

/** What readers see after the line that they followed was lost, while the other lines are complete but late. */
interface Held {
  /** Infinity while the furthest line has the clock and the levels of the book that readers see. */
  untilMillis: number
  /** Undefined if no book is readable until a line has caught up. */
  readonly reading: Reading | undefined
}

/**
 * The order book of one market on any number of lines. Each line has a number that is never used again.
 *
 * **Details**
 *
 * `open` a line when its subscription is requested, and `close` it when the subscription or its connection ends. With
 * one line, a merged book behaves like an {@link OrderBook}.
 */
export class MergedBook {
  readonly market_ticker: string
  readonly #options: MergeOptions
  readonly #catchUpMillis: number
  readonly #lines = new Map<number, Line>()
  /** The line whose book readers see. After each call of a method, this book is live. */
  #leader: Line | undefined
  /** The last place that readers could see. */
  #seen: { epoch: number; clock: number; index: number } | undefined
  #held: Held | undefined
  #state: State
  #version = 0
  /** The version of the leader's book that readers can see. */
  #leaderVersion = 0
  #ignored = 0

  constructor(market_ticker: string, options: MergeOptions) {
    this.market_ticker = market_ticker
    this.#options = options
    this.#catchUpMillis = options.catchUpMillis ?? 1_000
    this.#state = { _tag: "AwaitingSnapshot", sinceMillis: options.nowMillis }
  }

  get state(): State {
    return this.#state
  }

  get version(): number {
    return this.#version
  }

  get ignored(): number {
    return this.#ignored
  }

  lines(): ReadonlyMap<number, State> {
    return new Map([...this.#lines].map(([line, { book }]) => [line, book.state]))
  }

  read(nowMillis: number): Result.Result<Book, BookNotLive> {
    this.tick(nowMillis)
    return this.current(nowMillis)
  }

  /** Like `current` of {@link OrderBook}, this does not call `tick`. */
  current(nowMillis: number): Result.Result<Book, BookNotLive> {
    if (this.#state._tag !== "Live") {
      return Result.fail(new BookNotLive({ market_ticker: this.market_ticker, state: this.#state }))
    }
    // In the state `Live`, there is a leader or a held reading, and `#seen` is set.
    const reading = this.#leader?.book.reading() ?? this.#held!.reading!
    return Result.succeed(new Book(this.market_ticker, reading, this.#seen!.epoch, nowMillis))
  }

  open(line: number, nowMillis: number): void {
    const book = new OrderBook(this.market_ticker, { ...this.#options, nowMillis })
    this.#lines.set(line, new Line(book, copyOf(this.#seen)))
  }

  close(line: number, loss: Loss, nowMillis: number): void {
    const closed = this.#lines.get(line)
    if (closed === undefined) return
    this.#lines.delete(line)
    closed.book.lost(loss, nowMillis)
    this.#settle(closed, nowMillis)
  }

  snapshot(line: number, message: OrderbookSnapshotMessage, receivedMillis: number): void {
    const found = this.#lines.get(line)
    if (found === undefined) return void this.#ignored++
    if (found.request !== undefined && message.id === found.request.id) found.floor = found.request.seen
    found.book.snapshot(message, receivedMillis)
    const { floor } = found
    if (floor !== undefined) {
      if (found.epoch < floor.epoch) found.epoch = floor.epoch
      if (found.epoch === floor.epoch && (message.msg.clock ?? floor.clock) < floor.clock) found.epoch++
    }
    this.#settle(found, receivedMillis)
    if (this.#seen !== undefined && found.epoch < this.#seen.epoch) found.book.refresh()
  }

  delta(line: number, message: OrderbookDeltaMessage, receivedMillis: number): void {
    const found = this.#lines.get(line)
    if (found === undefined) return void this.#ignored++
    found.book.delta(message, receivedMillis)
    this.#settle(found, receivedMillis)
  }

  lost(line: number, loss: Loss, sinceMillis: number): void {
    const found = this.#lines.get(line)
    if (found === undefined) return
    found.book.lost(loss, sinceMillis)
    this.#settle(found, sinceMillis)
  }

  /** Returns the lines on which `get_snapshot` must be sent now. Report each command with `requested`. */
  requests(nowMillis: number): ReadonlyArray<number> {
    return [...this.#lines].filter(([, { book }]) => book.needsSnapshot(nowMillis)).map(([line]) => line)
  }

  requested(line: number, id: number, nowMillis: number): void {
    this.sent(line, id)
    this.requesting(line, nowMillis)
  }

  /**
   * Records that `get_snapshot` will be sent on a line, or that the line already waits for a snapshot. Report the id of
   * the command with `sent`.
   */
  requesting(line: number, nowMillis: number): void {
    this.#lines.get(line)?.book.requested(nowMillis)
  }

  /** Records that `get_snapshot` was sent on a line with this id, even if this book did not request it. */
  sent(line: number, id: number): void {
    const found = this.#lines.get(line)
    if (found !== undefined) found.request = { id, seen: copyOf(this.#seen) }
  }

  /** Records that a command is being sent to which the exchange replies with the first snapshot of the line. */
  subscribing(line: number): void {
    const found = this.#lines.get(line)
    if (found?.book.state._tag === "AwaitingSnapshot") found.floor = copyOf(this.#seen)
  }

  /** When `tick` and `requests` must be called next. Undefined if nothing is due. */
  nextMillis(): number | undefined {
    let next = this.#held?.untilMillis ?? Number.POSITIVE_INFINITY
    for (const { book } of this.#lines.values()) next = Math.min(next, book.nextMillis() ?? next)
    return next === Number.POSITIVE_INFINITY ? undefined : next
  }

  tick(nowMillis: number): void {
    for (const line of this.#lines.values()) {
      line.book.tick(nowMillis)
      this.#settle(line, nowMillis)
    }
  }

  #settle(line: Line, nowMillis: number): void {
    const leader = this.#leader
    if (leader === undefined || !leader.book.isLive) this.#replaceLeader(line, nowMillis)
    else if (line === leader || (line.book.isLive && isAfter(line, leader))) this.#follow(line, nowMillis)
  }

  #replaceLeader(changed: Line, nowMillis: number): void {
    let furthest: Line | undefined
    for (const line of this.#lines.values()) {
      if (line.book.isLive && (furthest === undefined || isAfter(line, furthest))) furthest = line
    }
    if (furthest === undefined) return this.#interrupt(changed, nowMillis)
    if (this.#seen === undefined || !isAfter(this.#seen, furthest)) return this.#follow(furthest, nowMillis)
    const held = (this.#held ??= this.#hold(nowMillis))
    this.#leader = undefined
    const isSame = furthest.epoch === this.#seen.epoch && isEqual(held.reading, furthest.book.reading())
    held.untilMillis = isSame ? Number.POSITIVE_INFINITY : Math.min(held.untilMillis, nowMillis + this.#catchUpMillis)
    if (held.untilMillis > nowMillis) return
    furthest.epoch = this.#seen.epoch + 1
    this.#follow(furthest, nowMillis)
  }

  /** Keeps the last book of the leader readable, unless its loss shows that this book was wrong. */
  #hold(nowMillis: number): Held {
    const state = this.#leader?.book.state
    if (state?._tag === "Healing" && (state.loss.cause === "negative" || state.loss.cause === "crossed")) {
      this.#endLive(state.loss, nowMillis)
      return { untilMillis: Number.POSITIVE_INFINITY, reading: undefined }
    }
    return { untilMillis: Number.POSITIVE_INFINITY, reading: this.#leader?.book.reading() }
  }

  #follow(line: Line, nowMillis: number): void {
    const { book } = line
    const { clock, epoch, index } = line
    if (this.#state._tag !== "Live") this.#state = { _tag: "Live", sinceMillis: nowMillis }
    if (line !== this.#leader || book.version !== this.#leaderVersion) this.#version++
    this.#leader = line
    this.#leaderVersion = book.version
    this.#held = undefined
    if (this.#seen === undefined) {
      this.#seen = { epoch, clock, index }
      return
    }
    const isNewEpoch = epoch > this.#seen.epoch
    this.#seen.epoch = epoch
    this.#seen.clock = clock
    this.#seen.index = index
    if (!isNewEpoch) return
    for (const other of this.#lines.values()) {
      if (other.book.isLive && other.epoch < epoch) other.book.refresh()
    }
  }

  #interrupt({ book: { state } }: Line, nowMillis: number): void {
    this.#leader = undefined
    this.#held = undefined
    if (state._tag !== "Healing") return
    if (this.#state._tag === "Live") this.#endLive(state.loss, nowMillis)
    else if (this.#state._tag === "AwaitingSnapshot") {
      this.#state = { ...state, sinceMillis: this.#state.sinceMillis }
    }
  }

  #endLive(loss: Loss, nowMillis: number): void {
    this.#state = { _tag: "Healing", sinceMillis: nowMillis, loss }
    this.#version++
  }
}
