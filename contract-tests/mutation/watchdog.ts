/**
 * A thread that ends its own process when a mutant hangs it, which no timer of the hanging thread can do.
 *
 * @module
 */
import { parentPort, Worker, workerData } from "node:worker_threads"
import * as State from "./state.ts"

/** Longer than any single test takes on a busy machine. */
const patienceMillis = 120_000

interface Data {
  readonly folder: string
  /** The mutant that runs, and when it started in Unix milliseconds; zero while none runs. */
  readonly current: Float64Array<SharedArrayBuffer>
}

export interface Watchdog {
  readonly started: (mutant: string) => void
  readonly ended: () => void
}

/** Watches this process. */
export const make = (folder: string): Watchdog => {
  const current = new Float64Array(new SharedArrayBuffer(16))
  const worker = new Worker(new URL(import.meta.url), { workerData: { folder, current } satisfies Data })
  worker.unref()
  return {
    started: (mutant) => current.set([Number(mutant), Date.now()]),
    ended: () => void current.fill(0)
  }
}

if (parentPort !== null && workerData?.current instanceof Float64Array) {
  const { current, folder }: Data = workerData
  setInterval(() => {
    const [mutant, startedAt] = current
    if (!startedAt || Date.now() - startedAt < patienceMillis) return
    State.kill(folder, String(mutant), { test: "its process hung", how: "timed out" })
    process.kill(process.pid, "SIGKILL")
  }, 1_000)
}
