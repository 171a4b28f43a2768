/**
 * Ends the command with an exit code.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

/** The error with which the command exits. All messages are already printed. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", { code: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = this.code
  override readonly [Runtime.errorReported] = false
}

/** Prints a message and exits with code 2: the command line, a file, the key or the exchange cannot be used. */
export const refuse = (message: string): Effect.Effect<never, Ended> =>
  Effect.andThen(Console.error(message), new Ended({ code: 2 }))
