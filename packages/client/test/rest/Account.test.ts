import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Account from "../../src/rest/Account.ts"
import * as ApiKeys from "../../src/rest/ApiKeys.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as Portfolio from "../../src/rest/Portfolio.ts"
import * as Subaccounts from "../../src/rest/Subaccounts.ts"
import * as Transfers from "../../src/rest/Transfers.ts"
import { itFails, itSendsAndDecodes, recorded } from "../support/calls.ts"
import { environment, layerScript, Script } from "../support/scripted.ts"

const forbidden = { status: 403, body: { error: { code: "permission_denied", message: "no order through the API" } } }

describe("Account.limits", () => {
  itSendsAndDecodes([
    {
      it: "decodes the buckets recorded in demo",
      call: Account.limits(),
      request: "GET /account/limits",
      reply: { status: 200, body: recorded("GetAccountApiLimits")[0] }
    },
    {
      it: "reads temporary grants, permanent grants and an unknown tier",
      call: Account.limits(),
      request: "GET /account/limits",
      reply: {
        status: 200,
        body: {
          usage_tier: "legendary",
          read: { refill_rate: 600, bucket_capacity: 600 },
          write: { refill_rate: 600, bucket_capacity: 1800 },
          grants: [
            { exchange_instance: "event_contract", level: "expert", source: "volume", expires_ts: 1790000000 },
            { exchange_instance: "margined", level: "advanced", source: "manual" }
          ]
        }
      }
    }
  ])
})

describe("Account.endpointCosts", () => {
  itSendsAndDecodes([
    {
      it: "decodes the list recorded in demo, including wildcards",
      call: Account.endpointCosts(),
      request: "GET /account/endpoint_costs",
      reply: { status: 200, body: recorded("GetAccountEndpointCosts")[0] }
    }
  ])

  it.effect("sends no signature without a key", () =>
    Effect.gen(function* () {
      yield* Account.endpointCosts()
      const { sent } = yield* Script
      assert.deepStrictEqual(
        Object.keys(sent[0]!.headers).filter((name) => name.startsWith("kalshi")),
        []
      )
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          Kalshi.layerPublic({ environment }),
          layerScript([{ status: 200, body: { default_cost: 10, endpoint_costs: [] } }])
        )
      )
    )
  )
})

describe("Account.usageLevelVolumeProgress", () => {
  itSendsAndDecodes([
    {
      it: "reads volumes and goals unchanged",
      call: Account.usageLevelVolumeProgress(),
      request: "GET /account/api_usage_level/volume_progress",
      reply: {
        status: 200,
        body: {
          volume_progress: [
            {
              computed_ts: 1790000000,
              trailing_30d_volume_fp: "1234567.89",
              goals: [{ level: "expert", earn_volume_goal_fp: "2000000.00", keep_volume_goal_fp: "1500000.00" }]
            }
          ]
        }
      }
    }
  ])
})

describe("Account.upgradeUsageLevel", () => {
  itSendsAndDecodes([
    {
      it: "sends an empty object, ignores the response body and returns nothing",
      call: Account.upgradeUsageLevel(),
      request: "POST /account/api_usage_level/upgrade",
      body: {},
      reply: { status: 201, text: "Created" }
    }
  ])

  itFails("does not retry after a lost response", Account.upgradeUsageLevel(), [{ fault: "ECONNRESET" }], {
    _tag: "TransportError",
    requestSent: "maybe"
  })

  itFails("fails with Forbidden if the account does not qualify", Account.upgradeUsageLevel(), [forbidden], {
    _tag: "Forbidden",
    code: "permission_denied"
  })
})

describe("descriptor.limits.cost", () => {
  const [costs] = recorded("GetAccountEndpointCosts") as ReadonlyArray<{
    readonly default_cost: number
    readonly endpoint_costs: ReadonlyArray<{ readonly cost: number; readonly method: string; readonly path: string }>
  }>
  // This cost is newer than the recording. Source: the changelog of 3 September 2026.
  const newer: Readonly<Record<string, number>> = { CancelAllOrders: 2 }

  for (const module of [Account, ApiKeys, Orders, Portfolio, Subaccounts, Transfers]) {
    for (const operation of Object.values(module)) {
      // Skips exports that are not operations.
      if (typeof operation !== "function" || !("descriptor" in operation)) continue
      const { descriptor } = operation
      it(`is the exchange's cost of ${descriptor.name}`, () => {
        const path = `/trade-api/v2${descriptor.path.replaceAll(/\{(\w+)\}/g, ":$1")}`
        const listed = costs!.endpoint_costs.find((row) => row.method === descriptor.method && row.path === path)
        const expected = listed?.cost ?? newer[descriptor.operationId] ?? costs!.default_cost
        assert.strictEqual(descriptor.limits.cost, expected)
      })
    }
  }
})
