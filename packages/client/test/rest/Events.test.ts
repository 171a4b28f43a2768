import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Events from "../../src/rest/Events.ts"
import type * as Parameters from "../../src/generated/parameters.ts"
import { market } from "../support/bodies.ts"
import { itRejects, itSendsAndDecodes, play } from "../support/calls.ts"
import { type InputOf, assertIsExample, itDeclares } from "../support/operations.ts"

const event = {
  event_ticker: "KXMLBGAME-26JUL081840NYYTB",
  series_ticker: "KXMLBGAME",
  title: "Home team against visitors?",
  sub_title: "NYY at TB",
  collateral_return_type: "MECNET",
  mutually_exclusive: true,
  settlement_sources: [{ name: "League", url: "https://example.org" }],
  last_updated_ts: "2026-07-05T22:45:48.5Z",
  exchange_index: 3,
  product_metadata: { competition: "Pro Baseball" }
}

const milestone = {
  id: "m-1",
  category: "Sports",
  type: "baseball_game",
  start_date: "2026-07-08T22:40:00Z",
  end_date: null,
  title: "NYY at TB",
  notification_message: "",
  related_event_tickers: [event.event_ticker],
  primary_event_tickers: [],
  details: { home: "TB" },
  last_updated_ts: "2026-07-05T22:45:48Z"
}

const openMarkets = Events.list.items.events({ status: "open", with_nested_markets: true }).pipe(
  Stream.flatMap((event) => Stream.fromIterable(event.markets ?? [])),
  Stream.map((market) => market.ticker)
)

describe("Events.list", () => {
  itDeclares(Events.list(), { name: "Events.list", signed: "never", errors: ["BadRequest", "Unauthorized"] })
  itSendsAndDecodes([
    {
      it: "lists events with their markets and milestones",
      call: Events.list({ with_nested_markets: true, with_milestones: true }),
      request: "GET /events?with_nested_markets=true&with_milestones=true",
      reply: { status: 200, body: { events: [{ ...event, markets: [market] }], milestones: [milestone], cursor: "" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Events.list({
        limit: 200,
        cursor: "c=/+",
        with_nested_markets: false,
        with_milestones: false,
        status: "settled",
        series_ticker: "KXMLBGAME",
        tickers: "A-1,B-2",
        min_close_ts: 1_790_000_000,
        min_updated_ts: 0
      }),
      request:
        "GET /events?limit=200&cursor=c%3D%2F%2B&with_nested_markets=false&with_milestones=false&status=settled&series_ticker=KXMLBGAME&tickers=A-1%2CB-2&min_close_ts=1790000000&min_updated_ts=0",
      reply: { status: 200, body: { events: null, cursor: "" } },
      value: { events: [], cursor: "" }
    }
  ])

  it.effect("runs the documented example: it reads all pages to the empty cursor", () =>
    Effect.gen(function* () {
      assertIsExample(import.meta.url, "Events", "The tickers of all open markets, without combos")
      const { sent, value } = yield* play(Stream.runCollect(openMarkets), [
        { status: 200, body: { events: [{ ...event, markets: [market] }, event], cursor: "p2" } },
        { status: 200, body: { events: null, cursor: "p3" } },
        { status: 200, body: { events: [{ ...event, markets: [{ ...market, ticker: "SECOND" }] }], cursor: "" } }
      ])
      assert.deepStrictEqual(value, [market["ticker"], "SECOND"])
      assert.deepStrictEqual(
        sent.map(({ target }) => target),
        [
          "/trade-api/v2/events?with_nested_markets=true&status=open",
          "/trade-api/v2/events?cursor=p2&with_nested_markets=true&status=open",
          "/trade-api/v2/events?cursor=p3&with_nested_markets=true&status=open"
        ]
      )
    })
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetEventsQuery>>()
  })
})

describe("Events.listMultivariate", () => {
  itDeclares(Events.listMultivariate(), {
    name: "Events.listMultivariate",
    signed: "never",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "lists the events of combos",
      call: Events.listMultivariate(),
      request: "GET /events/multivariate",
      reply: { status: 200, body: { events: [event], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Events.listMultivariate({
        limit: 1,
        cursor: "c",
        series_ticker: "S",
        collection_ticker: "C",
        tickers: "A,B",
        with_nested_markets: true
      }),
      request:
        "GET /events/multivariate?limit=1&cursor=c&series_ticker=S&collection_ticker=C&tickers=A%2CB&with_nested_markets=true",
      reply: { status: 200, body: { events: null, cursor: "" } },
      value: { events: [], cursor: "" }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.ListMultivariateInput>().toEqualTypeOf<InputOf<typeof Parameters.GetMultivariateEventsQuery>>()
  })
})

describe("Events.get", () => {
  itDeclares(Events.get({ event_ticker: "E-1" }), {
    name: "Events.get",
    signed: "never",
    errors: ["BadRequest", "Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads markets beside the event",
      call: Events.get({ event_ticker: "E-1.5" }),
      request: "GET /events/E-1.5",
      reply: { status: 200, body: { event, markets: [market] } }
    },
    {
      it: "reads markets inside the event, and decodes a null list as empty",
      call: Events.get({ event_ticker: "E-1", with_nested_markets: true }),
      request: "GET /events/E-1?with_nested_markets=true",
      reply: { status: 200, body: { event: { ...event, markets: [market] }, markets: null } },
      value: { event: { ...event, markets: [market] }, markets: [] }
    },
    {
      it: "reads a fee override",
      call: Events.get({ event_ticker: "E-1" }),
      request: "GET /events/E-1",
      reply: {
        status: 200,
        body: { event: { ...event, fee_type_override: "flat", fee_multiplier_override: 0.25 }, markets: [] }
      }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.GetInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetEventPath, typeof Parameters.GetEventQuery>
    >()
  })
})

describe("Events.metadata", () => {
  itDeclares(Events.metadata({ event_ticker: "E-1" }), {
    name: "Events.metadata",
    signed: "never",
    errors: ["BadRequest", "Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads the display data of an event",
      call: Events.metadata({ event_ticker: "E-1" }),
      request: "GET /events/E-1/metadata",
      reply: {
        status: 200,
        body: {
          image_url: "/e.png",
          featured_image_url: "/f.png",
          market_details: [{ market_ticker: "E-1-A", image_url: "/a.png", color_code: "#0a0" }],
          settlement_sources: [{ name: "League" }, {}],
          competition: "Pro Baseball",
          competition_scope: null
        }
      }
    },
    {
      it: "decodes null lists as empty",
      call: Events.metadata({ event_ticker: "E-1" }),
      request: "GET /events/E-1/metadata",
      reply: { status: 200, body: { image_url: "", market_details: null, settlement_sources: null } },
      value: { image_url: "", market_details: [], settlement_sources: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.MetadataInput>().toEqualTypeOf<InputOf<typeof Parameters.GetEventMetadataPath>>()
  })
})

describe("Events.feeChanges", () => {
  itDeclares(Events.feeChanges(), { name: "Events.feeChanges", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "reads a new and a removed fee override",
      call: Events.feeChanges(),
      request: "GET /events/fee_changes",
      reply: {
        status: 200,
        body: {
          event_fee_changes: [
            {
              id: "c-1",
              event_ticker: "E-1",
              series_ticker: "S",
              fee_type_override: "quadratic",
              fee_multiplier_override: 0.5,
              scheduled_ts: "2026-10-15T00:00:00Z"
            },
            {
              id: "c-2",
              event_ticker: "E-1",
              series_ticker: "S",
              fee_type_override: null,
              fee_multiplier_override: null,
              scheduled_ts: "2026-10-16T00:00:00Z"
            }
          ],
          cursor: "next"
        }
      }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Events.feeChanges({ event_ticker: "E-1", limit: 1000, cursor: "c" }),
      request: "GET /events/fee_changes?event_ticker=E-1&limit=1000&cursor=c",
      reply: { status: 200, body: { event_fee_changes: null, cursor: "" } },
      value: { event_fee_changes: [], cursor: "" }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.FeeChangesInput>().toEqualTypeOf<InputOf<typeof Parameters.GetEventFeeChangesQuery>>()
  })
})

const range = { series_ticker: "S", ticker: "E-1", start_ts: 1_790_000_000, end_ts: 1_790_003_600 }
const prices = { open_dollars: "0.4800", low_dollars: "0.4700", high_dollars: "0.5000", close_dollars: "0.490000" }
const candlestick = {
  end_period_ts: 1_790_003_600,
  yes_bid: prices,
  yes_ask: prices,
  price: { close_dollars: null, previous_dollars: "0.4800" },
  volume_fp: "0.00",
  open_interest_fp: "12.50"
}

describe("Events.candlesticks", () => {
  itDeclares(Events.candlesticks({ ...range, period_interval: 1 }), {
    name: "Events.candlesticks",
    signed: "never",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "reads one list per market and decodes a null list as empty",
      call: Events.candlesticks({ ...range, period_interval: 60 }),
      request: "GET /series/S/events/E-1/candlesticks?start_ts=1790000000&end_ts=1790003600&period_interval=60",
      reply: {
        status: 200,
        body: {
          market_tickers: ["E-1-A", "E-1-B"],
          market_candlesticks: [[candlestick], null],
          adjusted_end_ts: 1_790_003_600
        }
      },
      value: {
        market_tickers: ["E-1-A", "E-1-B"],
        market_candlesticks: [[candlestick], []],
        adjusted_end_ts: 1_790_003_600
      }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.CandlesticksInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetMarketCandlesticksByEventPath, typeof Parameters.GetMarketCandlesticksByEventQuery>
    >()
  })
})

describe("Events.forecastPercentileHistory", () => {
  const call = Events.forecastPercentileHistory({ ...range, percentiles: [0, 5000, 9999], period_interval: 0 })
  itDeclares(call, {
    name: "Events.forecastPercentileHistory",
    signed: "always",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "repeats the query key for each percentile",
      call,
      request:
        "GET /series/S/events/E-1/forecast_percentile_history?percentiles=0&percentiles=5000&percentiles=9999&start_ts=1790000000&end_ts=1790003600&period_interval=0",
      reply: {
        status: 200,
        body: {
          forecast_history: [
            {
              event_ticker: "E-1",
              end_period_ts: 1_790_000_005,
              period_interval: 0,
              percentile_points: [
                {
                  percentile: 5000,
                  raw_numerical_forecast: 3.0625,
                  numerical_forecast: 3.1,
                  formatted_forecast: "3.1%"
                }
              ]
            }
          ]
        }
      }
    }
  ])

  itRejects(
    "rejects an empty list of percentiles, too many, a fraction and a percentile out of range",
    (
      [
        [[], "/percentiles"],
        [Array.from({ length: 11 }, (_, i) => i), "/percentiles"],
        [[50, 10_000], "/percentiles/1"],
        [[0.5], "/percentiles/0"]
      ] as const
    ).map(([percentiles, pointer]) => [
      Events.forecastPercentileHistory({ ...range, percentiles, period_interval: 1 }),
      pointer
    ])
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<Events.ForecastPercentileHistoryInput>().toEqualTypeOf<
      InputOf<
        typeof Parameters.GetEventForecastPercentilesHistoryPath,
        typeof Parameters.GetEventForecastPercentilesHistoryQuery
      >
    >()
  })
})
