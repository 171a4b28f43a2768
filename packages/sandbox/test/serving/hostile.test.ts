import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as HttpClient from "effect/http/HttpClient"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { listen } from "../../src/serving/httpServer.ts"
import { layer, Sandbox } from "../../src/Sandbox.ts"
import { errorOf, send } from "../support/wire.ts"
import { makeWorld } from "../support/world.ts"

const served = <E>(test: Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
  test.pipe(Effect.provide([layer({ clock: "frozen" }), NodeHttpClient.layerUndici]))

/** Opens a connection, which closes with the scope. */
const openTo = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = connect(port, "127.0.0.1")
      socket.on("error", () => {})
      await once(socket, "connect")
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const portOf = Effect.map(Sandbox, ({ url }) => Number(new URL(url).port))

const open = Effect.flatMap(portOf, openTo)

const responseOf = (socket: Socket) =>
  Effect.callback<string>((resume) => {
    const chunks: Array<Buffer> = []
    socket.on("data", (chunk: Buffer) => chunks.push(chunk))
    socket.on("close", () => resume(Effect.succeed(Buffer.concat(chunks).toString("latin1"))))
  })

const responseTo = (socket: Socket, text: string | Buffer) =>
  Effect.suspend(() => {
    socket.write(text)
    return responseOf(socket)
  })

const drainedOrClosed = (socket: Socket) =>
  Effect.callback<void>((resume) => {
    const go = () => {
      socket.off("drain", go).off("close", go)
      resume(Effect.void)
    }
    socket.on("drain", go).on("close", go)
  })

const stillServes = Effect.gen(function* () {
  assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
})

const head = (path: string, ...headers: ReadonlyArray<string>) =>
  [`POST ${path} HTTP/1.1`, "host: 127.0.0.1", "connection: close", ...headers, "", ""].join("\r\n")

describe("Sandbox.layer, under hostile requests", () => {
  it.live("refuses a body of 100 MiB after its first 5 MiB, and continues to serve", () =>
    served(
      Effect.gen(function* () {
        const socket = yield* open
        const path = "/trade-api/v2/portfolio/events/orders"
        const request = head(path, "content-type: application/json", "content-length: 104857600")
        const sent = yield* responseTo(
          socket,
          Buffer.concat([Buffer.from(request), Buffer.alloc(5 * 1024 * 1024, 0x20)])
        )
        assert.match(sent, /^HTTP\/1\.1 413 /)
        yield* stillServes
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses 100 MiB in chunks without a length, while it serves other requests", () =>
    served(
      Effect.gen(function* () {
        const socket = yield* open
        const mebibyte = Buffer.alloc(1024 * 1024, 0x20)
        const chunk = Buffer.concat([Buffer.from("100000\r\n"), mebibyte, Buffer.from("\r\n")])
        const path = "/trade-api/v2/portfolio/events/orders"
        const response = yield* Effect.forkChild(responseOf(socket), { startImmediately: true })
        socket.write(head(path, "content-type: application/json", "transfer-encoding: chunked"))
        // Sends as fast as the server reads, until the server closes the connection.
        for (let sent = 0; sent < 100 && !socket.destroyed; sent++) {
          if (!socket.write(chunk)) yield* drainedOrClosed(socket)
          if (sent === 6) yield* stillServes
        }
        assert.match(yield* Fiber.join(response), /^HTTP\/1\.1 413 /)
        yield* stillServes
      }).pipe(Effect.scoped)
    )
  )

  it.live("responds even to a client that continues to send before it reads the response", () =>
    served(
      Effect.gen(function* () {
        const socket = yield* open
        const some = Buffer.alloc(5 * 1024 * 1024, 0x20)
        socket.write(head("/trade-api/v2/portfolio/events/orders", "content-length: 104857600"))
        if (!socket.write(some)) yield* drainedOrClosed(socket)
        yield* stillServes
        if (!socket.write(some)) yield* drainedOrClosed(socket)
        assert.match(socket.destroyed ? "dropped" : yield* responseOf(socket), /^HTTP\/1\.1 413 /)
      }).pipe(Effect.scoped)
    )
  )

  it.live("responds with the reason to a client that sends 40 MiB", () =>
    served(
      Effect.gen(function* () {
        const { maker: by } = yield* makeWorld
        for (let n = 0; n < 5; n++) {
          const text = new Uint8Array(40 * 1024 * 1024).fill(0x20)
          const got = yield* send({ method: "POST", path: "/portfolio/events/orders", text, by })
          assert.deepStrictEqual([got.status, errorOf(got).code], [413, "request_too_large"])
        }
        yield* stillServes
      })
    )
  )

  it.live("serves other requests while hundreds of requests are incomplete", () =>
    served(
      Effect.gen(function* () {
        for (let n = 0; n < 300; n++) {
          const socket = yield* open
          socket.write(n % 2 === 0 ? "GET /trade-api/v2/exch" : head("/x", "content-length: 9").concat("{"))
        }
        yield* stillServes
      }).pipe(Effect.scoped)
    )
  )

  it.live("closes a connection whose request head stays incomplete", () =>
    served(
      Effect.gen(function* () {
        const stalled = yield* Effect.all([open, open])
        const cut = yield* Effect.forkChild(
          Effect.all(
            stalled.map((socket, n) => responseTo(socket, n === 0 ? "" : "GET /trade-api/v2/exchange/status HT")),
            { concurrency: "unbounded" }
          ),
          { startImmediately: true }
        )
        yield* stillServes
        for (const response of yield* Fiber.join(cut)) {
          assert.match(response, /^(?:HTTP\/1\.1 408 |$)/)
        }
      }).pipe(Effect.scoped)
    )
  )

  it.live("serves 2,000 connections at once", () =>
    served(
      Effect.gen(function* () {
        const sockets = yield* Effect.forEach(Array.from({ length: 2_000 }), () => open, { concurrency: 200 })
        const request = "GET /trade-api/v2/exchange/status HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        const responses = yield* Effect.forEach(sockets, (socket) => responseTo(socket, request), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(
          [...new Set(responses.map((response) => response.split("\r\n")[0]))],
          ["HTTP/1.1 200 OK"]
        )
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses invalid HTTP and invalid paths", () =>
    served(
      Effect.gen(function* () {
        for (const text of [
          "nonsense\r\n\r\n",
          "\u0016\u0003\u0001",
          "GET / HTTP/9.9\r\n\r\n",
          `GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`,
          "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n",
          "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5, 6\r\n\r\n",
          "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
          "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
          "GET / HTTP/1.1\r\nhost: x\r\nkalshi access key: 1\r\n\r\n",
          "GET / HTTP/1.1\r\nhost: x\r\na: b\rc: d\r\n\r\n",
          `GET / HTTP/1.1\r\nhost: x\r\n${"a: b\r\n".repeat(20_000)}\r\n`
        ]) {
          const response = yield* responseTo(yield* open, `${text}\r\n`)
          assert.match(response, /^HTTP\/1\.1 4\d\d /, JSON.stringify(text.slice(0, 40)))
        }
        for (const path of [
          "/trade-api/v2/../../etc/passwd",
          "/trade-api/v2/portfolio/../exchange/status",
          "/trade-api/v2//exchange/status",
          "/trade-api/v2/exchange/status/",
          "/trade-api/v2/exchange%2Fstatus",
          "/trade-api/v2/portfolio/orders/%2e%2e",
          "/trade-api/v2/markets/%",
          "/trade-api/v2/markets/%ff",
          "/trade-api/v2/%00",
          "/TRADE-API/v2/exchange/status",
          "//trade-api/v2/exchange/status",
          "http://example.com/trade-api/v2/exchange/status",
          "/sandbox",
          "*",
          "/trade-api/v2/exchange/status%00",
          "/trade-api/v2/exchange\\status",
          "/trade-api/v2/exchange/%73tatus/..",
          "/trade-api/v2/./exchange/status",
          "/trade-api/v2/exchange/status;v=1",
          "/trade-api/v2/exchange/status#fragment",
          "/trade-api/v2/markets/%c0%ae%c0%ae",
          "/trade-api/v2/markets/%252e%252e",
          "/trade-api/v2/markets/..%2f..%2fsandbox%2fdump",
          "/trade-api/v2/../../sandbox/dump",
          "/trade-api/v2/__proto__",
          "/trade-api/v2/constructor",
          "/trade-api/v2/markets/__proto__",
          "/trade-api/v2/markets/toString",
          "/trade-api/v2/markets?limit=10&__proto__=1&limit=20",
          `/trade-api/v2/markets?${"a=1&".repeat(2_000)}limit=-1`
        ]) {
          const response = yield* responseTo(yield* open, head(path).replace("POST", "GET"))
          assert.match(response, /^HTTP\/1\.1 4\d\d /, path)
        }
        yield* stillServes
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses invalid bodies, deeply nested JSON and non-objects, and changes nothing", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { maker: by } = yield* makeWorld
        const before = JSON.stringify(yield* sandbox.dump)
        const bytes = (...values: ReadonlyArray<number>) => Uint8Array.of(...values)
        for (const text of [
          bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00),
          bytes(0x7b, 0x22, 0xc0, 0xae, 0x22, 0x3a, 0x31, 0x7d),
          bytes(0x1f, 0x8b, 0x08, 0x00),
          bytes(0x00),
          "",
          "{",
          "nul",
          "{'ticker':1}",
          '{"ticker":"x",}',
          '{"ticker":1}{}',
          "NaN",
          "undefined",
          '"a text"',
          "true",
          "-0",
          '{"ticker":}',
          '{"ticker":"\ud800"',
          "[]",
          "null",
          "1e999",
          "[".repeat(100_000) + "]".repeat(100_000),
          `{"orders":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
          '{"__proto__":{"ticker":"x"},"constructor":1}',
          "\ufeff{}"
        ]) {
          for (const path of [
            "/portfolio/events/orders",
            "/portfolio/events/orders/batched",
            "/portfolio/order_groups/create"
          ]) {
            const got = yield* send({ method: "POST", path, text, by })
            assert.strictEqual(got.status, 400, `${path} ${String(text.slice(0, 40))}`)
            assert.property(got.body, "error")
          }
        }
        assert.strictEqual(JSON.stringify(yield* sandbox.dump), before)
      })
    )
  )
})

describe("listen", () => {
  const refused = { status: 404, headers: {}, body: new Uint8Array(), delayMillis: 0, arrives: "whole" } as const

  it.live("closes stalled or slow connections, and serves requests that complete in time", () =>
    Effect.gen(function* () {
      const port = yield* listen(() => refused, "127.0.0.1", 0, { headMillis: 1_500, requestMillis: 2_500 })
      const half = head("/x", "content-type: application/json", "content-length: 1000")
      const sendSlowly = (socket: Socket) =>
        Effect.acquireRelease(
          Effect.sync(() => setInterval(() => socket.writable && socket.write("a"), 20)),
          (timer) => Effect.sync(() => clearInterval(timer))
        )
      const cut = ["", "GET /x", half.slice(0, -2), half, `${half}{`].map((text) =>
        Effect.flatMap(openTo(port), (socket) => responseTo(socket, text))
      )
      const sendingSlowly = ["GET /", `GET /x HTTP/1.1\r\nhost: x\r\nx: `, half].map((text) =>
        Effect.gen(function* () {
          const socket = yield* openTo(port)
          yield* sendSlowly(socket)
          return yield* responseTo(socket, text)
        })
      )
      const slow = Effect.gen(function* () {
        const socket = yield* openTo(port)
        const response = yield* Effect.forkChild(responseTo(socket, "GET /x HTTP/1.1\r\nconnection: close\r\n"), {
          startImmediately: true
        })
        // Another request is served between the two halves of this request.
        assert.match(yield* responseTo(yield* openTo(port), "GET /y HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 404 /)
        socket.write("host: x\r\n\r\n")
        return yield* Fiber.join(response)
      })
      const [stalledResponses, slowResponses, served] = yield* Effect.all(
        [Effect.all(cut, { concurrency: "unbounded" }), Effect.all(sendingSlowly, { concurrency: "unbounded" }), slow],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        [...stalledResponses, ...slowResponses].map((response) => response.slice(0, 13)),
        Array.from({ length: 8 }, () => "HTTP/1.1 408 ")
      )
      assert.match(served, /^HTTP\/1\.1 404 /)
    }).pipe(Effect.scoped)
  )
})
