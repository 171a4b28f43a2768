import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as Historical from "../../src/rest/Historical.ts"
import * as Markets from "../../src/rest/Markets.ts"
import { market, recordedMarket, trade } from "../support/bodies.ts"
import { itRejects, itSendsAndDecodes, play, recorded } from "../support/calls.ts"
import { type InputOf, assertIsExample, itDeclares } from "../support/operations.ts"

const fullest = (operation: string) =>
  recorded(operation).toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0]

describe("Historical.cutoff", () => {
  itDeclares(Historical.cutoff(), { name: "Historical.cutoff", signed: "never", errors: [] })
  itSendsAndDecodes([
    {
      it: "reads four RFC 3339 times and keeps them unchanged",
      call: Historical.cutoff(),
      request: "GET /historical/cutoff",
      reply: {
        status: 200,
        body: {
          market_settled_ts: "2026-07-09T00:00:00Z",
          trades_created_ts: "2026-07-09T00:00:00.5Z",
          orders_updated_ts: "2026-09-25T00:00:00Z",
          market_positions_last_updated_ts: "2026-07-09T00:00:00Z"
        }
      }
    },
    {
      it: "accepts a response without the time of positions",
      call: Historical.cutoff(),
      request: "GET /historical/cutoff",
      reply: {
        status: 200,
        body: {
          market_settled_ts: "2026-07-09T00:00:00Z",
          trades_created_ts: "2026-07-09T00:00:00Z",
          orders_updated_ts: "2026-09-25T00:00:00Z"
        }
      }
    }
  ])
})

const everyFilter = { ticker: "T", max_ts: 2, limit: 1000, cursor: "c", min_ts: 1, subaccount: 0 }
const everyFilterSent = "ticker=T&min_ts=1&max_ts=2&limit=1000&cursor=c&subaccount=0"

describe("Historical.fills", () => {
  itDeclares(Historical.fills(), {
    name: "Historical.fills",
    signed: "always",
    errors: ["BadRequest", "Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "decodes fills recorded in demo, which have no shard",
      call: Historical.fills(),
      request: "GET /historical/fills",
      reply: { status: 200, body: fullest("GetFills") }
    },
    {
      it: "sends every filter",
      call: Historical.fills(everyFilter),
      request: `GET /historical/fills?${everyFilterSent}`,
      reply: { status: 200, body: { fills: [], cursor: "" } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.FillsInput>().toEqualTypeOf<InputOf<typeof Parameters.GetFillsHistoricalQuery>>()
  })
})

describe("Historical.markets", () => {
  itDeclares(Historical.markets(), { name: "Historical.markets", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "lists settled markets",
      call: Historical.markets(),
      request: "GET /historical/markets",
      reply: {
        status: 200,
        body: {
          markets: [
            {
              ...market,
              status: "finalized",
              result: "yes",
              settlement_value_dollars: "1.0000",
              settlement_ts: "2026-07-09T02:00:00Z"
            }
          ],
          cursor: "next"
        }
      }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Historical.markets({
        limit: 0,
        cursor: "c",
        tickers: "A,B",
        event_ticker: "E",
        series_ticker: "S",
        mve_filter: "exclude"
      }),
      request:
        "GET /historical/markets?limit=0&cursor=c&tickers=A%2CB&event_ticker=E&series_ticker=S&mve_filter=exclude",
      reply: { status: 200, body: { markets: null, cursor: "" } },
      value: { markets: [], cursor: "" }
    }
  ])

  itRejects("rejects the filter `only`, which exists only for the live list", [
    [Historical.markets({ mve_filter: "only" as "exclude" }), "/mve_filter"]
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.MarketsInput>().toEqualTypeOf<InputOf<typeof Parameters.GetHistoricalMarketsQuery>>()
  })
})

const anyMarket = (ticker: string) =>
  Markets.get({ ticker }).pipe(Effect.catchTag("NotFound", () => Historical.market({ ticker })))

describe("Historical.market", () => {
  itDeclares(Historical.market({ ticker: "T" }), { name: "Historical.market", signed: "never", errors: ["NotFound"] })
  itSendsAndDecodes([
    {
      it: "reads one market",
      call: Historical.market({ ticker: "T-1" }),
      request: "GET /historical/markets/T-1",
      reply: { status: 200, body: recordedMarket },
      value: { market }
    }
  ])

  it.effect("runs the documented example: it reads the historical market after a 404", () =>
    Effect.gen(function* () {
      assertIsExample(import.meta.url, "Historical", "A market on either side of the cutoff")
      const { paths, value } = yield* play(anyMarket("T-1"), [
        { status: 404, body: { error: { code: "not_found", message: "not found" } } },
        { status: 200, body: { market } }
      ])
      assert.deepStrictEqual<unknown>(value, { market })
      assert.deepStrictEqual(paths, ["GET /markets/T-1", "GET /historical/markets/T-1"])
    })
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.MarketInput>().toEqualTypeOf<InputOf<typeof Parameters.GetHistoricalMarketPath>>()
  })
})

const range = { ticker: "T", start_ts: 1_780_000_000, end_ts: 1_780_003_600 }
const offer = { open: "0.4800", low: "0.4700", high: "0.5000", close: "0.490000" }

describe("Historical.marketCandlesticks", () => {
  itDeclares(Historical.marketCandlesticks({ ...range, period_interval: 1 }), {
    name: "Historical.marketCandlesticks",
    signed: "never",
    errors: ["BadRequest", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads fields without the suffixes _dollars and _fp, and null prices",
      call: Historical.marketCandlesticks({ ...range, period_interval: 60 }),
      request: "GET /historical/markets/T/candlesticks?start_ts=1780000000&end_ts=1780003600&period_interval=60",
      reply: {
        status: 200,
        body: {
          ticker: "T",
          candlesticks: [
            {
              end_period_ts: 1_780_003_600,
              yes_bid: offer,
              yes_ask: offer,
              price: { open: null, low: null, high: null, close: null, mean: null, previous: "0.4800" },
              volume: "0.00",
              open_interest: "12.50"
            }
          ]
        }
      }
    },
    {
      it: "decodes a null list as empty",
      call: Historical.marketCandlesticks({ ...range, period_interval: 1440 }),
      request: "GET /historical/markets/T/candlesticks?start_ts=1780000000&end_ts=1780003600&period_interval=1440",
      reply: { status: 200, body: { ticker: "T", candlesticks: null } },
      value: { ticker: "T", candlesticks: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.MarketCandlesticksInput>().toEqualTypeOf<
      InputOf<
        typeof Parameters.GetMarketCandlesticksHistoricalPath,
        typeof Parameters.GetMarketCandlesticksHistoricalQuery
      >
    >()
  })
})

const order = {
  order_id: "o-1",
  user_id: "u-1",
  client_order_id: "mine-1",
  ticker: "T",
  outcome_side: "no",
  book_side: "ask",
  type: "limit",
  status: "executed",
  yes_price_dollars: "0.4800",
  no_price_dollars: "0.5200",
  fill_count_fp: "2.50",
  remaining_count_fp: "0.00",
  initial_count_fp: "2.50",
  taker_fill_cost_dollars: "1.300000",
  maker_fill_cost_dollars: "0.000000",
  taker_fees_dollars: "0.043700",
  maker_fees_dollars: "0.000000",
  created_time: "2026-07-06T01:55:17.3Z",
  expiration_time: null,
  self_trade_prevention_type: null,
  order_group_id: null
}

describe("Historical.orders", () => {
  itDeclares(Historical.orders(), {
    name: "Historical.orders",
    signed: "always",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "lists historical orders",
      call: Historical.orders(),
      request: "GET /historical/orders",
      reply: { status: 200, body: { orders: [order], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Historical.orders(everyFilter),
      request: `GET /historical/orders?${everyFilterSent}`,
      reply: { status: 200, body: { orders: null, cursor: "" } },
      value: { orders: [], cursor: "" }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.OrdersInput>().toEqualTypeOf<InputOf<typeof Parameters.GetHistoricalOrdersQuery>>()
  })
})

const withoutRestingOrders = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (key, value: unknown) => (key === "resting_orders_count" ? undefined : value))

describe("Historical.positions", () => {
  itDeclares(Historical.positions(), {
    name: "Historical.positions",
    signed: "always",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "decodes positions recorded in demo, without a field that the OpenAPI document dropped",
      call: Historical.positions(),
      request: "GET /historical/positions",
      reply: { status: 200, body: fullest("GetPositions") },
      value: withoutRestingOrders(fullest("GetPositions"))
    },
    {
      it: "sends every filter and accepts a response without a cursor",
      call: Historical.positions({ ticker: "T", event_ticker: "E", limit: 1, cursor: "c", subaccount: 63 }),
      request: "GET /historical/positions?ticker=T&event_ticker=E&subaccount=63&limit=1&cursor=c",
      reply: { status: 200, body: { market_positions: [], event_positions: [] } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.PositionsInput>().toEqualTypeOf<InputOf<typeof Parameters.GetHistoricalPositionsQuery>>()
  })
})

describe("Historical.trades", () => {
  itDeclares(Historical.trades(), { name: "Historical.trades", signed: "never", errors: ["BadRequest", "NotFound"] })
  itSendsAndDecodes([
    {
      it: "lists historical public trades",
      call: Historical.trades(),
      request: "GET /historical/trades",
      reply: { status: 200, body: { trades: [{ ...trade, taker_side: "no" }], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Historical.trades({ ticker: "T", min_ts: 1, max_ts: 2, limit: 0, cursor: "c", is_block_trade: true }),
      request: "GET /historical/trades?ticker=T&min_ts=1&max_ts=2&limit=0&cursor=c&is_block_trade=true",
      reply: { status: 200, body: { trades: null, cursor: "" } },
      value: { trades: [], cursor: "" }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Historical.TradesInput>().toEqualTypeOf<InputOf<typeof Parameters.GetTradesHistoricalQuery>>()
  })
})
