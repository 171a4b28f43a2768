/**
 * The process of one trial: plants the fault in the modules it loads, runs every question, prints the answers on one
 * line.
 */
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import type { Plugin } from "vitest/config"
import { planted, root, sourceOf } from "../Fault.ts"
import type { Job, Question, Told, Verdict } from "../Sensitivity.ts"

// The parent process wrote it.
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

const failed = (reason: string): Verdict => ({ _tag: "Failed", reason })

const neverLoaded = failed("the source of the fault was never loaded")

/** Checks a property. Client modules load only here, after the fault is planted. */
const hold = async ({ operations, path, runs, seed, seenBy }: Question): Promise<Verdict> => {
  const Effect = await import("effect/Effect")
  const Cells = await import("../../runner/Cells.ts")
  const Replay = await import("../../runner/Replay.ts")
  if (!isPlanted) return neverLoaded
  const skipped: Array<string> = []
  for (const target of operations) {
    const held = Cells.held({ property: seenBy, target, seed, runs, path, shrink: false })
    if (typeof held === "string") return failed(held)
    const outcome = await Effect.runPromise(held)
    if (outcome._tag === "Skipped") skipped.push(`${target}: ${outcome.reason}`)
    if (outcome._tag === "Failed") {
      const { because, counterexample, replay } = outcome
      return { _tag: "Killed", where: target, because, counterexample, replay: Replay.token(replay) }
    }
  }
  return skipped.length === operations.length ? { _tag: "Skipped", reason: skipped.join("; ") } : { _tag: "Survived" }
}

/** The pattern that selects one test by its full name. */
const patternOf = (test: string): string => `^${test.replace(/[\\^$.+?()[\]{}|*]/g, "\\$&")}$`

/** Runs a test file up to its first failure. */
const runTests = async ({ seenBy, test }: Question): Promise<Verdict> => {
  const { startVitest } = await import("vitest/node")
  const file = fault === undefined ? undefined : fileURLToPath(sourceOf(fault))
  const plugin: Plugin = {
    name: "planted",
    enforce: "pre",
    // Other processes' cached modules do not contain the fault.
    configureVitest: ({ defineCacheKeyGenerator }) =>
      defineCacheKeyGenerator(({ id }) => (id === file ? false : undefined)),
    load: (id) => {
      if (fault === undefined || id !== file) return undefined
      isPlanted = true
      return planted(fault)
    }
  }
  const vitest = await startVitest(
    [seenBy],
    {
      root: fileURLToPath(root),
      watch: false,
      bail: 1,
      reporters: [{}],
      pool: "threads",
      fsModuleCache: true,
      maxWorkers: 1,
      ...(test === undefined ? {} : { testNamePattern: patternOf(test) })
    },
    { plugins: [plugin] }
  )
  const modules = vitest.state.getTestModules()
  const ran = modules.flatMap((module) => Array.from(module.children.allTests()))
  const broken = [
    ...vitest.state.getUnhandledErrors(),
    ...modules.flatMap((module) => [
      ...module.errors(),
      ...Array.from(module.children.suites()).flatMap((suite) => suite.errors())
    ])
  ]
  const first = ran.find((one) => one.result().state === "failed")
  const passed = ran.filter((one) => one.result().state === "passed").length
  await vitest.close()
  if (first !== undefined && isPlanted) {
    const [error] = first.result().errors ?? []
    return {
      _tag: "Killed",
      where: first.fullName,
      because: (error?.message ?? "no reason is told").slice(0, 2000),
      counterexample: first.fullName,
      replay: first.fullName
    }
  }
  if (broken.length > 0) {
    const [error] = broken
    return failed(
      `the tests did not run: ${error instanceof Error ? error.message : JSON.stringify(error)}`.slice(0, 2000)
    )
  }
  if (passed === 0) return failed(`${seenBy} has no test`)
  return isPlanted ? { _tag: "Survived" } : neverLoaded
}

const told: Array<Told> = []
for (const question of job.questions) {
  const begun = process.cpuUsage()
  const verdict = await (question.seenBy.endsWith(".test.ts") ? runTests(question) : hold(question)).catch(
    (error: unknown): Verdict => failed(error instanceof Error ? (error.stack ?? error.message) : String(error))
  )
  const { system, user } = process.cpuUsage(begun)
  told.push({ verdict, cpuMillis: (system + user) / 1000 })
}
const { system, user } = process.cpuUsage()
process.stdout.write(`\n${JSON.stringify({ told, cpuMillis: (system + user) / 1000 })}\n`)
