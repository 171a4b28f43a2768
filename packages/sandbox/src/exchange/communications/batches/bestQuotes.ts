/**
 * The best bids on the children (RFQs) of an RFQ batch, over all makers. A batch quote counts, and can win children,
 * for 30 seconds after it was sent.
 *
 * @module
 */
import type { BestQuotes } from "../../Entities.ts"
import { schedule } from "../../schedule.ts"
import type { BatchQuoteState, BatchState, BestBid, State } from "../../state.ts"
import { type Side, sides } from "./batchParts.ts"

/** Documented: the creator receives at most one message about best bids in this period. */
const publishEveryMillis = 250

/** The bid of a batch quote on a child. Undefined if the maker declines `side`. */
const bidOf = (batchQuote: BatchQuoteState, child: number, side: Side): BestBid | undefined => {
  const quote = batchQuote.quotes[child]! // while a batch quote counts, it has a quote for each child
  const bid = side === "yes" ? quote.yesBid : quote.noBid
  return bid === 0 ? undefined : { batchQuote, bid, priority: batchQuote.priorities[side][child]! }
}

/** Documented: of equal bids, the earliest wins. */
const better = (left: BestBid | undefined, right: BestBid | undefined): BestBid | undefined =>
  left === undefined ||
  (right !== undefined && (right.bid > left.bid || (right.bid === left.bid && right.priority < left.priority)))
    ? right
    : left

const search = (batch: BatchState, child: number, side: Side): BestBid | undefined => {
  let best: BestBid | undefined
  for (const batchQuote of batch.quotes.values()) {
    if (batchQuote.isCounted) {
      best = better(best, bidOf(batchQuote, child, side))
    }
  }
  return best
}

/** `older` is the batch quote that `batchQuote` replaces. */
export const addBids = (state: State, batchQuote: BatchQuoteState, older: BatchQuoteState | undefined): void =>
  update(state, batchQuote.batch, (best, child, side) => {
    const own = bidOf(batchQuote, child, side)
    if (best === undefined || best.batchQuote !== older) {
      return better(best, own)
    }
    // The maker's older bid was the best. If the new bid is not lower, it is the best bid.
    return own !== undefined && own.bid >= best.bid ? own : search(batchQuote.batch, child, side)
  })

export const removeBids = (state: State, batchQuote: BatchQuoteState): void =>
  update(state, batchQuote.batch, (best, child, side) =>
    best?.batchQuote === batchQuote ? search(batchQuote.batch, child, side) : best
  )

const update = (
  state: State,
  batch: BatchState,
  next: (best: BestBid | undefined, child: number, side: Side) => BestBid | undefined
): void => {
  let hasChanged = false
  for (const [child, bests] of batch.best.entries()) {
    for (const side of sides) {
      const [before, after] = [bests[side], next(bests[side], child, side)]
      bests[side] = after
      hasChanged ||= before?.bid !== after?.bid
    }
  }
  if (hasChanged) {
    batch.version++
    batch.bestMillis = state.nowMillis
    const dueMillis = (batch.publishedMillis ?? -Infinity) + publishEveryMillis
    if (dueMillis <= state.nowMillis) {
      publishBest(state, batch)
    } else {
      schedule(state, dueMillis, { publishBest: batch })
    }
  }
}

export const restoreBest = (batch: BatchState): void => {
  for (const [child, bests] of batch.best.entries()) {
    for (const side of sides) {
      bests[side] = search(batch, child, side)
    }
  }
}

export const publishBest = (state: State, batch: BatchState): void => {
  batch.publishedMillis = state.nowMillis
  state.emit?.({ type: "rfqBatchBestQuotes", bestQuotes: toBestQuotes(batch) })
}

const isComplete = ({ best }: BatchState, side: Side): boolean => best.every((bests) => bests[side] !== undefined)

export const toBestQuotes = (batch: BatchState): BestQuotes => ({
  batchId: batch.batchId,
  clientBatchId: batch.clientBatchId,
  accountId: batch.accountId,
  subaccount: batch.subaccount,
  status: batch.status,
  version: batch.version,
  updatedMillis: batch.bestMillis,
  isYesComplete: isComplete(batch, "yes"),
  isNoComplete: isComplete(batch, "no"),
  rfqs: batch.children.map(({ count, eventTicker, rfqId, targetCostMicros, ticker }, child) => {
    const { no, yes } = batch.best[child]! // one entry per child
    return {
      rfqId,
      ticker,
      eventTicker,
      count,
      targetCostMicros,
      yesBid: yes?.bid ?? 0,
      noBid: no?.bid ?? 0,
      yesCount: yes?.batchQuote.quotes[child]?.yesCount ?? 0,
      noCount: no?.batchQuote.quotes[child]?.noCount ?? 0
    }
  })
})
