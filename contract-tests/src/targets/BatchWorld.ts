/**
 * Seeds a local exchange with RFQ batches. The signer is the account that sends the requests under test.
 *
 * @module
 */
import type * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"

export interface SeededBatch {
  readonly batchId: string
  readonly childIds: ReadonlyArray<string>
  readonly batchQuoteId: string
}

export interface SeededBatches {
  readonly comboTickers: ReadonlyArray<string>
  /** An open batch of the signer, with a batch quote of another account. */
  readonly own: SeededBatch
  /** An open batch of another account, with a batch quote of the signer. */
  readonly away: SeededBatch
  /** An accepted batch of another account, with a batch quote of the signer that is not confirmed. */
  readonly accepted: SeededBatch
}

type Capability = Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite

export type As = <A, E>(program: Effect.Effect<A, E, Capability>) => Effect.Effect<A, E, HttpClient.HttpClient>

const comboTickers = ["KXPAIR-26-A", "KXPAIR-26-B"]

export const makeBatches = (signer: As, taker: As) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* sandbox.createEvent({ eventTicker: "KXPAIR-26", multivariate: true })
    for (const ticker of comboTickers) {
      // A maker has more time to confirm a quote on a market that is not highly volatile.
      yield* sandbox.createMarket({ ticker, isHighlyVolatile: false })
    }
    const create = RfqBatches.create({
      children: comboTickers.map((market_ticker) => ({ market_ticker })),
      contracts_fp: "2"
    })
    const seeded = (creator: As, maker: As) =>
      Effect.gen(function* () {
        const { rfq_batch } = yield* creator(create)
        const childIds = rfq_batch.rfqs.map(({ id }) => id)
        const quote = RfqBatches.quote({
          rfq_batch_id: rfq_batch.id,
          quotes: childIds.map((rfq_id) => ({ rfq_id, yes_bid: "0.40" as const, no_bid: "0.50" as const })),
          rest_remainder: false
        })
        const { id } = yield* maker(quote)
        return { batchId: rfq_batch.id, childIds, batchQuoteId: id }
      })
    const accepted = yield* seeded(taker, signer)
    yield* taker(
      RfqBatches.accept({
        rfq_batch_id: accepted.batchId,
        accepted_side: "yes",
        min_bids: accepted.childIds.map((rfq_id) => ({ rfq_id, bid_dollars: "0.40" as const }))
      })
    )
    const batches: SeededBatches = {
      comboTickers,
      own: yield* seeded(signer, taker),
      away: yield* seeded(taker, signer),
      accepted
    }
    return batches
  })
