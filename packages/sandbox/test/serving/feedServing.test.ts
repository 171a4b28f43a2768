import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"
import * as TestClock from "effect/testing/TestClock"
import { WebSocket } from "ws"
import { feedPath } from "../../src/feed/line.ts"
import { type Credentials, layer, layerTest, type Operator, Sandbox } from "../../src/Sandbox.ts"
import type { Frame } from "../support/feedWorld.ts"

const ticker = "KXSERVED-26-YES"

const subscribe = (channel: string) => ({
  id: 1,
  cmd: "subscribe",
  params: { channels: [channel], market_ticker: ticker }
})

const headersOf = ({ keyId, signer }: Credentials, nowMillis: number): Record<string, string> => ({
  "kalshi-access-key": keyId,
  "kalshi-access-timestamp": String(nowMillis),
  "kalshi-access-signature": Effect.runSync(signer.sign(`${nowMillis}GET${feedPath}`))
})

const bid = {
  ticker,
  side: "bid",
  count: "5",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

const place = ({ signer }: Credentials, { environment }: Operator, order: Partial<Orders.CreateInput> = {}) =>
  Orders.create({ ...bid, ...order }).pipe(Effect.provide(Kalshi.layer({ environment, signer })))

/** Opens a connection to the feed. It closes with the scope. */
const dial = ({ environment }: Operator, headers: Record<string, string>) =>
  Effect.acquireRelease(
    Effect.callback<WebSocket, Error>((resume) => {
      const socket = new WebSocket(environment.feedUrl, { headers })
      socket.once("open", () => resume(Effect.succeed(socket)))
      socket.once("error", (error) => resume(Effect.fail(error)))
    }),
    (socket) => Effect.sync(() => socket.terminate())
  )

const frames = (socket: WebSocket, count: number): Effect.Effect<ReadonlyArray<Frame>> =>
  Effect.callback((resume) => {
    const found: Array<Frame> = []
    const take = (data: Buffer): void => {
      found.push(JSON.parse(data.toString()) as Frame)
      if (found.length === count) {
        socket.off("message", take)
        resume(Effect.succeed(found))
      }
    }
    socket.on("message", take)
  })

const types = (found: ReadonlyArray<Frame>) => found.map(({ type }) => type)

describe("Sandbox.layer", () => {
  const served = Layer.mergeAll(layer({ markets: [{ ticker }] }), NodeHttpClient.layerUndici)

  it.live("serves the feed on the same port as REST", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const me = yield* sandbox.createAccount()
      const socket = yield* dial(sandbox, headersOf(me, Date.now()))
      const first = yield* Effect.forkChild(frames(socket, 2), { startImmediately: true })
      socket.send(JSON.stringify(subscribe("orderbook_delta")))
      assert.deepStrictEqual(types(yield* Fiber.join(first)), ["subscribed", "orderbook_snapshot"])
      const next = yield* Effect.forkChild(frames(socket, 1), { startImmediately: true })
      yield* place(me, sandbox)
      const [delta] = yield* Fiber.join(next)
      assert.deepStrictEqual([delta!.msg.price_dollars, delta!.msg.delta_fp], ["0.4000", "5.00"])
    }).pipe(Effect.scoped, Effect.provide(served))
  )

  it.live("refuses an unsigned upgrade with 401 and the same error code as REST", () =>
    Effect.gen(function* () {
      const { environment } = yield* Sandbox
      const [status, body] = yield* Effect.callback<readonly [number | undefined, string]>((resume) => {
        const socket = new WebSocket(environment.feedUrl)
        socket.on("unexpected-response", (_request, response) => {
          const chunks: Array<Buffer> = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("end", () => resume(Effect.succeed([response.statusCode, Buffer.concat(chunks).toString()])))
        })
      })
      assert.strictEqual(status, 401)
      assert.strictEqual(JSON.parse(body).error.code, "token_authentication_failure")
    }).pipe(Effect.provide(served))
  )

  it.live("sends an order's expiry at its time, even if no request arrives", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const me = yield* sandbox.createAccount()
      const socket = yield* dial(sandbox, headersOf(me, Date.now()))
      const found = yield* Effect.forkChild(frames(socket, 3), { startImmediately: true })
      socket.send(JSON.stringify(subscribe("user_orders")))
      yield* place(me, sandbox, { expiration_time: Math.ceil(Date.now() / 1_000) + 1 })
      const [, , expired] = yield* Fiber.join(found)
      assert.strictEqual(expired!.msg.last_update_reason, "ExpiryCancel")
    }).pipe(Effect.scoped, Effect.provide(served))
  )

  it.live("sends the effects of a moved clock even if the clock is frozen", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const me = yield* sandbox.createAccount()
      const socket = yield* dial(sandbox, headersOf(me, Date.now()))
      const found = yield* Effect.forkChild(frames(socket, 3), { startImmediately: true })
      socket.send(JSON.stringify(subscribe("user_orders")))
      yield* place(me, sandbox, { expiration_time: Math.ceil(Date.now() / 1_000) + 3_600 })
      yield* sandbox.moveClock(3_601_000)
      const [, , expired] = yield* Fiber.join(found)
      assert.strictEqual(expired!.msg.status, "canceled")
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.mergeAll(layer({ markets: [{ ticker }], clock: "frozen" }), NodeHttpClient.layerUndici))
    )
  )

  it.live("closes the connections with 1001 at a reset, and serves new connections", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [me] = sandbox.credentials
      const socket = yield* dial(sandbox, headersOf(me!, Date.now()))
      const closed = yield* Effect.forkChild(
        Effect.callback<number>((resume) => {
          socket.once("close", (code) => resume(Effect.succeed(code)))
        }),
        { startImmediately: true }
      )
      yield* sandbox.reset
      assert.strictEqual(yield* Fiber.join(closed), 1001)
      yield* dial(sandbox, headersOf(me!, Date.now()))
      assert.strictEqual((yield* sandbox.feed.connections).length, 1)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.mergeAll(layer({ accounts: [{ name: "me" }] }), NodeHttpClient.layerUndici))
    )
  )

  it.live("performs actions on the feed that the operator requests over HTTP", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const client = yield* HttpClient.HttpClient
      const ask = (method: "GET" | "POST", path: string, body: object = {}) =>
        client
          .execute(
            method === "GET"
              ? HttpClientRequest.get(`${sandbox.url}/sandbox/${path}`)
              : HttpClientRequest.post(`${sandbox.url}/sandbox/${path}`).pipe(HttpClientRequest.bodyJsonUnsafe(body))
          )
          .pipe(Effect.flatMap((response) => Effect.map(response.json, (json) => [response.status, json] as const)))
      const me = yield* sandbox.createAccount()
      const socket = yield* dial(sandbox, headersOf(me, Date.now()))
      const found = yield* Effect.forkChild(frames(socket, 4), { startImmediately: true })
      assert.deepStrictEqual((yield* ask("POST", "faults", { feed: "command", cmd: "subscribe", error: 27 }))[0], 200)
      socket.send(JSON.stringify(subscribe("communications")))
      socket.send(JSON.stringify(subscribe("communications")))
      while (((yield* sandbox.feed.connections)[0]?.subscriptions.length ?? 0) === 0) {
        yield* Effect.sleep("5 millis")
      }
      const message = { channel: "communications", type: "rfq_batch_deleted", msg: { id: "x" } }
      const selector = { accountId: me.accountId, channel: "communications" }
      const results = [
        yield* ask("POST", "feed/messages", message),
        yield* ask("POST", "feed/stall", selector),
        yield* ask("POST", "feed/messages", message),
        yield* ask("POST", "feed/resume", selector),
        yield* ask("POST", "feed/errors", { ...selector, code: 10 }),
        yield* ask("POST", "feed/references", { name: "BRTI", value: "64000.5" }),
        yield* ask("POST", "feed/references", { name: "no index", value: "1" }),
        yield* ask("POST", "feed/drop", { code: 1006 }),
        yield* ask("POST", "feed/maintenance")
      ]
      assert.deepStrictEqual(
        results.map(([status]) => status),
        [200, 200, 200, 200, 200, 200, 400, 400, 200]
      )
      assert.deepStrictEqual(
        (yield* Fiber.join(found)).map(({ msg, seq, type }) => [type, seq, msg.code]),
        [
          ["error", undefined, 27],
          ["subscribed", undefined, undefined],
          ["rfq_batch_deleted", 1, undefined],
          ["error", 3, 10]
        ]
      )
      assert.deepStrictEqual((yield* ask("GET", "feed"))[1], [])
    }).pipe(Effect.scoped, Effect.provide(served))
  )
})

describe("Sandbox.layerTest", () => {
  it.effect("connects Effect's sockets in memory, under a virtual clock", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createMarket({ ticker })
      const me = yield* sandbox.createAccount()
      const socket = yield* Socket.makeWebSocket(sandbox.environment.feedUrl, {
        headers: headersOf(me, yield* Clock.currentTimeMillis)
      })
      const found: Array<Frame> = []
      const session = Effect.gen(function* () {
        const { pull } = yield* socket.reader
        const { write } = yield* socket.writer
        yield* write(JSON.stringify(subscribe("user_orders")))
        return yield* Effect.forever(
          Effect.map(pull, (batch) => batch.forEach((frame) => found.push(JSON.parse(String(frame)) as Frame)))
        )
      }).pipe(Effect.scoped)
      const fiber = yield* Effect.forkChild(Effect.flip(session))
      while (found.length === 0) {
        yield* Effect.yieldNow
      }
      const expires = Math.ceil((yield* Clock.currentTimeMillis) / 1_000) + 3_600
      yield* place(me, sandbox, { expiration_time: expires })
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(
        found.map(({ msg, type }) => [type, msg.last_update_reason]),
        [
          ["subscribed", undefined],
          ["user_order", undefined],
          ["user_order", "ExpiryCancel"]
        ]
      )
      yield* sandbox.feed.drop({ code: 4001, reason: "by the test" })
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "SocketError")
    }).pipe(Effect.provide(layerTest()))
  )
})
