import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as Parameters from "../src/generated/parameters.ts"
import * as IncentivePrograms from "../src/rest/IncentivePrograms.ts"
import { failureOf, itCalls } from "./support/calls.ts"
import { type InputOf, itIs } from "./support/operations.ts"

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
  itIs(IncentivePrograms.list(), { name: "IncentivePrograms.list", signed: "never", errors: ["BadRequest"] })
  itCalls([
    {
      it: "lists programs, and hands on the cursor by its own name",
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
      it: "sends every filter, and reads a list that is null as empty",
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
      answer: { incentive_programs: [] }
    }
  ])

  it.effect("refuses a reward that is no whole number of hundredths of a cent", () =>
    Effect.gen(function* () {
      for (const period_reward of [0.5, "5000000", 2 ** 53]) {
        const { error } = yield* failureOf(IncentivePrograms.list(), [
          { status: 200, body: { incentive_programs: [{ ...program, period_reward }] } }
        ])
        assert.include(error, { _tag: "ContractError", pointer: "/incentive_programs/0/period_reward" })
      }
    })
  )

  it("takes every parameter of the document", () => {
    expectTypeOf<IncentivePrograms.ListInput>().toEqualTypeOf<InputOf<typeof Parameters.GetIncentiveProgramsQuery>>()
  })
})
