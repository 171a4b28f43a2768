/**
 * The command that serves a local exchange: `kalshi-sandbox`, and a subcommand of other programs.
 *
 * @module
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { flags } from "./operator/flags.ts"
import { packageVersion } from "./persistence/format.ts"

/** Options of {@link make}. */
export interface Options<E> {
  /** What users type to run the command. Its last word is the name of the command. */
  readonly invocation: string
  /** Makes the error of the command from the reason why the exchange did not start. */
  readonly toError: (reason: string, cause: unknown) => E
}

/** The version of this package, which is the version of `kalshi-sandbox`. */
export const version = (): string => packageVersion()

/**
 * Makes the command that serves a local exchange until it is interrupted.
 *
 * **Example** (A subcommand of another program)
 *
 * ```ts
 * import * as Cli from "@kalshi-effect/sandbox/Cli"
 * import * as Command from "effect/cli/Command"
 *
 * const sandbox = Cli.make({ invocation: "tool sandbox", toError: (reason) => new Error(reason) })
 * const tool = Command.make("tool").pipe(Command.withSubcommands([sandbox]))
 * ```
 */
export const make = <E>({ invocation, toError }: Options<E>) =>
  Command.make(invocation.slice(invocation.lastIndexOf(" ") + 1), flags, (options) =>
    // The exchange is loaded when it starts, so that the other commands of a program start faster.
    Effect.promise(() => import("./operator/serve.ts")).pipe(
      Effect.flatMap(({ serve }) => serve(options)),
      Effect.mapError((error) =>
        toError(
          error._tag === "SandboxError"
            ? error.reason
            : `cannot listen on ${options.host}:${options.port}: ${reasonOf(error.cause)}`,
          error
        )
      )
    )
  ).pipe(
    Command.withDescription("Serves a local Kalshi exchange with two accounts, two markets and an example world"),
    Command.withExamples([
      { command: invocation, description: "Serves on 127.0.0.1:8787, the address of KALSHI_ENV=sandbox" },
      {
        command: `${invocation} --clock frozen --market KXRAIN-26-NYC`,
        description: "Serves another market, with a clock that stands still until POST /sandbox/time moves it"
      },
      { command: `${invocation} --crowd 20`, description: "Serves markets in which twenty simulated traders trade" },
      {
        command: `${invocation} --state exchange.jsonl`,
        description: "Keeps the state in a file, and continues from it after a restart"
      }
    ])
  )

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
