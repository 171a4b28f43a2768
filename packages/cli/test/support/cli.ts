/**
 * Runs the command `kalshi` in tests: in this process, or in a separate process.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as NodeWS from "@effect/platform-node/NodeWS"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as ExitValue from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { systemError } from "effect/PlatformError"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import { codeOf, run } from "../../src/Cli.ts"
import { type Exit, exits } from "../../src/app/exits.ts"
import { StopRequested } from "../../src/app/interruption.ts"
import * as Output from "../../src/output/Output.ts"

export interface Result {
  readonly exit: Exit | undefined
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A separate process uses only `env`, `stdin` and `head`. */
export interface Options {
  /** The environment variables. A separate process also gets `PATH` and `NODE_COMPILE_CACHE`. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** The number of lines after which the reader closes the standard output. */
  readonly head?: number
  /** The reader closes the standard output once this function returns true for the printed text. */
  readonly until?: (stdout: string) => boolean
  /** The number of lines after which the user presses Ctrl-C. */
  readonly interruptAfter?: number
  /** Undefined: the output is not a terminal. */
  readonly columns?: number
  readonly color?: boolean
  /** The keys that the user presses. With keys, the run has a terminal that can ask. */
  readonly keys?: ReadonlyArray<Terminal.UserInput>
  /** Every request is redirected to this address, so that a test can use the name of a real environment. */
  readonly redirectTo?: string
  /** The frozen time of the run. Waits still take their real time. */
  readonly nowMillis?: number
  /** Called with all text on the standard error, after each addition. */
  readonly onStderr?: (stderr: string) => void
  /** When this effect completes, the user stops the command. */
  readonly stop?: Effect.Effect<void>
}

export const key = (name: string): Terminal.UserInput => ({
  input: name.length === 1 ? Option.some(name) : Option.none(),
  key: { name, ctrl: false, meta: false, shift: false }
})

const closed = systemError({
  module: "Stdio",
  method: "stdout",
  _tag: "Unknown",
  cause: Object.assign(new Error("write EPIPE"), { code: "EPIPE" })
})

/** The time is frozen, but waits take their real time. */
export const frozenClock = (now: () => number) =>
  Effect.map(Clock.Clock, (real): Clock.Clock => ({
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    monotonicTimeNanos: real.monotonicTimeNanos,
    currentTimeNanosUnsafe: () => BigInt(now()) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(now()) * 1_000_000n),
    sleep: (duration) => real.sleep(duration)
  }))

const redirecting = (address: string) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(
      HttpClient.HttpClient,
      HttpClient.mapRequest((request) => {
        const { pathname } = new URL(request.url)
        return HttpClientRequest.setUrl(request, `${address}${pathname}`)
      })
    )
  ).pipe(Layer.provide(NodeHttpClient.layerUndici))

export const kalshi = (args: ReadonlyArray<string>, options: Options = {}): Effect.Effect<Result> =>
  Effect.gen(function* () {
    const printed = { stdout: "", stderr: "" }
    const interrupted = yield* Deferred.make<void>()
    const print = (stream: keyof typeof printed, text: string): void => {
      printed[stream] += text
      if (stream === "stderr") options.onStderr?.(printed.stderr)
      const count = `${printed.stdout}${printed.stderr}`.split("\n").length - 1
      if (options.interruptAfter !== undefined && count >= options.interruptAfter) {
        Deferred.doneUnsafe(interrupted, ExitValue.void)
      }
    }
    const decoder = new TextDecoder()
    const sink = (stream: keyof typeof printed) => () =>
      Sink.forEach((part: string | Uint8Array) =>
        Effect.suspend(() => {
          print(stream, typeof part === "string" ? part : decoder.decode(part))
          if (stream === "stdout" && options.until?.(printed.stdout) === true) return Effect.fail(closed)
          const lines = printed[stream].split("\n")
          if (stream === "stderr" || options.head === undefined || lines.length <= options.head) return Effect.void
          printed[stream] = `${lines.slice(0, options.head).join("\n")}\n`
          return Effect.fail(closed)
        })
      )
    const keys = yield* Queue.make<Terminal.UserInput, Cause.Done>()
    for (const pressed of options.keys ?? []) Queue.offerUnsafe(keys, pressed)
    const size = { columns: options.columns ?? 0, rows: 24 }
    const terminal = Terminal.make({
      columns: Effect.succeed(size.columns),
      rows: Effect.succeed(size.rows),
      size: Effect.tap(Queue.sliding<Terminal.Size, Cause.Done>(1), (queue) => Queue.offer(queue, size)),
      readInput: Effect.succeed(keys),
      readLine: Effect.fail(new Terminal.QuitError({})),
      display: (text) => Effect.sync(() => print("stdout", text))
    })
    const stdio = Stdio.layerTest({
      args: Effect.succeed(args),
      stdoutIsTerminal: Effect.succeed(options.columns !== undefined),
      stdinIsTerminal: Effect.succeed(options.keys !== undefined),
      stdout: sink("stdout"),
      stderr: sink("stderr"),
      stdin: options.stdin === undefined ? Stream.empty : Stream.make(new TextEncoder().encode(options.stdin))
    })
    const capabilities = Layer.succeed(TerminalCapabilities.TerminalCapabilities, {
      canColor: options.color === true,
      canAnimate: options.columns !== undefined,
      canPrompt: options.keys !== undefined
    })
    const console: Console.Console = {
      ...globalThis.console,
      log: (...parts) => print("stdout", `${parts.join(" ")}\n`),
      error: (...parts) => print("stderr", `${parts.join(" ")}\n`)
    }
    const platform = Layer.mergeAll(
      NodeServices.layer,
      stdio,
      Layer.succeed(Terminal.Terminal, terminal),
      capabilities,
      Layer.succeed(Console.Console, console),
      Layer.succeed(StopRequested, options.stop ?? Deferred.await(interrupted)),
      ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ...options.env } })),
      ...(options.nowMillis === undefined
        ? []
        : [
            Layer.effect(
              Clock.Clock,
              frozenClock(() => options.nowMillis ?? 0)
            )
          ])
    )
    const services = Layer.mergeAll(
      Layer.provideMerge(Output.layer, platform),
      options.redirectTo === undefined ? NodeHttpClient.layerUndici : redirecting(options.redirectTo),
      NodeWS.layerWebSocketConstructor
    )
    // After an interruption, the fiber itself does not return the exit of the run.
    const ended = yield* Deferred.make<Exit>()
    const running = yield* Effect.forkChild(
      Effect.uninterruptible(Effect.onExit(Effect.provide(run(args), services), (exit) => Deferred.done(ended, exit)))
    )
    yield* Effect.raceFirst(Fiber.await(running), Deferred.await(interrupted))
    yield* Fiber.interrupt(running)
    const exit = yield* Deferred.await(ended)
    return { exit, code: codeOf(exit), ...printed }
  })

export const entry = fileURLToPath(new URL("../../src/bin/kalshi.ts", import.meta.url))

export interface Running {
  readonly child: ChildProcess
  readonly stderr: () => string
  readonly ended: Effect.Effect<Result>
}

/**
 * Starts the command in a separate process, and kills the process when the scope closes. Use it only for tests that are
 * not possible in this process.
 */
export const startKalshi = (
  args: ReadonlyArray<string>,
  options: Options = {}
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(args, options)),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const start = (args: ReadonlyArray<string>, options: Options): Running => {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], ...options.env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    const lines = stdout.split("\n")
    if (options.head === undefined || lines.length <= options.head) return
    stdout = `${lines.slice(0, options.head).join("\n")}\n`
    child.stdout.destroy()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text))
  child.stdin.on("error", () => {})
  child.stdin.end(options.stdin ?? "")
  const closed = new Promise<Result>((resolve) => {
    child.on("close", (code) => {
      const exit = Object.entries(exits).find((entry) => entry[1].code === code)?.[0] as Exit | undefined // a key of `exits`
      resolve({ exit, code: code ?? -1, stdout, stderr })
    })
  })
  return { child, stderr: () => stderr, ended: Effect.promise(() => closed) }
}

export const kalshiProcess = (args: ReadonlyArray<string>, options: Options = {}): Effect.Effect<Result> =>
  Effect.scoped(Effect.flatMap(startKalshi(args, options), ({ ended }) => ended))
