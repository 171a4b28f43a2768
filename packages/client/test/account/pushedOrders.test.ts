import { assert, describe, it } from "@effect/vitest"
import * as AccountState from "../../src/account/AccountState.ts"
import { Pushed } from "../../src/account/pushedOrders.ts"
import { goLive, userOrder } from "../support/accounts.ts"

const make = () => {
  const state: AccountState.AccountState = AccountState.make({
    nowMillis: 0,
    onChange: (change) => change._tag === "Order" && pushed.onOrder(change.order)
  })
  const pushed: Pushed = new Pushed(() => state.known())
  goLive(state, 0)
  const push = (...row: Parameters<typeof userOrder>) => state.userOrder(userOrder(...row), 2_000)
  /** Watches orders. Returns the orders that were shown, and a function that stops the watching. */
  const watch = (...ids: ReadonlyArray<string>) => {
    const shown: Array<string> = []
    const stop = pushed.watch(new Set(ids.map((id) => `c-${id}`)), ({ fill_count_fp, order_id, subaccount_number }) => {
      shown.push([order_id, fill_count_fp, subaccount_number].join(" "))
    })
    return { shown, stop }
  }
  return { push, watch }
}

describe("Pushed.watch", () => {
  it("shows the known orders with the watched ids, open or closed, then each newer state", () => {
    const { push, watch } = make()
    push({ id: "a", at: 1 })
    push({ id: "b", at: 1, status: "canceled" })
    push({ id: "c", at: 1 })
    const { shown } = watch("a", "b", "d")
    assert.deepStrictEqual(shown.splice(0), ["a 0.00 0", "b 0.00 0"])
    push({ id: "a", at: 2, filled: 1 })
    push({ id: "c", at: 2, filled: 1 })
    push({ id: "d", at: 2 })
    assert.deepStrictEqual(shown, ["a 1.00 0", "d 0.00 0"])
  })

  it("shows an order to all its watchers, until each of them stops", () => {
    const { push, watch } = make()
    const first = watch("a", "b")
    const second = watch("a")
    push({ id: "a", at: 1 })
    first.stop()
    first.stop()
    push({ id: "a", at: 2 })
    push({ id: "b", at: 2 })
    assert.deepStrictEqual([first.shown, second.shown], [["a 0.00 0"], ["a 0.00 0", "a 0.00 0"]])
    second.stop()
    push({ id: "a", at: 3 })
    assert.strictEqual(second.shown.length, 2)
  })
})
