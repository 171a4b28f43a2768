/**
 * Serves the local exchange of a command line, and prints how to reach it.
 *
 * @module
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Account, Tier } from "../exchange/Entities.ts"
import { type Credentials, layer, type Operator, Sandbox, type SandboxError } from "../Sandbox.ts"
import type { Flags } from "./flags.ts"
import { sampleMarkets } from "./flags.ts"

const names = ["one", "other"]

const sampleCollection = "KXMVESAMPLE-R"

const announcement = (
  { credentials, page, url }: Operator,
  tickers: ReadonlyArray<string>,
  accounts: ReadonlyArray<Account>,
  world: boolean,
  traders: number
): string =>
  [
    `# A local exchange at ${url}/trade-api/v2, its operator interface at ${url}/sandbox/`,
    ...(page === undefined ? [] : [`# Its page: ${page.url} (token for changes: ${Redacted.value(page.token)})`]),
    `# Markets: ${tickers.join(", ")}. Collection of their events: ${sampleCollection}`,
    ...(world ? ["# Example games, prices and weather: GET /events and GET /milestones. --no-world omits them"] : []),
    ...(traders === 0
      ? []
      : [
          `# A crowd of ${traders} traders trades in these markets, and in its own markets of the series KXCROWD and KXCROWDLONG`
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

export const serve = ({
  crowd,
  keys,
  markets,
  pace,
  state,
  tier,
  ...options
}: Flags): Effect.Effect<never, SandboxError | HttpServerError.ServeError> => {
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
    )
  )
}
