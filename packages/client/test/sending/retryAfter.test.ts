import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { TestClock } from "effect/testing"
import type { Failure } from "../../src/Errors.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import { runFor } from "../support/run.ts"
import { layer, type Reply, Script } from "../support/scripted.ts"

const group: Reply = { status: 200, body: { is_auto_cancel_enabled: false, orders: [] } }
const nowMillis = Date.UTC(2026, 9, 9, 12, 0, 0)

const ownWait = 1_000

const policy = { retry: Schedule.spaced(ownWait), totalTimeout: "30 seconds" } as const

const play = Effect.gen(function* () {
  yield* TestClock.setTime(nowMillis)
  let endedAt = Number.NaN
  const call = Effect.ensuring(
    Effect.result(OrderGroups.get({ order_group_id: "g" })),
    Effect.clockWith((clock) => Effect.sync(() => (endedAt = clock.currentTimeMillisUnsafe())))
  )
  const result = yield* runFor("1 minute", call)
  const { sent } = yield* Script
  return {
    waited: sent.length === 2 ? sent[1]!.atMillis - sent[0]!.atMillis : undefined,
    failure: result._tag === "Failure" ? result.failure : undefined,
    tookMillis: endedAt - nowMillis
  }
})

const errorReply = (status: number, header: string): Reply => ({ status, headers: { "retry-after": header } })

const statuses: ReadonlyArray<readonly [status: number, tag: Failure["_tag"]]> = [
  [408, "UnexpectedStatus"],
  [425, "UnexpectedStatus"],
  [429, "TooManyRequests"],
  [500, "InternalServerError"],
  [502, "BadGateway"],
  [503, "ServiceUnavailable"],
  [504, "GatewayTimeout"],
  [520, "UnexpectedStatus"],
  [598, "UnexpectedStatus"]
]

const waits: ReadonlyArray<readonly [form: string, header: string, waited: number]> = [
  ["whole seconds", "7", 7_000],
  ["whole seconds with white space around them", " 7 ", 7_000],
  ["seconds with leading zeros", "007", 7_000],
  ["fewer seconds than the wait of the policy", "0", ownWait],
  ["a date", "Fri, 09 Oct 2026 12:00:09 GMT", 9_000],
  ["a date that has passed", "Fri, 09 Oct 2026 11:00:00 GMT", ownWait],
  ["a date long ago", "Thu, 01 Jan 1970 00:00:00 GMT", ownWait],
  ["a date in the obsolete form of RFC 850", "Friday, 09-Oct-26 12:00:09 GMT", 9_000],
  ["a date in the obsolete form of asctime", "Fri Oct  9 12:00:09 2026", 9_000],
  ["a date that is not in an HTTP format", "2026-10-09T12:00:09Z", ownWait],
  ["a date with an offset", "Fri, 09 Oct 2026 12:00:09 +0100", ownWait],
  ["a date with an invalid month", "Fri, 09 Abc 2026 12:00:09 GMT", ownWait],
  ["a negative number", "-7", ownWait],
  ["a signed number", "+7", ownWait],
  ["a fraction", "7.5", ownWait],
  ["a number with an exponent", "1e1", ownWait],
  ["a hexadecimal number", "0x7", ownWait],
  ["a word", "soon", ownWait],
  ["an empty value", "", ownWait],
  ["two values", "5, 7", ownWait],
  ["two dates", "Fri, 09 Oct 2026 12:00:05 GMT, Fri, 09 Oct 2026 12:00:09 GMT", ownWait]
]

const tooLong: ReadonlyArray<readonly [form: string, header: string, retryAfterMillis: number]> = [
  ["seconds", "31", 31_000],
  ["exactly the remaining seconds", "30", 30_000],
  ["a date", "Fri, 09 Oct 2026 13:00:00 GMT", 3_600_000],
  ["more seconds than a timer supports", "3000000", 3_000_000_000],
  ["a number of seconds with more than nine digits", "10000000000", 10_000_000_000_000],
  ["more seconds than a number can represent", "9".repeat(400), Number.POSITIVE_INFINITY]
]

for (const [status, tag] of statuses) {
  describe(`Retry-After of a ${status}`, () => {
    for (const [form, header, expected] of waits) {
      it.effect(
        `makes the client wait ${expected === ownWait ? "as long as the policy requires" : `${expected} ms`} if it is ${form}`,
        () =>
          Effect.gen(function* () {
            const { failure, waited } = yield* play
            assert.isUndefined(failure)
            assert.strictEqual(waited, expected)
          }).pipe(Effect.provide(layer([errorReply(status, header), group], { policy })))
      )
    }

    it.effect("measures the wait until a date from the arrival of the response", () =>
      Effect.gen(function* () {
        const { waited } = yield* play
        // The response was in flight for two of the nine seconds.
        assert.strictEqual(waited, 9_000)
      }).pipe(
        Effect.provide(
          layer([{ ...errorReply(status, "Fri, 09 Oct 2026 12:00:09 GMT"), delayMillis: 2_000 }, group], { policy })
        )
      )
    )

    for (const [form, header, retryAfterMillis] of tooLong) {
      it.effect(`makes the call fail if the wait reaches the total timeout: ${form}`, () =>
        Effect.gen(function* () {
          const { failure, tookMillis, waited } = yield* play
          assert.isUndefined(waited)
          assert.strictEqual(tookMillis, 0)
          assert.deepInclude(failure, {
            _tag: tag,
            retryAfterMillis,
            attempts: 1
          })
        }).pipe(Effect.provide(layer([errorReply(status, header)], { policy })))
      )
    }
  })
}

describe("Retry-After of a permanent failure", () => {
  it.effect("does not cause a retry", () =>
    Effect.gen(function* () {
      const { failure, tookMillis, waited } = yield* play
      assert.isUndefined(waited)
      assert.strictEqual(tookMillis, 0)
      assert.deepInclude(failure, { _tag: "NotFound", attempts: 1 })
    }).pipe(Effect.provide(layer([errorReply(404, "1")], { policy })))
  )
})
