/**
 * Cash, positions and fees, to the last micro-dollar.
 *
 * A pair of YES and NO is always worth a dollar, so buying YES against a NO position returns one dollar per contract.
 *
 * The sum of cash, reserved money, fees taken, a dollar for every outstanding pair, cash on the margined exchange and
 * money in transfer equals the deposits minus the withdrawals. The sum is at most $9,000,000,000, so a number holds
 * each of these amounts exactly.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Balance, Payment, Position, Refusal, Settlement } from "../Entities.ts"
import { cover, makeOwnSide, shrink } from "../orders/backing.ts"
import { dollar } from "../decimal.ts"
import { deployPremium } from "../fcm/premium.ts"
import { charge, feeUp } from "./fees.ts"
import { invalidParameters, refusal } from "../refusals.ts"
import { listPosition, unsettledPositions } from "./positionList.ts"
import { holdingKey, isShard } from "../shards.ts"
import {
  type AccountState,
  type Holding,
  isSubaccount,
  type MarketState,
  type OrderState,
  type PositionState,
  type State
} from "../state.ts"

/** The maximum money of all accounts together. */
export const maxTotalMicros = 9_000_000_000_000_000

const oneCent = 10_000

export const holdingOf = (account: AccountState, subaccount: number, exchangeIndex: number): Holding => {
  const key = holdingKey(subaccount, exchangeIndex)
  let holding = account.holdings.get(key)
  if (holding === undefined) {
    holding = makeHolding(account, subaccount, exchangeIndex)
    account.holdings.set(key, holding)
  }
  return holding
}

export const makeHolding = (account: AccountState, subaccount: number, exchangeIndex: number): Holding => ({
  account,
  subaccount,
  exchangeIndex,
  cashMicros: 0,
  collateralMicros: 0,
  feesMicros: 0,
  updatedMillis: 0,
  positions: new Map()
})

/** Finds or makes a position. A new position is not in the state until {@link attach} adds it. */
export const positionOf = (account: AccountState, subaccount: number, market: MarketState): PositionState => {
  const holding =
    account.holdings.get(holdingKey(subaccount, market.exchangeIndex)) ??
    makeHolding(account, subaccount, market.exchangeIndex)
  return holding.positions.get(market.ticker) ?? makePosition(holding, market)
}

export const attach = (position: PositionState): void => {
  const { holding, market } = position
  if (!holding.positions.has(market.ticker)) {
    holding.account.holdings.set(holdingKey(holding.subaccount, holding.exchangeIndex), holding)
    holding.positions.set(market.ticker, position)
    listPosition(position)
    market.positions.push(position)
  }
}

export const makePosition = (holding: Holding, market: MarketState): PositionState => ({
  holding,
  market,
  count: 0,
  exposureMicros: 0,
  realizedMicros: 0,
  tradedMicros: 0n,
  tradedCount: 0,
  feesMicros: 0,
  updatedMillis: 0,
  settled: false,
  listIndex: -1,
  bid: makeOwnSide(),
  ask: makeOwnSide()
})

export const pay = (state: State, holding: Holding, micros: number): void => {
  holding.cashMicros += micros
  holding.updatedMillis = state.nowMillis
  noteHolding(state, holding)
}

/** Marks the holding for {@link reportChanges}. */
export const noteHolding = (state: State, holding: Holding): void => {
  if (state.emit !== undefined) {
    state.changedHoldings.add(holding)
  }
}

const notePosition = (state: State, position: PositionState): void => {
  if (state.emit !== undefined) {
    state.changedHoldings.add(position.holding)
    state.changedPositions.add(position)
  }
}

export const reportChanges = (state: State): void => {
  if (state.emit === undefined) {
    return
  }
  for (const holding of state.changedHoldings) {
    state.emit({
      type: "balance",
      accountId: holding.account.accountId,
      subaccount: holding.subaccount,
      exchangeIndex: holding.exchangeIndex,
      cashMicros: holding.cashMicros,
      collateralMicros: holding.collateralMicros,
      feesMicros: holding.feesMicros
    })
  }
  for (const position of state.changedPositions) {
    state.emit({ type: "position", position: toPosition(position) })
  }
  state.changedHoldings.clear()
  state.changedPositions.clear()
}

export const checkCash = (state: State, cashMicros: number, micros: number): Refusal | undefined =>
  micros > cashMicros ? refusal("invalid", state.assumptions.noMoneyCode) : undefined

export const cashOf = (account: AccountState, subaccount: number, exchangeIndex: number): number =>
  account.holdings.get(holdingKey(subaccount, exchangeIndex))?.cashMicros ?? 0

/** A proportional part of an amount, rounded down. */
const share = (micros: number, part: number, whole: number): number => {
  const product = micros * part
  return Number.isSafeInteger(product)
    ? (product - (product % whole)) / whole
    : Number((BigInt(micros) * BigInt(part)) / BigInt(whole))
}

/**
 * Changes a position without a fee, and returns the change of the cash. Does not update which resting orders
 * the position covers.
 */
export const changePosition = (
  state: State,
  position: PositionState,
  side: "bid" | "ask",
  count: number,
  price: number
): number => {
  const { holding, market } = position
  const isBid = side === "bid"
  const ownPrice = isBid ? price : dollar - price
  const cost = count * ownPrice
  const before = position.count
  const closed = Math.min(count, Math.max(0, isBid ? -before : before))
  // Opening or closing a contract costs the price of the own side. Closing also returns one dollar, for the pair of YES
  // and NO.
  const revenue = closed * dollar - cost

  position.count = isBid ? before + count : before - count
  market.openInterest += Math.max(0, position.count) - Math.max(0, before)
  if (closed > 0) {
    const basis = share(position.exposureMicros, closed, Math.abs(before))
    position.exposureMicros -= basis
    position.realizedMicros += closed * (dollar - ownPrice) - basis
  }
  position.exposureMicros += (count - closed) * ownPrice
  position.tradedMicros += BigInt(cost)
  position.tradedCount += count
  position.updatedMillis = state.nowMillis
  holding.cashMicros += revenue
  holding.updatedMillis = state.nowMillis
  notePosition(state, position)
  return revenue
}

/** Applies a fill, and returns its fee. The caller must have reduced the order's remaining count. */
export const applyFill = (state: State, order: OrderState, count: number, price: number, rate: number): number => {
  const { position } = order
  const { holding } = position
  const revenue = changePosition(state, position, order.side, count, price)
  shrink(order, count)
  cover(position, order.side === "bid" ? "ask" : "bid")

  // Many tiny fills can round their fees up beyond the reservation. The fee is limited to the free cash, so that the
  // cash is never overdrawn.
  const tradeFee = feeUp(rate, count, price, state.rounding.feeStep)
  const owed = charge(order, state.rounding, tradeFee, revenue)
  const fee = Math.min(owed, holding.cashMicros)
  // Later fills refund the carried amount, so it must not include the unpaid part of the fee.
  order.carriedMicros = Math.max(0, order.carriedMicros - (owed - fee))
  holding.cashMicros -= fee
  holding.feesMicros += fee
  position.feesMicros += fee
  deployPremium(state, holding.account, fee - revenue)
  return fee
}

/** Settles a position in a market that has a result. Returns undefined if the position is zero. */
export const settlePosition = (state: State, position: PositionState): Settlement | undefined => {
  const { count, holding, market } = position
  position.settled = true
  notePosition(state, position)
  if (count === 0) {
    return undefined
  }
  const value = market.settlementValue!
  const worth = Math.abs(count) * (count > 0 ? value : dollar - value)
  const paid = worth - (worth % oneCent)
  const cost = position.exposureMicros
  position.realizedMicros += worth - cost
  position.exposureMicros = 0
  position.feesMicros += worth - paid
  position.count = 0
  position.updatedMillis = state.nowMillis
  holding.feesMicros += worth - paid
  pay(state, holding, paid)
  deployPremium(state, holding.account, -paid)
  const settlement: Settlement = {
    accountId: holding.account.accountId,
    subaccount: holding.subaccount,
    exchangeIndex: holding.exchangeIndex,
    ticker: market.ticker,
    eventTicker: market.event.eventTicker,
    result: market.result!,
    value,
    yesCount: Math.max(0, count),
    yesCostMicros: count > 0 ? cost : 0,
    noCount: Math.max(0, -count),
    noCostMicros: count < 0 ? cost : 0,
    revenueMicros: paid,
    feesMicros: position.feesMicros,
    atMillis: state.nowMillis
  }
  holding.account.settlements.push(settlement)
  return settlement
}

/** Whether a subaccount exists. The primary subaccount always exists. */
export const hasSubaccount = (account: AccountState, subaccount: number): boolean =>
  isSubaccount(subaccount) && subaccount <= account.subaccounts

export interface CashLocation {
  readonly subaccount: number
  readonly exchangeIndex: number
}

const checkLocation = (account: AccountState, { exchangeIndex, subaccount }: CashLocation): Refusal | undefined =>
  isShard(exchangeIndex) && hasSubaccount(account, subaccount)
    ? undefined
    : invalidParameters(`subaccount ${subaccount} or shard ${exchangeIndex} does not exist`)

const invalidDeposit = /*#__PURE__*/ invalidParameters(
  "a deposit must be zero dollars or more, with at most six decimals"
)
const invalidWithdrawal = /*#__PURE__*/ invalidParameters(
  "a withdrawal must be more than zero dollars, with at most six decimals"
)

export const deposit = (
  state: State,
  account: AccountState,
  micros: number,
  location: CashLocation
): Result.Result<void, Refusal> => {
  const refused =
    (Number.isSafeInteger(micros) && micros >= 0 ? undefined : invalidDeposit) ??
    checkLocation(account, location) ??
    (state.depositedMicros + micros > maxTotalMicros
      ? invalidParameters("all accounts together may have at most $9,000,000,000")
      : undefined)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  state.depositedMicros += micros
  pay(state, holdingOf(account, location.subaccount, location.exchangeIndex), micros)
  if (micros > 0) {
    addPayment(state, account, "deposit", micros)
  }
  return Result.void
}

export const withdraw = (
  state: State,
  account: AccountState,
  micros: number,
  location: CashLocation
): Result.Result<void, Refusal> => {
  const { exchangeIndex, subaccount } = location
  const refused =
    (Number.isSafeInteger(micros) && micros > 0 ? undefined : invalidWithdrawal) ??
    checkLocation(account, location) ??
    checkCash(state, cashOf(account, subaccount, exchangeIndex), micros)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  state.depositedMicros -= micros
  pay(state, holdingOf(account, subaccount, exchangeIndex), -micros)
  addPayment(state, account, "withdrawal", micros)
  return Result.void
}

const addPayment = (
  state: State,
  account: AccountState,
  kind: "deposit" | "withdrawal",
  amountMicros: number
): void => {
  const payment: Payment = { paymentId: state.ids.next(), amountMicros, atMillis: state.nowMillis }
  account[`${kind}s`].push(payment)
  state.emit?.({ type: "payment", kind, accountId: account.accountId, payment })
}

/** The value of the positions at the last prices of their markets. Settled positions have no value. */
const valueOfPositions = ({ account, exchangeIndex, subaccount }: Holding): number => {
  let micros = 0
  for (const { count, market } of unsettledPositions(account, subaccount, exchangeIndex)) {
    micros += Math.abs(count) * (count > 0 ? market.lastPrice : dollar - market.lastPrice)
  }
  return micros
}

export const toBalance = (holding: Holding): Balance => ({
  subaccount: holding.subaccount,
  exchangeIndex: holding.exchangeIndex,
  cashMicros: holding.cashMicros,
  collateralMicros: holding.collateralMicros,
  feesMicros: holding.feesMicros,
  positionsMicros: valueOfPositions(holding),
  updatedMillis: holding.updatedMillis
})

export const toPosition = (position: PositionState): Position => ({
  accountId: position.holding.account.accountId,
  subaccount: position.holding.subaccount,
  exchangeIndex: position.holding.exchangeIndex,
  ticker: position.market.ticker,
  eventTicker: position.market.event.eventTicker,
  count: position.count,
  exposureMicros: position.exposureMicros,
  realizedMicros: position.realizedMicros,
  tradedMicros: position.tradedMicros,
  tradedCount: position.tradedCount,
  feesMicros: position.feesMicros,
  settled: position.settled,
  updatedMillis: position.updatedMillis
})
