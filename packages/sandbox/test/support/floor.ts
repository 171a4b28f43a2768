/**
 * A small exchange to write examples on: one market, a few accounts, orders in dollars and contracts.
 */
import * as Result from "effect/Result"
import { type CreateOrder, type Event, Exchange, type Options, type Order, type Refusal } from "../../src/Exchange.ts"

export const start = 1_800_000_000_000
export const ticker = "KXTEST-26-YES"

/** The seed of every property; set `FC_SEED` to try another. */
export const seed = Number(process.env["FC_SEED"] ?? 20_261_009)

type OrderOptions = Partial<Omit<CreateOrder, "side" | "count" | "price">>

/** `bid("0.40", 10)` in words: what an order is about, prices in cents and counts in contracts. */
export const terms = (
  side: "bid" | "ask",
  cents: number,
  contracts: number,
  options: OrderOptions = {}
): CreateOrder => ({
  ticker,
  clientOrderId: undefined,
  side,
  count: Math.round(contracts * 100),
  price: Math.round(cents * 100),
  timeInForce: "good_till_canceled",
  selfTradePrevention: "taker_at_cross",
  expirationSeconds: undefined,
  postOnly: false,
  reduceOnly: false,
  cancelOnPause: false,
  subaccount: 0,
  orderGroupId: undefined,
  exchangeIndex: undefined,
  ...options
})

export const unwrap = <A>(result: Result.Result<A, Refusal>): A => {
  if (Result.isFailure(result)) {
    throw new Error(`refused: ${result.failure.code} ${result.failure.details ?? ""}`)
  }
  return result.success
}

export const refusalOf = <A>(result: Result.Result<A, Refusal>): Refusal => {
  if (Result.isSuccess(result)) {
    throw new Error("was not refused")
  }
  return result.failure
}

/** An exchange with one market and as many accounts as names, all on one clock that a test moves. */
export const makeFloor = (options: Partial<Options> = {}) => {
  const events: Array<Event> = []
  const exchange = new Exchange({ seed: 7, onEvent: (event) => events.push(event), ...options })
  const floor = {
    exchange,
    events,
    time: start,
    account: (name: string) => unwrap(exchange.createAccount(name, floor.time)).accountId,
    place: (accountId: string, order: CreateOrder): Order => unwrap(exchange.createOrder(accountId, order, floor.time)),
    refused: (accountId: string, order: CreateOrder): Refusal =>
      refusalOf(exchange.createOrder(accountId, order, floor.time)),
    cancel: (accountId: string, orderId: string) =>
      exchange.cancelOrder(
        accountId,
        { orderId, subaccount: 0, exchangeIndex: undefined, marketTicker: undefined },
        floor.time
      ),
    /** Fields of an order as it stands now. */
    now: (order: Order, ...fields: ReadonlyArray<keyof Order>): ReadonlyArray<unknown> => {
      const latest = unwrap(exchange.order(order.accountId, order.orderId, floor.time))
      return fields.map((field) => latest[field])
    },
    book: () => unwrap(exchange.book(ticker, floor.time)),
    group: (accountId: string, contracts: number, subaccount = 0): string =>
      unwrap(exchange.createGroup(accountId, { subaccount, limit: contracts * 100, exchangeIndex: 0 }, floor.time))
        .groupId
  }
  unwrap(exchange.createMarket({ ticker }, start))
  return floor
}
