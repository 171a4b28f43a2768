import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import { Effect, Layer, Redacted } from "effect"
import * as Story from "../src/Story.ts"

const main = fileURLToPath(new URL("../src/story/main.ts", import.meta.url))

const start = (env: Record<string, string>) =>
  Effect.callback<{ readonly code: number; readonly output: string }>((resume) => {
    const { KALSHI_ENV: _, ...inherited } = process.env
    execFile(process.execPath, [main], { env: { ...inherited, ...env } }, (error, stdout, stderr) =>
      resume(Effect.succeed({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }))
    )
  })

describe("pnpm start", () => {
  it.live("runs every step and exits with 0", () =>
    Effect.gen(function* () {
      const { code, output } = yield* start({})
      assert.strictEqual(code, 0, output)
      for (const line of [
        "OrderGroups.get: 3 orders, limit 10.00",
        "bid $0.45 6.00",
        "the feed notifies Mira immediately: the group is triggered",
        "OrderGroups.get: 0 orders",
        "BadRequest: Orders.create failed with status 400",
        "NotFound: OrderGroups.get failed with status 404",
        "Unauthorized: OrderGroups.list failed with status 401",
        "503, then 200",
        "Every step succeeded."
      ]) {
        assert.include(output, line)
      }
      assert.notInclude(output, "PRIVATE KEY")
    })
  )

  it.live("only reads if KALSHI_ENV is set", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const { keyId, privateKey } = yield* sandbox.createAccount()
      const { code, output } = yield* start({
        KALSHI_ENV: sandbox.url,
        KALSHI_API_KEY_ID: keyId,
        KALSHI_PRIVATE_KEY: Redacted.value(privateKey)
      })
      assert.strictEqual(code, 0, output)
      assert.include(output, "Exchange.status: up, trading")
      const methods = (yield* sandbox.requests).map(({ method }) => method)
      assert.isNotEmpty(methods)
      assert.deepStrictEqual([...new Set(methods)], ["GET"])
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.live("exits with a non-zero code and an error for an unknown environment", () =>
    Effect.gen(function* () {
      const { code, output } = yield* start({ KALSHI_ENV: "prod" })
      assert.notStrictEqual(code, 0)
      assert.include(output, "KALSHI_ENV")
    })
  )
})

describe("Story.local", () => {
  it.live("fails at the first step that does not succeed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      yield* sandbox.plant({ operation: "DeleteOrderGroup", status: 200, times: 1, body: {} })
      const error = yield* Effect.flip(Story.local)
      assert.strictEqual(error._tag, "StoryError")
      assert.include(error.message, "reading a deleted group fails")
    }).pipe(
      Effect.provide(Layer.mergeAll(Sandbox.layer(), NodeHttpClient.layerUndici, NodeWS.layerWebSocketConstructor))
    )
  )
})
