/**
 * The flags of the command that serves a local exchange.
 *
 * @module
 */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { tiers } from "../exchange/accounts/buckets.ts"

/** The command creates these markets if `--market` is not set. */
export const sampleMarkets = ["KXSAMPLE-26-YES", "KXOTHER-26-YES"]

export const flags = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("The port to listen on; 0 for any free port (default 8787)"),
    Flag.filter(
      (port) => port >= 0 && port <= 65_535,
      () => "a port from 0 to 65535"
    ),
    Flag.withDefault(8787)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("The host to listen on, a loopback address unless --allow-remote is set (default 127.0.0.1)"),
    Flag.withDefault("127.0.0.1")
  ),
  allowRemote: Flag.Boolean("allow-remote").pipe(
    Flag.withDescription(
      "Permits a host that other machines can reach. Users of those machines can then trade on this exchange"
    ),
    Flag.withDefault(false)
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("The seed of the exchange's ids (default 1)"),
    Flag.filter(
      (seed) => Number.isSafeInteger(seed) && seed >= 0,
      () => `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`
    ),
    Flag.withDefault(1)
  ),
  clock: Flag.Literals("clock", ["real", "frozen"]).pipe(
    Flag.withDescription(
      "real: follows the real time; frozen: the operator moves the time with POST /sandbox/time (default real)"
    ),
    Flag.withDefault("real")
  ),
  tier: Flag.Literals("tier", tiers).pipe(
    Flag.withDescription("The rate limits of the accounts (default basic)"),
    Flag.withDefault("basic")
  ),
  keys: Flag.Literals("keys", ["ed25519", "rsa"]).pipe(
    Flag.withDescription("The kind of the accounts' keys (default ed25519)"),
    Flag.withDefault("ed25519")
  ),
  crowd: Flag.Int("crowd").pipe(
    Flag.withDescription("The number of simulated traders, who trade in up to 32 markets (default 0)"),
    Flag.filter(
      (traders) => traders >= 0 && traders <= 1_000,
      () => "a number of traders from 0 to 1000"
    ),
    Flag.withDefault(0)
  ),
  pace: Flag.Finite("crowd-pace").pipe(
    Flag.withDescription("How many times per second the traders of --crowd act, all together (default 7)"),
    Flag.withDefault(7)
  ),
  state: Flag.String("state").pipe(
    Flag.withDescription("A file that keeps the state, so that it survives a restart (default: none)"),
    Flag.optional
  ),
  cors: Flag.String("cors").pipe(
    Flag.withDescription("An origin whose pages may call the API from a browser; may be repeated (default none)"),
    Flag.atLeast(0),
    Flag.withDefault([])
  ),
  markets: Flag.String("market").pipe(
    Flag.withDescription(`A market to create; may be repeated (default ${sampleMarkets.join(" and ")})`),
    Flag.atLeast(0),
    Flag.withDefault([])
  ),
  world: Flag.Boolean("world").pipe(
    Flag.withDescription("Whether to create the example world of games, prices and weather (default true)"),
    Flag.withDefault(true)
  )
}

export type Flags = Command.Command.Config.Infer<typeof flags>
