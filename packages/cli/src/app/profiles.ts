/**
 * Profiles: named connections in the user's config folder. A profile contains the path of a private key, never the key.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { CommandError, usage } from "./failures.ts"
import { folder } from "./folders.ts"
import { Profile as ProfileFlag } from "./settings.ts"

/** A named connection. */
export const Profile = Schema.Struct({
  /** `production`, `demo`, `sandbox` or an address. */
  environment: Schema.String,
  keyId: Schema.optionalKey(Schema.String),
  /** The path of the PEM file. A relative path is relative to the folder of the profiles. */
  privateKeyPath: Schema.optionalKey(Schema.String),
  subaccount: Schema.optionalKey(Schema.Int)
})

/** {@link Profile} as a type. */
export interface Profile extends Schema.Schema.Type<typeof Profile> {}

/** The content of `profiles.json`. */
export const Profiles = Schema.Struct({
  /** The name of the profile that commands use without `--profile`. */
  default: Schema.optionalKey(Schema.String),
  profiles: Schema.Record(Schema.String, Profile)
})

/** {@link Profiles} as a type. */
export interface Profiles extends Schema.Schema.Type<typeof Profiles> {}

/** The path of the file with the profiles. */
export const profilesPath = Effect.gen(function* () {
  const path = yield* Path.Path
  return path.join(yield* folder("config"), "profiles.json")
})

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Profiles))

/** Reads all profiles. A missing file means that there are none. */
export const readProfiles = Effect.gen(function* () {
  const file = yield* profilesPath
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.catchReason(
    files.readFileString(file),
    "PlatformError",
    "NotFound",
    () => Effect.undefined
  ).pipe(
    Effect.mapError((error) => new CommandError({ exit: "failed", message: `Cannot read ${file}: ${error.message}` }))
  )
  if (text === undefined) return { profiles: {} } satisfies Profiles
  return yield* Effect.mapError(decode(text), (error) =>
    usage(`${file} does not contain valid profiles: ${error.message}. Correct the file, or remove it`)
  )
})

/** The profile of this run, with its name. Undefined if the user chose none. */
export const chosenProfile = Effect.gen(function* () {
  const flag = yield* ProfileFlag
  const variable = yield* Effect.orDie(Config.option(Config.String("KALSHI_PROFILE")))
  const { default: fallback, profiles } = yield* readProfiles
  const name = Option.getOrUndefined(Option.orElse(flag, () => variable)) ?? fallback
  if (name === undefined) return undefined
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile !== undefined) return { name, profile }
  const names = Object.keys(profiles)
  return yield* usage(
    `There is no profile ${JSON.stringify(name)}. ${names.length === 0 ? "Create it with `kalshi profile add`" : `Choose one of: ${names.join(", ")}`}`
  )
})
