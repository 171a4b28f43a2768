/**
 * Creates properties that check the client as a codec against a schema of the document.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Conformance from "../../judge/Conformance.ts"
import * as Replay from "../../runner/Replay.ts"
import type { Failed, Outcome, OperationProperty, Run } from "../Property.ts"

/** Returns undefined if the operation has nothing to check. */
export type Check = (run: Run, checks: ReadonlyArray<Conformance.Check>) => Conformance.Report | undefined

export interface Checked {
  readonly id: string
  readonly target: string
  readonly seed: number
  readonly checks: ReadonlyArray<Conformance.Check>
}

const pathOf = (replay: string | undefined): string =>
  replay === undefined ? "" : Replay.parse(replay.slice(Replay.lineOf("").length)).path

const failed = ({ id, seed, target }: Checked, runs: number, failure: Conformance.Failure): Failed => {
  const replay = { property: id, target, seed, path: pathOf(failure.replay) }
  const reason = `${failure.check}${failure.note === "" ? "" : ` (${failure.note})`}: expected ${failure.expected}, got ${failure.got}`
  const counterexample = JSON.stringify(failure.instance)
  return {
    _tag: "Failed",
    runs,
    reason,
    pointer: failure.pointer,
    expected: failure.expected,
    got: failure.got,
    counterexample,
    replay,
    report: [
      `${id} fails for ${target} at ${JSON.stringify(failure.pointer)}`,
      `because: ${reason}`,
      `counterexample: ${counterexample}`,
      Replay.line(replay)
    ].join("\n")
  }
}

/** Returns undefined if none of the checks ran. */
export const outcomeOf = (checked: Checked, report: Conformance.Report): Outcome | undefined => {
  const { checks } = checked
  const reached = Object.fromEntries(checks.map((check) => [check, report.checks[check].run]))
  const runs = Object.values(reached).reduce((sum, count) => sum + count, 0)
  const failure = report.failures.find(({ check }) => checks.includes(check))
  if (failure !== undefined) return failed(checked, runs, failure)
  return runs === 0 ? undefined : { _tag: "Passed", runs, reached }
}

export const make = (options: {
  readonly id: string
  readonly statement: string
  readonly checks: ReadonlyArray<Conformance.Check>
  readonly check: Check
  /** How the property is checked. `explain` prints this text. */
  readonly method?: string
  /** The reason that is reported for an operation that has nothing to check. */
  readonly skipReason: string
}): OperationProperty => {
  const { checks, check, id, method, skipReason, statement } = options
  const outcome = (run: Run): Outcome => {
    const report = check(run, checks)
    const checked = { id, target: run.operation.name, seed: run.seed, checks }
    return (report && outcomeOf(checked, report)) ?? { _tag: "Skipped", reason: skipReason }
  }
  return { id, statement, ...(method === undefined ? {} : { method }), run: (run) => Effect.sync(() => outcome(run)) }
}
