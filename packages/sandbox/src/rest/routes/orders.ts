/**
 * Orders.
 *
 * @module
 */
import * as Orders from "@kalshi-effect/client/Orders"
import * as Result from "effect/Result"
import type { AmendOrder, CreateOrder, DecreaseOrder, OrderTarget } from "../../exchange/Commands.ts"
import type { Order, Refusal } from "../../exchange/Entities.ts"
import type { Changed } from "../../exchange/Exchange.ts"
import type { Era, View } from "../../exchange/View.ts"
import { dollar } from "../../exchange/decimal.ts"
import { detailsOf } from "../errorBody.ts"
import { type Call, type Route, route } from "../route.ts"
import { checkShardOf } from "../shards.ts"
import { invalidParameters } from "../../exchange/refusals.ts"
import { action, average, count, dollars, price, readCount, readPrice, time } from "../wire.ts"

export const orders: ReadonlyArray<Route> = [
  route(Orders.list, ({ accountId, input, userView }) => listOrders(userView, accountId, input)),

  // The next two operations do not name a subaccount. A key that is locked to a subaccount finds only the orders of
  // that subaccount.
  route(Orders.get, ({ accountId, input, key, userView }) =>
    Result.map(userView.order(accountId, input.order_id, key?.subaccount), (order) => ({ order: toOrder(order) }))
  ),

  route(Orders.queuePosition, ({ accountId, input, key, userView }) =>
    Result.map(userView.queuePosition(accountId, input.order_id, key?.subaccount), (position) => ({
      queue_position_fp: count(position.count)
    }))
  ),

  route(Orders.queuePositions, ({ accountId, input, userView }) => {
    const tickers = input.market_tickers?.split(",")
    if (tickers === undefined && input.event_ticker === undefined) {
      return Result.fail(invalidParameters("market_tickers or event_ticker is required"))
    }
    const query = { tickers, eventTicker: input.event_ticker }
    return Result.map(userView.queuePositions(accountId, input.subaccount ?? 0, query), (positions) => ({
      queue_positions: positions.map(({ orderId, ticker, ...position }) => ({
        order_id: orderId,
        market_ticker: ticker,
        queue_position_fp: count(position.count)
      }))
    }))
  }),

  route(Orders.create, (call) =>
    Result.map(
      Result.flatMap(readCreate(call.input), (order) =>
        call.execute({ type: "createOrder", accountId: call.accountId, order })
      ),
      (order) => toCreated(order, call.nowMillis)
    )
  ),

  route(Orders.batchCreate, (call) =>
    Result.succeed({
      orders: call.input.orders.map((item) =>
        Result.match(
          Result.flatMap(onExistingShard(item), () =>
            Result.flatMap(readCreate(item), (order) =>
              call.execute({ type: "createOrder", accountId: call.accountId, order })
            )
          ),
          {
            onFailure: (refusal) => ({ ...clientIdOf(item.client_order_id), error: detailsOf(refusal) }),
            onSuccess: (order) => toCreated(order, call.nowMillis)
          }
        )
      )
    })
  ),

  route(Orders.amend, (call) =>
    Result.map(
      Result.flatMap(readAmend(call.input), (order) =>
        call.execute({ type: "amendOrder", accountId: call.accountId, order })
      ),
      (changed) => toAmended(changed, call.nowMillis)
    )
  ),

  route(Orders.decrease, (call) =>
    Result.map(
      Result.flatMap(readDecrease(call.input), (order) =>
        call.execute({ type: "decreaseOrder", accountId: call.accountId, order })
      ),
      ({ after }) => ({
        order_id: after.orderId,
        ...clientIdOf(after.clientOrderId),
        remaining_count: count(after.remainingCount),
        ts_ms: call.nowMillis
      })
    )
  ),

  route(Orders.cancel, (call) => cancel(call, call.input)),

  route(Orders.batchCancel, (call) =>
    Result.succeed({
      orders: call.input.orders.map((item) =>
        Result.match(
          Result.flatMap(onExistingShard(item), () => cancel(call, item)),
          {
            onFailure: (refusal) => ({ order_id: item.order_id, reduced_by: count(0), error: detailsOf(refusal) }),
            onSuccess: (canceled) => canceled
          }
        )
      )
    })
  ),

  route(Orders.cancelAll, ({ accountId, execute, input }) =>
    Result.map(execute({ type: "cancelAllOrders", accountId, subaccount: input.subaccount }), () => undefined)
  )
]

/** Lists live or archived orders. The operation for archived orders has fewer filters. */
export const listOrders = (
  view: View,
  accountId: string,
  input: Orders.ListInput,
  era: Era = "live"
): Result.Result<Orders.GetOrdersResponse, Refusal> => {
  const eventTickers = input.event_ticker?.split(",")
  if (eventTickers !== undefined && eventTickers.length > 10) {
    return Result.fail(invalidParameters("event_ticker may name at most 10 tickers"))
  }
  const query = {
    ticker: input.ticker,
    eventTickers,
    status: input.status,
    subaccount: input.subaccount,
    exchangeIndex: input.exchange_index,
    minSeconds: input.min_ts,
    maxSeconds: input.max_ts,
    limit: input.limit ?? 100,
    cursor: input.cursor
  }
  return Result.map(view.listOrders(accountId, query, era), ({ cursor, items }) => ({
    orders: items.map(toOrder),
    cursor
  }))
}

const onExistingShard = (item: { readonly exchange_index?: number | undefined }): Result.Result<void, Refusal> => {
  const refused = checkShardOf(item)
  return refused === undefined ? Result.void : Result.fail(refused)
}

const readCreate = (input: Orders.CreateInput): Result.Result<CreateOrder, Refusal> =>
  Result.flatMap(readCount(input.count, "count"), (contracts) =>
    Result.map(readPrice(input.price), (limit) => ({
      ticker: input.ticker,
      clientOrderId: input.client_order_id || undefined,
      side: input.side,
      count: contracts,
      price: limit,
      timeInForce: input.time_in_force,
      selfTradePrevention: input.self_trade_prevention_type,
      expirationSeconds: input.expiration_time,
      postOnly: input.post_only ?? false,
      reduceOnly: input.reduce_only ?? false,
      cancelOnPause: input.cancel_order_on_pause ?? false,
      subaccount: input.subaccount ?? 0,
      orderGroupId: input.order_group_id || undefined,
      exchangeIndex: input.exchange_index
    }))
  )

const readAmend = (input: Orders.AmendInput): Result.Result<AmendOrder, Refusal> =>
  Result.flatMap(readCount(input.count, "count"), (total) =>
    Result.map(readPrice(input.price), (limit) => ({
      orderId: input.order_id,
      subaccount: input.subaccount ?? 0,
      exchangeIndex: input.exchange_index,
      ticker: input.ticker,
      side: input.side,
      price: limit,
      count: total,
      clientOrderId: input.client_order_id || undefined,
      updatedClientOrderId: input.updated_client_order_id || undefined,
      expirationSeconds: input.expiration_time
    }))
  )

const readDecrease = (input: Orders.DecreaseInput): Result.Result<DecreaseOrder, Refusal> => {
  const read = (text: string | null | undefined, name: string): Result.Result<number | undefined, Refusal> =>
    text === undefined || text === null ? Result.succeed(undefined) : readCount(text, name)
  return Result.flatMap(read(input.reduce_by, "reduce_by"), (reduceBy) =>
    Result.map(read(input.reduce_to, "reduce_to"), (reduceTo) => ({ ...targetOf(input), reduceBy, reduceTo }))
  )
}

const targetOf = (input: Orders.CancelInput): OrderTarget => ({
  orderId: input.order_id,
  subaccount: input.subaccount ?? 0,
  exchangeIndex: input.exchange_index,
  marketTicker: input.market_ticker
})

const cancel = ({ accountId, execute, nowMillis }: Call<unknown>, input: Orders.CancelInput) =>
  Result.map(execute({ type: "cancelOrder", accountId, target: targetOf(input) }), ({ order, reducedBy }) => ({
    order_id: order.orderId,
    ...clientIdOf(order.clientOrderId),
    reduced_by: count(reducedBy),
    ts_ms: nowMillis
  }))

const clientIdOf = (id: string | undefined): { readonly client_order_id?: string } =>
  id === undefined ? {} : { client_order_id: id }

export const toOrder = (order: Order): Orders.Order => ({
  order_id: order.orderId,
  user_id: order.accountId,
  client_order_id: order.clientOrderId ?? "",
  ticker: order.ticker,
  // Every request places its order on the YES side.
  side: "yes",
  action: action(order.side),
  outcome_side: order.side === "bid" ? "yes" : "no",
  book_side: order.side,
  type: "limit",
  status: order.status,
  yes_price_dollars: price(order.price),
  no_price_dollars: price(dollar - order.price),
  fill_count_fp: count(order.fillCount),
  remaining_count_fp: count(order.remainingCount),
  initial_count_fp: count(order.initialCount),
  taker_fill_cost_dollars: dollars(order.takerCostMicros),
  maker_fill_cost_dollars: dollars(order.makerCostMicros),
  taker_fees_dollars: dollars(order.takerFeesMicros),
  maker_fees_dollars: dollars(order.makerFeesMicros),
  ...(order.expirationMillis === undefined ? undefined : { expiration_time: time(order.expirationMillis) }),
  created_time: time(order.createdMillis),
  last_update_time: time(order.updatedMillis),
  self_trade_prevention_type: order.selfTradePrevention,
  ...(order.orderGroupId === undefined ? undefined : { order_group_id: order.orderGroupId }),
  cancel_order_on_pause: order.cancelOnPause,
  subaccount_number: order.subaccount,
  exchange_index: order.exchangeIndex
})

/** Makes the response to a new order. The averages are over the fills that the order had on its arrival. */
const toCreated = (order: Order, nowMillis: number): Orders.CreateOrderV2Response => ({
  order_id: order.orderId,
  ...clientIdOf(order.clientOrderId),
  fill_count: count(order.fillCount),
  remaining_count: count(order.remainingCount),
  ...averagesOf(undefined, order),
  ts_ms: nowMillis
})

/**
 * Makes the response to an amendment. It has counts, and averages over the new fills, only if the amendment changed the
 * remaining count.
 */
const toAmended = ({ after, before }: Changed, nowMillis: number): Orders.AmendOrderV2Response => ({
  order_id: after.orderId,
  ...clientIdOf(after.clientOrderId),
  ...(after.remainingCount === before.remainingCount
    ? undefined
    : {
        remaining_count: count(after.remainingCount),
        fill_count: count(after.fillCount - before.fillCount),
        ...averagesOf(before, after)
      }),
  ts_ms: nowMillis
})

const averagesOf = (before: Order | undefined, after: Order) => {
  const filled = after.fillCount - (before?.fillCount ?? 0)
  const cost = after.takerCostMicros - (before?.takerCostMicros ?? 0)
  const fees = after.takerFeesMicros - (before?.takerFeesMicros ?? 0)
  return filled === 0
    ? undefined
    : {
        // The average is a YES price, even for an ask.
        average_fill_price: average(after.side === "bid" ? cost : filled * dollar - cost, filled),
        average_fee_paid: average(fees, filled)
      }
}
