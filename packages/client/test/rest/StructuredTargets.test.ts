import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as StructuredTargets from "../../src/rest/StructuredTargets.ts"
import { itRejects, itSendsAndDecodes } from "../support/calls.ts"
import { type InputOf, itDeclares } from "../support/operations.ts"

const target = {
  id: "88a2cc9d-9f2a-4fac-8dd6-5148bb087d5b",
  name: "New York Y",
  type: "baseball_team",
  details: { league: "Pro Baseball", leagues: ["Pro Baseball"] },
  source_id: "s-1",
  source_ids: { league: "147" },
  last_updated_ts: "2026-07-05T22:45:48Z"
}

describe("StructuredTargets.list", () => {
  itDeclares(StructuredTargets.list(), { name: "StructuredTargets.list", signed: "never", errors: ["Unauthorized"] })
  itSendsAndDecodes([
    {
      it: "repeats the query key for each id",
      call: StructuredTargets.list({ ids: ["a", "b"] }),
      request: "GET /structured_targets?ids=a&ids=b",
      reply: { status: 200, body: { structured_targets: [target, {}], cursor: "" } }
    },
    {
      it: "sends every filter and accepts an empty response",
      call: StructuredTargets.list({
        ids: ["a"],
        type: "baseball_team",
        competition: "Pro Baseball",
        page_size: 2000,
        cursor: "c"
      }),
      request: "GET /structured_targets?ids=a&type=baseball_team&competition=Pro%20Baseball&page_size=2000&cursor=c",
      reply: { status: 200, body: {} }
    }
  ])

  itRejects(
    "rejects more than 2,000 ids and an empty list",
    [Array.from({ length: 2001 }, (_, i) => `${i}`), []].map((ids) => [StructuredTargets.list({ ids }), "/ids"])
  )

  it("accepts every documented parameter", () => {
    expectTypeOf<StructuredTargets.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetStructuredTargetsQuery>>()
  })
})

describe("StructuredTargets.get", () => {
  itDeclares(StructuredTargets.get({ structured_target_id: "a" }), {
    name: "StructuredTargets.get",
    signed: "never",
    errors: ["Unauthorized", "NotFound"]
  })
  itSendsAndDecodes([
    {
      it: "reads one target",
      call: StructuredTargets.get({ structured_target_id: target.id }),
      request: `GET /structured_targets/${target.id}`,
      reply: { status: 200, body: { structured_target: target } }
    }
  ])

  it("accepts every documented parameter", () => {
    expectTypeOf<StructuredTargets.GetInput>().toEqualTypeOf<InputOf<typeof Parameters.GetStructuredTargetPath>>()
  })
})
