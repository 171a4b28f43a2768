/**
 * Runs each test without a mutant, and then with each mutant that the test reached. Skips mutants that are not assigned
 * to the test file, or that a test has killed. Before mutants are assigned, the runner only records which mutants the
 * tests reach. With an `active` mutant, the runner runs each test only with this mutant.
 *
 * @module
 */
import { inject, type RunnerTestCase, type RunnerTestFile, type SerializedConfig, TestRunner } from "vitest"
import * as State from "./state.ts"
import * as Watchdog from "./watchdog.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly mutation: {
      readonly folder: string
      /** A mutant that is active while modules load and all tests run. */
      readonly active?: string
    }
  }
}

type Hits = Record<string, number>

interface Switches {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  readonly mutantCoverage: { static: Hits; perTest: Record<string, Hits> }
}

declare global {
  /**
   * StrykerJS defines this name. All test files of a process share one object, because modules keep the first object.
   */
  var __stryker__: Switches | undefined
}

const trialId = "trial"

/** The maximum time that the tests of one file spend on one mutant. Other files still try the mutant. */
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

  /** One runner runs all files of a process, so the state of the previous file is cleared. */
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

  /**
   * Runs a test with the active mutant. Vitest's option `bail` cannot replace the check of `isKilled`, because `bail`
   * would also cancel the next run.
   */
  async runActive(test: RunnerTestCase, active: string): Promise<void> {
    if (State.isKilled(this.mutation.folder, active)) return
    this.watchdog.started(active)
    try {
      await run(test)
    } catch (error) {
      State.kill(this.mutation.folder, active, { test: test.fullName, reason: "failed" })
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
      const reason = await this.tryMutant(test, id, hits, timeoutMillis)
      this.spentMillis.set(id, spentMillis + performance.now() - triedAt)
      if (reason === undefined) continue
      killed.push(id)
      State.kill(folder, id, { test: test.fullName, reason })
    }
    if (killed.length > 0) {
      // A mutant can have lasting effects, so that the test fails even without a mutant. Then the kills of this test do
      // not count.
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

  /**
   * Gives a test a new signal. Vitest uses one signal for all runs of a test, and aborts it when the test times out.
   */
  renewSignal(test: RunnerTestCase): AbortController {
    const controller = new AbortController()
    Object.assign(test.context, { signal: controller.signal })
    return controller
  }

  async tryMutant(test: RunnerTestCase, id: string, hits: number, timeoutMillis: number) {
    const controller = this.renewSignal(test)
    let reason: "failed" | "timed out" | undefined
    const timer = setTimeout(() => {
      reason = "timed out"
      controller.abort(new Error("the mutant took too long"))
    }, timeoutMillis)
    this.watchdog.started(id)
    // If the mutant makes a loop endless, the hit limit ends the loop with an error.
    Object.assign(this.switches, { activeMutant: id, hitCount: 0, hitLimit: 1_000 + 100 * hits })
    try {
      await run(test)
    } catch {
      reason ??= "failed"
    }
    this.switches.activeMutant = undefined
    this.watchdog.ended()
    clearTimeout(timer)
    return reason
  }
}

const run = async (test: RunnerTestCase): Promise<void> => {
  await TestRunner.getTestFn(test)()
}
