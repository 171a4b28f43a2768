/**
 * Creates inputs that the local exchange accepts. So an injected violation is the only fault of an input.
 *
 * @module
 */
import { isArray, isObject, memberOf, objectOf, type Json, type JsonObject } from "../judge/JsonSchema.ts"
import type { SeededBatch } from "./BatchWorld.ts"
import { candleDays, sportradar, type World } from "./World.ts"

const unknownId = "00000000-0000-4000-8000-000000000000"

const publicKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5nmzbJSxFkN2RH0BtdzGlRc76O9r/m0hNszCgFWyh8w=\n-----END PUBLIC KEY-----\n"

/** The end of the year 2095, in Unix seconds. */
const farFuture = 3_976_214_399

const order = ({ groupId, ticker }: World): JsonObject => ({
  ticker,
  client_order_id: "new",
  side: "bid",
  count: "1",
  price: "0.4100",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "maker",
  expiration_time: farFuture,
  post_only: false,
  reduce_only: false,
  cancel_order_on_pause: true,
  subaccount: 0,
  order_group_id: groupId,
  exchange_index: 0
})

const page = { limit: 10, cursor: "" }
const between = { min_ts: 0, max_ts: farFuture }
const key = { name: "new", scopes: ["read", "write"], subaccount: 1 }
const shard = { subaccount: 0, exchange_index: 0 }
const players = { include_player_stats: true }

const quoteInput =
  (rfq: "rfqId" | "awayRfqId" | undefined, quote: "quoteId" | "ownQuoteId" | "acceptedQuoteId", body = {}): Inputs =>
  (world) => [{ ...(rfq === undefined ? undefined : { rfq_id: world[rfq] }), quote_id: world[quote], ...body }]

const rfqOptions = { replace_existing: true, rest_remainder: true, subaccount: 0 }

const batchOfTickers = ({ batches: { comboTickers } }: World): JsonObject => ({
  children: comboTickers.map((market_ticker) => ({ market_ticker, contracts_fp: "1.00" })),
  contracts_fp: "2.00",
  ...batchOptions
})

const batchOfLegs = ({ awayEventTicker, awayTicker, collectionTicker, eventTicker, ticker }: World): JsonObject => ({
  children: (["yes", "no"] as const).map((side) => ({
    selected_markets: [
      { market_ticker: ticker, event_ticker: eventTicker, side },
      { market_ticker: awayTicker, event_ticker: awayEventTicker, side }
    ],
    target_cost_dollars: "4.0000"
  })),
  mve_collection_ticker: collectionTicker,
  target_cost_dollars: "5.0000",
  target_cost_excludes_fees: true,
  ...batchOptions
})

const batchOptions = {
  rest_remainder: false,
  replace_existing: true,
  obscure_creator_id: true,
  client_batch_id: "mine",
  subaccount: 0
}

const batchQuoteIds = ({ batchId, batchQuoteId }: SeededBatch): JsonObject => ({
  rfq_batch_id: batchId,
  batch_quote_id: batchQuoteId
})

type Inputs = (world: World) => ReadonlyArray<JsonObject>

const subtraderInput =
  (body = {}): Inputs =>
  ({ subtraderId }) => [{ subtrader_id: subtraderId, ...body }]

const archive: Inputs = ({ archivedTicker }) => [{ ...page, ...between, ticker: archivedTicker, subaccount: 0 }]

/** By operation id. If fields exclude each other, an operation has several inputs, so that each field occurs. */
const inputs: Readonly<Record<string, Inputs>> = {
  AcceptBlockTradeProposal: ({ blockTradeId }) => [{ block_trade_proposal_id: blockTradeId, subaccount: 0 }],
  AcceptQuote: quoteInput(undefined, "quoteId", { accepted_side: "yes" }),
  AcceptRFQQuote: quoteInput("rfqId", "quoteId", { accepted_side: "no" }),
  AcceptRFQBatch: ({ batches: { own } }) => [
    {
      rfq_batch_id: own.batchId,
      accepted_side: "yes",
      min_bids: own.childIds.map((rfq_id) => ({ rfq_id, bid_dollars: "0.40" })),
      client_order_id: "mine"
    }
  ],
  AmendOrderV2: ({ clientOrderId, orderIds, ticker }) => [
    {
      order_id: orderIds[1] ?? unknownId,
      ticker,
      side: "bid",
      price: "0.41",
      count: "4",
      client_order_id: clientOrderId,
      updated_client_order_id: "renamed",
      expiration_time: farFuture,
      ...shard
    }
  ],
  ApplySubaccountTransfer: () => [
    { client_transfer_id: unknownId, from_subaccount: 0, to_subaccount: 1, amount_cents: 100, exchange_index: 0 }
  ],
  BatchCancelOrdersV2: ({ orderIds, ticker }) => [
    { orders: orderIds.slice(1).map((order_id) => ({ order_id, market_ticker: ticker, ...shard })) }
  ],
  BatchCreateOrdersV2: (world) => [{ orders: [order(world), { ...order(world), client_order_id: "second" }] }],
  BatchGetMarketCandlesticks: (world) => [
    {
      ...candleDays(world),
      market_tickers: `${world.ticker},${world.settledTicker}`,
      include_latest_before_start: true
    }
  ],
  CancelAllOrders: () => [{ subaccount: 0 }],
  CancelOrderV2: ({ orderIds, ticker }) => [{ order_id: orderIds[0] ?? unknownId, market_ticker: ticker, ...shard }],
  ConfirmQuote: quoteInput(undefined, "acceptedQuoteId"),
  ConfirmRFQQuote: quoteInput("awayRfqId", "acceptedQuoteId"),
  ConfirmRFQBatchQuote: ({ batches: { accepted } }) => [batchQuoteIds(accepted)],
  CreateApiKey: () => [{ ...key, public_key: publicKey }],
  CreateFCMPositionTransfer: ({ errorSubtraderId, subtraderId, ticker }) => [
    {
      source_subtrader_id: subtraderId,
      target_subtrader_id: errorSubtraderId,
      market_ticker: ticker,
      position_centicount: 100,
      price_centicents: 4_000
    }
  ],
  CreateFCMSubtrader: () => [{ subtrader_suffix: "TWO" }],
  CreateMarketInMultivariateEventCollection: ({
    awayEventTicker,
    awayTicker,
    collectionTicker,
    eventTicker,
    ticker
  }) => [
    {
      collection_ticker: collectionTicker,
      selected_markets: [
        { market_ticker: ticker, event_ticker: eventTicker, side: "no" },
        { market_ticker: awayTicker, event_ticker: awayEventTicker, side: "yes" }
      ],
      with_market_payload: true
    }
  ],
  CreateOrderGroup: () => [{ contracts_limit: 10, contracts_limit_fp: "10.00", ...shard }],
  CreateOrderV2: (world) => [order(world)],
  CreateQuote: ({ awayRfqId }) => [
    { rfq_id: awayRfqId, yes_bid: "0.4000", no_bid: "0.5000", rest_remainder: false, post_only: true, subaccount: 0 }
  ],
  CreateRFQ: ({ ticker }) => [
    { market_ticker: ticker, contracts: 1, contracts_fp: "1.00", obscure_creator_id: true, ...rfqOptions },
    {
      market_ticker: ticker,
      target_cost_centi_cents: 50_000,
      target_cost_dollars: "5.0000",
      target_cost_excludes_fees: true,
      ...rfqOptions
    }
  ],
  CreateRFQBatch: (world) => [batchOfTickers(world), batchOfLegs(world)],
  CreateRFQBatchQuote: ({ batches: { away } }) => [
    {
      rfq_batch_id: away.batchId,
      quotes: away.childIds.map((rfq_id) => ({ rfq_id, yes_bid: "0.4000", no_bid: "0.5000" })),
      rest_remainder: false,
      post_only: true,
      subaccount: 0
    }
  ],
  CreateSubaccount: () => [{ exchange_index: 0 }],
  DecreaseOrderV2: ({ orderIds, ticker }) =>
    [{ reduce_by: "1.00" }, { reduce_to: "2.00" }].map((how) => ({
      order_id: orderIds[0] ?? unknownId,
      market_ticker: ticker,
      ...shard,
      ...how
    })),
  DeleteFCMEventContractDailyCap: subtraderInput(),
  DeleteQuote: quoteInput(undefined, "ownQuoteId"),
  DeleteRFQ: ({ rfqId }) => [{ rfq_id: rfqId }],
  DeleteRFQBatch: ({ batches: { own } }) => [{ rfq_batch_id: own.batchId }],
  DeleteRFQBatchQuote: ({ batches: { away } }) => [batchQuoteIds(away)],
  DeleteRFQQuote: quoteInput("awayRfqId", "ownQuoteId"),
  DeleteOrderGroup: ({ groupId }) => [{ order_group_id: groupId, ...shard }],
  GenerateApiKey: () => [{ ...key, key_type: "ed25519" }],
  GetBalance: () => [shard],
  GetBlockTradeProposals: ({ ticker }) => [{ ...page, market_ticker: ticker, status: "pending" }],
  GetEvent: ({ eventTicker }) => [
    { event_ticker: eventTicker, with_nested_markets: true },
    { event_ticker: eventTicker, exclude_markets: false }
  ],
  GetEventForecastPercentilesHistory: (world) => [
    { ...candleDays(world), ticker: world.eventTicker, series_ticker: world.seriesTicker, percentiles: [2_500, 5_000] }
  ],
  GetEvents: ({ eventTicker, seriesTicker }) => [
    {
      ...page,
      with_nested_markets: true,
      with_milestones: true,
      status: "open",
      series_ticker: seriesTicker,
      tickers: eventTicker,
      min_close_ts: 0,
      min_updated_ts: 0
    }
  ],
  GetEventLiveData: ({ eventTicker }) => [{ event_ticker: eventTicker, range: "1h" }],
  GetFCMEventContractDailyCap: subtraderInput(),
  GetFCMFills: () => [{ cursor: "", ...between }],
  GetFCMOrders: ({ eventTicker, subtraderId, subtraderOrderId, ticker }) => [
    {
      ...page,
      ...between,
      subtrader_id: subtraderId,
      client_order_ids: subtraderOrderId,
      event_ticker: eventTicker,
      ticker,
      status: "executed"
    }
  ],
  GetFCMPositions: ({ eventTicker, subtraderId, ticker }) => [
    {
      ...page,
      subtrader_id: subtraderId,
      ticker,
      event_ticker: eventTicker,
      count_filter: "position,total_traded",
      settlement_status: "unsettled"
    }
  ],
  GetFCMSubtraderBlockedCategories: subtraderInput(),
  GetFills: ({ orderIds, ticker }) => [
    { ...page, ...between, ...shard, ticker },
    { ...page, ...between, ...shard, order_id: orderIds[0] ?? unknownId }
  ],
  GetFillsHistorical: archive,
  GetHistoricalMarket: ({ archivedTicker }) => [{ ticker: archivedTicker }],
  GetHistoricalMarkets: ({ archivedTicker }) => [
    { ...page, tickers: archivedTicker, mve_filter: "exclude" },
    { ...page, event_ticker: "KXCONTRACT-25", series_ticker: "KXCONTRACT" }
  ],
  GetHistoricalOrders: archive,
  GetHistoricalPositions: ({ archivedTicker }) => [
    { ...page, ticker: archivedTicker, event_ticker: "KXCONTRACT-25", subaccount: 0 }
  ],
  GetGameStats: ({ milestoneId }) => [{ milestone_id: milestoneId }],
  GetIncentivePrograms: () => [
    { ...page, status: "active", type: "volume", incentive_description: "volume in KXCONTRACT-26-YES" }
  ],
  GetLiveData: ({ milestoneId }) => [{ type: "football_game", milestone_id: milestoneId, ...players }],
  GetLiveDataByMilestone: ({ milestoneId }) => [{ milestone_id: milestoneId, ...players }],
  GetLiveDatas: ({ milestoneId }) => [{ milestone_ids: [milestoneId], ...players }],
  GetMarketCandlesticks: (world) => [
    {
      ...candleDays(world),
      series_ticker: world.seriesTicker,
      ticker: world.ticker,
      include_latest_before_start: true
    }
  ],
  GetMarketCandlesticksByEvent: (world) => [
    { ...candleDays(world), ticker: world.eventTicker, series_ticker: world.seriesTicker }
  ],
  GetMarketCandlesticksHistorical: (world) => [{ ...candleDays(world), ticker: world.archivedTicker }],
  GetMarketOrderbooks: ({ ticker }) => [{ tickers: [ticker] }],
  GetMarkets: ({ eventTicker, seriesTicker, ticker }) => [
    {
      ...page,
      event_ticker: eventTicker,
      series_ticker: seriesTicker,
      min_created_ts: 0,
      max_created_ts: farFuture,
      status: "open",
      tickers: ticker,
      mve_filter: "exclude"
    },
    { ...page, min_close_ts: 0, max_close_ts: farFuture, status: "closed" },
    { ...page, min_settled_ts: 0, max_settled_ts: farFuture, status: "settled" },
    { ...page, min_updated_ts: 0 }
  ],
  GetMilestone: ({ milestoneId }) => [{ milestone_id: milestoneId }],
  GetMilestones: ({ eventTicker }) => [
    {
      ...page,
      minimum_start_date: "2020-01-01T00:00:00Z",
      category: "Sports",
      competition: "Pro Football",
      source_id: sportradar,
      type: "football_game",
      related_event_ticker: eventTicker,
      min_updated_ts: 0
    }
  ],
  GetMultivariateEventCollection: ({ collectionTicker }) => [{ collection_ticker: collectionTicker }],
  GetMultivariateEventCollections: ({ eventTicker, seriesTicker }) => [
    { ...page, status: "open", associated_event_ticker: eventTicker, series_ticker: seriesTicker }
  ],
  GetMultivariateEvents: ({ collectionTicker, comboEventTicker, seriesTicker }) => [
    { ...page, tickers: comboEventTicker, series_ticker: seriesTicker, with_nested_markets: true },
    { ...page, tickers: comboEventTicker, collection_ticker: collectionTicker, with_nested_markets: true }
  ],
  GetOrderQueuePositions: ({ eventTicker, ticker }) => [
    { market_tickers: ticker, event_ticker: eventTicker, subaccount: 0 }
  ],
  GetOrders: ({ eventTicker, ticker }) => [
    { ...page, ...between, ...shard, ticker, event_ticker: eventTicker, status: "resting" }
  ],
  GetPositions: ({ eventTicker, ticker }) => [
    {
      ...page,
      ...shard,
      ticker,
      event_ticker: eventTicker,
      count_filter: "position,total_traded",
      settlement_status: "all"
    }
  ],
  GetQuote: quoteInput(undefined, "quoteId"),
  GetQuotes: ({ awayRfqId, rfqId, signer }) => [
    {
      ...page,
      ...between,
      status: "open",
      quote_creator_user_id: signer.accountId,
      user_filter: "self",
      rfq_id: awayRfqId
    },
    { ...page, rfq_creator_user_id: signer.accountId, rfq_user_filter: "self", rfq_id: rfqId }
  ],
  GetRFQ: ({ awayRfqId }) => [{ rfq_id: awayRfqId }],
  GetRFQBatch: ({ batches: { away } }) => [{ rfq_batch_id: away.batchId }],
  GetRFQBatchBestQuotes: ({ batches: { own } }) => [{ rfq_batch_id: own.batchId }],
  GetRFQBatches: () => [{ ...page, subaccount: 0, status: "open", user_filter: "self" }],
  GetRFQBatchQuotes: ({ batches: { away } }) => [{ rfq_batch_id: away.batchId }],
  GetRFQQuote: quoteInput("rfqId", "quoteId"),
  GetRFQs: ({ eventTicker, signer, ticker }) => [
    {
      ...page,
      event_ticker: eventTicker,
      market_ticker: ticker,
      subaccount: 0,
      status: "open",
      creator_user_id: signer.accountId,
      user_filter: "self"
    }
  ],
  GetSeriesList: () => [
    { category: "Local", tags: "Contract", include_product_metadata: true, include_volume: true, min_updated_ts: 0 }
  ],
  GetSettlements: ({ eventTicker, settledTicker }) => [
    { ...page, ...between, ticker: settledTicker, event_ticker: eventTicker, subaccount: 0 }
  ],
  GetStructuredTarget: ({ targetId }) => [{ structured_target_id: targetId }],
  GetStructuredTargets: ({ targetId }) => [
    { ids: [targetId], type: "football_team", competition: "Pro Football", page_size: 10, cursor: "" }
  ],
  GetTrades: ({ ticker }) => [{ ...page, ...between, ticker, is_block_trade: false }],
  GetTradesHistorical: ({ archivedTicker }) => [{ ...page, ...between, ticker: archivedTicker, is_block_trade: false }],
  GetWeatherIndex: () => [
    { city: "miami", from: 1_798_000_000_000, to: 1_798_000_600_000, detailed: true },
    { city: "miami", last_sec: 600, detailed: true }
  ],
  GetWeatherIndexCalibrations: () => [{ city: "miami" }],
  IntraExchangeInstanceTransfer: () => [
    {
      client_transfer_id: unknownId,
      source: "event_contract",
      source_exchange_shard: 0,
      destination: "event_contract",
      destination_exchange_shard: 1,
      amount: 10_000
    },
    {
      source: "event_contract",
      source_exchange_shard: 0,
      source_subaccount: 0,
      destination: "event_contract",
      destination_exchange_shard: 1,
      destination_subaccount: 1,
      amount: 10_000
    }
  ],
  ProposeBlockTrade: ({ signer, taker, ticker }) => [
    {
      buyer_user_id: signer.accountId,
      buyer_subaccount: 0,
      seller_user_id: taker.accountId,
      seller_subaccount: 0,
      market_ticker: ticker,
      price_centi_cents: 4_000,
      centicount: 100,
      maker_side: "yes",
      expiration_ts: "2095-12-31T23:59:59Z"
    }
  ],
  SetTargetBalanceAllocation: () => [
    {
      allocations: [
        { exchange_index: 0, percent: 60 },
        { exchange_index: 1, percent: 40 }
      ],
      resting_margin_reservation: "max"
    }
  ],
  UpdateFCMEventContractDailyCap: subtraderInput({ limit: "100.00" }),
  UpdateFCMSubtraderBlockedCategories: subtraderInput({ category: "Politics", blocked: true }),
  UpdateOrderGroupLimit: ({ groupId }) => [
    { order_group_id: groupId, contracts_limit: 7, contracts_limit_fp: "7.00", ...shard }
  ],
  UpdateSubaccountNetting: () => [{ subaccount_number: 1, enabled: true }]
}

/** Values for the fields of inputs, by field name. They apply at any depth. */
const knownOf = (world: World): JsonObject => ({
  order_id: world.orderIds[0] ?? unknownId,
  order_group_id: world.groupId,
  transfer_id: world.transferId,
  api_key: world.spareKeyId,
  ticker: world.ticker,
  market_ticker: world.ticker,
  event_ticker: world.eventTicker,
  series_ticker: world.seriesTicker,
  milestone_id: world.milestoneId,
  structured_target_id: world.targetId,
  city: "miami",
  ...shard,
  ...page,
  ...between,
  count: "2",
  expiration_time: farFuture,
  reduce_by: "1",
  public_key: publicKey,
  client_transfer_id: unknownId,
  from_subaccount: 0,
  to_subaccount: 1,
  source_subaccount: 0,
  destination_subaccount: 1,
  subaccount_number: 1,
  amount_cents: 100,
  amount: 10_000
})

export const known = (world: World, input: Json): Json => {
  const names = knownOf(world)
  const replaceKnown = (value: Json): Json =>
    isArray(value)
      ? value.map(replaceKnown)
      : isObject(value)
        ? objectOf(
            Object.entries(value).map(([name, member]) => {
              const knownValue = memberOf(names, name)
              return [
                name,
                typeof knownValue === typeof member ? (knownValue ?? member) : replaceKnown(member)
              ] as const
            })
          )
        : value
  return replaceKnown(input)
}

/** Returns inputs that the local exchange accepts. `valid` has inputs that the document allows. */
export const working = (world: World, operationId: string, valid: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  inputs[operationId]?.(world) ?? valid.slice(0, 1).map((input) => known(world, input))

/** The operations in the table of inputs. A test checks that each operation exists. */
export const operationIds: ReadonlyArray<string> = Object.keys(inputs)
