import { assert, describe, it } from "@effect/vitest"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { costOf, endpointCosts, bucketsOf } from "../../src/rest/costs.ts"
import { routes } from "../../src/rest/routes.ts"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { send, type Sent } from "../support/wire.ts"
import { makeWorld, order, ticker } from "../support/world.ts"

const descriptorOf = (operationId: string) =>
  routes.find(({ descriptor }) => descriptor.operationId === operationId)!.descriptor

describe("costOf", () => {
  it("returns the token cost that the client knows, for every operation", () => {
    for (const { descriptor } of routes) {
      assert.strictEqual(costOf(descriptor, {}), descriptor.limits.cost, descriptor.operationId)
    }
  })

  it("adds the costs of the items of a batch", () => {
    const items = (count: number) => ({ orders: Array.from({ length: count }, () => ({})) })
    assert.strictEqual(costOf(descriptorOf("BatchCreateOrdersV2"), items(7)), 70)
    assert.strictEqual(costOf(descriptorOf("BatchCancelOrdersV2"), items(7)), 14)
    for (const body of [items(0), {}, { orders: 7 }, null, undefined, "orders"]) {
      assert.strictEqual(costOf(descriptorOf("BatchCreateOrdersV2"), body), 10, JSON.stringify(body))
    }
  })
})

describe("bucketsOf", () => {
  const all = [0, 1, 2, 3]

  it.each([
    ["CreateOrderV2", "", { ticker, exchange_index: 2 }, [2]],
    ["CreateOrderV2", "", { ticker, exchange_index: 0 }, [0]],
    ["CreateOrderV2", "", { ticker, exchange_index: -1 }, all],
    ["CreateOrderV2", "", { ticker }, all],
    ["CreateOrderV2", "", null, [0]],
    ["AmendOrderV2", "", { ticker }, all],
    ["DecreaseOrderV2", "", {}, [0]],
    ["DecreaseOrderV2", "", { market_ticker: ticker }, all],
    ["CancelOrderV2", "", undefined, [0]],
    ["CancelOrderV2", "exchange_index=3", undefined, [3]],
    ["CancelOrderV2", "exchange_index=9", undefined, [0]],
    [`CancelOrderV2`, `market_ticker=${ticker}`, undefined, all],
    ["BatchCreateOrdersV2", "", { orders: [{ ticker, exchange_index: 2 }] }, [0]],
    ["CancelAllOrders", "", undefined, [0]],
    ["CreateOrderGroup", "", { exchange_index: 2 }, [0]],
    ["CreateRFQ", "", {}, [1]],
    ["CreateRFQBatch", "", {}, [1]],
    ["DeleteRFQBatchQuote", "", undefined, [1]],
    ["GetOrders", "", undefined, "read"]
  ] as const)("charges %s %s %j to the buckets %j", (operation, query, body, payers) => {
    assert.deepStrictEqual(bucketsOf(descriptorOf(operation), new URLSearchParams(query), body), payers)
  })
})

const timesUntilEmpty = (sent: Sent) =>
  Effect.gen(function* () {
    for (let times = 0; ; times++) {
      const got = yield* send(sent)
      if (got.status === 429) {
        assert.deepStrictEqual(got.body, { error: "too many requests" })
        return times
      }
    }
  })

describe("Exchange.takeTokens, over the wire", () => {
  it.effect("charges requests, refills with time, and separates reads from writes", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createMarket({ ticker })
      const by = yield* sandbox.createAccount({ tier: "basic" })
      const read = { method: "GET", path: "/portfolio/orders", by } as const
      const write = { method: "POST", path: "/portfolio/events/orders", json: order(), by } as const
      assert.strictEqual(yield* timesUntilEmpty(read), 60)
      assert.strictEqual(yield* timesUntilEmpty(write), 10)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* timesUntilEmpty(read), 10)
      assert.strictEqual(yield* timesUntilEmpty(write), 5)
      // A cancel costs two tokens.
      yield* TestClock.adjust("100 millis")
      const cancel = {
        method: "DELETE",
        path: "/portfolio/events/orders/00000000-0000-4000-8000-000000000000",
        by
      } as const
      assert.strictEqual(yield* timesUntilEmpty(cancel), 5)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("neither stops nor repeats the refill when the clock moves back and forth", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createMarket({ ticker })
      const by = yield* sandbox.createAccount({ tier: "basic" })
      const write = { method: "POST", path: "/portfolio/events/orders", json: order(), by } as const
      assert.strictEqual(yield* timesUntilEmpty(write), 10)
      yield* sandbox.moveClock(-20_000)
      assert.strictEqual(yield* timesUntilEmpty(write), 0)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* timesUntilEmpty(write), 5)
      yield* sandbox.moveClock(20_000)
      assert.strictEqual(yield* timesUntilEmpty(write), 0)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("charges refused requests, but not requests with an invalid signature", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount({ tier: "basic" })
      const path = "/portfolio/events/orders"
      for (let n = 0; n < 50; n++) {
        assert.strictEqual((yield* send({ method: "POST", path, json: {}, by, signed: { path: "/" } })).status, 401)
        assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
      }
      assert.strictEqual(yield* timesUntilEmpty({ method: "POST", path, text: "{", by }), 10)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("refuses a whole batch if there are too few tokens for it", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createMarket({ ticker })
      const by = yield* sandbox.createAccount({ tier: "basic" })
      const batch = (items: number) => {
        const orders = Array.from({ length: items }, () => order())
        return send({ method: "POST", path: "/portfolio/events/orders/batched", json: { orders }, by })
      }
      assert.strictEqual((yield* batch(11)).status, 429)
      assert.strictEqual((yield* batch(6)).status, 201)
      assert.strictEqual((yield* batch(5)).status, 429)
      assert.strictEqual((yield* batch(4)).status, 201)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("lists the token costs and the budget of the account", () =>
    Effect.gen(function* () {
      const { basic } = yield* makeWorld
      const costs = yield* send({ method: "GET", path: "/account/endpoint_costs" })
      assert.deepStrictEqual(costs.body, { default_cost: 10, endpoint_costs: endpointCosts })
      const limits = yield* send({ method: "GET", path: "/account/limits", by: basic })
      assert.deepStrictEqual(limits.body, {
        usage_tier: "basic",
        read: { refill_rate: 200, bucket_capacity: 600 },
        write: { refill_rate: 100, bucket_capacity: 100 },
        grants: []
      })
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("refuses no order of a client that fetches its budget, because the client waits", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createMarket({ ticker })
      const { signer } = yield* sandbox.createAccount({ tier: "basic" })
      const place = Orders.create({
        ticker,
        side: "bid",
        count: "1",
        price: "0.40",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        exchange_index: 0
      })
      const fiber = yield* Effect.forEach(Array.from({ length: 60 }), () => place, { concurrency: "unbounded" }).pipe(
        Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer })),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).length, 60)
      const served = (yield* sandbox.requests).filter(({ operation }) => operation === "CreateOrderV2")
      assert.deepStrictEqual([...new Set(served.map(({ status }) => status))], [201])
      assert.isAtLeast(
        served.at(-1)!.atMillis,
        5_000,
        "sixty orders cost the tokens of six seconds, and at the start the bucket has the tokens of one second"
      )
    }).pipe(Effect.provide(layerTest()))
  )
})
