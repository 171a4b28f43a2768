/** The process of one trial: plants the fault in what it loads, runs the property, prints the verdict on one line. */
import { registerHooks } from "node:module"
import * as Effect from "effect/Effect"
import { planted, sourceOf } from "../Fault.ts"
import type { Job, Verdict } from "../Sensitivity.ts"

// Its own parent wrote it.
const job = JSON.parse(process.argv[2] ?? "") as Job
const { fault } = job

let isPlanted = fault === undefined
if (fault !== undefined) {
  const { href } = sourceOf(fault)
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (url !== href) return loaded
      isPlanted = true
      return { ...loaded, source: planted(fault) }
    }
  })
}

// Nothing of the client may be loaded before.
const { all } = await import("../../properties/All.ts")
const ClientOperations = await import("../../operations/ClientOperations.ts")

const verdict = (): Verdict => {
  const property = all.find(({ id }) => id === job.property)
  if (property === undefined) return { _tag: "Failed", reason: `there is no property ${job.property}` }
  if (!isPlanted) return { _tag: "Failed", reason: "the source of the fault was never loaded" }
  for (const name of job.operations) {
    const operation = ClientOperations.all.find((one) => one.name === name)
    if (operation === undefined) return { _tag: "Failed", reason: `there is no operation ${name}` }
    const outcome = Effect.runSync(property.run({ operation, seed: job.seed, runs: job.runs, shrink: false }))
    if (outcome._tag === "Skipped") return { _tag: "Failed", reason: `${name}: ${outcome.reason}` }
    if (outcome._tag === "Failed") {
      const { because, counterexample } = outcome
      return { _tag: "Killed", operation: name, because, counterexample }
    }
  }
  return { _tag: "Survived" }
}

process.stdout.write(`${JSON.stringify(verdict())}\n`)
