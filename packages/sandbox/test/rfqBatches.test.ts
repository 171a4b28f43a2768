import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { layerTest, Sandbox } from "../src/Sandbox.ts"

/** Runs a program on its own exchange. The client has no limits, because time stands still. */
const onExchange = <A, E>(
  program: Effect.Effect<A, E, Sandbox | Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>,
  seed = 1
) =>
  Effect.gen(function* () {
    const { createAccount, environment } = yield* Sandbox
    const { signer } = yield* createAccount()
    return yield* Effect.provide(program, Kalshi.layer({ environment, signer, limits: false }))
  }).pipe(Effect.provide(layerTest({ seed, markets: [{ ticker: "KXTEST-26-YES" }] })))

describe("RfqBatches", () => {
  it.effect("decodes the responses of the local exchange to all ten operations", () =>
    onExchange(
      Effect.gen(function* () {
        const { rfq_batch } = yield* RfqBatches.create({
          children: [{ market_ticker: "KXMVE-A" }, { market_ticker: "KXMVE-B" }],
          contracts_fp: "10",
          client_batch_id: "mine"
        })
        const rfq_batch_id = rfq_batch.id
        const ids = rfq_batch.rfqs.map(({ id }) => id)
        const [first = "first", second = "second"] = ids
        const { rfq_batches } = yield* RfqBatches.list({ user_filter: "self" })
        assert.isAbove(rfq_batches.length, 0)
        assert.strictEqual((yield* RfqBatches.get({ rfq_batch_id })).rfq_batch.id, rfq_batch_id)
        const { id } = yield* RfqBatches.quote({
          rfq_batch_id,
          quotes: [
            { rfq_id: first, yes_bid: "0.30", no_bid: "0.60" },
            { rfq_id: second === first ? "second" : second, yes_bid: "0.20", no_bid: "0.70" }
          ],
          rest_remainder: false
        })
        assert.notStrictEqual(id, rfq_batch_id)
        assert.strictEqual((yield* RfqBatches.bestQuotes({ rfq_batch_id })).best_quotes.rfq_batch_id, rfq_batch_id)
        const { quotes } = yield* RfqBatches.accept({
          rfq_batch_id,
          accepted_side: "no",
          min_bids: [
            { rfq_id: first, bid_dollars: "0.60" },
            { rfq_id: second, bid_dollars: "0.70" }
          ],
          client_order_id: "mine"
        })
        assert.isAbove(quotes.length, 0)
        const { batch_quotes } = yield* RfqBatches.quotes({ rfq_batch_id })
        assert.isAbove(batch_quotes.length, 0)
        for (const quote of batch_quotes) {
          assert.strictEqual(quote.rfq_batch_id, rfq_batch_id)
          assert.notStrictEqual(quote.id, rfq_batch_id)
        }
        const own = { rfq_batch_id, batch_quote_id: id }
        assert.isUndefined(yield* RfqBatches.confirmQuote(own))
        assert.isUndefined(yield* RfqBatches.deleteQuote(own))
        assert.isUndefined(yield* RfqBatches.delete({ rfq_batch_id }))
        const served = yield* Effect.flatMap(Sandbox, ({ requests }) => requests)
        assert.deepStrictEqual(
          served.map(({ operation }) => operation),
          [
            "CreateRFQBatch",
            "GetRFQBatches",
            "GetRFQBatch",
            "CreateRFQBatchQuote",
            "GetRFQBatchBestQuotes",
            "AcceptRFQBatch",
            "GetRFQBatchQuotes",
            "ConfirmRFQBatchQuote",
            "DeleteRFQBatchQuote",
            "DeleteRFQBatch"
          ]
        )
      })
    )
  )

  it.effect("lists at most 20 whole batches and 100 children per page, up to a last page", () =>
    Effect.gen(function* () {
      for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const pages = yield* onExchange(Stream.runCollect(RfqBatches.list.pages({}, { maxPages: 50 })), seed)
        for (const { rfq_batches } of pages) {
          assert.isAtMost(rfq_batches.length, 20)
          assert.isAtMost(rfq_batches.flatMap(({ rfqs }) => rfqs).length, 100)
          // No batch is split over pages.
          assert.strictEqual(new Set(rfq_batches.map(({ id }) => id)).size, rfq_batches.length)
          for (const { rfqs } of rfq_batches) assert.strictEqual(new Set(rfqs.map(({ id }) => id)).size, rfqs.length)
        }
        assert.isTrue([...pages].slice(0, -1).every(({ cursor }) => (cursor ?? "") !== ""))
      }
    })
  )
})
