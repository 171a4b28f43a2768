/**
 * The script of a worker thread: runs each job that the thread receives.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { parentPort } from "node:worker_threads"
import * as Cells from "../Cells.ts"

parentPort?.on("message", (job: Cells.Job) => {
  Effect.runFork(Effect.map(Cells.run(job), (done) => parentPort?.postMessage(done)))
})
