/**
 * Requests for quote (RFQs).
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateRfq } from "../Commands.ts"
import type { Refusal } from "../Entities.ts"
import { contract, printCount } from "../decimal.ts"
import { checkActive, checkTrading } from "../orders/placing.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import {
  type AccountState,
  checkNotPaused,
  isSubaccount,
  type MarketState,
  type RfqState,
  type State
} from "../state.ts"
import { closeRfq } from "./closing.ts"
import { attachRfq, findRfq, toRfq } from "./records.ts"

/** Documented maximum per account. */
const maxOpenRfqs = 100

/**
 * Creates an RFQ. If the account already has an open RFQ on the market, the call fails unless `replaceExisting` can
 * replace that RFQ.
 */
export const create = (state: State, account: AccountState, input: CreateRfq): Result.Result<RfqState, Refusal> => {
  const market = state.markets.get(input.ticker)
  if (market === undefined) {
    return Result.fail(checkNotPaused(state) ?? refusal("notFound", "market_not_found"))
  }
  const existing = account.openRfqs.get(market.ticker)
  const refused =
    checkTrading(state, market) ??
    checkActive(state, market) ??
    checkSize(state, input) ??
    checkExisting(account, existing, input)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  if (existing !== undefined) {
    closeRfq(state, existing, "replaced")
  }
  const rfq = makeRfq(state, account, market, input)
  attachRfq(state, rfq)
  state.emit?.({ type: "rfqCreated", rfq: toRfq(rfq) })
  return Result.succeed(rfq)
}

/** Checks the subaccount, and the number of contracts or the target cost. */
export const checkSize = (state: State, input: Omit<CreateRfq, "ticker">): Refusal | undefined => {
  const { count, subaccount, targetCostExcludesFees, targetCostMicros } = input
  const largest = state.assumptions.maxOrderContracts * contract
  if (!isSubaccount(subaccount)) {
    return invalidParameters("subaccount must be 0 to 63")
  }
  if ((count === undefined) === (targetCostMicros === undefined)) {
    return invalidParameters("an RFQ needs either a number of contracts or a target cost")
  }
  if (count !== undefined && (!Number.isInteger(count) || count <= 0 || count > largest)) {
    return invalidParameters(`the number of contracts must be 0.01 to ${printCount(largest)}`)
  }
  if (targetCostMicros !== undefined && (!Number.isSafeInteger(targetCostMicros) || targetCostMicros <= 0)) {
    return invalidParameters("the target cost must be more than zero")
  }
  return targetCostExcludesFees && targetCostMicros === undefined
    ? invalidParameters("target_cost_excludes_fees requires a target cost")
    : undefined
}

/**
 * Refuses an RFQ above the maximum, and a second RFQ on a market if it does not replace the open RFQ. An open RFQ
 * cannot be replaced by another subaccount, or while a quote on it waits for confirmation or execution.
 */
const checkExisting = (
  account: AccountState,
  existing: RfqState | undefined,
  { replaceExisting, subaccount }: CreateRfq
): Refusal | undefined => {
  if (existing !== undefined) {
    return replaceExisting && existing.subaccount === subaccount && existing.accepted === undefined
      ? undefined
      : refusal("conflict", "conflict", `the account already has the open RFQ ${existing.rfqId} on this market`)
  }
  return account.openRfqs.size >= maxOpenRfqs
    ? refusal("invalid", "bad_request", `the account has its maximum of ${maxOpenRfqs} open RFQs`)
    : undefined
}

export const makeRfq = (
  state: State,
  account: AccountState,
  market: MarketState,
  input: Omit<CreateRfq, "ticker">,
  batchId?: string
): RfqState => ({
  rfqId: state.ids.next(),
  batchId,
  accountId: account.accountId,
  subaccount: input.subaccount,
  communicationsId: account.communicationsId,
  isObscured: input.isObscured,
  ticker: market.ticker,
  eventTicker: market.event.eventTicker,
  exchangeIndex: market.exchangeIndex,
  count: input.count,
  targetCostMicros: input.targetCostMicros,
  targetCostExcludesFees: input.targetCostExcludesFees,
  restRemainder: input.restRemainder,
  status: "open",
  closeReason: undefined,
  createdMillis: state.nowMillis,
  updatedMillis: state.nowMillis,
  account,
  market,
  quotes: [],
  accepted: undefined
})

/** Deletes an RFQ. An accepted quote on it can still be confirmed and executed. */
export const remove = (
  state: State,
  account: AccountState,
  rfqId: string,
  subaccount: number | undefined
): Result.Result<void, Refusal> =>
  Result.flatMap(findRfq(state, rfqId), (rfq) => {
    const isOwn = rfq.account === account && (subaccount ?? rfq.subaccount) === rfq.subaccount
    const refused =
      (isOwn && rfq.status === "open" ? undefined : notFound) ??
      checkNotPaused(state, rfq.exchangeIndex) ??
      (rfq.batchId === undefined
        ? undefined
        : refusal("invalid", "bad_request", "the RFQ is part of an RFQ batch: delete the batch"))
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    closeRfq(state, rfq, "requested")
    return Result.void
  })
