import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Parameters from "../../src/generated/parameters.ts"
import * as IncentivePrograms from "../../src/rest/IncentivePrograms.ts"
import { itFails, itSendsAndDecodes } from "../support/calls.ts"
import { type InputOf, itDeclares } from "../support/operations.ts"

const program = {
  id: "p-1",
  market_id: "id-1",
  market_ticker: "T-1",
  incentive_type: "liquidity",
  incentive_description: "Quote both sides",
  start_date: "2026-10-01T00:00:00Z",
  end_date: "2026-10-31T00:00:00Z",
  period_reward: 5_000_000,
  paid_out: false,
  discount_factor_bps: 9000,
  target_size_fp: "300.00",
  max_reward_per_account: null
}

describe("IncentivePrograms.list", () => {
  itDeclares(IncentivePrograms.list(), { name: "IncentivePrograms.list", signed: "never", errors: ["BadRequest"] })
  itSendsAndDecodes([
    {
      it: "lists programs, and reads the cursor from next_cursor",
      call: IncentivePrograms.list(),
      request: "GET /incentive_programs",
      reply: {
        status: 200,
        body: {
          incentive_programs: [program, { ...program, incentive_type: "a type of tomorrow", target_size_fp: null }],
          next_cursor: "next"
        }
      }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: IncentivePrograms.list({
        status: "paid_out",
        type: "margin_taker_volume",
        incentive_description: "Quote both sides",
        limit: 10_000,
        cursor: "next"
      }),
      request:
        "GET /incentive_programs?status=paid_out&type=margin_taker_volume&incentive_description=Quote%20both%20sides&limit=10000&cursor=next",
      reply: { status: 200, body: { incentive_programs: null } },
      value: { incentive_programs: [] }
    }
  ])

  for (const period_reward of [0.5, "5000000", 2 ** 53]) {
    itFails(
      `rejects the reward ${JSON.stringify(period_reward)}, which is not a safe integer`,
      IncentivePrograms.list(),
      [{ status: 200, body: { incentive_programs: [{ ...program, period_reward }] } }],
      { _tag: "ContractError", pointer: "/incentive_programs/0/period_reward" }
    )
  }

  it("accepts every documented parameter", () => {
    expectTypeOf<IncentivePrograms.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetIncentiveProgramsQuery>>()
  })
})
