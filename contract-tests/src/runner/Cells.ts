/**
 * Runs the cells of the suite. A cell is a pair of a property and a target. It is identified by names, so that a worker
 * or another process can run it too.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Properties from "../properties/All.ts"
import type { Outcome } from "../properties/Property.ts"
import * as Replay from "./Replay.ts"
import type { Result } from "./Report.ts"

export interface Job {
  readonly property: string
  /** The name of an operation, or of another target of the property. Example: `Orders.create`. */
  readonly target: string
  readonly seed: number
  readonly runs: number
  /** The counterexample to start from: the `path` of a replay token. */
  readonly path?: string | undefined
  /** Default: true. */
  readonly shrink?: boolean | undefined
}

export interface Done {
  readonly result: Result
  readonly millis: number
}

const maxLength = 4_000

const shorten = (text: string): string =>
  text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text

export const resultOf = (outcome: Outcome): Result => {
  switch (outcome._tag) {
    case "Passed":
      return { _tag: "Passed", runs: outcome.runs, reached: outcome.reached }
    case "Skipped":
      return { _tag: "Skipped", reason: outcome.reason }
    case "Failed":
      return {
        _tag: "Failed",
        runs: outcome.runs ?? 0,
        reason: shorten(outcome.reason),
        pointer: outcome.pointer,
        expected: outcome.expected === undefined ? undefined : shorten(outcome.expected),
        got: outcome.got === undefined ? undefined : shorten(outcome.got),
        instance: shorten(outcome.counterexample),
        token: Replay.token(outcome.replay),
        curl: outcome.curl
      }
  }
}

/** The result of a cell that failed without a counterexample, for example because the worker died. */
export const failedResult = ({ path = "", property, seed, target }: Job, reason: string): Result => ({
  _tag: "Failed",
  runs: 0,
  reason: shorten(reason),
  pointer: undefined,
  expected: undefined,
  got: undefined,
  instance: "none",
  token: Replay.token({ property, target, seed, path }),
  curl: undefined
})

/** Checks a cell. If the property cannot run, returns a text with the reason. */
export const check = ({ path, property: id, runs, seed, shrink, target }: Job): Effect.Effect<Outcome> | string => {
  const other = Properties.targetProperties.find((candidate) => candidate.id === id)
  if (other !== undefined) {
    return other.targets.includes(target)
      ? other.runOn(target, { seed, runs, path, shrink })
      : `${id} has no target ${target}`
  }
  const property = Properties.operationProperties.find((candidate) => candidate.id === id)
  if (property === undefined) return `the suite has no property ${id}`
  const operation = ClientOperations.all.find(({ name }) => name === target)
  return operation === undefined
    ? `the client has no operation ${target}`
    : property.run({ operation, seed, runs, path, shrink })
}

export const run = (job: Job): Effect.Effect<Done> =>
  Effect.gen(function* () {
    const startedAt = performance.now()
    const outcome = check(job)
    const result: Result =
      typeof outcome === "string"
        ? failedResult(job, outcome)
        : yield* outcome.pipe(
            Effect.map(resultOf),
            Effect.catchCauseIf(
              (cause) => !Cause.hasInterruptsOnly(cause),
              (cause) => Effect.succeed(failedResult(job, `the property threw: ${Cause.pretty(cause)}`))
            )
          )
    return { result, millis: performance.now() - startedAt }
  })
