/**
 * Writes the report of a run to files.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Report from "../Report.ts"
import * as Html from "../../reports/html.ts"
import * as Json from "../../reports/json.ts"
import * as JUnit from "../../reports/junit.ts"
import * as Markdown from "../../reports/markdown.ts"
import { type Ended, refuse } from "./ending.ts"

const renderers = { html: Html.render, json: Json.render, junit: JUnit.render, markdown: Markdown.render }

type Kind = keyof typeof renderers

const isKind = (text: string): text is Kind => Object.hasOwn(renderers, text)

export interface Output {
  readonly kind: Kind
  readonly file: string
}

const orRefuse = <A>(done: Effect.Effect<A, { readonly message: string }>): Effect.Effect<A, Ended> =>
  Effect.catch(done, ({ message }) => refuse(`cannot write the report: ${message}`))

/** Parses the values of `--report`, and checks before the run that each file can be written. */
export const parse = (
  texts: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Output>, Ended, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* Effect.forEach(
      texts.flatMap((text) => text.split(",")),
      (text) => {
        const [kind = "", file = ""] = text.split(/=(.*)/s)
        return isKind(kind) && file !== ""
          ? Effect.as(orRefuse(fs.writeFileString(file, "", { flag: "a" })), { kind, file })
          : refuse(`--report takes ${Object.keys(renderers).join("=FILE, ")}=FILE, not ${JSON.stringify(text)}`)
      }
    )
  })

export const writeWith =
  <R>(renderersOf: { readonly [K in Kind]: (report: R) => string }) =>
  (report: R, wanted: ReadonlyArray<Output>): Effect.Effect<void, Ended, FileSystem.FileSystem> =>
    Effect.flatMap(FileSystem.FileSystem, (fs) =>
      Effect.forEach(wanted, ({ file, kind }) => orRefuse(fs.writeFileString(file, renderersOf[kind](report))), {
        discard: true
      })
    )

export const write: (
  report: Report.Report,
  wanted: ReadonlyArray<Output>
) => Effect.Effect<void, Ended, FileSystem.FileSystem> = writeWith(renderers)
