import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { brotliCompressSync } from "node:zlib"
import { ArrivingBody, BodyBudget } from "../../src/serving/bodies.ts"
import { listen, type ListenOptions } from "../../src/serving/httpServer.ts"
import { layer, Sandbox } from "../../src/Sandbox.ts"
import { send } from "../support/wire.ts"

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

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

const untilClosed = (socket: Socket) =>
  Effect.callback<string>((resume) => {
    const chunks: Array<Buffer> = []
    socket.on("data", (chunk: Buffer) => chunks.push(chunk))
    socket.on("close", () => resume(Effect.succeed(Buffer.concat(chunks).toString("latin1"))))
  })

const exchange = (port: number, ...texts: ReadonlyArray<string | Buffer>) =>
  Effect.flatMap(openTo(port), (socket) => {
    texts.forEach((text) => socket.write(text))
    return untilClosed(socket)
  })

/** Parses a response. Fails if its body is not JSON. */
const parsed = (text: string): { readonly status: number; readonly headers: string; readonly body: unknown } => {
  const end = text.indexOf("\r\n\r\n")
  const headers = text.slice(0, end).toLowerCase()
  assert.include(headers, "content-type: application/json; charset=utf-8", JSON.stringify(text.slice(0, 200)))
  return { status: Number(text.slice(9, 12)), headers, body: JSON.parse(text.slice(end + 4)) as unknown }
}

const codeOf = (text: string) => {
  const { body, status } = parsed(text)
  const { error } = body as { readonly error: { readonly code: string } } // the caller compares the code
  return [status, error.code]
}

const answer = (length: number) => ({
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: Buffer.from(JSON.stringify({ length })),
  delayMillis: 0,
  arrives: "whole" as const
})

const echo = (options: ListenOptions = {}) => listen(({ body }) => answer(body.length), "127.0.0.1", 0, options)

const post = (length: number, ...headers: ReadonlyArray<string>) =>
  ["POST /x HTTP/1.1", "host: x", `content-length: ${length}`, ...headers, "", ""].join("\r\n")

const scoped = <E>(test: Effect.Effect<void, E, Scope.Scope>) => Effect.scoped(test)

describe("listen, with request heads", () => {
  it.live("accepts 2,000 UUIDs in a query", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 2_000 }, (_, n) => `ids=00000000-0000-4000-8000-${String(n).padStart(12, "0")}`)
      const got = yield* send({ method: "GET", path: `/structured_targets?${ids.join("&")}` })
      assert.strictEqual(got.status, 200)
    }).pipe(Effect.provide([layer({ clock: "frozen" }), NodeHttpClient.layerUndici]))
  )

  it.live("accepts 100 tickers of 200 characters in a query, each percent-encoded", () =>
    Effect.gen(function* () {
      const ticker = "%4B".repeat(200)
      const query = Array.from({ length: 100 }, () => `tickers=${ticker}`).join("&")
      const got = yield* send({ method: "GET", path: `/markets/orderbooks?${query}` })
      assert.deepStrictEqual([got.status, got.body], [200, { orderbooks: [] }])
    }).pipe(Effect.provide([layer({ clock: "frozen" }), NodeHttpClient.layerUndici]))
  )

  it.live("refuses a head of 8 MiB with 431, and lets the client finish sending", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo()
        for (const text of [
          `GET /${"x".repeat(8 * mebibyte)} HTTP/1.1\r\nhost: x\r\n\r\n`,
          `GET / HTTP/1.1\r\nhost: x\r\n${`a: ${"b".repeat(1_000)}\r\n`.repeat(8_000)}\r\n`
        ]) {
          const response = yield* exchange(port, text)
          assert.deepStrictEqual(codeOf(response), [431, "request_head_too_large"])
          assert.include(parsed(response).headers, "connection: close")
        }
      })
    )
  )
})

describe("listen, with malformed HTTP", () => {
  it.live("responds with 400 and a JSON body", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo()
        for (const text of [
          "nonsense\r\n\r\n",
          "\u0016\u0003\u0001\u0002\u0000",
          "GET / HTTP/9.9\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n",
          "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
          "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
          "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
          "GET / HTTP/1.1\r\nhost: x\r\nkalshi access key: 1\r\n\r\n"
        ]) {
          assert.deepStrictEqual(codeOf(yield* exchange(port, text)), [400, "bad_request"], JSON.stringify(text))
        }
      })
    )
  )

  it.live("responds with JSON to methods and expectations that it does not support", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo()
        assert.deepStrictEqual(codeOf(yield* exchange(port, "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n")), [
          405,
          "method_not_allowed"
        ])
        assert.deepStrictEqual(codeOf(yield* exchange(port, post(1, "expect: a-miracle"))), [417, "expectation_failed"])
      })
    )
  )

  it.live("responds to a complete request before it rejects the invalid data that follows", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* listen(({ body }) => ({ ...answer(body.length), delayMillis: 50 }), "127.0.0.1", 0)
        const text = yield* exchange(port, `${post(3)}abc`, "nonsense\r\n\r\n")
        assert.match(text, /^HTTP\/1\.1 200 OK[^]*\{"length":3\}HTTP\/1\.1 400 Bad Request/)
      })
    )
  )

  it.live("serves the next connection after a reset in the middle of a request", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo()
        const socket = yield* openTo(port)
        socket.write(`${post(10)}abc`)
        socket.resetAndDestroy()
        assert.deepStrictEqual(parsed(yield* exchange(port, `${post(1, "connection: close")}a`)).body, { length: 1 })
      })
    )
  )
})

describe("listen, with slow requests", () => {
  it.live("responds with 408 if a head or a body does not arrive in time", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo({ headMillis: 200, requestMillis: 400 })
        const responses = yield* Effect.all([exchange(port, "GET / HT"), exchange(port, `${post(10)}abc`)], {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(responses.map(codeOf), [
          [408, "request_timeout"],
          [408, "request_timeout"]
        ])
      })
    )
  )
})

describe("listen, with idle connections", () => {
  const get = "GET /x HTTP/1.1\r\nhost: x\r\n\r\n"

  const request = (socket: Socket) =>
    Effect.promise(async () => {
      socket.write(get)
      const [chunk] = (await once(socket, "data")) as [Buffer] // the event passes one chunk
      return chunk.toString("latin1").toLowerCase()
    })

  it.live("announces a keep-alive of 75 seconds, which is longer than clients keep idle connections", () =>
    scoped(
      Effect.gen(function* () {
        const response = yield* request(yield* openTo(yield* echo()))
        assert.include(response, "connection: keep-alive")
        assert.match(response, /keep-alive: timeout=75\r/)
      })
    )
  )

  it.live("keeps an idle connection for the announced time, even if the time limit of a head is shorter", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo({ headMillis: 100, keepAliveMillis: 1_000 })
        const socket = yield* openTo(port)
        assert.match(yield* request(socket), /keep-alive: timeout=1\r/)
        yield* Effect.sleep("800 millis")
        assert.match(yield* request(socket), /^http\/1\.1 200 /)
        const begun = performance.now()
        assert.strictEqual(yield* untilClosed(socket), "")
        assert.isAtLeast(performance.now() - begun, 990)
      })
    )
  )
})

describe("listen, with many large bodies", () => {
  it.live("responds with 503 while bodies would exceed their memory limit", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo({ maxBufferedBytes: 4 * mebibyte })
        const part = Buffer.alloc(mebibyte, 0x20)
        const holding = yield* Effect.forEach([1, 2, 3], () => openTo(port))
        holding.forEach((socket) => {
          socket.write(post(2 * mebibyte, "connection: close"))
          socket.write(part)
        })
        // Waits until the server has read these parts.
        yield* Effect.sleep("200 millis")
        const refused = yield* exchange(port, post(2 * mebibyte), part, part)
        assert.deepStrictEqual(codeOf(refused), [503, "service_unavailable"])
        assert.match(parsed(refused).headers, /retry-after: 1/)
        assert.deepStrictEqual(parsed(yield* exchange(port, `${post(1, "connection: close")}a`)).body, { length: 1 })
        // A client that disconnects frees its memory. The refused request holds no memory.
        holding[0]!.destroy()
        yield* Effect.sleep("100 millis")
        for (const socket of holding.slice(1)) {
          socket.write(part)
          assert.deepStrictEqual(parsed(yield* untilClosed(socket)).body, { length: 2 * mebibyte })
        }
        for (let n = 0; n < 5; n++) {
          const text = yield* exchange(port, post(3 * mebibyte, "connection: close"), Buffer.alloc(3 * mebibyte, 0x20))
          assert.deepStrictEqual(parsed(text).body, { length: 3 * mebibyte })
        }
      })
    )
  )
})

describe("listen", () => {
  it.live("closes connections beyond the maximum number", () =>
    scoped(
      Effect.gen(function* () {
        const port = yield* echo({ maxConnections: 2 })
        const first = yield* openTo(port)
        yield* openTo(port)
        assert.strictEqual(yield* Effect.flatMap(openTo(port), untilClosed), "")
        first.destroy()
        yield* Effect.sleep("50 millis")
        assert.deepStrictEqual(parsed(yield* exchange(port, `${post(1, "connection: close")}a`)).body, { length: 1 })
      })
    )
  )

  it.live("responds with 500 if the handler throws, and serves the next request", () =>
    scoped(
      Effect.gen(function* () {
        const defects: Array<unknown> = []
        const port = yield* listen(
          ({ body }) => {
            if (body.length === 0) throw new Error("planted")
            return answer(body.length)
          },
          "127.0.0.1",
          0,
          { onDefect: ({ path }, defect) => defects.push([path, String(defect)]) }
        )
        assert.deepStrictEqual(codeOf(yield* exchange(port, post(0, "connection: close"))), [
          500,
          "internal_server_error"
        ])
        assert.deepStrictEqual(defects, [["/x", "Error: planted"]])
        assert.deepStrictEqual(parsed(yield* exchange(port, `${post(1, "connection: close")}a`)).body, { length: 1 })
      })
    )
  )
})

describe("ArrivingBody", () => {
  it("takes at most about twice the length of the body in memory, even for chunks of one byte", () => {
    for (const size of [1, 7, 1_000, 16 * kibibyte, 100_000]) {
      const whole = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251))
      // This budget refuses a body that needs more memory.
      const budget = new BodyBudget(2 * whole.length + 2 * kibibyte)
      const body = new ArrivingBody(budget, whole.length)
      for (let at = 0; at < whole.length; at += size) {
        assert.isUndefined(body.add(Buffer.from(whole.subarray(at, at + size))), String(size))
      }
      assert.isTrue(whole.equals(body.bytes()), String(size))
      body.release()
      body.release()
      assert.isTrue(budget.take(2 * whole.length + 2 * kibibyte))
      assert.isFalse(budget.take(1))
    }
  })

  it("refuses a body that exceeds its maximum length or the budget", () => {
    const chunk = Buffer.alloc(1_000)
    assert.strictEqual(new ArrivingBody(new BodyBudget(5_000), 999).add(chunk), "tooLarge")
    assert.strictEqual(new ArrivingBody(new BodyBudget(999), 5_000).add(chunk), "noMemory")
    const body = new ArrivingBody(new BodyBudget(2_500), 5_000)
    assert.isUndefined(body.add(chunk))
    assert.strictEqual(body.add(chunk) ?? body.add(chunk), "noMemory")
  })
})

describe("PUT /sandbox/snapshot", () => {
  const put = (path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    Effect.gen(function* () {
      const { url } = yield* Sandbox
      const response = yield* Effect.promise(() =>
        fetch(`${url}${path}`, {
          method: "PUT",
          headers: { "content-type": "application/json", ...headers },
          // `fetch` accepts this array, but the type of the array also permits shared memory.
          body: body as Uint8Array<ArrayBuffer>
        })
      )
      return [response.status, yield* Effect.promise(() => response.text())] as const
    })

  const served = <E>(test: Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
    test.pipe(Effect.provide([layer({ clock: "frozen" }), NodeHttpClient.layerUndici]))

  const snapshot = Effect.gen(function* () {
    const { url } = yield* Sandbox
    return yield* Effect.promise(async () => (await fetch(`${url}/sandbox/snapshot`)).text())
  })

  it.live("restores a snapshot of more than 4 MiB", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        for (let n = 0; n < 6; n++) {
          yield* sandbox.createMarket({ ticker: `KXLARGE-26-N${n}`, title: "x".repeat(mebibyte) })
        }
        const large = yield* snapshot
        yield* sandbox.reset
        assert.strictEqual((yield* sandbox.view).tickers().length, 0)
        assert.isAbove(large.length, 6 * mebibyte)
        assert.strictEqual((yield* put("/sandbox/snapshot", Buffer.from(large)))[0], 200)
        assert.strictEqual((yield* sandbox.view).tickers().length, 6)
        yield* sandbox.reset
        const encoded = brotliCompressSync(Buffer.from(large))
        assert.strictEqual((yield* put("/sandbox/snapshot", encoded, { "content-encoding": "br" }))[0], 200)
        assert.strictEqual((yield* sandbox.view).tickers().length, 6)
      })
    )
  )

  it.live("may have a large body, unlike other requests", () =>
    served(
      Effect.gen(function* () {
        const large = Buffer.alloc(5 * mebibyte, 0x20)
        for (const path of ["/sandbox/snapshots", "/sandbox/time", "/trade-api/v2/sandbox/snapshot"]) {
          assert.strictEqual((yield* put(path, large))[0], 413, path)
        }
        assert.strictEqual((yield* put("/sandbox/snapshot", large))[0], 400)
      })
    )
  )
})
