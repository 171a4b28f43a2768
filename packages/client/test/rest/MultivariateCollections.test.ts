import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect } from "effect"
import type { KalshiWrite } from "../../src/Capability.ts"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as MultivariateCollections from "../../src/rest/MultivariateCollections.ts"
import type { TickerPair } from "../../src/rest/MultivariateCollections.ts"
import { market } from "../support/bodies.ts"
import { itFails, itRejects, itSendsAndDecodes, play } from "../support/calls.ts"
import { type InputOf, assertIsExample, itDeclares } from "../support/operations.ts"

const collection = {
  collection_ticker: "KXMVESPORTS-R",
  series_ticker: "KXMVESPORTS",
  exchange_index: 1,
  title: "Games",
  description: "Games of one day",
  open_date: "2026-10-01T00:00:00Z",
  close_date: "2026-11-01T00:00:00Z",
  associated_events: [
    { ticker: "E-1", is_yes_only: true, size_max: 1, size_min: null, active_quoters: [] },
    { ticker: "E-2", is_yes_only: false, active_quoters: ["q"] }
  ],
  associated_event_tickers: ["E-1", "E-2"],
  is_ordered: false,
  is_single_market_per_event: true,
  is_all_yes: false,
  size_min: 2,
  size_max: 10,
  functional_description: "All legs",
  price_level_structure: "tapered_deci_cent",
  price_ranges: [{ start: "0.0000", end: "0.0100", step: "0.0001" }]
}

/** Older versions of the OpenAPI document did not require the price grid. */
const { price_level_structure: _structure, price_ranges: _ranges, ...older } = collection

describe("MultivariateCollections.list", () => {
  itDeclares(MultivariateCollections.list(), {
    name: "MultivariateCollections.list",
    signed: "never",
    errors: ["BadRequest"]
  })
  itSendsAndDecodes([
    {
      it: "lists collections with and without a price grid",
      call: MultivariateCollections.list(),
      request: "GET /multivariate_event_collections",
      reply: { status: 200, body: { multivariate_contracts: [collection, older], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: MultivariateCollections.list({
        status: "open",
        associated_event_ticker: "E-1",
        series_ticker: "S",
        limit: 200,
        cursor: "c"
      }),
      request:
        "GET /multivariate_event_collections?status=open&associated_event_ticker=E-1&series_ticker=S&limit=200&cursor=c",
      reply: { status: 200, body: { multivariate_contracts: null } },
      value: { multivariate_contracts: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<MultivariateCollections.ListInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetMultivariateEventCollectionsQuery>
    >()
  })
})

describe("MultivariateCollections.get", () => {
  itDeclares(MultivariateCollections.get({ collection_ticker: "C" }), {
    name: "MultivariateCollections.get",
    signed: "never",
    errors: ["BadRequest", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads one collection",
      call: MultivariateCollections.get({ collection_ticker: "KXMVESPORTS-R" }),
      request: "GET /multivariate_event_collections/KXMVESPORTS-R",
      reply: { status: 200, body: { multivariate_contract: collection } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<MultivariateCollections.GetInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetMultivariateEventCollectionPath>
    >()
  })
})

const combo = MultivariateCollections.createMarket({
  collection_ticker: "KXMVESPORTS-R",
  selected_markets: [
    { event_ticker: "KXGAME-26OCT10NYYBOS", market_ticker: "KXGAME-26OCT10NYYBOS-NYY", side: "yes" },
    { event_ticker: "KXGAME-26OCT10LADSFG", market_ticker: "KXGAME-26OCT10LADSFG-LAD", side: "yes" }
  ],
  with_market_payload: true
})

describe("MultivariateCollections.createMarket", () => {
  const legs = [{ event_ticker: "E-1", market_ticker: "E-1-A", side: "no" }] as const
  const made = { event_ticker: "KXMVE-1", market_ticker: "KXMVE-1-X" }

  itDeclares(combo, {
    name: "MultivariateCollections.createMarket",
    signed: "always",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "sends the collection in the path and the legs in the body",
      call: MultivariateCollections.createMarket({ collection_ticker: "C", selected_markets: legs }),
      request: "POST /multivariate_event_collections/C",
      body: { selected_markets: legs },
      reply: { status: 200, body: made }
    }
  ])

  it.effect("runs the documented example, which returns the complete market if with_market_payload is true", () =>
    Effect.gen(function* () {
      assertIsExample(import.meta.url, "MultivariateCollections", "A combo of two winning teams")
      const { sent, value } = yield* play(combo, [{ status: 200, body: { ...made, market } }])
      assert.deepStrictEqual<unknown>(value, { ...made, market })
      const body = JSON.parse(sent[0]!.body!)
      assert.deepStrictEqual(Object.keys(body), ["selected_markets", "with_market_payload"])
      assert.strictEqual(body.selected_markets.length, 2)
    })
  )

  for (const reply of [{ status: 503 }, { status: 500 }, { fault: "ECONNRESET" }]) {
    itFails(`does not retry after ${"status" in reply ? reply.status : "a lost response"}`, combo, [reply])
  }

  const createWith = (leg: object) =>
    MultivariateCollections.createMarket({ collection_ticker: "C", selected_markets: [leg as TickerPair] }) // an invalid leg does not have this type
  itRejects("rejects an invalid side and a leg with an unknown field", [
    [createWith({ ...legs[0], side: "YES" }), "/selected_markets/0/side"],
    [createWith({ ...legs[0], price: "0.50" }), "/selected_markets/0/price"]
  ])

  it("requires KalshiWrite", () => {
    expectTypeOf<Effect.Services<typeof combo>>().toEqualTypeOf<KalshiWrite>()
  })
})
