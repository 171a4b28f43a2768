/**
 * Runs a trial in its own process: injects the fault while modules load, checks the property, prints the verdict.
 *
 * @module
 */
import * as fs from "node:fs"
import { registerHooks } from "node:module"
import type { Check, Verdict } from "../Sensitivity.ts"

// The parent process wrote this input.
const { path, planted, property, runs, seed, target } = JSON.parse(fs.readFileSync(0, "utf8")) as Check

let isPlanted = planted === undefined
registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (url !== planted?.href) return loaded
    isPlanted = true
    return { ...loaded, source: planted.source }
  }
})

// These modules load the client, so they must not load before the hook that injects the fault is registered.
const verdict = async (): Promise<Verdict> => {
  const Effect = await import("effect/Effect")
  const Cells = await import("../../runner/Cells.ts")
  const Replay = await import("../../runner/Replay.ts")
  if (!isPlanted) return { _tag: "Inconclusive", reason: `the suite does not load ${planted?.href}` }
  const checked = Cells.check({ property, target, seed, runs, path, shrink: false })
  if (typeof checked === "string") return { _tag: "Inconclusive", reason: checked }
  const outcome = await Effect.runPromise(checked)
  switch (outcome._tag) {
    case "Passed":
      return { _tag: "Passed" }
    case "Skipped":
      return { _tag: "Inconclusive", reason: outcome.reason }
    case "Failed":
      return {
        _tag: "Detected",
        reason: outcome.reason,
        counterexample: outcome.counterexample,
        token: Replay.token(outcome.replay)
      }
  }
}

const printed = await verdict().catch((error: unknown): Verdict => ({
  _tag: "Inconclusive",
  reason: error instanceof Error ? (error.stack ?? error.message) : String(error)
}))
process.stdout.write(`\n${JSON.stringify(printed)}\n`)
