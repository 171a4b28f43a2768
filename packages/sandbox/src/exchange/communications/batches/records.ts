/**
 * The records of RFQ batches and of batch quotes: how they are kept, found and copied.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { BatchQuoteTarget } from "../../Commands.ts"
import type { BatchQuote, Refusal, RfqBatch } from "../../Entities.ts"
import { notFound, refusal } from "../../refusals.ts"
import type { AccountState, BatchQuoteState, BatchState, Batches, State } from "../../state.ts"
import { isKept, toQuote, toRfq } from "../records.ts"
import { valueOf } from "./batchParts.ts"
import { UpdateList } from "./updateList.ts"

/** A copy that later events do not change. */
export const toBatch = ({
  account: _account,
  best: _best,
  bestMillis: _bestMillis,
  children,
  clientOrderId: _clientOrderId,
  publishedMillis: _publishedMillis,
  quotes: _quotes,
  quotesMade: _quotesMade,
  version: _version,
  ...batch
}: BatchState): RfqBatch => ({ ...batch, rfqs: children.map(toRfq) })

/** A copy that later events do not change. */
export const toBatchQuote = ({
  account: _account,
  batch: _batch,
  isCounted: _isCounted,
  priorities: _priorities,
  quotes,
  ...batchQuote
}: BatchQuoteState): BatchQuote => ({ ...batchQuote, quotes: quotes.map(toQuote) })

export const attachBatch = ({ batches }: State, batch: BatchState): void => {
  const { accountId, clientBatchId } = batch
  batches.byId.set(batch.batchId, batch)
  if (clientBatchId !== undefined) {
    valueOf(batches.byClientId, accountId, () => new Map<string, BatchState>()).set(clientBatchId, batch)
  }
  indexBatch(batches, batch)
}

export const indexBatch = ({ ofMarket, openOf }: Batches, batch: BatchState): void => {
  const { accountId, children, status } = batch
  const open = valueOf(openOf, accountId, () => new Set<BatchState>())
  if (status === "open") {
    open.add(batch)
  } else {
    open.delete(batch)
  }
  for (const { ticker } of children) {
    const known = ofMarket.get(ticker)
    if (status !== "closed") {
      valueOf(ofMarket, ticker, () => new Set<BatchState>()).add(batch)
    } else if (known?.delete(batch) === true && known.size === 0) {
      ofMarket.delete(ticker)
    }
  }
}

export const noteUpdate = ({ batches }: State, batch: BatchState): void => {
  batches.updates.add(batch)
  valueOf(batches.updatesOf, batch.accountId, () => new UpdateList()).add(batch)
}

/** Adds a batch quote, and removes the maker's earlier batch quote on the same batch. */
export const attachBatchQuote = ({ batches }: State, batchQuote: BatchQuoteState): void => {
  const { accountId, batch } = batchQuote
  const older = batch.quotes.get(accountId)
  if (older !== undefined) {
    batches.quotes.delete(older.batchQuoteId)
  }
  batch.quotes.set(accountId, batchQuote)
  batches.quotes.set(batchQuote.batchQuoteId, batchQuote)
}

export const findBatch = (state: State, batchId: string): Result.Result<BatchState, Refusal> => {
  const batch = state.batches.byId.get(batchId.toLowerCase())
  return batch !== undefined && isKept(state, batch) ? Result.succeed(batch) : Result.fail(notFound)
}

/**
 * Whether the account created the batch. A key that is locked to a subaccount acts only on the batches of that
 * subaccount.
 */
export const isCreator = (batch: BatchState, account: AccountState, subaccount: number | undefined): boolean =>
  batch.account === account && (subaccount ?? batch.subaccount) === batch.subaccount

/** Finds a batch that the account created. Documented: other accounts are refused as forbidden. */
export const findOwnBatch = (
  state: State,
  account: AccountState,
  batchId: string,
  subaccount: number | undefined
): Result.Result<BatchState, Refusal> =>
  Result.flatMap(findBatch(state, batchId), (batch) =>
    isCreator(batch, account, subaccount)
      ? Result.succeed(batch)
      : Result.fail(refusal("forbidden", "permission_denied", "only the creator of the RFQ batch may do this"))
  )

/** Finds a batch quote that the account made and has not replaced. */
export const findBatchQuote = (
  state: State,
  account: AccountState,
  { batchId, batchQuoteId, subaccount }: BatchQuoteTarget
): Result.Result<BatchQuoteState, Refusal> => {
  const batchQuote = state.batches.quotes.get(batchQuoteId.toLowerCase())
  return batchQuote !== undefined &&
    batchQuote.account === account &&
    isKept(state, batchQuote.batch) &&
    batchQuote.batchId === batchId.toLowerCase() &&
    (subaccount ?? batchQuote.subaccount) === batchQuote.subaccount
    ? Result.succeed(batchQuote)
    : Result.fail(notFound)
}
