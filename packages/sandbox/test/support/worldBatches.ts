/**
 * RFQ batches on two combos, in every state that an operation requires.
 */
import * as Effect from "effect/Effect"
import { type Credentials, Sandbox } from "../../src/Sandbox.ts"
import { type Got, send } from "./wire.ts"

export const pair = ["KXPAIR-26-A", "KXPAIR-26-B"] as const

/** The client id of the maker's batch. */
export const takenBatchId = "taken"

export interface WorldBatches {
  /** An open batch of the maker, with its children and an open batch quote of the taker. */
  readonly batchId: string
  readonly childIds: ReadonlyArray<string>
  /** An open batch of the taker, with its children and an open batch quote of the maker. */
  readonly takerBatchId: string
  readonly takerChildIds: ReadonlyArray<string>
  readonly ownBatchQuoteId: string
  /** An accepted batch of the taker, with a batch quote of the maker that waits for its confirmation. */
  readonly acceptedBatchId: string
  readonly acceptedBatchQuoteId: string
}

const root = "/communications/rfq_batches"

export const batch = (change: object = {}) => ({
  children: pair.map((market_ticker) => ({ market_ticker })),
  contracts_fp: "2",
  ...change
})

export const batchQuote = (ids: ReadonlyArray<string>, change: object = {}) => ({
  quotes: ids.map((rfq_id) => ({ rfq_id, yes_bid: "0.40", no_bid: "0.50" })),
  rest_remainder: false,
  ...change
})

export const acceptance = (ids: ReadonlyArray<string>, change: object = {}) => ({
  accepted_side: "yes",
  min_bids: ids.map((rfq_id) => ({ rfq_id, bid_dollars: "0.40" })),
  ...change
})

interface Created {
  readonly id: string
  readonly rfq_batch: { readonly id: string; readonly rfqs: ReadonlyArray<{ readonly id: string }> }
}

const bodyOf = ({ body, status }: Got): Created => {
  if (status >= 300) {
    throw new Error(`${status} ${JSON.stringify(body)}`)
  }
  return body as Created // each use reads the field of its operation
}

export const makeWorldBatches = (maker: Credentials, taker: Credentials) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    yield* sandbox.createEvent({ eventTicker: "KXPAIR-26", multivariate: true })
    for (const ticker of pair) {
      yield* sandbox.createMarket({ ticker, isHighlyVolatile: false })
    }
    const post = (by: Credentials, path: string, json: unknown) =>
      Effect.map(send({ method: "POST", path, json, by }), bodyOf)
    const create = (by: Credentials, change: object = {}) =>
      Effect.map(post(by, root, batch(change)), ({ rfq_batch: { id, rfqs } }) => ({
        id,
        ids: rfqs.map((rfq) => rfq.id)
      }))
    const quote = (by: Credentials, { id, ids }: { readonly id: string; readonly ids: ReadonlyArray<string> }) =>
      Effect.map(post(by, `${root}/${id}/quotes`, batchQuote(ids)), (made) => made.id)
    const accepted = yield* create(taker)
    const acceptedBatchQuoteId = yield* quote(maker, accepted)
    yield* Effect.map(
      send({ method: "PUT", path: `${root}/${accepted.id}/accept`, json: acceptance(accepted.ids), by: taker }),
      bodyOf
    )
    const [own, takers] = [yield* create(maker, { client_batch_id: takenBatchId }), yield* create(taker)]
    yield* quote(taker, own)
    return {
      batchId: own.id,
      childIds: own.ids,
      takerBatchId: takers.id,
      takerChildIds: takers.ids,
      ownBatchQuoteId: yield* quote(maker, takers),
      acceptedBatchId: accepted.id,
      acceptedBatchQuoteId
    } satisfies WorldBatches
  })
