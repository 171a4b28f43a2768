/**
 * Passes the orders of a live account to searches. A search looks for an order after the response to its placement was
 * lost.
 *
 * @module
 */
import type { PushedOrders, ShownOrder } from "../trading/pushed.ts"
import type { Account } from "./AccountState.ts"
import type { AccountOrder } from "./rows.ts"

const shownOf = (order: AccountOrder): ShownOrder => ({ ...order, subaccount_number: order.subaccount })

export class Pushed implements PushedOrders {
  readonly #known: () => Account
  readonly #watchers = new Map<string, Set<(order: ShownOrder) => void>>()

  constructor(known: () => Account) {
    this.#known = known
  }

  readonly watch: PushedOrders["watch"] = (ids, onOrder) => {
    for (const id of ids) {
      const watchers = this.#watchers.get(id) ?? new Set()
      this.#watchers.set(id, watchers.add(onOrder))
    }
    const { closedOrders, openOrders } = this.#known()
    for (const order of [...openOrders, ...closedOrders]) if (ids.has(order.client_order_id)) onOrder(shownOf(order))
    return () => {
      for (const id of ids) {
        const watchers = this.#watchers.get(id)
        watchers?.delete(onOrder)
        if (watchers?.size === 0) this.#watchers.delete(id)
      }
    }
  }

  onOrder(order: AccountOrder): void {
    const watchers = this.#watchers.get(order.client_order_id)
    if (watchers !== undefined) for (const onOrder of [...watchers]) onOrder(shownOf(order))
  }
}
