/**
 * Live data of milestones and events, and the weather index.
 *
 * @module
 */
import * as LiveData from "@kalshi-effect/client/LiveData"
import * as Result from "effect/Result"
import type { Refusal } from "../../exchange/Entities.ts"
import { invalidParameters, notFound } from "../../exchange/refusals.ts"
import { type Call, type Route, route } from "../route.ts"
import { toEventLiveData } from "./eventLiveData.ts"
import { playByPlayOf, toLiveData } from "./liveDataBodies.ts"
import { toCalibration, toPoint } from "./weatherBodies.ts"

const get = (
  { input, view }: Pick<Call<LiveData.PlayerStats & { readonly milestone_id: string }>, "input" | "view">,
  type?: string
): Result.Result<LiveData.GetLiveDataResponse, Refusal> =>
  Result.flatMap(view.liveMilestone(input.milestone_id), (live) =>
    type === undefined || type === live.milestone.type
      ? Result.succeed({ live_data: toLiveData(live, input.include_player_stats ?? false) })
      : Result.fail(notFound)
  )

export const liveData: ReadonlyArray<Route> = [
  route(LiveData.get, (call) => get(call)),

  route(LiveData.getByType, (call) => get(call, call.input.type)),

  route(LiveData.batchGet, ({ input, view }) =>
    Result.succeed({
      live_datas: [...new Set(input.milestone_ids.map((id) => id.toLowerCase()))].flatMap((id) =>
        Result.match(view.liveMilestone(id), {
          onFailure: () => [],
          onSuccess: (live) => [toLiveData(live, input.include_player_stats ?? false)]
        })
      )
    })
  ),

  route(LiveData.gameStats, ({ input, view }) =>
    Result.map(view.liveMilestone(input.milestone_id), (live) => ({ pbp: playByPlayOf(live) }))
  ),

  route(LiveData.getByEvent, (call) => {
    const { input, view } = call
    return Result.flatMap(view.event(input.event_ticker), (event) => {
      const data = toEventLiveData(call, event, input.range)
      return data === undefined ? Result.fail(notFound) : Result.succeed({ live_data: data })
    })
  }),

  route(LiveData.weatherIndex, ({ input, view }) =>
    Result.flatMap(readWindow(input, view.nowMillis), ({ fromMillis, toMillis }) => {
      const points = view.weatherPoints(input.city, fromMillis, toMillis)
      if (points === undefined) {
        return Result.fail(unknownCity(input.city))
      }
      const detailed = input.detailed ?? false
      // An incomplete minute has no final value yet.
      const served = detailed ? points : points.filter(({ value }) => value !== undefined)
      return Result.succeed({
        city: input.city,
        config_version: served.at(-1)?.version ?? "",
        units: "fahrenheit",
        timeseries: served.map((point) => toPoint(point, detailed))
      })
    })
  ),

  route(LiveData.weatherIndexCalibrations, ({ input, view }) => {
    const calibrations = view.weatherCalibrations(input.city)
    return calibrations === undefined
      ? Result.fail(unknownCity(input.city))
      : Result.succeed({ city: input.city, units: "celsius", calibrations: calibrations.map(toCalibration) })
  })
]

const unknownCity = (city: string): Refusal => invalidParameters(`${city} has no weather index`)

const dayMillis = 86_400_000

/** The maximum per request. */
const maxWindowMillis = 7 * dayMillis

const readWindow = (
  { from, last_sec, to }: LiveData.WeatherIndexInput,
  nowMillis: number
): Result.Result<{ readonly fromMillis: number; readonly toMillis: number }, Refusal> => {
  if (last_sec !== undefined && (from !== undefined || to !== undefined)) {
    return Result.fail(invalidParameters("last_sec cannot be combined with from or to"))
  }
  if (from !== undefined && to === undefined) {
    return Result.fail(invalidParameters("the parameter 'from' requires the parameter 'to'"))
  }
  const toMillis = to ?? nowMillis
  const fromMillis = last_sec === undefined ? (from ?? toMillis - dayMillis) : toMillis - last_sec * 1_000
  if (fromMillis > toMillis) {
    return Result.fail(invalidParameters("the window must not end before it starts"))
  }
  return toMillis - fromMillis > maxWindowMillis
    ? Result.fail(invalidParameters("the window must be at most seven days long"))
    : Result.succeed({ fromMillis, toMillis })
}
