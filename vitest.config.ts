import { defineConfig } from "vitest/config"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from "vitest/node"

/** The longest test files start first, so that fewer workers are idle at the end of a run. */
const longest = [
  "hostile",
  "faultRun",
  "page/browser",
  "properties/All",
  "sandbox/Requests",
  "operations/Responses",
  "operations/ResponsesInterpreted",
  "operations/Prism",
  "conformance/Judge",
  "operations/Answers",
  "operations/AnswersLarge",
  "operations/Requests",
  "runner/Command",
  "runner/Demo",
  "properties/Paging"
].map((name) => `/${name}.test.ts`)

/**
 * `pnpm test` leaves these test files out, because they take long and rarely find a fault. `pnpm test:full` and
 * `.ci/run` run them.
 */
const fullOnly = [
  "packages/client/test/Bundle.test.ts",
  "packages/client/test/feed/session/SessionFaults.test.ts",
  "packages/client/test/limits/RateLimitsBurst.test.ts",
  "contract-tests/test/operations/Prism.test.ts",
  "contract-tests/test/sandbox/PrismProxy.test.ts",
  "contract-tests/test/sensitivity/Sensitivity.test.ts"
]

class LongestFirst extends BaseSequencer {
  override async sort(files: ReadonlyArray<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort([...files])
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(name))
      return found === -1 ? longest.length : found
    }
    return sorted.sort((a, b) => place(a) - place(b))
  }
}

// Test processes and the processes that tests start load the same modules. With this cache, they share the compiled
// code.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url))

const summary: Reporter = {
  onTestRunEnd: (modules: ReadonlyArray<TestModule>, errors) => {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      if (module.children.size === 0 && !module.ok()) counts.failed++
      for (const test of module.children.allTests()) counts[test.result().state]++
    }
    console.log(`${counts.passed} passed, ${counts.failed + counts.pending} failed, ${counts.skipped} skipped`)
  }
}

// `pnpm test:full` runs `vitest run --mode full`. In this mode, long tests use their full number of samples.
export default defineConfig(({ mode }) => ({
  test: {
    env: { TEST_MODE: mode },
    include: ["packages/*/test/**/*.test.ts", "contract-tests/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", ...(mode === "full" ? [] : fullOnly)],
    reporters: ["default", summary],
    // Ends a test that hangs. A busy machine can be many times slower than an idle one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more worker than processors, because tests of sockets often wait.
    maxWorkers: availableParallelism() + 1,
    // The test files in one process share loaded modules, because most files take longer to load than to run. Modules
    // have no state.
    isolate: false,
    unstubEnvs: true,
    unstubGlobals: true,
    sequence: { sequencer: LongestFirst }
  }
}))
