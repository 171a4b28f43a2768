/**
 * Serves a local exchange with a state file. Arguments: the path of the state file, the number of commands after which
 * a snapshot replaces them, the number of simulated traders (default: 0), and the clock (default: `real`). The first
 * message to the parent contains the address and the keys.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "../../src/Sandbox.ts"

export const ticker = "KXKILL-26-YES"

export interface Served {
  readonly url: string
  readonly keys: ReadonlyArray<{ readonly keyId: string; readonly privateKey: string }>
}

const accounts = ["a", "b", "c", "d"].map((name) => ({ name, kind: "ed25519" as const }))

if (import.meta.main) {
  const [file = "", compactAfterCommands = "0", traders = "0", clock = "real"] = process.argv.slice(2)
  const program = Effect.gen(function* () {
    const { credentials, url } = yield* Sandbox.Sandbox
    const served: Served = {
      url,
      keys: credentials.map(({ keyId, privateKey }) => ({ keyId, privateKey: Redacted.value(privateKey) }))
    }
    process.send?.(served)
    return yield* Effect.never
  })
  process.on("disconnect", () => process.exit())
  const options = {
    accounts,
    markets: [{ ticker }],
    keepRequests: 0,
    clock: clock === "frozen" ? ("frozen" as const) : ("real" as const),
    ...(traders !== "0" && { crowd: { traders: Number(traders), pace: 40 } })
  }
  const state = { file, compactAfterCommands: Number(compactAfterCommands) }
  await Effect.runPromise(program.pipe(Effect.provide(Sandbox.layer({ ...options, state }))))
}
