#!/usr/bin/env node
/**
 * The command `kalshi-sandbox`: serves a local exchange until it is stopped.
 *
 * @module
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type Credentials, layer, type Operator, Sandbox } from "../Sandbox.ts"
import { tiers } from "../exchange/accounts/buckets.ts"
import type { Account, Tier } from "../exchange/Entities.ts"
import { packageVersion } from "../persistence/format.ts"

const names = ["one", "other"]

const sampleMarkets = ["KXSAMPLE-26-YES", "KXOTHER-26-YES"]

/** A collection of the events of all markets. */
const sampleCollection = "KXMVESAMPLE-R"

const flags = {
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
    Flag.withDescription("Permits a host that other machines can reach. Their users can then trade on this exchange"),
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
    Flag.withDescription("Whether time passes by itself, or only by POST /sandbox/time (default real)"),
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
    Flag.withDescription("The number of simulated traders. They trade in up to 32 markets; 0 for none (default 0)"),
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
    Flag.atLeast(0)
  ),
  markets: Flag.String("market").pipe(
    Flag.withDescription(`A market to create; may be repeated (default ${sampleMarkets.join(" and ")})`),
    Flag.atLeast(0)
  ),
  world: Flag.Boolean("world").pipe(
    Flag.withDescription("Whether to create the example world of games, prices and weather (default true)"),
    Flag.withDefault(true)
  )
}

/**
 * The address, the page, the markets, their collection, the crowd, the accounts, and shell lines that connect a program to
 * the exchange.
 */
const announcement = (
  { credentials, page, url }: Operator,
  tickers: ReadonlyArray<string>,
  accounts: ReadonlyArray<Account>,
  world: boolean,
  traders: number
): string =>
  [
    `# A local exchange at ${url}/trade-api/v2, its operator interface at ${url}/sandbox/`,
    ...(page === undefined
      ? []
      : [`# Its page: ${page.url} (the token of its changes: ${Redacted.value(page.token)})`]),
    `# Markets: ${tickers.join(", ")}. Collection of their events: ${sampleCollection}`,
    ...(world ? ["# Example games, prices and weather: GET /events and GET /milestones. --no-world omits them"] : []),
    ...(traders === 0
      ? []
      : [
          `# A crowd of ${traders} traders trades in these markets, and in its own of the series KXCROWD and KXCROWDLONG`
        ]),
    ...credentials.flatMap((key, index) => [
      "",
      ...accountLines(key, url, names[index] ?? "", accounts.find(({ accountId }) => accountId === key.accountId)?.tier)
    ]),
    ""
  ].join("\n")

/** The events of markets that were created without an event's ticker. */
const eventsOf = (tickers: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(tickers.map((ticker) => ticker.replace(/-[^-]*$/, "")))
]

const accountLines = (
  { accountId, keyId, kind, privateKey }: Credentials,
  url: string,
  name: string,
  tier: Tier = "basic"
): ReadonlyArray<string> => [
  `# Account "${name}" (${accountId}): created with $1,000,000, tier ${tier}, ${kind === "rsa" ? "RSA" : "Ed25519"} key`,
  `export KALSHI_ENV=${url}`,
  `export KALSHI_API_KEY_ID=${keyId}`,
  `export KALSHI_PRIVATE_KEY='${Redacted.value(privateKey).trim().replaceAll("\n", "\\n")}'`
]

const command = Command.make("kalshi-sandbox", flags, ({ crowd, keys, markets, pace, state, tier, ...options }) => {
  const tickers = markets.length === 0 ? sampleMarkets : markets
  return Effect.gen(function* () {
    const sandbox = yield* Sandbox
    yield* Console.log(announcement(sandbox, tickers, yield* sandbox.accounts, options.world, crowd))
    return yield* Effect.never
  }).pipe(
    Effect.provide(
      layer({
        ...options,
        ...(crowd === 0 ? undefined : { crowd: { traders: crowd, pace } }),
        ...(Option.isSome(state) && { state: { file: state.value } }),
        markets: tickers.map((ticker) => ({ ticker })),
        collections: [
          {
            collectionTicker: sampleCollection,
            associatedEvents: eventsOf(tickers).map((eventTicker) => ({ eventTicker }))
          }
        ],
        accounts: names.map((name) => ({ name, kind: keys, tier }))
      })
    ),
    Effect.mapError(
      (error) =>
        new CliError.UserError({
          cause: error,
          userMessage:
            error._tag === "SandboxError"
              ? error.reason
              : `cannot listen on ${options.host}:${options.port}: ${reasonOf(error.cause)}`
        })
    )
  )
}).pipe(
  Command.withDescription("Serves a local Kalshi exchange with two accounts, two markets and an example world"),
  Command.withExamples([
    { command: "kalshi-sandbox", description: "Serves on 127.0.0.1:8787, the address of KALSHI_ENV=sandbox" },
    {
      command: "kalshi-sandbox --clock frozen --market KXRAIN-26-NYC",
      description: "Serves another market, with a clock that only POST /sandbox/time moves"
    },
    { command: "kalshi-sandbox --crowd 20", description: "Serves markets in which twenty simulated traders trade" },
    {
      command: "kalshi-sandbox --state exchange.jsonl",
      description: "Keeps the state in a file, and continues from it after a restart"
    }
  ])
)

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

NodeRuntime.runMain(Command.run(command, { version: packageVersion() }).pipe(Effect.provide(NodeServices.layer)))
