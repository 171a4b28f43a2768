/**
 * Quotes on requests for quote: creation, acceptance, confirmation.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateQuote, QuoteTarget } from "../Commands.ts"
import type { Refusal } from "../Entities.ts"
import { dollar } from "../decimal.ts"
import { checkActive, checkCountAndPrice, checkTrading } from "../orders/placing.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import { schedule, unschedule } from "../schedule.ts"
import {
  type AccountState,
  checkNotPaused,
  isSubaccount,
  type MarketState,
  type QuoteState,
  type RfqState,
  type State
} from "../state.ts"
import { cancelQuote } from "./closing.ts"
import { attachQuote, findQuote, findRfq, toQuote } from "./records.ts"
import { checkMoney, countOf, insufficientBalance, opposite, type Terms, termsOf } from "./terms.ts"

/** The documented times to confirm and to execute. The time to execute starts at the confirmation. */
export const windowsOf = ({ isHighlyVolatile }: MarketState) =>
  isHighlyVolatile
    ? { confirmationMillis: 3_000, executionMillis: 1_000 }
    : { confirmationMillis: 30_000, executionMillis: 15_000 }

/** Creates a quote for the full size of the RFQ. Replaces the maker's open quote on the RFQ. */
export const create = (state: State, account: AccountState, input: CreateQuote): Result.Result<QuoteState, Refusal> =>
  Result.flatMap(findRfq(state, input.rfqId), (rfq) => {
    const refused = checkRfq(state, account, rfq) ?? checkBids(input)
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    const quote = makeQuote(state, account, rfq, input)
    const unpaid = checkOffers(state, quote)
    if (unpaid !== undefined) {
      return Result.fail(unpaid)
    }
    quote.quoteId = state.ids.next()
    for (const older of rfq.quotes) {
      if (older.account === account && older.status === "open") {
        cancelQuote(state, older, "replaced")
      }
    }
    attachQuote(state, quote)
    state.emit?.({ type: "quoteCreated", quote: toQuote(quote) })
    return Result.succeed(quote)
  })

const checkRfq = (state: State, account: AccountState, rfq: RfqState): Refusal | undefined =>
  checkTrading(state, rfq.market) ??
  (rfq.status === "closed" ? rfqClosed : undefined) ??
  checkActive(state, rfq.market) ??
  (rfq.account === account && state.assumptions.ownQuotes === "refused"
    ? invalidParameters("an account cannot quote its own RFQ")
    : undefined) ??
  (rfq.batchId === undefined
    ? undefined
    : invalidParameters("the RFQ is part of an RFQ batch: create a batch quote with a price for each of its RFQs"))

const rfqClosed = /*#__PURE__*/ refusal("invalid", "RFQ_CLOSED", "the RFQ is closed")

export const checkBids = ({ noBid, subaccount, yesBid }: CreateQuote): Refusal | undefined => {
  if (!isSubaccount(subaccount)) {
    return invalidParameters("subaccount must be 0 to 63")
  }
  if (![noBid, yesBid].every((bid) => Number.isInteger(bid) && bid >= 0 && bid < dollar)) {
    return invalidParameters("a bid must be at least zero and less than one dollar")
  }
  if (noBid === 0 && yesBid === 0) {
    return invalidParameters("a quote must bid on at least one side")
  }
  return noBid + yesBid > dollar
    ? invalidParameters("the sum of yes_bid and no_bid is more than one dollar")
    : undefined
}

/** Refuses a quote if one of its sides is too small to trade, or if its maker cannot pay for that side. */
const checkOffers = (state: State, quote: QuoteState): Refusal | undefined => {
  const { account, noBid, rfq, subaccount, yesBid } = quote
  const offered = (
    [
      ["yes", yesBid],
      ["no", noBid]
    ] as const
  ).flatMap(([side, bid]) => (bid === 0 ? [] : [termsOf(quote, side)]))
  if (offered.some(({ count }) => count === 0)) {
    return invalidParameters("the target cost is too small for one of the bids")
  }
  const { makerRate } = rfq.market
  const checks = offered.map((terms) =>
    checkMoney(account, subaccount, rfq.market, terms, makerRate, state.assumptions.noMoneyCode)
  )
  return checks.find((refused) => refused !== undefined)
}

export const makeQuote = (state: State, account: AccountState, rfq: RfqState, input: CreateQuote): QuoteState => ({
  quoteId: "",
  rfqId: rfq.rfqId,
  batchId: rfq.batchId,
  accountId: account.accountId,
  subaccount: input.subaccount,
  communicationsId: account.communicationsId,
  rfqAccountId: rfq.accountId,
  rfqSubaccount: rfq.subaccount,
  rfqCommunicationsId: rfq.communicationsId,
  isRfqObscured: rfq.isObscured,
  ticker: rfq.ticker,
  eventTicker: rfq.eventTicker,
  exchangeIndex: rfq.exchangeIndex,
  yesBid: input.yesBid,
  noBid: input.noBid,
  yesCount: countOf(state, rfq, input.yesBid),
  noCount: countOf(state, rfq, input.noBid),
  targetCostMicros: rfq.targetCostMicros,
  targetCostExcludesFees: rfq.targetCostExcludesFees,
  restRemainder: input.restRemainder,
  postOnly: input.postOnly,
  status: "open",
  cancelReason: undefined,
  acceptedSide: undefined,
  createdMillis: state.nowMillis,
  updatedMillis: state.nowMillis,
  acceptedMillis: undefined,
  confirmedMillis: undefined,
  executedMillis: undefined,
  makerOrder: undefined,
  rfqOrder: undefined,
  account,
  rfq
})

const change = (
  state: State,
  found: Result.Result<QuoteState, Refusal>,
  check: (quote: QuoteState) => Refusal | undefined,
  run: (quote: QuoteState) => void
): Result.Result<void, Refusal> =>
  Result.flatMap(found, (quote) => {
    const refused = check(quote)
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    quote.updatedMillis = state.nowMillis
    run(quote)
    return Result.void
  })

/** Cancels an open quote. Recorded: a quote that is not open counts as not found. */
export const remove = (state: State, account: AccountState, target: QuoteTarget): Result.Result<void, Refusal> =>
  change(
    state,
    findQuote(state, account, target, "maker"),
    (quote) => (quote.status === "open" ? checkNotPaused(state, quote.exchangeIndex) : notFound),
    (quote) => cancelQuote(state, quote, "requested")
  )

/** Accepts a quote. Its maker must then confirm it in time. */
export const accept = (
  state: State,
  account: AccountState,
  target: QuoteTarget,
  side: "yes" | "no"
): Result.Result<void, Refusal> =>
  change(
    state,
    findQuote(state, account, target, "rfqCreator"),
    (quote) => checkAcceptable(state, quote, side),
    (quote) => {
      quote.status = "accepted"
      quote.acceptedSide = side
      quote.acceptedMillis = state.nowMillis
      quote.rfq.accepted = quote
      schedule(state, state.nowMillis + windowsOf(quote.rfq.market).confirmationMillis, { lapse: quote })
      state.emit?.({ type: "quoteAccepted", quote: toQuote(quote) })
    }
  )

const checkAcceptable = (state: State, quote: QuoteState, side: "yes" | "no"): Refusal | undefined => {
  const { rfq } = quote
  const { market } = rfq
  const refused =
    checkTrading(state, market) ??
    (rfq.status === "closed" ? rfqClosed : checkStatus(quote, "open")) ??
    checkActive(state, market) ??
    (rfq.accepted === undefined ? undefined : refusal("invalid", "bad_request", "another quote on the RFQ is accepted"))
  if (refused !== undefined) {
    return refused
  }
  const terms = termsOf(quote, side)
  return (
    checkTradable(state, quote, side, terms) ??
    checkMoney(rfq.account, rfq.subaccount, market, opposite(terms), market.takerRate, insufficientBalance)
  )
}

/** Refuses a side on which the maker did not bid, and a count or price that no order can have. */
const checkTradable = (
  state: State,
  { rfq: { market } }: QuoteState,
  side: "yes" | "no",
  { count, price }: Terms
): Refusal | undefined => {
  if (count === 0) {
    return invalidParameters(`the quote does not bid for ${side}`)
  }
  const invalid = checkCountAndPrice(state, market, count, price)
  return invalid === undefined ? undefined : invalidParameters(invalid.details ?? invalid.message)
}

const checkStatus = ({ status }: QuoteState, needed: QuoteState["status"]): Refusal | undefined =>
  status === needed ? undefined : refusal("invalid", "bad_request", `the quote is ${status}, not ${needed}`)

/** Confirms a quote, and starts the timer that executes it. */
export const confirm = (state: State, account: AccountState, target: QuoteTarget): Result.Result<void, Refusal> =>
  change(
    state,
    findQuote(state, account, target, "maker"),
    (quote) => checkConfirmable(state, quote),
    (quote) => {
      quote.status = "confirmed"
      quote.confirmedMillis = state.nowMillis
      unschedule(state, { lapse: quote })
      schedule(state, state.nowMillis + windowsOf(quote.rfq.market).executionMillis, { executeQuote: quote })
      state.emit?.({ type: "quoteConfirmed", quote: toQuote(quote) })
    }
  )

const checkConfirmable = (state: State, quote: QuoteState): Refusal | undefined => {
  const { acceptedSide, account, rfq, subaccount } = quote
  const { market } = rfq
  return (
    checkTrading(state, market) ??
    (quote.batchId === undefined
      ? undefined
      : refusal("invalid", "bad_request", "the quote is part of a batch quote: confirm the batch quote")) ??
    checkStatus(quote, "accepted") ??
    // Recorded: a late confirmation is refused with this code, and the quote stays accepted.
    (rfq.accepted === quote ? undefined : refusal("invalid", "expired", "the quote was not confirmed in time")) ??
    checkActive(state, market) ??
    checkMoney(
      account,
      subaccount,
      market,
      termsOf(quote, acceptedSide!), // it was accepted
      market.makerRate,
      insufficientBalance
    )
  )
}

/** Ends the time to confirm. The quote stays accepted, as recorded in demo. */
export const lapse = (state: State, quote: QuoteState): void => {
  quote.rfq.accepted = undefined
  state.emit?.({ type: "quoteLapsed", quote: toQuote(quote) })
}
