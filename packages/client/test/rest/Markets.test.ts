import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as fc from "fast-check"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as encode from "../../src/sending/encode.ts"
import * as Markets from "../../src/rest/Markets.ts"
import { market, recordedMarket, trade } from "../support/bodies.ts"
import { itFails, itRejects, itSendsAndDecodes, play, recorded } from "../support/calls.ts"
import { type InputOf, assertIsExample, itDeclares } from "../support/operations.ts"

const seed = 20_261_009

describe("Markets.list", () => {
  itDeclares(Markets.list(), { name: "Markets.list", signed: "never", errors: ["BadRequest", "Unauthorized"] })
  itSendsAndDecodes([
    {
      it: "lists a market with an unknown status, and a scalar market with the fields of a combo",
      call: Markets.list(),
      request: "GET /markets",
      reply: {
        status: 200,
        body: {
          markets: [
            { ...market, status: "a status of tomorrow" },
            {
              ...market,
              market_type: "scalar",
              result: "",
              floor_strike: 1.5,
              cap_strike: null,
              price_ranges: [],
              settlement_bounds_type: "floor",
              settlement_floor_dollars: "0.10",
              settlement_value_dollars: null,
              mve_collection_ticker: "KXMVE",
              mve_selected_legs: [{ market_ticker: "A", side: "yes", yes_settlement_value_dollars: null }],
              exchange_index: 1
            }
          ],
          cursor: "next"
        }
      }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Markets.list({
        limit: 0,
        cursor: "c",
        event_ticker: "E",
        series_ticker: "S",
        min_created_ts: 1,
        max_created_ts: 2,
        min_updated_ts: 3,
        max_updated_ts: 8,
        max_close_ts: 4,
        min_close_ts: 5,
        min_settled_ts: 6,
        max_settled_ts: 7,
        status: "paused",
        tickers: "A,B",
        mve_filter: "exclude"
      }),
      request:
        "GET /markets?limit=0&cursor=c&event_ticker=E&series_ticker=S&min_created_ts=1&max_created_ts=2&min_updated_ts=3&max_updated_ts=8&max_close_ts=4&min_close_ts=5&min_settled_ts=6&max_settled_ts=7&status=paused&tickers=A%2CB&mve_filter=exclude",
      reply: { status: 200, body: { markets: null, cursor: "" } },
      value: { markets: [], cursor: "" }
    }
  ])

  itRejects(
    "rejects a market status as filter, a limit over 1000 and a fractional time",
    (
      [
        [{ status: "active" as "open" }, "/status"],
        [{ limit: 1001 }, "/limit"],
        [{ min_close_ts: 1.5 }, "/min_close_ts"]
      ] as const
    ).map(([input, pointer]) => [Markets.list(input), pointer])
  )

  const { yes_ask_dollars: _, ...withoutPrice } = market
  itFails(
    "fails with ContractError if a market has no price",
    Markets.list(),
    [{ status: 200, body: { markets: [market, withoutPrice], cursor: "" } }],
    { _tag: "ContractError", pointer: "/markets/1/yes_ask_dollars" }
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetMarketsQuery>>()
  })
})

describe("Markets.get", () => {
  itDeclares(Markets.get({ ticker: "T" }), {
    name: "Markets.get",
    signed: "never",
    errors: ["Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "decodes a market recorded in demo, without fields that the OpenAPI document dropped",
      call: Markets.get({ ticker: "KXMLBGAME-26JUL081840NYYTB-NYY" }),
      request: "GET /markets/KXMLBGAME-26JUL081840NYYTB-NYY",
      reply: { status: 200, body: recordedMarket },
      value: { market }
    },
    {
      it: "accepts a ticker with a dot",
      call: Markets.get({ ticker: "KXBTC-26OCT09-T114999.99" }),
      request: "GET /markets/KXBTC-26OCT09-T114999.99",
      reply: { status: 200, body: { market } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.GetInput>().toEqualTypeOf<InputOf<typeof Parameters.GetMarketPath>>()
  })
})

const book = {
  yes_dollars: [
    ["0.0100", "300.00"],
    ["0.4800", "0.50"]
  ],
  no_dollars: [["0.510000", "12.00"]]
}

const bestBids = Effect.gen(function* () {
  const { orderbook_fp } = yield* Markets.orderbook({ ticker: "KXRAIN-26-NYC" })
  return { yes: orderbook_fp.yes_dollars.at(-1), no: orderbook_fp.no_dollars.at(-1) }
})

describe("Markets.orderbook", () => {
  itDeclares(Markets.orderbook({ ticker: "T" }), {
    name: "Markets.orderbook",
    signed: "optional",
    errors: ["Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "decodes a book recorded in demo, with an empty side as an empty list",
      call: Markets.orderbook({ ticker: "T" }),
      request: "GET /markets/T/orderbook",
      reply: { status: 200, body: recorded("GetMarketOrderbook")[0] }
    },
    {
      it: "keeps prices and counts unchanged and in sequence",
      call: Markets.orderbook({ ticker: "T", depth: 100 }),
      request: "GET /markets/T/orderbook?depth=100",
      reply: { status: 200, body: { orderbook_fp: book } }
    },
    {
      it: "sends a depth of 0, which means all levels",
      call: Markets.orderbook({ ticker: "T", depth: 0 }),
      request: "GET /markets/T/orderbook?depth=0",
      reply: { status: 200, body: { orderbook_fp: book } }
    }
  ])

  it.effect("runs the documented example, which returns the last level as the best bid", () =>
    Effect.gen(function* () {
      assertIsExample(import.meta.url, "Markets", "The best bids")
      const best = yield* play(bestBids, [{ status: 200, body: { orderbook_fp: book } }])
      assert.deepStrictEqual<unknown>(best.value, { yes: ["0.4800", "0.50"], no: ["0.510000", "12.00"] })
      const none = yield* play(bestBids, [{ status: 200, body: recorded("GetMarketOrderbook")[0] }])
      assert.deepStrictEqual(none.value, { yes: undefined, no: undefined })
    })
  )

  for (const [fault, orderbook_fp, pointer] of [
    ["a price is a number", { ...book, yes_dollars: [[0.48, "1.00"]] }, "/orderbook_fp/yes_dollars/0/0"],
    ["a count has no decimals", { ...book, yes_dollars: [["0.48", "1"]] }, "/orderbook_fp/yes_dollars/0/1"],
    ["a side is null", { ...book, no_dollars: null }, "/orderbook_fp/no_dollars"],
    ["a side is missing", { yes_dollars: [] }, "/orderbook_fp/no_dollars"]
  ] as const) {
    itFails(
      `fails with ContractError if ${fault}`,
      Markets.orderbook({ ticker: "T" }),
      [{ status: 200, body: { orderbook_fp } }],
      { _tag: "ContractError", pointer }
    )
  }

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.OrderbookInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetMarketOrderbookPath, typeof Parameters.GetMarketOrderbookQuery>
    >()
  })
})

describe("Markets.orderbooks", () => {
  itDeclares(Markets.orderbooks({ tickers: ["A", "B"] }), {
    name: "Markets.orderbooks",
    signed: "optional",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "repeats the query key for each ticker",
      call: Markets.orderbooks({ tickers: ["A-1", "B 2"] }),
      request: "GET /markets/orderbooks?tickers=A-1&tickers=B%202",
      reply: { status: 200, body: { orderbooks: [{ ticker: "A-1", orderbook_fp: book }] } }
    },
    {
      it: "sends one ticker and decodes a null list as empty",
      call: Markets.orderbooks({ tickers: ["A-1"] }),
      request: "GET /markets/orderbooks?tickers=A-1",
      reply: { status: 200, body: { orderbooks: null } },
      value: { orderbooks: [] }
    }
  ])

  itRejects(
    "rejects an empty list, more than 100 tickers, a long ticker, and a string",
    (
      [
        [[], "/tickers"],
        [Array.from({ length: 101 }, (_, i) => `T-${i}`), "/tickers"],
        [["T", "T".repeat(201)], "/tickers/1"],
        ["T" as unknown as ReadonlyArray<string>, "/tickers"]
      ] as const
    ).map(([tickers, pointer]) => [Markets.orderbooks({ tickers }), pointer])
  )

  it("encodes any list of tickers so that it decodes to the same list", () => {
    const compiled = encode.prepare(Markets.orderbooks.descriptor)
    const ticker = fc.string({ unit: "binary", maxLength: 200 })
    fc.assert(
      fc.property(fc.array(ticker, { minLength: 1, maxLength: 100 }), (tickers) => {
        const { query } = Result.getOrThrow(compiled({ tickers }))
        assert.deepStrictEqual(new URLSearchParams(query).getAll("tickers"), tickers)
      }),
      { seed }
    )
  })

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.OrderbooksInput>().toEqualTypeOf<InputOf<typeof Parameters.GetMarketOrderbooksQuery>>()
  })
})

describe("Markets.trades", () => {
  itDeclares(Markets.trades(), { name: "Markets.trades", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "lists public trades",
      call: Markets.trades(),
      request: "GET /markets/trades",
      reply: { status: 200, body: { trades: [trade, { ...trade, is_block_trade: true }], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Markets.trades({ limit: 1000, cursor: "c", ticker: "T", min_ts: 1, max_ts: 2, is_block_trade: false }),
      request: "GET /markets/trades?limit=1000&cursor=c&ticker=T&min_ts=1&max_ts=2&is_block_trade=false",
      reply: { status: 200, body: { trades: null, cursor: "" } },
      value: { trades: [], cursor: "" }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.TradesInput>().toEqualTypeOf<InputOf<typeof Parameters.GetTradesQuery>>()
  })
})

const bid = { open_dollars: "0.4800", low_dollars: "0.4700", high_dollars: "0.5000", close_dollars: "0.4900" }
const quiet = {
  end_period_ts: 1_790_000_060,
  yes_bid: bid,
  yes_ask: { ...bid, high_dollars: "1.0000" },
  price: { open_dollars: null, low_dollars: null, high_dollars: null, close_dollars: null, previous_dollars: "0.4800" },
  volume_fp: "0.00",
  open_interest_fp: "10.00"
}
const busy = {
  ...quiet,
  price: { ...bid, mean_dollars: "0.485000", previous_dollars: null, min_dollars: "0.4700", max_dollars: "0.5000" },
  volume_fp: "2.50"
}

const range = { start_ts: 1_790_000_000, end_ts: 1_790_003_600 }

describe("Markets.candlesticks", () => {
  itDeclares(Markets.candlesticks({ ...range, series_ticker: "S", ticker: "T", period_interval: 1 }), {
    name: "Markets.candlesticks",
    signed: "never",
    errors: ["BadRequest", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads periods with and without trades",
      call: Markets.candlesticks({ ...range, series_ticker: "S", ticker: "T", period_interval: 1440 }),
      request: "GET /series/S/markets/T/candlesticks?start_ts=1790000000&end_ts=1790003600&period_interval=1440",
      reply: { status: 200, body: { ticker: "T", candlesticks: [quiet, busy] } }
    },
    {
      it: "requests the latest price before the start and decodes a null list as empty",
      call: Markets.candlesticks({
        ...range,
        series_ticker: "S",
        ticker: "T",
        period_interval: 1,
        include_latest_before_start: true
      }),
      request:
        "GET /series/S/markets/T/candlesticks?start_ts=1790000000&end_ts=1790003600&period_interval=1&include_latest_before_start=true",
      reply: { status: 200, body: { ticker: "T", candlesticks: null } },
      value: { ticker: "T", candlesticks: [] }
    }
  ])

  itRejects("rejects an undocumented period", [
    [Markets.candlesticks({ ...range, series_ticker: "S", ticker: "T", period_interval: 5 as 1 }), "/period_interval"]
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.CandlesticksInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetMarketCandlesticksPath, typeof Parameters.GetMarketCandlesticksQuery>
    >()
  })
})

describe("Markets.batchCandlesticks", () => {
  itDeclares(Markets.batchCandlesticks({ ...range, market_tickers: "A,B", period_interval: 60 }), {
    name: "Markets.batchCandlesticks",
    signed: "never",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "sends the comma-separated tickers",
      call: Markets.batchCandlesticks({
        ...range,
        market_tickers: "A,B",
        period_interval: 5,
        include_latest_before_start: false
      }),
      request:
        "GET /markets/candlesticks?market_tickers=A%2CB&start_ts=1790000000&end_ts=1790003600&period_interval=5&include_latest_before_start=false",
      reply: {
        status: 200,
        body: {
          markets: [
            { market_ticker: "A", candlesticks: [busy] },
            { market_ticker: "B", candlesticks: null }
          ]
        }
      },
      value: {
        markets: [
          { market_ticker: "A", candlesticks: [busy] },
          { market_ticker: "B", candlesticks: [] }
        ]
      }
    },
    {
      it: "decodes a null list as empty",
      call: Markets.batchCandlesticks({ ...range, market_tickers: "A", period_interval: 1 }),
      request: "GET /markets/candlesticks?market_tickers=A&start_ts=1790000000&end_ts=1790003600&period_interval=1",
      reply: { status: 200, body: { markets: null } },
      value: { markets: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Markets.BatchCandlesticksInput>().toEqualTypeOf<
      InputOf<typeof Parameters.BatchGetMarketCandlesticksQuery>
    >()
  })
})
