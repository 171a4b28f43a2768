/**
 * The folders of the user in which the command keeps files.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { usage } from "./failures.ts"

/** Settings, data that must survive, and data that can be fetched again. */
export type Purpose = "config" | "state" | "cache"

const variables = {
  config: { own: "KALSHI_CONFIG_DIR", shared: "XDG_CONFIG_HOME", below: [".config"] },
  state: { own: "KALSHI_STATE_DIR", shared: "XDG_STATE_HOME", below: [".local", "state"] },
  cache: { own: "KALSHI_CACHE_DIR", shared: "XDG_CACHE_HOME", below: [".cache"] }
} as const

const read = (name: string) =>
  Effect.map(Effect.orDie(Config.option(Config.String(name))), (text) =>
    Option.getOrUndefined(Option.filter(text, (value) => value !== ""))
  )

/**
 * `KALSHI_CONFIG_DIR`, `KALSHI_STATE_DIR` and `KALSHI_CACHE_DIR` name the folders. Default: `kalshi` in the folder of
 * the XDG base directory specification, or in `APPDATA`.
 */
export const folder = Effect.fnUntraced(function* (purpose: Purpose) {
  const path = yield* Path.Path
  const { below, own, shared } = variables[purpose]
  const named = yield* read(own)
  if (named !== undefined) return path.resolve(named)
  const base = (yield* read(shared)) ?? (yield* read("APPDATA"))
  if (base !== undefined) return path.join(base, "kalshi")
  const home = (yield* read("HOME")) ?? (yield* read("USERPROFILE"))
  if (home !== undefined) return path.join(home, ...below, "kalshi")
  return yield* usage(`The home folder is not known, because HOME is not set. Set ${own} to the path of a folder`)
})
