/**
 * Creating and deleting RFQ batches.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateRfq, CreateRfqBatch, CreateRfqBatchChild } from "../../Commands.ts"
import type { Refusal } from "../../Entities.ts"
import { invalidParameters, notFound, refusal } from "../../refusals.ts"
import { type AccountState, checkNotPaused, type MarketState, type State, type BatchState } from "../../state.ts"
import { attachRfq, isKept } from "../records.ts"
import { checkSize, makeRfq } from "../rfqs.ts"
import { emptyBest } from "./batchParts.ts"
import { closeBatch } from "./closing.ts"
import { findOrCreateMarkets } from "./combos.ts"
import { attachBatch, findBatch, isCreator, noteUpdate, toBatch } from "./records.ts"

/** Documented limits. */
const minChildren = 2
const maxChildren = 57

/** Documented limit per account. Accepted batches do not count. */
const maxOpenBatches = 2

const maxClientBatchId = 64

const unavailableToFcm: Refusal = /*#__PURE__*/ refusal(
  "forbidden",
  "rfq_batch_unavailable",
  "FCM members cannot create RFQ batches"
)

/** Creates a batch. If the account would have too many open batches, `replaceExisting` closes the oldest ones. */
export const create = (
  state: State,
  account: AccountState,
  input: CreateRfqBatch
): Result.Result<BatchState, Refusal> => {
  const terms = input.children.map((child) => termsOf(input, child))
  const refused = checkMember(account, input) ?? checkRequest(state, account, input, terms)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const replaced = batchesToReplace(state, account, input)
  if (Result.isFailure(replaced)) {
    return Result.fail(replaced.failure)
  }
  return Result.map(findOrCreateMarkets(state, account, input), (markets) => {
    for (const batch of replaced.success) {
      closeBatch(state, batch, "replaced")
    }
    const batch = makeBatch(state, account, input, markets)
    for (const [index, market] of markets.entries()) {
      const rfq = makeRfq(state, account, market, terms[index]!, batch.batchId) // one entry per market
      attachRfq(state, rfq)
      batch.children.push(rfq)
    }
    attachBatch(state, batch)
    noteUpdate(state, batch)
    state.emit?.({ type: "rfqBatchCreated", batch: toBatch(batch) })
    return batch
  })
}

const termsOf = (
  { isObscured, subaccount, targetCostExcludesFees }: CreateRfqBatch,
  { count, targetCostMicros }: CreateRfqBatchChild
): Omit<CreateRfq, "ticker"> => ({
  subaccount,
  count,
  targetCostMicros,
  targetCostExcludesFees,
  isObscured,
  restRemainder: false,
  replaceExisting: false
})

/** Documented: FCM members cannot create RFQ batches yet. Here, this also applies to their subtraders. */
const checkMember = ({ fcm, subtrader }: AccountState, { subtraderId }: CreateRfqBatch): Refusal | undefined =>
  fcm === undefined && subtrader === undefined && subtraderId === undefined ? undefined : unavailableToFcm

/** Checks what does not depend on the markets. */
const checkRequest = (
  state: State,
  account: AccountState,
  { children, clientBatchId }: CreateRfqBatch,
  terms: ReadonlyArray<Omit<CreateRfq, "ticker">>
): Refusal | undefined => {
  if (children.length < minChildren || children.length > maxChildren) {
    return invalidParameters(`a batch must have ${minChildren} to ${maxChildren} children`)
  }
  const invalid = terms.map((child) => checkSize(state, child)).find((refused) => refused !== undefined)
  if (invalid !== undefined) {
    return invalid
  }
  if (new Set(children.map(({ count }) => count === undefined)).size > 1) {
    return invalidParameters("all children of a batch must be sized the same way, by contracts or by target cost")
  }
  if (clientBatchId === undefined) {
    return undefined
  }
  if (clientBatchId === "" || clientBatchId.length > maxClientBatchId) {
    return invalidParameters(`client_batch_id must have 1 to ${maxClientBatchId} characters`)
  }
  const known = state.batches.byClientId.get(account.accountId)?.get(clientBatchId)
  return known !== undefined && isKept(state, known)
    ? refusal(
        "conflict",
        "conflict",
        `client_batch_id is already used by the RFQ batch ${known.batchId} of the account`
      )
    : undefined
}

/** Returns the open batches to close, oldest first. Fails if the account would still have too many open batches. */
const batchesToReplace = (
  { batches }: State,
  account: AccountState,
  { lockedSubaccount, replaceExisting }: CreateRfqBatch
): Result.Result<ReadonlyArray<BatchState>, Refusal> => {
  const open = [...(batches.openOf.get(account.accountId) ?? [])]
  const excess = open.length + 1 - maxOpenBatches
  if (excess <= 0) {
    return Result.succeed([])
  }
  const replaceable = open.filter((batch) => isCreator(batch, account, lockedSubaccount))
  return replaceExisting && replaceable.length >= excess
    ? Result.succeed(replaceable.slice(0, excess))
    : Result.fail(
        refusal(
          "conflict",
          "conflict",
          `the account has its maximum of ${maxOpenBatches} open RFQ batches: delete one of them, or set replace_existing`
        )
      )
}

const makeBatch = (
  state: State,
  account: AccountState,
  { clientBatchId, isObscured, subaccount }: CreateRfqBatch,
  markets: ReadonlyArray<MarketState>
) => ({
  batchId: state.ids.next(),
  accountId: account.accountId,
  subaccount,
  communicationsId: account.communicationsId,
  isObscured,
  exchangeIndex: markets[0]!.exchangeIndex, // a batch has at least two children
  clientBatchId,
  status: "open" as const,
  closeReason: undefined,
  acceptedSide: undefined,
  createdMillis: state.nowMillis,
  updatedMillis: state.nowMillis,
  acceptedMillis: undefined,
  closedMillis: undefined,
  account,
  children: [] as Array<BatchState["children"][number]>,
  quotes: new Map(),
  best: emptyBest(markets.length),
  version: 0,
  bestMillis: undefined,
  publishedMillis: undefined,
  quotesMade: 0,
  clientOrderId: undefined
})

/** Deletes an open batch. Documented: an accepted batch can no longer be closed. */
export const remove = (
  state: State,
  account: AccountState,
  batchId: string,
  subaccount: number | undefined
): Result.Result<void, Refusal> =>
  Result.flatMap(findBatch(state, batchId), (batch) => {
    const refused =
      (isCreator(batch, account, subaccount) && batch.status !== "closed" ? undefined : notFound) ??
      checkNotPaused(state, batch.exchangeIndex) ??
      (batch.status === "open"
        ? undefined
        : refusal(
            "invalid",
            "bad_request",
            "an accepted RFQ batch cannot be deleted: it executes or expires as a whole"
          ))
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    closeBatch(state, batch, "cancelled")
    return Result.void
  })
