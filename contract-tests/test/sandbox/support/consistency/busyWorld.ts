/** Seeds an exchange with one entity of each kind, and lets its accounts trade with a crowd of simulated traders. */
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import * as BlockTrades from "@kalshi-effect/client/BlockTrades"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { makeWorld } from "../../../../src/targets/World.ts"

/**
 * The traders of this crowd act rarely, but its market makers keep all books filled. The result is about 5,600 orders
 * and 4,300 trades.
 */
const crowd = { traders: 5, pace: 0.002 }

export const layer = Sandbox.layerTest({ world: true, crowd })

export const makeBusyWorld = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const world = yield* makeWorld((millis) => TestClock.adjust(millis))
  const as = ({ signer }: Sandbox.Credentials) =>
    Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer, limits: false }))
  const place = (change: Partial<Orders.CreateInput>) =>
    Orders.create({
      ticker: world.ticker,
      side: "bid",
      count: "7.5",
      price: "0.45",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
      ...change
    }).pipe(as(world.signer))
  yield* place({ subaccount: 1, price: "0.75" })
  yield* place({ price: "0.20", order_group_id: world.groupId })
  yield* BlockTrades.accept({ block_trade_proposal_id: world.blockTradeId }).pipe(as(world.signer))
  // The subtrader is the taker of a trade with the crowd. In a market without the crowd, it is the maker.
  const { accountId } = yield* Effect.fromResult(
    (yield* sandbox.view).subtrader(world.fcmMember.accountId, world.subtraderId)
  )
  yield* sandbox.placeOrder(accountId, { ticker: world.ticker, side: "bid", count: "2", price: "0.80" })
  const { ticker } = yield* sandbox.createMarket({ ticker: "KXQUIET-26-YES" })
  yield* sandbox.placeOrder(accountId, { ticker, side: "bid", count: "2", price: "0.66" })
  yield* place({ ticker, side: "ask", price: "0.66", count: "2" })
  // The crowd quotes an RFQ on a combo, and confirms the accepted quote.
  yield* sandbox.deposit(world.signer.accountId, "1000", { exchangeIndex: 1 })
  const combo = yield* MultivariateCollections.createMarket({
    collection_ticker: world.collectionTicker,
    selected_markets: [
      { market_ticker: world.ticker, event_ticker: world.eventTicker, side: "yes" },
      { market_ticker: world.awayTicker, event_ticker: world.awayEventTicker, side: "yes" }
    ]
  }).pipe(as(world.signer))
  const rfq = yield* Rfqs.create({ market_ticker: combo.market_ticker, contracts: 3, rest_remainder: false }).pipe(
    as(world.signer)
  )
  yield* TestClock.adjust("5 seconds")
  const { quotes } = yield* Quotes.list({ rfq_id: rfq.id, rfq_user_filter: "self" }).pipe(as(world.signer))
  const [quote] = quotes
  if (quote === undefined) return yield* Effect.die("the crowd did not quote the combo")
  yield* Quotes.accept({ rfq_id: rfq.id, quote_id: quote.id, accepted_side: "yes" }).pipe(as(world.signer))
  yield* TestClock.adjust("1 minute")
  // The following orders, RFQ and batch quote stay open, so that the lists have items.
  yield* place({ price: "0.10", order_group_id: world.groupId })
  yield* place({ subaccount: 1, price: "0.11" })
  yield* Rfqs.create({ market_ticker: world.ticker, contracts: 2, rest_remainder: false }).pipe(as(world.bystander))
  const { batchId, childIds } = world.batches.own
  yield* RfqBatches.quote({
    rfq_batch_id: batchId,
    quotes: childIds.map((rfq_id) => ({ rfq_id, yes_bid: "0.41", no_bid: "0.51" })),
    rest_remainder: false
  }).pipe(as(world.taker))
  yield* TestClock.adjust("4 seconds")
  return world
})
