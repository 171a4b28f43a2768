/**
 * Acceptance of RFQ batches, and confirmation by the makers. The children of a batch are its RFQs.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { AcceptedBatch, AcceptRfqBatch, BatchQuoteTarget } from "../../Commands.ts"
import type { Quote, Refusal } from "../../Entities.ts"
import { cashOf } from "../../money/ledger.ts"
import { checkTrading } from "../../orders/placing.ts"
import { invalidParameters, refusal } from "../../refusals.ts"
import { schedule, unschedule } from "../../schedule.ts"
import type { AccountState, BatchQuoteState, BatchState, BestBid, QuoteState, State } from "../../state.ts"
import { windowsOf } from "../quotes.ts"
import { attachQuote, toQuote } from "../records.ts"
import { insufficientBalance, moneyOf, opposite, termsOf } from "../terms.ts"
import type { Side } from "./batchParts.ts"
import { cancelBatchQuote, endCompetition, uncount } from "./closing.ts"
import { checkMarkets, checkOpen, checkPayable } from "./quoting.ts"
import { findBatchQuote, findOwnBatch, indexBatch, noteUpdate, toBatch, toBatchQuote } from "./records.ts"

/** The times to confirm and to execute: each is the shortest among the markets of the batch. */
const batchWindowsOf = ({ children }: BatchState) => {
  const windows = children.map(({ market }) => windowsOf(market))
  return {
    confirmationMillis: Math.min(...windows.map(({ confirmationMillis }) => confirmationMillis)),
    executionMillis: Math.min(...windows.map(({ executionMillis }) => executionMillis))
  }
}

/**
 * Accepts a batch. Documented: a request that repeats a successful acceptance with its `client_order_id` gets the same
 * response.
 */
export const accept = (
  state: State,
  account: AccountState,
  input: AcceptRfqBatch
): Result.Result<AcceptedBatch, Refusal> =>
  Result.flatMap(findOwnBatch(state, account, input.batchId, input.subaccount), (batch) => {
    if (input.clientOrderId !== undefined && input.clientOrderId === batch.clientOrderId) {
      return Result.succeed(toAccepted(batch))
    }
    const refused =
      checkTrading(state, batch.children[0]!.market) ?? // all children are on one shard
      checkOpen(batch) ??
      checkMarkets(state, batch)
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    return Result.flatMap(winnersOf(batch, input), (winners) => {
      const unpaid = checkMoney(batch, winners, input.side)
      if (unpaid !== undefined) {
        return Result.fail(unpaid)
      }
      run(state, batch, winners, input)
      return Result.succeed(toAccepted(batch))
    })
  })

/** The best bid for each child, in the order of the children. Fails if a bid is missing or lower than the minimum. */
const winnersOf = (
  { best, children }: BatchState,
  { minBids, side }: AcceptRfqBatch
): Result.Result<ReadonlyArray<BestBid>, Refusal> => {
  const limits = new Map(minBids.map(({ bid, rfqId }) => [rfqId.toLowerCase(), bid]))
  if (minBids.length !== children.length || !children.every(({ rfqId }) => limits.has(rfqId))) {
    return Result.fail(invalidParameters("min_bids must have exactly one entry for each child of the RFQ batch"))
  }
  const winners = best.map((bests) => bests[side])
  const isGoodEnough = (winner: BestBid | undefined, child: number): winner is BestBid =>
    winner !== undefined && winner.bid >= limits.get(children[child]!.rfqId)!
  const changed = children.filter((_, child) => !isGoodEnough(winners[child], child))
  return changed.length === 0
    ? Result.succeed(winners.filter(isGoodEnough))
    : Result.fail(
        refusal(
          "conflict",
          "rfq_batch_quotes_changed",
          `the best ${side} bids are missing or lower than min_bids for: ${changed.map(({ rfqId }) => rfqId).join(", ")}`
        )
      )
}

const checkMoney = (batch: BatchState, winners: ReadonlyArray<BestBid>, side: Side): Refusal | undefined =>
  moneyOfCreator(
    batch,
    winners.map(({ batchQuote }, child) => batchQuote.quotes[child]!),
    side
  ) > cashOf(batch.account, batch.subaccount, batch.exchangeIndex)
    ? refusal("invalid", insufficientBalance)
    : undefined

export const moneyOfCreator = (
  { account, subaccount }: BatchState,
  quotes: ReadonlyArray<QuoteState>,
  side: Side
): number =>
  quotes.reduce(
    (total, quote) =>
      total +
      moneyOf(account, subaccount, quote.rfq.market, opposite(termsOf(quote, side)), quote.rfq.market.takerRate),
    0
  )

const run = (
  state: State,
  batch: BatchState,
  winners: ReadonlyArray<BestBid>,
  { clientOrderId, side }: AcceptRfqBatch
): void => {
  const won = new Map<BatchQuoteState, Array<QuoteState>>()
  for (const [child, { batchQuote }] of winners.entries()) {
    const quote = batchQuote.quotes[child]!
    won.set(batchQuote, [...(won.get(batchQuote) ?? []), quote])
    quote.rfq.accepted = quote
    attachQuote(state, quote)
  }
  batch.status = "accepted"
  batch.acceptedSide = side
  batch.acceptedMillis = batch.updatedMillis = state.nowMillis
  batch.clientOrderId = clientOrderId
  endCompetition(state, batch)
  indexBatch(state.batches, batch)
  noteUpdate(state, batch)
  schedule(state, state.nowMillis + batchWindowsOf(batch).confirmationMillis, { lapseBatch: batch })
  state.emit?.({ type: "rfqBatchAccepted", batch: toBatch(batch) })
  for (const batchQuote of batch.quotes.values()) {
    batchQuote.quotes = won.get(batchQuote) ?? []
    if (batchQuote.quotes.length > 0) {
      win(state, batchQuote, side)
    } else if (batchQuote.status === "open") {
      cancelBatchQuote(state, batchQuote, "rfqClosed")
    }
  }
}

const win = (state: State, batchQuote: BatchQuoteState, side: Side): void => {
  uncount(state, batchQuote)
  for (const accepted of [batchQuote, ...batchQuote.quotes]) {
    accepted.status = "accepted"
    accepted.acceptedSide = side
    accepted.acceptedMillis = accepted.updatedMillis = state.nowMillis
  }
  state.emit?.({ type: "batchQuoteAccepted", batchQuote: toBatchQuote(batchQuote) })
}

/** The response to an acceptance. It stays the same, even if the quotes change later. */
const toAccepted = ({ acceptedMillis, acceptedSide, children }: BatchState): AcceptedBatch => ({
  side: acceptedSide!, // the batch was accepted
  quotes: children.map(({ quotes }): Quote => ({
    ...toQuote(quotes[0]!), // once accepted, a child keeps only the quote that won it
    status: "accepted",
    cancelReason: undefined,
    updatedMillis: acceptedMillis!,
    confirmedMillis: undefined,
    executedMillis: undefined,
    makerOrder: undefined,
    rfqOrder: undefined
  }))
})

/** Confirms a batch quote. The last confirmation starts the timer that executes the batch. */
export const confirm = (state: State, account: AccountState, target: BatchQuoteTarget): Result.Result<void, Refusal> =>
  Result.flatMap(findBatchQuote(state, account, target), (batchQuote) => {
    const { batch } = batchQuote
    const refused = checkConfirmable(state, batchQuote)
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    for (const confirmed of [batchQuote, ...batchQuote.quotes]) {
      confirmed.status = "confirmed"
      confirmed.confirmedMillis = confirmed.updatedMillis = state.nowMillis
    }
    state.emit?.({ type: "batchQuoteConfirmed", batchQuote: toBatchQuote(batchQuote) })
    if (![...batch.quotes.values()].some(({ status }) => status === "accepted")) {
      unschedule(state, { lapseBatch: batch })
      schedule(state, state.nowMillis + batchWindowsOf(batch).executionMillis, { executeBatch: batch })
    }
    return Result.void
  })

const checkConfirmable = (state: State, batchQuote: BatchQuoteState): Refusal | undefined => {
  const { acceptedSide, batch, quotes, status } = batchQuote
  return (
    checkTrading(state, batch.children[0]!.market) ?? // all children are on one shard
    (status === "accepted"
      ? undefined
      : refusal("conflict", "conflict", `the batch quote is ${status}, not accepted`)) ??
    checkMarkets(state, batch) ??
    checkPayable(batch, quotes, acceptedSide!, insufficientBalance) // the batch was accepted
  )
}
