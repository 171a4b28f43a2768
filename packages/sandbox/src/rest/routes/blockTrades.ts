/**
 * Block trades.
 *
 * @module
 */
import * as BlockTrades from "@kalshi-effect/client/BlockTrades"
import * as Result from "effect/Result"
import type { ProposeBlockTrade } from "../../exchange/Commands.ts"
import type { BlockTrade, BlockTradeParty, Refusal } from "../../exchange/Entities.ts"
import { isUuid } from "../../exchange/ids.ts"
import { invalidParameters, refusal } from "../../exchange/refusals.ts"
import { type Call, type Route, route } from "../route.ts"
import { time } from "../wire.ts"

export const blockTrades: ReadonlyArray<Route> = [
  route(BlockTrades.list, ({ accountId, input, key, view }) =>
    Result.map(
      view.listBlockTrades(accountId, {
        ticker: input.market_ticker,
        status: input.status,
        subaccount: key?.subaccount,
        limit: input.limit ?? 100,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ block_trade_proposals: items.map((trade) => toProposal(trade, accountId)), cursor })
    )
  ),

  route(BlockTrades.propose, (call) =>
    Result.flatMap(readProposal(call), (proposal) =>
      Result.map(
        call.execute({ type: "proposeBlockTrade", accountId: call.accountId, proposal }),
        ({ proposalId }) => ({ block_trade_proposal_id: proposalId })
      )
    )
  ),

  route(BlockTrades.accept, ({ accountId, execute, input }) =>
    input.subtrader_id === undefined
      ? Result.map(
          execute({
            type: "acceptBlockTrade",
            accountId,
            proposalId: input.block_trade_proposal_id,
            subaccount: input.subaccount
          }),
          () => undefined
        )
      : Result.fail(notFcm)
  )
]

const notFcm = /*#__PURE__*/ invalidParameters("only FCM members may name a subtrader")

/** Checks a proposal. With a key that is locked to a subaccount, the caller can only trade for this subaccount. */
const readProposal = ({
  accountId,
  input,
  key
}: Call<BlockTrades.ProposeInput>): Result.Result<ProposeBlockTrade, Refusal> => {
  if (input.buyer_subtrader_id !== undefined || input.seller_subtrader_id !== undefined) {
    return Result.fail(notFcm)
  }
  if (!isUuid(input.buyer_user_id) || !isUuid(input.seller_user_id)) {
    return Result.fail(invalidParameters("buyer_user_id and seller_user_id must be UUIDs"))
  }
  const locked = key?.subaccount
  const partyOf = (id: string, subaccount: number | undefined) => ({
    accountId: id.toLowerCase(),
    subaccount: subaccount ?? (id.toLowerCase() === accountId ? locked : undefined) ?? 0
  })
  const buyer = partyOf(input.buyer_user_id, input.buyer_subaccount)
  const seller = partyOf(input.seller_user_id, input.seller_subaccount)
  const isOther = [buyer, seller].some((party) => party.accountId === accountId && party.subaccount !== locked)
  return locked !== undefined && isOther
    ? Result.fail(refusal("forbidden", "permission_denied", `the key is locked to subaccount ${locked}`))
    : Result.succeed({
        buyer,
        seller,
        ticker: input.market_ticker,
        price: input.price_centi_cents,
        count: input.centicount,
        makerSide: input.maker_side,
        expirationMillis: Date.parse(input.expiration_ts)
      })
}

/** Shows a proposal to one party. The user id of the other party is empty, and its order id is absent. */
const toProposal = (trade: BlockTrade, accountId: string): BlockTrades.BlockTradeProposal => {
  const { buyer, executedMillis, seller } = trade
  const own = <A>(party: BlockTradeParty, value: A): A | "" => (party.accountId === accountId ? value : "")
  return {
    id: trade.proposalId,
    proposer_user_id: trade.proposerId,
    buyer_user_id: own(buyer, buyer.accountId),
    seller_user_id: own(seller, seller.accountId),
    market_ticker: trade.ticker,
    price_centi_cents: trade.price,
    centicount: trade.count,
    maker_side: trade.makerSide,
    expiration_ts: time(trade.expirationMillis),
    status: trade.status,
    created_ts: time(trade.createdMillis),
    updated_ts: time(trade.updatedMillis),
    buyer_accepted: buyer.acceptedMillis !== undefined,
    seller_accepted: seller.acceptedMillis !== undefined,
    ...(buyer.acceptedMillis === undefined ? undefined : { buyer_accepted_ts: time(buyer.acceptedMillis) }),
    ...(seller.acceptedMillis === undefined ? undefined : { seller_accepted_ts: time(seller.acceptedMillis) }),
    ...(executedMillis === undefined ? undefined : { executed_ts: time(executedMillis) }),
    ...(buyer.orderId === undefined || buyer.accountId !== accountId ? undefined : { buyer_order_id: buyer.orderId }),
    ...(seller.orderId === undefined || seller.accountId !== accountId
      ? undefined
      : { seller_order_id: seller.orderId })
  }
}
