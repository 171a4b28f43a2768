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
import { plain } from "../output/plain.ts"
import { printValue } from "./options.ts"
import { shortTime } from "./times.ts"

/** While the exchange is down, its status can arrive in an error response. */
const read = Exchange.status().pipe(
  Effect.catchTags({
    InternalServerError: (error) => (error.payload === undefined ? Effect.fail(error) : Effect.succeed(error.payload)),
    ServiceUnavailable: (error) => (error.payload === undefined ? Effect.fail(error) : Effect.succeed(error.payload)),
    GatewayTimeout: (error) => (error.payload === undefined ? Effect.fail(error) : Effect.succeed(error.payload))
  })
)

const formatStatus = (status: Exchange.ExchangeStatus, screen: Output.Screen): string => {
  const word = (isUp: boolean, up: string, down: string): string =>
    isUp ? screen.paint("green", up) : screen.paint("red", down)
  const shards = (status.exchange_index_statuses ?? []).filter(
    (shard) =>
      shard.exchange_active !== status.exchange_active ||
      shard.trading_active !== status.trading_active ||
      (shard.intra_exchange_transfers_active === false && status.intra_exchange_transfers_active !== false)
  )
  return Output.formatFields(screen, [
    ["exchange", word(status.exchange_active, "up", "down")],
    ["trading", word(status.trading_active, "active", "paused")],
    [
      "transfers between shards",
      status.intra_exchange_transfers_active === false ? word(false, "active", "paused") : undefined
    ],
    ["resumes", shortTime(status.exchange_estimated_resume_time)],
    ...shards.map((shard) => {
      const name = shard.description === "" ? "" : ` (${plain(shard.description)})`
      const state = `${word(shard.exchange_active, "up", "down")}, trading ${word(shard.trading_active, "active", "paused")}`
      const transfers = shard.intra_exchange_transfers_active ? "" : `, transfers ${word(false, "active", "paused")}`
      return [`shard ${shard.exchange_index}${name}`, `${state}${transfers}`] as const
    })
  ])
}

export const status = Command.make("status", {}, () =>
  printValue(read, formatStatus).pipe(Effect.provide(publicLayer))
).pipe(
  Command.withDescription(
    "Shows whether the exchange is up and trading, and the shards whose state differs from the state of the exchange"
  ),
  Command.withShortDescription("Shows whether the exchange is up and trading"),
  Command.withExamples([{ command: "kalshi status --env demo", description: "The demo exchange" }])
)
