/**
 * An exchange with data for every operation.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { Scope } from "../../src/exchange/Entities.ts"
import { type Credentials, Sandbox } from "../../src/Sandbox.ts"
import { type Got, send, type Sent } from "./wire.ts"
import { makeWorldBatches, type WorldBatches } from "./worldBatches.ts"

export const ticker = "KXTEST-26-YES"
export const settledTicker = "KXTEST-26-OVER"

/** A combo of this collection has at least one leg. */
export const collectionTicker = "KXMVE-1"

/** The client id of an executed transfer between subaccounts on shard 0. */
export const takenTransferId = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"

export interface World {
  /** An account of the premier tier, which permits every operation. */
  readonly maker: Credentials
  readonly taker: Credentials
  /** A key of the maker that may only read the balance. */
  readonly balanceOnly: Credentials
  /** A key of the maker that is locked to subaccount 1. */
  readonly locked: Credentials
  /** An account of the basic tier. */
  readonly basic: Credentials
  readonly orderIds: ReadonlyArray<string>
  readonly groupId: string
  readonly transferId: string
  readonly spareKeyId: string
  /** An open RFQ of the maker, and an open quote of the taker on it. */
  readonly rfqId: string
  readonly quoteId: string
  /**
   * An open RFQ of the taker, with an open quote of the maker, and an accepted quote that waits for its confirmation.
   */
  readonly takerRfqId: string
  readonly ownQuoteId: string
  readonly acceptedQuoteId: string
  /** A running football game, and its home team. */
  readonly milestoneId: string
  readonly targetId: string
  /** A block trade that the taker proposed and accepted: the maker buys from the taker. */
  readonly blockTradeId: string
  readonly batches: WorldBatches
  /** The maker is an FCM member (futures commission merchant). This is its subtrader, with $100 and a daily cap. */
  readonly subtraderId: string
  /** A subtrader of the maker's error account. */
  readonly errorSubtraderId: string
}

type Needs = Sandbox | HttpClient.HttpClient

const idOf = (got: Got, name: string): string => {
  const { body } = got
  if (typeof body === "object" && body !== null && name in body) {
    return String((body as Readonly<Record<string, unknown>>)[name])
  }
  throw new Error(`${name} is missing in ${got.status} ${JSON.stringify(body)}`)
}

export const order = (change: object = {}) => ({
  ticker,
  side: "bid",
  count: "5",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  ...change
})

export const rfq = (change: object = {}) => ({ market_ticker: ticker, contracts: 2, rest_remainder: false, ...change })

export const quote = (rfq_id: string, change: object = {}) => ({
  rfq_id,
  yes_bid: "0.40",
  no_bid: "0.50",
  rest_remainder: false,
  ...change
})

export const blockTrade = (buyer_user_id: string, seller_user_id: string, change: object = {}) => ({
  buyer_user_id,
  seller_user_id,
  market_ticker: ticker,
  price_centi_cents: 5_600,
  centicount: 100,
  maker_side: "yes",
  expiration_ts: "2199-01-01T00:00:00Z",
  ...change
})

export const makeWorld: Effect.Effect<World, unknown, Needs> = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  yield* sandbox.createEvent({ eventTicker: "KXTEST-26", liveSource: "BRTI" })
  yield* sandbox.createMarket({ ticker, makerFeeRate: 175 })
  yield* sandbox.createMarket({ ticker: settledTicker })
  yield* sandbox.createCollection({ collectionTicker, sizeMin: 1, associatedEvents: [{ eventTicker: "KXTEST-26" }] })
  const maker = yield* sandbox.createAccount({ name: "maker", tier: "premier" })
  const taker = yield* sandbox.createAccount({ name: "taker" })
  const basic = yield* sandbox.createAccount({ name: "basic", tier: "basic" })
  const post = (by: Credentials, path: string, json: unknown): Effect.Effect<Got, unknown, Needs> => {
    const sent: Sent = { method: "POST", path, json, by }
    return send(sent)
  }
  yield* sandbox.createSubaccount(maker.accountId)
  const key = (name: string, scopes: ReadonlyArray<Scope>, subaccount?: number) =>
    sandbox.createKey(maker.accountId, "ed25519", {
      name,
      scopes,
      ...(subaccount === undefined ? undefined : { subaccount })
    })
  const balanceOnly = yield* key("balance only", ["read::portfolio_balance"])
  const locked = yield* key("locked", ["read", "write"], 1)
  const spare = yield* key("spare", ["read"])
  const orders = "/portfolio/events/orders"
  for (const market of [ticker, settledTicker]) {
    yield* post(maker, orders, order({ ticker: market, side: "ask", count: "3", price: "0.60" }))
    yield* post(taker, orders, order({ ticker: market, count: "3", price: "0.60" }))
  }
  yield* sandbox.determineMarket(settledTicker, "yes")
  yield* sandbox.settleMarket(settledTicker)
  const orderIds = yield* Effect.forEach(Array.from({ length: 6 }), () =>
    Effect.map(post(maker, orders, order({ client_order_id: undefined })), (got) => idOf(got, "order_id"))
  )
  const groupId = idOf(yield* post(maker, "/portfolio/order_groups/create", { contracts_limit: 5 }), "order_group_id")
  const instance = { source: "event_contract", destination: "event_contract" }
  const transfer = { ...instance, amount: 100_000, destination_exchange_shard: 1 }
  const transferId = idOf(yield* post(maker, "/portfolio/intra_exchange_instance_transfer", transfer), "transfer_id")
  yield* post(maker, "/portfolio/subaccounts/transfer", {
    client_transfer_id: takenTransferId,
    from_subaccount: 0,
    to_subaccount: 1,
    amount_cents: 100_000
  })
  yield* sandbox.withdraw(maker.accountId, "10")
  const created = (by: Credentials, path: string, json: unknown) =>
    Effect.map(post(by, path, json), (got) => idOf(got, "id"))
  const [rfqId, takerRfqId] = [
    yield* created(maker, "/communications/rfqs", rfq()),
    yield* created(taker, "/communications/rfqs", rfq())
  ]
  const quoteId = yield* created(taker, "/communications/quotes", quote(rfqId))
  const acceptedQuoteId = yield* created(maker, "/communications/quotes", quote(takerRfqId))
  const accepted = `/communications/quotes/${acceptedQuoteId}/accept`
  yield* send({ method: "PUT", path: accepted, json: { accepted_side: "yes" }, by: taker })
  const ownQuoteId = yield* created(maker, "/communications/quotes", quote(takerRfqId))
  const { milestoneId, targetId } = yield* makeGame
  const errors = yield* sandbox.createAccount({ name: "errors" })
  yield* sandbox.enableFcm(maker.accountId, { errorAccountId: errors.accountId })
  const subtrader = yield* post(maker, "/fcm/subtraders", { subtrader_suffix: "ONE" })
  const subtraderId = idOf(subtrader, "subtrader_id")
  const view = yield* sandbox.view
  const { accountId } = yield* Effect.fromResult(view.subtrader(maker.accountId, subtraderId))
  yield* sandbox.deposit(accountId, "100")
  yield* send({
    method: "PUT",
    path: "/fcm/subtraders/event_contract_daily_cap",
    json: { subtrader_id: subtraderId, limit: "50.00" },
    by: maker
  })
  const proposed = yield* post(
    taker,
    "/communications/block-trade-proposals",
    blockTrade(maker.accountId, taker.accountId)
  )
  const blockTradeId = idOf(proposed, "block_trade_proposal_id")
  yield* post(taker, `/communications/block-trade-proposals/${blockTradeId}/accept`, {})
  return {
    maker,
    taker,
    balanceOnly,
    locked,
    basic,
    orderIds,
    groupId,
    transferId,
    spareKeyId: spare.keyId,
    rfqId,
    quoteId,
    takerRfqId,
    ownQuoteId,
    acceptedQuoteId,
    milestoneId,
    targetId,
    blockTradeId,
    subtraderId,
    errorSubtraderId: `${errors.accountId}_ERR`,
    batches: yield* makeWorldBatches(maker, taker)
  }
})

const makeGame = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const { nowMillis: startMillis } = yield* sandbox.view
  const away = yield* sandbox.createStructuredTarget({ name: "Boston", type: "football_team" })
  const home = yield* sandbox.createStructuredTarget({ name: "Denver", type: "football_team" })
  const { milestoneId } = yield* sandbox.createMilestone({
    type: "football_game",
    startMillis,
    competition: "Pro Football",
    primaryEventTickers: ["KXTEST-26"],
    targetIds: [away.targetId, home.targetId],
    sourceIds: { sportradar: "sr:match:1" }
  })
  const program = { ticker, type: "volume", startMillis, endMillis: startMillis + 1_000, periodReward: "1.00" } as const
  yield* sandbox.createIncentiveProgram(program)
  return { milestoneId, targetId: home.targetId }
})
