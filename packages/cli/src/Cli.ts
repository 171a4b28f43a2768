/**
 * The command `kalshi`: the tree of its subcommands, and its exit code.
 *
 * @module
 */
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as ExitValue from "effect/Exit"
import { conceal } from "./app/conceal.ts"
import { type Exit, exits } from "./app/exits.ts"
import { describeCause, type Failure, toJson } from "./app/failures.ts"
import { exitOf } from "./app/interruption.ts"
import { settings } from "./app/settings.ts"
import { describeUsage } from "./app/usageErrors.ts"
import { version } from "./app/version.ts"
import { call } from "./call/call.ts"
import { keys } from "./keys/keys.ts"
import { profile } from "./keys/profile.ts"
import { demo } from "./local/demo.ts"
import { sandbox } from "./local/sandbox.ts"
import { balance } from "./look/balance.ts"
import { book } from "./look/book.ts"
import { candles } from "./look/candles.ts"
import { event, events } from "./look/events.ts"
import { fills } from "./look/fills.ts"
import { groups } from "./look/groups.ts"
import { limits } from "./look/limits.ts"
import { market } from "./look/market.ts"
import { markets } from "./look/markets.ts"
import { orders } from "./look/orders.ts"
import { positions } from "./look/positions.ts"
import { search } from "./look/search.ts"
import { series } from "./look/series.ts"
import { settlements } from "./look/settlements.ts"
import { status } from "./look/status.ts"
import { trades } from "./look/trades.ts"
import { whoami } from "./look/whoami.ts"
import { formatHelp } from "./output/help.ts"
import { Output } from "./output/Output.ts"
import { formatJson, plain } from "./output/plain.ts"
import { wrapMessage } from "./output/wrap.ts"
import { record } from "./record/record.ts"
import { replay } from "./record/replay.ts"
import { relay } from "./relay/relay.ts"
import { commandsOf } from "./shell/commands.ts"
import { completionsOf } from "./shell/completions.ts"
import { group } from "./trade/group.ts"
import { order } from "./trade/order.ts"
import { watch } from "./watch/watch.ts"

// A function, because `kalshi commands` and `kalshi completions` are in the tree that they describe.
const root = (): Command.Command.Any => kalshi

const look = {
  group: "Look",
  commands: [
    status,
    search,
    markets,
    market,
    events,
    event,
    series,
    book,
    trades,
    candles,
    balance,
    positions,
    orders,
    fills,
    settlements,
    groups,
    limits,
    whoami
  ]
} as const

export const kalshi = Command.make("kalshi").pipe(
  Command.withSubcommands([
    look,
    { group: "Watch", commands: [watch] },
    { group: "Trade", commands: [order, group] },
    { group: "Everything", commands: [call] },
    { group: "Keys and profiles", commands: [keys, profile] },
    { group: "Record and relay", commands: [record, replay, relay] },
    { group: "Local exchange", commands: [demo, sandbox] },
    { group: "Scripts and shells", commands: [commandsOf(root), completionsOf(root)] }
  ]),
  Command.withDescription("Read market data, watch it live, and trade on the Kalshi exchange from a terminal"),
  Command.withGlobalFlags(settings)
)

/** Of the parser's built-in flags, only these are on: `kalshi` has no wizard, logs nothing, and has its own completions. */
const config = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] })

/** Prints the help and the version. Prints nothing about a wrong command line: `report` prints that error, without help. */
const presenterOf = (screen: Output["Service"]): CliOutput.Presenter => ({
  present: (event) =>
    event._tag === "Help"
      ? Console.log(formatHelp(event.helpDoc, screen))
      : event._tag === "Version"
        ? Console.log(`${event.name} ${event.version}`)
        : Effect.void
})

const commandAt = (path: ReadonlyArray<string>): Command.Command.Any => {
  let command: Command.Command.Any = kalshi
  for (const name of path.slice(1)) {
    command = command.subcommands.flatMap(({ commands }) => commands).find((inner) => inner.name === name) ?? command
  }
  return command
}

const usageFailure = ({ commandPath, errors }: CliError.ShowHelp): Failure | undefined => {
  if (errors.length === 0) return undefined
  const path = commandPath.join(" ")
  const command = commandAt(commandPath)
  const names = {
    commands: command.subcommands.flatMap(({ commands }) => commands.map(({ name }) => name)),
    flags: [...Completions.fromCommand(command).flags.map(({ name }) => name), ...settings.map(({ id }) => id)].map(
      (name) => `--${name}`
    )
  }
  const message = errors.map((error) => describeUsage(error, path, names)).join(". ")
  return {
    exit: "usage",
    message: `${message}${/[?.]$/.test(message) ? "" : "."} See \`${path} --help\``,
    details: { type: "Usage" }
  }
}

/** Removes private keys and control characters, but keeps line breaks. */
const safe = (text: string): string => conceal(text).split("\n").map(plain).join("\n")

/** Whether a boolean flag is set. Searches the unparsed arguments, because parsing may have failed. */
const isSet = (args: ReadonlyArray<string>, flag: string): boolean =>
  args.some((arg) => arg === flag || (arg.startsWith(`${flag}=`) && /=(?:true|1|y|yes|on)$/.test(arg)))

const report = (failure: Failure, cause: Cause.Cause<unknown>, args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const screen = yield* Output
    if (isSet(args, "--json")) yield* screen.note(conceal(formatJson(toJson(failure))))
    // It is no error if the user does not confirm, or presses Ctrl-C.
    else if (failure.exit === "interrupted") yield* screen.note(safe(failure.message))
    else {
      const message = isSet(args, "--debug") ? failure.message : (failure.brief ?? failure.message)
      const text = wrapMessage(`Error: ${safe(message)}`, screen.columns)
      yield* screen.note(text.replace(/^Error:/, screen.paint("red", "Error:")))
    }
    if (isSet(args, "--debug")) yield* screen.note(safe(Cause.pretty(cause)))
  })

/** Runs a command line, and returns its exit. Prints the error of a failed run to the standard error. */
export const run = (args: ReadonlyArray<string>) =>
  Command.runWith(kalshi, { version })(args).pipe(
    Effect.provideServiceEffect(CliOutput.Presenter, Effect.map(Output, presenterOf)),
    Effect.provide(config),
    exitOf,
    Effect.flatMap((exit) => (ExitValue.isSuccess(exit) ? Effect.succeed<Exit>("done") : conclude(exit.cause, args))),
    // Uninterruptible, so that the run reports how it ended even after Ctrl-C.
    Effect.uninterruptible
  )

const conclude = (cause: Cause.Cause<unknown>, args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    // The user who pressed Ctrl-C knows why the command ended.
    if (Cause.hasInterruptsOnly(cause)) return "interrupted" as const
    const error = cause.reasons.find(Cause.isFailReason)?.error
    const failure =
      CliError.isCliError(error) && error._tag === "ShowHelp" ? usageFailure(error) : describeCause(cause, "reads")
    if (failure === undefined) return "done" as const
    yield* report(failure, cause, args)
    return failure.exit
  })

export const codeOf = (exit: Exit): number => exits[exit].code
