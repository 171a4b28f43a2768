/** The `spec` command: writes the reference documents from the published ones. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { fileURLToPath } from "node:url"
import { importDocument } from "../reference/SpecImport.ts"

const fixtures = fileURLToPath(new URL("../../../fixtures/spec/", import.meta.url))

const importCommand = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(Argument.withDescription("The published OpenAPI 3.0 or AsyncAPI 3 document")),
    out: Flag.String("out").pipe(
      Flag.withDescription("Where to write; without it, the project's own rest.json or feed.json"),
      Flag.optional
    ),
    overlay: Flag.String("overlay").pipe(
      Flag.withDescription("The overlay to apply; without it, the project's own where --out is absent, else none"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ file, out, overlay }) {
    const fs = yield* FileSystem.FileSystem
    const overlayFile = Option.orElse(overlay, () =>
      Option.isSome(out) ? Option.none() : Option.some(`${fixtures}overlay.json`)
    )
    const imported = yield* importDocument(yield* fs.readFileString(file), {
      overlay: Option.isSome(overlayFile) ? yield* fs.readFileString(overlayFile.value) : undefined
    })
    const target = Option.getOrElse(out, () => `${fixtures}${imported.kind}.json`)
    yield* fs.writeFileString(target, imported.text)
    yield* Console.log(`${target}: ${imported.kind} ${imported.version}`)
    if (Option.isNone(out)) {
      const places = `${fixtures}nullable-by-intent.${imported.kind}.json`
      yield* fs.writeFileString(places, imported.nullableText)
      yield* Console.log(`${places}: ${imported.nullableByIntent.length} places where nullable is read by intent`)
    }
  })
).pipe(Command.withDescription("Write a reference document, facts only, from a published one"))

Command.make("spec").pipe(
  Command.withDescription("Reference documents of the contract suite"),
  Command.withSubcommands([importCommand]),
  Command.run({ version: "0.1.0" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
