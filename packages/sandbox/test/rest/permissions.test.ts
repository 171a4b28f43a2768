import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Scope } from "../../src/exchange/Entities.ts"
import { forbidden } from "../../src/rest/permissions.ts"
import { routes } from "../../src/rest/routes.ts"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { errorOf, send, type Sent } from "../support/wire.ts"
import { makeWorld, order } from "../support/world.ts"

const key = (scopes: ReadonlyArray<Scope>) => ({
  keyId: "",
  accountId: "",
  name: "",
  scopes,
  subaccount: undefined,
  publicKey: "",
  subtraderId: undefined
})

/** The non-public operations that a key with these scopes may perform. */
const permitted = (...scopes: ReadonlyArray<Scope>): ReadonlyArray<string> =>
  routes
    .filter(({ descriptor }) => forbidden(key([]), descriptor) !== undefined)
    .filter(({ descriptor }) => forbidden(key(scopes), descriptor) === undefined)
    .map(({ descriptor }) => descriptor.operationId)
    .sort()

describe("forbidden", () => {
  it("permits reads with the scope read, writes with the scope write, and public operations with any key", () => {
    const needing = routes.filter(({ descriptor }) => forbidden(key([]), descriptor) !== undefined)
    assert.isAbove(needing.length, 60)
    assert.isFalse(needing.some(({ descriptor }) => descriptor.access === "public"))
    const by = (access: string) =>
      needing.filter(({ descriptor }) => descriptor.access === access).map(({ descriptor }) => descriptor.operationId)
    assert.deepStrictEqual(permitted("read"), by("read").sort())
    assert.deepStrictEqual(permitted("write"), by("write").sort())
  })

  it("permits only a group of operations with a scope such as write::trade", () => {
    assert.deepStrictEqual(permitted("read::portfolio_balance"), ["GetBalance", "GetSubaccountBalances"])
    assert.deepStrictEqual(permitted("read::block_trade_accept"), ["GetBlockTradeProposals"])
    assert.deepStrictEqual(permitted("write::block_trade_accept"), ["AcceptBlockTradeProposal"])
    assert.deepStrictEqual(permitted("write::transfer"), [
      "ApplySubaccountTransfer",
      "IntraExchangeInstanceTransfer",
      "SetTargetBalanceAllocation"
    ])
    const trade = permitted("write::trade")
    for (const operation of [
      "CreateOrderV2",
      "BatchCancelOrdersV2",
      "CancelAllOrders",
      "ResetOrderGroup",
      "CreateRFQ",
      "CreateRFQBatch",
      "CreateRFQBatchQuote"
    ]) {
      assert.include(trade, operation)
    }
    for (const operation of ["ApplySubaccountTransfer", "GenerateApiKey", "CreateFCMSubtrader"]) {
      assert.notInclude(trade, operation)
    }
    assert.isTrue(permitted("write::fcm_risk").every((operation) => operation.includes("FCM")))
  })
})

describe("lockInput", () => {
  it.effect("restricts a locked key to its subaccount, even if the request names none", () =>
    Effect.gen(function* () {
      const { locked, maker } = yield* makeWorld
      const as = (sent: Partial<Sent> & Pick<Sent, "method" | "path">) => send({ by: locked, ...sent })
      const orders = "/portfolio/events/orders"
      for (const json of [order(), order({ subaccount: 1 })]) {
        assert.strictEqual((yield* as({ method: "POST", path: orders, json })).status, 201)
      }
      const other = yield* as({ method: "POST", path: orders, json: order({ subaccount: 0 }) })
      assert.deepStrictEqual([other.status, errorOf(other).code], [403, "permission_denied"])
      const batch = { orders: [order(), order({ subaccount: 1 })] }
      assert.strictEqual((yield* as({ method: "POST", path: `${orders}/batched`, json: batch })).status, 201)

      const listed = (by: typeof locked, path: string, name: string) =>
        Effect.map(send({ method: "GET", path, by }), ({ body }) => {
          const items = (body as Record<string, ReadonlyArray<Record<string, unknown>>>)[name]! // the test fails if the body has another form
          return [...new Set(items.map((item) => item["subaccount_number"]))]
        })
      assert.deepStrictEqual(yield* listed(locked, "/portfolio/orders", "orders"), [1])
      assert.deepStrictEqual(yield* listed(maker, "/portfolio/orders", "orders"), [1, 0])
      assert.deepStrictEqual(yield* listed(locked, "/portfolio/subaccounts/balances", "subaccount_balances"), [1])
      assert.deepStrictEqual(yield* listed(locked, "/portfolio/subaccounts/netting", "netting_configs"), [1])
      assert.strictEqual((yield* as({ method: "GET", path: "/portfolio/orders?subaccount=1" })).status, 200)

      const balance = yield* as({ method: "GET", path: "/portfolio/balance" })
      assert.notProperty(balance.body, "balance_breakdown")
      assert.property((yield* send({ method: "GET", path: "/portfolio/balance", by: maker })).body, "balance_breakdown")

      // A cancel without a subaccount cancels all orders of the key's own subaccount, and no other orders.
      assert.strictEqual((yield* as({ method: "DELETE", path: orders })).status, 204)
      const { body } = yield* send({ method: "GET", path: "/portfolio/orders?status=resting", by: maker })
      assert.isAbove((body as { orders: ReadonlyArray<unknown> }).orders.length, 0) // the test fails if the body has another form
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("refuses operations on the whole account to a locked key", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { locked } = yield* makeWorld
      const before = JSON.stringify(yield* sandbox.dump)
      for (const [method, path] of [
        ["POST", "/portfolio/subaccounts"],
        ["POST", "/portfolio/subaccounts/transfer"],
        ["GET", "/portfolio/subaccounts/transfers"],
        ["PUT", "/portfolio/subaccounts/netting"],
        ["POST", "/portfolio/intra_exchange_instance_transfer"],
        ["POST", "/portfolio/target_balance_allocation"],
        ["POST", "/api_keys/generate"],
        ["POST", "/fcm/positions/transfers"],
        ["POST", "/account/api_usage_level/upgrade"]
      ] as const) {
        const got = yield* send({ method, path, by: locked, ...(method === "GET" ? {} : { json: {} }) })
        assert.deepStrictEqual([got.status, errorOf(got).code], [403, "permission_denied"], path)
      }
      assert.strictEqual(JSON.stringify(yield* sandbox.dump), before)
    }).pipe(Effect.provide(layerTest({ assumptions: { undeclaredStatuses: "recorded" } })))
  )
})

describe("ApiKeys", () => {
  it.effect("generates, lists and deletes keys on the local exchange", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { accountId } = yield* sandbox.createAccount({ name: "owner" })
      const owner = yield* sandbox.createKey(accountId, "rsa")
      const json = { name: "bot", key_type: "ed25519", scopes: ["read", "write::trade"] }
      const made = yield* send({ method: "POST", path: "/api_keys/generate", json, by: owner })
      assert.deepInclude(made.body, { key_type: "ed25519" })
      const { api_key_id, private_key } = made.body as { api_key_id: string; private_key: string } // asserted below
      assert.match(private_key, /^-----BEGIN PRIVATE KEY-----/)
      const listed = yield* send({ method: "GET", path: "/api_keys", by: owner })
      assert.deepInclude((listed.body as { api_keys: ReadonlyArray<unknown> }).api_keys, {
        api_key_id,
        name: "bot",
        scopes: ["read", "write::trade"]
      })
      assert.notInclude(JSON.stringify(listed.body), "PRIVATE")
      assert.notInclude(JSON.stringify(yield* sandbox.snapshot), "PRIVATE")
      const gone = yield* send({ method: "DELETE", path: `/api_keys/${owner.keyId}`, by: owner })
      assert.strictEqual(gone.status, 204)
      const after = yield* send({ method: "GET", path: "/api_keys", by: owner })
      assert.deepStrictEqual([after.status, errorOf(after).details], [401, "NOT_FOUND"])
    }).pipe(Effect.provide(layerTest()))
  )
})
