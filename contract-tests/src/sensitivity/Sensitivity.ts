/**
 * Tests whether the suite detects a fault: checks a property after a fault was injected into the sources.
 *
 * Each check runs in its own process, which modifies the source while modules load. No file is copied or changed, so
 * faults can be tried concurrently. The replay token of a detected fault must reproduce the failure in another process,
 * and the same check must pass on the unmodified project.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Properties from "../properties/All.ts"
import * as Replay from "../runner/Replay.ts"
import { plant, root, Stale, type Fault, type Planted } from "./Fault.ts"

export type Verdict =
  /** `token` replays the failure. */
  | {
      readonly _tag: "Detected"
      readonly reason: string
      readonly counterexample: string
      readonly token: string
    }
  | { readonly _tag: "Passed" }
  /** The fault could not be injected, or the property could not be checked. */
  | { readonly _tag: "Inconclusive"; readonly reason: string }

export interface Check {
  /** Undefined for the unmodified project. */
  readonly planted: Planted | undefined
  readonly property: string
  readonly target: string
  readonly runs: number
  readonly seed: number
  /** The counterexample to start from: the `path` of a replay token. */
  readonly path?: string | undefined
}

export interface Trial {
  readonly fault: Fault
  readonly verdict: Verdict
  /** Why the trial fails. Undefined if the property detected the fault and the replay reproduced the failure. */
  readonly problem: string | undefined
}

const trial = fileURLToPath(new URL("./internal/trial.ts", import.meta.url))

/** The processes share the cache, because they spend most of their time loading the same modules. */
const compileCache = fileURLToPath(new URL("node_modules/.cache/sensitivity", root))

/** A fault can make a process hang. */
const timeoutMillis = 180_000

const inconclusive = (reason: string): Verdict => ({ _tag: "Inconclusive", reason })

const verdictOf = (code: number | null, stdout: string, stderr: string): Verdict => {
  try {
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Verdict // The last line of the trial is its verdict.
  } catch {
    return inconclusive(`the process ended with exit code ${code} and no verdict: ${stderr.slice(-2000)}`)
  }
}

const run = (check: Check): Effect.Effect<Verdict> =>
  Effect.callback<Verdict>((resume) => {
    const child = spawn(process.execPath, [trial], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache }
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk: Buffer) => void (stdout += chunk.toString("utf8")))
    child.stderr.on("data", (chunk: Buffer) => void (stderr += chunk.toString("utf8")))
    // A process that ends before it reads its input reports the reason on stderr.
    child.stdin.on("error", () => undefined)
    child.stdin.end(JSON.stringify(check))
    child.once("error", (error) => resume(Effect.succeed(inconclusive(error.message))))
    child.once("close", (code) => resume(Effect.succeed(verdictOf(code, stdout, stderr))))
    return Effect.sync(() => void child.kill("SIGKILL"))
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.succeed(inconclusive(`no verdict within ${timeoutMillis} ms`))
    })
  )

const checkOf = (fault: Fault, seed: number, planted: Planted | undefined): Check => ({
  planted,
  property: fault.property,
  target: fault.target,
  runs: fault.runs ?? 300,
  seed
})

/** Why the replay did not reproduce the failure. Undefined if it found the same counterexample. */
export const replayProblem = (detected: Extract<Verdict, { _tag: "Detected" }>, again: Verdict): string | undefined => {
  switch (again._tag) {
    case "Passed":
      return "the replay passes"
    case "Inconclusive":
      return `the replay is inconclusive: ${again.reason}`
    case "Detected":
      return again.counterexample === detected.counterexample
        ? undefined
        : `the replay fails with another counterexample: ${again.counterexample.slice(0, 500)}`
  }
}

export const tryFault = (fault: Fault, seed: number = Replay.defaultSeed): Effect.Effect<Trial> =>
  Effect.gen(function* () {
    const planted = yield* Effect.sync(() => {
      try {
        return plant(fault)
      } catch (error) {
        if (error instanceof Stale) return error
        throw error
      }
    })
    if (planted instanceof Stale) return { fault, verdict: inconclusive(planted.message), problem: planted.message }
    const check = checkOf(fault, seed, planted)
    const verdict = yield* run(check)
    if (verdict._tag === "Passed") return { fault, verdict, problem: `${fault.property} does not detect the fault` }
    if (verdict._tag === "Inconclusive") return { fault, verdict, problem: verdict.reason }
    const { path, seed: replayed } = Replay.parse(verdict.token)
    return { fault, verdict, problem: replayProblem(verdict, yield* run({ ...check, seed: replayed, path })) }
  })

/** Returns the checks that do not pass on the unmodified project. Such a check proves nothing about a fault. */
export const unsound = (
  faults: ReadonlyArray<Fault>,
  seed: number,
  workers: number
): Effect.Effect<ReadonlyArray<string>> => {
  const checks = new Map(
    faults
      .toSorted((a, b) => (a.runs ?? 0) - (b.runs ?? 0))
      .map((fault) => [`${fault.property} for ${fault.target}`, checkOf(fault, seed, undefined)])
  )
  return Effect.forEach(
    checks,
    ([name, check]) =>
      Effect.map(run(check), (verdict) => (verdict._tag === "Passed" ? [] : [`${name}: ${verdict.reason}`])),
    { concurrency: workers }
  ).pipe(Effect.map((found) => found.flat()))
}

/** The properties for which there is no fault. Nothing proves that they can fail. */
export const unproved = (faults: ReadonlyArray<Fault>): ReadonlyArray<string> => {
  const proved = new Set(faults.map(({ property }) => property))
  return Properties.statements.map(({ id }) => id).filter((id) => !proved.has(id))
}

export const line = ({ fault, problem, verdict }: Trial): string => {
  const word = problem === undefined ? "detected" : verdict._tag === "Passed" ? "MISSED" : "FAILED"
  const replay =
    verdict._tag === "Detected" && problem !== undefined ? `\n          ${Replay.lineOf(verdict.token)}` : ""
  const why = problem === undefined ? "" : `\n          ${problem}`
  return `${word.padEnd(9)} ${fault.name.padEnd(64)} ${fault.property} ${fault.target}${why}${replay}`
}
