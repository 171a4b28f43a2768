import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import type { ServerResponse } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Result } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as Environment from "../../src/Environment.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import { errorOf } from "../support/run.ts"
import { layerChanged, signer } from "../support/scripted.ts"
import { type Received, respondJson, serve, transports } from "../support/server.ts"

const valid = JSON.stringify({ is_auto_cancel_enabled: false, orders: [] })
const get = OrderGroups.get({ order_group_id: "g" })

const environmentAt = (url: string) => Result.getOrThrow(Environment.fromUrl(url))

for (const [name, httpClient] of transports) {
  const client = (
    url: string,
    policy: Partial<SendPolicy.SendPolicy> = { retry: SendPolicy.noRetry },
    change: Parameters<typeof layerChanged>[0] = (unchanged) => unchanged,
    keyId?: string
  ) =>
    Kalshi.layer({ environment: environmentAt(url), signer: signer(keyId), policy }).pipe(
      Layer.provide(layerChanged(change)),
      Layer.provide(httpClient)
    )

  const outcome = (
    handle: (request: Received, response: ServerResponse) => void,
    policy: Partial<SendPolicy.SendPolicy> = {}
  ) =>
    Effect.gen(function* () {
      const server = yield* serve(handle)
      const result = yield* Effect.result(get).pipe(
        Effect.provide(client(server.url, { retry: SendPolicy.noRetry, ...policy }))
      )
      return { result, received: server.received }
    })

  const failure = (
    handle: (request: Received, response: ServerResponse) => void,
    policy: Partial<SendPolicy.SendPolicy> = {}
  ) => Effect.map(outcome(handle, policy), ({ result }) => errorOf(result))

  describe(`transport.make over ${name}`, () => {
    it.live("sends the three signature headers, a JSON content type and no trace header", () =>
      Effect.gen(function* () {
        const server = yield* serve((_, response) => respondJson(response, 200, "{}"))
        yield* OrderGroups.reset({ order_group_id: "g" }).pipe(
          Effect.withSpan("an application's span"),
          Effect.provide(client(server.url))
        )
        const { headers, method } = server.received[0]!
        assert.strictEqual(method, "PUT")
        for (const header of ["kalshi-access-key", "kalshi-access-signature", "kalshi-access-timestamp"]) {
          assert.isNotEmpty(headers[header])
        }
        assert.include(headers["content-type"], "application/json")
        for (const header of ["traceparent", "b3", "tracestate", "baggage", "cookie"])
          assert.isUndefined(headers[header])
      })
    )

    it.live("never follows a redirect, neither to another origin nor to the same origin", () =>
      Effect.gen(function* () {
        const otherServer = yield* serve((_, response) => respondJson(response, 200, valid))
        for (const status of [301, 302, 303, 307, 308]) {
          for (const location of [`${otherServer.url}/redirected`, "/elsewhere"]) {
            const { received, result } = yield* outcome((_, response) =>
              respondJson(response, status, "", { location })
            )
            assert.strictEqual(received.length, 1, `${status} ${location}`)
            assert.strictEqual(errorOf(result)._tag, "UnexpectedStatus")
          }
        }
        assert.strictEqual(otherServer.received.length, 0)
      })
    )

    it.live("reads a response with a content length, in chunks, and compressed if the transport accepts gzip", () =>
      Effect.gen(function* () {
        const stated = yield* outcome((_, response) =>
          respondJson(response, 200, valid, { "content-length": String(valid.length) })
        )
        assert.strictEqual(stated.result._tag, "Success")
        const chunked = yield* outcome((_, response) => {
          response.writeHead(200, { "content-type": "application/json" })
          for (const character of valid) response.write(character)
          response.end()
        })
        assert.strictEqual(chunked.result._tag, "Success")
        const compressed = yield* outcome((request, response) =>
          String(request.headers["accept-encoding"]).includes("gzip")
            ? respondJson(response, 200, gzipSync(valid), { "content-encoding": "gzip" })
            : respondJson(response, 200, valid)
        )
        assert.strictEqual(compressed.result._tag, "Success")
      })
    )

    it.live("fails for a response above the limit: with a content length, in chunks, and compressed if accepted", () =>
      Effect.gen(function* () {
        const body = JSON.stringify({ is_auto_cancel_enabled: false, orders: [], padding: "x".repeat(100_000) })
        const policy = { maxBodyBytes: 50_000 }
        for (const handle of [
          (_: Received, response: ServerResponse) =>
            respondJson(response, 200, body, { "content-length": String(body.length) }),
          (_: Received, response: ServerResponse) => {
            response.writeHead(200, { "content-type": "application/json" })
            response.write(body.slice(0, 1000))
            response.end(body.slice(1000))
          },
          (request: Received, response: ServerResponse) =>
            String(request.headers["accept-encoding"]).includes("gzip")
              ? respondJson(response, 200, gzipSync(body), { "content-encoding": "gzip" })
              : respondJson(response, 200, body)
        ]) {
          const error = yield* failure(handle, policy)
          assert.strictEqual(error._tag, "TransportError")
          assert.include(error.message, "larger than the limit of 50000 bytes")
        }
        const fits = yield* outcome((_, response) => respondJson(response, 200, body), { maxBodyBytes: body.length })
        assert.strictEqual(fits.result._tag, "Success")
      })
    )

    it.live("closes the connection of a response that is too large, and does not retry", () =>
      Effect.gen(function* () {
        let closed = 0
        const server = yield* serve((_, response) => {
          response.socket!.on("close", () => closed++)
          response.writeHead(200, { "content-type": "application/json", "content-length": "1000000" })
          response.write("x".repeat(1000)) // the rest never arrives
        })
        const error = yield* Effect.flip(get).pipe(Effect.provide(client(server.url, { maxBodyBytes: 1000 })))
        assert.deepInclude(error, { _tag: "TransportError", code: "ERR_BODY_TOO_LARGE" })
        assert.strictEqual(server.received.length, 1)
        yield* Effect.sleep("50 millis")
        assert.strictEqual(closed, 1)
      })
    )

    const changes: ReadonlyArray<readonly [string, (client: HttpClient.HttpClient) => HttpClient.HttpClient]> = [
      ["retries requests", HttpClient.retryTransient({ times: 3 })],
      ["follows redirects", HttpClient.followRedirects()]
    ]
    for (const [what, change] of changes) {
      it.live(`stops an HTTP client that ${what} before its second request`, () =>
        Effect.gen(function* () {
          const otherServer = yield* serve((_, response) => respondJson(response, 201, "{}"))
          const server = yield* serve((_, response) =>
            respondJson(response, what === "retries requests" ? 503 : 307, "{}", { location: otherServer.url })
          )
          const error = yield* Effect.flip(OrderGroups.create({ contracts_limit: 1 })).pipe(
            Effect.provide(client(server.url, {}, change))
          )
          assert.deepInclude(error, { _tag: "TransportError", code: "ERR_HTTP_CLIENT_REPEATS", requestSent: "maybe" })
          assert.strictEqual(server.received.length, 1)
          assert.strictEqual(otherServer.received.length, 0)
        })
      )
    }

    it.live("reads the response even if the HTTP client fails because of the status", () =>
      Effect.gen(function* () {
        const server = yield* serve((_, response) => respondJson(response, 404, '{"code":"not_found"}'))
        const error = yield* Effect.flip(get).pipe(Effect.provide(client(server.url, {}, HttpClient.filterStatusOk)))
        assert.strictEqual(error._tag, "NotFound")
        assert.strictEqual(server.received.length, 1)
      })
    )

    it.live("fails with requestSent maybe for a truncated body, a reset and invalid HTTP", () =>
      Effect.gen(function* () {
        for (const handle of [
          (_: Received, response: ServerResponse) => {
            response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
            response.write(valid)
            setTimeout(() => response.destroy(), 10)
          },
          (_: Received, response: ServerResponse) => {
            response.writeHead(200, { "content-type": "application/json" })
            response.write(valid)
            setTimeout(() => response.destroy(), 10)
          },
          (_: Received, response: ServerResponse) => void response.destroy(),
          (_: Received, response: ServerResponse) => void response.socket!.end("this is not HTTP\r\n\r\n")
        ]) {
          const error = yield* failure(handle)
          if (error._tag !== "TransportError") return assert.fail(`${error._tag}: ${error.message}`)
          assert.strictEqual(error.requestSent, "maybe")
          assert.notInclude(JSON.stringify(error), "KALSHI-ACCESS")
        }
      })
    )

    it.live("fails with requestSent no for a refused connection and an unresolved name", () =>
      Effect.gen(function* () {
        const closed = yield* Effect.scoped(
          Effect.map(
            serve(() => undefined),
            ({ url }) => url
          )
        )
        const refused = yield* Effect.flip(get).pipe(Effect.provide(client(closed)))
        assert.deepInclude(refused, { _tag: "TransportError", requestSent: "no", code: "ECONNREFUSED" })
        const unresolved = yield* Effect.flip(get).pipe(Effect.provide(client("https://no-such-host.invalid")))
        assert.deepInclude(unresolved, { _tag: "TransportError", requestSent: "no" })
      })
    )

    it.live("reports an unexpected content encoding of a successful response and of an error", () =>
      Effect.gen(function* () {
        const encodings: ReadonlyArray<readonly [encoding: string, encode: (text: string) => Uint8Array]> = [
          ["gzip", gzipSync],
          ["br", brotliCompressSync],
          ["deflate", deflateSync],
          ["zstd", zstdCompressSync],
          ["dcb", gzipSync],
          ["gzip, dcb", gzipSync]
        ]
        for (const [encoding, encode] of encodings) {
          const unread = yield* outcome((_, response) =>
            respondJson(response, 200, encode(valid), { "content-encoding": encoding })
          )
          // The platform's fetch decodes the encodings that it accepts.
          const isDecoded = unread.result._tag === "Success"
          if (name === "undici" || encoding.includes("dcb")) assert.isFalse(isDecoded, encoding)
          if (name === "fetch" && ["gzip", "br", "deflate"].includes(encoding)) assert.isTrue(isDecoded, encoding)
          if (isDecoded) continue
          const error = unread.result._tag === "Failure" ? unread.result.failure : assert.fail()
          assert.strictEqual(error._tag, "ContractError", encoding)
          assert.include(error.message, `the body has the content encoding "${encoding}"`)
          assert.notInclude(error.message, "UTF-8")
          for (const status of [404, 418, 502]) {
            const refused = yield* failure((_, response) =>
              respondJson(response, status, encode('{"code":"not_found"}'), { "content-encoding": encoding })
            )
            assert.include(refused.message, `a body in the content encoding "${encoding}"`, `${status} ${encoding}`)
          }
        }
      })
    )

    it.live("does not mention a content encoding if the body can be read", () =>
      Effect.gen(function* () {
        for (const encoding of ["identity", "dcb", ""]) {
          const read = yield* outcome((_, response) =>
            respondJson(response, 200, valid, { "content-encoding": encoding })
          )
          assert.strictEqual(read.result._tag, "Success", encoding)
          const refused = yield* failure((_, response) =>
            respondJson(response, 404, '{"code":"not_found"}', { "content-encoding": encoding })
          )
          assert.strictEqual("code" in refused && refused.code, "not_found")
        }
        const identity = yield* failure((_, response) =>
          respondJson(response, 200, new Uint8Array([0xff]), { "content-encoding": "Identity" })
        )
        assert.include(identity.message, "not valid UTF-8")
        const empty = yield* failure((_, response) => respondJson(response, 200, "", { "content-encoding": "dcb" }))
        assert.include(empty.message, "the body is empty")
      })
    )

    it.live("fails with ContractError for invalid UTF-8, a byte-order mark and an empty body", () =>
      Effect.gen(function* () {
        for (const bytes of [
          Buffer.concat([
            Buffer.from('{"is_auto_cancel_enabled":false,"orders":["'),
            Buffer.from([0xff]),
            Buffer.from('"]}')
          ]),
          Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(valid)]),
          Buffer.alloc(0)
        ]) {
          const error = yield* failure((_, response) => respondJson(response, 200, bytes))
          assert.strictEqual(error._tag, "ContractError")
        }
      })
    )

    it.live("conceals echoed request headers in an error, including headers of the fetch options", () =>
      Effect.gen(function* () {
        const server = yield* serve(({ headers }, response) => respondJson(response, 418, JSON.stringify({ headers })))
        const error = yield* Effect.flip(get).pipe(
          Effect.provide(client(server.url)),
          Effect.provideService(FetchHttpClient.RequestInit, { headers: { "x-proxy-token": "tok_live_0123456789" } })
        )
        const text = `${error.message} ${JSON.stringify(error)}`
        const { headers } = server.received[0]!
        assert.strictEqual(headers["x-proxy-token"], name === "fetch" ? "tok_live_0123456789" : undefined)
        for (const header of ["kalshi-access-signature", "kalshi-access-timestamp", "x-proxy-token"]) {
          assert.notInclude(text, String(headers[header] ?? headers["kalshi-access-signature"]))
        }
        assert.include(text, "<redacted>")
      })
    )

    it.live("treats a key named __proto__ as data", () =>
      Effect.gen(function* () {
        const { result } = yield* outcome((_, response) =>
          respondJson(response, 200, `{"is_auto_cancel_enabled":false,"orders":[],"__proto__":{"polluted":true}}`)
        )
        const group = result._tag === "Success" ? result.success : assert.fail()
        assert.isUndefined((group as { polluted?: boolean }).polluted)
        assert.isUndefined(({} as { polluted?: boolean }).polluted)
      })
    )

    it.live("closes the connection after the timeout if no response arrives", () =>
      Effect.gen(function* () {
        let closedConnections = 0
        const error = yield* failure((_, response) => void response.on("close", () => closedConnections++), {
          attemptTimeout: "50 millis"
        })
        assert.strictEqual(error._tag, "RequestTimeout")
        yield* Effect.sleep("50 millis")
        assert.strictEqual(closedConnections, 1)
      })
    )

    it.live("times out if the body stalls after the headers", () =>
      Effect.gen(function* () {
        const error = yield* failure(
          (_, response) => {
            response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
            response.write(valid)
          },
          { attemptTimeout: "100 millis" }
        )
        assert.strictEqual(error._tag, "RequestTimeout")
      })
    )

    it.live("closes the connection when the call is interrupted", () =>
      Effect.gen(function* () {
        let arrived = () => {}
        const arrival = new Promise<void>((resolve) => (arrived = resolve))
        let onClose = () => {}
        const closed = new Promise<void>((resolve) => (onClose = resolve))
        const server = yield* serve((_, response) => {
          arrived()
          response.on("close", () => onClose())
        })
        const fiber = yield* Effect.forkChild(Effect.provide(get, client(server.url)))
        yield* Effect.promise(() => arrival)
        yield* Fiber.interrupt(fiber)
        yield* Effect.promise(() => closed)
        assert.strictEqual(server.received.length, 1)
      })
    )

    it.live("closes the connection when the call is interrupted while reading a body", () =>
      Effect.gen(function* () {
        let onClose = () => {}
        const closed = new Promise<void>((resolve) => (onClose = resolve))
        const server = yield* serve((_, response) => {
          response.socket!.on("close", () => onClose())
          response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
          response.write(valid) // the rest never arrives
        })
        const responseStarted = yield* Deferred.make<void>()
        const notifying = HttpClient.tap(() => Deferred.succeed(responseStarted, undefined))
        const fiber = yield* Effect.forkChild(Effect.provide(get, client(server.url, {}, notifying)))
        yield* Deferred.await(responseStarted)
        // Waits until the client reads the body. If a body was never read, only the garbage collector closes the
        // response.
        yield* Effect.sleep("10 millis")
        yield* Fiber.interrupt(fiber)
        yield* Effect.promise(() => closed)
        assert.strictEqual(server.received.length, 1)
      })
    )

    it.live("hides key id and signature from an application's log of HTTP requests", () =>
      Effect.gen(function* () {
        const server = yield* serve((_, response) => respondJson(response, 200, valid))
        const logged: Array<string> = []
        const logging = HttpClient.tapRequest((request) =>
          Effect.withFiber(() => Effect.sync(() => void logged.push(JSON.stringify(request), String(request))))
        )
        yield* Effect.provide(get, client(server.url, {}, logging, "key-logged"))
        const signature = String(server.received[0]!.headers["kalshi-access-signature"])
        assert.isNotEmpty(logged)
        assert.notInclude(logged.join("\n"), signature)
        assert.notInclude(logged.join("\n"), "key-logged")
      })
    )
  })
}
