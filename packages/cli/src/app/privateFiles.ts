/**
 * Files that only their owner can read, such as private keys. On Windows, the modes of files are not checked.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import { CommandError, usage } from "./failures.ts"

/** The permission bits of users other than the owner: all of them, and those that permit writing. */
const others = { any: 0o077, write: 0o022 } as const

/** The permission bits of a file, such as `0600`. */
export const formatMode = (mode: number): string => `0${(mode & 0o777).toString(8).padStart(3, "0")}`

/** Quotes a path for a shell, if needed. */
export const shellQuoted = (path: string): string =>
  /^[\w./@%+,:-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`

const hasModes = (): boolean => process.platform !== "win32"

/** The permission bits of a file. Undefined if it cannot be read, or if the system has no such bits. */
export const modeOf = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const info = yield* Effect.option(files.stat(path))
    return info._tag === "Some" && hasModes() ? info.value.mode & 0o777 : undefined
  })

/** Why a private key file is not private, and what to do. Undefined if it is private, or if its mode is not known. */
export const keyFileProblem = (path: string, mode: number | undefined): string | undefined =>
  mode === undefined || (mode & others.any) === 0
    ? undefined
    : `The private key file ${JSON.stringify(path)} is open to other users (mode ${formatMode(mode)}). Run: chmod 600 ${shellQuoted(path)}`

/** Fails if users other than the owner can read or change a private key file. */
export const requirePrivateKeyFile = (path: string) =>
  Effect.gen(function* () {
    const problem = keyFileProblem(path, yield* modeOf(path))
    if (problem !== undefined) return yield* new CommandError({ exit: "key", message: problem })
  })

/** Fails if users other than the owner can change a file. */
export const requireNotWritable = (path: string) =>
  Effect.gen(function* () {
    const mode = yield* modeOf(path)
    if (mode === undefined || (mode & others.write) === 0) return
    return yield* usage(
      `Other users can change the file ${JSON.stringify(path)} (mode ${formatMode(mode)}), so it is not used. Check its content, and run: chmod go-w ${shellQuoted(path)}`
    )
  })

/** Creates an empty file that only its owner can read. Fails if the file exists. */
export const createPrivateFile = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    yield* files.writeFileString(path, "", { flag: "wx", mode: 0o600 }).pipe(
      Effect.mapError((error) =>
        error.reason._tag === "AlreadyExists"
          ? usage(`The file ${JSON.stringify(path)} exists, and is not replaced. Choose another --out`)
          : new CommandError({
              exit: "failed",
              message: `The file ${JSON.stringify(path)} cannot be created: ${error.reason._tag}. Choose another --out`
            })
      )
    )
  })

/** Writes the text of a secret to a file that {@link createPrivateFile} created. */
export const writeSecret = (path: string, secret: Redacted.Redacted<string>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = Redacted.value(secret)
    yield* files.writeFileString(path, text.endsWith("\n") ? text : `${text}\n`, { flag: "w", mode: 0o600 })
  })
