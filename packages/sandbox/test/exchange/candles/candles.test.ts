import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { type Candle, candlesOf, type CandleRange } from "../../../src/exchange/candles/candles.ts"
import { type QuotePeriod, shorten } from "../../../src/exchange/candles/quotes.ts"
import type { Trade } from "../../../src/exchange/Entities.ts"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import type { View } from "../../../src/exchange/View.ts"
import { makeFloor, sampleSize, seed, start, terms, ticker, unwrap } from "../../support/floor.ts"

const minute = 60_000
const hour = 60 * minute

/** Adds milliseconds to the start of the exchange, rounded down to a full minute. */
const minutesAfter = (millis: number): number => Math.floor(start / minute) * minute + millis

const setup = () => {
  const floor = makeFloor()
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  const all = { startSeconds: 0, endSeconds: 4_000_000_000, minutes: 1, withLatestBefore: false }
  return {
    floor,
    maker,
    taker,
    candles: (range: Partial<CandleRange> = {}) => unwrap(floor.view().candles(ticker, { ...all, ...range }, "live")),
    at: (millis: number) => void (floor.time = minutesAfter(millis)),
    trade: (cents: number, contracts: number) => {
      floor.place(maker, terms("bid", cents, contracts))
      floor.place(taker, terms("ask", cents, contracts))
    }
  }
}

const flat = (price: number) => ({ open: price, low: price, high: price, close: price })
const noAsk = flat(10_000)

describe("View.candles", () => {
  it("has no candlestick for a market in which nothing happened", () => {
    assert.deepStrictEqual(setup().candles(), [])
  })

  it("shows open, low, high, close and mean of the trades, and volume", () => {
    const { at, candles, trade } = setup()
    at(90_000)
    trade(40, 1)
    trade(30, 2)
    trade(60, 1)
    trade(50, 1)
    const [candle] = candles()
    assert.deepStrictEqual(candle, {
      endSeconds: minutesAfter(2 * minute) / 1_000,
      // Each bid rested only until the next command, whose order filled it.
      bid: { open: 0, low: 0, high: 6_000, close: 0 },
      ask: noAsk,
      price: { open: 4_000, low: 3_000, high: 6_000, close: 5_000, mean: 4_200 },
      previous: undefined,
      volume: 500,
      openInterest: 500
    })
  })

  it("counts a trade at the end of a minute in that minute", () => {
    const { at, candles, trade } = setup()
    at(minute)
    trade(40, 1)
    at(minute + 1)
    trade(41, 2)
    assert.deepStrictEqual(
      candles().map(({ endSeconds, previous, volume }) => [endSeconds * 1_000, volume, previous]),
      [
        [minutesAfter(minute), 100, undefined],
        [minutesAfter(2 * minute), 200, 4_000]
      ]
    )
  })

  it("opens a period with the best prices of the previous period", () => {
    const { at, candles, floor, maker } = setup()
    at(1)
    floor.place(maker, terms("bid", 40, 1))
    const ask = floor.place(maker, terms("ask", 60, 1))
    at(5 * minute + 1)
    floor.place(maker, terms("bid", 45, 1))
    unwrap(floor.cancel(maker, ask.orderId))
    assert.deepStrictEqual(
      candles().map(({ ask: asks, bid }) => ({ bid, ask: asks })),
      [
        {
          bid: { open: 0, low: 0, high: 4_000, close: 4_000 },
          ask: { open: 10_000, low: 6_000, high: 10_000, close: 6_000 }
        },
        {
          bid: { open: 4_000, low: 4_000, high: 4_500, close: 4_500 },
          ask: { open: 6_000, low: 6_000, high: 10_000, close: 10_000 }
        }
      ]
    )
  })

  it("has no candlestick for changes behind the best price", () => {
    const { at, candles, floor, maker } = setup()
    at(1)
    floor.place(maker, terms("bid", 40, 1))
    at(5 * minute)
    floor.place(maker, terms("bid", 39, 1))
    at(6 * minute)
    floor.place(maker, terms("bid", 40, 1))
    assert.strictEqual(candles().length, 1)
  })

  it("does not show a best price that existed only during a command", () => {
    const { at, candles, floor, maker } = setup()
    at(1)
    const order = floor.place(maker, terms("bid", 40, 1))
    at(minute + 1)
    const names = { clientOrderId: undefined, updatedClientOrderId: undefined, expirationSeconds: undefined }
    const terms2 = { orderId: order.orderId, subaccount: 0, exchangeIndex: undefined, ticker, side: "bid" } as const
    unwrap(
      floor.execute({ type: "amendOrder", accountId: maker, order: { ...terms2, ...names, price: 4_100, count: 100 } })
    )
    at(2 * minute + 1)
    floor.place(maker, terms("ask", 90, 1))
    assert.deepStrictEqual(candles()[1]?.bid, { open: 4_000, low: 4_000, high: 4_100, close: 4_100 })
  })

  it("shows an empty book after the close, and keeps the open interest", () => {
    const { at, candles, floor, trade } = setup()
    at(1)
    trade(40, 3)
    unwrap(floor.execute({ type: "setMarketClose", ticker, closeMillis: minutesAfter(10 * minute) }))
    floor.place(floor.account("other"), terms("bid", 30, 1))
    at(20 * minute)
    unwrap(floor.execute({ type: "determineMarket", ticker, outcome: "yes" }))
    unwrap(floor.execute({ type: "settleMarket", ticker }))
    at(30 * minute)
    const shown = candles()
    assert.deepStrictEqual(
      shown.map(({ bid, endSeconds, openInterest }) => [endSeconds * 1_000, bid.close, openInterest]),
      [
        [minutesAfter(minute), 3_000, 300],
        [minutesAfter(10 * minute), 0, 300]
      ]
    )
  })

  it("shows the candlesticks that end in the range, both bounds included", () => {
    const { at, candles, trade } = setup()
    for (let made = 1; made <= 5; made++) {
      at(made * minute)
      trade(40 + made, made)
    }
    const seconds = (minutes: number) => minutesAfter(minutes * minute) / 1_000
    const volumes = (from: number, to: number) =>
      candles({ startSeconds: seconds(from), endSeconds: seconds(to) }).map(({ volume }) => volume)
    assert.deepStrictEqual(volumes(2, 4), [200, 300, 400])
    assert.deepStrictEqual(volumes(1.5, 4.5), [200, 300, 400])
    assert.deepStrictEqual(volumes(6, 9), [])
  })
})

describe("View.candles with the latest candlestick before the range", () => {
  const range = (from: number, to: number) => ({
    startSeconds: minutesAfter(from * minute) / 1_000,
    endSeconds: minutesAfter(to * minute) / 1_000,
    withLatestBefore: true
  })

  it("carries the earlier prices to the first period of the range", () => {
    const { at, candles, floor, maker, trade } = setup()
    at(minute)
    trade(40, 1)
    floor.place(maker, terms("bid", 35, 1))
    at(8 * minute)
    trade(50, 1)
    const [first, second] = candles(range(3.5, 9))
    assert.deepStrictEqual(first, {
      endSeconds: minutesAfter(4 * minute) / 1_000,
      bid: flat(3_500),
      ask: noAsk,
      price: undefined,
      previous: 4_000,
      volume: 0,
      openInterest: 100
    })
    assert.deepStrictEqual([second?.previous, second?.volume], [4_000, 100])
    assert.strictEqual(candles({ ...range(3.5, 9), withLatestBefore: false }).length, 1)
  })

  it("adds the candlestick of a first period that ends after the range, even if the period has a trade", () => {
    const { at, candles, trade } = setup()
    at(minute)
    trade(40, 1)
    at(3.75 * minute)
    trade(50, 1)
    const found = candles(range(3.25, 3.5))
    assert.deepStrictEqual(
      found.map(({ endSeconds, previous, volume }) => [endSeconds, previous, volume]),
      [[minutesAfter(4 * minute) / 1_000, 4_000, 0]]
    )
  })

  it("adds no candlestick if there is no earlier candlestick, or if the first period has a candlestick", () => {
    const { at, candles, trade } = setup()
    at(3 * minute)
    trade(40, 1)
    assert.strictEqual(candles(range(1, 9)).length, 1)
    at(4 * minute)
    trade(41, 1)
    assert.deepStrictEqual(
      candles(range(4, 9)).map(({ previous, volume }) => [previous, volume]),
      [[4_000, 100]]
    )
  })
})

interface Tick {
  readonly atMillis: number
  readonly bid: number
  readonly ask: number
  readonly openInterest: number
}

interface Step {
  readonly wait: number
  readonly side: "bid" | "ask"
  readonly cents: number
  readonly contracts: number
  readonly what: "place" | "cancel"
}

const step = fc.record({
  // Some waits end exactly at the end of a minute or of an hour.
  wait: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 90_000 }),
    fc.constantFrom(1, minute, hour),
    fc.integer({ min: 0, max: 30 * hour })
  ),
  side: fc.constantFrom("bid", "ask"),
  cents: fc.integer({ min: 45, max: 55 }),
  contracts: fc.integer({ min: 1, max: 900 }).map((hundredths) => hundredths / 100),
  what: fc.constantFrom("place", "place", "place", "cancel")
} satisfies Record<keyof Step, unknown>)

/** Executes the steps. After half of them, restores the exchange from a snapshot. */
const run = (steps: ReadonlyArray<Step>) => {
  const floor = makeFloor()
  let exchange = floor.exchange
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  let now = minutesAfter(minute)
  const placed: Array<{ readonly accountId: string; readonly orderId: string }> = []
  const ticks: Array<Tick> = []
  for (const [index, { cents, contracts, side, wait, what }] of steps.entries()) {
    now += wait
    const accountId = index % 2 === 0 ? maker : taker
    const last = placed.at(-1)
    if (what === "cancel" && last !== undefined) {
      const target = { orderId: last.orderId, subaccount: 0, exchangeIndex: undefined, marketTicker: undefined }
      exchange.execute({ type: "cancelOrder", accountId: last.accountId, target }, now)
      placed.pop()
    } else {
      const order = terms(side, cents, contracts, { selfTradePrevention: "maker" })
      const result = exchange.execute({ type: "createOrder", accountId, order }, now)
      if (Result.isSuccess(result)) placed.push({ accountId, orderId: result.success.orderId })
    }
    const { ask, bid, openInterest } = unwrap(exchange.view(now).ticker(ticker))
    ticks.push({ atMillis: now, bid, ask: ask || 10_000, openInterest })
    if (index === Math.floor(steps.length / 2)) {
      exchange = Exchange.restore(JSON.parse(JSON.stringify(exchange.snapshot(now))) as Snapshot)
    }
  }
  return { view: exchange.view(now), ticks, now }
}

/** All trades that `View.listTrades` lists, but oldest first. */
const tradesOf = (view: View): ReadonlyArray<Trade> => {
  const trades: Array<Trade> = []
  let cursor = ""
  do {
    const page = unwrap(view.listTrades({ ticker, limit: 7, cursor }))
    trades.push(...page.items)
    cursor = page.cursor
  } while (cursor !== "")
  return trades.reverse()
}

const empty: Tick = { atMillis: 0, bid: 0, ask: 10_000, openInterest: 0 }

const ohlc = (open: number, later: ReadonlyArray<number>) => ({
  open,
  low: Math.min(open, ...later),
  high: Math.max(open, ...later),
  close: later.at(-1) ?? open
})

/** The candlesticks, computed period by period from all trades and all prices. */
const naive = (trades: ReadonlyArray<Trade>, ticks: ReadonlyArray<Tick>, range: CandleRange): ReadonlyArray<Candle> => {
  const length = range.minutes * minute
  const candles: Array<Candle> = []
  const ends = new Set([...trades, ...ticks].map(({ atMillis }) => Math.ceil(atMillis / length) * length))
  for (const end of Array.from(ends).sort((left, right) => left - right)) {
    const isIn = ({ atMillis }: { readonly atMillis: number }) => atMillis > end - length && atMillis <= end
    const before = ticks.findLast(({ atMillis }) => atMillis <= end - length) ?? empty
    const own = ticks.filter(isIn)
    const traded = trades.filter(isIn)
    const sum = (of: (trade: Trade) => number) => traded.reduce((total, trade) => total + of(trade), 0)
    const isChanged = own.some(
      (tick) => tick.bid !== before.bid || tick.ask !== before.ask || tick.openInterest !== before.openInterest
    )
    if (end >= range.startSeconds * 1_000 && end <= range.endSeconds * 1_000 && (traded.length > 0 || isChanged)) {
      const prices = traded.map(({ price }) => price)
      candles.push({
        endSeconds: end / 1_000,
        bid: ohlc(
          before.bid,
          own.map(({ bid }) => bid)
        ),
        ask: ohlc(
          before.ask,
          own.map(({ ask }) => ask)
        ),
        price:
          traded.length === 0
            ? undefined
            : {
                ...ohlc(prices[0]!, prices),
                mean: Math.floor(sum(({ count, price }) => count * price) / sum(({ count }) => count))
              },
        previous: trades.findLast(({ atMillis }) => atMillis <= end - length)?.price,
        volume: sum(({ count }) => count),
        openInterest: (own.at(-1) ?? before).openInterest
      })
    }
  }
  return candles
}

const everything = { startSeconds: 0, endSeconds: 4_000_000_000, withLatestBefore: false }

describe("View.candles, for any orders", () => {
  it("equals a fold over all trades and all best prices, also after a restore", () => {
    let [candles, traded] = [0, 0]
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
        fc.constantFrom(1, 1, 5, 60, 1_440),
        fc.tuple(fc.nat(), fc.nat()),
        (steps, minutes, [skip, take]) => {
          const { now, ticks, view } = run(steps)
          const trades = tradesOf(view)
          const all = { ...everything, minutes }
          const shown = unwrap(view.candles(ticker, all, "live"))
          assert.deepStrictEqual(shown, naive(trades, ticks, all))
          const volume = trades.reduce((total, { count }) => total + count, 0)
          assert.strictEqual(
            shown.reduce((total, candle) => total + candle.volume, 0),
            volume
          )
          assert.strictEqual(unwrap(view.market(ticker)).volume, volume)
          const span = Math.ceil((now - start) / 1_000) + 120
          const startSeconds = start / 1_000 - 60 + (skip % span)
          const some = { ...all, startSeconds, endSeconds: startSeconds + (take % span) }
          assert.deepStrictEqual(unwrap(view.candles(ticker, some, "live")), naive(trades, ticks, some))
          candles += shown.length
          traded += trades.length
        }
      ),
      { seed, numRuns: sampleSize(150, 2_000) }
    )
    assert.isAbove(candles, 500)
    assert.isAbove(traded, 500)
  })

  it("differs from the fold if any one trade is missing, or one of some price changes", () => {
    const minutes = 1
    const all = { ...everything, minutes }
    const { ticks, view } = run(fc.sample(step, { seed, numRuns: 60 }))
    const trades = tradesOf(view)
    assert.isAbove(trades.length, 10)
    for (const missing of trades.keys()) {
      const faulty = trades.filter((_, index) => index !== missing)
      assert.notDeepEqual(naive(faulty, ticks, all), unwrap(view.candles(ticker, all, "live")))
    }
    const seen = Array.from(ticks.keys()).filter((missing) => {
      const faulty = ticks.filter((_, index) => index !== missing)
      return JSON.stringify(naive(trades, faulty, all)) !== JSON.stringify(unwrap(view.candles(ticker, all, "live")))
    })
    assert.isAbove(seen.length, 10)
  })
})

const quotePeriod = (endMinute: number, bids: readonly [low: number, high: number, close: number]): QuotePeriod => ({
  endMinute,
  bidLow: bids[0],
  bidHigh: bids[1],
  bidClose: bids[2],
  askLow: bids[0] + 100,
  askHigh: bids[1] + 100,
  askClose: bids[2] + 100,
  openInterest: endMinute
})

const quotesArbitrary = (length: number) =>
  fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 200 }),
        fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.nat(500), fc.nat(500))
      ),
      { minLength: length, maxLength: length }
    )
    .map((moves) => {
      let endMinute = 1_000_000
      let close = 0
      return moves.map(([gap, [to, below, above]]) => {
        endMinute += gap
        const period = quotePeriod(endMinute, [Math.min(close, to) - below, Math.max(close, to) + above, to])
        close = to
        return period
      })
    })

describe("shorten, for long histories of candlesticks", () => {
  it("keeps the newer half of the periods, and changes no daily candlestick", () => {
    fc.assert(
      fc.property(quotesArbitrary(200), (quotes) => {
        const shortened = [...quotes]
        shorten(shortened, 200)
        assert.isAtMost(shortened.length, 150)
        assert.deepStrictEqual(shortened.slice(-100), quotes.slice(-100))
        const daily = { ...everything, minutes: 1_440 }
        assert.deepStrictEqual(candlesOf(shortened, [], daily), candlesOf(quotes, [], daily))
      }),
      { seed, numRuns: 100 }
    )
  })

  it("merges only minutes into hours if that is enough", () => {
    const quotes = Array.from({ length: 200 }, (_, n) => quotePeriod(1_000_000 + n, [4_000 + n, 4_100 + n, 4_050 + n]))
    const shortened = [...quotes]
    shorten(shortened, 200)
    assert.isBelow(shortened.length, 130)
    const hourly = { ...everything, minutes: 60 }
    assert.deepStrictEqual(candlesOf(shortened, [], hourly), candlesOf(quotes, [], hourly))
  })

  it("bounds the history of a market whose best bid changes every minute", () => {
    const { floor, maker } = setup()
    for (let minutes = 1; minutes <= 20_050; minutes++) {
      floor.time = minutesAfter(minutes * minute)
      const order = floor.place(maker, terms("bid", 40 + (minutes % 2), 1))
      if (minutes % 2 === 1) unwrap(floor.cancel(maker, order.orderId))
      else unwrap(floor.execute({ type: "cancelAllOrders", accountId: maker }))
      floor.place(maker, terms("bid", 30 + (minutes % 3), 1))
    }
    const [market] = floor.exchange.snapshot(floor.time).markets
    assert.isBelow(market!.quotes.length, 11_000)
    const range = { ...everything, minutes: 1_440 }
    assert.strictEqual(unwrap(floor.view().candles(ticker, range, "live")).length, 15)
  })
})
