/**
 * Defines the `spec` command, which writes the reference documents from the published documents.
 *
 * @module
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { dateIn, importDocument } from "../reference/SpecImport.ts"

const fixtures = fileURLToPath(new URL("../../../fixtures/spec/", import.meta.url))

/** The command has already printed the message. */
class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", { message: Schema.String }) {
  // As in `kalshi-contract`, 2 means that an argument or a file cannot be used.
  override readonly [Runtime.errorExitCode] = 2
  override readonly [Runtime.errorReported] = false
}

const fail = (error: { readonly message: string }): Effect.Effect<never, CommandFailed> =>
  Effect.andThen(Console.error(error.message), new CommandFailed({ message: error.message }))

const readText = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* Effect.catch(fs.readFile(file), fail)
  return yield* Effect.catch(
    Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
      catch: () => new CommandFailed({ message: `${file} is not UTF-8` })
    }),
    fail
  )
})

const importCommand = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(Argument.withDescription("The published OpenAPI 3.0 or AsyncAPI 3 document")),
    out: Flag.String("out").pipe(
      Flag.withDescription("The file to write. Default: rest.json or feed.json of this project"),
      Flag.optional
    ),
    published: Flag.String("published").pipe(
      Flag.withDescription("The date of publication, YYYY-MM-DD. Default: the date in the file's name"),
      Flag.optional
    ),
    overlay: Flag.String("overlay").pipe(
      Flag.withDescription("The overlay to apply. Default: this project's overlay, or none with --out"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ file, out, overlay, published }) {
    const fs = yield* FileSystem.FileSystem
    const write = (target: string, text: string) => Effect.catch(fs.writeFileString(target, text), fail)
    const isDefaultTarget = Option.isNone(out)
    const overlayFile = Option.getOrUndefined(overlay) ?? (isDefaultTarget ? `${fixtures}overlay.json` : undefined)
    const date = Option.getOrUndefined(published) ?? dateIn(file)
    if (isDefaultTarget && date === undefined) {
      return yield* fail({
        message: `${file} has no date in its name. Several documents can have the same version, so a date is necessary. Add --published YYYY-MM-DD`
      })
    }
    const imported = yield* Effect.catch(
      importDocument(yield* readText(file), {
        published: date,
        overlay: overlayFile === undefined ? undefined : yield* readText(overlayFile)
      }),
      fail
    )
    const target = Option.getOrElse(out, () => `${fixtures}${imported.kind}.json`)
    yield* write(target, imported.text)
    yield* Console.log(`${target}: ${imported.kind} ${imported.version}${date === undefined ? "" : ` (${date})`}`)
    if (isDefaultTarget) {
      const placesFile = `${fixtures}nullable-by-intent.${imported.kind}.json`
      yield* write(placesFile, imported.nullableText)
      yield* Console.log(
        `${placesFile}: ${imported.nullableByIntent.length} schemas with a \`nullable\` that has no effect in OpenAPI 3.0. The importer allows null for them`
      )
    }
  })
).pipe(
  Command.withDescription("Convert a published document to a reference document, without descriptions and examples")
)

Command.make("spec").pipe(
  Command.withDescription("Reference documents of the contract suite"),
  Command.withSubcommands([importCommand]),
  Command.run({ version: "0.1.0" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
