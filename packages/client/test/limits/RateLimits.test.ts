import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer } from "effect"
import type { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Errors from "../../src/Errors.ts"
import * as Exchange from "../../src/rest/Exchange.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as Quotes from "../../src/rest/Quotes.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import {
  type ExchangeResponse,
  type Arrived,
  Exchange as Metered,
  layer,
  layerExchange,
  provideExchange
} from "../support/exchange.ts"
import { batch, order } from "../support/orders.ts"
import { concurrently, errorOf, indexes, runFor, start } from "../support/run.ts"
import { environment, signer } from "../support/scripted.ts"

/** Costs ten tokens of the write bucket of shard 0. */
const create = (mark: string) => Orders.create(order(mark))
const cancel = (order_id: string) => Orders.cancel({ order_id })
const read = OrderGroups.get({ order_group_id: "g" })

const all = <A, E, R>(names: ReadonlyArray<string>, call: (name: string) => Effect.Effect<A, E, R>) =>
  Effect.forEach(names, call, { concurrency: "unbounded" })

const limitExceeded = <A, E extends { readonly _tag: string }, R>(call: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(call), (error) => (error instanceof Errors.LimitExceeded ? error : assert.fail(error._tag)))

const marks = Effect.map(Metered, ({ calls }) => calls().map(({ mark }) => mark))
const times = Effect.map(Metered, ({ calls }) => calls().map(({ atMillis }) => atMillis))

const creates = (count: number) => concurrently(count, () => create("o"))

const spendAll = creates(10)

describe("Kalshi.layer", () => {
  it.effect("sends signed calls while the bucket has tokens, then as it refills", () =>
    Effect.gen(function* () {
      yield* runFor("1 second", creates(13))
      // The client assumes a rate that is 0.1 % below the exchange's rate. So ten tokens take 100.1 ms. Sleeps last
      // whole milliseconds.
      assert.deepStrictEqual(yield* times, [...Array<number>(10).fill(0), 101, 201, 301])
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange())
  )

  it.effect("sends nothing if the wait for tokens would use up the total timeout", () =>
    Effect.gen(function* () {
      yield* spendAll
      // The tokens refill after 100.1 ms, and sleeps last whole milliseconds.
      const late = Effect.provideService(create("late"), SendPolicy.Overrides, { totalTimeout: 101 })
      const error = yield* Effect.flip(runFor("1 second", late))
      assert.deepInclude(error, { _tag: "RequestTimeout", limit: "total", requestSent: "no" })
      assert.strictEqual((yield* marks).length, 10)
    }).pipe(provideExchange())
  )

  it.effect("signs a call after its wait", () =>
    Effect.gen(function* () {
      yield* spendAll
      yield* runFor("1 second", create("late"))
      const late = (yield* Metered).calls().at(-1)!
      assert.strictEqual(late.atMillis, 101)
      assert.strictEqual(late.signedMillis, 101)
    }).pipe(provideExchange())
  )

  it.effect("keeps reads and writes in separate buckets", () =>
    Effect.gen(function* () {
      yield* spendAll
      // The request for the account's limits costs one read.
      yield* concurrently(19, () => read)
      assert.strictEqual((yield* times).length, 29)
    }).pipe(provideExchange())
  )

  const burst = Effect.gen(function* () {
    yield* runFor(
      "1 minute",
      concurrently(12, (i) => Effect.exit(create(`o${i}`)))
    )
    const { calls, refused } = yield* Metered
    assert.strictEqual(refused(), 0)
    return calls()
      .map(({ sentMillis }) => sentMillis)
      .sort((a, b) => a - b)
  })

  it.effect("after a burst, refills tokens from the time of the responses", () =>
    Effect.gen(function* () {
      // The exchange may have received the burst just before it responded. Until then, the bucket at the exchange can
      // be full.
      assert.deepStrictEqual(yield* burst, [...Array<number>(10).fill(0), 201, 301])
    }).pipe(provideExchange({ transitMillis: () => 100 }, { limits: {} }))
  )

  it.effect("after a burst without responses, refills tokens from the end of the assumed latency", () =>
    Effect.gen(function* () {
      const sent = yield* burst
      assert.closeTo(sent[10]!, 601, 10)
    }).pipe(provideExchange({ transitMillis: () => 2_000 }, { limits: {} }))
  )

  it.effect("counts a timed-out call as in flight until the assumed latency has passed", () =>
    Effect.gen(function* () {
      // Ten calls and the requests for the account's limits and costs time out after 50 ms, and never arrive.
      const sent = yield* burst
      assert.closeTo(sent[0]!, 601, 10)
      assert.strictEqual(sent.length, 2)
    }).pipe(
      provideExchange(
        { transitMillis: (n) => (n < 12 ? 450 : 0) },
        { limits: {}, policy: { attemptTimeout: "50 millis", retry: SendPolicy.noRetry } }
      )
    )
  )

  it.effect("charges a call only once if its response comes after the assumed latency", () =>
    Effect.gen(function* () {
      const slow = yield* start(create("slow"))
      yield* TestClock.adjust("700 millis")
      const others = yield* start(spendAll)
      // The slow call gets its response at 900 ms, and the other calls at 1,190 ms.
      yield* TestClock.adjust("490 millis")
      yield* Fiber.join(slow)
      yield* Fiber.join(others)
      assert.closeTo(yield* RateLimits.waitFor(Orders.create, order("o")), 100.1, 0.1)
    }).pipe(provideExchange({ transitMillis: (n) => (n === 0 ? 900 : 490) }, { limits: {} }))
  )

  it.effect("does not limit unsigned calls", () =>
    Effect.gen(function* () {
      yield* concurrently(200, () => Exchange.status())
      assert.strictEqual((yield* Metered).arrived.length, 200)
      assert.strictEqual(yield* RateLimits.waitFor(Exchange.status), 0)
    }).pipe(provideExchange())
  )

  it.effect("does not limit calls if limits are off", () =>
    Effect.gen(function* () {
      yield* concurrently(200, () => read)
      assert.strictEqual((yield* Metered).arrived.length, 200)
      assert.strictEqual(yield* RateLimits.waitFor(OrderGroups.get, { order_group_id: "g" }), 0)
    }).pipe(provideExchange({ read: { rate: 1e6, capacity: 1e6 } }, { limits: false }))
  )

  it.effect("counts the wait toward the total timeout, not toward the attempt timeout", () =>
    Effect.gen(function* () {
      yield* spendAll
      assert.strictEqual(
        yield* runFor(
          "5 seconds",
          Effect.flip(Effect.andThen(Orders.batchCreate(batch(10)), Effect.fail("sent" as const)))
        ),
        "sent"
      )
      assert.strictEqual((yield* times).at(-1), 1002)
    }).pipe(provideExchange({}, { policy: { attemptTimeout: "100 millis", totalTimeout: "2 seconds" } }))
  )

  it.effect("does not send a call whose tokens arrive exactly at its total timeout", () =>
    Effect.gen(function* () {
      yield* spendAll
      const late = Effect.provideService(create("late"), SendPolicy.Overrides, { totalTimeout: "101 millis" })
      const error = yield* runFor("101 millis", Effect.flip(late))
      assert.deepInclude(error, { _tag: "RequestTimeout", limit: "total", requestSent: "no", attempts: 0 })
      assert.strictEqual((yield* times).length, 10)
      assert.strictEqual(yield* RateLimits.waitFor(Orders.create, order("next")), 0)
    }).pipe(provideExchange())
  )

  it.live("reports a maximum wait of exactly 0 ms on the real clock", () =>
    Effect.gen(function* () {
      yield* Effect.provideService(Orders.batchCreate(batch(10)), SendPolicy.Overrides, { totalTimeout: "1 minute" })
      const withoutWait = Effect.provideService(Orders.batchCreate(batch(10)), RateLimits.Overrides, { maxWait: 0 })
      const error = yield* Effect.flip(withoutWait)
      assert.deepInclude(error, { _tag: "LimitExceeded", maxWaitMillis: 0 })
      assert.include(error.message, "but may wait only 0 ms")
    }).pipe(provideExchange())
  )

  it.effect("fails at once if the wait is longer than the remaining total time", () =>
    Effect.gen(function* () {
      yield* spendAll
      const error = yield* limitExceeded(Orders.batchCreate(batch(10)))
      assert.closeTo(error.waitMillis!, 1001, 0.1)
      assert.strictEqual(error.maxWaitMillis, 500)
      assert.strictEqual(
        error.message,
        "Orders.batchCreate was not sent: it would wait 1002 ms for 100 tokens of the write bucket, but may wait only 500 ms: call again later, or allow a longer wait"
      )
      assert.strictEqual((yield* Metered).calls().length, 10)
    }).pipe(provideExchange({}, { policy: { totalTimeout: "500 millis" } }))
  )

  it.effect("fails with the error of an earlier attempt if a retry would wait too long", () =>
    Effect.gen(function* () {
      yield* creates(9)
      assert.strictEqual((yield* runFor("1 minute", Effect.flip(create("lost"))))._tag, "GatewayTimeout")
      assert.strictEqual((yield* Metered).calls().length, 10)
    }).pipe(
      Effect.provideService(RateLimits.Overrides, { maxWait: 0 }),
      provideExchange({
        write: { rate: 1, capacity: 100 },
        respond: (_, mark) => (mark === "lost" ? { status: 504 } : undefined)
      })
    )
  )
})

describe("Orders.batchCreate after a lost response", () => {
  it.effect("is not retried if its tokens become available more than a minute after it was sent", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        (yield* runFor("5 minutes", Effect.flip(Orders.batchCreate(batch(10)))))._tag,
        "GatewayTimeout"
      )
      assert.strictEqual((yield* Metered).calls().length, 1)
    }).pipe(
      provideExchange(
        {
          write: { rate: 1, capacity: 100 },
          respond: (request) => (request.includes("batched") ? { status: 504 } : undefined)
        },
        { policy: { totalTimeout: "10 minutes" } }
      )
    )
  )
})

describe("Orders.batchCreate", () => {
  it.effect("costs tokens per order", () =>
    Effect.gen(function* () {
      yield* Orders.batchCreate(batch(7))
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(3)), 0)
      assert.isAbove(yield* RateLimits.waitFor(Orders.batchCreate, batch(4)), 99)
      yield* Orders.batchCancel({ orders: indexes(15).map((i) => ({ order_id: `o${i}` })) })
      assert.isAbove(yield* RateLimits.waitFor(Orders.batchCancel, { orders: [{ order_id: "o" }] }), 0)
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange())
  )

  it.effect("is rejected before it is sent if it costs more than the bucket's capacity", () =>
    Effect.gen(function* () {
      const error = yield* limitExceeded(Orders.batchCreate(batch(11)))
      assert.strictEqual(error.waitMillis, undefined)
      assert.strictEqual(
        error.message,
        "Orders.batchCreate was not sent: it needs 110 tokens of the write bucket, but the capacity is 100: send less in one request"
      )
      assert.deepStrictEqual((yield* Metered).calls(), [])
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(11)), Number.POSITIVE_INFINITY)
    }).pipe(provideExchange())
  )

  it.effect("waits for a full bucket if needed, and is not starved by small calls", () =>
    Effect.gen(function* () {
      yield* create("one")
      const large = yield* start(Orders.batchCreate(batch(10)))
      const small = yield* start(creates(20))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(large)
      yield* Fiber.join(small)
      const requests = (yield* Metered).calls().map(({ request }) => request.split("/").at(-1))
      assert.deepStrictEqual(requests.slice(0, 3), ["orders", "batched", "orders"])
      assert.strictEqual((yield* times)[1], 101)
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange())
  )
})

describe("the queue of waiting calls", () => {
  it.effect("is served in the order of arrival", () =>
    Effect.gen(function* () {
      yield* spendAll
      const names = indexes(20).map((i) => `o${i}`)
      yield* runFor("1 minute", all(names, create))
      assert.deepStrictEqual((yield* marks).slice(10), names)
    }).pipe(provideExchange())
  )

  it.effect("serves cancels before other writes", () =>
    Effect.gen(function* () {
      yield* spendAll
      const creates = yield* start(all(["a", "b", "c"], create))
      yield* TestClock.adjust("50 millis")
      const cancels = yield* start(all(["x", "y", "z"], cancel))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(creates)
      yield* Fiber.join(cancels)
      assert.deepStrictEqual((yield* marks).slice(10), ["x", "y", "z", "a", "b", "c"])
      assert.strictEqual((yield* times)[10], 50)
    }).pipe(provideExchange())
  )

  const urgent: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown, Kalshi.KalshiWrite>]> = [
    ["Orders.batchCancel", Orders.batchCancel({ orders: [{ order_id: "urgent" }] })],
    ["Orders.cancelAll", Orders.cancelAll()],
    ["OrderGroups.trigger", OrderGroups.trigger({ order_group_id: "g" })],
    ["OrderGroups.delete", OrderGroups.delete({ order_group_id: "g" })]
  ]
  for (const [name, call] of urgent) {
    it.effect(`serves ${name} first`, () =>
      Effect.gen(function* () {
        yield* spendAll
        yield* start(all(["a", "b", "c"], create))
        yield* runFor("1 minute", Effect.exit(call))
        const { request } = (yield* Metered).calls()[10]!
        assert.notInclude(request, "POST")
      }).pipe(provideExchange())
    )
  }

  it.effect("serves a read first if the caller marks it as urgent", () =>
    Effect.gen(function* () {
      // The request for the account's limits costs one read.
      yield* concurrently(19, () => read)
      const get = (order_group_id: string) => OrderGroups.get({ order_group_id })
      const others = yield* start(all(["a", "b"], get))
      const settling = yield* start(get("settle").pipe(Effect.provideService(RateLimits.Overrides, { urgent: true })))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(others)
      yield* Fiber.join(settling)
      assert.deepStrictEqual((yield* marks).slice(19), ["settle", "a", "b"])
    }).pipe(provideExchange())
  )
})

describe("RateLimits.Overrides", () => {
  it.effect("with maxWait: 0, a call fails instead of waiting, and reports how long it would wait", () =>
    Effect.gen(function* () {
      yield* create("fits").pipe(Effect.provideService(RateLimits.Overrides, { maxWait: 0 }))
      yield* creates(9)
      const error = yield* limitExceeded(create("late")).pipe(
        Effect.provideService(RateLimits.Overrides, { maxWait: 0 })
      )
      assert.closeTo(error.waitMillis!, 100.1, 0.01)
      assert.strictEqual((yield* Metered).calls().length, 10)
    }).pipe(provideExchange())
  )

  it.effect("maxWait includes the wait for earlier calls, and a rejected call leaves the queue", () =>
    Effect.gen(function* () {
      yield* spendAll
      yield* start(all(["a", "b", "c"], create))
      const patient = Effect.provideService(create("late"), RateLimits.Overrides, { maxWait: "350 millis" })
      const error = yield* limitExceeded(patient)
      assert.closeTo(error.waitMillis!, 400.4, 0.01)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual((yield* marks).slice(10), ["a", "b", "c"])
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(10)), 0)
    }).pipe(provideExchange())
  )

  it.effect("allows a wait that ends at maxWait", () =>
    Effect.gen(function* () {
      yield* spendAll
      yield* runFor(
        "101 millis",
        Effect.provideService(create("late"), RateLimits.Overrides, { maxWait: "101 millis" })
      )
    }).pipe(provideExchange())
  )

  it.effect("fails after maxWait if urgent calls were served first", () =>
    Effect.gen(function* () {
      yield* spendAll
      const fiber = yield* start(
        Effect.flip(Effect.provideService(create("late"), RateLimits.Overrides, { maxWait: "150 millis" }))
      )
      yield* start(concurrently(50, () => cancel("c")))
      yield* TestClock.adjust("150 millis")
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "LimitExceeded") return assert.fail(error._tag)
      assert.isAbove(error.waitMillis!, 0)
    }).pipe(provideExchange())
  )

  it.effect("fails with InvalidRequest if maxWait is not a duration", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Effect.provideService(create("o"), RateLimits.Overrides, { maxWait: "soon" as "1 second" })
      )
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.include(error.message, "RateLimits.Overrides.maxWait")
    }).pipe(provideExchange())
  )
})

describe("RateLimits.waitFor", () => {
  it.effect("returns the wait that the next call would have", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* RateLimits.waitFor(Orders.create, order("o")), 0)
      yield* spendAll
      yield* start(all(["a", "b"], create))
      const millis = yield* RateLimits.waitFor(Orders.create, order("o"))
      assert.closeTo(millis, 300.3, 0.01)
      yield* runFor("1 minute", create("c"))
      assert.closeTo((yield* times).at(-1)!, millis, 1)
    }).pipe(provideExchange())
  )

  it.effect("takes no tokens and does not enter the queue", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 100; i++) yield* RateLimits.waitFor(Orders.create, order("o"))
      yield* spendAll
      for (let i = 0; i < 100; i++) yield* RateLimits.waitFor(Orders.create, order("o"))
      assert.closeTo(yield* RateLimits.waitFor(Orders.create, order("o")), 100.1, 0.01)
    }).pipe(provideExchange())
  )

  it.effect("returns a shorter wait for urgent calls", () =>
    Effect.gen(function* () {
      yield* spendAll
      yield* start(all(["a", "b"], create))
      assert.closeTo(yield* RateLimits.waitFor(Orders.cancel, { order_id: "o" }), 20.02, 0.01)
    }).pipe(provideExchange())
  )

  it.effect("counts the buckets of all shards if Orders.create gets no input", () =>
    Effect.gen(function* () {
      yield* Effect.forEach(indexes(10), () => Orders.create({ ...order("o"), exchange_index: 3 }))
      assert.isAbove(yield* RateLimits.waitFor(Orders.create), 0)
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate), 0)
    }).pipe(provideExchange())
  )
})

describe("write buckets", () => {
  const { exchange_index: _, ...routed } = order("o")
  const quote = { rfq_id: "r", yes_bid: "0.40", no_bid: "0.55", rest_remainder: false } as const
  type Billed = readonly [string, Effect.Effect<unknown, unknown, Kalshi.KalshiWrite>, ReadonlyArray<number>]
  const billed: ReadonlyArray<Billed> = [
    ["an order of shard 0 is billed to shard 0's bucket", Orders.create(order("o")), [0]],
    ["an order of shard 2 is billed to that shard's bucket", Orders.create({ ...routed, exchange_index: 2 }), [2]],
    [
      "an order of an unknown shard is billed to that shard's bucket",
      Orders.create({ ...routed, exchange_index: 9 }),
      [9]
    ],
    ["an order with only a ticker is billed to every shard's bucket", Orders.create(routed), [0, 1, 2, 3]],
    [
      "an order with exchange_index -1 is billed to every shard's bucket",
      Orders.create({ ...routed, exchange_index: -1 }),
      [0, 1, 2, 3]
    ],
    ["a cancel without a ticker is billed to shard 0's bucket", Orders.cancel({ order_id: "o" }), [0]],
    [
      "a cancel with a ticker is billed to every shard's bucket",
      Orders.cancel({ order_id: "o", market_ticker: "T" }),
      [0, 1, 2, 3]
    ],
    ["a cancel on shard 1 is billed to that shard's bucket", Orders.cancel({ order_id: "o", exchange_index: 1 }), [1]],
    [
      "an amend is billed to every shard's bucket, because it has a ticker",
      Orders.amend({ order_id: "o", ticker: "T", side: "bid", price: "0.50", count: "1" }),
      [0, 1, 2, 3]
    ],
    [
      "a decrease without a ticker is billed to shard 0's bucket",
      Orders.decrease({ order_id: "o", reduce_by: "1" }),
      [0]
    ],
    ["a batch is billed to shard 0's bucket", Orders.batchCreate({ orders: [{ ...routed, exchange_index: 2 }] }), [0]],
    ["cancel-all is billed to shard 0's bucket", Orders.cancelAll(), [0]],
    [
      "a write to an order group is billed to shard 0's bucket",
      OrderGroups.reset({ order_group_id: "g", exchange_index: 2 }),
      [0]
    ],
    ["a quote is billed to shard 1's bucket", Quotes.create(quote), [1]]
  ]

  for (const [name, call, shards] of billed) {
    it.effect(name, () =>
      Effect.gen(function* () {
        yield* Effect.exit(call)
        const touched: Array<number> = []
        for (const shard of [0, 1, 2, 3, 9]) {
          // A billed bucket has tokens for nine more orders, and any other bucket has tokens for ten orders.
          const attempts = Effect.forEach(indexes(10), () =>
            Effect.exit(
              Orders.create({ ...routed, exchange_index: shard }).pipe(
                Effect.provideService(RateLimits.Overrides, { maxWait: 0 })
              )
            )
          )
          if ((yield* attempts).some(Exit.isFailure)) touched.push(shard)
        }
        assert.deepStrictEqual(touched, [...shards])
        assert.strictEqual((yield* Metered).refused(), 0)
      }).pipe(provideExchange())
    )
  }

  it.effect("an empty bucket of one shard does not delay orders of another shard", () =>
    Effect.gen(function* () {
      yield* spendAll
      const fiber = yield* start(create("waits"))
      yield* Orders.create({ ...routed, exchange_index: 1 })
      assert.strictEqual((yield* times).length, 11)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
    }).pipe(provideExchange())
  )

  it.effect("an order without a shard is not starved by orders of one shard", () =>
    Effect.gen(function* () {
      yield* spendAll
      const fiber = yield* start(Orders.create({ ...routed, client_order_id: "routed" }))
      const smallOrders = yield* start(creates(30))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      yield* Fiber.join(smallOrders)
      assert.strictEqual((yield* marks)[10], "routed")
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange())
  )
})

describe("TooManyRequests", () => {
  const once = (marked: string, response: ExchangeResponse) => {
    let left = 1
    return (_: string, mark: string) => (mark === marked && left-- > 0 ? response : undefined)
  }

  it.effect("empties the bucket, so that the retry and the next call wait for tokens", () =>
    Effect.gen(function* () {
      const fiber = yield* start(create("refused"))
      const next = yield* start(create("next"))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      yield* Fiber.join(next)
      const [first, ...others] = yield* times
      assert.strictEqual(first, 0)
      for (const at of others) assert.isAtLeast(at, 100)
    }).pipe(provideExchange({ respond: once("refused", { status: 429, body: { error: "too many requests" } }) }))
  )

  it.effect("empties only the buckets that were billed", () =>
    Effect.gen(function* () {
      yield* runFor("90 millis", Effect.exit(create("refused")))
      assert.isAbove(yield* RateLimits.waitFor(Orders.create, order("o")), 0)
      assert.strictEqual(yield* RateLimits.waitFor(Orders.create, { ...order("o"), exchange_index: 1 }), 0)
      assert.strictEqual(yield* RateLimits.waitFor(OrderGroups.list), 0)
    }).pipe(
      Effect.provideService(RateLimits.Overrides, { maxWait: 0 }),
      provideExchange({ respond: once("refused", { status: 429 }) }, { policy: { retry: SendPolicy.noRetry } })
    )
  )
})

describe("an interrupted call", () => {
  const isFull = Effect.map(RateLimits.waitFor(Orders.batchCreate, batch(10)), (millis) => millis === 0)

  it.effect("takes no tokens, and lets the next call go ahead, if it was first in the queue", () =>
    Effect.gen(function* () {
      yield* spendAll
      const first = yield* start(Orders.batchCreate(batch(10)))
      const second = yield* start(create("second"))
      yield* TestClock.adjust("200 millis")
      assert.strictEqual((yield* times).length, 10)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual((yield* marks).slice(10), ["second"])
      yield* Fiber.join(second)
    }).pipe(provideExchange())
  )

  it.effect("takes no tokens, and lets the calls behind it go ahead, if it was not first in the queue", () =>
    Effect.gen(function* () {
      yield* spendAll
      const first = yield* start(create("first in line"))
      const second = yield* start(Orders.batchCreate(batch(9)))
      const third = yield* start(create("third"))
      yield* Fiber.interrupt(second)
      yield* TestClock.adjust("202 millis")
      yield* Fiber.join(first)
      yield* Fiber.join(third)
      assert.deepStrictEqual((yield* marks).slice(10), ["first in line", "third"])
    }).pipe(provideExchange())
  )

  it.effect("returns its tokens if it was still being signed", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const slow = Signer.make({
        keyId: "slow",
        kind: "ed25519",
        sign: () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never)
      })
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(create("o"))
        yield* Deferred.await(started)
        assert.isFalse(yield* isFull)
        yield* Fiber.interrupt(fiber)
        assert.isTrue(yield* isFull)
      }).pipe(provideExchange({}, { signer: slow }))
    })
  )

  it.effect("does not return its tokens if it was sent, because the exchange may have charged them", () =>
    Effect.gen(function* () {
      const fiber = yield* start(create("o"))
      yield* Fiber.interrupt(fiber)
      assert.isFalse(yield* isFull)
    }).pipe(provideExchange({ transitMillis: () => 60_000 }))
  )

  it.effect("counts as in flight until the assumed latency has passed, if it was sent", () =>
    Effect.gen(function* () {
      const fiber = yield* start(spendAll)
      yield* Fiber.interrupt(fiber)
      yield* runFor("1 second", create("late"))
      const [{ sentMillis }] = (yield* Metered).calls() as readonly [Arrived] // the calls of `spendAll` never arrived
      assert.closeTo(sentMillis, 601, 10)
    }).pipe(provideExchange({ transitMillis: (n) => (n < 12 ? 60_000 : 0) }, { limits: {} }))
  )

  it.effect("leaves the queue, and does not stop later calls", () =>
    Effect.gen(function* () {
      yield* spendAll
      const fiber = yield* start(all(["a", "b", "c"], create))
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* times).length, 10)
      yield* Orders.batchCreate(batch(10))
      assert.strictEqual((yield* Metered).refused(), 0)
    }).pipe(provideExchange())
  )
})

describe("a refused connection", () => {
  it.effect("returns the tokens", () =>
    Effect.gen(function* () {
      yield* runFor("1 minute", Effect.exit(Orders.batchCreate(batch(10))))
      // Four attempts of 100 tokens each fit into two seconds only because the tokens are returned.
      const [first, , , last] = (yield* Metered).calls().map(({ atMillis }) => atMillis)
      assert.isBelow(last! - first!, 2000)
    }).pipe(provideExchange({ respond: () => "ECONNREFUSED" }))
  )
})

describe("RateLimits.Store", () => {
  it.effect("does not change a call's result if the store fails after the call was sent", () =>
    Effect.gen(function* () {
      const broken = () => Effect.die(new Error("the store is broken"))
      const store: RateLimits.Store = {
        take: () => Effect.succeed(0),
        waitFor: () => Effect.succeed(0),
        giveUp: broken,
        arrived: broken,
        giveBack: broken,
        drain: broken
      }
      const responses: Readonly<Record<string, ExchangeResponse | string>> = {
        drained: { status: 429, body: { error: "too many requests" } },
        returned: "ECONNREFUSED"
      }
      const resultOf = (mark: string) =>
        runFor("1 minute", Effect.result(create(mark))).pipe(
          provideExchange({ respond: (_, mark) => responses[mark] }, { limits: {} }),
          Effect.provideService(RateLimits.Store, store)
        )
      assert.strictEqual((yield* resultOf("taken"))._tag, "Success")
      for (const [mark, tag] of [
        ["drained", "TooManyRequests"],
        ["returned", "TransportError"]
      ] as const) {
        assert.strictEqual(errorOf(yield* resultOf(mark))._tag, tag)
      }
    })
  )

  const two = (options: { readonly a?: Partial<Kalshi.Options>; readonly b?: Partial<Kalshi.Options> } = {}) => {
    const make = (more: Partial<Kalshi.Options> = {}) =>
      Kalshi.layer({ environment, signer: signer(), limits: { account: "mine", latency: 0 }, ...more })
    return Effect.gen(function* () {
      yield* Effect.provide(spendAll, make(options.a))
      return yield* Effect.provide(RateLimits.waitFor(Orders.create, order("o")), make(options.b))
    })
  }
  const shared = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient | Metered>) =>
    Effect.provide(effect, Layer.fresh(Layer.merge(RateLimits.layerMemory, layerExchange())))

  it.effect("is shared by all layers that use it", () =>
    Effect.gen(function* () {
      assert.isAbove(yield* shared(two()), 0)
    })
  )

  it.effect("separates accounts, and the environments of one account", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* shared(two({ b: { limits: { account: "another", latency: 0 } } })), 0)
      assert.strictEqual(yield* shared(two({ b: { environment: { ...environment, name: "another" } } })), 0)
    })
  )

  it.effect("uses the key id as the default account name", () =>
    Effect.gen(function* () {
      const limits = { latency: 0 }
      assert.strictEqual(yield* shared(two({ a: { limits }, b: { limits, signer: signer("key-b") } })), 0)
      assert.isAbove(yield* shared(two({ a: { limits }, b: { limits } })), 0)
    })
  )

  it.effect("is separate for each layer if no store is provided", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* two(), 0)
    }).pipe(Effect.provide(layerExchange()))
  )

  it.effect("receives the requests of the first calls concurrently", () =>
    Effect.gen(function* () {
      const inner = yield* Effect.provide(RateLimits.Store, RateLimits.layerMemory)
      const store: RateLimits.Store = {
        ...inner!,
        isLocal: false,
        take: (want) => Effect.delay(inner!.take(want), "100 millis")
      }
      yield* Effect.gen(function* () {
        const names = indexes(8).map((i) => `o${i}`)
        yield* start(all(names, create))
        yield* TestClock.adjust("100 millis")
        const sent = yield* marks
        // The requests for the account's limits also wait for this slow store. They must end before the test ends.
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(sent, names)
      }).pipe(provideExchange(), Effect.provideService(RateLimits.Store, store))
    })
  )

  it.effect("gets the tokens back if a call is interrupted during a slow `take`", () =>
    Effect.gen(function* () {
      const inner = yield* Effect.provide(RateLimits.Store, RateLimits.layerMemory)
      const used: Array<string> = []
      const slow = (name: string) =>
        Effect.andThen(
          Effect.sync(() => used.push(name)),
          Effect.sleep("1 second")
        )
      const store: RateLimits.Store = {
        take: (want) => Effect.tap(inner!.take(want), () => slow("take")),
        giveUp: (want) => Effect.andThen(slow("giveUp"), inner!.giveUp(want)),
        arrived: (want) => Effect.andThen(slow("arrived"), inner!.arrived(want)),
        giveBack: (want) => Effect.andThen(slow("giveBack"), inner!.giveBack(want)),
        drain: (want) => Effect.andThen(slow("drain"), inner!.drain(want)),
        waitFor: inner!.waitFor
      }
      yield* Effect.gen(function* () {
        const fiber = yield* start(create("o"))
        yield* runFor("2 seconds", Fiber.interrupt(fiber))
        assert.deepStrictEqual(used, ["take", "giveBack"])
        assert.deepStrictEqual((yield* Metered).arrived, [])
        assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(10)), 0)
      }).pipe(provideExchange(), Effect.provideService(RateLimits.Store, store))
    })
  )
})

describe("Kalshi.Options.limits", () => {
  const invalidOptions: ReadonlyArray<readonly [string, RateLimits.Options]> = [
    ["share", { share: 0 }],
    ["share", { share: 1.5 }],
    ["share", { share: Number.NaN }],
    ["latency", { latency: "never" as "1 second" }],
    ["latency", { latency: Number.POSITIVE_INFINITY }],
    ["refreshAfter", { refreshAfter: 0 }],
    ["shards", { shards: 0 }],
    ["shards", { shards: 1.5 }]
  ]
  for (const [name, limits] of invalidOptions) {
    it.effect(`rejects ${name} ${String(Object.values(limits)[0])} when the layer is built`, () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.provide(read, layer({}, { limits })))
        const text = Exit.isFailure(exit) ? String(exit.cause) : assert.fail("the layer was built")
        assert.include(text, `limits.${name}`)
      })
    )
  }

  it.effect("limits the budget and the largest batch by `share`", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* RateLimits.waitFor(Orders.batchCreate, batch(5)), 0)
      const error = yield* Effect.flip(Orders.batchCreate(batch(6)))
      assert.strictEqual(error._tag, "LimitExceeded")
      yield* Orders.batchCreate(batch(5))
      assert.closeTo(yield* RateLimits.waitFor(Orders.create, order("o")), 200.2, 0.01)
    }).pipe(provideExchange({}, { limits: { share: 0.5, latency: 0 } }))
  )
})
