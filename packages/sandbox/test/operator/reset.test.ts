import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { type Assumptions, defaults } from "../../src/Assumptions.ts"
import { layer, layerTest, Sandbox } from "../../src/Sandbox.ts"
import { send } from "../support/wire.ts"

const now = Effect.map(
  Effect.flatMap(Sandbox, (sandbox) => sandbox.view),
  ({ nowMillis }) => nowMillis
)

const liquidityOf = (ticker: string) =>
  Effect.map(send({ method: "GET", path: `/markets/${ticker}` }), ({ body }) => {
    const { market } = body as { readonly market: object } // the test fails if `market` is missing
    return "liquidity_dollars" in market
  })

const assumptions: Partial<Assumptions> = { marketLiquidity: "absent" }

describe("Operator.reset", () => {
  it.effect("resets a clock that was moved or restored from a snapshot", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* TestClock.adjust("1 hour")
      yield* sandbox.moveClock(86_400_000)
      const later = yield* sandbox.snapshot
      assert.strictEqual(later.nowMillis, 90_000_000)
      yield* sandbox.reset
      assert.strictEqual(yield* now, 3_600_000)
      yield* sandbox.restore(later)
      assert.strictEqual(yield* now, 90_000_000)
      yield* sandbox.moveClock(5_000)
      yield* sandbox.reset
      assert.strictEqual(yield* now, 3_600_000)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* now, 3_600_001)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("sets a frozen clock back to its initial time", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const first = yield* now
      yield* sandbox.moveClock(86_400_000)
      const later = yield* sandbox.snapshot
      yield* sandbox.reset
      assert.strictEqual(yield* now, first)
      yield* sandbox.restore(later)
      yield* sandbox.reset
      assert.strictEqual(yield* now, first)
    }).pipe(Effect.provide(layer({ clock: "frozen" })))
  )

  it.effect("makes signatures valid again that a move of the clock had made invalid", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [by] = sandbox.credentials
      yield* TestClock.adjust("1 hour")
      yield* sandbox.moveClock(86_400_000)
      assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by: by! })).status, 401)
      yield* sandbox.reset
      for (let n = 0; n < 10; n++) {
        assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by: by! })).status, 200)
      }
    }).pipe(Effect.provide(layerTest({ accounts: [{ tier: "basic" }] })))
  )

  it.effect("keeps the exchange's assumptions, even if a snapshot was restored before", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      assert.notStrictEqual(defaults.marketLiquidity, "absent")
      assert.isFalse(yield* liquidityOf("KXTEST-26-YES"))
      yield* sandbox.restore(yield* sandbox.snapshot)
      assert.isFalse(yield* liquidityOf("KXTEST-26-YES"))
      yield* sandbox.reset
      assert.isFalse(yield* liquidityOf("KXTEST-26-YES"))
    }).pipe(Effect.provide(layerTest({ assumptions, markets: [{ ticker: "KXTEST-26-YES" }] })))
  )

  it.effect("removes planted faults and recorded requests", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* send({ method: "GET", path: "/exchange/status" })
      yield* sandbox.plant({ status: 503 })
      yield* sandbox.reset
      assert.deepStrictEqual(yield* sandbox.requests, [])
      assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
    }).pipe(Effect.provide(layerTest()))
  )
})

describe("times that the operator passes", () => {
  const notTimes = [Number.NaN, Infinity, 1e300, 0.5, Number.MAX_SAFE_INTEGER]

  it.effect("must be whole milliseconds in the range of a date", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      for (const millis of [...notTimes, -Infinity, -1e300, 253_402_300_799_001]) {
        assert.strictEqual((yield* Effect.flip(sandbox.moveClock(millis)))._tag, "SandboxError", String(millis))
      }
      const snapshot = yield* sandbox.snapshot
      for (const nowMillis of [...notTimes, -1, 253_402_300_799_001]) {
        const error = yield* Effect.flip(sandbox.restore({ ...snapshot, nowMillis }))
        assert.include(error.message, "nowMillis is not a time", String(nowMillis))
      }
      assert.strictEqual(yield* now, 0)
      assert.strictEqual(
        (yield* send({ method: "GET", path: "/exchange/status" })).headers["date"]?.slice(-12),
        "00:00:00 GMT"
      )
      yield* sandbox.moveClock(253_402_300_799_000)
      assert.strictEqual((yield* send({ method: "GET", path: "/exchange/user_data_timestamp" })).status, 200)
    }).pipe(Effect.provide(layerTest()))
  )
})
