import { assert, describe, it } from "@effect/vitest"
import { OrderList, type OrderFilter } from "../../../src/exchange/orders/orderList.ts"
import type { FindBefore } from "../../../src/exchange/pages.ts"
import type { OrderState } from "../../../src/exchange/state.ts"

const here = "KXHERE-1"
const there = "KXTHERE-1"

const placed = (list: OrderList<OrderState>, ticker: string, atMillis: number): OrderState => {
  const order = { ticker, status: "resting", createdMillis: atMillis, updatedMillis: atMillis, listIndex: -1 }
  list.add(order as OrderState) // OrderList reads no other fields of an order
  return order as OrderState
}

const ended = (
  list: OrderList<OrderState>,
  order: OrderState,
  status: "canceled" | "executed",
  atMillis: number
): void => {
  order.status = status
  order.updatedMillis = atMillis
  list.end(order)
}

const everything: OrderFilter = {
  tickers: undefined,
  status: undefined,
  isArchived: false,
  archiveMillis: 0,
  minMillis: -Infinity,
  maxMillis: Infinity
}

/** Returns the indexes of the matching orders, from the newest to the oldest. */
const walk = (list: OrderList<OrderState>, filter: Partial<OrderFilter>): ReadonlyArray<number> => {
  const before: FindBefore = list.before({ ...everything, ...filter })
  const indexes: Array<number> = []
  for (let index = before(list.all.length); index >= 0; index = before(index)) {
    indexes.push(index)
  }
  return indexes
}

/** One order is placed each second. Every hundredth order rests, and the others end after a second. */
const busy = () => {
  const list = new OrderList<OrderState>()
  for (let n = 0; n < 1_000; n++) {
    const order = placed(list, n % 50 === 0 ? there : here, n * 1_000)
    if (n % 100 !== 0) {
      ended(list, order, n % 100 === 7 ? "executed" : "canceled", (n + 1) * 1_000)
    }
  }
  return list
}

const hundreds = (offset: number): ReadonlyArray<number> => Array.from({ length: 10 }, (_, n) => 900 + offset - n * 100)

describe("OrderList", () => {
  it("finds only the orders with a given status", () => {
    const list = busy()
    assert.deepStrictEqual(walk(list, { status: "resting" }), hundreds(0))
    assert.deepStrictEqual(walk(list, { status: "executed" }), hundreds(7))
    assert.deepStrictEqual(walk(list, { status: "lost" }), [])
    assert.strictEqual(walk(list, {}).length, 1_000)
  })

  it("finds only the orders of some markets, newest first, with any status", () => {
    const list = busy()
    assert.deepStrictEqual(
      walk(list, { tickers: [there] }),
      hundreds(50).flatMap((index) => [index, index - 50])
    )
    assert.deepStrictEqual(walk(list, { tickers: [there], status: "canceled" }), hundreds(50))
    assert.deepStrictEqual(walk(list, { tickers: [here], status: "resting" }), [])
    assert.deepStrictEqual(walk(list, { tickers: [here, there, "KXNONE-1", here], status: "executed" }), hundreds(7))
    assert.deepStrictEqual(walk(list, { tickers: [] }), [])
  })

  it("finds only the orders created between two times, both inclusive", () => {
    const list = busy()
    assert.deepStrictEqual(walk(list, { minMillis: 997_000, maxMillis: 998_000 }), [998, 997])
    assert.deepStrictEqual(walk(list, { maxMillis: 1_999 }), [1, 0])
    assert.deepStrictEqual(walk(list, { minMillis: 998_001 }), [999])
    assert.deepStrictEqual(walk(list, { status: "resting", minMillis: 700_000, maxMillis: 850_000 }), [800, 700])
  })

  it("archives only orders that ended before the given time", () => {
    const list = busy()
    const archive = { archiveMillis: 998_000 }
    // Each order up to index 996 ended before `archiveMillis`, or rests.
    assert.deepStrictEqual(walk(list, archive), [999, 998, 997, ...hundreds(0)])
    const archived = walk(list, { ...archive, isArchived: true })
    assert.deepStrictEqual([archived.length, archived[0], archived.at(-1)], [987, 996, 1])
    assert.deepStrictEqual(walk(list, { ...archive, isArchived: true, status: "executed" }), hundreds(7))
    assert.deepStrictEqual(walk(list, { ...archive, status: "canceled" }), [999, 998, 997])
    assert.deepStrictEqual(walk(list, { ...archive, isArchived: true, status: "resting" }), [])
    // An order that ends after `archiveMillis` is not archived.
    ended(list, list.all[500]!, "canceled", 2_000_000)
    assert.deepStrictEqual(walk(list, { ...archive, status: "canceled" }), [999, 998, 997, 500])
    assert.deepStrictEqual(walk(list, { archiveMillis: 2_000_001, status: "canceled" }), [])
    assert.strictEqual(walk(list, { archiveMillis: 2_000_001, isArchived: true, tickers: [there] }).length, 11)
  })

  it("finds the same orders after a restore as before", () => {
    const list = busy()
    const again = new OrderList<OrderState>()
    again.restore(list.all)
    for (const filter of [{ status: "resting" }, { archiveMillis: 500_000, isArchived: true }, { tickers: [there] }]) {
      assert.deepStrictEqual(walk(again, filter), walk(list, filter))
    }
  })
})
