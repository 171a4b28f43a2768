/**
 * Series: the templates that events are made from, with the fees, rules and sources that their events share.
 *
 * **Details**
 *
 * A series holds events (see `Events`), an event holds markets (see `Markets`).
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
 * Lists series, all in one answer without pages.
 *
 * **When to use**
 *
 * Use to look around; to follow changes, poll with `min_updated_ts`.
 *
 * **Gotchas**
 *
 * `fee_multiplier` is a JSON number, not text: it is a factor, never money.
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
 * The document declares no 404 here: a series that does not exist surfaces as whatever the exchange answers, a
 * `BadRequest` or an `UnexpectedStatus`. Source: the published document of October 26, 2026.
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
 * Lists the changes of series' fees: what the fee becomes, and from when (`scheduled_ts`, RFC 3339).
 *
 * **Gotchas**
 *
 * - An event can override its series' fee: see `Events.feeChanges`.
 * - The list is called `series_fee_change_arr`, and comes without pages.
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
