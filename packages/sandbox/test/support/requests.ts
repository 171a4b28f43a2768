/**
 * Makes a request for each operation of the published OpenAPI document. Most parts are generated from the document.
 */
import { readFileSync } from "node:fs"
import { exampleOf, type JsonSchema } from "./examples.ts"
import type { Sent } from "./wire.ts"
import { blockTrade, collectionTicker, quote, rfq, settledTicker, ticker, type World } from "./world.ts"
import { acceptance, batch, batchQuote } from "./worldBatches.ts"

interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: JsonSchema
}

interface Operation {
  readonly operationId: string
  readonly parameters?: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly schemas: Readonly<Record<string, JsonSchema>>
  }
}

const document: Document = JSON.parse(
  readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8")
)

const bodies: Readonly<Record<string, (world: World) => unknown>> = {
  CreateOrderV2: () => ({ ...order, count: "1" }),
  BatchCreateOrdersV2: () => ({ orders: [order, { ...order, count: "0" }] }),
  AmendOrderV2: () => ({ ticker, side: "bid", price: "0.41", count: "5" }),
  DecreaseOrderV2: () => ({ reduce_by: "1" }),
  BatchCancelOrdersV2: ({ orderIds }) => ({ orders: [{ order_id: orderIds[1] }, { order_id: unknownId }] }),
  CreateOrderGroup: () => ({ contracts_limit: 10 }),
  UpdateOrderGroupLimit: () => ({ contracts_limit: 10 }),
  CreateApiKey: () => ({ name: "mine", public_key: publicKey }),
  GenerateApiKey: () => ({ name: "new", key_type: "ed25519" }),
  CreateSubaccount: () => ({}),
  UpdateSubaccountNetting: () => ({ subaccount_number: 1, enabled: true }),
  ApplySubaccountTransfer: () => ({
    client_transfer_id: unknownId,
    from_subaccount: 0,
    to_subaccount: 1,
    amount_cents: 100
  }),
  IntraExchangeInstanceTransfer: () => ({
    source: "event_contract",
    destination: "margined",
    amount: 10_000
  }),
  SetTargetBalanceAllocation: () => ({ allocations: [{ exchange_index: 0, percent: 100 }] }),
  CreateRFQ: () => rfq({ replace_existing: true }),
  ProposeBlockTrade: ({ maker, taker }) => blockTrade(maker.accountId, taker.accountId),
  AcceptBlockTradeProposal: () => ({}),
  CreateMarketInMultivariateEventCollection: () => ({
    selected_markets: [{ market_ticker: ticker, event_ticker: "KXTEST-26", side: "yes" }],
    with_market_payload: true
  }),
  CreateFCMSubtrader: () => ({ subtrader_suffix: "TWO" }),
  UpdateFCMEventContractDailyCap: ({ subtraderId }) => ({ subtrader_id: subtraderId, limit: "100.00" }),
  UpdateFCMSubtraderBlockedCategories: ({ subtraderId }) => ({
    subtrader_id: subtraderId,
    category: "Sports",
    blocked: true
  }),
  CreateFCMPositionTransfer: ({ errorSubtraderId, subtraderId }) => ({
    source_subtrader_id: subtraderId,
    target_subtrader_id: errorSubtraderId,
    market_ticker: ticker,
    position_centicount: 100,
    price_centicents: 4_500
  }),
  CreateQuote: ({ takerRfqId }) => quote(takerRfqId),
  CreateRFQBatch: () => batch(),
  CreateRFQBatchQuote: ({ batches }) => batchQuote(batches.childIds),
  AcceptRFQBatch: ({ batches }) => acceptance(batches.childIds),
  AcceptRFQQuote: () => ({ accepted_side: "no" }),
  AcceptQuote: () => ({ accepted_side: "yes" })
}

const unknownId = "00000000-0000-4000-8000-000000000000"

const publicKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5nmzbJSxFkN2RH0BtdzGlRc76O9r/m0hNszCgFWyh8w=\n-----END PUBLIC KEY-----\n"

const order = {
  ticker,
  side: "ask",
  count: "2",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "maker"
}

const queries: Readonly<Record<string, string>> = {
  GetOrderQueuePositions: `market_tickers=${ticker}`,
  GetEvents: "with_nested_markets=true&with_milestones=true",
  GetEvent: "with_nested_markets=true",
  GetSeriesList: "include_volume=true",
  GetSeriesFeeChanges: "show_historical=true",
  GetPositions: "settlement_status=all",
  GetQuotes: "user_filter=self",
  GetMarketCandlesticks: "start_ts=0&end_ts=3600&period_interval=1",
  BatchGetMarketCandlesticks: `market_tickers=${ticker}&start_ts=0&end_ts=3600&period_interval=60`,
  GetMarketCandlesticksByEvent: "start_ts=0&end_ts=3600&period_interval=60",
  GetMarketCandlesticksHistorical: "start_ts=0&end_ts=3600&period_interval=1440",
  GetEventForecastPercentilesHistory: "percentiles=2500&percentiles=5000&start_ts=0&end_ts=3600&period_interval=60",
  GetFCMOrders: "subtrader_id={subtrader}",
  GetFCMPositions: "subtrader_id={subtrader}",
  GetFCMEventContractDailyCap: "subtrader_id={subtrader}",
  DeleteFCMEventContractDailyCap: "subtrader_id={subtrader}",
  GetFCMSubtraderBlockedCategories: "subtrader_id={subtrader}",
  GetLiveDatas: "milestone_ids={milestone}",
  GetMarketOrderbooks: `tickers=${ticker}&tickers=${settledTicker}`
}

/** Tickers for operations on archived markets and on events. */
const tickers: Readonly<Record<string, string>> = {
  GetHistoricalMarket: settledTicker,
  GetMarketCandlesticksHistorical: settledTicker,
  GetMarketCandlesticksByEvent: "KXTEST-26",
  GetEventForecastPercentilesHistory: "KXTEST-26"
}

const quoteOf = (world: World, operationId: string): Readonly<Record<string, string>> => {
  const { acceptedQuoteId, ownQuoteId, quoteId, rfqId, takerRfqId } = world
  return operationId.startsWith("Confirm")
    ? { rfq_id: takerRfqId, quote_id: acceptedQuoteId }
    : operationId.startsWith("Delete") && operationId.endsWith("Quote")
      ? { rfq_id: takerRfqId, quote_id: ownQuoteId }
      : { rfq_id: rfqId, quote_id: quoteId }
}

const batchOf = ({ batches }: World, operationId: string): Readonly<Record<string, string>> =>
  operationId === "ConfirmRFQBatchQuote"
    ? { rfq_batch_id: batches.acceptedBatchId, batch_quote_id: batches.acceptedBatchQuoteId }
    : { rfq_batch_id: batches.batchId, batch_quote_id: batches.batchQuoteId }

/** Requests that only the creator of an RFQ batch may send. Here, the creator is the taker. */
const ofCreator = new Set(["CreateRFQBatch", "DeleteRFQBatch", "GetRFQBatchBestQuotes", "AcceptRFQBatch"])

const partsOf = (world: World, operationId: string): Readonly<Record<string, string>> => ({
  order_id: world.orderIds[0]!,
  order_group_id: world.groupId,
  transfer_id: world.transferId,
  api_key: world.spareKeyId,
  block_trade_proposal_id: world.blockTradeId,
  ...quoteOf(world, operationId),
  ...batchOf(world, operationId),
  ticker: tickers[operationId] ?? ticker,
  event_ticker: "KXTEST-26",
  series_ticker: "KXTEST",
  collection_ticker: collectionTicker,
  city: "nyc",
  milestone_id: world.milestoneId,
  structured_target_id: world.targetId,
  type: "football_game"
})

const parameterOf = (parameter: Parameter): Parameter =>
  parameter.$ref === undefined ? parameter : document.components.parameters[parameter.$ref.split("/").at(-1)!]!

export interface RequestCase {
  readonly operationId: string
  readonly success: number
  readonly request: (world: World) => Sent
}

export const everyRequest: ReadonlyArray<RequestCase> = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]): RequestCase => {
    const { operationId, parameters = [], requestBody, responses } = operation
    const ingredients = {
      schemas: document.components.schemas,
      seed: operationId,
      nowMillis: 0,
      known: { anywhere: {}, outermost: {} },
      tickers: []
    }
    const make = (schema: JsonSchema) => exampleOf(schema, ingredients)
    return {
      operationId,
      success: Number(Object.keys(responses).find((status) => status.startsWith("2"))),
      request: (world) => {
        const parts = partsOf(world, operationId)
        const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? unknownId)
        const search = parameters
          .map(parameterOf)
          .filter((parameter) => parameter.in === "query" && parameter.required === true)
          .flatMap(({ name, schema }) => [make(schema)].flat().map((value) => `${name}=${String(value)}`))
        const query = (queries[operationId] ?? search.join("&"))
          .replaceAll("{milestone}", world.milestoneId)
          .replaceAll("{subtrader}", world.subtraderId)
        const schema = requestBody?.content["application/json"]?.schema
        const json = bodies[operationId]?.(world) ?? (schema === undefined ? undefined : make(schema))
        return {
          method: method.toUpperCase() as Sent["method"], // the document has no other method
          path: query === "" ? path : `${path}?${query}`,
          by: ofCreator.has(operationId) ? world.taker : world.maker,
          ...(json === undefined ? (method === "post" || method === "put" ? { json: {} } : {}) : { json })
        }
      }
    }
  })
)
