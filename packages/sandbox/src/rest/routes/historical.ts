/**
 * The operations that read the archive: the data from before the cutoffs (see `Historical.cutoff`).
 *
 * @module
 */
import * as Historical from "@kalshi-effect/client/Historical"
import * as Result from "effect/Result"
import type { View } from "../../exchange/View.ts"
import { type Route, route } from "../route.ts"
import { notFound } from "../../exchange/refusals.ts"
import { time } from "../wire.ts"
import { toMarket } from "./marketBodies.ts"
import { listMarkets, listTrades } from "./markets.ts"
import { listOrders } from "./orders.ts"
import { listFills, listPositions } from "./portfolio.ts"

export const historical: ReadonlyArray<Route> = [
  route(Historical.cutoff, ({ view }) => {
    const cutoffs = view.cutoffs()
    return Result.succeed({
      market_settled_ts: time(cutoffs.marketSettledMillis),
      trades_created_ts: time(cutoffs.tradeMillis),
      orders_updated_ts: time(cutoffs.orderMillis),
      market_positions_last_updated_ts: time(cutoffs.positionMillis)
    })
  }),

  route(Historical.fills, ({ accountId, input, userView, view }) =>
    isUnknown(view, input.ticker) ? Result.fail(notFound) : listFills(userView, accountId, input, "historical")
  ),

  route(Historical.markets, ({ input, view }) => listMarkets(view, input, "historical")),

  route(Historical.market, ({ input, view }) =>
    Result.map(view.market(input.ticker, "historical"), (market) => ({ market: toMarket(market) }))
  ),

  route(Historical.orders, ({ accountId, input, userView }) => listOrders(userView, accountId, input, "historical")),

  route(Historical.positions, ({ accountId, input, userView }) =>
    listPositions(userView, accountId, { ...input, settlement_status: "all" }, "historical")
  ),

  route(Historical.trades, ({ input, view }) =>
    isUnknown(view, input.ticker) ? Result.fail(notFound) : listTrades(view, input, "historical")
  )
]

const isUnknown = (view: View, ticker: string | undefined): boolean =>
  ticker !== undefined && Result.isFailure(view.market(ticker))
