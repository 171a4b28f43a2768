import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Scope, Tracer } from "effect"
import { TestClock } from "effect/testing"
import * as Account from "../src/rest/Account.ts"
import * as ApiKeys from "../src/rest/ApiKeys.ts"
import * as BlockTrades from "../src/rest/BlockTrades.ts"
import type { GetAccountEndpointCostsResponse } from "../src/generated/responses.ts"
import * as costs from "../src/limits/costs.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as Quotes from "../src/rest/Quotes.ts"
import * as RateLimits from "../src/limits/RateLimits.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import { recorded } from "./support/calls.ts"
import { type Budget, Exchange as Metered, layer, layerExchange, limitsOf } from "./support/exchange.ts"
import { batch, order } from "./support/orders.ts"
import { concurrently, indexes, runFor, start } from "./support/run.ts"
import { environment, signer } from "./support/scripted.ts"

const create = Orders.create(order("o"))
const creates = (count: number) => concurrently(count, () => create)

const read: Budget = { rate: 12_000, capacity: 36_000 }
const write: Budget = { rate: 9_600, capacity: 28_800 }
const prompt: Partial<Kalshi.Options> = { limits: { latency: 0 } }

/** What was asked of the account itself, in order. */
const learning = Effect.map(Metered, ({ arrived }) =>
  arrived.flatMap(({ request }) => (request.startsWith("GET /account/") ? [request] : []))
)
const both = ["GET /account/endpoint_costs", "GET /account/limits"]

/** How long an order would wait that needs all of a default bucket, and so what has become of it. */
const capacityOf = (size: number) =>
  Effect.map(RateLimits.waitFor(Orders.batchCreate, batch(size)), (millis) => millis < Number.POSITIVE_INFINITY)

describe("the account's budget", () => {
  it.effect("is not asked for by a program that spends less than half of a default bucket", () =>
    Effect.gen(function* () {
      yield* creates(5)
      yield* Effect.forEach(indexes(10), () => OrderGroups.list())
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* learning, [])
    }).pipe(Effect.provide(layer({ read, write }, prompt)))
  )

  it.effect("is learned in the background once more is spent, and then used", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(yield* learning, both)
      assert.isTrue(yield* capacityOf(2_880))
      assert.isFalse(yield* capacityOf(2_881))
      yield* runFor("4 seconds", creates(3_000))
      const { calls, refused } = yield* Metered
      assert.strictEqual(refused(), 0)
      // 40 tokens of the default's 100 are left, and 30,000 are wanted at 9,600 a second.
      assert.closeTo(calls().at(-1)!.atMillis, 3_121, 10)
    }).pipe(Effect.provide(layer({ read, write }, prompt)))
  )

  it.effect("is learned by the first batch that a default bucket would not hold, which waits for it", () =>
    Effect.gen(function* () {
      yield* Orders.batchCreate(batch(11))
      assert.deepStrictEqual(yield* learning, both)
      const error = yield* Effect.flip(Orders.batchCreate(batch(2_881)))
      assert.strictEqual(error._tag, "LimitExceeded")
    }).pipe(Effect.provide(layer({ read, write, underWay: () => 0 }, prompt)), Effect.timeout("1 second"))
  )

  it.effect("is learned by several such batches at once only once", () =>
    Effect.gen(function* () {
      yield* runFor(
        "1 second",
        concurrently(3, (i) => Orders.batchCreate(batch(11 + i)))
      )
      assert.deepStrictEqual(yield* learning, both)
    }).pipe(Effect.provide(layer({ read, write, underWay: () => 50 })))
  )

  it.effect("is for the exchange to judge where it cannot be learned: a large batch is sent", () =>
    Effect.gen(function* () {
      yield* runFor("1 minute", Orders.batchCreate(batch(11)))
      assert.strictEqual((yield* Metered).calls().length, 1)
    }).pipe(
      Effect.provide(
        layer(
          { read, write, answer: (request) => (request.includes("/account/") ? { status: 401, body: {} } : undefined) },
          prompt
        )
      )
    )
  )

  it.effect("is not waited for beyond what such a batch may wait", () =>
    Effect.gen(function* () {
      yield* runFor(
        "2 seconds",
        Orders.batchCreate(batch(11)).pipe(Effect.provideService(RateLimits.Overrides, { maxWait: "2 seconds" }))
      )
      assert.strictEqual((yield* Metered).calls()[0]!.sentMillis, 2_000)
    }).pipe(Effect.provide(layer({ read, write, underWay: (n) => (n === 0 ? 5_000 : 0) }, prompt)))
  )

  it.effect("is learned after a 429", () =>
    Effect.gen(function* () {
      yield* runFor("1 minute", Effect.exit(create))
      assert.deepStrictEqual((yield* learning).slice(0, 2), both)
    }).pipe(
      Effect.provide(
        layer({ read, write, answer: (request) => (request.startsWith("POST") ? { status: 429 } : undefined) }, prompt)
      )
    )
  )

  it.effect("is learned anew when it has grown old, by the next call and by no timer", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust("599 seconds")
      yield* create
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* learning).length, 2)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* learning).length, 2)
      yield* create
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* learning).length, 4)
    }).pipe(Effect.provide(layer({ read, write }, prompt)))
  )

  it.effect("that shrank refuses a batch which waits for what there was", () =>
    Effect.gen(function* () {
      yield* Orders.batchCreate(batch(100))
      yield* TestClock.adjust("601 seconds")
      yield* Orders.batchCreate(batch(150))
      assert.strictEqual((yield* runFor("1 second", Effect.flip(Orders.batchCreate(batch(100)))))._tag, "LimitExceeded")
    }).pipe(
      Effect.provide(
        Layer.suspend(() => {
          let asked = 0
          const large = limitsOf(read, { rate: 100, capacity: 2_000 })
          const small = limitsOf(read, { rate: 100, capacity: 500 })
          return layer(
            {
              read,
              write,
              answer: (request) =>
                request === both[1] ? { status: 200, body: asked++ === 0 ? large : small } : undefined
            },
            prompt
          )
        })
      )
    )
  )

  const good = limitsOf(read, write)
  const malformed: ReadonlyArray<readonly [string, unknown]> = [
    ["no object", []],
    ["without the write bucket", { ...good, write: undefined }],
    ["with a rate of zero", { ...good, write: { bucket_capacity: 100, refill_rate: 0 } }],
    ["with a negative rate", { ...good, read: { bucket_capacity: 100, refill_rate: -5 } }],
    ["with a capacity of zero", { ...good, read: { bucket_capacity: 0, refill_rate: 5 } }],
    ["with a rate that is text", { ...good, write: { bucket_capacity: 100, refill_rate: "100" } }],
    ["that is an error", { error: { code: "not_found", message: "no limits" } }]
  ]
  for (const [name, limits] of malformed) {
    it.effect(`stays the default after an answer ${name}, and is asked for again later`, () =>
      Effect.gen(function* () {
        yield* creates(6)
        yield* TestClock.adjust(0)
        assert.deepStrictEqual(yield* learning, both)
        assert.closeTo(yield* RateLimits.waitFor(Orders.batchCreate, batch(10)), 600.6, 0.1)
        yield* TestClock.adjust("11 seconds")
        yield* create
        yield* TestClock.adjust(0)
        assert.strictEqual((yield* learning).length, 4)
      }).pipe(Effect.provide(layer({ limits }, prompt)))
    )
  }

  for (const status of [401, 403, 500, 504]) {
    it.effect(`stays the default after a ${status}`, () =>
      Effect.gen(function* () {
        yield* runFor("1 minute", creates(12))
        assert.closeTo((yield* Metered).calls().at(-1)!.atMillis, 200, 10)
      }).pipe(
        Effect.provide(
          layer({ answer: (request) => (request.includes("/account/") ? { status, body: {} } : undefined) }, prompt)
        )
      )
    )
  }

  it.effect("is not asked for again within ten seconds of a failure", () =>
    Effect.gen(function* () {
      const fiber = yield* start(Effect.forEach(indexes(90), () => Effect.delay(create, "100 millis")))
      yield* TestClock.adjust("9.9 seconds")
      assert.strictEqual((yield* learning).length, 2)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
    }).pipe(
      Effect.provide(
        layer({ answer: (request) => (request.includes("/account/") ? { status: 403, body: {} } : undefined) }, prompt)
      )
    )
  )

  it.effect("pays for one request at a time however little of it may be used", () =>
    Effect.gen(function* () {
      yield* runFor("20 seconds", creates(2))
      assert.deepStrictEqual(yield* learning, both)
      // A thousandth of 10,000 tokens a second pays for one order a second.
      assert.deepStrictEqual(
        (yield* Metered).calls().map(({ atMillis }) => atMillis),
        [0, 1002]
      )
    }).pipe(
      Effect.provide(layer({ write: { rate: 10_000, capacity: 1_000 } }, { limits: { latency: 0, share: 0.001 } }))
    )
  )

  it.effect("is learned by a fiber that ends with the layer", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        layer({ underWay: (n) => (n === 5 || n === 6 ? 60_000 : 0) }, prompt),
        scope
      )
      yield* Effect.provide(creates(6), context)
      yield* TestClock.adjust(0)
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(yield* Effect.provide(learning, context), [])
    })
  )
})

describe("learning", () => {
  it.effect("is part of no caller's span, and under none of its overrides", () =>
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
      assert.isTrue(yield* capacityOf(2_880))
    }).pipe(Effect.provide(layer({ read, write }, prompt)))
  )

  it.effect("is paid for, and goes in front of the burst that starts it", () =>
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
    }).pipe(Effect.provide(layer({}, prompt)))
  )

  it.effect("of a store that several layers share serves those that have learned nothing", () =>
    Effect.gen(function* () {
      const limits = { account: "mine", latency: 0 }
      const one = Kalshi.layer({ environment, signer: signer(), limits })
      yield* Effect.provide(Effect.andThen(creates(6), Effect.andThen(TestClock.adjust("10 seconds"), create)), one)
      assert.deepStrictEqual(yield* learning, both)
      const asked = (yield* learning).length
      const two = Kalshi.layer({ environment, signer: signer(), limits })
      // More than a default bucket holds, and less than one learns after.
      yield* Effect.provide(creates(5), two)
      assert.strictEqual(yield* Effect.provide(RateLimits.waitFor(Orders.batchCreate, batch(10)), two), 0)
      assert.strictEqual((yield* learning).length, asked)
    }).pipe(Effect.provide(Layer.fresh(Layer.merge(RateLimits.layerMemory, layerExchange({ read, write })))))
  )
})

describe("what an operation costs", () => {
  const list = (entries: ReadonlyArray<readonly [cost: number, method: string, path: string]>, default_cost = 10) => ({
    default_cost,
    endpoint_costs: entries.map(([cost, method, path]) => ({ cost, method, path }))
  })
  const costOf = (answer: GetAccountEndpointCostsResponse) => {
    const found = costs.read(answer)
    return found ?? assert.fail("it must make sense")
  }

  it("is what demo listed in July 2026", () => {
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

  it("is the default of the list where it is not on it, whatever was documented", () => {
    assert.strictEqual(costOf(list([], 7))(Orders.cancel.descriptor), 7)
    assert.strictEqual(costOf(list([], 0))(Orders.cancel.descriptor), 0)
  })

  it("is found by method and path, whatever the parameters are called and the path begins with", () => {
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

  it("takes a segment for a parameter only as a whole", () => {
    for (const path of ["/portfolio/orders/a:b", "/portfolio/orders/{a}b"]) {
      assert.strictEqual(costOf(list([[3, "GET", path]]))(Orders.get.descriptor), 10)
    }
  })

  it("wants every segment in front of a wildcard", () => {
    const cost = costOf(list([[3, "GET", "/portfolio/fills/*rest"]]))
    assert.strictEqual(cost(Orders.get.descriptor), 10)
  })

  it("keeps a parameter apart from a fixed segment in its place", () => {
    const cost = costOf(list([[3, "DELETE", "/trade-api/v2/portfolio/events/orders/:order_id"]]))
    assert.strictEqual(cost(Orders.cancel.descriptor), 3)
    assert.strictEqual(cost(Orders.batchCancel.descriptor), 10)
  })

  it("lets a wildcard stand for one segment or more, and the nearest route win, in any order", () => {
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

  it("is not taken from a list that makes no sense", () => {
    assert.isUndefined(costs.read(list([], -1)))
    assert.isUndefined(costs.read(list([], Number.NaN)))
    assert.isUndefined(costs.read(list([[-2, "GET", "/portfolio/orders"]])))
  })

  it.effect("is the account's own once it is learned", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(33)), 0)
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(34)), Number.POSITIVE_INFINITY)
    }).pipe(
      Effect.provide(
        layer(
          { costs: list([[3, "POST", "/trade-api/v2/portfolio/events/orders/batched"]]) },
          { limits: { latency: 0 } }
        )
      )
    )
  )

  it.effect("stays what was documented where the list cannot be had, and is asked for again", () =>
    Effect.gen(function* () {
      yield* creates(6)
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* capacityOf(2_880))
      yield* TestClock.adjust("11 seconds")
      yield* create
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* learning).length, 4)
    }).pipe(
      Effect.provide(
        layer(
          { read, write, answer: (request) => (request === both[0] ? { status: 404, body: {} } : undefined) },
          prompt
        )
      )
    )
  )
})

describe("a layer at saturation", () => {
  const budgets = { read: { rate: 200, capacity: 200 }, write: { rate: 200, capacity: 600 } }
  const seconds = 30
  const delays: ReadonlyArray<readonly [string, (n: number) => number]> = [
    ["at once", () => 0],
    ["after 50 ms", () => 50],
    ["after 450 ms", () => 450],
    ["after anything up to half a second", (n) => (n * 7_919) % 500]
  ]
  for (const [name, underWay] of delays) {
    it.effect(`uses 95 % of what there is and is never answered 429, where requests arrive ${name}`, () =>
      Effect.gen(function* () {
        // Longer than the buckets take to fill.
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
      }).pipe(Effect.provide(layer({ ...budgets, underWay })))
    )
  }
})
