/** The script of a worker thread for tests. The property of a job selects what the worker does. */
import { parentPort } from "node:worker_threads"
import type { Done, Job } from "../../../src/runner/Cells.ts"

parentPort?.on("message", ({ property }: Job) => {
  const done: Done = { result: { _tag: "Passed", runs: 1, reached: {} }, millis: 1 }
  switch (property) {
    case "throws":
      throw new Error("thrown by the property")
    case "exits":
      process.exit(3)
    case "hangs":
      for (;;);
    case "answers, then exits":
      parentPort?.postMessage(done)
      setImmediate(() => process.exit(4))
      return
    default:
      parentPort?.postMessage(done)
  }
})
