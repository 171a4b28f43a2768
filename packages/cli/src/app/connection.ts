/**
 * The exchange and the key of a run: from `--env` and `--profile`, then the environment variables, then the default
 * profile.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import type { KeyError } from "@kalshi-effect/signing/KeyError"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as SigningConfig from "@kalshi-effect/signing/SigningConfig"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { CommandError, usage } from "./failures.ts"
import { requirePrivateKeyFile } from "./privateFiles.ts"
import { chosenProfile, keyPathOf } from "./profiles.ts"
import { Env, Profile as ProfileFlag, Subaccount } from "./settings.ts"
import { variable } from "./variables.ts"

const parse = (text: string, source: string) =>
  Effect.mapError(Effect.fromResult(Environment.parse(text)), ({ reason }) => usage(`${source}: ${reason}`))

/**
 * The names of the set variables that choose an exchange or a key. They take precedence over `KALSHI_PROFILE` and the
 * default profile, but not over `--profile`.
 */
export const connectionVariables = Effect.map(
  Effect.forEach(["KALSHI_ENV", "KALSHI_API_KEY_ID", "KALSHI_PRIVATE_KEY", "KALSHI_PRIVATE_KEY_PATH"], (name) =>
    Effect.map(variable(name), (value) => (value === undefined ? [] : [name]))
  ),
  (names) => names.flat()
)

/** With `--profile`, these variables are ignored, so that the key of one exchange is not used at another. */
const hasProfileFlag = Effect.map(ProfileFlag, Option.isSome)

/**
 * The exchange of the run. Fails if no flag, variable or profile names one: a built-in default could cause trades by
 * accident.
 */
export const environment = Effect.gen(function* () {
  const flag = yield* Env
  if (Option.isSome(flag)) return yield* parse(flag.value, "--env")
  const fromVariable = (yield* hasProfileFlag) ? undefined : yield* variable("KALSHI_ENV")
  if (fromVariable !== undefined) return yield* parse(fromVariable, "KALSHI_ENV")
  const chosen = yield* chosenProfile
  if (chosen !== undefined) return yield* parse(chosen.profile.environment, `The profile ${chosen.name}`)
  return yield* usage(
    "No exchange is chosen. Pass --env production, --env demo or --env sandbox, set KALSHI_ENV, or create a profile with `kalshi profile add`"
  )
})

const keyOfProfile = Effect.gen(function* () {
  const chosen = yield* chosenProfile
  if (chosen === undefined) return undefined
  const { keyId } = chosen.profile
  const path = yield* keyPathOf(chosen.profile)
  if (keyId === undefined || path === undefined) return undefined
  // A request to another exchange would reveal the id of the key.
  const ofProfile = yield* parse(chosen.profile.environment, `The profile ${chosen.name}`)
  if (ofProfile.restUrl !== (yield* environment).restUrl) {
    return yield* usage(
      `The key of the profile ${chosen.name} is for ${chosen.profile.environment}, but this command connects to another exchange. Pass --profile with a profile of that exchange, or set KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY_PATH`
    )
  }
  yield* requirePrivateKeyFile(path)
  return yield* Effect.mapError(
    ApiKey.fromFile({ keyId, path }),
    keyFailure(`The key of the profile ${chosen.name}`, path)
  )
})

const keyFailure =
  (source: string, path?: string) =>
  (error: KeyError): CommandError => {
    // If the error has one of these two reasons, the path may be the text of a key, so it is not printed.
    const isRead = error.reason._tag !== "FileUnreadable" && error.reason._tag !== "PathHoldsKey"
    const where = path === undefined || !isRead ? source : `${source}, file ${JSON.stringify(path)}`
    return new CommandError({
      exit: "key",
      message: `${where}: ${error.message}`,
      details: { type: error._tag },
      cause: error
    })
  }

const keyOfVariables = Effect.gen(function* () {
  const { keyId, privateKey } = yield* Effect.mapError(
    SigningConfig.credentials,
    ({ cause }) => new CommandError({ exit: "key", message: cause.message, details: { type: "ConfigError" } })
  )
  const [name, read, path] =
    privateKey._tag === "Pem"
      ? (["KALSHI_PRIVATE_KEY", ApiKey.fromPem({ keyId, privateKey: privateKey.pem }), undefined] as const)
      : (["KALSHI_PRIVATE_KEY_PATH", ApiKey.fromFile({ keyId, path: privateKey.path }), privateKey.path] as const)
  return yield* Effect.mapError(read, (error) => {
    const isId = error.reason._tag === "EmptyKeyId" || error.reason._tag === "InvalidKeyId"
    return isId ? keyFailure("KALSHI_API_KEY_ID")(error) : keyFailure(name, path)(error)
  })
})

const usesKeyOfProfile = Effect.gen(function* () {
  if (yield* hasProfileFlag) return true
  const variables = yield* connectionVariables
  return variables.every((name) => name === "KALSHI_ENV")
})

/**
 * The key of the run. Undefined if it would come from a profile, but no profile is chosen, or the profile has no key.
 */
export const apiKey = Effect.gen(function* () {
  return (yield* usesKeyOfProfile) ? yield* keyOfProfile : yield* keyOfVariables
})

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

export const subaccount = Effect.gen(function* () {
  const flag = yield* Subaccount
  if (Option.isSome(flag)) return flag.value
  // The subaccount of a profile belongs to the account of the profile's key.
  return (yield* usesKeyOfProfile) ? (yield* chosenProfile)?.profile.subaccount : undefined
})

export const connection = Effect.gen(function* () {
  return { environment: yield* environment, signer: yield* signer }
})

/** The client for public data. Reads no key. */
export const publicLayer = Layer.unwrap(Effect.map(environment, (environment) => Kalshi.layerPublic({ environment })))

export const readLayer = Layer.unwrap(Effect.map(connection, Kalshi.layerReadOnly))

export const feedLayer = Layer.unwrap(Effect.map(connection, Feed.layer))
