/**
 * The order groups of an account, as far as messages of the feed describe them. An order group limits the contracts
 * that its orders fill.
 *
 * @module
 */
import type { OrderGroupUpdates } from "../generated/feed.ts"
import type { Count } from "../money/FixedPoint.ts"
import { isSame } from "./rows.ts"

/** The newest known state of an order group. */
export interface AccountOrderGroup {
  readonly order_group_id: string
  /**
   * `unknown` before a message shows the status, and after messages were lost, because no REST operation returns the
   * status. A deleted group stays `deleted`.
   */
  readonly status: "active" | "triggered" | "deleted" | "unknown"
  /** The limit of the group. Undefined until a message contains the limit. */
  readonly contracts_limit_fp: Count | undefined
  /** The time of the newest message, in Unix milliseconds of the exchange's clock. */
  readonly updatedMillis: number
}

type Status = AccountOrderGroup["status"]

/**
 * `limit_updated` does not change the status: if the new limit triggers the group, the exchange sends a second message.
 */
const statuses: Readonly<Record<string, Status>> = {
  created: "active",
  reset: "active",
  triggered: "triggered",
  deleted: "deleted"
}

export class OrderGroups {
  readonly #maxDeleted: number
  readonly #groups = new Map<string, AccountOrderGroup>()
  /** Oldest deletion first. */
  readonly #deleted = new Map<string, AccountOrderGroup>()

  constructor(maxDeleted: number) {
    this.#maxDeleted = maxDeleted
  }

  all(): ReadonlyArray<AccountOrderGroup> {
    return [...this.#groups.values(), ...this.#deleted.values()]
  }

  /**
   * Applies a message, and returns the changed group. Undefined if the message is repeated, old, or about a deleted
   * group.
   */
  update({ contracts_limit_fp, event_type, order_group_id, ts_ms }: OrderGroupUpdates): AccountOrderGroup | undefined {
    if (this.#deleted.has(order_group_id)) return undefined
    const known = this.#groups.get(order_group_id)
    if (known !== undefined && ts_ms < known.updatedMillis) return undefined
    const group = Object.freeze({
      order_group_id,
      status: statuses[event_type] ?? known?.status ?? "unknown",
      contracts_limit_fp: contracts_limit_fp ?? known?.contracts_limit_fp,
      updatedMillis: ts_ms
    })
    if (known !== undefined && isSame(known, group)) return undefined
    if (group.status === "deleted") this.#delete(group)
    else this.#groups.set(order_group_id, group)
    return group
  }

  /** Makes all statuses unknown, except `deleted`. Returns the changed groups. */
  lost(): ReadonlyArray<AccountOrderGroup> {
    const known = [...this.#groups.values()].filter(({ status }) => status !== "unknown")
    const unknown = known.map((group) => Object.freeze({ ...group, status: "unknown" as const }))
    for (const group of unknown) this.#groups.set(group.order_group_id, group)
    return unknown
  }

  #delete(group: AccountOrderGroup): void {
    this.#groups.delete(group.order_group_id)
    this.#deleted.set(group.order_group_id, group)
    for (const oldest of this.#deleted.keys()) {
      if (this.#deleted.size <= this.#maxDeleted) return
      this.#deleted.delete(oldest)
    }
  }
}
