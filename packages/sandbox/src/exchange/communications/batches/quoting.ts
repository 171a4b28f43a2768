/**
 * Creation and withdrawal of batch quotes.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { BatchQuoteTarget, CreateBatchQuote, CreateQuote } from "../../Commands.ts"
import type { Refusal } from "../../Entities.ts"
import { cashOf } from "../../money/ledger.ts"
import { checkActive, checkCountAndPrice, checkTrading } from "../../orders/placing.ts"
import { invalidParameters, notFound, refusal } from "../../refusals.ts"
import { schedule } from "../../schedule.ts"
import {
  type AccountState,
  checkNotPaused,
  type QuoteState,
  type State,
  type BatchQuoteState,
  type BatchState
} from "../../state.ts"
import { checkBids, makeQuote } from "../quotes.ts"
import { moneyOf, type Terms, termsOf } from "../terms.ts"
import { type Side, sides } from "./batchParts.ts"
import { addBids, removeBids } from "./bestQuotes.ts"
import { cancelBatchQuote, uncount } from "./closing.ts"
import { attachBatchQuote, findBatch, findBatchQuote, toBatchQuote } from "./records.ts"

/** Documented: for how long a batch quote can win children after it was sent. */
const countedMillis = 30_000

/** Creates a batch quote. Replaces the maker's older batch quote on the same RFQ batch. */
export const create = (
  state: State,
  account: AccountState,
  input: CreateBatchQuote
): Result.Result<BatchQuoteState, Refusal> =>
  Result.flatMap(findBatch(state, input.batchId), (batch) => {
    const refused = checkBatch(state, account, batch)
    return refused === undefined
      ? Result.flatMap(bidsByChild(batch, input), (bids) => add(state, account, batch, input, bids))
      : Result.fail(refused)
  })

const checkBatch = (state: State, account: AccountState, batch: BatchState): Refusal | undefined =>
  (batch.account === account
    ? refusal("forbidden", "permission_denied", "an account cannot quote its own RFQ batch")
    : undefined) ??
  checkTrading(state, batch.children[0]!.market) ?? // all children are on one shard
  checkOpen(batch) ??
  checkMarkets(state, batch)

export const checkOpen = ({ batchId, status }: BatchState): Refusal | undefined =>
  status === "open" ? undefined : refusal("conflict", "conflict", `the RFQ batch ${batchId} is ${status}, not open`)

export const checkMarkets = (state: State, { children }: BatchState): Refusal | undefined =>
  children.map(({ market }) => checkActive(state, market)).find((refused) => refused !== undefined)

/** The bids in the order of the children. Fails unless there is exactly one valid bid for each child. */
const bidsByChild = (
  { children }: BatchState,
  { batchId: _batchId, bids, ...terms }: CreateBatchQuote
): Result.Result<ReadonlyArray<CreateQuote>, Refusal> => {
  const known = new Map(bids.map((bid) => [bid.rfqId.toLowerCase(), { ...terms, ...bid }]))
  const ordered = children.flatMap(({ rfqId }) => known.get(rfqId) ?? [])
  return ordered.length === children.length && bids.length === children.length
    ? Result.map(checkAll(ordered, checkBids), () => ordered)
    : Result.fail(invalidParameters("a batch quote must price every child of the RFQ batch exactly once"))
}

const checkAll = <A>(
  items: ReadonlyArray<A>,
  check: (item: A) => Refusal | undefined
): Result.Result<void, Refusal> => {
  const refused = items.map(check).find((found) => found !== undefined)
  return refused === undefined ? Result.void : Result.fail(refused)
}

const add = (
  state: State,
  account: AccountState,
  batch: BatchState,
  input: CreateBatchQuote,
  bids: ReadonlyArray<CreateQuote>
): Result.Result<BatchQuoteState, Refusal> => {
  const quotes = batch.children.map((rfq, child) => makeQuote(state, account, rfq, bids[child]!)) // one bid per child
  const unpaid = checkOffers(state, batch, quotes)
  if (unpaid !== undefined) {
    return Result.fail(unpaid)
  }
  const older = batch.quotes.get(account.accountId)
  const replaced = older?.status === "open" ? older : undefined
  const batchQuote = makeBatchQuote(state, account, batch, input, quotes, replaced)
  if (replaced !== undefined) {
    uncount(state, replaced)
    cancelBatchQuote(state, replaced, "replaced")
  }
  attachBatchQuote(state, batchQuote)
  schedule(state, state.nowMillis + countedMillis, { discount: batchQuote })
  state.emit?.({ type: "batchQuoteCreated", batchQuote: toBatchQuote(batchQuote) })
  addBids(state, batchQuote, replaced)
  return Result.succeed(batchQuote)
}

/** The maker can win all children on one side, so it must be able to pay for all its bids on that side. */
const checkOffers = (state: State, batch: BatchState, quotes: ReadonlyArray<QuoteState>): Refusal | undefined => {
  for (const side of sides) {
    const offered = quotes.filter((quote) => (side === "yes" ? quote.yesBid : quote.noBid) > 0)
    for (const quote of offered) {
      const refused = checkOffer(state, quote, termsOf(quote, side))
      if (refused !== undefined) {
        return refused
      }
    }
    const unpaid = checkPayable(batch, offered, side, state.assumptions.noMoneyCode)
    if (unpaid !== undefined) {
      return unpaid
    }
  }
  return undefined
}

const checkOffer = (state: State, { rfq }: QuoteState, { count, price }: Terms): Refusal | undefined => {
  if (count === 0) {
    return invalidParameters(`the target cost of ${rfq.rfqId} is too small for one of the bids`)
  }
  const invalid = checkCountAndPrice(state, rfq.market, count, price)
  return invalid === undefined ? undefined : invalidParameters(invalid.details ?? invalid.message)
}

/** Checks that the maker of all these quotes can pay for them together. */
export const checkPayable = (
  { exchangeIndex }: BatchState,
  quotes: ReadonlyArray<QuoteState>,
  side: Side,
  code: string
): Refusal | undefined => {
  const [first] = quotes
  if (first === undefined) {
    return undefined
  }
  const { account, subaccount } = first
  const needed = quotes.reduce(
    (total, quote) =>
      total + moneyOf(account, subaccount, quote.rfq.market, termsOf(quote, side), quote.rfq.market.makerRate),
    0
  )
  return needed > cashOf(account, subaccount, exchangeIndex) ? refusal("invalid", code) : undefined
}

const makeBatchQuote = (
  state: State,
  account: AccountState,
  batch: BatchState,
  { postOnly, restRemainder, subaccount }: CreateBatchQuote,
  quotes: Array<QuoteState>,
  older: BatchQuoteState | undefined
): BatchQuoteState => {
  const made = ++batch.quotesMade
  for (const quote of quotes) {
    quote.quoteId = state.ids.next()
  }
  // Documented: a bid that did not change keeps its time priority, if the older batch quote could still win.
  const prioritiesOf = (side: Side): ReadonlyArray<number> =>
    quotes.map((quote, child) => {
      const bid = side === "yes" ? "yesBid" : "noBid"
      return older?.isCounted === true && older.quotes[child]?.[bid] === quote[bid]
        ? older.priorities[side][child]!
        : made
    })
  return {
    batchQuoteId: state.ids.next(),
    batchId: batch.batchId,
    accountId: account.accountId,
    subaccount,
    communicationsId: account.communicationsId,
    rfqAccountId: batch.accountId,
    rfqSubaccount: batch.subaccount,
    rfqCommunicationsId: batch.communicationsId,
    isRfqObscured: batch.isObscured,
    restRemainder,
    postOnly,
    status: "open",
    acceptedSide: undefined,
    createdMillis: state.nowMillis,
    updatedMillis: state.nowMillis,
    acceptedMillis: undefined,
    confirmedMillis: undefined,
    account,
    batch,
    quotes,
    priorities: { yes: prioritiesOf("yes"), no: prioritiesOf("no") },
    isCounted: true
  }
}

/** Withdraws an open batch quote. A batch quote that is not open counts as not found, as with single quotes. */
export const remove = (state: State, account: AccountState, target: BatchQuoteTarget): Result.Result<void, Refusal> =>
  Result.flatMap(findBatchQuote(state, account, target), (batchQuote) => {
    const refused = batchQuote.status === "open" ? checkNotPaused(state, batchQuote.batch.exchangeIndex) : notFound
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    cancelBatchQuote(state, batchQuote, "requested")
    removeBids(state, batchQuote)
    return Result.void
  })

/** Takes the bids of a batch quote out of the competition. The quote stays open, and its maker can send it again. */
export const discount = (state: State, batchQuote: BatchQuoteState): void => {
  batchQuote.isCounted = false
  removeBids(state, batchQuote)
}
