/**
 * Reads API keys from configuration. This is a separate module, because `Config` adds 16 kB to a bundle.
 *
 * | variable | value |
 * | --- | --- |
 * | `KALSHI_API_KEY_ID` | the id that Kalshi shows next to the key |
 * | `KALSHI_PRIVATE_KEY` | the PEM of the private key; line ends can be written as `\n` |
 * | `KALSHI_PRIVATE_KEY_PATH` | instead of `KALSHI_PRIVATE_KEY`: the path of a file with the PEM |
 *
 * @module
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as ApiKey from "./ApiKey.ts"
import type { KeyError } from "./KeyError.ts"

/** The configured API key, before the private key is read. */
export interface Credentials {
  readonly keyId: string
  readonly privateKey:
    | { readonly _tag: "Pem"; readonly pem: Redacted.Redacted<string> }
    | { readonly _tag: "File"; readonly path: string }
}

const unsetId = "KALSHI_API_KEY_ID is not set. Set it to the id that Kalshi shows next to the key: a UUID"
const unsetKey =
  "Neither KALSHI_PRIVATE_KEY nor KALSHI_PRIVATE_KEY_PATH is set. Set one of them: " +
  "to the PEM text of the private key or to the path of its file"
const twoKeys = "KALSHI_PRIVATE_KEY and KALSHI_PRIVATE_KEY_PATH are both set. Keep one of them"

/**
 * Reads the variables. The id must be set, and exactly one of the key and the path. An empty variable counts as not
 * set. The error lists every problem.
 */
export const credentials: Config.Config<Credentials> = /*#__PURE__*/ Config.flatMap(
  /*#__PURE__*/ Config.unwrap({
    keyId: /*#__PURE__*/ Config.option(/*#__PURE__*/ Config.String("KALSHI_API_KEY_ID")),
    pem: /*#__PURE__*/ Config.option(/*#__PURE__*/ Config.Redacted("KALSHI_PRIVATE_KEY")),
    path: /*#__PURE__*/ Config.option(/*#__PURE__*/ Config.String("KALSHI_PRIVATE_KEY_PATH"))
  }),
  ({ keyId, path, pem }) => {
    const problems = [
      ...(Option.isNone(keyId) ? [unsetId] : []),
      ...(Option.isSome(pem) ? (Option.isSome(path) ? [twoKeys] : []) : Option.isNone(path) ? [unsetKey] : [])
    ]
    const privateKey: Option.Option<Credentials["privateKey"]> = Option.orElse(
      Option.map(pem, (pem) => ({ _tag: "Pem", pem }) as const),
      () => Option.map(path, (path) => ({ _tag: "File", path }) as const)
    )
    return problems.length === 0 && Option.isSome(keyId) && Option.isSome(privateKey)
      ? Config.succeed({ keyId: keyId.value, privateKey: privateKey.value })
      : Config.fail(new ConfigProvider.SourceError({ message: problems.join(". ") }))
  }
)

/** Reads the configured API key from its PEM or its file. */
export const apiKey: Effect.Effect<ApiKey.ApiKey, Config.ConfigError | KeyError, FileSystem.FileSystem> =
  /*#__PURE__*/ Effect.flatMap(
    credentials,
    ({ keyId, privateKey }): Effect.Effect<ApiKey.ApiKey, KeyError, FileSystem.FileSystem> =>
      privateKey._tag === "Pem"
        ? ApiKey.fromPem({ keyId, privateKey: privateKey.pem })
        : ApiKey.fromFile({ keyId, path: privateKey.path })
  )

/** Reads the configured API key without a file system. Fails if `KALSHI_PRIVATE_KEY_PATH` is set. */
export const apiKeyFromPem: Effect.Effect<ApiKey.ApiKey, Config.ConfigError | KeyError> = /*#__PURE__*/ Effect.flatMap(
  credentials,
  ({ keyId, privateKey }): Effect.Effect<ApiKey.ApiKey, Config.ConfigError | KeyError> =>
    privateKey._tag === "Pem"
      ? ApiKey.fromPem({ keyId, privateKey: privateKey.pem })
      : Effect.fail(
          new Config.ConfigError(
            new ConfigProvider.SourceError({
              message: "KALSHI_PRIVATE_KEY_PATH is set, but no file system is available. Set KALSHI_PRIVATE_KEY instead"
            })
          )
        )
)
