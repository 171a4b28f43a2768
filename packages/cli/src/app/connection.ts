/**
 * The exchange and the key of a run: from the flags, then the environment variables, then the profile.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as SigningConfig from "@kalshi-effect/signing/SigningConfig"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { CommandError, usage } from "./failures.ts"
import { chosenProfile, profilesPath } from "./profiles.ts"
import { Env, Subaccount } from "./settings.ts"

const parse = (text: string, source: string) =>
  Effect.mapError(Effect.fromResult(Environment.parse(text)), ({ reason }) => usage(`${source}: ${reason}`))

/** The exchange of this run. There is no default, so that no command trades by accident. */
export const environment = Effect.gen(function* () {
  const flag = yield* Env
  if (Option.isSome(flag)) return yield* parse(flag.value, "--env")
  const variable = yield* Effect.orDie(Config.option(Config.String("KALSHI_ENV")))
  if (Option.isSome(variable) && variable.value !== "") return yield* parse(variable.value, "KALSHI_ENV")
  const chosen = yield* chosenProfile
  if (chosen !== undefined) return yield* parse(chosen.profile.environment, `The profile ${chosen.name}`)
  return yield* usage(
    "No exchange is chosen. Pass --env production, --env demo or --env sandbox, set KALSHI_ENV, or create a profile with `kalshi profile add`"
  )
})

/** Whether the environment variables name a key. */
const hasKeyVariables = Effect.map(
  Effect.orDie(
    Config.all([
      Config.option(Config.String("KALSHI_API_KEY_ID")),
      Config.option(Config.String("KALSHI_PRIVATE_KEY")),
      Config.option(Config.String("KALSHI_PRIVATE_KEY_PATH"))
    ])
  ),
  (variables) => variables.some((variable) => Option.isSome(variable) && variable.value !== "")
)

const keyOfProfile = Effect.gen(function* () {
  const chosen = yield* chosenProfile
  if (chosen === undefined) return undefined
  const { keyId, privateKeyPath } = chosen.profile
  if (keyId === undefined || privateKeyPath === undefined) return undefined
  const path = yield* Path.Path
  return yield* ApiKey.fromFile({ keyId, path: path.resolve(path.dirname(yield* profilesPath), privateKeyPath) })
})

/** The key of this run. Undefined if neither the environment variables nor the profile name one. */
export const apiKey = Effect.gen(function* () {
  const key = (yield* hasKeyVariables) ? yield* SigningConfig.apiKey : yield* keyOfProfile
  return key
})

/** The signer of this run. */
export const signer = Effect.flatMap(apiKey, (key) =>
  key === undefined
    ? Effect.fail(
        new CommandError({
          exit: "key",
          message:
            "This command needs an API key. Set KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY_PATH, or create a profile with `kalshi profile add`"
        })
      )
    : Effect.succeed(Signer.fromApiKey(key))
)

/** The subaccount of this run. Undefined if the user chose none. */
export const subaccount = Effect.gen(function* () {
  const flag = yield* Subaccount
  if (Option.isSome(flag)) return flag.value
  return (yield* chosenProfile)?.profile.subaccount
})

/** The exchange and the signer of this run. */
export const connection = Effect.gen(function* () {
  return { environment: yield* environment, signer: yield* signer }
})

/** Provides the public operations. No key is needed, and none is read. */
export const publicLayer = Layer.unwrap(Effect.map(environment, (environment) => Kalshi.layerPublic({ environment })))

/** Provides the public operations and the reads of the account. */
export const readLayer = Layer.unwrap(Effect.map(connection, Kalshi.layerReadOnly))

/** Provides the feed. */
export const feedLayer = Layer.unwrap(Effect.map(connection, Feed.layer))
