import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Filling, readTrades } from "../../src/trades/filling.ts"
import { layer, type Reply, Script } from "../support/scripted.ts"

const rest = (number: number, created_time: string, ticker = "A", more: object = {}) => ({
  count_fp: "1.00",
  created_time,
  is_block_trade: false,
  no_price_dollars: "0.6000",
  taker_book_side: "bid",
  taker_outcome_side: "yes",
  ticker,
  trade_id: String(number),
  yes_price_dollars: "0.4000",
  ...more
})

const page = (trades: ReadonlyArray<object>, cursor = ""): Reply => ({ status: 200, body: { trades, cursor } })

/** Reads trades. Also returns the query of each request. */
const read = (filling: Partial<Filling>, replies: ReadonlyArray<Reply>, sinceMillis = 10_900) =>
  Effect.gen(function* () {
    const trades = yield* readTrades({ markets: undefined, maxPages: 9, ...filling }, sinceMillis)
    const { sent } = yield* Script
    return { trades, queries: sent.map(({ target }) => target.split("?")[1]) }
  }).pipe(Effect.provide(layer(replies)))

describe("readTrades", () => {
  it.effect(
    "reads all pages of trades from shortly before the given time, and returns them as the feed sends them, oldest first",
    () =>
      Effect.gen(function* () {
        const { queries, trades } = yield* read({}, [
          page([rest(4, "1970-01-01T00:00:12.0005Z"), rest(3, "1970-01-01T00:00:12.0004Z")], "next"),
          page([rest(2, "1970-01-01T00:00:12Z", "A", { taker_side: "no" }), rest(1, "1970-01-01T00:00:11.5Z")])
        ])
        assert.deepStrictEqual(queries, ["limit=1000&min_ts=9", "limit=1000&cursor=next&min_ts=9"])
        assert.deepStrictEqual(
          trades.map(({ taker_side, trade_id, ts, ts_ms }) => [trade_id, ts, ts_ms, taker_side]),
          [
            ["1", 11, 11_500, "yes"],
            ["2", 12, 12_000, "no"],
            ["3", 12, 12_000, "yes"],
            ["4", 12, 12_000, "yes"]
          ]
        )
        assert.strictEqual(trades[0]!.market_ticker, "A")
      })
  )

  it.effect("reads each market separately if there are few markets", () =>
    Effect.gen(function* () {
      const { queries, trades } = yield* read({ markets: ["A", "B"] }, [
        page([rest(2, "1970-01-01T00:00:12Z", "A")]),
        page([rest(1, "1970-01-01T00:00:11Z", "B")])
      ])
      assert.deepStrictEqual(queries, ["limit=1000&ticker=A&min_ts=9", "limit=1000&ticker=B&min_ts=9"])
      assert.deepStrictEqual(
        trades.map(({ trade_id }) => trade_id),
        ["1", "2"]
      )
    })
  )

  it.effect("for many markets, reads all markets once and keeps the trades of the wanted markets", () =>
    Effect.gen(function* () {
      const markets = Array.from({ length: 11 }, (_, index) => `M${index}`)
      const { queries, trades } = yield* read({ markets }, [
        page([rest(2, "1970-01-01T00:00:12Z", "M10"), rest(1, "1970-01-01T00:00:11Z", "M11")])
      ])
      assert.deepStrictEqual(queries, ["limit=1000&min_ts=9"])
      assert.deepStrictEqual(
        trades.map(({ trade_id }) => trade_id),
        ["2"]
      )
    })
  )

  it.effect("sorts trades by all digits of their times, and does not reorder trades with equal times", () =>
    Effect.gen(function* () {
      const times = ["12.0005", "12.0003", "12.0007", "12.0003", "12.000", "12.0006", "12", "12.00040"]
      const { trades } = yield* read({}, [page(times.map((time, index) => rest(index, `1970-01-01T00:00:${time}Z`)))])
      assert.deepStrictEqual(
        trades.map(({ trade_id }) => trade_id),
        ["4", "6", "1", "3", "7", "0", "5", "2"]
      )
    })
  )

  it.effect("reads ten markets separately, and starts at time 0 if the requested time is negative", () =>
    Effect.gen(function* () {
      const markets = Array.from({ length: 10 }, (_, index) => `M${index}`)
      const replies = markets.map((market) => page([rest(1, "1970-01-01T00:00:12Z", market)]))
      const { queries, trades } = yield* read({ markets }, replies, -60_000)
      assert.deepStrictEqual(
        queries,
        markets.map((market) => `limit=1000&ticker=${market}&min_ts=0`)
      )
      assert.strictEqual(trades.length, 10)
    })
  )

  it.effect("fails if there are more pages than maxPages", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read({ maxPages: 1 }, [page([], "next")]))
      assert.strictEqual(error._tag, "PageBudgetExceeded")
    })
  )
})
