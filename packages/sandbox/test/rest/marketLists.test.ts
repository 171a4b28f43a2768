import { assert, describe, it } from "@effect/vitest"
import * as Events from "@kalshi-effect/client/Events"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import { layerTest, Sandbox, type TestOptions } from "../../src/Sandbox.ts"
import { errorOf, send } from "../support/wire.ts"

const ticker = "KXTEST-26-YES"

const onExchange = <E>(
  name: string,
  test: () => Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>,
  options: TestOptions = {}
) => it.effect(name, () => Effect.provide(test(), layerTest({ markets: [{ ticker }], ...options })))

const listed = (query: string) =>
  Effect.map(send({ method: "GET", path: `/markets?${query}` }), ({ body, status }) => {
    const { markets } = body as { readonly markets?: ReadonlyArray<{ readonly ticker: string }> } // the response contains the list
    return status === 200 ? markets?.map((market) => market.ticker) : status
  })

describe("Markets.list", () => {
  onExchange("filters by update time: after min_updated_ts, or at or before max_updated_ts", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* TestClock.adjust("1 hour")
      yield* sandbox.createMarket({ ticker: "KXTEST-26-LATER" })
      const { body } = yield* send({ method: "GET", path: "/markets/KXTEST-26-LATER" })
      const { market } = body as { readonly market: { readonly updated_time: string } } // the response contains the market
      const at = Date.parse(market.updated_time) / 1000
      assert.deepStrictEqual(yield* listed(`min_updated_ts=${at - 1}`), ["KXTEST-26-LATER"])
      assert.deepStrictEqual(yield* listed(`min_updated_ts=${at}`), [])
      assert.deepStrictEqual(yield* listed(`max_updated_ts=${at - 1}`), [ticker])
      assert.sameMembers([...((yield* listed(`max_updated_ts=${at}`)) as Array<string>)], [ticker, "KXTEST-26-LATER"])
    })
  )

  onExchange("combines a filter by update time only with mve_filter=exclude, and then also with a series", () =>
    Effect.gen(function* () {
      for (const query of [
        "max_updated_ts=1&event_ticker=KXTEST-26",
        `min_updated_ts=1&tickers=${ticker}`,
        "min_updated_ts=1&mve_filter=only",
        "max_updated_ts=1&series_ticker=KXTEST",
        "max_updated_ts=1&min_close_ts=1",
        "max_updated_ts=1&status=open"
      ]) {
        assert.strictEqual(yield* listed(query), 400, query)
      }
      assert.deepStrictEqual(yield* listed("max_updated_ts=1&mve_filter=exclude"), [ticker])
      assert.deepStrictEqual(yield* listed("max_updated_ts=1&series_ticker=KXOTHER&mve_filter=exclude"), [])
    })
  )
})

describe("a settlement floor", () => {
  onExchange("is shown, and is the lowest value of a settlement", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const create = (name: string, settlementFloor: string) =>
        sandbox.createMarket({ ticker: `KXFLOOR-26-${name}`, settlementFloor })
      for (const invalid of ["0.00", "1.00", "0.5", "much"]) {
        assert.include((yield* Effect.flip(create("BAD", invalid))).reason, "settlement floor")
      }
      yield* create("A", "0.25")
      yield* create("B", "0.25")
      const bounds = (name: string) =>
        Effect.map(send({ method: "GET", path: `/markets/${name}` }), ({ body }) => {
          const { market } = body as { readonly market: Readonly<Record<string, unknown>> } // the response contains the market
          return ["settlement_bounds_type", "settlement_floor_dollars", "result", "settlement_value_dollars"].map(
            (field) => market[field]
          )
        })
      assert.deepStrictEqual(yield* bounds(ticker), ["default", undefined, "", undefined])
      assert.deepStrictEqual(yield* bounds("KXFLOOR-26-A"), ["floor", "0.2500", "", undefined])
      yield* sandbox.determineMarket("KXFLOOR-26-A", "no")
      yield* sandbox.determineMarket("KXFLOOR-26-B", "yes")
      assert.deepStrictEqual(yield* bounds("KXFLOOR-26-A"), ["floor", "0.2500", "scalar", "0.2500"])
      assert.deepStrictEqual(yield* bounds("KXFLOOR-26-B"), ["floor", "0.2500", "yes", "1.0000"])
    })
  )
})

describe("mve_filter, Events.list and Events.listMultivariate", () => {
  onExchange("separate combos from other markets and events", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createEvent({ eventTicker: "KXMVE-1", multivariate: true })
      yield* sandbox.createMarket({ ticker: "KXMVE-1-A" })
      assert.deepStrictEqual(yield* listed(""), [ticker, "KXMVE-1-A"])
      assert.deepStrictEqual(yield* listed("mve_filter=only"), ["KXMVE-1-A"])
      assert.deepStrictEqual(yield* listed("mve_filter=exclude"), [ticker])
      const events = (path: string) =>
        Effect.map(send({ method: "GET", path }), ({ body, status }) => {
          const { events: found } = body as { readonly events?: ReadonlyArray<{ readonly event_ticker: string }> } // the response contains the list
          return status === 200 ? found?.map((event) => event.event_ticker) : status
        })
      assert.deepStrictEqual(yield* events("/events"), ["KXTEST-26"])
      assert.deepStrictEqual(yield* events("/events/multivariate"), ["KXMVE-1"])
      assert.deepStrictEqual(yield* events("/events/multivariate?series_ticker=KXMVE&tickers=A,KXMVE-1"), ["KXMVE-1"])
      assert.deepStrictEqual(yield* events("/events/multivariate?series_ticker=KXTEST"), [])
      assert.deepStrictEqual(yield* events("/events/multivariate?tickers=KXTEST-26"), [])
      assert.deepStrictEqual(yield* events("/events/multivariate?collection_ticker=KXMVE"), [])
      assert.strictEqual(yield* events("/events/multivariate?collection_ticker=KXMVE&series_ticker=KXMVE"), 400)
    })
  )
})

describe("Events.listMultivariate", () => {
  onExchange("returns the markets of a combo's event on request", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createEvent({ eventTicker: "KXMVE-1", multivariate: true })
      yield* sandbox.createMarket({ ticker: "KXMVE-1-A" })
      const { events } = yield* Effect.provide(
        Events.listMultivariate({ with_nested_markets: true }),
        Kalshi.layerPublic({ environment: sandbox.environment })
      )
      assert.deepStrictEqual(
        events.map(({ markets }) => markets?.map((market) => market.ticker)),
        [["KXMVE-1-A"]]
      )
    })
  )
})

describe("Events.get", () => {
  onExchange("omits the markets on request, and refuses exclude_markets together with with_nested_markets", () =>
    Effect.gen(function* () {
      const { body } = yield* send({ method: "GET", path: `/markets/${ticker}` })
      const { market } = body as { readonly market: { readonly event_ticker: string } } // the response contains the market
      const path = `/events/${market.event_ticker}`
      const counts = (query: string) =>
        Effect.map(send({ method: "GET", path: path + query }), (got) => {
          const { markets } = got.body as { readonly markets: ReadonlyArray<unknown> } // the response contains the event and its markets
          return markets.length
        })
      assert.strictEqual(yield* counts(""), 1)
      assert.strictEqual(yield* counts("?exclude_markets=true"), 0)
      const both = yield* send({ method: "GET", path: `${path}?exclude_markets=true&with_nested_markets=true` })
      assert.deepStrictEqual([both.status, errorOf(both).code], [400, "invalid_parameters"])
    })
  )
})

describe("Markets.get", () => {
  const liquidity = Effect.map(send({ method: "GET", path: `/markets/${ticker}` }), ({ body }) => {
    const { market } = body as { readonly market: { readonly liquidity_dollars?: string } } // the response contains the market
    return market.liquidity_dollars
  })

  onExchange("returns zero as liquidity_dollars", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* liquidity, "0.0000")
    })
  )

  onExchange(
    "omits liquidity_dollars if marketLiquidity is absent",
    () =>
      Effect.gen(function* () {
        assert.isUndefined(yield* liquidity)
      }),
    { assumptions: { marketLiquidity: "absent" } }
  )
})

describe("Markets.orderbook and Markets.orderbooks", () => {
  onExchange("are readable without a key", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const read = Effect.all([Markets.orderbook({ ticker }), Markets.orderbooks({ tickers: [ticker] })])
      const [one, many] = yield* Effect.provide(read, Kalshi.layerPublic({ environment: sandbox.environment }))
      assert.deepStrictEqual(one.orderbook_fp, { yes_dollars: [], no_dollars: [] })
      assert.deepStrictEqual(
        many.orderbooks.map((book) => book.ticker),
        [ticker]
      )
    })
  )
})

describe("Markets.orderbook", () => {
  onExchange("is signed if the layer has a key", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { signer } = yield* sandbox.createAccount()
      const layer = Kalshi.layer({ environment: sandbox.environment, signer, limits: false })
      yield* Effect.provide(Markets.orderbook({ ticker }), layer)
      const [last] = (yield* sandbox.requests).slice(-1)
      assert.deepStrictEqual([last?.operation, last?.keyId], ["GetMarketOrderbook", signer.keyId])
    })
  )
})

describe("a response without a declared body", () => {
  onExchange("is an empty JSON object, or no body for status 204", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      const netting = yield* send({
        method: "PUT",
        path: "/portfolio/subaccounts/netting",
        by,
        json: { subaccount_number: 0, enabled: true }
      })
      assert.deepStrictEqual([netting.status, netting.body], [200, {}])
      assert.match(netting.headers["content-type"] ?? "", /^application\/json/)
      const canceled = yield* send({ method: "DELETE", path: "/portfolio/events/orders", by })
      assert.deepStrictEqual([canceled.status, canceled.body], [204, ""])
      assert.isUndefined(canceled.headers["content-type"])
    })
  )
})

describe("Transfers.create", () => {
  onExchange("reserves the client_transfer_id on the source shard only", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount({ dollars: "100" })
      const client_transfer_id = "6f1c3a52-7b0e-4d8e-9a53-0d6b5f1f4a11"
      const transfer = (source: number, destination: number) =>
        send({
          method: "POST",
          path: "/portfolio/intra_exchange_instance_transfer",
          by,
          json: {
            source: "event_contract",
            destination: "event_contract",
            source_exchange_shard: source,
            destination_exchange_shard: destination,
            amount: 10_000,
            client_transfer_id
          }
        })
      assert.strictEqual((yield* transfer(0, 2)).status, 200)
      yield* TestClock.adjust("1 minute")
      const again = yield* transfer(0, 1)
      assert.deepStrictEqual([again.status, errorOf(again).code], [409, "transfer_already_exists"])
      assert.strictEqual((yield* transfer(2, 1)).status, 200)
      const { body } = yield* send({ method: "GET", path: "/portfolio/intra_exchange_instance_transfers", by })
      const { transfers } = body as { readonly transfers: ReadonlyArray<{ readonly client_transfer_id?: string }> } // the response contains the list
      assert.deepStrictEqual(
        transfers.map((one) => one.client_transfer_id),
        [client_transfer_id, client_transfer_id]
      )
    })
  )
})
