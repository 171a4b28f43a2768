import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { complement, deltaBody, padPrice, snapshotBody } from "../../src/relay/wire.ts"

const delta = {
  market_ticker: "A",
  market_id: "id",
  clock: 3,
  price_dollars: "0.6000",
  delta_fp: "-2.00",
  side: "no",
  client_order_id: "mine",
  subaccount: 2
}

describe("complement", () => {
  it("is one dollar minus the price, with the same decimals", () => {
    assert.deepStrictEqual(["0.4500", "0.45", "1.0000", "0.0000", "0.0001", "0.123456"].map(complement), [
      "0.5500",
      "0.55",
      "0.0000",
      "1.0000",
      "0.9999",
      "0.876544"
    ])
  })

  it("returns the price if it is applied twice", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (micros) => {
        const price = `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`
        assert.strictEqual(complement(complement(price)), price)
      })
    )
  })
})

describe("padPrice", () => {
  it("writes at least four decimals", () => {
    assert.deepStrictEqual(["0.45", "1", "0.12345"].map(padPrice), ["0.4500", "1.0000", "0.12345"])
  })
})

describe("deltaBody", () => {
  it("has the price of NO, or the price of YES if the reader requests it", () => {
    const priceIn = (useYesPrice: boolean) =>
      JSON.parse(deltaBody(delta, { useYesPrice, isPrivate: false })).price_dollars
    assert.deepStrictEqual([priceIn(true), priceIn(false)], ["0.6000", "0.4000"])
  })

  it("contains the id of the user's own order only for readers with the token", () => {
    assert.notMatch(deltaBody(delta, { useYesPrice: true, isPrivate: false }), /client_order_id|subaccount/)
    assert.include(deltaBody(delta, { useYesPrice: true, isPrivate: true }), '"client_order_id":"mine","subaccount":2')
  })
})

describe("snapshotBody", () => {
  it("has the best level last, and no key for an empty side", () => {
    const book = {
      market_ticker: "A",
      market_id: "id",
      clock: 3,
      bids: [
        ["0.5000", "1.00"],
        ["0.4000", "2.00"]
      ] as const,
      asks: []
    }
    assert.deepStrictEqual(JSON.parse(snapshotBody(book, true)), {
      market_ticker: "A",
      market_id: "id",
      clock: 3,
      yes_dollars_fp: [
        ["0.4000", "2.00"],
        ["0.5000", "1.00"]
      ]
    })
  })
})
