/** A local exchange in a process of its own, with a market and an account for each kind of key. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "../src/Sandbox.ts"

const ticker = "KXBENCH-26-YES"

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const accounts = yield* Effect.forEach(["rsa", "ed25519"] as const, (kind) => sandbox.createAccount({ kind }))
  process.send?.({
    url: sandbox.url,
    ticker,
    keys: accounts.map(({ keyId, kind, privateKey }) => ({ keyId, kind, privateKey: Redacted.value(privateKey) }))
  })
  return yield* Effect.never
})

process.on("disconnect", () => process.exit())
await Effect.runPromise(program.pipe(Effect.provide(Sandbox.layer({ markets: [{ ticker }], keepRequests: 0 }))))
