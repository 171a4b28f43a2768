import { defineConfig } from "vitest/config"
import type { Reporter, TestModule } from "vitest/node"

/** Closes a run with its counts, alone on a line. */
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

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "contract-tests/test/**/*.test.ts"],
    reporters: ["default", summary],
    // A bound for what hangs, not a measure: a busy machine may be many times slower than an idle one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // All processors: unless told, one is left idle, which is half of a small machine.
    maxWorkers: "100%"
  }
})
