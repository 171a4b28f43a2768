/**
 * A local exchange in another process: one market, and one account for each kind of key. Arguments: the accounts' tier
 * (default: `unmetered`), the number of requests to keep (default: 0), the lag of reads in milliseconds (default: 0),
 * and the state file (default: none). Each message to the process is a time in Unix milliseconds. The process replies
 * with the requests that it has served since that time.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Tier } from "../src/exchange/Entities.ts"
import * as Sandbox from "../src/Sandbox.ts"

/** The first message that the process sends. */
export interface Served {
  readonly url: string
  readonly ticker: string
  readonly keys: ReadonlyArray<{ readonly keyId: string; readonly kind: string; readonly privateKey: string }>
}

export interface Request {
  readonly atMillis: number
  readonly operation: string | undefined
  readonly status: number
}

const ticker = "KXBENCH-26-YES"
const [tier = "unmetered", keepRequests = "0", readLagMillis = "0", file] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const accounts = yield* Effect.forEach(["rsa", "ed25519"] as const, (kind) =>
    sandbox.createAccount({ kind, tier: tier as Tier })
  )
  const served: Served = {
    url: sandbox.url,
    ticker,
    keys: accounts.map(({ keyId, kind, privateKey }) => ({ keyId, kind, privateKey: Redacted.value(privateKey) }))
  }
  process.send?.(served)
  const runSync = Effect.runSyncWith(yield* Effect.context<never>())
  process.on("message", (sinceMillis) => {
    const requests = runSync(sandbox.requests)
      .filter(({ atMillis }) => atMillis >= Number(sinceMillis))
      .map(({ atMillis, operation, status }): Request => ({ atMillis, operation, status }))
    process.send?.(requests)
  })
  return yield* Effect.never
})

process.on("disconnect", () => process.exit())
await Effect.runPromise(
  program.pipe(
    Effect.provide(
      Sandbox.layer({
        markets: [{ ticker }],
        keepRequests: Number(keepRequests),
        assumptions: { readLagMillis: Number(readLagMillis) },
        ...(file !== undefined && { state: { file } })
      })
    )
  )
)
