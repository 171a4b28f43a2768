/**
 * The trade that a quote offers: its size, its two orders, and the money that they need.
 *
 * @module
 */
import type { Quote, Refusal } from "../Entities.ts"
import { contract, dollar } from "../decimal.ts"
import { feeUp } from "../money/fees.ts"
import { cashOf, positionOf } from "../money/ledger.ts"
import { moneyNeeded } from "../orders/backing.ts"
import { countWhile } from "../pages.ts"
import { refusal } from "../refusals.ts"
import type { AccountState, MarketState, RfqState, State } from "../state.ts"

/** The order that the maker of a quote places. The RFQ's creator places the opposite order. */
export interface Terms {
  readonly side: "bid" | "ask"
  /** The YES price. */
  readonly price: number
  readonly count: number
}

/** The maker's order if this side of its quote is accepted. */
export const termsOf = ({ noBid, noCount, yesBid, yesCount }: Quote, accepted: "yes" | "no"): Terms =>
  accepted === "yes"
    ? { side: "bid", price: yesBid, count: yesCount }
    : { side: "ask", price: dollar - noBid, count: noCount }

export const opposite = ({ side, ...terms }: Terms): Terms => ({ ...terms, side: side === "bid" ? "ask" : "bid" })

/**
 * The count of the contracts that an RFQ asks for, if the maker bids `bid`. Documented: a target cost is what the RFQ's
 * creator spends, by default including the fee of the fill.
 */
export const countOf = (state: State, { count, market, ...rfq }: RfqState, bid: number): number => {
  if (bid === 0) {
    return 0
  }
  if (count !== undefined) {
    return count
  }
  const target = rfq.targetCostMicros! // an RFQ has a count or a target cost
  const price = dollar - bid
  const { balanceStep, feeStep } = state.rounding
  const largest = Math.min(Math.floor(target / price), state.assumptions.maxOrderContracts * contract)
  const costOf = (contracts: number): number => {
    // The fee is the same for a price and for one dollar minus that price.
    const cost = contracts * price + feeUp(market.takerRate, contracts, price, feeStep)
    return Math.ceil(cost / balanceStep) * balanceStep
  }
  return rfq.targetCostExcludesFees ? largest : countWhile(largest + 1, (n) => costOf(n) <= target) - 1
}

export const moneyOf = (
  account: AccountState,
  subaccount: number,
  market: MarketState,
  { count, price, side }: Terms,
  feeRate: number
): number => moneyNeeded(positionOf(account, subaccount, market), side, price, count, feeRate)

export const checkMoney = (
  account: AccountState,
  subaccount: number,
  market: MarketState,
  terms: Terms,
  feeRate: number,
  code: string
): Refusal | undefined =>
  moneyOf(account, subaccount, market, terms, feeRate) > cashOf(account, subaccount, market.exchangeIndex)
    ? refusal("invalid", code)
    : undefined

/** The code if an account cannot pay for a quote that it accepts (documented) or confirms, or for a block trade. */
export const insufficientBalance = "INSUFFICIENT_BALANCE"
