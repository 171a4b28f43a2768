/**
 * Runs each test once as it is, and then once more for every mutant that it reached, that is assigned to its file and that
 * is still alive. Before mutants are assigned it only notes which ones the tests reach.
 *
 * @module
 */
import { inject, type RunnerTestCase, type RunnerTestFile, type SerializedConfig, TestRunner } from "vitest"
import * as State from "./state.ts"
import * as Watchdog from "./watchdog.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly mutation: {
      /** Where the run keeps its state. */
      readonly folder: string
      /** The one mutant to run, from before any module is loaded; without it, every mutant that a test reaches. */
      readonly active?: string
    }
  }
}

type Hits = Record<string, number>

/** What the switches in the instrumented sources read and count. */
interface Switches {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  readonly mutantCoverage: { static: Hits; perTest: Record<string, Hits> }
}

declare global {
  /** The name that StrykerJS gives them. One object for all test files of a process: modules keep the first that they find. */
  var __stryker__: Switches | undefined
}

const trialId = "trial"

/** A mutant that outlives so much time of one file's tests is left to the other files. */
const maxMillisPerFile = 10_000

const { clearTimeout, setTimeout } = globalThis

export default class MutationRunner extends TestRunner {
  readonly switches: Switches = (globalThis.__stryker__ ??= { mutantCoverage: { static: {}, perTest: {} } })
  readonly mutation = inject("mutation")
  readonly watchdog = Watchdog.make(this.mutation.folder)
  readonly reached = new Map<string, number>()
  readonly spentMillis = new Map<string, number>()

  constructor(config: SerializedConfig) {
    super(config)
    const { active } = this.mutation
    if (active !== undefined) this.switches.activeMutant = active
  }

  /** One runner runs all files of a process, one after the other. */
  onBeforeCollect(): void {
    const { active } = this.mutation
    this.reached.clear()
    this.spentMillis.clear()
    if (active !== undefined) this.watchdog.started(active)
  }

  runTask(test: RunnerTestCase): Promise<void> {
    const { active } = this.mutation
    return active === undefined ? this.tryMutants(test) : this.runActive(test, active)
  }

  /** Vitest's own `bail` is no use: it cancels the next run as well. */
  async runActive(test: RunnerTestCase, active: string): Promise<void> {
    if (State.isKilled(this.mutation.folder, active)) return
    this.watchdog.started(active)
    try {
      await run(test)
    } catch (error) {
      State.kill(this.mutation.folder, active, { test: test.fullName, how: "failed" })
      throw error
    }
  }

  override onAfterRunFiles(files: Array<RunnerTestFile>): void {
    super.onAfterRunFiles(files)
    const { active, folder } = this.mutation
    this.watchdog.ended()
    if (active !== undefined) return
    const testFile = files[0]!.filepath
    if (State.assigned(folder, testFile) !== undefined) return State.finish(folder, testFile)
    const loading = Object.keys(this.switches.mutantCoverage.static)
    State.writeReached(folder, { testFile, loading, tests: Object.fromEntries(this.reached) })
  }

  async tryMutants(test: RunnerTestCase): Promise<void> {
    const { folder } = this.mutation
    const { mutantCoverage } = this.switches
    const startedAt = performance.now()
    this.switches.currentTestId = test.id
    await run(test)
    this.switches.currentTestId = trialId
    const timeoutMillis = 3_000 + 5 * (performance.now() - startedAt)
    const reached = Object.entries(mutantCoverage.perTest[test.id] ?? {})
    for (const [id] of reached) this.reached.set(id, (this.reached.get(id) ?? 0) + 1)
    const assigned = State.assigned(folder, test.file.filepath)
    const killed: Array<string> = []
    for (const [id, hits] of reached) {
      const spentMillis = this.spentMillis.get(id) ?? 0
      if (test.fails === true || assigned?.has(id) !== true || State.isKilled(folder, id)) continue
      if (spentMillis > maxMillisPerFile) continue
      const triedAt = performance.now()
      const how = await this.tryMutant(test, id, hits, timeoutMillis)
      this.spentMillis.set(id, spentMillis + performance.now() - triedAt)
      if (how === undefined) continue
      killed.push(id)
      State.kill(folder, id, { test: test.fullName, how })
    }
    if (killed.length > 0) {
      // A mutant can leave something behind that makes the test fail from then on. Then no kill in this test counts.
      this.renewSignal(test)
      const isSound = await run(test).then(
        () => true,
        () => false
      )
      if (!isSound) for (const id of killed) State.revive(folder, id)
    }
    mutantCoverage.perTest = {}
    this.switches.currentTestId = undefined
  }

  /** Vitest aborts a test's signal when the test times out, once for all of its runs: each run gets its own. */
  renewSignal(test: RunnerTestCase): AbortController {
    const controller = new AbortController()
    Object.assign(test.context, { signal: controller.signal })
    return controller
  }

  async tryMutant(test: RunnerTestCase, id: string, hits: number, timeoutMillis: number) {
    const controller = this.renewSignal(test)
    let how: "failed" | "timed out" | undefined
    const timer = setTimeout(() => {
      how = "timed out"
      controller.abort(new Error("the mutant took too long"))
    }, timeoutMillis)
    this.watchdog.started(id)
    // A loop that the mutant made endless ends by an error.
    Object.assign(this.switches, { activeMutant: id, hitCount: 0, hitLimit: 1_000 + 100 * hits })
    try {
      await run(test)
    } catch {
      how ??= "failed"
    }
    this.switches.activeMutant = undefined
    this.watchdog.ended()
    clearTimeout(timer)
    return how
  }
}

const run = async (test: RunnerTestCase): Promise<void> => {
  await TestRunner.getTestFn(test)()
}
