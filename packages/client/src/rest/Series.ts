/**
 * Series: the templates of events, with the fees, rules and sources that the events share.
 *
 * **Details**
 *
 * A series contains events (see `Events`). An event contains markets (see `Markets`).
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { BadRequest } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  GetSeriesFeeChangesInput as FeeChangesInput,
  GetSeriesInput as GetInput,
  GetSeriesListInput as ListInput
} from "../generated/inputs.ts"
export type {
  FeeType,
  GetSeriesFeeChangesResponse,
  GetSeriesListResponse,
  GetSeriesResponse,
  Series,
  SeriesFeeChange,
  SettlementSource
} from "../generated/responses.ts"

/**
 * Lists series, in one response without pages.
 *
 * **When to use**
 *
 * Use this operation to explore the series. To follow changes, poll with `min_updated_ts`.
 *
 * **Gotchas**
 *
 * `fee_multiplier` is a JSON number, because it is a factor and not money.
 */
export const list: Operation.Operation<
  Inputs.GetSeriesListInput,
  Responses.GetSeriesListResponse,
  BadRequest,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetSeriesList",
  name: "Series.list",
  method: "GET",
  path: "/series",
  query: Parameters.GetSeriesListQuery,
  success: { status: 200, body: Responses.GetSeriesListResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads one series.
 *
 * **Gotchas**
 *
 * The OpenAPI document of October 26, 2026 declares no 404 here. An unknown series is a `BadRequest` or an
 * `UnexpectedStatus`, depending on the status that the exchange returns.
 */
export const get: Operation.Operation<Inputs.GetSeriesInput, Responses.GetSeriesResponse, BadRequest, KalshiPublic> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetSeries",
    name: "Series.get",
    method: "GET",
    path: "/series/{series_ticker}",
    pathParameters: Parameters.GetSeriesPath,
    query: Parameters.GetSeriesQuery,
    success: { status: 200, body: Responses.GetSeriesResponse },
    errors: [BadRequest],
    auth: "none",
    access: "public",
    retry: "idempotent"
  })

/**
 * Lists the fee changes of series: the new fee, and when it takes effect (`scheduled_ts`, RFC 3339).
 *
 * **Gotchas**
 *
 * - An event can override the fee of its series: see `Events.feeChanges`.
 * - The response calls the list `series_fee_change_arr`, and has no pages.
 */
export const feeChanges: Operation.Operation<
  Inputs.GetSeriesFeeChangesInput,
  Responses.GetSeriesFeeChangesResponse,
  BadRequest,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetSeriesFeeChanges",
  name: "Series.feeChanges",
  method: "GET",
  path: "/series/fee_changes",
  query: Parameters.GetSeriesFeeChangesQuery,
  success: { status: 200, body: Responses.GetSeriesFeeChangesResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent"
})
