import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as LiveData from "../../src/rest/LiveData.ts"
import { itRejects, itSendsAndDecodes } from "../support/calls.ts"
import { type InputOf, itDeclares } from "../support/operations.ts"

const live = { type: "football_game", milestone_id: "m-1", details: { home_points: 7, away: { points: 3 } } }

describe("LiveData.get", () => {
  itDeclares(LiveData.get({ milestone_id: "m-1" }), { name: "LiveData.get", signed: "never", errors: ["NotFound"] })
  itSendsAndDecodes([
    {
      it: "reads the data of one milestone and keeps unknown details",
      call: LiveData.get({ milestone_id: "m-1", include_player_stats: true }),
      request: "GET /live_data/milestone/m-1?include_player_stats=true",
      reply: { status: 200, body: { live_data: live } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.GetInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetLiveDataByMilestonePath, typeof Parameters.GetLiveDataByMilestoneQuery>
    >()
  })
})

describe("LiveData.batchGet", () => {
  itDeclares(LiveData.batchGet({ milestone_ids: ["m-1"] }), { name: "LiveData.batchGet", signed: "never", errors: [] })
  itSendsAndDecodes([
    {
      it: "repeats the query key for each milestone",
      call: LiveData.batchGet({ milestone_ids: ["m-1", "m,2"], include_player_stats: false }),
      request: "GET /live_data/batch?milestone_ids=m-1&milestone_ids=m%2C2&include_player_stats=false",
      reply: { status: 200, body: { live_datas: [live] } }
    },
    {
      it: "decodes a null list as empty",
      call: LiveData.batchGet({ milestone_ids: ["m-1"] }),
      request: "GET /live_data/batch?milestone_ids=m-1",
      reply: { status: 200, body: { live_datas: null } },
      value: { live_datas: [] }
    }
  ])

  itRejects(
    "rejects an empty list and more than 100 milestones",
    [[], Array.from({ length: 101 }, (_, i) => `m-${i}`)].map((milestone_ids) => [
      LiveData.batchGet({ milestone_ids }),
      "/milestone_ids"
    ])
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.BatchGetInput>().toEqualTypeOf<InputOf<typeof Parameters.GetLiveDatasQuery>>()
  })
})

describe("LiveData.getByEvent", () => {
  itDeclares(LiveData.getByEvent({ event_ticker: "E-1" }), {
    name: "LiveData.getByEvent",
    signed: "never",
    errors: ["NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads the data of an event over a range",
      call: LiveData.getByEvent({ event_ticker: "E-1", range: "15min" }),
      request: "GET /live_data/events/E-1?range=15min",
      reply: {
        status: 200,
        body: {
          live_data: {
            type: "crypto",
            details: { timeseries: [[1_790_000_000_000, 114_999.99]] },
            is_historical: false,
            default_range: "1h",
            range_options: ["15min", "1h"]
          }
        }
      }
    },
    {
      it: "accepts a response with only type and details",
      call: LiveData.getByEvent({ event_ticker: "E-1" }),
      request: "GET /live_data/events/E-1",
      reply: { status: 200, body: { live_data: { type: "weather", details: {} } } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.GetByEventInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetEventLiveDataPath, typeof Parameters.GetEventLiveDataQuery>
    >()
  })
})

describe("LiveData.getByType", () => {
  itDeclares(LiveData.getByType({ type: "football_game", milestone_id: "m-1" }), {
    name: "LiveData.getByType",
    signed: "never",
    errors: ["NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "sends the type before the milestone in the path",
      call: LiveData.getByType({ milestone_id: "m-1", type: "football_game", include_player_stats: true }),
      request: "GET /live_data/football_game/milestone/m-1?include_player_stats=true",
      reply: { status: 200, body: { live_data: live } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.GetByTypeInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetLiveDataPath, typeof Parameters.GetLiveDataQuery>
    >()
  })
})

describe("LiveData.gameStats", () => {
  itDeclares(LiveData.gameStats({ milestone_id: "m-1" }), {
    name: "LiveData.gameStats",
    signed: "never",
    errors: ["NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads the periods of a game",
      call: LiveData.gameStats({ milestone_id: "m-1" }),
      request: "GET /live_data/milestone/m-1/game_stats",
      reply: { status: 200, body: { pbp: { periods: [{ events: [{ clock: "12:00", yards: 4 }] }, {}] } } }
    },
    {
      it: "accepts a response without plays",
      call: LiveData.gameStats({ milestone_id: "m-1" }),
      request: "GET /live_data/milestone/m-1/game_stats",
      reply: { status: 200, body: {} }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.GameStatsInput>().toEqualTypeOf<InputOf<typeof Parameters.GetGameStatsPath>>()
  })
})

describe("LiveData.weatherIndex", () => {
  itDeclares(LiveData.weatherIndex({ city: "miami" }), {
    name: "LiveData.weatherIndex",
    signed: "never",
    errors: ["BadRequest"]
  })
  itSendsAndDecodes([
    {
      it: "reads a window in milliseconds with station readings",
      call: LiveData.weatherIndex({ city: "miami", from: 1_790_000_000_000, to: 1_790_000_060_000, detailed: true }),
      request: "GET /live_data/weather/miami?from=1790000000000&to=1790000060000&detailed=true",
      reply: {
        status: 200,
        body: {
          city: "miami",
          config_version: "miami-temperature-v1.0",
          units: "fahrenheit",
          timeseries: [
            {
              t: 1_790_000_000_000,
              v: 88.25,
              status: "degraded",
              contributors: 4,
              stations: [
                {
                  station_id: "KMIA1M",
                  code: "ok",
                  source: "metar",
                  temp_f: 88.1234,
                  obs_time_ms: 1_789_999_980_000,
                  received_at_ms: 1_790_000_001_000,
                  primary_code: "late"
                },
                { station_id: "KTMB1M", code: "missing" }
              ],
              receipt_basis: "synoptic_latency"
            },
            { t: 1_790_000_060_000, status: "incomplete" }
          ]
        }
      }
    },
    {
      it: "sends last_sec and decodes a null list as empty",
      call: LiveData.weatherIndex({ city: "new york", last_sec: 3600 }),
      request: "GET /live_data/weather/new%20york?last_sec=3600",
      reply: { status: 200, body: { city: "new york", units: "fahrenheit", timeseries: null } },
      value: { city: "new york", units: "fahrenheit", timeseries: [] }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.WeatherIndexInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetWeatherIndexPath, typeof Parameters.GetWeatherIndexQuery>
    >()
  })
})

describe("LiveData.weatherIndexCalibrations", () => {
  itDeclares(LiveData.weatherIndexCalibrations({ city: "miami" }), {
    name: "LiveData.weatherIndexCalibrations",
    signed: "never",
    errors: ["BadRequest"]
  })
  itSendsAndDecodes([
    {
      it: "reads the versions of an index and its station weights",
      call: LiveData.weatherIndexCalibrations({ city: "miami" }),
      request: "GET /live_data/weather/miami/calibrations",
      reply: {
        status: 200,
        body: {
          city: "miami",
          units: "celsius",
          calibrations: [
            {
              config_version: "miami-temperature-v1.0",
              published_at_ms: 1_789_000_000_000,
              effective_at_ms: 1_790_000_000_000,
              change_reason: "first",
              calibration_window_start_ms: 1_780_000_000_000,
              calibration_window_end_ms: 1_788_000_000_000,
              city_reference_c: 28.5,
              stations: [{ station_id: "KMIA1M", weight: 0.25, offset_c: -0.1, update_note: "" }]
            },
            { config_version: "v2", effective_at_ms: 1_791_000_000_000, city_reference_c: 28, stations: [] }
          ]
        }
      }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<LiveData.WeatherIndexCalibrationsInput>().toEqualTypeOf<
      InputOf<typeof Parameters.GetWeatherIndexCalibrationsPath>
    >()
  })
})
