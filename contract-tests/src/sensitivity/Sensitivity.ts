/**
 * Tests whether the suite detects a fault: runs a property, or a test file, against a client with a planted fault.
 *
 * **Details**
 *
 * Each fault runs in its own process, which modifies the source as it is loaded. Nothing is copied and nothing on disk
 * changes, so faults can be tried concurrently, and the project runs unmodified except for the fault. A detected fault
 * is reproduced in another process from its replay token.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Replay from "../runner/Replay.ts"
import { isTest, planted, root, Stale, type Fault } from "./Fault.ts"

/** The result of a fault. */
export type Verdict =
  /** It was detected. */
  | {
      readonly _tag: "Killed"
      /** The operation, or the test. */
      readonly where: string
      readonly because: string
      readonly counterexample: string
      /** A token, or the test's name. */
      readonly replay: string
    }
  /** Nothing detected it: the property has a gap. */
  | { readonly _tag: "Survived" }
  /** The property does not apply to these operations. */
  | { readonly _tag: "Skipped"; readonly reason: string }
  /** No verdict: the fault could not be planted, or the faulty client did not run. */
  | { readonly _tag: "Failed"; readonly reason: string }

/** A check to run on a client. */
export interface Question {
  /** A property's id, or a test file. */
  readonly seenBy: string
  readonly operations: ReadonlyArray<string>
  readonly runs: number
  readonly seed: number
  /** Starts at a counterexample. */
  readonly path?: string | undefined
  /** Only this test. */
  readonly test?: string | undefined
}

/** The job of a process. */
export interface Job {
  /** Undefined for the unmodified client. */
  readonly fault: Fault | undefined
  readonly questions: ReadonlyArray<Question>
}

/** The result of one question. */
export interface Told {
  readonly verdict: Verdict
  readonly cpuMillis: number
}

/** The result of a process. */
export interface Tried {
  /** One for each question. */
  readonly told: ReadonlyArray<Told>
  /** CPU time of the whole process. */
  readonly cpuMillis: number
}

const trial = fileURLToPath(new URL("./internal/trial.ts", import.meta.url))

/** Processes spend most of their time loading the same modules, so they share a compile cache. */
const compiled = fileURLToPath(new URL("node_modules/.cache/sensitivity", root))

/** The time limit of a process: a fault may make it hang. */
const timeoutMillis = 180_000

const isTried = (value: unknown): value is Tried =>
  typeof value === "object" && value !== null && "told" in value && Array.isArray(value.told)

const nothing = ({ questions }: Job, reason: string): Tried => ({
  told: questions.map(() => ({ verdict: { _tag: "Failed", reason }, cpuMillis: 0 })),
  cpuMillis: 0
})

const triedOf = (job: Job, code: number | null, printed: string, complained: string): Tried => {
  const last = printed.trimEnd().split("\n").at(-1) ?? ""
  try {
    const tried: unknown = JSON.parse(last)
    if (isTried(tried) && tried.told.length === job.questions.length) return tried
  } catch {
    // The output is not a verdict.
  }
  return nothing(job, `the process ended with ${code}: ${complained.slice(-2000)}`)
}

/** Runs a job in its own process. */
const run = (job: Job): Effect.Effect<Tried> =>
  Effect.callback<Tried>((resume) => {
    const child = spawn(process.execPath, [trial, JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled }
    })
    let printed = ""
    let complained = ""
    child.stdout.on("data", (chunk: Buffer) => void (printed += chunk.toString("utf8")))
    child.stderr.on("data", (chunk: Buffer) => void (complained += chunk.toString("utf8")))
    child.once("error", (error) => resume(Effect.succeed(nothing(job, error.message))))
    child.once("close", (code) => resume(Effect.succeed(triedOf(job, code, printed, complained))))
    return Effect.sync(() => void child.kill("SIGKILL"))
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.succeed(nothing(job, `no verdict within ${timeoutMillis} ms`))
    })
  )

const usualRuns = 300

/** The question for the check that must detect a fault. */
export const questionOf = (
  { operations, runs = usualRuns, seenBy }: Fault,
  seed: number = Replay.defaultSeed
): Question => ({ seenBy, operations, runs, seed })

/** Runs questions on a client with a fault. Fails if the fault cannot be planted. */
export const ask = (fault: Fault, questions: ReadonlyArray<Question>): Effect.Effect<Tried> =>
  Effect.suspend(() => {
    const job: Job = { fault, questions }
    try {
      planted(fault)
    } catch (error) {
      if (!(error instanceof Stale)) throw error
      return Effect.succeed(nothing(job, error.message))
    }
    return run(job)
  })

/** Runs the same questions on the unmodified client, to prove that the fault causes the failure. */
export const askHonest = (questions: ReadonlyArray<Question>): Effect.Effect<Tried> =>
  run({ fault: undefined, questions })

const verdictOf = ({ told }: Tried): Verdict => told[0]!.verdict // one for each question

/** Tries a fault. */
export const tryFault = (fault: Fault, seed?: number): Effect.Effect<Verdict> =>
  Effect.map(ask(fault, [questionOf(fault, seed)]), verdictOf)

/** The question that replays a detected fault. */
export const replayOf = (question: Question, { replay, where }: Extract<Verdict, { _tag: "Killed" }>): Question => {
  if (isTest(question.seenBy)) return { ...question, test: replay }
  const { path, seed } = Replay.parse(replay)
  return { ...question, operations: [where], seed, path }
}

/**
 * Compares a replay with the original failure.
 *
 * @returns The difference; undefined if the same counterexample occurred again.
 */
export const replayProblem = (killed: Extract<Verdict, { _tag: "Killed" }>, again: Verdict): string | undefined =>
  again._tag !== "Killed"
    ? `its replay ${again._tag === "Survived" ? "passes" : `says nothing: ${again.reason}`}`
    : again.where !== killed.where || again.counterexample !== killed.counterexample
      ? `its replay fails with another counterexample: ${again.where}, ${again.counterexample.slice(0, 500)}`
      : undefined

/** The line that replays it. */
export const replayLine = ({ seenBy }: Question, { replay }: Extract<Verdict, { _tag: "Killed" }>): string =>
  isTest(seenBy) ? `vitest run ${seenBy} -t ${JSON.stringify(replay)}` : Replay.lineOf(replay)
