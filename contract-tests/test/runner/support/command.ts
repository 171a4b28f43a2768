/** Runs the command `kalshi-contract` in a new process or in this process. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Stdio from "effect/Stdio"
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { format } from "node:util"
import { command } from "../../../src/runner/Command.ts"

export interface Ended {
  /** Undefined if a signal ended the process. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

const bin = fileURLToPath(new URL("../../../src/bin/kalshi-contract.ts", import.meta.url))

/** Starts the command in a process that inherits the environment, except `NODE_OPTIONS` and the `KALSHI_` variables. */
export const start = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
  script = bin
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("KALSHI_") && name !== "NODE_OPTIONS"
  )
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const output = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text))
  const ended = once(child, "close").then(([code]: Array<unknown>) => ({
    code: typeof code === "number" ? code : undefined,
    ...output
  }))
  return { child, ended }
}

/** Runs the command in this process. This is faster than a new process, because the modules are already loaded. */
export const run = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  http: Layer.Layer<HttpClient.HttpClient> = NodeHttpClient.layerUndici
): Promise<Ended> => {
  const output = { stdout: "", stderr: "" }
  const out = (...texts: ReadonlyArray<unknown>) => void (output.stdout += `${format(...texts)}\n`)
  const error = (...texts: ReadonlyArray<unknown>) => void (output.stderr += `${format(...texts)}\n`)
  const captured = { ...globalThis.console, log: out, info: out, error, warn: error }
  const services = Layer.mergeAll(
    http,
    NodeServices.layer,
    Stdio.layerTest({ args: Effect.succeed(args) }),
    ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
  )
  return new Promise((resolve) => {
    const main = Runtime.makeRunMain(({ fiber, teardown }) =>
      fiber.addObserver((exit) => teardown(exit, (code) => resolve({ code, ...output })))
    )
    main(command.pipe(Effect.provide(services), Effect.provideService(Console.Console, captured)))
  })
}
