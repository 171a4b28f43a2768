/**
 * The trades of the subtraders of futures commission merchants (FCMs).
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Page, PageQuery, TimeQuery } from "../Commands.ts"
import type { FcmTrade, FcmTradeSide, Refusal, Trade } from "../Entities.ts"
import { millisOf, page, within } from "../pages.ts"
import { refusal } from "../refusals.ts"
import type { AccountState, OrderState } from "../state.ts"

export const recordFcmTrade = (
  { atMillis, count, price, takerSide, ticker, tradeId }: Trade,
  maker: OrderState,
  taker: OrderState,
  makerFee: number,
  takerFee: number
): void => {
  const members = new Set([maker, taker].map(({ account }) => account.subtrader?.member))
  const sideOf = (order: OrderState, feeMicros: number, member: AccountState): FcmTradeSide | undefined => {
    const { subtrader } = order.account
    return subtrader?.member === member
      ? { orderId: order.orderId, subtraderId: subtrader.subtraderId, feeMicros }
      : undefined
  }
  for (const member of members) {
    member?.fcm?.trades.push({
      tradeId,
      exchangeIndex: maker.exchangeIndex,
      ticker,
      price,
      count,
      takerSide,
      atMillis,
      maker: sideOf(maker, makerFee, member),
      taker: sideOf(taker, takerFee, member)
    })
  }
}

export const notFcm: Refusal = /*#__PURE__*/ refusal(
  "forbidden",
  "permission_denied",
  "the account is not an FCM member"
)

/** Lists trades, newest first. */
export const listFcmTrades = (
  { fcm }: AccountState,
  query: PageQuery & TimeQuery
): Result.Result<Page<FcmTrade>, Refusal> => {
  if (fcm === undefined) {
    return Result.fail(notFcm)
  }
  const { maxMillis, minMillis } = millisOf(query)
  return page(fcm.trades, query, {
    mark: "fcm-",
    before: within(
      fcm.trades,
      (atMillis) => atMillis < minMillis,
      (atMillis) => atMillis > maxMillis
    ),
    show: (trade) => trade
  })
}
