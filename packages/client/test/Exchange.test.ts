import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Exchange from "../src/Exchange.ts"
import { failureOf, itCalls } from "./support/calls.ts"
import { itIs } from "./support/operations.ts"

const status = {
  exchange_active: true,
  trading_active: false,
  intra_exchange_transfers_active: true,
  exchange_estimated_resume_time: null,
  exchange_index_statuses: [
    {
      exchange_index: 1,
      description: "combos",
      exchange_active: true,
      trading_active: true,
      intra_exchange_transfers_active: true
    }
  ]
}

describe("Exchange.status", () => {
  itIs(Exchange.status(), { name: "Exchange.status", signed: "never", errors: [] })
  itCalls([
    {
      it: "reads the exchange as a whole and per shard",
      call: Exchange.status(),
      request: "GET /exchange/status",
      reply: { status: 200, body: status }
    },
    {
      it: "takes an answer without the shards",
      call: Exchange.status(),
      request: "GET /exchange/status",
      reply: { status: 200, body: { exchange_active: true, trading_active: true } }
    }
  ])

  for (const code of [500, 503, 504]) {
    it.effect(`keeps the status that a ${code} carries`, () =>
      Effect.gen(function* () {
        const { error } = yield* failureOf(
          Exchange.status(),
          Array.from({ length: 4 }, () => ({ status: code, body: status }))
        )
        assert.include(error, { status: code })
        assert.deepStrictEqual((error as { payload?: unknown }).payload, status)
      })
    )
  }
})

const everyDay = (hours: unknown) =>
  Object.fromEntries(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map((day) => [day, hours])
  )

describe("Exchange.schedule", () => {
  itIs(Exchange.schedule(), { name: "Exchange.schedule", signed: "never", errors: [] })
  itCalls([
    {
      it: "reads the hours of each weekday and the planned maintenance",
      call: Exchange.schedule(),
      request: "GET /exchange/schedule",
      reply: {
        status: 200,
        body: {
          schedule: {
            standard_hours: [
              {
                start_time: "2026-10-01T04:00:00Z",
                end_time: "2027-01-01T05:00:00Z",
                ...everyDay([
                  { open_time: "00:00", close_time: "03:00" },
                  { open_time: "05:00", close_time: "00:00" }
                ])
              }
            ],
            maintenance_windows: [{ start_datetime: "2026-10-15T03:00:00-04:00", end_datetime: "2026-10-15T09:00:00Z" }]
          }
        }
      }
    },
    {
      it: "reads days without sessions that are null as empty",
      call: Exchange.schedule(),
      request: "GET /exchange/schedule",
      reply: {
        status: 200,
        body: {
          schedule: {
            standard_hours: [
              { start_time: "2026-10-01T04:00:00Z", end_time: "2027-01-01T05:00:00Z", ...everyDay(null) }
            ],
            maintenance_windows: null
          }
        }
      },
      answer: {
        schedule: {
          standard_hours: [{ start_time: "2026-10-01T04:00:00Z", end_time: "2027-01-01T05:00:00Z", ...everyDay([]) }],
          maintenance_windows: []
        }
      }
    }
  ])
})

describe("Exchange.userDataTimestamp", () => {
  itIs(Exchange.userDataTimestamp(), { name: "Exchange.userDataTimestamp", signed: "never", errors: [] })
  itCalls([
    {
      it: "reads a time and keeps it as it came",
      call: Exchange.userDataTimestamp(),
      request: "GET /exchange/user_data_timestamp",
      reply: { status: 200, body: { as_of_time: "2026-10-09T12:34:28.97871Z" } }
    }
  ])

  it.effect("refuses a Unix time where the document says RFC 3339", () =>
    Effect.gen(function* () {
      const { error } = yield* failureOf(Exchange.userDataTimestamp(), [
        { status: 200, body: { as_of_time: 1_791_549_268 } }
      ])
      assert.include(error, { _tag: "ContractError", pointer: "/as_of_time" })
    })
  )
})
