/**
 * Mutation testing: changes a source file in one place at a time, and names the changes that no test notices.
 *
 * `pnpm mutate <source file>… <test file>…` takes paths from the root of the repository. Without a test file it takes all
 * tests of signing and client.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, relative } from "node:path"
import { createVitest, type TestModule, type TestSpecification, type Vitest } from "vitest/node"
import { equivalents } from "./equivalents.ts"
import { instrument, type Mutant } from "./instrument.ts"
import * as State from "./state.ts"

const root = join(import.meta.dirname, "../..")

/** A mutant meets the test files that are most about its source file, and no more than so many. */
const maxTestFiles = 10

/** A mutant that is reached while modules load needs a process of its own. */
const maxLoadingTestFiles = 4

/** Runs files in the order in which they were given. */
class GivenOrder {
  shard(files: Array<TestSpecification>) {
    return files
  }
  sort(files: Array<TestSpecification>) {
    return files
  }
}

const start = (sources: ReadonlyMap<string, string>, include: Array<string>): Promise<Vitest> =>
  createVitest(
    {
      root,
      watch: false,
      config: false,
      include,
      // They bundle or read the sources, or run what others run already.
      exclude: ["**/{Bundle,bundle,README}.test.ts"],
      // A run has new processes, and each of them loads modules once for all of its test files.
      isolate: false,
      // A module of an earlier run would come without this run's mutants.
      fsModuleCache: false,
      related: [...sources.keys()],
      runner: join(import.meta.dirname, "runner.ts"),
      pool: "forks",
      maxWorkers: "100%",
      maxConcurrency: 1,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: [{}],
      silent: true,
      dangerouslyIgnoreUnhandledErrors: true,
      sequence: { sequencer: GivenOrder }
    },
    {
      plugins: [{ name: "mutants", enforce: "pre", load: (id) => sources.get(id) }]
    }
  )

const isNamedAfter = (testFile: string, sourceFile: string): boolean =>
  basename(testFile, ".test.ts").toLowerCase() === basename(sourceFile, ".ts").toLowerCase()

/**
 * Test files that reach a mutant, the most specific first: named after its source file, or else reaching most of those
 * mutants of the source file that few test files reach. A mutant that is reached while modules load counts as reached by
 * every test file that reaches any other of its source file.
 */
const specific = (
  reached: ReadonlyArray<State.Reached>,
  mutants: ReadonlyArray<Mutant>
): ((mutant: Mutant) => ReadonlyArray<string>) => {
  const loading = new Set(reached.flatMap((file) => file.loading))
  const testFiles = new Map(
    mutants.map(({ id }) => [id, reached.flatMap(({ testFile, tests }) => (id in tests ? [testFile] : []))])
  )
  const weights = new Map<string, Map<string, number>>()
  for (const { file, id } of mutants) {
    const own = weights.get(file) ?? new Map<string, number>()
    weights.set(file, own)
    const found = testFiles.get(id)!
    for (const testFile of found) {
      own.set(testFile, isNamedAfter(testFile, file) ? Infinity : (own.get(testFile) ?? 0) + 1 / found.length)
    }
  }
  return ({ file, id }) => {
    const own = weights.get(file)!
    // A file whose mutants are all reached while modules load may matter to every test file.
    const anywhere = own.size > 0 ? [...own.keys()] : reached.map(({ testFile }) => testFile)
    const candidates = loading.has(id) ? anywhere : testFiles.get(id)!
    return candidates.toSorted((a, b) => (own.get(b) ?? 0) - (own.get(a) ?? 0))
  }
}

const firstFailure = (module: TestModule): string => {
  const [test] = module.children.allTests("failed")
  const [error] = test?.result().errors ?? module.errors()
  return `${test?.fullName ?? module.state()}: ${error?.message}`
}

/** Runs every test once without a mutant, and learns which mutants it reaches. */
const cover = async (vitest: Vitest, folder: string, specifications: Array<TestSpecification>): Promise<void> => {
  vitest.provide("mutation", { folder })
  const { testModules } = await vitest.runTestSpecifications(specifications)
  for (const module of testModules) {
    if (module.ok()) continue
    throw new Error(`tests fail without a mutant: ${relative(root, module.moduleId)}: ${firstFailure(module)}`)
  }
}

/** Runs the tests with the mutants that they reach. */
const runTests = async (
  vitest: Vitest,
  folder: string,
  specifications: ReadonlyArray<TestSpecification>,
  mutants: ReadonlyArray<Mutant>,
  testFilesOf: (mutant: Mutant) => ReadonlyArray<string>
): Promise<void> => {
  const assigned = new Map<string, Array<string>>()
  const places = new Map<string, number>()
  for (const mutant of mutants) {
    for (const [place, testFile] of testFilesOf(mutant).slice(0, maxTestFiles).entries()) {
      assigned.set(testFile, [...(assigned.get(testFile) ?? []), mutant.id])
      places.set(testFile, Math.min(place, places.get(testFile) ?? Infinity))
    }
  }
  for (const [testFile, ids] of assigned) State.assign(folder, testFile, ids)
  // A file whose process a mutant ended is run again, without that mutant.
  for (let left = assigned.size, killed = -1; left > 0 && killed < State.deaths(folder).size;) {
    killed = State.deaths(folder).size
    const unfinished = State.unfinished(folder)
    left = unfinished.size
    const next = specifications
      .filter(({ moduleId }) => unfinished.has(moduleId))
      .sort((a, b) => places.get(a.moduleId)! - places.get(b.moduleId)!)
    if (next.length > 0) await vitest.runTestSpecifications(next)
  }
}

const noMutant = "-1"

/** Runs mutants that are reached while modules load, each with one test file after the other in a process of its own. */
const runLoading = async (
  vitest: Vitest,
  folder: string,
  specifications: ReadonlyArray<TestSpecification>,
  mutants: ReadonlyArray<Mutant>,
  testFilesOf: (mutant: Mutant) => ReadonlyArray<string>
): Promise<void> => {
  const loading = new Set(State.readReached(folder).flatMap((reached) => reached.loading))
  /** What failed, if anything. */
  const run = async (active: string, testFile: string): Promise<string | undefined> => {
    vitest.provide("mutation", { folder, active })
    const own = specifications.filter(({ moduleId }) => moduleId === testFile)
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(own)
    // Vitest gives the modules of earlier runs as well.
    const module = testModules.find(({ moduleId }) => moduleId === testFile)
    if (module !== undefined && module.state() !== "passed" && module.state() !== "skipped") {
      return `${relative(root, testFile)}: ${firstFailure(module)}`
    }
    return unhandledErrors.length === 0 ? undefined : String(unhandledErrors[0])
  }
  const proved = new Set<string>()
  const prove = async (testFile: string): Promise<void> => {
    if (proved.has(testFile)) return
    const failure = await run(noMutant, testFile)
    if (failure !== undefined) throw new Error(`tests fail without a mutant: ${failure}`)
    proved.add(testFile)
  }
  for (const mutant of mutants) {
    if (!loading.has(mutant.id)) continue
    for (const testFile of testFilesOf(mutant).slice(0, maxLoadingTestFiles)) {
      if (State.isKilled(folder, mutant.id)) break
      await prove(testFile)
      const test = await run(mutant.id, testFile)
      if (test !== undefined) State.kill(folder, mutant.id, { test, how: "failed" })
    }
  }
}

const clip = (text: string): string => (text.length <= 160 ? text : `${text.slice(0, 160)}…`)

const report = (mutants: ReadonlyArray<Mutant>, folder: string): number => {
  const deaths = State.deaths(folder)
  const reached = State.readReached(folder)
  const loading = new Set(reached.flatMap((file) => file.loading))
  let unexplained = 0
  for (const file of new Set(mutants.map(({ file }) => file))) {
    const path = relative(root, file)
    const own = mutants.filter((mutant) => mutant.file === file)
    const survivors = own.filter(({ id }) => !deaths.has(id))
    const explained = survivors.filter((mutant) => equivalents[path]?.[mutant.mutated] !== undefined)
    const timedOut = own.filter(({ id }) => deaths.get(id)?.how === "timed out")
    console.log(
      `${path}: ${own.length - survivors.length} of ${own.length} killed (${timedOut.length} by time), ${explained.length} equivalent, ${survivors.length - explained.length} survived`
    )
    for (const mutant of survivors) {
      if (explained.includes(mutant)) continue
      unexplained++
      const tests = reached.reduce((sum, { tests }) => sum + (tests[mutant.id] ?? 0), 0)
      const reach = loading.has(mutant.id) ? "reached while loading" : `reached by ${tests} tests`
      console.log(`  ${path}:${mutant.line}:${mutant.column} ${mutant.mutator}, ${reach}`)
      console.log(`    - ${clip(mutant.original)}`)
      console.log(`    + ${clip(mutant.replacement)}`)
      console.log(`    = ${clip(mutant.mutated)}`)
    }
    const unused = Object.keys(equivalents[path] ?? {}).filter(
      (mutated) => !explained.some((mutant) => mutant.mutated === mutated)
    )
    for (const mutated of unused) console.log(`  not a survivor, though listed as equivalent: ${mutated}`)
  }
  return unexplained
}

const main = async (paths: ReadonlyArray<string>): Promise<number> => {
  const isTest = (path: string): boolean => path.endsWith(".test.ts")
  const sourceFiles = paths.filter((path) => !isTest(path))
  const testFiles = paths.filter(isTest)
  if (sourceFiles.length === 0) {
    console.error("usage: pnpm mutate <source file>… [<test file>…]")
    return 2
  }
  const startedAt = performance.now()
  const { mutants, sources } = await instrument(sourceFiles.map((path) => join(root, path)))
  const folder = mkdtempSync(join(tmpdir(), "mutation-"))
  State.make(folder)
  const phase = (name: string): void =>
    console.error(`${name} after ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
  const all = ["packages/{signing,client}/test/*.test.ts"]
  const vitest = await start(sources, testFiles.length > 0 ? testFiles : all)
  try {
    const specifications = await vitest.getRelevantTestSpecifications()
    await cover(vitest, folder, specifications)
    phase("reach known")
    const testFilesOf = specific(State.readReached(folder), mutants)
    await runTests(vitest, folder, specifications, mutants, testFilesOf)
    phase("tests run")
    await runLoading(vitest, folder, specifications, mutants, testFilesOf)
    const unexplained = report(mutants, folder)
    const seconds = (performance.now() - startedAt) / 1_000
    console.log(
      `${mutants.length} mutants, ${unexplained} survived unexplained, ${seconds.toFixed(0)} s (${((seconds * 1_000) / mutants.length).toFixed(0)} ms each)`
    )
    return unexplained === 0 ? 0 : 1
  } finally {
    await vitest.close()
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = await main(process.argv.slice(2))
