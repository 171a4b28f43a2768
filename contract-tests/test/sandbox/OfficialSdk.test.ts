/**
 * Checks the local exchange with the official TypeScript SDK. Calls each method of the SDK over HTTP, and checks each
 * response against the document.
 */
import { afterAll, assert, describe, it, layer } from "@effect/vitest"
import { type Fault, layer as layerSandbox, Sandbox } from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import type { Json, JsonObject } from "../../src/judge/JsonSchema.ts"
import { document } from "../operations/support/client.ts"
import { alwaysEmpty, differences, emptyLists, faultsOf, type Received } from "./support/answers.ts"
import {
  type Answer,
  type Apis,
  axios,
  calls,
  configurationOf,
  found,
  make,
  type Method
} from "./support/officialSdk.ts"
import * as World from "./support/world.ts"

/** The SDK names its methods after the operations. */
const operationOf = (method: string): string => method.charAt(0).toUpperCase() + method.slice(1)

/** The operations for which version 3.30.0 of the SDK has no method. */
const withoutCall = [
  "AcceptRFQBatch",
  "ConfirmRFQBatchQuote",
  "CreateFCMPositionTransfer",
  "CreateRFQBatch",
  "CreateRFQBatchQuote",
  "DeleteRFQBatch",
  "DeleteRFQBatchQuote",
  "GetFCMFills",
  "GetFCMSubtraderBlockedCategories",
  "GetRFQBatch",
  "GetRFQBatchBestQuotes",
  "GetRFQBatchQuotes",
  "GetRFQBatches",
  "UpdateFCMSubtraderBlockedCategories"
]

const received = ({ data, headers, status }: Answer): Received => ({
  status,
  contentType: String((headers as Readonly<Record<string, unknown>>)["content-type"]), // In axios, the headers are an object.
  data: data as Json // axios parsed this JSON.
})

/** The fields in the path, the query and the body of the request. */
const sent = (path: string, { data, url = "" }: Answer["config"]): JsonObject => {
  const { pathname, searchParams } = new URL(url)
  const parts = pathname.replace("/trade-api/v2", "").split("/").map(decodeURIComponent)
  const ids = path
    .split("/")
    .flatMap((part, index) => (part.startsWith("{") ? [[part.slice(1, -1), parts[index] ?? ""]] : []))
  const body: unknown = typeof data === "string" && data !== "" ? JSON.parse(data) : {}
  return { ...(body as JsonObject), ...Object.fromEntries([...searchParams, ...ids]) } // The SDK sends only objects as bodies.
}

const call = (api: keyof Apis, method: string) =>
  Effect.gen(function* () {
    const world = yield* World.World
    const sandbox = yield* Sandbox
    const table: Readonly<Record<string, (world: World.Shape) => ReadonlyArray<unknown>>> = calls[api]
    const argumentsOf = table[method]
    if (argumentsOf === undefined) return assert.fail(`${api}.${method} has no arguments`)
    const path = document.operation(operationOf(method))?.path ?? ""
    const object: unknown = make(api, configurationOf(sandbox, world.rsaOf(path)))
    const methods = object as Readonly<Record<string, Method>> // `found` contains only methods of this object.
    const answer = yield* Effect.promise(() => methods[method]!(...argumentsOf(world)))
    return { answer, operations: (yield* sandbox.requests).map(({ operation }) => operation) }
  })

describe("the official SDK", () => {
  it("has no method for the listed operations, and a method for every other operation", () => {
    const operations = found.map(([, method]) => operationOf(method))
    assert.deepStrictEqual(
      [...operations, ...withoutCall].sort(),
      ClientOperations.all.map(({ descriptor }) => descriptor.operationId).sort()
    )
  })
})

layer(World.layer, { excludeTestServices: true })("the official SDK, against the local exchange", (it) => {
  const statuses = new Map<string, number>()

  for (const [api, method] of found) {
    const operation = operationOf(method)
    it.effect(`${api}.${method} calls ${operation} and gets a valid response`, () =>
      Effect.gen(function* () {
        yield* (yield* World.World).refreshed
        const { answer, operations } = yield* call(api, method)
        statuses.set(operation, answer.status)
        assert.deepStrictEqual(operations, [operation])
        const { data } = received(answer)
        const path = document.operation(operation)?.path ?? ""
        assert.deepStrictEqual(faultsOf(operation, received(answer)), [])
        assert.deepStrictEqual(differences(sent(path, answer.config), data), [])
        assert.deepStrictEqual(emptyLists(data), alwaysEmpty[operation] ?? [])
      })
    )
  }

  afterAll(() => {
    const width = Math.max(...[...statuses.keys()].map((operation) => operation.length))
    console.log([...statuses].map(([operation, status]) => `${operation.padEnd(width)} ${status}`).join("\n"))
  })

  const faults: ReadonlyArray<readonly [string, Omit<Fault, "operation">, ReadonlyArray<string>]> = [
    ["a missing member", { status: 200, body: {} }, ["/order must have required property 'order'"]],
    ["a wrong status", { status: 201 }, ["status 201, but the document declares 200"]],
    ["a wrong content type", { status: 200, body: "{}", contentType: "text/plain" }, ["the content type is text/plain"]]
  ]
  for (const [fault, answer, expected] of faults) {
    it.effect(`returns the whole response, so that the checks find ${fault}`, () =>
      Effect.gen(function* () {
        yield* (yield* World.World).refreshed
        yield* (yield* Sandbox).plant({ ...answer, operation: "GetOrder" })
        assert.deepStrictEqual(faultsOf("GetOrder", received((yield* call("OrdersApi", "getOrder")).answer)), expected)
      })
    )
  }
})

describe("the checks of responses", () => {
  it("detect an entity that the request did not ask for, in the body, its members and its lists", () => {
    const asked = { ticker: "KXA-26-YES", order_id: "1", status: "open", limit: 10 }
    assert.deepStrictEqual(differences(asked, { ticker: "KXA-26-YES", orders: [{ order_id: "1", status: "x" }] }), [])
    assert.deepStrictEqual(differences(asked, { ticker: "KXB-26-YES" }), [
      "/ticker is KXB-26-YES, but the request asks for KXA-26-YES"
    ])
    assert.deepStrictEqual(differences(asked, { order: { order_id: "2" } }), [
      "/order/order_id is 2, but the request asks for 1"
    ])
    assert.deepStrictEqual(differences(asked, { orders: [{ order_id: "1" }, { order_id: "2" }] }), [
      "/orders/1/order_id is 2, but the request asks for 1"
    ])
  })

  it("return the pointers of lists that are empty in every item of their parent list", () => {
    const data = { a: [], b: [{ c: [] }, { c: [1] }, { d: [] }], e: { f: [] } }
    assert.deepStrictEqual(emptyLists(data), ["/a", "/b/*/d", "/e/f"])
  })
})

const ticker = "KXTEST-26-YES"

const refusalOf = (call: Promise<unknown>) =>
  Effect.promise(() =>
    call.then(
      () => "was not rejected",
      (error: unknown) =>
        axios.isAxiosError(error) ? [error.response?.status, error.response?.data?.error?.code] : String(error)
    )
  )

describe("the official SDK with its own account", () => {
  it.live("manages an order group, and receives the expected errors", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const configuration = configurationOf(sandbox, yield* sandbox.createAccount({ kind: "rsa" }))
      const api = make("OrderGroupsApi", configuration)
      const call = <A>(run: () => Promise<{ readonly status: number; readonly data: A }>) =>
        Effect.map(Effect.promise(run), ({ data, status }) => ({ data, status }))

      const created = yield* call(() => api.createOrderGroup({ contracts_limit: 10 }))
      const id = created.data.order_group_id
      assert.deepStrictEqual(created, { status: 201, data: { order_group_id: id, subaccount: 0, exchange_index: 0 } })

      const orders = make("OrdersApi", configuration)
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

      // Without a body argument, `resetOrderGroup` sends an empty object.
      const other = (yield* call(() => api.createOrderGroup({ contracts_limit_fp: "5" }))).data.order_group_id
      assert.strictEqual((yield* call(() => api.resetOrderGroup(other))).status, 200)
      assert.deepStrictEqual(yield* refusalOf(api.createOrderGroup({})), [400, "invalid_parameters"])
      // For an operation without a declared body, the SDK sends neither a body nor a content type.
      const account = make("AccountApi", configuration)
      assert.strictEqual((yield* call(() => account.upgradeAccountApiUsageLevel())).status, 201)
    }).pipe(Effect.provide(layerSandbox({ markets: [{ ticker }] })))
  )

  it.live("signs requests only with the key of its configuration", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const one = yield* sandbox.createAccount({ kind: "rsa" })
      const other = yield* sandbox.createAccount({ kind: "rsa" })
      const apiOf = (credentials: typeof one) => make("OrderGroupsApi", configurationOf(sandbox, credentials))
      const [first, second] = [apiOf(one), apiOf(other)]
      yield* Effect.promise(() => second.getOrderGroups())
      yield* Effect.promise(() => first.getOrderGroups(0))
      assert.deepStrictEqual(
        (yield* sandbox.requests).map(({ keyId, status }) => [keyId, status]),
        [
          [other.keyId, 200],
          [one.keyId, 200]
        ]
      )
      const forged = apiOf({ ...one, privateKey: other.privateKey })
      assert.deepStrictEqual(yield* refusalOf(forged.getOrderGroups()), [401, "authentication_error"])
    }).pipe(Effect.provide(layerSandbox()))
  )
})
