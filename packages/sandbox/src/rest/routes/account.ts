/**
 * The account's limits and its keys.
 *
 * @module
 */
import * as Account from "@kalshi-effect/client/Account"
import * as ApiKeys from "@kalshi-effect/client/ApiKeys"
import * as Result from "effect/Result"
import type { KeyOptions } from "../../exchange/Commands.ts"
import type { ApiKey, Refusal, Tier } from "../../exchange/Entities.ts"
import { tiers } from "../../exchange/accounts/buckets.ts"
import { defaultCost, endpointCosts } from "../costs.ts"
import { makeKeyPair, readPublicKey } from "../../exchange/accounts/keys.ts"
import { type Call, type Route, route, wireRoute } from "../route.ts"
import { invalidParameters, refusal } from "../../exchange/refusals.ts"
import { count, seconds } from "../wire.ts"

/** The volumes are invented, because the exchange does not publish the required volumes. */
const goals: ReadonlyArray<readonly [Tier, contracts: number]> = [
  ["expert", 1_000_000],
  ["premier", 5_000_000],
  ["paragon", 20_000_000],
  ["prime", 50_000_000],
  ["prestige", 100_000_000]
]

const thirtyDaysSeconds = 30 * 86_400

export const account: ReadonlyArray<Route> = [
  route(Account.limits, ({ accountId, view }) =>
    Result.flatMap(view.account(accountId), ({ tier }) =>
      Result.map(view.budgets(accountId), ({ read, write }) => ({
        usage_tier: tier,
        read: { refill_rate: read.rate, bucket_capacity: read.capacity },
        write: { refill_rate: write.rate, bucket_capacity: write.capacity },
        grants:
          tier === "basic" || tier === "unmetered"
            ? []
            : [{ exchange_instance: "event_contract", level: tier, source: "manual" }]
      }))
    )
  ),

  route(Account.endpointCosts, () =>
    Result.succeed({ default_cost: defaultCost, endpoint_costs: endpointCosts.map((cost) => ({ ...cost })) })
  ),

  route(Account.usageLevelVolumeProgress, ({ accountId, view }) => {
    const now = seconds(view.nowMillis)
    return Result.map(view.volumeSince(accountId, now - thirtyDaysSeconds), (traded) => ({
      volume_progress: [
        {
          computed_ts: now,
          trailing_30d_volume_fp: count(traded),
          goals: goals.map(([level, contracts]) => ({
            level,
            earn_volume_goal_fp: count(contracts * 100),
            keep_volume_goal_fp: count(contracts * 50)
          }))
        }
      ]
    }))
  }),

  route(Account.upgradeUsageLevel, ({ accountId, execute }) => execute({ type: "upgradeTier", accountId }))
]

export const apiKeys: ReadonlyArray<Route> = [
  route(ApiKeys.list, ({ accountId, view }) =>
    Result.map(view.keys(accountId), (keys) => ({ api_keys: keys.map(toKey) }))
  ),

  route(ApiKeys.create, (call) => {
    if (readPublicKey(call.input.public_key) === undefined) {
      return Result.fail(invalidParameters("public_key must be PEM of Ed25519, or of RSA with at least 2048 bits"))
    }
    const registered = Result.flatMap(call.view.account(call.accountId), ({ tier }) =>
      tiers.indexOf(tier) < tiers.indexOf("premier")
        ? Result.fail(refusal("forbidden", "permission_denied", "registering a key needs the premier tier"))
        : register(call, call.input.public_key)
    )
    return Result.map(registered, ({ keyId }) => ({ api_key_id: keyId }))
  }),

  // On the wire, the private key is text. The client wraps it while decoding.
  wireRoute(ApiKeys.generate, (call) => {
    const kind = call.input.key_type ?? "rsa"
    // The key pair is generated only after the registration checks, because generating an RSA pair is slow.
    const refused = call.view.checkKey(call.accountId, optionsOf(call.input))
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    const { privateKeyPem, publicKeyPem } = makeKeyPair(kind)
    return Result.map(register(call, publicKeyPem), ({ keyId }) => ({
      api_key_id: keyId,
      private_key: privateKeyPem,
      key_type: kind
    }))
  }),

  route(ApiKeys.delete, ({ accountId, execute, input }) =>
    execute({ type: "deleteKey", accountId, keyId: input.api_key })
  )
]

const optionsOf = (input: ApiKeys.KeyInput): KeyOptions => ({
  name: input.name,
  ...(input.scopes === undefined ? undefined : { scopes: input.scopes }),
  ...(input.subaccount === undefined ? undefined : { subaccount: input.subaccount })
})

const register = (call: Call<ApiKeys.KeyInput>, publicKey: string): Result.Result<ApiKey, Refusal> =>
  call.input.fcm_subtrader_id === undefined
    ? call.execute({ type: "registerKey", accountId: call.accountId, publicKey, options: optionsOf(call.input) })
    : Result.fail(invalidParameters("only FCM members may set fcm_subtrader_id"))

const toKey = (key: ApiKey): ApiKeys.ApiKey => ({
  api_key_id: key.keyId,
  name: key.name,
  scopes: key.scopes,
  ...(key.subaccount === undefined ? undefined : { subaccount: key.subaccount })
})
