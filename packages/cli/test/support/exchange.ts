/**
 * A local exchange for tests of the command, with an account whose key is in a file.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { frozenClock, kalshi, kalshiProcess, type Options } from "./cli.ts"

export interface Exchange {
  readonly sandbox: Sandbox.Sandbox["Service"]
  readonly account: Sandbox.Credentials
  /**
   * The variables that connect the command to the exchange as this account. The config, state and cache folders do not
   * exist yet.
   */
  readonly env: Readonly<Record<string, string>>
  /** A temporary folder, which is removed when the scope closes. */
  readonly folder: string
  readonly run: (args: ReadonlyArray<string>, options?: Options) => ReturnType<typeof kalshi>
  readonly runProcess: (args: ReadonlyArray<string>, options?: Options) => ReturnType<typeof kalshiProcess>
}

export class LocalExchange extends Context.Service<LocalExchange, Exchange>()("test/LocalExchange") {}

export const writeKey = (folder: string, name: string, { privateKey }: Sandbox.Credentials): string => {
  const path = join(folder, name)
  writeFileSync(path, Redacted.value(privateKey), { mode: 0o600 })
  return path
}

export const environmentOf = (
  url: string,
  folder: string,
  account: Sandbox.Credentials,
  keyFile: string
): Readonly<Record<string, string>> => ({
  KALSHI_ENV: url,
  KALSHI_API_KEY_ID: account.keyId,
  KALSHI_PRIVATE_KEY_PATH: writeKey(folder, keyFile, account),
  KALSHI_CONFIG_DIR: join(folder, "config"),
  KALSHI_STATE_DIR: join(folder, "state"),
  KALSHI_CACHE_DIR: join(folder, "cache")
})

export interface ExchangeOptions extends Sandbox.Options {
  /** The frozen time of the exchange and of the runs of the command. */
  readonly nowMillis?: number
  /** The time at which the exchange is created. Its clock then moves to `nowMillis`. */
  readonly createdMillis?: number
}

/** Provides a local exchange with one account, `trader`. */
export const layer = ({
  nowMillis,
  createdMillis = nowMillis,
  ...options
}: ExchangeOptions = {}): Layer.Layer<LocalExchange> => {
  // The exchange checks the times of signatures by this clock.
  const clock = { millis: createdMillis ?? 0 }
  const clockLayer =
    createdMillis === undefined
      ? Layer.empty
      : Layer.effect(
          Clock.Clock,
          frozenClock(() => clock.millis)
        )
  const sandboxLayer = Sandbox.layer({ clock: nowMillis === undefined ? "real" : "frozen", ...options })
  return Layer.effect(
    LocalExchange,
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      if (nowMillis !== undefined && createdMillis !== undefined && nowMillis !== createdMillis) {
        yield* sandbox.moveClock(nowMillis - createdMillis)
        clock.millis = nowMillis
      }
      const account = yield* sandbox.createAccount({ name: "trader" })
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "kalshi-cli-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
      )
      const env = environmentOf(sandbox.url, folder, account, "key.pem")
      const at = nowMillis === undefined ? {} : { nowMillis }
      const inEnv = (options: Options = {}) => ({ ...at, ...options, env: { ...env, ...options.env } })
      return {
        sandbox,
        account,
        env,
        folder,
        run: (args, options) => kalshi(args, inEnv(options)),
        runProcess: (args, options) => kalshiProcess(args, inEnv(options))
      }
    })
  ).pipe(Layer.provide(sandboxLayer), Layer.provide(clockLayer), Layer.orDie)
}
