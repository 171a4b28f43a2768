/**
 * Files that only their owner can read, such as private keys. On Windows, the modes of files are not checked.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import { CommandError, usage } from "./failures.ts"

/** The permission bits of users other than the owner. */
const others = { any: 0o077, write: 0o022 } as const

export const formatMode = (mode: number): string => `0${(mode & 0o777).toString(8).padStart(3, "0")}`

export const shellQuoted = (path: string): string =>
  /^[\w./@%+,:-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`

const hasModes = (): boolean => process.platform !== "win32"

/** Reads the permission bits of a file. Undefined if the file cannot be read, or on Windows. */
export const modeOf = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const info = yield* Effect.option(files.stat(path))
    return info._tag === "Some" && hasModes() ? info.value.mode & 0o777 : undefined
  })

/** The error about a key file that is open to other users. Undefined if it is not, or if the mode is not known. */
export const keyFileProblem = (path: string, mode: number | undefined): string | undefined =>
  mode === undefined || (mode & others.any) === 0
    ? undefined
    : `The private key file ${JSON.stringify(path)} is open to other users (mode ${formatMode(mode)}). Run: chmod 600 ${shellQuoted(path)}`

export const requirePrivateKeyFile = (path: string) =>
  Effect.gen(function* () {
    const problem = keyFileProblem(path, yield* modeOf(path))
    if (problem !== undefined) return yield* new CommandError({ exit: "key", message: problem })
  })

export const requireNotWritable = (path: string) =>
  Effect.gen(function* () {
    const mode = yield* modeOf(path)
    if (mode === undefined || (mode & others.write) === 0) return
    return yield* usage(
      `Other users can change the file ${JSON.stringify(path)} (mode ${formatMode(mode)}), so it is not used. Check its content, and run: chmod go-w ${shellQuoted(path)}`
    )
  })

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

/** Writes a secret to a file, which must come from {@link createPrivateFile}. */
export const writeSecret = (path: string, secret: Redacted.Redacted<string>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = Redacted.value(secret)
    yield* files.writeFileString(path, text.endsWith("\n") ? text : `${text}\n`, { flag: "w", mode: 0o600 })
  })
