/**
 * The command `kalshi`: the tree of its commands, and how a run ends.
 *
 * @module
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ExitValue from "effect/Exit"
import { type Ending, RunEnding } from "./app/changes.ts"
import { type Exit, exits } from "./app/exits.ts"
import { describeCause, type Failure, toJson } from "./app/failures.ts"
import { settings } from "./app/settings.ts"
import { version } from "./app/version.ts"
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
import { Output } from "./output/Output.ts"
import { record } from "./record/record.ts"
import { replay } from "./record/replay.ts"
import { relay } from "./relay/relay.ts"
import { group } from "./trade/group.ts"
import { order } from "./trade/order.ts"
import { watch } from "./watch/watch.ts"

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

/** The whole tree. */
export const kalshi = Command.make("kalshi").pipe(
  Command.withSubcommands([
    look,
    { group: "Watch", commands: [watch] },
    { group: "Trade", commands: [order, group] },
    { group: "Record and relay", commands: [record, replay, relay] },
    { group: "Local exchange", commands: [demo, sandbox] }
  ]),
  Command.withDescription("Look at, watch and trade on the Kalshi exchange from a terminal"),
  Command.withGlobalFlags(settings)
)

/** Help goes to the standard output only if the user asked for it. */
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    Effect.gen(function* () {
      if (event._tag !== "InvalidInvocation") return yield* CliOutput.defaultPresenter.present(event)
    })
})

const usageFailure = (error: CliError.ShowHelp): Failure | undefined =>
  error.errors.length === 0
    ? undefined
    : {
        exit: "usage",
        message: `${error.errors.map(({ message }) => message).join(" ")}\nSee \`${error.commandPath.join(" ")} --help\`.`,
        details: { type: "Usage" }
      }

const report = (failure: Failure, cause: Cause.Cause<unknown>, args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const screen = yield* Output
    // The flags may not have been parsed, so the arguments are searched for them.
    if (args.includes("--json")) yield* screen.note(JSON.stringify(toJson(failure)))
    else yield* screen.note(`${screen.paint("red", "Error:")} ${failure.message}`)
    if (args.includes("--debug")) yield* screen.note(Cause.pretty(cause))
  })

/**
 * Runs the command with these arguments. Prints the error of a failed run to the standard error, and returns how the run
 * ended.
 */
export const run = (args: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    const ending: Ending = { exit: undefined }
    const command = Command.runWith(kalshi, { version })(args).pipe(
      Effect.provide(presenter),
      Effect.provideService(RunEnding, ending)
    )
    // Also after Ctrl-C, this run says how it ended.
    return Effect.interruptible(command).pipe(
      Effect.as<Exit>("done"),
      Effect.catchCause((cause) => {
        const isInterrupted = Cause.hasInterruptsOnly(cause)
        if (!isInterrupted || ending.exit === undefined) return conclude(cause, args)
        return ExitValue.isSuccess(ending.exit) ? Effect.succeed<Exit>("done") : conclude(ending.exit.cause, args)
      }),
      Effect.uninterruptible
    )
  })

/** Reports the cause of a failed run, and returns how the run ended. */
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

/** The process's exit code for the end of a run. */
export const codeOf = (exit: Exit): number => exits[exit].code
