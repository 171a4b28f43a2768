/**
 * Errors about tickers and ids that the exchange does not know.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { CommandError } from "../app/failures.ts"

/** Some operations declare only 400. Then the code says that there is no such entity. */
const isUnknown = (error: unknown): boolean =>
  (Predicate.hasProperty(error, "status") && error.status === 404) ||
  (Predicate.hasProperty(error, "code") && error.code === "not_found")

/** Explains the response that there is no such entity: `what` is its kind, and `hint` says how to find one. */
export const explainUnknown =
  (what: string, id: string, hint: string) =>
  <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E | CommandError, R> =>
    Effect.catchIf(read, isUnknown, (cause) =>
      Effect.fail(
        new CommandError({
          exit: "refused",
          message: `The exchange has no ${what} ${JSON.stringify(id)}. ${hint}`,
          details: { type: "NotFound" },
          cause
        })
      )
    )
