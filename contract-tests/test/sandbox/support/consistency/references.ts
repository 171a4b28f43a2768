/** Tables of the fields of responses that refer to entities, and of the operations that read these entities. */
import * as Effect from "effect/Effect"
import { isArray, isObject, type Json, type JsonObject } from "../../../../src/judge/JsonSchema.ts"
import { objectsIn, type Reader } from "./reading.ts"

/** An entity in the response of one operation. */
export interface Shown {
  readonly operation: string
  /** Undefined if the operation does not find the entity. */
  readonly value: JsonObject | undefined
}

/** Finds an entity by its id. `holder` is the object with the reference. */
type Find = (reader: Reader, account: string, id: string, holder: JsonObject) => Effect.Effect<ReadonlyArray<Shown>>

const one =
  (operation: string, member: string, input: (id: string, holder: JsonObject) => JsonObject): Find =>
  ({ read }, account, id, holder) =>
    Effect.map(read(account, operation, input(id, holder)), (data) => [
      { operation, value: objectsIn(data, member)[0] }
    ])

const indexes = new WeakMap<object, Map<string, JsonObject>>()

/**
 * The items of a list by the value of `field`. The cache ignores `field`, because each list is searched by only one
 * field.
 */
const indexOf = (data: JsonObject, member: string, field: string): Map<string, JsonObject> => {
  const index = indexes.get(data) ?? new Map(objectsIn(data, member).map((item) => [String(item[field]), item]))
  indexes.set(data, index)
  return index
}

const inList =
  (operation: string, member: string, field: string, input: JsonObject): Find =>
  ({ read }, account, id) =>
    Effect.map(read(account, operation, input), (data) => [
      { operation, value: isObject(data) ? indexOf(data, member, field).get(id) : undefined }
    ])

/** At least one of `finds` must find the entity. */
const oneOf =
  (...finds: ReadonlyArray<Find>): Find =>
  (reader, account, id, holder) =>
    Effect.map(
      Effect.forEach(finds, (find) => find(reader, account, id, holder)),
      (found) => {
        const shown = found.flat().filter(({ value }) => value !== undefined)
        return shown.length > 0 ? shown : found.flat().slice(0, 1)
      }
    )

/** Each of `finds` must find the entity. */
const all =
  (...finds: ReadonlyArray<Find>): Find =>
  (reader, account, id, holder) =>
    Effect.map(
      Effect.forEach(finds, (find) => find(reader, account, id, holder)),
      (found) => found.flat()
    )

const player = { include_player_stats: true }

export const kinds = {
  batch: all(
    one("GetRFQBatch", "rfq_batch", (rfq_batch_id) => ({ rfq_batch_id })),
    inList("GetRFQBatches", "rfq_batches", "id", {})
  ),
  collection: all(
    one("GetMultivariateEventCollection", "multivariate_contract", (collection_ticker) => ({ collection_ticker })),
    inList("GetMultivariateEventCollections", "multivariate_contracts", "collection_ticker", {})
  ),
  event: all(
    one("GetEvent", "event", (event_ticker) => ({ event_ticker })),
    one("GetEvent", "event", (event_ticker) => ({ event_ticker, with_nested_markets: true })),
    oneOf(
      inList("GetEvents", "events", "event_ticker", { with_nested_markets: true, with_milestones: true }),
      inList("GetMultivariateEvents", "events", "event_ticker", { with_nested_markets: true })
    )
  ),
  group: all(
    ({ read }, account, order_group_id) =>
      Effect.map(read(account, "GetOrderGroup", { order_group_id }), (data) => [
        { operation: "GetOrderGroup", value: isObject(data) ? data : undefined }
      ]),
    inList("GetOrderGroups", "order_groups", "id", {})
  ),
  live: all(
    one("GetLiveDataByMilestone", "live_data", (milestone_id) => ({ milestone_id, ...player })),
    one("GetLiveDatas", "live_datas", (milestone_id) => ({ milestone_ids: [milestone_id], ...player })),
    one("GetLiveData", "live_data", (milestone_id, { type = "" }) => ({ milestone_id, type, ...player }))
  ),
  market: oneOf(
    all(
      one("GetMarket", "market", (ticker) => ({ ticker })),
      inList("GetMarkets", "markets", "ticker", {})
    ),
    all(
      one("GetHistoricalMarket", "market", (ticker) => ({ ticker })),
      inList("GetHistoricalMarkets", "markets", "ticker", {})
    )
  ),
  milestone: all(
    one("GetMilestone", "milestone", (milestone_id) => ({ milestone_id })),
    inList("GetMilestones", "milestones", "id", { limit: 100 })
  ),
  order: oneOf(
    all(
      one("GetOrder", "order", (order_id) => ({ order_id })),
      inList("GetOrders", "orders", "order_id", { limit: 1000 })
    ),
    inList("GetHistoricalOrders", "orders", "order_id", { limit: 1000 })
  ),
  orderbook: one("GetMarketOrderbooks", "orderbooks", (ticker) => ({ tickers: [ticker] })),
  ownQuote: all(
    one("GetQuote", "quote", (quote_id) => ({ quote_id })),
    one("GetRFQQuote", "quote", (quote_id, { rfq_id = "" }) => ({ quote_id, rfq_id }))
  ),
  rfq: all(
    one("GetRFQ", "rfq", (rfq_id) => ({ rfq_id })),
    inList("GetRFQs", "rfqs", "id", {})
  ),
  series: all(
    one("GetSeries", "series", (series_ticker) => ({ series_ticker, include_volume: true })),
    inList("GetSeriesList", "series", "ticker", { include_product_metadata: true, include_volume: true })
  ),
  shardTransfer: all(
    one("GetIntraExchangeInstanceTransfer", "transfer", (transfer_id) => ({ transfer_id })),
    inList("GetIntraExchangeInstanceTransfers", "transfers", "transfer_id", {})
  ),
  subtrader: inList("ListFCMSubtraders", "subtraders", "subtrader_id", {}),
  subtraderOrder: ({ read }, account, id, holder) =>
    Effect.map(
      read(account, "GetFCMOrders", {
        subtrader_id: holder["taker_subtrader_id"] ?? holder["maker_subtrader_id"] ?? ""
      }),
      (data) => [
        { operation: "GetFCMOrders", value: objectsIn(data, "orders").find(({ order_id }) => order_id === id) }
      ]
    ),
  target: all(
    one("GetStructuredTarget", "structured_target", (structured_target_id) => ({ structured_target_id })),
    inList("GetStructuredTargets", "structured_targets", "id", {})
  ),
  trade: oneOf(
    inList("GetTrades", "trades", "trade_id", { limit: 1000 }),
    inList("GetTradesHistorical", "trades", "trade_id", { limit: 1000 })
  )
} satisfies Readonly<Record<string, Find>>

export type Kind = keyof typeof kinds

/**
 * The kind of entity to which a field refers. Key: `field`, or `member.field`, where `member` is the member that
 * contains the object with the field.
 */
export const fields: Readonly<Record<string, Kind>> = {
  associated_event_tickers: "event",
  "associated_events.ticker": "event",
  away_team_id: "target",
  buyer_order_id: "order",
  collection_ticker: "collection",
  creator_order_id: "order",
  event_ticker: "event",
  fill_id: "trade",
  home_team_id: "target",
  "live_data.milestone_id": "live",
  "live_datas.milestone_id": "live",
  main_game_event_ticker: "event",
  maker_order_id: "subtraderOrder",
  maker_subtrader_id: "subtrader",
  market_ticker: "market",
  market_tickers: "market",
  milestone_id: "milestone",
  "milestone.id": "milestone",
  "milestones.id": "milestone",
  mve_collection_ticker: "collection",
  "order_groups.id": "group",
  order_group_id: "group",
  order_id: "order",
  "orderbooks.ticker": "orderbook",
  orders: "order",
  player_id: "target",
  primary_event_tickers: "event",
  "quote.id": "ownQuote",
  "quotes.id": "ownQuote",
  related_event_tickers: "event",
  "rfq.id": "rfq",
  "rfq_batch.id": "batch",
  "rfq_batches.id": "batch",
  rfq_batch_id: "batch",
  "rfqs.id": "rfq",
  rfq_creator_order_id: "order",
  rfq_id: "rfq",
  seller_order_id: "order",
  "series.ticker": "series",
  series_ticker: "series",
  "structured_target.id": "target",
  "structured_targets.id": "target",
  subtrader_id: "subtrader",
  taker_order_id: "subtraderOrder",
  target_ids: "target",
  taker_subtrader_id: "subtrader",
  team_id: "target",
  ticker: "market",
  trade_id: "trade",
  "transfer.transfer_id": "shardTransfer",
  "transfers.transfer_id": "shardTransfer"
}

/** Fields with tickers joined by commas: the strike of a combo has such fields. */
export const texts: Readonly<Record<string, Kind>> = { "Associated Events": "event", "Associated Markets": "market" }

/**
 * The fields with ids that are not in `fields`, with the reason: almost no operation reads an entity by such an id.
 * Key: `field`, `member.field` or `operation member.field`.
 */
export const unread: Readonly<Record<string, string>> = {
  "GetFCMOrders orders.order_id": "the orders of subtraders are only in this list",
  "GetRFQBatchQuotes quotes.id":
    "before a batch is accepted, only its batch quote has these quotes; later, a rule in sums.ts compares them with GetQuotes",
  "GetGameStats events.id": "the plays of a game are only in its statistics",
  "GetSubaccountTransfers transfers.transfer_id": "transfers between subaccounts are only in this list",
  api_key_id: "the ids of the account's keys are only in the list of keys",
  batch_quote_id: "batch quotes are only in the list of their batch",
  "batch_quotes.id": "batch quotes are only in the list of their batch",
  "block_trade_proposals.id": "block trades are only in their list",
  buyer_user_id: "no operation reads an account",
  client_order_id: "the client chooses this id, and only GetFCMOrders reads orders by it",
  communications_id: "this is the public id of an account",
  creator_id: "this is the public id of an account",
  creator_user_id: "no operation reads an account",
  "deposits.id": "deposits are only in their list",
  "incentive_programs.id": "incentive programs are only in their list",
  market_id: "no operation reads a market by its id",
  proposer_user_id: "no operation reads an account",
  rfq_creator_id: "this is the public id of an account",
  rfq_creator_user_id: "no operation reads an account",
  "series_fee_change_arr.id": "changes of fees are only in their list",
  seller_user_id: "no operation reads an account",
  station_id: "no operation reads a weather station",
  source_id: "this is an id of a data provider",
  user_id: "no operation reads an account",
  "withdrawals.id": "withdrawals are only in their list"
}

export const idsIn = (value: Json | undefined): ReadonlyArray<string> =>
  (isArray(value) ? value : [value]).filter((id): id is string => typeof id === "string" && id !== "")

export const isReference = (name: string): boolean => name === "id" || /_ids?$|tickers?$/.test(name)
