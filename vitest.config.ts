import { defineConfig } from "vitest/config"
import type { Reporter, TestModule } from "vitest/node"

/** Ends a run with a line of its counts. */
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

// `pnpm test:full` runs `vitest --mode full`: long tests then take their full samples.
export default defineConfig(({ mode }) => ({
  test: {
    env: { TEST_MODE: mode },
    include: ["packages/*/test/**/*.test.ts", "contract-tests/test/**/*.test.ts"],
    reporters: ["default", summary],
    // Ends a test that hangs. A busy machine can be many times slower than an idle one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // All processors. The default leaves one idle, which is half of a small machine.
    maxWorkers: "100%"
  }
}))
