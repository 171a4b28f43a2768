/**
 * P9: checks which requests the client retries, when it retries them, and what the error reports.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import { stringify } from "../judge/JsonSchema.ts"
import { scenarios } from "./internal/scenario.ts"
import { checkRules } from "./internal/sendingRules.ts"
import { isLearning, play, type Target } from "./internal/wire.ts"
import { check, type OperationProperty } from "./Property.ts"
import * as SendingClass from "./SendingClass.ts"
import { isSigned } from "../operations/Signing.ts"
import { simplestInput, referenceOf, validBody } from "./Subject.ts"

const targetOf = (client: ClientOperation): Target => {
  const reference = referenceOf(client)
  return {
    client,
    reference,
    inputs: SendingClass.variants(reference, simplestInput(client)),
    body: reference.success.schema === undefined ? "" : stringify(validBody(client))
  }
}

export const P9: OperationProperty = {
  id: "P9",
  statement:
    "A request is retried only if a second execution is impossible or has no further effect. Each retry of a signed request has a new signature. Each retry stays within the policy's time limit and the account's rate limits. The error says whether the request may have been executed.",
  method:
    "Random transport scripts (refused connections, lost responses, statuses, Retry-After, delays) run under a virtual clock. The attempts and the waits must follow the rules of the operation's sending class (idempotent, keyed or never retried). Nothing is skipped.",
  run: (run) =>
    Effect.sync(() => {
      const target = targetOf(run.operation)
      const metered = isSigned(target.reference) && !isLearning(target.reference)
      return check("P9", run, scenarios(metered), (scenario, reach) =>
        checkRules(target, scenario, play(target, scenario), reach)
      )
    })
}
