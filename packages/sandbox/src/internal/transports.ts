/**
 * What carries requests to the handler: HTTP on loopback, or an `HttpClient` that needs no socket.
 *
 * @module
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ByteSize from "effect/ByteSize"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"
import type { WireRequest, WireResponse } from "./handler.ts"

/** Answers one request. */
export type Handle = (request: WireRequest) => Effect.Effect<WireResponse>

const maxBody = ByteSize.mebibytes(4)

const toResponse = ({ body, headers, status }: WireResponse): HttpServerResponse.HttpServerResponse =>
  body.length === 0
    ? HttpServerResponse.empty({ status, headers })
    : HttpServerResponse.uint8Array(body, { status, headers })

/**
 * Serves over HTTP until the scope closes, and tells the port it listens on.
 *
 * Spans of the server are switched off: the application under test does not want another party's among its own, nor the
 * signatures in them where it records headers.
 */
export const serve = (
  handle: Handle,
  host: string,
  port: number
): Effect.Effect<number, HttpServerError.ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const server = createServer()
    const http = yield* NodeHttpServer.make(() => server, { host, port, gracefulShutdownTimeout: "1 second" })
    const app = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { headers, method, url: path } = request
      const body = yield* Effect.option(request.arrayBuffer)
      return body._tag === "None"
        ? HttpServerResponse.jsonUnsafe(
            { error: { code: "request_too_large", message: "request too large" } },
            { status: 413 }
          )
        : toResponse(yield* handle({ method, path, headers, body: new Uint8Array(body.value) }))
    })
    yield* http.serve(app).pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBody),
      Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true)
    )
    // Connections that are kept alive would hold the server open.
    yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    const { address } = http
    return address._tag === "UnixPathAddress" ? port : address.port
  })

/** An `HttpClient` whose every request to `origin` is handled at once, in the calling fiber. */
export const client = (handle: Handle, origin: string): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    url.origin === origin
      ? Effect.flatMap(readBody(request), (body) =>
          Effect.map(
            handle({ method: request.method, path: url.pathname + url.search, headers: request.headers, body }),
            (response) => HttpServerResponse.toClientResponse(toResponse(response), { request })
          )
        )
      : refuse(request, `the exchange in memory answers ${origin} only`)
  )

const refuse = (request: HttpClientRequest.HttpClientRequest, description: string) =>
  Effect.fail(
    new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description }) })
  )

const readBody = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<Uint8Array, HttpClientError.HttpClientError> => {
  const { body } = request
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(new Uint8Array())
    case "Uint8Array":
      return Effect.succeed(body.body)
    case "Stream":
      return Effect.mapError(
        Stream.mkUint8Array(body.stream),
        (cause) => new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request, cause }) })
      )
    default:
      return refuse(request, `the exchange in memory takes no ${body._tag} bodies`)
  }
}
