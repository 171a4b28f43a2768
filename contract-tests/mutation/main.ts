/**
 * Runs mutation tests: makes one change at a time to a source file, and lists the changes that no test detects.
 *
 * `pnpm mutate <source file>… [<test file>…]` takes paths relative to the root of the repository. Default test files:
 * those directly in `packages/signing/test` and `packages/client/test`.
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

/** The maximum number of test files that run with one mutant. The most specific files are chosen. */
const maxTestFiles = 10

/** The maximum number if modules reach the mutant while they load: lower, because each run needs its own process. */
const maxLoadingTestFiles = 4

class ArgumentOrder {
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
      // These tests bundle or read the sources, or repeat other tests.
      exclude: ["**/{Bundle,bundle,README}.test.ts"],
      // Each run has new processes. A process loads modules once for all its test files.
      isolate: false,
      // A cached module of an earlier run would not have the mutants of this run.
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
      sequence: { sequencer: ArgumentOrder }
    },
    {
      plugins: [{ name: "mutants", enforce: "pre", load: (id) => sources.get(id) }]
    }
  )

const isNamedAfter = (testFile: string, sourceFile: string): boolean =>
  basename(testFile, ".test.ts").toLowerCase() === basename(sourceFile, ".ts").toLowerCase()

/**
 * Lists the test files that reach a mutant. The file named after the source file comes first. The other files are
 * sorted by how many mutants of the source file they reach. A mutant counts more if fewer test files reach it. A mutant
 * that is reached while modules load gets all test files that reach any mutant of its source file.
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
    const fileWeights = weights.get(file) ?? new Map<string, number>()
    weights.set(file, fileWeights)
    const found = testFiles.get(id)!
    for (const testFile of found) {
      fileWeights.set(
        testFile,
        isNamedAfter(testFile, file) ? Infinity : (fileWeights.get(testFile) ?? 0) + 1 / found.length
      )
    }
  }
  return ({ file, id }) => {
    const fileWeights = weights.get(file)!
    // If all mutants of a file are reached while modules load, any test file can detect them.
    const anyTestFile = fileWeights.size > 0 ? [...fileWeights.keys()] : reached.map(({ testFile }) => testFile)
    const candidates = loading.has(id) ? anyTestFile : testFiles.get(id)!
    return candidates.toSorted((a, b) => (fileWeights.get(b) ?? 0) - (fileWeights.get(a) ?? 0))
  }
}

const firstFailure = (module: TestModule): string => {
  const [test] = module.children.allTests("failed")
  const [error] = test?.result().errors ?? module.errors()
  return `${test?.fullName ?? module.state()}: ${error?.message}`
}

/** Runs the tests without a mutant. The runner records which mutants they reach. */
const cover = async (vitest: Vitest, folder: string, specifications: Array<TestSpecification>): Promise<void> => {
  vitest.provide("mutation", { folder })
  const { testModules } = await vitest.runTestSpecifications(specifications)
  for (const module of testModules) {
    if (module.ok()) continue
    throw new Error(`tests fail without a mutant: ${relative(root, module.moduleId)}: ${firstFailure(module)}`)
  }
}

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
  // If a mutant ended the process of a test file, the file runs again without that mutant.
  for (let remaining = assigned.size, killed = -1; remaining > 0 && killed < State.deaths(folder).size;) {
    killed = State.deaths(folder).size
    const unfinished = State.unfinished(folder)
    remaining = unfinished.size
    const next = specifications
      .filter(({ moduleId }) => unfinished.has(moduleId))
      .sort((a, b) => places.get(a.moduleId)! - places.get(b.moduleId)!)
    if (next.length > 0) await vitest.runTestSpecifications(next)
  }
}

const noMutant = "-1"

/** Tests the mutants that are reached while modules load. Each run needs its own process. */
const runLoading = async (
  vitest: Vitest,
  folder: string,
  specifications: ReadonlyArray<TestSpecification>,
  mutants: ReadonlyArray<Mutant>,
  testFilesOf: (mutant: Mutant) => ReadonlyArray<string>
): Promise<void> => {
  const loading = new Set(State.readReached(folder).flatMap((reached) => reached.loading))
  const run = async (active: string, testFile: string): Promise<string | undefined> => {
    vitest.provide("mutation", { folder, active })
    const specification = specifications.filter(({ moduleId }) => moduleId === testFile)
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specification)
    // Vitest also returns the modules of earlier runs.
    const module = testModules.find(({ moduleId }) => moduleId === testFile)
    if (module !== undefined && module.state() !== "passed" && module.state() !== "skipped") {
      return `${relative(root, testFile)}: ${firstFailure(module)}`
    }
    return unhandledErrors.length === 0 ? undefined : String(unhandledErrors[0])
  }
  const passing = new Set<string>()
  const checkPassing = async (testFile: string): Promise<void> => {
    if (passing.has(testFile)) return
    const failure = await run(noMutant, testFile)
    if (failure !== undefined) throw new Error(`tests fail without a mutant: ${failure}`)
    passing.add(testFile)
  }
  for (const mutant of mutants) {
    if (!loading.has(mutant.id)) continue
    for (const testFile of testFilesOf(mutant).slice(0, maxLoadingTestFiles)) {
      if (State.isKilled(folder, mutant.id)) break
      await checkPassing(testFile)
      const test = await run(mutant.id, testFile)
      if (test !== undefined) State.kill(folder, mutant.id, { test, reason: "failed" })
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
    const mutantsOfFile = mutants.filter((mutant) => mutant.file === file)
    const survivors = mutantsOfFile.filter(({ id }) => !deaths.has(id))
    const explained = survivors.filter((mutant) => equivalents[path]?.[mutant.mutated] !== undefined)
    const timedOut = mutantsOfFile.filter(({ id }) => deaths.get(id)?.reason === "timed out")
    console.log(
      `${path}: ${mutantsOfFile.length - survivors.length} of ${mutantsOfFile.length} killed (${timedOut.length} by timeout), ${explained.length} equivalent, ${survivors.length - explained.length} survived`
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
    for (const mutated of unused) console.log(`  listed as equivalent, but not a survivor: ${mutated}`)
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
    phase("coverage recorded")
    const testFilesOf = specific(State.readReached(folder), mutants)
    await runTests(vitest, folder, specifications, mutants, testFilesOf)
    phase("tests finished")
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
