import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as ExchangeOperations from "@kalshi-effect/client/Exchange"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import { once } from "node:events"
import { connect } from "node:net"
import { inspect } from "node:util"
import { type Credentials, layer, layerTest, Sandbox } from "../src/Sandbox.ts"
import { errorOf, send } from "./support/wire.ts"

const ticker = "KXTEST-26-YES"
const markets = [{ ticker }]

/** No rate limits, because tokens cannot refill while the test clock stands still. */
const access = (credentials: Credentials) =>
  Layer.unwrap(
    Effect.map(Sandbox, ({ environment }) => Kalshi.layer({ environment, signer: credentials.signer, limits: false }))
  )

const order = (side: "bid" | "ask", count: `${number}`, order_group_id?: string) =>
  ({
    ticker,
    side,
    count,
    price: "0.40",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
    order_group_id
  }) as const

const groupLife = (maker: Credentials, taker: Credentials) =>
  Effect.gen(function* () {
    const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 })
    const { order_id } = yield* Orders.create(order("bid", "30", order_group_id))
    assert.deepStrictEqual((yield* OrderGroups.get({ order_group_id })).orders, [order_id])
    const trade = (count: `${number}`) => Orders.create(order("ask", count)).pipe(Effect.provide(access(taker)))
    assert.strictEqual((yield* trade("10")).fill_count, "10.00")
    assert.strictEqual((yield* Orders.get({ order_id })).order.status, "resting")
    assert.strictEqual((yield* trade("0.5")).fill_count, "0.50")
    assert.strictEqual((yield* Orders.get({ order_id })).order.status, "canceled")
    assert.deepStrictEqual((yield* OrderGroups.get({ order_group_id })).orders, [])
    const refused = yield* Effect.flip(Orders.create(order("bid", "1", order_group_id)))
    assert.deepStrictEqual([refused._tag, "code" in refused && refused.code], ["BadRequest", "invalid_order"])
    yield* OrderGroups.reset({ order_group_id })
    yield* Orders.create(order("bid", "1", order_group_id))
    yield* OrderGroups.updateLimit({ order_group_id, contracts_limit_fp: "5.5" })
    assert.strictEqual((yield* OrderGroups.list()).order_groups?.[0]?.contracts_limit_fp, "5.50")
    yield* OrderGroups.trigger({ order_group_id })
    yield* OrderGroups.delete({ order_group_id })
    assert.strictEqual((yield* Effect.flip(OrderGroups.get({ order_group_id })))._tag, "NotFound")
    const foreign = yield* OrderGroups.list().pipe(Effect.provide(access(taker)))
    assert.deepStrictEqual(foreign.order_groups, [])
  }).pipe(Effect.provide(access(maker)))

const kinds = ["rsa", "ed25519"] as const

const overHttp = <E>(test: Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
  test.pipe(Effect.provide([layer({ markets }), NodeHttpClient.layerUndici]))

describe("Sandbox.layer", () => {
  for (const kind of kinds) {
    it.live(`runs an order group over HTTP with ${kind} keys`, () =>
      overHttp(
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          yield* groupLife(yield* sandbox.createAccount({ kind }), yield* sandbox.createAccount({ kind }))
        })
      )
    )

    it.live(`creates ${kind} keys that the signing package can load and use`, () =>
      overHttp(
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          const { keyId, privateKey } = yield* sandbox.createAccount({ kind })
          const apiKey = yield* ApiKey.fromPem({ keyId, privateKey })
          assert.strictEqual(apiKey.kind, kind)
          const { environment } = sandbox
          const kalshi = Kalshi.layer({ environment, signer: Signer.fromApiKey(apiKey) })
          assert.deepStrictEqual(yield* OrderGroups.list().pipe(Effect.provide(kalshi)), { order_groups: [] })
        })
      )
    )
  }

  it.live("keeps two accounts separate during a thousand interleaved requests of one process", () =>
    overHttp(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const accounts = [yield* sandbox.createAccount({ kind: "rsa" }), yield* sandbox.createAccount()]
        const clients = yield* Effect.forEach(accounts, (credentials) => Layer.build(access(credentials)))
        const groups = yield* Effect.forEach(clients, (client) =>
          OrderGroups.create({ contracts_limit: 1 }).pipe(Effect.provide(client))
        )
        const turns = Array.from({ length: 1_000 }, (_, turn) => turn % 2)
        const seen = yield* Effect.forEach(turns, (turn) => OrderGroups.list().pipe(Effect.provide(clients[turn]!)), {
          concurrency: 32
        })
        assert.deepStrictEqual(
          seen.map(({ order_groups }) => order_groups?.map(({ id }) => id)),
          turns.map((turn) => groups.slice(turn, turn + 1).map(({ order_group_id }) => order_group_id))
        )
        const served = (yield* sandbox.requests).filter(({ operation }) => operation === "GetOrderGroups")
        for (const { keyId } of accounts) {
          assert.isAtLeast(served.filter((request) => request.keyId === keyId && request.status === 200).length, 495)
        }
      }).pipe(Effect.scoped)
    )
  )

  it.live("accepts a registered key, and refuses another key with the same id", () =>
    overHttp(
      Effect.gen(function* () {
        const { createAccount, environment, registerKey } = yield* Sandbox
        const { accountId } = yield* createAccount()
        const [mine, other] = yield* Effect.all([
          ApiKey.generateKeyPair({ kind: "ed25519" }),
          ApiKey.generateKeyPair({ kind: "ed25519" })
        ])
        const keyId = yield* registerKey(accountId, mine.publicKeyPem)
        const listAs = (privateKey: typeof mine.privateKeyPem) =>
          Effect.gen(function* () {
            const apiKey = yield* ApiKey.fromPem({ keyId, privateKey })
            const kalshi = Kalshi.layer({ environment, signer: Signer.fromApiKey(apiKey) })
            return yield* OrderGroups.list().pipe(Effect.provide(kalshi))
          })
        yield* listAs(mine.privateKeyPem)
        const error = yield* Effect.flip(listAs(other.privateKeyPem))
        assert.strictEqual(error._tag, "Unauthorized")
        assert.include(error.message, "INCORRECT_API_KEY_SIGNATURE")
      })
    )
  )

  it.live("lets a client measure its clock skew", () =>
    overHttp(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const credentials = yield* sandbox.createAccount()
        yield* sandbox.moveClock(120_000)
        const error = yield* Effect.flip(OrderGroups.list().pipe(Effect.provide(access(credentials))))
        assert.strictEqual(error._tag, "Unauthorized")
        const skew = error._tag === "Unauthorized" ? error.explanation?.measuredClockSkewMillis : undefined
        assert.closeTo(skew ?? 0, 120_000, 5_000)
      })
    )
  )

  it.live("adds no spans, and thus no signatures, to the application's trace", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      yield* Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const by = yield* sandbox.createAccount()
        const got = yield* send({ method: "GET", path: "/portfolio/order_groups", by })
        assert.strictEqual(got.status, 200)
      }).pipe(
        Effect.provide(NodeHttpClient.layerUndici),
        Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
        Effect.provide(layer()),
        Effect.provideService(HttpMiddleware.TracerHeaderFilter, () => true),
        Effect.withTracer(tracer)
      )
      assert.deepStrictEqual(spans, [])
    })
  )

  it.live("refuses a body that is too large, and continues to serve", () =>
    overHttp(
      Effect.gen(function* () {
        const by = yield* (yield* Sandbox).createAccount()
        const text = `"${"x".repeat(5 * 1024 * 1024)}"`
        const got = yield* Effect.exit(send({ method: "POST", path: "/portfolio/events/orders", by, text }))
        // The connection may close before the response is read.
        assert.isTrue(Exit.isFailure(got) || got.value.status === 413)
        assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
      })
    )
  )

  it.live("serves only on loopback by default", () =>
    Effect.gen(function* () {
      for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ host }))))
        assert.strictEqual(error._tag, "SandboxError")
        assert.include(error.message, host)
      }
      for (const options of [{ host: "localhost" }, { host: "0.0.0.0", allowRemote: true }]) {
        yield* Effect.scoped(Layer.build(layer(options)))
      }
    })
  )

  it.live("fails if the given port is in use, and frees its port when it closes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const first = yield* Layer.build(layer()).pipe(Scope.provide(scope))
      const { url } = yield* Effect.provide(Sandbox, Layer.succeedContext(first))
      const port = Number(new URL(url).port)
      const again = Effect.scoped(Layer.build(layer({ port })))
      assert.strictEqual((yield* Effect.flip(again))._tag, "ServeError")
      yield* Scope.close(scope, Exit.void)
      yield* again
    })
  )

  it.live("closes while requests are incomplete", () =>
    Effect.gen(function* () {
      const head = "POST /trade-api/v2/portfolio/events/orders HTTP/1.1\r\nhost: localhost\r\n"
      const closed: Array<Promise<unknown>> = []
      yield* Effect.gen(function* () {
        const port = Number(new URL((yield* Sandbox).url).port)
        for (const part of [head, `${head}content-length: 100\r\n\r\n{`]) {
          const socket = connect(port, "127.0.0.1")
          closed.push(once(socket, "close"))
          socket.on("error", () => {})
          yield* Effect.promise(() => once(socket, "connect"))
          yield* Effect.callback<void>((resume) => {
            socket.write(part, () => resume(Effect.void))
          })
        }
        yield* send({ method: "GET", path: "/exchange/status" })
      }).pipe(Effect.provide([layer(), NodeHttpClient.layerUndici]))
      yield* Effect.promise(() => Promise.all(closed))
    })
  )

  it.live("fails for invalid markets, and states the reason", () =>
    Effect.gen(function* () {
      for (const [markets, reason] of [
        [[{ ticker }, { ticker }], "market already exists: KXTEST-26-YES"],
        [[{ ticker, priceRanges: [] }], "invalid parameters: a market needs at least one price range"]
      ] as const) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ markets }))))
        assert.strictEqual(error.message, reason)
      }
    })
  )
})

const inMemory = <E>(test: Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
  test.pipe(Effect.provide(layerTest({ markets })))

describe("Sandbox.layerTest", () => {
  for (const kind of kinds) {
    it.effect(`runs an order group in memory, under virtual time, with ${kind} keys`, () =>
      inMemory(
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          yield* groupLife(yield* sandbox.createAccount({ kind }), yield* sandbox.createAccount({ kind }))
        })
      )
    )
  }

  it.effect("completes a client's retries in one adjustment of the clock", () =>
    inMemory(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const credentials = yield* sandbox.createAccount()
        yield* sandbox.plant({ status: 503, operation: "GetOrderGroups", times: 3 })
        const fiber = yield* Effect.forkChild(OrderGroups.list().pipe(Effect.provide(access(credentials))))
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(yield* Fiber.join(fiber), { order_groups: [] })
        const served = yield* sandbox.requests
        assert.deepStrictEqual(
          served.map(({ status }) => status),
          [503, 503, 503, 200]
        )
      })
    )
  )

  it.effect("forgets the fills of an order group after 15 seconds of virtual time", () =>
    inMemory(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const [maker, taker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
        const trade = Orders.create(order("ask", "8")).pipe(Effect.provide(access(taker)))
        yield* Effect.gen(function* () {
          const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 })
          yield* Orders.create(order("bid", "100", order_group_id))
          const resting = Effect.map(OrderGroups.get({ order_group_id }), ({ orders }) => orders.length)
          yield* trade
          yield* TestClock.adjust("15 seconds")
          yield* trade
          assert.strictEqual(yield* resting, 1)
          yield* TestClock.adjust("14999 millis")
          yield* trade
          assert.strictEqual(yield* resting, 0)
        }).pipe(Effect.provide(access(maker)))
      })
    )
  )

  it.effect("shows a pause in the status, and returns a planted error with its body", () =>
    inMemory(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const kalshi = Kalshi.layerPublic({ environment: sandbox.environment, policy: { totalTimeout: "1 millis" } })
        const status = ExchangeOperations.status().pipe(Effect.provide(kalshi))
        yield* sandbox.setActive({ exchange: false })
        assert.deepInclude(yield* status, { exchange_active: false, trading_active: false })
        const body = { exchange_active: false, trading_active: false }
        yield* sandbox.plant({ status: 503, body })
        const error = yield* Effect.flip(status)
        assert.deepStrictEqual("payload" in error && error.payload, body)
      })
    )
  )

  it.effect("serves requests only at the address of its own environment", () =>
    inMemory(
      Effect.gen(function* () {
        const { signer } = yield* (yield* Sandbox).createAccount()
        const environment = { name: "other", restUrl: "http://127.0.0.1:1/trade-api/v2", feedUrl: "" }
        const kalshi = Kalshi.layer({ environment, signer, policy: { totalTimeout: "1 millis" } })
        const error = yield* Effect.flip(OrderGroups.list().pipe(Effect.provide(kalshi)))
        assert.strictEqual(error._tag, "TransportError")
      })
    )
  )

  it.effect("gives the same ids and the same dump for the same seed", () =>
    Effect.gen(function* () {
      const dumpOf = (seed: number) =>
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          yield* groupLife(yield* sandbox.createAccount(), yield* sandbox.createAccount())
          return JSON.stringify(yield* sandbox.dump)
        }).pipe(Effect.provide(layerTest({ seed, markets })))
      const first = yield* dumpOf(7)
      assert.strictEqual(yield* dumpOf(7), first)
      assert.notStrictEqual(yield* dumpOf(8), first)
    })
  )

  it.effect("keeps the latest requests, at most keepRequests of them", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      for (const n of [1, 2, 3]) {
        yield* send({ method: "GET", path: `/exchange/status?n=${n}` })
      }
      assert.deepStrictEqual(
        (yield* sandbox.requests).map(({ path }) => path.slice(-1)),
        ["2", "3"]
      )
    }).pipe(Effect.provide(layerTest({ keepRequests: 2 })))
  )

  it.effect("prints no private key", () =>
    inMemory(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const credentials = yield* sandbox.createAccount({ kind: "rsa" })
        const refused = yield* send({
          method: "GET",
          path: "/portfolio/order_groups",
          by: credentials,
          signed: { path: "/" }
        })
        assert.strictEqual(errorOf(refused).code, "authentication_error")
        const { privateKey: _privateKey, ...rest } = credentials
        const shown = [
          credentials,
          rest,
          sandbox,
          yield* sandbox.requests,
          yield* sandbox.dump,
          yield* sandbox.accounts
        ]
        for (const value of shown) {
          for (const text of [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value) ?? ""]) {
            assert.notInclude(text, "PRIVATE KEY")
          }
        }
      })
    )
  )
})
