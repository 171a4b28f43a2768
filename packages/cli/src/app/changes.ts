/**
 * The rules of commands that change something at the exchange: which environment they may change, how they ask, and
 * what Ctrl-C means while a request is being sent.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Terminal from "effect/Terminal"
import { connection } from "./connection.ts"
import { CommandError, describeFailure, messageOf, NotAgreed, OutputClosed, usage } from "./failures.ts"
import { waitsForOutcome } from "./interruption.ts"
import { Csv, Env, Json } from "./settings.ts"

export const changeFlags = {
  yes: Flag.Boolean("yes").pipe(Flag.withDescription("Send without asking"), Flag.withDefault(false)),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Show the exact request, and send nothing"),
    Flag.withDefault(false)
  )
}

export interface ChangeOptions {
  readonly yes: boolean
  readonly dryRun: boolean
}

/** Matches the hosts of production, including undocumented hosts. */
const productionHost = /(?:^|\.)kalshi\.com\.?$/

export const isProduction = ({ name, restUrl }: Environment.Environment): boolean =>
  name === "production" || productionHost.test(new URL(restUrl).hostname)

/**
 * Connects for a change. Production must be named by `--env` on the command line: a variable or a profile could be left
 * over from earlier work. A dry run sends nothing, so it needs no `--env`.
 */
export const changeConnection = Effect.fnUntraced(function* ({ dryRun }: Pick<ChangeOptions, "dryRun">) {
  // The result of a change is not a list, so `--csv` is refused before the change is sent.
  if (yield* Csv) return yield* usage("Nothing was sent, because --csv prints lists only. Use --json")
  const connected = yield* connection
  if (isProduction(connected.environment) && Option.isNone(yield* Env) && !dryRun) {
    return yield* usage(
      "Nothing was sent. A change on production needs --env production on the command line each time. KALSHI_ENV and profiles are not sufficient"
    )
  }
  return connected
})

/** Prints what would be sent. Fails if the standard output is closed, because then the user cannot see it. */
export const requireShown = <A, E, R>(print: Effect.Effect<A, E | OutputClosed, R>) =>
  Effect.catchIf(
    print,
    (error): error is OutputClosed => error instanceof OutputClosed,
    () =>
      usage(
        "Nothing was sent, because the standard output is closed. Pass --yes to send without a question, or --dry-run to see the request only"
      )
  )

/**
 * Asks whether to send, unless `yes` is set. If this fails, the caller must send nothing.
 *
 * The user types `y` or `yes` and Enter. A single-key prompt would read a `y` in a pasted command, such as `kalshi
 * order place buy yes …`, as the answer.
 */
export const confirm = Effect.fnUntraced(function* (
  question: string,
  environment: Environment.Environment,
  { yes }: Pick<ChangeOptions, "yes">
) {
  if (yes) return
  const { canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
  if (!canPrompt || (yield* Json)) {
    const reason = canPrompt ? "with --json the command does not ask" : "there is no terminal to ask on"
    return yield* usage(
      `Nothing was sent, because ${reason}. Pass --yes to send without a question, or --dry-run to see the request only`
    )
  }
  const where = isProduction(environment) ? "PRODUCTION, real money. " : ""
  const notSent = new NotAgreed()
  const terminal = yield* Terminal.Terminal
  const ask = Effect.catch(Prompt.run(Prompt.String({ message: `${where}${question} Type yes or no:` })), () =>
    // Ctrl-C leaves the cursor in the line of the question.
    Effect.andThen(Effect.ignore(terminal.display("\n")), notSent)
  )
  const isAnswer = (text: string) => /^(?:y|yes|n|no)$/i.test(text.trim())
  const answer = yield* Effect.repeat(ask, { until: isAnswer })
  if (!/^y/i.test(answer.trim())) return yield* notSent
})

const asChange = (error: unknown, advice: string): CommandError | OutputClosed => {
  const failure = describeFailure(error, "changes")
  if (failure === undefined) return new OutputClosed()
  const { details, exit, message } = failure
  return error instanceof CommandError
    ? error
    : new CommandError({ exit, message: exit === "unknown" ? `${message}. ${advice}` : message, details, cause: error })
}

/** Makes the error of a bug. The request may already have been sent when the bug occurs. */
const defectIn = (defect: unknown, advice: string): CommandError =>
  new CommandError({
    exit: "unknown",
    message: `This is a bug in the command: ${messageOf(defect)}. The exchange may have carried out the request. ${advice}. Run the command with --debug, and report the output`,
    details: { type: "Defect" },
    cause: defect
  })

/**
 * Runs the part of a command that sends a change and prints its outcome.
 *
 * **Details**
 *
 * Ctrl-C does not interrupt the effect: the command waits until the outcome is known. A second Ctrl-C ends the wait
 * with the exit code `unknown` and the advice. If an error of the client leaves the outcome unknown, its message ends
 * with the advice too.
 *
 * **Gotchas**
 *
 * - After the first Ctrl-C, the code after this effect does not run. So the effect must print the outcome itself.
 * - The effect must take a limited time.
 */
export const send = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  /** One sentence: how to find out what the exchange did. */
  advice: string
): Effect.Effect<A, CommandError | OutputClosed, R> =>
  Effect.suspend(() => {
    const waits = Console.error(
      "The request is being sent. Waiting for the outcome. Press Ctrl-C again to stop waiting"
    )
    const stopped = new CommandError({
      exit: "unknown",
      message: `The command stopped waiting. The exchange may have carried out the request. ${advice}`
    })
    // If Ctrl-C is pressed, the exit of this effect becomes the exit of the run. So defects become errors here.
    const converted = Effect.catchDefect(
      Effect.mapError(effect, (error) => asChange(error, advice)),
      (defect) => Effect.fail(defectIn(defect, advice))
    )
    return waitsForOutcome(converted, waits, stopped)
  })
