import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as Milestones from "../../src/rest/Milestones.ts"
import { itRejects, itSendsAndDecodes } from "../support/calls.ts"
import { type InputOf, itDeclares } from "../support/operations.ts"

const milestone = {
  id: "m-1",
  category: "Sports",
  type: "football_game",
  start_date: "2026-10-11T17:00:00Z",
  end_date: "2026-10-11T20:30:00.5Z",
  title: "Home against visitors",
  notification_message: "Kick-off",
  source_id: null,
  source_ids: { league: "12345" },
  related_event_tickers: ["E-1", "E-2"],
  primary_event_tickers: [],
  details: { season: 2026, venue: { roof: "open" } },
  last_updated_ts: "2026-10-09T12:00:00Z"
}

describe("Milestones.list", () => {
  itDeclares(Milestones.list({ limit: 1 }), {
    name: "Milestones.list",
    signed: "never",
    errors: ["BadRequest", "Unauthorized"]
  })
  itSendsAndDecodes([
    {
      it: "lists milestones with all their details, even unknown ones",
      call: Milestones.list({ limit: 500 }),
      request: "GET /milestones?limit=500",
      reply: { status: 200, body: { milestones: [milestone], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Milestones.list({
        limit: 1,
        minimum_start_date: "2026-10-01T00:00:00+02:00",
        category: "Sports",
        competition: "Pro Football",
        source_id: "s",
        type: "football_game",
        related_event_ticker: "E-1",
        cursor: "c",
        min_updated_ts: 1_790_000_000
      }),
      request:
        "GET /milestones?limit=1&minimum_start_date=2026-10-01T00%3A00%3A00%2B02%3A00&category=Sports&competition=Pro%20Football&source_id=s&type=football_game&related_event_ticker=E-1&cursor=c&min_updated_ts=1790000000",
      reply: { status: 200, body: { milestones: null } },
      value: { milestones: [] }
    }
  ])

  itRejects(
    "rejects a missing limit, a limit over 500 and an invalid date",
    (
      [
        [{} as Milestones.ListInput, "/limit"],
        [{ limit: 501 }, "/limit"],
        [{ limit: 1, minimum_start_date: "2026-02-30T00:00:00Z" }, "/minimum_start_date"],
        [{ limit: 1, minimum_start_date: "2026-10-01" }, "/minimum_start_date"]
      ] as const
    ).map(([input, pointer]) => [Milestones.list(input), pointer])
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<Milestones.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetMilestonesQuery>>()
  })
})

describe("Milestones.get", () => {
  itDeclares(Milestones.get({ milestone_id: "m-1" }), {
    name: "Milestones.get",
    signed: "never",
    errors: ["BadRequest", "Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads one milestone",
      call: Milestones.get({ milestone_id: "m-1" }),
      request: "GET /milestones/m-1",
      reply: { status: 200, body: { milestone } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<Milestones.GetInput>().toEqualTypeOf<InputOf<typeof Parameters.GetMilestonePath>>()
  })
})
