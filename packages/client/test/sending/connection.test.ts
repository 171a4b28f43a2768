import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Environment from "../../src/Environment.ts"
import * as connections from "../../src/sending/connection.ts"
import { make as makeTelemetry } from "../../src/sending/observer.ts"
import { read } from "../../src/sending/skew.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import { environment, isSigned, layer, Script, signer } from "../support/scripted.ts"

const upgrade = { method: "GET", path: "/trade-api/ws/v2" } as const

const connect = (options: Partial<connections.ConnectionOptions> = {}) =>
  Effect.map(makeTelemetry(new URL(Environment.sandbox.restUrl), undefined), (telemetry) =>
    connections.make({
      environment: Environment.sandbox,
      signer: signer(),
      telemetry,
      limiter: undefined,
      correctClockSkew: false,
      ...options
    })
  )

/** Observes a response whose date is an hour ahead of this machine's clock. */
const receiveFromAhead = ({ clockSkew }: connections.Connection) =>
  Effect.map(
    Clock.clockWith((clock) => Effect.succeed(read(clock))),
    (now) => clockSkew.observe(now, now, { date: new Date(now.wallMillis + 3_600_000).toUTCString() })
  )

describe("Connection", () => {
  it.effect("signs the feed's handshake with this machine's time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const connection = yield* connect()
      yield* receiveFromAhead(connection)
      const signed = yield* connection.sign(upgrade)
      assert.strictEqual(signed?.timestampMillis, 1_700_000_000_000)
      assert.strictEqual(signed?.headers["KALSHI-ACCESS-TIMESTAMP"], "1700000000000")
    }).pipe(Effect.scoped)
  )

  it.effect("with correctClockSkew, signs with the exchange's time and reports the correction", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const connection = yield* connect({ correctClockSkew: true })
      const measured = yield* receiveFromAhead(connection)
      const signed = yield* connection.sign(upgrade)
      if (signed === undefined) return assert.fail("not signed")
      assert.strictEqual(signed.timestampMillis, 1_700_000_000_000 + signed.clockSkewMillis)
      assert.closeTo(signed.clockSkewMillis, 3_600_000, 1_000)
      const explanation = connection.explain(signed, measured)
      assert.strictEqual(explanation?.clockSkewMillis, signed.clockSkewMillis)
      assert.strictEqual(explanation?.environment, "sandbox")
    }).pipe(Effect.scoped)
  )

  it.effect("does not sign without a key", () =>
    Effect.gen(function* () {
      const connection = yield* connect({ signer: undefined })
      assert.isUndefined(yield* connection.sign(upgrade))
    }).pipe(Effect.scoped)
  )

  it.effect("without a key, does not explain a 401", () =>
    Effect.gen(function* () {
      const signed = yield* (yield* connect()).sign(upgrade)
      const keyless = yield* connect({ signer: undefined })
      assert.isUndefined(keyless.explain(signed!, undefined))
    }).pipe(Effect.scoped)
  )

  for (const [restUrl, path] of [
    ["https://example.test", ""],
    ["https://example.test/", ""],
    ["https://example.test/trade-api/v2/", "/trade-api/v2"],
    ["https://example.test/trade-api/v2//", "/trade-api/v2"]
  ] as const) {
    it.effect(`signs and sends the same path if the REST root is ${restUrl}`, () =>
      Effect.gen(function* () {
        yield* OrderGroups.list()
        const [request] = (yield* Script).sent
        if (request === undefined) return assert.fail("not sent")
        assert.strictEqual(request.target, `${path}/portfolio/order_groups`)
        assert.isTrue(isSigned(request, "GET", request.target))
      }).pipe(Effect.provide(layer([{ status: 200, body: {} }], { environment: { ...environment, restUrl } })))
    )
  }
})
