import { assert, describe, it } from "@effect/vitest"
import * as rows from "../../src/account/rows.ts"
import { fillMessage, fillRow, orderRow, positionMessage, positionRow, userOrder } from "../support/accounts.ts"

/** Copies a row without some of its members. */
const without = <Row extends object, Key extends keyof Row>(row: Row, ...keys: ReadonlyArray<Key>): Row => {
  const copy = { ...row }
  for (const key of keys) delete copy[key]
  return copy
}

describe("orderOfFeed", () => {
  const { msg } = userOrder({ id: "a", at: 3_000 })
  const updated = (members: Partial<typeof msg>) =>
    rows.orderOfFeed({ ...without(msg, "last_updated_ts_ms"), ...members }).updatedMillis

  it("gives the same row as REST", () => {
    const order = { id: "a", subaccount: 2, price: "0.47", filled: 2, at: 3_000 }
    assert.deepStrictEqual(rows.orderOfFeed(userOrder(order).msg), rows.orderOfRest(orderRow(order)))
  })

  it("reads an absent subaccount as the primary account", () => {
    assert.strictEqual(rows.orderOfFeed(without(msg, "subaccount_number")).subaccount, 0)
    assert.strictEqual(rows.orderOfRest(without(orderRow({ id: "a" }), "subaccount_number")).subaccount, 0)
  })

  it("copies the id of the order group", () => {
    assert.strictEqual(rows.orderOfFeed({ ...msg, order_group_id: "g" }).order_group_id, "g")
    assert.isUndefined(rows.orderOfFeed(msg).order_group_id)
  })

  it("takes the time of the last update, or else the time of the creation", () => {
    const text = "1970-01-01T00:00:02.000Z"
    assert.strictEqual(updated({ last_updated_ts_ms: 3_000, last_update_time: text, created_ts_ms: 1_000 }), 3_000)
    assert.strictEqual(updated({ last_update_time: text, created_ts_ms: 1_000 }), 2_000)
    assert.strictEqual(updated({ created_ts_ms: 1_000 }), 1_000)
    assert.isUndefined(updated({}))
  })
})

describe("orderOfRest", () => {
  it("takes the time of the last update, or else the time of the creation", () => {
    const created = { ...orderRow({ id: "a" }), created_time: "1970-01-01T00:00:01.000Z" }
    assert.strictEqual(rows.orderOfRest(created).updatedMillis, 1_000)
    assert.strictEqual(
      rows.orderOfRest({ ...created, last_update_time: "1970-01-01T00:00:02.000Z" }).updatedMillis,
      2_000
    )
    assert.isUndefined(rows.orderOfRest(orderRow({ id: "a" })).updatedMillis)
  })
})

describe("fillOfFeed", () => {
  it("gives the same row as REST, which does not send the `client_order_id`", () => {
    const fill = { id: "t", order: "a", subaccount: 2, at: 3_000 }
    const own = rows.fillOfFeed(fillMessage(fill).msg)
    assert.deepStrictEqual({ ...own, client_order_id: undefined }, { ...rows.fillOfRest(fillRow(fill)) })
    assert.strictEqual(own.client_order_id, "c-a")
  })

  it("reads an absent subaccount as the primary account", () => {
    const fill = { id: "t", order: "a", at: 3_000 }
    assert.strictEqual(rows.fillOfFeed(without(fillMessage(fill).msg, "subaccount")).subaccount, 0)
    assert.strictEqual(rows.fillOfRest(without(fillRow(fill), "subaccount_number")).subaccount, 0)
  })
})

describe("fillOfRest", () => {
  it("takes the time in milliseconds, or else the time in seconds, or else 0", () => {
    const row = { ...fillRow({ id: "t", order: "a", at: 3_500 }), ts: 3 }
    assert.strictEqual(rows.fillOfRest(row).filledMillis, 3_500)
    assert.strictEqual(rows.fillOfRest(without(row, "created_time")).filledMillis, 3_000)
    assert.strictEqual(rows.fillOfRest(without(row, "created_time", "ts")).filledMillis, 0)
  })
})

describe("positionOfFeed", () => {
  it("gives the same row as REST", () => {
    const position = { ticker: "A", subaccount: 2, count: 5, at: 3_000 }
    assert.deepStrictEqual(
      rows.positionOfFeed(positionMessage(position).msg),
      rows.positionOfRest(positionRow(position), 2)
    )
  })

  it("reads an absent subaccount as the primary account", () => {
    const { msg } = positionMessage({ ticker: "A", count: 5, at: 3_000 })
    assert.strictEqual(rows.positionOfFeed(without(msg, "subaccount")).subaccount, 0)
  })
})

describe("positionUpdatedMillis", () => {
  it("returns negative infinity for a position without a time", () => {
    const row = positionRow({ ticker: "A", count: 5, at: 3_000 })
    assert.strictEqual(rows.positionUpdatedMillis(row), 3_000)
    assert.strictEqual(rows.positionUpdatedMillis({ ...row, last_updated_ts: "" }), Number.NEGATIVE_INFINITY)
  })
})

describe("isSame", () => {
  it("compares all members", () => {
    assert.isTrue(rows.isSame({ a: 1, b: "x" }, { a: 1, b: "x" }))
    assert.isFalse(rows.isSame({ a: 1, b: "x" }, { a: 1, b: "y" }))
    assert.isFalse(rows.isSame({ a: 1, b: "x" }, { a: 2, b: "x" }))
  })
})
