import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as Series from "../../src/rest/Series.ts"
import { itRejects, itSendsAndDecodes } from "../support/calls.ts"
import { type InputOf, itDeclares } from "../support/operations.ts"

const series = {
  ticker: "KXRAIN",
  frequency: "daily",
  title: "Rain in New York",
  category: "Climate and Weather",
  categories: ["Climate and Weather", "Cities"],
  tags: [],
  settlement_sources: [{ name: "National Weather Service", url: "https://example.org" }],
  contract_url: "https://example.org/contract.pdf",
  contract_terms_url: "https://example.org/terms.pdf",
  fee_type: "quadratic",
  fee_multiplier: 0.5,
  additional_prohibitions: ["Players of the league"],
  exchange_index: 0
}

describe("Series.list", () => {
  itDeclares(Series.list(), { name: "Series.list", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "lists all series in one response",
      call: Series.list(),
      request: "GET /series",
      reply: { status: 200, body: { series: [series] } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Series.list({
        category: "Climate and Weather",
        tags: "Rain",
        include_product_metadata: true,
        include_volume: false,
        min_updated_ts: 1_790_000_000
      }),
      request:
        "GET /series?category=Climate%20and%20Weather&tags=Rain&include_product_metadata=true&include_volume=false&min_updated_ts=1790000000",
      reply: { status: 200, body: { series: null } },
      value: { series: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Series.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetSeriesListQuery>>()
  })
})

describe("Series.get", () => {
  itDeclares(Series.get({ series_ticker: "KXRAIN" }), { name: "Series.get", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "reads one series, with its volume if include_volume is true",
      call: Series.get({ series_ticker: "KXRAIN", include_volume: true }),
      request: "GET /series/KXRAIN?include_volume=true",
      reply: { status: 200, body: { series: { ...series, volume_fp: "1234567.89", fee_type: "a fee of tomorrow" } } }
    }
  ])

  itRejects(
    "rejects a ticker that would change the path",
    ["", "..", "KXRAIN/markets"].map((series_ticker) => [Series.get({ series_ticker }), "/series_ticker"])
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<Series.GetInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetSeriesPath, typeof Parameters.GetSeriesQuery>
    >()
  })
})

describe("Series.feeChanges", () => {
  itDeclares(Series.feeChanges(), { name: "Series.feeChanges", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "lists the changes of one series, including past changes",
      call: Series.feeChanges({ series_ticker: "KXRAIN", show_historical: true }),
      request: "GET /series/fee_changes?series_ticker=KXRAIN&show_historical=true",
      reply: {
        status: 200,
        body: {
          series_fee_change_arr: [
            {
              id: "c-1",
              series_ticker: "KXRAIN",
              fee_type: "quadratic_with_maker_fees",
              fee_multiplier: 1,
              scheduled_ts: "2026-10-15T00:00:00Z"
            }
          ]
        }
      }
    },
    {
      it: "decodes a null list as empty",
      call: Series.feeChanges(),
      request: "GET /series/fee_changes",
      reply: { status: 200, body: { series_fee_change_arr: null } },
      value: { series_fee_change_arr: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Series.FeeChangesInput>().toEqualTypeOf<InputOf<typeof Parameters.GetSeriesFeeChangesQuery>>()
  })
})
