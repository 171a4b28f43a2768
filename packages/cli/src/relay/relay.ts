/**
 * `kalshi relay`: shares one connection to the feed with many readers on this machine.
 *
 * @module
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import { feedLayer } from "../app/connection.ts"
import { CommandError, usage } from "../app/failures.ts"
import { endsByInterruption } from "../app/interruption.ts"
import { portFlag } from "../app/parameters.ts"
import * as Output from "../output/Output.ts"
import { formatJson, plain } from "../output/plain.ts"
import { describeEvent } from "./describe.ts"

const flags = {
  port: portFlag("The port to listen on; 0 for any free port (default 8788)").pipe(Flag.withDefault(8788)),
  lines: Flag.Int("lines").pipe(
    Flag.withDescription(
      "The number of independent connections whose order books are merged, from 1 to 8 (default 1). Other channels use the first connection"
    ),
    Flag.filter(
      (lines) => lines >= 1 && lines <= 8,
      () => "a number of lines from 1 to 8"
    ),
    Flag.withDefault(1)
  ),
  origins: Flag.String("origin").pipe(
    Flag.withDescription(
      "An origin whose pages can connect, such as https://example.com; can be repeated (default: pages of this machine)"
    ),
    Flag.atLeast(0),
    Flag.withDefault([])
  ),
  isPrivate: Flag.Boolean("private").pipe(
    Flag.withDescription(
      "Also serve the channels of the account, to readers with the token that the relay prints to the standard error"
    ),
    Flag.withDefault(false)
  )
}

const checkOrigin = (origin: string) =>
  URL.canParse(origin) && new URL(origin).origin === origin
    ? Effect.void
    : Effect.fail(usage(`--origin ${origin} is not an origin. Pass scheme, host and port only: https://example.com`))

const noteToken = (token: string) =>
  Output.note(
    [
      `Token for the channels of the account: ${token}`,
      "Send it as the header `Authorization: Bearer TOKEN`, as the subprotocol `token.TOKEN`, or as the query `?token=TOKEN`."
    ].join("\n")
  )

export const relay = Command.make("relay", flags, ({ isPrivate, lines, origins, port }) =>
  Effect.gen(function* () {
    const format = yield* Output.format
    if (format === "csv") return yield* usage("--csv prints lists only. Use --json for a stream of events")
    yield* Effect.forEach(origins, checkOrigin, { discard: true })
    const token = isPrivate ? randomBytes(32).toString("hex") : undefined
    // The module of the relay is loaded here, so that other commands start faster.
    const { serve } = yield* Effect.promise(() => import("./serve.ts"))
    const running = yield* Effect.mapError(serve({ port, origins, token, lines }), (error) =>
      error._tag === "ServeError"
        ? new CommandError({
            exit: "failed",
            message: `The relay cannot listen on port ${port}: ${reasonOf(error.cause)}. Pass another --port`,
            cause: error
          })
        : error
    )
    const screen = yield* Output.Output
    const print = (event: Parameters<typeof describeEvent>[0]) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
        const time = new Date(nowMillis).toISOString()
        if (format !== "json")
          return screen.write(`${screen.paint("dim", time.slice(11, 19))}  ${plain(describeEvent(event))}\n`)
        return screen.write(`${formatJson({ time, ...event })}\n`)
      })
    yield* print({ type: "listening", url: running.url, feed_url: feedUrlOf(running.url), private: isPrivate, lines })
    if (token !== undefined) yield* noteToken(token)
    return yield* Effect.raceFirst(running.ended, Stream.runForEach(running.events, print))
  }).pipe(Effect.scoped, Effect.provide(feedLayer), endsByInterruption)
).pipe(
  Command.withDescription(
    "Shares one connection to the feed with many readers on this machine, and with pages in a browser"
  ),
  Command.withExamples([
    { command: "kalshi relay --env demo", description: "Serves the feed of the demo exchange on port 8788" },
    { command: "kalshi relay --origin https://example.com", description: "Also accepts the pages of a site" },
    { command: "kalshi relay --lines 2", description: "Order books stay readable while one connection is lost" },
    { command: "kalshi relay --private", description: "Also serves fills, orders and positions, with a token" }
  ])
)

const feedUrlOf = (url: string): string => `${url.replace(/^http/, "ws")}/trade-api/ws/v2`

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
