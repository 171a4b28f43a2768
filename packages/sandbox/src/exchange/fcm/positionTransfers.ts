/**
 * Transfers of positions from a subtrader of a futures commission merchant (FCM) to a subtrader of the FCM's error
 * account.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { TransferPosition } from "../Commands.ts"
import type { Refusal } from "../Entities.ts"
import { contract, dollar } from "../decimal.ts"
import { statusOf } from "../markets/marketView.ts"
import { cashOf, attach, changePosition, holdingOf, pay, positionOf } from "../money/ledger.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import { type AccountState, checkNotPaused, type MarketState, type PositionState, type State } from "../state.ts"
import { deployPremium } from "./premium.ts"
import { find, findOrCreate, isSubtraderOf } from "./subtraders.ts"

const cent = dollar / 100

/**
 * Transfers a position without a fee and without a fill. The cash of the source and of the error account changes as in
 * a trade at the price of the transfer. Returns the id of the transfer.
 */
export const transferPosition = (
  state: State,
  member: AccountState,
  input: TransferPosition
): Result.Result<string, Refusal> =>
  Result.flatMap(find(member, input.sourceSubtraderId), (source) => {
    const errorAccount = member.fcm?.errorAccount
    const refused =
      (errorAccount === undefined
        ? refusal("invalid", "bad_request", "position transfers are not enabled: the FCM member has no error account")
        : undefined) ?? checkTerms(input)
    if (refused !== undefined || errorAccount === undefined) {
      return Result.fail(refused ?? notFound)
    }
    const market = state.markets.get(input.ticker)
    if (market === undefined) {
      return Result.fail(notFound)
    }
    const inactive = checkOpen(state, market)
    if (inactive !== undefined) {
      return Result.fail(inactive)
    }
    if (!isSubtraderOf(errorAccount, input.targetSubtraderId)) {
      return Result.fail(invalidParameters("target_subtrader_id is not a subtrader of the error account"))
    }
    const from = positionOf(source.account, 0, market)
    const existing = errorAccount.fcm?.subtraders.get(input.targetSubtraderId)
    const unpaid = checkTransfer(errorAccount, from, existing && positionOf(existing.account, 0, market), input)
    if (unpaid !== undefined) {
      return Result.fail(unpaid)
    }
    const target = findOrCreate(state, errorAccount, input.targetSubtraderId)
    applyTransfer(state, errorAccount, from, positionOf(target.account, 0, market), input)
    return Result.succeed(state.ids.next())
  })

const checkTerms = ({ count, price }: TransferPosition): Refusal | undefined => {
  if (!Number.isSafeInteger(count) || count === 0 || count % contract !== 0) {
    return invalidParameters("position_centicount must be a whole number of contracts other than zero")
  }
  return Number.isInteger(price) && price >= 0 && price <= dollar && price % cent === 0
    ? undefined
    : invalidParameters("price_centicents must be a multiple of 100 from 0 to 10000")
}

const checkOpen = (state: State, market: MarketState): Refusal | undefined =>
  checkNotPaused(state, market.exchangeIndex) ??
  (statusOf(state, market) === "active" ? undefined : refusal("conflict", "MARKET_INACTIVE", "the market is not open"))

/** The source sells what the target buys. */
const sidesOf = ({ count }: TransferPosition) =>
  count > 0 ? ({ from: "ask", to: "bid" } as const) : ({ from: "bid", to: "ask" } as const)

const revenueOf = (held: number, side: "bid" | "ask", count: number, price: number): number => {
  const closed = Math.min(count, Math.max(0, side === "bid" ? -held : held))
  return closed * dollar - count * (side === "bid" ? price : dollar - price)
}

/**
 * Checks a transfer. Also fails if it takes away contracts that cover resting orders of a party, because the money for
 * these orders would be missing.
 */
const checkTransfer = (
  errorAccount: AccountState,
  from: PositionState,
  /** Undefined if the subtrader does not exist yet. */
  to: PositionState | undefined,
  input: TransferPosition
): Refusal | undefined => {
  const count = Math.abs(input.count)
  const sides = sidesOf(input)
  for (const [position, side] of [
    [from, sides.from],
    [to, sides.to]
  ] as const) {
    if (position === undefined) {
      continue
    }
    const after = position.count + (side === "bid" ? count : -count)
    if (position.ask.coveredCount > Math.max(0, after) || position.bid.coveredCount > Math.max(0, -after)) {
      return refusal(
        "conflict",
        "conflict",
        "resting orders of the subtrader need the position: cancel these orders first"
      )
    }
  }
  const { exchangeIndex } = from.market
  return from.holding.cashMicros + revenueOf(from.count, sides.from, count, input.price) < 0 ||
    cashOf(errorAccount, 0, exchangeIndex) + revenueOf(to?.count ?? 0, sides.to, count, input.price) < 0
    ? refusal("conflict", "insufficient_balance", "the available balance does not cover the transfer")
    : undefined
}

const applyTransfer = (
  state: State,
  errorAccount: AccountState,
  from: PositionState,
  to: PositionState,
  input: TransferPosition
): void => {
  const count = Math.abs(input.count)
  const sides = sidesOf(input)
  attach(from)
  attach(to)
  deployPremium(state, from.holding.account, -changePosition(state, from, sides.from, count, input.price))
  const paid = changePosition(state, to, sides.to, count, input.price)
  // The error account pays or receives this amount instead of its subtrader.
  pay(state, to.holding, -paid)
  pay(state, holdingOf(errorAccount, 0, to.market.exchangeIndex), paid)
}
