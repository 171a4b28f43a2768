import { assert, describe, it } from "@effect/vitest"
import * as Events from "@kalshi-effect/client/Events"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import { layerTest, Sandbox, type TestOptions } from "../../../src/Sandbox.ts"
import { collectionTicker, leg } from "../../support/combining.ts"
import { makeFeedWorld } from "../../support/feedWorld.ts"
import { errorOf, send } from "../../support/wire.ts"

const names = ["A", "B", "C"]

const collection = {
  collectionTicker,
  title: "Three markets",
  description: "Any two of three markets",
  associatedEvents: [
    { eventTicker: "KXA-26", isYesOnly: true, sizeMax: 1 },
    { eventTicker: "KXB-26" },
    { eventTicker: "KXC-26" }
  ]
}

const options: TestOptions = {
  markets: names.map((name) => ({ ticker: leg(name).marketTicker })),
  collections: [collection],
  accounts: [{ name: "me" }]
}

const onExchange = <E>(
  name: string,
  test: () => Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>,
  change: TestOptions = {}
) => it.effect(name, () => Effect.provide(test(), layerTest({ ...options, ...change })))

const asMe = <A, E>(run: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>) =>
  Effect.gen(function* () {
    const { credentials, environment } = yield* Sandbox
    return yield* run.pipe(Effect.provide(Kalshi.layer({ environment, signer: credentials[0]!.signer })))
  })

const selected = (...legs: ReadonlyArray<string>) =>
  legs.map(leg).map(({ eventTicker, marketTicker, side }) => ({
    event_ticker: eventTicker,
    market_ticker: marketTicker,
    side
  }))

const createMarket = (...legs: ReadonlyArray<string>) =>
  MultivariateCollections.createMarket({
    collection_ticker: collectionTicker,
    selected_markets: selected(...legs),
    with_market_payload: true
  })

const tickersOf = (path: string, list: string, field: string) =>
  Effect.map(send({ method: "GET", path }), ({ body, status }) => {
    const items = (body as Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>)[list] // each list field is an array of objects
    return status === 200 ? items?.map((item) => item[field]) : status
  })

describe("MultivariateCollections.get", () => {
  onExchange("has the rules of the collection and of its events", () =>
    asMe(
      Effect.gen(function* () {
        const got = yield* MultivariateCollections.get({ collection_ticker: collectionTicker })
        assert.deepStrictEqual(JSON.parse(JSON.stringify(got.multivariate_contract)), {
          collection_ticker: collectionTicker,
          series_ticker: "KXMVE",
          exchange_index: 1,
          title: "Three markets",
          description: "Any two of three markets",
          functional_description: got.multivariate_contract.functional_description,
          open_date: "1970-01-01T00:00:00Z",
          close_date: "9999-12-31T23:59:59Z",
          associated_events: [
            { ticker: "KXA-26", is_yes_only: true, size_max: 1, size_min: null, active_quoters: [] },
            { ticker: "KXB-26", is_yes_only: false, size_max: null, size_min: null, active_quoters: [] },
            { ticker: "KXC-26", is_yes_only: false, size_max: null, size_min: null, active_quoters: [] }
          ],
          associated_event_tickers: ["KXA-26", "KXB-26", "KXC-26"],
          is_ordered: false,
          is_single_market_per_event: false,
          is_all_yes: false,
          size_min: 2,
          size_max: 0,
          price_level_structure: "center_deci_edge_centi_cent",
          price_ranges: [
            { start: "0.0000", end: "0.0100", step: "0.0001" },
            { start: "0.0100", end: "0.9900", step: "0.0010" },
            { start: "0.9900", end: "1.0000", step: "0.0001" }
          ]
        })
        assert.match(got.multivariate_contract.functional_description, /product/)
      })
    )
  )

  onExchange("derives the deprecated fields from the events", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createCollection({
        collectionTicker: "KXSTRICT-R",
        associatedEvents: names.map((name) => ({ eventTicker: `KX${name}-26`, isYesOnly: true, sizeMax: 1 }))
      })
      const { multivariate_contract } = yield* asMe(MultivariateCollections.get({ collection_ticker: "KXSTRICT-R" }))
      assert.isTrue(multivariate_contract.is_all_yes)
      assert.isTrue(multivariate_contract.is_single_market_per_event)
    })
  )
})

describe("MultivariateCollections.list", () => {
  onExchange("filters by status, event and series, and has pages", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const create = (ticker: string, openMillis: number, closeMillis: number) =>
        sandbox.createCollection({
          collectionTicker: ticker,
          associatedEvents: [{ eventTicker: "KXC-26" }],
          openMillis,
          closeMillis
        })
      yield* create("KXLATER-R", 10_000, 20_000)
      yield* create("KXSHORT-R", 0, 10_000)
      const listed = (query: string) =>
        tickersOf(`/multivariate_event_collections?${query}`, "multivariate_contracts", "collection_ticker")
      assert.deepStrictEqual(yield* listed(""), [collectionTicker, "KXLATER-R", "KXSHORT-R"])
      assert.deepStrictEqual(yield* listed("status=open"), [collectionTicker, "KXSHORT-R"])
      assert.deepStrictEqual(yield* listed("status=unopened"), ["KXLATER-R"])
      assert.deepStrictEqual(yield* listed("status=closed"), [])
      assert.deepStrictEqual(yield* listed("associated_event_ticker=KXB-26"), [collectionTicker])
      assert.deepStrictEqual(yield* listed("series_ticker=KXLATER"), ["KXLATER-R"])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* listed("status=closed"), ["KXSHORT-R"])
      assert.deepStrictEqual(yield* listed("status=unopened"), [])
      const { body } = yield* send({ method: "GET", path: "/multivariate_event_collections?limit=2" })
      const { cursor } = body as { readonly cursor: string } // a page has a cursor
      assert.deepStrictEqual(yield* listed(`limit=2&cursor=${cursor}`), ["KXSHORT-R"])
    })
  )
})

describe("MultivariateCollections.createMarket", () => {
  onExchange("returns the tickers of the combo, and its market if the request asks for it", () =>
    asMe(
      Effect.gen(function* () {
        const { event_ticker, market, market_ticker } = yield* createMarket("A yes", "B no")
        assert.deepInclude(JSON.parse(JSON.stringify(market)), {
          ticker: market_ticker,
          event_ticker,
          exchange_index: 1,
          market_type: "binary",
          yes_sub_title: "yes KXA-26-YES,no KXB-26-YES",
          mve_collection_ticker: collectionTicker,
          mve_selected_legs: selected("A yes", "B no"),
          strike_type: "custom",
          custom_strike: {
            "Associated Events": "KXA-26,KXB-26",
            "Associated Markets": "KXA-26-YES,KXB-26-YES",
            "Associated Market Sides": "yes,no"
          },
          price_level_structure: "center_deci_edge_centi_cent",
          settlement_bounds_type: "default"
        })
        const again = yield* MultivariateCollections.createMarket({
          collection_ticker: collectionTicker,
          selected_markets: selected("B no", "A yes")
        })
        assert.deepStrictEqual(again, { event_ticker, market_ticker })
      })
    )
  )

  onExchange("refuses an invalid combination with a code, a message, and the markets", () =>
    Effect.gen(function* () {
      const { createMarket, credentials } = yield* Sandbox
      yield* createMarket({ ticker: "KXA-26-2", eventTicker: "KXA-26" })
      const got = yield* send({
        method: "POST",
        path: `/multivariate_event_collections/${collectionTicker}`,
        json: { selected_markets: selected("A yes", "KXA-26-2 yes") },
        by: credentials[0]!
      })
      assert.strictEqual(got.status, 400)
      assert.deepStrictEqual(errorOf(got), {
        code: "invalid_market_combination",
        message: "a combo must have at most 1 of the markets of KXA-26",
        details: "KXA-26-YES,KXA-26-2"
      })
    })
  )

  onExchange(
    "refuses combos beyond the weekly limit with 429 and a string as the error",
    () =>
      Effect.gen(function* () {
        const { credentials } = yield* Sandbox
        yield* asMe(createMarket("A yes", "B no"))
        const got = yield* send({
          method: "POST",
          path: `/multivariate_event_collections/${collectionTicker}`,
          json: { selected_markets: selected("A yes", "C no") },
          by: credentials[0]!
        })
        assert.strictEqual(got.status, 429)
        assert.deepStrictEqual(got.body, { error: "an account creates at most 1 combos in seven days" })
      }),
    { assumptions: { maxCombosPerWeek: 1 } }
  )
})

describe("lists with combos", () => {
  onExchange("separate combos from other markets and events, and filter combos by collection", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createCollection({ ...collection, collectionTicker: "KXMVE-OTHER" })
      const [one, other] = yield* asMe(Effect.all([createMarket("A yes", "B no"), createMarket("B yes", "C no")]))
      const elsewhere = yield* asMe(
        MultivariateCollections.createMarket({
          collection_ticker: "KXMVE-OTHER",
          selected_markets: selected("A yes", "B no")
        })
      )
      const markets = (query: string) => tickersOf(`/markets?${query}`, "markets", "ticker")
      const events = (query: string) => tickersOf(`/events/multivariate?${query}`, "events", "event_ticker")
      const combos = [one.market_ticker, other.market_ticker, elsewhere.market_ticker]
      const singles = names.map((name) => leg(name).marketTicker)
      assert.deepStrictEqual(yield* markets(""), [...singles, ...combos])
      assert.deepStrictEqual(yield* markets("mve_filter=only"), combos)
      assert.deepStrictEqual(yield* markets("mve_filter=exclude"), singles)
      assert.deepStrictEqual(yield* markets("series_ticker=KXMVE"), combos)
      assert.deepStrictEqual(yield* markets(`event_ticker=${one.event_ticker}`), [one.market_ticker])
      assert.deepStrictEqual(yield* markets(`tickers=${other.market_ticker},KXA-26-YES&mve_filter=only`), [
        other.market_ticker
      ])
      assert.deepStrictEqual(yield* tickersOf("/events", "events", "event_ticker"), ["KXA-26", "KXB-26", "KXC-26"])
      assert.deepStrictEqual(yield* events(`collection_ticker=${collectionTicker}`), [
        one.event_ticker,
        other.event_ticker
      ])
      assert.deepStrictEqual(yield* events("collection_ticker=KXMVE-OTHER"), [elsewhere.event_ticker])
      assert.deepStrictEqual(yield* events("collection_ticker=KXNONE-R"), [])
      assert.deepStrictEqual(yield* events(`collection_ticker=${collectionTicker}&tickers=${other.event_ticker}`), [
        other.event_ticker
      ])
      assert.strictEqual(yield* events(`collection_ticker=${collectionTicker}&series_ticker=KXMVE`), 400)
      const page = yield* asMe(
        Events.listMultivariate({ collection_ticker: collectionTicker, limit: 1, with_nested_markets: true })
      )
      assert.deepStrictEqual(
        page.events.map(({ markets: nested }) => nested?.map(({ ticker }) => ticker)),
        [[one.market_ticker]]
      )
      assert.deepStrictEqual(yield* events(`collection_ticker=${collectionTicker}&cursor=${page.cursor}`), [
        other.event_ticker
      ])
    })
  )

  onExchange("contain every market once over all pages, for each filter", () =>
    Effect.gen(function* () {
      yield* asMe(
        Effect.all([createMarket("A yes", "B no"), createMarket("B yes", "C no"), createMarket("A yes", "C no")])
      )
      for (const query of ["", "&mve_filter=only", "&mve_filter=exclude", "&event_ticker=KXA-26,KXB-26,KXC-26"]) {
        const all = yield* tickersOf(`/markets?limit=1000${query}`, "markets", "ticker")
        const read: Array<unknown> = []
        for (let cursor = ""; ;) {
          const path = `/markets?limit=2${query}&cursor=${cursor}`
          read.push(...((yield* tickersOf(path, "markets", "ticker")) as ReadonlyArray<unknown>)) // with 200, `tickersOf` returns a list
          const { body } = yield* send({ method: "GET", path })
          ;({ cursor } = body as { readonly cursor: string }) // a page has a cursor
          if (cursor === "") break
        }
        assert.deepStrictEqual(read, all, query)
      }
    })
  )

  onExchange("refuse the cursor of a list with another filter", () =>
    Effect.gen(function* () {
      yield* asMe(Effect.all([createMarket("A yes", "B no"), createMarket("B yes", "C no")]))
      const filters = ["", "mve_filter=only", "mve_filter=exclude", "event_ticker=KXA-26,KXB-26"]
      for (const [index, filter] of filters.entries()) {
        const { body } = yield* send({ method: "GET", path: `/markets?limit=1&${filter}` })
        const { cursor } = body as { readonly cursor: string } // a page has a cursor
        for (const [other, query] of filters.entries()) {
          const { status } = yield* send({ method: "GET", path: `/markets?limit=1&${query}&cursor=${cursor}` })
          assert.strictEqual(status, other === index ? 200 : 400, `${filter} ${query}`)
        }
      }
      const combos = `/events/multivariate?limit=1&collection_ticker=${collectionTicker}`
      const { body } = yield* send({ method: "GET", path: combos })
      const { cursor } = body as { readonly cursor: string } // a page has a cursor
      assert.strictEqual((yield* send({ method: "GET", path: `${combos}&cursor=${cursor}` })).status, 200)
      for (const path of ["/events", "/events/multivariate"]) {
        assert.strictEqual((yield* send({ method: "GET", path: `${path}?cursor=${cursor}` })).status, 400, path)
      }
    })
  )

  onExchange("contain only events and series that were updated after min_updated_ts", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* TestClock.adjust("5 seconds")
      yield* sandbox.createMarket({ ticker: "KXLATE-26-YES", closeMillis: 9_000 })
      const events = (query: string) => tickersOf(`/events?${query}`, "events", "event_ticker")
      assert.deepStrictEqual(yield* events("min_updated_ts=4"), ["KXLATE-26"])
      assert.deepStrictEqual(yield* events("min_updated_ts=5"), [])
      assert.deepStrictEqual(yield* events("min_close_ts=8&series_ticker=KXLATE"), ["KXLATE-26"])
      assert.deepStrictEqual(yield* events("min_close_ts=9&series_ticker=KXLATE"), [])
      assert.deepStrictEqual(yield* tickersOf("/series?min_updated_ts=4", "series", "ticker"), ["KXLATE"])
      assert.deepStrictEqual(yield* tickersOf("/series?min_updated_ts=5", "series", "ticker"), [])
    })
  )
})

describe("the legs of a combo", () => {
  onExchange("show their settlement values in markets and RFQs after they are determined", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { market_ticker } = yield* asMe(createMarket("A yes", "B no"))
      const { id } = yield* asMe(Rfqs.create({ market_ticker, contracts: 1, rest_remainder: false }))
      const values = () =>
        asMe(
          Effect.gen(function* () {
            const { market } = yield* Markets.get({ ticker: market_ticker })
            const { rfq } = yield* Rfqs.get({ rfq_id: id })
            assert.deepStrictEqual(rfq.mve_selected_legs, market.mve_selected_legs)
            assert.strictEqual(rfq.mve_collection_ticker, collectionTicker)
            return market.mve_selected_legs?.map(({ yes_settlement_value_dollars }) => yes_settlement_value_dollars)
          })
        )
      assert.deepStrictEqual(yield* values(), [undefined, undefined])
      yield* sandbox.determineMarket("KXB-26-YES", { scalar: "0.25" })
      assert.deepEqual(yield* values(), [undefined, "0.2500"] as unknown)
    })
  )
})

describe("the feed, with combos", () => {
  it("announces a new combo, its result, and an RFQ with its legs", () => {
    const world = makeFeedWorld()
    const me = world.account()
    const line = world.connect(me)
    line.ask({ id: 1, cmd: "subscribe", params: { channels: ["multivariate_market_lifecycle", "communications"] } })
    for (const name of names) {
      world.market(leg(name).marketTicker)
    }
    world.run({ type: "createCollection", collection })
    assert.deepStrictEqual(line.take(), [])
    const legs = [leg("A yes"), leg("B no")]
    const combo = world.run({ type: "createCombo", accountId: me.accountId, collectionTicker, legs })
    const created = line.take()
    assert.deepStrictEqual(
      created.map(({ type }) => type),
      ["event_lifecycle", "multivariate_market_lifecycle"]
    )
    assert.deepInclude(created[0]!.msg, { event_ticker: combo.eventTicker, series_ticker: "KXMVE", exchange_index: 1 })
    assert.deepInclude(created[1]!.msg, {
      event_type: "created",
      market_ticker: combo.ticker,
      exchange_index: 1,
      price_level_structure: "center_deci_edge_centi_cent"
    })
    assert.deepInclude(created[1]!.msg.additional_metadata, {
      event_ticker: combo.eventTicker,
      strike_type: "custom",
      custom_strike: {
        "Associated Events": "KXA-26,KXB-26",
        "Associated Markets": "KXA-26-YES,KXB-26-YES",
        "Associated Market Sides": "yes,no"
      }
    })
    world.run({ type: "createCombo", accountId: me.accountId, collectionTicker, legs })
    assert.deepStrictEqual(line.take(), [])
    world.run({
      type: "createRfq",
      accountId: me.accountId,
      rfq: {
        ticker: combo.ticker,
        subaccount: 0,
        count: 100,
        targetCostMicros: undefined,
        targetCostExcludesFees: false,
        isObscured: false,
        restRemainder: false,
        replaceExisting: false
      }
    })
    assert.deepInclude(line.take()[0]!.msg, {
      market_ticker: combo.ticker,
      mve_collection_ticker: collectionTicker,
      mve_selected_legs: selected("A yes", "B no")
    })
    world.run({ type: "determineMarket", ticker: "KXA-26-YES", outcome: { scalar: "0.50" } })
    world.run({ type: "determineMarket", ticker: "KXB-26-YES", outcome: "no" })
    const determined = line.take().find(({ msg }) => msg.event_type === "determined")
    assert.deepInclude(determined?.msg, { market_ticker: combo.ticker, result: "scalar", settlement_value: "0.5000" })
  })
})
