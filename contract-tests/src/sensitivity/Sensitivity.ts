/**
 * Whether the suite would see a mistake: runs a property, or a file of tests, against a client in which one has been
 * planted.
 *
 * **Details**
 *
 * Each fault runs in a process of its own, which puts it into its source as that is loaded. Nothing is copied and
 * nothing on the disk is changed, so that faults can be tried side by side, and what is run is the project as it stands
 * but for the fault. A fault that was seen is met again in another process, from what its failure told to replay it.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Replay from "../runner/Replay.ts"
import { isTest, planted, root, Stale, type Fault } from "./Fault.ts"

/** What came of a fault. */
export type Verdict =
  /** It was seen. */
  | {
      readonly _tag: "Killed"
      /** The operation, or the test. */
      readonly where: string
      readonly because: string
      readonly counterexample: string
      /** A token, or the test's name. */
      readonly replay: string
    }
  /** Nothing saw it: the property has a hole. */
  | { readonly _tag: "Survived" }
  /** The property says nothing of these operations. */
  | { readonly _tag: "Skipped"; readonly reason: string }
  /** Nothing can be said: it could not be planted, or the client with it did not run. */
  | { readonly _tag: "Failed"; readonly reason: string }

/** What is asked of a client. */
export interface Question {
  /** A property's id, or a file of tests. */
  readonly seenBy: string
  readonly operations: ReadonlyArray<string>
  readonly runs: number
  readonly seed: number
  /** Starts at a counterexample. */
  readonly path?: string | undefined
  /** This test alone. */
  readonly test?: string | undefined
}

/** What a process is to do. */
export interface Job {
  /** Undefined for the client as it stands. */
  readonly fault: Fault | undefined
  readonly questions: ReadonlyArray<Question>
}

/** What a process answers to one question. */
export interface Told {
  readonly verdict: Verdict
  readonly cpuMillis: number
}

/** What a process answers. */
export interface Tried {
  /** One for each question. */
  readonly told: ReadonlyArray<Told>
  /** Of the whole process. */
  readonly cpuMillis: number
}

const trial = fileURLToPath(new URL("./internal/trial.ts", import.meta.url))

/** Most of what a process does is to load the same modules. */
const compiled = fileURLToPath(new URL("node_modules/.cache/sensitivity", root))

/** How long a process may take: a fault may make it hang. */
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
    // Whatever it printed is no verdict.
  }
  return nothing(job, `the process ended with ${code}: ${complained.slice(-2000)}`)
}

/** Asks a process of its own. */
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

/** What a fault asks of what must see it. */
export const questionOf = (
  { operations, runs = usualRuns, seenBy }: Fault,
  seed: number = Replay.defaultSeed
): Question => ({ seenBy, operations, runs, seed })

/** Asks of a client with a fault in it. Of one that cannot be planted nothing can be said. */
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

/** Asks in the same way of the client as it stands: what kills a fault must be the fault. */
export const askHonest = (questions: ReadonlyArray<Question>): Effect.Effect<Tried> =>
  run({ fault: undefined, questions })

const verdictOf = ({ told }: Tried): Verdict => told[0]!.verdict // one for each question

/** Tries a fault. */
export const tryFault = (fault: Fault, seed?: number): Effect.Effect<Verdict> =>
  Effect.map(ask(fault, [questionOf(fault, seed)]), verdictOf)

/** What meets a fault again, by what its failure told. */
export const replayOf = (question: Question, { replay, where }: Extract<Verdict, { _tag: "Killed" }>): Question => {
  if (isTest(question.seenBy)) return { ...question, test: replay }
  const { path, seed } = Replay.parse(replay)
  return { ...question, operations: [where], seed, path }
}

/**
 * Holds a replay against what it replays.
 *
 * @returns What is wrong with it; undefined where the same counterexample came again.
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
