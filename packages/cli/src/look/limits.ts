/**
 * `kalshi limits`: the account's rate limits.
 *
 * @module
 */
import * as Account from "@kalshi-effect/client/Account"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { publicLayer, readLayer } from "../app/connection.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { numberColumn } from "./columns.ts"
import { printValue } from "./options.ts"
import { shortSeconds } from "./times.ts"

const formatBucket = ({ bucket_capacity, refill_rate }: Account.BucketLimit): string =>
  `${refill_rate} tokens per second, at most ${bucket_capacity} at once`

const formatGrant = ({ exchange_instance, expires_ts, level, source }: Account.ApiUsageLevelGrant): string => {
  const end = expires_ts === null || expires_ts === undefined ? "permanent" : `until ${shortSeconds(expires_ts)}`
  return plain(`${level} (${exchange_instance}, ${source}, ${end})`)
}

const formatLimits = (limits: Account.GetAccountApiLimitsResponse, screen: Output.Screen): string =>
  Output.formatFields(screen, [
    ["tier", plain(limits.usage_tier)],
    ["read", formatBucket(limits.read)],
    ["write", formatBucket(limits.write)],
    ...limits.grants.map((grant) => ["grant", formatGrant(grant)] as const)
  ])

const costColumns: ReadonlyArray<Output.Column<Account.EndpointTokenCost>> = [
  { name: "method", value: ({ method }) => method },
  { name: "path", value: ({ path }) => path, shrinks: true },
  numberColumn("cost", ({ cost }) => String(cost))
]

const printCosts = Effect.gen(function* () {
  const format = yield* Output.format
  const costs = yield* Account.endpointCosts().pipe(Effect.provide(publicLayer))
  // The JSON also contains the default cost, which is not in the list.
  if (format === "json") return yield* Output.value(costs, () => "")
  yield* Output.list(costColumns, costs.endpoint_costs, {
    empty: `Every request costs ${costs.default_cost} tokens`,
    footer: `All other requests cost ${costs.default_cost} tokens`
  })
})

const flags = {
  costs: Flag.Boolean("costs").pipe(
    Flag.withDescription("List the requests that do not have the default cost. This needs no key (default false)"),
    Flag.withDefault(false)
  )
}

export const limits = Command.make("limits", flags, ({ costs }) =>
  costs ? printCosts : printValue(Account.limits(), formatLimits).pipe(Effect.provide(readLayer))
).pipe(
  Command.withDescription("Shows the account's usage tier and its rate limits in tokens, or the costs of requests"),
  Command.withExamples([
    { command: "kalshi limits", description: "The rate limits of the account" },
    { command: "kalshi limits --costs", description: "The requests that do not have the default cost" }
  ])
)
