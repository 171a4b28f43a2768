/**
 * The files of a recording: their names, and how a file is created or continued.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as path from "node:path"
import { CommandError, usage } from "../app/failures.ts"
import { formatVersion, parseLine } from "./lines.ts"

/** The path of a numbered part: `day.ndjson` has the parts `day.0001.ndjson`, `day.0002.ndjson` and so on. */
export const partPath = (file: string, part: number): string => {
  const { dir, ext, name } = path.parse(file)
  return path.join(dir, `${name}.${String(part).padStart(4, "0")}${ext}`)
}

export const existingParts = (file: string): ReadonlyArray<{ readonly part: number; readonly path: string }> => {
  const { dir, ext, name } = path.parse(file)
  const folder = dir === "" ? "." : dir
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  return names
    .flatMap((found) => {
      const middle = found.slice(name.length + 1, found.length - ext.length)
      return found === `${name}.${middle}${ext}` && /^\d{4,}$/.test(middle)
        ? [{ part: Number(middle), path: path.join(dir, found) }]
        : []
    })
    .toSorted((left, right) => left.part - right.part)
}

export const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  const known: Readonly<Record<string, string>> = {
    ENOSPC: "no space is left on the disk",
    EDQUOT: "the quota of the disk is used up",
    EFBIG: "the file has the maximum size of this system",
    EACCES: "this user has no permission to write there",
    EPERM: "this user has no permission to write there",
    EROFS: "the file system is read-only",
    ENOENT: "there is no such file or folder",
    EISDIR: "it is a folder",
    EADDRINUSE: "another program uses this port"
  }
  const reason = known[code] ?? (error instanceof Error ? error.message : String(error))
  return code === "" || reason.includes(code) ? reason : `${reason} (${code})`
}

export interface Plan {
  /** The first file that is written. */
  readonly path: string
  readonly part: number
  /** Whether an earlier run wrote lines, in this file or in earlier parts. */
  readonly continues: boolean
  readonly exists: boolean
}

/** Chooses the file to write. Refuses to overwrite an existing recording. */
export const plan = (
  file: string,
  { append, rotates }: { readonly append: boolean; readonly rotates: boolean }
): Result.Result<Plan, CommandError> => {
  const parts = existingParts(file)
  const exists = fs.existsSync(file)
  const last = parts.at(-1)
  if ((exists || last !== undefined) && !append) {
    return Result.fail(
      usage(`${exists ? file : last?.path} already exists. Pass another --out, or --append to continue the recording`)
    )
  }
  if (rotates && exists)
    return Result.fail(usage(`${file} has no numbered parts. Continue it without --rotate-size and --rotate-every`))
  if (!rotates && last !== undefined) {
    return Result.fail(
      usage(`${file} has numbered parts such as ${last.path}. Continue it with --rotate-size or --rotate-every`)
    )
  }
  if (!rotates) return Result.succeed({ path: file, part: 1, continues: exists, exists })
  const part = (last?.part ?? 0) + 1
  return Result.succeed({ path: partPath(file, part), part, continues: last !== undefined, exists: false })
}

/** The functions throw like those of `node:fs`. */
export interface OpenFile {
  /** Writes some of the bytes, and returns how many it wrote. */
  readonly write: (bytes: Uint8Array, offset: number) => number
  /** Returns when everything written is on the disk. */
  readonly sync: () => void
  readonly close: () => void
}

const openFile = (descriptor: number): OpenFile => ({
  write: (bytes, offset) => fs.writeSync(descriptor, bytes, offset),
  sync: () => fs.fsyncSync(descriptor),
  close: () => fs.closeSync(descriptor)
})

export const create = (file: string): OpenFile => openFile(fs.openSync(file, "wx", 0o600))

const blockBytes = 64 * 1024

/** The number of bytes up to the end of the last line break. */
const wholeBytes = (descriptor: number, size: number): number => {
  const block = Buffer.alloc(blockBytes)
  for (let end = size; end > 0; end -= blockBytes) {
    const start = Math.max(0, end - blockBytes)
    const read = fs.readSync(descriptor, block, 0, end - start, start)
    const last = block.subarray(0, read).lastIndexOf(10)
    if (last !== -1) return start + last + 1
  }
  return 0
}

/** The first line of a file. Undefined if the line is incomplete or longer than 1 MiB. */
const firstLine = (file: string): string | undefined => {
  const descriptor = fs.openSync(file, "r")
  try {
    const block = Buffer.alloc(1024 * 1024)
    const text = block.subarray(0, fs.readSync(descriptor, block, 0, block.length, 0))
    const end = text.indexOf(10)
    return end === -1 ? undefined : text.subarray(0, end).toString()
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Fails unless the file is empty, or is a recording of the exchange `environment`. */
export const checkContinued = (file: string, environment: string): Result.Result<void, CommandError> => {
  try {
    const line = firstLine(file)
    const header = line === undefined ? undefined : parseLine(line)
    if (line === undefined && fs.statSync(file).size === 0) return Result.void
    if (header?.type !== "recording") {
      return Result.fail(usage(`${file} is not a recording, so --append does not change it. Pass another --out`))
    }
    if (header.format !== formatVersion) {
      return Result.fail(usage(`${file} has the format ${header.format}, not ${formatVersion}. Pass another --out`))
    }
    return header.environment === environment
      ? Result.void
      : Result.fail(usage(`${file} is a recording of ${header.environment}, not of ${environment}. Pass another --out`))
  } catch (error) {
    return Result.fail(new CommandError({ exit: "failed", message: `Cannot read ${file}: ${reasonOf(error)}` }))
  }
}

/** Removes an incomplete last line. Returns the number of removed bytes. */
const removeTornLine = (file: string): number => {
  const descriptor = fs.openSync(file, "r+")
  try {
    const { size } = fs.fstatSync(descriptor)
    const whole = wholeBytes(descriptor, size)
    if (whole < size) fs.ftruncateSync(descriptor, whole)
    return size - whole
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Opens a file to continue it, and removes an incomplete last line. */
export const continueFile = (file: string): { readonly opened: OpenFile; readonly removedBytes: number } => {
  const removedBytes = removeTornLine(file)
  return { opened: openFile(fs.openSync(file, "a")), removedBytes }
}

export const remove = (file: string): void => fs.rmSync(file, { force: true })
