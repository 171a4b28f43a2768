/**
 * Messages about RFQ batches and batch quotes, as one account sees them.
 *
 * Documented: in a subscription with `shard_factor`, the id of the batch determines the shard of these messages.
 *
 * @module
 */
import { shownTo } from "../exchange/communications/communicationsId.ts"
import type { BatchQuote, BestQuotes, Event, Quote, RfqBatch } from "../exchange/Entities.ts"
import { toLegs } from "../rest/routes/marketBodies.ts"
import { quotedBatchCreatorId, toBestQuote } from "../rest/routes/rfqBatchBodies.ts"
import { count, dollars, price, time } from "../rest/wire.ts"
import type { Communication } from "./communications.ts"

/** Returns the message about an event. Undefined if the event causes no message. */
export const toBatchCommunication = (event: Event): Communication | undefined => {
  switch (event.type) {
    case "rfqBatchCreated":
      return ofBatch("rfq_batch_created", event.batch, creation(event.batch), [])
    case "rfqBatchClosed":
      return ofBatch("rfq_batch_deleted", event.batch, deletion(event.batch), event.executedFor)
    case "rfqBatchBestQuotes":
      return ofOwner("rfq_batch_best_quotes", event.bestQuotes, bestQuotes(event.bestQuotes))
    case "rfqBatchExecuted":
      return ofOwner("rfq_batch_executed", event.batch, {
        ...clientId(event.batch),
        rfq_creator_id: event.batch.communicationsId,
        ...outcome(event, event.batch.closedMillis)
      })
    case "batchQuoteCreated":
      return ofMaker("batch_quote_created", event.batchQuote, {
        quote_creator_id: event.batchQuote.communicationsId,
        created_ts: time(event.batchQuote.createdMillis),
        quotes: event.batchQuote.quotes.map(offer)
      })
    case "batchQuoteAccepted":
      return ofMaker("batch_quote_accepted", event.batchQuote, acceptance(event.batchQuote))
    case "batchQuoteExecuted":
      return ofMaker("batch_quote_executed", event.batchQuote, {
        rfq_creator_id: quotedBatchCreatorId(event.batchQuote, event.batchQuote.accountId),
        ...outcome(event, event.batchQuote.updatedMillis)
      })
    default:
      return undefined
  }
}

/**
 * Makes a message about a batch. The accounts in `without` do not receive the message. A subscription with the user
 * filter `self` receives the message only if its account created the batch.
 */
const ofBatch = (type: string, batch: RfqBatch, fields: object, without: ReadonlyArray<string>): Communication => ({
  type,
  shardedBy: batch.batchId,
  isFor: ({ connection: { key }, userFilter }) =>
    (userFilter !== "self" || key.accountId === batch.accountId) && !without.includes(key.accountId),
  bodyFor: (viewerId) => ({ id: batch.batchId, creator_id: shownTo(viewerId, batch), ...fields })
})

/** Makes a message that only the owner of a batch or of a batch quote receives. */
const ofOwner = (
  type: string,
  { accountId, batchId, subaccount }: Pick<RfqBatch, "accountId" | "batchId" | "subaccount">,
  fields: object
): Communication => ({
  type,
  shardedBy: batchId,
  isFor: (subscription) => subscription.isOwn(accountId, subaccount),
  bodyFor: () => ({ rfq_batch_id: batchId, ...fields, ...subaccountOf(subaccount) })
})

/** Makes a message that only the maker of the batch quote receives. */
const ofMaker = (type: string, { batchQuoteId, ...quote }: BatchQuote, fields: object): Communication => ({
  ...ofOwner(type, quote, fields),
  bodyFor: () => ({
    batch_quote_id: batchQuoteId,
    rfq_batch_id: quote.batchId,
    ...fields,
    ...subaccountOf(quote.subaccount)
  })
})

const subaccountOf = (subaccount: number) => (subaccount === 0 ? undefined : { subaccount })

const clientId = ({ clientBatchId }: Pick<RfqBatch, "clientBatchId">) =>
  clientBatchId === undefined ? undefined : { client_batch_id: clientBatchId }

const targetCost = (micros: number | undefined) =>
  micros === undefined ? undefined : { rfq_target_cost_dollars: dollars(micros) }

/** Describes the RFQs of a new batch. Every leg is listed once, and the RFQs refer to their legs by index. */
const creation = ({ createdMillis, rfqs }: RfqBatch) => {
  const legs = new Map<string, { readonly index: number; readonly leg: object }>()
  const indexOf = (leg: NonNullable<ReturnType<typeof toLegs>>["mve_selected_legs"][number]): number => {
    const name = `${leg.side} ${leg.market_ticker}`
    const { index } = legs.get(name) ?? { index: legs.size }
    legs.set(name, { index, leg })
    return index
  }
  const children = rfqs.map((rfq) => {
    const combo = toLegs(rfq)
    return {
      id: rfq.rfqId,
      market_ticker: rfq.ticker,
      event_ticker: rfq.eventTicker,
      ...(rfq.count === undefined ? undefined : { contracts_fp: count(rfq.count) }),
      ...(rfq.targetCostMicros === undefined ? undefined : { target_cost_dollars: dollars(rfq.targetCostMicros) }),
      ...(combo === undefined ? undefined : { mve_collection_ticker: combo.mve_collection_ticker }),
      leg_indices: (combo?.mve_selected_legs ?? []).map(indexOf)
    }
  })
  return { created_ts: time(createdMillis), legs: Array.from(legs.values(), ({ leg }) => leg), rfqs: children }
}

const deletion = ({ closedMillis, rfqs }: RfqBatch) => ({
  rfq_ids: rfqs.map(({ rfqId }) => rfqId),
  deleted_ts: time(closedMillis ?? 0)
})

const bestQuotes = (best: BestQuotes) => ({
  ...clientId(best),
  version: best.version,
  updated_ts: time(best.updatedMillis ?? 0),
  yes_complete: best.isYesComplete,
  no_complete: best.isNoComplete,
  rfqs: best.rfqs.map((child) => ({
    ...toBestQuote(child),
    event_ticker: child.eventTicker,
    ...(child.count === undefined ? undefined : { contracts_fp: count(child.count) }),
    ...targetCost(child.targetCostMicros)
  }))
})

/** Describes a quote. A declined side offers no contracts. */
const offer = (quote: Quote) => ({
  quote_id: quote.quoteId,
  rfq_id: quote.rfqId,
  market_ticker: quote.ticker,
  event_ticker: quote.eventTicker,
  yes_bid_dollars: price(quote.yesBid),
  no_bid_dollars: price(quote.noBid),
  ...(quote.yesBid === 0 ? undefined : { yes_contracts_offered_fp: count(quote.yesCount) }),
  ...(quote.noBid === 0 ? undefined : { no_contracts_offered_fp: count(quote.noCount) }),
  ...targetCost(quote.targetCostMicros)
})

const acceptance = (batchQuote: BatchQuote) => ({
  quote_creator_id: batchQuote.communicationsId,
  rfq_creator_id: quotedBatchCreatorId(batchQuote, batchQuote.accountId),
  accepted_side: batchQuote.acceptedSide,
  accepted_ts: time(batchQuote.acceptedMillis ?? 0),
  quotes: batchQuote.quotes.map((quote) => ({
    ...offer(quote),
    contracts_accepted_fp: count(quote.acceptedSide === "no" ? quote.noCount : quote.yesCount)
  }))
})

type Outcome = Extract<Event, { readonly type: "rfqBatchExecuted" | "batchQuoteExecuted" }>

const outcome = ({ closeReason, executedRfqIds, failedRfqIds }: Outcome, executedMillis: number | undefined) => ({
  executed_rfq_ids: executedRfqIds,
  failed_rfq_ids: failedRfqIds,
  executed_ts: time(executedMillis ?? 0),
  close_reason: closeReason
})
