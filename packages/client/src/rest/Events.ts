/**
 * Events: the subjects of trading, such as one election or one game. An event contains the markets for its outcomes.
 *
 * **Gotchas**
 *
 * These reads return events of any age, but not all nested markets. Markets that settled before the cutoff of
 * `Historical.cutoff` are missing: read them with `Historical.markets`. Source: the exchange's documentation, 2026.
 *
 * @module
 */
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import { BadRequest, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  GetEventFeeChangesInput as FeeChangesInput,
  GetEventForecastPercentilesHistoryInput as ForecastPercentileHistoryInput,
  GetEventInput as GetInput,
  GetEventMetadataInput as MetadataInput,
  GetEventsInput as ListInput,
  GetMarketCandlesticksByEventInput as CandlesticksInput,
  GetMultivariateEventsInput as ListMultivariateInput
} from "../generated/inputs.ts"
export type {
  EventData,
  EventFeeChange,
  FeeType,
  ForecastPercentilesPoint,
  GetEventCandlesticksResponse,
  GetEventFeeChangesResponse,
  GetEventForecastPercentilesHistoryResponse,
  GetEventMetadataResponse,
  GetEventResponse,
  GetEventsResponse,
  GetMultivariateEventsResponse,
  MarketMetadata,
  PercentilePoint,
  SettlementSource
} from "../generated/responses.ts"

/**
 * Lists events, except the events of combos, a page at a time. A combo is a market that combines several markets.
 *
 * **When to use**
 *
 * Use this operation with `with_nested_markets` to find markets that are not combos. `Markets.list` returns mostly
 * combos: in production in August 2026, only 2 of 12,000 markets were not combos.
 *
 * **Gotchas**
 *
 * - {@link listMultivariate} lists the events of combos.
 * - The last page has `cursor: ""`, `cursor: null`, or no cursor.
 *
 * **Example** (The tickers of all open markets, without combos)
 *
 * ```ts
 * import * as Events from "@kalshi-effect/client/Events"
 * import * as Stream from "effect/Stream"
 *
 * const openMarkets = Events.list.items.events({ status: "open", with_nested_markets: true }).pipe(
 *   Stream.flatMap((event) => Stream.fromIterable(event.markets ?? [])),
 *   Stream.map((market) => market.ticker)
 * )
 * ```
 */
export const list: Pages.Paged<
  Inputs.GetEventsInput,
  Responses.GetEventsResponse,
  BadRequest | Unauthorized,
  KalshiPublic,
  "events" | "milestones"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetEvents",
  name: "Events.list",
  method: "GET",
  path: "/events",
  query: Parameters.GetEventsQuery,
  success: { status: 200, body: Responses.GetEventsResponse },
  errors: [BadRequest, Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["events", "milestones"] }
})

/**
 * Lists the events of combos, a page at a time.
 *
 * **Details**
 *
 * A combo's event is created together with its market: see `MultivariateCollections.createMarket`.
 *
 * **Gotchas**
 *
 * The last page has `cursor: ""`, `cursor: null`, or no cursor.
 */
export const listMultivariate: Pages.Paged<
  Inputs.GetMultivariateEventsInput,
  Responses.GetMultivariateEventsResponse,
  BadRequest | Unauthorized,
  KalshiPublic,
  "events"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetMultivariateEvents",
  name: "Events.listMultivariate",
  method: "GET",
  path: "/events/multivariate",
  query: Parameters.GetMultivariateEventsQuery,
  success: { status: 200, body: Responses.GetMultivariateEventsResponse },
  errors: [BadRequest, Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["events"] }
})

const marketFlagsAgree: Operation.Rule<Inputs.GetEventInput> = ({ exclude_markets, with_nested_markets }) =>
  exclude_markets === true && with_nested_markets === true
    ? { pointer: "/exclude_markets", reason: "this field contradicts with_nested_markets: set only one of the two" }
    : undefined

/**
 * Reads one event and its markets.
 *
 * **Gotchas**
 *
 * The response field `markets`, which is outside of `event`, will be removed. Set `with_nested_markets: true` and read
 * `event.markets`. Source: the OpenAPI document of October 26, 2026.
 */
export const get: Operation.Operation<
  Inputs.GetEventInput,
  Responses.GetEventResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetEvent",
  name: "Events.get",
  method: "GET",
  path: "/events/{event_ticker}",
  pathParameters: Parameters.GetEventPath,
  query: Parameters.GetEventQuery,
  rules: [marketFlagsAgree],
  success: { status: 200, body: Responses.GetEventResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/** Reads the display data of an event: pictures and colors, its competition, its settlement sources. */
export const metadata: Operation.Operation<
  Inputs.GetEventMetadataInput,
  Responses.GetEventMetadataResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetEventMetadata",
  name: "Events.metadata",
  method: "GET",
  path: "/events/{event_ticker}/metadata",
  pathParameters: Parameters.GetEventMetadataPath,
  success: { status: 200, body: Responses.GetEventMetadataResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Lists the fee changes of single events, a page at a time. These changes override the fees of the series.
 *
 * **Gotchas**
 *
 * - If `fee_type_override` and `fee_multiplier_override` are both null, the event returns at `scheduled_ts` (RFC 3339)
 *   to the fee of its series.
 * - The last page has `cursor: ""`, `cursor: null`, or no cursor.
 */
export const feeChanges: Pages.Paged<
  Inputs.GetEventFeeChangesInput,
  Responses.GetEventFeeChangesResponse,
  BadRequest,
  KalshiPublic,
  "event_fee_changes"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetEventFeeChanges",
  name: "Events.feeChanges",
  method: "GET",
  path: "/events/fee_changes",
  query: Parameters.GetEventFeeChangesQuery,
  success: { status: 200, body: Responses.GetEventFeeChangesResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["event_fee_changes"] }
})

/** An event and a time range in Unix seconds. */
export interface HistoryInput extends Omit<Inputs.GetMarketCandlesticksByEventInput, "period_interval"> {}

/**
 * Reads the candlesticks of the markets of an event.
 *
 * **Details**
 *
 * `market_candlesticks` contains one list per market of `market_tickers`. `end_period_ts` is in Unix seconds, and the
 * period includes it.
 *
 * **Gotchas**
 *
 * If the response would be too large, it contains only the first periods. Continue from `adjusted_end_ts` (Unix
 * seconds). Source: the OpenAPI document of October 26, 2026.
 */
export const candlesticks: Operation.Operation<
  Inputs.GetMarketCandlesticksByEventInput,
  Responses.GetEventCandlesticksResponse,
  BadRequest | Unauthorized,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMarketCandlesticksByEvent",
  name: "Events.candlesticks",
  method: "GET",
  path: "/series/{series_ticker}/events/{ticker}/candlesticks",
  pathParameters: Parameters.GetMarketCandlesticksByEventPath,
  query: Parameters.GetMarketCandlesticksByEventQuery,
  success: { status: 200, body: Responses.GetEventCandlesticksResponse },
  errors: [BadRequest, Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads how the forecast for an event changed over time, at the requested percentiles.
 *
 * **Gotchas**
 *
 * - This operation needs a key, unlike the other reads of events. Source: the OpenAPI document of October 26, 2026.
 * - Forecasts are JSON numbers, because they are estimates and not money.
 * - An empty `percentiles` is an `InvalidRequest`, because a query cannot express an empty list.
 */
export const forecastPercentileHistory: Operation.Operation<
  Inputs.GetEventForecastPercentilesHistoryInput,
  Responses.GetEventForecastPercentilesHistoryResponse,
  BadRequest | Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetEventForecastPercentilesHistory",
  name: "Events.forecastPercentileHistory",
  method: "GET",
  path: "/series/{series_ticker}/events/{ticker}/forecast_percentile_history",
  pathParameters: Parameters.GetEventForecastPercentilesHistoryPath,
  query: Parameters.GetEventForecastPercentilesHistoryQuery,
  success: { status: 200, body: Responses.GetEventForecastPercentilesHistoryResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent"
})
