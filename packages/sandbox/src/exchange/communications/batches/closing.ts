/**
 * How RFQ batches, their children (RFQs) and batch quotes end.
 *
 * @module
 */
import type { QuoteCancelReason, RfqBatchCloseReason, RfqCloseReason } from "../../Entities.ts"
import { unschedule } from "../../schedule.ts"
import type { BatchQuoteState, BatchState, MarketState, RfqState, State } from "../../state.ts"
import { cancelQuote } from "../closing.ts"
import { emptyBest } from "./batchParts.ts"
import { indexBatch, noteUpdate, toBatch, toBatchQuote } from "./records.ts"

export const cancelBatchQuote = (state: State, batchQuote: BatchQuoteState, reason: QuoteCancelReason): void => {
  batchQuote.status = "cancelled"
  batchQuote.updatedMillis = state.nowMillis
  uncount(state, batchQuote)
  for (const quote of batchQuote.quotes) {
    if (state.quotes.has(quote.quoteId)) {
      cancelQuote(state, quote, reason)
    } else {
      quote.status = "cancelled"
      quote.cancelReason = reason
      quote.updatedMillis = state.nowMillis
    }
  }
  state.emit?.({ type: "batchQuoteDeleted", batchQuote: toBatchQuote(batchQuote) })
}

/** Ends the time in which a batch quote can win children. The caller must update the best bids of the batch. */
export const uncount = (state: State, batchQuote: BatchQuoteState): void => {
  batchQuote.isCounted = false
  unschedule(state, { discount: batchQuote })
}

export const endCompetition = (state: State, batch: BatchState): void => {
  batch.best.splice(0, Infinity, ...emptyBest(batch.children.length))
  unschedule(state, { publishBest: batch })
}

const childReasons: Readonly<Record<RfqBatchCloseReason, RfqCloseReason>> = {
  cancelled: "requested",
  replaced: "replaced",
  expired: "expired",
  "market closed": "marketClosed",
  executed: "executed",
  "execution failed": "notExecuted",
  "partially executed": "notExecuted"
}

/** Closes a child. Emits no event, because the event of the batch reports the close. */
export const closeChild = (state: State, rfq: RfqState, reason: RfqCloseReason): void => {
  rfq.status = "closed"
  rfq.closeReason = reason
  rfq.updatedMillis = state.nowMillis
  rfq.accepted = undefined
}

/** Closes a batch. The accounts in `executedFor` receive the result of the execution in other events. */
export const closeBatch = (
  state: State,
  batch: BatchState,
  reason: RfqBatchCloseReason,
  executedFor: ReadonlyArray<string> = []
): void => {
  batch.status = "closed"
  batch.closeReason = reason
  batch.closedMillis = batch.updatedMillis = state.nowMillis
  endCompetition(state, batch)
  unschedule(state, { lapseBatch: batch })
  unschedule(state, { executeBatch: batch })
  for (const batchQuote of batch.quotes.values()) {
    if (batchQuote.status === "open" || batchQuote.status === "accepted" || batchQuote.status === "confirmed") {
      cancelBatchQuote(state, batchQuote, "rfqClosed")
    }
  }
  for (const rfq of batch.children) {
    if (rfq.status === "open") {
      closeChild(state, rfq, childReasons[reason])
    }
  }
  indexBatch(state.batches, batch)
  noteUpdate(state, batch)
  state.emit?.({ type: "rfqBatchClosed", batch: toBatch(batch), executedFor })
}

/** Closes the batches with a child in a closing market, because their children can no longer trade together. */
export const closeBatchesOf = (state: State, { ticker }: MarketState): void => {
  for (const batch of [...(state.batches.ofMarket.get(ticker) ?? [])]) {
    closeBatch(state, batch, "market closed")
  }
}

/** Closes a batch that a maker did not confirm in time. Documented: nothing of the batch trades. */
export const lapseBatch = (state: State, batch: BatchState): void => closeBatch(state, batch, "expired")
