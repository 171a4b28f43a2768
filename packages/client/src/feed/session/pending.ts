/**
 * The commands of one connection that wait for their reply, matched by id.
 *
 * @module
 */

/**
 * What a command does. `verify` lists the subscriptions, `names` lists the indices or underlyings of a channel,
 * `orphan` ends subscriptions without a user.
 */
export type CommandKind = "subscribe" | "unsubscribe" | "add" | "delete" | "snapshot" | "names" | "verify" | "orphan"

export interface Sent<Slot> {
  readonly id: number
  readonly kind: CommandKind
  /** Undefined for a command about the connection. */
  readonly slot: Slot | undefined
  /** The markets, indices or underlyings of the command. */
  readonly names: ReadonlyArray<string>
  readonly deadlineMillis: number
}

/** The maximum number of overdue commands whose late replies are still matched. */
const maxOverdue = 1_000

export class Pending<Slot> {
  /** In the order of sending. This is also the order of the deadlines, because all commands have the same timeout. */
  readonly #waiting = new Map<number, Sent<Slot>>()
  /** Commands whose deadline passed. A late reply can still change the state. */
  readonly #overdue = new Map<number, Sent<Slot>>()

  add(sent: Sent<Slot>): void {
    this.#waiting.set(sent.id, sent)
  }

  get(id: number | undefined): Sent<Slot> | undefined {
    return id === undefined ? undefined : (this.#waiting.get(id) ?? this.#overdue.get(id))
  }

  settle(id: number): void {
    this.#waiting.delete(id)
    this.#overdue.delete(id)
  }

  nextMillis(): number | undefined {
    for (const { deadlineMillis } of this.#waiting.values()) return deadlineMillis
    return undefined
  }

  expire(nowMillis: number): ReadonlyArray<Sent<Slot>> {
    const expired: Array<Sent<Slot>> = []
    for (const sent of this.#waiting.values()) {
      if (sent.deadlineMillis > nowMillis) break
      expired.push(sent)
    }
    for (const sent of expired) {
      this.#waiting.delete(sent.id)
      this.#overdue.set(sent.id, sent)
      if (this.#overdue.size > maxOverdue) {
        for (const id of this.#overdue.keys()) {
          this.#overdue.delete(id)
          break
        }
      }
    }
    return expired
  }

  clear(): void {
    this.#waiting.clear()
    this.#overdue.clear()
  }

  get size(): number {
    return this.#waiting.size
  }
}
