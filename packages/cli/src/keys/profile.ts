/**
 * `kalshi profile`: named connections. A profile contains the path of a private key, never the key.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { connectionVariables } from "../app/connection.ts"
import { CommandError, usage } from "../app/failures.ts"
import { formatMode } from "../app/privateFiles.ts"
import {
  chosenProfile,
  findProfile,
  keyPathOf,
  type Profile,
  type Profiles,
  readProfiles,
  updateProfiles
} from "../app/profiles.ts"
import { Env, Subaccount } from "../app/settings.ts"
import * as Output from "../output/Output.ts"
import { inspectKeyFile } from "./inspect.ts"

interface Row {
  readonly name: string
  readonly environment: string
  readonly key_id?: string
  readonly private_key_path?: string
  readonly subaccount?: number
  readonly default: boolean
}

const rowOf = (name: string, profile: Profile, all: Profiles): Row => ({
  name,
  environment: profile.environment,
  ...(profile.keyId === undefined ? {} : { key_id: profile.keyId }),
  ...(profile.privateKeyPath === undefined ? {} : { private_key_path: profile.privateKeyPath }),
  ...(profile.subaccount === undefined ? {} : { subaccount: profile.subaccount }),
  default: all.default === name
})

const nameArgument = Argument.String("name").pipe(Argument.withDescription("The name of the profile"))

const columns: ReadonlyArray<Output.Column<Row>> = [
  { name: "name", value: ({ name }) => name },
  { name: "environment", value: ({ environment }) => environment },
  { name: "key_id", value: ({ key_id }) => key_id, dropOrder: 1 },
  { name: "private_key_path", value: ({ private_key_path }) => private_key_path, shrinks: true, dropOrder: 2 },
  { name: "subaccount", value: ({ subaccount }) => subaccount?.toString(), align: "right", dropOrder: 3 },
  { name: "default", value: (row) => (row.default ? "yes" : undefined) }
]

const list = Command.make("list", {}, () =>
  Effect.gen(function* () {
    const all = yield* readProfiles
    const rows = Object.entries(all.profiles).map(([name, profile]) => rowOf(name, profile, all))
    yield* Output.list(columns, rows, { empty: "There is no profile. Create one with `kalshi profile add`" })
  })
).pipe(
  Command.withDescription("Lists the profiles"),
  Command.withExamples([{ command: "kalshi profile list", description: "All profiles" }])
)

const show = Command.make("show", { name: nameArgument.pipe(Argument.optional) }, ({ name }) =>
  Effect.gen(function* () {
    const all = yield* readProfiles
    const found = Option.isSome(name)
      ? { name: name.value, profile: yield* findProfile(all, name.value) }
      : yield* chosenProfile
    if (found === undefined) {
      return yield* usage("No profile is in use. Name one, or choose one with `kalshi profile use NAME`")
    }
    const row = rowOf(found.name, found.profile, all)
    const path = yield* keyPathOf(found.profile)
    const key = path === undefined ? undefined : yield* inspectKeyFile(path, found.profile.keyId)
    const json = { ...row, fingerprint: key?.facts?.fingerprint, key_problem: key?.problem }
    yield* Output.value(json, (screen) =>
      Output.formatFields(screen, [
        ["name", `${row.name}${row.default ? " (default)" : ""}`],
        ["environment", row.environment],
        ["key_id", row.key_id],
        ["private_key_path", path],
        ["key", path === undefined ? "none: public data only" : (key?.problem ?? "usable")],
        ["fingerprint", key?.facts?.fingerprint],
        ["mode", key?.mode === undefined ? undefined : formatMode(key.mode)],
        ["subaccount", row.subaccount?.toString()]
      ])
    )
  })
).pipe(
  Command.withDescription("Shows a profile and whether its key is usable (default: the profile in use)"),
  Command.withExamples([{ command: "kalshi profile show paper", description: "One profile" }])
)

const keyFlags = {
  keyId: Flag.String("key-id").pipe(
    Flag.withDescription("The id that the exchange shows next to the key"),
    Flag.optional
  ),
  keyFile: Flag.Path("key-file", { pathType: "file" }).pipe(
    Flag.withDescription("The file of the private key. The profile keeps its path, not the key"),
    Flag.optional
  ),
  replace: Flag.Boolean("replace").pipe(Flag.withDescription("Replace a profile of this name"), Flag.withDefault(false))
}

const checkedKey = (keyId: Option.Option<string>, keyFile: Option.Option<string>) =>
  Effect.gen(function* () {
    if (Option.isNone(keyId) && Option.isNone(keyFile)) return {}
    if (Option.isNone(keyId) || Option.isNone(keyFile)) {
      return yield* usage("A key needs both --key-id and --key-file. Pass both, or none for public data only")
    }
    const path = (yield* Path.Path).resolve(keyFile.value)
    const { problem } = yield* inspectKeyFile(path, keyId.value)
    if (problem !== undefined) return yield* new CommandError({ exit: "key", message: problem })
    return { keyId: keyId.value, privateKeyPath: path }
  })

const checkedName = (name: string) =>
  /^[a-z0-9][\w.-]{0,63}$/i.test(name)
    ? Effect.succeed(name)
    : usage(
        "The name of a profile has 1 to 64 letters, digits, dots, hyphens and underscores, and starts with a letter or a digit. Choose another name"
      )

const connects = ({ environment, keyId }: Profile): string =>
  `${environment} ${keyId === undefined ? "without a key: public data only" : `with the key ${keyId}`}`

const add = Command.make("add", { name: nameArgument, ...keyFlags }, ({ keyFile, keyId, replace, ...input }) =>
  Effect.gen(function* () {
    yield* Output.refuseCsv
    const name = yield* checkedName(input.name)
    const environment = yield* Env
    if (Option.isNone(environment)) {
      return yield* usage("Name the exchange of the profile: --env production, --env demo, --env sandbox or an address")
    }
    yield* Effect.mapError(Effect.fromResult(Environment.parse(environment.value)), ({ reason }) =>
      usage(`--env: ${reason}`)
    )
    const key = yield* checkedKey(keyId, keyFile)
    const subaccount = yield* Subaccount
    const profile: Profile = {
      environment: environment.value,
      ...key,
      ...(Option.isSome(subaccount) ? { subaccount: subaccount.value } : {})
    }
    yield* updateProfiles((all) =>
      Object.hasOwn(all.profiles, name) && !replace
        ? usage(`The profile ${name} exists. Pass --replace to replace it, or choose another name`)
        : Effect.succeed({ ...all, profiles: { ...all.profiles, [name]: profile } })
    )
    yield* Output.value(
      rowOf(name, profile, yield* readProfiles),
      () => `The profile ${name} connects to ${connects(profile)}`
    )
    yield* Output.note(`Pass --profile ${name} to use it, or run \`kalshi profile use ${name}\` to use it by default`)
  })
).pipe(
  Command.withShortDescription("Adds a profile"),
  Command.withDescription(
    "Adds a profile: an exchange, and the key and the subaccount to use there. The key file is checked first. A change on production needs --env production each time, also with a profile"
  ),
  Command.withExamples([
    {
      command: "kalshi profile add paper --env demo --key-id 4d863ab5-9e57-4dd5-8223-6ddfd4db6f69 --key-file key.pem",
      description: "The demo exchange with a key"
    },
    { command: "kalshi profile add local --env sandbox", description: "A local exchange, for public data" }
  ])
)

const use = Command.make("use", { name: nameArgument }, ({ name }) =>
  Effect.gen(function* () {
    yield* Output.refuseCsv
    yield* updateProfiles((all) => Effect.as(findProfile(all, name), { ...all, default: name }))
    const all = yield* readProfiles
    const profile = yield* findProfile(all, name)
    yield* Output.value(
      rowOf(name, profile, all),
      () => `Without --profile, commands now use ${name} (${connects(profile)})`
    )
    const variables = yield* connectionVariables
    if (variables.length > 0) {
      yield* Output.note(
        `These variables take precedence over the profile: ${variables.join(", ")}. To use the profile, unset them, or pass --profile ${name}`
      )
    }
  })
).pipe(
  Command.withDescription("Chooses the profile that commands use without --profile"),
  Command.withExamples([{ command: "kalshi profile use paper", description: "Use this profile by default" }])
)

const remove = Command.make("remove", { name: nameArgument }, ({ name }) =>
  Effect.gen(function* () {
    yield* Output.refuseCsv
    const row = rowOf(name, yield* findProfile(yield* readProfiles, name), yield* readProfiles)
    yield* updateProfiles((all) =>
      Effect.map(findProfile(all, name), () => {
        const { [name]: _, ...profiles } = all.profiles
        return { ...(all.default === undefined || all.default === name ? {} : { default: all.default }), profiles }
      })
    )
    yield* Output.value({ removed: row }, () => `The profile ${name} is removed`)
    if (row.private_key_path !== undefined) yield* Output.note(`The key file ${row.private_key_path} was not deleted`)
    if (row.default) yield* Output.note("It was the default profile. Choose another one with `kalshi profile use NAME`")
  })
).pipe(
  Command.withDescription("Removes a profile. Its key file is not deleted"),
  Command.withExamples([{ command: "kalshi profile remove paper", description: "Remove a profile" }])
)

export const profile = Command.make("profile").pipe(
  Command.withSubcommands([list, show, add, use, remove]),
  Command.withShortDescription("Manages named connections: an exchange and a key"),
  Command.withDescription(
    "Manages named connections: an exchange, and the key and the subaccount to use there. A profile contains the path of a key file, never the key"
  ),
  Command.withExamples([{ command: "kalshi profile list", description: "All profiles" }])
)
