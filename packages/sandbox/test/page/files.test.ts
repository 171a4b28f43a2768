import { assert, describe, it } from "@effect/vitest"
import { candlesOf } from "../../page/candles.js"
import * as format from "../../page/format.js"

const trade = (seconds: number, price: number, count = 100) => ({ atMillis: seconds * 1_000, price, count })

describe("candlesOf", () => {
  it("returns the open, high, low, close and volume of each interval", () => {
    const trades = [trade(60, 40), trade(70, 45), trade(80, 38), trade(119, 41, 250), trade(120, 50)]
    assert.deepStrictEqual(candlesOf(trades, 60_000).candles, [
      { start: 60_000, open: 40, high: 45, low: 38, close: 41, count: 550 },
      { start: 120_000, open: 50, high: 50, low: 50, close: 50, count: 100 }
    ])
  })

  it("continues at the last price while there are no trades", () => {
    const { candles } = candlesOf([trade(0, 40), trade(180, 60)], 60_000)
    assert.deepStrictEqual(
      candles.map(({ close, count }) => [close, count]),
      [
        [40, 100],
        [40, 0],
        [40, 0],
        [60, 100]
      ]
    )
  })

  it("chooses the shortest interval that fits all trades", () => {
    for (const [seconds, length] of [
      [0, 1_000],
      [46, 1_000],
      [47, 5_000],
      [3_600, 300_000],
      [30 * 86_400, 86_400_000]
    ] as const) {
      assert.strictEqual(candlesOf([trade(0, 40), trade(seconds, 41)]).length, length, String(seconds))
    }
  })

  it("shows the last 48 intervals, and begins at the price before them", () => {
    const { candles } = candlesOf([trade(0, 30), trade(600, 40), trade(10_000, 50)], 60_000)
    assert.strictEqual(candles.length, 48)
    assert.deepInclude(candles[0], { open: 40, close: 40, count: 0 })
    assert.strictEqual(candles.at(-1)?.close, 50)
    assert.deepStrictEqual(candlesOf([], 60_000).candles, [])
  })
})

describe("format", () => {
  it("prints prices, counts and amounts without rounding", () => {
    assert.deepStrictEqual(
      [4_500, 4_525, 5, 10_000, 0].map((price) => format.price(price)),
      ["45¢", "45.25¢", "0.05¢", "100¢", "0¢"]
    )
    assert.strictEqual(format.price(4_500, 2), "45.00¢")
    assert.deepStrictEqual(
      [100, 150, 1_234_567, 1].map((count) => format.count(count)),
      ["1", "1.5", "12,345.67", "0.01"]
    )
    assert.deepStrictEqual(
      [1_000_000_000_000, 1_509_195_078, -5_000_000, 0n, "9007199254740993"].map((micros) => format.dollars(micros)),
      ["$1,000,000.00", "$1,509.195078", "−$5.00", "$0.00", "$9,007,199,254.740993"]
    )
    assert.deepStrictEqual(format.dollarParts(1_509_195_078), ["$1,509.19", "5078"])
  })

  it("parses user input, and prints amounts in the form that the operator interface accepts", () => {
    assert.deepStrictEqual(
      ["45", "45.25", "0,5", " 7¢ ", "100", "1.234", "", "x", "-1", "1e2"].map((text) => format.parseCents(text)),
      [4_500, 4_525, 50, 700, 10_000, undefined, undefined, undefined, undefined, undefined]
    )
    assert.deepStrictEqual(
      ["10", "2.5", "0.01", "1.234", ""].map((text) => format.parseCount(text)),
      [1_000, 250, 1, undefined, undefined]
    )
    assert.deepStrictEqual([format.toDollars(4_525), format.toDollars(10_000)], ["0.4525", "1.0000"])
    assert.deepStrictEqual([format.toContracts(250), format.toContracts(1)], ["2.50", "0.01"])
  })

  it("prints durations in their two largest units", () => {
    assert.deepStrictEqual(
      [1_000, 61_000, 90_061_000, 400].map((millis) => format.duration(millis)),
      ["1 s", "1 min 1 s", "1 d 1 h", "0 s"]
    )
  })
})
