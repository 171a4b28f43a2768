/**
 * Whether the suite would see a mistake: runs a property against a client in which one has been planted.
 *
 * **Details**
 *
 * Each fault runs in a process of its own, which puts it into its source as that is loaded. Nothing is copied and
 * nothing on the disk is changed, so that faults can be tried side by side, and what is run is the client as it stands
 * but for the fault.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { defaultSeed } from "../tools/Replay.ts"
import { planted, Stale, type Fault } from "./Fault.ts"

/** What came of a fault. */
export type Verdict =
  /** The property saw it. */
  | { readonly _tag: "Killed"; readonly operation: string; readonly because: string; readonly counterexample: string }
  /** Nothing saw it: the property has a hole. */
  | { readonly _tag: "Survived" }
  /** Nothing can be said: it could not be planted, or the client with it did not run. */
  | { readonly _tag: "Failed"; readonly reason: string }

/** What a process is to do. */
export interface Job {
  /** Undefined for the client as it stands. */
  readonly fault: Fault | undefined
  readonly property: string
  readonly operations: ReadonlyArray<string>
  readonly runs: number
  readonly seed: number
}

const trial = fileURLToPath(new URL("./internal/trial.ts", import.meta.url))

/** How long a process may take: a fault may make it hang. */
const timeoutMillis = 300_000

const isVerdict = (value: unknown): value is Verdict =>
  typeof value === "object" &&
  value !== null &&
  "_tag" in value &&
  (value._tag === "Killed" || value._tag === "Survived" || value._tag === "Failed")

const verdictOf = (code: number | null, printed: string, complained: string): Verdict => {
  const last = printed.trimEnd().split("\n").at(-1) ?? ""
  try {
    const verdict: unknown = JSON.parse(last)
    if (code === 0 && isVerdict(verdict)) return verdict
  } catch {
    // Whatever it printed is no verdict.
  }
  return { _tag: "Failed", reason: `the process ended with ${code}: ${complained.slice(-2000)}` }
}

const run = (job: Job): Effect.Effect<Verdict> =>
  Effect.callback<Verdict>((resume) => {
    const child = spawn(process.execPath, [trial, JSON.stringify(job)], { stdio: ["ignore", "pipe", "pipe"] })
    let printed = ""
    let complained = ""
    child.stdout.on("data", (chunk: Buffer) => void (printed += chunk.toString("utf8")))
    child.stderr.on("data", (chunk: Buffer) => void (complained += chunk.toString("utf8")))
    child.once("error", (error) => resume(Effect.succeed({ _tag: "Failed", reason: error.message })))
    child.once("close", (code) => resume(Effect.succeed(verdictOf(code, printed, complained))))
    return Effect.sync(() => void child.kill("SIGKILL"))
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.succeed<Verdict>({ _tag: "Failed", reason: `no verdict within ${timeoutMillis} ms` })
    })
  )

const usualRuns = 300

/** Tries a fault. */
export const tryFault = (fault: Fault, seed: number = defaultSeed): Effect.Effect<Verdict> =>
  Effect.suspend(() => {
    const { operations, property, runs = usualRuns } = fault
    try {
      planted(fault)
    } catch (error) {
      if (!(error instanceof Stale)) throw error
      return Effect.succeed<Verdict>({ _tag: "Failed", reason: error.message })
    }
    return run({ fault, property, operations, runs, seed })
  })

/** Runs a property in the same way against the client as it stands: what kills a fault must be the fault. */
export const tryHonest = (
  property: string,
  operations: ReadonlyArray<string>,
  runs: number = usualRuns,
  seed: number = defaultSeed
): Effect.Effect<Verdict> => run({ fault: undefined, property, operations, runs, seed })
