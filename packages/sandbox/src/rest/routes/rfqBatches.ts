/**
 * RFQ batches and batch quotes.
 *
 * @module
 */
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Result from "effect/Result"
import type { BatchQuoteTarget, CreateRfqBatch, CreateRfqBatchChild } from "../../exchange/Commands.ts"
import type { Refusal } from "../../exchange/Entities.ts"
import { invalidParameters } from "../../exchange/refusals.ts"
import { type Call, type Route, route } from "../route.ts"
import { readBid, readCount, readMicros, readPrice } from "../wire.ts"
import { checkUuid } from "./communications.ts"
import { toQuote } from "./communicationsBodies.ts"
import { toBatch, toBatchQuote, toBestQuotes } from "./rfqBatchBodies.ts"

// If an operation other than `get` does not name a subaccount, a key that is locked to a subaccount finds only the
// batches and batch quotes of its subaccount.

const targetOf = ({ input, key }: Call<RfqBatches.QuoteIdInput>): BatchQuoteTarget => ({
  batchId: input.rfq_batch_id,
  batchQuoteId: input.batch_quote_id,
  subaccount: key?.subaccount
})

export const rfqBatches: ReadonlyArray<Route> = [
  route(RfqBatches.list, ({ accountId, input, view }) =>
    Result.map(
      view.listRfqBatches(accountId, {
        isOwn: input.user_filter === "self",
        subaccount: input.subaccount,
        status: input.status,
        limit: input.limit ?? 20,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ rfq_batches: items.map((batch) => toBatch(batch, accountId)), cursor })
    )
  ),

  route(RfqBatches.get, ({ accountId, input, view }) =>
    Result.map(view.rfqBatch(input.rfq_batch_id), (batch) => ({ rfq_batch: toBatch(batch, accountId) }))
  ),

  route(RfqBatches.create, ({ accountId, execute, input, key }) =>
    Result.flatMap(readCreate(input, key?.subaccount), (batch) =>
      Result.map(execute({ type: "createRfqBatch", accountId, batch }), (created) => ({
        rfq_batch: toBatch(created, accountId)
      }))
    )
  ),

  route(RfqBatches.delete, ({ accountId, execute, input, key }) =>
    execute({ type: "deleteRfqBatch", accountId, batchId: input.rfq_batch_id, subaccount: key?.subaccount })
  ),

  route(RfqBatches.bestQuotes, ({ accountId, input, key, view }) =>
    Result.map(view.bestQuotes(accountId, input.rfq_batch_id, key?.subaccount), (best) => ({
      best_quotes: toBestQuotes(best)
    }))
  ),

  route(RfqBatches.accept, ({ accountId, execute, input, key }) =>
    Result.flatMap(readMinBids(input), (minBids) =>
      Result.map(
        execute({
          type: "acceptRfqBatch",
          accountId,
          acceptance: {
            batchId: input.rfq_batch_id,
            side: input.accepted_side,
            minBids,
            clientOrderId: input.client_order_id,
            subaccount: key?.subaccount
          }
        }),
        ({ quotes, side }) => ({ accepted_side: side, quotes: quotes.map((quote) => toQuote(quote, accountId)) })
      )
    )
  ),

  route(RfqBatches.quotes, ({ accountId, input, key, view }) =>
    Result.map(view.batchQuotes(accountId, input.rfq_batch_id, key?.subaccount), (batchQuotes) => ({
      batch_quotes: batchQuotes.map((batchQuote) => toBatchQuote(batchQuote, accountId))
    }))
  ),

  route(RfqBatches.quote, ({ accountId, execute, input }) =>
    Result.flatMap(readBids(input), (bids) =>
      Result.map(
        execute({
          type: "createBatchQuote",
          accountId,
          quote: {
            batchId: input.rfq_batch_id,
            subaccount: input.subaccount ?? 0,
            bids,
            restRemainder: input.rest_remainder,
            postOnly: input.post_only ?? false
          }
        }),
        ({ batchQuoteId }) => ({ id: batchQuoteId })
      )
    )
  ),

  route(RfqBatches.deleteQuote, (call) =>
    call.execute({ type: "deleteBatchQuote", accountId: call.accountId, target: targetOf(call) })
  ),

  route(RfqBatches.confirmQuote, (call) =>
    call.execute({ type: "confirmBatchQuote", accountId: call.accountId, target: targetOf(call) })
  )
]

/** Reads every item. Fails with the first refusal. */
const readAll = <A, B>(
  items: ReadonlyArray<A>,
  read: (item: A) => Result.Result<B, Refusal>
): Result.Result<ReadonlyArray<B>, Refusal> => Result.all(items.map(read))

const readCreate = (
  input: RfqBatches.CreateInput,
  lockedSubaccount: number | undefined
): Result.Result<CreateRfqBatch, Refusal> => {
  if (input.rest_remainder === true) {
    return Result.fail(invalidParameters("rest_remainder must be false: a batch executes as one fill-or-kill"))
  }
  return Result.flatMap(readSize(input), (shared) =>
    Result.map(
      readAll(input.children, (child) => readChild(child, shared)),
      (children) => ({
        children,
        collectionTicker: input.mve_collection_ticker,
        subaccount: input.subaccount ?? 0,
        targetCostExcludesFees: input.target_cost_excludes_fees ?? false,
        isObscured: input.obscure_creator_id ?? false,
        replaceExisting: input.replace_existing ?? false,
        lockedSubaccount,
        clientBatchId: input.client_batch_id,
        subtraderId: input.subtrader_id
      })
    )
  )
}

type Size = Pick<CreateRfqBatchChild, "count" | "targetCostMicros">

/** Reads the size of a batch, or of a child (one of the RFQs of a batch). */
const readSize = ({
  contracts_fp: contracts,
  target_cost_dollars: cost
}: Pick<RfqBatches.Child, "contracts_fp" | "target_cost_dollars">): Result.Result<Size, Refusal> => {
  if (typeof contracts === "string" && cost !== undefined) {
    return Result.fail(invalidParameters("set either contracts_fp or target_cost_dollars, not both"))
  }
  if (typeof contracts === "string") {
    return Result.map(readCount(contracts, "contracts_fp"), (count) => ({ count, targetCostMicros: undefined }))
  }
  return cost === undefined
    ? Result.succeed({ count: undefined, targetCostMicros: undefined })
    : Result.map(readMicros(cost, "target_cost_dollars"), (targetCostMicros) => ({
        count: undefined,
        targetCostMicros
      }))
}

/** Reads a child. Its own size takes precedence over the size of the batch. */
const readChild = (child: RfqBatches.Child, shared: Size): Result.Result<CreateRfqBatchChild, Refusal> => {
  const combo = readCombo(child)
  if (combo === undefined) {
    return Result.fail(invalidParameters("a child needs either market_ticker or selected_markets"))
  }
  return Result.map(readSize(child), (own) => ({
    combo,
    ...(own.count === undefined && own.targetCostMicros === undefined ? shared : own)
  }))
}

/** Reads the combo of a child. Returns undefined if the child names both a ticker and legs, or neither. */
const readCombo = ({
  market_ticker: ticker,
  selected_markets: legs
}: RfqBatches.Child): CreateRfqBatchChild["combo"] | undefined => {
  if (ticker !== undefined) {
    return legs === undefined ? { ticker } : undefined
  }
  return legs === undefined
    ? undefined
    : {
        legs: legs.map(({ event_ticker: eventTicker, market_ticker: marketTicker, side }) => ({
          eventTicker,
          marketTicker,
          side
        }))
      }
}

const readMinBids = ({ min_bids: minBids }: RfqBatches.AcceptInput) =>
  readAll(minBids, ({ bid_dollars: bid, rfq_id: rfqId }) =>
    Result.flatMap(checkedId(rfqId), () => Result.map(readPrice(bid), (value) => ({ rfqId, bid: value })))
  )

const readBids = ({ quotes }: RfqBatches.QuoteInput) =>
  readAll(quotes, ({ no_bid: no, rfq_id: rfqId, yes_bid: yes }) =>
    Result.flatMap(checkedId(rfqId), () =>
      Result.flatMap(readBid(yes, "yes_bid"), (yesBid) =>
        Result.map(readBid(no, "no_bid"), (noBid) => ({ rfqId, yesBid, noBid }))
      )
    )
  )

const checkedId = (rfqId: string): Result.Result<void, Refusal> => {
  const refused = checkUuid("rfq_id", rfqId)
  return refused === undefined ? Result.void : Result.fail(refused)
}
