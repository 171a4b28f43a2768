/**
 * Resolves the target of a run: the local exchange that the run creates, or a live exchange.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import type { KeyError } from "@kalshi-effect/signing/KeyError"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as SigningConfig from "@kalshi-effect/signing/SigningConfig"
import type * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"

export class Unusable extends Data.TaggedError("Unusable")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}

export interface Remote {
  readonly environment: Environment.Environment
  /** The value of `--target`, for reports and replays. */
  readonly name: string
  readonly signer: Signer.Signer["Service"]
}

/** Returns the exchange of a target. Undefined for the local exchange. */
export const environmentOf = (target: string): Effect.Effect<Environment.Environment | undefined, Unusable> => {
  if (target === "sandbox") return Effect.undefined
  const parsed = Environment.parse(target)
  return Result.isSuccess(parsed)
    ? Effect.succeed(parsed.success)
    : Effect.fail(new Unusable({ reason: `--target: ${parsed.failure.reason}` }))
}

const sentenceOf = (error: Config.ConfigError | KeyError): string => error.message.replace(/\s+/g, " ")

/**
 * Reads the key for an exchange. `keyOf` is the value of `KALSHI_ENV`, which states the exchange to which the key
 * belongs. If it is set, it must name the exchange of `--target`.
 */
export const remote = (
  environment: Environment.Environment,
  keyOf: string | undefined
): Effect.Effect<Remote, Unusable, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const owner = keyOf === undefined || keyOf === "" ? undefined : Result.getOrUndefined(Environment.parse(keyOf))
    if (keyOf !== undefined && keyOf !== "" && owner?.name !== environment.name) {
      const reason = `KALSHI_ENV states that the key belongs to ${keyOf}, but --target is ${environment.name}. A key is never sent to another exchange. Correct KALSHI_ENV or --target`
      return yield* new Unusable({ reason })
    }
    const key = yield* Effect.mapError(
      SigningConfig.apiKey,
      (error) =>
        new Unusable({
          reason: `${environment.name} needs a key: ${sentenceOf(error)} (KALSHI_API_KEY_ID, and KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH)`
        })
    )
    return { environment, name: environment.name, signer: Signer.fromApiKey(key) }
  })
