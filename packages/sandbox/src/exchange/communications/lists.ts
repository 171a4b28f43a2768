/**
 * The lists of requests for quote and of quotes.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { ListQuotes, ListRfqs, Page } from "../Commands.ts"
import type { Quote, Refusal, Rfq } from "../Entities.ts"
import { isWithin, page } from "../pages.ts"
import { refusal } from "../refusals.ts"
import type { AccountState, QuoteState, State } from "../state.ts"
import { isKept, toQuote, toRfq } from "./records.ts"

/** Lists RFQs, newest first. */
export const listRfqs = (state: State, caller: AccountState, query: ListRfqs): Result.Result<Page<Rfq>, Refusal> => {
  const isOwn = query.isOwn || query.subaccount !== undefined || query.accountId === caller.accountId
  return page(isOwn ? caller.rfqs : state.rfqList, query, {
    mark: isOwn ? "ownrfq-" : "rfq-",
    maxLimit: 100,
    before: (isOwn ? caller.rfqIndexes : state.rfqIndexes).before(
      query.ticker === undefined ? tickersOf(state, query.eventTicker) : [query.ticker],
      query.status,
      (rfq) => isKept(state, rfq)
    ),
    isListed: (rfq) =>
      isKept(state, rfq) &&
      // A filter for an account finds the account's obscured RFQs only if the account is the caller.
      (query.accountId === undefined || (query.accountId === rfq.accountId && (isOwn || !rfq.isObscured))) &&
      (query.ticker === undefined || query.ticker === rfq.ticker) &&
      (query.eventTicker === undefined || query.eventTicker === rfq.eventTicker) &&
      (query.subaccount === undefined || query.subaccount === rfq.subaccount) &&
      (query.status === undefined || query.status === rfq.status),
    show: toRfq
  })
}

const tickersOf = (state: State, eventTicker: string | undefined): ReadonlyArray<string> | undefined =>
  eventTicker === undefined ? undefined : (state.events.get(eventTicker)?.markets ?? []).map(({ ticker }) => ticker)

/**
 * Lists quotes, newest first. Recorded: a query is refused unless it asks for quotes of the caller or for quotes on the
 * caller's RFQs, because quotes are private.
 */
export const listQuotes = (
  state: State,
  caller: AccountState,
  query: ListQuotes
): Result.Result<Page<Quote>, Refusal> => {
  const isMaker = query.isMaker || query.makerAccountId === caller.accountId
  const isRfqCreator = query.isRfqCreator || query.rfqAccountId === caller.accountId
  if (!isMaker && !isRfqCreator) {
    return Result.fail(refusal("forbidden", "permission_denied", "user_filter or rfq_user_filter must be self"))
  }
  const ownSubaccount = (quote: QuoteState): number => (isMaker ? quote.subaccount : quote.rfqSubaccount)
  return page(isMaker ? caller.quotes : caller.receivedQuotes, query, {
    mark: isMaker ? "quote-" : "receivedquote-",
    maxLimit: 500,
    before: (isMaker ? caller.quoteIndexes : caller.receivedQuoteIndexes).before(
      query.rfqId === undefined ? undefined : [query.rfqId],
      query.status,
      (quote) => isKept(state, quote)
    ),
    isListed: (quote) =>
      isKept(state, quote) &&
      (!isRfqCreator || quote.rfq.account === caller) &&
      (query.makerAccountId === undefined || query.makerAccountId === quote.accountId) &&
      (query.rfqAccountId === undefined || query.rfqAccountId === quote.rfqAccountId) &&
      (query.rfqId === undefined || query.rfqId === quote.rfqId) &&
      (query.subaccount === undefined || query.subaccount === ownSubaccount(quote)) &&
      (query.status === undefined || query.status === quote.status) &&
      isWithin(quote.updatedMillis, query),
    show: toQuote
  })
}
