/**
 * Futures commission merchants (FCMs): their subtraders, and the orders, positions and fills of the subtraders.
 *
 * @module
 */
import * as Fcm from "@kalshi-effect/client/Fcm"
import * as Result from "effect/Result"
import type { FcmTrade, Subtrader } from "../../exchange/Entities.ts"
import { notFound } from "../../exchange/refusals.ts"
import { type Route, route } from "../route.ts"
import { count, dollars, price, readMicros, time } from "../wire.ts"
import { toOrder } from "./orders.ts"
import { listPositions } from "./portfolio.ts"

const pageSize = 100

export const fcm: ReadonlyArray<Route> = [
  route(Fcm.listSubtraders, ({ accountId, view }) =>
    Result.map(view.subtraders(accountId), (subtraders) => ({
      subtraders: subtraders.map(({ subtraderId }) => ({
        subtrader_id: subtraderId,
        exchange_indices: Array.from({ length: view.shards }, (_, shard) => shard),
        trading_blocked: false,
        fcm_trading_blocked: false,
        propagation_pending: false
      }))
    }))
  ),

  route(Fcm.createSubtrader, ({ accountId, execute, input }) =>
    Result.map(execute({ type: "createSubtrader", accountId, suffix: input.subtrader_suffix }), ({ subtraderId }) => ({
      subtrader_id: subtraderId
    }))
  ),

  route(Fcm.listOrders, ({ accountId, input, userView }) =>
    Result.map(
      userView.listFcmOrders(accountId, {
        subtraderId: input.subtrader_id,
        clientOrderIds: input.client_order_ids?.split(","),
        ticker: input.ticker,
        eventTicker: input.event_ticker,
        status: input.status,
        minSeconds: input.min_ts,
        maxSeconds: input.max_ts,
        limit: input.limit ?? pageSize,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ orders: items.map(toOrder), cursor })
    )
  ),

  route(Fcm.listPositions, ({ accountId, input: { subtrader_id, ...query }, userView }) =>
    Result.flatMap(userView.subtrader(accountId, subtrader_id), (subtrader) =>
      listPositions(userView, subtrader.accountId, query)
    )
  ),

  route(Fcm.listFills, ({ accountId, input, userView }) =>
    Result.map(
      userView.listFcmTrades(accountId, {
        minSeconds: input.min_ts,
        maxSeconds: input.max_ts,
        limit: pageSize,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ fills: items.map(toFill), cursor })
    )
  ),

  route(Fcm.getBlockedCategories, ({ accountId, input, view }) =>
    Result.map(view.subtrader(accountId, input.subtrader_id), toCategories)
  ),

  route(Fcm.updateBlockedCategories, ({ accountId, execute, input: { blocked, category, subtrader_id } }) =>
    Result.map(
      execute({ type: "setBlockedCategory", accountId, subtraderId: subtrader_id, category, blocked }),
      toCategories
    )
  ),

  route(Fcm.getDailyCap, ({ accountId, input, userView }) =>
    Result.flatMap(userView.subtrader(accountId, input.subtrader_id), (subtrader) =>
      subtrader.capMicros === undefined
        ? Result.fail(notFound)
        : Result.succeed({
            subtrader_id: subtrader.subtraderId,
            limit: dollars(subtrader.capMicros),
            executed_utilization: dollars(Math.max(0, subtrader.premiumMicros)),
            resting_order_utilization: dollars(subtrader.collateralMicros),
            // The exchange handles each order immediately, so no order is pending.
            pending_order_utilization: dollars(0),
            cap_date: subtrader.capDate
          })
    )
  ),

  route(Fcm.updateDailyCap, ({ accountId, execute, input: { limit, subtrader_id } }) =>
    Result.flatMap(readMicros(limit, "limit"), (capMicros) =>
      Result.map(execute({ type: "setSubtraderCap", accountId, subtraderId: subtrader_id, capMicros }), () => ({}))
    )
  ),

  route(Fcm.deleteDailyCap, ({ accountId, execute, input }) =>
    Result.map(
      execute({ type: "setSubtraderCap", accountId, subtraderId: input.subtrader_id, capMicros: undefined }),
      () => ({})
    )
  ),

  route(Fcm.transferPosition, ({ accountId, execute, input, view }) =>
    // Refuses an account that is not an FCM member.
    Result.flatMap(view.subtraders(accountId), () =>
      Result.map(
        execute({
          type: "transferPosition",
          accountId,
          transfer: {
            sourceSubtraderId: input.source_subtrader_id,
            targetSubtraderId: input.target_subtrader_id,
            ticker: input.market_ticker,
            count: input.position_centicount,
            price: input.price_centicents
          }
        }),
        (id) => ({ position_transfer_id: id })
      )
    )
  )
]

const toCategories = ({ blockedCategories }: Subtrader) => ({ categories: blockedCategories })

/** Shows the order and the fee of a side only if the side belongs to a subtrader of the FCM. */
const toFill = ({ maker, taker, ...trade }: FcmTrade): Fcm.FcmFill => ({
  fill_id: trade.tradeId,
  exchange_index: trade.exchangeIndex,
  ticker: trade.ticker,
  taker_outcome_side: trade.takerSide === "bid" ? "yes" : "no",
  count_fp: count(trade.count),
  yes_price_dollars: price(trade.price),
  created_time: time(trade.atMillis),
  ...(maker === undefined
    ? undefined
    : {
        maker_order_id: maker.orderId,
        maker_subtrader_id: maker.subtraderId,
        maker_fee_cost: dollars(maker.feeMicros)
      }),
  ...(taker === undefined
    ? undefined
    : {
        taker_order_id: taker.orderId,
        taker_subtrader_id: taker.subtraderId,
        taker_fee_cost: dollars(taker.feeMicros)
      })
})
