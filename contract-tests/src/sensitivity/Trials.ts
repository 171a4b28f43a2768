/** Tries faults concurrently and reports what detected each. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Properties from "../properties/All.ts"
import { isTest, type Fault } from "./Fault.ts"
import * as Sensitivity from "./Sensitivity.ts"

/** The result of one fault. */
export interface Trial {
  readonly fault: Fault
  readonly verdict: Sensitivity.Verdict
  /** Other properties that detected it, if all were run. */
  readonly alsoSeenBy: ReadonlyArray<string>
  /** The problem that fails the run. */
  readonly problem: string | undefined
  readonly millis: number
  readonly cpuMillis: number
}

/** Options of the trials. */
export interface Options {
  readonly workers: number
  readonly seed: number
  /** Runs every property, not only the fault's own. */
  readonly all: boolean
  /** Called for every fault after its trial. */
  readonly onTrial: (trial: Trial) => Effect.Effect<void>
}

/** The result of a run. */
export interface Run {
  /** Checks that fail on the unmodified project. Their detections prove nothing. */
  readonly unsound: ReadonlyArray<string>
  readonly trials: ReadonlyArray<Trial>
  readonly cpuMillis: number
}

const firstLine = (text: string): string => text.split("\n")[0] ?? ""

const problemOf = (fault: Fault, verdict: Sensitivity.Verdict): string | undefined => {
  switch (verdict._tag) {
    case "Killed":
      return fault.equivalent === undefined ? undefined : "it is seen now: it is not equivalent"
    case "Survived":
      return fault.equivalent === undefined ? `${fault.seenBy} does not see it` : undefined
    case "Skipped":
    case "Failed":
      return verdict.reason
  }
}

/** Tries a fault, and replays its failure. */
const attempt = (fault: Fault, { all, seed }: Options): Effect.Effect<Trial> =>
  Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    const question = Sensitivity.questionOf(fault, seed)
    const others =
      all && question.operations.length > 0
        ? Properties.all.flatMap(({ id }) => (id === fault.seenBy ? [] : [{ ...question, seenBy: id }]))
        : []
    const tried = yield* Sensitivity.ask(fault, [question, ...others])
    const [own, ...rest] = tried.told.map(({ verdict }) => verdict)
    const verdict = own! // the first question's
    const alsoSeenBy = others.flatMap(({ seenBy }, index) => (rest[index]?._tag === "Killed" ? [seenBy] : []))
    const again =
      verdict._tag === "Killed" ? yield* Sensitivity.ask(fault, [Sensitivity.replayOf(question, verdict)]) : undefined
    const unlike =
      again === undefined || verdict._tag !== "Killed"
        ? undefined
        : Sensitivity.replayProblem(verdict, again.told[0]!.verdict) // of the one question
    return {
      fault,
      verdict,
      alsoSeenBy,
      problem: problemOf(fault, verdict) ?? unlike,
      millis: (yield* Clock.currentTimeMillis) - begun,
      cpuMillis: tried.cpuMillis + (again?.cpuMillis ?? 0)
    }
  })

/** The distinct questions of the faults, grouped by the check that answers them. */
const questionsOf = (
  faults: ReadonlyArray<Fault>,
  seed: number
): ReadonlyArray<ReadonlyArray<Sensitivity.Question>> => {
  const bySeer = new Map<string, Map<string, Sensitivity.Question>>()
  for (const fault of faults) {
    const question = Sensitivity.questionOf(fault, seed)
    const { operations, runs, seenBy } = question
    const own = bySeer.get(seenBy) ?? new Map<string, Sensitivity.Question>()
    bySeer.set(seenBy, own)
    for (const operation of isTest(seenBy) ? [""] : operations) {
      const known = own.get(operation)
      if (known === undefined || known.runs < runs) {
        own.set(operation, { ...question, operations: operation === "" ? [] : [operation] })
      }
    }
  }
  return Array.from(bySeer.values(), (questions) => Array.from(questions.values()))
}

/** Properties that could pass unconditionally without a fault being missed. */
export const unproved = (faults: ReadonlyArray<Fault>): ReadonlyArray<string> => {
  const seers = new Set(faults.map(({ seenBy }) => seenBy))
  return Properties.stated.map(({ id }) => id).filter((id) => !seers.has(id))
}

/** Runs all checks on the unmodified project, then tries every fault. */
export const run = (faults: ReadonlyArray<Fault>, options: Options): Effect.Effect<Run> =>
  Effect.gen(function* () {
    const { seed, workers } = options
    const honest = yield* Effect.forEach(
      questionsOf(faults, seed),
      (questions) =>
        Effect.map(Sensitivity.askHonest(questions), ({ cpuMillis, told }) => ({
          cpuMillis,
          unsound: told.flatMap(({ verdict }, index) => {
            const { operations, seenBy } = questions[index]!
            return verdict._tag === "Survived" || verdict._tag === "Skipped"
              ? []
              : [
                  `${seenBy} ${operations.join(" ")}: ${firstLine(verdict._tag === "Killed" ? verdict.because : verdict.reason)}`
                ]
          })
        })),
      { concurrency: workers }
    )
    const trials = yield* Effect.forEach(faults, (fault) => Effect.tap(attempt(fault, options), options.onTrial), {
      concurrency: workers
    })
    return {
      unsound: honest.flatMap(({ unsound }) => unsound),
      trials,
      cpuMillis: [...honest, ...trials].reduce((sum, { cpuMillis }) => sum + cpuMillis, 0)
    }
  })

/** Whether every fault was detected or is listed as undetectable. */
export const holds = ({ trials, unsound }: Run): boolean =>
  unsound.length === 0 && trials.every(({ problem }) => problem === undefined)

const word = ({ problem, verdict }: Trial): string =>
  problem !== undefined
    ? verdict._tag === "Survived"
      ? "SURVIVED"
      : "FAILED"
    : verdict._tag === "Killed"
      ? "killed"
      : "equal"

/** One line of a fault: what detected it, where, and the duration; below it any problem. */
export const line = (trial: Trial): string => {
  const { alsoSeenBy, fault, millis, problem, verdict } = trial
  const where = verdict._tag === "Killed" ? `  ${verdict.where}` : ""
  return [
    `${word(trial).padEnd(9)} ${fault.name.padEnd(76)} ${fault.seenBy}${where}  ${(millis / 1000).toFixed(1)} s`,
    ...(alsoSeenBy.length === 0 ? [] : [`          also seen by ${alsoSeenBy.join(", ")}`]),
    ...(fault.equivalent === undefined ? [] : [`          ${fault.equivalent}`]),
    ...(problem === undefined ? [] : [`          ${problem}`])
  ].join("\n")
}

/** The summary of a run. */
export const summary = (run: Run): string => {
  const count = (_tag: Sensitivity.Verdict["_tag"]) => run.trials.filter(({ verdict }) => verdict._tag === _tag).length
  const seers = new Map<string, number>()
  for (const { fault, verdict } of run.trials) {
    if (verdict._tag === "Killed") seers.set(fault.seenBy, (seers.get(fault.seenBy) ?? 0) + 1)
  }
  const failed = run.trials.filter(({ problem }) => problem !== undefined).length
  return [
    ...run.unsound.map((what) => `UNSOUND   ${what}`),
    "",
    ...Array.from(seers, ([seer, kills]) => `${String(kills).padStart(4)} ${seer}`).sort(),
    `${run.trials.length} faults, ${count("Killed")} seen, ${count("Survived")} not; ${Math.round(run.cpuMillis / 1000)} s of CPU`,
    `${run.trials.length - failed} passed, ${failed + run.unsound.length} failed, 0 skipped`
  ].join("\n")
}
