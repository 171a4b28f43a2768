import { assert, describe, it } from "@effect/vitest"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { complement, parseCount, parseExpiry, parsePrice } from "../../src/trade/amounts.ts"
import { freeOf } from "../../src/trade/facts.ts"
import { intentOf, type OrderFields } from "../../src/trade/intent.ts"

const fields: OrderFields = {
  client_order_id: "id-1",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  expiration_time: undefined,
  post_only: undefined,
  reduce_only: undefined,
  cancel_order_on_pause: undefined,
  order_group_id: undefined,
  subaccount: undefined
}

const prices = fc.integer({ min: 1, max: 9_999 }).map((tenThousandths) => (tenThousandths / 10_000).toFixed(4))
const counts = fc
  .integer({ min: 1, max: 10_000_000 })
  .map((hundredths) => FixedPoint.fromHundredths(BigInt(hundredths)))

describe("parsePrice", () => {
  it("accepts dollars above 0 and below 1 with at most four decimals", () => {
    for (const text of ["0.56", "0.5", ".5", "0.0001", "0.9999"]) assert.isTrue(Option.isSome(parsePrice(text)), text)
    for (const text of ["0", "1", "1.00", "56", "-0.5", "-.5", ".", "0.56123", "0,56", "5e-1", "", "NaN", "$0.56"]) {
      assert.isTrue(Option.isNone(parsePrice(text)), text)
    }
  })

  it("keeps the value of every valid price", () => {
    fc.assert(
      fc.property(prices, (text) => {
        assert.isTrue(FixedPoint.equals(Option.getOrThrow(parsePrice(text)), FixedPoint.dollarsUnsafe(text)))
      })
    )
  })
})

describe("parseCount", () => {
  it("accepts contracts above zero with at most two decimals", () => {
    for (const text of ["10", "0.01", "2.5", "1000000"]) assert.isTrue(Option.isSome(parseCount(text)), text)
    for (const text of ["0", "0.00", "-1", "1.005", "1e3", "1,000", "", "ten"]) {
      assert.isTrue(Option.isNone(parseCount(text)), text)
    }
  })
})

describe("parseExpiry", () => {
  const now = Date.UTC(2026, 10, 30, 12)
  it.effect("accepts a duration from now, or a time with a zone", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now + 400)
      for (const [text, seconds] of [
        ["90s", now / 1_000 + 90],
        ["10m", now / 1_000 + 600],
        ["2h", now / 1_000 + 7_200],
        ["1d", now / 1_000 + 86_400],
        ["2026-12-24T18:00:00Z", Date.UTC(2026, 11, 24, 18) / 1_000],
        ["2026-12-24T18:00:00+02:00", Date.UTC(2026, 11, 24, 16) / 1_000],
        ["2028-02-29T00:00Z", Date.UTC(2028, 1, 29) / 1_000]
      ] as const) {
        assert.strictEqual(yield* parseExpiry("--expires", text), seconds, text)
      }
    })
  )

  it.effect("refuses a time that is not in the future, and a text that is not a time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now + 400)
      for (const text of [
        "2026-11-30T11:59:59Z",
        "2026-11-30T12:00:00Z",
        "0s",
        "10",
        "10w",
        "1.5h",
        "2026-12-24",
        "2026-12-24T18:00:00",
        "2026-02-30T18:00:00Z",
        "2027-02-29T00:00:00Z",
        "2027-13-01T00:00:00Z",
        "999999999d",
        "tomorrow",
        ""
      ]) {
        const error = yield* Effect.flip(parseExpiry("--expires", text))
        assert.strictEqual(error.exit, "usage", text)
      }
    })
  )
})

describe("intentOf", () => {
  it("buys YES and sells NO as bids, sells YES and buys NO as asks, at the price of YES", () => {
    const actions = fc.constantFrom("buy" as const, "sell" as const)
    const outcomes = fc.constantFrom("yes" as const, "no" as const)
    fc.assert(
      fc.property(actions, outcomes, prices, counts, (action, outcome, text, count) => {
        const price = Option.getOrThrow(parsePrice(text))
        const { request } = intentOf({ action, outcome, ticker: "KXA-26-T1", count, price }, fields)
        const { price: yesPrice, side, ...rest } = Result.getOrThrow(request)
        assert.strictEqual(side, (action === "buy") === (outcome === "yes") ? "bid" : "ask")
        const expected = outcome === "yes" ? price : complement(price)
        assert.isTrue(FixedPoint.equals(FixedPoint.dollarsUnsafe(yesPrice), expected))
        assert.deepInclude(rest, { ticker: "KXA-26-T1", count, client_order_id: "id-1" })
      })
    )
  })
})

describe("freeOf", () => {
  const position = FixedPoint.countUnsafe
  const order = (book_side: "bid" | "ask", count: string) => ({ book_side, remaining_count_fp: position(count) })

  it("subtracts the resting orders that close the position", () => {
    assert.strictEqual(freeOf(position("10"), []), "10.00")
    assert.strictEqual(freeOf(position("10"), [order("ask", "6"), order("bid", "3")]), "4.00")
    assert.strictEqual(freeOf(position("-10"), [order("bid", "6"), order("ask", "3")]), "-4.00")
    assert.strictEqual(freeOf(position("10"), [order("ask", "6"), order("ask", "6")]), "0.00")
    assert.strictEqual(freeOf(position("-10"), [order("bid", "16")]), "0.00")
    assert.strictEqual(freeOf(position("0"), [order("bid", "16")]), "0.00")
  })
})
