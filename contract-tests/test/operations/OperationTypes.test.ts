/**
 * What the compiler knows of each operation, against the document: `tsc -b` judges it. Written by
 * `node contract-tests/test/operations/support/operationTypes.ts`, and compared with what that writes by the first test.
 */
import * as fs from "node:fs"
import type * as Account from "@kalshi-effect/client/Account"
import type * as ApiKeys from "@kalshi-effect/client/ApiKeys"
import type * as BlockTrades from "@kalshi-effect/client/BlockTrades"
import type * as Events from "@kalshi-effect/client/Events"
import type * as Exchange from "@kalshi-effect/client/Exchange"
import type * as Fcm from "@kalshi-effect/client/Fcm"
import type * as Historical from "@kalshi-effect/client/Historical"
import type * as IncentivePrograms from "@kalshi-effect/client/IncentivePrograms"
import type * as LiveData from "@kalshi-effect/client/LiveData"
import type * as Markets from "@kalshi-effect/client/Markets"
import type * as Milestones from "@kalshi-effect/client/Milestones"
import type * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import type * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import type * as Orders from "@kalshi-effect/client/Orders"
import type * as Portfolio from "@kalshi-effect/client/Portfolio"
import type * as Quotes from "@kalshi-effect/client/Quotes"
import type * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import type * as Rfqs from "@kalshi-effect/client/Rfqs"
import type * as Search from "@kalshi-effect/client/Search"
import type * as Series from "@kalshi-effect/client/Series"
import type * as StructuredTargets from "@kalshi-effect/client/StructuredTargets"
import type * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import type * as Transfers from "@kalshi-effect/client/Transfers"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "@kalshi-effect/client/Capability"
import type * as Errors from "@kalshi-effect/client/Errors"
import type * as Parameters from "@kalshi-effect/client/generated/parameters"
import type * as Requests from "@kalshi-effect/client/generated/requests"
import type * as Responses from "@kalshi-effect/client/generated/responses"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import { assert, describe, expectTypeOf, it } from "vitest"
import { normal, render, target } from "./support/operationTypes.ts"
import type { Signature, Values } from "./support/signature.ts"

describe("the type tests", () => {
  it("are those that the document asks for", () => {
    assert.strictEqual(normal(fs.readFileSync(target, "utf8")), normal(render()))
  })
})

describe("Signature", () => {
  type Call = Signature<typeof Orders.get>

  it("sees what is declared and not listed, and what is listed and not declared", () => {
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    // @ts-expect-error -- it can be answered 404
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    // @ts-expect-error -- it is never answered 409
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound | Errors.Conflict>()
    // @ts-expect-error -- it takes an id
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    // @ts-expect-error -- it takes nothing else
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount">()
    // @ts-expect-error -- the id is no number
    expectTypeOf<{ readonly order_id: number }>().toExtend<Call["input"]>()
    // @ts-expect-error -- it answers one order
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrdersResponse>()
    // @ts-expect-error -- it changes nothing
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
  })
})

describe("Account", () => {
  it("Account.endpointCosts: GET /account/endpoint_costs", () => {
    type Call = Signature<typeof Account.endpointCosts>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetAccountEndpointCostsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Account.limits: GET /account/limits", () => {
    type Call = Signature<typeof Account.limits>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetAccountApiLimitsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Account.upgradeUsageLevel: POST /account/api_usage_level/upgrade", () => {
    type Call = Signature<typeof Account.upgradeUsageLevel>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Account.usageLevelVolumeProgress: GET /account/api_usage_level/volume_progress", () => {
    type Call = Signature<typeof Account.usageLevelVolumeProgress>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetAccountApiUsageLevelVolumeProgressResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("ApiKeys", () => {
  it("ApiKeys.create: POST /api_keys", () => {
    type Call = Signature<typeof ApiKeys.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"name" | "public_key">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"fcm_subtrader_id" | "scopes" | "subaccount">()
    expectTypeOf<Requests.CreateApiKeyRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateApiKeyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("ApiKeys.delete: DELETE /api_keys/{api_key}", () => {
    type Call = Signature<typeof ApiKeys.delete>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"api_key">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteApiKeyPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("ApiKeys.generate: POST /api_keys/generate", () => {
    type Call = Signature<typeof ApiKeys.generate>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"name">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"fcm_subtrader_id" | "key_type" | "scopes" | "subaccount">()
    expectTypeOf<Requests.GenerateApiKeyRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<ApiKeys.GeneratedApiKey>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("ApiKeys.list: GET /api_keys", () => {
    type Call = Signature<typeof ApiKeys.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"fcm_subtrader_id">()
    expectTypeOf<Values<typeof Parameters.GetApiKeysQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetApiKeysResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("BlockTrades", () => {
  it("BlockTrades.accept: POST /communications/block-trade-proposals/{block_trade_proposal_id}/accept", () => {
    type Call = Signature<typeof BlockTrades.accept>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"block_trade_proposal_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount" | "subtrader_id">()
    expectTypeOf<
      Values<typeof Parameters.AcceptBlockTradeProposalPath> & Requests.AcceptBlockTradeProposalRequest
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("BlockTrades.list: GET /communications/block-trade-proposals", () => {
    type Call = Signature<typeof BlockTrades.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"cursor" | "market_ticker" | "limit" | "status">()
    expectTypeOf<Values<typeof Parameters.GetBlockTradeProposalsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetBlockTradeProposalsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("BlockTrades.propose: POST /communications/block-trade-proposals", () => {
    type Call = Signature<typeof BlockTrades.propose>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      | "buyer_user_id"
      | "centicount"
      | "expiration_ts"
      | "maker_side"
      | "market_ticker"
      | "price_centi_cents"
      | "seller_user_id"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "buyer_subaccount" | "buyer_subtrader_id" | "seller_subaccount" | "seller_subtrader_id"
    >()
    expectTypeOf<Requests.ProposeBlockTradeRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.ProposeBlockTradeResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })
})

describe("Events", () => {
  it("Events.candlesticks: GET /series/{series_ticker}/events/{ticker}/candlesticks", () => {
    type Call = Signature<typeof Events.candlesticks>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      "ticker" | "series_ticker" | "start_ts" | "end_ts" | "period_interval"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<
      Values<typeof Parameters.GetMarketCandlesticksByEventPath> &
        Values<typeof Parameters.GetMarketCandlesticksByEventQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventCandlesticksResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Events.feeChanges: GET /events/fee_changes", () => {
    type Call = Signature<typeof Events.feeChanges>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"event_ticker" | "limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetEventFeeChangesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventFeeChangesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Events.forecastPercentileHistory: GET /series/{series_ticker}/events/{ticker}/forecast_percentile_history", () => {
    type Call = Signature<typeof Events.forecastPercentileHistory>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      "ticker" | "series_ticker" | "percentiles" | "start_ts" | "end_ts" | "period_interval"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<
      Values<typeof Parameters.GetEventForecastPercentilesHistoryPath> &
        Values<typeof Parameters.GetEventForecastPercentilesHistoryQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventForecastPercentilesHistoryResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Events.get: GET /events/{event_ticker}", () => {
    type Call = Signature<typeof Events.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"event_ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"exclude_markets" | "with_nested_markets">()
    expectTypeOf<Values<typeof Parameters.GetEventPath> & Values<typeof Parameters.GetEventQuery>>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Events.list: GET /events", () => {
    type Call = Signature<typeof Events.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "limit"
      | "cursor"
      | "with_nested_markets"
      | "with_milestones"
      | "status"
      | "series_ticker"
      | "tickers"
      | "min_close_ts"
      | "min_updated_ts"
    >()
    expectTypeOf<Values<typeof Parameters.GetEventsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Events.listMultivariate: GET /events/multivariate", () => {
    type Call = Signature<typeof Events.listMultivariate>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "limit" | "cursor" | "series_ticker" | "collection_ticker" | "tickers" | "with_nested_markets"
    >()
    expectTypeOf<Values<typeof Parameters.GetMultivariateEventsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMultivariateEventsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Events.metadata: GET /events/{event_ticker}/metadata", () => {
    type Call = Signature<typeof Events.metadata>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"event_ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetEventMetadataPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventMetadataResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Exchange", () => {
  it("Exchange.schedule: GET /exchange/schedule", () => {
    type Call = Signature<typeof Exchange.schedule>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetExchangeScheduleResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Exchange.status: GET /exchange/status", () => {
    type Call = Signature<typeof Exchange.status>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.ExchangeStatus>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      | Errors.InternalServerError<Responses.ExchangeStatus>
      | Errors.ServiceUnavailable<Responses.ExchangeStatus>
      | Errors.GatewayTimeout<Responses.ExchangeStatus>
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Exchange.userDataTimestamp: GET /exchange/user_data_timestamp", () => {
    type Call = Signature<typeof Exchange.userDataTimestamp>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetUserDataTimestampResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Fcm", () => {
  it("Fcm.createSubtrader: POST /fcm/subtraders", () => {
    type Call = Signature<typeof Fcm.createSubtrader>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"subtrader_suffix">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.CreateFCMSubtraderRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateFCMSubtraderResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Fcm.deleteDailyCap: DELETE /fcm/subtraders/event_contract_daily_cap", () => {
    type Call = Signature<typeof Fcm.deleteDailyCap>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"subtrader_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteFCMEventContractDailyCapQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Fcm.getBlockedCategories: GET /fcm/subtraders/blocked_categories", () => {
    type Call = Signature<typeof Fcm.getBlockedCategories>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"subtrader_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetFCMSubtraderBlockedCategoriesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetFCMSubtraderBlockedCategoriesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Fcm.getDailyCap: GET /fcm/subtraders/event_contract_daily_cap", () => {
    type Call = Signature<typeof Fcm.getDailyCap>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subtrader_id">()
    expectTypeOf<Values<typeof Parameters.GetFCMEventContractDailyCapQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetFCMEventContractDailyCapResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Fcm.listFills: GET /fcm/fills", () => {
    type Call = Signature<typeof Fcm.listFills>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"min_ts" | "max_ts" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetFCMFillsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetFcmFillsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Fcm.listOrders: GET /fcm/orders", () => {
    type Call = Signature<typeof Fcm.listOrders>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "subtrader_id"
      | "client_order_ids"
      | "cursor"
      | "event_ticker"
      | "ticker"
      | "min_ts"
      | "max_ts"
      | "status"
      | "limit"
    >()
    expectTypeOf<Values<typeof Parameters.GetFCMOrdersQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrdersResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Fcm.listPositions: GET /fcm/positions", () => {
    type Call = Signature<typeof Fcm.listPositions>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "subtrader_id" | "ticker" | "event_ticker" | "count_filter" | "settlement_status" | "limit" | "cursor"
    >()
    expectTypeOf<Values<typeof Parameters.GetFCMPositionsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetPositionsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Fcm.listSubtraders: GET /fcm/subtraders", () => {
    type Call = Signature<typeof Fcm.listSubtraders>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.ListFCMSubtradersResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Fcm.transferPosition: POST /fcm/positions/transfers", () => {
    type Call = Signature<typeof Fcm.transferPosition>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      "market_ticker" | "position_centicount" | "price_centicents" | "source_subtrader_id" | "target_subtrader_id"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.CreateFCMPositionTransferRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateFCMPositionTransferResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Fcm.updateBlockedCategories: PUT /fcm/subtraders/blocked_categories", () => {
    type Call = Signature<typeof Fcm.updateBlockedCategories>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"blocked" | "category" | "subtrader_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.UpdateFCMSubtraderBlockedCategoriesRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.UpdateFCMSubtraderBlockedCategoriesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Fcm.updateDailyCap: PUT /fcm/subtraders/event_contract_daily_cap", () => {
    type Call = Signature<typeof Fcm.updateDailyCap>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"limit" | "subtrader_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.UpdateFCMEventContractDailyCapRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })
})

describe("Historical", () => {
  it("Historical.cutoff: GET /historical/cutoff", () => {
    type Call = Signature<typeof Historical.cutoff>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetHistoricalCutoffResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.fills: GET /historical/fills", () => {
    type Call = Signature<typeof Historical.fills>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"ticker" | "min_ts" | "max_ts" | "limit" | "cursor" | "subaccount">()
    expectTypeOf<Values<typeof Parameters.GetFillsHistoricalQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetFillsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.market: GET /historical/markets/{ticker}", () => {
    type Call = Signature<typeof Historical.market>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetHistoricalMarketPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.marketCandlesticks: GET /historical/markets/{ticker}/candlesticks", () => {
    type Call = Signature<typeof Historical.marketCandlesticks>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"ticker" | "start_ts" | "end_ts" | "period_interval">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<
      Values<typeof Parameters.GetMarketCandlesticksHistoricalPath> &
        Values<typeof Parameters.GetMarketCandlesticksHistoricalQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketCandlesticksHistoricalResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.markets: GET /historical/markets", () => {
    type Call = Signature<typeof Historical.markets>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "limit" | "cursor" | "tickers" | "event_ticker" | "series_ticker" | "mve_filter"
    >()
    expectTypeOf<Values<typeof Parameters.GetHistoricalMarketsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.orders: GET /historical/orders", () => {
    type Call = Signature<typeof Historical.orders>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"ticker" | "min_ts" | "max_ts" | "limit" | "cursor" | "subaccount">()
    expectTypeOf<Values<typeof Parameters.GetHistoricalOrdersQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrdersResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.positions: GET /historical/positions", () => {
    type Call = Signature<typeof Historical.positions>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"ticker" | "event_ticker" | "subaccount" | "limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetHistoricalPositionsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetPositionsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Historical.trades: GET /historical/trades", () => {
    type Call = Signature<typeof Historical.trades>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "ticker" | "min_ts" | "max_ts" | "limit" | "cursor" | "is_block_trade"
    >()
    expectTypeOf<Values<typeof Parameters.GetTradesHistoricalQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetTradesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("IncentivePrograms", () => {
  it("IncentivePrograms.list: GET /incentive_programs", () => {
    type Call = Signature<typeof IncentivePrograms.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"status" | "type" | "incentive_description" | "limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetIncentiveProgramsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetIncentiveProgramsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("LiveData", () => {
  it("LiveData.batchGet: GET /live_data/batch", () => {
    type Call = Signature<typeof LiveData.batchGet>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"milestone_ids">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"include_player_stats">()
    expectTypeOf<Values<typeof Parameters.GetLiveDatasQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetLiveDatasResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("LiveData.gameStats: GET /live_data/milestone/{milestone_id}/game_stats", () => {
    type Call = Signature<typeof LiveData.gameStats>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"milestone_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetGameStatsPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetGameStatsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("LiveData.get: GET /live_data/milestone/{milestone_id}", () => {
    type Call = Signature<typeof LiveData.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"milestone_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"include_player_stats">()
    expectTypeOf<
      Values<typeof Parameters.GetLiveDataByMilestonePath> & Values<typeof Parameters.GetLiveDataByMilestoneQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetLiveDataResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("LiveData.getByEvent: GET /live_data/events/{event_ticker}", () => {
    type Call = Signature<typeof LiveData.getByEvent>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"event_ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"range">()
    expectTypeOf<
      Values<typeof Parameters.GetEventLiveDataPath> & Values<typeof Parameters.GetEventLiveDataQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetEventLiveDataResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("LiveData.getByType: GET /live_data/{type}/milestone/{milestone_id}", () => {
    type Call = Signature<typeof LiveData.getByType>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"type" | "milestone_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"include_player_stats">()
    expectTypeOf<Values<typeof Parameters.GetLiveDataPath> & Values<typeof Parameters.GetLiveDataQuery>>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetLiveDataResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("LiveData.weatherIndex: GET /live_data/weather/{city}", () => {
    type Call = Signature<typeof LiveData.weatherIndex>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"city">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"from" | "to" | "last_sec" | "detailed">()
    expectTypeOf<
      Values<typeof Parameters.GetWeatherIndexPath> & Values<typeof Parameters.GetWeatherIndexQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetWeatherIndexResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("LiveData.weatherIndexCalibrations: GET /live_data/weather/{city}/calibrations", () => {
    type Call = Signature<typeof LiveData.weatherIndexCalibrations>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"city">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetWeatherIndexCalibrationsPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetWeatherIndexCalibrationsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Markets", () => {
  it("Markets.batchCandlesticks: GET /markets/candlesticks", () => {
    type Call = Signature<typeof Markets.batchCandlesticks>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"market_tickers" | "start_ts" | "end_ts" | "period_interval">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"include_latest_before_start">()
    expectTypeOf<Values<typeof Parameters.BatchGetMarketCandlesticksQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.BatchGetMarketCandlesticksResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Markets.candlesticks: GET /series/{series_ticker}/markets/{ticker}/candlesticks", () => {
    type Call = Signature<typeof Markets.candlesticks>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      "series_ticker" | "ticker" | "start_ts" | "end_ts" | "period_interval"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"include_latest_before_start">()
    expectTypeOf<
      Values<typeof Parameters.GetMarketCandlesticksPath> & Values<typeof Parameters.GetMarketCandlesticksQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketCandlesticksResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Markets.get: GET /markets/{ticker}", () => {
    type Call = Signature<typeof Markets.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetMarketPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Markets.list: GET /markets", () => {
    type Call = Signature<typeof Markets.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "limit"
      | "cursor"
      | "event_ticker"
      | "series_ticker"
      | "min_created_ts"
      | "max_created_ts"
      | "min_updated_ts"
      | "max_updated_ts"
      | "max_close_ts"
      | "min_close_ts"
      | "min_settled_ts"
      | "max_settled_ts"
      | "status"
      | "tickers"
      | "mve_filter"
    >()
    expectTypeOf<Values<typeof Parameters.GetMarketsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Markets.orderbook: GET /markets/{ticker}/orderbook", () => {
    type Call = Signature<typeof Markets.orderbook>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"depth">()
    expectTypeOf<
      Values<typeof Parameters.GetMarketOrderbookPath> & Values<typeof Parameters.GetMarketOrderbookQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketOrderbookResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.Unauthorized | Errors.NotFound | SigningError | Errors.LimitExceeded
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Markets.orderbooks: GET /markets/orderbooks", () => {
    type Call = Signature<typeof Markets.orderbooks>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"tickers">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetMarketOrderbooksQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMarketOrderbooksResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | SigningError | Errors.LimitExceeded
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Markets.trades: GET /markets/trades", () => {
    type Call = Signature<typeof Markets.trades>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "limit" | "cursor" | "ticker" | "min_ts" | "max_ts" | "is_block_trade"
    >()
    expectTypeOf<Values<typeof Parameters.GetTradesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetTradesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Milestones", () => {
  it("Milestones.get: GET /milestones/{milestone_id}", () => {
    type Call = Signature<typeof Milestones.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"milestone_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetMilestonePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMilestoneResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Milestones.list: GET /milestones", () => {
    type Call = Signature<typeof Milestones.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"limit">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "minimum_start_date"
      | "category"
      | "competition"
      | "source_id"
      | "type"
      | "related_event_ticker"
      | "cursor"
      | "min_updated_ts"
    >()
    expectTypeOf<Values<typeof Parameters.GetMilestonesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMilestonesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("MultivariateCollections", () => {
  it("MultivariateCollections.createMarket: POST /multivariate_event_collections/{collection_ticker}", () => {
    type Call = Signature<typeof MultivariateCollections.createMarket>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"collection_ticker" | "selected_markets">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"with_market_payload">()
    expectTypeOf<
      Values<typeof Parameters.CreateMarketInMultivariateEventCollectionPath> &
        Requests.CreateMarketInMultivariateEventCollectionRequest
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateMarketInMultivariateEventCollectionResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("MultivariateCollections.get: GET /multivariate_event_collections/{collection_ticker}", () => {
    type Call = Signature<typeof MultivariateCollections.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"collection_ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetMultivariateEventCollectionPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMultivariateEventCollectionResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("MultivariateCollections.list: GET /multivariate_event_collections", () => {
    type Call = Signature<typeof MultivariateCollections.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "status" | "associated_event_ticker" | "series_ticker" | "limit" | "cursor"
    >()
    expectTypeOf<Values<typeof Parameters.GetMultivariateEventCollectionsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetMultivariateEventCollectionsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("OrderGroups", () => {
  it("OrderGroups.create: POST /portfolio/order_groups/create", () => {
    type Call = Signature<typeof OrderGroups.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "contracts_limit" | "contracts_limit_fp" | "exchange_index" | "subaccount"
    >()
    expectTypeOf<Requests.CreateOrderGroupRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateOrderGroupResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("OrderGroups.delete: DELETE /portfolio/order_groups/{order_group_id}", () => {
    type Call = Signature<typeof OrderGroups.delete>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_group_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount" | "exchange_index">()
    expectTypeOf<
      Values<typeof Parameters.DeleteOrderGroupPath> & Values<typeof Parameters.DeleteOrderGroupQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("OrderGroups.get: GET /portfolio/order_groups/{order_group_id}", () => {
    type Call = Signature<typeof OrderGroups.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_group_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount">()
    expectTypeOf<Values<typeof Parameters.GetOrderGroupPath> & Values<typeof Parameters.GetOrderGroupQuery>>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrderGroupResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("OrderGroups.list: GET /portfolio/order_groups", () => {
    type Call = Signature<typeof OrderGroups.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount">()
    expectTypeOf<Values<typeof Parameters.GetOrderGroupsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrderGroupsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("OrderGroups.reset: PUT /portfolio/order_groups/{order_group_id}/reset", () => {
    type Call = Signature<typeof OrderGroups.reset>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_group_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount" | "exchange_index">()
    expectTypeOf<
      Values<typeof Parameters.ResetOrderGroupPath> & Values<typeof Parameters.ResetOrderGroupQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("OrderGroups.trigger: PUT /portfolio/order_groups/{order_group_id}/trigger", () => {
    type Call = Signature<typeof OrderGroups.trigger>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_group_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount" | "exchange_index">()
    expectTypeOf<
      Values<typeof Parameters.TriggerOrderGroupPath> & Values<typeof Parameters.TriggerOrderGroupQuery>
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("OrderGroups.updateLimit: PUT /portfolio/order_groups/{order_group_id}/limit", () => {
    type Call = Signature<typeof OrderGroups.updateLimit>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_group_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "subaccount" | "exchange_index" | "contracts_limit" | "contracts_limit_fp"
    >()
    expectTypeOf<
      Values<typeof Parameters.UpdateOrderGroupLimitPath> &
        Values<typeof Parameters.UpdateOrderGroupLimitQuery> &
        Requests.UpdateOrderGroupLimitRequest
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })
})

describe("Orders", () => {
  it("Orders.amend: POST /portfolio/events/orders/{order_id}/amend", () => {
    type Call = Signature<typeof Orders.amend>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_id" | "count" | "price" | "side" | "ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "subaccount" | "client_order_id" | "exchange_index" | "expiration_time" | "updated_client_order_id"
    >()
    expectTypeOf<
      Values<typeof Parameters.AmendOrderV2Path> &
        Values<typeof Parameters.AmendOrderV2Query> &
        Requests.AmendOrderV2Request
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.AmendOrderV2Response>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.batchCancel: DELETE /portfolio/events/orders/batched", () => {
    type Call = Signature<typeof Orders.batchCancel>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"orders">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.BatchCancelOrdersV2Request>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.BatchCancelOrdersV2Response>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.batchCreate: POST /portfolio/events/orders/batched", () => {
    type Call = Signature<typeof Orders.batchCreate>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"orders">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.BatchCreateOrdersV2Request>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.BatchCreateOrdersV2Response>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.cancel: DELETE /portfolio/events/orders/{order_id}", () => {
    type Call = Signature<typeof Orders.cancel>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount" | "exchange_index" | "market_ticker">()
    expectTypeOf<Values<typeof Parameters.CancelOrderV2Path> & Values<typeof Parameters.CancelOrderV2Query>>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CancelOrderV2Response>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.cancelAll: DELETE /portfolio/events/orders", () => {
    type Call = Signature<typeof Orders.cancelAll>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount">()
    expectTypeOf<Values<typeof Parameters.CancelAllOrdersQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.create: POST /portfolio/events/orders", () => {
    type Call = Signature<typeof Orders.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      "count" | "price" | "self_trade_prevention_type" | "side" | "ticker" | "time_in_force"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "cancel_order_on_pause"
      | "client_order_id"
      | "exchange_index"
      | "expiration_time"
      | "order_group_id"
      | "post_only"
      | "reduce_only"
      | "subaccount"
    >()
    expectTypeOf<Requests.CreateOrderV2Request>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateOrderV2Response>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.decrease: POST /portfolio/events/orders/{order_id}/decrease", () => {
    type Call = Signature<typeof Orders.decrease>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "subaccount" | "exchange_index" | "market_ticker" | "reduce_by" | "reduce_to"
    >()
    expectTypeOf<
      Values<typeof Parameters.DecreaseOrderV2Path> &
        Values<typeof Parameters.DecreaseOrderV2Query> &
        Requests.DecreaseOrderV2Request
    >().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.DecreaseOrderV2Response>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Orders.get: GET /portfolio/orders/{order_id}", () => {
    type Call = Signature<typeof Orders.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetOrderPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrderResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Orders.list: GET /portfolio/orders", () => {
    type Call = Signature<typeof Orders.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "ticker" | "event_ticker" | "min_ts" | "max_ts" | "status" | "limit" | "cursor" | "subaccount" | "exchange_index"
    >()
    expectTypeOf<Values<typeof Parameters.GetOrdersQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrdersResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Orders.queuePosition: GET /portfolio/orders/{order_id}/queue_position", () => {
    type Call = Signature<typeof Orders.queuePosition>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"order_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetOrderQueuePositionPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrderQueuePositionResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Orders.queuePositions: GET /portfolio/orders/queue_positions", () => {
    type Call = Signature<typeof Orders.queuePositions>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"market_tickers" | "event_ticker" | "subaccount">()
    expectTypeOf<Values<typeof Parameters.GetOrderQueuePositionsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrderQueuePositionsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Portfolio", () => {
  it("Portfolio.balance: GET /portfolio/balance", () => {
    type Call = Signature<typeof Portfolio.balance>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount" | "exchange_index">()
    expectTypeOf<Values<typeof Parameters.GetBalanceQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetBalanceResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Portfolio.deposits: GET /portfolio/deposits", () => {
    type Call = Signature<typeof Portfolio.deposits>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetDepositsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetDepositsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Portfolio.fills: GET /portfolio/fills", () => {
    type Call = Signature<typeof Portfolio.fills>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "ticker" | "order_id" | "min_ts" | "max_ts" | "limit" | "cursor" | "subaccount" | "exchange_index"
    >()
    expectTypeOf<Values<typeof Parameters.GetFillsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetFillsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Portfolio.positions: GET /portfolio/positions", () => {
    type Call = Signature<typeof Portfolio.positions>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "cursor"
      | "limit"
      | "count_filter"
      | "settlement_status"
      | "ticker"
      | "event_ticker"
      | "subaccount"
      | "exchange_index"
    >()
    expectTypeOf<Values<typeof Parameters.GetPositionsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetPositionsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Portfolio.restingOrderTotalValue: GET /portfolio/summary/total_resting_order_value", () => {
    type Call = Signature<typeof Portfolio.restingOrderTotalValue>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetPortfolioRestingOrderTotalValueResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Portfolio.settlements: GET /portfolio/settlements", () => {
    type Call = Signature<typeof Portfolio.settlements>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "limit" | "cursor" | "ticker" | "event_ticker" | "min_ts" | "max_ts" | "subaccount"
    >()
    expectTypeOf<Values<typeof Parameters.GetSettlementsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSettlementsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Portfolio.withdrawals: GET /portfolio/withdrawals", () => {
    type Call = Signature<typeof Portfolio.withdrawals>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetWithdrawalsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetWithdrawalsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Quotes", () => {
  it("Quotes.accept: PUT /communications/rfqs/{rfq_id}/quotes/{quote_id}/accept", () => {
    type Call = Signature<typeof Quotes.accept>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_id" | "quote_id" | "accepted_side">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.AcceptRFQQuotePath> & Requests.AcceptQuoteRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.acceptByQuoteId: PUT /communications/quotes/{quote_id}/accept", () => {
    type Call = Signature<typeof Quotes.acceptByQuoteId>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"quote_id" | "accepted_side">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.AcceptQuotePath> & Requests.AcceptQuoteRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.confirm: PUT /communications/rfqs/{rfq_id}/quotes/{quote_id}/confirm", () => {
    type Call = Signature<typeof Quotes.confirm>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_id" | "quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.ConfirmRFQQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.confirmByQuoteId: PUT /communications/quotes/{quote_id}/confirm", () => {
    type Call = Signature<typeof Quotes.confirmByQuoteId>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.ConfirmQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.create: POST /communications/quotes", () => {
    type Call = Signature<typeof Quotes.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"no_bid" | "rest_remainder" | "rfq_id" | "yes_bid">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"post_only" | "subaccount">()
    expectTypeOf<Requests.CreateQuoteRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateQuoteResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.delete: DELETE /communications/rfqs/{rfq_id}/quotes/{quote_id}", () => {
    type Call = Signature<typeof Quotes.delete>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_id" | "quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteRFQQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.deleteByQuoteId: DELETE /communications/quotes/{quote_id}", () => {
    type Call = Signature<typeof Quotes.deleteByQuoteId>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Quotes.get: GET /communications/rfqs/{rfq_id}/quotes/{quote_id}", () => {
    type Call = Signature<typeof Quotes.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_id" | "quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetRFQQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetQuoteResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Quotes.getByQuoteId: GET /communications/quotes/{quote_id}", () => {
    type Call = Signature<typeof Quotes.getByQuoteId>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetQuoteResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Quotes.list: GET /communications/quotes", () => {
    type Call = Signature<typeof Quotes.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "cursor"
      | "min_ts"
      | "max_ts"
      | "limit"
      | "status"
      | "quote_creator_user_id"
      | "user_filter"
      | "rfq_user_filter"
      | "rfq_creator_user_id"
      | "rfq_creator_subtrader_id"
      | "rfq_id"
    >()
    expectTypeOf<Values<typeof Parameters.GetQuotesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetQuotesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("RfqBatches", () => {
  it("RfqBatches.accept: PUT /communications/rfq_batches/{rfq_batch_id}/accept", () => {
    type Call = Signature<typeof RfqBatches.accept>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id" | "accepted_side" | "min_bids">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"client_order_id">()
    expectTypeOf<Values<typeof Parameters.AcceptRFQBatchPath> & Requests.AcceptRFQBatchRequest>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.AcceptRFQBatchResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("RfqBatches.bestQuotes: GET /communications/rfq_batches/{rfq_batch_id}/best_quotes", () => {
    type Call = Signature<typeof RfqBatches.bestQuotes>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetRFQBatchBestQuotesPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetRFQBatchBestQuotesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("RfqBatches.confirmQuote: PUT /communications/rfq_batches/{rfq_batch_id}/quotes/{batch_quote_id}/confirm", () => {
    type Call = Signature<typeof RfqBatches.confirmQuote>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id" | "batch_quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.ConfirmRFQBatchQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.NotFound | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("RfqBatches.create: POST /communications/rfq_batches", () => {
    type Call = Signature<typeof RfqBatches.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"children">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "client_batch_id"
      | "contracts_fp"
      | "mve_collection_ticker"
      | "obscure_creator_id"
      | "replace_existing"
      | "rest_remainder"
      | "subaccount"
      | "subtrader_id"
      | "target_cost_dollars"
      | "target_cost_excludes_fees"
    >()
    expectTypeOf<Requests.CreateRFQBatchRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateRFQBatchResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("RfqBatches.delete: DELETE /communications/rfq_batches/{rfq_batch_id}", () => {
    type Call = Signature<typeof RfqBatches.delete>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteRFQBatchPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("RfqBatches.deleteQuote: DELETE /communications/rfq_batches/{rfq_batch_id}/quotes/{batch_quote_id}", () => {
    type Call = Signature<typeof RfqBatches.deleteQuote>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id" | "batch_quote_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteRFQBatchQuotePath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("RfqBatches.get: GET /communications/rfq_batches/{rfq_batch_id}", () => {
    type Call = Signature<typeof RfqBatches.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetRFQBatchPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetRFQBatchResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("RfqBatches.list: GET /communications/rfq_batches", () => {
    type Call = Signature<typeof RfqBatches.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"cursor" | "subaccount" | "limit" | "status" | "user_filter">()
    expectTypeOf<Values<typeof Parameters.GetRFQBatchesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetRFQBatchesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("RfqBatches.quote: POST /communications/rfq_batches/{rfq_batch_id}/quotes", () => {
    type Call = Signature<typeof RfqBatches.quote>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id" | "quotes" | "rest_remainder">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"post_only" | "subaccount">()
    expectTypeOf<Values<typeof Parameters.CreateRFQBatchQuotePath> & Requests.CreateRFQBatchQuoteRequest>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateRFQBatchQuoteResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.NotFound | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("RfqBatches.quotes: GET /communications/rfq_batches/{rfq_batch_id}/quotes", () => {
    type Call = Signature<typeof RfqBatches.quotes>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_batch_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetRFQBatchQuotesPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetRFQBatchQuotesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Rfqs", () => {
  it("Rfqs.communicationsId: GET /communications/id", () => {
    type Call = Signature<typeof Rfqs.communicationsId>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetCommunicationsIDResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Rfqs.create: POST /communications/rfqs", () => {
    type Call = Signature<typeof Rfqs.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"market_ticker" | "rest_remainder">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "contracts"
      | "contracts_fp"
      | "obscure_creator_id"
      | "replace_existing"
      | "subaccount"
      | "subtrader_id"
      | "target_cost_centi_cents"
      | "target_cost_dollars"
      | "target_cost_excludes_fees"
    >()
    expectTypeOf<Requests.CreateRFQRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateRFQResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Conflict>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Rfqs.delete: DELETE /communications/rfqs/{rfq_id}", () => {
    type Call = Signature<typeof Rfqs.delete>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.DeleteRFQPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Rfqs.get: GET /communications/rfqs/{rfq_id}", () => {
    type Call = Signature<typeof Rfqs.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"rfq_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetRFQPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetRFQResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Rfqs.list: GET /communications/rfqs", () => {
    type Call = Signature<typeof Rfqs.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "cursor"
      | "event_ticker"
      | "market_ticker"
      | "subaccount"
      | "limit"
      | "status"
      | "creator_user_id"
      | "user_filter"
    >()
    expectTypeOf<Values<typeof Parameters.GetRFQsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetRFQsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Search", () => {
  it("Search.filtersBySport: GET /search/filters_by_sport", () => {
    type Call = Signature<typeof Search.filtersBySport>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetFiltersBySportsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Search.tagsByCategories: GET /search/tags_by_categories", () => {
    type Call = Signature<typeof Search.tagsByCategories>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetTagsForSeriesCategoriesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Series", () => {
  it("Series.feeChanges: GET /series/fee_changes", () => {
    type Call = Signature<typeof Series.feeChanges>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"series_ticker" | "show_historical">()
    expectTypeOf<Values<typeof Parameters.GetSeriesFeeChangesQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSeriesFeeChangesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Series.get: GET /series/{series_ticker}", () => {
    type Call = Signature<typeof Series.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"series_ticker">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"include_volume">()
    expectTypeOf<Values<typeof Parameters.GetSeriesPath> & Values<typeof Parameters.GetSeriesQuery>>().toExtend<
      Call["input"]
    >()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSeriesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Series.list: GET /series", () => {
    type Call = Signature<typeof Series.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      "category" | "tags" | "include_product_metadata" | "include_volume" | "min_updated_ts"
    >()
    expectTypeOf<Values<typeof Parameters.GetSeriesListQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSeriesListResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("StructuredTargets", () => {
  it("StructuredTargets.get: GET /structured_targets/{structured_target_id}", () => {
    type Call = Signature<typeof StructuredTargets.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"structured_target_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetStructuredTargetPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetStructuredTargetResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("StructuredTargets.list: GET /structured_targets", () => {
    type Call = Signature<typeof StructuredTargets.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"ids" | "type" | "competition" | "page_size" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetStructuredTargetsQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetStructuredTargetsResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiPublic>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})

describe("Subaccounts", () => {
  it("Subaccounts.balances: GET /portfolio/subaccounts/balances", () => {
    type Call = Signature<typeof Subaccounts.balances>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSubaccountBalancesResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Subaccounts.create: POST /portfolio/subaccounts", () => {
    type Call = Signature<typeof Subaccounts.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"exchange_index">()
    expectTypeOf<Requests.CreateSubaccountRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.CreateSubaccountResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Subaccounts.netting: GET /portfolio/subaccounts/netting", () => {
    type Call = Signature<typeof Subaccounts.netting>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSubaccountNettingResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Subaccounts.transfer: POST /portfolio/subaccounts/transfer", () => {
    type Call = Signature<typeof Subaccounts.transfer>
    expectTypeOf<Call["required"]>().toEqualTypeOf<
      "amount_cents" | "client_transfer_id" | "from_subaccount" | "to_subaccount"
    >()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"exchange_index">()
    expectTypeOf<Requests.ApplySubaccountTransferRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.ApplySubaccountTransferResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Subaccounts.transfers: GET /portfolio/subaccounts/transfers", () => {
    type Call = Signature<typeof Subaccounts.transfers>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetSubaccountTransfersQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetSubaccountTransfersResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Subaccounts.updateNetting: PUT /portfolio/subaccounts/netting", () => {
    type Call = Signature<typeof Subaccounts.updateNetting>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"enabled" | "subaccount_number">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Requests.UpdateSubaccountNettingRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<void>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })
})

describe("Transfers", () => {
  it("Transfers.create: POST /portfolio/intra_exchange_instance_transfer", () => {
    type Call = Signature<typeof Transfers.create>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"amount" | "destination" | "source">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<
      | "client_transfer_id"
      | "destination_exchange_shard"
      | "destination_subaccount"
      | "source_exchange_shard"
      | "source_subaccount"
    >()
    expectTypeOf<Requests.IntraExchangeInstanceTransferRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.IntraExchangeInstanceTransferResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<
      Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden | Errors.Conflict
    >()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Transfers.get: GET /portfolio/intra_exchange_instance_transfers/{transfer_id}", () => {
    type Call = Signature<typeof Transfers.get>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"transfer_id">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<Values<typeof Parameters.GetIntraExchangeInstanceTransferPath>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetIntraExchangeInstanceTransferResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Transfers.list: GET /portfolio/intra_exchange_instance_transfers", () => {
    type Call = Signature<typeof Transfers.list>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"limit" | "cursor">()
    expectTypeOf<Values<typeof Parameters.GetIntraExchangeInstanceTransfersQuery>>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetIntraExchangeInstanceTransfersResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })

  it("Transfers.setTargetBalanceAllocation: POST /portfolio/target_balance_allocation", () => {
    type Call = Signature<typeof Transfers.setTargetBalanceAllocation>
    expectTypeOf<Call["required"]>().toEqualTypeOf<"allocations">()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"resting_margin_reservation">()
    expectTypeOf<Requests.SetTargetBalanceAllocationRequest>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.EmptyResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.BadRequest | Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<Errors.NotSent>()
  })

  it("Transfers.targetBalanceAllocation: GET /portfolio/target_balance_allocation", () => {
    type Call = Signature<typeof Transfers.targetBalanceAllocation>
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<never>()
    expectTypeOf<void>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetTargetBalanceAllocationResponse>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.Forbidden>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiRead>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<never>()
  })
})
