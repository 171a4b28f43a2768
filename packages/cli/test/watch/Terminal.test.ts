import { execFile, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { entry } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const hasTmux = spawnSync("tmux", ["-V"]).status === 0

if (!hasTmux) console.log("Skipped the tests of the views in a terminal, because tmux was not found. Install tmux")

const ticker = "KXTERMINAL-26-A"
const socket = `kalshi-test-${process.pid}`

const tmux = (...args: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.callback((resume) => {
    execFile("tmux", ["-L", socket, "-f", "/dev/null", ...args], (error, stdout, stderr) =>
      resume(error === null ? Effect.succeed(stdout) : Effect.die(new Error(stderr)))
    )
  })

/** Opens a terminal that runs the command, and then shows the exit code and the modes of the terminal. */
const open = (args: string) =>
  Effect.gen(function* () {
    const { env, folder } = yield* LocalExchange
    const name = args.replaceAll(/\W/g, "")
    const pidFile = join(folder, `${name}.pid`)
    const command = `echo the shell before; sh -c 'echo $$ > ${pidFile}; exec ${process.execPath} ${entry} ${args}'; echo exit code $?; stty -a | tr ' ' '\\n' | grep -E '^-?(icanon|echo);?$'; exec cat`
    const variables = { ...env, NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "" }
    const flags = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`])
    yield* tmux("new-session", "-d", "-s", name, "-x", "80", "-y", "24", ...flags, command)
    const lines = Effect.map(tmux("capture-pane", "-p", "-t", `${name}:`), (text) => text.split("\n").slice(0, -1))
    const until = (isReached: (lines: ReadonlyArray<string>) => boolean) =>
      Effect.repeat(lines, { until: isReached, schedule: Schedule.spaced(50) })
    return {
      until,
      resize: (columns: number, rows: number) =>
        tmux("resize-window", "-t", `${name}:`, "-x", `${columns}`, "-y", `${rows}`),
      press: (key: string) => tmux("send-keys", "-t", `${name}:`, key),
      kill: (signal: NodeJS.Signals) =>
        Effect.sync(() => process.kill(Number(readFileSync(pidFile, "utf8").trim()), signal)),
      ended: until((lines) => lines.some((line) => line.endsWith("echo"))),
      modes: Effect.map(
        tmux("display-message", "-p", "-t", `${name}:`, "#{alternate_on} #{cursor_flag} #{wrap_flag}"),
        (text) => text.trim()
      )
    }
  })

type Opened = Effect.Success<ReturnType<typeof open>>

/**
 * Whether a screen of this size is drawn: the first line ends with the state of the connection, and the last line shows
 * the keys.
 */
const isDrawn = (lines: ReadonlyArray<string>, columns: number, rows: number): boolean =>
  lines.length === rows &&
  /● live \d+ s$/.test(lines[0] ?? "") &&
  lines[0]?.length === columns &&
  (lines.at(-1) ?? "").endsWith("q quit")

/** Returns the screen at 80x24, then at 200x50. */
const look = ({ resize, until }: Opened, isComplete: (lines: ReadonlyArray<string>) => boolean) =>
  Effect.gen(function* () {
    const small = yield* until((lines) => isDrawn(lines, 80, 24) && isComplete(lines))
    yield* resize(200, 50)
    const large = yield* until((lines) => isDrawn(lines, 200, 50) && isComplete(lines))
    return { small, large }
  })

const assertRestored = ({ ended, modes }: Opened) =>
  Effect.gen(function* () {
    const lines = yield* ended
    assert.strictEqual(lines[0], "the shell before")
    assert.deepStrictEqual(
      lines.filter((line) => line !== ""),
      ["the shell before", "exit code 0", "icanon", "echo"]
    )
    assert.strictEqual(yield* modes, "0 1 1")
  })

const server = Layer.effectDiscard(Effect.acquireRelease(Effect.void, () => Effect.ignoreCause(tmux("kill-server"))))

describe.skipIf(!hasTmux)("the views in a terminal", () => {
  layer(
    Layer.provideMerge(server, exchange({ markets: [{ ticker, title: "A" }], world: true, crowd: { traders: 12 } })),
    { excludeTestServices: true }
  )((it) => {
    const place = (side: "bid" | "ask", price: string) =>
      Effect.flatMap(LocalExchange, ({ account, sandbox }) =>
        sandbox.placeOrder(account.accountId, { ticker, side, price, count: "5" })
      )

    it.effect("draw the book at 80x24 and 200x50, and end with q", () =>
      Effect.gen(function* () {
        yield* Effect.all([place("bid", "0.01"), place("ask", "0.99")])
        const view = yield* open(`watch book ${ticker}`)
        const { large, small } = yield* look(view, (lines) => lines.some((line) => /^bid +0\.01.* \*5\.00/.test(line)))
        for (const lines of [small, large]) {
          assert.isTrue(lines[0]?.startsWith("Order books"))
          assert.match(lines.join("\n"), /^ask +0\.99.* \*5\.00/m)
        }
        yield* view.press("q")
        yield* assertRestored(view)
      })
    )

    it.effect("draw the trades at 80x24 and 200x50, and end with Ctrl-C", () =>
      Effect.gen(function* () {
        const view = yield* open("watch trades")
        const { large, small } = yield* look(view, (lines) => lines.some((line) => /^\d\d:\d\d:\d\d {2}KX/.test(line)))
        for (const lines of [small, large]) assert.isTrue(lines[0]?.startsWith("Trades"))
        yield* view.press("C-c")
        yield* assertRestored(view)
      })
    )

    it.effect("draw the account at 80x24 and 200x50, and end with SIGTERM", () =>
      Effect.gen(function* () {
        const view = yield* open("watch account")
        const { large, small } = yield* look(view, (lines) => lines.some((line) => line.startsWith(ticker)))
        for (const lines of [small, large]) assert.include(lines[1], "Primary account   balance $")
        yield* view.kill("SIGTERM")
        yield* assertRestored(view)
      })
    )

    it.effect("print the trades with --json, and end with Ctrl-C and exit code 0", () =>
      Effect.gen(function* () {
        const { ended, press, until } = yield* open("watch trades --json")
        yield* until((lines) => lines.join("").includes('"state":"live"'))
        yield* press("C-c")
        assert.include((yield* ended).join("\n"), "exit code 0")
      })
    )
  })
})
