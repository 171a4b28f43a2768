/**
 * P4: checks that every response gives one typed outcome.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Answers from "../operations/Answers.ts"
import { failed, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import { conformance, coverageOf, referenceOf, validBody } from "./Subject.ts"

const id = "P4"

const outcome = ({ operation, seed }: Run): Outcome => {
  const reference = referenceOf(operation)
  const valid = validBody(operation)
  const bodies = Answers.responseBodies(valid)
  const { judge } = conformance()
  const allStatuses = Answers.checkStatuses(operation, reference, judge, bodies)
  const almostValid = Answers.checkStatuses(operation, reference, judge, Answers.almostValidBodies(valid), undefined, [
    reference.success.status
  ])
  const errors = Answers.checkDeclaredErrors(operation, reference)
  const payloads = Answers.checkPayloads(operation, reference, (schema) => coverageOf(schema)[0] ?? null)
  const runs = allStatuses.answers + almostValid.answers + reference.errors.length * Answers.errorShapes.length
  const [finding] = [...allStatuses.findings, ...almostValid.findings, ...errors, ...payloads]
  if (finding === undefined) {
    return {
      _tag: "Passed",
      runs,
      reached: { statuses: 500, bodies: bodies.length, "declared errors": reference.errors.length }
    }
  }
  return failed(id, operation.name, seed, {
    runs,
    reason: `expected ${finding.expected}, got ${finding.got}`,
    expected: finding.expected,
    got: finding.got,
    counterexample: `status ${finding.status} with the body "${finding.body}"`
  })
}

export const P4: OperationProperty = {
  id,
  statement:
    "Every status from 100 to 599, with every kind of body, gives exactly one typed outcome, which is the correct one.",
  method:
    "Each of the 500 statuses is combined with a valid, an empty, an HTML, a truncated and a compressed body, and with a wrong content type. Each declared error is combined with every form of error body. Nothing is skipped.",
  run: (run) => Effect.sync(() => outcome(run))
}
