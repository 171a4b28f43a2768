/**
 * RFQ batches on two combos, in every state that an operation requires.
 */
import * as Effect from "effect/Effect"
import { type Credentials, Sandbox } from "../../src/Sandbox.ts"
import { type Got, send } from "./wire.ts"

export const pair = ["KXPAIR-26-A", "KXPAIR-26-B"] as const

/** The client id of the open batch. */
export const takenBatchId = "taken"

/**
 * The taker owns the batches, and the maker owns the batch quotes. The maker is an FCM member, so it cannot have
 * batches.
 */
export interface WorldBatches {
  /** An open batch, with an open batch quote on it. */
  readonly batchId: string
  readonly childIds: ReadonlyArray<string>
  readonly batchQuoteId: string
  /** An accepted batch, with a batch quote that waits for its confirmation. */
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
  return body as Created // each caller reads only the fields of the response to its operation
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
    const create = (change: object = {}) =>
      Effect.map(post(taker, root, batch(change)), ({ rfq_batch: { id, rfqs } }) => ({
        id,
        ids: rfqs.map((rfq) => rfq.id)
      }))
    const quote = ({ id, ids }: { readonly id: string; readonly ids: ReadonlyArray<string> }) =>
      Effect.map(post(maker, `${root}/${id}/quotes`, batchQuote(ids)), (made) => made.id)
    const accepted = yield* create()
    const acceptedBatchQuoteId = yield* quote(accepted)
    yield* Effect.map(
      send({ method: "PUT", path: `${root}/${accepted.id}/accept`, json: acceptance(accepted.ids), by: taker }),
      bodyOf
    )
    const open = yield* create({ client_batch_id: takenBatchId })
    return {
      batchId: open.id,
      childIds: open.ids,
      batchQuoteId: yield* quote(open),
      acceptedBatchId: accepted.id,
      acceptedBatchQuoteId
    } satisfies WorldBatches
  })
