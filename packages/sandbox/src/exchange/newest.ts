/**
 * The newest order groups and requests for quote. Unlike the API, these reads show private data of all parties.
 *
 * @module
 */
import type { Quote, Rfq } from "./Entities.ts"
import { toQuote, toRfq } from "./communications/records.ts"
import type { AccountState, State } from "./state.ts"

export interface GroupWindow {
  readonly groupId: string
  readonly subaccount: number
  readonly exchangeIndex: number
  readonly limit: number
  readonly triggered: boolean
  readonly windowCount: number
  readonly restingOrders: number
  /** Only the newest fills, with the oldest of them first. */
  readonly fills: ReadonlyArray<readonly [atMillis: number, count: number]>
}

/** An RFQ with its newest quotes, the oldest of them first. */
export interface QuotedRfq {
  readonly rfq: Rfq
  readonly quotes: ReadonlyArray<Quote>
}

const maxFills = 100

/** The newest order groups of an account, newest first. */
export const newestGroups = (state: State, account: AccountState, limit: number): ReadonlyArray<GroupWindow> =>
  [...account.groups.values()]
    .slice(-limit)
    .reverse()
    .map(({ exchangeIndex, groupId, limit, resting, subaccount, triggered, window }) => ({
      groupId,
      subaccount,
      exchangeIndex,
      limit,
      triggered,
      windowCount: window.total(state.nowMillis),
      restingOrders: resting.size,
      fills: window.entries(state.nowMillis).slice(-maxFills)
    }))

const maxQuotes = 20

/** The newest RFQs, newest first, each with its newest quotes. */
export const newestRfqs = (state: State, limit: number): ReadonlyArray<QuotedRfq> =>
  state.rfqList
    .slice(-limit)
    .reverse()
    .map((rfq) => ({ rfq: toRfq(rfq), quotes: rfq.quotes.slice(-maxQuotes).map(toQuote) }))
