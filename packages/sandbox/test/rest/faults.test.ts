import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { type Fault, layer, layerTest, Sandbox } from "../../src/Sandbox.ts"
import { send } from "../support/wire.ts"
import { order, ticker } from "../support/world.ts"

const nested = (levels: number): unknown => {
  let value: unknown = 0
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

const markets = [{ ticker }]

const orders = "/portfolio/events/orders"

const transports = [
  { name: "in memory", layer: layerTest({ markets }) },
  { name: "over HTTP", layer: Layer.merge(layer({ markets }), NodeHttpClient.layerUndici) }
]

const placing = (fault: Fault) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const by = yield* sandbox.createAccount()
    yield* sandbox.plant({ operation: "CreateOrderV2", ...fault })
    const exit = yield* Effect.exit(send({ method: "POST", path: orders, json: order(), by }))
    const { body } = yield* send({ method: "GET", path: "/portfolio/orders", by })
    const { status } = (yield* sandbox.requests).findLast(({ operation }) => operation === "CreateOrderV2")!
    return { exit, placed: (body as { orders: ReadonlyArray<unknown> }).orders.length, status } // the test fails if the body has another form
  })

describe("Operator.plant", () => {
  for (const { layer, name } of transports) {
    // Sockets need the real clock. In memory, the clock makes no difference.
    it.live(`${name}: resets the connection before or after the request is executed`, () =>
      Effect.gen(function* () {
        const before = yield* placing({ reset: "before" })
        assert.deepStrictEqual([before.exit._tag, before.placed, before.status], ["Failure", 0, 0])
        const after = yield* placing({ reset: "after" })
        assert.deepStrictEqual([after.exit._tag, after.placed, after.status], ["Failure", 1, 201])
      }).pipe(Effect.provide(layer))
    )

    it.live(`${name}: truncates or corrupts the body of an executed request`, () =>
      Effect.gen(function* () {
        const truncated = yield* placing({ mangle: "truncated" })
        assert.deepStrictEqual([truncated.exit._tag, truncated.placed, truncated.status], ["Failure", 1, 201])
        const garbled = yield* placing({ mangle: "garbled" })
        assert.strictEqual(garbled.placed, 1)
        assert.strictEqual(garbled.exit._tag === "Success" && garbled.exit.value.status, 201)
        const body = garbled.exit._tag === "Success" ? garbled.exit.value.body : undefined
        assert.isString(body, "is not JSON")
        assert.include(String(body), "\ufffd", "is not UTF-8")
      }).pipe(Effect.provide(layer))
    )

    it.live(`${name}: replaces the status, body or content type of a response`, () =>
      Effect.gen(function* () {
        const refused = yield* placing({ status: 503, body: { maintenance: true } })
        assert.strictEqual(refused.placed, 0)
        assert.deepInclude(refused.exit._tag === "Success" ? refused.exit.value : {}, {
          status: 503,
          body: { maintenance: true }
        })
        const html = yield* placing({ status: 502, body: "<html></html>", contentType: "text/html" })
        assert.strictEqual(html.exit._tag === "Success" && html.exit.value.headers["content-type"], "text/html")
        const typed = yield* placing({ contentType: "text/plain" })
        assert.deepStrictEqual(
          [typed.placed, typed.exit._tag === "Success" && typed.exit.value.headers["content-type"]],
          [1, "text/plain"]
        )
      }).pipe(Effect.provide(layer))
    )

    it.live(`${name}: applies the oldest matching fault until it is used up, and then the next`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const by = yield* sandbox.createAccount()
        yield* sandbox.plant({ path: "/exchange/status", status: 504 })
        yield* sandbox.plant({ operation: "GetOrders", status: 500, times: 2 })
        yield* sandbox.plant({ operation: "GetOrders", status: 503 })
        const statusOf = (path: string) => Effect.map(send({ method: "GET", path, by }), ({ status }) => status)
        const seen = yield* Effect.forEach(
          ["/portfolio/orders", "/portfolio/fills", "/exchange/status", "/portfolio/orders", "/portfolio/orders"],
          statusOf
        )
        assert.deepStrictEqual(seen, [500, 200, 504, 500, 503])
        assert.strictEqual(yield* statusOf("/portfolio/orders"), 200)
      }).pipe(Effect.provide(layer))
    )
  }

  it.effect("rejects an invalid fault, and states what is wrong", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const cases: ReadonlyArray<readonly [Fault, string]> = [
        [
          { operation: "Orders.batchCreate" },
          '"Orders.batchCreate". Use an id of the published document, such as "BatchCreateOrdersV2"'
        ],
        [{ operation: "createOrderV2" }, "no operation has the id"],
        [{ path: "/trade-api/v2/exchange/status" }, "Use the part after /trade-api/v2"],
        [{ body: nested(65) }, "body must be JSON with at most 64 levels. Pass any other body as text"],
        [{ body: nested(100_000) }, "body must be JSON with at most 64 levels"],
        [{ body: { amount: 1n } }, "body must be JSON"],
        [{ path: "/exchange/status?x=1" }, "without a query"],
        [{ path: "/exchange" }, "no operation has the path"],
        [{ times: 0 }, "not 0"],
        [{ times: 1.5 }, "not 1.5"],
        [{ delayMillis: -1 }, "not -1"],
        [{ delayMillis: Number.NaN }, "not NaN"],
        [{ delayMillis: 2 ** 31 }, "not 2147483648"],
        [{ status: 99 }, "not 99"],
        [{ status: 600 }, "not 600"],
        // A response with such a header would end the process.
        [{ status: 503, contentType: "text/html\r\nx-other: 1" }, "contentType must be a header value"],
        [{ status: 503, contentType: "téxt" }, "contentType must be a header value"]
      ]
      for (const [fault, reason] of cases) {
        const error = yield* Effect.flip(sandbox.plant(fault))
        assert.strictEqual(error._tag, "SandboxError")
        assert.include(error.message, reason)
      }
      assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200, "no fault was planted")
      yield* sandbox.plant({ path: "/portfolio/orders/some-id", status: 503 })
      yield* sandbox.plant({ operation: "GetExchangeStatus", status: 599 })
      assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 599)
    }).pipe(Effect.provide(layerTest({ markets })))
  )

  it.effect("in memory: delays a response in virtual time", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.plant({ delayMillis: 5_000 })
      const fiber = yield* Effect.forkChild(
        Effect.andThen(send({ method: "GET", path: "/exchange/status" }), Clock.currentTimeMillis)
      )
      yield* TestClock.adjust(Duration.seconds(10))
      assert.strictEqual(yield* Fiber.join(fiber), 5_000)
    }).pipe(Effect.provide(layerTest()))
  )

  it.live("over HTTP: delays a response", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const client = yield* HttpClient.HttpClient
      yield* sandbox.plant({ delayMillis: 60_000 })
      const url = `${sandbox.url}/trade-api/v2/exchange/status`
      const slow = yield* Effect.forkChild(client.execute(HttpClientRequest.get(url)), { startImmediately: true })
      while ((yield* sandbox.requests).length === 0) {
        yield* Effect.sleep("1 millis")
      }
      // The exchange serves later requests during the delay.
      let others = 0
      while (others < 20) {
        others += (yield* client.execute(HttpClientRequest.get(url))).status === 200 ? 1 : 0
      }
      assert.isUndefined(slow.pollUnsafe())
      yield* Fiber.interrupt(slow)
    }).pipe(Effect.provide([layer(), NodeHttpClient.layerUndici]))
  )

  it.effect("makes a client fail with Conflict after a lost response to an order", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { signer } = yield* sandbox.createAccount()
      yield* sandbox.plant({ operation: "CreateOrderV2", reset: "after" })
      const create = Orders.create({
        ticker,
        side: "bid",
        count: "5",
        price: "0.40",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        client_order_id: "mine"
      })
      const fiber = yield* create.pipe(
        Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer, limits: false })),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust(Duration.seconds(30))
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "Conflict")
      assert.isTrue(error._tag === "Conflict" && error.afterLostAnswer)
    }).pipe(Effect.provide(layerTest({ markets })))
  )
})
