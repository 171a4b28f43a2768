/**
 * Measures how fast `AccountState` applies messages about orders, a list of all orders, a later list without these
 * orders, and a read of each order. Prints microseconds per step.
 */
import * as AccountState from "../src/account/AccountState.ts"
import type { UserOrderMessage } from "../src/generated/feed.ts"
import { orderRow, userOrder } from "../test/support/accounts.ts"

const time = (steps: number, run: () => void): string => {
  const start = performance.now()
  run()
  return `${(((performance.now() - start) * 1_000) / steps).toFixed(2)} µs`
}

const play = (orders: number) => {
  const state = AccountState.make({ nowMillis: 0, maxClosedOrders: orders, maxFills: orders })
  for (const channel of ["user_orders", "fill", "market_positions"] as const) state.subscribed(channel, 0)
  const ids = Array.from({ length: orders }, (_, index) => `order-${index}`)
  const placed = ids.map((id, index) => userOrder({ id, at: 1_000 + index }))
  const filled = ids.map((id, index) => userOrder({ id, at: 200_000 + index, filled: 1 }))
  const texts = placed.map((message) => JSON.stringify(message))
  const rows = ids.map((id, index) => orderRow({ id, at: 200_000 + index, filled: 1 }))
  const apply = (messages: ReadonlyArray<UserOrderMessage>) => () => {
    for (const message of messages) state.userOrder(message, 2_000)
  }
  const list = (found: typeof rows, startedMillis: number) => () =>
    state.ordersPage({ rows: found, startedMillis, isComplete: true }, startedMillis)
  const confirm = () => {
    for (const row of rows) state.orderRead({ ...row, status: "canceled" }, 900_000, 900_000)
  }
  const empty = { rows: [], isComplete: true }
  return {
    orders,
    "JSON.parse": time(orders, () => void texts.map((text): unknown => JSON.parse(text))),
    placed: time(orders, apply(placed)),
    filled: time(orders, apply(filled)),
    repeated: time(orders, apply(filled)),
    listed: time(orders, list(rows, 500_000)),
    read: time(1, () => void state.known()),
    needs: time(1, () => void state.needs(500_000, 4)),
    missing: time(orders, () => {
      state.verify("user_orders", 600_000)
      list([], 700_000)()
    }),
    "needs after missing": time(1, () => void state.needs(800_000, 4)),
    confirmed: time(orders, confirm),
    live: time(1, () => {
      state.fillsPage({ ...empty, startedMillis: 900_000 }, 900_000)
      state.positionsPage(0, { ...empty, startedMillis: 900_000 }, 900_000)
      if (state.status._tag !== "Live" || state.known().openOrders.length > 0)
        throw new Error("the account must be live and have no open order")
    })
  }
}

for (const round of ["cold", "warm"]) {
  console.log(round)
  console.table([1, 1_000, 100_000].map(play))
}
