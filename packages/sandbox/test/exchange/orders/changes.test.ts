import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { AmendOrder, DecreaseOrder } from "../../../src/exchange/Commands.ts"
import type { Order } from "../../../src/exchange/Entities.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../../support/floor.ts"

type Floor = ReturnType<typeof makeFloor>

/** By default, keeps the order's price and its total count. */
const amend = (floor: Floor, order: Order, change: Partial<AmendOrder>) =>
  floor.execute({
    type: "amendOrder",
    accountId: order.accountId,
    order: {
      orderId: order.orderId,
      subaccount: order.subaccount,
      exchangeIndex: undefined,
      ticker: order.ticker,
      side: order.side,
      price: order.price,
      count: order.initialCount,
      clientOrderId: undefined,
      updatedClientOrderId: undefined,
      expirationSeconds: undefined,
      ...change
    }
  })

const decrease = (floor: Floor, order: Order, change: Partial<DecreaseOrder>) =>
  floor.execute({
    type: "decreaseOrder",
    accountId: order.accountId,
    order: {
      orderId: order.orderId,
      subaccount: order.subaccount,
      exchangeIndex: undefined,
      marketTicker: undefined,
      reduceBy: undefined,
      reduceTo: undefined,
      ...change
    }
  })

const line = (options: Parameters<typeof makeFloor>[0] = {}) => {
  const floor = makeFloor(options)
  const orders = ["first", "second", "third"].map((name) => floor.place(floor.account(name), terms("bid", 40, 5)))
  const [first, second, third] = orders as [Order, Order, Order] // three names
  const ahead = (order: Order) => unwrap(floor.view().queuePosition(order.accountId, order.orderId)).count
  return { floor, first, second, third, ahead, taker: floor.account("taker") }
}

describe("amendOrder", () => {
  it("treats the count as the total of the filled and the resting contracts", () => {
    const { first, floor, taker } = line()
    floor.place(taker, terms("ask", 40, 4))
    unwrap(amend(floor, first, { count: 700 }))
    assert.deepStrictEqual(floor.now(first, "fillCount", "remainingCount", "initialCount"), [400, 300, 500])
    unwrap(amend(floor, first, { count: 600 }))
    assert.deepStrictEqual(floor.now(first, "remainingCount"), [200])
  })

  it("keeps the position in the queue if the count falls or the expiry changes", () => {
    const { ahead, first, floor, second, third } = line()
    unwrap(amend(floor, first, { count: 300 }))
    unwrap(amend(floor, second, { expirationSeconds: start / 1_000 + 60 }))
    assert.deepStrictEqual([ahead(first), ahead(second), ahead(third)], [0, 300, 800])
  })

  it("loses the position in the queue if the count rises or the price changes", () => {
    const { ahead, first, floor, second, third } = line()
    unwrap(amend(floor, first, { count: 501 }))
    assert.deepStrictEqual([ahead(second), ahead(third), ahead(first)], [0, 500, 1_000])
    unwrap(amend(floor, second, { price: 4_100 }))
    unwrap(amend(floor, second, { price: 4_000 }))
    assert.deepStrictEqual([ahead(third), ahead(first), ahead(second)], [0, 500, 1_001])
  })

  it("trades immediately if the new price crosses a resting order, and returns the result", () => {
    const { first, floor, taker } = line()
    floor.place(taker, terms("ask", 45, 2))
    const { after, before } = unwrap(amend(floor, first, { price: 4_600 }))
    assert.deepStrictEqual([before.fillCount, after.fillCount, after.remainingCount], [0, 200, 300])
    assert.deepStrictEqual([after.takerCostMicros, after.price], [900_000, 4_600])
    assert.deepStrictEqual(floor.book(), {
      bid: [
        [4_600, 300],
        [4_000, 1_000]
      ],
      ask: []
    })
  })

  it("cancels the order if the new count is already filled, and refuses a smaller count", () => {
    const { first, floor, taker } = line()
    floor.place(taker, terms("ask", 40, 4))
    assert.include(refusalOf(amend(floor, first, { count: 399 })).details, "INVALID_AMEND_QTY_FOR_ORDER")
    unwrap(amend(floor, first, { count: 400, price: 4_100 }))
    assert.deepStrictEqual(floor.now(first, "status", "remainingCount"), ["canceled", 0])
  })

  it("sets, moves and removes the expiry, and the old expiry does not fire", () => {
    const { first, floor, second, third } = line()
    const inSeconds = (seconds: number) => start / 1_000 + seconds
    unwrap(amend(floor, first, { expirationSeconds: inSeconds(10) }))
    unwrap(amend(floor, second, { expirationSeconds: inSeconds(10) }))
    unwrap(amend(floor, second, { expirationSeconds: inSeconds(20) }))
    unwrap(amend(floor, third, { expirationSeconds: inSeconds(10) }))
    unwrap(amend(floor, third, { expirationSeconds: 0 }))
    const statuses = () => [first, second, third].flatMap((order) => floor.now(order, "status"))
    floor.time = start + 10_000
    assert.deepStrictEqual(statuses(), ["canceled", "resting", "resting"])
    floor.time = start + 20_000
    assert.deepStrictEqual(statuses(), ["canceled", "canceled", "resting"])
  })

  it("changes the client order id, and keeps the old id reserved", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const order = floor.place(one, terms("bid", 40, 1, { clientOrderId: "a" }))
    floor.place(one, terms("bid", 40, 1, { clientOrderId: "b" }))
    unwrap(amend(floor, order, { clientOrderId: "a", updatedClientOrderId: "c" }))
    assert.deepStrictEqual(floor.now(order, "clientOrderId"), ["c"])
    for (const clientOrderId of ["a", "b", "c"]) {
      assert.strictEqual(floor.refused(one, terms("bid", 40, 1, { clientOrderId })).code, "order_already_exists")
    }
  })

  it("refuses invalid amendments, and changes nothing", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    const order = floor.place(one, terms("bid", 40, 5, { clientOrderId: "a" }))
    const careful = floor.place(one, terms("bid", 41, 5, { postOnly: true, clientOrderId: "b" }))
    floor.place(other, terms("ask", 60, 5))
    floor.place(one, terms("ask", 65, 5))
    const before = JSON.stringify(floor.exchange.dump(start))
    const cases: ReadonlyArray<readonly [Order, Partial<AmendOrder>, string, string]> = [
      [order, { orderId: careful.accountId }, "notFound", "not_found"],
      [order, { subaccount: 1 }, "notFound", "not_found"],
      [order, { exchangeIndex: 1 }, "notFound", "not_found"],
      [order, { ticker: "KXOTHER-1" }, "invalid", "order_ticker_mismatch"],
      [order, { side: "ask" }, "invalid", "order_side_mismatch"],
      [order, { clientOrderId: "b" }, "invalid", "order_id_and_client_order_id_mismatch"],
      [order, { updatedClientOrderId: "b" }, "invalid", "order_already_exists"],
      [order, { count: 0 }, "invalid", "invalid_order_size"],
      [order, { price: 4_050 }, "invalid", "invalid_order"],
      [order, { price: 0 }, "invalid", "invalid_price"],
      [order, { price: 10_000 }, "invalid", "invalid_price"],
      [order, { expirationSeconds: start / 1_000 }, "invalid", "invalid_order"],
      [order, { expirationSeconds: 1e12 }, "invalid", "invalid_order"],
      [order, { price: 6_500, count: 600 }, "invalid", "invalid_order"],
      [careful, { price: 6_000 }, "invalid", "invalid_order"]
    ]
    for (const [target, change, kind, code] of cases) {
      const refusal = refusalOf(amend(floor, target, change))
      assert.deepStrictEqual([refusal.kind, refusal.code], [kind, code], JSON.stringify(change))
    }
    assert.strictEqual(JSON.stringify(floor.exchange.dump(start)), before)
    // The other account's ask at 60 fills the whole order, so the order does not reach the account's own ask at 65.
    assert.strictEqual(unwrap(amend(floor, order, { price: 6_500 })).after.status, "executed")
  })

  it("is refused while trading or the market is paused", () => {
    const { first, floor } = line()
    unwrap(floor.execute({ type: "setActive", trading: false }))
    assert.strictEqual(refusalOf(amend(floor, first, { price: 4_100 })).code, "trading_is_paused")
    unwrap(floor.execute({ type: "setActive", trading: true }))
    unwrap(floor.execute({ type: "pauseMarket", ticker }))
    assert.strictEqual(refusalOf(amend(floor, first, { price: 4_100 })).code, "MARKET_INACTIVE")
  })
})

describe("decreaseOrder", () => {
  it("reduces an order by or to a count, and keeps its queue position", () => {
    const { ahead, first, floor, second, third } = line()
    unwrap(decrease(floor, first, { reduceBy: 125 }))
    unwrap(decrease(floor, second, { reduceTo: 125 }))
    assert.deepStrictEqual([ahead(first), ahead(second), ahead(third)], [0, 375, 500])
    unwrap(decrease(floor, third, { reduceTo: 500 }))
    assert.deepStrictEqual(floor.now(third, "remainingCount"), [500])
  })

  it("cancels an order that it reduces to zero", () => {
    const { first, floor, second } = line()
    unwrap(decrease(floor, first, { reduceBy: 500 }))
    unwrap(decrease(floor, second, { reduceTo: 0 }))
    assert.deepStrictEqual(
      [first, second].flatMap((order) => floor.now(order, "status", "cancelReason")),
      ["canceled", "requested", "canceled", "requested"]
    )
  })

  it("requires exactly one of reduce_by and reduce_to, and does not make an order larger", () => {
    const { first, floor } = line()
    const before = JSON.stringify(floor.exchange.dump(start))
    for (const [change, code] of [
      [{}, "invalid_parameters"],
      [{ reduceBy: 100, reduceTo: 400 }, "invalid_parameters"],
      [{ reduceBy: 0 }, "invalid_order_size"],
      [{ reduceBy: 501 }, "invalid_order_size"],
      [{ reduceTo: 501 }, "invalid_order_size"],
      [{ reduceBy: 100, subaccount: 1 }, "not_found"],
      [{ reduceBy: 100, exchangeIndex: 1 }, "not_found"]
    ] as const) {
      assert.strictEqual(refusalOf(decrease(floor, first, change)).code, code, JSON.stringify(change))
    }
    assert.strictEqual(JSON.stringify(floor.exchange.dump(start)), before)
  })

  it("works while trading is paused, and so does cancelOrder", () => {
    const { first, floor } = line()
    unwrap(floor.execute({ type: "setActive", trading: false }))
    unwrap(decrease(floor, first, { reduceBy: 100 }))
    unwrap(floor.cancel(first.accountId, first.orderId))
  })
})

describe("cancelAllOrders", () => {
  it("cancels the resting orders of all subaccounts or of one subaccount, on all shards", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXSHARD-1", exchangeIndex: 2 } }))
    floor.fund(one, { subaccount: 1 })
    floor.fund(one, { exchangeIndex: 2 })
    const orders = [
      floor.place(one, terms("bid", 40, 1)),
      floor.place(one, terms("ask", 60, 1, { subaccount: 1 })),
      floor.place(one, terms("bid", 40, 1, { ticker: "KXSHARD-1" })),
      floor.place(other, terms("bid", 40, 1))
    ]
    const statuses = () => orders.flatMap((order) => floor.now(order, "status"))
    assert.strictEqual(unwrap(floor.execute({ type: "cancelAllOrders", accountId: one, subaccount: 1 })), 1)
    assert.deepStrictEqual(statuses(), ["resting", "canceled", "resting", "resting"])
    assert.strictEqual(unwrap(floor.execute({ type: "cancelAllOrders", accountId: one })), 2)
    assert.deepStrictEqual(statuses(), ["canceled", "canceled", "canceled", "resting"])
    assert.strictEqual(unwrap(floor.execute({ type: "cancelAllOrders", accountId: one })), 0)
    assert.strictEqual(
      refusalOf(floor.execute({ type: "cancelAllOrders", accountId: one, subaccount: 64 })).code,
      "invalid_parameters"
    )
  })

  it("also cancels orders that are placed less than cancelAllMillis later", () => {
    const floor = makeFloor({ assumptions: { cancelAllMillis: 60_000 } })
    const one = floor.account("one")
    floor.fund(one, { subaccount: 1 })
    unwrap(floor.execute({ type: "cancelAllOrders", accountId: one, subaccount: 1 }))
    floor.time = start + 59_999
    const status = (subaccount: number) => floor.place(one, terms("bid", 40, 1, { subaccount })).status
    assert.deepStrictEqual([status(0), status(1)], ["resting", "canceled"])
    floor.time = start + 60_000
    assert.strictEqual(status(1), "resting")
  })

  it("is refused as a whole while an order rests on a paused shard", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXSHARD-1", exchangeIndex: 2 } }))
    floor.fund(one, { exchangeIndex: 2 })
    const there = floor.place(one, terms("bid", 40, 1, { ticker: "KXSHARD-1" }))
    floor.fund(one, { subaccount: 1 })
    const here = floor.place(one, terms("bid", 40, 1))
    const other = floor.place(one, terms("bid", 40, 1, { subaccount: 1 }))
    unwrap(floor.execute({ type: "setActive", exchange: false, exchangeIndex: 2 }))
    const refusal = refusalOf(floor.execute({ type: "cancelAllOrders", accountId: one }))
    assert.deepStrictEqual([refusal.kind, refusal.code], ["conflict", "exchange_is_paused"])
    assert.deepStrictEqual(
      [there, here, other].flatMap((order) => floor.now(order, "status")),
      ["resting", "resting", "resting"]
    )
    assert.strictEqual(unwrap(floor.execute({ type: "cancelAllOrders", accountId: one, subaccount: 1 })), 1)
    const named = { orderId: there.orderId, subaccount: 0, exchangeIndex: 2, marketTicker: undefined }
    assert.strictEqual(
      refusalOf(floor.execute({ type: "cancelOrder", accountId: one, target: named })).code,
      "exchange_is_paused"
    )
  })
})

describe("View.queuePositions", () => {
  it("counts the contracts ahead of each requested order, by price and then by time", () => {
    const { first, floor, second } = line()
    const better = floor.place(second.accountId, terms("bid", 41, 2))
    const positions = (query: { tickers?: ReadonlyArray<string>; eventTicker?: string }) =>
      unwrap(
        floor.view().queuePositions(second.accountId, 0, { tickers: query.tickers, eventTicker: query.eventTicker })
      )
    const expected = [
      { orderId: second.orderId, ticker, count: 700 },
      { orderId: better.orderId, ticker, count: 0 }
    ]
    assert.deepStrictEqual(positions({ tickers: [ticker] }), expected)
    assert.deepStrictEqual(positions({ eventTicker: "KXTEST-26" }), expected)
    assert.deepStrictEqual(positions({ tickers: ["KXOTHER-1"] }), [])
    assert.strictEqual(refusalOf(floor.view().queuePosition(second.accountId, first.orderId)).kind, "notFound")
    unwrap(floor.cancel(second.accountId, second.orderId))
    assert.isTrue(Result.isFailure(floor.view().queuePosition(second.accountId, second.orderId)))
  })
})
