/**
 * Runs cells (pairs of a property and a target) in worker threads. A cell that hangs or dies does not affect the
 * others.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import { extname } from "node:path"
import { Worker } from "node:worker_threads"
import * as Cells from "./Cells.ts"
import type { Runner } from "./Suite.ts"

/** TypeScript in the sources, JavaScript in the build. */
const script = new URL(`internal/worker${extname(import.meta.url)}`, import.meta.url)

export interface Options {
  /** A cell that exceeds the limit counts as hung, and its worker is terminated. */
  readonly limitMillis: number
  /** Default: the script of the suite. */
  readonly script: URL
}

// Even on a busy machine, only cells that hang exceed this limit.
const defaults: Options = { limitMillis: 600_000, script }

/** Starts a worker. If it dies while idle, its next job detects this. */
const start = (script: URL): Worker => new Worker(script).on("error", () => {})

const runIn = (
  worker: Worker,
  job: Cells.Job,
  limitMillis: number
): Effect.Effect<{ readonly done: Cells.Done; readonly died: boolean }> =>
  Effect.callback((resume) => {
    const startedAt = performance.now()
    const died = (reason: string): void =>
      end({ done: { result: Cells.failedResult(job, reason), millis: performance.now() - startedAt }, died: true })
    const onMessage = (done: Cells.Done): void => end({ done, died: false })
    const onError = (error: unknown): void => died(`the worker died: ${String(error)}`)
    const onExit = (code: number): void => died(`the worker ended with exit code ${code}`)
    const timer = setTimeout(() => died(`the cell did not end within ${limitMillis} ms`), limitMillis)
    const end = (answer: { readonly done: Cells.Done; readonly died: boolean }): void => {
      clearTimeout(timer)
      worker.off("message", onMessage).off("error", onError).off("exit", onExit)
      resume(Effect.succeed(answer))
    }
    worker.on("message", onMessage).on("error", onError).on("exit", onExit)
    if (worker.threadId === -1) died("the worker died before this cell")
    else worker.postMessage(job)
    return Effect.sync(() => {
      clearTimeout(timer)
      worker.off("message", onMessage).off("error", onError).off("exit", onExit)
    })
  })

/** Starts `width` workers. They end when the scope closes. */
export const make = (width: number, options: Partial<Options> = {}): Effect.Effect<Runner, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { limitMillis, script } = { ...defaults, ...options }
    const idle = yield* Queue.unbounded<Worker>()
    const startWorker = Effect.flatMap(
      Effect.acquireRelease(
        Effect.sync(() => start(script)),
        (worker) => Effect.promise(() => worker.terminate())
      ),
      (worker) => Queue.offer(idle, worker)
    )
    const scope = yield* Effect.scope
    for (let n = 0; n < width; n++) yield* startWorker
    return {
      width,
      run: (job) =>
        Effect.flatMap(Queue.take(idle), (worker) =>
          Effect.flatMap(runIn(worker, job, limitMillis), ({ died, done }) => {
            if (!died) return Effect.as(Queue.offer(idle, worker), done)
            // A worker that exceeded the time limit is still running.
            const ended = Effect.promise(() => worker.terminate())
            return Effect.as(Effect.andThen(ended, Effect.provideService(startWorker, Scope.Scope, scope)), done)
          })
        )
    }
  })
