/**
 * `kalshi demo`: a local exchange with simulated traders, and its live order books.
 *
 * @module
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CommandError, usage } from "../app/failures.ts"
import { endsByInterruption } from "../app/interruption.ts"
import { settings } from "../app/settings.ts"
import { parseDuration, portFlag } from "../app/parameters.ts"
import { version } from "../app/version.ts"
import * as Output from "../output/Output.ts"
import { watch } from "../watch/watch.ts"
import { accountLines, introduction, type Demo } from "./introduction.ts"
import { printHappenings } from "./happenings.ts"

const flags = {
  duration: Flag.String("for").pipe(
    Flag.withDescription("How long the demonstration runs, such as 30s or 5m (default: until you stop it)"),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseDuration(text)),
      () => "a duration such as 30s, 5m or 1h"
    ),
    Flag.optional
  ),
  traders: Flag.Int("traders").pipe(
    Flag.withDescription("The number of simulated traders (default 20)"),
    Flag.filter(
      (traders) => traders >= 1 && traders <= 1_000,
      () => "a number of traders from 1 to 1000"
    ),
    Flag.withDefault(20)
  ),
  port: portFlag("The port of the exchange; 0 for any free port (default 0)").pipe(Flag.withDefault(0))
}

/** The number of actions per second of all traders together: enough for constant changes, but slow enough to read. */
const pace = 100

const start = (traders: number, port: number) =>
  Effect.gen(function* () {
    // The exchange is loaded only when this command runs, so that other commands start faster.
    const { Sandbox, layer } = yield* Effect.promise(() => import("@kalshi-effect/sandbox/Sandbox"))
    const options = { port, world: true, crowd: { traders, pace }, accounts: [{ name: "you" }] }
    const context = yield* Effect.mapError(
      Layer.build(layer(options)),
      (error) =>
        new CommandError({
          exit: "failed",
          message: `The local exchange did not start: ${error._tag === "SandboxError" ? error.reason : `it cannot listen on port ${port}. Pass another --port`}`,
          cause: error
        })
    )
    const { credentials, environment, page, url, view } = yield* Effect.provide(Sandbox, context)
    const all = (yield* view).tickers()
    // The view shows the markets for both outcomes of one game, because their prices move together.
    const game = all.find((ticker) => ticker.startsWith("KXNFLGAME-")) ?? all[0] ?? ""
    const tickers = all.filter((ticker) => ticker.startsWith(game.replace(/-[^-]*$/, "-")))
    const [account] = credentials
    if (account === undefined || page === undefined)
      return yield* Effect.die("the local exchange has no account or no page")
    return { account, environment, page: page.url, tickers, url } satisfies Demo
  })

/** Runs `kalshi watch book` on the local exchange, without the user's profiles. */
const view = ({ account, tickers, url }: Demo) => {
  const variables = { ...accountLines(account), KALSHI_CONFIG_DIR: join(tmpdir(), `kalshi-demo-${account.keyId}`) }
  const root = Command.make("kalshi").pipe(Command.withSubcommands([watch]), Command.withGlobalFlags(settings))
  return Command.runWith(root, { version })(["watch", "book", ...tickers, "--env", url]).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))
  )
}

export const demo = Command.make("demo", flags, ({ duration, port, traders }) =>
  Effect.gen(function* () {
    const format = yield* Output.format
    if (format === "csv") return yield* usage("--csv prints lists only. Use --json for a stream of events")
    const { canAnimate } = yield* TerminalCapabilities.TerminalCapabilities
    const running = yield* start(traders, port)
    const isView = canAnimate && format === "human"
    // The web page shows more than the terminal.
    if (isView) yield* Output.note(`The page of the local exchange: ${running.page}`)
    else yield* introduction(running, format)
    const shown = isView ? view(running) : printHappenings(running, format)
    yield* Option.match(duration, {
      onNone: () => shown,
      onSome: (millis) => Effect.asVoid(Effect.timeoutOption(shown, millis))
    })
    if (isView)
      yield* Output.note(
        `This was a local exchange. For more, see \`kalshi demo --help\` and \`kalshi sandbox --help\``
      )
  }).pipe(Effect.scoped, endsByInterruption)
).pipe(
  Command.withDescription("Starts a local exchange with simulated traders, and shows a live order book"),
  Command.withExamples([
    { command: "kalshi demo", description: "Shows the books of a game. q ends the view and the exchange" },
    { command: "kalshi demo --for 10s --json", description: "Ten seconds of trades and best prices, as JSON lines" }
  ])
)
