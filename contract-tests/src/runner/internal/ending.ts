/**
 * Ends the command with an exit code.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

/** Ends the command with `code`. The command has already printed all messages. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", { code: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = this.code
  override readonly [Runtime.errorReported] = false
}

/** Prints why a command line, a file, a key or an exchange cannot be used, and ends the command with exit code 2. */
export const refuse = (message: string): Effect.Effect<never, Ended> =>
  Effect.andThen(Console.error(message), new Ended({ code: 2 }))
