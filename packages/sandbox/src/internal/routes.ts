/**
 * What each operation does, typed by the client's own description of it: a route cannot read an input or give an answer
 * that the client's types do not have.
 *
 * @module
 */
import * as ExchangeOperations from "@kalshi-effect/client/Exchange"
import type { Descriptor, Operation } from "@kalshi-effect/client/Operation"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Result from "effect/Result"
import type { Exchange, GroupTarget, Refusal } from "../Exchange.ts"
import { contract, parseCount, parsePrice } from "./decimal.ts"
import { invalidParameters } from "./state.ts"
import { count, toCreated, toGroup, toListedGroup, toOrder } from "./wire.ts"

/** A request that is signed, where it has to be, and whose input fits the operation's schemas. */
export interface Call<out Input> {
  readonly exchange: Exchange
  /** Empty where nobody signed. */
  readonly accountId: string
  readonly nowMillis: number
  readonly input: Input
}

export interface Route {
  readonly descriptor: Descriptor
  readonly answer: (call: Call<unknown>) => Result.Result<unknown, Refusal>
}

/** A route is typed by its operation: its input is what the client sends, its answer what the client expects. */
export const route = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  answer: (call: Call<Input>) => Result.Result<Output, Refusal>
): Route => ({
  descriptor: operation.descriptor,
  // The router hands over inputs that it decoded by this very descriptor.
  answer: answer as Route["answer"]
})

export const routes: ReadonlyArray<Route> = [
  route(ExchangeOperations.status, ({ exchange }) => {
    const { exchangeActive, tradingActive } = exchange.status()
    return Result.succeed({
      exchange_active: exchangeActive,
      trading_active: tradingActive,
      intra_exchange_transfers_active: exchangeActive
    })
  }),

  route(OrderGroups.list, ({ accountId, exchange, input, nowMillis }) =>
    Result.map(exchange.listGroups(accountId, input.subaccount, nowMillis), (groups) => ({
      order_groups: groups.map(toListedGroup)
    }))
  ),

  route(OrderGroups.get, ({ accountId, exchange, input, nowMillis }) =>
    Result.map(exchange.group(accountId, input.order_group_id, input.subaccount, nowMillis), toGroup)
  ),

  route(OrderGroups.create, ({ accountId, exchange, input, nowMillis }) =>
    Result.map(
      Result.flatMap(limitOf(input), (limit) =>
        exchange.createGroup(
          accountId,
          { subaccount: input.subaccount ?? 0, limit, exchangeIndex: input.exchange_index ?? 0 },
          nowMillis
        )
      ),
      (group) => ({
        order_group_id: group.groupId,
        subaccount: group.subaccount,
        exchange_index: group.exchangeIndex
      })
    )
  ),

  route(OrderGroups.updateLimit, ({ accountId, exchange, input, nowMillis }) =>
    empty(
      Result.flatMap(limitOf(input), (limit) => exchange.setGroupLimit(accountId, targetOf(input), limit, nowMillis))
    )
  ),

  route(OrderGroups.reset, ({ accountId, exchange, input, nowMillis }) =>
    empty(exchange.resetGroup(accountId, targetOf(input), nowMillis))
  ),

  route(OrderGroups.trigger, ({ accountId, exchange, input, nowMillis }) =>
    empty(exchange.triggerGroup(accountId, targetOf(input), nowMillis))
  ),

  route(OrderGroups.delete, ({ accountId, exchange, input, nowMillis }) =>
    empty(exchange.deleteGroup(accountId, targetOf(input), nowMillis))
  ),

  route(Orders.list, ({ accountId, exchange, input, nowMillis }) => {
    const eventTickers = input.event_ticker?.split(",")
    if (eventTickers !== undefined && eventTickers.length > 10) {
      return Result.fail(invalidParameters("event_ticker takes at most 10 tickers"))
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
    return Result.map(exchange.listOrders(accountId, query, nowMillis), ({ cursor, orders }) => ({
      orders: orders.map(toOrder),
      cursor
    }))
  }),

  route(Orders.get, ({ accountId, exchange, input, nowMillis }) =>
    Result.map(exchange.order(accountId, input.order_id, nowMillis), (order) => ({ order: toOrder(order) }))
  ),

  route(Orders.create, ({ accountId, exchange, input, nowMillis }) => {
    const wanted = parseCount(input.count)
    if (wanted === undefined) {
      return Result.fail(invalidParameters("count is not a number of contracts"))
    }
    const price = parsePrice(input.price)
    if (price === undefined) {
      return Result.fail(invalidParameters("price must be dollars with two to four decimals"))
    }
    const order = {
      ticker: input.ticker,
      clientOrderId: input.client_order_id === "" ? undefined : input.client_order_id,
      side: input.side,
      count: wanted,
      price,
      timeInForce: input.time_in_force,
      selfTradePrevention: input.self_trade_prevention_type,
      expirationSeconds: input.expiration_time,
      postOnly: input.post_only ?? false,
      reduceOnly: input.reduce_only ?? false,
      cancelOnPause: input.cancel_order_on_pause ?? false,
      subaccount: input.subaccount ?? 0,
      orderGroupId: input.order_group_id === "" ? undefined : input.order_group_id,
      exchangeIndex: input.exchange_index
    }
    return Result.map(exchange.createOrder(accountId, order, nowMillis), (created) => toCreated(created, nowMillis))
  }),

  route(Orders.cancel, ({ accountId, exchange, input, nowMillis }) =>
    Result.map(
      exchange.cancelOrder(
        accountId,
        {
          orderId: input.order_id,
          subaccount: input.subaccount ?? 0,
          exchangeIndex: input.exchange_index,
          marketTicker: input.market_ticker
        },
        nowMillis
      ),
      ({ order, reducedBy }) => ({
        order_id: order.orderId,
        ...(order.clientOrderId === undefined ? undefined : { client_order_id: order.clientOrderId }),
        reduced_by: count(reducedBy),
        ts_ms: nowMillis
      })
    )
  )
]

const empty = (result: Result.Result<void, Refusal>): Result.Result<{}, Refusal> => Result.map(result, () => ({}))

/** Writes to a group go to subaccount 0 and shard 0 unless told. */
const targetOf = (input: OrderGroups.ChangeInput): GroupTarget => ({
  groupId: input.order_group_id,
  subaccount: input.subaccount ?? 0,
  exchangeIndex: input.exchange_index ?? 0
})

/** A limit in whole contracts or as a decimal count, in hundredths; both must say the same. */
const limitOf = (input: OrderGroups.LimitInput): Result.Result<number, Refusal> => {
  const whole = input.contracts_limit === undefined ? undefined : input.contracts_limit * contract
  const decimal = input.contracts_limit_fp ?? undefined
  const parsed = decimal === undefined ? undefined : parseCount(decimal)
  if (decimal !== undefined && parsed === undefined) {
    return Result.fail(invalidParameters("contracts_limit_fp is not a number of contracts"))
  }
  if (whole !== undefined && parsed !== undefined && whole !== parsed) {
    return Result.fail(invalidParameters("contracts_limit and contracts_limit_fp must match"))
  }
  const limit = whole ?? parsed
  return limit === undefined
    ? Result.fail(invalidParameters("contracts_limit or contracts_limit_fp is required"))
    : Result.succeed(limit)
}
