/**
 * The orders of an account, each in its newest known state.
 *
 * @module
 */
import * as FixedPoint from "../money/FixedPoint.ts"
import { Read } from "./reads.ts"
import { type AccountOrder, isSame } from "./rows.ts"

export type Origin =
  | { readonly _tag: "Push"; readonly receivedMillis: number }
  | { readonly _tag: "Read"; readonly startedMillis: number; readonly receivedMillis: number }

interface Entry {
  order: AccountOrder
  pushedMillis: number
  /** The latest start of a read that showed the order. */
  readMillis: number
  /** The read by id that must confirm the order, because the order may be closed. */
  doubt: Read | undefined
}

const isClosed = ({ status }: AccountOrder): boolean => status === "canceled" || status === "executed"

/**
 * Positive if `next` is later, negative if it is earlier. If the update times do not decide, a closed order does not
 * open again, and an order does not lose fills.
 */
const compareStates = (order: AccountOrder, next: AccountOrder): number => {
  const [before, after] = [order.updatedMillis, next.updatedMillis]
  if (before !== undefined && after !== undefined && before !== after) return after - before
  if (isClosed(order) !== isClosed(next)) return isClosed(next) ? 1 : -1
  return FixedPoint.compare(next.fill_count_fp, order.fill_count_fp)
}

const dueMillisOf = (doubt: Read | undefined): number => doubt?.dueMillis() ?? Number.POSITIVE_INFINITY

export class Orders {
  readonly #lagMillis: number
  readonly #timeoutMillis: number
  readonly #maxClosed: number
  readonly #open = new Map<string, Entry>()
  /** The unconfirmed orders (open orders that may be closed) whose read has not begun yet. The first is due first. */
  readonly #unread = new Map<string, Entry>()
  /** The unconfirmed orders whose read has begun, but has no result yet. The first is due first. */
  readonly #unanswered = new Map<string, Entry>()
  /** The first is forgotten first. */
  readonly #closed = new Map<string, Entry>()
  /**
   * The latest update time of the orders that are no longer kept. An unknown order that is not newer may be one of
   * them.
   */
  #forgottenMillis: number | undefined
  /** When the read of the last complete list began. */
  #completeMillis = Number.NEGATIVE_INFINITY

  constructor(lagMillis: number, timeoutMillis: number, maxClosed: number) {
    this.#lagMillis = lagMillis
    this.#timeoutMillis = timeoutMillis
    this.#maxClosed = maxClosed
  }

  open(): ReadonlyArray<AccountOrder> {
    return Array.from(this.#open.values(), ({ order }) => order)
  }

  closed(): ReadonlyArray<AccountOrder> {
    return Array.from(this.#closed.values(), ({ order }) => order)
  }

  doubted(): ReadonlySet<string> {
    return new Set([...this.#unread.keys(), ...this.#unanswered.keys()])
  }

  due(nowMillis: number, max: number): ReadonlyArray<readonly [AccountOrder, Read]> {
    const found: Array<readonly [AccountOrder, Read]> = []
    for (const entries of [this.#unanswered, this.#unread]) {
      for (const { doubt, order } of entries.values()) {
        if (found.length >= max || dueMillisOf(doubt) > nowMillis) break
        if (doubt !== undefined) found.push([order, doubt])
      }
    }
    return found
  }

  /** When the next read of an order is due. Infinity if no order needs a read. */
  nextMillis(): number {
    const [unread] = this.#unread.values()
    const [unanswered] = this.#unanswered.values()
    return Math.min(dueMillisOf(unread?.doubt), dueMillisOf(unanswered?.doubt))
  }

  isDoubted(order_id: string): boolean {
    return this.#unread.has(order_id) || this.#unanswered.has(order_id)
  }

  get(order_id: string): AccountOrder | undefined {
    return (this.#open.get(order_id) ?? this.#closed.get(order_id))?.order
  }

  /** Merges a state of an order. Returns whether anything changed. */
  merge(next: AccountOrder, origin: Origin): boolean {
    const known = this.#open.get(next.order_id) ?? this.#closed.get(next.order_id)
    if (known === undefined) return this.#insert(next, origin)
    const isSettled = this.#settles(known, next, origin)
    // A state that confirms an order replaces the status `unknown`.
    const isTaken = this.#supersedes(known, next, origin) || (isSettled && known.order.status === "unknown")
    if (origin._tag === "Push" && isTaken) known.pushedMillis = origin.receivedMillis
    if (origin._tag === "Read") known.readMillis = Math.max(known.readMillis, origin.startedMillis)
    if (isSettled) this.#settle(known)
    const isNew = isTaken && !isSame(known.order, next)
    if (isNew) {
      known.order = next
      // A read that began before this message does not confirm the order.
      if (next.status === "unknown") this.#doubt(known, origin.receivedMillis)
      this.#place(known)
    }
    return isNew || isSettled
  }

  /**
   * `seen` contains the ids in a complete list of resting orders. Returns the orders that became unconfirmed: a read by
   * id must confirm them.
   */
  complete(seen: ReadonlySet<string>, startedMillis: number, receivedMillis: number): ReadonlyArray<AccountOrder> {
    const missing: Array<AccountOrder> = []
    this.#completeMillis = startedMillis
    for (const [id, entry] of this.#open) {
      if (seen.has(id) || entry.doubt !== undefined) continue
      // The read may have begun too early to contain the order.
      if (entry.pushedMillis + this.#lagMillis > startedMillis || entry.readMillis > startedMillis) continue
      this.#doubt(entry, receivedMillis)
      missing.push(entry.order)
    }
    return missing
  }

  /**
   * Removes an unconfirmed order, and returns it. Undefined for other orders, or if the read began too early to count.
   */
  notFound(order_id: string, startedMillis: number): AccountOrder | undefined {
    const entry = this.#open.get(order_id)
    if (entry?.doubt === undefined || !entry.doubt.counts(startedMillis)) return undefined
    this.#open.delete(order_id)
    this.#settle(entry)
    this.#forget(entry)
    return entry.order
  }

  requested(order_id: string, nowMillis: number): void {
    const entry = this.#open.get(order_id)
    if (entry?.doubt === undefined) return
    entry.doubt.requested(nowMillis)
    this.#unread.delete(order_id)
    this.#unanswered.delete(order_id)
    this.#unanswered.set(order_id, entry)
  }

  #insert(order: AccountOrder, origin: Origin): boolean {
    const mayBeForgotten =
      this.#forgottenMillis !== undefined && (order.updatedMillis ?? Number.NEGATIVE_INFINITY) <= this.#forgottenMillis
    if (mayBeForgotten && isClosed(order)) return false
    const entry: Entry = {
      order,
      pushedMillis: origin._tag === "Push" ? origin.receivedMillis : Number.NEGATIVE_INFINITY,
      readMillis: origin._tag === "Read" ? origin.startedMillis : Number.NEGATIVE_INFINITY,
      doubt: undefined
    }
    // A complete list whose read did not begin before this read did not contain the order.
    const isLate = origin._tag === "Read" && origin.startedMillis <= this.#completeMillis
    if (mayBeForgotten || isLate || order.status === "unknown") this.#doubt(entry, origin.receivedMillis)
    this.#place(entry)
    return true
  }

  /** Whether `next` replaces the known state of the order. */
  #supersedes({ order, pushedMillis, readMillis }: Entry, next: AccountOrder, origin: Origin): boolean {
    const later = compareStates(order, next)
    if (later !== 0) return later > 0
    if (origin._tag === "Push") return true
    return origin.startedMillis >= pushedMillis + this.#lagMillis && origin.startedMillis >= readMillis
  }

  /** Whether `next` confirms an unconfirmed order as open. An earlier state confirms nothing. */
  #settles({ doubt, order }: Entry, next: AccountOrder, origin: Origin): boolean {
    if (doubt === undefined || next.status === "unknown") return false
    const later = compareStates(order, next)
    if (later < 0) return false
    if (origin._tag === "Read") return doubt.counts(origin.startedMillis)
    return later > 0 || order.updatedMillis === undefined || next.updatedMillis === undefined
  }

  /** Requires a read of the order that begins at least `lagMillis` from now. It replaces an earlier requirement. */
  #doubt(entry: Entry, nowMillis: number): void {
    this.#settle(entry)
    // The same wait for each repetition keeps the orders sorted by the time at which they are due.
    entry.doubt = new Read(this.#timeoutMillis, nowMillis + this.#lagMillis, 1)
    this.#unread.set(entry.order.order_id, entry)
  }

  #settle(entry: Entry): void {
    entry.doubt = undefined
    this.#unread.delete(entry.order.order_id)
    this.#unanswered.delete(entry.order.order_id)
  }

  #place(entry: Entry): void {
    const id = entry.order.order_id
    if (!isClosed(entry.order)) {
      this.#closed.delete(id)
      this.#open.set(id, entry)
      return
    }
    this.#open.delete(id)
    this.#settle(entry)
    this.#closed.set(id, entry)
    for (const [oldestId, oldest] of this.#closed) {
      if (this.#closed.size <= this.#maxClosed) return
      this.#closed.delete(oldestId)
      this.#forget(oldest)
    }
  }

  #forget({ order }: Entry): void {
    this.#forgottenMillis = Math.max(
      this.#forgottenMillis ?? Number.NEGATIVE_INFINITY,
      order.updatedMillis ?? Number.POSITIVE_INFINITY
    )
  }
}
