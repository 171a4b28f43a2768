/**
 * A small exchange for examples: one market, a few accounts, orders in cents and contracts.
 */
import * as Result from "effect/Result"
import type { Command, CommandResult, CommandType, CreateOrder } from "../../src/exchange/Commands.ts"
import type { Event, Order, Refusal } from "../../src/exchange/Entities.ts"
import { Exchange, type Options } from "../../src/exchange/Exchange.ts"

export const start = 1_800_000_000_000
export const ticker = "KXTEST-26-YES"

/** The seed of every property. Set `FC_SEED` to use another seed. */
export const seed = Number(process.env["FC_SEED"] ?? 20_261_009)

/** The size of a sample: `full` under `pnpm test:full`, otherwise `quick`. */
export const sampleSize = (quick: number, full: number): number => (process.env["TEST_MODE"] === "full" ? full : quick)

type OrderOptions = Partial<Omit<CreateOrder, "side" | "count" | "price">>

/** The terms of an order: the price in cents, the count in contracts. */
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
    throw new Error("the command was not refused")
  }
  return result.failure
}

export const codeOf = (result: Result.Result<unknown, Refusal>): string => refusalOf(result).code
export const detailsOf = (result: Result.Result<unknown, Refusal>): string => refusalOf(result).details ?? ""

export const makeFloor = (options: Partial<Options> = {}) => {
  const events: Array<Event> = []
  const assumptions = { transferMillis: 0, ...options.assumptions }
  const exchange = new Exchange({ seed: 7, onEvent: (event) => events.push(event), ...options, assumptions })
  const floor = {
    exchange,
    events,
    time: start,
    view: () => exchange.view(floor.time),
    execute: <Type extends CommandType>(command: Command<Type> & Command): CommandResult<Type> =>
      exchange.execute<Type>(command, floor.time),
    account: (name: string, dollars = "1000000") =>
      unwrap(floor.execute({ type: "createAccount", name, dollars })).accountId,
    /** Sends $1,000 from the primary subaccount on shard 0. Creates the receiving subaccount if it is missing. */
    fund: (accountId: string, to: { readonly subaccount?: number; readonly exchangeIndex?: number }) => {
      const { exchangeIndex = 0, subaccount = 0 } = to
      while (unwrap(floor.view().netting(accountId)).length <= subaccount) {
        unwrap(floor.execute({ type: "createSubaccount", accountId, exchangeIndex: 0 }))
      }
      const source = { instance: "event_contract", exchangeIndex: 0, subaccount: 0 } as const
      const destination = { instance: "event_contract", exchangeIndex, subaccount } as const
      const amountMicros = 1_000_000_000
      unwrap(
        floor.execute({
          type: "transferShard",
          accountId,
          transfer: { clientTransferId: undefined, source, destination, amountMicros }
        })
      )
    },
    place: (accountId: string, order: CreateOrder): Order =>
      unwrap(floor.execute({ type: "createOrder", accountId, order })),
    refused: (accountId: string, order: CreateOrder): Refusal =>
      refusalOf(floor.execute({ type: "createOrder", accountId, order })),
    cancel: (accountId: string, orderId: string) =>
      floor.execute({
        type: "cancelOrder",
        accountId,
        target: { orderId, subaccount: 0, exchangeIndex: undefined, marketTicker: undefined }
      }),
    now: (order: Order, ...fields: ReadonlyArray<keyof Order>): ReadonlyArray<unknown> => {
      const latest = unwrap(floor.view().order(order.accountId, order.orderId))
      return fields.map((field) => latest[field])
    },
    book: () => {
      const { ask, bid } = unwrap(floor.view().book(ticker))
      return { bid, ask }
    },
    group: (accountId: string, contracts: number, subaccount = 0): string =>
      unwrap(
        floor.execute({
          type: "createGroup",
          accountId,
          group: { subaccount, limit: contracts * 100, exchangeIndex: 0 }
        })
      ).groupId
  }
  unwrap(exchange.execute({ type: "createMarket", market: { ticker } }, start))
  return floor
}
