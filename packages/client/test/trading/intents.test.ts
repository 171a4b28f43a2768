import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as PriceGrid from "../../src/money/PriceGrid.ts"
import { hold, write } from "../support/money.ts"
import { intent, ticker } from "../support/placing.ts"

const requestOf = (intent: Orders.OrderIntent): Readonly<Record<string, unknown>> => ({
  ...Result.getOrThrow(intent.request)
})

const invalidReason = (intent: Orders.OrderIntent): string =>
  Result.match(intent.request, {
    onFailure: ({ pointer, reason }) => `${pointer}: ${reason}`,
    onSuccess: () => assert.fail("the intent is valid")
  })

describe("Orders.buyYes, Orders.sellYes, Orders.buyNo, Orders.sellNo", () => {
  it("convert side and price to the YES book", () => {
    const size = { ticker, count: "10" } as const
    for (const [intent, side, price] of [
      [Orders.buyYes({ ...size, yes_price: "0.56" }), "bid", "0.56"],
      [Orders.sellYes({ ...size, yes_price: "0.56" }), "ask", "0.56"],
      [Orders.buyNo({ ...size, no_price: "0.56" }), "ask", "0.44"],
      [Orders.sellNo({ ...size, no_price: "0.56" }), "bid", "0.44"]
    ] as const) {
      assert.deepStrictEqual([requestOf(intent).side, requestOf(intent).price], [side, price])
    }
  })

  it("default to good_till_canceled and taker_at_cross", () => {
    assert.deepStrictEqual(
      { ...requestOf(Orders.buyNo({ ticker, count: "2.5", no_price: "0.4", order_group_id: "g" })) },
      {
        ticker,
        side: "ask",
        price: FixedPoint.dollarsUnsafe("0.60"),
        count: "2.5",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        order_group_id: "g"
      }
    )
    const ioc = Orders.sellYes({
      ticker,
      count: "1",
      yes_price: "0.01",
      time_in_force: "immediate_or_cancel",
      reduce_only: true
    })
    assert.deepInclude(requestOf(ioc), { time_in_force: "immediate_or_cancel", reduce_only: true })
  })

  it("do not compile with a price of the other outcome", () => {
    const no = Orders.noPrice(FixedPoint.dollarsUnsafe("0.44"))
    // @ts-expect-error: a NO price is not a YES price
    Orders.buyYes({ ticker, count: "1", yes_price: no })
    // @ts-expect-error: an unmarked amount is neither a YES price nor a NO price
    Orders.buyYes({ ticker, count: "1", yes_price: FixedPoint.dollarsUnsafe("0.44") })
    // @ts-expect-error: buyNo requires no_price
    const withWrongPrice = Orders.buyNo({ ticker, count: "1", yes_price: "0.44" })
    assert.include(requestOf(withWrongPrice), { side: "ask", price: "0.44" })
    // @ts-expect-error: a plain object is not an intent
    void (() => Orders.place({ request: requestOf(intent) }))
    assert.strictEqual(requestOf(Orders.buyNo({ ticker, count: "1", no_price: no })).price, "0.56")
  })

  it("reject a price off the grid, and name the nearest prices of the intent's outcome", () => {
    const d = FixedPoint.dollarsUnsafe
    const grid = Result.getOrThrow(
      PriceGrid.make([
        { start: d("0"), end: d("0.10"), step: d("0.001") },
        { start: d("0.10"), end: d("1"), step: d("0.01") }
      ])
    )
    const size = { ticker, count: "1", grid } as const
    assert.strictEqual(requestOf(Orders.buyYes({ ...size, yes_price: "0.055" })).price, "0.055")
    assert.strictEqual(
      invalidReason(Orders.buyYes({ ...size, yes_price: "0.425" })),
      "/yes_price: 0.425 is not on the market's price grid; the nearest prices are 0.42 and 0.43"
    )
    assert.strictEqual(
      invalidReason(Orders.buyNo({ ...size, no_price: "0.425" })),
      "/no_price: 0.425 is not on the market's price grid; the nearest prices are 0.43 and 0.42"
    )
    assert.strictEqual(requestOf(Orders.buyNo({ ...size, no_price: "0.945" })).price, "0.055")
  })

  it("expose the action and outcome of an intent", () => {
    const size = { ticker, count: "1" } as const
    for (const [intent, action, outcome] of [
      [Orders.buyYes({ ...size, yes_price: "0.56" }), "buy", "yes"],
      [Orders.sellYes({ ...size, yes_price: "0.56" }), "sell", "yes"],
      [Orders.buyNo({ ...size, no_price: "0.56" }), "buy", "no"],
      [Orders.sellNo({ ...size, no_price: "0.56" }), "sell", "no"]
    ] as const) {
      assert.deepInclude(intent, { action, outcome })
    }
  })

  it("reject invalid prices and an empty id", () => {
    assert.include(invalidReason(Orders.buyYes({ ticker, count: "1", yes_price: "1.01" })), "/yes_price: ")
    assert.include(invalidReason(Orders.sellNo({ ticker, count: "1", no_price: "5e-1" })), "/no_price: ")
    assert.match(
      invalidReason(Orders.sellNo({ ticker, count: "1", no_price: "0.5", client_order_id: "" })),
      /^\/client_order_id: ./
    )
  })

  it("make equal requests for opposite intents at complementary prices", () => {
    hold(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (tenThousandths) => {
        const yes = Orders.yesPrice(FixedPoint.dollarsUnsafe(write(BigInt(tenThousandths), 4)))
        const no = Orders.noPrice(Result.getOrThrow(FixedPoint.complement(yes)))
        const size = { ticker, count: "1" } as const
        const same = (one: Orders.OrderIntent, other: Orders.OrderIntent) =>
          assert.deepStrictEqual({ ...requestOf(one) }, { ...requestOf(other) })
        same(Orders.buyYes({ ...size, yes_price: yes }), Orders.sellNo({ ...size, no_price: no }))
        same(Orders.sellYes({ ...size, yes_price: yes }), Orders.buyNo({ ...size, no_price: no }))
      })
    )
  })
})

describe("Orders.buyYes, Orders.sellYes, Orders.buyNo, Orders.sellNo, Orders.closePosition from untyped code", () => {
  it("return an invalid intent instead of throwing", () => {
    for (const input of [undefined, null, "KXHIGHNY-26NOV23-T50", 10]) {
      for (const make of [Orders.buyYes, Orders.sellYes, Orders.buyNo, Orders.sellNo]) {
        assert.match(invalidReason(make(input as never)), /^: the input is not an object/) // untyped callers can pass any value
      }
      assert.include(invalidReason(Orders.closePosition(input as never, { yes_price: "0.5" })), "position")
      const position = { ticker, position_fp: FixedPoint.countUnsafe("1"), exchange_index: 0 }
      assert.match(invalidReason(Orders.closePosition(position, input as never)), /^: .*yes_price and no_price/)
    }
    assert.include(invalidReason(Orders.buyYes({ ticker, count: "1", yes_price: 0.56 as never })), "/yes_price: ")
    assert.include(invalidReason(Orders.buyNo({ ticker, count: "1", no_price: {} as never })), "/no_price: ")
    assert.include(
      invalidReason(Orders.closePosition({ ticker, position_fp: 5 } as never, { yes_price: "0.5" })),
      "position_fp"
    )
    assert.match(invalidReason(Orders.closePosition({ ticker } as never, { yes_price: "0.5" })), /^\/position_fp: ./)
  })
})

describe("Orders.closePosition", () => {
  const position = (held: string) => ({ ticker, position_fp: FixedPoint.countUnsafe(held), exchange_index: 2 })

  it("sells the position as immediate_or_cancel and reduce_only", () => {
    assert.deepStrictEqual(
      { ...requestOf(Orders.closePosition(position("7.50"), { yes_price: "0.30" })) },
      {
        ticker,
        side: "ask",
        price: FixedPoint.dollarsUnsafe("0.30"),
        count: FixedPoint.countUnsafe("7.50"),
        time_in_force: "immediate_or_cancel",
        self_trade_prevention_type: "taker_at_cross",
        reduce_only: true,
        exchange_index: 2
      }
    )
    const no = requestOf(Orders.closePosition(position("-7.50"), { no_price: "0.30", count: "2" }))
    assert.deepInclude(no, { side: "bid", price: "0.70", count: "2", reduce_only: true })
  })

  it("sells a NO position", () => {
    const no = Orders.closePosition(position("-7.50"), { no_price: "0.30" })
    assert.deepInclude(no, { action: "sell", outcome: "no" })
    assert.deepInclude(requestOf(no), { side: "bid", price: "0.70", count: FixedPoint.countUnsafe("7.50") })
  })

  it("accepts the price of either outcome", () => {
    const no = requestOf(Orders.closePosition(position("-1"), { yes_price: "0.70" }))
    assert.deepInclude(no, { side: "bid", price: "0.70" })
  })

  it("rejects an empty position", () => {
    const none = Orders.closePosition(position("0"), { yes_price: "0.30" })
    assert.match(invalidReason(none), /^: the position is 0.00; there is nothing to close/)
    assert.deepInclude(none, { action: "sell", outcome: "yes" })
  })
})

describe("Orders.buyYes with two prices", () => {
  it("returns an invalid intent", () => {
    const { request } = Orders.buyYes({ ticker, count: "1", yes_price: "0.56", no_price: "0.44" } as never) // the types reject this
    assert.isTrue(Result.isFailure(request))
  })
})
