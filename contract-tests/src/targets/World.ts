/**
 * Seeds a local exchange with entities that requests can refer to.
 *
 * @module
 */
import * as BlockTrades from "@kalshi-effect/client/BlockTrades"
import * as Fcm from "@kalshi-effect/client/Fcm"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import * as Transfers from "@kalshi-effect/client/Transfers"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { type As, makeBatches, type SeededBatches } from "./BatchWorld.ts"

export interface World {
  /** The signing account. It has every permission and no rate limit. */
  readonly signer: Sandbox.Credentials
  /** An account that no request refers to. */
  readonly bystander: Sandbox.Credentials
  /** The account that trades with the signer. */
  readonly taker: Sandbox.Credentials
  readonly ticker: string
  readonly settledTicker: string
  readonly archivedTicker: string
  readonly eventTicker: string
  readonly seriesTicker: string
  /** Bids of the signer, each for five contracts at $0.40. The second bid has a client order id. */
  readonly orderIds: ReadonlyArray<string>
  readonly clientOrderId: string
  readonly groupId: string
  readonly transferId: string
  readonly spareKeyId: string
  /** An open RFQ of the signer. */
  readonly rfqId: string
  /** An open quote on the RFQ of the signer. */
  readonly quoteId: string
  /** An open RFQ of another account. */
  readonly awayRfqId: string
  /** An open quote of the signer on the other account's RFQ. */
  readonly ownQuoteId: string
  /** A quote of the signer on the other account's RFQ, accepted but not confirmed. */
  readonly acceptedQuoteId: string
  /** A football game in progress, and its home team. */
  readonly milestoneId: string
  readonly targetId: string
  /** A block trade that the taker proposed and accepted: the signer buys from the taker. */
  readonly blockTradeId: string
  readonly batches: SeededBatches
  /** An open collection of the events `eventTicker` and `awayEventTicker`, with one combo. */
  readonly collectionTicker: string
  readonly awayEventTicker: string
  readonly awayTicker: string
  readonly comboEventTicker: string
  /**
   * A futures commission merchant (FCM). It signs the requests of the operations for FCM members: see {@link signerOf}.
   */
  readonly fcmMember: Sandbox.Credentials
  /** A subtrader of the FCM member with a daily cap, an order, a fill and a position. */
  readonly subtraderId: string
  /** The client order id of the subtrader's order. */
  readonly subtraderOrderId: string
  /** The subtrader id of the FCM member's error account. This subtrader does not exist yet. */
  readonly errorSubtraderId: string
  /** The time of the exchange after the seeding, in Unix seconds. */
  readonly seededSeconds: number
}

/** Returns the parameters of daily candlesticks: a range, in Unix seconds, that contains every seeded trade. */
export const candleDays = ({ seededSeconds }: World) => ({
  start_ts: Math.max(0, seededSeconds - 200 * 86_400),
  end_ts: seededSeconds + 86_400,
  period_interval: 1_440
})

export const signerOf = ({ fcmMember, signer }: World, path: string): Sandbox.Credentials =>
  /\/fcm\//.test(path) ? fcmMember : signer

const ticker = "KXCONTRACT-26-YES"
const settledTicker = "KXCONTRACT-26-OVER"
const archivedTicker = "KXCONTRACT-25-OLD"
const eventTicker = "KXCONTRACT-26"
const seriesTicker = "KXCONTRACT"
const awayTicker = "KXAWAY-26-YES"
const competition = "Pro Football"

/** The id of the game at the data provider Sportradar. */
export const sportradar = "sr:match:1"
const awayEventTicker = "KXAWAY-26"
const collectionTicker = "KXCONTRACT-R"

/** No test reaches this time. */
const farFuture = "2095-12-31T23:59:59Z"

const order = (change: Partial<Orders.CreateInput>): Orders.CreateInput => ({
  ticker,
  side: "bid",
  count: "5",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  ...change
})

/** Longer than the archiving delay of every entity. */
const archivedAfterMillis = 100 * 86_400_000

/** Longer than a transfer, and shorter than the time limit for the confirmation of a quote. */
const settledAfterMillis = 5_000

/** How far the seeding advances the exchange's clock. */
export const seedingMillis = archivedAfterMillis + settledAfterMillis

interface Members {
  readonly signer: Sandbox.Credentials
  readonly taker: Sandbox.Credentials
  readonly bystander: Sandbox.Credentials
  readonly as: (account: Sandbox.Credentials) => As
}

const createAccount = (name: string) =>
  Effect.flatMap(Sandbox.Sandbox, (sandbox) => sandbox.createAccount({ name, tier: "unmetered" }))

const createMembers = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  return {
    signer: yield* createAccount("signer"),
    taker: yield* createAccount("taker"),
    bystander: yield* createAccount("bystander"),
    as: ({ signer }) => Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer, limits: false }))
  } satisfies Members
})

const makeMarkets = ({ as, bystander, signer, taker }: Members, pass: Pass) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const traded = (market: string, maker: Sandbox.Credentials) =>
      Effect.gen(function* () {
        yield* sandbox.createMarket({ ticker: market, makerFeeRate: 175 })
        yield* Orders.create(order({ ticker: market, side: "ask", count: "3", price: "0.60" })).pipe(as(maker))
        yield* Orders.create(order({ ticker: market, count: "3", price: "0.60" })).pipe(as(taker))
      })
    const settled = (market: string) =>
      Effect.gen(function* () {
        yield* traded(market, signer)
        yield* sandbox.determineMarket(market, "yes")
        yield* sandbox.settleMarket(market)
      })
    yield* sandbox.createSeries({ ticker: seriesTicker, tags: ["Contract"] })
    yield* settled(archivedTicker)
    yield* pass(archivedAfterMillis)
    yield* sandbox.createEvent({ eventTicker, competition, competitionScope: "Game", liveSource: "BRTI" })
    yield* settled(settledTicker)
    yield* traded(ticker, signer)
    yield* traded(awayTicker, bystander)
  })

const makePortfolio = ({ as, bystander, signer, taker }: Members) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* Orders.create(order({ ticker: awayTicker, price: "0.30" })).pipe(as(bystander))
    yield* OrderGroups.create({ contracts_limit: 3 }).pipe(as(bystander))
    yield* sandbox.createSubaccount(signer.accountId)
    const clientOrderId = "mine"
    const placed = yield* Effect.forEach([undefined, clientOrderId, undefined], (client_order_id) =>
      Orders.create(order({ client_order_id })).pipe(as(signer))
    )
    yield* Orders.create(order({ side: "ask", price: "0.70" })).pipe(as(taker))
    const group = yield* OrderGroups.create({ contracts_limit: 5 }).pipe(as(signer))
    const transfer = yield* Transfers.create({
      source: "event_contract",
      destination: "event_contract",
      destination_exchange_shard: 1,
      amount: 1_000_000
    }).pipe(as(signer))
    yield* Subaccounts.transfer({
      client_transfer_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e",
      from_subaccount: 0,
      to_subaccount: 1,
      amount_cents: 100_000
    }).pipe(as(signer))
    yield* sandbox.withdraw(signer.accountId, "10")
    const spare = yield* sandbox.createKey(signer.accountId, "ed25519", { name: "spare" })
    return {
      orderIds: placed.map(({ order_id }) => order_id),
      clientOrderId,
      groupId: group.order_group_id,
      transferId: transfer.transfer_id,
      spareKeyId: spare.keyId
    }
  })

const makeRfqs = ({ as, signer, taker }: Members) =>
  Effect.gen(function* () {
    const request = Rfqs.create({ market_ticker: ticker, contracts: 2, rest_remainder: false })
    const quote = (rfq_id: string) => Quotes.create({ rfq_id, yes_bid: "0.40", no_bid: "0.50", rest_remainder: false })
    const [rfq, awayRfq] = [yield* request.pipe(as(signer)), yield* request.pipe(as(taker))]
    const received = yield* quote(rfq.id).pipe(as(taker))
    const accepted = yield* quote(awayRfq.id).pipe(as(signer))
    yield* Quotes.accept({ rfq_id: awayRfq.id, quote_id: accepted.id, accepted_side: "yes" }).pipe(as(taker))
    const own = yield* quote(awayRfq.id).pipe(as(signer))
    return {
      rfqId: rfq.id,
      quoteId: received.id,
      awayRfqId: awayRfq.id,
      ownQuoteId: own.id,
      acceptedQuoteId: accepted.id
    }
  })

const makeFcm = ({ as, taker }: Members) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const [fcmMember, errors] = [yield* createAccount("FCM member"), yield* createAccount("errors of the FCM member")]
    yield* sandbox.enableFcm(fcmMember.accountId, { errorAccountId: errors.accountId })
    const { subtrader_id } = yield* Fcm.createSubtrader({ subtrader_suffix: "ONE" }).pipe(as(fcmMember))
    const subtrader = (yield* sandbox.view).subtrader(fcmMember.accountId, subtrader_id)
    const { accountId } = yield* Effect.fromResult(subtrader)
    yield* sandbox.deposit(accountId, "1000")
    yield* Orders.create(order({ side: "ask", count: "4", price: "0.65" })).pipe(as(taker))
    const clientOrderId = "subtrader's"
    yield* sandbox.placeOrder(accountId, { ticker, side: "bid", count: "4", price: "0.65", clientOrderId })
    yield* Fcm.updateDailyCap({ subtrader_id, limit: "500.00" }).pipe(as(fcmMember))
    yield* Fcm.updateBlockedCategories({ subtrader_id, category: "Sports", blocked: true }).pipe(as(fcmMember))
    return {
      fcmMember,
      subtraderId: subtrader_id,
      subtraderOrderId: clientOrderId,
      errorSubtraderId: `${errors.accountId}_ERR`
    }
  })

/** Makes a collection with one combo. The combo is a market with a leg in each event. */
const makeCollection = ({ as, signer }: Members) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    yield* sandbox.createCollection({
      collectionTicker,
      associatedEvents: [{ eventTicker }, { eventTicker: awayEventTicker }]
    })
    const combo = yield* MultivariateCollections.createMarket({
      collection_ticker: collectionTicker,
      selected_markets: [
        { market_ticker: ticker, event_ticker: eventTicker, side: "yes" },
        { market_ticker: awayTicker, event_ticker: awayEventTicker, side: "no" }
      ]
    }).pipe(as(signer))
    return { comboEventTicker: combo.event_ticker }
  })

const makeBlockTrade = ({ as, signer, taker }: Members) =>
  Effect.gen(function* () {
    const { block_trade_proposal_id } = yield* BlockTrades.propose({
      buyer_user_id: signer.accountId,
      seller_user_id: taker.accountId,
      market_ticker: ticker,
      price_centi_cents: 4_000,
      centicount: 100,
      maker_side: "yes",
      expiration_ts: farFuture
    }).pipe(as(taker))
    yield* BlockTrades.accept({ block_trade_proposal_id }).pipe(as(taker))
    return { blockTradeId: block_trade_proposal_id }
  })

/** Advances the time on the exchange. */
type Pass = (millis: number) => Effect.Effect<unknown, Sandbox.SandboxError>

export const makeWorld = (pass: Pass) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const members = yield* createMembers
    const { as, bystander, signer, taker } = members
    yield* makeMarkets(members, pass)
    const made = {
      ...(yield* makePortfolio(members)),
      ...(yield* makeRfqs(members)),
      ...(yield* makeGame),
      ...(yield* makeFcm(members)),
      ...(yield* makeCollection(members)),
      ...(yield* makeBlockTrade(members))
    }
    yield* pass(settledAfterMillis)
    const world: World = {
      ...made,
      signer,
      bystander,
      taker,
      ticker,
      settledTicker,
      archivedTicker,
      eventTicker,
      seriesTicker,
      batches: yield* makeBatches(as(signer), as(taker)),
      collectionTicker,
      awayEventTicker,
      awayTicker,
      seededSeconds: Math.floor((yield* sandbox.view).nowMillis / 1_000)
    }
    return world
  })

const makeGame = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const { nowMillis } = yield* sandbox.view
  const startMillis = Math.max(0, nowMillis - 3_600_000)
  const endMillis = nowMillis + 3_600_000
  const details = { league: competition, leagues: [competition] }
  const team = (name: string) =>
    sandbox.createStructuredTarget({ name, type: "football_team", details, sourceIds: { sportradar: name } })
  const [away, home] = [yield* team("Boston"), yield* team("Denver")]
  const player = { type: "football_player", details }
  yield* sandbox.createStructuredTarget({ ...player, name: "A. Baker", teamId: home.targetId })
  yield* sandbox.createStructuredTarget({ ...player, name: "C. Doe", teamId: away.targetId })
  const { milestoneId } = yield* sandbox.createMilestone({
    type: "football_game",
    startMillis,
    endMillis,
    competition,
    primaryEventTickers: [eventTicker],
    targetIds: [away.targetId, home.targetId],
    sourceIds: { sportradar }
  })
  const program = { ticker, startMillis, endMillis, periodReward: "10.00" }
  yield* sandbox.createIncentiveProgram({ ...program, type: "volume", maxRewardPerAccount: "1.00" })
  const terms = { targetSize: "100.00", discountFactorBps: 5_000 }
  yield* sandbox.createIncentiveProgram({ ...program, type: "liquidity", ...terms })
  return { milestoneId, targetId: home.targetId }
})
