import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { routes } from "../../src/rest/routes.ts"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { everyRequest } from "../support/requests.ts"
import { errorOf, send, type Sent } from "../support/wire.ts"
import { makeWorld, order, type World } from "../support/world.ts"

type Schema = {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

interface Published {
  readonly operationId: string
  readonly parameters?: ReadonlyArray<{ readonly $ref?: string; readonly name?: string }>
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } }
  readonly responses: Readonly<Record<string, unknown>>
}

const document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Published>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
} = JSON.parse(readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8"))

const published = Object.values(document.paths).flatMap((methods) => Object.values(methods))

/** A field of a request, and its place: the query, the body, or every item of a list in the body. */
interface Field {
  readonly operationId: string
  readonly at: "query" | "body" | "orders" | "allocations"
  readonly name: string
}

const isShardName = (name: string): boolean => /^exchange_index$|_exchange_shard$/.test(name)

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split("/").at(-1)!]!

/** Every field that names a shard, from the client's descriptors and the document. */
const fields: ReadonlyArray<Field> = routes.flatMap(({ descriptor: { operationId, query } }) => {
  const { requestBody } = published.find((operation) => operation.operationId === operationId)!
  const body = requestBody === undefined ? {} : resolved(requestBody.content["application/json"].schema)
  const named = (names: ReadonlyArray<string>, at: Field["at"]) =>
    names.filter(isShardName).map((name) => ({ operationId, at, name }))
  return [
    ...named(Object.keys(query), "query"),
    ...named(Object.keys(body.properties ?? {}), "body"),
    ...(["orders", "allocations"] as const).flatMap((list) => {
      const items = body.properties?.[list]?.items
      return items === undefined ? [] : named(Object.keys(resolved(items).properties ?? {}), list)
    })
  ]
})

/** Operations that document −1: the exchange then uses the shard of the market. */
const routed = new Set([
  "AmendOrderV2",
  "BatchCancelOrdersV2",
  "BatchCreateOrdersV2",
  "CancelOrderV2",
  "CreateOrderV2",
  "DecreaseOrderV2"
])

const withShard = (world: World, { at, name, operationId }: Field, shard: number): Sent => {
  const request = everyRequest.find((known) => known.operationId === operationId)!.request(world)
  const json = (request.json ?? {}) as Readonly<Record<string, unknown>> // a body in `everyRequest` is always an object
  switch (at) {
    case "query":
      return { ...request, path: `${request.path}${request.path.includes("?") ? "&" : "?"}${name}=${shard}` }
    case "body":
      return { ...request, json: { ...json, [name]: shard } }
    case "orders": {
      const item = operationId === "BatchCreateOrdersV2" ? order() : { order_id: world.orderIds[0] }
      return { ...request, json: { orders: [{ ...item, [name]: shard }] } }
    }
    case "allocations":
      return { ...request, json: { allocations: [{ percent: 100, [name]: shard }] } }
  }
}

const unknownShards = (operationId: string) => [4, 99, -2, ...(routed.has(operationId) ? [] : [-1])]

const errorIn = (got: { readonly status: number; readonly body: unknown }) => {
  const { orders } = got.body as { readonly orders?: ReadonlyArray<{ readonly error?: unknown }> } // the body is a JSON object
  return orders === undefined
    ? { status: got.status, error: errorOf({ headers: {}, ...got }) }
    : { status: 400, error: orders[0]!.error as { readonly code?: unknown; readonly details?: unknown } } // a refused order has an error
}

describe("a shard that does not exist", () => {
  it("can be named in these fields", () => {
    assert.deepStrictEqual(
      fields.map(({ at, name, operationId }) => `${operationId} ${at} ${name}`).sort(),
      [
        "AmendOrderV2 body exchange_index",
        "ApplySubaccountTransfer body exchange_index",
        "BatchCancelOrdersV2 orders exchange_index",
        "BatchCreateOrdersV2 orders exchange_index",
        "CancelOrderV2 query exchange_index",
        "CreateOrderGroup body exchange_index",
        "CreateOrderV2 body exchange_index",
        "CreateSubaccount body exchange_index",
        "DecreaseOrderV2 body exchange_index",
        "DeleteOrderGroup query exchange_index",
        "GetBalance query exchange_index",
        "GetFills query exchange_index",
        "GetOrders query exchange_index",
        "GetPositions query exchange_index",
        "IntraExchangeInstanceTransfer body destination_exchange_shard",
        "IntraExchangeInstanceTransfer body source_exchange_shard",
        "ResetOrderGroup query exchange_index",
        "SetTargetBalanceAllocation allocations exchange_index",
        "TriggerOrderGroup query exchange_index",
        "UpdateOrderGroupLimit query exchange_index"
      ].sort()
    )
  })

  for (const field of fields) {
    it.effect(`is refused as ${field.name} in the ${field.at} of ${field.operationId}, and changes nothing`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const world = yield* makeWorld
        const before = JSON.stringify(yield* sandbox.dump)
        for (const shard of unknownShards(field.operationId)) {
          const { error, status } = errorIn(yield* send(withShard(world, field, shard)))
          assert.deepStrictEqual([status, error.code], [400, "invalid_parameters"], String(shard))
          assert.include(String(error.details), field.name)
        }
        assert.strictEqual(JSON.stringify(yield* sandbox.dump), before)
      }).pipe(Effect.provide(layerTest({ assumptions: { undeclaredStatuses: "recorded" } })))
    )

    it.effect(`causes 404 instead of 400 if ${field.operationId} declares only 404 (${field.name})`, () =>
      Effect.gen(function* () {
        const world = yield* makeWorld
        const { responses } = published.find(({ operationId }) => operationId === field.operationId)!
        const isReplaced = !Object.hasOwn(responses, "400") && Object.hasOwn(responses, "404")
        for (const shard of unknownShards(field.operationId)) {
          const { error, status } = errorIn(yield* send(withShard(world, field, shard)))
          const expected = isReplaced ? [404, "not_found"] : [400, "invalid_parameters"]
          assert.deepStrictEqual([status, error.code], expected, String(shard))
          assert.include(String(error.details), field.name)
        }
      }).pipe(Effect.provide(layerTest()))
    )
  }

  it.effect("is refused even for the margined exchange, which has no shards", () =>
    Effect.gen(function* () {
      const { maker: by } = yield* makeWorld
      const path = "/portfolio/intra_exchange_instance_transfer"
      const transfer = { source: "event_contract", destination: "margined", amount: 10_000 }
      for (const json of [
        { ...transfer, destination_exchange_shard: 4 },
        { ...transfer, source: "margined", destination: "event_contract", source_exchange_shard: 99 }
      ]) {
        const got = yield* send({ method: "POST", path, json, by })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, "invalid_parameters"])
      }
      const ok = yield* send({ method: "POST", path, json: { ...transfer, destination_exchange_shard: 3 }, by })
      assert.strictEqual(ok.status, 200)
    }).pipe(Effect.provide(layerTest()))
  )
})
