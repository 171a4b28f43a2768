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
import { type Exit, exits } from "./app/exits.ts"
import { describeCause, type Failure, toJson } from "./app/failures.ts"
import { type Interruption, OnInterruption } from "./app/interruption.ts"
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
import { relay } from "./relay/relay.ts"
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
    { group: "Record and relay", commands: [relay] },
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
 * ended. An interruption ends the command, and is reported like an error, unless it is the command's normal end.
 */
export const run = (args: ReadonlyArray<string>) =>
  Effect.uninterruptible(
    Effect.suspend(() => {
      const onInterruption: Interruption = { exit: "interrupted" }
      return Effect.interruptible(Command.runWith(kalshi, { version })(args)).pipe(
        Effect.provide(presenter),
        Effect.provideService(OnInterruption, onInterruption),
        Effect.as<Exit>("done"),
        Effect.catchCause((cause) =>
          Effect.gen(function* () {
            if (Cause.hasInterruptsOnly(cause) && onInterruption.exit === "done") return "done" as const
            const error = cause.reasons.find(Cause.isFailReason)?.error
            const failure =
              CliError.isCliError(error) && error._tag === "ShowHelp"
                ? usageFailure(error)
                : describeCause(cause, "reads")
            if (failure === undefined) return "done" as const
            yield* report(failure, cause, args)
            return failure.exit
          })
        )
      )
    })
  )

/** The process's exit code for the end of a run. */
export const codeOf = (exit: Exit): number => exits[exit].code
