/**
 * Lists every method of the official TypeScript SDK, with arguments for which the seeded exchange responds with
 * success.
 */
import type { Credentials, Operator } from "@kalshi-effect/sandbox/Sandbox"
import type Axios from "axios" with { "resolution-mode": "require" }
import * as Redacted from "effect/Redacted"
import type * as Sdk from "kalshi-typescript"
import { createRequire } from "node:module"
import { candleDays } from "../../../src/targets/World.ts"
import { unknownId, order, type Shape } from "./world.ts"

const require = createRequire(import.meta.url)

// Node cannot load the ES modules of the SDK, so this file requires its CommonJS modules.
export const sdk: typeof Sdk = require("kalshi-typescript")
export const axios: typeof Axios = require("axios")

export type Apis = {
  readonly [Name in keyof typeof Sdk as Name extends `${string}Api` ? Name : never]: (typeof Sdk)[Name] extends new (
    ...args: never
  ) => infer Api
    ? Api
    : never
}

/** The compiler reports a missing or unknown method. */
export type Calls = {
  readonly [Name in keyof Apis]: {
    readonly [Method in keyof Apis[Name]]: Apis[Name][Method] extends (...args: infer Arguments) => unknown
      ? (world: Shape) => Arguments
      : never
  }
}

export interface Answer<out A = unknown> {
  readonly config: { readonly url?: string | undefined; readonly data?: unknown }
  readonly status: number
  readonly headers: unknown
  readonly data: A
}

export type Method = (...args: ReadonlyArray<unknown>) => Promise<Answer>

export const configurationOf = (sandbox: Operator, { keyId, privateKey }: Credentials): Sdk.Configuration =>
  new sdk.Configuration({
    apiKey: keyId,
    privateKeyPem: Redacted.value(privateKey),
    basePath: `${sandbox.url}/trade-api/v2`
  })

/**
 * Makes an API object with its own HTTP client. If all API objects used the default client, each would sign every
 * request, and the exchange would get the first signature.
 */
export const make = <Name extends keyof Apis>(name: Name, configuration: Sdk.Configuration): Apis[Name] =>
  // All API objects have the same constructor.
  new sdk[name](configuration, undefined, axios.create()) as Apis[Name]

export const found: ReadonlyArray<readonly [api: keyof Apis, method: string]> = Object.entries(sdk)
  .filter(([name]) => name.endsWith("Api"))
  .flatMap(([name, exported]) =>
    Object.getOwnPropertyNames((exported as { readonly prototype: object }).prototype) // An API object is a class.
      .filter((method) => method !== "constructor")
      .map((method) => [name as keyof Apis, method] as const)
  )

const publicKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5nmzbJSxFkN2RH0BtdzGlRc76O9r/m0hNszCgFWyh8w=\n-----END PUBLIC KEY-----\n"

const instance = { source: "event_contract", destination: "event_contract" } as const

/** Daily candlesticks of a range that contains every trade. */
const days = (world: Shape): readonly [startSeconds: number, endSeconds: number, minutes: 1440] => {
  const { end_ts, start_ts } = candleDays(world)
  return [start_ts, end_ts, 1_440]
}

export const calls: Calls = {
  AccountApi: {
    getAccountApiLimits: () => [],
    getAccountApiUsageLevelVolumeProgress: () => [],
    getAccountEndpointCosts: () => [],
    upgradeAccountApiUsageLevel: () => []
  },
  ApiKeysApi: {
    createApiKey: () => [{ name: "mine", public_key: publicKey }],
    deleteApiKey: ({ spareKeyId }) => [spareKeyId],
    generateApiKey: () => [{ name: "new" }],
    getApiKeys: () => []
  },
  CommunicationsApi: {
    acceptBlockTradeProposal: ({ blockTradeId }) => [blockTradeId, {}],
    acceptQuote: ({ quoteId }) => [quoteId, { accepted_side: "yes" }],
    acceptRFQQuote: ({ quoteId, rfqId }) => [rfqId, quoteId, { accepted_side: "no" }],
    confirmQuote: ({ acceptedQuoteId }) => [acceptedQuoteId, {}],
    confirmRFQQuote: ({ acceptedQuoteId, awayRfqId }) => [awayRfqId, acceptedQuoteId, {}],
    createQuote: ({ awayRfqId }) => [{ rfq_id: awayRfqId, yes_bid: "0.4000", no_bid: "0.5500", rest_remainder: false }],
    createRFQ: ({ ticker }) => [
      { market_ticker: ticker, contracts_fp: "10.00", rest_remainder: false, replace_existing: true }
    ],
    deleteQuote: ({ ownQuoteId }) => [ownQuoteId],
    deleteRFQ: ({ rfqId }) => [rfqId],
    deleteRFQQuote: ({ awayRfqId, ownQuoteId }) => [awayRfqId, ownQuoteId],
    getBlockTradeProposals: () => [],
    getCommunicationsID: () => [],
    getQuote: ({ quoteId }) => [quoteId],
    getQuotes: () => [undefined, undefined, undefined, 10, "open", undefined, sdk.UserFilter.UserFilterSelf],
    getRFQ: ({ awayRfqId }) => [awayRfqId],
    getRFQQuote: ({ quoteId, rfqId }) => [rfqId, quoteId],
    getRFQs: () => [],
    proposeBlockTrade: ({ signer, taker, ticker }) => [
      {
        buyer_user_id: signer.accountId,
        seller_user_id: taker.accountId,
        market_ticker: ticker,
        price_centi_cents: 4_000,
        centicount: 100_000,
        maker_side: "yes",
        expiration_ts: "2095-12-31T23:59:59Z"
      }
    ]
  },
  EventsApi: {
    getEvent: ({ eventTicker }) => [eventTicker],
    getEventFeeChanges: () => [],
    getEventForecastPercentilesHistory: (world) => [world.eventTicker, world.seriesTicker, [50], ...days(world)],
    getEventMetadata: ({ eventTicker }) => [eventTicker],
    getEvents: () => [10, undefined, true, true],
    getMarketCandlesticksByEvent: (world) => [world.eventTicker, world.seriesTicker, ...days(world)],
    getMultivariateEvents: () => []
  },
  ExchangeApi: {
    getExchangeSchedule: () => [],
    getExchangeStatus: () => [],
    getSeriesFeeChanges: ({ seriesTicker }) => [seriesTicker, true],
    getUserDataTimestamp: () => []
  },
  FcmApi: {
    createFCMSubtrader: () => [{ subtrader_suffix: "TWO" }],
    deleteFCMEventContractDailyCap: ({ subtraderId }) => [subtraderId],
    getFCMEventContractDailyCap: ({ subtraderId }) => [subtraderId],
    getFCMOrders: ({ subtraderId }) => [subtraderId],
    getFCMPositions: ({ subtraderId }) => [subtraderId],
    listFCMSubtraders: () => [],
    updateFCMEventContractDailyCap: ({ subtraderId }) => [{ subtrader_id: subtraderId, limit: "1000.00" }]
  },
  HistoricalApi: {
    getFillsHistorical: ({ archivedTicker }) => [archivedTicker],
    getHistoricalCutoff: () => [],
    getHistoricalMarket: ({ archivedTicker }) => [archivedTicker],
    getHistoricalMarkets: () => [],
    getHistoricalOrders: ({ archivedTicker }) => [archivedTicker],
    getHistoricalPositions: ({ archivedTicker }) => [archivedTicker],
    getMarketCandlesticksHistorical: (world) => [world.archivedTicker, ...days(world)],
    getTradesHistorical: ({ archivedTicker }) => [archivedTicker]
  },
  IncentiveProgramsApi: { getIncentivePrograms: () => [] },
  LiveDataApi: {
    getEventLiveData: ({ eventTicker }) => [eventTicker],
    getGameStats: ({ milestoneId }) => [milestoneId],
    getLiveData: ({ milestoneId }) => ["football_game", milestoneId],
    getLiveDataByMilestone: ({ milestoneId }) => [milestoneId],
    getLiveDatas: ({ milestoneId }) => [[milestoneId]],
    getWeatherIndex: () => ["nyc"],
    getWeatherIndexCalibrations: () => ["nyc"]
  },
  MarketApi: {
    batchGetMarketCandlesticks: (world) => [`${world.ticker},${world.settledTicker}`, ...days(world)],
    getMarket: ({ ticker }) => [ticker],
    getMarketCandlesticks: (world) => [world.seriesTicker, world.ticker, ...days(world)],
    getMarketOrderbook: ({ ticker }) => [ticker, 5],
    getMarketOrderbooks: ({ settledTicker, ticker }) => [[ticker, settledTicker]],
    getMarkets: ({ eventTicker }) => [10, undefined, eventTicker],
    getSeries: ({ seriesTicker }) => [seriesTicker, true],
    getSeriesList: () => [undefined, undefined, true, true],
    getTrades: ({ ticker }) => [10, undefined, ticker]
  },
  MilestoneApi: { getMilestone: ({ milestoneId }) => [milestoneId], getMilestones: () => [10] },
  MultivariateApi: {
    createMarketInMultivariateEventCollection: ({
      awayEventTicker,
      awayTicker,
      collectionTicker,
      eventTicker,
      ticker
    }) => [
      collectionTicker,
      {
        selected_markets: [
          { market_ticker: ticker, event_ticker: eventTicker, side: "no" },
          { market_ticker: awayTicker, event_ticker: awayEventTicker, side: "yes" }
        ]
      }
    ],
    getMultivariateEventCollection: ({ collectionTicker }) => [collectionTicker],
    getMultivariateEventCollections: () => []
  },
  OrderGroupsApi: {
    createOrderGroup: () => [{ contracts_limit: 10 }],
    deleteOrderGroup: ({ groupId }) => [groupId],
    getOrderGroup: ({ groupId }) => [groupId],
    getOrderGroups: () => [0],
    resetOrderGroup: ({ groupId }) => [groupId, 0, 0, {}],
    triggerOrderGroup: ({ groupId }) => [groupId, 0, 0, {}],
    updateOrderGroupLimit: ({ groupId }) => [groupId, { contracts_limit_fp: "20.50" }, 0, 0]
  },
  OrdersApi: {
    amendOrderV2: ({ orderId, ticker }) => [orderId, { ticker, side: "bid", price: "0.4100", count: "12.00" }],
    batchCancelOrdersV2: ({ orderId }) => [{ orders: [{ order_id: orderId }, { order_id: unknownId }] }],
    batchCreateOrdersV2: ({ ticker }) => [{ orders: [order(ticker), { ...order(ticker), count: "0.00" }] }],
    cancelAllOrders: () => [],
    cancelOrderV2: ({ orderId, ticker }) => [orderId, 0, undefined, ticker],
    createOrderV2: ({ ticker }) => [order(ticker)],
    decreaseOrderV2: ({ orderId }) => [orderId, { reduce_by: "1.00" }, 0],
    getOrder: ({ orderId }) => [orderId],
    getOrderQueuePosition: ({ orderId }) => [orderId],
    getOrderQueuePositions: ({ ticker }) => [ticker],
    getOrders: ({ ticker }) => [ticker]
  },
  PortfolioApi: {
    applySubaccountTransfer: () => [
      { client_transfer_id: unknownId, from_subaccount: 0, to_subaccount: 1, amount_cents: 1_000 }
    ],
    createSubaccount: () => [{}],
    getBalance: () => [],
    getDeposits: () => [10],
    getFills: ({ ticker }) => [ticker],
    getIntraExchangeInstanceTransfer: ({ transferId }) => [transferId],
    getIntraExchangeInstanceTransfers: () => [10],
    getPortfolioRestingOrderTotalValue: () => [],
    getPositions: () => [],
    getSettlements: () => [10],
    getSubaccountBalances: () => [],
    getSubaccountNetting: () => [],
    getSubaccountTransfers: () => [10],
    getTargetBalanceAllocation: () => [],
    getWithdrawals: () => [10],
    intraExchangeInstanceTransfer: () => [{ ...instance, amount: 10_000, destination_exchange_shard: 2 }],
    setTargetBalanceAllocation: () => [{ allocations: [{ exchange_index: 0, percent: 100 }] }],
    updateSubaccountNetting: () => [{ subaccount_number: 1, enabled: true }]
  },
  SearchApi: { getFiltersForSports: () => [], getTagsForSeriesCategories: () => [] },
  StructuredTargetsApi: { getStructuredTarget: ({ targetId }) => [targetId], getStructuredTargets: () => [] }
}
