/**
 * The lists of RFQ batches and of the batch quotes on them.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { ListRfqBatches, Page } from "../../Commands.ts"
import type { BatchQuote, Refusal, RfqBatch } from "../../Entities.ts"
import { page } from "../../pages.ts"
import type { AccountState, State } from "../../state.ts"
import { isKept } from "../records.ts"
import { findBatch, isCreator, toBatch, toBatchQuote } from "./records.ts"
import { UpdateList } from "./updateList.ts"

/** Documented limits of a page: the number of batches, and the number of their RFQs (children). */
const maxLimit = 20
const maxChildren = 100

/** Batches, most recently updated first. A page never contains only a part of a batch. */
export const listBatches = (
  state: State,
  caller: AccountState,
  query: ListRfqBatches
): Result.Result<Page<RfqBatch>, Refusal> => {
  const { batches } = state
  const { status, subaccount } = query
  const isOwn = query.isOwn || subaccount !== undefined
  const list = isOwn ? (batches.updatesOf.get(caller.accountId) ?? new UpdateList()) : batches.updates
  return page(list.all, query, {
    mark: isOwn ? "ownrfqbatch-" : "rfqbatch-",
    maxLimit,
    weight: { of: ({ children }) => children.length, max: maxChildren },
    before: list.before(status),
    isListed: (batch) => isKept(state, batch) && (subaccount === undefined || subaccount === batch.subaccount),
    show: toBatch
  })
}

/**
 * The caller's own batch quote on a batch. If the caller created the batch: the batch quotes that won RFQs of the
 * batch.
 */
export const listBatchQuotes = (
  state: State,
  caller: AccountState,
  batchId: string,
  subaccount: number | undefined
): Result.Result<ReadonlyArray<BatchQuote>, Refusal> =>
  Result.map(findBatch(state, batchId), (batch) =>
    [...batch.quotes.values()]
      .filter((batchQuote) =>
        isCreator(batch, caller, subaccount)
          ? batchQuote.acceptedSide !== undefined
          : batchQuote.account === caller && (subaccount ?? batchQuote.subaccount) === batchQuote.subaccount
      )
      .map(toBatchQuote)
  )
