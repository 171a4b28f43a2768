/**
 * A worker thread that kills the process if a mutant blocks the main thread. A timer of the blocked thread could not
 * fire.
 *
 * @module
 */
import { parentPort, Worker, workerData } from "node:worker_threads"
import * as State from "./state.ts"

/** No test takes this long without a mutant, even on a busy machine. */
const timeoutMillis = 120_000

interface WorkerInput {
  readonly folder: string
  /** The id of the running mutant, and its start time in Unix milliseconds. Both are 0 if no mutant runs. */
  readonly current: Float64Array<SharedArrayBuffer>
}

export interface Watchdog {
  readonly started: (mutant: string) => void
  readonly ended: () => void
}

export const make = (folder: string): Watchdog => {
  const current = new Float64Array(new SharedArrayBuffer(16))
  const worker = new Worker(new URL(import.meta.url), { workerData: { folder, current } satisfies WorkerInput })
  worker.unref()
  return {
    started: (mutant) => current.set([Number(mutant), Date.now()]),
    ended: () => void current.fill(0)
  }
}

if (parentPort !== null && workerData?.current instanceof Float64Array) {
  const { current, folder }: WorkerInput = workerData
  setInterval(() => {
    const [mutant, startedAt] = current
    if (!startedAt || Date.now() - startedAt < timeoutMillis) return
    State.kill(folder, String(mutant), { test: "(process hung)", reason: "timed out" })
    process.kill(process.pid, "SIGKILL")
  }, 1_000)
}
