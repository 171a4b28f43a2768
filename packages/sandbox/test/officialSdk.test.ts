import { assert, describe, it } from "@effect/vitest"
import type Axios from "axios" with { "resolution-mode": "require" }
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Sdk from "kalshi-typescript"
import { createRequire } from "node:module"
import { layer, Sandbox } from "../src/Sandbox.ts"

const require = createRequire(import.meta.url)

// Its ES modules do not load in Node. All its API objects sign with the first key that the process ever gave them, so
// one account is all that this file can have through it.
const sdk: typeof Sdk = require("kalshi-typescript")
const axios: typeof Axios = require("axios")

const ticker = "KXTEST-26-YES"

/** The status of a refused call, and the code in its body. */
const refusalOf = (call: Promise<unknown>) =>
  Effect.promise(() =>
    call.then(
      () => "was not refused",
      (error: unknown) =>
        axios.isAxiosError(error) ? [error.response?.status, error.response?.data?.error?.code] : String(error)
    )
  )

describe("the official SDK, against the local exchange", () => {
  it.live("performs all its calls on order groups and gets what it expects", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { keyId, privateKey } = yield* sandbox.createAccount({ kind: "rsa" })
      const configuration = new sdk.Configuration({
        apiKey: keyId,
        privateKeyPem: Redacted.value(privateKey),
        basePath: `${sandbox.url}/trade-api/v2`
      })
      const api = new sdk.OrderGroupsApi(configuration, undefined, axios.create())
      const call = <A>(run: () => Promise<{ readonly status: number; readonly data: A }>) =>
        Effect.map(Effect.promise(run), ({ data, status }) => ({ data, status }))

      const created = yield* call(() => api.createOrderGroup({ contracts_limit: 10 }))
      const id = created.data.order_group_id
      assert.deepStrictEqual(created, { status: 201, data: { order_group_id: id, subaccount: 0, exchange_index: 0 } })

      const orders = new sdk.OrdersApi(configuration, undefined, axios.create())
      const order = {
        ticker,
        side: "bid",
        count: "3",
        price: "0.40",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        order_group_id: id
      } as const
      const placed = yield* call(() => orders.createOrderV2(order))
      assert.strictEqual(placed.status, 201)

      const group = { is_auto_cancel_enabled: false, contracts_limit_fp: "10.00", exchange_index: 0 }
      assert.deepStrictEqual(yield* call(() => api.getOrderGroup(id)), {
        status: 200,
        data: { ...group, orders: [placed.data.order_id] }
      })
      assert.deepStrictEqual(yield* call(() => api.getOrderGroups(0)), {
        status: 200,
        data: { order_groups: [{ id, ...group }] }
      })
      assert.deepStrictEqual(yield* call(() => api.triggerOrderGroup(id, 0, 0, {})), { status: 200, data: {} })
      assert.deepStrictEqual((yield* call(() => api.getOrderGroup(id, 0))).data.orders, [])
      assert.deepStrictEqual(yield* refusalOf(orders.createOrderV2(order)), [400, "invalid_order"])
      assert.deepStrictEqual(yield* call(() => api.resetOrderGroup(id, undefined, undefined, {})), {
        status: 200,
        data: {}
      })
      assert.strictEqual((yield* call(() => orders.createOrderV2(order))).status, 201)
      const limit = { contracts_limit_fp: "20.50" }
      assert.deepStrictEqual(yield* call(() => api.updateOrderGroupLimit(id, limit)), { status: 200, data: {} })
      assert.strictEqual((yield* call(() => api.getOrderGroup(id))).data.contracts_limit_fp, "20.50")
      assert.deepStrictEqual(yield* call(() => api.deleteOrderGroup(id)), { status: 200, data: {} })
      assert.deepStrictEqual(yield* refusalOf(api.getOrderGroup(id)), [404, "not_found"])
      assert.deepStrictEqual((yield* call(() => api.getOrderGroups())).data, { order_groups: [] })

      // Given no body, it sends an empty object.
      const other = (yield* call(() => api.createOrderGroup({ contracts_limit_fp: "5" }))).data.order_group_id
      assert.strictEqual((yield* call(() => api.resetOrderGroup(other))).status, 200)
      assert.deepStrictEqual(yield* refusalOf(api.createOrderGroup({})), [400, "invalid_parameters"])
    }).pipe(Effect.provide(layer({ markets: [{ ticker }] })))
  )

  it.live("is not mistaken for it: another key, or a signed query string, is refused", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const mine = yield* sandbox.createAccount({ kind: "rsa" })
      const other = yield* sandbox.createAccount({ kind: "rsa" })
      const path = "/trade-api/v2/portfolio/order_groups"
      const statusOf = (signer: typeof mine.signer, signedPath: string) =>
        Effect.gen(function* () {
          const timestamp = String(Date.now())
          const headers = {
            "KALSHI-ACCESS-KEY": mine.keyId,
            "KALSHI-ACCESS-TIMESTAMP": timestamp,
            "KALSHI-ACCESS-SIGNATURE": yield* signer.sign(`${timestamp}GET${signedPath}`)
          }
          const url = `${sandbox.url}${path}?subaccount=0`
          return (yield* Effect.promise(() => axios.get(url, { headers, validateStatus: () => true }))).status
        })
      assert.strictEqual(yield* statusOf(mine.signer, path), 200)
      assert.strictEqual(yield* statusOf(mine.signer, `${path}?subaccount=0`), 401)
      assert.strictEqual(yield* statusOf(other.signer, path), 401)
    }).pipe(Effect.provide(layer()))
  )
})
