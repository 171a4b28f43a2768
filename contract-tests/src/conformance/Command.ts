/**
 * The subcommand `kalshi-contract serve`: a judge exchange, which scores clients in any language.
 *
 * @module
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { refuse } from "../runner/internal/ending.ts"
import { scenarios } from "./Scenarios.ts"
import { serve } from "./Serve.ts"

export const serveCommand = Command.make(
  "serve",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("The port of the control interface on 127.0.0.1. 0 selects any free port. Default: 8790"),
      Flag.withDefault(8790)
    ),
    settleMillis: Flag.Int("settle-millis").pipe(
      Flag.withDescription(
        "The time that a client gets to process the messages of the feed, in milliseconds. Default: 3000"
      ),
      Flag.withDefault(3_000)
    )
  },
  Effect.fnUntraced(function* ({ port, settleMillis }) {
    if (port < 0 || port > 65_535) return yield* refuse(`--port must be a port from 0 to 65535, not ${port}`)
    if (settleMillis < 0) return yield* refuse(`--settle-millis must not be negative, but is ${settleMillis}`)
    const url = yield* Effect.catch(serve({ port, settleMillis, scenarios }), () =>
      refuse(`cannot listen on 127.0.0.1:${port}. Choose another port with --port`)
    )
    yield* Console.log(`The judge listens at ${url}. GET ${url}/scenarios lists ${scenarios.length} scenarios`)
    return yield* Effect.never
  }, Effect.scoped)
).pipe(Command.withDescription("Serve a judge exchange, which scores clients in any language"))
