/**
 * The two modes of the command `codegen`: it writes the generated files, or checks whether they are up to date.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as PlatformError from "effect/PlatformError"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { facts } from "./facts.ts"
import { feedFacts } from "./feedFacts.ts"
import { generate, type Generated, generateFeed, type Refused } from "./generate.ts"

export interface Paths {
  readonly rest: string
  readonly feed: string
  /** Ends with a slash. */
  readonly folder: string
}

/** The generated files are stale, or a field has no documentation. */
export class Stale extends Schema.TaggedError<Stale>()("Stale", { message: Schema.String }) {
  // The differences are already printed.
  override readonly [Runtime.errorReported] = false
}

const shownLines = 3

export const firstDifference = (found: string, wanted: string): string | undefined => {
  if (found === wanted) return undefined
  const [before, after] = [found.split("\n"), wanted.split("\n")]
  let line = 0
  while (before[line] === after[line]) line++
  const shown = (sign: string, lines: ReadonlyArray<string>) =>
    lines.slice(line, line + shownLines).map((text) => `${sign} ${text}`)
  return [`line ${line + 1}`, ...shown("-", before), ...shown("+", after)].join("\n")
}

const generated: (
  paths: Paths
) => Effect.Effect<Generated, Refused | PlatformError.PlatformError, FileSystem.FileSystem> = Effect.fnUntraced(
  function* (paths) {
    const fs = yield* FileSystem.FileSystem
    const read = (path: string): Effect.Effect<unknown, PlatformError.PlatformError> =>
      Effect.map(fs.readFileString(path), (text): unknown => JSON.parse(text))
    const rest = yield* generate(yield* read(paths.rest), facts)
    const feed = yield* generateFeed(yield* read(paths.feed), feedFacts)
    return {
      files: [...rest.files, ...feed.files],
      undocumented: [
        ...rest.undocumented.map((line) => `packages/client/codegen/fieldDocs.ts: ${line}`),
        ...feed.undocumented.map((line) => `packages/client/codegen/feedFacts.ts: ${line}`)
      ]
    }
  }
)

/** Writes the generated files, and prints the fields that have no documentation. */
export const write: (
  paths: Paths
) => Effect.Effect<void, Refused | PlatformError.PlatformError, FileSystem.FileSystem> = Effect.fnUntraced(
  function* (paths) {
    const fs = yield* FileSystem.FileSystem
    const all = yield* generated(paths)
    for (const { name, text } of all.files) {
      yield* fs.writeFileString(`${paths.folder}${name}`, text)
      yield* Console.log(`${name}: ${text.length} characters`)
    }
    for (const line of all.undocumented) yield* Console.log(line)
  }
)

/**
 * Fails if a generated file is missing or stale, if the folder contains another file, or if a field has no
 * documentation.
 */
export const check: (
  paths: Paths
) => Effect.Effect<void, Refused | Stale | PlatformError.PlatformError, FileSystem.FileSystem> = Effect.fnUntraced(
  function* (paths) {
    const fs = yield* FileSystem.FileSystem
    const all = yield* generated(paths)
    const existing = new Set(yield* fs.readDirectory(paths.folder))
    const stale: Array<string> = []
    for (const { name, text } of all.files) {
      const difference = existing.delete(name)
        ? firstDifference(yield* fs.readFileString(`${paths.folder}${name}`), text)
        : "is missing"
      if (difference !== undefined) stale.push(`${name}: ${difference}`)
    }
    for (const name of existing) stale.push(`${name}: is not generated`)
    const missing = all.undocumented
    if (stale.length + missing.length === 0) {
      return yield* Console.log(`${all.files.length} generated files are up to date`)
    }
    const advice = stale.length === 0 ? [] : ["The generated files are stale: run packages/client/codegen/main.ts"]
    yield* Console.error([...stale, ...missing, ...advice].join("\n"))
    return yield* new Stale({ message: [...stale, ...missing].join("\n") })
  }
)
