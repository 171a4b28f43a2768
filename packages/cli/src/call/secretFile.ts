/**
 * Keeps the private key of a response out of the output: it goes to a file that only its owner can read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { CommandError } from "../app/failures.ts"
import { createPrivateFile, writeSecret } from "../app/privateFiles.ts"

const isRedactedText = (value: unknown): value is Redacted.Redacted<string> => Redacted.isRedacted(value)

/**
 * Calls an operation, and writes the private key of the response to a new file. The file is created before the request
 * is sent, so that a key is not lost because its file cannot be created. In the result, the path of the file replaces
 * the key.
 */
export const withSecretFile = <E, R>(path: string, call: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    yield* createPrivateFile(path)
    const response = yield* Effect.onError(call, () => Effect.ignore(files.remove(path)))
    if (!Predicate.isObject(response)) return response
    const shown: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(response)) {
      if (isRedactedText(value)) {
        yield* Effect.mapError(
          writeSecret(path, value),
          (error) =>
            new CommandError({
              exit: "failed",
              message: `The exchange created the key, but ${JSON.stringify(path)} cannot be written: ${error.reason._tag}. The private key is lost: delete the key with \`kalshi call ApiKeys.delete\`, and create another one`,
              details: Object.fromEntries(Object.entries(response).filter(([, field]) => typeof field === "string"))
            })
        )
        shown[`${name}_path`] = path
      } else {
        shown[name] = value
      }
    }
    return shown
  })
