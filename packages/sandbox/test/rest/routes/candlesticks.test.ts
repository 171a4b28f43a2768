import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { layerTest, Sandbox } from "../../../src/Sandbox.ts"
import type { Loose } from "../../support/feedWorld.ts"
import { errorOf, send } from "../../support/wire.ts"
import { makeWorld, order, settledTicker, ticker } from "../../support/world.ts"

type Json = Readonly<Record<string, Loose>>

const get = (path: string) =>
  Effect.map(send({ method: "GET", path }), (got) => {
    assert.strictEqual(got.status, 200, JSON.stringify(got.body))
    return got.body as Json
  })

const refused = (path: string) => Effect.map(send({ method: "GET", path }), (got) => [got.status, errorOf(got).details])

const candlesticksOf = (market: string) => `/series/KXTEST/markets/${market}/candlesticks`

/** Sets the time to the start of a minute. Returns a function that makes a trade. */
const setup = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  yield* TestClock.setTime(1_800_000_000_000)
  const world = yield* makeWorld
  const trade = (price: string, count: string, market: string = ticker) =>
    Effect.gen(function* () {
      const terms = { ticker: market, price, count, self_trade_prevention_type: "maker" }
      const post = (by: typeof world.maker, json: unknown) =>
        send({ method: "POST", path: "/portfolio/events/orders", by, json })
      assert.strictEqual((yield* post(world.taker, order({ ...terms, side: "bid" }))).status, 201)
      assert.strictEqual((yield* post(world.maker, order({ ...terms, side: "ask" }))).status, 201)
    })
  return { sandbox, world, trade }
})

const range = "start_ts=1799999940&end_ts=1800010000"

describe("GET candlesticks", () => {
  it.effect("has the form of the document, and the volume of the listed trades", () =>
    Effect.gen(function* () {
      const { trade } = yield* setup
      yield* TestClock.adjust(90_000)
      yield* trade("0.50", "2")
      yield* trade("0.55", "1")
      yield* TestClock.adjust(3_600_000)
      yield* trade("0.52", "4.25")
      const body = yield* get(`${candlesticksOf(ticker)}?${range}&period_interval=1`)
      assert.strictEqual(body["ticker"], ticker)
      assert.deepStrictEqual(body["candlesticks"][1], {
        end_period_ts: 1_800_000_120,
        yes_bid: { open_dollars: "0.4000", low_dollars: "0.4000", high_dollars: "0.5500", close_dollars: "0.4000" },
        yes_ask: { open_dollars: "1.0000", low_dollars: "1.0000", high_dollars: "1.0000", close_dollars: "1.0000" },
        price: {
          open_dollars: "0.5000",
          low_dollars: "0.5000",
          high_dollars: "0.5500",
          close_dollars: "0.5500",
          mean_dollars: "0.5166",
          previous_dollars: "0.6000"
        },
        volume_fp: "3.00",
        open_interest_fp: "6.00"
      })
      const { trades } = yield* get(`/markets/trades?ticker=${ticker}&limit=1000`)
      const sum = (items: ReadonlyArray<Json>, name: string) =>
        items.reduce((total, item) => total + Math.round(Number(item[name]) * 100), 0)
      assert.isAbove(trades.length, 3)
      for (const period of [1, 60, 1_440]) {
        const { candlesticks } = yield* get(
          `${candlesticksOf(ticker)}?start_ts=1799900000&end_ts=1800100000&period_interval=${period}`
        )
        assert.strictEqual(sum(candlesticks, "volume_fp"), sum(trades, "count_fp"))
      }
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("shows no price for a period without trades", () =>
    Effect.gen(function* () {
      const { world } = yield* setup
      yield* TestClock.adjust(600_000)
      yield* send({ method: "POST", path: "/portfolio/events/orders", by: world.maker, json: order({ price: "0.41" }) })
      const { candlesticks } = yield* get(`${candlesticksOf(ticker)}?${range}&period_interval=1`)
      const none = {
        open_dollars: null,
        low_dollars: null,
        high_dollars: null,
        close_dollars: null,
        mean_dollars: null
      }
      assert.deepStrictEqual(candlesticks.at(-1).price, { ...none, previous_dollars: "0.6000" })
      assert.strictEqual(candlesticks.at(-1).volume_fp, "0.00")
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("starts with a candlestick of the last price before the range, if the request asks for it", () =>
    Effect.gen(function* () {
      yield* setup
      const path = `${candlesticksOf(ticker)}?start_ts=1800003601&end_ts=1800010000&period_interval=60`
      assert.deepStrictEqual((yield* get(path))["candlesticks"], [])
      const { candlesticks } = yield* get(`${path}&include_latest_before_start=true`)
      assert.deepStrictEqual(
        candlesticks.map(({ end_period_ts, price }: Json) => [
          end_period_ts,
          price.close_dollars,
          price.previous_dollars
        ]),
        [[1_800_007_200, null, "0.6000"]]
      )
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("refuses more than 5,000 periods of one market, or 10,000 of several", () =>
    Effect.gen(function* () {
      yield* setup
      const one = (minutes: number) => `${candlesticksOf(ticker)}?start_ts=0&end_ts=${minutes * 60}&period_interval=1`
      yield* get(one(5_000))
      assert.strictEqual((yield* refused(one(5_001)))[0], 400)
      const many = (minutes: number) =>
        `/markets/candlesticks?market_tickers=${ticker},${settledTicker}&start_ts=0&end_ts=${minutes * 60}&period_interval=1`
      yield* get(many(5_000))
      const [status, details] = yield* refused(many(5_001))
      assert.deepStrictEqual(
        [status, details],
        [400, "the request covers 10002 candlesticks, more than the maximum of 10000: request a shorter range"]
      )
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("lists several markets in the order of the request, without unknown markets", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* setup
      yield* sandbox.createMarket({ ticker: "KXIDLE-26-A" })
      const tickers = `KXIDLE-26-A,KXNONE-26-A,${ticker},KXIDLE-26-A`
      const { markets } = yield* get(`/markets/candlesticks?market_tickers=${tickers}&${range}&period_interval=5`)
      assert.deepStrictEqual(
        markets.map(({ candlesticks, market_ticker }: Json) => [market_ticker, candlesticks.length]),
        [
          ["KXIDLE-26-A", 0],
          [ticker, 1]
        ]
      )
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("returns the candlesticks of an archived market only from the archive", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* setup
      const live = `${candlesticksOf(settledTicker)}?${range}&period_interval=60`
      const archived = `/historical/markets/${settledTicker}/candlesticks?${range}&period_interval=60`
      assert.strictEqual((yield* get(live))["candlesticks"].length, 1)
      assert.strictEqual((yield* refused(archived))[0], 404)
      yield* sandbox.moveClock(100 * 86_400_000)
      assert.strictEqual((yield* refused(live))[0], 404)
      const { candlesticks } = yield* get(archived)
      assert.deepStrictEqual(candlesticks[0].price, {
        open: "0.6000",
        low: "0.6000",
        high: "0.6000",
        close: "0.6000",
        mean: "0.6000",
        previous: null
      })
      assert.deepStrictEqual([candlesticks[0].volume, candlesticks[0].open_interest], ["3.00", "3.00"])
    }).pipe(Effect.provide(layerTest()))
  )
})

describe("GET candlesticks of an event", () => {
  const path = "/series/KXTEST/events/KXTEST-26/candlesticks"

  it.effect("has the lowest and the highest closing price of the event's markets", () =>
    Effect.gen(function* () {
      const { sandbox, trade } = yield* setup
      yield* sandbox.createMarket({ ticker: "KXTEST-26-B" })
      yield* TestClock.adjust(3_600_000)
      yield* trade("0.45", "1")
      yield* trade("0.20", "1", "KXTEST-26-B")
      const body = yield* get(`${path}?${range}&period_interval=60`)
      assert.deepStrictEqual(body["market_tickers"], [ticker, settledTicker, "KXTEST-26-B"])
      assert.deepStrictEqual(
        body["market_candlesticks"].map((candlesticks: ReadonlyArray<Json>) =>
          candlesticks.map(({ price }) => [price.min_dollars, price.close_dollars, price.max_dollars])
        ),
        [
          [
            ["0.6000", "0.6000", "0.6000"],
            ["0.2000", "0.4500", "0.4500"]
          ],
          [["0.6000", "0.6000", "0.6000"]],
          [["0.2000", "0.2000", "0.4500"]]
        ]
      )
      assert.strictEqual(body["adjusted_end_ts"], 1_800_010_000)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("ends the range early if the markets have more than 10,000 periods", () =>
    Effect.gen(function* () {
      yield* setup
      const body = yield* get(`${path}?start_ts=1799999940&end_ts=1900000000&period_interval=1`)
      assert.strictEqual(body["adjusted_end_ts"], 1_799_999_940 + 5_000 * 60)
    }).pipe(Effect.provide(layerTest()))
  )
})

describe("GET forecast_percentile_history", () => {
  it.effect("has the raw, the rounded and the formatted forecast of each percentile", () =>
    Effect.gen(function* () {
      const { sandbox, trade, world } = yield* setup
      for (const floor of [1, 2]) {
        yield* sandbox.createMarket({ ticker: `KXRATE-26-${floor}`, strike: { type: "greater", floor } })
        yield* trade(floor === 1 ? "0.77" : "0.10", "1", `KXRATE-26-${floor}`)
      }
      yield* TestClock.adjust(60_000)
      const got = yield* send({
        method: "GET",
        path: `/series/KXRATE/events/KXRATE-26/forecast_percentile_history?percentiles=5000&percentiles=9999&${range}&period_interval=1`,
        by: world.maker
      })
      const { forecast_history } = got.body as Json
      assert.deepStrictEqual(forecast_history.at(-1), {
        event_ticker: "KXRATE-26",
        end_period_ts: 1_800_000_060,
        period_interval: 1,
        percentile_points: [
          {
            percentile: 5_000,
            raw_numerical_forecast: 1.4029850746268657,
            numerical_forecast: 1.4,
            formatted_forecast: "1.4"
          },
          { percentile: 9_999, raw_numerical_forecast: 2, numerical_forecast: 2, formatted_forecast: "2" }
        ]
      })
      const market = yield* get("/markets/KXRATE-26-1")
      assert.deepStrictEqual([market["market"].strike_type, market["market"].floor_strike], ["greater", 1])
    }).pipe(Effect.provide(layerTest()))
  )
})

describe("GET event", () => {
  it.effect("has collateral_return_type MECNET for a mutually exclusive event", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* setup
      yield* sandbox.createEvent({ eventTicker: "KXONE-26", mutuallyExclusive: true })
      const typeOf = (event: string) =>
        Effect.map(get(`/events/${event}`), (body) => body["event"].collateral_return_type)
      assert.deepStrictEqual([yield* typeOf("KXONE-26"), yield* typeOf("KXTEST-26")], ["MECNET", ""])
    }).pipe(Effect.provide(layerTest()))
  )
})

describe("changes of fees on the wire", () => {
  it.effect("are listed with their times, and an event shows the override of its fee", () =>
    Effect.gen(function* () {
      const { sandbox } = yield* setup
      const later = 1_800_000_060_000
      yield* sandbox.changeSeriesFee("KXTEST", { feeMultiplier: 0.5 }, later)
      yield* sandbox.changeEventFee("KXTEST-26", { feeType: "quadratic", feeMultiplier: 2 })
      const change = {
        id: "KXTEST-2",
        series_ticker: "KXTEST",
        fee_type: "quadratic",
        fee_multiplier: 0.5,
        scheduled_ts: "2027-01-15T08:01:00Z"
      }
      const upcoming = yield* get("/series/fee_changes")
      assert.deepStrictEqual(upcoming["series_fee_change_arr"], [change])
      const all = yield* get("/series/fee_changes?series_ticker=KXTEST&show_historical=true")
      assert.deepStrictEqual(
        all["series_fee_change_arr"].map(({ id }: Json) => id),
        ["KXTEST-1", "KXTEST-2"]
      )
      assert.deepStrictEqual(yield* get("/events/fee_changes?event_ticker=KXTEST-26"), {
        event_fee_changes: [
          {
            id: "KXTEST-26-1",
            event_ticker: "KXTEST-26",
            series_ticker: "KXTEST",
            fee_type_override: "quadratic",
            fee_multiplier_override: 2,
            scheduled_ts: "2027-01-15T08:00:00Z"
          }
        ],
        cursor: ""
      })
      const { event } = yield* get("/events/KXTEST-26")
      assert.deepStrictEqual([event.fee_type_override, event.fee_multiplier_override], ["quadratic", 2])
      yield* TestClock.adjust(60_000)
      assert.strictEqual((yield* get("/series/KXTEST"))["series"].fee_multiplier, 0.5)
      assert.deepStrictEqual((yield* get("/series/fee_changes"))["series_fee_change_arr"], [])
    }).pipe(Effect.provide(layerTest()))
  )
})
