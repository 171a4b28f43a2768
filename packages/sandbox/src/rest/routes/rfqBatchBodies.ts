/**
 * RFQ batches and batch quotes in wire format, as one account sees them.
 *
 * @module
 */
import type * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import { shownTo } from "../../exchange/communications/communicationsId.ts"
import type { BatchQuote, BestQuote, BestQuotes, RfqBatch } from "../../exchange/Entities.ts"
import { count, price, time } from "../wire.ts"
import { toQuote, toRfq } from "./communicationsBodies.ts"

export const toBatch = (batch: RfqBatch, viewerId: string): RfqBatches.RFQBatch => ({
  id: batch.batchId,
  creator_id: shownTo(viewerId, batch),
  status: batch.status,
  created_ts: time(batch.createdMillis),
  ...(batch.acceptedMillis === undefined ? undefined : { accepted_ts: time(batch.acceptedMillis) }),
  ...(batch.closedMillis === undefined ? undefined : { closed_ts: time(batch.closedMillis) }),
  rfqs: batch.rfqs.map((rfq) => toRfq(rfq, viewerId)),
  ...(batch.accountId === viewerId ? ofCreator(batch) : undefined)
})

const ofCreator = (batch: RfqBatch) => ({
  updated_ts: time(batch.updatedMillis),
  ...(batch.closeReason === undefined ? undefined : { close_reason: batch.closeReason }),
  ...(batch.clientBatchId === undefined ? undefined : { client_batch_id: batch.clientBatchId }),
  creator_user_id: batch.accountId,
  creator_subaccount: batch.subaccount
})

/** Returns the public id of the batch's creator, or a placeholder. */
export const quotedBatchCreatorId = (batchQuote: BatchQuote, viewerId: string): string =>
  shownTo(viewerId, {
    accountId: batchQuote.rfqAccountId,
    communicationsId: batchQuote.rfqCommunicationsId,
    isObscured: batchQuote.isRfqObscured
  })

export const toBatchQuote = (batchQuote: BatchQuote, viewerId: string): RfqBatches.RFQBatchQuote => ({
  id: batchQuote.batchQuoteId,
  rfq_batch_id: batchQuote.batchId,
  creator_id: batchQuote.communicationsId,
  rfq_creator_id: quotedBatchCreatorId(batchQuote, viewerId),
  status: batchQuote.status,
  created_ts: time(batchQuote.createdMillis),
  updated_ts: time(batchQuote.updatedMillis),
  ...(batchQuote.acceptedSide === undefined ? undefined : { accepted_side: batchQuote.acceptedSide }),
  ...(batchQuote.acceptedMillis === undefined ? undefined : { accepted_ts: time(batchQuote.acceptedMillis) }),
  ...(batchQuote.confirmedMillis === undefined ? undefined : { confirmed_ts: time(batchQuote.confirmedMillis) }),
  quotes: batchQuote.quotes.map((quote) => toQuote(quote, viewerId)),
  ...(batchQuote.accountId === viewerId
    ? {
        rest_remainder: batchQuote.restRemainder,
        post_only: batchQuote.postOnly,
        creator_user_id: batchQuote.accountId,
        creator_subaccount: batchQuote.subaccount
      }
    : undefined),
  ...(batchQuote.rfqAccountId === viewerId
    ? { rfq_creator_user_id: batchQuote.rfqAccountId, rfq_creator_subaccount: batchQuote.rfqSubaccount }
    : undefined)
})

export const toBestQuotes = (best: BestQuotes): RfqBatches.RFQBatchBestQuotes => ({
  rfq_batch_id: best.batchId,
  status: best.status,
  version: best.version,
  ...(best.updatedMillis === undefined ? undefined : { updated_ts: time(best.updatedMillis) }),
  yes_complete: best.isYesComplete,
  no_complete: best.isNoComplete,
  rfqs: best.rfqs.map(toBestQuote)
})

/** A side without a bid has no fields. */
export const toBestQuote = (best: BestQuote): RfqBatches.RFQBatchBestQuote => ({
  rfq_id: best.rfqId,
  market_ticker: best.ticker,
  ...(best.yesBid === 0
    ? undefined
    : { yes_bid_dollars: price(best.yesBid), yes_contracts_offered_fp: count(best.yesCount) }),
  ...(best.noBid === 0
    ? undefined
    : { no_bid_dollars: price(best.noBid), no_contracts_offered_fp: count(best.noCount) })
})
