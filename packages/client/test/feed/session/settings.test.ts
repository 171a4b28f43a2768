import { assert, describe, it } from "@effect/vitest"
import { settingsOf } from "../../../src/feed/session/settings.ts"

describe("settingsOf", () => {
  it("has the documented defaults", () => {
    assert.deepStrictEqual(settingsOf({}), {
      maxAttempts: Number.POSITIVE_INFINITY,
      reconnects: true,
      compiledDecoding: true,
      dialTimeoutMillis: 15_000,
      minBackoffMillis: 500,
      maxBackoffMillis: 30_000,
      stableMillis: 30_000,
      commandTimeoutMillis: 5_000,
      commandAttempts: 3,
      snapshotTimeoutMillis: 5_000,
      probeMillis: 10_000,
      silenceMillis: 60_000,
      jumpMillis: 30_000,
      delayMillis: 5_000,
      batchSize: 500,
      commandBurst: 20,
      commandIntervalMillis: 50,
      maxConnections: 10,
      maxEarlyMessages: 10_000
    })
  })

  it("keeps the options `compiledDecoding` and `reconnect`", () => {
    assert.deepInclude(settingsOf({ compiledDecoding: false, reconnect: { maxAttempts: 2 } }), {
      compiledDecoding: false,
      maxAttempts: 2,
      reconnects: true
    })
    assert.deepInclude(settingsOf({ reconnect: false }), { maxAttempts: 0, reconnects: false })
  })
})
