/**
 * The subcommand `kalshi-contract drift`: compares published documents.
 *
 * @module
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as Overlay from "../reference/Overlay.ts"
import * as Integrity from "../reference/Integrity.ts"
import { Ended, refuse } from "../runner/internal/ending.ts"
import * as Outputs from "../runner/internal/outputs.ts"
import * as Documents from "./Documents.ts"
import * as Drift from "./Drift.ts"
import { exitCode } from "./Finding.ts"
import * as History from "./History.ts"
import * as Reports from "./reports.ts"

const write = Outputs.writeWith(Reports.renderers)

const load = Effect.fnUntraced(function* (file: string, overlay: Overlay.Overlay) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.catch(fs.readFileString(file), ({ message }) => refuse(`cannot read ${file}: ${message}`))
  return yield* Effect.catch(Documents.load({ file, text }, overlay), ({ message }) => refuse(message))
})

const compare = (old: Documents.Loaded, now: Documents.Loaded) =>
  Effect.catchDefect(
    Effect.sync(() => Drift.compare(old, now)),
    (defect) => (defect instanceof Drift.DifferentKinds ? refuse(defect.message) : Effect.die(defect))
  )

const filesIn = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* Effect.catch(fs.readDirectory(folder), ({ message }) =>
    refuse(`cannot read ${folder}: ${message}`)
  )
  return names.filter(History.isDocument).map((name) => path.join(folder, name))
})

export const driftCommand = Command.make(
  "drift",
  {
    documents: Argument.String("document").pipe(
      Argument.withDescription(
        "The old and the new document: published OpenAPI or AsyncAPI, or imported (fixtures/spec)"
      ),
      Argument.atLeast(0)
    ),
    history: Flag.String("history").pipe(
      Flag.withDescription(
        "A folder of published documents, each of which is compared with the next one. Documents that are given as arguments are compared, too"
      ),
      Flag.optional
    ),
    reports: Flag.String("report").pipe(
      Flag.withDescription("Files to write: junit=F,markdown=F,json=F,html=F"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function* ({ documents, history, reports }) {
    const outputs = yield* Outputs.parse(reports)
    const overlay = Documents.parseOverlay(Integrity.read("overlay.json"))
    if (Option.isNone(history)) {
      const [old, now, ...others] = documents
      if (old === undefined || now === undefined || others.length > 0) {
        return yield* refuse("drift takes two documents, the old one first, or --history FOLDER")
      }
      const drift = yield* compare(yield* load(old, overlay), yield* load(now, overlay))
      yield* write([drift], outputs)
      yield* Console.log(Reports.text(drift))
      const code = exitCode([drift])
      if (code !== 0) return yield* new Ended({ code })
      return
    }
    const files = [...(yield* filesIn(history.value)), ...documents]
    const loaded = yield* Effect.forEach(files, (file) => load(file, overlay))
    const steps = History.steps(loaded)
    if (steps.length === 0) {
      return yield* refuse(
        `${history.value} has fewer than two published documents of one kind, REST or WebSocket. Add documents whose names end in .yaml or .yml and do not contain "reconstructed"`
      )
    }
    const drifts = yield* Effect.forEach(steps, ([old, now]) => compare(old, now))
    yield* write(drifts, outputs)
    yield* Console.log(Reports.historyText(drifts))
    const code = exitCode(drifts)
    if (code !== 0) return yield* new Ended({ code })
  })
).pipe(
  Command.withDescription(
    "Compare two published documents: exit code 5 if the drift is breaking, 3 if a change is undecided"
  )
)
