/**
 * RFQ batches as plain JSON, and their restoration.
 *
 * @module
 */
import { found } from "../../dangling.ts"
import type { BatchQuoteState, BatchState, State } from "../../state.ts"
import { toQuote } from "../records.ts"
import { emptyBest } from "./batchParts.ts"
import { restoreBest } from "./bestQuotes.ts"
import { attachBatch, attachBatchQuote, noteUpdate } from "./records.ts"

export const dumpBatches = (state: State) => ({
  rfqBatches: Array.from(state.batches.byId.values(), dumpBatch),
  batchQuotes: Array.from(state.batches.byId.values(), ({ quotes }) =>
    Array.from(quotes.values(), (batchQuote) => dumpBatchQuote(state, batchQuote))
  ).flat(),
  /** In chronological order. */
  rfqBatchUpdates: state.batches.updates.all.map(({ batchId }) => batchId)
})

const dumpBatch = ({ account: _account, best: _best, children, quotes: _quotes, ...batch }: BatchState) => ({
  ...batch,
  rfqIds: children.map(({ rfqId }) => rfqId)
})

const dumpBatchQuote = (
  { quotes: known }: State,
  { account: _account, batch: _batch, quotes, ...batchQuote }: BatchQuoteState
) => ({
  ...batchQuote,
  quoteIds: quotes.map(({ quoteId }) => quoteId),
  /** Only the quotes that are not in the exchange's list of quotes. */
  quotes: quotes.filter(({ quoteId }) => !known.has(quoteId)).map(toQuote)
})

/** Restores the batches. The RFQs and quotes must have been restored before. */
export const restoreBatches = (state: State, from: ReturnType<typeof dumpBatches>): void => {
  for (const { rfqIds, ...batch } of from.rfqBatches) {
    attachBatch(state, {
      ...batch,
      account: found(state.accounts.get(batch.accountId), batch.accountId),
      children: rfqIds.map((rfqId) => found(state.rfqs.get(rfqId), rfqId)),
      quotes: new Map(),
      best: emptyBest(rfqIds.length)
    })
  }
  for (const { quoteIds, quotes, ...batchQuote } of from.batchQuotes) {
    const account = found(state.accounts.get(batchQuote.accountId), batchQuote.accountId)
    const own = new Map(
      quotes.map((quote) => [
        quote.quoteId,
        { ...quote, account, rfq: found(state.rfqs.get(quote.rfqId), quote.rfqId) }
      ])
    )
    attachBatchQuote(state, {
      ...batchQuote,
      account,
      batch: found(state.batches.byId.get(batchQuote.batchId), batchQuote.batchId),
      quotes: quoteIds.map((quoteId) => found(state.quotes.get(quoteId) ?? own.get(quoteId), quoteId))
    })
  }
  for (const batchId of from.rfqBatchUpdates) {
    noteUpdate(state, found(state.batches.byId.get(batchId), batchId))
  }
  for (const batch of state.batches.byId.values()) {
    restoreBest(batch)
  }
}
