/** The window of an order group contains the fills of the last 15 seconds. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { GroupTarget } from "../../../src/exchange/Commands.ts"
import type { OrderGroup } from "../../../src/exchange/Entities.ts"
import { makeFloor, refusalOf, start, terms, unwrap } from "../../support/floor.ts"

const withGroup = (contracts: number, options: Parameters<typeof makeFloor>[0] = {}) => {
  const floor = makeFloor(options)
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  const groupId = floor.group(maker, contracts)
  const target: GroupTarget = { groupId, subaccount: 0, exchangeIndex: 0 }
  const group = (): OrderGroup => unwrap(floor.view().group(maker, groupId, undefined))
  return { ...floor, floor, maker, taker, groupId, target, group, inGroup: { orderGroupId: groupId } }
}

describe("createGroup", () => {
  it("creates an active group without orders and with an empty window", () => {
    const { group, groupId, maker } = withGroup(10)
    assert.deepStrictEqual(group(), {
      groupId,
      accountId: maker,
      subaccount: 0,
      exchangeIndex: 0,
      limit: 1_000,
      triggered: false,
      windowCount: 0,
      isAutoCancelEnabled: false,
      orderIds: []
    })
  })

  it("accepts limits of 1 to 1,000,000, subaccounts 0 to 63, shards 0 to 3", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    for (const [group, taken] of [
      [{ limit: 100 }, true],
      [{ limit: 100_000_000 }, true],
      [{ limit: 99 }, false],
      [{ limit: 100_000_001 }, false],
      [{ limit: 1.5 }, false],
      [{ subaccount: 63 }, true],
      [{ subaccount: 64 }, false],
      [{ subaccount: -1 }, false],
      [{ exchangeIndex: 3 }, true],
      [{ exchangeIndex: 4 }, false],
      [{ exchangeIndex: -1 }, false]
    ] as const) {
      const input = { subaccount: 0, limit: 500, exchangeIndex: 0, ...group }
      assert.strictEqual(
        Result.isSuccess(floor.execute({ type: "createGroup", accountId: one, group: input })),
        taken,
        JSON.stringify(group)
      )
    }
  })

  it("refuses more groups than an account may have, until a group is deleted", () => {
    const floor = makeFloor({ assumptions: { maxOrderGroups: 2 } })
    const [one, other] = [floor.account("one"), floor.account("other")]
    const first = floor.group(one, 1)
    floor.group(one, 1)
    const another = () =>
      floor.execute({ type: "createGroup", accountId: one, group: { subaccount: 0, limit: 100, exchangeIndex: 0 } })
    assert.strictEqual(refusalOf(another()).kind, "invalid")
    floor.group(other, 1)
    unwrap(
      floor.execute({
        type: "deleteGroup",
        accountId: one,
        target: { groupId: first, subaccount: 0, exchangeIndex: 0 }
      })
    )
    assert.isTrue(Result.isSuccess(another()))
  })
})

describe("View.group", () => {
  it("lists the resting orders, oldest first", () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10)
    const orders = [40, 41, 42].map((cents) => floor.place(maker, terms("bid", cents, 1, inGroup)).orderId)
    floor.place(maker, terms("bid", 39, 1))
    assert.deepStrictEqual(group().orderIds, orders)
    floor.place(taker, terms("ask", 42, 1))
    floor.cancel(maker, orders[0]!)
    assert.deepStrictEqual(group().orderIds, orders.slice(1, 2))
  })

  it('also lists a canceled order, if groupOrders is "all"', () => {
    const { floor, group, inGroup, maker } = withGroup(10, { assumptions: { groupOrders: "all" } })
    const { orderId } = floor.place(maker, terms("bid", 40, 1, inGroup))
    floor.cancel(maker, orderId)
    assert.deepStrictEqual(group().orderIds, [orderId])
  })

  it("finds a group in any subaccount, or only in the requested subaccount", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    const groupId = floor.group(one, 1, 3)
    const found = (account: string, subaccount?: number) =>
      Result.isSuccess(floor.view().group(account, groupId, subaccount))
    assert.deepStrictEqual([found(one), found(one, 3), found(one, 0), found(other)], [true, true, false, false])
    const listed = (subaccount?: number) => unwrap(floor.view().listGroups(one, subaccount)).length
    assert.deepStrictEqual([listed(), listed(3), listed(0)], [1, 1, 0])
  })
})

describe("createOrder in an order group", () => {
  it("triggers the group when the fills of 15 seconds exceed the limit, not when they equal it", () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10)
    const resting = floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 10))
    assert.deepStrictEqual([group().triggered, group().windowCount], [false, 1_000])
    floor.place(taker, terms("ask", 40, 0.01))
    assert.deepStrictEqual([group().triggered, group().windowCount], [true, 1_001])
    assert.deepStrictEqual(floor.now(resting, "status", "cancelReason"), ["canceled", "orderGroup"])
  })

  it('triggers the group when the fills reach the limit, if groupTriggers is "reached"', () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10, { assumptions: { groupTriggers: "reached" } })
    floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 9.99))
    assert.isFalse(group().triggered)
    floor.place(taker, terms("ask", 40, 0.01))
    assert.isTrue(group().triggered)
  })

  it("counts a fill for less than 15 seconds", () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10)
    floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 8))
    floor.time = start + 14_999
    assert.strictEqual(group().windowCount, 800)
    floor.time = start + 15_000
    assert.strictEqual(group().windowCount, 0)
    floor.place(taker, terms("ask", 40, 8))
    assert.isFalse(group().triggered)
  })

  it("completes the exceeding fill before it cancels the group's other orders", () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10)
    floor.place(maker, terms("bid", 41, 50, inGroup))
    const second = floor.place(maker, terms("bid", 40, 50, inGroup))
    const order = floor.place(taker, terms("ask", 40, 80))
    assert.deepStrictEqual([order.fillCount, order.remainingCount], [5_000, 3_000])
    assert.deepStrictEqual(floor.now(second, "fillCount", "cancelReason"), [0, "orderGroup"])
    assert.strictEqual(group().windowCount, 5_000)
  })

  it("counts the fills of an incoming order of the group, and cancels its remainder", () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10)
    floor.place(taker, terms("ask", 40, 11))
    floor.place(taker, terms("ask", 40, 11))
    const order = floor.place(maker, terms("bid", 40, 30, inGroup))
    assert.deepStrictEqual([order.status, order.cancelReason, order.fillCount], ["canceled", "orderGroup", 1_100])
    assert.isTrue(group().triggered)
  })

  it("refuses a fill_or_kill order that the limit of a group would stop", () => {
    const { floor, group, inGroup, maker, taker } = withGroup(10)
    const kill = { timeInForce: "fill_or_kill" } as const
    floor.place(maker, terms("bid", 41, 50, inGroup))
    floor.place(maker, terms("bid", 40, 50, inGroup))
    assert.strictEqual(
      floor.refused(taker, terms("ask", 40, 80, kill)).code,
      "fill_or_kill_insufficient_resting_volume"
    )
    assert.strictEqual(group().windowCount, 0)
    assert.strictEqual(floor.place(taker, terms("ask", 40, 50, kill)).status, "executed")
  })
})

describe("a triggered group", () => {
  it("refuses new orders until it is reset, which empties its window", () => {
    const { floor, group, inGroup, maker, taker, target } = withGroup(10)
    floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 11))
    const refusal = floor.refused(maker, terms("bid", 40, 1, inGroup))
    assert.deepStrictEqual([refusal.kind, refusal.code], ["invalid", "invalid_order"])
    unwrap(floor.execute({ type: "resetGroup", accountId: maker, target }))
    assert.deepStrictEqual([group().triggered, group().windowCount], [false, 0])
    floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 10))
    assert.isFalse(group().triggered)
  })

  it("stays triggered when its window empties", () => {
    const { floor, inGroup, maker, taker } = withGroup(10)
    floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 11))
    floor.time += 60_000
    assert.strictEqual(floor.refused(maker, terms("bid", 40, 1, inGroup)).code, "invalid_order")
  })

  it("cancels no orders outside the group", () => {
    const { floor, inGroup, maker, target } = withGroup(10)
    const inside = floor.place(maker, terms("bid", 40, 1, inGroup))
    const outside = floor.place(maker, terms("bid", 40, 1))
    unwrap(floor.execute({ type: "triggerGroup", accountId: maker, target }))
    assert.deepStrictEqual([floor.now(inside, "status"), floor.now(outside, "status")], [["canceled"], ["resting"]])
  })

  it('shows is_auto_cancel_enabled only if groupAutoCancelFlag is "whileTriggered"', () => {
    for (const [flag, shown] of [
      ["never", false],
      ["whileTriggered", true]
    ] as const) {
      const { floor, group, maker, target } = withGroup(10, { assumptions: { groupAutoCancelFlag: flag } })
      assert.isFalse(group().isAutoCancelEnabled)
      unwrap(floor.execute({ type: "triggerGroup", accountId: maker, target }))
      assert.strictEqual(group().isAutoCancelEnabled, shown)
    }
  })

  it("refuses new orders with the code of triggeredGroupCode", () => {
    const { floor, inGroup, maker, target } = withGroup(10, { assumptions: { triggeredGroupCode: "group" } })
    unwrap(floor.execute({ type: "triggerGroup", accountId: maker, target }))
    assert.strictEqual(floor.refused(maker, terms("bid", 40, 1, inGroup)).code, "group")
  })
})

describe("setGroupLimit", () => {
  it("triggers the group immediately if its window exceeds the new limit", () => {
    const { floor, group, inGroup, maker, taker, target } = withGroup(10)
    const resting = floor.place(maker, terms("bid", 40, 30, inGroup))
    floor.place(taker, terms("ask", 40, 5))
    unwrap(floor.execute({ type: "setGroupLimit", accountId: maker, target, limit: 500 }))
    assert.isFalse(group().triggered)
    unwrap(floor.execute({ type: "setGroupLimit", accountId: maker, target, limit: 499 }))
    assert.deepStrictEqual([group().triggered, group().limit, ...floor.now(resting, "status")], [true, 499, "canceled"])
  })

  it("does not reactivate a triggered group", () => {
    const { floor, group, maker, target } = withGroup(10)
    unwrap(floor.execute({ type: "triggerGroup", accountId: maker, target }))
    unwrap(floor.execute({ type: "setGroupLimit", accountId: maker, target, limit: 100_000 }))
    assert.isTrue(group().triggered)
  })

  it("refuses a limit out of bounds and keeps the old limit", () => {
    const { floor, group, maker, target } = withGroup(10)
    assert.strictEqual(
      refusalOf(floor.execute({ type: "setGroupLimit", accountId: maker, target, limit: 99 })).code,
      "invalid_parameters"
    )
    assert.strictEqual(group().limit, 1_000)
  })
})

describe("the commands of an order group", () => {
  it("find a group only in its own subaccount and on its own shard", () => {
    const { floor, maker, taker, target } = withGroup(10)
    for (const wrong of [
      { ...target, subaccount: 1 },
      { ...target, exchangeIndex: 1 },
      { ...target, groupId: "none" }
    ]) {
      for (const result of [
        floor.execute({ type: "resetGroup", accountId: maker, target: wrong }),
        floor.execute({ type: "triggerGroup", accountId: maker, target: wrong }),
        floor.execute({ type: "setGroupLimit", accountId: maker, target: wrong, limit: 100 }),
        floor.execute({ type: "deleteGroup", accountId: maker, target: wrong })
      ]) {
        assert.strictEqual(refusalOf(result).kind, "notFound")
      }
    }
    assert.strictEqual(refusalOf(floor.execute({ type: "deleteGroup", accountId: taker, target })).kind, "notFound")
  })

  it("accept an order of the group only in the group's subaccount", () => {
    const { floor, inGroup, maker } = withGroup(10)
    assert.strictEqual(floor.refused(maker, terms("bid", 40, 1, { ...inGroup, subaccount: 1 })).code, "invalid_order")
  })

  it("cancel the orders of a deleted group, and remove the group", () => {
    const { floor, groupId, inGroup, maker, target } = withGroup(10)
    const order = floor.place(maker, terms("bid", 40, 1, inGroup))
    unwrap(floor.execute({ type: "deleteGroup", accountId: maker, target }))
    assert.deepStrictEqual(floor.now(order, "status"), ["canceled"])
    assert.strictEqual(refusalOf(floor.view().group(maker, groupId, undefined)).kind, "notFound")
    assert.strictEqual(refusalOf(floor.execute({ type: "deleteGroup", accountId: maker, target })).kind, "notFound")
    assert.strictEqual(floor.refused(maker, terms("bid", 40, 1, inGroup)).code, "invalid_order")
  })

  it("are refused while the exchange is paused", () => {
    const { floor, maker, target } = withGroup(10)
    floor.execute({ type: "setActive", exchange: false })
    assert.strictEqual(
      refusalOf(floor.execute({ type: "resetGroup", accountId: maker, target })).code,
      "exchange_is_paused"
    )
    const created = floor.execute({
      type: "createGroup",
      accountId: maker,
      group: { subaccount: 0, limit: 100, exchangeIndex: 0 }
    })
    assert.strictEqual(refusalOf(created).code, "exchange_is_paused")
  })

  it("emit an event for each change, in the sequence of the changes", () => {
    const { events, floor, inGroup, maker, target } = withGroup(10)
    floor.place(maker, terms("bid", 40, 1, inGroup))
    unwrap(floor.execute({ type: "setGroupLimit", accountId: maker, target, limit: 100 }))
    unwrap(floor.execute({ type: "triggerGroup", accountId: maker, target }))
    unwrap(floor.execute({ type: "triggerGroup", accountId: maker, target }))
    unwrap(floor.execute({ type: "resetGroup", accountId: maker, target }))
    unwrap(floor.execute({ type: "deleteGroup", accountId: maker, target }))
    const types = new Set(["orderGroup", "orderAccepted", "orderCanceled"])
    assert.deepStrictEqual(
      events
        .filter(({ type }) => types.has(type))
        .map((event) => (event.type === "orderGroup" ? event.change : event.type)),
      ["created", "orderAccepted", "limitUpdated", "triggered", "orderCanceled", "reset", "deleted"]
    )
  })
})
