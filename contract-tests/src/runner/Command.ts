/**
 * The command `kalshi-contract`: runs the suite, replays failures, and lists properties and operations.
 *
 * @module
 */
import * as Argument from "effect/cli/Argument"
import type * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { availableParallelism } from "node:os"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Properties from "../properties/All.ts"
import * as Cells from "./Cells.ts"
import { driftCommand } from "../drift/Command.ts"
import { P13 } from "../drift/Drift.ts"
import { serveCommand } from "../conformance/Command.ts"
import { sensitivityCommand } from "../sensitivity/Command.ts"
import * as Session from "../targets/Session.ts"
import * as Target from "../targets/Target.ts"
import { Ended, refuse } from "./internal/ending.ts"
import * as Counterexamples from "./Counterexamples.ts"
import * as Outputs from "./internal/outputs.ts"
import * as Text from "../reports/text.ts"
import * as Report from "./Report.ts"
import * as Suite from "./Suite.ts"
import * as Workers from "./Workers.ts"
import * as Replay from "./Replay.ts"

const list = (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.flatMap((text) => text.split(",")).filter((text) => text !== "")

const seed = Flag.Int("seed").pipe(
  Flag.withDescription("A 32-bit integer. On the local exchange, the same seed gives the same report"),
  Flag.optional
)

const orRefuse = <A, R>(effect: Effect.Effect<A, Target.Unusable, R>): Effect.Effect<A, Ended, R> =>
  Effect.catch(effect, ({ message }) => refuse(message))

const operations = Flag.String("operation").pipe(
  Flag.withDescription("Names or ids of operations, with * for any characters. Examples: Orders.*, GetOrderGroup"),
  Flag.atLeast(0)
)

const properties = Flag.String("property").pipe(
  Flag.withDescription("Ids of properties, such as P1,P9"),
  Flag.atLeast(0)
)

const progress =
  process.stderr.isTTY === true
    ? ({ cell, done, total }: Suite.Progress) =>
        Effect.sync(() => {
          const text = `${done}/${total} ${cell.property} ${cell.target}`
          process.stderr.write(
            `\r${text.slice(0, (process.stderr.columns || 80) - 1)}\u001b[K${done === total ? "\r\u001b[K" : ""}`
          )
        })
    : () => Effect.void

const target = Flag.String("target").pipe(
  Flag.withDescription("sandbox (a local exchange in memory), demo, production, or an address such as https://host"),
  Flag.withDefault("sandbox")
)

const timeout = Flag.String("timeout").pipe(
  Flag.withDescription("Time limit for a response of a live exchange"),
  Flag.withDefault("10 seconds")
)

/** Parses a positive duration, such as `120s` or `5 minutes`. */
const durationOf = (flag: string, text: string): Effect.Effect<Duration.Duration, Ended> => {
  // The parser validates the string: it returns None for invalid input.
  const input = text.trim().replace(/^(\d+(?:\.\d+)?)\s*s$/, "$1 seconds") as Duration.Input
  const read = Option.filter(Duration.fromInput(input), (duration) => Duration.toMillis(duration) > 0)
  return Option.match(read, {
    onNone: () => refuse(`${flag} must be a duration, such as 120s or "5 minutes", not ${JSON.stringify(text)}`),
    onSome: Effect.succeed
  })
}

const seedOf = (flag: Option.Option<number>): Effect.Effect<number, Ended> => {
  if (Option.isNone(flag)) {
    return Effect.catch(
      // `seedFrom` throws no other error.
      Effect.try({ try: () => Replay.seedFrom(), catch: (error) => error as Replay.InvalidSeed }),
      ({ message }) => refuse(message)
    )
  }
  return (flag.value | 0) === flag.value
    ? Effect.succeed(flag.value)
    : refuse(`--seed must be a 32-bit integer, not ${flag.value}`)
}

const allowWrites = Flag.Boolean("allow-writes").pipe(
  Flag.withDescription("Also place small orders far from the market price, and remove them afterwards. Only on demo"),
  Flag.withDefault(false)
)

const journals = Flag.String("journal").pipe(
  Flag.withDescription("The folder for the journals of writes, which cleanup reads"),
  Flag.withDefault(".kalshi-contract")
)

const counterexamples = Flag.String("counterexamples").pipe(
  Flag.withDescription("The folder of saved failures, which are checked first"),
  Flag.withDefault(Counterexamples.folder)
)

const describeCleanup = ({ groups, left, orders, runId }: Session.CleanupResult): string =>
  left.length === 0
    ? `cleaned up after ${runId}: ${orders} orders canceled, ${groups} order groups deleted, nothing remains`
    : `cleanup of ${runId} failed: ${left.join(", ")} remain; run kalshi-contract cleanup --run-id ${runId}`

/** The only property that sends requests to a live exchange. */
const exchangeProperty = "P12"

const runFlags = {
  target,
  timeout,
  allowWrites,
  journals,
  counterexamples,
  keep: Flag.Boolean("keep").pipe(
    Flag.withDescription("Save failures to the folder of counterexamples"),
    Flag.withDefault(false)
  ),
  properties,
  operations,
  seed,
  runs: Flag.Int("runs").pipe(
    Flag.withDescription("Maximum number of random cases for each pair of a property and an operation"),
    Flag.withDefault(100)
  ),
  budget: Flag.String("budget").pipe(
    Flag.withDescription(
      "Time limit of the run, such as 120s. A run that exceeds it ends with exit code 3, or 1 if a property failed"
    ),
    Flag.optional
  ),
  workers: Flag.Int("workers").pipe(
    Flag.withDescription("Number of pairs of a property and an operation that are checked concurrently"),
    Flag.withDefault(availableParallelism())
  ),
  reports: Flag.String("report").pipe(
    Flag.withDescription("Files to write: junit=F,markdown=F,json=F,html=F"),
    Flag.atLeast(0)
  )
}

const runCommand = Command.make(
  "run",
  runFlags,
  Effect.fnUntraced(function* ({ budget, runs, workers, ...flags }) {
    const limit = Option.isNone(budget) ? Duration.infinity : yield* durationOf("--budget", budget.value)
    const timeoutMillis = Duration.toMillis(yield* durationOf("--timeout", flags.timeout))
    if (workers < 1) return yield* refuse("--workers must be at least 1")
    if (runs < 1) return yield* refuse("--runs must be at least 1")
    const environment = yield* orRefuse(Target.environmentOf(flags.target))
    const requestedProperties = list(flags.properties)
    const selection = {
      seed: yield* seedOf(flags.seed),
      runs,
      // Other properties give the same result on every target. On a live exchange, they run only if they are selected.
      properties:
        requestedProperties.length === 0 && environment !== undefined ? [exchangeProperty] : requestedProperties,
      operations: list(flags.operations)
    }
    const selected = yield* Effect.catchDefect(
      Effect.sync(() => Suite.selected(selection)),
      (defect) => (defect instanceof Suite.NothingToRun ? refuse(defect.message) : Effect.die(defect))
    )
    if (flags.allowWrites && environment === undefined) {
      return yield* refuse("--allow-writes needs --target demo; the local exchange always accepts writes")
    }
    const saved = yield* Effect.catch(
      Effect.try({
        try: () => Counterexamples.load(flags.counterexamples),
        catch: (error) => error as Counterexamples.Unreadable
      }), // `load` throws no other error.
      ({ message }) => refuse(message)
    )
    const outputs = yield* Outputs.parse(flags.reports)
    const writing = { timeoutMillis, journals: flags.allowWrites ? flags.journals : undefined }
    const session = environment === undefined ? undefined : yield* orRefuse(Session.open(environment, writing))
    const isOffline = selected.some(({ id }) => session === undefined || id !== exchangeProperty)
    const localRunner = isOffline ? yield* Workers.make(workers) : undefined
    const runner = session === undefined ? localRunner : Session.runner(session, localRunner)
    const publish = (report: Report.Report) =>
      Effect.andThen(Outputs.write(report, outputs), Console.log(Text.render(report)))
    const fs = yield* FileSystem.FileSystem
    const sweep = session?.sweep ?? Effect.undefined
    // A failed or interrupted run is cleaned up too. The cleanup is uninterruptible.
    const swept = Effect.tap(sweep, (swept) =>
      swept === undefined ? Effect.void : Console.error(describeCleanup(swept))
    )
    const result = yield* Suite.run(runner!, {
      ...selection,
      kept: saved,
      target: session?.name ?? "sandbox",
      budget: limit,
      onCell: progress,
      onInterrupted: (report) => Effect.ignore(Effect.provideService(publish(report), FileSystem.FileSystem, fs))
    }).pipe(Effect.onExit(() => swept))
    const cleanup = yield* sweep
    const report = cleanup === undefined ? result : { ...result, notes: [...result.notes, describeCleanup(cleanup)] }
    yield* publish(report)
    if (flags.keep) {
      const added = Counterexamples.keep(flags.counterexamples, report)
      if (added > 0) yield* Console.error(`saved ${added} new failures to ${flags.counterexamples}`)
    }
    const code = cleanup !== undefined && cleanup.left.length > 0 ? 4 : Report.exitCode(report)
    if (code !== 0) return yield* new Ended({ code })
  }, Effect.scoped)
).pipe(Command.withDescription("Check properties of operations, on the local exchange or on a live exchange"))

const replayCommand = Command.make(
  "replay",
  { token: Argument.String("token").pipe(Argument.withDescription("The token that a failure printed")) },
  Effect.fnUntraced(function* ({ token }) {
    const replay = yield* Effect.catch(
      // `parse` throws no other error.
      Effect.try({ try: () => Replay.parse(token), catch: (error) => error as Replay.InvalidToken }),
      ({ message }) => refuse(message)
    )
    // The token of a failure on a live exchange has the exchange's name after the property's id.
    const [property = "", where] = replay.property.split(/@(.*)/s)
    const environment = where === undefined ? undefined : yield* orRefuse(Target.environmentOf(where))
    const job = { ...replay, property, runs: 100 }
    const { result } = yield* environment === undefined
      ? Cells.run(job)
      : Session.runner(
          yield* orRefuse(Session.open(environment, { timeoutMillis: 10_000, journals: undefined })),
          undefined
        ).run(job)
    switch (result._tag) {
      case "Passed":
        return yield* Console.log(`${replay.property} passes for ${replay.target} now`)
      case "Skipped":
        return yield* refuse(`${replay.property} is skipped for ${replay.target}: ${result.reason}`)
      case "Failed":
        yield* Console.log(Text.failure({ property: replay.property, target: replay.target, result }))
        return yield* new Ended({ code: 1 })
    }
  }, Effect.scoped)
).pipe(Command.withDescription("Replay a failure: exit code 1 if the property still fails, 0 if it passes now"))

const cleanupCommand = Command.make(
  "cleanup",
  {
    runId: Flag.String("run-id").pipe(Flag.withDescription("The id of the run: its journal is ct-ID.jsonl")),
    target: Flag.String("target").pipe(Flag.withDefault("demo")),
    timeout,
    journals
  },
  Effect.fnUntraced(function* ({ journals, runId, ...flags }) {
    const environment = yield* orRefuse(Target.environmentOf(flags.target))
    if (environment === undefined) return yield* refuse("--target must be demo, because runs write only on demo")
    const timeoutMillis = Duration.toMillis(yield* durationOf("--timeout", flags.timeout))
    const swept = yield* orRefuse(Session.cleanup(environment, runId, journals, { timeoutMillis, journals }))
    yield* Console.log(describeCleanup(swept))
    if (swept.left.length > 0) return yield* new Ended({ code: 4 })
  }, Effect.scoped)
).pipe(Command.withDescription("Remove the orders and groups of a run on demo: exit code 4 if something remains"))

const explainCommand = Command.make(
  "explain",
  { id: Argument.String("property").pipe(Argument.withDescription("Such as P9")) },
  Effect.fnUntraced(function* ({ id }) {
    const statements = [...Properties.statements, P13]
    const property = statements.find((candidate) => candidate.id === Properties.idOf(id))
    if (property === undefined) {
      return yield* refuse(
        `no property ${id}. The properties are ${statements.map((statement) => statement.id).join(", ")}`
      )
    }
    yield* Console.log(
      [`${property.id}: ${property.statement}`, property.method ?? ""].filter((text) => text !== "").join("\n\n")
    )
  })
).pipe(Command.withDescription("Print the statement of a property, how the suite checks it, and what is skipped"))

const listCommand = Command.make("list", {}, () =>
  Console.log(
    [
      ...Properties.statements.map(({ id, statement }) => `${id.padEnd(4)} ${statement}`),
      "",
      `${ClientOperations.all.length} operations:`,
      ...ClientOperations.all.map(({ descriptor, name }) => `${name.padEnd(44)} ${descriptor.operationId}`)
    ].join("\n")
  )
).pipe(Command.withDescription("List the properties and the operations"))

export const command = Command.make("kalshi-contract").pipe(
  Command.withDescription("Checks the client against the exchange's published API document"),
  Command.withSubcommands([
    runCommand,
    replayCommand,
    cleanupCommand,
    explainCommand,
    listCommand,
    sensitivityCommand,
    driftCommand,
    serveCommand
  ]),
  Command.run({ version: "0.1.0" }),
  // An invalid command line is a configuration error. A request for help has no errors.
  Effect.catchTag("ShowHelp", (help): Effect.Effect<never, CliError.ShowHelp | Ended> =>
    Effect.fail(help.errors.length === 0 ? help : new Ended({ code: 2 }))
  )
)
