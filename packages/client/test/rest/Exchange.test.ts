import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Exchange from "../../src/rest/Exchange.ts"
import { itFails, itSendsAndDecodes, play } from "../support/calls.ts"
import { itDeclares } from "../support/operations.ts"
import type { Reply } from "../support/scripted.ts"

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
  itDeclares(Exchange.status(), { name: "Exchange.status", signed: "never", errors: [] })
  itSendsAndDecodes([
    {
      it: "reads the status of the exchange and of each shard",
      call: Exchange.status(),
      request: "GET /exchange/status",
      reply: { status: 200, body: status }
    },
    {
      it: "accepts a response without shards",
      call: Exchange.status(),
      request: "GET /exchange/status",
      reply: { status: 200, body: { exchange_active: true, trading_active: true } }
    }
  ])

  for (const code of [500, 503, 504]) {
    it.effect(`keeps the status in the body of a ${code}`, () =>
      Effect.gen(function* () {
        const { error } = yield* play(
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
  itDeclares(Exchange.schedule(), { name: "Exchange.schedule", signed: "never", errors: [] })
  itSendsAndDecodes([
    {
      it: "reads the hours of each weekday and the maintenance windows",
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
      it: "decodes null sessions and windows as empty",
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
      value: {
        schedule: {
          standard_hours: [{ start_time: "2026-10-01T04:00:00Z", end_time: "2027-01-01T05:00:00Z", ...everyDay([]) }],
          maintenance_windows: []
        }
      }
    }
  ])
})

describe("Exchange.userDataTimestamp", () => {
  itDeclares(Exchange.userDataTimestamp(), { name: "Exchange.userDataTimestamp", signed: "never", errors: [] })
  itSendsAndDecodes([
    {
      it: "reads a time and does not change its text",
      call: Exchange.userDataTimestamp(),
      request: "GET /exchange/user_data_timestamp",
      reply: { status: 200, body: { as_of_time: "2026-10-09T12:34:28.97871Z" } }
    }
  ])

  itFails(
    "fails with ContractError on a Unix time",
    Exchange.userDataTimestamp(),
    [{ status: 200, body: { as_of_time: 1_791_549_268 } }],
    { _tag: "ContractError", pointer: "/as_of_time" }
  )
})

describe("Exchange.readAfter", () => {
  const asOf = (time: string): Reply => ({ status: 200, body: { as_of_time: time } })
  const write = { ts_ms: 1_000 }

  const readAfter = (replies: ReadonlyArray<Reply>, options?: Exchange.ReadAfterOptions) =>
    play(Exchange.readAfter(write, options), replies)

  it.effect("waits until the reads are newer than the write", () =>
    Effect.gen(function* () {
      const same = asOf("1970-01-01T00:00:01Z")
      const later = asOf("1970-01-01T00:00:01.001Z")
      const { sent, value } = yield* readAfter([asOf("1970-01-01T00:00:00.98765Z"), same, same, later])
      assert.deepStrictEqual(value, "1970-01-01T00:00:01.001Z")
      assert.deepStrictEqual(
        sent.map(({ atMillis }) => atMillis),
        [0, 50, 150, 350]
      )
    })
  )

  it.effect("fails with ReadsLag after `within`, and reports the last as_of_time", () =>
    Effect.gen(function* () {
      const old = asOf("1970-01-01T00:00:00Z")
      const { error, sent } = yield* readAfter([old, old, old, old], { within: 200 })
      assert.deepStrictEqual(
        sent.map(({ atMillis }) => atMillis),
        [0, 50, 150, 200]
      )
      assert.strictEqual(error._tag, "ReadsLag")
      assert.strictEqual(
        error.message,
        "the reads did not show the write of 1970-01-01T00:00:01.000Z within 200 ms, because their as_of_time was 1970-01-01T00:00:00Z: increase the option within"
      )
    })
  )

  itFails("fails with the error of a failed request", Exchange.readAfter(write), [{ status: 404, body: {} }], {
    _tag: "UnexpectedStatus"
  })
})
