import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { layer, Sandbox } from "../src/Sandbox.ts"
import { send } from "./support/wire.ts"
import { makeWorld } from "./support/world.ts"

const served = <E>(test: Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
  test.pipe(Effect.provide([layer({ clock: "frozen" }), NodeHttpClient.layerUndici]))

/** Opens a socket to the exchange, which is closed in the end. */
const open = Effect.flatMap(Sandbox, ({ url }) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1")
      socket.on("error", () => {})
      await once(socket, "connect")
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
)

/** All that comes back until the other side closes. */
const answerTo = (socket: Socket, text: string | Buffer) =>
  Effect.callback<string>((resume) => {
    const chunks: Array<Buffer> = []
    socket.on("data", (chunk: Buffer) => chunks.push(chunk))
    socket.on("close", () => resume(Effect.succeed(Buffer.concat(chunks).toString("latin1"))))
    socket.write(text)
  })

const stillServes = Effect.gen(function* () {
  assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
})

const head = (path: string, ...headers: ReadonlyArray<string>) =>
  [`POST ${path} HTTP/1.1`, "host: 127.0.0.1", "connection: close", ...headers, "", ""].join("\r\n")

describe("Sandbox.layer, against what no client should send", () => {
  it.live("refuses a body of 100 MB after the first four, and still serves", () =>
    served(
      Effect.gen(function* () {
        const socket = yield* open
        const path = "/trade-api/v2/portfolio/events/orders"
        const request = head(path, "content-type: application/json", "content-length: 104857600")
        const sent = yield* answerTo(socket, Buffer.concat([Buffer.from(request), Buffer.alloc(5 * 1024 * 1024, 0x20)]))
        assert.match(sent, /^HTTP\/1\.1 413 /)
        yield* stillServes
      }).pipe(Effect.scoped)
    )
  )

  it.live("serves others while hundreds dawdle over their requests", () =>
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

  it.live("serves over 2,000 connections at once", () =>
    served(
      Effect.gen(function* () {
        const sockets = yield* Effect.forEach(Array.from({ length: 2_000 }), () => open, { concurrency: 200 })
        const request = "GET /trade-api/v2/exchange/status HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        const answers = yield* Effect.forEach(sockets, (socket) => answerTo(socket, request), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual([...new Set(answers.map((answer) => answer.split("\r\n")[0]))], ["HTTP/1.1 200 OK"])
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses what is not HTTP, and what is no path", () =>
    served(
      Effect.gen(function* () {
        for (const text of [
          "nonsense\r\n\r\n",
          "\u0016\u0003\u0001",
          "GET / HTTP/9.9\r\n\r\n",
          `GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`,
          "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n"
        ]) {
          const answer = yield* answerTo(yield* open, `${text}\r\n`)
          assert.match(answer, /^HTTP\/1\.1 4\d\d /, JSON.stringify(text.slice(0, 40)))
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
          "*"
        ]) {
          const answer = yield* answerTo(yield* open, head(path).replace("POST", "GET"))
          assert.match(answer, /^HTTP\/1\.1 4\d\d /, path)
        }
        yield* stillServes
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses JSON that is none, or too deep, or not an object, with an error body and no change", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { maker: by } = yield* makeWorld
        const before = JSON.stringify(yield* sandbox.dump)
        for (const text of [
          "",
          "{",
          "nul",
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
            assert.strictEqual(got.status, 400, `${path} ${text.slice(0, 40)}`)
            assert.property(got.body, "error")
          }
        }
        assert.strictEqual(JSON.stringify(yield* sandbox.dump), before)
      })
    )
  )
})
