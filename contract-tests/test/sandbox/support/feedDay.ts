/**
 * Simulates a trading day for tests of the feed, with subscriptions, invalid commands, trades, RFQs and changes of
 * markets.
 */
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import type { Credentials, Operator } from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import type { Connection } from "./feedConnection.ts"
import { clientOf, order } from "./world.ts"

export const channels = [
  "orderbook_delta",
  "ticker",
  "trade",
  "fill",
  "market_positions",
  "user_orders",
  "order_group_updates",
  "market_lifecycle_v2",
  "multivariate_market_lifecycle",
  "communications",
  "cfbenchmarks_value",
  "cfbenchmarks_value_5hz",
  "pyth_value"
]

/**
 * Subscribes to every channel, and uses every action except `unsubscribe_indices`. The `sid` of a channel is its index
 * in `channels` plus one.
 */
export const subscribeAll = ({ send }: Connection, ticker: string): void => {
  const params = { market_tickers: [ticker], index_ids: ["BRTI"], underlying_tickers: ["Metal.XAU/USD"] }
  send({ id: 1, cmd: "subscribe", params: { channels, ...params, send_initial_snapshot: true } })
  const update = (channel: string, action: string, more: object = {}) =>
    send({
      id: 2,
      cmd: "update_subscription",
      params: { sid: channels.indexOf(channel) + 1, action, ...more }
    })
  update("orderbook_delta", "get_snapshot", { market_ticker: ticker })
  update("trade", "add_markets", { market_ticker: "KXOTHER-26-A" })
  update("trade", "delete_markets", { market_ticker: "KXOTHER-26-A" })
  update("cfbenchmarks_value", "subscribe_indices", { index_ids: ["all"] })
  update("cfbenchmarks_value", "indexlist")
  update("cfbenchmarks_value_5hz", "indexlist")
  update("pyth_value", "underlying_list")
  update("pyth_value", "unsubscribe_underlyings", { underlying_tickers: ["Metal.XAU/USD"] })
  update("pyth_value", "subscribe_underlyings", { underlying_tickers: ["FX.EUR/USD"] })
  send({ id: 3, cmd: "list_subscriptions" })
}

/** Commands that fail, with various error codes. */
export const invalidCommands: ReadonlyArray<object | string> = [
  "not JSON",
  { id: 1, cmd: "subscribe" },
  { id: 1, cmd: "subscribe", params: {} },
  { id: 1, cmd: "unsubscribe", params: {} },
  { id: 1, cmd: "no_command" },
  { id: 1, cmd: "unsubscribe", params: { sids: [99] } },
  { id: 1, cmd: "subscribe", params: { channels: ["no_channel"] } },
  { id: 1, cmd: "subscribe", params: { channels: ["trade"], market_ticker: 1 } },
  { id: 1, cmd: "update_subscription", params: { sids: [1, 2], action: "add_markets" } },
  { id: 1, cmd: "update_subscription", params: { sid: 1, action: "indexlist" } },
  { id: 1, cmd: "update_subscription", params: { sid: 1, action: "add_markets" } },
  { id: 1, cmd: "update_subscription", params: { sid: 1 } },
  { id: 1, cmd: "subscribe", params: { channels: ["communications"], shard_factor: 0 } },
  { id: 1, cmd: "subscribe", params: { channels: ["communications"], shard_key: 1 } },
  { id: 1, cmd: "subscribe", params: { channels: ["communications"], shard_factor: 2, shard_key: 2 } },
  { id: 1, cmd: "subscribe", params: { channels: ["communications"], shard_factor: 101 } },
  {
    id: 1,
    cmd: "update_subscription",
    params: { sid: channels.indexOf("cfbenchmarks_value") + 1, action: "subscribe_indices" }
  },
  {
    id: 1,
    cmd: "update_subscription",
    params: { sid: channels.indexOf("pyth_value") + 1, action: "subscribe_underlyings" }
  }
]

export const quoteBothSides = ({ signer }: Credentials, ticker: string, { environment }: Operator) =>
  Effect.forEach(
    [
      { ...order(ticker), price: "0.1000" },
      { ...order(ticker), side: "ask", price: "0.9000" }
    ] as const,
    (quote) => Orders.create(quote)
  ).pipe(Effect.provide(clientOf(signer, environment)))

export const runDay = (me: Credentials, other: Credentials, ticker: string, sandbox: Operator) =>
  Effect.gen(function* () {
    const as = ({ signer }: Credentials) => Effect.provide(clientOf(signer, sandbox.environment))
    const [mine, theirs] = [as(me), as(other)]
    const bid = order(ticker)
    const ask = { ...bid, side: "ask" } as const

    const group = yield* mine(OrderGroups.create({ contracts_limit: 5 }))
    const { order_id } = yield* mine(Orders.create({ ...bid, client_order_id: "first" }))
    yield* mine(Orders.amend({ order_id, ticker, side: "bid", price: "0.4200", count: "9.00" }))
    yield* mine(Orders.decrease({ order_id, reduce_by: "1.00" }))
    yield* theirs(Orders.create({ ...ask, price: "0.4200", count: "3.00" }))
    yield* mine(Orders.cancel({ order_id }))
    const expiration_time = Math.floor((yield* Clock.currentTimeMillis) / 1_000) + 3_600
    yield* mine(
      Orders.create({
        ...bid,
        price: "0.5000",
        client_order_id: "second",
        order_group_id: group.order_group_id,
        expiration_time
      })
    )
    yield* theirs(Orders.create({ ...ask, price: "0.5000", count: "10.00" }))
    yield* mine(OrderGroups.reset({ order_group_id: group.order_group_id }))
    yield* mine(OrderGroups.updateLimit({ order_group_id: group.order_group_id, contracts_limit: 7 }))
    yield* mine(OrderGroups.delete({ order_group_id: group.order_group_id }))

    const target = { market_ticker: ticker, target_cost_dollars: "2.00", rest_remainder: false } as const
    const rfq = yield* mine(Rfqs.create(target))
    const quote = yield* theirs(
      Quotes.create({ rfq_id: rfq.id, yes_bid: "0.4000", no_bid: "0.5000", rest_remainder: false })
    )
    yield* mine(Quotes.accept({ rfq_id: rfq.id, quote_id: quote.id, accepted_side: "yes" }))
    yield* theirs(Quotes.confirm({ rfq_id: rfq.id, quote_id: quote.id }))
    yield* TestClock.adjust("20 seconds")
    const unwanted = yield* mine(Rfqs.create({ market_ticker: ticker, contracts: 5, rest_remainder: false }))
    yield* theirs(Quotes.create({ rfq_id: unwanted.id, yes_bid: "0.4000", no_bid: "0.5000", rest_remainder: false }))
    yield* mine(Rfqs.delete({ rfq_id: unwanted.id }))

    const deleted = yield* mine(Rfqs.create(target))
    yield* mine(Rfqs.delete({ rfq_id: deleted.id }))

    yield* sandbox.createMarket({ ticker: "KXPLAIN-26-A" })
    yield* sandbox.createEvent({ eventTicker: "KXCOMBO-26", multivariate: true, mutuallyExclusive: true })
    yield* sandbox.createMarket({ ticker: "KXCOMBO-26-A", eventTicker: "KXCOMBO-26" })
    yield* sandbox.pauseMarket(ticker)
    yield* sandbox.reactivateMarket(ticker)
    yield* sandbox.closeMarket(ticker)
    yield* sandbox.determineMarket(ticker, "yes")
    yield* sandbox.settleMarket(ticker)
  })
