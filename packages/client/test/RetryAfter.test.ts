import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { TestClock } from "effect/testing"
import type { Failure } from "../src/Errors.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import { runFor } from "./support/run.ts"
import { layer, type Reply, Script } from "./support/scripted.ts"

const group: Reply = { status: 200, body: { is_auto_cancel_enabled: false, orders: [] } }
const nowMillis = Date.UTC(2026, 9, 9, 12, 0, 0)

/** Of the policy, where nothing longer is asked for. */
const ownWait = 1_000

const policy = { retry: Schedule.spaced(ownWait), totalTimeout: "30 seconds" } as const

/** The wait before the second attempt, or the failure of a call that made none; and when the call ended. */
const played = () =>
  Effect.gen(function* () {
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

const refusal = (status: number, header: string): Reply => ({ status, headers: { "retry-after": header } })

/** Every answer after which a read is repeated. */
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
  ["seconds that are fewer than the policy's", "0", ownWait],
  ["a date", "Fri, 09 Oct 2026 12:00:09 GMT", 9_000],
  ["a date that has passed", "Fri, 09 Oct 2026 11:00:00 GMT", ownWait],
  ["a date long ago", "Thu, 01 Jan 1970 00:00:00 GMT", ownWait],
  ["a date in the obsolete form of RFC 850", "Friday, 09-Oct-26 12:00:09 GMT", 9_000],
  ["a date in the obsolete form of asctime", "Fri Oct  9 12:00:09 2026", 9_000],
  ["a date in no form of HTTP", "2026-10-09T12:00:09Z", ownWait],
  ["a date with an offset", "Fri, 09 Oct 2026 12:00:09 +0100", ownWait],
  ["a date of no month", "Fri, 09 Abc 2026 12:00:09 GMT", ownWait],
  ["a negative number", "-7", ownWait],
  ["a signed number", "+7", ownWait],
  ["a fraction", "7.5", ownWait],
  ["a number with an exponent", "1e1", ownWait],
  ["a hexadecimal number", "0x7", ownWait],
  ["garbage", "soon", ownWait],
  ["nothing", "", ownWait],
  ["two values", "5, 7", ownWait],
  ["two dates", "Fri, 09 Oct 2026 12:00:05 GMT, Fri, 09 Oct 2026 12:00:09 GMT", ownWait]
]

const tooLong: ReadonlyArray<readonly [form: string, header: string, retryAfterMillis: number]> = [
  ["seconds", "31", 31_000],
  ["as many seconds as are left", "30", 30_000],
  ["a date", "Fri, 09 Oct 2026 13:00:00 GMT", 3_600_000],
  ["more seconds than a timer holds", "3000000", 3_000_000_000],
  ["more seconds than nine digits hold", "10000000000", 10_000_000_000_000],
  ["more seconds than a number holds", "9".repeat(400), Number.POSITIVE_INFINITY]
]

for (const [status, tag] of statuses) {
  describe(`Retry-After of a ${status}`, () => {
    for (const [form, header, expected] of waits) {
      it.effect(`with ${form}: ${expected === ownWait ? "the policy's own wait" : `${expected} ms`}`, () =>
        Effect.gen(function* () {
          const { failure, waited } = yield* played()
          assert.isUndefined(failure)
          assert.strictEqual(waited, expected)
        }).pipe(Effect.provide(layer([refusal(status, header), group], { policy })))
      )
    }

    it.effect("counts a date from when the answer came", () =>
      Effect.gen(function* () {
        const { waited } = yield* played()
        // The answer was on its way for two of the nine seconds.
        assert.strictEqual(waited, 9_000)
      }).pipe(
        Effect.provide(
          layer([{ ...refusal(status, "Fri, 09 Oct 2026 12:00:09 GMT"), delayMillis: 2_000 }, group], { policy })
        )
      )
    )

    for (const [form, header, retryAfterMillis] of tooLong) {
      it.effect(`longer than the whole call may take, ${form}: fails at once with the ${status} itself`, () =>
        Effect.gen(function* () {
          const { failure, tookMillis, waited } = yield* played()
          assert.isUndefined(waited)
          assert.strictEqual(tookMillis, 0)
          assert.deepInclude(failure, {
            _tag: tag,
            retryAfterMillis,
            attempts: 1
          })
        }).pipe(Effect.provide(layer([refusal(status, header)], { policy })))
      )
    }
  })
}

describe("Retry-After of an answer that will not change", () => {
  it.effect("does not make the request be sent again", () =>
    Effect.gen(function* () {
      const { failure, tookMillis, waited } = yield* played()
      assert.isUndefined(waited)
      assert.strictEqual(tookMillis, 0)
      assert.deepInclude(failure, { _tag: "NotFound", attempts: 1 })
    }).pipe(Effect.provide(layer([refusal(404, "1")], { policy })))
  )
})
