/**
 * Defines the interface of the suite's properties: a statement, and a function that checks one target.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import * as Replay from "../runner/Replay.ts"

export interface Settings {
  /** A 32-bit integer. */
  readonly seed: number
  /** The number of random cases. */
  readonly runs: number
  /** The counterexample to start from: the `path` of a replay token. */
  readonly path?: string | undefined
  /** Whether to shrink a counterexample, which takes time. Default: true. */
  readonly shrink?: boolean | undefined
}

export interface Run extends Settings {
  readonly operation: ClientOperation
}

/**
 * The number of times that a run reached each relevant situation, by name. A property that never reaches its subject
 * proves nothing.
 */
export type Reached = Readonly<Record<string, number>>

export interface Failed {
  readonly _tag: "Failed"
  /** The number of checked cases. */
  readonly runs?: number | undefined
  readonly reason: string
  readonly pointer?: string | undefined
  readonly expected?: string | undefined
  readonly got?: string | undefined
  readonly counterexample: string
  /** The request as a command line with placeholders for secrets. */
  readonly curl?: string | undefined
  readonly replay: Replay.Replay
  /** The full report. Its last line contains the command that replays the failure. */
  readonly report: string
}

export type Outcome =
  | { readonly _tag: "Passed"; readonly runs: number; readonly reached: Reached }
  | Failed
  /** The property does not apply to the target. */
  | { readonly _tag: "Skipped"; readonly reason: string }

export interface PropertyInfo {
  /** Example: `P9`. */
  readonly id: string
  readonly statement: string
  /** How the property is checked, what is skipped, and why. `explain` prints this text. */
  readonly method?: string
  /** A situation that at least one target must reach, and the note for a run that never reached it. */
  readonly mustReach?: { readonly situation: string; readonly note: string }
}

export interface OperationProperty extends PropertyInfo {
  /** Never fails, because a counterexample is an outcome. */
  readonly run: (run: Run) => Effect.Effect<Outcome>
}

export interface TargetProperty extends PropertyInfo {
  readonly targets: ReadonlyArray<string>
  /** Never fails, because a counterexample is an outcome. */
  readonly runOn: (target: string, settings: Settings) => Effect.Effect<Outcome>
}

/** Returns the failure of a deterministic check, whose replay token needs only the seed. */
export const failed = (
  id: string,
  target: string,
  seed: number,
  found: Pick<Failed, "reason" | "counterexample" | "expected" | "got" | "pointer" | "runs">
): Failed => {
  const replay = { property: id, target, seed, path: "" }
  return {
    _tag: "Failed",
    ...found,
    replay,
    report: [
      `${id} fails for ${target}`,
      `because: ${found.reason}`,
      `counterexample: ${found.counterexample}`,
      Replay.line(replay)
    ].join("\n")
  }
}

const parametersOf = <Ts>({ path, runs, seed, shrink = true }: Settings): fc.Parameters<Ts> => ({
  numRuns: runs,
  seed,
  endOnFailure: !shrink,
  ...(path === undefined || path === "" ? {} : { path })
})

const outcomeOf = <Case>(id: string, target: string, details: fc.RunDetails<[Case]>, reached: Reached): Outcome => {
  const report = Replay.failureOf(id, details, target)
  if (report === undefined) return { _tag: "Passed", runs: details.numRuns, reached }
  const thrown = details.errorInstance
  return {
    _tag: "Failed",
    runs: details.numRuns,
    reason: thrown instanceof Error ? thrown.message : String(thrown),
    counterexample: fc.stringify(details.counterexample?.[0]),
    replay: { property: id, target, seed: details.seed, path: details.counterexamplePath ?? "" },
    report
  }
}

const counting = (): { readonly reached: Reached; readonly reach: (what: string) => void } => {
  const reached: Record<string, number> = {}
  return {
    reached,
    reach: (what) => {
      reached[what] = (reached[what] ?? 0) + 1
    }
  }
}

/**
 * Checks random cases. `law` throws if the case violates the property, and calls `reach` for each situation that the
 * case covers.
 */
export const check = <Case>(
  id: string,
  run: Run,
  cases: fc.Arbitrary<Case>,
  law: (input: Case, reach: (what: string) => void) => void
): Outcome => {
  const { reach, reached } = counting()
  const details = fc.check(
    fc.property(cases, (input) => law(input, reach)),
    parametersOf<[Case]>(run)
  )
  return outcomeOf(id, run.operation.name, details, reached)
}

export const checkAsync = <Case>(
  id: string,
  run: Run,
  cases: fc.Arbitrary<Case>,
  law: (input: Case, reach: (what: string) => void) => Promise<void>
): Effect.Effect<Outcome> => checkTarget(id, run.operation.name, run, cases, law)

export const checkTarget = <Case>(
  id: string,
  target: string,
  settings: Settings,
  cases: fc.Arbitrary<Case>,
  law: (input: Case, reach: (what: string) => void) => Promise<void>
): Effect.Effect<Outcome> =>
  Effect.promise(async () => {
    const { reach, reached } = counting()
    const property = fc.asyncProperty(cases, (input) => law(input, reach))
    return outcomeOf(id, target, await fc.check(property, parametersOf<[Case]>(settings)), reached)
  })
