/**
 * The folders of the user in which the command keeps files.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import { usage } from "./failures.ts"
import { variable } from "./variables.ts"

/** Settings, data that must survive, and data that can be fetched again. */
export type Purpose = "config" | "state" | "cache"

const variables = {
  config: { own: "KALSHI_CONFIG_DIR", shared: "XDG_CONFIG_HOME", below: [".config"] },
  state: { own: "KALSHI_STATE_DIR", shared: "XDG_STATE_HOME", below: [".local", "state"] },
  cache: { own: "KALSHI_CACHE_DIR", shared: "XDG_CACHE_HOME", below: [".cache"] }
} as const

/**
 * `KALSHI_CONFIG_DIR`, `KALSHI_STATE_DIR` and `KALSHI_CACHE_DIR` name the folders. Default: `kalshi` in the folder of
 * the XDG base directory specification, or in `APPDATA`.
 */
export const folder = Effect.fnUntraced(function* (purpose: Purpose) {
  const path = yield* Path.Path
  const { below, own, shared } = variables[purpose]
  const named = yield* variable(own)
  if (named !== undefined) return path.resolve(named)
  const base = (yield* variable(shared)) ?? (yield* variable("APPDATA"))
  if (base !== undefined) return path.join(base, "kalshi")
  const home = (yield* variable("HOME")) ?? (yield* variable("USERPROFILE"))
  if (home !== undefined) return path.join(home, ...below, "kalshi")
  return yield* usage(`The home folder is not known, because HOME is not set. Set ${own} to the path of a folder`)
})
