/**
 * The execution of an RFQ batch, as two orders in the book for each child (an RFQ of the batch).
 *
 * Documented: the children execute together as one fill-or-kill. Nothing trades unless every child can fill in full. So
 * the orders of all makers are placed first, and all orders of the creator reserve their money before the first of them
 * trades.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { EventBody, RfqBatchCloseReason } from "../../Entities.ts"
import { cashOf } from "../../money/ledger.ts"
import { cancel } from "../../orders/ending.ts"
import { canFill, crosses } from "../../orders/matching.ts"
import { record, checkActive, checkTrading, place, prepare, trade } from "../../orders/placing.ts"
import type { BatchQuoteState, BatchState, OrderState, QuoteState, State } from "../../state.ts"
import { cancelQuote } from "../closing.ts"
import { orderOf, reportFirst, toQuoteOrder } from "../execution.ts"
import { toQuote } from "../records.ts"
import { moneyOf, opposite, type Terms, termsOf } from "../terms.ts"
import { moneyOfCreator } from "./accepting.ts"
import type { Side } from "./batchParts.ts"
import { closeBatch, closeChild } from "./closing.ts"
import { toBatch, toBatchQuote } from "./records.ts"

interface Child {
  readonly quote: QuoteState
  /** The maker's order. The creator of the batch places the opposite order. */
  readonly terms: Terms
}

interface Placed extends Child {
  readonly maker: OrderState
}

interface Paired extends Placed {
  readonly taker: OrderState
}

/** Executes a batch that all winners have confirmed. */
export const executeBatch = (state: State, batch: BatchState): void => {
  const side = batch.acceptedSide! // an accepted batch has a side
  const children = batch.children.map(({ accepted }): Child => {
    const quote = accepted! // every child was accepted
    return { quote, terms: termsOf(quote, side) }
  })
  reportFirst(state, (): ReadonlyArray<EventBody> => {
    if (canExecute(state, batch, children, side)) {
      placeAll(state, batch, children)
    }
    return children.flatMap(({ quote }) =>
      quote.status === "executed" ? [{ type: "quoteExecuted" as const, quote: toQuote(quote) }] : []
    )
  })
  for (const { quote } of children) {
    if (quote.status === "executed") {
      // Documented: an execution reveals the creator of the batch.
      batch.isObscured = false
      closeChild(state, quote.rfq, "executed")
    } else {
      cancelQuote(state, quote, "notExecuted")
    }
  }
  finish(state, batch)
}

/**
 * Whether every child can fill in full, every party can pay for all its children, and no party would exceed its maximum
 * of open orders.
 */
const canExecute = (state: State, batch: BatchState, children: ReadonlyArray<Child>, side: Side): boolean => {
  const { account, exchangeIndex, subaccount } = batch
  const { maxRestingOrders } = state.assumptions
  const quotes = children.map(({ quote }) => quote)
  return (
    children.every((child) => isTradable(state, child)) &&
    moneyOfCreator(batch, quotes, side) <= cashOf(account, subaccount, exchangeIndex) &&
    account.restingCount + quotes.length <= maxRestingOrders &&
    winnersOf(batch).every(
      (winner) =>
        moneyOfMaker(winner, side) <= cashOf(winner.account, winner.subaccount, exchangeIndex) &&
        winner.account.restingCount + winner.quotes.length <= maxRestingOrders
    )
  )
}

const winnersOf = ({ quotes }: BatchState): ReadonlyArray<BatchQuoteState> =>
  [...quotes.values()].filter(({ status }) => status === "confirmed")

/**
 * Whether a child can fill in full. If the maker's order matched another account's order, too little of it would be
 * left for the creator of the batch.
 */
const isTradable = (state: State, { quote, terms: { price, side } }: Child): boolean => {
  const { account, postOnly, rfq } = quote
  const { market } = rfq
  if ((checkTrading(state, market) ?? checkActive(state, market)) !== undefined) {
    return false
  }
  if (postOnly && crosses(market, side, price)) {
    return false
  }
  const other = market.book[side === "bid" ? "ask" : "bid"]
  for (const order of other.orders()) {
    if (!other.reaches(order.level!, price)) {
      return true
    }
    if (order.account !== account) {
      return false
    }
  }
  return true
}

const moneyOfMaker = ({ account, quotes, subaccount }: BatchQuoteState, side: Side): number =>
  quotes.reduce((total, quote) => {
    const { market } = quote.rfq
    const terms = termsOf(quote, side)
    // An order that would match the maker's own orders reserves the taker's fee until the exchange has canceled those
    // orders.
    const isTaker = crosses(market, terms.side, terms.price) && market.takerRate > market.makerRate
    return total + moneyOf(account, subaccount, market, terms, isTaker ? market.takerRate : market.makerRate)
  }, 0)

/** Places the orders of all makers and of the creator. If one of them is refused, none trades. */
const placeAll = (state: State, batch: BatchState, children: ReadonlyArray<Child>): void => {
  const placed: Array<Placed> = []
  for (const child of children) {
    const { account, postOnly, subaccount } = child.quote
    const options = { subaccount, postOnly, timeInForce: "good_till_canceled" } as const
    const maker = place(state, account, orderOf(state, child.quote, child.terms, options))
    if (Result.isFailure(maker)) {
      withdraw(state, placed)
      return
    }
    placed.push({ ...child, maker: state.orders.get(maker.success.orderId)! }) // the order was placed
  }
  const paired: Array<Paired> = []
  for (const child of placed) {
    const options = { subaccount: batch.subaccount, postOnly: false, timeInForce: "fill_or_kill" } as const
    const taker = prepare(state, batch.account, orderOf(state, child.quote, opposite(child.terms), options))
    if (Result.isFailure(taker)) {
      withdraw(state, placed)
      return
    }
    paired.push({ ...child, taker: taker.success })
  }
  for (const { taker } of paired) {
    record(state, taker)
  }
  for (const child of paired) {
    tradeChild(state, child)
  }
}

const withdraw = (state: State, placed: ReadonlyArray<Placed>): void => {
  for (const { maker } of placed) {
    cancel(state, maker, "immediateOrCancel", state.nowMillis)
  }
}

/**
 * Trades the two orders of a child. Cancels them instead if an earlier child has canceled an order that the trade
 * needs.
 */
const tradeChild = (state: State, { maker, quote, taker }: Paired): void => {
  if (canFill(state, taker)) {
    trade(state, taker)
    quote.status = "executed"
    quote.executedMillis = quote.updatedMillis = state.nowMillis
    quote.makerOrder = toQuoteOrder(maker)
    quote.rfqOrder = toQuoteOrder(taker)
    quote.isRfqObscured = quote.rfq.isObscured = false
  } else {
    cancel(state, taker, "immediateOrCancel", state.nowMillis)
  }
  if (quote.status !== "executed" || !quote.restRemainder) {
    cancel(state, maker, "immediateOrCancel", state.nowMillis)
  }
}

const outcomeOf = (quotes: ReadonlyArray<QuoteState>) => {
  const idsOf = (isExecuted: boolean): ReadonlyArray<string> =>
    quotes.flatMap(({ rfqId, status }) => ((status === "executed") === isExecuted ? [rfqId] : []))
  const [executedRfqIds, failedRfqIds] = [idsOf(true), idsOf(false)]
  const closeReason: RfqBatchCloseReason =
    failedRfqIds.length === 0 ? "executed" : executedRfqIds.length === 0 ? "execution failed" : "partially executed"
  return { executedRfqIds, failedRfqIds, closeReason }
}

const statuses: Partial<Record<RfqBatchCloseReason, BatchQuoteState["status"]>> = {
  executed: "executed",
  "partially executed": "partially_executed",
  "execution failed": "cancelled"
}

const finish = (state: State, batch: BatchState): void => {
  const winners = winnersOf(batch)
  const quotes = batch.children.map(({ quotes: [quote] }) => quote!) // every child has an accepted quote
  for (const winner of winners) {
    const outcome = outcomeOf(winner.quotes)
    winner.status = statuses[outcome.closeReason]! // every outcome has one of these reasons
    winner.updatedMillis = state.nowMillis
    winner.isRfqObscured &&= outcome.executedRfqIds.length === 0
    state.emit?.({ type: "batchQuoteExecuted", batchQuote: toBatchQuote(winner), ...outcome })
  }
  const outcome = outcomeOf(quotes)
  closeBatch(state, batch, outcome.closeReason, [batch.accountId, ...winners.map(({ accountId }) => accountId)])
  state.emit?.({ type: "rfqBatchExecuted", batch: toBatch(batch), ...outcome })
}
