/** The command `kalshi-contract`: runs the suite, runs a failure again, and says what there is. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { availableParallelism } from "node:os"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Properties from "../properties/All.ts"
import * as Cells from "./Cells.ts"
import * as Html from "./reports/html.ts"
import * as Json from "./reports/json.ts"
import * as JUnit from "./reports/junit.ts"
import * as Markdown from "./reports/markdown.ts"
import * as Text from "./reports/text.ts"
import * as Report from "./Report.ts"
import * as Suite from "./Suite.ts"
import * as Workers from "./Workers.ts"
import * as Replay from "../tools/Replay.ts"

/** The command ends with this code; what there was to say is printed. */
class Ended extends Schema.TaggedError<Ended>()("Ended", { code: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = this.code
  override readonly [Runtime.errorReported] = false
}

/** 2: configuration, document or credentials. */
const refuse = (message: string): Effect.Effect<never, Ended> =>
  Effect.andThen(Console.error(message), new Ended({ code: 2 }))

const renderers = { html: Html.render, json: Json.render, junit: JUnit.render, markdown: Markdown.render }

type Kind = keyof typeof renderers

const isKind = (text: string): text is Kind => Object.hasOwn(renderers, text)

interface Output {
  readonly kind: Kind
  readonly file: string
}

/** Reads `junit=F,markdown=F`. */
const outputs = (texts: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Output>, Ended> =>
  Effect.forEach(
    texts.flatMap((text) => text.split(",")),
    (text) => {
      const [kind = "", file = ""] = text.split(/=(.*)/s)
      return isKind(kind) && file !== ""
        ? Effect.succeed({ kind, file })
        : refuse(`--report takes ${Object.keys(renderers).join("=FILE, ")}=FILE, not ${JSON.stringify(text)}`)
    }
  )

const write = (
  report: Report.Report,
  wanted: ReadonlyArray<Output>
): Effect.Effect<void, Ended, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.forEach(
      wanted,
      ({ file, kind }) =>
        Effect.catch(fs.writeFileString(file, renderers[kind](report)), ({ message }) =>
          refuse(`cannot write the report: ${message}`)
        ),
      { discard: true }
    )
  )

const list = (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.flatMap((text) => text.split(",")).filter((text) => text !== "")

const seed = Flag.Int("seed").pipe(
  Flag.withDescription("A 32-bit integer; the same seed gives the same report"),
  Flag.withDefault(Replay.seedFrom())
)

const operations = Flag.String("operation").pipe(
  Flag.withDescription("Operations by name or id, * for any characters: Orders.*, GetOrderGroup"),
  Flag.atLeast(0)
)

const properties = Flag.String("property").pipe(Flag.withDescription("Properties by their ids: P1,P9"), Flag.atLeast(0))

/** One line on a terminal, written over; nothing elsewhere. */
const progress =
  process.stderr.isTTY === true
    ? ({ cell, done, total }: Suite.Progress) =>
        Effect.sync(() => {
          const text = `${done}/${total} ${cell.property} ${cell.target}`
          process.stderr.write(
            `\r${text.slice(0, process.stderr.columns - 1)}\u001b[K${done === total ? "\r\u001b[K" : ""}`
          )
        })
    : () => Effect.void

const runCommand = Command.make(
  "run",
  {
    properties,
    operations,
    seed,
    runs: Flag.Int("runs").pipe(Flag.withDescription("Random cases of each cell, at most"), Flag.withDefault(100)),
    budget: Flag.String("budget").pipe(
      Flag.withDescription("How long it may take, such as 120s: what is not looked at by then is not proved"),
      Flag.optional
    ),
    workers: Flag.Int("workers").pipe(
      Flag.withDescription("How many cells at once"),
      Flag.withDefault(availableParallelism())
    ),
    reports: Flag.String("report").pipe(
      Flag.withDescription("Files to write: junit=F,markdown=F,json=F,html=F"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function* ({ budget, workers, ...given }) {
    const wanted = yield* outputs(given.reports)
    const limit = Option.match(budget, {
      onNone: () => Option.some(Duration.infinity),
      onSome: (text) => Duration.fromInput(text.replace(/^(\d+)\s*s$/, "$1 seconds") as Duration.Input) // checked by it
    })
    if (Option.isNone(limit)) return yield* refuse("--budget takes a duration, such as 120s or 5 minutes")
    if (workers < 1) return yield* refuse("--workers takes a number of at least 1")
    const say = (report: Report.Report) => Effect.andThen(write(report, wanted), Console.log(Text.render(report)))
    const fs = yield* FileSystem.FileSystem
    const runner = yield* Workers.make(workers)
    const report = yield* Suite.run(runner, {
      seed: given.seed,
      runs: given.runs,
      properties: list(given.properties),
      operations: list(given.operations),
      budget: limit.value,
      onCell: progress,
      onInterrupted: (report) => Effect.ignore(Effect.provideService(say(report), FileSystem.FileSystem, fs))
    }).pipe(
      Effect.catchDefect((defect) =>
        defect instanceof Suite.NothingToRun ? refuse(defect.message) : Effect.die(defect)
      )
    )
    yield* say(report)
    const code = Report.exitCode(report)
    if (code !== 0) return yield* new Ended({ code })
  }, Effect.scoped)
).pipe(Command.withDescription("Hold the client against the document"))

const replayCommand = Command.make(
  "replay",
  { token: Argument.String("token").pipe(Argument.withDescription("From the line that a failure printed")) },
  Effect.fnUntraced(function* ({ token }) {
    const replay = yield* Effect.catch(
      Effect.try({ try: () => Replay.parse(token), catch: (error) => error as Replay.InvalidToken }), // all it throws
      ({ message }) => refuse(message)
    )
    const { result } = yield* Cells.run({ ...replay, runs: 100 })
    switch (result._tag) {
      case "Passed":
        return yield* Console.log(`${replay.property} holds for ${replay.target} now`)
      case "Skipped":
        return yield* refuse(`${replay.property} says nothing of ${replay.target}: ${result.reason}`)
      case "Failed":
        yield* Console.log(Text.failure({ property: replay.property, target: replay.target, result }))
        return yield* new Ended({ code: 1 })
    }
  })
).pipe(Command.withDescription("Run a failure again: 1 where it still fails, 0 where it holds now"))

const explainCommand = Command.make(
  "explain",
  { id: Argument.String("property").pipe(Argument.withDescription("Such as P9")) },
  Effect.fnUntraced(function* ({ id }) {
    const property = Properties.stated.find((one) => one.id === Properties.idOf(id))
    if (property === undefined) {
      return yield* refuse(`there is no property ${id}: there are ${Properties.stated.map((one) => one.id).join(", ")}`)
    }
    yield* Console.log(`${property.id}: ${property.statement}`)
  })
).pipe(Command.withDescription("Say what a property states"))

const listCommand = Command.make("list", {}, () =>
  Console.log(
    [
      ...Properties.stated.map(({ id, statement }) => `${id.padEnd(4)} ${statement}`),
      "",
      `over ${ClientOperations.all.length} operations:`,
      ...ClientOperations.all.map(({ descriptor, name }) => `${name.padEnd(44)} ${descriptor.operationId}`)
    ].join("\n")
  )
).pipe(Command.withDescription("List the properties and the operations"))

/** The whole command. */
export const command = Command.make("kalshi-contract").pipe(
  Command.withDescription("Holds the client against the exchange's published document"),
  Command.withSubcommands([runCommand, replayCommand, explainCommand, listCommand]),
  Command.run({ version: "0.1.0" })
)
