import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { layer, Sandbox } from "../../src/Sandbox.ts"
import { ticker } from "../support/world.ts"

const bot = fileURLToPath(new URL("../support/quoting.ts", import.meta.url))

/** Starts the bot as a process. Kills the process if it still runs when the scope closes. */
const started = Effect.gen(function* () {
  const { credentials, url } = yield* Sandbox
  const { keyId, privateKey } = credentials[0]!
  const variables = { KALSHI_ENV: url, KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: Redacted.value(privateKey) }
  return yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [bot, ticker], {
        env: { ...process.env, ...variables },
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) =>
      Effect.promise(async () => {
        if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await once(child, "exit")
      })
  )
})

describe("cancelAllOnExit, under NodeRuntime.runMain", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it.live(`leaves no order resting when ${signal} ends the process`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { credentials } = sandbox
        const child = yield* started
        const [message] = yield* Effect.promise(() => once(child.stdout, "data"))
        assert.strictEqual(String(message).trim(), "Accepted Accepted")
        const statuses = Effect.map(sandbox.view, (view) =>
          Result.getOrThrow(view.listOrders(credentials[0]!.accountId, { limit: 10 })).items.map(({ status }) => status)
        )
        assert.deepStrictEqual(yield* statuses, ["resting", "resting", "resting"])
        const exited = once(child, "exit")
        child.kill(signal)
        yield* Effect.promise(() => exited)
        const resting = (yield* sandbox.view).listOrders(credentials[0]!.accountId, { status: "resting", limit: 100 })
        assert.deepStrictEqual(Result.getOrThrow(resting).items, [])
        assert.deepStrictEqual(yield* statuses, ["canceled", "canceled", "canceled"])
      }).pipe(Effect.provide(layer({ markets: [{ ticker }], accounts: [{}] })))
    )
  }
})
