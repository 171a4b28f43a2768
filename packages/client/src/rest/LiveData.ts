/**
 * Live data: what is happening to the thing that a market is about, such as a game's score, a price or a temperature.
 *
 * **Details**
 *
 * Sports and the like hang on a milestone (see `Milestones`), prices and weather on an event or a city. `type` names
 * what `details` holds; the document leaves its fields open.
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

/** What all reads by milestone take besides. */
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
 * - Find a milestone by its `milestone_id`: neither the order nor the presence of all is promised.
 * - An empty `milestone_ids` is refused before anything is sent: it cannot be put into a query.
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
 * Reads the live data of an event: prices of crypto and commodities, weather.
 *
 * **Gotchas**
 *
 * Of crypto, `is_historical: true` says that the event is over and the data frozen.
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
 * Reads the live data of one milestone by its type as well: the older form of {@link get}.
 *
 * **When to use**
 *
 * Use {@link get} instead, which needs no type; the publisher calls this one legacy without deprecating it.
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
 * Reads a game play by play, period by period.
 *
 * **Details**
 *
 * There is data for Pro and College Football, Pro and College Basketball of men and women, Soccer, Pro Hockey and Pro
 * Baseball.
 *
 * **Gotchas**
 *
 * `pbp` is absent for other milestones, and each of its parts can be.
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
 * Reads a city's temperature index, the series by the minute that hourly temperature markets settle by.
 *
 * **Details**
 *
 * `t` is Unix milliseconds, `v` degrees Fahrenheit as a JSON number with two places at most.
 *
 * **Gotchas**
 *
 * - The window is in milliseconds, where nearly every other query of the exchange is in seconds.
 * - Unless `detailed`, a minute without a value is no point at all: the gaps of the series are real. A `degraded` point
 *   settles as well as a `normal` one. Source: the exchange's documentation, 2026.
 * - A city that is not known is a `BadRequest`, not a `NotFound`.
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
 * Reads how a city's temperature index was put together from its stations, version by version.
 *
 * **Gotchas**
 *
 * - What ends in `_c` is degrees Celsius, where {@link weatherIndex} is in Fahrenheit; times are Unix milliseconds.
 * - A city that is not known is a `BadRequest`, not a `NotFound`.
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
