import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import * as Exchange from "../src/rest/Exchange.ts"
import { failureOf, itCalls } from "./support/calls.ts"
import { itIs } from "./support/operations.ts"
import { layer, type Reply, Script } from "./support/scripted.ts"

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

describe("readAfter", () => {
  const asOf = (time: string): Reply => ({ status: 200, body: { as_of_time: time } })
  const write = { ts_ms: 1_000 }

  const after = (replies: ReadonlyArray<Reply>, options?: Exchange.ReadAfterOptions) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.result(Exchange.readAfter(write, options)))
      yield* TestClock.adjust("1 minute")
      const result = yield* Fiber.join(fiber)
      const { sent } = yield* Script
      return { result, atMillis: sent.map(({ atMillis }) => atMillis) }
    }).pipe(Effect.provide(layer(replies)))

  it.effect("waits until the reads are fresher than the write, not only as fresh", () =>
    Effect.gen(function* () {
      const same = asOf("1970-01-01T00:00:01Z")
      const later = asOf("1970-01-01T00:00:01.001Z")
      const { atMillis, result } = yield* after([asOf("1970-01-01T00:00:00.98765Z"), same, same, later])
      assert.deepStrictEqual(result, Result.succeed("1970-01-01T00:00:01.001Z"))
      assert.deepStrictEqual(atMillis, [0, 50, 150, 350])
    })
  )

  it.effect("gives up after its time, and says how fresh they were", () =>
    Effect.gen(function* () {
      const old = asOf("1970-01-01T00:00:00Z")
      const { atMillis, result } = yield* after([old, old, old, old], { within: 200 })
      assert.deepStrictEqual(atMillis, [0, 50, 150, 200])
      assert.isTrue(Result.isFailure(result) && result.failure._tag === "ReadsLag")
      assert.strictEqual(
        Result.isFailure(result) ? result.failure.message : "",
        "the reads did not show the write of 1970-01-01T00:00:01.000Z within 200 ms, because they were as of 1970-01-01T00:00:00Z: wait longer, by the option within"
      )
    })
  )

  it.effect("fails as the reading does", () =>
    Effect.gen(function* () {
      const { result } = yield* after([{ status: 404, body: {} }])
      assert.strictEqual(Result.isFailure(result) && result.failure._tag, "UnexpectedStatus")
    })
  )
})
