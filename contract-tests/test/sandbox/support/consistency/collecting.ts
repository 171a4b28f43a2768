/**
 * Calls the list operations of the local exchange. For each entity in the lists, also calls the operations that read
 * one entity.
 */
import * as Effect from "effect/Effect"
import { isObject, type Json, type JsonObject } from "../../../../src/judge/JsonSchema.ts"
import { type Body, objectsIn, type Reader, textIn } from "./reading.ts"

/** The lists and totals that are the same for all accounts, with their inputs. */
export const publicLists: Readonly<Record<string, JsonObject>> = {
  GetAccountEndpointCosts: {},
  GetEventFeeChanges: {},
  GetEvents: { with_nested_markets: true, with_milestones: true },
  GetExchangeSchedule: {},
  GetExchangeStatus: {},
  GetFiltersForSports: {},
  GetHistoricalCutoff: {},
  GetHistoricalMarkets: {},
  GetIncentivePrograms: {},
  GetMarkets: {},
  GetMilestones: { limit: 100 },
  GetMultivariateEventCollections: {},
  GetMultivariateEvents: { with_nested_markets: true },
  GetSeriesFeeChanges: { show_historical: true },
  GetSeriesList: { include_product_metadata: true, include_volume: true },
  GetStructuredTargets: {},
  GetTagsForSeriesCategories: {},
  GetTrades: { limit: 1000 },
  GetTradesHistorical: { limit: 1000 },
  GetUserDataTimestamp: {}
}

/** The lists and totals of each account, with their inputs. */
export const ownLists: Readonly<Record<string, ReadonlyArray<JsonObject>>> = {
  GetAccountApiLimits: [{}],
  GetAccountApiUsageLevelVolumeProgress: [{}],
  GetApiKeys: [{}],
  GetBlockTradeProposals: [{}],
  GetCommunicationsID: [{}],
  GetDeposits: [{}],
  GetFills: [{ limit: 1000 }],
  GetFillsHistorical: [{ limit: 1000 }],
  GetHistoricalOrders: [{ limit: 1000 }],
  GetIntraExchangeInstanceTransfers: [{}],
  GetOrderGroups: [{}],
  GetOrders: [{ limit: 1000 }],
  GetPortfolioRestingOrderTotalValue: [{}],
  GetQuotes: [{ user_filter: "self" }, { rfq_user_filter: "self" }],
  GetRFQBatches: [{}],
  GetRFQs: [{}],
  GetSettlements: [{}],
  GetSubaccountBalances: [{}],
  GetSubaccountNetting: [{}],
  GetSubaccountTransfers: [{}],
  GetTargetBalanceAllocation: [{}],
  GetWithdrawals: [{}]
}

/** The lists and totals of each subaccount, with their inputs. */
export const subaccountLists: Readonly<Record<string, JsonObject>> = {
  GetBalance: {},
  GetHistoricalPositions: {},
  GetPositions: { settlement_status: "all" }
}

/** The operations of FCM members. */
export const memberLists: ReadonlyArray<string> = ["GetFCMFills", "ListFCMSubtraders"]

/** The operations that an FCM member calls for each of its subtraders. */
export const subtraderReads: ReadonlyArray<string> = [
  "GetFCMEventContractDailyCap",
  "GetFCMOrders",
  "GetFCMPositions",
  "GetFCMSubtraderBlockedCategories"
]

/** How an operation gets its inputs: from the entities that the operation `list` returns in the member `member`. */
interface Derived {
  readonly list: string
  readonly member: string
  readonly input: (item: JsonObject) => JsonObject | undefined
}

const by =
  (field: string, name = field) =>
  (item: JsonObject): JsonObject => ({ [name]: textIn(item, field) })

const cities = ["austin", "chicago", "miami", "nyc"]

/** The operations that are called for each entity of a list. */
export const derived: Readonly<Record<string, Derived>> = {
  GetEvent: { list: "GetEvents", member: "events", input: by("event_ticker") },
  GetEventMetadata: { list: "GetEvents", member: "events", input: by("event_ticker") },
  GetEventLiveData: { list: "GetEvents", member: "events", input: by("event_ticker") },
  GetGameStats: { list: "GetMilestones", member: "milestones", input: by("id", "milestone_id") },
  GetHistoricalMarket: { list: "GetHistoricalMarkets", member: "markets", input: by("ticker") },
  GetIntraExchangeInstanceTransfer: {
    list: "GetIntraExchangeInstanceTransfers",
    member: "transfers",
    input: by("transfer_id")
  },
  GetLiveData: {
    list: "GetMilestones",
    member: "milestones",
    input: (item) => ({ ...by("id", "milestone_id")(item), ...by("type")(item), include_player_stats: true })
  },
  GetLiveDataByMilestone: {
    list: "GetMilestones",
    member: "milestones",
    input: (item) => ({ ...by("id", "milestone_id")(item), include_player_stats: true })
  },
  GetLiveDatas: {
    list: "GetMilestones",
    member: "milestones",
    input: ({ id }) => (id === undefined ? undefined : { milestone_ids: [id], include_player_stats: true })
  },
  GetMarket: { list: "GetMarkets", member: "markets", input: by("ticker") },
  GetMarketOrderbook: { list: "GetMarkets", member: "markets", input: by("ticker") },
  GetMarketOrderbooks: {
    list: "GetMarkets",
    member: "markets",
    input: ({ ticker }) => (ticker === undefined ? undefined : { tickers: [ticker] })
  },
  GetMilestone: { list: "GetMilestones", member: "milestones", input: by("id", "milestone_id") },
  GetMultivariateEventCollection: {
    list: "GetMultivariateEventCollections",
    member: "multivariate_contracts",
    input: by("collection_ticker")
  },
  GetOrder: { list: "GetOrders", member: "orders", input: by("order_id") },
  GetOrderGroup: { list: "GetOrderGroups", member: "order_groups", input: by("id", "order_group_id") },
  GetOrderQueuePosition: {
    list: "GetOrders",
    member: "orders",
    input: (item) => (item["status"] === "resting" ? by("order_id")(item) : undefined)
  },
  GetOrderQueuePositions: {
    list: "GetOrders",
    member: "orders",
    input: (item) =>
      item["status"] === "resting"
        ? { market_tickers: textIn(item, "ticker"), subaccount: item["subaccount_number"] ?? 0 }
        : undefined
  },
  GetQuote: { list: "GetQuotes", member: "quotes", input: by("id", "quote_id") },
  GetRFQ: { list: "GetRFQs", member: "rfqs", input: by("id", "rfq_id") },
  GetRFQBatch: { list: "GetRFQBatches", member: "rfq_batches", input: by("id", "rfq_batch_id") },
  GetRFQBatchBestQuotes: {
    list: "GetRFQBatches",
    member: "rfq_batches",
    // Only the creator of a batch sees the best quotes.
    input: (item) => (item["creator_user_id"] === undefined ? undefined : by("id", "rfq_batch_id")(item))
  },
  GetRFQBatchQuotes: { list: "GetRFQBatches", member: "rfq_batches", input: by("id", "rfq_batch_id") },
  GetRFQQuote: {
    list: "GetQuotes",
    member: "quotes",
    input: (item) => ({ ...by("id", "quote_id")(item), ...by("rfq_id")(item) })
  },
  GetSeries: {
    list: "GetSeriesList",
    member: "series",
    input: (item) => ({ series_ticker: textIn(item, "ticker"), include_volume: true })
  },
  GetStructuredTarget: {
    list: "GetStructuredTargets",
    member: "structured_targets",
    input: by("id", "structured_target_id")
  }
}

/** The operations that are called once per city of the weather index. */
export const cityReads: ReadonlyArray<string> = ["GetWeatherIndex", "GetWeatherIndexCalibrations"]

/** The operations that read candlesticks, for each market and each event. */
export const candleReads: ReadonlyArray<string> = [
  "BatchGetMarketCandlesticks",
  "GetEventForecastPercentilesHistory",
  "GetMarketCandlesticks",
  "GetMarketCandlesticksByEvent",
  "GetMarketCandlesticksHistorical"
]

export const covered: ReadonlyArray<string> = [publicLists, ownLists, subaccountLists, derived]
  .flatMap(Object.keys)
  .concat(memberLists, subtraderReads, cityReads, candleReads)

/** Read operations that can respond with 404 although the entity exists, each with the reason. */
export const absences: Readonly<Record<string, string>> = {
  GetEventLiveData: "only events with a live source have live data",
  GetGameStats: "only games have statistics"
}

export interface Collected {
  readonly bodies: ReadonlyArray<Body>
  /** The calls that got an unexpected 404. */
  readonly faults: ReadonlyArray<string>
}

export const collect = ({ accounts, members, nowMillis, read }: Reader) =>
  Effect.gen(function* () {
    const bodies: Array<Body> = []
    const faults: Array<string> = []
    const take = (account: string, operation: string, input: JsonObject) =>
      Effect.map(read(account, operation, input), (data) => {
        if (data !== undefined) bodies.push({ account, operation, input, data })
        else if (!Object.hasOwn(absences, operation)) faults.push(`${operation} ${JSON.stringify(input)} is 404`)
        return data
      })
    const anyone = accounts[0] ?? ""
    for (const [operation, input] of Object.entries(publicLists)) yield* take(anyone, operation, input)
    for (const operation of cityReads) for (const city of cities) yield* take(anyone, operation, { city })
    for (const account of accounts) {
      for (const [operation, inputs] of Object.entries(ownLists)) {
        for (const input of inputs) yield* take(account, operation, input)
      }
      const subaccounts = objectsIn(yield* read(account, "GetSubaccountNetting"), "netting_configs")
      for (const { subaccount_number: subaccount = 0 } of subaccounts) {
        for (const [operation, input] of Object.entries(subaccountLists)) {
          yield* take(account, operation, { ...input, subaccount })
        }
      }
    }
    for (const account of members) {
      for (const operation of memberLists) yield* take(account, operation, {})
      for (const { subtrader_id = "" } of objectsIn(yield* read(account, "ListFCMSubtraders"), "subtraders")) {
        for (const operation of subtraderReads) yield* take(account, operation, { subtrader_id })
      }
    }
    for (const [operation, { input, list, member }] of Object.entries(derived)) {
      const requests = bodies
        .filter((body) => body.operation === list)
        .flatMap(({ account, data }) => objectsIn(data, member).map((item) => ({ account, input: input(item) })))
      for (const request of requests) {
        if (isObject(request.input)) yield* take(request.account, operation, request.input)
      }
    }
    for (const { input, operation } of candleInputs(bodies, nowMillis)) yield* take(anyone, operation, input)
    const collected: Collected = { bodies: unique(bodies), faults }
    return collected
  })

/** The requests for daily candlesticks of the last 200 days. */
const candleInputs = (bodies: ReadonlyArray<Body>, nowMillis: number) => {
  const items = (operation: string, member: string) =>
    bodies.filter((body) => body.operation === operation).flatMap(({ data }) => objectsIn(data, member))
  const today = Math.floor(nowMillis / 86_400_000)
  const range = { start_ts: Math.max(0, today - 200) * 86_400, end_ts: (today + 2) * 86_400, period_interval: 1_440 }
  const events = [...items("GetEvents", "events"), ...items("GetMultivariateEvents", "events")]
  return [
    ...events.flatMap((event) => {
      const ofEvent = { ...by("series_ticker")(event), ...by("event_ticker", "ticker")(event), ...range }
      return [
        { operation: "GetMarketCandlesticksByEvent", input: ofEvent },
        { operation: "GetEventForecastPercentilesHistory", input: { ...ofEvent, percentiles: [5_000] } },
        ...objectsIn(event, "markets").flatMap((market) => {
          const ticker = textIn(market, "ticker")
          return [
            { operation: "GetMarketCandlesticks", input: { ...ofEvent, ticker } },
            { operation: "BatchGetMarketCandlesticks", input: { ...range, market_tickers: ticker } }
          ]
        })
      ]
    }),
    ...items("GetHistoricalMarkets", "markets").map((market) => ({
      operation: "GetMarketCandlesticksHistorical",
      input: { ...range, ...by("ticker")(market) }
    }))
  ]
}

/** Removes repeated responses: a repeated request gets the object of the first response. */
const unique = (bodies: ReadonlyArray<Body>): ReadonlyArray<Body> => {
  const seen = new Set<Json>()
  return bodies.filter(({ data }) => !seen.has(data) && seen.add(data))
}
