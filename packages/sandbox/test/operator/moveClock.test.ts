/** The skew is the exchange's clock minus the client's clock. */
import * as ClockSkew from "@kalshi-effect/client/ClockSkew"
import * as ExchangeOperations from "@kalshi-effect/client/Exchange"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import { assert, describe, it } from "@effect/vitest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { layer, layerTest, Sandbox } from "../../src/Sandbox.ts"

const kalshi = (options?: Partial<Kalshi.Options>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { signer } = yield* sandbox.createAccount()
      return Kalshi.layer({ environment: sandbox.environment, signer, limits: false, ...options })
    })
  )

const statuses = Effect.flatMap(Sandbox, ({ requests }) =>
  Effect.map(requests, (served) => served.map(({ status }) => status))
)

/** Runs a call for 20 seconds of virtual time. */
const play = <A, E, R>(call: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.result(call))
    yield* TestClock.adjust("20 seconds")
    return yield* Fiber.join(fiber)
  })

describe("Operator.moveClock", () => {
  for (const moved of [120_000, -120_000]) {
    it.effect(`lets the client measure a skew of ${moved} ms`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 10, 22) + 321)
        yield* (yield* Sandbox).moveClock(moved)
        yield* ExchangeOperations.status()
        assert.deepStrictEqual(yield* ClockSkew.measured, {
          millis: moved + 179,
          lowerMillis: moved - 321,
          upperMillis: moved + 679,
          ageMillis: 0
        })
      }).pipe(Effect.provide(Layer.provideMerge(kalshi(), layerTest())))
    )

    it.effect(`lets a client with correctClockSkew write after one 401 (skew: ${moved} ms)`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 10, 22))
        yield* (yield* Sandbox).moveClock(moved)
        assert.strictEqual((yield* play(OrderGroups.create({ contracts_limit: 1 })))._tag, "Success")
        assert.deepStrictEqual(yield* statuses, [401, 201])
        assert.strictEqual((yield* play(OrderGroups.create({ contracts_limit: 1 })))._tag, "Success")
        assert.deepStrictEqual(yield* statuses, [401, 201, 201])
        const { order_groups } = yield* OrderGroups.list()
        assert.strictEqual(order_groups?.length, 2)
      }).pipe(Effect.provide(Layer.provideMerge(kalshi({ correctClockSkew: true }), layerTest())))
    )
  }

  it.effect("lets the client follow a clock that moves back", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22))
      const sandbox = yield* Sandbox
      yield* sandbox.moveClock(120_000)
      yield* play(OrderGroups.list())
      yield* sandbox.moveClock(-120_000)
      assert.strictEqual((yield* play(OrderGroups.list()))._tag, "Success")
      assert.deepStrictEqual(yield* statuses, [401, 200, 401, 200])
    }).pipe(Effect.provide(Layer.provideMerge(kalshi({ correctClockSkew: true }), layerTest())))
  )

  it.effect("continues from a restored snapshot's time, and accepts current signatures", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22))
      const sandbox = yield* Sandbox
      const snapshot = yield* sandbox.snapshot
      yield* TestClock.adjust("1 hour")
      yield* sandbox.restore(snapshot)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* sandbox.view).nowMillis, snapshot.nowMillis + 1_000)
      assert.strictEqual((yield* play(OrderGroups.list()))._tag, "Success")
    }).pipe(Effect.provide(Layer.provideMerge(kalshi({}), layerTest())))
  )

  it.effect("lets a client with correctClockSkew and an invalid key fail after one 401", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22))
      const result = yield* play(OrderGroups.list())
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "Unauthorized")
      assert.deepStrictEqual(yield* statuses, [401])
    }).pipe(
      Effect.provide(
        Layer.unwrap(
          Effect.gen(function* () {
            const sandbox = yield* Sandbox
            const [mine, other] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
            const signer = { ...mine.signer, sign: other.signer.sign }
            return Kalshi.layer({ environment: sandbox.environment, signer, limits: false, correctClockSkew: true })
          })
        ).pipe(Layer.provideMerge(layerTest()))
      )
    )
  )

  it.live("lets the client measure and correct the skew over HTTP, from the server's dates", () =>
    Effect.gen(function* () {
      yield* (yield* Sandbox).moveClock(120_000)
      yield* OrderGroups.list()
      const skew = (yield* ClockSkew.measured)!
      assert.isTrue(skew.lowerMillis <= 120_000 && 120_000 <= skew.upperMillis, JSON.stringify(skew))
      assert.deepStrictEqual(yield* statuses, [401, 200])
    }).pipe(Effect.provide(kalshi({ correctClockSkew: true })), Effect.provide([layer(), NodeHttpClient.layerUndici]))
  )
})
