/** A batch consists of several RFQs, its children. */
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type Credentials, layerTest, Sandbox } from "../../src/Sandbox.ts"

const legs = ["A", "B", "C"].map((name) => ({
  event_ticker: `KX${name}-26`,
  market_ticker: `KX${name}-26-YES`,
  side: "yes" as const
}))

const pairs = [
  [legs[0]!, legs[1]!],
  [legs[0]!, legs[2]!],
  [legs[1]!, legs[2]!]
].map((selected_markets) => ({ selected_markets }))

const setup = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  for (const { market_ticker } of legs) {
    yield* sandbox.createMarket({ ticker: market_ticker })
  }
  yield* sandbox.createCollection({
    collectionTicker: "KXMVE-R",
    exchangeIndex: 1,
    associatedEvents: legs.map(({ event_ticker }) => ({ eventTicker: event_ticker }))
  })
  const member = (name: string) =>
    Effect.tap(sandbox.createAccount({ name }), ({ accountId }) =>
      sandbox.deposit(accountId, "1000", { exchangeIndex: 1 })
    )
  const as =
    ({ signer }: Credentials) =>
    <A, E>(program: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>) =>
      // Without rate limits, because tokens cannot refill while the test clock stands still.
      Effect.provide(program, Kalshi.layer({ environment: sandbox.environment, signer, limits: false }))
  const [creator, maker, second, other] = [
    yield* member("creator"),
    yield* member("maker"),
    yield* member("second"),
    yield* member("other")
  ]
  return { sandbox, creator: as(creator), maker: as(maker), second: as(second), other: as(other) }
})

const round = RfqBatches.create({
  children: pairs,
  mve_collection_ticker: "KXMVE-R",
  contracts_fp: "10",
  client_batch_id: "round-robin-1"
})

type Bid = RfqBatches.MinBid["bid_dollars"]

const bids = (batch: RfqBatches.RFQBatch, yes: ReadonlyArray<Bid>) =>
  RfqBatches.quote({
    rfq_batch_id: batch.id,
    quotes: batch.rfqs.map(({ id }, child) => ({ rfq_id: id, yes_bid: yes[child] ?? "0", no_bid: "0.50" })),
    rest_remainder: false
  })

const accept = (batch: RfqBatches.RFQBatch, least: ReadonlyArray<Bid>) =>
  RfqBatches.accept({
    rfq_batch_id: batch.id,
    accepted_side: "yes",
    min_bids: batch.rfqs.map(({ id }, child) => ({ rfq_id: id, bid_dollars: least[child] ?? "0.00" })),
    client_order_id: "mine"
  })

describe("RfqBatches", () => {
  it.effect("trades all combos of a round robin, each with the maker who bids best", () =>
    Effect.gen(function* () {
      const { creator, maker, sandbox, second } = yield* setup
      const { rfq_batch: batch } = yield* creator(round)
      const rfq_batch_id = batch.id
      assert.deepInclude(batch, { status: "open", client_batch_id: "round-robin-1" })
      assert.deepStrictEqual(
        batch.rfqs.map(({ mve_selected_legs }) => mve_selected_legs?.length),
        [2, 2, 2]
      )
      const first = yield* maker(bids(batch, ["0.20", "0.30", "0.10"]))
      const other = yield* second(bids(batch, ["0.21", "0.29", "0.10"]))
      const { best_quotes } = yield* creator(RfqBatches.bestQuotes({ rfq_batch_id }))
      assert.deepInclude(best_quotes, { version: 2, yes_complete: true, no_complete: true })
      const shown = best_quotes.rfqs.map(({ yes_bid_dollars }) => yes_bid_dollars)
      assert.deepStrictEqual(shown.map(String), ["0.2100", "0.3000", "0.1000"])

      const accepted = yield* creator(accept(batch, ["0.21", "0.30", "0.10"]))
      assert.deepStrictEqual(
        accepted.quotes.map(({ rfq_id }) => rfq_id),
        batch.rfqs.map(({ id }) => id)
      )
      assert.deepStrictEqual(yield* creator(accept(batch, ["0.99", "0.99", "0.99"])), accepted)
      for (const [by, quote] of [
        [maker, first],
        [second, other]
      ] as const) {
        yield* by(RfqBatches.confirmQuote({ rfq_batch_id, batch_quote_id: quote.id }))
      }
      yield* TestClock.adjust("1 second")

      const closed = (yield* creator(RfqBatches.get({ rfq_batch_id }))).rfq_batch
      assert.deepInclude(closed, { status: "closed", close_reason: "executed" })
      const { batch_quotes } = yield* creator(RfqBatches.quotes({ rfq_batch_id }))
      assert.deepStrictEqual(
        batch_quotes.map(({ id, quotes, status }) => [id, status, quotes.length]),
        [
          [first.id, "executed", 2],
          [other.id, "executed", 1]
        ]
      )
      // The creator has a fill of each order that a quote names.
      for (const { id, rfq_id } of accepted.quotes) {
        const scope = { rfq_id, quote_id: id }
        const { rfq_creator_order_id = "" } = (yield* creator(Quotes.get(scope))).quote
        const { fills } = yield* creator(Portfolio.fills({ order_id: rfq_creator_order_id }))
        assert.deepStrictEqual(
          fills.map(({ count_fp }) => String(count_fp)),
          ["10.00"]
        )
        assert.strictEqual((yield* creator(Rfqs.get({ rfq_id }))).rfq.status, "closed")
      }
      const positions = (by: typeof creator) =>
        Effect.map(by(Portfolio.positions({})), ({ market_positions }) =>
          market_positions.map(({ position_fp }) => String(position_fp)).sort()
        )
      assert.deepStrictEqual(yield* positions(creator), ["-10.00", "-10.00", "-10.00"])
      assert.deepStrictEqual(yield* positions(maker), ["10.00", "10.00"])
      assert.deepStrictEqual(yield* positions(second), ["10.00"])
      const served = yield* sandbox.requests
      assert.isTrue(served.every(({ status }) => status < 300))
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("permits only the creator to call bestQuotes and accept, and shows open quotes only to their maker", () =>
    Effect.gen(function* () {
      const { creator, maker, other } = yield* setup
      const { rfq_batch: batch } = yield* creator(round)
      const rfq_batch_id = batch.id
      const quote = yield* maker(bids(batch, ["0.20", "0.30", "0.10"]))
      const forbidden = [
        yield* Effect.flip(maker(RfqBatches.bestQuotes({ rfq_batch_id }))),
        yield* Effect.flip(other(accept(batch, []))),
        yield* Effect.flip(creator(bids(batch, ["0.20", "0.30", "0.10"])))
      ]
      assert.deepStrictEqual(
        forbidden.map(({ _tag }) => _tag),
        ["Forbidden", "Forbidden", "Forbidden"]
      )
      const visible = (by: typeof creator) =>
        Effect.map(by(RfqBatches.quotes({ rfq_batch_id })), ({ batch_quotes }) => batch_quotes.map(({ id }) => id))
      assert.deepStrictEqual([yield* visible(creator), yield* visible(other)], [[], []])
      assert.deepStrictEqual(yield* visible(maker), [quote.id])
      const { quotes } = yield* creator(Quotes.list({ rfq_user_filter: "self" }))
      assert.deepStrictEqual(quotes, [])
      yield* maker(RfqBatches.deleteQuote({ rfq_batch_id, batch_quote_id: quote.id }))
      const changed = yield* Effect.flip(creator(accept(batch, [])))
      assert.deepInclude(changed, { _tag: "Conflict", code: "rfq_batch_quotes_changed" })
      yield* creator(RfqBatches.delete({ rfq_batch_id }))
      const again = yield* Effect.flip(creator(round))
      assert.strictEqual(again._tag, "Conflict")
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("shows private fields only to the creator, and hides an obscured creator until the execution", () =>
    Effect.gen(function* () {
      const { creator, maker, other } = yield* setup
      const children = pairs.slice(0, 2)
      const { rfq_batch: batch } = yield* creator(
        RfqBatches.create({ children, mve_collection_ticker: "KXMVE-R", contracts_fp: "1", obscure_creator_id: true })
      )
      const rfq_batch_id = batch.id
      const seen = Effect.map(other(RfqBatches.get({ rfq_batch_id })), ({ rfq_batch }) => rfq_batch)
      const placeholder = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      const obscured = yield* seen
      assert.deepStrictEqual(
        [obscured, ...obscured.rfqs].map(({ creator_id }) => creator_id),
        [placeholder, placeholder, placeholder]
      )
      for (const name of ["updated_ts", "close_reason", "client_batch_id", "creator_user_id", "creator_subaccount"]) {
        assert.notProperty(obscured, name)
      }
      assert.hasAllKeys(batch, [
        "id",
        "creator_id",
        "status",
        "created_ts",
        "rfqs",
        "updated_ts",
        "creator_user_id",
        "creator_subaccount"
      ])
      const { id } = yield* maker(bids(batch, ["0.20", "0.30"]))
      yield* creator(accept(batch, ["0.20", "0.30"]))
      yield* maker(RfqBatches.confirmQuote({ rfq_batch_id, batch_quote_id: id }))
      yield* TestClock.adjust("1 second")
      const revealed = yield* seen
      assert.deepStrictEqual(
        [revealed, ...revealed.rfqs].map(({ creator_id }) => creator_id),
        [batch.creator_id, batch.creator_id, batch.creator_id]
      )
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("lists all batches over several pages", () =>
    Effect.gen(function* () {
      const { creator } = yield* setup
      for (let n = 0; n < 45; n++) {
        yield* creator(
          RfqBatches.create({
            children: pairs,
            mve_collection_ticker: "KXMVE-R",
            target_cost_dollars: "5.00",
            replace_existing: true,
            client_batch_id: `batch ${n}`
          })
        )
      }
      const pages = yield* creator(Stream.runCollect(RfqBatches.list.pages({ user_filter: "self" }, { maxPages: 5 })))
      assert.deepStrictEqual(
        [...pages].map(({ rfq_batches }) => rfq_batches.length),
        [20, 20, 5]
      )
      const ids = [...pages].flatMap(({ rfq_batches }) => rfq_batches.map(({ client_batch_id }) => client_batch_id))
      assert.strictEqual(new Set(ids).size, 45)
      const open = yield* creator(RfqBatches.list({ status: "open" }))
      assert.deepStrictEqual(
        open.rfq_batches.map(({ client_batch_id }) => client_batch_id),
        ["batch 44", "batch 43"]
      )
    }).pipe(Effect.provide(layerTest()))
  )
})
