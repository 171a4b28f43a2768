/**
 * Block trades: trades that two parties agree on outside the book.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { ListBlockTrades, Page, ProposeBlockTrade } from "../Commands.ts"
import type { BlockTrade, BlockTradeParty, Refusal } from "../Entities.ts"
import { checkActive, checkCountAndPrice, checkTrading, placeBlock } from "../orders/placing.ts"
import { page } from "../pages.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import {
  type AccountState,
  type BlockPartyState,
  type BlockTradeState,
  isSubaccount,
  type MarketState,
  type State
} from "../state.ts"
import { isTime } from "../times.ts"
import { checkMoney, insufficientBalance, type Terms } from "./terms.ts"

/** Proposes a block trade. Both parties must then accept it. */
export const propose = (
  state: State,
  account: AccountState,
  input: ProposeBlockTrade
): Result.Result<BlockTrade, Refusal> => {
  if (account.accountId !== input.buyer.accountId && account.accountId !== input.seller.accountId) {
    return Result.fail(
      refusal("forbidden", "permission_denied", "only the buyer or the seller can propose a block trade")
    )
  }
  const market = state.markets.get(input.ticker)
  if (market === undefined) {
    return Result.fail(refusal("invalid", "market_not_found"))
  }
  const refused = checkProposal(state, market, input)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const [buyer, seller] = [partyOf(state, input.buyer), partyOf(state, input.seller)]
  if (buyer === undefined || seller === undefined) {
    return Result.fail(invalidParameters(`the ${buyer === undefined ? "buyer" : "seller"} is not a user`))
  }
  const trade: BlockTradeState = {
    proposalId: state.ids.next(),
    proposerId: account.accountId,
    buyer,
    seller,
    ticker: market.ticker,
    market,
    price: input.price,
    count: input.count,
    makerSide: input.makerSide,
    expirationMillis: input.expirationMillis,
    createdMillis: state.nowMillis,
    updatedMillis: state.nowMillis,
    executedMillis: undefined
  }
  attachBlockTrade(state, trade)
  return Result.succeed(toBlockTrade(state, trade))
}

const checkProposal = (state: State, market: MarketState, input: ProposeBlockTrade): Refusal | undefined => {
  const refused = checkTrading(state, market) ?? checkActive(state, market)
  if (refused !== undefined) {
    return refused
  }
  if (input.buyer.accountId === input.seller.accountId) {
    return invalidParameters("the buyer and the seller are the same user")
  }
  if (!isSubaccount(input.buyer.subaccount) || !isSubaccount(input.seller.subaccount)) {
    return invalidParameters("a subaccount must be 0 to 63")
  }
  if (!isTime(input.expirationMillis) || input.expirationMillis <= state.nowMillis) {
    return invalidParameters("expiration_ts must be a time in the future")
  }
  return checkCountAndPrice(state, market, input.count, input.price)
}

const partyOf = (state: State, { accountId, subaccount }: ProposeBlockTrade["buyer"]): BlockPartyState | undefined => {
  const account = state.accounts.get(accountId)
  return account === undefined ? undefined : { account, subaccount, acceptedMillis: undefined, orderId: undefined }
}

export const attachBlockTrade = (state: State, trade: BlockTradeState): void => {
  state.blockTrades.set(trade.proposalId, trade)
  trade.buyer.account.blockTrades.push(trade)
  trade.seller.account.blockTrades.push(trade)
}

/** Accepts a block trade. The second acceptance executes the trade. */
export const accept = (
  state: State,
  account: AccountState,
  proposalId: string,
  subaccount: number | undefined
): Result.Result<BlockTrade, Refusal> => {
  const trade = state.blockTrades.get(proposalId.toLowerCase())
  const party = trade === undefined ? undefined : [trade.buyer, trade.seller].find((one) => one.account === account)
  if (trade === undefined || party === undefined) {
    return Result.fail(notFound)
  }
  const accepted = { ...party, subaccount: subaccount ?? party.subaccount }
  const other = party === trade.buyer ? trade.seller : trade.buyer
  const paying = other.acceptedMillis === undefined ? [accepted] : [accepted, other]
  const refused =
    checkAcceptable(state, trade, accepted) ??
    paying.map((one) => checkPayable(trade, one)).find((unpaid) => unpaid !== undefined)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  party.subaccount = accepted.subaccount
  party.acceptedMillis = trade.updatedMillis = state.nowMillis
  if (other.acceptedMillis !== undefined) {
    execute(state, trade)
  }
  return Result.succeed(toBlockTrade(state, trade))
}

const checkAcceptable = (
  state: State,
  trade: BlockTradeState,
  { acceptedMillis, subaccount }: BlockPartyState
): Refusal | undefined => {
  const { market } = trade
  const refused = checkTrading(state, market)
  if (refused !== undefined) {
    return refused
  }
  if (!isSubaccount(subaccount)) {
    return invalidParameters("subaccount must be 0 to 63")
  }
  if (acceptedMillis !== undefined) {
    return refusal("invalid", "bad_request", "you have already accepted this block trade")
  }
  return statusOf(state, trade) === "expired"
    ? refusal("invalid", "expired", "the time to accept the block trade is over")
    : (checkActive(state, market) ?? checkCountAndPrice(state, market, trade.count, trade.price))
}

const termsOf = ({ buyer, count, price }: BlockTradeState, { account }: BlockPartyState): Terms => ({
  side: account === buyer.account ? "bid" : "ask",
  price,
  count
})

const isMaker = ({ buyer, makerSide }: BlockTradeState, { account }: BlockPartyState): boolean =>
  (makerSide === "yes") === (account === buyer.account)

const checkPayable = (trade: BlockTradeState, party: BlockPartyState): Refusal | undefined => {
  const { makerRate, takerRate } = trade.market
  const rate = isMaker(trade, party) ? makerRate : takerRate
  return checkMoney(party.account, party.subaccount, trade.market, termsOf(trade, party), rate, insufficientBalance)
}

const execute = (state: State, trade: BlockTradeState): void => {
  const [maker, taker] = trade.makerSide === "yes" ? [trade.buyer, trade.seller] : [trade.seller, trade.buyer]
  const orderOf = (party: BlockPartyState) => ({
    ...termsOf(trade, party),
    account: party.account,
    subaccount: party.subaccount
  })
  const orders = placeBlock(state, trade.market, orderOf(maker), orderOf(taker))
  maker.orderId = orders.maker.orderId
  taker.orderId = orders.taker.orderId
  trade.executedMillis = state.nowMillis
}

/** The status of a block trade. A proposal that was not executed expires at its `expirationMillis`. */
const statusOf = (
  { nowMillis }: State,
  { executedMillis, expirationMillis }: Pick<BlockTradeState, "executedMillis" | "expirationMillis">
): BlockTrade["status"] =>
  executedMillis !== undefined ? "executed" : nowMillis < expirationMillis ? "pending" : "expired"

/** Copies a block trade. Later events do not change the copy. */
export const toBlockTrade = (state: State, { market: _market, ...trade }: BlockTradeState): BlockTrade => {
  const status = statusOf(state, trade)
  return {
    ...trade,
    buyer: toParty(trade.buyer),
    seller: toParty(trade.seller),
    status,
    updatedMillis: status === "expired" ? trade.expirationMillis : trade.updatedMillis
  }
}

const toParty = ({ account, ...party }: BlockPartyState): BlockTradeParty => ({
  ...party,
  accountId: account.accountId
})

/** Lists the block trades of the caller, newest first. */
export const listBlockTrades = (
  state: State,
  caller: AccountState,
  query: ListBlockTrades
): Result.Result<Page<BlockTrade>, Refusal> =>
  page(caller.blockTrades, query, {
    mark: "block-",
    maxLimit: 100,
    isListed: (trade) => {
      const own = trade.buyer.account === caller ? trade.buyer : trade.seller
      return (
        (query.ticker === undefined || query.ticker === trade.ticker) &&
        (query.status === undefined || query.status === statusOf(state, trade)) &&
        (query.subaccount === undefined || query.subaccount === own.subaccount)
      )
    },
    show: (trade) => toBlockTrade(state, trade)
  })
