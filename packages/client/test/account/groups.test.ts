import { assert, describe, it } from "@effect/vitest"
import { OrderGroups } from "../../src/account/groups.ts"
import { groupMessage } from "../support/accounts.ts"

const make = (maxDeleted = 10) => {
  const groups = new OrderGroups(maxDeleted)
  const update = (...message: Parameters<typeof groupMessage>) => groups.update(groupMessage(...message).msg)
  return {
    groups,
    /** Returns the status after the message. Undefined if the message changes nothing. */
    update: (...message: Parameters<typeof groupMessage>) => update(...message)?.status,
    all: () =>
      groups
        .all()
        .map(({ contracts_limit_fp, order_group_id, status, updatedMillis }) =>
          [order_group_id, status, contracts_limit_fp, updatedMillis].join(" ")
        )
  }
}

describe("OrderGroups.update", () => {
  it("shows the status that each type of message states", () => {
    const { update } = make()
    assert.strictEqual(update("created", 10), "active")
    assert.strictEqual(update("triggered", 20), "triggered")
    assert.strictEqual(update("reset", 30), "active")
    assert.strictEqual(update("deleted", 40), "deleted")
  })

  it("keeps the status after `limit_updated` and after an unknown type of message", () => {
    const { all, update } = make()
    update("triggered", 10, "g", "5.00")
    assert.strictEqual(update("limit_updated", 20, "g", "6.00"), "triggered")
    assert.strictEqual(update("renamed", 30), "triggered")
    assert.deepStrictEqual(all(), ["g triggered 6.00 30"])
  })

  it("shows the status `unknown` if no message has stated a status", () => {
    assert.strictEqual(make().update("limit_updated", 10, "g", "5.00"), "unknown")
  })

  it("applies a second message with the same time, and ignores a repeated or older message", () => {
    const { all, update } = make()
    update("limit_updated", 10, "g", "1.00")
    assert.strictEqual(update("triggered", 10), "triggered")
    assert.isUndefined(update("triggered", 10))
    assert.isUndefined(update("reset", 9))
    assert.deepStrictEqual(all(), ["g triggered 1.00 10"])
  })

  it("ignores messages about a deleted group, and keeps only the latest deleted groups", () => {
    const { all, update } = make(2)
    update("created", 10, "other", "5.00")
    for (const group of ["a", "b"]) update("deleted", 20, group)
    assert.isUndefined(update("reset", 30, "a"))
    assert.deepStrictEqual(all(), ["other active 5.00 10", "a deleted  20", "b deleted  20"])
    update("deleted", 20, "c")
    assert.deepStrictEqual(all(), ["other active 5.00 10", "b deleted  20", "c deleted  20"])
    update("deleted", 40, "other")
    assert.deepStrictEqual(all(), ["c deleted  20", "other deleted 5.00 40"])
  })
})

describe("OrderGroups.lost", () => {
  it("makes every status except `deleted` unknown, and returns each changed group once", () => {
    const { all, groups, update } = make()
    update("created", 10, "a", "5.00")
    update("deleted", 20, "b")
    const lost = () => groups.lost().map(({ order_group_id, status }) => `${order_group_id} ${status}`)
    assert.deepStrictEqual([lost(), lost()], [["a unknown"], []])
    assert.deepStrictEqual(all(), ["a unknown 5.00 10", "b deleted  20"])
    assert.strictEqual(update("reset", 30, "a"), "active")
  })
})
