/**
 * `kalshi status`: whether the exchange is up and trading.
 *
 * @module
 */
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { publicLayer } from "../app/connection.ts"
import * as Output from "../output/Output.ts"

const upOrDown = (isUp: boolean, screen: Output.Screen, up: string, down: string): string =>
  isUp ? screen.paint("green", up) : screen.paint("red", down)

/** The command. */
export const status = Command.make("status", {}, () =>
  Effect.gen(function* () {
    const status = yield* Exchange.status().pipe(Effect.provide(publicLayer))
    yield* Output.value(status, (screen) =>
      Output.formatFields(screen, [
        ["exchange", upOrDown(status.exchange_active, screen, "up", "down")],
        ["trading", upOrDown(status.trading_active, screen, "active", "paused")],
        ["resumes", status.exchange_estimated_resume_time ?? undefined]
      ])
    )
  })
).pipe(
  Command.withDescription("Shows whether the exchange is up and trading"),
  Command.withExamples([{ command: "kalshi status --env demo", description: "The demo exchange" }])
)
