import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Scope, Tracer } from "effect"
import { TestClock } from "effect/testing"
import * as Account from "../../src/rest/Account.ts"
import * as ApiKeys from "../../src/rest/ApiKeys.ts"
import * as BlockTrades from "../../src/rest/BlockTrades.ts"
import type { GetAccountEndpointCostsResponse } from "../../src/generated/responses.ts"
import * as costs from "../../src/limits/costs.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as Quotes from "../../src/rest/Quotes.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import { recorded } from "../support/calls.ts"
import {
  type Budget,
  Exchange as Metered,
  layer,
  layerExchange,
  limitsOf,
  provideExchange
} from "../support/exchange.ts"
import { batch, order } from "../support/orders.ts"
import { concurrently, indexes, runFor, start } from "../support/run.ts"
import { environment, signer } from "../support/scripted.ts"

const create = Orders.create(order("o"))
const creates = (count: number) => concurrently(count, () => create)

const read: Budget = { rate: 12_000, capacity: 36_000 }
const write: Budget = { rate: 9_600, capacity: 28_800 }
const noLatency: Partial<Kalshi.Options> = { limits: { latency: 0 } }

const limitRequests = Effect.map(Metered, ({ arrived }) =>
  arrived.flatMap(({ request }) => (request.startsWith("GET /account/") ? [request] : []))
)
const both = ["GET /account/endpoint_costs", "GET /account/limits"]

const fitsBatch = (size: number) =>
  Effect.map(RateLimits.waitFor(Orders.batchCreate, batch(size)), (millis) => millis < Number.POSITIVE_INFINITY)

describe("RateLimits, the account's budget", () => {
  it.effect("is not fetched while at most half of a default bucket is spent", () =>
    Effect.gen(function* () {
      yield* creates(5)
      yield* Effect.forEach(indexes(10), () => OrderGroups.list())
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* limitRequests, [])
    }).pipe(provideExchange({ read, write }))
  )

  it.effect("is fetched in the background once more than half of a bucket is spent", () =>
    Effect.gen(function* () {
      yield* runFor(0, creates(6))
      assert.deepStrictEqual(yield* limitRequests, both)
      assert.isTrue(yield* fitsBatch(2_880))
      assert.isFalse(yield* fitsBatch(2_881))
      yield* runFor("4 seconds", creates(3_000))
      const { calls, refused } = yield* Metered
      assert.strictEqual(refused(), 0)
      // 40 of the default 100 tokens are left. The orders need 30,000 tokens, at 9,600 tokens per second.
      assert.closeTo(calls().at(-1)!.atMillis, 3_121, 10)
    }).pipe(provideExchange({ read, write }))
  )

  it.effect("is fetched before a batch that exceeds a default bucket is sent", () =>
    Effect.gen(function* () {
      yield* Orders.batchCreate(batch(11))
      assert.deepStrictEqual(yield* limitRequests, both)
      const error = yield* Effect.flip(Orders.batchCreate(batch(2_881)))
      assert.strictEqual(error._tag, "LimitExceeded")
    }).pipe(provideExchange({ read, write, transitMillis: () => 0 }), Effect.timeout("1 second"))
  )

  it.effect("is fetched once for several batches that exceed a default bucket", () =>
    Effect.gen(function* () {
      yield* runFor(
        "1 second",
        concurrently(3, (i) => Orders.batchCreate(batch(11 + i)))
      )
      assert.deepStrictEqual(yield* limitRequests, both)
    }).pipe(provideExchange({ read, write, transitMillis: () => 50 }, { limits: {} }))
  )

  it.effect("does not block a large batch if the fetch fails", () =>
    Effect.gen(function* () {
      yield* runFor("1 minute", Orders.batchCreate(batch(11)))
      assert.strictEqual((yield* Metered).calls().length, 1)
    }).pipe(
      provideExchange({
        read,
        write,
        respond: (request) => (request.includes("/account/") ? { status: 401, body: {} } : undefined)
      })
    )
  )

  it.effect("does not delay a large batch longer than the maxWait of the batch", () =>
    Effect.gen(function* () {
      yield* runFor(
        "2 seconds",
        Orders.batchCreate(batch(11)).pipe(Effect.provideService(RateLimits.Overrides, { maxWait: "2 seconds" }))
      )
      assert.strictEqual((yield* Metered).calls()[0]!.sentMillis, 2_000)
    }).pipe(provideExchange({ read, write, transitMillis: (n) => (n === 0 ? 5_000 : 0) }))
  )

  it.effect("is fetched after a 429", () =>
    Effect.gen(function* () {
      yield* runFor("1 minute", Effect.exit(create))
      assert.deepStrictEqual((yield* limitRequests).slice(0, 2), both)
    }).pipe(
      provideExchange({ read, write, respond: (request) => (request.startsWith("POST") ? { status: 429 } : undefined) })
    )
  )

  it.effect("is fetched again by the first call after it is ten minutes old", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust("599 seconds")
      yield* runFor(0, create)
      assert.strictEqual((yield* limitRequests).length, 2)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* limitRequests).length, 2)
      yield* runFor(0, create)
      assert.strictEqual((yield* limitRequests).length, 4)
    }).pipe(provideExchange({ read, write }))
  )

  it.effect("rejects a waiting batch if the fetched budget is too small for it", () =>
    Effect.gen(function* () {
      yield* Orders.batchCreate(batch(100))
      yield* TestClock.adjust("601 seconds")
      yield* Orders.batchCreate(batch(150))
      assert.strictEqual((yield* runFor("1 second", Effect.flip(Orders.batchCreate(batch(100)))))._tag, "LimitExceeded")
    }).pipe(
      Effect.provide(
        Layer.suspend(() => {
          let requests = 0
          const large = limitsOf(read, { rate: 100, capacity: 2_000 })
          const small = limitsOf(read, { rate: 100, capacity: 500 })
          return layer(
            {
              read,
              write,
              respond: (request) =>
                request === both[1] ? { status: 200, body: requests++ === 0 ? large : small } : undefined
            },
            noLatency
          )
        })
      )
    )
  )

  const good = limitsOf(read, write)
  const malformed: ReadonlyArray<readonly [string, unknown]> = [
    ["that is not an object", []],
    ["without the write bucket", { ...good, write: undefined }],
    ["with a rate of zero", { ...good, write: { bucket_capacity: 100, refill_rate: 0 } }],
    ["with a negative rate", { ...good, read: { bucket_capacity: 100, refill_rate: -5 } }],
    ["with a capacity of zero", { ...good, read: { bucket_capacity: 0, refill_rate: 5 } }],
    ["with a rate that is a string", { ...good, write: { bucket_capacity: 100, refill_rate: "100" } }],
    ["that is an error", { error: { code: "not_found", message: "no limits" } }]
  ]
  for (const [name, limits] of malformed) {
    it.effect(`stays the default after a response ${name}, and is fetched again later`, () =>
      Effect.gen(function* () {
        yield* runFor(0, creates(6))
        assert.deepStrictEqual(yield* limitRequests, both)
        assert.closeTo(yield* RateLimits.waitFor(Orders.batchCreate, batch(10)), 600.6, 0.1)
        yield* TestClock.adjust("11 seconds")
        yield* runFor(0, create)
        assert.strictEqual((yield* limitRequests).length, 4)
      }).pipe(provideExchange({ limits }))
    )
  }

  for (const status of [401, 403, 500, 504]) {
    it.effect(`stays the default after a ${status}`, () =>
      Effect.gen(function* () {
        yield* runFor("1 minute", creates(12))
        assert.closeTo((yield* Metered).calls().at(-1)!.atMillis, 200, 10)
      }).pipe(
        provideExchange({ respond: (request) => (request.includes("/account/") ? { status, body: {} } : undefined) })
      )
    )
  }

  it.effect("is not fetched again within ten seconds of a failure", () =>
    Effect.gen(function* () {
      const fiber = yield* start(Effect.forEach(indexes(90), () => Effect.delay(create, "100 millis")))
      yield* TestClock.adjust("9.9 seconds")
      assert.strictEqual((yield* limitRequests).length, 2)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
    }).pipe(
      provideExchange({ respond: (request) => (request.includes("/account/") ? { status: 403, body: {} } : undefined) })
    )
  )

  it.effect("always has room for one request, however small the share is", () =>
    Effect.gen(function* () {
      yield* runFor("20 seconds", creates(2))
      assert.deepStrictEqual(yield* limitRequests, both)
      // This share of 10,000 tokens per second is 10 tokens per second: one order per second.
      assert.deepStrictEqual(
        (yield* Metered).calls().map(({ atMillis }) => atMillis),
        [0, 1002]
      )
    }).pipe(provideExchange({ write: { rate: 10_000, capacity: 1_000 } }, { limits: { latency: 0, share: 0.001 } }))
  )

  it.effect("is fetched by a fiber that ends with the layer", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        layer({ transitMillis: (n) => (n === 5 || n === 6 ? 60_000 : 0) }, noLatency),
        scope
      )
      yield* Effect.provide(creates(6), context)
      yield* TestClock.adjust(0)
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(yield* Effect.provide(limitRequests, context), [])
    })
  )
})

describe("RateLimits, the requests for the account's limits", () => {
  it.effect("do not have the caller's span as parent, and ignore the caller's overrides", () =>
    Effect.gen(function* () {
      const parents: Array<readonly [name: string, parent: string | undefined]> = []
      const tracer = Tracer.make({
        span: (options) => {
          const parent = options.parent._tag === "Some" ? options.parent.value : undefined
          parents.push([options.name, parent?._tag === "Span" ? parent.name : undefined])
          return new Tracer.NativeSpan(options)
        }
      })
      yield* creates(6).pipe(
        Effect.withSpan("mine"),
        Effect.provideService(SendPolicy.Overrides, { maxBodyBytes: 200 }),
        Effect.provideService(RateLimits.Overrides, { maxWait: 0 }),
        Effect.withTracer(tracer)
      )
      yield* TestClock.adjust(0)
      assert.deepInclude(parents, ["Orders.create", "mine"])
      assert.deepInclude(parents, ["Account.limits", undefined])
      assert.deepInclude(parents, ["Account.endpointCosts", undefined])
      assert.isTrue(yield* fitsBatch(2_880))
    }).pipe(provideExchange({ read, write }))
  )

  it.effect("are sent before the waiting calls of a burst, and cause no 429", () =>
    Effect.gen(function* () {
      yield* runFor(
        "1 minute",
        concurrently(40, (i) => OrderGroups.get({ order_group_id: `g${i}` }))
      )
      const { arrived, refused } = yield* Metered
      assert.strictEqual(refused(), 0)
      const signed = arrived.filter(({ signedMillis }) => signedMillis !== undefined)
      assert.strictEqual(
        signed.findIndex(({ request }) => request === both[1]),
        10
      )
    }).pipe(provideExchange())
  )

  it.effect("provide their result to all layers with the same store", () =>
    Effect.gen(function* () {
      const limits = { account: "mine", latency: 0 }
      const first = Kalshi.layer({ environment, signer: signer(), limits })
      yield* Effect.provide(Effect.andThen(creates(6), Effect.andThen(TestClock.adjust("10 seconds"), create)), first)
      assert.deepStrictEqual(yield* limitRequests, both)
      const requests = (yield* limitRequests).length
      const second = Kalshi.layer({ environment, signer: signer(), limits })
      // These five orders and the batch need more tokens than a default bucket has. The five orders alone do not start
      // a request for the account's limits.
      yield* Effect.provide(creates(5), second)
      assert.strictEqual(yield* Effect.provide(RateLimits.waitFor(Orders.batchCreate, batch(10)), second), 0)
      assert.strictEqual((yield* limitRequests).length, requests)
    }).pipe(Effect.provide(Layer.fresh(Layer.merge(RateLimits.layerMemory, layerExchange({ read, write })))))
  )
})

describe("costs.read", () => {
  const list = (entries: ReadonlyArray<readonly [cost: number, method: string, path: string]>, default_cost = 10) => ({
    default_cost,
    endpoint_costs: entries.map(([cost, method, path]) => ({ cost, method, path }))
  })
  const costOf = (list: GetAccountEndpointCostsResponse) => costs.read(list) ?? assert.fail("the list is invalid")

  it("reads the list that demo returned in July 2026", () => {
    const [body] = recorded("GetAccountEndpointCosts") as ReadonlyArray<GetAccountEndpointCostsResponse>
    const cost = costOf(body!)
    const expected = [
      [Account.upgradeUsageLevel, 30],
      [Quotes.create, 2],
      [Quotes.getByQuoteId, 2],
      [Quotes.deleteByQuoteId, 2],
      [Quotes.delete, 2],
      [Quotes.get, 10],
      [Orders.cancel, 2],
      [Orders.batchCancel, 2],
      [Orders.batchCreate, 10],
      [Orders.get, 2],
      [Orders.list, 10],
      [Orders.queuePosition, 10],
      [Orders.cancelAll, 10],
      [Account.limits, 10],
      [BlockTrades.accept, 10]
    ] as const
    for (const [{ descriptor }, tokens] of expected) assert.strictEqual(cost(descriptor), tokens, descriptor.name)
  })

  it("returns the list's default for an operation that is not listed", () => {
    assert.strictEqual(costOf(list([], 7))(Orders.cancel.descriptor), 7)
    assert.strictEqual(costOf(list([], 0))(Orders.cancel.descriptor), 0)
  })

  it("matches method and path, with any parameter names and any prefix", () => {
    for (const path of [
      "/trade-api/v2/portfolio/orders/:order_id",
      "/trade-api/v2/portfolio/orders/:id/",
      "/portfolio/orders/{order_id}"
    ]) {
      const cost = costOf(list([[3, "get", path]]))
      assert.strictEqual(cost(Orders.get.descriptor), 3)
      assert.strictEqual(cost(Orders.list.descriptor), 10)
      assert.strictEqual(cost(Orders.queuePosition.descriptor), 10)
      assert.strictEqual(cost(Orders.cancel.descriptor), 10)
    }
  })

  it("treats only a complete segment as a parameter", () => {
    for (const path of ["/portfolio/orders/a:b", "/portfolio/orders/{a}b"]) {
      assert.strictEqual(costOf(list([[3, "GET", path]]))(Orders.get.descriptor), 10)
    }
  })

  it("requires every segment before a wildcard", () => {
    const cost = costOf(list([[3, "GET", "/portfolio/fills/*rest"]]))
    assert.strictEqual(cost(Orders.get.descriptor), 10)
  })

  it("does not apply the cost of `orders/:order_id` to `orders/batched`", () => {
    const cost = costOf(list([[3, "DELETE", "/trade-api/v2/portfolio/events/orders/:order_id"]]))
    assert.strictEqual(cost(Orders.cancel.descriptor), 3)
    assert.strictEqual(cost(Orders.batchCancel.descriptor), 10)
  })

  it("matches a wildcard with one or more segments, and prefers the most specific route", () => {
    const entries = [
      [5, "GET", "/trade-api/v2/portfolio/*rest"],
      [6, "GET", "/trade-api/v2/portfolio/orders/*"],
      [7, "GET", "/trade-api/v2/portfolio/orders/:order_id"],
      [8, "GET", "/trade-api/v2/api_keys/*endpoint"]
    ] as const
    for (const each of [entries, [...entries].reverse()]) {
      const cost = costOf(list(each))
      assert.strictEqual(cost(Orders.get.descriptor), 7)
      assert.strictEqual(cost(Orders.queuePosition.descriptor), 6)
      assert.strictEqual(cost(Orders.list.descriptor), 5)
      assert.strictEqual(cost(ApiKeys.list.descriptor), 10)
      assert.strictEqual(cost(Account.limits.descriptor), 10)
    }
  })

  it("returns undefined for a list with an invalid cost", () => {
    assert.isUndefined(costs.read(list([], -1)))
    assert.isUndefined(costs.read(list([], Number.NaN)))
    assert.isUndefined(costs.read(list([[-2, "GET", "/portfolio/orders"]])))
  })

  it.effect("provides the account's costs once they are fetched", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(33)), 0)
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(34)), Number.POSITIVE_INFINITY)
    }).pipe(provideExchange({ costs: list([[3, "POST", "/trade-api/v2/portfolio/events/orders/batched"]]) }))
  )

  it.effect("keeps the documented costs if the fetch fails, and fetches again", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* fitsBatch(2_880))
      yield* TestClock.adjust("11 seconds")
      yield* runFor(0, create)
      assert.strictEqual((yield* limitRequests).length, 4)
    }).pipe(
      provideExchange({
        read,
        write,
        respond: (request) => (request === both[0] ? { status: 404, body: {} } : undefined)
      })
    )
  )
})

describe("Kalshi.layer at saturation", () => {
  const budgets = { read: { rate: 200, capacity: 200 }, write: { rate: 200, capacity: 600 } }
  const seconds = 30
  const delays: ReadonlyArray<readonly [string, (n: number) => number]> = [
    ["immediately", () => 0],
    ["after 50 ms", () => 50],
    ["after 450 ms", () => 450],
    ["after up to half a second", (n) => (n * 7_919) % 500]
  ]
  for (const [name, transitMillis] of delays) {
    it.effect(`uses at least 95 % of the budget without a 429 if requests arrive ${name}`, () =>
      Effect.gen(function* () {
        // The buckets fill in less than five seconds.
        yield* runFor("5 seconds", creates(6))
        const began = yield* Clock.currentTimeMillis
        const calls = indexes(80).map(() => [Effect.forever(create), Effect.forever(OrderGroups.list())])
        const fiber = yield* Effect.forkChild(Effect.all(calls.flat(), { concurrency: "unbounded" }))
        yield* TestClock.adjust(`${seconds} seconds`)
        yield* Fiber.interrupt(fiber)
        const { arrived, refused } = yield* Metered
        assert.strictEqual(refused(), 0)
        for (const [kind, method] of [
          ["read", "GET"],
          ["write", "POST"]
        ] as const) {
          let used = 0
          for (const { atMillis, cost, request } of arrived) {
            if (atMillis >= began && request.startsWith(method)) used += cost
          }
          const { capacity, rate } = budgets[kind]
          assert.isAtLeast(used / (capacity + rate * seconds), 0.95, kind)
        }
      }).pipe(provideExchange({ ...budgets, transitMillis }, { limits: {} }))
    )
  }
})
