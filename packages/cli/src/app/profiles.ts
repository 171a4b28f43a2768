/**
 * Profiles: named connections in the user's config folder. A profile contains the path of a private key, never the key.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { CommandError, usage } from "./failures.ts"
import { folder } from "./folders.ts"
import { requireNotWritable } from "./privateFiles.ts"
import { Profile as ProfileFlag } from "./settings.ts"
import { variable } from "./variables.ts"

export const Profile = Schema.Struct({
  /** `production`, `demo`, `sandbox` or an address. */
  environment: Schema.String,
  keyId: Schema.optionalKey(Schema.String),
  /** The path of the PEM file. It can be relative to the folder of the profiles. */
  privateKeyPath: Schema.optionalKey(Schema.String),
  subaccount: Schema.optionalKey(Schema.Int)
})

export interface Profile extends Schema.Schema.Type<typeof Profile> {}

/** The content of `profiles.json`. */
export const Profiles = Schema.Struct({
  default: Schema.optionalKey(Schema.String),
  profiles: Schema.Record(Schema.String, Profile)
})

export interface Profiles extends Schema.Schema.Type<typeof Profiles> {}

export const profilesPath = Effect.gen(function* () {
  const path = yield* Path.Path
  return path.join(yield* folder("config"), "profiles.json")
})

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Profiles))

export const readProfiles = Effect.gen(function* () {
  const file = yield* profilesPath
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.catchReason(
    files.readFileString(file),
    "PlatformError",
    "NotFound",
    () => Effect.undefined
  ).pipe(
    Effect.mapError(
      (error) =>
        new CommandError({
          exit: "failed",
          message: `Cannot read ${file}: ${error.message}. Make the file readable, or set KALSHI_CONFIG_DIR`
        })
    )
  )
  if (text === undefined) return { profiles: {} } satisfies Profiles
  // A user who can change this file could redirect another user's orders to a false exchange.
  yield* requireNotWritable(file)
  return yield* Effect.mapError(decode(text), (error) =>
    usage(`${file} does not contain valid profiles: ${error.message}. Correct the file, or remove it`)
  )
})

export const findProfile = ({ profiles }: Profiles, name: string): Effect.Effect<Profile, CommandError> => {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile !== undefined) return Effect.succeed(profile)
  const names = Object.keys(profiles)
  const advice = names.length === 0 ? "Create it with `kalshi profile add`" : `Choose one of: ${names.join(", ")}`
  return Effect.fail(usage(`There is no profile ${JSON.stringify(name)}. ${advice}`))
}

export const chosenProfile = Effect.gen(function* () {
  const flag = yield* ProfileFlag
  const all = yield* readProfiles
  const name = Option.getOrUndefined(flag) ?? (yield* variable("KALSHI_PROFILE")) ?? all.default
  return name === undefined ? undefined : { name, profile: yield* findProfile(all, name) }
})

export const keyPathOf = ({ privateKeyPath }: Profile) =>
  Effect.gen(function* () {
    if (privateKeyPath === undefined) return undefined
    const path = yield* Path.Path
    return path.resolve(path.dirname(yield* profilesPath), privateKeyPath)
  })

const lockWait = { everyMillis: 50, times: 100 }

/**
 * Locks the profiles. Without the lock, two processes that change the profiles at the same time could lose a change.
 */
const lock = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = `${file}.lock`
    const create = files.writeFileString(path, "", { flag: "wx", mode: 0o600 }).pipe(
      Effect.retry({
        while: (error) => error.reason._tag === "AlreadyExists",
        schedule: Schedule.spaced(lockWait.everyMillis),
        times: lockWait.times
      }),
      Effect.mapError((error) =>
        error.reason._tag === "AlreadyExists"
          ? usage(
              `Nothing was changed, because another process is changing the profiles. Try again. If no such process runs, remove ${path}`
            )
          : new CommandError({
              exit: "failed",
              message: `Cannot create ${path}: ${error.reason._tag}. Make the folder writable, or set KALSHI_CONFIG_DIR`
            })
      )
    )
    yield* Effect.acquireRelease(create, () => Effect.ignore(files.remove(path)))
  })

/** Writes the profiles. A new file replaces the old one, so a crash leaves one complete file. */
const writeProfiles = (file: string, profiles: Profiles) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    // If the file is a symbolic link, only the target of the link is replaced.
    const target = yield* Effect.orElseSucceed(files.realPath(file), () => file)
    const next = `${target}.new`
    yield* Effect.ignore(files.remove(next))
    yield* files.writeFileString(next, `${JSON.stringify(profiles, null, 2)}\n`, { flag: "wx", mode: 0o600 })
    yield* files.rename(next, target)
  }).pipe(
    Effect.mapError(
      (error) =>
        new CommandError({
          exit: "failed",
          message: `Cannot write ${file}: ${error.message}. Make the folder writable, or set KALSHI_CONFIG_DIR`
        })
    )
  )

export const updateProfiles = <E, R>(change: (profiles: Profiles) => Effect.Effect<Profiles, E, R>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = yield* profilesPath
    const directory = path.dirname(file)
    yield* Effect.mapError(
      files.makeDirectory(directory, { recursive: true, mode: 0o700 }),
      (error) =>
        new CommandError({
          exit: "failed",
          message: `Cannot create ${directory}: ${error.reason._tag}. Set KALSHI_CONFIG_DIR to a folder that can be created`
        })
    )
    yield* lock(file)
    yield* writeProfiles(file, yield* change(yield* readProfiles))
  }).pipe(Effect.scoped)
