/**
 * P5: checks the requests that the client sends.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Requests from "../operations/Requests.ts"
import * as Rules from "../operations/Rules.ts"
import * as Unsendable from "../operations/Unsendable.ts"
import { equals } from "../judge/JsonSchema.ts"
import * as conforming from "./internal/conforming.ts"
import { failed, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import { conformance, simplestInput, referenceOf } from "./Subject.ts"

const id = "P5"

let sharedRecorder: Requests.Recorder | undefined

const recorder = (): Requests.Recorder => (sharedRecorder ??= Requests.recorder())

const conforms: OperationProperty = /*#__PURE__*/ conforming.make({
  id,
  statement:
    "Every valid input, except for listed kinds that the client does not send, becomes a request that conforms to the document and decodes to the same input. The client rejects every other input before it sends anything, with the pointer of the fault.",
  checks: ["completeness", "precision", "round-trip", "tolerance"],
  method:
    "Inputs that cover every schema node, and random inputs, pass through the whole client to a recorder. The suite parses the recorded request by the document alone. Operations without input are not checked for rejections.",
  check: ({ operation, path, runs, seed }, checks) => {
    const requests = Requests.make(referenceOf(operation), conformance().judge)
    return Requests.checkRequests(operation, referenceOf(operation), conformance(), recorder(), {
      checks: Requests.takesInput(requests) ? checks : ["completeness", "round-trip"],
      runs,
      seed,
      ...(path === undefined ? {} : { path })
    })
  },
  skipReason: "the operation takes no input"
})

const checkRejections = ({ operation, seed }: Run, held: Outcome): Outcome => {
  if (held._tag !== "Passed") return held
  const reference = referenceOf(operation)
  const { findings, runs } = Unsendable.check(operation, reference, recorder(), simplestInput(operation))
  const [finding] = findings
  if (finding === undefined) {
    return { ...held, runs: held.runs + runs, reached: { ...held.reached, unsendable: runs } }
  }
  return failed(id, operation.name, seed, {
    runs: held.runs + runs,
    reason: `${JSON.stringify(finding.text)} at ${finding.pointer} must be rejected, but was ${finding.got}`,
    pointer: finding.pointer,
    expected: "rejected",
    got: finding.got,
    counterexample: JSON.stringify(finding.input)
  })
}

/** Checks the rules between fields, with inputs at the boundaries of the rules. */
const checkFieldRules = ({ operation, seed }: Run, held: Outcome): Outcome => {
  if (held._tag !== "Passed") return held
  const reference = referenceOf(operation)
  const { read } = Requests.make(reference, conformance().judge)
  const cases = Rules.casesOf(reference.id, simplestInput(operation))
  for (const { input, name, pointer } of cases) {
    const outcome = recorder().call(operation.operation, input)
    const expected = pointer === undefined ? "sent unchanged" : `rejected at ${pointer}`
    const got =
      outcome._tag === "Refused"
        ? `rejected at ${outcome.pointer}`
        : equals(read(outcome.sent).input, input)
          ? "sent unchanged"
          : `sent as ${outcome.sent.body}`
    if (got === expected) continue
    return failed(id, operation.name, seed, {
      runs: held.runs + cases.length,
      reason: `${name} must be ${expected}, but was ${got}`,
      pointer: pointer ?? "",
      expected,
      got,
      counterexample: JSON.stringify(input)
    })
  }
  const reached = cases.length === 0 ? {} : { "rules between fields": cases.length }
  return { ...held, runs: held.runs + cases.length, reached: { ...held.reached, ...reached } }
}

export const P5: OperationProperty = {
  ...conforms,
  run: (run) => Effect.map(conforms.run(run), (held) => checkFieldRules(run, checkRejections(run, held)))
}
