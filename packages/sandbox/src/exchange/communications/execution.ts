/**
 * The execution of a confirmed quote, as two orders in the book.
 *
 * Documented: both orders go behind the orders that rest in the public book. Recorded in demo: the maker's order comes
 * first, so the RFQ's creator is the taker.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateOrder } from "../Commands.ts"
import type { EventBody, Order } from "../Entities.ts"
import type { LogBody } from "../log.ts"
import { cancel } from "../orders/ending.ts"
import { place } from "../orders/placing.ts"
import type { QuoteState, State } from "../state.ts"
import { cancelQuote, closeRfq } from "./closing.ts"
import { toQuote } from "./records.ts"
import { checkMoney, insufficientBalance, opposite, type Terms, termsOf } from "./terms.ts"

/** Executes a confirmed quote. Cancels the quote if one of its two orders cannot be placed. */
export const executeQuote = (state: State, quote: QuoteState): void => {
  const { rfq } = quote
  reportFirst(state, () => {
    const orders = placeOrders(state, quote)
    if (orders === undefined) {
      cancelQuote(state, quote, "notExecuted")
      return []
    }
    const { nowMillis } = state
    quote.status = "executed"
    quote.executedMillis = quote.updatedMillis = nowMillis
    quote.makerOrder = toQuoteOrder(orders.maker)
    quote.rfqOrder = toQuoteOrder(orders.taker)
    // Documented: an execution reveals the creator of the RFQ.
    quote.isRfqObscured = rfq.isObscured = false
    rfq.accepted = undefined
    return [{ type: "quoteExecuted", quote: toQuote(quote) }]
  })
  if (quote.status === "executed" && rfq.status === "open") {
    closeRfq(state, rfq, "executed")
  }
}

/** Places the two orders. Undefined if one of them cannot be placed. */
const placeOrders = (state: State, quote: QuoteState): { readonly maker: Order; readonly taker: Order } | undefined => {
  const { account, rfq, subaccount } = quote
  const { market } = rfq
  if (account === rfq.account) {
    // Self-trade prevention would prevent a trade between two orders of one account.
    return undefined
  }
  const terms = termsOf(quote, quote.acceptedSide!) // the quote was accepted
  const own = opposite(terms)
  // The taker's money must be checked before the maker's order reaches the book.
  if (checkMoney(rfq.account, rfq.subaccount, market, own, market.takerRate, insufficientBalance) !== undefined) {
    return undefined
  }
  const maker = place(
    state,
    account,
    orderOf(state, quote, terms, { subaccount, postOnly: quote.postOnly, timeInForce: "good_till_canceled" })
  )
  if (Result.isFailure(maker)) {
    return undefined
  }
  const resting = state.orders.get(maker.success.orderId)! // the order was placed
  const taker = place(
    state,
    rfq.account,
    orderOf(state, quote, own, {
      subaccount: rfq.subaccount,
      postOnly: false,
      timeInForce: rfq.restRemainder ? "good_till_canceled" : "immediate_or_cancel"
    })
  )
  if (Result.isFailure(taker) || !quote.restRemainder) {
    cancel(state, resting, "immediateOrCancel", state.nowMillis)
  }
  return Result.isFailure(taker) ? undefined : { maker: maker.success, taker: taker.success }
}

export const orderOf = (
  state: State,
  { ticker }: QuoteState,
  terms: Terms,
  options: Pick<CreateOrder, "subaccount" | "postOnly" | "timeInForce">
): CreateOrder => ({
  ...terms,
  ...options,
  ticker,
  clientOrderId: state.ids.next(),
  // If a resting order of the same account is in the way of the trade, the exchange cancels that resting order.
  selfTradePrevention: "maker",
  expirationSeconds: undefined,
  reduceOnly: false,
  cancelOnPause: false,
  orderGroupId: undefined,
  exchangeIndex: undefined
})

export const toQuoteOrder = ({ clientOrderId, orderId }: Order) => ({
  orderId,
  clientOrderId: clientOrderId! // `orderOf` sets it
})

/** Calls `run`. Logs the events that it returns, and after them the events that it emitted. */
export const reportFirst = (state: State, run: () => ReadonlyArray<EventBody>): void => {
  const { emit } = state
  const caused: Array<LogBody> = []
  state.emit = emit === undefined ? undefined : (body) => void caused.push(body)
  const first = run()
  state.emit = emit
  for (const body of [...first, ...caused]) {
    emit?.(body)
  }
}
