/**
 * How requests for quote and quotes end.
 *
 * @module
 */
import type { QuoteCancelReason, RfqCloseReason } from "../Entities.ts"
import { unschedule } from "../schedule.ts"
import type { MarketState, QuoteState, RfqState, State } from "../state.ts"
import { toQuote, toRfq } from "./records.ts"

export const cancelQuote = (state: State, quote: QuoteState, reason: QuoteCancelReason): void => {
  quote.status = "cancelled"
  quote.cancelReason = reason
  quote.updatedMillis = state.nowMillis
  unschedule(state, { lapse: quote })
  unschedule(state, { executeQuote: quote })
  if (quote.rfq.accepted === quote) {
    quote.rfq.accepted = undefined
  }
  state.emit?.({ type: "quoteDeleted", quote: toQuote(quote) })
}

/**
 * Closes an RFQ and cancels its open quotes. An accepted quote is canceled too, unless the creator deleted the RFQ: both
 * parties have agreed to this trade.
 */
export const closeRfq = (state: State, rfq: RfqState, reason: RfqCloseReason): void => {
  rfq.status = "closed"
  rfq.closeReason = reason
  rfq.updatedMillis = state.nowMillis
  rfq.account.openRfqs.delete(rfq.ticker)
  state.emit?.({ type: "rfqDeleted", rfq: toRfq(rfq) })
  for (const quote of rfq.quotes) {
    if (quote.status === "open" || (quote === rfq.accepted && reason !== "requested")) {
      cancelQuote(state, quote, "rfqClosed")
    }
  }
}

export const closeRfqsOf = (state: State, market: MarketState): void => {
  for (const rfq of state.rfqIndexes.of(market.ticker)) {
    if (rfq.account.openRfqs.get(market.ticker) === rfq) {
      closeRfq(state, rfq, "marketClosed")
    }
  }
}
