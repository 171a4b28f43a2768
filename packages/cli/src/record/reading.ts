/**
 * Reads the lines of recordings, file after file, in bounded memory.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"
import { CommandError, usage } from "../app/failures.ts"
import { formatVersion, type Header, type Line, parseLine } from "./lines.ts"
import { existingParts, reasonOf } from "./parts.ts"

export interface Entry {
  readonly line: Line
  readonly text: string
}

const chunkBytes = 256 * 1024
/** Far more than the largest message of the exchange. */
const maxLineBytes = 64 * 1024 * 1024

const damaged = (file: string, number: number, reason: string): CommandError =>
  new CommandError({
    exit: "failed",
    message: `Line ${number} of ${file} ${reason}, so the file is damaged. Remove the line, or pass another file`
  })

const bytesOf = (file: string): AsyncIterable<Buffer> => {
  const bytes = fs.createReadStream(file, { highWaterMark: chunkBytes })
  if (!file.endsWith(".gz")) return bytes
  const gunzip = createGunzip({ chunkSize: chunkBytes })
  pipeline(bytes, gunzip, () => {}) // An error ends the iteration of `gunzip`, so the callback ignores it.
  return gunzip
}

/** Yields many lines at a time. `onTorn` is called if the last line is incomplete. */
export async function* wholeLines(
  file: string,
  onTorn: (bytes: number) => void
): AsyncGenerator<ReadonlyArray<string>> {
  let rest: Array<Buffer> = []
  let restBytes = 0
  for await (const chunk of bytesOf(file)) {
    const end = chunk.lastIndexOf(10)
    if (end === -1) {
      rest.push(chunk)
      restBytes += chunk.length
      if (restBytes > maxLineBytes)
        throw usage(`${file} is not a recording: it has a line of more than 64 MiB. Pass another file`)
      continue
    }
    const text = Buffer.concat([...rest, chunk.subarray(0, end)]).toString()
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
    restBytes = chunk.length - end - 1
    yield text.split("\n")
  }
  if (restBytes === 0) return
  // If the last line can be parsed, only its line break is missing.
  const text = Buffer.concat(rest).toString()
  if (parseLine(text) === undefined) onTorn(restBytes)
  else yield [text]
}

async function* entriesOf(file: string, onTorn: (bytes: number) => void): AsyncGenerator<ReadonlyArray<Entry>> {
  let number = 0
  for await (const texts of wholeLines(file, onTorn)) {
    const entries: Array<Entry> = []
    for (const text of texts) {
      number++
      if (text === "") continue
      const line = parseLine(text)
      if (number === 1) checkHeader(file, line)
      if (line === undefined) throw damaged(file, number, "is not a line of a recording")
      entries.push({ line, text })
    }
    yield entries
  }
}

const checkHeader = (file: string, line: Line | undefined): Header => {
  if (line?.type !== "recording") throw usage(`${file} is not a recording. Pass a file of \`kalshi record\``)
  if (line.format !== formatVersion) {
    const advice = line.format > formatVersion ? "Install a newer version" : "Install an older version"
    throw usage(`${file} has the format ${line.format}, but this version reads ${formatVersion}. ${advice}`)
  }
  return line
}

const toError = (file: string) => (error: unknown) =>
  error instanceof CommandError
    ? error
    : new CommandError({ exit: "failed", message: `Cannot read ${file}: ${reasonOf(error)}` })

/** The header of a file. Undefined if the file has no complete line. */
export const headerOf = (file: string): Effect.Effect<Header | undefined, CommandError> =>
  Effect.tryPromise({
    try: async () => {
      for await (const [text = ""] of wholeLines(file, () => {})) return checkHeader(file, parseLine(text))
      return undefined
    },
    catch: toError(file)
  })

const partsOf = (file: string): Effect.Effect<ReadonlyArray<string>, CommandError> =>
  Effect.suspend(() => {
    if (fs.existsSync(file)) return Effect.succeed([file])
    const parts = existingParts(file).map(({ path }) => path)
    return parts.length > 0
      ? Effect.succeed(parts)
      : Effect.fail(usage(`There is no file ${file}, and no part of a recording with this name. Check the path`))
  })

/** Sorts files by the time at which they begin. A file without a complete line comes first. */
export const sortFiles = (files: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const paths = [...new Set((yield* Effect.forEach(files, partsOf)).flat())]
    const found = yield* Effect.forEach(paths, (path) => Effect.map(headerOf(path), (header) => ({ path, header })))
    return found.toSorted(
      ({ header: left }, { header: right }) =>
        (left?.at_ms ?? 0) - (right?.at_ms ?? 0) || (left?.part ?? 0) - (right?.part ?? 0)
    )
  })

export const readEntries = (
  files: ReadonlyArray<string>,
  onTorn: (file: string, bytes: number) => void
): Stream.Stream<ReadonlyArray<Entry>, CommandError> =>
  Stream.flatMap(Stream.fromIterable(files), (file) =>
    Stream.fromAsyncIterable(
      entriesOf(file, (bytes) => onTorn(file, bytes)),
      toError(file)
    )
  )
