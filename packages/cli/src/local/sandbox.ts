/**
 * `kalshi sandbox`: the local exchange's command.
 *
 * @module
 */
import * as Cli from "@kalshi-effect/sandbox/Cli"
import { CommandError } from "../app/failures.ts"

export const sandbox = Cli.make({
  invocation: "kalshi sandbox",
  toError: (reason, cause) =>
    new CommandError({ exit: "failed", message: `The local exchange did not start: ${reason}`, cause })
})
