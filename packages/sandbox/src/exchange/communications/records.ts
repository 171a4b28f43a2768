/**
 * The records of requests for quote and of quotes: how they are kept, found and copied.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { QuoteTarget } from "../Commands.ts"
import type { Quote, Refusal, Rfq } from "../Entities.ts"
import { toCombo } from "../markets/marketView.ts"
import { notFound } from "../refusals.ts"
import type { AccountState, QuoteState, RfqState, State } from "../state.ts"

/** The fields of an RFQ without its references to other entities. */
export const rfqFields = ({
  accepted: _accepted,
  account: _account,
  market: _market,
  quotes: _quotes,
  ...rfq
}: RfqState): Omit<Rfq, "combo"> => rfq

/** A copy that later events do not change. */
export const toRfq = (rfq: RfqState): Rfq => ({ ...rfqFields(rfq), combo: toCombo(rfq.market) })

/** A copy that later events do not change. */
export const toQuote = ({ account: _account, rfq: _rfq, ...quote }: QuoteState): Quote => quote

export const attachRfq = (state: State, rfq: RfqState): void => {
  state.rfqs.set(rfq.rfqId, rfq)
  state.rfqList.push(rfq)
  rfq.account.rfqs.push(rfq)
  // RFQs of batches do not count as open RFQs: batches have a separate limit.
  if (rfq.status === "open" && rfq.batchId === undefined) {
    rfq.account.openRfqs.set(rfq.ticker, rfq)
  }
}

export const attachQuote = (state: State, quote: QuoteState): void => {
  state.quotes.set(quote.quoteId, quote)
  quote.rfq.quotes.push(quote)
  quote.account.quotes.push(quote)
  quote.rfq.account.receivedQuotes.push(quote)
}

/** Documented: for how long closed RFQs and canceled quotes are found after their last update. */
const keptMillis = 7 * 86_400_000

export const isKept = (
  { nowMillis }: State,
  { status, updatedMillis }: Pick<Rfq | Quote, "status" | "updatedMillis">
): boolean => (status !== "closed" && status !== "cancelled") || nowMillis - updatedMillis < keptMillis

export const findRfq = (state: State, rfqId: string): Result.Result<RfqState, Refusal> => {
  const rfq = state.rfqs.get(rfqId.toLowerCase())
  return rfq !== undefined && isKept(state, rfq) ? Result.succeed(rfq) : Result.fail(notFound)
}

export type Party = "maker" | "rfqCreator"

const isParty = (quote: QuoteState, account: AccountState, subaccount: number | undefined, party: Party): boolean =>
  party === "maker"
    ? quote.account === account && (subaccount ?? quote.subaccount) === quote.subaccount
    : quote.rfq.account === account && (subaccount ?? quote.rfqSubaccount) === quote.rfqSubaccount

/** Finds a quote in which the account has one of the roles. Any other quote is private, and not found. */
export const findQuote = (
  state: State,
  account: AccountState,
  { quoteId, rfqId, subaccount }: QuoteTarget,
  ...parties: ReadonlyArray<Party>
): Result.Result<QuoteState, Refusal> => {
  const quote = state.quotes.get(quoteId.toLowerCase())
  return quote !== undefined &&
    isKept(state, quote) &&
    (rfqId === undefined || rfqId.toLowerCase() === quote.rfqId) &&
    parties.some((party) => isParty(quote, account, subaccount, party))
    ? Result.succeed(quote)
    : Result.fail(notFound)
}
