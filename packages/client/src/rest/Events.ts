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
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

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

/** Input of {@link list}. */
export interface ListInput {
  /** 1 to 200. Default: 200. */
  readonly limit?: number | undefined
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined
  /** Adds each event's `markets`. Default: false. */
  readonly with_nested_markets?: boolean | undefined
  /** Adds the `milestones` that belong to the events. Default: false. */
  readonly with_milestones?: boolean | undefined
  readonly status?: "unopened" | "open" | "closed" | "settled" | undefined
  readonly series_ticker?: string | undefined
  /** Event tickers, joined by commas. */
  readonly tickers?: string | undefined
  /** Unix seconds: only events with a market that closes after it. */
  readonly min_close_ts?: number | undefined
  /** Unix seconds: only events whose own data changed after it. */
  readonly min_updated_ts?: number | undefined
}

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
  ListInput,
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
  bucket: "read",
  pages: { cursor: "cursor", lists: ["events", "milestones"] }
})

/** Input of {@link listMultivariate}. */
export interface ListMultivariateInput {
  /** 1 to 200. Default: 100. */
  readonly limit?: number | undefined
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined
  /** Not together with `collection_ticker`. */
  readonly series_ticker?: string | undefined
  /** Only combos of this collection; not together with `series_ticker`. */
  readonly collection_ticker?: string | undefined
  /** Event tickers, joined by commas. */
  readonly tickers?: string | undefined
  /** Adds each event's `markets`. Default: false. */
  readonly with_nested_markets?: boolean | undefined
}

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
  ListMultivariateInput,
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
  bucket: "read",
  pages: { cursor: "cursor", lists: ["events"] }
})

/** Input of {@link get}. */
export interface GetInput {
  readonly event_ticker: string
  /** Leaves the markets out. Not with `with_nested_markets: true`. Default: false. */
  readonly exclude_markets?: boolean | undefined
  /** Puts the markets into `event.markets`. Default: false, which puts them beside the event. */
  readonly with_nested_markets?: boolean | undefined
}

const marketsOnce: Operation.Rule<GetInput> = ({ exclude_markets, with_nested_markets }) =>
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
  GetInput,
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
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link metadata}. */
export interface MetadataInput {
  readonly event_ticker: string
}

/** Reads what is needed to show an event: pictures and colours, its competition, the sources it settles by. */
export const metadata: Operation.Operation<
  MetadataInput,
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
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link feeChanges}. */
export interface FeeChangesInput {
  /** Default: all events. */
  readonly event_ticker?: string | undefined
  /** 1 to 1,000. Default: 100. */
  readonly limit?: number | undefined
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined
}

/**
 * Lists the changes of fees that single events make to the fees of their series, a page at a time.
 *
 * **Gotchas**
 *
 * - Where both overrides are null, the event goes back to its series' fee from `scheduled_ts` (RFC 3339) on.
 * - The end of the pages is `cursor: ""`.
 */
export const feeChanges: Pages.Paged<
  FeeChangesInput,
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
  bucket: "read",
  pages: { cursor: "cursor", lists: ["event_fee_changes"] }
})

/** An event, and a stretch of time in Unix seconds. */
export interface HistoryInput {
  readonly series_ticker: string
  /** The event's ticker. */
  readonly ticker: string
  /** Unix seconds. */
  readonly start_ts: number
  /** Unix seconds. */
  readonly end_ts: number
}

/** Input of {@link candlesticks}. */
export interface CandlesticksInput extends HistoryInput {
  /** Minutes: one, an hour or a day. */
  readonly period_interval: 1 | 60 | 1440
}

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
  CandlesticksInput,
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
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link forecastPercentileHistory}. */
export interface ForecastPercentileHistoryInput extends HistoryInput {
  /** One to ten of them, from 0 to 9,999. */
  readonly percentiles: ReadonlyArray<number>
  /** Minutes; 0 is five seconds. */
  readonly period_interval: 0 | 1 | 60 | 1440
}

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
  ForecastPercentileHistoryInput,
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
  retry: "idempotent",
  bucket: "read"
})
