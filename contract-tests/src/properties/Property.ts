/**
 * The shape that the properties of the suite share: what a property says, and how it is held against one operation.
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import * as Replay from "../runner/Replay.ts"

/** How a property is held. */
export interface Settings {
  /** A 32-bit integer. */
  readonly seed: number
  /** How many random cases. */
  readonly runs: number
  /** Starts at a counterexample: `path` of a replay token. */
  readonly path?: string | undefined
  /** False takes the first counterexample as it is, which is faster than to look for a smaller one. */
  readonly shrink?: boolean | undefined
}

/** What a property is held against, and how. */
export interface Run extends Settings {
  readonly operation: ClientOperation
}

/** How often a run came to what it is about, by name: a property that never got there has said nothing. */
export type Reached = Readonly<Record<string, number>>

/** A counterexample. */
export interface Failed {
  readonly _tag: "Failed"
  /** How many cases were looked at. */
  readonly runs?: number | undefined
  readonly because: string
  /** JSON Pointer, where the failure has one. */
  readonly pointer?: string | undefined
  readonly expected?: string | undefined
  readonly got?: string | undefined
  /** The shrunk counterexample, as text. */
  readonly counterexample: string
  /** The request as a command line with placeholders for secrets, where there was one. */
  readonly curl?: string | undefined
  readonly replay: Replay.Replay
  /** All of it, ending in the line that replays it. */
  readonly report: string
}

/** What came of a run. */
export type Outcome =
  | { readonly _tag: "Held"; readonly runs: number; readonly reached: Reached }
  | Failed
  /** The property says nothing of this operation. */
  | { readonly _tag: "Skipped"; readonly reason: string }

/** What a property says. */
export interface Stated {
  /** As the suite's documentation counts them: `P9`. */
  readonly id: string
  /** One sentence. */
  readonly statement: string
  /** How it is held, and what is passed over and why: for `explain`. */
  readonly held?: string
  /** What at least one target must come to, and what is to be said of a whole run in which none did. */
  readonly must?: { readonly reach: string; readonly otherwise: string }
}

/** A property of every operation. */
export interface Property extends Stated {
  /** Never fails: a counterexample is an outcome. */
  readonly run: (run: Run) => Effect.Effect<Outcome>
}

/** A property of something else than operations. */
export interface PropertyOf extends Stated {
  /** What it is held against, by name. */
  readonly targets: ReadonlyArray<string>
  /** Never fails: a counterexample is an outcome. */
  readonly runOn: (target: string, settings: Settings) => Effect.Effect<Outcome>
}

/** A counterexample that nothing random led to: its token runs the property again. */
export const failed = (
  id: string,
  target: string,
  seed: number,
  found: Pick<Failed, "because" | "counterexample" | "expected" | "got" | "pointer" | "runs">
): Failed => {
  const replay = { property: id, target, seed, path: "" }
  return {
    _tag: "Failed",
    ...found,
    replay,
    report: [
      `${id} does not hold for ${target}`,
      `because: ${found.because}`,
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

const outcomeOf = <Case>(id: string, { operation }: Run, details: fc.RunDetails<[Case]>, reached: Reached): Outcome => {
  const report = Replay.failureOf(id, details, operation.name)
  if (report === undefined) return { _tag: "Held", runs: details.numRuns, reached }
  const thrown = details.errorInstance
  return {
    _tag: "Failed",
    runs: details.numRuns,
    because: thrown instanceof Error ? thrown.message : String(thrown),
    counterexample: fc.stringify(details.counterexample?.[0]),
    replay: { property: id, target: operation.name, seed: details.seed, path: details.counterexamplePath ?? "" },
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

/** Checks cases with a law that throws where it is broken and counts what it reached. */
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
  return outcomeOf(id, run, details, reached)
}

/** {@link check}, for a law that takes time. */
export const checkPromised = <Case>(
  id: string,
  run: Run,
  cases: fc.Arbitrary<Case>,
  law: (input: Case, reach: (what: string) => void) => Promise<void>
): Effect.Effect<Outcome> =>
  Effect.promise(async () => {
    const { reach, reached } = counting()
    const property = fc.asyncProperty(cases, (input) => law(input, reach))
    return outcomeOf(id, run, await fc.check(property, parametersOf<[Case]>(run)), reached)
  })
