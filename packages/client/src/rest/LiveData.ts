/**
 * Live data about the subject of a market, such as the score of a game, a price or a temperature.
 *
 * **Details**
 *
 * Sports data belongs to a milestone (see `Milestones`). Prices and weather belong to an event or a city. `type`
 * determines the contents of `details`. The OpenAPI document does not list the fields of `details`.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { BadRequest, NotFound } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  GetEventLiveDataInput as GetByEventInput,
  GetGameStatsInput as GameStatsInput,
  GetLiveDataByMilestoneInput as GetInput,
  GetLiveDataInput as GetByTypeInput,
  GetLiveDatasInput as BatchGetInput,
  GetWeatherIndexCalibrationsInput as WeatherIndexCalibrationsInput,
  GetWeatherIndexInput as WeatherIndexInput
} from "../generated/inputs.ts"
export type {
  EventLiveData,
  GetEventLiveDataResponse,
  GetGameStatsResponse,
  GetLiveDataResponse,
  GetLiveDatasResponse,
  GetWeatherIndexCalibrationsResponse,
  GetWeatherIndexResponse,
  LiveData,
  PlayByPlay,
  WeatherIndexCalibration,
  WeatherIndexCalibrationStation,
  WeatherIndexPoint,
  WeatherIndexStationReading
} from "../generated/responses.ts"

/** The option that {@link get}, {@link batchGet} and {@link getByType} share. */
export interface PlayerStats extends Pick<Inputs.GetLiveDataByMilestoneInput, "include_player_stats"> {}

/** Reads the live data of one milestone. */
export const get: Operation.Operation<
  Inputs.GetLiveDataByMilestoneInput,
  Responses.GetLiveDataResponse,
  NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetLiveDataByMilestone",
  name: "LiveData.get",
  method: "GET",
  path: "/live_data/milestone/{milestone_id}",
  pathParameters: Parameters.GetLiveDataByMilestonePath,
  query: Parameters.GetLiveDataByMilestoneQuery,
  success: { status: 200, body: Responses.GetLiveDataResponse },
  errors: [NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the live data of up to 100 milestones at once.
 *
 * **Gotchas**
 *
 * - Find the data of a milestone by `milestone_id`. The OpenAPI document promises neither a sequence nor that every
 *   milestone is present.
 * - An empty `milestone_ids` is an `InvalidRequest`, because a query cannot express an empty list.
 */
export const batchGet: Operation.Operation<
  Inputs.GetLiveDatasInput,
  Responses.GetLiveDatasResponse,
  never,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetLiveDatas",
  name: "LiveData.batchGet",
  method: "GET",
  path: "/live_data/batch",
  query: Parameters.GetLiveDatasQuery,
  success: { status: 200, body: Responses.GetLiveDatasResponse },
  errors: [],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the live data of an event: prices of crypto and commodities, or weather.
 *
 * **Gotchas**
 *
 * For crypto, `is_historical: true` means that the event is over and the data no longer changes.
 */
export const getByEvent: Operation.Operation<
  Inputs.GetEventLiveDataInput,
  Responses.GetEventLiveDataResponse,
  NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetEventLiveData",
  name: "LiveData.getByEvent",
  method: "GET",
  path: "/live_data/events/{event_ticker}",
  pathParameters: Parameters.GetEventLiveDataPath,
  query: Parameters.GetEventLiveDataQuery,
  success: { status: 200, body: Responses.GetEventLiveDataResponse },
  errors: [NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the live data of one milestone by its type and its id. This is the older form of {@link get}.
 *
 * **When to use**
 *
 * Use {@link get} instead, which needs no type. The OpenAPI document calls this operation legacy, but does not
 * deprecate it.
 */
export const getByType: Operation.Operation<
  Inputs.GetLiveDataInput,
  Responses.GetLiveDataResponse,
  NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetLiveData",
  name: "LiveData.getByType",
  method: "GET",
  path: "/live_data/{type}/milestone/{milestone_id}",
  pathParameters: Parameters.GetLiveDataPath,
  query: Parameters.GetLiveDataQuery,
  success: { status: 200, body: Responses.GetLiveDataResponse },
  errors: [NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the plays of a game, grouped by period.
 *
 * **Details**
 *
 * The data covers Pro and College Football, men's and women's Pro and College Basketball, Soccer, Pro Hockey and Pro
 * Baseball.
 *
 * **Gotchas**
 *
 * `pbp` (play by play) is absent for milestones of other kinds. Each part of `pbp` can be absent too.
 */
export const gameStats: Operation.Operation<
  Inputs.GetGameStatsInput,
  Responses.GetGameStatsResponse,
  NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetGameStats",
  name: "LiveData.gameStats",
  method: "GET",
  path: "/live_data/milestone/{milestone_id}/game_stats",
  pathParameters: Parameters.GetGameStatsPath,
  success: { status: 200, body: Responses.GetGameStatsResponse },
  errors: [NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads a city's temperature index: the values per minute by which hourly temperature markets settle.
 *
 * **Details**
 *
 * The time `t` is in Unix milliseconds. The value `v` is in degrees Fahrenheit, a JSON number with at most two
 * decimals.
 *
 * **Gotchas**
 *
 * - The time range is in milliseconds. Nearly all other queries of the exchange use seconds.
 * - Without `detailed`, a minute without a value has no point, so the series has gaps. A `degraded` point settles
 *   markets in the same way as a `normal` point. Source: the exchange's documentation, 2026.
 * - An unknown city is a `BadRequest`, not a `NotFound`.
 */
export const weatherIndex: Operation.Operation<
  Inputs.GetWeatherIndexInput,
  Responses.GetWeatherIndexResponse,
  BadRequest,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetWeatherIndex",
  name: "LiveData.weatherIndex",
  method: "GET",
  path: "/live_data/weather/{city}",
  pathParameters: Parameters.GetWeatherIndexPath,
  query: Parameters.GetWeatherIndexQuery,
  success: { status: 200, body: Responses.GetWeatherIndexResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads how each version of a city's temperature index combines the city's weather stations.
 *
 * **Gotchas**
 *
 * - Fields that end in `_c` are in degrees Celsius. {@link weatherIndex} is in Fahrenheit. Times are Unix milliseconds.
 * - An unknown city is a `BadRequest`, not a `NotFound`.
 */
export const weatherIndexCalibrations: Operation.Operation<
  Inputs.GetWeatherIndexCalibrationsInput,
  Responses.GetWeatherIndexCalibrationsResponse,
  BadRequest,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetWeatherIndexCalibrations",
  name: "LiveData.weatherIndexCalibrations",
  method: "GET",
  path: "/live_data/weather/{city}/calibrations",
  pathParameters: Parameters.GetWeatherIndexCalibrationsPath,
  success: { status: 200, body: Responses.GetWeatherIndexCalibrationsResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent"
})
