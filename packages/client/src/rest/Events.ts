/**
 * Events: what can be traded on, such as one election or one game. An event holds the markets for its outcomes.
 *
 * **Gotchas**
 *
 * Events never age out of these reads, but their nested markets do: those that settled before the cutoff of
 * `Historical.cutoff` are missing, and are read by `Historical.markets`. Source: the exchange's documentation, 2026.
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
 * Lists events other than combos, a page at a time.
 *
 * **When to use**
 *
 * Use with `with_nested_markets` to find the markets worth trading. `Markets.list` is mostly combos: in August 2026
 * somebody counted 2 other markets in 12,000.
 *
 * **Gotchas**
 *
 * - Combos are listed by {@link listMultivariate} alone.
 * - The end of the pages is `cursor: ""`.
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
 * A combo's event comes into being when somebody makes its market: see `MultivariateCollections.createMarket`.
 *
 * **Gotchas**
 *
 * The end of the pages is `cursor: ""`.
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

const marketsOnce: Operation.Rule<Inputs.GetEventInput> = ({ exclude_markets, with_nested_markets }) =>
  exclude_markets === true && with_nested_markets === true
    ? { pointer: "/exclude_markets", reason: "the markets are asked for as well: leave out one of the two switches" }
    : undefined

/**
 * Reads one event and its markets.
 *
 * **Gotchas**
 *
 * `markets` beside the event is on its way out: ask with `with_nested_markets: true` and read `event.markets`. Source:
 * the published document of October 26, 2026.
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
  rules: [marketsOnce],
  success: { status: 200, body: Responses.GetEventResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/** Reads what is needed to show an event: pictures and colours, its competition, the sources it settles by. */
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
 * Lists the changes of fees that single events make to the fees of their series, a page at a time.
 *
 * **Gotchas**
 *
 * - Where both overrides are null, the event goes back to its series' fee from `scheduled_ts` (RFC 3339) on.
 * - The end of the pages is `cursor: ""`.
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

/** An event, and a stretch of time in Unix seconds. */
export interface HistoryInput extends Omit<Inputs.GetMarketCandlesticksByEventInput, "period_interval"> {}

/**
 * Reads the candlesticks of all markets of an event.
 *
 * **Details**
 *
 * `market_candlesticks` holds one list per market of `market_tickers`. `end_period_ts` is Unix seconds and belongs to
 * the period.
 *
 * **Gotchas**
 *
 * Where the whole would be too large, it stops early: go on from `adjusted_end_ts` (Unix seconds). Source: the published
 * document of October 26, 2026.
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
 * Reads how the market's forecast of an event moved, at the percentiles asked for.
 *
 * **Gotchas**
 *
 * - Needs a key, unlike the other reads of events. Source: the published document of October 26, 2026.
 * - Forecasts are JSON numbers: estimates, never money.
 * - An empty `percentiles` is refused before anything is sent: it cannot be put into a query.
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
