/**
 * The cells of a run: pairs of property and target, and how one is run.
 *
 * **Details**
 *
 * A cell is identified by name, so that a worker or another process can run it too.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Properties from "../properties/All.ts"
import type { Outcome } from "../properties/Property.ts"
import * as Replay from "./Replay.ts"
import type { Result } from "./Report.ts"

/** One cell, and how to run it. */
export interface Job {
  readonly property: string
  /** An operation as a user calls it, `Orders.create`, or the property's own name for the target. */
  readonly target: string
  readonly seed: number
  readonly runs: number
  /** Starts at a counterexample. */
  readonly path?: string | undefined
  /** False keeps the first counterexample without shrinking. */
  readonly shrink?: boolean | undefined
}

/** The result of a cell and its duration. */
export interface Done {
  readonly result: Result
  readonly millis: number
}

const shown = 4_000

const shorten = (text: string): string =>
  text.length > shown ? `${text.slice(0, shown)}… (${text.length} characters)` : text

/** An outcome in the form of the report. */
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

/** A cell that failed without a counterexample: its property threw, or its worker died. */
export const broken = ({ path = "", property, seed, target }: Job, because: string): Result => ({
  _tag: "Failed",
  runs: 0,
  reason: shorten(because),
  pointer: undefined,
  expected: undefined,
  got: undefined,
  instance: "none: the property could not be checked",
  token: Replay.token({ property, target, seed, path }),
  curl: undefined
})

/** Runs the property, or fails with the reason why it cannot run. */
export const held = ({ path, property: id, runs, seed, shrink, target }: Job): Effect.Effect<Outcome> | string => {
  const other = Properties.targetProperties.find((one) => one.id === id)
  if (other !== undefined) {
    return other.targets.includes(target) ? other.runOn(target, { seed, runs, path }) : `${id} has no target ${target}`
  }
  const property = Properties.operationProperties.find((one) => one.id === id)
  if (property === undefined) return `no property ${id}`
  const operation = ClientOperations.all.find(({ name }) => name === target)
  return operation === undefined ? `the client has no ${target}` : property.run({ operation, seed, runs, path, shrink })
}

/** Runs a cell in this process. */
export const run = (job: Job): Effect.Effect<Done> =>
  Effect.gen(function* () {
    const begun = performance.now()
    const outcome = held(job)
    const result: Result =
      typeof outcome === "string"
        ? broken(job, outcome)
        : yield* outcome.pipe(
            Effect.map(resultOf),
            Effect.catchCauseIf(
              (cause) => !Cause.hasInterruptsOnly(cause),
              (cause) => Effect.succeed(broken(job, `the property threw: ${Cause.pretty(cause)}`))
            )
          )
    return { result, millis: performance.now() - begun }
  })
