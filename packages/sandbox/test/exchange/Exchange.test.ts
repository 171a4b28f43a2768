import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { AmendOrder, CreateMarket, ListOrders } from "../../src/exchange/Commands.ts"
import { Exchange } from "../../src/exchange/Exchange.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../support/floor.ts"

const everything: ListOrders = {
  ticker: undefined,
  eventTickers: undefined,
  status: undefined,
  subaccount: undefined,
  exchangeIndex: undefined,
  minSeconds: undefined,
  maxSeconds: undefined,
  limit: 100,
  cursor: undefined
}

describe("createOrder", () => {
  it("rests an unmatched order, and shows the count of each price level", () => {
    const floor = makeFloor()
    const maker = floor.account("maker")
    floor.place(maker, terms("bid", 40, 3))
    floor.place(maker, terms("bid", 42, 1))
    floor.place(maker, terms("bid", 40, 2.5))
    floor.place(maker, terms("ask", 60, 4))
    assert.deepStrictEqual(floor.book(), {
      bid: [
        [4_200, 100],
        [4_000, 550]
      ],
      ask: [[6_000, 400]]
    })
  })

  it("fills the best price first, then the oldest order, at the resting price", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    const dear = floor.place(maker, terms("ask", 52, 5))
    const first = floor.place(maker, terms("ask", 50, 5))
    const second = floor.place(maker, terms("ask", 50, 5))
    const order = floor.place(taker, terms("bid", 55, 12))
    assert.deepStrictEqual(
      floor.events.flatMap((event) => (event.type === "fill" ? [[event.maker.orderId, event.price, event.count]] : [])),
      [
        [first.orderId, 5_000, 500],
        [second.orderId, 5_000, 500],
        [dear.orderId, 5_200, 200]
      ]
    )
    assert.strictEqual(order.status, "executed")
    assert.strictEqual(order.takerCostMicros, 10 * 500_000 + 2 * 520_000)
    assert.deepStrictEqual(floor.now(first, "status"), ["executed"])
    assert.deepStrictEqual(floor.now(dear, "status", "fillCount", "remainingCount"), ["resting", 200, 300])
  })

  it("rests the remainder of good_till_canceled, and cancels the remainder of immediate_or_cancel", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    floor.place(maker, terms("ask", 50, 4))
    const order = floor.place(taker, terms("bid", 50, 10, { timeInForce: "immediate_or_cancel" }))
    assert.deepStrictEqual([order.status, order.fillCount, order.remainingCount], ["canceled", 400, 0])
    floor.place(maker, terms("ask", 50, 4))
    const rest = floor.place(taker, terms("bid", 50, 10))
    assert.deepStrictEqual([rest.status, rest.fillCount, rest.remainingCount], ["resting", 400, 600])
    assert.deepStrictEqual(floor.book(), { bid: [[5_000, 600]], ask: [] })
  })

  it("fills a fill_or_kill order completely, or refuses it without changing the book", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    floor.place(maker, terms("ask", 50, 4))
    floor.place(maker, terms("ask", 51, 4))
    const before = floor.book()
    const refusal = floor.refused(taker, terms("bid", 51, 8.01, { timeInForce: "fill_or_kill" }))
    assert.deepStrictEqual([refusal.kind, refusal.code], ["conflict", "fill_or_kill_insufficient_resting_volume"])
    assert.deepStrictEqual(floor.book(), before)
    assert.strictEqual(floor.place(taker, terms("bid", 51, 8, { timeInForce: "fill_or_kill" })).status, "executed")
  })

  it("accepts the former client_order_id of a renamed order, if clientOrderIds is whileResting", () => {
    for (const [clientOrderIds, again] of [
      ["whileResting", "resting"],
      ["forever", "order_already_exists"]
    ] as const) {
      const floor = makeFloor({ assumptions: { clientOrderIds } })
      const accountId = floor.account("one")
      const named = terms("bid", 40, 1, { clientOrderId: "former" })
      const { orderId } = floor.place(accountId, named)
      const order = { ...amended(orderId, 40), updatedClientOrderId: "latter" }
      unwrap(floor.execute({ type: "amendOrder", accountId, order }))
      const result = floor.execute({ type: "createOrder", accountId, order: named })
      assert.strictEqual(Result.isSuccess(result) ? result.success.status : result.failure.code, again)
      const taken = terms("bid", 40, 1, { clientOrderId: "latter" })
      assert.strictEqual(floor.refused(accountId, taken).code, "order_already_exists")
    }
  })

  it("refuses a post_only order that would trade immediately", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    floor.place(maker, terms("ask", 50, 4))
    const refusal = floor.refused(taker, terms("bid", 50, 1, { postOnly: true }))
    assert.deepStrictEqual([refusal.code, refusal.details], ["invalid_order", "post only cross"])
    assert.strictEqual(floor.place(taker, terms("bid", 49, 1, { postOnly: true })).status, "resting")
  })

  it("keeps the fills before a self-trade and then cancels the incoming order (taker_at_cross)", () => {
    const floor = makeFloor()
    const [self, other] = [floor.account("self"), floor.account("other")]
    floor.place(other, terms("ask", 50, 2))
    const own = floor.place(self, terms("ask", 51, 2))
    const order = floor.place(self, terms("bid", 52, 10))
    assert.deepStrictEqual(
      [order.status, order.cancelReason, order.fillCount, order.remainingCount],
      ["canceled", "selfTrade", 200, 0]
    )
    assert.deepStrictEqual(floor.now(own, "status"), ["resting"])
  })

  it("cancels a resting order of another subaccount of the account, and continues (maker)", () => {
    const floor = makeFloor()
    const [self, other] = [floor.account("self"), floor.account("other")]
    floor.fund(self, { subaccount: 5 })
    const own = floor.place(self, terms("ask", 50, 2, { subaccount: 5 }))
    floor.place(other, terms("ask", 51, 2))
    const order = floor.place(self, terms("bid", 52, 3, { selfTradePrevention: "maker" }))
    assert.deepStrictEqual(floor.now(own, "status", "cancelReason"), ["canceled", "selfTrade"])
    assert.deepStrictEqual([order.status, order.fillCount, order.remainingCount], ["resting", 200, 100])
  })

  it("does not cancel the account's orders for a refused fill_or_kill order", () => {
    const floor = makeFloor()
    const self = floor.account("self")
    const own = floor.place(self, terms("ask", 50, 2))
    floor.refused(self, terms("bid", 52, 3, { timeInForce: "fill_or_kill", selfTradePrevention: "maker" }))
    assert.deepStrictEqual(floor.now(own, "status"), ["resting"])
  })

  it("accepts a client_order_id only once per account", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    const order = floor.place(one, terms("bid", 40, 1, { clientOrderId: "mine" }))
    floor.cancel(one, order.orderId)
    const refusal = floor.refused(one, terms("bid", 41, 1, { clientOrderId: "mine" }))
    assert.deepStrictEqual([refusal.kind, refusal.code], ["conflict", "order_already_exists"])
    assert.strictEqual(floor.place(other, terms("bid", 41, 1, { clientOrderId: "mine" })).status, "resting")
  })

  it("accepts a client_order_id again after its order has ended, if clientOrderIds is whileResting", () => {
    const floor = makeFloor({ assumptions: { clientOrderIds: "whileResting" } })
    const one = floor.account("one")
    const order = floor.place(one, terms("bid", 40, 1, { clientOrderId: "mine" }))
    floor.cancel(one, order.orderId)
    assert.strictEqual(floor.place(one, terms("bid", 41, 1, { clientOrderId: "mine" })).status, "resting")
  })

  it("does not reserve the client_order_id of a refused order", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    floor.refused(one, terms("bid", 40.5, 1, { clientOrderId: "mine" }))
    assert.strictEqual(floor.place(one, terms("bid", 40, 1, { clientOrderId: "mine" })).status, "resting")
  })

  it("expires an order at its time, before a later command", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    const expiring = floor.place(maker, terms("ask", 50, 1, { expirationSeconds: start / 1_000 + 10 }))
    floor.time = start + 9_999
    assert.deepStrictEqual(floor.now(expiring, "status"), ["resting"])
    floor.time = start + 60_000
    assert.strictEqual(floor.place(taker, terms("bid", 50, 1)).status, "resting")
    assert.deepStrictEqual(floor.now(expiring, "status", "cancelReason", "updatedMillis"), [
      "canceled",
      "expired",
      start + 10_000
    ])
  })

  it("accepts prices only on the market's price levels", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const tapered = [
      { start: "0.00", end: "0.10", step: "0.001" },
      { start: "0.10", end: "1.00", step: "0.01" }
    ]
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXTAPER-1", priceRanges: tapered } }))
    for (const [cents, taken] of [
      [9.9, true],
      [9.95, false],
      [10, true],
      [10.5, false],
      [0, false],
      [100, false]
    ] as const) {
      const result = floor.execute({
        type: "createOrder",
        accountId: one,
        order: terms("bid", cents, 1, { ticker: "KXTAPER-1" })
      })
      assert.strictEqual(Result.isSuccess(result), taken, String(cents))
    }
  })

  it("refuses an invalid order with a reason", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const past = start / 1_000
    const cases: ReadonlyArray<readonly [ReturnType<typeof terms>, string, string]> = [
      [terms("bid", 40, 1, { ticker: "KXNONE-1" }), "notFound", "market_not_found"],
      [terms("bid", 40, 1, { exchangeIndex: 1 }), "notFound", "market_not_found"],
      [terms("bid", 40, 0), "invalid", "invalid_order_size"],
      [terms("bid", 40, 10_000_000.01), "invalid", "invalid_order_size"],
      [terms("bid", 0, 1), "invalid", "invalid_price"],
      [terms("ask", 100, 1), "invalid", "invalid_price"],
      [terms("bid", 40.5, 1), "invalid", "invalid_order"],
      [terms("bid", 40, 1, { subaccount: 64 }), "invalid", "invalid_parameters"],
      [terms("bid", 40, 1, { expirationSeconds: past }), "invalid", "invalid_order"],
      [terms("bid", 40, 1, { expirationSeconds: 1e12 }), "invalid", "invalid_order"],
      [terms("bid", 40, 1, { expirationSeconds: past + 9, timeInForce: "fill_or_kill" }), "invalid", "invalid_order"],
      [terms("bid", 40, 1, { postOnly: true, timeInForce: "immediate_or_cancel" }), "invalid", "invalid_order"],
      [terms("bid", 40, 1, { reduceOnly: true }), "invalid", "invalid_order"],
      [terms("bid", 40, 1, { orderGroupId: "none" }), "invalid", "invalid_order"]
    ]
    const before = JSON.stringify(floor.exchange.dump(start))
    for (const [order, kind, code] of cases) {
      const refusal = floor.refused(one, order)
      assert.deepStrictEqual([refusal.kind, refusal.code], [kind, code])
    }
    assert.strictEqual(JSON.stringify(floor.exchange.dump(start)), before)
  })

  it("limits a reduce_only order to the opposite position", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    const reduce = { reduceOnly: true, timeInForce: "immediate_or_cancel" } as const
    assert.strictEqual(floor.refused(one, terms("ask", 50, 1, reduce)).code, "invalid_order")
    floor.place(other, terms("ask", 50, 3))
    floor.place(one, terms("bid", 50, 3))
    floor.place(other, terms("bid", 50, 10))
    const order = floor.place(one, terms("ask", 50, 8, reduce))
    assert.deepStrictEqual([order.initialCount, order.fillCount, order.status], [300, 300, "executed"])
  })

  it("accepts orders from a market's opening until its close, which cancels a resting order", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const hours = { ticker: "KXHOURS-1", openMillis: start + 1_000, closeMillis: start + 2_000 }
    unwrap(floor.execute({ type: "createMarket", market: hours }))
    const order = terms("bid", 40, 1, { ticker: hours.ticker })
    assert.strictEqual(floor.refused(one, order).code, "MARKET_INACTIVE")
    floor.time = start + 1_000
    const resting = floor.place(one, order)
    floor.time = start + 2_000
    assert.strictEqual(floor.refused(one, order).code, "MARKET_INACTIVE")
    assert.deepStrictEqual(floor.now(resting, "status", "cancelReason"), ["canceled", "marketClosed"])
    assert.deepStrictEqual(refusalOf(floor.cancel(one, resting.orderId)).kind, "notFound")
  })

  it.each([
    // Before rounding, two fills of 0.01 contracts at $0.01 have a fee of 6.93 micro-dollars each. With `microdollar`,
    // the second fill refunds $0.0001 of the rounding.
    { rule: "to $0.000001 by default", feeRounding: undefined, twice: 100 },
    { rule: "to $0.000001", feeRounding: "microdollar", twice: 100 },
    { rule: "to $0.0001", feeRounding: "centicent", twice: 200 }
  ] as const)("charges 7 % of price × (1 − price) for each fill, rounded up $rule", ({ feeRounding, twice }) => {
    const floor = makeFloor(feeRounding === undefined ? {} : { assumptions: { feeRounding } })
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    floor.place(maker, terms("ask", 52, 1))
    assert.strictEqual(floor.place(taker, terms("bid", 52, 1)).takerFeesMicros, 17_500)
    floor.place(maker, terms("ask", 1, 0.01))
    floor.place(maker, terms("ask", 1, 0.01))
    assert.strictEqual(floor.place(taker, terms("bid", 1, 0.02)).takerFeesMicros, twice)
  })

  it("refunds accumulated fee rounding of an order, from taker and maker fills", () => {
    const floor = makeFloor()
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXMAKER-1", makerFeeRate: 175 } }))
    const [one, other] = [floor.account("one"), floor.account("other")]
    const at = (side: "bid" | "ask", contracts: number) =>
      terms(side, 52, contracts, { ticker: "KXMAKER-1", selfTradePrevention: "maker" })
    // The fees are 17,472 micro-dollars as taker and 4,368 as maker. Rounding up to $0.0001 adds 28 and 32.
    floor.place(other, at("ask", 1))
    const order = floor.place(one, at("bid", 4))
    assert.strictEqual(order.takerFeesMicros, 17_500)
    Array.from({ length: 3 }, () => floor.place(other, at("ask", 1)))
    // The order carries 28, 60, 92 and then 124 micro-dollars. The last fill refunds $0.0001.
    assert.deepStrictEqual(floor.now(order, "status", "makerFeesMicros"), ["executed", 3 * 4_400 - 100])
  })

  it("conserves money: cash, the value of pairs and fees add up to the deposits", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    floor.place(one, terms("ask", 30, 10))
    floor.place(other, terms("bid", 30, 10))
    const held = [one, other].map((account) => unwrap(floor.view().portfolio(account)))
    assert.deepStrictEqual(
      held.map(({ positions }) => positions[ticker]),
      [-1_000, 1_000]
    )
    assert.deepStrictEqual(
      held.map(({ cashMicros }) => cashMicros - 1_000_000_000_000n),
      [-7_000_000n, -3_000_000n - 147_000n]
    )
    floor.place(other, terms("ask", 60, 10))
    floor.place(one, terms("bid", 60, 10))
    const flat = [one, other].map((account) => unwrap(floor.view().portfolio(account)))
    assert.deepStrictEqual(
      flat.map(({ positions }) => positions),
      [{}, {}]
    )
    assert.deepStrictEqual(
      flat.map(({ cashMicros }) => cashMicros - 1_000_000_000_000n),
      [-3_000_000n - 168_000n, 3_000_000n - 147_000n]
    )
  })
})

describe("cancelOrder", () => {
  it("returns the remaining count, and refuses to cancel the order again", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const order = floor.place(one, terms("bid", 40, 2.5))
    assert.strictEqual(unwrap(floor.cancel(one, order.orderId)).reducedBy, 250)
    const after = JSON.stringify(floor.exchange.dump(floor.time))
    assert.strictEqual(refusalOf(floor.cancel(one, order.orderId)).kind, "notFound")
    assert.strictEqual(JSON.stringify(floor.exchange.dump(floor.time)), after)
    assert.deepStrictEqual(floor.book(), { bid: [], ask: [] })
  })

  it("finds only the account's own orders, in their subaccount and on their shard", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXSHARD-1", exchangeIndex: 2 } }))
    floor.fund(one, { subaccount: 3, exchangeIndex: 2 })
    const { orderId } = floor.place(one, terms("bid", 40, 1, { ticker: "KXSHARD-1", subaccount: 3 }))
    const attempt = (account: string, subaccount: number, exchangeIndex?: number, marketTicker?: string) =>
      Result.isSuccess(
        floor.execute({
          type: "cancelOrder",
          accountId: account,
          target: { orderId, subaccount, exchangeIndex, marketTicker }
        })
      )
    assert.isFalse(attempt(other, 3, 2))
    assert.isFalse(attempt(one, 0, 2))
    assert.isFalse(attempt(one, 3))
    assert.isFalse(attempt(one, 3, 0))
    assert.isFalse(attempt(one, 3, -1))
    assert.isFalse(attempt(one, 3, undefined, ticker))
    assert.isTrue(attempt(one, 3, -1, "KXSHARD-1"))
  })
})

describe("View.listOrders", () => {
  it("lists the newest orders first, page by page, and ends with an empty cursor", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const placed = [40, 41, 42, 43, 44].map((cents) => floor.place(one, terms("bid", cents, 1)).orderId)
    const seen: Array<string> = []
    const sizes: Array<number> = []
    let cursor = ""
    do {
      const page = unwrap(floor.view().listOrders(one, { ...everything, limit: 2, cursor }))
      seen.push(...page.items.map((order) => order.orderId))
      sizes.push(page.items.length)
      cursor = page.cursor
    } while (cursor !== "")
    assert.deepStrictEqual(seen, placed.reverse())
    assert.deepStrictEqual(sizes, [2, 2, 1])
  })

  it("returns an empty cursor if no order follows", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    floor.place(one, terms("bid", 40, 1))
    floor.place(one, terms("bid", 41, 1))
    assert.strictEqual(unwrap(floor.view().listOrders(one, { ...everything, limit: 2 })).cursor, "")
  })

  it("filters by ticker, event, status, subaccount, shard and time of creation", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXOTHER-1-A", exchangeIndex: 1 } }))
    const first = floor.place(one, terms("bid", 40, 1))
    floor.cancel(one, first.orderId)
    floor.time = start + 5_000
    floor.fund(one, { subaccount: 2, exchangeIndex: 1 })
    const second = floor.place(one, terms("bid", 40, 1, { ticker: "KXOTHER-1-A", subaccount: 2 }))
    const ids = (query: Partial<ListOrders>) =>
      unwrap(floor.view().listOrders(one, { ...everything, ...query })).items.map(({ orderId }) => orderId)
    assert.deepStrictEqual(ids({}), [second.orderId, first.orderId])
    assert.deepStrictEqual(ids({ ticker }), [first.orderId])
    assert.deepStrictEqual(ids({ eventTickers: ["KXOTHER-1", "KXNONE"] }), [second.orderId])
    assert.deepStrictEqual(ids({ status: "canceled" }), [first.orderId])
    assert.deepStrictEqual(ids({ subaccount: 2 }), [second.orderId])
    assert.deepStrictEqual(ids({ exchangeIndex: 0 }), [first.orderId])
    assert.deepStrictEqual(ids({ minSeconds: start / 1_000 + 1 }), [second.orderId])
    assert.deepStrictEqual(ids({ maxSeconds: start / 1_000 + 4 }), [first.orderId])
  })

  it("refuses an invalid cursor, and a limit out of bounds", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    for (const query of [{ cursor: "nonsense" }, { cursor: "o99" }, { limit: 0 }, { limit: 1_001 }]) {
      assert.strictEqual(
        refusalOf(floor.view().listOrders(one, { ...everything, ...query })).code,
        "invalid_parameters"
      )
    }
  })
})

describe("setActive", () => {
  it("permits cancels during a trading pause, but not during an exchange pause", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const [first, second] = [floor.place(one, terms("bid", 40, 1)), floor.place(one, terms("bid", 40, 1))]
    floor.execute({ type: "setActive", trading: false })
    assert.deepStrictEqual(floor.view().status(), { exchangeActive: true, tradingActive: false })
    assert.strictEqual(floor.refused(one, terms("bid", 40, 1)).code, "trading_is_paused")
    assert.isTrue(Result.isSuccess(floor.cancel(one, first.orderId)))
    floor.execute({ type: "setActive", exchange: false })
    assert.deepStrictEqual(floor.view().status(), { exchangeActive: false, tradingActive: false })
    assert.strictEqual(floor.refused(one, terms("bid", 40, 1)).code, "exchange_is_paused")
    assert.strictEqual(refusalOf(floor.cancel(one, second.orderId)).code, "exchange_is_paused")
    floor.execute({ type: "setActive", exchange: true, trading: true })
    assert.isTrue(Result.isSuccess(floor.cancel(one, second.orderId)))
  })

  it("cancels the orders with cancelOnPause, and no others", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const [stays, goes] = [
      floor.place(one, terms("bid", 40, 1)),
      floor.place(one, terms("bid", 40, 1, { cancelOnPause: true }))
    ]
    floor.execute({ type: "setActive", trading: false })
    assert.deepStrictEqual(
      [floor.now(stays, "status"), floor.now(goes, "status", "cancelReason")],
      [["resting"], ["canceled", "paused"]]
    )
  })
})

describe("createMarket", () => {
  it("derives the event ticker from the market ticker by default", () => {
    const floor = makeFloor()
    const eventOf = (market: CreateMarket) => unwrap(floor.execute({ type: "createMarket", market })).eventTicker
    assert.strictEqual(eventOf({ ticker: "KXA-26-B" }), "KXA-26")
    assert.strictEqual(eventOf({ ticker: "KXA-26-C", eventTicker: "KXOTHER" }), "KXOTHER")
  })

  it("refuses an invalid market", () => {
    const floor = makeFloor()
    for (const wrong of [
      { ticker: "" },
      { exchangeIndex: 4 },
      { takerFeeRate: -1 },
      { makerFeeRate: 0.5 },
      { openMillis: 2, closeMillis: 2 },
      { openMillis: -1 },
      { openMillis: 0.5 },
      { openMillis: 9_000_000_000_000_000 },
      { closeMillis: 9_000_000_000_000_000 },
      { priceRanges: [] },
      {
        priceRanges: [
          { start: "0.00", end: "0.50", step: "0.01" },
          { start: "0.49", end: "1.00", step: "0.01" }
        ]
      }
    ]) {
      const refusal = refusalOf(floor.execute({ type: "createMarket", market: { ticker: "KXNEW-1", ...wrong } }))
      assert.strictEqual(refusal.code, "invalid_parameters", JSON.stringify(wrong))
    }
  })

  it("refuses a duplicate ticker and invalid price ranges", () => {
    const floor = makeFloor()
    assert.strictEqual(
      refusalOf(floor.execute({ type: "createMarket", market: { ticker } })).code,
      "market_already_exists"
    )
    for (const range of [
      { start: "0.5", end: "1.00", step: "0.01" },
      { start: "0.50", end: "0.50", step: "0.01" },
      { start: "0.00", end: "1.00", step: "0.00" },
      { start: "0.00", end: "1.00", step: "0.03" },
      { start: "0.00", end: "2.00", step: "0.01" }
    ]) {
      const refusal = refusalOf(
        floor.execute({ type: "createMarket", market: { ticker: "KXNEW-1", priceRanges: [range] } })
      )
      assert.strictEqual(refusal.code, "invalid_parameters", JSON.stringify(range))
    }
  })
})

describe("Exchange.nextTimerMillis", () => {
  it("is the time of the earliest timer, and undefined if there is none", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    assert.isUndefined(floor.exchange.nextTimerMillis())
    floor.place(one, terms("bid", 40, 1, { expirationSeconds: start / 1_000 + 9 }))
    floor.place(one, terms("bid", 40, 1, { expirationSeconds: start / 1_000 + 5 }))
    assert.strictEqual(floor.exchange.nextTimerMillis(), start + 5_000)
    floor.time = start + 5_000
    floor.view()
    assert.strictEqual(floor.exchange.nextTimerMillis(), start + 9_000)
    floor.time = start + 9_000
    floor.view()
    assert.isUndefined(floor.exchange.nextTimerMillis())
  })

  it("ignores the timer of an order that has ended", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const order = floor.place(one, terms("bid", 40, 1, { expirationSeconds: start / 1_000 + 9 }))
    unwrap(floor.cancel(one, order.orderId))
    assert.isUndefined(floor.exchange.nextTimerMillis())
  })
})

describe("Exchange.snapshot", () => {
  it("has one timer for an order, even if the order was amended several times", () => {
    const floor = makeFloor()
    const accountId = floor.account("one")
    const { orderId } = floor.place(accountId, terms("bid", 40, 1, { expirationSeconds: start / 1_000 + 60 }))
    for (const [price, seconds] of [
      [41, undefined],
      [42, undefined],
      [42, 90],
      [42, 60],
      [43, 90]
    ] as const) {
      unwrap(floor.execute({ type: "amendOrder", accountId, order: amended(orderId, price, seconds) }))
    }
    assert.deepStrictEqual(floor.exchange.snapshot(start).timers, [
      { atMillis: start + 90_000, what: "expire", of: orderId }
    ])
    unwrap(floor.execute({ type: "amendOrder", accountId, order: { ...amended(orderId, 43), expirationSeconds: 0 } }))
    assert.deepStrictEqual(floor.exchange.snapshot(start).timers, [])
  })

  it("keeps the sequence of timers that fire at the same time", () => {
    const floor = makeFloor()
    const accountId = floor.account("one")
    const closes = (closeMillis: number) => ({ type: "setMarketClose", ticker, closeMillis }) as const
    unwrap(floor.execute(closes(start + 9_000)))
    floor.place(accountId, terms("bid", 40, 1, { expirationSeconds: start / 1_000 + 9 }))
    unwrap(floor.execute(closes(start + 99_000)))
    const restored = Exchange.restore(floor.exchange.snapshot(start))
    const reasons = [floor.exchange, restored].map((exchange) => {
      unwrap(exchange.execute(closes(start + 9_000), start))
      const { items } = unwrap(exchange.view(start + 9_000).listOrders(accountId, everything))
      return items.map(({ cancelReason }) => cancelReason)
    })
    assert.deepStrictEqual(reasons[1], reasons[0])
  })
})

const amended = (orderId: string, cents: number, afterSeconds?: number): AmendOrder => ({
  orderId,
  subaccount: 0,
  exchangeIndex: undefined,
  ticker,
  side: "bid",
  price: cents * 100,
  count: 100,
  clientOrderId: undefined,
  updatedClientOrderId: undefined,
  expirationSeconds: afterSeconds === undefined ? undefined : start / 1_000 + afterSeconds
})
