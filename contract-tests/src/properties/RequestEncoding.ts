/** P5: the requests that the client sends. */
import * as Effect from "effect/Effect"
import * as Requests from "../operations/Requests.ts"
import * as Rules from "../operations/Rules.ts"
import * as Unsendable from "../operations/Unsendable.ts"
import { equals } from "../judge/JsonSchema.ts"
import * as conforming from "./internal/conforming.ts"
import { failed, type Outcome, type Property, type Run } from "./Property.ts"
import { conformance, plainest, referenceOf } from "./Subject.ts"

const id = "P5"

let made: Requests.Recorder | undefined

const recorder = (): Requests.Recorder => (made ??= Requests.recorder())

const conforms: Property = /*#__PURE__*/ conforming.make({
  id,
  statement:
    "Every valid input becomes a request that is valid in the document and reads back as the input. Every other input is refused at the pointer of its fault before anything is sent.",
  checks: ["completeness", "precision", "round-trip", "tolerance"],
  method:
    "Coverage inputs and random inputs pass through the whole client to a recorder. The recorded request is parsed with the document only. Skipped: refusals of operations without input.",
  hold: ({ operation, path, runs, seed }, checks) => {
    const requests = Requests.make(referenceOf(operation), conformance().judge)
    return Requests.hold(operation, referenceOf(operation), conformance(), recorder(), {
      checks: Requests.takesInput(requests) ? checks : ["completeness", "round-trip"],
      runs,
      seed,
      ...(path === undefined ? {} : { path })
    })
  },
  nothing: "it takes nothing"
})

/** The client also refuses input that cannot be encoded. */
const refuses = ({ operation, seed }: Run, held: Outcome): Outcome => {
  if (held._tag !== "Held") return held
  const reference = referenceOf(operation)
  const { findings, runs } = Unsendable.findings(operation, reference, recorder(), plainest(operation))
  const [finding] = findings
  if (finding === undefined) {
    return { ...held, runs: held.runs + runs, reached: { ...held.reached, unsendable: runs } }
  }
  return failed(id, operation.name, seed, {
    runs: held.runs + runs,
    because: `${JSON.stringify(finding.text)} at ${finding.pointer} must be refused, and was ${finding.got}`,
    pointer: finding.pointer,
    expected: "refused",
    got: finding.got,
    counterexample: JSON.stringify(finding.input)
  })
}

/**
 * Rules between fields hold at their edges: an input that breaks exactly one is refused there, and an input that
 * satisfies all is sent.
 */
const keepsRules = ({ operation, seed }: Run, held: Outcome): Outcome => {
  if (held._tag !== "Held") return held
  const reference = referenceOf(operation)
  const { read } = Requests.make(reference, conformance().judge)
  const cases = Rules.casesOf(reference.id, plainest(operation))
  for (const { input, name, pointer } of cases) {
    const outcome = recorder().call(operation.operation, input)
    const expected = pointer === undefined ? "sent as it is" : `refused at ${pointer}`
    const got =
      outcome._tag === "Refused"
        ? `refused at ${outcome.pointer}`
        : equals(read(outcome.sent).input, input)
          ? "sent as it is"
          : `sent as ${outcome.sent.body}`
    if (got === expected) continue
    return failed(id, operation.name, seed, {
      runs: held.runs + cases.length,
      because: `${name} must be ${expected}, and was ${got}`,
      pointer: pointer ?? "",
      expected,
      got,
      counterexample: JSON.stringify(input)
    })
  }
  const reached = cases.length === 0 ? {} : { "rules between fields": cases.length }
  return { ...held, runs: held.runs + cases.length, reached: { ...held.reached, ...reached } }
}

/** Property P5: request encoding. */
export const P5: Property = {
  ...conforms,
  run: (run) => Effect.map(conforms.run(run), (held) => keepsRules(run, refuses(run, held)))
}
