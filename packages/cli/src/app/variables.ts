/**
 * Environment variables.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Reads an environment variable. An empty variable counts as not set. */
export const variable = (name: string): Effect.Effect<string | undefined> =>
  Effect.map(Effect.orDie(Config.option(Config.String(name))), (value) =>
    Option.getOrUndefined(Option.filter(value, (text) => text !== ""))
  )
