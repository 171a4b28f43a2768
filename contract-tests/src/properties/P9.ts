/**
 * P9: what is sent again, when, and what the caller is told of it.
 */
import * as Effect from "effect/Effect"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import * as Requests from "../operations/Requests.ts"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import * as Coverage from "../tools/Coverage.ts"
import * as Judge from "../tools/Judge.ts"
import { isObject, objectOf, resolver, textOf } from "../tools/JsonSchema.ts"
import { scenarios } from "./internal/scenario.ts"
import { judge } from "./internal/sendingRules.ts"
import { isLearning, play, type Target } from "./internal/wire.ts"
import { check, type Property } from "./Property.ts"
import * as SendingClass from "./SendingClass.ts"

/** Prepares operations of a document. */
const targets = (document: ReferenceDocument.ReferenceDocument): ((client: ClientOperation) => Target) => {
  const documentJudge = Judge.make(resolver(document.document))
  const coverage = Coverage.make(documentJudge)
  return (client) => {
    const reference = document.operation(client.descriptor.operationId)
    if (reference === undefined) throw new Error(`${client.name} is no operation of the document`)
    const requests = Requests.make(reference, documentJudge)
    const [plainest = {}] = coverage.of(requests.input)
    if (!isObject(plainest)) throw new Error(`${client.name} has an input that is no object`)
    const plain = requests.limited(plainest).map(({ field, plain }) => [field, plain] as const)
    const { schema } = reference.success
    return {
      client,
      reference,
      inputs: SendingClass.variants(reference, objectOf([...Object.entries(plainest), ...plain])),
      body: schema === undefined ? "" : textOf(coverage.of(schema)[0] ?? null)
    }
  }
}

/** Makes the property for the operations of a document. */
export const make = (document: ReferenceDocument.ReferenceDocument): Property => {
  const targetOf = targets(document)
  return {
    id: "P9",
    statement:
      "A request is sent again only where that cannot do anything twice, freshly signed, within the policy's time and the account's tokens; and the call's error tells what may have happened.",
    run: (run) =>
      Effect.sync(() => {
        const target = targetOf(run.operation)
        const metered = target.reference.security.length > 0 && !isLearning(target.reference)
        return check("P9", run, scenarios(metered), (scenario, reach) =>
          judge(target, scenario, play(target, scenario), reach)
        )
      })
  }
}
