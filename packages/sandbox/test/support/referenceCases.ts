/**
 * Requests by the status that they receive, for the operations with the tags incentive-programs, live-data, milestone,
 * search and structured-targets. `{milestone}` and `{target}` stand for existing entities.
 */
import type { Case } from "./cases.ts"

const get = (path: string): Case["request"] => ({ method: "GET", path })

const bad = (path: string, ...queries: ReadonlyArray<string>) => queries.map((query) => ({ path: `${path}?${query}` }))

const unknownId = "00000000-0000-4000-8000-000000000000"

/** A UUID that no entity has, and an id that is not a UUID. */
const missing = (path: (id: string) => string) => [{ path: path(unknownId) }, { path: path("not-a-uuid") }]

export const referenceCases: Readonly<Record<string, Case>> = {
  GetMilestones: {
    request: get("/milestones?limit=1"),
    others: {
      400: [
        { path: "/milestones" },
        ...bad("/milestones", "limit=0", "limit=501", "limit=1&cursor=nonsense", "limit=1&minimum_start_date=tomorrow")
      ]
    }
  },
  GetMilestone: {
    request: get("/milestones/{milestone}"),
    // A malformed id gets a 404, like an unknown id. A published client asserts this about the demo exchange.
    others: { 404: missing((id) => `/milestones/${id}`) },
    planted: [400]
  },

  GetStructuredTargets: { request: get("/structured_targets?ids={target}") },
  GetStructuredTarget: {
    request: get("/structured_targets/{target}"),
    others: { 404: missing((id) => `/structured_targets/${id}`) }
  },

  GetIncentivePrograms: {
    request: get("/incentive_programs"),
    others: {
      400: bad("/incentive_programs", "limit=0", "limit=10001", "cursor=nonsense", "status=perhaps", "type=perhaps")
    }
  },

  GetTagsForSeriesCategories: { request: get("/search/tags_by_categories") },
  GetFiltersForSports: { request: get("/search/filters_by_sport") },

  GetLiveDataByMilestone: {
    request: get("/live_data/milestone/{milestone}"),
    others: { 404: missing((id) => `/live_data/milestone/${id}`) }
  },
  GetLiveData: {
    request: get("/live_data/football_game/milestone/{milestone}"),
    others: {
      404: [
        ...missing((id) => `/live_data/football_game/milestone/${id}`),
        { path: "/live_data/basketball_game/milestone/{milestone}" }
      ]
    }
  },
  GetLiveDatas: { request: get("/live_data/batch?milestone_ids={milestone}") },
  GetGameStats: {
    request: get("/live_data/milestone/{milestone}/game_stats"),
    others: { 404: missing((id) => `/live_data/milestone/${id}/game_stats`) }
  },
  GetEventLiveData: {
    request: get("/live_data/events/KXTEST-26"),
    others: { 404: [{ path: "/live_data/events/KXNONE-26" }] }
  },
  GetWeatherIndex: {
    request: get("/live_data/weather/miami?last_sec=600"),
    others: {
      400: [
        { path: "/live_data/weather/atlantis" },
        ...bad(
          "/live_data/weather/miami",
          "from=0",
          "from=1&to=0",
          "last_sec=60&to=0",
          "last_sec=60&from=0",
          "last_sec=-1",
          "last_sec=604801",
          "detailed=perhaps"
        )
      ]
    }
  },
  GetWeatherIndexCalibrations: {
    request: get("/live_data/weather/miami/calibrations"),
    others: { 400: [{ path: "/live_data/weather/atlantis/calibrations" }] }
  }
}
