import { assert, describe, it } from "@effect/vitest"
import { Orders } from "../../src/account/orders.ts"
import { orderOfFeed, orderOfRest } from "../../src/account/rows.ts"
import { type OrderRow, orderRow, userOrder } from "../support/accounts.ts"

const lagMillis = 1_000
const timeoutMillis = 10_000

/** The orders of an account. The methods `push` and `read` return whether anything changed. */
const make = (maxClosed = 10) => {
  const orders = new Orders(lagMillis, timeoutMillis, maxClosed)
  return {
    orders,
    push: (row: OrderRow, receivedMillis: number) =>
      orders.merge(orderOfFeed(userOrder(row).msg), { _tag: "Push", receivedMillis }),
    read: (row: OrderRow, startedMillis: number, receivedMillis = startedMillis) =>
      orders.merge(orderOfRest(orderRow(row)), { _tag: "Read", startedMillis, receivedMillis }),
    /** Applies a complete list without orders. Returns the ids of the missing orders. */
    empty: (startedMillis: number, receivedMillis = startedMillis) =>
      orders.complete(new Set(), startedMillis, receivedMillis).map(({ order_id }) => order_id),
    open: () => orders.open().map(({ order_id, status }) => `${order_id} ${status}`),
    closed: () => orders.closed().map(({ order_id, status }) => `${order_id} ${status}`),
    price: () =>
      orders
        .open()
        .map(({ yes_price_dollars }) => yes_price_dollars)
        .join(" "),
    unconfirmed: () => [...orders.doubted()],
    due: (nowMillis: number, max = 10) => orders.due(nowMillis, max).map(([{ order_id }]) => order_id)
  }
}

/**
 * Makes unconfirmed orders: a list that arrived at 5,000 ms did not contain them. A read that begins at 6,000 ms or
 * later confirms them.
 */
const missing = (...ids: ReadonlyArray<string>) => {
  const made = make()
  for (const id of ids) made.push({ id, at: 2_000 }, 2_000)
  assert.deepStrictEqual(made.empty(4_000, 5_000), ids)
  return made
}

describe("Orders.merge", () => {
  it("reports whether anything changed", () => {
    const { orders, push } = make()
    assert.isTrue(push({ id: "a", at: 2_000 }, 2_000))
    assert.isFalse(push({ id: "a", at: 2_000 }, 2_001))
    assert.isTrue(push({ id: "a", at: 2_000, filled: 1 }, 2_002))
    assert.isUndefined(orders.get("b"))
    assert.strictEqual(orders.get("a")?.fill_count_fp, "1.00")
  })

  for (const at of [
    { known: undefined, next: 1_000 },
    { known: 1_000, next: undefined },
    { known: undefined, next: undefined }
  ]) {
    it(`keeps the message that arrived last if the update times are ${at.known} and ${at.next}`, () => {
      const { price, push } = make()
      push({ id: "a", price: "0.45", at: at.known }, 2_000)
      assert.isTrue(push({ id: "a", price: "0.46", at: at.next }, 2_001))
      assert.strictEqual(price(), "0.46")
    })

    it(`keeps the fills of an order if the update times are ${at.known} and ${at.next}`, () => {
      const { orders, push } = make()
      push({ id: "a", filled: 2, at: at.known }, 2_000)
      assert.isFalse(push({ id: "a", filled: 1, at: at.next }, 2_001))
      assert.strictEqual(orders.get("a")?.fill_count_fp, "2.00")
    })
  }

  it("keeps the last message if a read without an update time began less than `lagMillis` after the message", () => {
    const { price, push, read } = make()
    push({ id: "a", price: "0.45" }, 2_000)
    push({ id: "a", price: "0.46" }, 5_000)
    assert.isFalse(read({ id: "a", price: "0.45" }, 5_999))
    assert.isTrue(read({ id: "a", price: "0.47" }, 6_000))
    assert.strictEqual(price(), "0.47")
  })

  it("applies a read that began less than `lagMillis` after a message that was ignored", () => {
    const { price, push, read } = make()
    push({ id: "a", price: "0.45", at: 2_000 }, 2_000)
    push({ id: "a", price: "0.44", at: 1_000 }, 5_000)
    read({ id: "a", price: "0.46", at: 2_000 }, 5_500)
    assert.strictEqual(price(), "0.46")
  })

  it("keeps the read that began last if the update times are equal", () => {
    const { price, read } = make()
    read({ id: "a", price: "0.45", at: 1_000 }, 4_000, 9_000)
    assert.isFalse(read({ id: "a", price: "0.44", at: 1_000 }, 3_999, 9_001))
    read({ id: "a", price: "0.46", at: 1_000 }, 5_000, 9_100)
    assert.strictEqual(price(), "0.46")
    assert.isFalse(read({ id: "a", price: "0.45", at: 1_000 }, 4_999, 9_200))
    read({ id: "a", price: "0.47", at: 1_000 }, 5_000, 9_300)
    assert.strictEqual(price(), "0.47")
    read({ id: "a", price: "0.47", at: 1_000 }, 5_500, 9_350)
    read({ id: "a", price: "0.48", at: 1_000 }, 5_600, 9_400)
    assert.strictEqual(price(), "0.48")
  })

  it("applies a read that began before another read only if the update time is newer", () => {
    const { price, read } = make()
    read({ id: "a", price: "0.45", at: 1_000 }, 4_000)
    read({ id: "a", price: "0.46", at: 1_500 }, 3_000)
    assert.isFalse(read({ id: "a", price: "0.47", at: 1_500 }, 3_500))
    assert.strictEqual(price(), "0.46")
  })

  it("does not open a closed order again if the update times are equal", () => {
    const { closed, open, push, read } = make()
    push({ id: "a", status: "canceled", at: 2_000 }, 2_000)
    assert.isFalse(push({ id: "a", filled: 1, at: 2_000 }, 2_001))
    assert.isFalse(read({ id: "a", filled: 1, at: 2_000 }, 9_000))
    assert.deepStrictEqual([open(), closed()], [[], ["a canceled"]])
  })

  it("lists an order once after the exchange opens it again", () => {
    const { closed, open, push } = make()
    push({ id: "a", status: "canceled", at: 2_000 }, 2_000)
    push({ id: "a", at: 3_000 }, 3_000)
    assert.deepStrictEqual([open(), closed()], [["a resting"], []])
    push({ id: "a", status: "executed", at: 4_000 }, 4_000)
    assert.deepStrictEqual([open(), closed()], [[], ["a executed"]])
  })
})

describe("Orders.merge of an unknown order", () => {
  it("adds a confirmed order from a message, or from a read that began after the last complete list", () => {
    const { empty, push, read, unconfirmed } = make()
    empty(3_000)
    push({ id: "a", at: 1_000 }, 3_500)
    read({ id: "b", at: 1_000 }, 3_001)
    assert.deepStrictEqual(unconfirmed(), [])
  })

  it("adds an unconfirmed order if the read began no later than a complete list without the order", () => {
    const { empty, read, unconfirmed } = make()
    empty(3_000)
    read({ id: "a", at: 1_000 }, 2_999)
    read({ id: "b", at: 1_000 }, 3_000)
    assert.deepStrictEqual(unconfirmed(), ["a", "b"])
  })

  it("adds a confirmed order without an update time if no order was forgotten", () => {
    const { closed, push, unconfirmed } = make()
    push({ id: "a" }, 2_000)
    assert.isTrue(push({ id: "b", status: "executed" }, 2_000))
    assert.deepStrictEqual([unconfirmed(), closed()], [[], ["b executed"]])
  })

  it("ignores a closed order that may have been forgotten, and adds an open one as unconfirmed", () => {
    const { closed, push, unconfirmed } = make(1)
    push({ id: "a", status: "canceled", at: 2_000 }, 2_000)
    push({ id: "b", status: "canceled", at: 1_000 }, 2_001)
    push({ id: "c", status: "canceled", at: 3_000 }, 2_002)
    assert.deepStrictEqual(closed(), ["c canceled"])
    assert.isFalse(push({ id: "a", status: "canceled", at: 2_000 }, 2_003))
    push({ id: "a", at: 2_000 }, 2_004)
    push({ id: "d" }, 2_004)
    push({ id: "e", at: 2_001 }, 2_004)
    assert.deepStrictEqual([unconfirmed(), closed()], [["a", "d"], ["c canceled"]])
    assert.isTrue(push({ id: "f", status: "canceled", at: 2_001 }, 2_005))
  })

  it("adds each open order as unconfirmed after an order without an update time was forgotten", () => {
    const { push, unconfirmed } = make(1)
    push({ id: "a", status: "canceled" }, 2_000)
    push({ id: "b", status: "canceled", at: 2_000 }, 2_001)
    push({ id: "c", at: 9_000 }, 9_000)
    assert.deepStrictEqual(unconfirmed(), ["c"])
  })
})

describe("Orders.merge of an unconfirmed order", () => {
  it("confirms the order by a read that began late enough and shows the known or a newer state", () => {
    const { orders, read, unconfirmed } = missing("a")
    assert.isTrue(orders.isDoubted("a"))
    assert.isFalse(read({ id: "a", at: 2_000 }, 5_999))
    assert.isFalse(read({ id: "a", at: 1_999 }, 6_000))
    assert.deepStrictEqual(unconfirmed(), ["a"])
    assert.isTrue(read({ id: "a", at: 2_000 }, 6_000))
    assert.deepStrictEqual([unconfirmed(), orders.isDoubted("a")], [[], false])
  })

  it("keeps the last message if a read that confirms the order began less than `lagMillis` after the message", () => {
    const { price, push, read, unconfirmed } = missing("a")
    push({ id: "a", at: 2_000 }, 5_900)
    read({ id: "a", price: "0.46", at: 2_000 }, 6_000)
    assert.deepStrictEqual([price(), unconfirmed()], ["0.45", []])
  })

  it("does not confirm the order by a read that began too early, even if the read shows a newer state", () => {
    const { open, read, unconfirmed } = missing("a")
    read({ id: "a", at: 2_500 }, 5_999)
    assert.deepStrictEqual([open(), unconfirmed()], [["a resting"], ["a"]])
  })

  it("does not confirm the order by a message or a read that has no update time and shows fewer fills", () => {
    const { empty, push, read, unconfirmed } = make()
    push({ id: "a", filled: 2 }, 2_000)
    empty(4_000, 5_000)
    push({ id: "a", filled: 1 }, 5_500)
    read({ id: "a", filled: 1 }, 6_000)
    assert.deepStrictEqual(unconfirmed(), ["a"])
    read({ id: "a", filled: 2 }, 6_001)
    assert.deepStrictEqual(unconfirmed(), [])
  })

  it("confirms the order by a newer message, and not by a repeated or older message", () => {
    const { push, unconfirmed } = missing("a", "b", "c")
    assert.isFalse(push({ id: "a", at: 1_999 }, 5_100))
    assert.isFalse(push({ id: "a", at: 2_000 }, 5_100))
    assert.deepStrictEqual(unconfirmed(), ["a", "b", "c"])
    push({ id: "a", at: 2_001 }, 5_200)
    push({ id: "b", at: 2_000, filled: 1 }, 5_200)
    push({ id: "c" }, 5_200)
    assert.deepStrictEqual(unconfirmed(), [])
  })

  it("confirms an order without an update time by a message with an update time", () => {
    const { empty, push, unconfirmed } = make()
    push({ id: "a" }, 2_000)
    empty(4_000)
    push({ id: "a", at: 1_000 }, 5_000)
    assert.deepStrictEqual(unconfirmed(), [])
  })

  it("closes the order if a read shows a newer, closed state, even if the read began too early", () => {
    const { closed, open, orders, read, unconfirmed } = missing("a", "b")
    assert.isTrue(read({ id: "a", status: "canceled", at: 2_000 }, 3_000))
    assert.deepStrictEqual([open(), closed(), unconfirmed()], [["b resting"], ["a canceled"], ["b"]])
    assert.isFalse(read({ id: "b", status: "canceled", at: 1_999 }, 7_000))
    assert.deepStrictEqual(unconfirmed(), ["b"])
    read({ id: "b", status: "canceled", at: 2_000 }, 3_000)
    assert.strictEqual(orders.nextMillis(), Number.POSITIVE_INFINITY)
  })

  it("does not confirm the order by a message whose status is `unknown`", () => {
    const { open, push, unconfirmed } = missing("a")
    push({ id: "a", status: "unknown", at: 2_500 }, 5_500)
    assert.deepStrictEqual([open(), unconfirmed()], [["a unknown"], ["a"]])
  })

  it("does not confirm an order by a repeated message whose status is `unknown`", () => {
    const { push, unconfirmed } = make()
    push({ id: "a", status: "unknown" }, 2_000)
    assert.deepStrictEqual(unconfirmed(), ["a"])
    assert.isFalse(push({ id: "a", status: "unknown" }, 3_000))
    assert.deepStrictEqual(unconfirmed(), ["a"])
  })

  it("makes an open order unconfirmed if its status becomes `unknown`", () => {
    const { orders, push, read, unconfirmed } = make()
    push({ id: "a", at: 2_000 }, 2_000)
    push({ id: "a", status: "unknown", at: 3_000 }, 3_000)
    assert.deepStrictEqual([unconfirmed(), orders.nextMillis()], [["a"], 4_000])
    read({ id: "a", at: 3_000 }, 4_000)
    assert.deepStrictEqual(unconfirmed(), [])
  })

  it("shows the status of a confirming read, even if it began less than `lagMillis` after a repeated message", () => {
    const { open, push, read, unconfirmed } = make()
    push({ id: "a", status: "unknown", at: 2_000 }, 2_000)
    push({ id: "a", status: "unknown", at: 2_000 }, 3_000)
    read({ id: "a", at: 2_000 }, 2_999)
    assert.deepStrictEqual([open(), unconfirmed()], [["a unknown"], ["a"]])
    read({ id: "a", at: 2_000 }, 3_000)
    assert.deepStrictEqual([open(), unconfirmed()], [["a resting"], []])
  })

  it("if the status becomes `unknown`, needs a read that begins later than this message", () => {
    const { due, orders, push, read, unconfirmed } = missing("a", "b")
    orders.requested("a", 6_000)
    push({ id: "a", status: "unknown" }, 6_100)
    read({ id: "a", at: 2_000 }, 6_000, 6_200)
    assert.deepStrictEqual([unconfirmed(), orders.nextMillis()], [["b", "a"], 6_000])
    assert.deepStrictEqual([due(6_000), due(7_100)], [["b"], ["b", "a"]])
    read({ id: "a", at: 2_000 }, 7_100)
    assert.deepStrictEqual(unconfirmed(), ["b"])
  })
})

describe("Orders.complete", () => {
  it("returns a missing order again only after the order was confirmed", () => {
    const { empty, orders, read, unconfirmed } = missing("a", "b")
    assert.deepStrictEqual(empty(7_000), [])
    assert.strictEqual(orders.nextMillis(), 6_000)
    read({ id: "a", at: 2_000 }, 8_000)
    assert.deepStrictEqual(unconfirmed(), ["b"])
    assert.deepStrictEqual(
      orders.complete(new Set(["b"]), 9_000, 9_000).map(({ order_id }) => order_id),
      ["a"]
    )
    assert.deepStrictEqual(unconfirmed(), ["b", "a"])
  })

  it("keeps an order if the read of the list began less than `lagMillis` after the message that shows the order", () => {
    const { empty, push } = make()
    push({ id: "a", at: 2_000 }, 2_000)
    assert.deepStrictEqual(empty(2_999), [])
    assert.deepStrictEqual(empty(3_000), ["a"])
  })

  it("keeps an order if the read of the list began before the read that shows the order", () => {
    const { empty, read } = make()
    read({ id: "a", at: 2_000 }, 5_000, 9_000)
    assert.deepStrictEqual(empty(4_999), [])
    assert.deepStrictEqual(empty(5_000), ["a"])
  })
})

describe("Orders.notFound", () => {
  it("removes only an unconfirmed order, and only after a read that began late enough", () => {
    const { open, orders, push, unconfirmed } = missing("a")
    push({ id: "b", at: 5_000 }, 5_000)
    assert.isUndefined(orders.notFound("b", 9_000))
    assert.isUndefined(orders.notFound("other", 9_000))
    assert.isUndefined(orders.notFound("a", 5_999))
    assert.deepStrictEqual(open(), ["a resting", "b resting"])
    assert.strictEqual(orders.notFound("a", 6_000)?.order_id, "a")
    assert.deepStrictEqual([open(), unconfirmed()], [["b resting"], []])
  })

  it("does not confirm the removed order by an old message", () => {
    const { orders, push, unconfirmed } = missing("a")
    orders.notFound("a", 6_000)
    push({ id: "a", at: 2_000 }, 7_000)
    assert.deepStrictEqual(unconfirmed(), ["a"])
  })
})

describe("Orders.due", () => {
  it("returns at most `max` unconfirmed orders that are due", () => {
    const { due, empty, orders, push } = missing("a", "b")
    push({ id: "c", at: 5_000 }, 5_000)
    empty(6_000, 6_500)
    assert.deepStrictEqual([due(5_999), due(6_000), due(7_500)], [[], ["a", "b"], ["a", "b", "c"]])
    assert.deepStrictEqual([due(7_500, 0), due(7_500, 1), due(7_500, 2)], [[], ["a"], ["a", "b"]])
    assert.deepStrictEqual(
      orders.due(6_000, 10).map(([, read]) => read.fromMillis),
      [6_000, 6_000]
    )
  })

  it("returns an order again after each timeout without a result, and never lengthens the timeout", () => {
    const { due, orders } = missing("a")
    for (const nowMillis of [6_000, 16_000, 26_000]) {
      assert.deepStrictEqual([due(nowMillis - 1), due(nowMillis)], [[], ["a"]])
      assert.strictEqual(orders.nextMillis(), nowMillis)
      orders.requested("a", nowMillis)
    }
  })

  it("first returns the orders whose read timed out, then the orders whose read has not begun", () => {
    const { due, orders } = missing("a", "b", "c")
    orders.requested("b", 6_000)
    assert.deepStrictEqual(
      [due(6_000), due(16_000)],
      [
        ["a", "c"],
        ["b", "a", "c"]
      ]
    )
    assert.strictEqual(orders.nextMillis(), 6_000)
    orders.requested("a", 7_000)
    orders.requested("c", 7_000)
    assert.strictEqual(orders.nextMillis(), 16_000)
    orders.requested("b", 8_000)
    assert.deepStrictEqual([orders.nextMillis(), due(17_000), due(18_000)], [17_000, ["a", "c"], ["a", "c", "b"]])
  })

  it("returns no order that is confirmed, closed or not known, even after `requested`", () => {
    const { due, orders, push } = missing("a", "b")
    orders.requested("a", 6_000)
    push({ id: "a", at: 3_000 }, 6_100)
    push({ id: "b", status: "canceled", at: 3_000 }, 6_100)
    for (const id of ["a", "b", "other"]) orders.requested(id, 6_200)
    assert.deepStrictEqual(due(99_000), [])
    assert.strictEqual(orders.nextMillis(), Number.POSITIVE_INFINITY)
  })
})
