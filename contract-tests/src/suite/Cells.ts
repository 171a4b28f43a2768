/**
 * The cells of a run: which property is held against which operation, and what comes of one.
 *
 * **Details**
 *
 * A cell is asked for by name, so that a worker or another process can be asked for it as well.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Properties from "../properties/All.ts"
import type { Outcome } from "../properties/Property.ts"
import * as Replay from "../tools/Replay.ts"
import type { Result } from "./Report.ts"

/** One cell, and how to run it. */
export interface Job {
  readonly property: string
  /** As a user calls it: `Orders.create`. */
  readonly target: string
  readonly seed: number
  readonly runs: number
  /** Starts at a counterexample. */
  readonly path?: string | undefined
}

/** What came of a cell, and how long it took. */
export interface Done {
  readonly result: Result
  readonly millis: number
}

const shown = 4_000

const shorten = (text: string): string =>
  text.length > shown ? `${text.slice(0, shown)}… (${text.length} characters)` : text

const resultOf = (outcome: Outcome): Result => {
  switch (outcome._tag) {
    case "Held":
      return { _tag: "Passed", runs: outcome.runs, reached: outcome.reached }
    case "Skipped":
      return { _tag: "Skipped", reason: outcome.reason }
    case "Failed":
      return {
        _tag: "Failed",
        runs: outcome.runs ?? 0,
        because: shorten(outcome.because),
        pointer: outcome.pointer,
        expected: outcome.expected === undefined ? undefined : shorten(outcome.expected),
        got: outcome.got === undefined ? undefined : shorten(outcome.got),
        instance: shorten(outcome.counterexample),
        token: Replay.token(outcome.replay),
        curl: outcome.curl
      }
  }
}

/** A cell that failed for a reason that is not a counterexample: its property threw, or who ran it died. */
export const broken = ({ path = "", property, seed, target }: Job, because: string): Result => ({
  _tag: "Failed",
  runs: 0,
  because: shorten(because),
  pointer: undefined,
  expected: undefined,
  got: undefined,
  instance: "none: the property could not be looked at",
  token: Replay.token({ property, target, seed, path }),
  curl: undefined
})

/** Runs a cell in this process. */
export const run = (job: Job): Effect.Effect<Done> =>
  Effect.gen(function* () {
    const property = Properties.all.find(({ id }) => id === job.property)
    const operation = ClientOperations.all.find(({ name }) => name === job.target)
    const begun = performance.now()
    const result: Result =
      property === undefined
        ? broken(job, `there is no property ${job.property}`)
        : operation === undefined
          ? broken(job, `the client has no ${job.target}`)
          : yield* property.run({ operation, seed: job.seed, runs: job.runs, path: job.path }).pipe(
              Effect.map(resultOf),
              Effect.catchCauseIf(
                (cause) => !Cause.hasInterruptsOnly(cause),
                (cause) => Effect.succeed(broken(job, `the property threw: ${Cause.pretty(cause)}`))
              )
            )
    return { result, millis: performance.now() - begun }
  })
