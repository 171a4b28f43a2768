/**
 * Makers answer the requests for quote (RFQs) of other accounts, and confirm accepted quotes.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Quote, Rfq } from "../exchange/Entities.ts"
import { dollar } from "../exchange/decimal.ts"
import { atOrAbove, atOrBelow } from "./grid.ts"
import { halfSpreadOf } from "./making.ts"
import { hashOf } from "./random.ts"
import { type Crowd, fairPrice, levelsOfMarket, makersOf } from "./traders.ts"

/** A maker quotes an RFQ at the first full second after a delay, which is shorter than this. */
const maxDelayMillis = 900

/**
 * A maker keeps a quote for at least `replaceMillis`. Then it replaces the quote if the YES bid that it now wants differs
 * from the quoted one by at least `tolerance` ten-thousandths of a dollar.
 */
const tolerance = 200
const replaceMillis = 10_000

/** A maker bids on a side only if its position after the trade is at most this count, in hundredths of a contract. */
const maxRfqPosition = 5_000_000

/** Quotes the open RFQs of other accounts, except RFQs with an accepted quote in progress. */
export const answerRfqs = (crowd: Crowd, atMillis: number, isTraded: (ticker: string) => boolean): void => {
  const own = new Set([...crowd.makers, ...crowd.takers])
  for (const { quotes, rfq } of crowd.exchange.view(atMillis).openRfqs()) {
    if (!own.has(rfq.accountId) && isTraded(rfq.ticker) && !quotes.some((quote) => isPending(quote, atMillis))) {
      for (const accountId of makersOf(crowd, rfq.ticker)) {
        answer(crowd, accountId, atMillis, rfq, quotes)
      }
    }
  }
}

/** Whether a quote is confirmed, or was accepted less than 30 seconds ago, the longest time to confirm. */
const isPending = ({ acceptedMillis = -Infinity, status }: Quote, atMillis: number): boolean =>
  status === "confirmed" || (status === "accepted" && atMillis - acceptedMillis < 30_000)

/** Confirms the makers' accepted quotes, even on closed RFQs. */
export const confirmQuotes = ({ exchange, makers }: Crowd, atMillis: number): void => {
  for (const { accountId, quoteId } of exchange.view(atMillis).quotesToConfirm()) {
    if (makers.includes(accountId)) {
      const target = { quoteId, rfqId: undefined, subaccount: undefined }
      exchange.execute({ type: "confirmQuote", accountId, target }, atMillis)
    }
  }
}

const answer = (crowd: Crowd, accountId: string, atMillis: number, rfq: Rfq, quotes: ReadonlyArray<Quote>): void => {
  if (atMillis - rfq.createdMillis < hashOf(crowd.seed, rfq.rfqId, accountId) % maxDelayMillis) {
    return
  }
  const bids = bidsOf(crowd, accountId, atMillis, rfq)
  const open = quotes.find((quote) => quote.accountId === accountId && quote.status === "open")
  const isGood =
    open !== undefined &&
    (atMillis - open.createdMillis < replaceMillis || Math.abs(open.yesBid - bids.yesBid) < tolerance)
  if (!isGood && bids.yesBid + bids.noBid > 0) {
    const quote = { rfqId: rfq.rfqId, subaccount: 0, ...bids, restRemainder: false, postOnly: false }
    crowd.exchange.execute({ type: "createQuote", accountId, quote }, atMillis)
  }
}

/** The bids of a maker. Zero for a side that would make the maker's position too large. */
const bidsOf = (crowd: Crowd, accountId: string, atMillis: number, rfq: Rfq): Pick<Quote, "yesBid" | "noBid"> => {
  const { ticker } = rfq
  const levels = levelsOfMarket(crowd, ticker, atMillis)
  const position = crowd.exchange.view(atMillis).positionCount(accountId, ticker)
  const fair = priceOf(crowd, ticker, atMillis)
  // The count that a target cost buys at half a dollar.
  const count = rfq.count ?? (rfq.targetCostMicros ?? 0) / (dollar / 2)
  const half = halfSpreadOf(crowd, accountId, ticker, atMillis) + Math.min(200, count / 1_000)
  const bid = position + count > maxRfqPosition ? 0 : (atOrBelow(levels, fair - half) ?? 0)
  const ask = position - count < -maxRfqPosition ? dollar : (atOrAbove(levels, fair + half) ?? dollar)
  return { yesBid: bid, noBid: dollar - ask }
}

/** The price of a market. For a combo, the product of the values of its legs, as if they were independent. */
const priceOf = (crowd: Crowd, ticker: string, atMillis: number): number => {
  const view = crowd.exchange.view(atMillis)
  const legs = Result.getOrUndefined(view.market(ticker))?.combo?.legs
  return legs === undefined
    ? fairPrice(crowd, ticker, atMillis)
    : legs.reduce((price, { marketTicker, side }) => {
        const known = Result.getOrUndefined(view.market(marketTicker))?.settlementValue
        const yes = (known ?? fairPrice(crowd, marketTicker, atMillis)) / dollar
        return price * (side === "yes" ? yes : 1 - yes)
      }, dollar)
}
