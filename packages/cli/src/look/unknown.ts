/**
 * Errors about tickers and ids that the exchange does not know.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { CommandError } from "../app/failures.ts"

/** Some operations do not declare 404. They respond with 400 and the code `not_found`. */
const isUnknown = (error: unknown): boolean =>
  (Predicate.hasProperty(error, "status") && error.status === 404) ||
  (Predicate.hasProperty(error, "code") && error.code === "not_found")

/**
 * Explains that an entity does not exist. `what` is its kind, such as `market`. `hint` says how to find one that
 * exists.
 */
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
